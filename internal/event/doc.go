// Package event is Clickspan's vocabulary: what a person did ([Event]), what the
// API did ([Call], [Span]), how the two are tied ([Link]) and what can be read
// off the tie ([Signal], [Interaction], [Session]).
//
// It is the leaf of the import graph: standard library only, nothing of ours.
// Every other package speaks in these types. Times are UTC with microsecond
// precision; [Time] brings any time into that form.
package event
