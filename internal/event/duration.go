package event

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads a duration as people write it: as [time.ParseDuration], and in
// days and weeks: 90d, 2w. It is never negative.
func ParseDuration(text string) (time.Duration, error) {
	const day = 24 * time.Hour
	for suffix, unit := range map[string]time.Duration{"d": day, "w": 7 * day} {
		count, err := strconv.Atoi(strings.TrimSuffix(text, suffix))
		if strings.HasSuffix(text, suffix) && err == nil && count >= 0 && count <= int(maxDuration/unit) {
			return time.Duration(count) * unit, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a duration; write 90d, 2w or 36h", text)
	}
	return d, nil
}

// maxDuration is the longest that a time.Duration holds.
const maxDuration = time.Duration(1<<63 - 1)
