package analysis

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// TimeSpan is a range of time, half-open.
type TimeSpan struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// windows are two ranges as long as each other, and as many pairs of the same distance
// before them as are looked at.
type windows struct {
	before, after TimeSpan
	pairs         int
}

const (
	mostPairs    = 30
	windowsReach = 60 * 24 * time.Hour // how far back earlier pairs are looked for
	leastInPair  = 20                  // calls or actions in a window of an earlier pair
	leastInOwn   = 30                  // and of the own
)

// windowsOf looks back from two ranges of one length.
func windowsOf(before, after TimeSpan) windows {
	w := windows{before: before, after: after}
	long := after.To.Sub(after.From)
	w.pairs = max(1, min(mostPairs, int(windowsReach/long)))
	return w
}

// edges are those of the windows of one side, the own last.
func (w windows) edges(of TimeSpan) []time.Time {
	long := of.To.Sub(of.From)
	var out []time.Time
	for k := w.pairs; k >= 0; k-- {
		out = append(out, of.From.Add(-time.Duration(k)*long))
	}
	return append(out, of.To)
}

// sides is a measure in the windows of both sides, the own ones last; NaN where nothing
// can be measured.
type sides struct{ before, after []float64 }

func (s sides) own() (before, after float64) { return last(s.before), last(s.after) }

func last[T any](list []T) T { return list[len(list)-1] }

// map2 makes a measure of two.
func map2(a, b sides, f func(a, b float64) float64) sides {
	out := sides{make([]float64, len(a.before)), make([]float64, len(a.after))}
	for i := range a.before {
		out.before[i], out.after[i] = f(a.before[i], b.before[i]), f(a.after[i], b.after[i])
	}
	return out
}

// changes are the differences of all pairs, the own one last.
func (s sides) changes() []float64 {
	out := make([]float64, len(s.after))
	for i := range out {
		out[i] = s.after[i] - s.before[i]
	}
	return out
}

// ask reads measures in all windows of both sides, by label.
func (w windows) ask(ctx context.Context, r store.Reader, scope store.Scope, by []store.Field, limit int, measures ...store.Measure) (map[string][]sides, error) {
	out := map[string][]sides{}
	for n, of := range []TimeSpan{w.before, w.after} {
		scope.From, scope.To = w.edges(of)[0], of.To
		got, err := r.Series(ctx, store.SeriesQuery{Scope: scope, Edges: w.edges(of), By: by, Limit: limit, Measures: measures})
		if err != nil {
			return nil, err
		}
		for _, line := range got.Lines {
			label := strings.Join(line.Labels, "\x00")
			if out[label] == nil {
				out[label] = nothing(len(measures), w.pairs+1)
			}
			for m, values := range line.Values {
				to := &out[label][m].before
				if n == 1 {
					to = &out[label][m].after
				}
				for i, v := range values {
					if v != nil {
						(*to)[i] = *v
					}
				}
			}
		}
	}
	return out, nil
}

func nothing(measures, windows int) []sides {
	out := make([]sides, measures)
	for m := range out {
		out[m] = sides{missing(windows), missing(windows)}
	}
	return out
}

func missing(n int) []float64 { return slices.Repeat([]float64{math.NaN()}, n) }

// orZero counts what is missing as nothing.
func (s sides) orZero() sides {
	return map2(s, s, func(v, _ float64) float64 {
		if math.IsNaN(v) {
			return 0
		}
		return v
	})
}

// atLeast leaves out windows in which too few were counted.
func (s sides) atLeast(n sides, least float64) sides {
	return map2(s, n, func(v, n float64) float64 {
		if !(n >= least) {
			return math.NaN()
		}
		return v
	})
}

// judgeShift says by how much a measure changed beyond what the controls show, which are
// used where they explain the earlier changes. names are those of the controls used.
func judgeShift(of sides, controls map[string]sides, floor float64) (e stats.Effect, names []string, refusal *stats.Refusal) {
	changes := of.changes()
	alone := usable(changes[:len(changes)-1])
	e, refusal = stats.Shift(last(changes), alone, floor)
	with, names := controlled(changes, controls)
	if len(names) == 0 {
		return e, nil, refusal
	}
	beside, r := stats.Shift(last(with), usable(with[:len(with)-1]), floor)
	if r != nil || refusal == nil && beside.SE >= e.SE {
		return e, nil, refusal
	}
	return beside, names, nil
}

func usable(list []float64) (out []float64) {
	for _, v := range list {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, v)
		}
	}
	return out
}

const (
	mostControls = 3
	alike        = .5 // correlation of earlier changes
)

// controlled are the changes less the mean of those of the controls that moved along
// before.
func controlled(changes []float64, controls map[string]sides) (out []float64, names []string) {
	type control struct {
		name string
		r    float64
		of   []float64
	}
	var found []control
	for name, s := range controls {
		moved := s.changes()
		if r := correlation(changes[:len(changes)-1], moved[:len(moved)-1]); r >= alike && !math.IsNaN(last(moved)) {
			found = append(found, control{name, r, moved})
		}
	}
	slices.SortFunc(found, func(a, b control) int { return cmp.Or(cmp.Compare(b.r, a.r), cmp.Compare(a.name, b.name)) })
	found = found[:min(len(found), mostControls)]
	if len(found) == 0 {
		return nil, nil
	}
	out = slices.Clone(changes)
	for i := range out {
		sum, n := 0.0, 0.0
		for _, c := range found {
			if !math.IsNaN(c.of[i]) {
				sum, n = sum+c.of[i], n+1
			}
		}
		out[i] -= sum / n // NaN without any
	}
	for _, c := range found {
		names = append(names, c.name)
	}
	return out, names
}

// correlation is Pearson's over the places where both are known; 0 when these are few.
func correlation(a, b []float64) float64 {
	var n, sa, sb, saa, sbb, sab float64
	for i := range a {
		if math.IsNaN(a[i]) || math.IsNaN(b[i]) || math.IsInf(a[i], 0) || math.IsInf(b[i], 0) {
			continue
		}
		n, sa, sb = n+1, sa+a[i], sb+b[i]
		saa, sbb, sab = saa+a[i]*a[i], sbb+b[i]*b[i], sab+a[i]*b[i]
	}
	spread := math.Sqrt((n*saa - sa*sa) * (n*sbb - sb*sb))
	if n < 10 || !(spread > 0) {
		return 0
	}
	return (n*sab - sa*sb) / spread
}

// serviceIs reports whether a label of call.endpoint is of the service.
func serviceIs(label, service string) bool {
	e, ok := event.ParseEndpoint(label)
	return ok && e.Service == service
}

// requestOfLabel is what a label of call.endpoint asks for, whoever answers.
func requestOfLabel(label string) string {
	e, _ := event.ParseEndpoint(label)
	return event.Endpoint{Method: e.Method, Route: e.Route}.String()
}
