package stats

import "math"

// Anytime is an effect's interval for who looks every day, narrowest after two weeks.
// Time blocks are what comes with time, so they are counted.
func (e Effect) Anytime() Interval {
	const tuned = 14 * 24 / blockHours
	n := float64(e.Support.Blocks)
	half := Sequence(n, e.SE*math.Sqrt(n), tuned)
	return Interval{e.Value - half, e.Value + half}
}

// Sequence is the half-width of a 95 % confidence sequence of a mean after n values with
// a standard deviation: an interval that holds at every look, so that people may look
// every day (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Annals of Statistics
// 2024). It is narrowest, 1.55 times the fixed interval, after tuned values. Values that
// go together are summed before: n counts clusters. +Inf when n is 0.
func Sequence(n, sd, tuned float64) float64 {
	const alpha = .05
	if n <= 0 {
		return math.Inf(1)
	}
	l := -2 * math.Log(alpha)
	rho := (l + math.Log(l+1)) / tuned // squared
	return sd * math.Sqrt(2*(n*rho+1)/(n*n*rho)*math.Log(math.Sqrt(n*rho+1)/alpha))
}
