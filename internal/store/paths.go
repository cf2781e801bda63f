package store

import (
	"math"
	"time"
)

// PathsQuery asks which ways units take. The rows in [From, To) that match one of Nodes
// are put in the order of time, then arrival, by unit, and become paths:
//
//  1. A row is named by the first of Nodes that it matches, see [PathNode]. What has no
//     name is left out.
//  2. A path ends where more than Gap lies between two rows.
//  3. Of rows in a row with the same name only the last stays, with its time.
//  4. With Start, a path begins at its first node of that name; without such a node it is
//     no path. With End, it ends at the first node of that name from there on, or is none.
//  5. A path longer than MaxSteps keeps its first MaxSteps nodes; with End alone, its last;
//     with both, its first MaxSteps/2 and its last (MaxSteps-1)/2, at least one, and where
//     there is room between them a node named "...", whose time is that of the first node
//     it stands for.
//
// Two nodes that follow each other are an edge from step n to step n+1. Calls between
// them are requests of the unit, in Scope but for its Filter, that start at the time of
// the source or later and before the target.
//
// Calls are looked for in a [ShareOfCalls] of the range: when it is not all, on those edges
// that are gone along from first to last within one of the [Slices] of the range. What of
// a request lies more than [SliceReach] outside of the slice need not be seen.
type PathsQuery struct {
	Scope
	Unit       Unit
	Nodes      []PathNode
	Groupings  []Grouping
	Gap        time.Duration
	MaxSteps   int    // 2 to 20
	MaxEdges   int    // 1 to 1000
	MaxCalls   int64  // 0 = no limit
	Start, End string // names of nodes; "" = anywhere
}

// PathNode is rows that are nodes of a path. Their name is the first of Name that is
// present, as [LabelOf] writes it, without trailing slashes unless it is nothing else
// (then "/"); and the Name of the first Grouping whose Pattern matches that.
type PathNode struct {
	Step
	Name []Field
}

// Grouping gives nodes one name.
type Grouping struct {
	Pattern string // RE2, unanchored
	Name    string
}

// SliceReach is how far from a slice the parts of its requests are looked for.
const SliceReach = 15 * time.Minute

// ShareOfCalls is the share of a range with so many calls (of any side, class or bot) in
// which they are looked for, so that not many more than most are; most 0 is no limit.
func ShareOfCalls(calls, most int64) float64 {
	if most == 0 || calls <= most {
		return 1
	}
	return float64(most) / float64(calls)
}

// Slice is the time in [From, To).
type Slice struct{ From, To time.Time }

// Slices are parts of [from, to) that make up a share of it, one in each sixteenth. They
// lie as if thrown, but always the same, so that no hour of the day is preferred. A share
// of 1 or more is one slice: all.
func Slices(from, to time.Time, share float64) []Slice {
	if share >= 1 {
		return []Slice{{from, to}}
	}
	const n = 16
	part := to.Sub(from) / n
	long := time.Duration(share * float64(part)).Truncate(time.Microsecond)
	out := make([]Slice, n)
	for i := range out {
		_, thrown := math.Modf(float64(i) * math.Phi)
		begin := from.Add(time.Duration(i)*part + time.Duration(thrown*float64(part-long))).Truncate(time.Microsecond)
		out[i] = Slice{begin, begin.Add(long)}
	}
	return out
}

// Paths is the answer: the edges by count desc, then source, then target, at most
// MaxEdges; Other is how often the edges that this cut were taken. Nodes are those of
// the edges, by name: with them, what arrives at a node is what leaves it.
type Paths struct {
	Edges []PathEdge
	Nodes []PathTotal
	Other int64
	Share float64 // of the range, in which calls were looked for; 1 = all
}

// PathEdge is a pair of nodes that follow each other. Nodes are called by their step,
// counted from 1, and name: "1_/a".
type PathEdge struct {
	Source, Target string
	Count          int64
	People         int64    // distinct units
	MeanMS         float64  // from node to node
	Calls, Failed  int64    // between them, in the Share of the range
	P75MS          *float64 // duration of the timed calls, interpolated linearly; nil when there are none
}

// PathTotal is how many paths come through a node. Visits = In + OtherIn, at step 1 all
// begin there; what neither Out nor OtherOut takes on ends there.
type PathTotal struct {
	Node     string
	Visits   int64
	OtherIn  int64 // over edges into it that the cap cut
	OtherOut int64 // over edges out of it that the cap cut
}
