package api

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// maxEdgeRows is how many traced calls, and how many spans, edges are made of,
// newest first; a range with more says so.
const maxEdgeRows = store.MaxRows

// browserCaller is the caller of what a page or app asked for itself.
const browserCaller = "browser"

// ServicesInput asks who calls whom.
type ServicesInput struct {
	ScopeParams
	Q     string `query:"q" maxLength:"256" doc:"only edges from or to a service whose name contains this, whatever its case"`
	Limit int    `query:"limit" default:"200" minimum:"1" maximum:"1000"`
}

// ServicesOutput is the edges between services, the busiest first.
type ServicesOutput struct {
	Rows      []ServiceEdge `json:"rows"`
	Edges     int           `json:"edges" doc:"how many there are, beyond the limit too"`
	Services  int           `json:"services" doc:"how many different services they join; browsers and callers that are not known are none"`
	Truncated bool          `json:"truncated" doc:"there were more traced rows; the newest 5,000 calls and spans are used"`
}

// ServiceEdge is the calls of one service by another, as the callee saw them.
type ServiceEdge struct {
	Caller    string  `json:"caller" doc:"browser for pages and apps; empty when the caller sent no span"`
	Callee    string  `json:"callee"`
	Calls     int64   `json:"calls"`
	Failed    int64   `json:"failed"`
	ErrorRate float64 `json:"error_rate"`
	P50US     *int64  `json:"p50_us" doc:"null when no call was timed"`
	P95US     *int64  `json:"p95_us" doc:"null when no call was timed"`
	People    int64   `json:"people"`
	// Sessions of one edge are cut, so that the answer stays small.
	Sessions   int64    `json:"sessions"`
	SessionIDs []string `json:"session_ids" doc:"at most 50, the newest first"`
}

// maxEdgeSessions is how many sessions of one edge are named.
const maxEdgeSessions = 50

func (s *Server) services(ctx context.Context, in *ServicesInput) (ServicesOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return ServicesOutput{}, err
	}
	var calls []store.CallRow
	var spans []event.Span
	var moreCalls, moreSpans bool
	err = together(ctx,
		func(ctx context.Context) (err error) {
			calls, moreCalls, err = s.tracedCalls(ctx, scope)
			return err
		},
		func(ctx context.Context) (err error) {
			spans, moreSpans, err = s.newestSpans(ctx, scope)
			return err
		})
	if err != nil {
		return ServicesOutput{}, err
	}
	rows := edgesOf(edgesBetween(calls, spans), in.Q)
	names := map[string]bool{}
	for _, row := range rows {
		names[row.Caller], names[row.Callee] = true, true
	}
	delete(names, browserCaller) // what calls from outside is no service
	delete(names, "")
	return ServicesOutput{Rows: rows[:min(len(rows), in.Limit)], Edges: len(rows), Services: len(names), Truncated: moreCalls || moreSpans}, nil
}

// edgesOf keeps the edges that a service named like q has.
func edgesOf(rows []ServiceEdge, q string) []ServiceEdge {
	q = strings.ToLower(q)
	return slices.DeleteFunc(rows, func(e ServiceEdge) bool {
		return !strings.Contains(strings.ToLower(e.Caller), q) && !strings.Contains(strings.ToLower(e.Callee), q)
	})
}

func (s *Server) tracedCalls(ctx context.Context, scope store.Scope) (all []store.CallRow, more bool, err error) {
	traced := narrow(scope, store.Has{Field: store.Field{Name: "call.trace_id"}})
	page, err := s.store.Calls(ctx, store.CallsQuery{Scope: traced, Sort: store.Newest, Limit: maxEdgeRows})
	return page.Rows, page.Next != "", err
}

func (s *Server) newestSpans(ctx context.Context, scope store.Scope) (all []event.Span, more bool, err error) {
	scope.Filter = nil // spans have no fields to filter by
	page, err := s.store.Spans(ctx, store.EventsQuery{Scope: scope, Limit: maxEdgeRows})
	return page.Rows, page.Next != "", err
}

// spanID is a span's id within its trace.
type spanID struct{ trace, span string }

// edgesBetween ties each server call to the service whose span is its parent.
func edgesBetween(calls []store.CallRow, spans []event.Span) []ServiceEdge {
	owner := map[spanID]string{}
	for _, span := range spans {
		owner[spanID{span.TraceID, span.SpanID}] = span.Service
	}
	for _, row := range calls {
		if row.SpanID == "" {
			continue
		}
		owner[spanID{row.TraceID, row.SpanID}] = row.Service
		if row.Side == event.Client {
			owner[spanID{row.TraceID, row.SpanID}] = browserCaller
		}
	}
	edges := map[[2]string]*edge{}
	for i := range calls {
		c := &calls[i]
		if c.Side != event.Server {
			continue
		}
		ends := [2]string{owner[spanID{c.TraceID, c.ParentSpanID}], c.Service}
		if edges[ends] == nil {
			edges[ends] = &edge{people: map[string]bool{}, sessions: map[string]bool{}, named: []string{}}
		}
		edges[ends].add(c)
	}
	out := make([]ServiceEdge, 0, len(edges))
	for ends, e := range edges {
		out = append(out, e.row(ends[0], ends[1]))
	}
	slices.SortFunc(out, func(a, b ServiceEdge) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee))
	})
	return out
}

// edge sums up the calls between two services.
type edge struct {
	calls, failed float64
	durations     []time.Duration
	people        map[string]bool
	sessions      map[string]bool
	named         []string // of sessions, the newest
}

func (e *edge) add(c *store.CallRow) {
	e.calls += max(c.Weight, 1)
	if c.Failed() {
		e.failed += max(c.Weight, 1)
	}
	if c.Timed {
		e.durations = append(e.durations, c.Duration)
	}
	if person := personOf(c); person != "" {
		e.people[person] = true
	}
	session := c.SessionID
	if c.Link != nil {
		session = cmp.Or(session, c.Link.SessionID)
	}
	if session != "" && !e.sessions[session] {
		e.sessions[session] = true
		if len(e.named) < maxEdgeSessions {
			e.named = append(e.named, session)
		}
	}
}

// personOf is who a call belongs to: its own ids, else those of its link.
func personOf(c *store.CallRow) string {
	user, device := c.UserID, c.DeviceID
	if c.Link != nil {
		user, device = cmp.Or(user, c.Link.UserID), cmp.Or(device, c.Link.DeviceID)
	}
	return cmp.Or(user, device)
}

func (e *edge) row(caller, callee string) ServiceEdge {
	slices.Sort(e.durations)
	return ServiceEdge{
		Caller: caller, Callee: callee, Calls: int64(e.calls + 0.5), Failed: int64(e.failed + 0.5), ErrorRate: e.failed / e.calls,
		P50US: quantile(e.durations, 0.5), P95US: quantile(e.durations, 0.95), People: int64(len(e.people)),
		Sessions: int64(len(e.sessions)), SessionIDs: e.named,
	}
}

// quantile interpolates linearly between sorted values; nil when there are none.
func quantile(sorted []time.Duration, q float64) *int64 {
	if len(sorted) == 0 {
		return nil
	}
	at := q * float64(len(sorted)-1)
	low, high := int(math.Floor(at)), int(math.Ceil(at))
	between := float64(sorted[low]) + (at-math.Floor(at))*float64(sorted[high]-sorted[low])
	us := time.Duration(between).Microseconds()
	return &us
}
