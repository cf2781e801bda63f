package link

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// The thresholds of friction. They are part of what a signal means, so a change here
// needs a new SignalsVersion.
const (
	rageClicks   = 4
	rageGap      = second
	rageReach    = 30.0 // CSS pixels, Manhattan
	errorWithin  = 10 * second
	stormCalls   = 3
	stormWithin  = 30 * second
	formPatience = 5 * 60 * second
	quickBack    = 5 * second
)

// blameFloor is the confidence from which a link is good enough to blame a call.
const blameFloor = 0.5

// What the browser SDK says of a click, because only the page can know.
const (
	// deadProperty: the page neither changed, scrolled, selected nor navigated.
	// Without it nothing is called dead.
	deadProperty = "clickspan.dead"
	// rageProperty counts the clicks of the burst so far, those included that never
	// arrived here.
	rageProperty = "clickspan.rage"
)

// signals finds the friction in every visit, by time.
func (l *linker) signals() []event.Signal {
	s := &signaller{l: l, failures: l.failuresByVisit(), writes: l.writesByVisit()}
	for n, v := range l.visits {
		if len(v.events) == 0 {
			continue
		}
		s.rage(v)
		s.clicks(v)
		s.storms(n, v)
		s.forms(n, v)
		s.returns(v)
		s.wander(n, v)
	}
	slices.SortFunc(s.out, func(a, b event.Signal) int {
		return cmp.Or(byTime(a.Time, b.Time, a.EventID, b.EventID), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.CallID, b.CallID))
	})
	return s.out
}

type signaller struct {
	l        *linker
	failures map[int][]*call // failed calls by visit, by start
	writes   map[int][]int64 // when each visit wrote something
	out      []event.Signal
}

func (s *signaller) add(kind event.SignalKind, e *action, c *call, detail string) {
	mark := event.Signal{
		Kind: kind, Time: e.Time, EventID: e.ID, SessionID: s.l.visits[e.visit].id,
		Page: s.l.pageOfEvent(e), Target: cmp.Or(e.Target.Name, e.Target.Selector), Detail: detail,
	}
	if c != nil {
		mark.CallID = c.ID
	}
	s.out = append(s.out, mark)
}

// pageOfEvent names the page an event happened on, the one before if it does not say.
func (l *linker) pageOfEvent(e *action) string {
	return cmp.Or(pageOf(e.Event), l.visits[e.visit].pageAt(e.at))
}

// rage finds bursts of clicks on one spot or element, or that the SDK calls bursts.
// A burst is one signal, at its first click.
func (s *signaller) rage(v *visit) {
	var burst []*action
	clicks := 0
	end := func() {
		if clicks >= rageClicks && !s.steady(burst) {
			first, last := burst[0], burst[len(burst)-1]
			took := time.Duration(last.at-first.at) * time.Microsecond
			s.add(event.RageClick, first, s.blame(burst), fmt.Sprintf("%d clicks in %.1f s", clicks, took.Seconds()))
			for _, e := range burst {
				e.raged = true
			}
		}
		burst, clicks = nil, 0
	}
	for _, i := range v.events {
		e := s.l.events[i]
		if e.Kind != event.Click {
			continue
		}
		told := count(e.Properties[rageProperty])
		if len(burst) > 0 && !sameSpot(burst[len(burst)-1], e) && told <= clicks {
			end()
		}
		burst = append(burst, e)
		clicks = max(clicks+1, told)
	}
	end()
}

// count reads a number that a sender wrote; 0 when it is none.
func count(property any) int {
	switch n := property.(type) {
	case float64:
		return int(min(max(n, 0), 1e6))
	case int64:
		return int(min(max(n, 0), 1e6))
	}
	return 0
}

func sameSpot(a, b *action) bool {
	if b.at-a.at >= rageGap {
		return false
	}
	if a.Target.Selector != "" && a.Target.Selector == b.Target.Selector {
		return true
	}
	known := (a.Target.X != 0 || a.Target.Y != 0) && (b.Target.X != 0 || b.Target.Y != 0)
	return known && math.Abs(a.Target.X-b.Target.X)+math.Abs(a.Target.Y-b.Target.Y) < rageReach
}

