//go:build bench

package duckdb_test

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

// BenchmarkFilled asks what pages ask of the directory that CLICKSPAN_BENCH_DATA names
// (TestBenchPages in test fills one) and reports the processor time of each answer:
// on a busy machine it says more than the clock.
func BenchmarkFilled(b *testing.B) {
	dir := os.Getenv("CLICKSPAN_BENCH_DATA")
	if dir == "" {
		b.Fatal("CLICKSPAN_BENCH_DATA names no filled directory")
	}
	s, err := duckdb.Open(b.Context(), duckdb.Config{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	for _, read := range reads(b, s) {
		b.Run(read.name, func(b *testing.B) {
			before := processorTime()
			for b.Loop() {
				if err := read.ask(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processorTime()-before).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

type read struct {
	name string
	ask  func(context.Context) error
}

// reads are the questions, about the newest day and week of project 1.
func reads(b *testing.B, s *duckdb.Store) (all []read) {
	b.Helper()
	stats, err := s.Stats(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	scope := func(days int, filter store.Filter) store.Scope {
		to := stats.To.Add(time.Microsecond)
		return store.Scope{Project: 1, From: to.AddDate(0, 0, -days), To: to, Filter: filter}
	}
	add := func(name string, ask func(context.Context) error) { all = append(all, read{name, ask}) }
	catalogue, err := s.Endpoints(b.Context(), store.EndpointsQuery{Scope: scope(7, nil)})
	if err != nil || len(catalogue.Rows) == 0 {
		b.Fatal("no endpoints", err)
	}
	busiest := catalogue.Rows[0].Endpoint
	sessions, err := s.Sessions(b.Context(), store.SessionsQuery{Scope: scope(7, nil), Limit: 200})
	if err != nil || len(sessions.Rows) == 0 {
		b.Fatal("no sessions", err)
	}
	asked := 0
	add("timeline", func(ctx context.Context) error {
		asked++
		_, err := s.Timeline(ctx, 1, sessions.Rows[asked*7%len(sessions.Rows)].ID, 0)
		return err
	})
	for what, id := range map[string]string{"session": sessions.Rows[0].ID, "nothing": "3f0c6ae0b1d24b5fa1c7d2f9e8a4b600"} {
		add("find/"+what, func(ctx context.Context) error {
			_, err := s.Find(ctx, 1, id)
			return err
		})
	}
	for _, days := range []int{1, 7, 35} {
		add(fmt.Sprintf("sessions/failed/%dd", days), func(ctx context.Context) error {
			failed := store.Compare{Field: store.Field{Name: "session.failed"}, Op: store.Gt, Value: int64(0)}
			_, err := s.Sessions(ctx, store.SessionsQuery{Scope: scope(days, failed), Limit: 100})
			return err
		})
	}
	for i, of := range []string{"24h", "7d"} {
		days := []int{1, 7}[i]
		for name, filter := range map[string]store.Filter{
			"errors": store.And{is("call.failed", true), is("call.side", "server")}, "traced": store.Has{Field: store.Field{Name: "call.trace_id"}},
		} {
			add("most/"+name+"/"+of, func(ctx context.Context) error {
				_, err := s.Calls(ctx, store.CallsQuery{Scope: scope(days, filter), Limit: store.MaxRows})
				return err
			})
		}
		add("catalogue/"+of, func(ctx context.Context) error {
			_, err := s.Endpoints(ctx, store.EndpointsQuery{Scope: scope(days, nil)})
			return err
		})
		add("quality/"+of, func(ctx context.Context) error {
			_, err := s.Quality(ctx, scope(days, nil))
			return err
		})
		add("coverage/"+of, func(ctx context.Context) error {
			q := store.SeriesQuery{Scope: scope(days, nil), Measures: []store.Measure{{Of: store.OfCalls, Stat: store.Count}, {Of: store.OfCalls, Stat: store.Count, Filter: is("call.linked", true)}}, Limit: 1}
			q.Edges = []time.Time{q.From, q.To}
			_, err := s.Series(ctx, q)
			return err
		})
		onRoute := store.And{is("call.route", busiest.Route), is("call.method", busiest.Method), is("call.side", "server")}
		addEndpoint(add, s, of, busiest, scope(days, nil), scope(days, onRoute))
		for name, filter := range map[string]store.Filter{
			"all": nil, "failed": is("call.failed", true), "route": is("call.route", busiest.Route), "linked": is("call.linked", true),
		} {
			add("newest/"+name+"/"+of, func(ctx context.Context) error {
				_, err := s.Calls(ctx, store.CallsQuery{Scope: scope(days, filter), Limit: 100})
				return err
			})
			add("slowest/"+name+"/"+of, func(ctx context.Context) error {
				_, err := s.Calls(ctx, store.CallsQuery{Scope: scope(days, filter), Limit: 100, Sort: store.Slowest})
				return err
			})
			add("facets/"+name+"/"+of, func(ctx context.Context) error {
				_, err := s.Facets(ctx, scope(days, filter), []string{"call.status", "call.method", "call.service", "call.route"}, 20)
				return err
			})
			add("histogram/"+name+"/"+of, func(ctx context.Context) error { return histogram(ctx, s, scope(days, filter)) })
		}
	}
	return all
}

// addEndpoint adds what the page of one endpoint asks.
func addEndpoint(add func(string, func(context.Context) error), s *duckdb.Store, of string, e event.Endpoint, all, its store.Scope) {
	add("endpoint/callers/"+of, func(ctx context.Context) error {
		_, err := s.Callers(ctx, all, e, 50)
		return err
	})
	add("endpoint/facets/"+of, func(ctx context.Context) error {
		_, err := s.Facets(ctx, its, []string{"call.status", "call.error", "call.release", "call.browser"}, 20)
		return err
	})
	add("endpoint/histogram/"+of, func(ctx context.Context) error { return histogram(ctx, s, its) })
	add("endpoint/durations/"+of, func(ctx context.Context) error {
		_, err := s.Heatmap(ctx, store.HeatmapQuery{Scope: its, Edges: []time.Time{its.From, its.To}})
		return err
	})
}

func is(field string, value any) store.Filter {
	return store.Compare{Field: store.Field{Name: field}, Op: store.Eq, Value: value}
}

// histogram asks what a list of calls draws, by the hour, and what it says beside that.
func histogram(ctx context.Context, s *duckdb.Store, scope store.Scope) error {
	sides := store.Or{is("call.side", "client"), is("call.side", "server")}
	of := func(stat store.Stat, more ...store.Filter) store.Measure {
		return store.Measure{Of: store.OfCalls, Stat: stat, Filter: append(store.And{sides}, more...)}
	}
	drawn := store.SeriesQuery{Scope: scope, Limit: 1, Approx: true, Edges: []time.Time{scope.From}, Measures: []store.Measure{of(store.Count), of(store.Failed), of(store.P95)}}
	for at := scope.From.Truncate(time.Hour).Add(time.Hour); at.Before(scope.To); at = at.Add(time.Hour) {
		drawn.Edges = append(drawn.Edges, at)
	}
	drawn.Edges = append(drawn.Edges, scope.To)
	beside := store.SeriesQuery{
		Scope: scope, Limit: 1, Edges: []time.Time{scope.From, scope.To},
		Measures: []store.Measure{of(store.Count, is("call.class", "asset")), of(store.Count, store.Has{Field: store.Field{Name: "call.bot"}})},
	}
	for _, q := range []store.SeriesQuery{drawn, beside} {
		if _, err := s.Series(ctx, q); err != nil {
			return err
		}
	}
	return nil
}
