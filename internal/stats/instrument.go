package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// What an effect of latency needs: statistics shows wrong intervals below.
const (
	needBlocks   = 30
	needOutcomes = 200
	needSpread   = .1 // standard deviation of the instrument, in doublings
	needStrength = 10 // F of the first stage
)

// Latency estimates by how much the probability of the outcome rises per doubling of
// the server's duration: two-stage least squares whose instrument is how much longer
// the server took than it took for this person before.
//
// A person's own past takes out what makes them slow and loyal at once; it is used
// instead of their mean over all time, because leaving ends a visit and so decides what
// the mean is of. Hour of week and cell take out what else slow moments have in common,
// and so does what other endpoints were like just then.
// Intervals hold when people, and six-hour blocks, have shocks of their own.
//
// The rows are answered calls: failures are another exposure (see [Failure]), which
// incidents bring together with slowness. Those whose usual latency is unknown do not
// count. It refuses below 30 blocks, below 200 rows with or without the outcome,
// and when the instrument hardly moves.
func Latency(rows []Row) (Effect, *Refusal) {
	at := known(rows)
	p := newPanel(rows, at)
	if r := p.enough(); r != nil {
		return Effect{}, r
	}
	y, d, z := p.outcomes(rows, at), doublings(rows, at), surprises(rows, at)
	moved := spread(z)
	for _, column := range [][]float64{y, d, z} {
		within(column, p.week, p.cell)
	}
	p.besides(rows, at, y, d, z)
	if r := p.moves(moved, z, d); r != nil {
		return Effect{}, r
	}
	beta, influence := instrumented([][]float64{z}, [][]float64{d}, y)
	c := p.covariance(influence...)
	return effect(beta[0], c.variance(1), p.df(), p.support), nil
}

// enough says whether there are rows for an effect of latency.
func (p *panel) enough() *Refusal {
	s := p.support
	return refuse(
		need{TooFew, TimeBlocks, float64(s.Blocks), needBlocks},
		need{TooFew, "people", float64(s.Persons), needBlocks},
		need{TooFew, "rows with the outcome", float64(s.Outcomes), needOutcomes},
		need{TooFew, "rows without the outcome", float64(s.Rows - s.Outcomes), needOutcomes},
	)
}

func (p *panel) outcomes(rows []Row, at []int32) []float64 {
	y := make([]float64, len(at))
	for i, r := range at {
		y[i] = one(rows[r].Outcome)
	}
	return y
}

func doublings(rows []Row, at []int32) []float64 {
	d := make([]float64, len(at))
	for i, r := range at {
		d[i] = log2(rows[r].Server)
	}
	return d
}

// known are the positions of the rows whose person's usual latency is.
func known(rows []Row) (at []int32) {
	for i := range rows {
		if !math.IsNaN(rows[i].Usual) {
			at = append(at, int32(i))
		}
	}
	return at
}

// surprises are by how much the servers took longer than usual, in doublings: the
// instrument.
func surprises(rows []Row, at []int32) []float64 {
	z := make([]float64, len(at))
	for i, r := range at {
		z[i] = log2(rows[r].Server) - rows[r].Usual
	}
	return z
}

// moves says whether the instrument, with that spread before groups were taken out,
// moves the latency enough.
func (p *panel) moves(spread float64, z, d []float64) *Refusal {
	return refuse(
		need{NoVariation, "spread of latency in doublings", spread, needSpread},
		need{NoVariation, "strength of the first stage (F)", p.strength(z, d), needStrength},
	)
}

// strength is the F of x on its one instrument z.
func (p *panel) strength(z, x []float64) float64 {
	slope, influence := instrumented([][]float64{z}, [][]float64{z}, x)
	if slope == nil {
		return 0
	}
	c := p.covariance(influence...)
	return slope[0] * slope[0] / c.variance(1)
}

// instrumented solves Z'(y - X b) = 0 for as many instruments as regressors, and
// returns each row's influence on each coefficient: columns whose sums are 0. It
// returns nothing when the instruments cannot tell the regressors apart.
func instrumented(z, x [][]float64, y []float64) (beta []float64, influence [][]float64) {
	k := len(z)
	a, zy := mat.NewDense(k, k, nil), mat.NewVecDense(k, nil)
	for i := range k {
		zy.SetVec(i, dot(z[i], y))
		for j := range k {
			a.Set(i, j, dot(z[i], x[j]))
		}
	}
	var inverse mat.Dense
	if inverse.Inverse(a) != nil {
		return nil, nil
	}
	var b mat.VecDense
	b.MulVec(&inverse, zy)
	beta = b.RawVector().Data
	influence = make([][]float64, k)
	for j := range influence {
		influence[j] = make([]float64, len(y))
	}
	for i, rest := range y {
		for j, column := range x {
			rest -= beta[j] * column[i]
		}
		for j := range k {
			sum := 0.0
			for l, column := range z {
				sum += inverse.At(j, l) * column[i]
			}
			influence[j][i] = sum * rest
		}
	}
	return beta, influence
}
