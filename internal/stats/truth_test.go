package stats_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/simulate"
	"github.com/clickspan/clickspan/internal/stats"
)

// shop is one replicate of a scenario: what a caller of the estimators would have, and
// what is true of it.
type shop struct {
	rows  []stats.Row
	units []simulate.Unit // of the rows
}

func open(tb testing.TB, scenario string, seed uint64, people int) shop {
	tb.Helper()
	s, err := simulate.Named(scenario)
	if err != nil {
		tb.Fatal(err)
	}
	c := s.Config
	c.Seed, c.People, c.End = seed, people, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	w, err := simulate.New(c)
	if err != nil {
		tb.Fatal(err)
	}
	units, err := w.Units("POST /api/cart/items")
	if err != nil {
		tb.Fatal(err)
	}
	return newShop(units)
}

func newShop(units []simulate.Unit) shop {
	rows := make([]stats.Row, len(units))
	for i := range units {
		u := &units[i]
		device := int32(u.Network)
		if u.Mobile {
			device += 3
		}
		rows[i] = stats.Row{
			Person: u.Person, Cell: device*10 + min(u.Step, 9), Hour: int32(u.At / time.Hour),
			Server: 1000 * u.Server, Failed: u.Failed, Outcome: u.Left,
		}
	}
	knowUsual(rows)
	return shop{rows, units}
}

// knowUsual fills in the usual latency of rows of one endpoint.
func knowUsual(rows []stats.Row) {
	persons, ms := make([]int32, len(rows)), make([]float64, len(rows))
	for i, r := range rows {
		persons[i], ms[i] = r.Person, r.Server
	}
	for i, usual := range stats.Usual(persons, make([]int32, len(rows)), ms) {
		rows[i].Usual = usual
	}
}

// answered leaves the failed calls out.
func (s shop) answered() shop {
	var units []simulate.Unit
	for i := range s.units {
		if !s.units[i].Failed {
			units = append(units, s.units[i])
		}
	}
	return newShop(units)
}

// before are the clicks about before each call.
func (s shop) before() []bool {
	list := make([]bool, len(s.units))
	for i := range s.units {
		list[i] = s.units[i].Restless
	}
	return list
}

// slope is the true mean slope per doubling, of the rows by which it is estimated.
func (s shop) slope() float64 {
	sum, n := 0.0, 0.0
	for i, past := range s.past() {
		if past {
			sum += s.units[i].Slope
			n++
		}
	}
	return sum / n
}

// past says of each row whether there are eight of its person before it.
func (s shop) past() []bool {
	seen, list := map[int32]int{}, make([]bool, len(s.units))
	for i := range s.units {
		person := s.units[i].Person
		list[i] = seen[person] >= 8
		seen[person]++
	}
	return list
}

// failure is the true mean difference that failing makes, and how many left because
// their call failed.
func (s shop) failure() (difference, brought float64) {
	for i := range s.units {
		o := &s.units[i].Outcome
		difference += (o.Failed - o.Fine) / float64(len(s.units))
		if s.units[i].Failed {
			brought += o.Failed - o.Fine
		}
	}
	return difference, brought
}

// leaving is the true probability that unit i leaves had the servers taken so many ms.
func (s shop) leaving(i int, ms float64) float64 {
	u := &s.units[i]
	p := u.Outcome.P
	beta := u.Slope / (p * (1 - p))
	return 1 / (1 + math.Exp(-math.Log(p/(1-p))-beta*math.Log2(ms/(1000*u.Server))))
}

// difference is what people see: the share who leave after a failure less that of the
// others.
func (s shop) difference() stats.Effect {
	var left, n [2]float64
	for _, r := range s.rows {
		k := 0
		if r.Failed {
			k = 1
		}
		n[k]++
		if r.Outcome {
			left[k]++
		}
	}
	d, interval := stats.Difference(left[1], n[1], left[0], n[0], stats.Z95)
	return stats.Effect{Value: d, Interval: interval}
}

// doses are the truth of what a curve says: the mean rise by 100 ms more and by
// doubling, how many left because it took more than 500 ms, and which share of those
// with a past would leave were everything as slow as 200, 400 and 800 ms.
func (s shop) doses() (truth [6]float64) {
	n, known := float64(len(s.units)), 0.0
	for i, past := range s.past() {
		o, ms := &s.units[i].Outcome, s.rows[i].Server
		truth[0] += (s.leaving(i, ms+100) - o.P) / n
		truth[1] += (o.Doubled - o.P) / n
		truth[2] += max(0, o.P-s.leaving(i, 500))
		if past {
			known++
			for j, ms := range []float64{200, 400, 800} {
				truth[3+j] += s.leaving(i, ms)
			}
		}
	}
	for j := 3; j < len(truth); j++ {
		truth[j] /= known
	}
	return truth
}

