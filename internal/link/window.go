package link

import (
	"cmp"
	"slices"

	"github.com/clickspan/clickspan/internal/event"
)

// The windows within which a call that names no cause is taken for an action's.
// Datadog and Faro use the same numbers independently.
const (
	directWindow = 100 * millisecond // from the action, or from the end of a call it caused
	causeWindow  = 10 * second       // no call later than this is the action's
	loadWindow   = 2 * second        // a page load without duration goes on that long
	untimedStart = second            // how long before its time an untimed row may have begun
	clientSlack  = 5 * millisecond   // action and client call have one clock
)

// linkByWindow ties the calls that nothing else explained to the actions they
// closely follow: first documents to the page views that show them, then the
// rest in the order in which they began, because a chain grows call by call.
func (l *linker) linkByWindow() {
	w := newWindow(l)
	w.documents()
	todo := l.byStart(func(c *call) bool { return c.client.to == none })
	background := w.learnBackground(todo)
	for _, c := range todo {
		if c.cause.to != none {
			w.extend(c.cause.to, c)
			continue
		}
		if background[w.routeOf(c)] {
			c.reason = Background
			continue
		}
		if t := w.causeOf(c); t.to != none {
			l.tieCause(c, t.to, t.method, t.confidence)
			w.extend(c.cause.to, c)
		}
	}
}

// window knows the actions by whose they are, and until when each has effects.
type window struct {
	l        *linker
	byVisit  map[int][]int
	byClient map[event.Key][]int
	byAgent  map[event.Key][]int
	clocks   map[int]int64 // per visit: what its clock lacks, by the calls that are tied
	skew     int64         // the largest of clocks
	busy     []int64       // per event: the end of the last call it caused, or of the action itself
}

func newWindow(l *linker) *window {
	w := &window{l: l, byVisit: map[int][]int{}, byClient: map[event.Key][]int{}, byAgent: map[event.Key][]int{}, clocks: l.clocks()}
	for _, fix := range w.clocks {
		w.skew = max(w.skew, fix, -fix)
	}
	w.reset()
	order := make([]int, 0, len(l.events))
	for i, e := range l.events {
		if e.Kind.IsAction() {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(l.events[a].at, l.events[b].at) })
	for _, i := range order {
		v := l.events[i].visit
		w.byVisit[v] = append(w.byVisit[v], i)
		for _, k := range l.visits[v].agents.clients {
			w.byClient[k] = append(w.byClient[k], i)
		}
		for _, k := range l.visits[v].agents.agents {
			w.byAgent[k] = append(w.byAgent[k], i)
		}
	}
	return w
}

// reset forgets the effects of calls.
func (w *window) reset() {
	w.busy = make([]int64, len(w.l.events))
	for i, e := range w.l.events {
		w.busy[i] = e.at + e.Duration.Microseconds()
		if e.Kind == event.PageView && e.Duration == 0 {
			w.busy[i] = e.at + loadWindow - directWindow
		}
	}
}

// extend notes that action i has effects until its call c ends.
func (w *window) extend(i int, c *call) { w.busy[i] = max(w.busy[i], c.end-w.fix(i, c)) }

// fix is by how much the clock of event i must be corrected to be that of c.
func (w *window) fix(i int, c *call) int64 {
	if c.Side == event.Client {
		return 0
	}
	return w.clocks[w.l.events[i].visit]
}

// actionsFor lists the actions, by time, of everybody whose call c may be. The
// bond of each is still to be weighed.
func (w *window) actionsFor(c *call) []int {
	switch {
	case c.visit != none:
		return w.byVisit[c.visit]
	case c.Side == event.Client || c.SessionID != "":
		return nil
	case c.ClientKey != 0 && len(w.byClient[c.ClientKey]) > 0:
		return w.byClient[c.ClientKey]
	}
	return w.byAgent[c.AgentKey]
}

// span returns between which moments c began.
func span(c *call) (from, to int64) {
	from, to = c.start, c.start+c.Grain.Microseconds()
	if c.Side == event.Server && !c.Timed {
		from -= untimedStart
	}
	return from, to
}

// closeness is how an action lies to a call that it may have caused.
type closeness int

const (
	early  closeness = iota // the action seems to come after the call: clocks may differ
	chain                   // its effects were still going on
	direct                  // it came just before
)

// suspect is an action that may have caused a call.
type suspect struct {
	event  int
	close  closeness
	bond   bond
	covers bool // the action is known to have gone on for as long as the call
}

// causeOf finds the likeliest cause of c: an action just before it, rather a click
// than the navigation it led to; else the latest action with effects still going on.
func (w *window) causeOf(c *call) tie {
	suspects := w.suspects(c)
	if len(suspects) == 0 {
		return untied()
	}
	best := suspects[0]
	for _, s := range suspects[1:] {
		if w.likelier(s, best) {
			best = s
		}
	}
	return tie{best.event, event.ByWindow, w.confidence(best, suspects)}
}

// onePerson reports whether all suspects are of one visit.
func (w *window) onePerson(suspects []suspect) bool {
	first := w.l.events[suspects[0].event].visit
	return !slices.ContainsFunc(suspects, func(s suspect) bool { return w.l.events[s.event].visit != first })
}

func (w *window) suspects(c *call) []suspect {
	from, to := span(c)
	reach, skew := clientSlack, int64(0)
	if c.Side == event.Server {
		reach, skew = slack, w.skew
	}
	actions := w.actionsFor(c)
	last, _ := slices.BinarySearchFunc(actions, to+reach+skew+1, func(i int, at int64) int { return cmp.Compare(w.l.events[i].at, at) })
	var out []suspect
	for n := last - 1; n >= 0 && len(out) < maxOptions; n-- {
		i := actions[n]
		fix := w.fix(i, c)
		at := w.l.events[i].at + fix
		if at < from-causeWindow-skew {
			break
		}
		near, ok := w.closeness(i, at, fix, from, to)
		if at > to+reach || !ok {
			continue
		}
		if b := w.bond(i, c); b != strangers {
			out = append(out, suspect{i, near, b, w.covers(i, c)})
		}
	}
	return out
}

