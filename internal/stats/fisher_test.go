package stats_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/stats"
)

// The tables and values of the help of R's fisher.test, and of Fisher (1935): the lady
// who tells whether milk or tea was poured first, and convicts among twins.
func TestFisherOfPublishedTables(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		table stats.Table
		want  float64
	}{
		{stats.Table{With: 3, Without: 1, OtherWith: 1, OtherWithout: 3}, 34. / 70},
		{stats.Table{With: 4, Without: 0, OtherWith: 0, OtherWithout: 4}, 2. / 70},
		{stats.Table{With: 2, Without: 15, OtherWith: 10, OtherWithout: 3}, 0.0005367241},
		{stats.Table{With: 0, Without: 0, OtherWith: 5, OtherWithout: 5}, 1},
		{stats.Table{With: 5, Without: 0, OtherWith: 5, OtherWithout: 0}, 1},
		{stats.Table{}, 1},
	} {
		if got := c.table.Fisher(); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%+v: p = %v, want %v", c.table, got, c.want)
		}
	}
}

// TestFisherAddsUpAllTables counts all tables with these sums one by one.
func TestFisherAddsUpAllTables(t *testing.T) {
	t.Parallel()
	choose := func(n, k int64) float64 {
		out := 1.0
		for i := range k {
			out = out * float64(n-i) / float64(i+1)
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		cell := func(name string) int64 { return rapid.Int64Range(0, 25).Draw(t, name) }
		table := stats.Table{With: cell("a"), Without: cell("b"), OtherWith: cell("c"), OtherWithout: cell("d")}
		group, other, with := table.With+table.Without, table.OtherWith+table.OtherWithout, table.With+table.OtherWith
		chance := func(k int64) float64 { return choose(group, k) * choose(other, with-k) / choose(group+other, with) }
		want := 0.0
		for k := max(0, with-other); k <= min(group, with); k++ {
			if chance(k) <= chance(table.With)*(1+1e-7) {
				want += chance(k)
			}
		}
		if got := table.Fisher(); math.Abs(got-want) > 1e-9 {
			t.Fatalf("%+v: p = %v, want %v", table, got, want)
		}
	})
}

func TestFisherOfManyIsQuickAndSmall(t *testing.T) {
	t.Parallel()
	p := stats.Table{With: 30_000, Without: 20_000, OtherWith: 10_000, OtherWithout: 40_000}.Fisher()
	if !(p >= 0 && p < 1e-100) {
		t.Errorf("p = %v", p)
	}
}

func TestOddsRatioOfNothingIsOneAndWide(t *testing.T) {
	t.Parallel()
	ratio, ci := stats.Table{}.OddsRatio()
	if ratio != 1 || ci.Low > 0.1 || ci.High < 10 {
		t.Errorf("%v in %v", ratio, ci)
	}
	// (20+1)(90+1) / ((10+1)(80+1)), with the interval by hand.
	ratio, ci = stats.Table{With: 20, Without: 80, OtherWith: 10, OtherWithout: 90}.OddsRatio()
	want, wide := 21.*91/(11*81), math.Exp(1.959963984540054*math.Sqrt(1./21+1./81+1./11+1./91))
	if math.Abs(ratio-want) > 1e-12 || math.Abs(ci.Low-want/wide) > 1e-12 || math.Abs(ci.High-want*wide) > 1e-12 {
		t.Errorf("%v in %v", ratio, ci)
	}
}
