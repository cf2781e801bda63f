package link

import (
	"fmt"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// The thresholds of wandering.
const (
	wanderPages    = 10
	wanderWithin   = 3 * 60 * second
	wanderSearches = 4
	searchWithin   = 2 * 60 * second
)

// wander finds people who look for something: page after page, or search after search,
// and nothing done between. Each such run is one signal, where it became one.
func (s *signaller) wander(n int, v *visit) {
	var pages, searches []*action
	writes := s.writes[n]
	here := ""
	for _, i := range v.events {
		e := s.l.events[i]
		for len(writes) > 0 && writes[0] <= e.at {
			pages, searches, writes = nil, nil, writes[1:]
		}
		page := pageOf(e.Event)
		switch {
		case isSearch(e):
			searches = within(append(searches, e), searchWithin)
		case e.Kind == event.Change || e.Kind == event.Submit || e.Kind == event.Custom:
			pages, searches = nil, nil
		case (e.Kind == event.PageView || e.Kind == event.RouteChange) && page != "" && page != here:
			here, pages = page, within(append(pages, e), wanderWithin)
			if !searchPath(page) {
				searches = nil
			}
		}
		switch {
		case len(pages) >= wanderPages:
			s.add(event.Wandering, e, nil, fmt.Sprintf("%d pages in %.0f s, and nothing done", len(pages), tookSeconds(pages)))
			pages, searches = nil, nil
		case len(searches) >= wanderSearches:
			s.add(event.Wandering, e, nil, fmt.Sprintf("%d searches in %.0f s, and no page opened", len(searches), tookSeconds(searches)))
			pages, searches = nil, nil
		}
	}
}

// within drops the first of a run until the rest lies within a time of its last.
func within(run []*action, limit int64) []*action {
	for run[len(run)-1].at-run[0].at > limit {
		run = run[1:]
	}
	return run
}

func tookSeconds(run []*action) float64 {
	return float64(run[len(run)-1].at-run[0].at) / float64(second)
}

// isSearch reports whether an action asked a server to look for something: it called a
// route with search as a word in its path.
func isSearch(e *action) bool {
	if e.Kind == event.PageView || e.Kind == event.RouteChange {
		return false // the page that shows what was found
	}
	for _, c := range e.calls {
		if c.cause.confidence >= blameFloor && c.Method == get && (searchPath(c.Path) || searchPath(c.Route)) {
			return true
		}
	}
	return false
}

// searchPath reports whether a segment of a path says search.
func searchPath(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if strings.EqualFold(segment, "search") || strings.EqualFold(segment, "find") {
			return true
		}
	}
	return false
}