// score sums replicates of one estimator.
type score struct {
	truth, bias, square float64 // of the estimate less the truth
	covered, n          float64
	squares             float64 // of the same in standard errors
	variance            float64 // that the intervals claim
}

func (s *score) add(e stats.Effect, truth float64) {
	d := e.Value - truth
	s.truth += truth
	s.bias += d
	s.square += d * d
	s.squares += d * d / (e.SE * e.SE)
	s.variance += e.SE * e.SE
	s.n++
	if e.Interval.Low <= truth && truth <= e.Interval.High {
		s.covered++
	}
}

// percent is the bias in per cent of the truth, and its Monte-Carlo error: by what the
// intervals claim where replicates are too few to show it.
func (s *score) percent() (bias, mcse float64) {
	mean := s.bias / s.n
	variance := (s.square - s.n*mean*mean) / (s.n - 1)
	if s.n < 20 {
		variance = s.variance / s.n
	}
	return 100 * s.bias / s.truth, 100 * math.Sqrt(variance/s.n) / math.Abs(s.truth/s.n)
}

// holds checks that the bias is small next to the Monte-Carlo error, and that the
// standard errors are neither too small nor too large: their squares follow a
// chi-squared distribution. Both fail by chance for few seeds in a thousand.
func (s *score) holds(t *testing.T, what string, percent float64) {
	t.Helper()
	bias, mcse := s.percent()
	if math.Abs(bias) > percent+3*mcse {
		t.Errorf("%s: biased by %+.1f %% ± %.1f", what, bias, mcse)
	}
	if limit := s.n + 3*math.Sqrt(2*s.n) + 5; s.squares > limit {
		t.Errorf("%s: errors are %.1f in squared standard errors, at most %.1f expected", what, s.squares, limit)
	}
	if math.IsNaN(bias + mcse + s.squares) {
		t.Errorf("%s: bias %v ± %v, %v", what, bias, mcse, s.squares)
	}
}

// naive is the plain slope of leaving on log2 of a latency, within the groups: what
// people compute.
func (s shop) naive(latency func(*simulate.Unit) float64, groups ...func(*simulate.Unit) int) stats.Effect {
	x, y := make([]float64, len(s.units)), make([]float64, len(s.units))
	for i := range s.units {
		x[i] = math.Log2(latency(&s.units[i]))
		if s.units[i].Left {
			y[i] = 1
		}
	}
	groups = append(groups, func(*simulate.Unit) int { return 0 })
	keys := make([][]int, len(groups))
	for g, group := range groups {
		for i := range s.units {
			keys[g] = append(keys[g], group(&s.units[i]))
		}
	}
	for range 5 {
		for _, key := range keys {
			center(x, key)
			center(y, key)
		}
	}
	var xx, xy, rest float64
	for i := range x {
		xx += x[i] * x[i]
		xy += x[i] * y[i]
	}
	slope := xy / xx
	for i := range x {
		rest += (y[i] - slope*x[i]) * (y[i] - slope*x[i])
	}
	se := math.Sqrt(rest / float64(len(x)) / xx)
	return stats.Effect{Value: slope, SE: se, Interval: stats.Interval{Low: slope - 1.96*se, High: slope + 1.96*se}}
}

// center takes the groups' means from a column.
func center(column []float64, key []int) {
	sums, counts := make([]float64, slices.Max(key)+1), make([]float64, slices.Max(key)+1)
	for i, k := range key {
		sums[k] += column[i]
		counts[k]++
	}
	for i, k := range key {
		column[i] -= sums[k] / counts[k]
	}
}

func logged(u *simulate.Unit) float64 { return u.Logged }

func hourOf(u *simulate.Unit) int { return int(u.At/time.Hour) % 24 }

func personOf(u *simulate.Unit) int { return int(u.Person) }

func cellOf(u *simulate.Unit) int {
	cell := 10*int(u.Network) + int(min(u.Step, 9))
	if u.Mobile {
		cell += 30
	}
	return cell
}
