package analysis

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Innermost tells which of some bad calls are one. A request leaves a call at every
// service that it passes and at the browser, so that what goes wrong inside is seen
// again by all that lie further out. The answer holds for each call the index of the
// innermost that went wrong in the same request, its own when that is itself.
//
// Calls belong to one request when their links name the same client call or, without
// one, when they have the same trace id. One sees another of another service again when
// it took as long or longer and the middle of the other lies within it, so that clocks
// may be a little off and a second try is no tier of the first. The browser's call, and
// a line of a log that tells no duration, are taken to enclose all others. Where ids tie
// at most one of two timed server calls, they are one when also method, path and status
// are the same; a service sees another call at most once so.
func Innermost(bad []store.CallRow) []int {
	out := make([]int, len(bad))
	for i := range bad {
		out[i] = i
	}
	type sight struct {
		service string
		inner   int
	}
	seen := map[sight]bool{}
	fold(bad, out, requestOf, func(int, int) bool { return true })
	fold(bad, out, looksOf, func(outer, inner int) bool {
		s := sight{bad[outer].Service, inner}
		again := seen[s] || requestOf(&bad[outer]) != "" && requestOf(&bad[inner]) != ""
		seen[s] = seen[s] || !again
		return !again
	})
	for i := range out { // what was folded into a call that was folded itself
		for out[i] != out[out[i]] {
			out[i] = out[out[i]]
		}
	}
	return out
}

// fold points calls of the same key at the innermost of them, where they see it again
// and may be one with it.
func fold(bad []store.CallRow, out []int, key func(*store.CallRow) string, may func(outer, inner int) bool) {
	requests := map[string][]int{}
	for i := range bad {
		if request := key(&bad[i]); request != "" && out[i] == i {
			requests[request] = append(requests[request], i)
		}
	}
	for _, tiers := range requests {
		slices.SortStableFunc(tiers, func(a, b int) int { return cmp.Compare(breadth(&bad[a]), breadth(&bad[b])) })
		for n, outer := range tiers {
			for _, inner := range tiers[:n] {
				if out[inner] == inner && seesAgain(&bad[outer], &bad[inner]) && may(outer, inner) {
					out[outer] = inner
					break
				}
			}
		}
	}
}

// looksOf is what the calls of one request have in common at every service; "" when a
// call tells too little.
func looksOf(c *store.CallRow) string {
	if c.Side == event.Client || !c.Timed || c.Path == "" {
		return ""
	}
	return fmt.Sprint(c.Method, " ", c.Path, " ", c.Status)
}

// requestOf names the request that a call is part of; "" when nothing ties it to another.
func requestOf(c *store.CallRow) string {
	switch {
	case c.Side == event.Client:
		return "call " + c.ID
	case c.Link != nil && c.Link.ClientCallID != "":
		return "call " + c.Link.ClientCallID
	case c.TraceID != "":
		return "trace " + c.TraceID
	}
	return ""
}

// breadth orders the calls of a request from the inside out.
func breadth(c *store.CallRow) time.Duration {
	switch {
	case c.Side == event.Client:
		return math.MaxInt64
	case !c.Timed:
		return math.MaxInt64 - 1
	}
	return c.Duration
}

func seesAgain(outer, inner *store.CallRow) bool {
	if outer.Side == event.Client {
		return inner.Side != event.Client
	}
	if outer.Service == inner.Service {
		return false
	}
	middle := inner.Time.Add(inner.Duration / 2)
	return !outer.Timed || !middle.Before(outer.Time) && !middle.After(outer.Time.Add(outer.Duration))
}

// tierSuspects is how many suspects are compared, worst first.
const tierSuspects = 20

// innermostOnly leaves out the suspects most of whose bad calls of the last hour are
// those of other suspects, seen again: each trouble has one name.
func innermostOnly(ctx context.Context, r store.Reader, q Question, found []suspect) ([]suspect, error) {
	if len(found) < 2 {
		return found, nil
	}
	var either store.Or
	for i := range found[:min(len(found), tierSuspects)] {
		either = append(either, store.All(found[i].allCalls(), found[i].badCalls()))
	}
	bad, _, err := callSample(ctx, r, store.Scope{Project: q.Project, From: q.Now.Add(-lookedAt), To: q.Now, Filter: either}, aftermathRows)
	if err != nil {
		return nil, err
	}
	type who struct {
		event.Endpoint
		event.Side
	}
	all, again := map[who]int{}, map[who]int{}
	for i, inner := range Innermost(bad) {
		w := who{bad[i].Endpoint(), bad[i].Side}
		all[w]++
		if inner != i {
			again[w]++
		}
	}
	return slices.DeleteFunc(found, func(s suspect) bool {
		w := who{s.now.Endpoint, s.side}
		return 2*again[w] > all[w]
	}), nil
}
