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
	var later, doubled, brought score
	points := map[float64]*score{200: {}, 400: {}, 800: {}}
	const target = 500
	for seed := range uint64(3) {
		s := open(t, "S6", seed, 400).answered()
		curve, refusal := stats.Dose(s.rows)
		if refusal != nil {
			t.Fatal(refusal)
		}
		var more, twice, lost float64
		n := float64(len(s.units))
		for i := range s.units {
			o, ms := &s.units[i].Outcome, s.rows[i].Server
			twice += (o.Doubled - o.P) / n
			more += (s.leaving(i, ms+100) - o.P) / n
			lost += max(0, o.P-s.leaving(i, target))
		}
		later.add(curve.Shifted(100), more)
		doubled.add(curve.Doubled(), twice)
		brought.add(curve.Brought(target), lost)
		for ms, score := range points {
			truth := 0.0
			for i := range s.units {
				truth += s.leaving(i, ms) / n
			}
			score.add(curve.At(ms), truth)
		}
	}
	later.holds(t, "100 ms more", 5)
	doubled.holds(t, "doubled", 5)
	brought.holds(t, "above 500 ms", 8)
	for ms, score := range points {
		bias, _ := score.percent()
		if math.Abs(bias) > 12 || score.squares > 30 {
			t.Errorf("at %.0f ms: off by %.1f %%, %.1f squared errors", ms, bias, score.squares)
		}
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
