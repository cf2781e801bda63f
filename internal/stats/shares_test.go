package stats_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/stats"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 5e-5 {
		t.Errorf("%s is %.5f, not %.5f", what, got, want)
	}
}

// The examples of Newcombe (1998): Statistics in Medicine 17, 857 and 873.
func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	w := stats.Wilson(81, 263, stats.Z95)
	near(t, "81 of 263, low", w.Low, .2553)
	near(t, "81 of 263, high", w.High, .3662)
	w = stats.Wilson(0, 20, stats.Z95)
	near(t, "0 of 20, low", w.Low, 0)
	near(t, "0 of 20, high", w.High, .1611)
	d, ci := stats.Difference(56, 70, 48, 80, stats.Z95)
	near(t, "56/70 - 48/80", d, .2)
	near(t, "its low", ci.Low, .0524)
	near(t, "its high", ci.High, .3339)
}

func TestNothingCountedSaysNothing(t *testing.T) {
	t.Parallel()
	if w := stats.Wilson(0, 0, stats.Z95); w != (stats.Interval{Low: 0, High: 1}) {
		t.Errorf("no calls: %v", w)
	}
	if d, ci := stats.Difference(1, 2, 0, 0, stats.Z95); !math.IsNaN(d) || ci != (stats.Interval{Low: -1, High: 1}) {
		t.Errorf("nobody to compare with: %v %v", d, ci)
	}
}

func TestIntervalsHoldTheirEstimate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n1, n2 := rapid.IntRange(1, 1e6).Draw(t, "n1"), rapid.IntRange(1, 1e6).Draw(t, "n2")
		k1, k2 := rapid.IntRange(0, n1).Draw(t, "k1"), rapid.IntRange(0, n2).Draw(t, "k2")
		d, ci := stats.Difference(float64(k1), float64(n1), float64(k2), float64(n2), stats.Z95)
		const slack = 1e-12
		if ci.Low-slack > d || ci.High+slack < d || ci.Low < -1-slack || ci.High > 1+slack {
			t.Fatalf("%v outside %v", d, ci)
		}
	})
}

func TestQuantileRanks(t *testing.T) {
	t.Parallel()
	if low, high := stats.QuantileRanks(1000, .95, stats.Z95); low != 935 || high != 963 {
		t.Errorf("p95 of 1000 lies between ranks %d and %d", low, high)
	}
	if low, high := stats.QuantileRanks(3, .95, stats.Z95); low < 0 || high != 2 {
		t.Errorf("p95 of 3 lies between ranks %d and %d", low, high)
	}
}
