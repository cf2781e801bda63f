package stats

import (
	"cmp"
	"slices"
)

// BenjaminiHochberg turns the p of many tests into q, in the same order: of the tests
// whose q is at most x, a share of at most x is expected to be found by chance alone.
func BenjaminiHochberg(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	q, least := make([]float64, len(p)), 1.0
	for i, at := range order {
		rank := len(p) - i
		least = min(least, p[at]*float64(len(p))/float64(rank))
		q[at] = least
	}
	return q
}
