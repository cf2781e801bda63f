package link

import (
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// linkByID makes every tie that an id proves.
func (l *linker) linkByID() {
	l.ids = l.index()
	ids := l.ids
	for _, c := range l.clients {
		if e, m := ids.causeOf(l, c); e != none {
			l.tieCause(c, e, m, certainty(m))
		}
	}
	for _, s := range l.servers {
		if c, m := ids.clientOf(l, s); c != nil {
			l.tieClient(s, c, m, certainty(m))
		}
	}
	l.spreadTiers()
	for _, s := range l.servers {
		if s.client.to != none {
			continue
		}
		if e, m := ids.causeOf(l, s); e != none {
			l.tieCause(s, e, m, certainty(m))
		}
	}
}

// spanID names a span: span ids alone may repeat between traces.
type spanID struct{ trace, span string }

// idIndex finds rows by the ids that other rows may carry.
type idIndex struct {
	actions  map[string][]int // action id, or the event's own id
	spans    map[spanID]int   // events
	traces   map[string][]int // events that are actions
	calls    map[spanID]*call // client calls
	byTrace  map[string][]*call
	byAnswer map[string][]*call // client calls by ServerTraceID
	byReq    map[string][]*call
	rows     map[spanID]*call // server calls, to walk up from tier to tier
}

func (l *linker) index() *idIndex {
	x := &idIndex{
		actions: map[string][]int{}, spans: map[spanID]int{}, traces: map[string][]int{},
		calls: map[spanID]*call{}, byTrace: map[string][]*call{}, byAnswer: map[string][]*call{}, byReq: map[string][]*call{},
		rows: map[spanID]*call{},
	}
	for i, e := range l.events {
		x.addEvent(i, e)
	}
	for _, c := range l.clients {
		if c.SpanID != "" && c.TraceID != "" {
			keepFirst(x.calls, spanID{c.TraceID, c.SpanID}, c)
		}
		add(x.byTrace, c.TraceID, c)
		add(x.byAnswer, c.ServerTraceID, c)
		add(x.byReq, c.RequestID, c)
	}
	for _, s := range l.servers {
		if s.SpanID != "" && s.TraceID != "" {
			keepFirst(x.rows, spanID{s.TraceID, s.SpanID}, s)
		}
	}
	return x
}

func (x *idIndex) addEvent(i int, e *action) {
	if !e.Kind.IsAction() && e.Kind != event.Change && e.Kind != event.Custom {
		return
	}
	add(x.actions, e.ActionID, i)
	if e.ID != e.ActionID {
		add(x.actions, e.ID, i)
	}
	if e.TraceID == "" {
		return
	}
	if e.SpanID != "" {
		keepFirst(x.spans, spanID{e.TraceID, e.SpanID}, i)
	}
	if e.Kind.IsAction() {
		add(x.traces, e.TraceID, i)
	}
}

func add[T any](m map[string][]T, id string, v T) {
	if id != "" {
		m[id] = append(m[id], v)
	}
}

func keepFirst[K comparable, V any](m map[K]V, k K, v V) {
	if _, ok := m[k]; !ok {
		m[k] = v
	}
}

// causeOf finds the action that c's ids name.
func (x *idIndex) causeOf(l *linker, c *call) (int, event.Method) {
	if e := l.nearestBefore(x.actions[c.ActionID], c); e != none && c.ActionID != "" {
		return e, event.ByActionID
	}
	if c.TraceID == "" {
		return none, ""
	}
	if e, ok := x.spans[spanID{c.TraceID, c.ParentSpanID}]; ok && c.ParentSpanID != "" && l.allowed(e, c) {
		return e, event.BySpan
	}
	if e := l.nearestBefore(x.traces[c.TraceID], c); e != none {
		return e, event.ByTrace
	}
	return none, ""
}

// allowed reports whether consent lets c join the person of event e. Ids prove
// whose call it is; they do not make up for a refusal or another session's id.
func (l *linker) allowed(e int, c *call) bool {
	ev := l.events[e]
	if l.visits[ev.visit].denied && c.Consent != event.ConsentGranted {
		return false
	}
	return c.SessionID == "" || ev.SessionID == "" || sessionKey(&c.Identity) == sessionKey(&ev.Identity)
}

// nearestBefore picks among events that share an id: an action before another
// kind, then the latest that had begun when c began, then the earliest.
func (l *linker) nearestBefore(events []int, c *call) int {
	best := none
	better := func(i, j int) bool {
		a, b := l.events[i], l.events[j]
		if a.Kind.IsAction() != b.Kind.IsAction() {
			return a.Kind.IsAction()
		}
		began, other := a.at <= c.start+slack, b.at <= c.start+slack
		if began != other {
			return began
		}
		return began == (a.at > b.at) && a.at != b.at
	}
	for _, i := range events {
		if l.allowed(i, c) && (best == none || better(i, best)) {
			best = i
		}
	}
	return best
}

// clientOf finds the client call that s answers by its ids, best evidence first.
func (x *idIndex) clientOf(l *linker, s *call) (*call, event.Method) {
	if s.TraceID != "" {
		if c, ok := x.calls[spanID{s.TraceID, s.ParentSpanID}]; ok && s.ParentSpanID != "" && l.may(c, s) {
			return c, event.BySpan
		}
		if c := l.onlyOne(x.byAnswer[s.TraceID], s); c != nil {
			return c, event.ByServerTiming
		}
		if c := x.climb(l, s); c != nil {
			return c, event.ByTrace
		}
		if c := l.onlyOne(x.byTrace[s.TraceID], s); c != nil {
			return c, event.ByTrace
		}
	}
	if c := l.onlyOne(x.byReq[s.RequestID], s); c != nil {
		return c, event.ByRequestID
	}
	return nil, ""
}

// maxTiers bounds the walk up a trace, which a sender could make a circle.
const maxTiers = 32

// climb walks from tier to tier up to the client call that the first one answers.
func (x *idIndex) climb(l *linker, s *call) *call {
	at := s
	for range maxTiers {
		if at.ParentSpanID == "" {
			return nil
		}
		parent := spanID{s.TraceID, at.ParentSpanID}
		if c, ok := x.calls[parent]; ok && l.may(c, s) {
			return c
		}
		next, ok := x.rows[parent]
		if !ok {
			return nil
		}
		at = next
	}
	return nil
}

// may reports whether nothing forbids that s answers c.
func (l *linker) may(c, s *call) bool {
	if c.visit != none && l.visits[c.visit].denied && s.Consent != event.ConsentGranted {
		return false
	}
	return c.SessionID == "" || s.SessionID == "" || sessionKey(&c.Identity) == sessionKey(&s.Identity)
}

// onlyOne returns the one client call that s can answer among those that share an
// id with it. A trace may hold a whole page load: then method, path and time must
// single one out, and where they do not the id proves nothing about the pair.
func (l *linker) onlyOne(calls []*call, s *call) *call {
	var found *call
	fits := 0
	for _, c := range calls {
		if !l.may(c, s) {
			continue
		}
		if len(calls) == 1 {
			return c
		}
		if c.Method == s.Method && trimSlash(c.Path) == trimSlash(s.Path) && overlap(c, s) {
			found = c
			fits++
		}
	}
	if fits == 1 {
		return found
	}
	return nil
}

// overlap reports whether s can have been worked on while c waited.
func overlap(c, s *call) bool {
	return s.end+s.Grain.Microseconds() >= c.start-slack && s.start <= c.end+slack
}

func trimSlash(path string) string {
	if len(path) > 1 {
		return strings.TrimSuffix(path, "/")
	}
	return path
}

// spreadTiers ties the further tiers of a request: rows that share a request id,
// or a trace with one request in it, with a row that is tied already. They are as
// certain as that row at best.
func (l *linker) spreadTiers() {
	byRequest, byTrace := map[string]*call{}, map[string]*call{}
	for _, s := range l.servers {
		if s.client.to != none {
			l.offer(byRequest, s.RequestID, s)
			if len(l.ids.byTrace[s.TraceID]) <= 1 {
				l.offer(byTrace, s.TraceID, s)
			}
		}
	}
	for _, s := range l.servers {
		if s.client.to != none {
			continue
		}
		if first := byRequest[s.RequestID]; first != nil {
			l.follow(s, first, event.ByRequestID)
		} else if first := byTrace[s.TraceID]; first != nil {
			l.follow(s, first, event.ByTrace)
		}
	}
}

// offer notes s as the row that others with the same id belong to; an id that
// two client calls share proves nothing.
func (l *linker) offer(m map[string]*call, id string, s *call) {
	if id == "" {
		return
	}
	first, ok := m[id]
	switch {
	case !ok:
		m[id] = s
	case first != nil && first.client.to != s.client.to:
		m[id] = nil
	case first != nil && s.client.confidence > first.client.confidence:
		m[id] = s
	}
}

func (l *linker) follow(s, first *call, m event.Method) {
	c := l.clients[first.client.to]
	if !l.may(c, s) || !overlap(c, s) {
		return
	}
	l.tieClient(s, c, m, min(certainty(m), first.client.confidence))
}
