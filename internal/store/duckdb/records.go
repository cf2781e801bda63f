package duckdb

import (
	"slices"
	"strconv"
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

// separator stands between the parts of odd, context and origin.
const separator = "\x1f"

// parts joins texts into one column; ” when all are empty.
func parts(texts ...string) string {
	size := 0
	for _, text := range texts {
		size += len(text)
	}
	if size == 0 {
		return ""
	}
	out := make([]byte, 0, size+len(texts))
	for i, text := range texts {
		if i > 0 {
			out = append(out, separator...)
		}
		out = append(out, escape(text)...)
	}
	return string(out)
}

// escape keeps a separator inside of a part from being read as one.
func escape(text string) string {
	if !strings.ContainsAny(text, separator+"\x1b") {
		return text
	}
	return strings.NewReplacer("\x1b", "\x1b0", separator, "\x1b1").Replace(text)
}

// split is the inverse of [parts].
func split(text string) []string {
	list := strings.Split(text, separator)
	if strings.Contains(text, "\x1b") {
		for i, part := range list {
			list[i] = strings.NewReplacer("\x1b0", "\x1b", "\x1b1", separator).Replace(part)
		}
	}
	return list
}

// part is the SQL for the n-th part of such a column, counted from 1.
func part(column string, n int) string {
	return "split_part(" + column + ", chr(31), " + strconv.Itoa(n) + ")"
}

// splitURL is the bit of forms that says that a page's path is part of its URL.
const splitURL = 1 << 15

// forms packs how ids were written, three bits each.
func forms(ids ...ident) uint16 {
	bits := uint16(0)
	for i, id := range ids {
		bits |= uint16(id.form) << (3 * i)
	}
	return bits
}

func (t *table) place(a *arrival, at, own time.Time, id ident, forms uint16, odd string) {
	t.row()
	t.int(int64(a.project))
	t.int(a.seq)
	set(t, at.UnixMicro())
	set(t, own.UnixMicro())
	set(t, [2]uint64{id.lo, id.hi ^ 1<<63}) // never NULL, so that records without id compare too
	set(t, forms)
	t.text(odd)
}

// putEvent writes a row of events; id is e's packed ID.
func (t *table) putEvent(a *arrival, e *event.Event, id ident) {
	action, trace, span := identOf(e.ActionID), traceOf(e.TraceID), spanOf(e.SpanID)
	head, tail, isSplit := splitPath(&e.Page)
	bits := forms(id, action)
	if isSplit {
		bits |= splitURL
	}
	t.place(a, e.Time, e.OwnTime, id, bits, parts(id.text, action.text, trace.text, span.text))
	t.text(e.Name)
	code(t, eventKinds(), e.Kind)
	t.identity(&e.Identity)
	t.uuid(action.uuid)
	t.uuid(trace.uuid)
	t.span(span)
	t.int(e.Duration.Microseconds())
	t.text(head)
	t.text(e.Page.Path)
	t.text(tail)
	t.text(e.Page.Route)
	t.text(e.Page.Title)
	t.text(e.Page.Referrer)
	t.text(e.Page.ID)
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
	action, request := identOf(c.ActionID), identOf(c.RequestID)
	trace, answer := traceOf(c.TraceID), traceOf(c.ServerTraceID)
	span, parent := spanOf(c.SpanID), spanOf(c.ParentSpanID)
	t.place(a, c.Time, c.OwnTime, id, forms(id, action, request),
		parts(id.text, action.text, trace.text, span.text, parent.text, answer.text, request.text))
	code(t, callSides(), c.Side)
	code(t, callClasses(), c.Class)
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
	t.uuid(action.uuid)
	t.uuid(trace.uuid)
	t.span(span)
	t.span(parent)
	t.uuid(answer.uuid)
	t.uuid(request.uuid)
	t.text(c.PageID)
	t.int(c.RequestBytes)
	t.int(c.ResponseBytes)
	t.text(c.Release)
	t.float(c.Weight)
	t.context(&c.Context)
	t.text(objectText(c.Attributes))
	t.origin(a, &c.Origin)
	for range 4 { // what links tell, which the link pass knows later
		t.null()
	}
}

// putSpan writes a row of spans; id is s's packed ID.
func (t *table) putSpan(a *arrival, s *event.Span, id ident) {
	trace, span, parent := traceOf(s.TraceID), spanOf(s.SpanID), spanOf(s.ParentSpanID)
	t.place(a, s.Time, s.OwnTime, id, forms(id), parts(id.text, trace.text, span.text, parent.text))
	t.text(s.Name)
	t.text(s.Kind)
	t.text(s.Service)
	t.int(s.Duration.Microseconds())
	t.uuid(trace.uuid)
	t.span(span)
	t.span(parent)
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

// spanOf packs a span id: 16 hex digits or, from odd senders, any text.
func spanOf(text string) ident {
	id := identOf(text)
	if id.form != hex16 {
		id.text = text
	}
	return id
}

func (t *table) span(id ident) { orNull(t, int64(id.lo), id.form != noForm) }

// splitPath cuts an address around its path, which has a column of its own.
func splitPath(p *event.Page) (head, tail string, isSplit bool) {
	if at := strings.Index(p.URL, p.Path); p.Path != "" && at >= 0 {
		return p.URL[:at], p.URL[at+len(p.Path):], true
	}
	return p.URL, "", false
}

func (t *table) context(c *event.Context) {
	if c.Device == "" && c.OS == "" && c.Browser == "" && c.Network == "" && c.Language == "" && c.Country == "" && len(c.UTM) == 0 {
		t.text("")
		return
	}
	t.text(parts(c.Device, c.OS, c.Browser, c.Network, c.Language, c.Country, objectText(c.UTM)))
}

func (t *table) origin(a *arrival, o *event.Origin) {
	if a.label == "" {
		t.text(escape(o.Source))
	} else {
		t.text(parts(o.Source, a.label))
	}
	t.time(o.SentAt)
	code(t, consents(), o.Consent)
	code(t, botClasses(), o.Bot)
	t.bool(a.now.Sub(o.OwnTime) > lateAfter)
}

// code writes the number of an ENUM's value: its place in the schema's list.
// Another value than these is stored as ”.
func code[T comparable](t *table, values []T, value T) {
	set(t, uint8(max(0, slices.Index(values, value))))
}

// The closed sets, in the order of the schema.

func eventKinds() []event.Kind {
	return []event.Kind{"", event.PageView, event.RouteChange, event.Click, event.Submit, event.Change, event.Custom, event.Identify, event.WebVital, event.PageError}
}

func callSides() []event.Side { return []event.Side{"", event.Client, event.Server} }

func callClasses() []event.Class {
	return []event.Class{"", event.API, event.Document, event.Asset}
}

func consents() []event.Consent {
	return []event.Consent{event.ConsentUnknown, event.ConsentGranted, event.ConsentDenied}
}

func botClasses() []event.Bot { return []event.Bot{event.Human, event.Crawler, event.Automation} }

// reader reads the columns of one record in the order they were selected.
type reader struct {
	*rows
	column int
	forms  uint16   // of the record
	odd    []string // the record's ids that are kept as text; empty when there are none
}

func (r *reader) next() int { r.column++; return r.column - 1 }

func (r *reader) text() string    { return r.rows.text(r.next()) }
func (r *reader) int() int64      { return r.rows.int(r.next()) }
func (r *reader) float() float64  { return r.rows.float(r.next()) }
func (r *reader) bool() bool      { return r.rows.bool(r.next()) }
func (r *reader) time() time.Time { return r.rows.time(r.next()) }

func (r *reader) micros() time.Duration { return time.Duration(r.int()) * time.Microsecond }

// enum reads an ENUM as its place in the schema's list.
func enum[T any](r *reader, values []T) T {
	n, _ := cell[uint8](r.rows, r.next())
	return values[n]
}

// ident reads an id that has three columns of its own.
func (r *reader) ident() string {
	bits, _ := r.uuid(r.next())
	kind, _ := cell[uint8](r.rows, r.next())
	return ident{uuid: bits, form: form(kind), text: r.text()}.String()
}

// place reads what every record begins with.
func (r *reader) place() (at, own time.Time, id string) {
	at, own = r.time(), r.time()
	bits, _ := r.uuid(r.next())
	r.forms, _ = cell[uint16](r.rows, r.next())
	r.odd = nil
	if odd := r.text(); odd != "" {
		r.odd = split(odd)
	}
	return at, own, r.packed(bits, 0, 0)
}

// packed is the text of the nth id that forms knows; its odd text is part of odd.
func (r *reader) packed(bits uuid, nth, part int) string {
	return ident{uuid: bits, form: form(r.forms >> (3 * nth) & 7), text: r.oddPart(part)}.String()
}

func (r *reader) oddPart(n int) string {
	if n < len(r.odd) {
		return r.odd[n]
	}
	return ""
}

func (r *reader) id(nth, part int) string {
	bits, _ := r.uuid(r.next())
	return r.packed(bits, nth, part)
}

func (r *reader) trace(part int) string {
	bits, ok := r.uuid(r.next())
	if text := r.oddPart(part); text != "" || !ok {
		return text
	}
	return ident{uuid: bits, form: hex32}.String()
}

func (r *reader) span(part int) string {
	bits, ok := cell[int64](r.rows, r.next())
	if text := r.oddPart(part); text != "" || !ok {
		return text
	}
	return ident{uuid: uuid{lo: uint64(bits)}, form: hex16}.String()
}

func (r *reader) identity(i *event.Identity) {
	i.DeviceID, i.UserID, i.AccountID, i.SessionID = r.text(), r.text(), r.text(), r.text()
}

func (r *reader) context(c *event.Context) {
	text := r.text()
	if text == "" {
		return
	}
	var list [7]string
	copy(list[:], split(text))
	c.Device, c.OS, c.Browser, c.Network, c.Language, c.Country = list[0], list[1], list[2], list[3], list[4], list[5]
	c.UTM = textsOf(list[6])
}

func (r *reader) origin(o *event.Origin) {
	o.Source = split(r.text())[0]
	o.SentAt = r.time()
	o.Consent, o.Bot = enum(r, consents()), enum(r, botClasses())
}

// eventColumns are the columns that [reader.event] reads, of a table named e.
const eventColumns = `e.time, e.own_time, e.id, e.forms, e.odd, e.name, e.kind,
    e.device_id, e.user_id, e.account_id, e.session_id, e.action, e.trace, e.span, e.duration_us,
    e.url_head, e.path, e.url_tail, e.page_route, e.title, e.referrer, e.page_id,
    e.selector, e.target, e.role, e.x, e.y, e.release, e.sender_seq, e.context, e.properties,
    e.origin, e.sent_at, e.consent, e.bot`

func (r *reader) event() (e event.Event) {
	e.Time, e.OwnTime, e.ID = r.place()
	e.Name, e.Kind = r.text(), enum(r, eventKinds())
	r.identity(&e.Identity)
	e.ActionID, e.TraceID, e.SpanID, e.Duration = r.id(1, 1), r.trace(2), r.span(3), r.micros()
	head, path, tail := r.text(), r.text(), r.text()
	e.Page.URL, e.Page.Path = head, path
	if r.forms&splitURL != 0 {
		e.Page.URL = head + path + tail
	}
	e.Page.Route, e.Page.Title, e.Page.Referrer, e.Page.ID = r.text(), r.text(), r.text(), r.text()
	e.Target.Selector, e.Target.Name, e.Target.Role = r.text(), r.text(), r.text()
	e.Target.X, e.Target.Y = r.float(), r.float()
	e.Release, e.Seq = r.text(), r.int()
	r.context(&e.Context)
	e.Properties = objectOf(r.text())
	r.origin(&e.Origin)
	return e
}

// callColumns are the columns that [reader.call] reads, of a table named c.
const callColumns = `c.time, c.own_time, c.id, c.forms, c.odd, c.side, c.class, c.service, c.method, c.route,
    c.host, c.path, c.query, c.status, c.error, c.duration_us, c.grain_us,
    c.device_id, c.user_id, c.account_id, c.session_id,
    c.action, c.trace, c.span, c.parent, c.server_trace, c.request, c.page_id,
    c.request_bytes, c.response_bytes, c.release, c.weight, c.context, c.attributes,
    c.origin, c.sent_at, c.consent, c.bot`

func (r *reader) call() (c event.Call) {
	c.Time, c.OwnTime, c.ID = r.place()
	c.Side, c.Class = enum(r, callSides()), enum(r, callClasses())
	c.Service, c.Method, c.Route, c.Host, c.Path, c.Query = r.text(), r.text(), r.text(), r.text(), r.text(), r.text()
	status, _ := cell[int16](r.rows, r.next())
	c.Status, c.Error = int(status), r.text()
	us, timed := cell[int64](r.rows, r.next())
	c.Duration, c.Timed, c.Grain = time.Duration(us)*time.Microsecond, timed, r.micros()
	r.identity(&c.Identity)
	c.ActionID, c.TraceID, c.SpanID, c.ParentSpanID, c.ServerTraceID = r.id(1, 1), r.trace(2), r.span(3), r.span(4), r.trace(5)
	c.RequestID, c.PageID = r.id(2, 6), r.text()
	c.RequestBytes, c.ResponseBytes, c.Release, c.Weight = r.int(), r.int(), r.text(), r.float()
	r.context(&c.Context)
	c.Attributes = objectOf(r.text())
	r.origin(&c.Origin)
	return c
}

// spanColumns are the columns that [reader.spanRecord] reads, of a table named s.
const spanColumns = `s.time, s.own_time, s.id, s.forms, s.odd, s.name, s.kind, s.service, s.duration_us,
    s.trace, s.span, s.parent, s.error, s.attributes, s.origin, s.sent_at, s.consent, s.bot`

func (r *reader) spanRecord() (s event.Span) {
	s.Time, s.OwnTime, s.ID = r.place()
	s.Name, s.Kind, s.Service, s.Duration = r.text(), r.text(), r.text(), r.micros()
	s.TraceID, s.SpanID, s.ParentSpanID = r.trace(1), r.span(2), r.span(3)
	s.Error, s.Attributes = r.text(), objectOf(r.text())
	r.origin(&s.Origin)
	return s
}