// steady reports whether the element is made to be clicked repeatedly: a stepper,
// a pager, a toggle. Either its role says so, or every click had its own effect.
func (s *signaller) steady(burst []*action) bool {
	switch strings.ToLower(burst[0].Target.Role) {
	case "spinbutton", "slider", "switch", "checkbox", "scrollbar":
		return true
	}
	for _, e := range burst {
		if !slices.ContainsFunc(e.calls, func(c *call) bool { return !c.failed() && !c.Refused() && c.Error == "" && !s.slow(c) }) {
			return false
		}
	}
	return true
}

// blame picks the call that best explains what the person did: one that failed,
// else the slowest.
func (s *signaller) blame(actions []*action) *call {
	var worst *call
	for _, e := range actions {
		for _, c := range e.calls {
			if c.cause.confidence >= blameFloor && (worst == nil || worse(c, worst)) {
				worst = c
			}
		}
	}
	return worst
}

func worse(a, b *call) bool {
	if a.failed() != b.failed() {
		return a.failed()
	}
	return a.took() > b.took()
}

// took is how long the person waited for c, as far as anybody measured it.
func (c *call) took() time.Duration {
	took := time.Duration(0)
	if c.Timed {
		took = c.Duration
	}
	if c.Side == event.Client && !c.Timed {
		for _, s := range c.rows {
			took = max(took, s.took())
		}
	}
	return took
}

// endpoint is what c called in the words of the service that answered it: of the
// tiers, the one that took longest, because the others waited for it.
func (c *call) endpoint() event.Endpoint {
	if c.Side == event.Server || len(c.rows) == 0 {
		return c.Endpoint()
	}
	longest := c.rows[0]
	for _, s := range c.rows[1:] {
		if isRedirect(longest.Status) && !isRedirect(s.Status) || s.Timed && s.Duration > longest.Duration && !isRedirect(s.Status) {
			longest = s
		}
	}
	return longest.Endpoint()
}

func (s *signaller) slow(c *call) bool { return c.took() > s.l.opts.slowOver(c.endpoint()) }

// clicks judges each click and submit by the calls it caused.
func (s *signaller) clicks(v *visit) {
	for n, i := range v.events {
		e := s.l.events[i]
		if !byHand(e.Kind) {
			continue
		}
		dead := isTrue(e.Properties[deadProperty])
		if dead && len(e.calls) == 0 {
			s.add(event.DeadClick, e, nil, "nothing happened within 2.5 s")
		}
		for _, c := range e.calls {
			if c.cause.confidence < blameFloor || c.start-e.at > errorWithin || !wentWrong(c) {
				continue
			}
			s.add(event.ErrorClick, e, c, outcome(c))
			if dead {
				s.add(event.SilentFailure, e, c, outcome(c)+", and the page showed nothing")
			}
			break
		}
		s.slowest(v, n, e)
	}
}

func isTrue(property any) bool { return property == true || property == "true" }

// wentWrong reports whether the person was refused or the call failed.
func wentWrong(c *call) bool { return c.failed() || c.Refused() }

func outcome(c *call) string {
	switch {
	case c.Status != 0:
		return fmt.Sprintf("%s answered %d", c.endpoint(), c.Status)
	case c.Error != "":
		return fmt.Sprintf("%s had no answer (%s)", c.endpoint(), c.Error)
	}
	return fmt.Sprintf("%s failed", c.endpoint())
}

// slowest marks the slowest call of e when it is slow for its endpoint.
func (s *signaller) slowest(v *visit, n int, e *action) {
	var slowest *call
	for _, c := range e.calls {
		if c.cause.confidence >= blameFloor && s.slow(c) && (slowest == nil || c.took() > slowest.took()) {
			slowest = c
		}
	}
	if slowest == nil {
		return
	}
	detail := fmt.Sprintf("%s took %.1f s", slowest.endpoint(), slowest.took().Seconds())
	again := func(i int) bool { next := s.l.events[i]; return next.at < slowest.end && sameThing(e, next) }
	if slices.ContainsFunc(v.events[n+1:], again) {
		detail += ", and was asked for again before it answered"
	}
	s.add(event.SlowClick, e, slowest, detail)
}

// sameThing reports whether two events are the same deed on the same element.
func sameThing(a, b *action) bool {
	if a.Kind != b.Kind {
		return false
	}
	if a.Target.Selector != "" || b.Target.Selector != "" {
		return a.Target.Selector == b.Target.Selector
	}
	return a.Target.Name != "" && a.Target.Name == b.Target.Name
}

