package wire

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// nativeFormats are our own JSON: one object, an array of them, or NDJSON.
func nativeFormats() []Format {
	return []Format{
		{
			Name: "events", Title: "Clickspan events (JSON)",
			Paths: []string{"POST /intake/events"}, ContentTypes: []string{"application/json", "application/x-ndjson"},
			Lines: true, Decode: decodeEvents,
			Detect: func(head []byte) Match { return detectNative(head, newEventShape(), `"name"`) },
		},
		{
			Name: "calls", Title: "Clickspan calls (JSON)",
			Paths: []string{"POST /intake/calls"}, ContentTypes: []string{"application/json", "application/x-ndjson"},
			Lines: true, Decode: decodeCalls,
			Detect: func(head []byte) Match { return detectNative(head, newCallShape(), `"side"`) },
		},
	}
}

func decodeEvents(r io.Reader, opt Options, sink Sink) error {
	shape := newEventShape()
	return eachJSON(r, opt.maxLine(), maxNesting, sink, func(index int, record []byte) error {
		place(sink, index)
		e := event.Event{Origin: event.Origin{Source: "native"}}
		if err := shape.decode(record, &e); err != nil {
			return err
		}
		if e.Kind == "" {
			e.Kind = kindOf(e.Name, e.Properties)
		}
		return sink.Event(&e)
	})
}

func decodeCalls(r io.Reader, opt Options, sink Sink) error {
	shape := newCallShape()
	return eachJSON(r, opt.maxLine(), maxNesting, sink, func(index int, record []byte) error {
		place(sink, index)
		c := nativeCall{Call: event.Call{Service: opt.Service, Origin: event.Origin{Source: "native"}}}
		if err := shape.decode(record, &c); err != nil {
			return err
		}
		if err := c.finish(); err != nil {
			return err
		}
		return sink.Call(&c.Call)
	})
}

// place tells a sink that validates which record comes next, so that its reasons and
// ours count alike.
func place(sink Sink, index int) {
	if s, ok := sink.(interface{ Place(index int) }); ok {
		s.Place(index)
	}
}

// nativeCall is a Call while it is read.
type nativeCall struct {
	event.Call
	url    string
	status int64
	// durationGiven: null says that the duration was not measured, silence is a mistake.
	durationGiven bool
}

// finish derives what the sender may write in several ways.
func (c *nativeCall) finish() error {
	if !c.durationGiven {
		return &recordError{reason: "duration_us is missing; null says that it was not measured"}
	}
	if c.Method == "" {
		return &recordError{reason: "method is missing"}
	}
	if c.Side != event.Client && c.Side != event.Server {
		return &recordError{reason: "side must be client or server"}
	}
	switch c.Class {
	case "", event.API, event.Document, event.Asset:
	default:
		return &recordError{reason: "class must be api, document or asset"}
	}
	c.Method = strings.ToUpper(c.Method)
	c.Status = int(c.status)
	if c.url != "" {
		if c.Path != "" {
			return &recordError{reason: "url and path are both given; url already has the path"}
		}
		c.Host, c.Path, c.Query = splitTarget(c.url)
	} else if strings.Contains(c.Path, "?") {
		_, c.Path, c.Query = splitTarget(c.Path)
	}
	return nil
}

// kindOf infers what an event is from the names that our own SDK and the common
// ones give it; what nobody knows is custom.
func kindOf(name string, properties map[string]any) event.Kind {
	switch strings.ToLower(name) {
	case "$pageview", "page_view", "pageview", "page", "page viewed", "screen_view":
		return event.PageView
	case "route_change", "$navigation", "navigation":
		return event.RouteChange
	case "click", "$click", "$rageclick", "$dead_click":
		return event.Click
	case "submit", "$submit", "form_submit":
		return event.Submit
	case "change", "$change":
		return event.Change
	case "identify", "$identify":
		return event.Identify
	case "web_vital", "$web_vitals":
		return event.WebVital
	case "error", "$exception", "exception":
		return event.PageError
	case "$autocapture":
		if kind, ok := properties["$event_type"].(string); ok && event.Kind(kind) != event.PageView && event.Kind(kind).Valid() {
			return event.Kind(kind)
		}
		return event.Click
	}
	return event.Custom
}

func newEventShape() *shape[event.Event] {
	type E = event.Event
	target := newShape(
		textField("selector", func(t *event.Target) *string { return &t.Selector }),
		textField("name", func(t *event.Target) *string { return &t.Name }),
		textField("role", func(t *event.Target) *string { return &t.Role }),
		numberField("x", func(t *event.Target) *float64 { return &t.X }),
		numberField("y", func(t *event.Target) *float64 { return &t.Y }),
	)
	return newShape(append(identityFields(func(e *E) *event.Identity { return &e.Identity }),
		textField("id", func(e *E) *string { return &e.ID }),
		timeField("time", func(e *E) *time.Time { return &e.Time }),
		durationField("duration_us", func(e *E, d time.Duration) { e.Duration = d }),
		textField("name", func(e *E) *string { return &e.Name }),
		textField("kind", func(e *E) *string { return (*string)(&e.Kind) }),
		textField("action_id", func(e *E) *string { return &e.ActionID }),
		textField("trace_id", func(e *E) *string { return &e.TraceID }),
		textField("span_id", func(e *E) *string { return &e.SpanID }),
		objectField("page", pageShape(), func(e *E) *event.Page { return &e.Page }),
		objectField("target", target, func(e *E) *event.Target { return &e.Target }),
		textField("release", func(e *E) *string { return &e.Release }),
		wholeField("seq", func(e *E) *int64 { return &e.Seq }),
		objectField("context", contextShape(), func(e *E) *event.Context { return &e.Context }),
		mapField("properties", func(e *E) *map[string]any { return &e.Properties }),
		timeField("sent_at", func(e *E) *time.Time { return &e.SentAt }),
		textField("client_ip", func(e *E) *string { return &e.ClientIP }),
		textField("user_agent", func(e *E) *string { return &e.UserAgent }),
	)...)
}

