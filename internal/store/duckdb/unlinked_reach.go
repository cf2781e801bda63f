package duckdb

import (
	"slices"
	"time"
)

// window is a time that is read, both ends included.
type window struct{ from, to time.Time }

const (
	// windowRest is how short a time without rows is not worth leaving out.
	windowRest = time.Hour
	// maxWindows bounds the statements that windows cost.
	maxWindows = 16
)

// windowsOver covers spans with few windows, in the order of time: what lies far
// apart is read apart.
func windowsOver(spans []window) []window {
	slices.SortFunc(spans, func(a, b window) int { return a.from.Compare(b.from) })
	for rest := windowRest; ; rest *= 2 {
		var out []window
		for _, s := range spans {
			if n := len(out); n == 0 || s.from.Sub(out[n-1].to) > rest {
				out = append(out, s)
			} else if s.to.After(out[n-1].to) {
				out[n-1].to = s.to
			}
		}
		if len(out) <= maxWindows {
			return out
		}
	}
}

// windowsAround are the windows that reach step around each look.
func windowsAround(looks []look, step time.Duration) []window {
	spans := make([]window, len(looks))
	for i, l := range looks {
		at := time.UnixMicro(l.at)
		spans[i] = window{at.Add(-step), at.Add(step)}
	}
	return windowsOver(spans)
}

// windowOf is the number of the window that a time lies in.
func windowOf(windows []window, us int64) int {
	at := time.UnixMicro(us)
	return slices.IndexFunc(windows, func(w window) bool { return !w.to.Before(at) })
}
