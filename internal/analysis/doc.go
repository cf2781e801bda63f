// Package analysis answers questions about both records at once: what hurts
// people, what it costs, whether a release helped. One file per insight, no SQL:
// everything is read through [store.Reader]. Answers carry their n and an
// interval, and say when they are an association only.
package analysis
