package duckdb_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

// traffic makes records as a shop's browser SDK and its access log would: one
// third events, one third client calls, one third log lines.
type traffic struct {
	random *rand.Rand
	at     time.Time
	n      uint64
}

func newTraffic() *traffic {
	return &traffic{random: rand.New(rand.NewPCG(1, 2)), at: noon.Add(-24 * time.Hour)}
}

func (t *traffic) hex(digits int) string {
	return fmt.Sprintf("%016x%016x", t.random.Uint64(), t.random.Uint64())[:digits]
}

func (t *traffic) uuid() string {
	h := fmt.Sprintf("%012x7%03x8%03x%012x", t.at.UnixMilli(), t.random.IntN(4096), t.random.IntN(4096), t.random.Uint64()>>16)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}

func (t *traffic) records(n int) event.Records {
	var r event.Records
	for range n {
		t.at = t.at.Add(time.Duration(t.random.IntN(400)) * time.Microsecond)
		t.n++
		visit := t.n / 3000 * 100
		visit += uint64(t.random.IntN(100))
		who := event.Identity{DeviceID: fmt.Sprintf("0198c5b4-aaaa-7000-8000-%012x", visit*7919), SessionID: fmt.Sprintf("0198c5b4-bbbb-7000-8000-%012x", visit*104729)}
		if visit%4 == 0 {
			who.UserID = fmt.Sprintf("user-%d", visit)
		}
		origin := event.Origin{Source: "sdk", OwnTime: t.at, SentAt: t.at.Truncate(time.Second), Consent: event.ConsentGranted, ClientKey: event.Key(visit*2654435761 + 1), AgentKey: event.Key(visit%50 + 1)}
		device := event.Context{Device: "desktop", OS: "Windows", Browser: "Chrome", Language: "en", Country: "CH"}
		order := t.random.IntN(100_000)
		switch t.n % 3 {
		case 0:
			r.Events = append(r.Events, event.Event{
				ID: t.uuid(), Time: t.at, Name: "click", Kind: event.Click, Identity: who, ActionID: t.hex(16), Origin: origin, Context: device,
				Page:   event.Page{URL: fmt.Sprintf("https://shop.example/orders/%d", order), Path: fmt.Sprintf("/orders/%d", order), Route: "/orders/{id}", Title: "Your order", ID: t.hex(8)},
				Target: event.Target{Selector: "main > button.buy", Name: "Buy now", X: 120, Y: 640}, Seq: int64(t.n),
			})
		case 1:
			origin.Source = "nginx-json"
			origin.SentAt = time.Time{}
			origin.Consent = ""
			r.Calls = append(r.Calls, event.Call{
				ID: t.hex(32), Time: t.at, Grain: time.Millisecond, Timed: true, Duration: time.Duration(t.random.ExpFloat64()*50_000) * time.Microsecond, Side: event.Server,
				Method: "GET", Host: "shop.example", Path: fmt.Sprintf("/api/orders/%d", order), Route: fmt.Sprintf("/api/orders/{id}/r%d", order%40), Class: event.API, Status: 200 + order%10/9*300,
				Service: "shop", TraceID: t.hex(32), ParentSpanID: t.hex(16), ResponseBytes: int64(order), Weight: 1, Origin: origin,
			})
		default:
			r.Calls = append(r.Calls, event.Call{
				ID: t.uuid(), Time: t.at, Timed: true, Duration: time.Duration(t.random.ExpFloat64()*80_000) * time.Microsecond, Side: event.Client,
				Method: "GET", Host: "shop.example", Path: fmt.Sprintf("/api/orders/%d", order), Route: fmt.Sprintf("/api/orders/{id}/r%d", order%40), Class: event.API, Status: 200,
				TraceID: t.hex(32), SpanID: t.hex(16), Identity: who, Context: device, ActionID: t.hex(16), Weight: 1, Origin: origin,
			})
		}
	}
	return r
}

func benchRows() int {
	if n, err := strconv.Atoi(os.Getenv("CLICKSPAN_BENCH_ROWS")); err == nil {
		return n
	}
	return 2_000_000
}

// BenchmarkAppend measures durable rows/s of one sender.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1000, 5000, 20_000, 150_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := open(b, b.TempDir())
			t := newTraffic()
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				r := t.records(size)
				b.StartTimer()
				appendTo(b, s, r)
			}
			b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkAppendTogether measures group commit: many senders, small batches.
