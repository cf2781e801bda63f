package fold

import (
	"cmp"
	"slices"
)

// Tally adds up the attempts that a [Funnel] hands over, by label.
type Tally struct {
	steps  [][]passage
	first  map[uint32]int64 // attempts by label
	whole  []int64          // microseconds from the first row to the last of attempts with all steps
	until  int64
	window int64
}

// passage is one attempt that got to a step.
type passage struct {
	took  int64 // since the step before
	label uint32
	open  bool // it got no further, and may yet
}

// NewTally returns a tally for the attempts of f. A window that ends before until is
// not open any more.
func NewTally(f *Funnel, until int64) *Tally {
	return &Tally{steps: make([][]passage, f.Steps), first: map[uint32]int64{}, until: until, window: f.Window}
}

// Add takes an attempt over rows under a label.
func (t *Tally) Add(rows []Row, a *Attempt, label uint32) {
	t.first[label]++
	begin, last := rows[a.Rows[0]].Time, len(a.Rows)-1
	before := begin
	for n, i := range a.Rows {
		at := rows[i].Time
		open := n == last && n+1 < len(t.steps) && a.Open && begin+t.window >= t.until
		t.steps[n] = append(t.steps[n], passage{max(0, at-before), label, open})
		before = at
	}
	if len(a.Rows) == len(t.steps) {
		t.whole = append(t.whole, max(0, before-begin))
	}
}

// Reached is what came to one step.
type Reached struct {
	Count, Open int64
	Took        []int64 // microseconds since the step before, ascending; nothing for the first step
}

// Steps are the steps of all attempts, whatever their label.
func (t *Tally) Steps() []Reached {
	return t.reached(1, func(uint32) int { return 0 })[0]
}

// By are the steps of the attempts under each of the labels.
func (t *Tally) By(labels []uint32) [][]Reached {
	place := make(map[uint32]int, len(labels))
	for i, label := range labels {
		place[label] = i
	}
	return t.reached(len(labels), func(label uint32) int {
		if i, wanted := place[label]; wanted {
			return i
		}
		return -1
	})
}

func (t *Tally) reached(groups int, groupOf func(label uint32) int) [][]Reached {
	out := make([][]Reached, groups)
	for g := range out {
		out[g] = make([]Reached, len(t.steps))
	}
	for n, passages := range t.steps {
		for _, p := range passages {
			g := groupOf(p.label)
			if g < 0 {
				continue
			}
			r := &out[g][n]
			r.Count++
			if p.open {
				r.Open++
			}
			if n > 0 {
				r.Took = append(r.Took, p.took)
			}
		}
		for g := range out {
			slices.Sort(out[g][n].Took)
		}
	}
	return out
}

// Whole is how long the attempts with all steps took, in microseconds, ascending.
func (t *Tally) Whole() []int64 {
	slices.Sort(t.whole)
	return t.whole
}

// Top are the n labels with most attempts, of equals those that come first, and whether
// there are more.
func (t *Tally) Top(n int, order func(a, b uint32) int) (labels []uint32, more bool) {
	for label := range t.first {
		labels = append(labels, label)
	}
	slices.SortFunc(labels, func(a, b uint32) int { return cmp.Or(cmp.Compare(t.first[b], t.first[a]), order(a, b)) })
	return labels[:min(n, len(labels))], len(labels) > n
}

// Median is that of ascending numbers, of an even count the mean of the two in the
// middle. There must be one.
func Median(ascending []int64) float64 {
	n := len(ascending)
	return (float64(ascending[(n-1)/2]) + float64(ascending[n/2])) / 2
}

// Mean of at least one number.
func Mean(numbers []int64) float64 {
	sum := 0.0
	for _, n := range numbers {
		sum += float64(n)
	}
	return sum / float64(len(numbers))
}
