package event

import (
	"encoding/base64"
	"strings"
	"time"
)

// Side says who saw a Call.
type Side string

// The sides of a call: what the person waited for, and what the API did.
const (
	Client Side = "client"
	Server Side = "server"
)

// Class separates the API from what surrounds it.
type Class string

// The classes of calls. Catalogue, linking and signals look at api and document;
// assets live in rollups only.
const (
	API      Class = "api"
	Document Class = "document"
	Asset    Class = "asset"
)

// Aborted is the Error of a call that the person ended (left, cancelled). Such a
// call has no response but did not fail.
const Aborted = "abort"

// Call is one API request and its response as one side saw it. Time is the start.
type Call struct {
	ID   string    `json:"id,omitempty"`
	Time time.Time `json:"time"`
	// Grain is how coarse Time is: the true moment lies in [Time, Time+Grain).
	// A log with one-second timestamps has Grain = 1 s; 0 means exact.
	Grain time.Duration `json:"-"`
	// Duration is only meaningful when Timed: a combined log does not tell it. The
	// Time of an untimed call is some moment between its start and its end.
	Duration time.Duration `json:"-"`
	Timed    bool          `json:"-"`

	Side   Side   `json:"side"`
	Method string `json:"method"` // upper case; "_OTHER" when unknown
	Host   string `json:"host,omitempty"`
	Path   string `json:"path,omitempty"`  // as requested, without query; redacted by the pipeline
	Query  string `json:"query,omitempty"` // without "?", redacted by the pipeline
	// Route is the template, `/orders/{id}/pay`, or the operation's name
	// (GraphQL, JSON-RPC, gRPC). The pipeline fills it when the sender did not.
	Route string `json:"route,omitempty"`
	Class Class  `json:"class,omitempty"`
	// Status is the HTTP status; 0 = no response.
	Status  int    `json:"status,omitempty"`
	Error   string `json:"error,omitempty"` // network, abort, timeout, cors, or the server's error type
	Service string `json:"service,omitempty"`

	TraceID      string `json:"trace_id,omitempty"`
	SpanID       string `json:"span_id,omitempty"`
	ParentSpanID string `json:"parent_span_id,omitempty"`
	// ServerTraceID is the trace a client call read from the response's
	// Server-Timing header, when no request header carried one.
	ServerTraceID string `json:"server_trace_id,omitempty"`
	RequestID     string `json:"request_id,omitempty"`
	ActionID      string `json:"action_id,omitempty"`
	PageID        string `json:"page_id,omitempty"`
	Identity
	Context Context `json:"context,omitzero"`

	RequestBytes  int64          `json:"request_bytes,omitempty"`
	ResponseBytes int64          `json:"response_bytes,omitempty"`
	Release       string         `json:"release,omitempty"`
	Attributes    map[string]any `json:"attributes,omitempty"`
	Bodies
	// Weight is how many calls this one stands for (1 / sampling rate); at least 1
	// after validation.
	Weight float64 `json:"weight,omitempty"`
	Origin
}

// Bodies are what a request and its response carried, as text. They are kept for
// days, not months, and only of endpoints that a project opted in.
type Bodies struct {
	RequestBody  string `json:"request_body,omitempty"`
	ResponseBody string `json:"response_body,omitempty"`
}

// End returns the moment the response was complete; for an untimed call its Time.
func (c *Call) End() time.Time {
	if c.Timed {
		return c.Time.Add(c.Duration)
	}
	return c.Time
}

// Failed reports status ≥ 500, or no response except an abort by the person.
func (c *Call) Failed() bool {
	return c.Status >= 500 || c.Status == 0 && c.Error != "" && c.Error != Aborted
}

// Refused reports a 4xx status: the API answered, and said no.
func (c *Call) Refused() bool { return c.Status >= 400 && c.Status < 500 }

// Endpoint names what was called: service + method + route template.
type Endpoint struct {
	Service string `json:"service"`
	Method  string `json:"method"`
	Route   string `json:"route"`
}

// Endpoint returns what c called.
func (c *Call) Endpoint() Endpoint {
	return Endpoint{Service: c.Service, Method: c.Method, Route: c.Route}
}

// String renders `service: METHOD /route`, without the service when it is empty.
func (e Endpoint) String() string {
	if e.Service == "" {
		return e.Method + " " + e.Route
	}
	return e.Service + ": " + e.Method + " " + e.Route
}

// ParseEndpoint is the inverse of [Endpoint.String]. ok is false when s has no method.
func ParseEndpoint(s string) (e Endpoint, ok bool) {
	rest := s
	if service, after, found := strings.Cut(s, ": "); found && !strings.Contains(service, " /") {
		e.Service, rest = service, after
	}
	e.Method, e.Route, ok = strings.Cut(rest, " ")
	return e, ok && e.Method != ""
}

// ID is e in a form that fits one segment of a URL.
func (e Endpoint) ID() string { return base64.RawURLEncoding.EncodeToString([]byte(e.String())) }

// Span is work inside or below a server Call (a query, an outgoing call), tied to
// it by trace id. It is never counted as a Call.
type Span struct {
	ID           string         `json:"id,omitempty"`
	Time         time.Time      `json:"time"`
	Duration     time.Duration  `json:"-"`
	Name         string         `json:"name"`
	Kind         string         `json:"kind,omitempty"` // internal, client, server, producer, consumer
	Service      string         `json:"service,omitempty"`
	TraceID      string         `json:"trace_id"`
	SpanID       string         `json:"span_id"`
	ParentSpanID string         `json:"parent_span_id,omitempty"`
	Error        string         `json:"error,omitempty"` // the status message or error type; empty when it went well
	Attributes   map[string]any `json:"attributes,omitempty"`
	Origin
}

// Release is a deploy marker.
type Release struct {
	Service string    `json:"service"`
	Version string    `json:"version"`
	At      time.Time `json:"at"`
	URL     string    `json:"url,omitempty"`
	Note    string    `json:"note,omitempty"`
}
