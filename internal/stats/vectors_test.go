package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/clickspan/clickspan/internal/stats"
)

// The example of VanderWeele and Ding: a risk ratio of 3.9 (2.4 to 6.3).
func TestEValue(t *testing.T) {
	t.Parallel()
	value, limit := stats.EValue(3.9, stats.Interval{Low: 2.4, High: 6.3})
	near(t, "E-value", value, 7.26303)
	near(t, "of its limit", limit, 4.23303)
	value, limit = stats.EValue(1/3.9, stats.Interval{Low: 1 / 6.3, High: 1 / 2.4})
	near(t, "E-value of what protects", value, 7.26303)
	near(t, "of its limit", limit, 4.23303)
	if _, limit := stats.EValue(1.2, stats.Interval{Low: .9, High: 1.5}); limit != 1 {
		t.Errorf("an interval that holds 1 needs nothing, not %v", limit)
	}
}

// The example of Cinelli and Hazlett: t = 4.18445 with 783 degrees of freedom.
func TestRobustnessValue(t *testing.T) {
	t.Parallel()
	near(t, "robustness value", stats.RobustnessValue(4.18445, 783), .13878)
}

// Looking every day finds something sooner or later with fixed intervals, and hardly
// ever with the sequence, which is 1.55 times as wide where it is tuned.
func TestLookingEveryDay(t *testing.T) {
	t.Parallel()
	const days, aDay, tuned, runs = 30, 50, 14 * 50, 600
	ratio := stats.Sequence(tuned, 1, tuned) / (stats.Z95 / math.Sqrt(tuned))
	if math.Abs(ratio-1.55) > .005 {
		t.Errorf("%.3f times as wide", ratio)
	}
	e := stats.Effect{Value: 1, SE: .1, Support: stats.Support{Blocks: 56}}
	near(t, "an effect's low after two weeks", e.Anytime().Low, 1-.1*ratio*stats.Z95)
	if !math.IsInf(stats.Sequence(0, 1, tuned), 1) {
		t.Error("nothing seen says something")
	}
	d := rand.New(rand.NewPCG(1, 1))
	fixed, sequence := 0, 0
	for range runs {
		sum, n, byFixed, bySequence := 0.0, 0.0, false, false
		for range days {
			sum += math.Sqrt(aDay) * d.NormFloat64()
			n += aDay
			byFixed = byFixed || math.Abs(sum/n) > stats.Z95/math.Sqrt(n)
			bySequence = bySequence || math.Abs(sum/n) > stats.Sequence(n, 1, tuned)
		}
		if byFixed {
			fixed++
		}
		if bySequence {
			sequence++
		}
	}
	if fixed < runs/5 || sequence > runs/20 {
		t.Errorf("of %d runs without an effect, %d look like one to fixed intervals and %d to the sequence", runs, fixed, sequence)
	}
}
