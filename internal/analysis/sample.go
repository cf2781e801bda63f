package analysis

import (
	"math"

	"github.com/clickspan/clickspan/internal/store"
)

// scale makes counts of a sample counts of all, about.
func scale(s store.Scope, counts ...*int64) {
	if !s.Sampled() {
		return
	}
	for _, n := range counts {
		*n = int64(math.Round(float64(*n) / s.Sample))
	}
}
