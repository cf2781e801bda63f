package storetest

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// clock reads a time of the suite's day, "10:00:00.5", or a full RFC 3339 time.
func clock(text string) time.Time {
	if !strings.Contains(text, "T") {
		text = "2026-11-23T" + text + "Z"
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err) // a slip in a test
	}
	return t
}

func duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		panic(err) // a slip in a test
	}
	return d
}

// record points at the parts that records of all kinds share, so that one option
// fits them all.
type record struct {
	id, trace, release *string
	time               *time.Time
	duration           *time.Duration
	identity           *event.Identity
	context            *event.Context
	origin             *event.Origin
	open               *map[string]any
	event              *event.Event
	call               *event.Call
	span               *event.Span
}

// option changes one thing about a record.
type option func(record)

// call is a served API call, at 10:00 for 10 ms unless options say otherwise. Its
// id is its endpoint and time.
func call(endpoint string, options ...option) event.Call {
	e, _ := event.ParseEndpoint(endpoint)
	c := event.Call{
		Time: clock("10:00:00"), Duration: 10 * time.Millisecond, Timed: true, Side: event.Server, Class: event.API,
		Service: e.Service, Method: e.Method, Route: e.Route, Path: e.Route, Status: 200, Weight: 1,
	}
	build(record{
		id: &c.ID, trace: &c.TraceID, release: &c.Release, time: &c.Time, duration: &c.Duration, identity: &c.Identity,
		context: &c.Context, origin: &c.Origin, open: &c.Attributes, call: &c,
	}, string(c.Side)+" "+endpoint, options)
	return c
}

// click is a click of device d1 on an element.
func click(target string, options ...option) event.Event {
	return happened(event.Click, "click", append([]option{func(r record) { r.event.Target.Name = target }}, options...))
}

// view is a page view of device d1.
func view(page string, options ...option) event.Event {
	return happened(event.PageView, "page_view", append([]option{onPage(page)}, options...))
}

// did is a custom event of device d1.
func did(name string, options ...option) event.Event { return happened(event.Custom, name, options) }

func happened(kind event.Kind, name string, options []option) event.Event {
	e := event.Event{Time: clock("10:00:00"), Name: name, Kind: kind, Identity: event.Identity{DeviceID: "d1"}}
	build(record{
		id: &e.ID, trace: &e.TraceID, release: &e.Release, time: &e.Time, duration: &e.Duration, identity: &e.Identity,
		context: &e.Context, origin: &e.Origin, open: &e.Properties, event: &e,
	}, name, options)
	return e
}

// work is a span of a trace.
func work(name string, options ...option) event.Span {
	var nobody event.Identity
	var nowhere event.Context
	var release string
	s := event.Span{Time: clock("10:00:00"), Duration: time.Millisecond, Name: name, TraceID: traceID(1), SpanID: fmt.Sprintf("%016x", 1)}
	build(record{
		id: &s.ID, trace: &s.TraceID, release: &release, time: &s.Time, duration: &s.Duration, identity: &nobody,
		context: &nowhere, origin: &s.Origin, open: &s.Attributes, span: &s,
	}, name, options)
	return s
}

// build applies the options, and then what follows from them.
func build(r record, name string, options []option) {
	for _, o := range options {
		o(r)
	}
	*r.id = cmp.Or(*r.id, name+" "+r.time.Format("15:04:05.999999999"))
	if r.origin.OwnTime.IsZero() {
		r.origin.OwnTime = *r.time
	}
}

// Options for every kind of record.
func id(text string) option    { return func(r record) { *r.id = text } }
func at(text string) option    { return func(r record) { *r.time = clock(text) } }
func owned(text string) option { return func(r record) { r.origin.OwnTime = clock(text) } }
func took(text string) option  { return func(r record) { *r.duration = duration(text) } }
func trace(n int) option       { return func(r record) { *r.trace = traceID(n) } }
func actionID(id string) option {
	return func(r record) {
		if r.event != nil {
			r.event.ActionID = id
		} else {
			r.call.ActionID = id
		}
	}
}
func device(id string) option     { return func(r record) { r.identity.DeviceID = id } }
func user(id string) option       { return func(r record) { r.identity.UserID = id } }
func account(id string) option    { return func(r record) { r.identity.AccountID = id } }
func session(id string) option    { return func(r record) { r.identity.SessionID = id } }
func release(text string) option  { return func(r record) { *r.release = text } }
func browser(text string) option  { return func(r record) { r.context.Browser = text } }
func source(text string) option   { return func(r record) { r.origin.Source = text } }
func bot() option                 { return func(r record) { r.origin.Bot = event.Crawler } }
func denied() option              { return func(r record) { r.origin.Consent = event.ConsentDenied } }
func client(key event.Key) option { return func(r record) { r.origin.ClientKey = key } }
func agent(key event.Key) option  { return func(r record) { r.origin.AgentKey = key } }
func with(key string, value any) option {
	return func(r record) {
		if *r.open == nil {
			*r.open = map[string]any{}
		}
		(*r.open)[key] = value
	}
}

