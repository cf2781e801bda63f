package store

import (
	"maps"
	"slices"

	"github.com/clickspan/clickspan/internal/event"
)

// FrictionQuery asks where people meet friction.
//
// Scope is a question about sessions: counted are the signals of those that Sessions
// would list, from Scope.From until a day after Scope.To, because the last of them still
// go on. Only the parts of the filter on signals are about the signals themselves
// ([CutSignals]).
type FrictionQuery struct {
	Scope
	By    Place
	Limit int // places, 1 to [MaxRows]
}

// Place is what signals are ranked by.
type Place string

// The places. An element is a name or selector on a page; what happened to a page as a
// whole has the empty one.
const (
	ByElement Place = "element"
	ByPage    Place = "page"
)

// FrictionCalls is how many endpoints the evidence of a place lists at most.
const FrictionCalls = 3

// Friction is the places with signals: by people, sessions and signals descending, then
// page and target. Other says whether more exist than Limit.
type Friction struct {
	Rows  []FrictionPlace
	Other bool
}

// FrictionPlace is one place. People are told apart as by [Persons]; sessions without
// any id are nobody's, and counted all the same.
type FrictionPlace struct {
	Page, Target string // Target is empty by page

	People, Sessions, Signals int64

	Kinds []SignalCount // by signals descending, then kind

	// Actions is how many interactions the same sessions have there, with or without a
	// signal, and Users the people behind these and the signals: what People are a part of.
	// The element of an interaction is its event's target, by name, else by selector.
	Actions, Users int64

	// Calls is which endpoints the actions behind the signals called, one for each action
	// as [event.Interaction] names it: by actions, failed ones descending, then endpoint;
	// at most [FrictionCalls].
	Calls []FrictionCall
}

// SignalCount is how often one kind of signal was given, and by how many people.
type SignalCount struct {
	Kind            event.SignalKind
	Signals, People int64
}

// FrictionCall is what an endpoint did to the actions that called it and gave signals.
// An action failed when one of its calls did, or when an error click of the same place
// says that it was refused.
type FrictionCall struct {
	event.Endpoint
	Actions, Failed int64
	P75             *int64 // of the slowest call of each action, in microseconds; nil when none was timed
}

// SignalsQuery asks for a page of the signals that a [FrictionQuery] of the same scope
// counts.
type SignalsQuery struct {
	Scope
	Cursor string
	Limit  int // 1 to [MaxRows]
}

// SignalsPage is one page of signals.
type SignalsPage struct {
	Rows []event.Signal
	Next string // empty on the last page
}

// CutSignals takes the parts of f that test signals out of it. What is left says which
// sessions are meant. The error is that of [SplitFilter].
func CutSignals(f Filter) (rest, signals Filter, err error) {
	parts, err := SplitFilter(f)
	for _, record := range slices.Sorted(maps.Keys(parts)) {
		if record == OfSignals {
			signals = parts[record]
		} else {
			rest = All(rest, parts[record])
		}
	}
	return rest, signals, err
}
