package link

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Link judges one block: it ties actions to client calls, client calls to server
// calls and, where no client call was reported, actions to server calls; then it
// reads sessions, signals and interactions off those ties. It looks at nothing
// but its arguments and changes neither.
//
// The cascade goes from proof to inference: ids first, then the assignment of
// client calls to server rows by what both saw, then time alone. What an earlier
// step tied, a later one leaves.
func Link(b Block, o Options) Result {
	l := newLinker(b, o)
	l.findVisits()
	l.linkByID()
	if !b.Crowded {
		l.match()
		l.linkByWindow()
	}
	l.gather()
	r := l.coverage(b)
	r.Links = l.links()
	marks := l.signals()
	r.Signals = marks
	r.Interactions = l.interactions()
	r.Sessions = l.sessions(marks)
	r.Unlinked = l.unlinked()
	return r
}

// Moments on a block's clock are microseconds.
const (
	millisecond = int64(1_000)
	second      = 1_000 * millisecond
)

// Methods that change nothing.
const (
	get       = "GET"
	head      = "HEAD"
	preflight = "OPTIONS"
)

// none is the index of nothing.
const none = -1

// tie is one half of a link: what this row hangs on, and why we think so.
type tie struct {
	to         int // index, or none
	method     event.Method
	confidence float64
}

func untied() tie { return tie{to: none} }

// action is an event with what linking found out about it.
type action struct {
	*event.Event
	at    int64 // microseconds, on the block's clock
	visit int
	calls []*call // what it caused, by start: client calls, and server calls nobody reported
	raged bool    // part of a burst of clicks
}

// call is a Call with what linking found out about it.
type call struct {
	*event.Call
	index      int
	start, end int64 // microseconds, on the block's clock
	visit      int
	cause      tie     // to an event
	client     tie     // server calls: to a client call
	rows       []*call // client calls: the server calls it reached
	reason     Reason
}

// linker holds one block while it is judged.
type linker struct {
	opts    Options
	late    bool
	crowded bool
	events  []*action
	clients []*call
	servers []*call
	visits  []*visit
	denied  []*call
	ids     *idIndex
	// refusals are the identities of events that denied consent.
	refusals []*event.Identity
}

func newLinker(b Block, o Options) *linker {
	l := &linker{opts: o, late: b.Late, crowded: b.Crowded}
	for _, e := range ordered(b.Events, func(e *event.Event) (time.Time, string) { return e.Time, e.ID }) {
		if e.Consent == event.ConsentDenied {
			l.refusals = append(l.refusals, &e.Identity)
			continue
		}
		l.events = append(l.events, &action{Event: e, at: e.Time.UnixMicro(), visit: none})
	}
	for _, c := range ordered(b.Calls, func(c *event.Call) (time.Time, string) { return c.Time, c.ID }) {
		l.addCall(c)
	}
	return l
}

func (l *linker) addCall(c *event.Call) {
	if c.Class == event.Asset {
		return
	}
	row := &call{Call: c, start: c.Time.UnixMicro(), end: c.End().UnixMicro(), visit: none, cause: untied(), client: untied()}
	switch {
	case c.Consent == event.ConsentDenied:
		row.reason = NoConsent
		l.denied = append(l.denied, row)
	case c.Side == event.Client:
		row.index = len(l.clients)
		l.clients = append(l.clients, row)
	default:
		row.index = len(l.servers)
		l.servers = append(l.servers, row)
	}
}

// ordered returns pointers to rows by time, then id. Rows without id cannot be
// named in a link and rows that came twice count once.
func ordered[T any](rows []T, place func(*T) (time.Time, string)) []*T {
	out := make([]*T, 0, len(rows))
	for i := range rows {
		if _, id := place(&rows[i]); id != "" {
			out = append(out, &rows[i])
		}
	}
	slices.SortStableFunc(out, func(a, b *T) int {
		at, aid := place(a)
		bt, bid := place(b)
		return byTime(at, bt, aid, bid)
	})
	return slices.CompactFunc(out, func(a, b *T) bool {
		at, aid := place(a)
		bt, bid := place(b)
		return aid == bid && at.Equal(bt)
	})
}

