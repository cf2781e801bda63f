package wire

import (
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/clickspan/clickspan/internal/event"
)

// traces sorts spans into the vocabulary: HTTP requests that a service answered or
// a browser sent are Calls, what a person did in a browser is an Event, anything
// else is a Span.
func (o *otlpDecoder) traces(traces ptrace.Traces) error {
	index := 0
	for _, rs := range traces.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			scope := o.scope(rs.Resource(), ss.Scope())
			for _, span := range ss.Spans().All() {
				if err := o.span(index, scope, span); err != nil {
					return err
				}
				index++
			}
		}
	}
	return nil
}

func (o *otlpDecoder) span(index int, scope *otlpScope, span ptrace.Span) error {
	s := otlpSpan{Span: span, scope: scope, attributes: attributes{span.Attributes()}}
	if span.TraceID().IsEmpty() || span.SpanID().IsEmpty() {
		o.sink.Reject(Reject{Index: index, Reason: "span without trace id or span id (all zeros)", Sample: sample([]byte(span.Name()))})
		return nil
	}
	switch {
	case scope.browser && s.isPageLoad(), scope.browser && s.has("event_type"):
		e := s.event()
		return o.sink.Event(&e)
	case scope.browser && s.isCall():
		c := s.clientCall()
		return o.call(&c)
	case span.Kind() == ptrace.SpanKindServer && s.isHTTP():
		c := s.serverCall()
		return o.call(&c)
	}
	work := s.work()
	return o.sink.Span(&work)
}

// call passes c on unless it is an exporter's own request to us.
func (o *otlpDecoder) call(c *event.Call) error {
	if isOwnIntake(c.Method, c.Path) {
		return nil
	}
	return o.sink.Call(c)
}

// otlpSpan is one span with what is above it.
type otlpSpan struct {
	ptrace.Span
	attributes
	scope *otlpScope
}

func (s *otlpSpan) isHTTP() bool {
	return s.has("http.request.method", "http.method", "http.response.status_code", "http.status_code", "http.route", "http.target")
}

// isPageLoad knows the span of a whole page load.
func (s *otlpSpan) isPageLoad() bool { return s.Name() == "documentLoad" }

// isCall knows requests of a browser: fetch and XHR are client spans, the document
// and its resources are told by name.
func (s *otlpSpan) isCall() bool {
	return s.Name() == "documentFetch" || s.Name() == "resourceFetch" || s.Kind() == ptrace.SpanKindClient && s.isHTTP()
}

func (s *otlpSpan) traceID() string { return s.TraceID().String() }
func (s *otlpSpan) spanID() string  { return s.SpanID().String() }
func (s *otlpSpan) id() string      { return s.traceID() + "-" + s.spanID() }
func (s *otlpSpan) parent() string  { return s.ParentSpanID().String() }

// duration is not measured when the span has no end or a clock was set in it.
func (s *otlpSpan) duration() (d time.Duration, measured bool) {
	start, end := timeOf(s.StartTimestamp()), timeOf(s.EndTimestamp())
	if end.IsZero() || end.Before(start) || end.Sub(start) > event.MaxDuration {
		return 0, false
	}
	return end.Sub(start), true
}

func (s *otlpSpan) origin() event.Origin {
	origin := s.scope.origin
	if agent := s.text("user_agent.original", "http.user_agent"); agent != "" {
		origin.UserAgent = agent
	}
	return origin
}

// call fills what both sides tell alike.
func (s *otlpSpan) call(side event.Side) event.Call {
	own := attributeKeys(func(name string) string { return s.text(name) })
	c := event.Call{
		ID: s.id(), Side: side, Time: timeOf(s.StartTimestamp()),
		Method: s.method(), Route: routeTemplate(s.text("http.route")), Status: int(s.number("http.response.status_code", "http.status_code")),
		TraceID: s.traceID(), SpanID: s.spanID(), ParentSpanID: s.parent(),
		RequestID: own.RequestID, ActionID: own.ActionID, PageID: firstOf(own.PageID, s.scope.keys.PageID),
		Context:       s.scope.context,
		RequestBytes:  max(0, s.number("http.request.body.size", "http.request.size", "http.request_content_length")),
		ResponseBytes: max(0, s.number("http.response.body.size", "http.response.size", "http.response_content_length")),
		Release:       s.scope.release, Attributes: s.rest(), Origin: s.origin(),
	}
	c.Duration, c.Timed = s.duration()
	c.Host, c.Path, c.Query = s.target()
	s.scope.identify(&c.Identity, &own)
	return c
}

// method is GET where a browser does not tell: documents and resources are read.
func (s *otlpSpan) method() string {
	return strings.ToUpper(firstOf(s.text("http.request.method", "http.method"), "GET"))
}

