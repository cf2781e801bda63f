package link

import (
	"cmp"
	"slices"

	"github.com/clickspan/clickspan/internal/event"
)

const (
	// pollCount is from how many calls on regularity can be told from chance.
	pollCount = 4
	// repeatCount is from how many calls on a route that no action explains is
	// background even without a rhythm.
	repeatCount = 6
	// pollJitter is by what fraction a poll's pauses may differ.
	pollJitter = 0.2
)

// minPollPause separates polls from calls that follow each other in one burst.
const minPollPause = 500 * millisecond

// route is what a person's client may call over and over.
type route struct {
	visit        int
	client       event.Key
	method, path string
}

// routeOf names whose call of what c is, for learning.
func (w *window) routeOf(c *call) route {
	r := route{visit: c.visit, method: c.Method, path: cmp.Or(c.Route, c.Path)}
	if c.visit == none {
		r.client = cmp.Or(c.ClientKey, c.AgentKey)
	}
	return r
}

// learnBackground finds the routes that the client calls by itself: those that
// keep a rhythm, and those that repeat, while actions explain few of their calls.
// Without it a poll that happens to start after a click would be blamed on it.
func (w *window) learnBackground(todo []*call) map[route]bool {
	calls := map[route][]*call{}
	explained := map[route]int{}
	for _, c := range todo {
		r := w.routeOf(c)
		calls[r] = append(calls[r], c)
		t := c.cause
		if t.to == none {
			t = w.causeOf(c)
		}
		if t.to != none {
			explained[r]++
			w.extend(t.to, c)
		}
	}
	w.reset()
	out := map[route]bool{}
	for r, list := range calls {
		share := float64(explained[r]) / float64(len(list))
		if len(list) >= pollCount && share < 0.5 && hasRhythm(list) || len(list) >= repeatCount && share < 0.25 {
			out[r] = true
		}
	}
	return out
}

// hasRhythm reports whether most pauses between the calls are alike.
func hasRhythm(calls []*call) bool {
	pauses := make([]int64, 0, len(calls)-1)
	for i := 1; i < len(calls); i++ {
		pauses = append(pauses, calls[i].start-calls[i-1].start)
	}
	slices.Sort(pauses)
	middle := pauses[len(pauses)/2]
	if middle < minPollPause {
		return false
	}
	alike := 0
	for _, p := range pauses {
		if d := float64(p - middle); max(d, -d) <= pollJitter*float64(middle) {
			alike++
		}
	}
	return alike*4 >= len(pauses)*3
}
