package fold

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The store's suite compares the folds with the contract; here is what is theirs alone.

func TestOneUnitLeavesNothingToTheNext(t *testing.T) {
	t.Parallel()
	f := NewRetention(Cohorts{Edges: []int64{0, 10, 20, 30}, Rows: 1, Columns: 3, To: 10, Until: 30, MinOccurrences: 2})
	f.Unit([]Row{{Time: 1, Steps: Target}, {Time: 11, Steps: Returning}})
	f.Unit([]Row{{Time: 2, Steps: Target}, {Time: 12, Steps: Returning}})
	f.Unit([]Row{{Time: 13, Steps: Returning}, {Time: 14, Steps: Returning}})
	f.Unit([]Row{{Time: 3, Steps: Target | Returning}, {Time: 21, Steps: Returning}, {Time: 22, Steps: Returning}})
	if diff := cmp.Diff([][]int64{{3, 0, 1}}, f.All); diff != "" {
		t.Error(diff)
	}
}

func TestRowsCostNoAllocation(t *testing.T) { //nolint:paralleltest // allocations are counted
	rows := make([]Row, 1000)
	for i := range rows {
		rows[i] = Row{Time: int64(i), Steps: Target | Returning, Label: uint32(i%7 + 1)}
	}
	edges := []int64{0, 10, 100, 500, 1000}
	retention := NewRetention(Cohorts{Edges: edges, Rows: 2, Columns: 3, To: 100, Until: 1000, MinOccurrences: 1, Recurring: true})
	lifecycle, stickiness := NewLifecycle(edges, 10, 1000), NewStickiness(edges)
	paths := NewPaths(Ways{Gap: 10, MaxSteps: 5, MaxEdges: 10, End: 7, Slices: []Slice{{0, 1000}}})
	for name, fold := range map[string]func(){
		"retention": func() { retention.Unit(rows) }, "lifecycle": func() { lifecycle.Unit(rows, 0) },
		"stickiness": func() { stickiness.Unit(rows) }, "paths": func() { paths.Unit(1, rows) }, "calls": func() { paths.Call(1, Call{Time: 3, Took: -1}) },
	} {
		fold() // makes room
		if n := testing.AllocsPerRun(10, fold); n > 0 {
			t.Errorf("%s: %v allocations for 1000 rows", name, n)
		}
	}
}

func TestPeriodsAreFoundInAnyOrder(t *testing.T) {
	t.Parallel()
	p := periods{edges: []int64{0, 10, 20, 25, 40}}
	for _, c := range []struct {
		at   int64
		want int
	}{{39, 3}, {0, 0}, {24, 2}, {20, 2}, {19, 1}, {40, -1}, {-1, -1}, {9, 0}, {25, 3}} {
		if got := p.of(c.at); got != c.want {
			t.Errorf("%d is in %d, want %d", c.at, got, c.want)
		}
	}
}
