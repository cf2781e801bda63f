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
