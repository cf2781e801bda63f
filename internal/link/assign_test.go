package link

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

const testSkip = 8.0

// problem is a small assignment: costs[i][j] is +Inf where seeker i cannot have row j.
type problem struct {
	costs [][]float64
	rows  int
}

func genProblem(t *rapid.T) problem {
	p := problem{rows: rapid.IntRange(1, 5).Draw(t, "rows")}
	for range rapid.IntRange(1, 5).Draw(t, "seekers") {
		var line []float64
		for range p.rows {
			if rapid.IntRange(0, 3).Draw(t, "feasible") == 0 {
				line = append(line, math.Inf(1))
				continue
			}
			line = append(line, float64(rapid.IntRange(-8, 40).Draw(t, "cost"))/4) // ties are likely
		}
		p.costs = append(p.costs, line)
	}
	return p
}

func (p problem) options() [][]option {
	var out [][]option
	for _, line := range p.costs {
		var o []option
		for j, c := range line {
			if !math.IsInf(c, 1) {
				o = append(o, option{int32(j), c})
			}
		}
		out = append(out, cheapest(o))
	}
	return out
}

// best is the least cost of serving seekers from i on, by trying everything; when
// forced is not nil it says what seeker only must have.
func (p problem) best(i int, taken int, only int, forced int32) float64 {
	if i == len(p.costs) {
		return 0
	}
	least := math.Inf(1)
	if i != only || forced == none {
		least = testSkip + p.best(i+1, taken, only, forced)
	}
	for j, c := range p.costs[i] {
		if taken&(1<<j) == 0 && (i != only || forced == int32(j)) {
			least = min(least, c+p.best(i+1, taken|1<<j, only, forced))
		}
	}
	return least
}

func (p problem) cost(a *assignment) float64 {
	total := 0.0
	for i, r := range a.row {
		if r == none {
			total += testSkip
		} else {
			total += p.costs[i][r]
		}
	}
	return total
}

func TestAssignmentIsCheapest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := genProblem(t)
		a := newAssignment(p.options(), p.rows, testSkip)
		used := map[int32]int{}
		for i, r := range a.row {
			if r == none {
				continue
			}
			if before, twice := used[r]; twice {
				t.Fatalf("row %d serves seekers %d and %d", r, before, i)
			}
			used[r] = i
			if a.seeker[r] != int32(i) {
				t.Fatalf("row %d says it serves %d, not %d", r, a.seeker[r], i)
			}
		}
		if got, want := p.cost(a), p.best(0, 0, none, none); math.Abs(got-want) > 1e-9 {
			t.Fatalf("cost is %v, the cheapest is %v: %v", got, want, a.row)
		}
	})
}

func TestRivalsAreTheNextBest(t *testing.T) {
	t.Parallel()
	const limit = 6.0
	rapid.Check(t, func(t *rapid.T) {
		p := genProblem(t)
		a := newAssignment(p.options(), p.rows, testSkip)
		total := p.cost(a)
		for i, own := range a.row {
			if own == none {
				continue
			}
			got := map[int32]float64{}
			for _, r := range a.rivals(int32(i), limit) {
				got[r.row] = r.gap
			}
			for j := int32(none); j < int32(p.rows); j++ {
				if j == own {
					continue
				}
				gap := p.best(0, 0, i, j) - total
				claimed, listed := got[j]
				switch {
				case gap <= limit-1e-9 && !listed:
					t.Fatalf("seeker %d could have row %d for %v more, which is not listed: %v", i, j, gap, got)
				case listed && math.Abs(claimed-gap) > 1e-9:
					t.Fatalf("seeker %d would pay %v more for row %d, not %v", i, gap, j, claimed)
				}
			}
		}
	})
}

func TestMatchConfidence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		rivals []rival
		late   bool
		want   float64 // 0 = no link
	}{
		{"no rival", nil, false, 0.95},
		{"no rival, but the daily keys are gone", nil, true, 0.6},
		{"a rival that is far worse", []rival{{1, 7}}, false, 0.95},
		{"a rival e times less likely", []rival{{1, 1}}, false, 0.7311},
		{"a rival just as good", []rival{{1, 0}}, false, 0.5},
		{"two rivals just as good", []rival{{1, 0}, {2, 0}}, false, 0},
		{"a late tie", []rival{{1, 0}}, true, 0.5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := matchConfidence(tt.rivals, 1, tt.late)
			if got != tt.want || ok != (tt.want > 0) {
				t.Errorf("confidence is %v (%v), want %v", got, ok, tt.want)
			}
		})
	}
}

// TestMatchConfidenceFollowsTheEvidence: a rival that fits worse never makes a pair
// less sure, nor does one rival less.
func TestMatchConfidenceFollowsTheEvidence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rivals := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) rival {
			return rival{1, rapid.Float64Range(0, rivalLimit).Draw(t, "gap")}
		}), 1, 4).Draw(t, "rivals")
		sharp, late := rapid.SampledFrom([]float64{1, sharpFine}).Draw(t, "sharp"), rapid.Bool().Draw(t, "late")
		before, _ := matchConfidence(rivals, sharp, late)
		if fewer, _ := matchConfidence(rivals[1:], sharp, late); fewer < before {
			t.Fatalf("without a rival %v, with it %v", fewer, before)
		}
		rivals[0].gap += rapid.Float64Range(0, 3).Draw(t, "more")
		if worse, _ := matchConfidence(rivals, sharp, late); worse < before {
			t.Fatalf("a rival that fits worse: %v, before %v", worse, before)
		}
	})
}
