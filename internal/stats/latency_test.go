package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/clickspan/clickspan/internal/stats"
)

// Where nothing, everything, or one thing hides the effect, its estimate is right and
// so is its interval; what people compute is not.
func TestLatencyHolds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scenario string
		naive    func(shop) stats.Effect
		off      float64 // by how much of the truth at least, with its sign
	}{
		{"S1b", func(s shop) stats.Effect { return s.naive(logged) }, -.15},
		{"S4", func(s shop) stats.Effect { return s.naive(logged, hourOf, cellOf) }, -.15},
		{"S5", func(s shop) stats.Effect { return s.naive(logged, personOf) }, .20},
		{"S6b", nil, 0},
		{"S8", func(s shop) stats.Effect { return s.naive(logged) }, -1}, // the wrong sign
	} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			var right, wrong score
			for seed := range uint64(4) {
				s := open(t, c.scenario, seed, 400).answered()
				e, refusal := stats.Latency(s.rows)
				if refusal != nil {
					t.Fatal(refusal)
				}
				right.add(e, s.slope())
				if c.naive != nil {
					wrong.add(c.naive(s), s.slope())
				}
			}
			right.holds(t, "estimate", 3)
			if off := wrong.bias / wrong.truth; c.naive != nil && off/c.off < 1 {
				t.Errorf("the naive estimate is off by %+.2f of the truth, not by %+.2f or more", off, c.off)
			}
		})
	}
}

// Where nobody minds there is no effect, by any of the methods, and placebos are none.
func TestNobodyMinds(t *testing.T) {
	t.Parallel()
	s := open(t, "S9", 1, 400)
	a := s.answered()
	effects := map[string]stats.Effect{}
	var refusal [6]*stats.Refusal
	effects["latency"], refusal[0] = stats.Latency(a.rows)
	effects["within people"], refusal[1] = stats.Within(a.rows, stats.PerDoubling)
	effects["failures within people"], refusal[2] = stats.Within(s.rows, stats.WhenFailed)
	failure, r := stats.Failure(s.rows)
	effects["failures"], refusal[3] = failure.Difference, r
	above, r := stats.Above(a.rows, 500)
	effects["above 500 ms"], refusal[4] = above.Difference, r
	curve, r := stats.Dose(a.rows)
	effects["doubled"], refusal[5] = curve.Doubled(), r
	for _, r := range refusal {
		if r != nil {
			t.Error(r)
		}
	}
	for what, e := range effects {
		if e.PValue() < .001 || e.SE == 0 {
			t.Errorf("%s: %+v", what, e)
		}
	}
	if ms, bend, found := curve.Knee(); found && bend.PValue() < .001 {
		t.Errorf("a knee at %.0f ms: %+v", ms, bend)
	}
}

// Who has never been here has no usual latency, nor who was here seven times; then that
// of other endpoints will do until there are eight of the same.
func TestUsual(t *testing.T) {
	t.Parallel()
	var persons, endpoints []int32
	var ms []float64
	for i := range 20 { // of person 0 twice as slow as of person 1, endpoint 1 four times as slow as endpoint 0
		for person := range int32(2) {
			endpoint := int32(0)
			if i >= 8 {
				endpoint = 1
			}
			persons, endpoints = append(persons, person), append(endpoints, endpoint)
			ms = append(ms, 100*float64(2-person)*float64(1+3*endpoint))
		}
	}
	for i, usual := range stats.Usual(persons, endpoints, ms) {
		want := .5 - float64(persons[i])
		if i < 16 {
			want = math.NaN()
		}
		if math.IsNaN(want) != math.IsNaN(usual) || math.Abs(usual-want) > 1e-9 {
			t.Errorf("call %d of person %d: %v, not %v", i/2, persons[i], usual, want)
		}
	}
	if got := stats.Usual(nil, nil, nil); len(got) != 0 {
		t.Errorf("no calls: %v", got)
	}
}

