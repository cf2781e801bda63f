package analysis

import (
	"testing"

	"github.com/clickspan/clickspan/internal/store"
)

func TestCountsOfASampleAreScaled(t *testing.T) {
	t.Parallel()
	for sample, want := range map[float64]int64{0: 7, 1: 7, 0.1: 70, 0.3: 23} {
		n := int64(7)
		scale(store.Scope{Sample: sample}, &n)
		if n != want {
			t.Errorf("7 of a share of %v are %d, want %d", sample, n, want)
		}
	}
}
