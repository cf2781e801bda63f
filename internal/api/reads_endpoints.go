package api

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// EndpointsInput asks for the catalogue.
type EndpointsInput struct {
	ScopeParams
	Side string `query:"side" default:"server" enum:"server,client"`
	Sort string `query:"sort" default:"calls" enum:"calls,failed,error_rate,refused,p50,p95,p99,people,last_seen,name" doc:"descending; name ascending"`
}

// EndpointsOutput is the catalogue.
type EndpointsOutput struct {
	Rows   []EndpointRow `json:"rows"`
	Approx bool          `json:"approx" doc:"quantiles came from rollups and are off by at most 4.5 %"`
}

func (s *Server) endpoints(ctx context.Context, in *EndpointsInput) (EndpointsOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return EndpointsOutput{}, err
	}
	catalogue, err := s.store.Endpoints(ctx, store.EndpointsQuery{Scope: scope, Side: event.Side(in.Side)})
	if err != nil {
		return EndpointsOutput{}, err
	}
	over := scope.To.Sub(scope.From)
	rows := each(catalogue.Rows, func(e store.EndpointStats) EndpointRow { return endpointOf(e, over) })
	slices.SortStableFunc(rows, func(a, b EndpointRow) int {
		return cmp.Or(compareEndpoints(a, b, in.Sort), strings.Compare(a.Name, b.Name))
	})
	return EndpointsOutput{Rows: rows, Approx: catalogue.Approx}, nil
}

// compareEndpoints orders descending by the named column; a missing quantile comes last.
func compareEndpoints(a, b EndpointRow, by string) int {
	quantile := func(x, y *int64) int {
		orNone := func(v *int64) int64 {
			if v == nil {
				return -1
			}
			return *v
		}
		return cmp.Compare(orNone(y), orNone(x))
	}
	switch by {
	case "failed":
		return cmp.Compare(b.Failed, a.Failed)
	case "error_rate":
		return cmp.Compare(b.ErrorRate, a.ErrorRate)
	case "refused":
		return cmp.Compare(b.Refused, a.Refused)
	case "p50":
		return quantile(a.P50, b.P50)
	case "p95":
		return quantile(a.P95, b.P95)
	case "p99":
		return quantile(a.P99, b.P99)
	case "people":
		return cmp.Compare(b.People, a.People)
	case "last_seen":
		return b.LastSeen.Compare(a.LastSeen)
	case "name":
		return strings.Compare(a.Name, b.Name)
	}
	return cmp.Compare(b.Calls, a.Calls)
}

// EndpointInput asks about one endpoint.
type EndpointInput struct {
	ScopeParams
	ID   string `path:"id" doc:"id of a row of the catalogue"`
	Side string `query:"side" default:"server" enum:"server,client"`
}

// EndpointOutput is one endpoint in detail.
type EndpointOutput struct {
	Endpoint  EndpointRow    `json:"endpoint"`
	Approx    bool           `json:"approx" doc:"quantiles came from rollups and are off by at most 4.5 %"`
	Durations []DurationBin  `json:"durations" doc:"timed calls by duration, ascending"`
	Histogram *Histogram     `json:"histogram"`
	Callers   []store.Caller `json:"callers" doc:"the actions that called it"`
	Statuses  []store.Value  `json:"statuses"`
	Errors    []store.Value  `json:"errors" doc:"error types of its calls"`
	Releases  []store.Value  `json:"releases"`
	Browsers  []store.Value  `json:"browsers"`
}

// DurationBin is how many calls took between two durations.
type DurationBin struct {
	FromUS int64 `json:"from_us" doc:"exclusive"`
	ToUS   int64 `json:"to_us" doc:"inclusive"`
	Count  int64 `json:"count"`
	Failed int64 `json:"failed"`
}

const callerLimit = 50

