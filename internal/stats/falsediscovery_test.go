package stats_test

import (
	"math"
	"testing"

	"github.com/clickspan/clickspan/internal/stats"
)

// The fifteen p of Benjamini and Hochberg (1995), of which the procedure rejects four at 5 %.
func TestBenjaminiHochbergOfItsPaper(t *testing.T) {
	t.Parallel()
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000}
	q := stats.BenjaminiHochberg(p)
	found := 0
	for _, x := range q {
		if x <= 0.05 {
			found++
		}
	}
	if found != 4 {
		t.Errorf("%d are found, want 4: %v", found, q)
	}
	for i, want := range map[int]float64{0: 0.0015, 3: 0.035625, 14: 1} {
		if math.Abs(q[i]-want) > 1e-12 {
			t.Errorf("q of %v is %v, want %v", p[i], q[i], want)
		}
	}
	mixed := stats.BenjaminiHochberg([]float64{0.9, 0.01})
	if mixed[0] != 0.9 || mixed[1] != 0.02 {
		t.Errorf("in another order: %v", mixed)
	}
	if len(stats.BenjaminiHochberg(nil)) != 0 {
		t.Error("of none there is none")
	}
}
