package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Row is one action of a person with the call that it waited for. A list of rows holds
// each person's in the order of time; the people may come in any order.
type Row struct {
	Person int32 // from 0, without many gaps
	Cell   int32 // device × network × step of the visit, from 0, without many gaps
	Hour   int32 // since any midnight before all rows; hour of week and time blocks follow
	// Server is the exposure: milliseconds that the servers took, > 0. The browser's own
	// measurement is none: who leaves cuts the call short, so it looks fast exactly when
	// it hurt.
	Server float64
	// Usual is how slow the person's calls were before; NaN is unknown. See [Usual].
	Usual float64
	// Besides is what else went on that may go with both: how slow, in doublings, and how
	// failing other endpoints were just then (see [Around]), and the visit had met them
	// before. 0 is as usual.
	Besides [Besides]float64
	Failed  bool
	Outcome bool // what the person then did: left, tried again, raged, reached the goal
}

// Besides is how much is known of what else went on at a row.
const Besides = 4

// Effect is an estimate with its 95 % interval. The unit is the estimator's.
type Effect struct {
	Value    float64
	Interval Interval
	SE       float64
	DF       float64 // degrees of freedom of the interval's t distribution
	Support  Support
}

// Support is what an estimate rests on.
type Support struct {
	Rows, Persons, Blocks int
	Outcomes              int // rows whose outcome came true
	Exposed               int // rows that were exposed, for exposures that are yes or no
}

// PValue is the two-sided probability of an estimate so far from 0 if the effect is 0.
func (e Effect) PValue() float64 {
	if e.SE == 0 {
		return 1
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: e.DF}
	return 2 * t.Survival(math.Abs(e.Value/e.SE))
}

// Times scales an effect, as from one call to all.
func (e Effect) Times(factor float64) Effect {
	e.Value *= factor
	e.SE *= math.Abs(factor)
	low, high := e.Interval.Low*factor, e.Interval.High*factor
	e.Interval = Interval{min(low, high), max(low, high)}
	return e
}

func effect(value, variance, df float64, s Support) Effect {
	se := math.Sqrt(max(0, variance))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: max(1, df)}
	half := t.Quantile(.975) * se
	return Effect{Value: value, Interval: Interval{value - half, value + half}, SE: se, DF: max(1, df), Support: s}
}
