package stats

import "math"

// EValue is how strongly something unknown would have to raise both the exposure and
// the outcome, as a risk ratio, to explain a risk ratio and the limit of its interval
// that is nearer to 1 (VanderWeele and Ding 2017). The limit's is 1 when the interval
// holds 1: nothing is needed.
func EValue(ratio float64, interval Interval) (value, limit float64) {
	limit = 1
	switch {
	case ratio >= 1 && interval.Low > 1:
		limit = evalue(interval.Low)
	case ratio < 1 && interval.High < 1:
		limit = evalue(interval.High)
	}
	return evalue(ratio), limit
}

func evalue(ratio float64) float64 {
	if ratio < 1 {
		ratio = 1 / ratio
	}
	return ratio + math.Sqrt(ratio*(ratio-1))
}

// RobustnessValue is the share of what is left unexplained of both exposure and outcome
// that something unknown would have to explain to bring an estimate to 0 (Cinelli and
// Hazlett 2020), from its t value and degrees of freedom.
func RobustnessValue(t, df float64) float64 {
	f := t * t / df
	return (math.Sqrt(f*f+4*f) - f) / 2
}
