package pipeline_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/simulate"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

// BenchmarkLinkPass is the whole link pass (what is unlinked, blocks, links, writing
// them) over mixed traffic that was stored before; the target is 20,000 rows/s.
func BenchmarkLinkPass(b *testing.B) {
	for _, traffic := range []struct {
		name string
		put  func(*pipeline.Writer) error
	}{
		{"shop", func(w *pipeline.Writer) error {
			config := simulate.Config{Seed: 1, People: 500, Days: 2, End: now, Confounders: simulate.Demo()}
			_, err := simulate.Run(context.Background(), config, func(c simulate.Chunk) error { return putAll(w, c.Records) })
			return err
		}},
		{"one device for three weeks", func(w *pipeline.Writer) error {
			var r event.Records
			for i := range 40_000 {
				at := now.Add(-time.Duration(i) * 45 * time.Second)
				r.Events = append(r.Events, event.Event{ID: fmt.Sprintf("e%d", i), Time: at, Name: "tick", Kind: event.Click, Identity: event.Identity{DeviceID: "kiosk"}})
				r.Calls = append(r.Calls, event.Call{
					ID: fmt.Sprintf("c%d", i), Time: at.Add(20 * time.Millisecond), Duration: time.Second, Timed: true, Side: event.Client, Method: "GET", Path: "/tick",
					Status: 200, Identity: event.Identity{DeviceID: "kiosk"},
				})
			}
			return putAll(w, r)
		}},
	} {
		b.Run(traffic.name, func(b *testing.B) {
			var rows int
			for b.Loop() {
				b.StopTimer()
				s, err := duckdb.Open(b.Context(), duckdb.Config{Dir: b.TempDir(), Threads: 2, Now: clock})
				if err != nil {
					b.Fatal(err)
				}
				p, _, _ := intake(b, func(c *pipeline.Config) { c.Store = s })
				w := p.Begin(b.Context(), pipeline.Origin{Project: 1, Source: "simulate", Patient: true})
				if err := traffic.put(w); err != nil {
					b.Fatal(err)
				}
				result, err := w.Close()
				if err != nil {
					b.Fatal(err)
				}
				rows += result.Accepted
				l := pipeline.NewLinker(pipeline.LinkerConfig{Store: s, Now: clock})
				b.StartTimer()
				longest := time.Duration(0)
				for more := true; more; {
					began := time.Now()
					if more, err = l.Pass(b.Context()); err != nil {
						b.Fatal(err)
					}
					longest = max(longest, time.Since(began))
				}
				b.StopTimer()
				b.ReportMetric(longest.Seconds(), "s/longest-pass")
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkLinkPassSpread is one pass in a store that holds a month, by what arrived:
// the seconds that a pass takes must not grow with the time between its rows.
func BenchmarkLinkPassSpread(b *testing.B) {
	const day = 24 * time.Hour
	visits := func(name string, rows int, from time.Time, over time.Duration) (r event.Records) {
		for i := range rows / 4 {
			at := from.Add(over / time.Duration(rows/4) * time.Duration(i))
			visitor := event.Identity{DeviceID: fmt.Sprint(name, "-d", i/5), SessionID: fmt.Sprint(name, "-session-of-", i/5)}
			trace := fmt.Sprintf("%024x%08x", len(name)*1000+int(name[0]), i)
			r.Events = append(r.Events, event.Event{ID: fmt.Sprint(name, "-e", i), Time: at, Name: "Pay", Kind: event.Click, Identity: visitor})
			call := event.Call{ID: fmt.Sprint(name, "-c", i), Time: at.Add(20 * time.Millisecond), Duration: time.Second, Timed: true, Side: event.Client, Method: "GET", Path: "/pay", Status: 200, TraceID: trace, Identity: visitor}
			answer := call
			answer.ID, answer.Side, answer.Service, answer.Time, answer.Identity = fmt.Sprint(name, "-s", i), event.Server, "shop", at.Add(40*time.Millisecond), event.Identity{}
			database := answer
			database.ID, database.Service = fmt.Sprint(name, "-t", i), "stock"
			r.Calls = append(r.Calls, call, answer, database)
		}
		return r
	}
	program := func(side event.Side, from, to time.Time) (r event.Records) {
		for i := 0; from.Before(to); i, from = i+1, from.Add(10*time.Minute) {
			r.Calls = append(r.Calls, event.Call{
				ID: fmt.Sprint("sync-", from.Unix()), Time: from, Duration: time.Second, Timed: true, Side: side, Method: "GET", Path: "/sync", Status: 200,
				Identity: event.Identity{DeviceID: "phone", UserID: "u"},
			})
			if i%100 == 99 {
				r.Events = append(r.Events, event.Event{ID: fmt.Sprint("open-", from.Unix()), Time: from, Name: "Open", Kind: event.Click, Identity: event.Identity{DeviceID: "phone", UserID: "u"}})
			}
		}
		return r
	}
	month := visits("past", 200_000, now.Add(-30*day), 30*day)
	for _, c := range []struct {
		name    string
		history []event.Records
		arrives func(n int) []event.Records
	}{
		{"live", []event.Records{month}, func(n int) []event.Records {
			return []event.Records{visits(fmt.Sprint("live", n), 2000, now, time.Minute)}
		}},
		{"live and three weeks ago", []event.Records{month}, func(n int) []event.Records {
			return []event.Records{visits(fmt.Sprint("live", n), 1000, now, time.Minute), visits(fmt.Sprint("old", n), 1000, now.Add(-21*day), time.Minute)}
		}},
		{"a phone calls every ten minutes", []event.Records{month, program(event.Server, now.Add(-30*day), now)}, func(n int) []event.Records {
			return []event.Records{program(event.Server, now.Add(time.Duration(n)*10*time.Minute), now.Add(time.Duration(n)*10*time.Minute+time.Second))}
		}},
		{"a page polls every ten minutes", []event.Records{month, program(event.Client, now.Add(-30*day), now)}, func(n int) []event.Records {
			return []event.Records{program(event.Client, now.Add(time.Duration(n)*10*time.Minute), now.Add(time.Duration(n)*10*time.Minute+time.Second))}
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			s, err := duckdb.Open(b.Context(), duckdb.Config{Dir: b.TempDir(), Threads: 2, Now: clock})
			if err != nil {
				b.Fatal(err)
			}
			p, _, _ := intake(b, func(c *pipeline.Config) { c.Store = s })
			l := pipeline.NewLinker(pipeline.LinkerConfig{Store: s, Now: clock})
			take := func(all []event.Records) {
				w := p.Begin(b.Context(), pipeline.Origin{Project: 1, Source: "bench", Patient: true})
				for _, r := range all {
					if err := putAll(w, r); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
			pass := func() {
				for more := true; more; {
					if more, err = l.Pass(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			}
			take(c.history)
			pass()
			n := 0
			for b.Loop() {
				b.StopTimer()
				take(c.arrives(n))
				n++
				b.StartTimer()
				pass()
			}
			b.StopTimer()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func putAll(w *pipeline.Writer, r event.Records) error {
	for i := range r.Events {
		if err := w.Event(&r.Events[i]); err != nil {
			return err
		}
	}
	for i := range r.Calls {
		if err := w.Call(&r.Calls[i]); err != nil {
			return err
		}
	}
	return nil
}
