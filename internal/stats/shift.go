package stats

import "math"

const needPairs = 8

// Shift is a change of a measure between two windows of time, judged by the changes
// between earlier pairs of windows that lie as far apart and between which nothing was
// done. It needs no model: whatever moves the measure from one window to the next moved
// it then too. Earlier changes are taken to be around 0. floor is the least standard
// error that the change can have, from what was counted in its own two windows. It
// refuses below 8 earlier pairs.
func Shift(change float64, earlier []float64, floor float64) (Effect, *Refusal) {
	n := float64(len(earlier))
	if r := refuse(need{TooFew, "earlier pairs of windows", n, needPairs}); r != nil {
		return Effect{}, r
	}
	variance := dot(earlier, earlier) / n
	// Neighbours share a window, so that they tell less than so many pairs.
	return effect(change, max(variance, floor*floor), math.Floor(n*2/3), Support{Rows: len(earlier)}), nil
}
