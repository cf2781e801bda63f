package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/clickspan/clickspan/internal/stats"
)

// The curve and what is read off it hold the truth.
func TestDoseHolds(t *testing.T) {
	t.Parallel()
	var scores [6]score
	for seed := range uint64(3) {
		s := open(t, "S6", seed, 400).answered()
		curve, refusal := stats.Dose(s.rows)
		if refusal != nil {
			t.Fatal(refusal)
		}
		truth := s.doses()
		for i, e := range []stats.Effect{curve.Shifted(100), curve.Doubled(), curve.Brought(500), curve.At(200), curve.At(400), curve.At(800)} {
			scores[i].add(e, truth[i])
		}
	}
	for i, what := range []string{"100 ms more", "doubled", "above 500 ms", "at 200 ms", "at 400 ms", "at 800 ms"} {
		scores[i].holds(t, what, 8)
	}
}

// Where people only mind from some latency on, the knee says so.
func TestKnee(t *testing.T) {
	t.Parallel()
	d := rand.New(rand.NewPCG(2, 2))
	rows := make([]stats.Row, 60_000)
	for i := range rows {
		ms := 200 * math.Exp(.8*d.NormFloat64())
		p := .05 + .2*max(0, math.Log2(ms/343)) // the third quartile
		rows[i] = stats.Row{Person: int32(i / 100), Hour: int32(i % 100 * 5), Server: ms, Outcome: d.Float64() < p}
	}
	knowUsual(rows)
	curve, refusal := stats.Dose(rows)
	if refusal != nil {
		t.Fatal(refusal)
	}
	ms, bend, found := curve.Knee()
	if !found || math.Abs(ms-343) > 15 || math.Abs(bend.Value-.2) > .04 {
		t.Errorf("knee at %.0f ms (%v): %+v", ms, found, bend)
	}
	if e := curve.Between(100, 300); e.PValue() < .01 {
		t.Errorf("they mind below it: %+v", e)
	}
	if e := curve.Between(400, 1400); math.Abs(e.Value-.2*math.Log2(3.5)) > .05 {
		t.Errorf("a second more costs %+v", e)
	}
}