// coverage says which rows the result speaks for.
func (l *linker) coverage(b Block) Result {
	var r Result
	span := func(t time.Time) {
		if r.From.IsZero() || t.Before(r.From) {
			r.From = t
		}
		if t.After(r.To) {
			r.To = t
		}
	}
	for i := range b.Events {
		span(b.Events[i].Time)
		r.EventIDs = append(r.EventIDs, b.Events[i].ID)
	}
	for i := range b.Calls {
		span(b.Calls[i].Time)
		r.CallIDs = append(r.CallIDs, b.Calls[i].ID)
	}
	slices.Sort(r.EventIDs)
	slices.Sort(r.CallIDs)
	return r
}

// tieCause ties a call to the event that caused it.
func (l *linker) tieCause(c *call, e int, m event.Method, confidence float64) {
	c.cause = tie{e, m, confidence}
	if c.visit == none {
		c.visit = l.events[e].visit
	}
}

// tieClient ties a server call to the client call that it answered. What the
// server knew of the action is the client call's from then on.
func (l *linker) tieClient(s, c *call, m event.Method, confidence float64) {
	s.client = tie{c.index, m, confidence}
	s.visit = c.visit
	c.rows = append(c.rows, s)
	if known := s.cause; known.to != none {
		s.cause = untied()
		if c.cause.to == none && l.allowed(known.to, c) {
			l.tieCause(c, known.to, known.method, min(known.confidence, confidence))
		}
	}
}

// gather gives every action the calls it caused.
func (l *linker) gather() {
	for _, c := range l.byStart(func(c *call) bool { return c.cause.to != none && c.client.to == none }) {
		e := l.events[c.cause.to]
		e.calls = append(e.calls, c)
	}
}

// byStart lists the calls of both sides that keep wants, by start, the client's
// before the server's.
func (l *linker) byStart(keep func(*call) bool) []*call {
	var out []*call
	for _, list := range [2][]*call{l.clients, l.servers} {
		for _, c := range list {
			if keep(c) {
				out = append(out, c)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *call) int { return cmp.Compare(a.start, b.start) })
	return out
}

// links renders the ties, by time of the far side, then its id.
func (l *linker) links() []event.Link {
	var out []event.Link
	for _, c := range l.clients {
		if c.cause.to != none {
			out = append(out, l.link(c, c.cause, event.Link{EventID: l.events[c.cause.to].ID, ClientCallID: c.ID}))
		}
	}
	for _, s := range l.servers {
		switch {
		case s.client.to != none:
			out = append(out, l.link(s, s.client, event.Link{ClientCallID: l.clients[s.client.to].ID, ServerCallID: s.ID}))
		case s.cause.to != none:
			out = append(out, l.link(s, s.cause, event.Link{EventID: l.events[s.cause.to].ID, ServerCallID: s.ID}))
		}
	}
	slices.SortFunc(out, func(a, b event.Link) int {
		return byTime(a.Time, b.Time, a.ClientCallID+"\x00"+a.ServerCallID, b.ClientCallID+"\x00"+b.ServerCallID)
	})
	return out
}

// link completes the link to c with the facts of c and of the person.
func (l *linker) link(c *call, t tie, out event.Link) event.Link {
	out.Method, out.Confidence = t.method, t.confidence
	out.Time, out.Endpoint = c.Time, c.Endpoint()
	out.SessionID, out.DeviceID, out.UserID = c.SessionID, c.DeviceID, c.UserID
	if c.visit == none {
		return out
	}
	v := l.visits[c.visit]
	out.SessionID = v.id
	if out.DeviceID == "" {
		out.DeviceID = v.device
	}
	if out.UserID == "" {
		out.UserID = v.userAt(c.start)
	}
	return out
}

// unlinked lists the calls that hang on nothing, and why.
func (l *linker) unlinked() []Unlinked {
	var out []Unlinked
	for _, c := range slices.Concat(l.clients, l.servers, l.denied) {
		if reason := l.why(c); reason != "" {
			out = append(out, Unlinked{CallID: c.ID, Side: c.Side, Time: c.Time, Reason: reason})
		}
	}
	slices.SortFunc(out, func(a, b Unlinked) int { return strings.Compare(a.CallID, b.CallID) })
	return out
}

func (l *linker) why(c *call) Reason {
	switch {
	case c.reason == NoConsent:
		return NoConsent
	case c.cause.to != none || c.client.to != none:
		return ""
	case l.crowded:
		return CrowdedKey
	case c.reason == Ambiguous && len(c.rows) > 0:
		return NoAction // ambiguous in one tier, found in another
	case c.reason != "":
		return c.reason
	case c.Side == event.Server:
		return NoClient
	case len(c.rows) == 0:
		return NoRow
	}
	return NoAction
}
