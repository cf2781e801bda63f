package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/clickspan/clickspan/internal/stats"
)

// What the others' calls were like, of the same moment only, and not one's own.
func TestAround(t *testing.T) {
	t.Parallel()
	got := stats.Around([]int32{0, 0, 1, 1, 1}, []int32{0, 1, 0, 0, 1}, []float64{5, 1, 4, 7, 1})
	want := []float64{(0 + 3) / 6., -3. / 5, 2. / 5, 2. / 5, -2. / 5}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("row %d: %v, not %v", i, got[i], want[i])
		}
	}
	if len(stats.Around(nil, nil, nil)) != 0 {
		t.Error("of nothing")
	}
}

// An endpoint that is slow whenever another is, for which people leave, is not blamed.
func TestOthersAreNotBlamed(t *testing.T) {
	t.Parallel()
	d := rand.New(rand.NewPCG(3, 3))
	rows := make([]stats.Row, 40_000)
	weather := make([]float64, 600)
	for i := range weather {
		weather[i] = .5 * d.NormFloat64()
	}
	for i := range rows {
		hour := int32(i % 100 * 6)
		moment := weather[hour]
		other := moment + .3*d.NormFloat64()
		rows[i] = stats.Row{
			Person: int32(i / 100), Hour: hour, Server: 200 * math.Exp2(moment+.4*d.NormFloat64()), Besides: [stats.Besides]float64{2: moment + .05*d.NormFloat64()},
			Outcome: d.Float64() < .3+.1*other,
		}
	}
	knowUsual(rows)
	beside, r := stats.Latency(rows)
	if r != nil || beside.PValue() < .01 {
		t.Errorf("blamed for what another does: %+v %v", beside, r)
	}
	for i := range rows {
		rows[i].Besides = [stats.Besides]float64{}
	}
	if alone, r := stats.Latency(rows); r != nil || alone.PValue() > .001 {
		t.Errorf("this test cannot fail: %+v %v", alone, r)
	}
}
