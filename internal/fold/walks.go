package fold

import (
	"math"
	"slices"
)

// Slice is a part of time, from one microsecond until before the other.
type Slice struct{ From, To int64 }

// Call is a call of a unit.
type Call struct {
	Time, Took int64 // microseconds; Took is negative when it is not known
	Failed     bool
}

// Calls are those that were made on some walks.
type Calls struct {
	Count, Failed int64
	Unwanted      bool // none is to be counted any more
	took          []int64
}

// Quantile of how long the timed calls took, in milliseconds, interpolated linearly between
// the nearest ranks; nil when none is timed.
func (c *Calls) Quantile(q float64) *float64 {
	if len(c.took) == 0 {
		return nil
	}
	slices.Sort(c.took)
	rank := q * float64(len(c.took)-1)
	low, high := float64(c.took[int(rank)]), float64(c.took[int(math.Ceil(rank))])
	ms := (low + (high-low)*(rank-math.Floor(rank))) / 1000
	return &ms
}

// Walks are what units were on the way to at some times. Those of a unit do not overlap.
type Walks struct {
	slices []Slice             // in order of time: only walks within one of them count
	walks  []walk              // those of a unit together in order of time
	of     map[uint64][2]int32 // by unit: the first of its walks and the one after the last
}

type walk struct {
	from, to int64
	calls    *Calls
}

// NewWalks prepares for walks within slices.
func NewWalks(within []Slice) *Walks { return &Walks{slices: within, of: map[uint64][2]int32{}} }

// Add adds a walk of a unit, which comes after those that it had and of which no other
// unit came in between.
func (w *Walks) Add(unit uint64, from, to int64, calls *Calls) {
	if from >= to || !slices.ContainsFunc(w.slices, func(s Slice) bool { return s.From <= from && to <= s.To }) {
		return
	}
	span, known := w.of[unit]
	if !known {
		span[0] = int32(len(w.walks))
	}
	w.walks = append(w.walks, walk{from, to, calls})
	span[1] = int32(len(w.walks))
	w.of[unit] = span
}

// Call takes a call of a unit, whose walks are all known. It counts for the walk that it
// began on.
func (w *Walks) Call(unit uint64, c Call) {
	span := w.of[unit]
	walks := w.walks[span[0]:span[1]]
	next, _ := slices.BinarySearchFunc(walks, c.Time, func(w walk, at int64) int {
		if w.from <= at {
			return -1
		}
		return 1
	})
	if next == 0 || c.Time >= walks[next-1].to || walks[next-1].calls.Unwanted {
		return
	}
	on := walks[next-1].calls
	on.Count++
	if c.Failed {
		on.Failed++
	}
	if c.Took >= 0 {
		on.took = append(on.took, c.Took)
	}
}
