package api

import (
	"math"
	"strings"

	"github.com/clickspan/clickspan/internal/store"
)

// fieldOf reads a field as queries name it: bare (`route`, `properties.plan`,
// `property:a b`) or with its record.
func fieldOf(record, name string) (store.Field, bool) {
	open := map[string]string{"call": "attributes", "event": "properties"}[record]
	if key, ok := strings.CutPrefix(name, "property:"); ok && open != "" {
		return store.Field{Name: record + "." + open, Key: key}, true
	}
	if !strings.HasPrefix(name, record+".") {
		if rest, ok := strings.CutPrefix(name, "properties"); ok && open != "" {
			name = open + rest
		}
		name = record + "." + name
	}
	return store.ParseField(name)
}

// bucketBounds are the durations, in microseconds, that an exponential bucket of
// [store.BucketOf] holds: more than from, at most to.
func bucketBounds(bucket int) (from, to int64) {
	if bucket < 0 {
		return 0, 1
	}
	bound := func(i int) int64 { return int64(math.Floor(math.Exp2(float64(i) / 8))) }
	return bound(bucket), bound(bucket + 1)
}
