// Package storetest is what every engine must pass. [Reference] states the
// contract of package store a second time, in the plainest Go; [Run] checks an
// engine with examples whose answers are written out, and then with generated
// batches and questions whose answers must equal those of the Reference.
//
// An engine's test is one call:
//
//	storetest.Run(t, func(t *testing.T) store.Store {
//		// an empty store that closes itself with t and whose clock is storetest.Clock
//	})
package storetest
