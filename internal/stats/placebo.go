package stats

import "math"

// PlaceboP is the p value below which a placebo has failed.
const PlaceboP = .01

// Placebo is an effect that must be none: if it is not, the method does not hold for
// these rows and neither does its number.
type Placebo struct {
	Name   string
	Effect Effect
	P      float64
}

// Check refuses when a placebo shows an effect.
func Check(placebos ...Placebo) *Refusal {
	for _, p := range placebos {
		if p.P < PlaceboP {
			return &Refusal{PlaceboFailed, p.Name, p.P, PlaceboP}
		}
	}
	return nil
}

// Decoy asks whether something that cannot matter does, next to the row's own latency,
// as [Latency] sees it: the latency of another endpoint, in doublings, or that of the
// next block (see [Lead]). NaN leaves a row out. There is no placebo, and no refusal of
// the effect for it, where the decoy does not vary.
func Decoy(name string, rows []Row, decoy []float64) (Placebo, *Refusal) {
	var at []int32
	var w []float64
	for _, r := range known(rows) {
		if !math.IsNaN(decoy[r]) {
			at, w = append(at, r), append(w, decoy[r])
		}
	}
	p := newPanel(rows, at)
	if r := p.enough(); r != nil {
		return Placebo{}, r
	}
	y, d, z := p.outcomes(rows, at), doublings(rows, at), surprises(rows, at)
	for _, column := range [][]float64{y, d, z, w} {
		within(column, p.week, p.cell)
	}
	p.besides(rows, at, y, d, z, w)
	beta, influence := instrumented([][]float64{z, w}, [][]float64{d, w}, y)
	if beta == nil || spread(w) < 1e-9 {
		return Placebo{}, &Refusal{NoVariation, name, spread(w), 1e-9}
	}
	c := p.covariance(influence...)
	e := effect(beta[1], c.variance(0, 1), p.df(), p.support)
	return Placebo{name, e, e.PValue()}, nil
}

// Lead is the mean latency of the block after each row's, in doublings: what has not
// happened yet. NaN where no row is in that block.
func Lead(rows []Row) []float64 {
	var blocks int32
	for i := range rows {
		blocks = max(blocks, rows[i].Hour/blockHours+2)
	}
	sums, counts := make([]float64, blocks+1), make([]float64, blocks+1)
	for i := range rows {
		b := rows[i].Hour / blockHours
		sums[b] += log2(rows[i].Server)
		counts[b]++
	}
	lead := make([]float64, len(rows))
	for i := range rows {
		b := rows[i].Hour/blockHours + 1
		lead[i] = sums[b] / counts[b]
	}
	return lead
}

// NegativeControl asks whether latency changes what came before the call.
func NegativeControl(name string, rows []Row, before []bool) (Placebo, *Refusal) {
	changed := make([]Row, len(rows))
	for i, row := range rows {
		row.Outcome = before[i]
		changed[i] = row
	}
	e, refusal := Latency(changed)
	if refusal != nil {
		return Placebo{}, refusal
	}
	return Placebo{name, e, e.PValue()}, nil
}
