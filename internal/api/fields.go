package api

import (
	"math"
)

// bucketBounds are the durations, in microseconds, that an exponential bucket of
// [store.BucketOf] holds: more than from, at most to.
func bucketBounds(bucket int) (from, to int64) {
	if bucket < 0 {
		return 0, 1
	}
	bound := func(i int) int64 { return int64(math.Floor(math.Exp2(float64(i) / 8))) }
	return bound(bucket), bound(bucket + 1)
}