// storms finds routes that failed again and again within half a minute.
func (s *signaller) storms(n int, v *visit) {
	type target struct{ method, path string }
	recent := map[target][]*call{}
	for _, c := range s.failures[n] {
		k := target{c.Method, cmp.Or(c.Route, c.Path)}
		list := recent[k]
		for len(list) > 0 && c.start-list[0].start > stormWithin {
			list = list[1:]
		}
		list = append(list, c)
		recent[k] = list
		if len(list) < stormCalls {
			continue
		}
		recent[k] = nil // one signal a storm
		if e := s.anchor(v, list); e != nil {
			took := time.Duration(c.start-list[0].start) * time.Microsecond
			s.add(event.RetryStorm, e, c, fmt.Sprintf("%s failed %d times in %.0f s", c.endpoint(), len(list), took.Seconds()))
		}
	}
}

// anchor is the action behind the calls, else what the person did last before.
func (s *signaller) anchor(v *visit, calls []*call) *action {
	for _, c := range calls {
		if c.cause.to != none {
			return s.l.events[c.cause.to]
		}
	}
	var last *action
	for _, i := range v.events {
		if e := s.l.events[i]; e.at <= calls[0].start+slack {
			last = e
		}
	}
	return last
}

// failuresByVisit lists the failed requests of each visit, once each.
func (l *linker) failuresByVisit() map[int][]*call {
	out := map[int][]*call{}
	for _, c := range l.requests() {
		if c.failed() {
			out[c.visit] = append(out[c.visit], c)
		}
	}
	return out
}

// writesByVisit lists when each visit changed something on a server.
func (l *linker) writesByVisit() map[int][]int64 {
	out := map[int][]int64{}
	for _, c := range l.requests() {
		if c.Method != get && c.Method != head && c.Method != preflight {
			out[c.visit] = append(out[c.visit], c.start)
		}
	}
	return out
}

// requests lists, by start, the calls that belong to a visit: client calls, and
// server calls that an action caused and no client call reported.
func (l *linker) requests() []*call {
	return l.byStart(func(c *call) bool {
		return c.visit != none && c.client.to == none && (c.Side == event.Client || c.cause.to != none)
	})
}

// forms finds forms that were filled in part and left. A form whose fields call
// the server by themselves (a search box) has nothing to submit.
func (s *signaller) forms(n int, v *visit) {
	var first, last *action
	live := false
	end := func(at int64) {
		if first != nil && !live && !s.wroteBetween(n, first.at, min(at, last.at+formPatience)) {
			s.add(event.FormAbandon, last, nil, "fields were changed and nothing was sent")
		}
		first, last, live = nil, nil, false
	}
	for _, i := range v.events {
		e := s.l.events[i]
		if first != nil && e.at > last.at+formPatience {
			end(e.at)
		}
		switch e.Kind {
		case event.Change:
			if first != nil && s.l.pageOfEvent(first) != s.l.pageOfEvent(e) {
				end(e.at)
			}
			if first == nil {
				first, live = e, false
			}
			last, live = e, live || len(e.calls) > 0
		case event.Submit:
			first = nil
		case event.PageView, event.RouteChange:
			if first != nil && s.l.pageOfEvent(first) != s.l.pageOfEvent(e) {
				end(e.at)
			}
		}
	}
	if first != nil && s.l.opts.past(last.Time.Add(time.Duration(formPatience)*time.Microsecond)) {
		end(math.MaxInt64)
	}
}

// wroteBetween reports whether the visit wrote something in [from, to], with the
// second in which a page that is left sends its last call.
func (s *signaller) wroteBetween(n int, from, to int64) bool {
	list := s.writes[n]
	i, _ := slices.BinarySearch(list, from)
	return i < len(list) && list[i] <= min(to, math.MaxInt64-rageGap)+rageGap
}

// returns finds pages that were left within seconds for the page before.
func (s *signaller) returns(v *visit) {
	var before, here *action
	for _, i := range v.events {
		e := s.l.events[i]
		page := pageOf(e.Event)
		if page == "" || e.Kind != event.PageView && e.Kind != event.RouteChange || here != nil && page == pageOf(here.Event) {
			continue
		}
		if before != nil && page == pageOf(before.Event) && e.at-here.at < quickBack {
			took := time.Duration(e.at-here.at) * time.Microsecond
			s.add(event.QuickBack, here, s.blame([]*action{here}), fmt.Sprintf("left after %.1f s", took.Seconds()))
		}
		before, here = here, e
	}
}
