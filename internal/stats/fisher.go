package stats

import "math"

// Table is a 2 × 2 table of counts: of two groups, those with something and those without.
type Table struct{ With, Without, OtherWith, OtherWithout int64 }

// OddsRatio is how the odds of having it differ, of the first group to the second, with
// one more counted in each cell so that no count of zero makes it infinite, and its 95 %
// interval on the logarithmic scale.
func (t Table) OddsRatio() (ratio float64, ci Interval) {
	a, b, c, d := float64(t.With+1), float64(t.Without+1), float64(t.OtherWith+1), float64(t.OtherWithout+1)
	ratio = a * d / (b * c)
	width := math.Exp(Z95 * math.Sqrt(1/a+1/b+1/c+1/d))
	return ratio, Interval{ratio / width, ratio * width}
}

// Fisher is the two-sided p of Fisher's exact test: how likely a table with these sums is
// that is as unlikely as this one or more, when both groups have the same odds. Counts
// are not negative.
func (t Table) Fisher() float64 {
	group, other, with := t.With+t.Without, t.OtherWith+t.OtherWithout, t.With+t.OtherWith
	low, high := max(0, with-other), min(group, with)
	seen := logHypergeometric(t.With, group, other, with)
	const rounding = 1e-7 // tables that are equally likely count, whatever rounding says
	p := 0.0
	add := func(from, to, by int64) {
		for k := from; (to-k)*by >= 0; k += by {
			log := logHypergeometric(k, group, other, with)
			if log > seen+rounding {
				return
			}
			chance := math.Exp(log)
			if p += chance; chance < p*1e-18 { // what follows is too little to count
				return
			}
		}
	}
	// Chances rise from either end to the middle: from the seen table outwards, and on the
	// other side from the first that is no likelier.
	middle := (group + 1) * (with + 1) / (group + other + 2)
	if t.With <= middle {
		add(t.With, low, -1)
		add(noLikelier(max(middle, t.With+1), high, 1, seen+rounding, group, other, with), high, 1)
	} else {
		add(t.With, high, 1)
		add(noLikelier(min(middle, t.With-1), low, -1, seen+rounding, group, other, with), low, -1)
	}
	return min(1, p)
}

// noLikelier is the first k, going from one side of the middle to the end, whose table is
// no likelier than a limit; beyond the end when there is none. Chances only fall on the way.
func noLikelier(from, end, by int64, limit float64, group, other, with int64) int64 {
	if (end-from)*by < 0 || logHypergeometric(end, group, other, with) > limit {
		return end + by
	}
	near, far := int64(0), (end-from)*by // far is no likelier
	for near < far {
		if half := (near + far) / 2; logHypergeometric(from+half*by, group, other, with) > limit {
			near = half + 1
		} else {
			far = half
		}
	}
	return from + far*by
}

// logHypergeometric is the logarithm of the chance that k of the group are among those with.
func logHypergeometric(k, group, other, with int64) float64 {
	return logChoose(group, k) + logChoose(other, with-k) - logChoose(group+other, with)
}

func logChoose(n, k int64) float64 {
	return logFactorial(n) - logFactorial(k) - logFactorial(n-k)
}

func logFactorial(n int64) float64 {
	log, _ := math.Lgamma(float64(n) + 1)
	return log
}
