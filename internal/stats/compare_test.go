package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/clickspan/clickspan/internal/stats"
)

// metric is the log of a measure of 24.4 days whose deploy is at 14:00 of day 21: daily and
// weekly waves, a disturbance that remembers, noise; the control shares 70 % of the
// disturbance's variance.
func metric(seed uint64, memory, change float64) (stats.Hourly, int) {
	const hours, deploy = 24*24 + 10, 21*24 + 14
	d := rand.New(rand.NewPCG(seed, 7))
	h := stats.Hourly{Values: make([]float64, hours), Controls: [][]float64{make([]float64, hours)}}
	var shared, own, other float64
	step := .1 * math.Sqrt(1-memory*memory)
	for i := range hours {
		shared = memory*shared + step*d.NormFloat64()
		own = memory*own + step*d.NormFloat64()
		other = memory*other + step*d.NormFloat64()
		wave := .3 * math.Cos(2*math.Pi*float64(i%24-20)/24)
		if i%168 >= 120 {
			wave *= .6
		}
		h.Values[i] = wave + math.Sqrt(.7)*shared + math.Sqrt(.3)*own + .03*d.NormFloat64()
		h.Controls[0][i] = wave + math.Sqrt(.7)*shared + math.Sqrt(.3)*other + .03*d.NormFloat64()
		if i >= deploy {
			h.Values[i] += change
		}
	}
	return h, deploy
}

// lastWeek compares the hours since the deploy with the same hours a week before, as if
// each hour were independent.
func lastWeek(h stats.Hourly, deploy int) (t float64) {
	var sum, square, n float64
	for i := deploy; i < len(h.Values); i++ {
		d := h.Values[i] - h.Values[i-168]
		sum += d
		square += d * d
		n++
	}
	mean := sum / n
	return mean / math.Sqrt((square/n-mean*mean)/n)
}

// A change of nothing is found about once in twenty times; last week's hours say that
// nearly every deploy did something.
func TestChangedHolds(t *testing.T) {
	t.Parallel()
	for _, memory := range []float64{.8, .95} {
		const runs = 40
		var found, byWeek int
		var size score
		for seed := range uint64(runs) {
			h, deploy := metric(seed, memory, 0)
			e, refusal := stats.Changed(h, deploy)
			if refusal != nil {
				t.Fatal(refusal)
			}
			if e.PValue() < .05 {
				found++
			}
			if math.Abs(lastWeek(h, deploy)) > stats.Z95 {
				byWeek++
			}
			for i := deploy; i < len(h.Values); i++ {
				h.Values[i] -= .10
			}
			e, _ = stats.Changed(h, deploy)
			size.add(e, -.10)
		}
		if found > 7 || byWeek < runs/3 {
			t.Errorf("memory %.2f: of %d deploys that did nothing, %d are found, by last week's hours %d", memory, runs, found, byWeek)
		}
		size.holds(t, "a change of a tenth", 3)
	}
}

// Hours that are missing, and a tool that rests on weekends, are no obstacle.
func TestChangedWithGaps(t *testing.T) {
	t.Parallel()
	h, deploy := metric(1, .8, -.3)
	for i := range h.Values {
		if i%168 >= 120 || i%17 == 0 {
			h.Values[i] = math.NaN()
		}
	}
	e, refusal := stats.Changed(h, deploy)
	if refusal != nil || e.Interval.Low > -.3 || e.Interval.High < -.3 || e.Interval.High > 0 {
		t.Errorf("%+v, %v", e, refusal)
	}
}
