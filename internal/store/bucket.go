package store

import (
	"math"
	"time"
)

// bucketScale is OpenTelemetry's exponential histogram scale 3: eight buckets
// for each doubling, a relative error of at most 4.5 %.
const bucketScale = 8

// BucketOf returns the exponential bucket of a duration: i for durations in
// (2^(i/8), 2^((i+1)/8)] microseconds. Durations of one microsecond and less
// fall into bucket -1.
func BucketOf(d time.Duration) int {
	us := float64(d.Microseconds())
	if us <= 1 {
		return -1
	}
	return int(math.Ceil(math.Log2(us)*bucketScale)) - 1
}

// BucketMiddle returns the duration that stands for a bucket: its geometric middle.
func BucketMiddle(bucket int) time.Duration {
	if bucket < 0 {
		return 0
	}
	return time.Duration(math.Exp2((float64(bucket)+0.5)/bucketScale) * float64(time.Microsecond))
}