// Options for calls.
func status(n int) option         { return func(r record) { r.call.Status = n } }
func broken(why string) option    { return func(r record) { r.call.Status, r.call.Error = 0, why } }
func untimed() option             { return func(r record) { r.call.Timed, r.call.Duration = false, 0 } }
func weight(n float64) option     { return func(r record) { r.call.Weight = n } }
func request(id string) option    { return func(r record) { r.call.RequestID = id } }
func answered(traceNo int) option { return func(r record) { r.call.ServerTraceID = traceID(traceNo) } }
func service(s string) option     { return func(r record) { r.call.Service = s } }
func path(text string) option     { return func(r record) { r.call.Path = text } }
func class(c event.Class) option  { return func(r record) { r.call.Class = c } }
func carried(request, response string) option {
	return func(r record) { r.call.Bodies = event.Bodies{RequestBody: request, ResponseBody: response} }
}
func fromClient() option { return func(r record) { r.call.Side = event.Client } }

// Options for events.
func onPage(route string) option {
	return func(r record) { r.event.Page.Route, r.event.Page.Path = route, route }
}
func numbered(n int64) option { return func(r record) { r.event.Seq = n } }
func pageID(id string) option { return func(r record) { r.event.Page.ID = id } }

func traceID(n int) string { return fmt.Sprintf("c0ffee%026x", n) }

// batch sorts records into a batch that nothing was redacted from.
func batch(project event.ProjectID, label string, records ...any) event.Batch {
	var r event.Records
	for _, one := range records {
		switch one := one.(type) {
		case event.Event:
			r.Events = append(r.Events, one)
		case event.Call:
			r.Calls = append(r.Calls, one)
		case event.Span:
			r.Spans = append(r.Spans, one)
		case event.Rejection:
			r.Rejected = append(r.Rejected, one)
		default:
			panic(fmt.Sprintf("%T is no record", one)) // a slip in a test
		}
	}
	return event.NewBatch(project, label, r, asIs{})
}

// asIs is a redactor that changes nothing.
type asIs struct{}

func (asIs) Event(*event.Event) {}
func (asIs) Call(*event.Call)   {}
func (asIs) Span(*event.Span)   {}

// tie is the link from an event or client call to a call, with the facts that the
// linker would give it.
func tie(from any, to event.Call, method event.Method, confidence float64) event.Link {
	l := event.Link{Method: method, Confidence: confidence, Time: to.Time, Endpoint: to.Endpoint()}
	if to.Side == event.Client {
		l.ClientCallID = to.ID
	} else {
		l.ServerCallID = to.ID
	}
	switch from := from.(type) {
	case event.Event:
		l.EventID, l.SessionID, l.DeviceID, l.UserID = from.ID, from.SessionID, from.DeviceID, from.UserID
	case event.Call:
		l.ClientCallID, l.SessionID, l.DeviceID, l.UserID = from.ID, from.SessionID, from.DeviceID, from.UserID
	}
	return l
}

// part is a part of a session that lasts from its first event to its last.
func part(id string, first, last event.Event, options ...func(*event.Session)) event.Session {
	s := event.Session{ID: id, Identity: first.Identity, Start: first.Time, End: last.Time, Anchor: first.ID, Events: 2}
	s.SessionID = id
	for _, o := range options {
		o(&s)
	}
	return s
}

// linkedBlock is what the link pass makes of rows.
func linkedBlock(project event.ProjectID, rows []any, results ...any) store.Linked {
	b := store.Linked{Project: project}
	cover := func(t time.Time) {
		if b.From.IsZero() || t.Before(b.From) {
			b.From = t
		}
		if t.After(b.To) {
			b.To = t
		}
	}
	called := map[string]time.Time{}
	for _, row := range rows {
		switch row := row.(type) {
		case event.Event:
			b.EventIDs = append(b.EventIDs, row.ID)
			cover(row.Time)
		case event.Call:
			b.CallIDs = append(b.CallIDs, row.ID)
			called[row.ID] = row.Time
			cover(row.Time)
		}
	}
	for _, result := range results {
		switch result := result.(type) {
		case event.Link:
			b.Links = append(b.Links, result)
		case event.Signal:
			b.Signals = append(b.Signals, result)
		case event.Interaction:
			b.Interactions = append(b.Interactions, result)
		case event.Session:
			b.Sessions = append(b.Sessions, result)
		case event.Claim:
			b.Claims = append(b.Claims, result)
		case store.Unlinked:
			result.Time = called[result.CallID]
			b.Unlinked = append(b.Unlinked, result)
		default:
			panic(fmt.Sprintf("%T is nothing that the link pass makes", result)) // a slip in a test
		}
	}
	return b
}

// rows makes a list of records of several kinds.
func rows(records ...any) []any { return records }

// is compares a field with a value.
func is(field string, op store.Op, value any) store.Filter {
	return store.Compare{Field: fieldOf(field), Op: op, Value: value}
}

// fieldOf reads a field's name; an unknown one stays as it is.
func fieldOf(name string) store.Field {
	if f, ok := store.ParseField(name); ok {
		return f
	}
	return store.Field{Name: name}
}
