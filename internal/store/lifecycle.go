package store

import "time"

// LifecycleQuery asks how units come and go. Interval i is [Edges[i+1], Edges[i+2]); the
// interval before the first is [Edges[0], Edges[1]).
//
// A unit is active in an interval when it has a match of Of there that lies in [From, To);
// in the interval before the first, any match counts. It is born with its first event
// ever, of any name and whatever Scope.Filter says, or with its first match ever when
// that is earlier (what only calls has no events).
type LifecycleQuery struct {
	Scope
	Of    Step
	Unit  Unit
	Edges []time.Time // ascending, at least three, at most 10,001; Edges[1] ≤ From, To ≤ the last
}

// Lifecycle counts units by interval. Who is active in an interval is in exactly one of
// the first three.
type Lifecycle struct {
	New          []int64 // active and born in it
	Returning    []int64 // active, not born in it, and active in the interval before
	Resurrecting []int64 // active, neither new nor returning
	Dormant      []int64 // active in the interval before and not in it
}

// StickinessQuery asks in how many intervals [Edges[i], Edges[i+1]) units are active:
// have a match of Of in [From, To).
type StickinessQuery struct {
	Scope
	Of    Step
	Unit  Unit
	Edges []time.Time // ascending, at least two, at most 10,001; Edges[0] ≤ From, To ≤ the last
}
