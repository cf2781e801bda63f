package api

import (
	"fmt"
	"math"
	"strings"

	"github.com/clickspan/clickspan/internal/store"
)

// parseField reads `call.status`, `event.properties.plan`, `event.properties["a b"]`.
func parseField(name string) (store.Field, error) {
	for _, info := range store.Fields() {
		rest, found := strings.CutPrefix(name, info.Name)
		switch {
		case !found:
		case rest == "" && info.Type != store.Map:
			return store.Field{Name: info.Name}, nil
		case info.Type == store.Map && mapKey(rest) != "":
			return store.Field{Name: info.Name, Key: mapKey(rest)}, nil
		}
	}
	return store.Field{}, fmt.Errorf("%q is not a field", name)
}

// mapKey reads `.plan` or `["a b"]`; "" when it is neither.
func mapKey(s string) string {
	if key, ok := strings.CutPrefix(s, "."); ok {
		return key
	}
	if key, ok := strings.CutPrefix(s, `["`); ok {
		key, _ = strings.CutSuffix(key, `"]`)
		return key
	}
	return ""
}

// fieldOf reads a field as queries name it: bare (`route`, `properties.plan`,
// `property:a b`) or with its record.
func fieldOf(record, name string) (store.Field, error) {
	open := map[string]string{"call": "attributes", "event": "properties"}[record]
	if key, ok := strings.CutPrefix(name, "property:"); ok && open != "" {
		return store.Field{Name: record + "." + open, Key: key}, nil
	}
	if !strings.HasPrefix(name, record+".") {
		if rest, ok := strings.CutPrefix(name, "properties"); ok && open != "" {
			name = open + rest
		}
		name = record + "." + name
	}
	return parseField(name)
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
