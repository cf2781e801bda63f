//go:build bench

package duckdb_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

// BenchmarkFunnel asks the directory that CLICKSPAN_BENCH_DATA names how many people get
// from step to step, about all of its time, and beside it the best SQL we know for the
// same: each step is the next row of that name, by ASOF joins.
func BenchmarkFunnel(b *testing.B) {
	dir := os.Getenv("CLICKSPAN_BENCH_DATA")
	if dir == "" {
		b.Fatal("CLICKSPAN_BENCH_DATA names no filled directory")
	}
	s, err := duckdb.Open(b.Context(), duckdb.Config{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	stats, err := s.Stats(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	scope := store.Scope{Project: 1, From: stats.From, To: stats.To.Add(time.Microsecond)}
	names, err := s.Values(b.Context(), scope, "event.name", "", 20)
	if err != nil || len(names) == 0 {
		b.Fatal("no events", err)
	}
	b.Logf("%d events, %d calls, %s to %s", stats.Events, stats.Calls, stats.From, stats.To)
	catalogue, err := s.Endpoints(b.Context(), store.EndpointsQuery{Scope: scope})
	if err != nil || len(catalogue.Rows) == 0 {
		b.Fatal("no endpoints", err)
	}
	named := func(n int) (steps []store.Step) {
		for i := range n { // names repeat when there are fewer: a step may come again
			steps = append(steps, store.Step{Of: store.OfEvents, Filter: is("event.name", names[i%len(names)].Value)})
		}
		return steps
	}
	busiest := catalogue.Rows[0]
	call := store.Step{Of: store.OfCalls, Filter: store.And{is("call.method", busiest.Method), is("call.route", busiest.Route)}}
	funnel := func(steps []store.Step, change func(*store.FunnelQuery)) func(context.Context) error {
		q := store.FunnelQuery{
			Scope: scope, Steps: steps, Unit: store.Unit{Of: store.UnitPerson}, Order: store.InOrder, Entry: store.Best, Window: 14 * 24 * time.Hour, Now: scope.To,
		}
		change(&q)
		return func(ctx context.Context) error {
			got, err := s.Funnel(ctx, q)
			b.Log(len(q.Steps), "steps, first and last:", got.Steps[0].Count, got.Steps[len(got.Steps)-1].Count)
			return err
		}
	}
	byHand := func(n int) func(context.Context) error {
		var texts []string
		for i := range n {
			texts = append(texts, names[i%len(names)].Value)
		}
		return func(ctx context.Context) error {
			_, err := s.Query(ctx, funnelByHand(texts), 10)
			return err
		}
	}
	asIs := func(*store.FunnelQuery) {}
	for _, ask := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"3 steps", funnel(named(3), asIs)},
		{"3 steps, by hand", byHand(3)},
		{"20 steps", funnel(named(20), asIs)},
		{"20 steps, by hand", byHand(20)},
		{"3 steps, one a call", funnel(append(named(2), call), asIs)},
		{"3 steps, strict", funnel(named(3), func(q *store.FunnelQuery) { q.Order = store.Strict })},
		{"3 steps, by browser", funnel(named(3), func(q *store.FunnelQuery) {
			q.By = &store.FunnelBy{Field: store.Field{Name: "event.browser"}, Attribution: store.FirstValue}
		})},
		{"3 steps, 10,000 people listed", funnel(named(3), func(q *store.FunnelQuery) { q.Entities = 10_000 })},
		{"3 steps, events and failed calls met", func(ctx context.Context) error {
			_, err := s.Correlation(ctx, store.CorrelationQuery{
				Funnel: store.FunnelQuery{
					Scope: scope, Steps: named(3), Unit: store.Unit{Of: store.UnitPerson}, Order: store.InOrder, Entry: store.Best, Window: 14 * 24 * time.Hour, Now: scope.To,
				},
				Candidates: []store.Candidate{
					{Step: store.Step{Of: store.OfEvents}, Name: store.Field{Name: "event.name"}, Least: 1},
					{Step: store.Step{Of: store.OfCalls, Filter: is("call.failed", true)}, Name: store.Field{Name: "call.endpoint"}, Least: 1},
				},
				Limit: 50,
			})
			return err
		}},
		{"friction by element", func(ctx context.Context) error {
			_, err := s.Friction(ctx, store.FrictionQuery{Scope: scope, By: store.ByElement, Limit: 50})
			return err
		}},
	} {
		b.Run(ask.name, func(b *testing.B) {
			before := processorTime()
			for b.Loop() {
				if err := ask.run(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processorTime()-before).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}

// funnelByHand counts the people who did each of the steps, from every first step to
// the next row of the second, and so on.
func funnelByHand(names []string) string {
	var with, counts, joins strings.Builder
	for i, name := range names {
		if i > 0 {
			with.WriteString(", ")
			counts.WriteString(", ")
		}
		fmt.Fprintf(&with, "s%d AS (SELECT person, time FROM rows WHERE name = '%s')", i, strings.ReplaceAll(name, "'", "''"))
		fmt.Fprintf(&counts, "count(DISTINCT s%d.person) FILTER (s%d.time <= s0.time + INTERVAL 14 DAYS)", i, i)
		if i > 0 {
			fmt.Fprintf(&joins, " ASOF LEFT JOIN s%d ON s%d.person = s%d.person AND s%d.time < s%d.time", i, i-1, i, i-1, i)
		}
	}
	return `WITH rows AS (
		SELECT hash(CASE WHEN user_id <> '' THEN user_id ELSE device_id END) AS person, time, name
		FROM events WHERE project = 1 AND bot = '' AND (user_id <> '' OR device_id <> '')
	), ` + with.String() + " SELECT " + counts.String() + " FROM s0" + joins.String()
}
