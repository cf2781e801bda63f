package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/clickspan/clickspan/internal/stats"
)

// windowsOf is the means of 31 neighbouring windows of ten minutes of a measure that
// wanders and remembers, and whose last window is higher by change.
func windowsOf(seed uint64, memory, change float64) []float64 {
	d := rand.New(rand.NewPCG(seed, 11))
	out := make([]float64, 31)
	level, step := 0.0, .03*math.Sqrt(1-memory*memory)
	for i := range out {
		for range 10 {
			level = memory*level + step*d.NormFloat64()
			out[i] += (level + .02*d.NormFloat64()) / 10
		}
	}
	out[30] += change
	return out
}

func shift(windows []float64) (stats.Effect, *stats.Refusal) {
	var changes []float64
	for i := 1; i < len(windows); i++ {
		changes = append(changes, windows[i]-windows[i-1])
	}
	return stats.Shift(changes[len(changes)-1], changes[:len(changes)-1], 0)
}

// Deploys that did nothing are found about once in twenty times, ten minutes after them;
// a change of a tenth in nine of ten, and about as large as it is.
func TestShiftHolds(t *testing.T) {
	t.Parallel()
	const runs = 400
	for _, memory := range []float64{.5, .9, .98} {
		var nothing, tenth, covered int
		for seed := range uint64(runs) {
			e, refusal := shift(windowsOf(seed, memory, 0))
			if refusal != nil {
				t.Fatal(refusal)
			}
			if e.PValue() < .05 {
				nothing++
			}
			if e, _ = shift(windowsOf(seed, memory, .10)); e.PValue() < .05 {
				tenth++
			}
			if e.Interval.Low <= .10 && .10 <= e.Interval.High {
				covered++
			}
		}
		// .05 ± 3 Monte-Carlo errors.
		if share := float64(nothing) / runs; share > .083 || share < .017 {
			t.Errorf("memory %.2f: %.3f of the deploys that did nothing are found", memory, share)
		}
		if float64(tenth)/runs < .9 || float64(covered)/runs < .917 {
			t.Errorf("memory %.2f: %d of %d changes of a tenth are found, %d intervals hold it", memory, tenth, runs, covered)
		}
	}
}

func TestShiftNeedsEarlierPairs(t *testing.T) {
	t.Parallel()
	if _, r := stats.Shift(1, make([]float64, 7), .1); r == nil || r.Reason != stats.TooFew {
		t.Errorf("%v", r)
	}
	// Where nothing ever changed, what was counted still is uncertain.
	if e, r := stats.Shift(.01, make([]float64, 20), .01); r != nil || e.SE != .01 {
		t.Errorf("%+v, %v", e, r)
	}
}
