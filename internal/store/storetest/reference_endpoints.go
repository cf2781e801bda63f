package storetest

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Endpoints implements [store.Reader].
func (r *Reference) Endpoints(ctx context.Context, q store.EndpointsQuery) (store.Endpoints, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Endpoints{}, err
	}
	defer unlock()
	if err := checkScope(q.Filter, "call"); err != nil {
		return store.Endpoints{}, err
	}
	calls, whose := map[event.Endpoint][]callRow{}, r.persons(q.Project)
	for _, c := range r.callRows(q.Scope, nil) {
		if e := c.Endpoint(); c.Side == cmp.Or(q.Side, event.Server) && (q.Only == nil || *q.Only == e) {
			calls[e] = append(calls[e], c)
		}
	}
	out := store.Endpoints{Rows: []store.EndpointStats{}}
	for e, of := range calls {
		out.Rows = append(out.Rows, endpointStats(e, of, whose, q.Bots))
	}
	slices.SortFunc(out.Rows, func(a, b store.EndpointStats) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.String(), b.String()))
	})
	return out, nil
}

func endpointStats(e event.Endpoint, calls []callRow, whose persons, bots bool) store.EndpointStats {
	samples := each(calls, func(c callRow) sample { return callSample(c, whose, bots, nil, store.Field{}) })
	var durations []float64
	for _, s := range samples {
		if s.timed {
			durations = append(durations, float64(s.took.Microseconds()))
		}
	}
	count := func(stat store.Stat) int64 { return int64(math.Round(*statOf(stat, samples))) }
	micros := func(q float64) *int64 {
		exact := quantile(durations, q)
		if exact == nil {
			return nil
		}
		us := int64(math.Round(*exact))
		return &us
	}
	out := store.EndpointStats{
		Endpoint: e,
		Calls:    count(store.Count), Failed: count(store.Failed), Refused: count(store.Refused), People: count(store.People),
		P50: micros(0.5), P95: micros(0.95), P99: micros(0.99),
	}
	for _, c := range calls {
		if c.Time.After(out.LastSeen) {
			out.LastSeen = c.Time
		}
	}
	return out
}

// Heatmap implements [store.Reader].
func (r *Reference) Heatmap(ctx context.Context, q store.HeatmapQuery) ([]store.HeatmapCell, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := cmp.Or(checkEdges(q.Edges), checkScope(q.Filter, "call")); err != nil {
		return nil, err
	}
	type cell struct{ column, bucket int }
	counts, failed := map[cell]float64{}, map[cell]float64{}
	measure := store.SeriesQuery{Scope: q.Scope, Edges: q.Edges}
	for _, s := range r.samples(measure, store.Measure{Of: store.OfCalls}) {
		if !s.timed {
			continue
		}
		for column := range len(q.Edges) - 1 {
			if !within(s.time, q.Edges[column], q.Edges[column+1]) {
				continue
			}
			at := cell{column, store.BucketOf(s.took)}
			counts[at] += s.weight
			if s.failed {
				failed[at] += s.weight
			}
		}
	}
	out := []store.HeatmapCell{}
	for at, n := range counts {
		out = append(out, store.HeatmapCell{
			Column: at.column, Bucket: at.bucket, Count: int64(math.Round(n)), Failed: int64(math.Round(failed[at])),
		})
	}
	slices.SortFunc(out, func(a, b store.HeatmapCell) int {
		return cmp.Or(cmp.Compare(a.Column, b.Column), cmp.Compare(a.Bucket, b.Bucket))
	})
	return out, nil
}
