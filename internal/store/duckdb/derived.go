package duckdb

import (
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// putLink writes a row of links.
func (t *table) putLink(p event.ProjectID, l *event.Link) {
	t.row()
	t.int(int64(p))
	t.time(l.Time)
	t.ident(identOf(l.EventID))
	t.ident(identOf(l.ClientCallID))
	t.ident(identOf(l.ServerCallID))
	t.text(string(l.Method))
	t.float(l.Confidence)
	t.text(l.SessionID)
	t.text(l.DeviceID)
	t.text(l.UserID)
	t.endpoint(&l.Endpoint)
}

func (t *table) putSignal(p event.ProjectID, s *event.Signal) {
	t.row()
	t.int(int64(p))
	t.time(s.Time)
	t.text(string(s.Kind))
	t.ident(identOf(s.EventID))
	t.ident(identOf(s.CallID))
	t.text(s.SessionID)
	t.text(s.Page)
	t.text(s.Target)
	t.text(s.Detail)
}

func (t *table) putInteraction(p event.ProjectID, i *event.Interaction) {
	t.row()
	t.int(int64(p))
	t.time(i.Time)
	t.ident(identOf(i.EventID))
	t.text(i.SessionID)
	t.text(i.Name)
	t.text(i.Page)
	t.int(int64(i.Calls))
	t.int(int64(i.Failed))
	t.int(i.Slowest.Microseconds())
	t.endpoint(&i.Endpoint)
	t.text(string(i.Reaction))
}

// putSession writes one part of a session.
func (t *table) putSession(p event.ProjectID, s *event.Session) {
	t.row()
	t.int(int64(p))
	t.time(s.Start)
	t.time(s.End)
	t.text(s.ID)
	t.ident(identOf(s.Anchor))
	t.text(s.DeviceID)
	t.text(s.UserID)
	t.text(s.AccountID)
	t.bool(s.Derived)
	t.text(s.EntryPage)
	t.text(s.ExitPage)
	t.context(&s.Context)
	code(t, botClasses(), s.Bot)
	for _, n := range [...]int{s.Events, s.Pages, s.Actions, s.Calls, s.Failed, s.Signals} {
		t.int(int64(n))
	}
	t.int(sessionHash(s.ID))
}

func (t *table) putUnlinked(b *store.Linked, u *store.Unlinked) {
	t.row()
	t.int(int64(b.Project))
	t.ident(identOf(u.CallID))
	t.text(string(u.Side))
	t.text(u.Reason)
	t.time(u.Time)
}

func (t *table) endpoint(e *event.Endpoint) {
	t.text(e.Service)
	t.text(e.Method)
	t.text(e.Route)
}

func (r *reader) endpoint(e *event.Endpoint) {
	e.Service, e.Method, e.Route = r.text(), r.text(), r.text()
}

// linkColumns are the columns that [reader.link] reads, of a table named l.
const linkColumns = `l.time, l.event, l.event_form, l.event_text, l.client, l.client_form, l.client_text,
    l.server, l.server_form, l.server_text, l.method, l.confidence, l.session_id, l.device_id, l.user_id,
    l.service, l.verb, l.route`

func (r *reader) link() (l event.Link) {
	l.Time, l.EventID, l.ClientCallID, l.ServerCallID = r.time(), r.ident(), r.ident(), r.ident()
	l.Method, l.Confidence = event.Method(r.text()), r.float()
	l.SessionID, l.DeviceID, l.UserID = r.text(), r.text(), r.text()
	r.endpoint(&l.Endpoint)
	return l
}

// signalColumns are the columns that [reader.signal] reads, of a table named s.
const signalColumns = `s.time, s.kind, s.event, s.event_form, s.event_text, s.call, s.call_form, s.call_text,
    s.session_id, s.page, s.target, s.detail`

func (r *reader) signal() (s event.Signal) {
	s.Time, s.Kind, s.EventID, s.CallID = r.time(), event.SignalKind(r.text()), r.ident(), r.ident()
	s.SessionID, s.Page, s.Target, s.Detail = r.text(), r.text(), r.text(), r.text()
	return s
}

// interactionColumns are the columns that [reader.interaction] reads, of a table named i.
const interactionColumns = `i.time, i.event, i.event_form, i.event_text, i.session_id, i.name, i.page,
    i.calls, i.failed, i.slowest_us, i.service, i.verb, i.route, i.reaction`

func (r *reader) interaction() (i event.Interaction) {
	i.Time, i.EventID, i.SessionID, i.Name, i.Page = r.time(), r.ident(), r.text(), r.text(), r.text()
	i.Calls, i.Failed, i.Slowest = int(r.int()), int(r.int()), r.micros()
	r.endpoint(&i.Endpoint)
	i.Reaction = event.Reaction(r.text())
	return i
}

// sessionColumns are the columns that [reader.session] reads, of a table named s.
const sessionColumns = `s.started, s.ended, s.session_id, s.anchor, s.anchor_form, s.anchor_text,
    s.device_id, s.user_id, s.account_id, s.derived, s.entry_page, s.exit_page,
    s.context, s.bot,
    s.events, s.pages, s.actions, s.calls, s.failed, s.signals`

func (r *reader) session() (s event.Session) {
	s.Start, s.End, s.ID, s.Anchor = r.time(), r.time(), r.text(), r.ident()
	s.DeviceID, s.UserID, s.AccountID = r.text(), r.text(), r.text()
	s.SessionID = s.ID
	s.Derived, s.EntryPage, s.ExitPage = r.bool(), r.text(), r.text()
	r.context(&s.Context)
	s.Bot = enum(r, botClasses())
	for _, n := range [...]*int{&s.Events, &s.Pages, &s.Actions, &s.Calls, &s.Failed, &s.Signals} {
		*n = int(r.int())
	}
	return s
}
