package analysis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/storetest"
)

// clicked is a timeline of one click at noon, which the tests add to.
func clicked() store.Timeline {
	return store.Timeline{
		Session:      event.Session{ID: "s"},
		Events:       []event.Event{{ID: "e", Kind: event.Click, Time: noon()}},
		Interactions: []event.Interaction{{EventID: "e", SessionID: "s", Time: noon(), Name: "Pay"}},
	}
}

// asked adds a call of the browser that began and ended so long after the click, and one
// of a server within it.
func asked(t *store.Timeline, from, to time.Duration, service string, serverFrom, serverTo time.Duration, status int) {
	n := len(t.Calls)
	client, server, trace := fmt.Sprintf("c%d", n), fmt.Sprintf("s%d", n), fmt.Sprintf("t%d", n)
	t.Calls = append(
		t.Calls,
		event.Call{ID: client, Side: event.Client, Time: noon().Add(from), Duration: to - from, Timed: true, Method: "POST", Route: "/pay", Status: status, TraceID: trace},
		event.Call{ID: server, Side: event.Server, Time: noon().Add(serverFrom), Duration: serverTo - serverFrom, Timed: true, Method: "POST", Route: "/pay", Status: status, TraceID: trace, Service: service},
	)
	t.Links = append(t.Links, event.Link{EventID: "e", ClientCallID: client, Confidence: 1}, event.Link{ClientCallID: client, ServerCallID: server, Confidence: .8})
}

func span(service, kind, system, trace string, from, to time.Duration) event.Span {
	s := event.Span{
		ID: service + from.String(), SpanID: service + from.String(), Service: service, Kind: kind, Name: "query", TraceID: trace, Time: noon().Add(from), Duration: to - from,
	}
	if system != "" {
		s.Attributes = map[string]any{"db.system": system}
	}
	return s
}

func judge(t *testing.T, timeline store.Timeline) analysis.ActionVerdict {
	t.Helper()
	got, err := analysis.SessionVerdicts(t.Context(), storetest.NewReference(noon), 1, &timeline)
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	return got[0]
}

const ms = time.Millisecond

// Of what goes on in the backend at a moment, the innermost is at work.
func TestServicesAtWork(t *testing.T) {
	t.Parallel()
	timeline := clicked()
	asked(&timeline, 0, 3000*ms, "edge", 100*ms, 2900*ms, 200)
	timeline.Calls = append(timeline.Calls, event.Call{
		ID: "inner", Side: event.Server, Time: noon().Add(200 * ms), Duration: 2500 * ms, Timed: true, Method: "POST", Route: "/charge", Status: 200, TraceID: "t0", Service: "pay",
	})
	timeline.Links = append(timeline.Links, event.Link{ClientCallID: "c0", ServerCallID: "inner", Confidence: .95})
	timeline.Spans = []event.Span{
		span("pay", "internal", "", "t0", 300*ms, 2600*ms),
		span("pay", "client", "postgresql", "t0", 400*ms, 2400*ms),
		span("edge", "client", "redis", "another", 0, 3000*ms),
	}
	got := judge(t, timeline)
	want := []analysis.ServiceTime{{Service: "pay → postgresql", TimeUS: 2_000_000}, {Service: "pay", TimeUS: 500_000}, {Service: "edge", TimeUS: 300_000}}
	if diff := cmp.Diff(want, got.Waited.Services); diff != "" {
		t.Error(diff)
	}
	if got.Is != analysis.Backend || got.Service != "pay → postgresql" || *got.Confidence != .8 || got.Because != "servers were at work for 2.8 s of 3.0 s; longest of all pay → postgresql, 2.0 s" {
		t.Errorf("%+v", got)
	}
}

// A failure is that of the innermost tier, and of the work in it that failed.
func TestWhatFailedInside(t *testing.T) {
	t.Parallel()
	timeline := clicked()
	asked(&timeline, 0, 500*ms, "edge", 100*ms, 400*ms, 502)
	timeline.Calls = append(timeline.Calls, event.Call{
		ID: "inner", Side: event.Server, Time: noon().Add(150 * ms), Duration: 200 * ms, Timed: true, Method: "POST", Route: "/charge", Status: 503, TraceID: "t0", Service: "pay",
	})
	timeline.Links = append(timeline.Links, event.Link{ClientCallID: "c0", ServerCallID: "inner", Confidence: .95})
	broken := span("pay", "client", "postgresql", "t0", 200*ms, 300*ms)
	broken.Error = "too many connections"
	timeline.Spans = []event.Span{broken}
	got := judge(t, timeline)
	if got.Is != analysis.Backend || got.Service != "pay → postgresql" || got.SpanID != broken.SpanID || got.Because != "pay: POST /charge answered 503, because query failed inside" {
		t.Errorf("%+v", got)
	}
}