func newCallShape() *shape[nativeCall] {
	type C = nativeCall
	return newShape(append(identityFields(func(c *C) *event.Identity { return &c.Identity }),
		textField("id", func(c *C) *string { return &c.ID }),
		timeField("time", func(c *C) *time.Time { return &c.Time }),
		durationField("grain_us", func(c *C, d time.Duration) { c.Grain = d }),
		measured(),
		textField("side", func(c *C) *string { return (*string)(&c.Side) }),
		textField("method", func(c *C) *string { return &c.Method }),
		textField("url", func(c *C) *string { return &c.url }),
		textField("host", func(c *C) *string { return &c.Host }),
		textField("path", func(c *C) *string { return &c.Path }),
		textField("query", func(c *C) *string { return &c.Query }),
		textField("route", func(c *C) *string { return &c.Route }),
		textField("class", func(c *C) *string { return (*string)(&c.Class) }),
		wholeField("status", func(c *C) *int64 { return &c.status }),
		textField("error", func(c *C) *string { return &c.Error }),
		textField("service", func(c *C) *string { return &c.Service }),
		textField("trace_id", func(c *C) *string { return &c.TraceID }),
		textField("span_id", func(c *C) *string { return &c.SpanID }),
		textField("parent_span_id", func(c *C) *string { return &c.ParentSpanID }),
		textField("server_trace_id", func(c *C) *string { return &c.ServerTraceID }),
		textField("request_id", func(c *C) *string { return &c.RequestID }),
		textField("action_id", func(c *C) *string { return &c.ActionID }),
		textField("page_id", func(c *C) *string { return &c.PageID }),
		objectField("context", contextShape(), func(c *C) *event.Context { return &c.Context }),
		wholeField("request_bytes", func(c *C) *int64 { return &c.RequestBytes }),
		wholeField("response_bytes", func(c *C) *int64 { return &c.ResponseBytes }),
		textField("client_ip", func(c *C) *string { return &c.ClientIP }),
		textField("user_agent", func(c *C) *string { return &c.UserAgent }),
		textField("release", func(c *C) *string { return &c.Release }),
		mapField("attributes", func(c *C) *map[string]any { return &c.Attributes }),
		bodyField("request_body", func(c *C) *string { return &c.RequestBody }),
		bodyField("response_body", func(c *C) *string { return &c.ResponseBody }),
		numberField("weight", func(c *C) *float64 { return &c.Weight }),
		timeField("sent_at", func(c *C) *time.Time { return &c.SentAt }),
	)...)
}

// measured reads a call's duration, which null leaves untimed.
func measured() member[nativeCall] {
	given := durationField("duration_us", func(c *nativeCall, d time.Duration) { c.Duration, c.Timed = d, true })
	return member[nativeCall]{given.name, func(r *jsonReader, c *nativeCall) error {
		c.durationGiven = true
		return given.read(r, c)
	}}
}

func identityFields[T any](at func(*T) *event.Identity) []member[T] {
	return []member[T]{
		textField("device_id", func(t *T) *string { return &at(t).DeviceID }),
		textField("user_id", func(t *T) *string { return &at(t).UserID }),
		textField("account_id", func(t *T) *string { return &at(t).AccountID }),
		textField("session_id", func(t *T) *string { return &at(t).SessionID }),
	}
}

func pageShape() *shape[event.Page] {
	type P = event.Page
	return newShape(
		textField("url", func(p *P) *string { return &p.URL }),
		textField("title", func(p *P) *string { return &p.Title }),
		textField("referrer", func(p *P) *string { return &p.Referrer }),
		textField("id", func(p *P) *string { return &p.ID }),
	)
}

func contextShape() *shape[event.Context] {
	type C = event.Context
	return newShape(
		textField("device", func(c *C) *string { return &c.Device }),
		textField("os", func(c *C) *string { return &c.OS }),
		textField("browser", func(c *C) *string { return &c.Browser }),
		textField("network", func(c *C) *string { return &c.Network }),
		textField("language", func(c *C) *string { return &c.Language }),
		textField("country", func(c *C) *string { return &c.Country }),
		textMapField("utm", func(c *C) *map[string]string { return &c.UTM }),
	)
}

// detectNative scores how many of the first records have the shape. A name that
// every record of the format has tells events and calls apart.
func detectNative[T any](head []byte, shape *shape[T], required string) Match {
	good, all := 0, 0
	var heard Recorder
	stop := io.EOF
	_ = eachJSON(bytes.NewReader(head), len(head), maxNesting, &heard, func(_ int, record []byte) error {
		var into T
		all++
		if bytes.Contains(record, []byte(required)) && shape.decode(record, &into) == nil {
			good++
		}
		if all == 5 {
			return stop
		}
		return nil
	})
	if good == 0 {
		return Match{}
	}
	return Match{Score: float64(good) / float64(all)}
}