func (s *Server) endpoint(ctx context.Context, in *EndpointInput) (EndpointOutput, error) {
	scope, e, err := s.endpointScope(ctx, in)
	if err != nil {
		return EndpointOutput{}, err
	}
	catalogue, err := s.store.Endpoints(ctx, store.EndpointsQuery{Scope: scope, Side: event.Side(in.Side), Only: &e})
	if err != nil {
		return EndpointOutput{}, err
	}
	stats := store.EndpointStats{Endpoint: e, LastSeen: time.Time{}}
	if len(catalogue.Rows) > 0 {
		stats = catalogue.Rows[0]
	}
	out := EndpointOutput{Endpoint: endpointOf(stats, scope.To.Sub(scope.From)), Approx: catalogue.Approx}
	narrowed := narrow(scope, store.OnEndpoint(e), store.Equals("call.side", in.Side))

	err = together(ctx,
		func(ctx context.Context) (err error) {
			out.Histogram, err = s.histogram(ctx, narrowed)
			return err
		},
		func(ctx context.Context) error {
			cells, err := s.store.Heatmap(ctx, store.HeatmapQuery{Scope: narrowed, Edges: []time.Time{scope.From, scope.To}})
			out.Durations = each(cells, durationBin)
			return err
		},
		func(ctx context.Context) error {
			callers, err := s.store.Callers(ctx, scope, e, callerLimit)
			out.Callers = some(callers)
			return err
		},
		func(ctx context.Context) error {
			facets, err := s.store.Facets(ctx, narrowed, []string{"call.status", "call.error", "call.release", "call.browser"}, facetValues)
			out.Statuses, out.Errors = valuesOf(facets, "call.status"), valuesOf(facets, "call.error")
			out.Releases, out.Browsers = valuesOf(facets, "call.release"), valuesOf(facets, "call.browser")
			return err
		})
	return out, err
}

func (s *Server) endpointScope(ctx context.Context, in *EndpointInput) (store.Scope, event.Endpoint, error) {
	e, err := parseEndpointID(in.ID)
	if err != nil {
		return store.Scope{}, e, err
	}
	scope, err := s.scope(ctx, in.ScopeParams)
	return scope, e, err
}

func valuesOf(facets []store.Facet, field string) []store.Value {
	for _, facet := range facets {
		if facet.Field == field {
			return some(facet.Values)
		}
	}
	return []store.Value{}
}

func durationBin(cell store.HeatmapCell) DurationBin {
	from, to := bucketBounds(cell.Bucket)
	return DurationBin{FromUS: from, ToUS: to, Count: cell.Count, Failed: cell.Failed}
}

// HeatmapOutput is calls by time and duration.
type HeatmapOutput struct {
	Columns []time.Time         `json:"columns" doc:"start of each column of time"`
	End     time.Time           `json:"end" doc:"end of the last column"`
	Rows    []HeatmapRow        `json:"rows" doc:"the duration buckets that occur, ascending"`
	Cells   []store.HeatmapCell `json:"cells" doc:"the cells that are not empty, by column, then bucket"`
}

// HeatmapRow is a bucket of duration.
type HeatmapRow struct {
	Bucket int   `json:"bucket"`
	FromUS int64 `json:"from_us" doc:"exclusive"`
	ToUS   int64 `json:"to_us" doc:"inclusive"`
}

func (s *Server) heatmap(ctx context.Context, in *EndpointInput) (HeatmapOutput, error) {
	scope, e, err := s.endpointScope(ctx, in)
	if err != nil {
		return HeatmapOutput{}, err
	}
	cuts, err := edges(scope.From, scope.To, "auto", time.UTC)
	if err != nil {
		return HeatmapOutput{}, err
	}
	cells, err := s.store.Heatmap(ctx, store.HeatmapQuery{Scope: narrow(scope, store.OnEndpoint(e), store.Equals("call.side", in.Side)), Edges: cuts})
	if err != nil {
		return HeatmapOutput{}, err
	}
	return HeatmapOutput{Columns: cuts[:len(cuts)-1], End: cuts[len(cuts)-1], Rows: heatmapRows(cells), Cells: some(cells)}, nil
}

func heatmapRows(cells []store.HeatmapCell) []HeatmapRow {
	seen := map[int]bool{}
	rows := []HeatmapRow{}
	for _, cell := range cells {
		if !seen[cell.Bucket] {
			seen[cell.Bucket] = true
			from, to := bucketBounds(cell.Bucket)
			rows = append(rows, HeatmapRow{Bucket: cell.Bucket, FromUS: from, ToUS: to})
		}
	}
	slices.SortFunc(rows, func(a, b HeatmapRow) int { return cmp.Compare(a.Bucket, b.Bucket) })
	return rows
}