// Requests that followed each other were all waited for, and so were the gaps.
func TestWaitOfAChain(t *testing.T) {
	t.Parallel()
	timeline := clicked()
	asked(&timeline, 100*ms, 900*ms, "shop", 200*ms, 800*ms, 200)
	asked(&timeline, 200*ms, 400*ms, "shop", 250*ms, 300*ms, 200)      // beside the first: not waited for
	asked(&timeline, 1900*ms, 3000*ms, "shop", 1950*ms, 2050*ms, 200)  // the slow one
	asked(&timeline, 5000*ms, 5100*ms, "shop", 5010*ms, 5020*ms, 200)  // later
	asked(&timeline, 2500*ms, 3200*ms, "other", 2600*ms, 3100*ms, 200) // ended later, but was not slow
	got := judge(t, timeline).Waited
	if *got.TotalUS != 3_000_000 || *got.BeforeRequestUS != 1_100_000 || *got.ServerUS != 700_000 || *got.NetworkUS != 1_200_000 || got.AfterResponseUS != nil {
		t.Errorf("total %d, before %d, server %d, network %d", *got.TotalUS, *got.BeforeRequestUS, *got.ServerUS, *got.NetworkUS)
	}
}

// Where the sender tells how long the action took, the rest is the page's.
func TestAfterTheResponse(t *testing.T) {
	t.Parallel()
	timeline := clicked()
	timeline.Events[0].Duration = 4 * time.Second
	asked(&timeline, 100*ms, 600*ms, "shop", 200*ms, 500*ms, 200)
	got := judge(t, timeline)
	if got.Is != analysis.Frontend || got.Cause != analysis.AfterResponse || *got.Waited.AfterResponseUS != 3_400_000 {
		t.Errorf("%+v", got)
	}
	timeline.Events = append(timeline.Events, event.Event{ID: "bug", Kind: event.PageError, Time: noon().Add(700 * ms)})
	if got = judge(t, timeline); got.Cause != analysis.ScriptError || got.ErrorID != "bug" {
		t.Errorf("%+v", got)
	}
}

// What the browser's own timing says is enough when the way took most of the time.
func TestBrowserAlone(t *testing.T) {
	t.Parallel()
	timeline := clicked()
	timeline.Calls = []event.Call{{
		ID: "c", Side: event.Client, Time: noon(), Duration: 3 * time.Second, Timed: true, Method: "GET", Route: "/", Status: 200,
		Attributes: map[string]any{"timing.connect_us": int64(1_000_000), "timing.receive_us": 1e6},
	}}
	timeline.Links = []event.Link{{EventID: "e", ClientCallID: "c", Confidence: 1}}
	if got := judge(t, timeline); got.Is != analysis.Network || got.Because != "2.0 s of 3.0 s were spent to connect, to wait for a line and to receive" {
		t.Errorf("%+v", got)
	}
}

// No part that took more than half is nobody's fault alone.
func TestSeveralParts(t *testing.T) {
	t.Parallel()
	timeline := clicked()
	asked(&timeline, 800*ms, 2000*ms, "shop", 900*ms, 1500*ms, 200)
	if got := judge(t, timeline); got.Is != analysis.Mixed {
		t.Errorf("%+v", got)
	}
}

// How a request without a good answer is told from a broken server.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		error        string
		server       bool
		serverTook   time.Duration
		serverStatus int
		want         analysis.Cause
	}{
		{"network", false, 0, 0, analysis.InNetwork},
		{"network", true, 100 * ms, 200, analysis.InNetwork},
		{"network", true, 100 * ms, 500, analysis.InServer},
		{"timeout", true, 900 * ms, 200, analysis.InServer},
		{"timeout", true, 100 * ms, 200, analysis.InNetwork},
		{"cors", false, 0, 0, analysis.Blocked},
	} {
		timeline := clicked()
		asked(&timeline, 0, 900*ms, "shop", 0, c.serverTook, c.serverStatus)
		timeline.Calls[0].Status, timeline.Calls[0].Error = 0, c.error
		if !c.server {
			timeline.Calls, timeline.Links = timeline.Calls[:1], timeline.Links[:1]
		}
		if got := judge(t, timeline); got.Cause != c.want || got.Trouble != "failed" {
			t.Errorf("%+v: %s, %s", c, got.Cause, got.Because)
		}
	}
}