func TestPlacebos(t *testing.T) {
	t.Parallel()
	s := open(t, "S6", 1, 400).answered()
	lead, r1 := stats.Decoy("next block", s.rows, stats.Lead(s.rows))
	control, r2 := stats.NegativeControl("clicks before", s.rows, s.before())
	if r1 != nil || r2 != nil {
		t.Fatal(r1, r2)
	}
	if r := stats.Check(lead, control); r != nil {
		t.Errorf("a sound shop: %v", r)
	}
	// A decoy that decides the outcome, and something before the call that knows it.
	d := rand.New(rand.NewPCG(1, 1))
	decoy, knew := make([]float64, len(s.rows)), make([]bool, len(s.rows))
	rows := append([]stats.Row(nil), s.rows...)
	for i := range rows {
		decoy[i] = d.NormFloat64()
		if decoy[i] > 1 {
			rows[i].Outcome = true
		}
		knew[i] = rows[i].Server*math.Exp(.3*d.NormFloat64()) > 600
	}
	other, r1 := stats.Decoy("another endpoint", rows, decoy)
	control, r2 = stats.NegativeControl("clicks before", rows, knew)
	if r1 != nil || r2 != nil {
		t.Fatal(r1, r2)
	}
	for _, p := range []stats.Placebo{other, control} {
		if r := stats.Check(lead, p); r == nil || r.Reason != stats.PlaceboFailed || r.Of != p.Name {
			t.Errorf("%+v passes: %v", p, r)
		}
	}
}

// Rows that cannot carry a number get a reason instead, whatever is asked.
func TestRefusals(t *testing.T) {
	t.Parallel()
	const n = 20_000
	d := rand.New(rand.NewPCG(1, 1))
	plain := func(change func(i int, r *stats.Row)) []stats.Row {
		rows := make([]stats.Row, n)
		for i := range rows {
			rows[i] = stats.Row{
				Person: int32(i / 100), Cell: int32(i % 3), Hour: int32(i % 100 * 5),
				Server: 200 * math.Exp(.5*d.NormFloat64()), Failed: d.Float64() < .05, Outcome: d.Float64() < .1,
			}
			change(i, &rows[i])
		}
		knowUsual(rows)
		return rows
	}
	if _, r := stats.Latency(plain(func(int, *stats.Row) {})); r != nil {
		t.Fatal(r)
	}
	for what, c := range map[string]struct {
		rows   []stats.Row
		reason stats.Reason
	}{
		"no rows":           {nil, stats.TooFew},
		"one person":        {plain(func(_ int, r *stats.Row) { r.Person = 7 }), stats.TooFew},
		"nobody comes back": {plain(func(i int, r *stats.Row) { r.Person = int32(i) }), stats.TooFew},
		"two days":          {plain(func(_ int, r *stats.Row) { r.Hour %= 48 }), stats.TooFew},
		"nobody leaves":     {plain(func(_ int, r *stats.Row) { r.Outcome = false }), stats.TooFew},
		"everybody leaves":  {plain(func(_ int, r *stats.Row) { r.Outcome = true }), stats.TooFew},
		"constant latency":  {plain(func(_ int, r *stats.Row) { r.Server = 200 }), stats.NoVariation},
		"a habit":           {plain(func(i int, r *stats.Row) { r.Server = float64(100 + i/100) }), stats.NoVariation},
		"no latency":        {plain(func(_ int, r *stats.Row) { r.Server = math.NaN() }), stats.TooFew},
	} {
		if e, r := stats.Latency(c.rows); r == nil || r.Reason != c.reason {
			t.Errorf("%s: %v, %+v", what, r, e)
		}
		if curve, r := stats.Dose(c.rows); r == nil || r.Reason != c.reason {
			t.Errorf("%s: %v, %+v", what, r, curve)
		}
	}
	for what, rows := range map[string][]stats.Row{
		"no rows":   nil,
		"none fail": plain(func(_ int, r *stats.Row) { r.Failed = false }),
		"forty":     plain(func(int, *stats.Row) {})[:40],
		"all fail":  plain(func(_ int, r *stats.Row) { r.Failed = true }),
		"an hour":   plain(func(_ int, r *stats.Row) { r.Hour = 12 }),
	} {
		if c, r := stats.Failure(rows); r == nil || r.Reason != stats.TooFew {
			t.Errorf("%s: %v, %+v", what, r, c)
		}
	}
	if _, r := stats.Within(plain(func(_ int, r *stats.Row) { r.Failed = false }), stats.WhenFailed); r == nil || r.Reason != stats.NoVariation {
		t.Errorf("failures of calls that never fail: %v", r)
	}
	if _, r := stats.Changed(stats.Hourly{}, 0); r == nil || r.Reason != stats.TooFew {
		t.Errorf("no hours: %v", r)
	}
}