// routeTemplate writes a framework's template as everybody else's, so that the tiers
// of one request name one endpoint: :id, <int:id>, [id] and {id:[0-9]+} are {id}.
func routeTemplate(route string) string {
	if !strings.ContainsAny(route, ":<[") {
		return route
	}
	segments := strings.Split(route, "/")
	for i, segment := range segments {
		switch {
		case len(segment) > 1 && segment[0] == ':':
			segments[i] = "{" + strings.TrimRight(segment[1:], "?") + "}"
		case bracketed(segment, "<", ">"):
			name := strings.Trim(segment, "<>")
			segments[i] = "{" + name[strings.IndexByte(name, ':')+1:] + "}"
		case bracketed(segment, "[", "]"):
			segments[i] = "{" + strings.TrimLeft(strings.Trim(segment, "[]"), ".") + "}"
		case bracketed(segment, "{", "}"):
			name, _, _ := strings.Cut(segment[1:len(segment)-1], ":")
			segments[i] = "{" + name + "}"
		}
	}
	return strings.Join(segments, "/")
}

func bracketed(segment, left, right string) bool {
	return len(segment) > 2 && strings.HasPrefix(segment, left) && strings.HasSuffix(segment, right)
}

// target reads where the request went, from one URL or from its parts.
func (s *otlpSpan) target() (host, path, query string) {
	if whole := s.text("url.full", "http.url"); whole != "" {
		return splitTarget(whole)
	}
	if path = s.text("url.path"); path != "" {
		query = strings.TrimPrefix(s.text("url.query"), "?")
	} else if target := s.text("http.target"); target != "" {
		host, path, query = splitTarget(target)
	}
	if host == "" {
		host = s.text("http.host", "server.address", "net.host.name", "http.server_name")
	}
	return host, path, query
}

func (s *otlpSpan) serverCall() event.Call {
	c := s.call(event.Server)
	c.Service = s.scope.service
	c.ClientIP = s.clientIP()
	c.Error = s.errorType()
	if c.Error == "" && c.Status == 0 && s.Status().Code() == ptrace.StatusCodeError {
		c.Error = "_OTHER" // the convention's word for an error without a name
	}
	return c
}

func (s *otlpSpan) clientIP() string {
	for _, name := range []string{"client.address", "http.client_ip", "network.peer.address", "net.sock.peer.addr", "net.peer.ip"} {
		first, _, _ := strings.Cut(s.text(name), ",")
		if ip := address(strings.TrimSpace(first)); ip != "" {
			return ip
		}
	}
	return ""
}

// errorType returns the error's name. The conventions put the status there too,
// which says nothing new.
func (s *otlpSpan) errorType() string {
	if name := s.text("error.type"); name != "" && !isStatus(name) {
		return clip(name)
	}
	for _, e := range s.Events().All() {
		if e.Name() == "exception" {
			return clip(attributes{e.Attributes()}.text("exception.type", "exception.message"))
		}
	}
	return ""
}

func isStatus(text string) bool { return len(text) == 3 && number(text) >= 100 }

// clip shortens free text to what a name may have.
func clip(text string) string {
	if len(text) > event.MaxName {
		text = strings.ToValidUTF8(text[:event.MaxName], "")
	}
	return text
}

// work is a span that is neither call nor event.
func (s *otlpSpan) work() event.Span {
	w := event.Span{
		ID: s.id(), Time: timeOf(s.StartTimestamp()), Name: clip(firstOf(s.Name(), "unnamed")), Kind: spanKind(s.Kind()),
		Service: s.scope.service, TraceID: s.traceID(), SpanID: s.spanID(), ParentSpanID: s.parent(),
		Attributes: s.spanAttributes(), Origin: s.origin(),
	}
	w.Duration, _ = s.duration()
	if s.Status().Code() == ptrace.StatusCodeError || s.errorType() != "" {
		w.Error = clip(firstOf(s.errorType(), s.text("error.type"), s.Status().Message(), "_OTHER"))
	}
	return w
}

func spanKind(k ptrace.SpanKind) string {
	if k == ptrace.SpanKindUnspecified {
		return ""
	}
	return strings.ToLower(k.String())
}

// spanAttributes keeps, beside the rest, where an outgoing call went: a Span has no
// fields for it.
func (s *otlpSpan) spanAttributes() map[string]any {
	m := s.rest()
	for _, name := range []string{
		"http.request.method", "http.response.status_code", "http.method", "http.status_code", "url.full", "http.url",
		"server.address", "server.port", "net.peer.name", "net.peer.port",
	} {
		if v, ok := s.Get(name); ok {
			if m == nil {
				m = map[string]any{}
			}
			m[name] = plainValue(v)
		}
	}
	return m
}
