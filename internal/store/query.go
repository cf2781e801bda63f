package store

import (
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Scope is what every question shares.
//
// Filter is about the rows asked for and, in parts of its own joined by && at the top
// ([SplitFilter]), about their session. Of calls, events, interactions and signals the
// parts on sessions keep those whose session (their own id, for calls else that of the best link)
// is one for which these parts hold, its parts added up. Of sessions the parts on calls
// keep those that have one call for which all of these hold, and the same for events,
// interactions and signals. Looked at are the sessions of which a part began, and the calls, events,
// interactions and signals whose time is, within a day of From and To, marked bots too; calls
// are those of both sides, of class asset only when a part names call.class.
type Scope struct {
	Project       event.ProjectID
	From, To      time.Time // half-open
	Filter        Filter    // nil = all
	Bots          bool      // count and list marked bots where people are meant
	MinConfidence float64   // links below it are as if they were not there
	// Sample is the share of the units that questions with a [Unit] look at; 0 = all. Which
	// these are is for the engine to say, always the same ones; counts are of them alone.
	Sample float64
}

// Sampled reports whether a question with a [Unit] looks at some of the units only.
func (s Scope) Sampled() bool { return s.Sample > 0 && s.Sample < 1 }

// MaxRows is how many rows one answer lists at most.
const MaxRows = 5000

// CallsQuery asks for a page of calls.
type CallsQuery struct {
	Scope
	Sort   Sort
	Cursor string // CallsPage.Next of the page before; empty for the first
	Limit  int    // 1 to [MaxRows]
	Bodies bool   // rows carry what their requests and responses carried
}

// Sort is the order of a page of calls.
type Sort string

// The orders.
const (
	Newest  Sort = "newest"
	Slowest Sort = "slowest"
)

// CallRow is a call with the person its link gave it.
type CallRow struct {
	event.Call
	// Link is the best link that ties the call to an action or, on the server side,
	// to a client call; nil when there is none at Scope.MinConfidence. The best has
	// the highest confidence, then the earliest of [event.Methods], then the least
	// event id and client call id.
	Link *event.Link
	// Pending: there is no Link, and it arrived after the watermark: one may still come.
	Pending bool
}

// CallsPage is one page.
type CallsPage struct {
	Rows []CallRow
	Next string // empty on the last page
}

// EventsQuery asks for a page of events, spans or links.
type EventsQuery struct {
	Scope
	Cursor string
	Limit  int // 1 to [MaxRows]
}

// EventsPage is one page of events.
type EventsPage struct {
	Rows []event.Event
	Next string
}

// SpansPage is one page of spans.
type SpansPage struct {
	Rows []event.Span
	Next string
}

// LinksPage is one page of links.
type LinksPage struct {
	Rows []event.Link
	Next string
}

// Facet is the most frequent values of one field.
type Facet struct {
	Field  string  `json:"field"`
	Values []Value `json:"values"`
}

// Value is a field's value, as text, and how often it occurs.
type Value struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

// SeriesQuery asks for measures by bucket and label. The engine computes every
// measure for each of the buckets [Edges[i], Edges[i+1]) within Scope; Scope's
// own From and To equal the first and last edge.
//
// Labels are the values of By (at most two fields of the measured record), as
// [LabelOf] writes them, missing as "". There is a line for every label that a row
// of some measure has. Lines come by total of the first measure (the sum of its
// values, missing as 0) desc, then labels; at most Limit, and Other says whether
// more exist. Without By there is exactly one.
type SeriesQuery struct {
	Scope
	Edges    []time.Time // ascending, at least two, at most 10,001
	Measures []Measure
	By       []Field
	Limit    int
	// Approx allows quantiles of the duration of calls that are off by at most 4.5 %, which
	// the engine may know from rollups; Series.Approx says whether any is.
	Approx bool
}

// Measure is one number about calls, events, sessions or interactions.
type Measure struct {
	Of     Record
	Stat   Stat
	Value  Field  // what Sum, Mean and quantiles are of, see [Stat]
	Filter Filter // on the measured record, besides Scope.Filter
}

// Record is the kind of row a Measure counts.
type Record string

// The records. Calls counts rows with side server unless a filter names
// call.side; assets count only when a filter names call.class. Sessions count
// where they start. Interactions count all that the link pass wrote, those of
// marked bots too: they do not tell. Signals are not measured: they are listed
// ([SignalsQuery]), ranked ([FrictionQuery]), and tested by filters.
const (
	OfCalls        Record = "calls"
	OfEvents       Record = "events"
	OfSessions     Record = "sessions"
	OfInteractions Record = "interactions"
	OfSignals      Record = "signals"
)

// Stat is the number a Measure computes.
type Stat string

// The statistics. Failed, Refused and ErrorRate are of calls only; interactions
// have no People. Counts are weighted by call.Weight. People are distinct persons,
// see [Persons]; marked bots are nobody unless Scope.Bots. Sessions are distinct session ids, of calls
// their own or that of their best link. ErrorRate is failed / all. Last is the time
// of the last row, in microseconds since 1970 (of a session, its start).
//
// Quantiles (interpolated linearly, quantile_cont) and Mean are unweighted, Sum is
// weighted; all are of Measure.Value, which is a number or a key of an open map,
// over the rows where that is a number. Without Value they are of the duration of
// timed calls, in milliseconds; other records need one.
// Empty buckets are 0 for counts and sums, else missing.
const (
	Count     Stat = "count"
	Failed    Stat = "failed"
	Refused   Stat = "refused"
	ErrorRate Stat = "error_rate"
	People    Stat = "people"
	P50       Stat = "p50"
	P75       Stat = "p75"
	P90       Stat = "p90"
	P95       Stat = "p95"
	P99       Stat = "p99"
	Mean      Stat = "mean"
	Sum       Stat = "sum"
	Sessions  Stat = "sessions"
	Last      Stat = "last"
)

// Series is the answer: for each label one value per measure and bucket.
type Series struct {
	Lines  []Line
	Other  bool
	Approx bool // see [SeriesQuery]
}

// Line is one label's values: Values[measure][bucket], nil = no rows to measure.
type Line struct {
	Labels []string
	Values [][]*float64
}

// HeatmapQuery counts the timed calls that a Measure of calls would count, by time
// and duration, weighted and rounded. Duration buckets are base-2 exponential at
// scale 3 (OpenTelemetry): bucket i holds durations in (2^(i/8), 2^((i+1)/8)]
// microseconds; see [BucketOf].
type HeatmapQuery struct {
	Scope
	Edges []time.Time
}

// HeatmapCell is one non-empty cell, ordered by Column, then Bucket.
type HeatmapCell struct {
	Column int   `json:"column"` // index into Edges
	Bucket int   `json:"bucket"` // exponential bucket of the duration
	Count  int64 `json:"count"`
	Failed int64 `json:"failed"`
}

// EndpointsQuery asks for the catalogue, or for one endpoint when Only is set.
type EndpointsQuery struct {
	Scope
	Side event.Side // empty = server
	Only *event.Endpoint
}

// Endpoints is the catalogue.
type Endpoints struct {
	Rows   []EndpointStats
	Approx bool // quantiles came from rollups
}

// EndpointStats is how an endpoint did. Quantiles are in microseconds, nil when
// no call was timed. Counts are weighted and rounded.
type EndpointStats struct {
	event.Endpoint
	Calls    int64     `json:"calls"`
	Failed   int64     `json:"failed"`
	Refused  int64     `json:"refused"`
	P50      *int64    `json:"p50_us"`
	P95      *int64    `json:"p95_us"`
	P99      *int64    `json:"p99_us"`
	People   int64     `json:"people"`
	LastSeen time.Time `json:"last_seen"`
}

// Caller is an action that called an endpoint.
type Caller struct {
	Name   string `json:"name"` // of the element, else of the event
	Kind   string `json:"kind"`
	Page   string `json:"page"`   // route template, else path
	Count  int64  `json:"count"`  // how often it was done and called the endpoint
	Failed int64  `json:"failed"` // of Count: a call to the endpoint failed
	People int64  `json:"people"` // who did it
}

// SessionsQuery asks for a page of sessions.
type SessionsQuery struct {
	Scope
	Cursor string
	Limit  int
}

// SessionsPage is one page of sessions.
type SessionsPage struct {
	Rows []event.Session
	Next string
}

// PeoplePage is one page of people.
type PeoplePage struct {
	Rows []PersonRow
	Next string
}

// PersonRow is what somebody's sessions in a range add up to.
type PersonRow struct {
	ID          string    // as claims say: the user, else the device
	AccountID   string    // of the last session that names one
	First, Last time.Time // starts of their first and last session

	Sessions, Pages, Actions, Calls, Failed, Signals int
}

// Timeline is one session in full. Slices are ordered by time, then id (links and
// signals: event, client call and server call; event and kind).
type Timeline struct {
	Session      event.Session
	Events       []event.Event
	Calls        []event.Call // client calls and linked server calls, documents and api, assets too
	Spans        []event.Span
	Links        []event.Link
	Signals      []event.Signal
	Interactions []event.Interaction
	// Truncated says that a cap (the first 10,000 rows of a kind) cut the answer.
	Truncated bool
}

// Request is one call and all that is known about it.
type Request struct {
	Call  event.Call
	Calls []event.Call // the same request on other sides and tiers
	Spans []event.Span
	Links []event.Link
	Event *event.Event // the action that caused it; nil when unknown
	// Pending: there are no Links, and Call arrived after the watermark: they may still come.
	Pending bool
}

// Hit is something found by id.
type Hit struct {
	Kind string    `json:"kind"` // request, trace, call, event, session, device, user, account
	ID   string    `json:"id"`   // of the call, session or person to open
	Time time.Time `json:"time"`
}

// FindReach is how long before its newest hit Find looks for what else has an id, so
// that what happened lately is found without a look at all that is kept.
const FindReach = 24 * time.Hour

// PropertyHit is a record that carries a value searched for.
type PropertyHit struct {
	Hit              // its kind is call or event
	Key       string // of the property or attribute
	SessionID string // as sent; empty when the record carries none
}

// Quality is the state of the data, the answer of GET /api/v1/quality.
type Quality struct {
	Calls struct {
		Total          int64            `json:"total"`            // server calls of class api and document
		Client         int64            `json:"client"`           // client calls of those classes
		WithClient     int64            `json:"with_client"`      // server calls linked to a client call
		LinkedToAction int64            `json:"linked_to_action"` // server calls whose action is known
		ByMethod       map[string]int64 `json:"by_method"`        // server calls by their best link's method
	} `json:"calls"`
	Events struct {
		Total          int64 `json:"total"`
		Actions        int64 `json:"actions"`
		ActionsLinked  int64 `json:"actions_linked"` // actions with at least one call
		WithoutSession int64 `json:"without_session"`
	} `json:"events"`
	// BySource counts rows, bots too, by where they came from: calls of those classes,
	// all events and spans. By rows, assets too, desc, then source.
	BySource []SourceQuality `json:"by_source"`
	// ByRoute is link coverage of server calls by endpoint, by calls desc; 50 at most.
	ByRoute  []RouteQuality    `json:"by_route"`
	Unlinked []UnlinkedReason  `json:"unlinked"` // by count desc, then reason and side; those of the server side add up to Total less LinkedToAction
	Rejected []event.Rejection `json:"rejected"` // by count desc, then source and reason; the greatest example
	// Duplicates counts records that were already there. They and Rejected are
	// counted by hour of arrival, and here are the hours that the range touches.
	Duplicates int64 `json:"duplicates"`
	// Late counts rows that arrived more than 48 hours after their own time.
	Late int64 `json:"late"`
	// ClockSkew is the correction applied by intake: |Time - OwnTime| in
	// milliseconds, over the corrected rows; 0 when there are none.
	ClockSkew struct {
		Corrected int64   `json:"corrected"` // rows whose clock was off by more than a second
		MedianMS  float64 `json:"median_ms"`
		MaxMS     float64 `json:"max_ms"`
	} `json:"clock_skew"`
	// SDKLoss is the share of events missing from the senders' own numbering, from
	// the least to the greatest Seq above 0 of each page id of each session id; nil
	// when none has.
	SDKLoss *float64 `json:"sdk_loss"`
}

// SourceQuality is the rows of one source.
type SourceQuality struct {
	Source string `json:"source"`
	Events int64  `json:"events"`
	Calls  int64  `json:"calls"`
	Spans  int64  `json:"spans"`
	Linked int64  `json:"linked"` // of Calls
}

// RouteQuality is the link coverage of one endpoint.
type RouteQuality struct {
	event.Endpoint
	Calls  int64 `json:"calls"`
	Linked int64 `json:"linked"`
}

// UnlinkedReason counts calls without link by reason, with one call to look at. A client
// call has the reason of the link pass, or none. A server call without known action has
// the first of these: no_action, it answered a client call and no link of any confidence
// leads to an action; low_confidence, its links are below Scope.MinConfidence; the reason
// of the link pass; pending, it arrived after the watermark; no_browser, nothing of the
// client side shares a link key with it.
type UnlinkedReason struct {
	Reason  string     `json:"reason"`
	Side    event.Side `json:"side"`
	Count   int64      `json:"count"`
	Example string     `json:"example"` // id of the newest such call
}

// Stats describes the engine.
type Stats struct {
	Engine    string    `json:"engine"` // name and version
	Events    int64     `json:"events"`
	Calls     int64     `json:"calls"`
	Spans     int64     `json:"spans"`
	Links     int64     `json:"links"`
	DiskBytes int64     `json:"disk_bytes"`
	Arrived   Seq       `json:"arrived"`   // highest Seq committed
	Watermark Seq       `json:"watermark"` // highest Seq linked
	From      time.Time `json:"from,omitzero"`
	To        time.Time `json:"to,omitzero"`
}

// Answer is what a SQL statement typed by a person returned: every value as text,
// nil for NULL.
type Answer struct {
	Columns   []string    `json:"columns"`
	Rows      [][]*string `json:"rows"`
	Truncated bool        `json:"truncated"` // more rows exist
}
