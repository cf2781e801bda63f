package stats_test

import (
	"math"
	"testing"

	"github.com/clickspan/clickspan/internal/stats"
)

// What failures do is estimated rightly although they come when calls are slow; the
// difference that people see is too large.
func TestFailureHolds(t *testing.T) {
	t.Parallel()
	var right, brought, wrong score
	for seed := range uint64(4) {
		s := open(t, "S0", seed, 250)
		c, refusal := stats.Failure(s.rows)
		if refusal != nil {
			t.Fatal(refusal)
		}
		difference, lost := s.failure()
		right.add(c.Difference, difference)
		brought.add(c.Brought, lost)
		wrong.add(s.difference(), difference)
		if math.Abs(c.With-c.Without-c.Difference.Value) > 1e-9 || c.Without < 0 || c.With > 1 {
			t.Errorf("%+v", c)
		}
	}
	right.holds(t, "difference", 2)
	brought.holds(t, "brought", 2)
	if off := wrong.bias / wrong.truth; off < .06 {
		t.Errorf("the naive difference is off by %+.2f of the truth only: this test cannot fail", off)
	}
}

// The cases that broke an earlier public tool: what harms is found and negative, what
// helps is not told as a loss.
func TestHarmIsNegativeAndHelpIsNoLoss(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fine, hit float64 }{{.6, .2}, {.6, .8}} {
		rows := make([]stats.Row, 6000)
		for i := range rows {
			r := &rows[i]
			*r = stats.Row{Person: int32(i / 40), Hour: int32(i % 40 * 7), Server: 200, Failed: i%10 == 0}
			p := c.fine
			if r.Failed {
				p = c.hit
			}
			r.Outcome = float64((i/10*7)%100)/100 < p // the goal is reached
		}
		got, refusal := stats.Failure(rows)
		if refusal != nil {
			t.Fatal(refusal)
		}
		want := c.hit - c.fine
		if d := got.Difference; math.Abs(d.Value-want) > .03 || d.Interval.Low > want || d.Interval.High < want || d.PValue() > .001 {
			t.Errorf("%.1f → %.1f: %+v", c.fine, c.hit, d)
		}
		if value, limit := got.EValue(); limit < 1.5 || value < limit {
			t.Errorf("%.1f → %.1f: E-values %.2f, %.2f", c.fine, c.hit, value, limit)
		}
		if b := got.Brought.Value; b*want <= 0 || math.Abs(b-want*600) > 20 {
			t.Errorf("%.1f → %.1f: brought %.0f goals", c.fine, c.hit, b)
		}
	}
}
