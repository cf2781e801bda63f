package duckdb

import (
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// arrival is what the writer adds to every record.
type arrival struct {
	project event.ProjectID
	seq     int64
	now     time.Time
	label   string
}

// lateAfter is when a record counts as late: its daily keys are gone by then.
const lateAfter = 48 * time.Hour

func (t *table) place(a *arrival, at, own time.Time, id ident) {
	t.row()
	t.int(int64(a.project))
	t.int(a.seq)
	set(t, at.UnixMicro())
	set(t, own.UnixMicro())
	set(t, [2]uint64{id.lo, id.hi ^ 1<<63}) // never NULL, so that records without id compare too
	t.form(id.form)
	t.text(id.text)
}

// putEvent writes a row of events; id is e's packed ID.
func (t *table) putEvent(a *arrival, e *event.Event, id ident) {
	t.place(a, e.Time, e.OwnTime, id)
	t.text(e.Name)
	t.text(string(e.Kind))
	t.identity(&e.Identity)
	t.ident(identOf(e.ActionID))
	t.trace(e.TraceID)
	t.span(e.SpanID)
	t.int(e.Duration.Microseconds())
	t.page(&e.Page)
	t.text(e.Target.Selector)
	t.text(e.Target.Name)
	t.text(e.Target.Role)
	t.float(e.Target.X)
	t.float(e.Target.Y)
	t.text(e.Release)
	t.int(e.Seq)
	t.context(&e.Context)
	t.text(objectText(e.Properties))
	t.origin(a, &e.Origin)
}

// putCall writes a row of calls; id is c's packed ID.
func (t *table) putCall(a *arrival, c *event.Call, id ident) {
	t.place(a, c.Time, c.OwnTime, id)
	t.text(string(c.Side))
	t.text(string(c.Class))
	t.text(c.Service)
	t.text(c.Method)
	t.text(c.Route)
	t.text(c.Host)
	t.text(c.Path)
	t.text(c.Query)
	orNull(t, int16(c.Status), c.Status != 0)
	t.text(c.Error)
	orNull(t, c.Duration.Microseconds(), c.Timed)
	t.int(c.Grain.Microseconds())
	t.identity(&c.Identity)
	t.ident(identOf(c.ActionID))
	t.trace(c.TraceID)
	t.span(c.SpanID)
	t.span(c.ParentSpanID)
	t.trace(c.ServerTraceID)
	t.ident(identOf(c.RequestID))
	t.text(c.PageID)
	t.context(&c.Context)
	t.int(c.RequestBytes)
	t.int(c.ResponseBytes)
	t.text(c.Release)
	t.text(objectText(c.Attributes))
	t.float(c.Weight)
	t.origin(a, &c.Origin)
}

// putSpan writes a row of spans; id is s's packed ID.
func (t *table) putSpan(a *arrival, s *event.Span, id ident) {
	t.place(a, s.Time, s.OwnTime, id)
	t.text(s.Name)
	t.text(s.Kind)
	t.text(s.Service)
	t.int(s.Duration.Microseconds())
	t.trace(s.TraceID)
	t.span(s.SpanID)
	t.span(s.ParentSpanID)
	t.text(s.Error)
	t.text(objectText(s.Attributes))
	t.origin(a, &s.Origin)
}

// putFingerprint writes the client keys of a row that may be linked by them.
func (t *table) putFingerprint(a *arrival, at time.Time, o *event.Origin, person bool) {
	t.row()
	t.int(int64(a.project))
	t.int(a.seq)
	t.time(at)
	t.int(int64(o.ClientKey))
	t.int(int64(o.AgentKey))
	t.bool(person)
}

func (t *table) identity(i *event.Identity) {
	t.text(i.DeviceID)
	t.text(i.UserID)
	t.text(i.AccountID)
	t.text(i.SessionID)
}

// traceOf packs a trace id: 32 hex digits or, from odd senders, any text.
func traceOf(text string) ident {
	id := identOf(text)
	if id.form != hex32 {
		id.text = text
	}
	return id
}

// trace writes the two columns of a trace id.
func (t *table) trace(text string) {
	id := traceOf(text)
	t.uuid(id.uuid)
	t.text(id.text)
}

// span writes the two columns of a span id.
func (t *table) span(text string) {
	id := identOf(text)
	orNull(t, int64(id.lo), text != "")
	if id.form == hex16 {
		text = ""
	}
	t.text(text)
}

// page writes an address without its path, which has a column of its own.
func (t *table) page(p *event.Page) {
	head, tail, split := p.URL, "", false
	if at := strings.Index(p.URL, p.Path); p.Path != "" && at >= 0 {
		head, tail, split = p.URL[:at], p.URL[at+len(p.Path):], true
	}
	t.text(head)
	t.text(p.Path)
	t.text(tail)
	t.bool(split)
	t.text(p.Route)
	t.text(p.Title)
	t.text(p.Referrer)
	t.text(p.ID)
}

func (t *table) context(c *event.Context) {
	t.text(c.Device)
	t.text(c.OS)
	t.text(c.Browser)
	t.text(c.Network)
	t.text(c.Language)
	t.text(c.Country)
	t.text(objectText(c.UTM))
}

func (t *table) origin(a *arrival, o *event.Origin) {
	t.text(o.Source)
	t.time(o.SentAt)
	t.text(string(o.Consent))
	t.text(string(o.Bot))
	t.bool(a.now.Sub(o.OwnTime) > lateAfter)
	t.text(a.label)
}

// reader reads the columns of one record in the order they were selected.
type reader struct {
	*rows
	column int
}

func (r *reader) next() int { r.column++; return r.column - 1 }

func (r *reader) text() string    { return r.rows.text(r.next()) }
func (r *reader) int() int64      { return r.rows.int(r.next()) }
func (r *reader) float() float64  { return r.rows.float(r.next()) }
func (r *reader) bool() bool      { return r.rows.bool(r.next()) }
func (r *reader) time() time.Time { return r.rows.time(r.next()) }

func (r *reader) micros() time.Duration { return time.Duration(r.int()) * time.Microsecond }

// ident reads the three columns of an id.
func (r *reader) ident() string {
	bits, _ := r.rows.uuid(r.next())
	kind, _ := cell[uint8](r.rows, r.next())
	return ident{uuid: bits, form: form(kind), text: r.text()}.String()
}

func (r *reader) trace() string {
	bits, ok := r.rows.uuid(r.next())
	if text := r.text(); text != "" || !ok {
		return text
	}
	return ident{uuid: bits, form: hex32}.String()
}

func (r *reader) span() string {
	bits, ok := cell[int64](r.rows, r.next())
	if text := r.text(); text != "" || !ok {
		return text
	}
	return ident{uuid: uuid{lo: uint64(bits)}, form: hex16}.String()
}

func (r *reader) identity(i *event.Identity) {
	i.DeviceID, i.UserID, i.AccountID, i.SessionID = r.text(), r.text(), r.text(), r.text()
}

func (r *reader) context(c *event.Context) {
	c.Device, c.OS, c.Browser, c.Network, c.Language, c.Country = r.text(), r.text(), r.text(), r.text(), r.text(), r.text()
	c.UTM = textsOf(r.text())
}

func (r *reader) origin(o *event.Origin) {
	o.Source, o.SentAt = r.text(), r.time()
	o.Consent, o.Bot = event.Consent(r.text()), event.Bot(r.text())
}

func (r *reader) page(p *event.Page) {
	head, path, tail := r.text(), r.text(), r.text()
	p.URL, p.Path = head, path
	if r.bool() {
		p.URL = head + path + tail
	}
	p.Route, p.Title, p.Referrer, p.ID = r.text(), r.text(), r.text(), r.text()
}

// eventColumns are the columns that [reader.event] reads, of a table named e.
const eventColumns = `e.time, e.own_time, e.id, e.id_form, e.id_text, e.name, e.kind,
    e.device_id, e.user_id, e.account_id, e.session_id, e.action, e.action_form, e.action_text,
    e.trace, e.trace_text, e.span, e.span_text, e.duration_us,
    e.url_head, e.path, e.url_tail, e.url_split, e.page_route, e.title, e.referrer, e.page_id,
    e.selector, e.target, e.role, e.x, e.y, e.release, e.sender_seq,
    e.device, e.os, e.browser, e.network, e.language, e.country, e.utm, e.properties,
    e.source, e.sent_at, e.consent, e.bot`

func (r *reader) event() (e event.Event) {
	e.Time, e.OwnTime, e.ID = r.time(), r.time(), r.ident()
	e.Name, e.Kind = r.text(), event.Kind(r.text())
	r.identity(&e.Identity)
	e.ActionID, e.TraceID, e.SpanID, e.Duration = r.ident(), r.trace(), r.span(), r.micros()
	r.page(&e.Page)
	e.Target.Selector, e.Target.Name, e.Target.Role = r.text(), r.text(), r.text()
	e.Target.X, e.Target.Y = r.float(), r.float()
	e.Release, e.Seq = r.text(), r.int()
	r.context(&e.Context)
	e.Properties = objectOf(r.text())
	r.origin(&e.Origin)
	return e
}

// callColumns are the columns that [reader.call] reads, of a table named c.
const callColumns = `c.time, c.own_time, c.id, c.id_form, c.id_text, c.side, c.class, c.service, c.method, c.route,
    c.host, c.path, c.query, c.status, c.error, c.duration_us, c.grain_us,
    c.device_id, c.user_id, c.account_id, c.session_id, c.action, c.action_form, c.action_text,
    c.trace, c.trace_text, c.span, c.span_text, c.parent, c.parent_text, c.server_trace, c.server_trace_text,
    c.request, c.request_form, c.request_text, c.page_id,
    c.device, c.os, c.browser, c.network, c.language, c.country, c.utm,
    c.request_bytes, c.response_bytes, c.release, c.attributes, c.weight,
    c.source, c.sent_at, c.consent, c.bot`

func (r *reader) call() (c event.Call) {
	c.Time, c.OwnTime, c.ID = r.time(), r.time(), r.ident()
	c.Side, c.Class = event.Side(r.text()), event.Class(r.text())
	c.Service, c.Method, c.Route, c.Host, c.Path, c.Query = r.text(), r.text(), r.text(), r.text(), r.text(), r.text()
	status, _ := cell[int16](r.rows, r.next())
	c.Status, c.Error = int(status), r.text()
	us, timed := cell[int64](r.rows, r.next())
	c.Duration, c.Timed, c.Grain = time.Duration(us)*time.Microsecond, timed, r.micros()
	r.identity(&c.Identity)
	c.ActionID, c.TraceID, c.SpanID, c.ParentSpanID, c.ServerTraceID = r.ident(), r.trace(), r.span(), r.span(), r.trace()
	c.RequestID, c.PageID = r.ident(), r.text()
	r.context(&c.Context)
	c.RequestBytes, c.ResponseBytes = r.int(), r.int()
	c.Release, c.Attributes, c.Weight = r.text(), objectOf(r.text()), r.float()
	r.origin(&c.Origin)
	return c
}

// spanColumns are the columns that [reader.spanRecord] reads, of a table named s.
const spanColumns = `s.time, s.own_time, s.id, s.id_form, s.id_text, s.name, s.kind, s.service, s.duration_us,
    s.trace, s.trace_text, s.span, s.span_text, s.parent, s.parent_text, s.error, s.attributes,
    s.source, s.sent_at, s.consent, s.bot`

func (r *reader) spanRecord() (s event.Span) {
	s.Time, s.OwnTime, s.ID = r.time(), r.time(), r.ident()
	s.Name, s.Kind, s.Service, s.Duration = r.text(), r.text(), r.text(), r.micros()
	s.TraceID, s.SpanID, s.ParentSpanID = r.trace(), r.span(), r.span()
	s.Error, s.Attributes = r.text(), objectOf(r.text())
	r.origin(&s.Origin)
	return s
}
