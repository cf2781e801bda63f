// Package wire turns bytes into the vocabulary of package event: one file per
// format, one row per format in [Formats].
//
// Decoding is pure. There is no HTTP, no clock and no store here, so that a file,
// a request, the simulator and the fuzzer all run the same code. A bad record
// costs itself: it goes to [Sink.Reject] with a reason and decoding goes on.
package wire
