package duckdb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is the tests' clock.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type nothing struct{}

func (nothing) Event(*event.Event) {}
func (nothing) Call(*event.Call)   {}
func (nothing) Span(*event.Span)   {}

func open(tb testing.TB, dir string) *duckdb.Store {
	tb.Helper()
	return openAt(tb, dir, func() time.Time { return noon })
}

func openAt(tb testing.TB, dir string, now func() time.Time) *duckdb.Store {
	tb.Helper()
	s, err := duckdb.Open(tb.Context(), duckdb.Config{Dir: dir, Threads: 2, Now: now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func appendTo(tb testing.TB, s *duckdb.Store, r event.Records) store.Receipt {
	tb.Helper()
	receipt, err := s.Append(context.Background(), event.NewBatch(1, "", r, nothing{}))
	if err != nil {
		tb.Fatal(err)
	}
	return receipt
}

func TestRecordsComeBackWhole(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	e := event.Event{
		ID: "e1", Time: noon, Name: "Café \x01 gekauft, und zwar mit einem langen Namen", Kind: event.Click,
		Identity: event.Identity{DeviceID: "d", UserID: "u", AccountID: "a", SessionID: "0198c5b4-0000-7000-8000-000000000001"},
		ActionID: "00000000000000aa", TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", SpanID: "00f067aa0ba902b7", Duration: 3 * time.Millisecond,
		Page:   event.Page{URL: "https://shop.example/cart?x=1#top", Title: "Cart", Referrer: "https://r.example", ID: "p", Path: "/cart", Route: "/cart"},
		Target: event.Target{Selector: "#buy", Name: "Buy", Role: "button", X: 1.5, Y: -2}, Release: "1.2", Seq: 7,
		Context:    event.Context{Device: "mobile", OS: "iOS", Browser: "Safari", Network: "4g", Language: "de", Country: "CH", UTM: map[string]string{"source": "x"}},
		Properties: map[string]any{"n": int64(3), "f": 3.0, "s": "\"ü\"", "b": true, "nil": nil},
		Origin:     event.Origin{Source: "sdk", SentAt: noon, OwnTime: noon.Add(-time.Second), Consent: event.ConsentGranted, Bot: event.Crawler},
	}
	c := event.Call{
		ID: "0198c5b4-0000-7000-8000-00000000000c", Time: noon, Grain: time.Second, Duration: 12345 * time.Microsecond, Timed: true,
		Side: event.Server, Method: "GET", Host: "h", Path: "/a/1", Query: "q=1", Route: "/a/{id}", Class: event.API, Status: 200, Error: "", Service: "svc",
		TraceID: "not hex", SpanID: "odd", ParentSpanID: "00f067aa0ba902b7", ServerTraceID: "4bf92f3577b34da6a3ce929d0e0e4736",
		RequestID: "REQ-1", ActionID: "act", PageID: "p", Identity: e.Identity, Context: e.Context, RequestBytes: 1, ResponseBytes: 2,
		Release: "r", Attributes: map[string]any{"k": "v"}, Weight: 2.5, Origin: event.Origin{Source: "otlp", OwnTime: noon, Bot: event.Automation},
	}
	span := event.Span{
		ID: "s1", Time: noon, Duration: time.Millisecond, Name: "SELECT", Kind: "client", Service: "db", TraceID: "4bf92f3577b34da6a3ce929d0e0e4736",
		SpanID: "00f067aa0ba902b7", ParentSpanID: "", Error: "boom", Attributes: map[string]any{"db": "pg"}, Origin: event.Origin{OwnTime: noon},
	}
	receipt := appendTo(t, s, event.Records{Events: []event.Event{e}, Calls: []event.Call{c}, Spans: []event.Span{span}})
	if want := (store.Receipt{Accepted: 3, Upto: 3}); receipt != want {
		t.Errorf("got %+v, want %+v", receipt, want)
	}
	scope := store.Scope{Project: 1, From: noon.Add(-time.Hour), To: noon.Add(time.Hour), Bots: true}
	events, err := s.Events(t.Context(), store.EventsQuery{Scope: scope, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]event.Event{e}, events.Rows); diff != "" {
		t.Error(diff)
	}
	calls, err := s.Calls(t.Context(), store.CallsQuery{Scope: scope, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]store.CallRow{{Call: c, Pending: true}}, calls.Rows); diff != "" {
		t.Error(diff)
	}
	spans, err := s.Spans(t.Context(), store.EventsQuery{Scope: scope, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]event.Span{span}, spans.Rows); diff != "" {
		t.Error(diff)
	}
	again := appendTo(t, s, event.Records{Events: []event.Event{e}, Calls: []event.Call{c, c}, Spans: []event.Span{span}})
	if want := (store.Receipt{Duplicates: 4, Upto: 3}); again != want {
		t.Errorf("got %+v, want %+v", again, want)
	}
}

func TestLinksFromUnlinkedToTimeline(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	own := func(at time.Time) event.Origin { return event.Origin{OwnTime: at, ClientKey: 5} }
	var r event.Records
	for i := range 5000 {
		at := noon.Add(time.Duration(i) * time.Millisecond)
		who := event.Identity{DeviceID: "d", SessionID: fmt.Sprintf("session-number-%d", i%100)}
		r.Events = append(r.Events, event.Event{ID: fmt.Sprintf("event-%d", i), Time: at, Name: "click", Kind: event.Click, Identity: who, Origin: own(at)})
		r.Calls = append(r.Calls, event.Call{ID: fmt.Sprintf("call-%d", i), Time: at, Side: event.Server, Method: "GET", Route: "/x", Class: event.API, Weight: 1, Origin: own(at)})
	}
	appendTo(t, s, r)
	touched, upto, err := s.Unlinked(t.Context(), 100_000)
	if err != nil {
		t.Fatal(err)
	}
	if len(touched) != 1 || len(touched[0].Events) != 5000 || upto != 10_000 {
		t.Fatalf("got %d projects up to %d", len(touched), upto)
	}
	link := event.Link{EventID: "event-7", ServerCallID: "call-7", Method: event.ByMatch, Confidence: 0.7, SessionID: "session-number-7", Time: r.Calls[7].Time, DeviceID: "d", Endpoint: event.Endpoint{Method: "GET", Route: "/x"}}
	block := store.Linked{Project: 1, From: noon, To: noon.Add(time.Minute), EventIDs: []string{"event-7"}, CallIDs: []string{"call-7"}, Links: []event.Link{link}}
	for range 2 {
		if err := s.WriteLinks(t.Context(), []store.Linked{block}, upto); err != nil {
			t.Fatal(err)
		}
	}
	timeline, err := s.Timeline(t.Context(), 1, "session-number-7", 0.5)
	if err != nil {
		t.Fatal(err)
	}
	if len(timeline.Events) != 50 || len(timeline.Calls) != 1 || len(timeline.Links) != 1 {
		t.Errorf("got %d events, %d calls, %d links", len(timeline.Events), len(timeline.Calls), len(timeline.Links))
	}
	endpoints, err := s.Endpoints(t.Context(), store.EndpointsQuery{Scope: store.Scope{Project: 1, From: noon, To: noon.Add(time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	if len(endpoints.Rows) != 1 || endpoints.Rows[0].Calls != 5000 || endpoints.Rows[0].People != 1 {
		t.Errorf("got %+v", endpoints)
	}
	stats, err := s.Stats(t.Context())
	if err != nil || stats.Links != 1 || stats.Watermark != 10_000 {
		t.Errorf("got %+v, %v", stats, err)
	}
}