func BenchmarkAppendTogether(b *testing.B) {
	s := open(b, b.TempDir())
	t := newTraffic()
	const size = 100
	batches := make([]event.Records, b.N)
	for i := range batches {
		batches[i] = t.records(size)
	}
	var next atomic.Int64
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			r := batches[next.Add(1)-1]
			if _, err := s.Append(context.Background(), event.NewBatch(1, "", r, nothing{})); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkAppendPaced measures how long a sender waits who comes every 50 ms with
// 1,000 rows, checkpoints included.
func BenchmarkAppendPaced(b *testing.B) {
	const size, batches, pace = 1000, 800, 50 * time.Millisecond
	s := open(b, b.TempDir())
	t := newTraffic()
	var waits []time.Duration
	for b.Loop() {
		tick := time.NewTicker(pace)
		var senders sync.WaitGroup
		var mu sync.Mutex
		for range batches {
			r := t.records(size)
			<-tick.C
			senders.Go(func() {
				begun := time.Now()
				appendTo(b, s, r)
				mu.Lock()
				defer mu.Unlock()
				waits = append(waits, time.Since(begun))
			})
		}
		senders.Wait()
		tick.Stop()
	}
	slices.Sort(waits)
	for _, percent := range []int{50, 90, 99, 100} {
		b.ReportMetric(float64(waits[(len(waits)-1)*percent/100].Milliseconds()), fmt.Sprintf("p%d-ms", percent))
	}
}

// BenchmarkReads fills a store once and asks what the first screen asks.
func BenchmarkReads(b *testing.B) {
	dir := b.TempDir()
	s := open(b, dir)
	t := newTraffic()
	rows := benchRows()
	start := t.at
	var sample event.Event
	for done := 0; done < rows; done += 20_000 {
		r := t.records(20_000)
		sample = r.Events[0]
		appendTo(b, s, r)
		writeLinks(b, s, r, store.Seq(done+20_000))
	}
	end := t.at
	if err := s.Checkpoint(context.Background()); err != nil {
		b.Fatal(err)
	}
	stats, err := s.Stats(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	settling := time.Now()
	if _, err := s.Expire(context.Background(), end, store.Retention{}); err != nil {
		b.Fatal(err)
	}
	b.Logf("settled in %v", time.Since(settling))
	b.Logf("%d rows, %d links, %.1f bytes per row", rows, stats.Links, float64(stats.DiskBytes)/float64(rows))
	ctx := context.Background()
	all := store.Scope{Project: 1, From: start, To: end}
	for name, ask := range map[string]func() error{
		"Endpoints": func() error { _, err := s.Endpoints(ctx, store.EndpointsQuery{Scope: all}); return err },
		"EndpointsOfDays": func() error { // from rollups
			scope := all
			scope.From = end.Add(-72 * time.Hour)
			_, err := s.Endpoints(ctx, store.EndpointsQuery{Scope: scope})
			return err
		},
		"Calls": func() error { _, err := s.Calls(ctx, store.CallsQuery{Scope: all, Limit: 100}); return err },
		"CallsSlow": func() error {
			_, err := s.Calls(ctx, store.CallsQuery{Scope: all, Limit: 100, Sort: store.Slowest})
			return err
		},
		"Events":   func() error { _, err := s.Events(ctx, store.EventsQuery{Scope: all, Limit: 100}); return err },
		"Timeline": func() error { _, err := s.Timeline(ctx, 1, sample.SessionID, 0.5); return err },
		"Find":     func() error { _, err := s.Find(ctx, 1, sample.ID); return err },
		"FindProperty": func() error { // nobody has it, so every map is looked at
			_, err := s.FindProperty(ctx, all, []string{"order_id", "orderId", "invoice_id", "cart_id", "ticket_id"}, "A-4711", 50)
			return err
		},
		"Sessions": func() error { _, err := s.Sessions(ctx, store.SessionsQuery{Scope: all, Limit: 100}); return err },
		"Unlinked": func() error { _, _, err := s.Unlinked(ctx, 20_000); return err },
		"Facets": func() error {
			_, err := s.Facets(ctx, all, []string{"call.service", "call.route", "call.status", "call.browser"}, 10)
			return err
		},
		"Quality": func() error { _, err := s.Quality(ctx, all); return err },
		"SeriesP95": func() error {
			edges := []time.Time{}
			for i := range 101 {
				edges = append(edges, start.Add(end.Sub(start)/100*time.Duration(i)))
			}
			_, err := s.Series(ctx, store.SeriesQuery{Scope: all, Edges: edges, Measures: []store.Measure{{Of: store.OfCalls, Stat: store.P95}, {Of: store.OfCalls, Stat: store.Count}}, Limit: 1})
			return err
		},
		"SeriesPeople": func() error {
			_, err := s.Series(ctx, store.SeriesQuery{Scope: all, Edges: []time.Time{start, end}, Measures: []store.Measure{{Of: store.OfCalls, Stat: store.People}}, Limit: 1})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := ask(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// writeLinks links each event to the calls after it, as a link pass might.
func writeLinks(b *testing.B, s *duckdb.Store, r event.Records, upto store.Seq) {
	b.Helper()
	block := store.Linked{Project: 1, From: r.Events[0].Time, To: r.Calls[len(r.Calls)-1].Time}
	for i := range r.Calls {
		block.CallIDs = append(block.CallIDs, r.Calls[i].ID)
	}
	sessions := map[string]bool{}
	for i := range r.Events {
		e := &r.Events[i]
		block.EventIDs = append(block.EventIDs, e.ID)
		if 2*i+1 >= len(r.Calls) {
			break
		}
		call, answer := &r.Calls[2*i], &r.Calls[2*i+1]
		block.Links = append(block.Links,
			event.Link{EventID: e.ID, ClientCallID: call.ID, Method: event.ByWindow, Confidence: 0.7, SessionID: e.SessionID, DeviceID: e.DeviceID, UserID: e.UserID, Time: call.Time, Endpoint: call.Endpoint()},
			event.Link{ClientCallID: call.ID, ServerCallID: answer.ID, Method: event.ByTrace, Confidence: 0.95, SessionID: e.SessionID, DeviceID: e.DeviceID, UserID: e.UserID, Time: answer.Time, Endpoint: answer.Endpoint()})
		block.Interactions = append(block.Interactions, event.Interaction{EventID: e.ID, SessionID: e.SessionID, Time: e.Time, Name: e.Name, Page: e.Page.Route, Calls: 1, Endpoint: answer.Endpoint(), Reaction: event.WentOn})
		if !sessions[e.SessionID] {
			sessions[e.SessionID] = true
			block.Sessions = append(block.Sessions, event.Session{ID: e.SessionID, Identity: e.Identity, Start: e.Time, End: e.Time.Add(time.Second), Anchor: e.ID, EntryPage: "/", Events: 3, Pages: 1, Actions: 2, Calls: 2})
		}
	}
	if err := s.WriteLinks(context.Background(), []store.Linked{block}, upto); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkUnlinked measures what the link pass reads: 20,000 new rows of mixed
// traffic among many, and the same of an access log that no browser shares keys with.
func BenchmarkUnlinked(b *testing.B) {
	for _, kind := range []string{"mixed", "log"} {
		b.Run(kind, func(b *testing.B) {
			s := open(b, b.TempDir())
			t := newTraffic()
			rows := benchRows() / 10
			for done := 0; done < rows; done += 20_000 {
				r := t.records(20_000)
				if kind == "log" {
					r.Events = r.Events[:1]
					for i := range r.Calls {
						r.Calls[i].Side, r.Calls[i].Identity = event.Server, event.Identity{}
						r.Calls[i].ClientKey++
						r.Calls[i].AgentKey = 0
					}
				}
				appendTo(b, s, r)
			}
			stats, err := s.Stats(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			if err := s.WriteLinks(context.Background(), nil, stats.Arrived-20_000); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			found := 0
			for b.Loop() {
				touched, _, err := s.Unlinked(context.Background(), 20_000)
				if err != nil {
					b.Fatal(err)
				}
				found = 0
				for _, t := range touched {
					found += len(t.Events) + len(t.Calls)
				}
			}
			b.ReportMetric(float64(found), "rows")
			b.ReportMetric(20_000*float64(b.N)/b.Elapsed().Seconds(), "new-rows/s")
		})
	}
}
