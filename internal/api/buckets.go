package api

import (
	"fmt"
	"time"
)

// bucketWidths are what a bucket may be, ascending; auto takes the smallest that
// gives at most autoBuckets.
func bucketWidths() []string { return []string{"1m", "5m", "1h", "1d", "1w"} }

// edges cuts [from, to) at the boundaries of width in zone; the first and last
// bucket may be partial. The result begins with from and ends with to.
func edges(from, to time.Time, width string, zone *time.Location) ([]time.Time, error) {
	if width != "auto" && width != "" {
		return cut(from, to, width, zone, maxBuckets)
	}
	for _, w := range bucketWidths() {
		if out, err := cut(from, to, w, zone, autoBuckets); err == nil {
			return out, nil
		}
	}
	return cut(from, to, "1w", zone, maxBuckets)
}

func cut(from, to time.Time, width string, zone *time.Location, most int) ([]time.Time, error) {
	out := []time.Time{from}
	for at := next(from, width, zone); at.Before(to); at = next(at, width, zone) {
		if len(out) >= most {
			return nil, badField("bucket", "Ask for wider buckets or a shorter range.", "%s buckets over this range are more than %d", width, most)
		}
		out = append(out, at.UTC())
	}
	return append(out, to), nil
}

// next returns the first boundary after t. Days and weeks follow the calendar of
// zone, so that a day with a clock change is 23 or 25 hours long.
func next(t time.Time, width string, zone *time.Location) time.Time {
	local := t.In(zone)
	year, month, day := local.Date()
	switch width {
	case "1w":
		sinceMonday := (int(local.Weekday()) + 6) % 7
		return time.Date(year, month, day-sinceMonday+7, 0, 0, 0, 0, zone)
	case "1d":
		return time.Date(year, month, day+1, 0, 0, 0, 0, zone)
	case "1h":
		// Hours begin on the zone's own, which some zones shift by 30 or 45 minutes.
		return t.Add(time.Hour - sinceBoundary(local, time.Hour))
	case "5m":
		return t.Add(5*time.Minute - sinceBoundary(local, 5*time.Minute))
	default:
		return t.Add(time.Minute - sinceBoundary(local, time.Minute))
	}
}

// sinceBoundary is how long local's clock is past a multiple of d.
func sinceBoundary(local time.Time, d time.Duration) time.Duration {
	_, offset := local.Zone()
	return time.Duration(local.UnixNano()+int64(offset)*int64(time.Second)) % d
}

// zoneOf loads an IANA zone; empty is UTC.
func zoneOf(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}
	if name == "Local" { // would be the server's, which no client can know
		return nil, badZone(name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, badZone(name)
	}
	return zone, nil
}

func badZone(name string) error {
	return badField("timezone", "Use a name of the IANA time zone database, such as Europe/Berlin.", "%s", fmt.Sprintf("%q is not a time zone", name))
}
