// Package stats holds estimators: pure numbers in, numbers with intervals out.
package stats

import "math"

// How sure an interval is, as the z of the normal distribution.
const (
	Z95  = 1.959963984540054 // 95 %: what people are shown
	Z999 = 3.290526731491926 // 99.9 %: what may shout unasked, over many endpoints, all day
)

// Interval is a range that holds the true value with the confidence asked for.
type Interval struct{ Low, High float64 }

// Wilson is the score interval of a share of k in n; [0, 1] when n is 0. It is
// honest where few are counted: 2 of 3 says almost nothing.
func Wilson(k, n, z float64) Interval {
	if n <= 0 {
		return Interval{0, 1}
	}
	p, zz := k/n, z*z
	middle := (p + zz/(2*n)) / (1 + zz/n)
	half := z / (1 + zz/n) * math.Sqrt(p*(1-p)/n+zz/(4*n*n))
	out := Interval{max(0, middle-half), min(1, middle+half)}
	if k <= 0 {
		out.Low = 0 // exactly, where rounding leaves a trace
	}
	if k >= n {
		out.High = 1
	}
	return out
}

// Difference is k1/n1 - k2/n2 with Newcombe's interval (his method 10, made of the
// two Wilson intervals); NaN with [-1, 1] when either n is 0.
func Difference(k1, n1, k2, n2, z float64) (float64, Interval) {
	if n1 <= 0 || n2 <= 0 {
		return math.NaN(), Interval{-1, 1}
	}
	p1, p2 := k1/n1, k2/n2
	w1, w2 := Wilson(k1, n1, z), Wilson(k2, n2, z)
	d := p1 - p2
	return d, Interval{d - math.Hypot(p1-w1.Low, w2.High-p2), d + math.Hypot(w1.High-p1, p2-w2.Low)}
}

// QuantileRanks are the ranks, counted from 0, between which the q-quantile of n
// values lies, by the normal approximation of the binomial; cut to the values
// there are.
func QuantileRanks(n int64, q, z float64) (low, high int64) {
	middle, half := q*float64(n-1), z*math.Sqrt(float64(n)*q*(1-q))
	return max(0, int64(math.Floor(middle-half))), min(n-1, int64(math.Ceil(middle+half)))
}
