package store

import "time"

// FunnelQuery asks how many units get from step to step.
//
// Rows are those in Scope that match a step or an exclusion, see [Step]; the parts of
// Scope.Filter that are about events narrow events, those about calls requests, those
// about sessions both, see [Scope]; a part about both events and calls or about anything
// else is [event.Permanent].
//
// A unit's rows are in order of time. At one instant rows that match an exclusion come
// first, then by the first step, then by the last step that they match, then by
// arrival; in strict order rows that match nothing come last.
//
// An attempt begins at a row that matches the first step, and each row that comes later
// and matches its next step is that step; a row is at most one step of an attempt. It ends
// when it has all steps, at a row more than Window after its first, or when it is voided.
// An exclusion voids an attempt that has done at least its From steps and less than To;
// at a row that matches both, it does so before the row can be a step. A voided attempt
// counts for nothing, all others for the steps that they did.
//
// With TieTolerance a row that matches the next step, no other and no exclusion also
// counts when it comes before the latest row of the attempt, and at most TieTolerance
// earlier: of such rows the latest, at once. The latest row stays what it was.
type FunnelQuery struct {
	Scope
	Steps        []Step // 1 to 30
	Unit         Unit
	Order        Order
	Window       time.Duration // positive
	Entry        Entry
	Attempts     bool          // count all attempts, see [Entry]
	Exclude      []Exclusion   // at most 30
	TieTolerance time.Duration // not in strict order
	By           *FunnelBy     // nil = no series
	Spread       []time.Duration
	Entities     int       // how many units to list; 0 = none, at most 10,000
	Now          time.Time // what is in progress is judged at Now or To, whichever is earlier
	// Calls asks for the requests of the unit, in Scope but for its Filter, between the steps
	// of the attempts that count: that start at the latest of the rows before a step or later,
	// and before its own. Looked for as in [PathsQuery], on the way from row to row.
	Calls    bool
	MaxCalls int64 // 0 = no limit
}

// Order says which rows an attempt takes.
type Order string

// The orders. InOrder is as [FunnelQuery] says. In Strict, a row that matches a step but
// not the attempt's next ends it, and so does an event that matches none, unless its kind
// is web_vital, error or identify. In Unordered an attempt begins at a row that matches any step, and
// a row is the first step that it matches and the attempt has not done: step n of the
// answer is the n-th that was done, and From and To of an exclusion count steps done.
const (
	InOrder   Order = "ordered"
	Strict    Order = "strict"
	Unordered Order = "unordered"
)

// Entry says which attempt of a unit counts.
type Entry string

// The entries. With Best it is the attempt that completes first, of those that complete
// at the same row the one that began last; when none completes, of those that came
// furthest the one that began last. With FirstEntry it is the unit's first attempt, even
// when it is voided. With FunnelQuery.Attempts, every attempt counts: the next begins at
// the first row that can begin one and comes after all rows of the last, which for it may be
// the row that voided it, broke it or came too late.
const (
	Best       Entry = "best"
	FirstEntry Entry = "first"
)

// Exclusion is what must not happen between two steps, counted from 1: From < To.
type Exclusion struct {
	Step
	From, To int
}

// FunnelBy asks for the funnel by the values of a field. Rows of another record than
// the field's have no value. Values come as [ValueOf] gives them.
type FunnelBy struct {
	Field       Field // of events or calls
	Attribution Attribution
	Step        int // of AtStep, counted from 1
}

// Attribution says which value a unit stands under.
type Attribution string

// The attributions. FirstValue and LastValue are those of the first and last row, by
// time, then arrival, that match a step and have one. AtStep is that of the row that
// was the step in the attempt that counts, missing when it was not done. With AllValues
// each value has a funnel of its own, of the rows that have it, and a unit may stand
// under many; rows without value are one more.
const (
	FirstValue Attribution = "first"
	LastValue  Attribution = "last"
	AllValues  Attribution = "all"
	AtStep     Attribution = "step"
)

// Funnel is the answer.
type Funnel struct {
	Steps []FunnelStep
	// Spread counts the attempts with all steps by the time from the first row to the last:
	// Spread[i] those below FunnelQuery.Spread[i] and not below the one before, the last
	// one the rest.
	Spread []int64
	// Whole is about the time from the first to the last row.
	Whole Times
	// Series is the funnel by value, by count of the first step desc, then value: missing
	// before others, then as [LabelOf] writes them, of equals bool, number, text; at most 25.
	Series []FunnelSeries
	Other  bool // more values exist
	// Entities are units with at least one step, by steps done desc, then ID, then Times. With Attempts
	// the furthest counts, of equals the first.
	Entities  []FunnelEntity
	Truncated bool // more units exist
	// Share of the range in which calls were looked for; 0 when nobody asked.
	Share float64
}

// FunnelStep is who got to a step.
type FunnelStep struct {
	Count      int64
	InProgress int64 // of Count: did not do the next step yet, and the window is open and nothing broke the attempt
	Times            // since the step before, never below zero
	Calls      StepCalls
}

// StepCalls is the requests on the way to a step, in Funnel.Share of the range; none to
// the first, and none in series.
type StepCalls struct {
	Count, Failed int64
	P95MS         *float64 // duration of the timed ones, interpolated linearly; nil when there are none
}

// Times sums durations up, in seconds; nil when there are none.
type Times struct {
	Median *float64 // of an even number the mean of the two in the middle
	Mean   *float64
}

// FunnelSeries is the steps of those who stand under a value.
type FunnelSeries struct {
	Value any // nil, string, bool, int64 or float64
	Steps []FunnelStep
}

// FunnelEntity is a unit.
type FunnelEntity struct {
	// ID is the user id, else the device id, of a person, the value of another unit.
	ID    string
	Times []time.Time // of the steps done, in their order
}

// MaxSeries is how many values a funnel is shown by.
const MaxSeries = 25

// ValueOf is a field's value as one of few types: nil when it is missing or empty,
// string, bool, int64 for whole numbers, float64 for others.
func ValueOf(value any) any {
	switch v := value.(type) {
	case string:
		if v != "" {
			return v
		}
	case bool, int64:
		return v
	case float64:
		if whole := int64(v); float64(whole) == v {
			return whole
		}
		return v
	}
	return nil
}
