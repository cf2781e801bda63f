//go:build bench

package duckdb_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

// BenchmarkPeople asks the directory that CLICKSPAN_BENCH_DATA names who comes back and
// which ways people take, about all of its time, and beside each the best SQL we know
// for it: what the same costs somebody who writes it by hand.
func BenchmarkPeople(b *testing.B) {
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
	b.Logf("%d events, %d calls, %s to %s", stats.Events, stats.Calls, stats.From, stats.To)
	scope := store.Scope{Project: 1, From: stats.To.AddDate(0, 0, -12*7), To: stats.To}
	week := scope
	week.From = scope.To.AddDate(0, 0, -7)
	sql := func(text string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := s.Query(ctx, text, 1000)
			return err
		}
	}
	for _, ask := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"retention of 12 weeks, any event", retentionOf(s, scope, store.Step{Of: store.OfEvents})},
		{"retention of 12 weeks, any event, by hand", sql(retentionByHand("kind <> ''"))},
		{"retention of 12 weeks, page views", retentionOf(s, scope, pageViews())},
		{"retention of 12 weeks, page views, by hand", sql(retentionByHand("kind = 'page_view'"))},
		{"lifecycle of 12 weeks, page views", func(ctx context.Context) error {
			_, err := s.Lifecycle(ctx, store.LifecycleQuery{Scope: scope, Of: pageViews(), Unit: store.Unit{Of: store.UnitPerson}, Edges: weeks(scope.From.AddDate(0, 0, -7), 13)})
			return err
		}},
		{"paths of 5 steps, all time", pathsOf(s, scope)},
		{"paths of 5 steps, all time, by hand", sql(pathsByHand)},
		{"paths of 5 steps, 7 days", pathsOf(s, week)},
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

func pageViews() store.Step {
	return store.Step{Of: store.OfEvents, Filter: is("event.kind", "page_view")}
}

func weeks(from time.Time, n int) (out []time.Time) {
	for i := range n + 1 {
		out = append(out, from.AddDate(0, 0, 7*i))
	}
	return out
}

func retentionOf(s *duckdb.Store, scope store.Scope, step store.Step) func(context.Context) error {
	q := store.RetentionQuery{
		Scope: scope, Target: step, Returning: step, Unit: store.Unit{Of: store.UnitPerson}, Edges: weeks(scope.From, 23), Rows: 12, Intervals: 12,
		Cohort: store.CohortFirst, Criterion: store.On, MinOccurrences: 1, Until: scope.To,
	}
	return func(ctx context.Context) error {
		_, err := s.Retention(ctx, q)
		return err
	}
}

func retentionByHand(condition string) string {
	return `WITH hits AS (
		SELECT DISTINCT hash(CASE WHEN user_id <> '' THEN user_id ELSE device_id END) AS person, date_trunc('week', time) AS week
		FROM events WHERE project = 1 AND bot = '' AND ` + condition + ` AND (user_id <> '' OR device_id <> '')
	), firsts AS (SELECT person, min(week) AS cohort FROM hits GROUP BY person)
	SELECT cohort, date_diff('week', cohort, week) AS n, count(*) FROM hits JOIN firsts USING (person) GROUP BY ALL ORDER BY ALL`
}

func pathsOf(s *duckdb.Store, scope store.Scope) func(context.Context) error {
	q := store.PathsQuery{
		Scope: scope, Unit: store.Unit{Of: store.UnitPerson}, Gap: 30 * time.Minute, MaxSteps: 5, MaxEdges: 50, MaxCalls: 500_000,
		Nodes: []store.PathNode{{Step: pageViews(), Name: []store.Field{{Name: "event.page_route"}}}},
	}
	return func(ctx context.Context) error {
		_, err := s.Paths(ctx, q)
		return err
	}
}

// pathsByHand counts the edges alone, without the calls on them.
const pathsByHand = `WITH views AS (
	SELECT hash(CASE WHEN user_id <> '' THEN user_id ELSE device_id END) AS person, time, seq, page_route AS page
	FROM events WHERE project = 1 AND bot = '' AND kind = 'page_view' AND (user_id <> '' OR device_id <> '') AND page_route <> ''
), marked AS (
	SELECT *, lead(page) OVER w AS next_page, coalesce(time - lag(time) OVER w > INTERVAL 30 MINUTES, true) AS begins,
		coalesce(lead(time) OVER w - time > INTERVAL 30 MINUTES, true) AS ends
	FROM views WINDOW w AS (PARTITION BY person ORDER BY time, seq)
), visits AS (SELECT *, sum(begins::INT) OVER (PARTITION BY person ORDER BY time, seq) AS visit FROM marked
), kept AS (
	SELECT *, row_number() OVER w AS step, lead(page) OVER w AS target, lead(time) OVER w - time AS took
	FROM visits WHERE ends OR next_page IS DISTINCT FROM page WINDOW w AS (PARTITION BY person, visit ORDER BY time, seq)
)
SELECT step, page, target, count(*) AS n, count(DISTINCT person), avg(epoch_ms(took))
FROM kept WHERE step < 5 AND target IS NOT NULL GROUP BY ALL ORDER BY n DESC, step, page, target LIMIT 50`