// closeness places event i, which happened at that time, before a call that began
// between from and to.
func (w *window) closeness(i int, at, fix, from, to int64) (closeness, bool) {
	switch {
	case at > to+clientSlack:
		return early, true
	case from-at <= directWindow:
		return direct, true
	}
	return chain, from <= w.busy[i]+fix+directWindow
}

// covers reports whether the sender saw event i go on for as long as c took: what an
// instrumented handler waited for.
func (w *window) covers(i int, c *call) bool {
	d := w.l.events[i].Duration
	return d > 0 && d >= c.Duration
}

// bond weighs whether c is a call of the person of event i.
func (w *window) bond(i int, c *call) bond {
	e := w.l.events[i]
	v := w.l.visits[e.visit]
	if c.Side == event.Client {
		return sameSession // actionsFor looked in its own visit only
	}
	return w.l.bondOf(&e.Identity, v, &v.agents, c)
}

func (w *window) likelier(a, b suspect) bool {
	ea, eb := w.l.events[a.event], w.l.events[b.event]
	if a.close != b.close {
		return a.close > b.close
	}
	if a.bond != b.bond {
		return a.bond > b.bond
	}
	if x, y := byHand(ea.Kind), byHand(eb.Kind); a.close == direct && x != y {
		return x
	}
	if a.covers != b.covers {
		return a.covers
	}
	return ea.at > eb.at
}

// byHand reports whether the person did it, rather than the page in answer.
func byHand(k event.Kind) bool { return k == event.Click || k == event.Submit }

const (
	// earlyCertainty is for an action that the clocks put after its call.
	earlyCertainty = 0.65
	// crowdFactor is for actions of several people.
	crowdFactor = 0.9
	// windowFloor is what the weakest cause that is told claims.
	windowFloor = 0.3
)

// windowCertainty is how often the best of so many moments is the cause. Fitted and
// tested as docs/adr/0006-calibration.md says.
func windowCertainty(moments int) float64 {
	switch {
	case moments <= 1:
		return 0.95
	case moments == 2:
		return 0.63
	}
	return 0.55
}

// confidence says how sure a cause by time alone is. What counts is at how many
// different moments something happened that explains the call as well: one on a
// fine clock, several in the same tick of a coarse one. An action that was seen to
// last as long as the call outdoes one of them.
func (w *window) confidence(s suspect, suspects []suspect) float64 {
	moments := w.moments(s, suspects)
	if s.covers {
		moments--
	}
	p := windowCertainty(moments)
	if s.close == early {
		p = min(p, earlyCertainty)
	}
	if !w.onePerson(suspects) {
		p *= crowdFactor
	}
	if w.l.late {
		p = min(p, lateCeiling)
	}
	return round(max(p, windowFloor))
}

// moments counts the different moments of the suspects that explain a call as well
// as the best one. Suspects come latest first.
func (w *window) moments(best suspect, suspects []suspect) int {
	n, last := 0, int64(0)
	for _, s := range suspects {
		if s.close != best.close || s.bond != best.bond || s.covers != best.covers {
			continue
		}
		if at := w.l.events[s.event].at; n == 0 || last-at > directWindow {
			n++
			last = at
		}
	}
	return n
}

// documents ties document rows to the page views that show them. A page view
// comes after its document unless it lasts as long as the load.
func (w *window) documents() {
	views := map[string][]int{} // events by path
	var seekers []int
	rows := w.l.byStart(func(c *call) bool {
		return c.Method == get && c.Class != event.API && c.cause.to == none && c.client.to == none
	})
	for r, c := range rows {
		views[trimSlash(c.Path)] = append(views[trimSlash(c.Path)], r)
	}
	var options [][]option
	for i, e := range w.l.events {
		if e.Kind != event.PageView || e.Page.Path == "" {
			continue
		}
		if o := w.documentsOf(e, rows, views[trimSlash(e.Page.Path)]); len(o) > 0 {
			seekers = append(seekers, i)
			options = append(options, o)
		}
	}
	a := newAssignment(options, len(rows), skipCost)
	for n, i := range seekers {
		if a.row[n] == none {
			continue
		}
		if p, ok := matchConfidence(a.rivals(int32(n), rivalLimit), 1, w.l.late); ok {
			w.l.tieCause(rows[a.row[n]], i, event.ByWindow, p)
		}
	}
}

// documentsOf lists the rows that may have brought the page of e.
func (w *window) documentsOf(e *action, rows []*call, byPath []int) []option {
	from, to := e.at-causeWindow, e.at+e.Duration.Microseconds()+slack
	first, _ := slices.BinarySearchFunc(byPath, from, func(r int, at int64) int { return cmp.Compare(rows[r].start, at) })
	v := w.l.visits[e.visit]
	var out []option
	for _, r := range byPath[first:] {
		c := rows[r]
		if c.start > to {
			break
		}
		b := sameSession
		if c.Side == event.Server {
			b = w.l.bondOf(&e.Identity, v, &v.agents, c)
		} else if c.visit != e.visit {
			b = strangers
		}
		if b == strangers || isRedirect(c.Status) {
			continue
		}
		lag := interval(c.start-e.at, c.Grain.Microseconds())
		cost := float64(max(lag, -lag))/1e6 + float64(sameSession-b)/2
		out = append(out, option{int32(r), cost})
	}
	return cheapest(out)
}
