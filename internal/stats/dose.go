package stats

import (
	"math"
	"slices"
)

// knotsAt are the shares of rows below the latencies where the curve may bend.
func knotsAt() []float64 { return []float64{.25, .75, .95} }

// Curve is the outcome's probability by the server's latency.
type Curve struct {
	// Knots are the latencies where it may bend, in ms. From and To hold 98 % of the
	// rows: outside it is a guess.
	Knots    []float64
	From, To float64
	Support  Support

	bends     []float64 // the knots in doublings
	slopes    []float64 // of the first piece, and what each bend adds
	level     float64   // mean of the outcome
	middle    []float64 // mean of the basis, where the curve has that level
	errors    covariance
	df        float64
	latencies []float64 // ms of the rows
}

// Dose estimates the curve: straight pieces on the scale of doublings, by the design of
// [Latency] with an instrument for each piece. It refuses like Latency.
//
// Its slow end is of those whose calls are slow; where these are also the loyal ones, or
// where the outcome bends beyond the last knot, it is too flat there by some per cent
// (make bench-effects shows it). The mean slope of Latency does not have that fault.
func Dose(rows []Row) (*Curve, *Refusal) {
	c := &Curve{latencies: make([]float64, len(rows))}
	for i := range rows {
		c.latencies[i] = rows[i].Server
	}
	sorted := slices.Sorted(slices.Values(c.latencies))
	for _, share := range knotsAt() {
		c.Knots = append(c.Knots, quantile(sorted, share))
		c.bends = append(c.bends, log2(quantile(sorted, share)))
	}
	c.From, c.To = quantile(sorted, .01), quantile(sorted, .99)
	at := known(rows)
	p := newPanel(rows, at)
	c.Support, c.df = p.support, p.df()
	if r := p.enough(); r != nil {
		return nil, r
	}
	d, surprise := doublings(rows, at), surprises(rows, at)
	moved, typical := spread(surprise), mean(d)-mean(surprise)
	for i := range surprise { // as the latency of somebody typical
		surprise[i] += typical
	}
	x, z := c.pieces(d), c.pieces(surprise)
	y := p.outcomes(rows, at)
	c.level = mean(y)
	level := make([]float64, len(y))
	for i := range y {
		level[i] = (y[i] - c.level) / float64(len(y))
	}
	for _, piece := range x {
		c.middle = append(c.middle, mean(piece))
	}
	for _, column := range slices.Concat(x, z, [][]float64{y}) {
		within(column, p.week, p.cell)
	}
	p.besides(rows, at, slices.Concat(x, z, [][]float64{y})...)
	if r := p.moves(moved, z[0], x[0]); r != nil {
		return nil, r
	}
	beta, influence := instrumented(z, x, y)
	if beta == nil {
		return nil, &Refusal{NoVariation, "different latencies", 0, 1}
	}
	c.slopes, c.errors = beta, p.covariance(append(influence, level)...)
	return c, nil
}

// basis is what the slopes are of.
func (c *Curve) basis(doublings float64, to []float64) {
	to[0] = doublings
	for j, bend := range c.bends {
		to[j+1] = max(0, doublings-bend)
	}
}

// pieces are the basis as columns.
func (c *Curve) pieces(doublings []float64) [][]float64 {
	columns, row := make([][]float64, 1+len(c.bends)), make([]float64, 1+len(c.bends))
	for _, d := range doublings {
		c.basis(d, row)
		for j, v := range row {
			columns[j] = append(columns[j], v)
		}
	}
	return columns
}

// At is the probability at a latency in ms, were all rows so slow, with a pointwise band.
func (c *Curve) At(ms float64) Effect {
	a := make([]float64, len(c.slopes)+1)
	c.basis(log2(ms), a[:len(c.slopes)])
	for j, m := range c.middle {
		a[j] -= m
	}
	a[len(c.slopes)] = 1
	e := c.combine(a)
	return effect(c.level+e.Value, e.SE*e.SE, c.df, c.Support)
}

// Between is the change of the probability from one latency to another, in ms.
func (c *Curve) Between(from, to float64) Effect {
	return c.sum([]float64{1}, func(float64) (float64, float64) { return from, to })
}

// Shifted is the mean change of the probability were every row slower by some ms.
func (c *Curve) Shifted(by float64) Effect {
	return c.sum(c.latencies, func(ms float64) (float64, float64) { return ms, max(ms+by, 1) }).Times(1 / float64(len(c.latencies)))
}

// Doubled is the mean change were every row twice as slow.
func (c *Curve) Doubled() Effect {
	return c.sum(c.latencies, func(ms float64) (float64, float64) { return ms, 2 * ms }).Times(1 / float64(len(c.latencies)))
}

// Brought is how many outcomes it brought in all that rows took longer than a target in
// ms, instead of as long.
func (c *Curve) Brought(target float64) Effect {
	return c.sum(c.latencies, func(ms float64) (float64, float64) { return min(ms, target), ms })
}

// Knee is the knot from which on each doubling costs more, or less, than before, and by
// how much; false when no bend can be told from none, at 5 % over all knots.
func (c *Curve) Knee() (ms float64, bend Effect, found bool) {
	least := .05 / float64(len(c.bends))
	for j, knot := range c.Knots {
		a := make([]float64, len(c.slopes)+1)
		a[j+1] = 1
		if e := c.combine(a); e.PValue() < least {
			ms, bend, found, least = knot, e, true, e.PValue()
		}
	}
	return ms, bend, found
}

// sum adds up the curve's changes over latencies.
func (c *Curve) sum(latencies []float64, change func(ms float64) (from, to float64)) Effect {
	k := len(c.slopes)
	a, low, high := make([]float64, k+1), make([]float64, k), make([]float64, k)
	for _, ms := range latencies {
		from, to := change(ms)
		if from == to {
			continue
		}
		c.basis(log2(from), low)
		c.basis(log2(to), high)
		for j := range k {
			a[j] += high[j] - low[j]
		}
	}
	return c.combine(a)
}

// combine weighs the slopes, and the level's error, by a.
func (c *Curve) combine(a []float64) Effect {
	return effect(dot(c.slopes, a), math.Abs(c.errors.variance(a...)), c.df, c.Support)
}
