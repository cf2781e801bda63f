package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

const (
	needBefore = 14 * 24 // hours: two of each day of the week
	needAfter  = 6
)

// Hourly is a measure by the hour, on a scale where a change adds: the log of a latency
// or of a rate. NaN is an hour without one.
type Hourly struct {
	Values []float64
	// Start is the first hour's number since a Monday's midnight, in people's own time.
	Start int
	// Controls are measures of the same hours that the change cannot have touched: other
	// endpoints. What moves them too is taken out.
	Controls [][]float64
}

// Changed estimates by how much the measure is higher from the given hour on than it
// would be, beyond trend, times of day, weekends and what the controls show. Errors are
// a slow disturbance, which remembers, and a quick one: comparing means as if hours were
// independent is wrong half of the time. One Kalman filter whitens all columns; how
// slow and how strong is chosen by restricted likelihood (Brodersen and others 2015,
// without priors). It refuses below 14 days before and 6 hours after.
func Changed(h Hourly, from int) (Effect, *Refusal) {
	columns := h.columns(from)
	rows, before, after := complete(columns), 0, 0
	columns = slices.DeleteFunc(columns, func(c []float64) bool { return flat(c, rows) })
	for i, ok := range rows {
		switch {
		case ok && i < from:
			before++
		case ok:
			after++
		}
	}
	if r := refuse(
		need{TooFew, "hours before", float64(before), needBefore},
		need{TooFew, "hours after", float64(after), needAfter},
	); r != nil {
		return Effect{}, r
	}
	best, found := regression{}, false
	for _, memory := range []float64{.3, .5, .7, .8, .88, .93, .96, .98, .99} {
		for _, quick := range []float64{.01, .1, .3, 1, 3, 10} {
			r, ok := regress(columns, rows, memory, quick)
			if ok && (!found || r.likelihood > best.likelihood) {
				best, found = r, true
			}
		}
	}
	if !found {
		return Effect{}, &Refusal{NoVariation, "different columns", 0, 1}
	}
	return effect(best.step, best.variance, best.df, Support{Rows: before + after, Exposed: after}), nil
}

// columns are the measure, the step, and what explains the measure without it.
func (h *Hourly) columns(from int) [][]float64 {
	n := len(h.Values)
	list := [][]float64{h.Values}
	add := func(of func(i int) float64) {
		column := make([]float64, n)
		for i := range column {
			column[i] = of(i)
		}
		list = append(list, column)
	}
	add(func(i int) float64 { return one(i >= from) })
	add(func(int) float64 { return 1 })
	add(func(i int) float64 { return float64(i)/float64(n) - .5 })
	weekend := func(i int) float64 { return one((h.Start+i)%weekHours >= 5*24) }
	wave := func(i, harmonic int, shift float64) float64 {
		return math.Cos(2*math.Pi*float64(harmonic*((h.Start+i)%24))/24 - shift)
	}
	add(weekend)
	for harmonic := 1; harmonic <= 3; harmonic++ {
		for _, shift := range []float64{0, math.Pi / 2} {
			add(func(i int) float64 { return wave(i, harmonic, shift) })
			add(func(i int) float64 { return weekend(i) * wave(i, harmonic, shift) })
		}
	}
	return append(list, h.Controls...)
}

// flat says that a column is 0 in all rows: weekends of a tool that rests on them.
func flat(column []float64, rows []bool) bool {
	for i, ok := range rows {
		if ok && column[i] != 0 {
			return false
		}
	}
	return true
}

// complete says which rows have all columns.
func complete(columns [][]float64) []bool {
	rows := make([]bool, len(columns[0]))
	for i := range rows {
		rows[i] = true
		for _, c := range columns {
			rows[i] = rows[i] && !math.IsNaN(c[i]) && !math.IsInf(c[i], 0)
		}
	}
	return rows
}

type regression struct{ likelihood, step, variance, df float64 }

// regress whitens the columns, whose first is explained by the rest, as if errors were
// an autoregression with that memory and innovations of variance 1, and white noise of
// variance quick; then it is least squares.
func regress(columns [][]float64, rows []bool, memory, quick float64) (regression, bool) {
	p := len(columns) - 1
	predicted, white := make([]float64, p+1), make([]float64, p+1)
	cross := mat.NewSymDense(p+1, nil)
	variance, n, logs := 1/(1-memory*memory), 0.0, 0.0
	for i, ok := range rows {
		gain, total := 0.0, variance+quick
		if ok {
			gain = memory * variance / total
			scale := 1 / math.Sqrt(total)
			for j, c := range columns {
				white[j] = (c[i] - predicted[j]) * scale
			}
			cross.SymRankOne(cross, 1, mat.NewVecDense(p+1, white))
			logs += math.Log(total)
			n++
		}
		for j := range predicted {
			predicted[j] *= memory
			if ok {
				predicted[j] += gain * white[j] * math.Sqrt(total)
			}
		}
		variance = memory*memory*variance + 1 - gain*gain*total
	}
	x, xy := mat.NewSymDense(p, nil), mat.NewVecDense(p, nil)
	for i := range p {
		xy.SetVec(i, cross.At(0, i+1))
		for j := i; j < p; j++ {
			x.SetSym(i, j, cross.At(i+1, j+1))
		}
	}
	var factors mat.Cholesky
	var beta mat.VecDense
	var inverse mat.SymDense
	if n <= float64(p) || !factors.Factorize(x) || factors.SolveVecTo(&beta, xy) != nil || factors.InverseTo(&inverse) != nil {
		return regression{}, false
	}
	df := n - float64(p)
	rest := (cross.At(0, 0) - mat.Dot(&beta, xy)) / df
	if rest <= 0 {
		return regression{}, false
	}
	return regression{
		likelihood: -(df*math.Log(rest) + logs + factors.LogDet()) / 2,
		step:       beta.AtVec(0), variance: rest * inverse.At(0, 0), df: df,
	}, true
}
