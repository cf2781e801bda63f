package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// CallsInput asks for a page of calls.
type CallsInput struct {
	ScopeParams
	PageParams
	Sort   string   `query:"sort" default:"newest" enum:"newest,slowest"`
	Parts  []string `query:"parts,explode" enum:"rows,facets,histogram" doc:"what to answer; default everything on the first page and rows on the others"`
	Facets []string `query:"facets,explode" doc:"fields to count values of; default status, method, service, route"`
}

// CallsOutput is a page of calls.
type CallsOutput struct {
	Rows []Call `json:"rows"`
	Next string `json:"next" doc:"cursor of the next page; empty on the last"`
	// Facets and Histogram are there when they were asked for.
	Facets    []store.Facet `json:"facets,omitempty"`
	Histogram *Histogram    `json:"histogram,omitempty"`
}

// Histogram is calls over time. Arrays have one entry per bucket.
type Histogram struct {
	Buckets []time.Time `json:"buckets" doc:"start of each bucket"`
	End     time.Time   `json:"end" doc:"end of the last bucket"`
	Calls   []int64     `json:"calls"`
	Failed  []int64     `json:"failed"`
	P95MS   []*float64  `json:"p95_ms" doc:"null where no call was timed"`
	Approx  bool        `json:"approx" doc:"p95_ms came from rollups and is off by at most 4.5 %"`
	// Assets are not among Calls unless the filter names call.class; bots are.
	Assets int64 `json:"assets" doc:"asset calls that match too, but are neither listed nor counted"`
	Bots   int64 `json:"bots" doc:"of the calls: by marked bots, which are left out where people are counted"`
}

const facetValues = 20

func defaultFacets() []string {
	return []string{"call.status", "call.method", "call.service", "call.route"}
}

func (s *Server) calls(ctx context.Context, in *CallsInput) (CallsOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return CallsOutput{}, err
	}
	fields, err := callFields(in.Facets)
	if err != nil {
		return CallsOutput{}, err
	}
	wants := func(part string) bool {
		return slices.Contains(in.Parts, part) || len(in.Parts) == 0 && (part == "rows" || in.Cursor == "")
	}
	out := CallsOutput{Rows: []Call{}}
	var tasks []func(context.Context) error
	if wants("rows") {
		tasks = append(tasks, func(ctx context.Context) error {
			page, err := s.store.Calls(ctx, store.CallsQuery{Scope: scope, Sort: store.Sort(in.Sort), Cursor: in.Cursor, Limit: in.Limit})
			out.Rows, out.Next = each(page.Rows, rowOf), page.Next
			return err
		})
	}
	if wants("facets") {
		tasks = append(tasks, func(ctx context.Context) (err error) {
			out.Facets, err = s.store.Facets(ctx, scope, fields, facetValues)
			return err
		})
	}
	if wants("histogram") {
		tasks = append(tasks, func(ctx context.Context) (err error) {
			out.Histogram, err = s.histogram(ctx, scope)
			return err
		})
	}
	err = together(ctx, tasks...)
	return out, err
}

// callFields checks the names of facets; the prefix call. may be left out.
func callFields(names []string) ([]string, error) {
	if len(names) == 0 {
		return defaultFacets(), nil
	}
	out := make([]string, 0, len(names))
	for _, name := range names {
		if !strings.HasPrefix(name, "call.") {
			name = "call." + name
		}
		if _, ok := store.ParseField(name); !ok {
			return nil, badField("query.facets", "GET /api/v1/fields lists the fields.", "%q is not a field of calls", name)
		}
		out = append(out, name)
	}
	return out, nil
}

// histogram counts every side's calls, because the list shows every side's.
func (s *Server) histogram(ctx context.Context, scope store.Scope) (*Histogram, error) {
	cuts, err := edges(scope.From, scope.To, "auto", time.UTC)
	if err != nil {
		return nil, err
	}
	bothSides := store.Or{store.Equals("call.side", string(event.Client)), store.Equals("call.side", string(event.Server))}
	measure := func(stat store.Stat, more ...store.Filter) store.Measure {
		return store.Measure{Of: store.OfCalls, Stat: stat, Filter: append(store.And{bothSides}, more...)}
	}
	series, err := s.store.Series(ctx, store.SeriesQuery{
		Scope: scope, Edges: cuts, Limit: 1, Approx: true,
		Measures: []store.Measure{measure(store.Count), measure(store.Failed), measure(store.P95)},
	})
	if err != nil {
		return nil, err
	}
	buckets := len(cuts) - 1
	h := &Histogram{Buckets: cuts[:buckets], End: cuts[buckets], Calls: make([]int64, buckets), Failed: make([]int64, buckets), P95MS: make([]*float64, buckets), Approx: series.Approx}
	for _, line := range series.Lines {
		for i := range buckets {
			h.Calls[i], h.Failed[i], h.P95MS[i] = whole(line.Values[0][i]), whole(line.Values[1][i]), line.Values[2][i]
		}
	}
	beside, err := s.store.Series(ctx, store.SeriesQuery{
		Scope: scope, Edges: []time.Time{scope.From, scope.To}, Limit: 1,
		Measures: []store.Measure{measure(store.Count, store.Equals("call.class", string(event.Asset))), measure(store.Count, store.Has{Field: store.Field{Name: "call.bot"}})},
	})
	if err != nil {
		return nil, err
	}
	for _, line := range beside.Lines {
		h.Assets, h.Bots = whole(line.Values[0][0]), whole(line.Values[1][0])
	}
	if store.Mentions(scope.Filter, "call.class") {
		h.Assets = 0 // those that match are listed
	}
	return h, nil
}

// whole rounds a weighted count; missing is 0.
func whole(v *float64) int64 {
	if v == nil {
		return 0
	}
	return int64(*v + 0.5)
}

// CallInput asks for one call.
type CallInput struct {
	ProjectParam
	ID string `path:"id" doc:"id of the call"`
}

// CallOutput is one request: the call, its other sides and tiers, what happened
// below it and what caused it.
type CallOutput struct {
	Call  Call         `json:"call"`
	Calls []Call       `json:"calls" doc:"the same request as the other sides and tiers saw it"`
	Spans []Span       `json:"spans"`
	Links []event.Link `json:"links"`
	// Event is the action that caused it; absent when unknown.
	Event *Event `json:"event,omitempty"`
}

func (s *Server) call(ctx context.Context, in *CallInput) (CallOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return CallOutput{}, err
	}
	request, err := s.store.Request(ctx, project, in.ID)
	if err != nil {
		return CallOutput{}, err
	}
	out := CallOutput{
		Call:  bareCall(request.Call),
		Calls: each(request.Calls, bareCall),
		Spans: each(request.Spans, spanOf),
		Links: some(request.Links),
	}
	if len(request.Links) > 0 {
		best := slices.MaxFunc(request.Links, func(a, b event.Link) int { return compareConfidence(a, b, in.ID) })
		out.Call.Link = &best
	}
	out.Call.Pending = request.Pending
	if request.Event != nil {
		cause := eventOf(*request.Event)
		out.Event = &cause
	}
	return out, nil
}

// compareConfidence prefers links that touch the call itself, then sure ones.
func compareConfidence(a, b event.Link, id string) int {
	touches := func(l event.Link) int {
		if l.ClientCallID == id || l.ServerCallID == id {
			return 1
		}
		return 0
	}
	if d := touches(a) - touches(b); d != 0 {
		return d
	}
	switch {
	case a.Confidence > b.Confidence:
		return 1
	case a.Confidence < b.Confidence:
		return -1
	}
	return 0
}
