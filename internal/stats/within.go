package stats

// PerDoubling and WhenFailed are the exposures of [Within].
func PerDoubling(r *Row) float64 { return log2(r.Server) }

// WhenFailed is 1 for a failed call.
func WhenFailed(r *Row) float64 { return one(r.Failed) }

// Within compares each person with themselves: the difference of the outcome's
// probability per unit of the exposure, with person, hour of week and cell as fixed
// effects. It is a row beside [Latency] and [Failure] to see whether they agree, not a
// number to show alone: who leaves has no later calls, which biases it by a few per
// cent. It refuses like Latency, and when no person was exposed differently.
func Within(rows []Row, exposure func(*Row) float64) (Effect, *Refusal) {
	at := make([]int32, len(rows))
	x := make([]float64, len(rows))
	for i := range rows {
		at[i], x[i] = int32(i), exposure(&rows[i])
	}
	p := newPanel(rows, at)
	if r := p.enough(); r != nil {
		return Effect{}, r
	}
	y := p.outcomes(rows, at)
	all := spread(x)
	within(x, p.person, p.week, p.cell)
	within(y, p.person, p.week, p.cell)
	if r := refuse(need{NoVariation, "spread of the exposure within people", spread(x), max(1e-9, .01*all)}); r != nil {
		return Effect{}, r
	}
	beta, influence := instrumented([][]float64{x}, [][]float64{x}, y)
	c := p.covariance(influence...)
	return effect(beta[0], c.variance(1), p.df(), p.support), nil
}
