package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
)

// The tables below describe rows in few words: click("e1", 0) is a click at second
// 0 of the one session, client("c1", 0.1, 0.4) a client call that began then and
// lasted 0.4 s, server(…) a log row of the service "api". Options follow.

const session = "session-0123456789"

func at(seconds float64) time.Time {
	return epoch.Add(time.Duration(seconds * float64(time.Second))).Round(time.Microsecond)
}

type option func(e *event.Event, c *event.Call)

func onEvent(f func(*event.Event)) option {
	return func(e *event.Event, _ *event.Call) {
		if e != nil {
			f(e)
		}
	}
}

func onCall(f func(*event.Call)) option {
	return func(_ *event.Event, c *event.Call) {
		if c != nil {
			f(c)
		}
	}
}

func action(kind event.Kind, id string, seconds float64, options ...option) event.Event {
	e := event.Event{
		ID: id, Time: at(seconds), Name: string(kind), Kind: kind, Identity: event.Identity{SessionID: session, DeviceID: "d1"},
		Target: event.Target{Selector: "#pay"}, Origin: event.Origin{ClientKey: 7, AgentKey: 8},
	}
	for _, o := range options {
		o(&e, nil)
	}
	return e
}

func click(id string, seconds float64, options ...option) event.Event {
	return action(event.Click, id, seconds, options...)
}

func pageView(id string, seconds float64, path string, options ...option) event.Event {
	return action(event.PageView, id, seconds, append(options, page(path))...)
}

func client(id string, seconds, lasted float64, options ...option) event.Call {
	c := event.Call{
		ID: id, Time: at(seconds), Duration: at(lasted).Sub(epoch), Timed: true, Side: event.Client, Method: "GET", Path: "/a", Status: 200,
		Identity: event.Identity{SessionID: session}, Origin: event.Origin{ClientKey: 7, AgentKey: 8},
	}
	for _, o := range options {
		o(nil, &c)
	}
	return c
}

func server(id string, seconds, lasted float64, options ...option) event.Call {
	c := client(id, seconds, lasted)
	c.Side, c.Service, c.SessionID = event.Server, "api", ""
	for _, o := range options {
		o(nil, &c)
	}
	return c
}

func page(path string) option { return onEvent(func(e *event.Event) { e.Page.Path = path }) }
func onPath(p string) option  { return onCall(func(c *event.Call) { c.Path = p }) }
func post() option            { return onCall(func(c *event.Call) { c.Method = "POST" }) }
func status(s int) option     { return onCall(func(c *event.Call) { c.Status = s }) }
func service(s string) option { return onCall(func(c *event.Call) { c.Service = s }) }
func requestID(id string) option {
	return onCall(func(c *event.Call) { c.RequestID = id })
}

func answeredBy(trace string) option {
	return onCall(func(c *event.Call) { c.ServerTraceID = trace })
}

func aborted() option {
	return onCall(func(c *event.Call) { c.Status, c.Error = 0, event.Aborted })
}

// coarse makes it a row of a combined log.
func coarse() option {
	return onCall(func(c *event.Call) {
		c.Time, c.Grain, c.Duration, c.Timed = c.End().Truncate(time.Second), time.Second, 0, false
	})
}

// ticking cuts the time of a row to the second; its duration stays.
func ticking() option {
	return onCall(func(c *event.Call) { c.Time, c.Grain = c.Time.Truncate(time.Second), time.Second })
}

func lasting(d time.Duration) option { return onEvent(func(e *event.Event) { e.Duration = d }) }

// noAddress makes the sender one that did not know the client's address.
func noAddress() option {
	return func(e *event.Event, c *event.Call) {
		if e != nil {
			e.ClientKey = 0
		} else {
			c.ClientKey = 0
		}
	}
}

func span(trace, id, parent string) option {
	return func(e *event.Event, c *event.Call) {
		if e != nil {
			e.TraceID, e.SpanID = trace, id
		} else {
			c.TraceID, c.SpanID, c.ParentSpanID = trace, id, parent
		}
	}
}

func actionID(id string) option {
	return func(e *event.Event, c *event.Call) {
		if e != nil {
			e.ActionID = id
		} else {
			c.ActionID = id
		}
	}
}

func consent(state event.Consent) option {
	return func(e *event.Event, c *event.Call) {
		if e != nil {
			e.Consent = state
		} else {
			c.Consent = state
		}
	}
}

func rowsOf(rows ...any) link.Rows {
	var out link.Rows
	for _, r := range rows {
		switch r := r.(type) {
		case event.Event:
			out.Events = append(out.Events, r)
		case event.Call:
			out.Calls = append(out.Calls, r)
		}
	}
	return out
}

// linksOf renders links as "e1>c1 window 0.95", sorted.
func linksOf(results []link.Result) []string {
	out := []string{}
	for _, r := range results {
		for _, l := range r.Links {
			ids := []string{l.EventID, l.ClientCallID, l.ServerCallID}
			ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" })
			out = append(out, fmt.Sprintf("%s %s %.2f", strings.Join(ids, ">"), l.Method, l.Confidence))
		}
	}
	slices.Sort(out)
	return out
}

func TestCascade(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		rows link.Rows
		want []string
	}{
		{
			"action id, however late the call", rowsOf(click("e", 0, actionID("a")), client("c", 60, 1, actionID("a"))),
			[]string{"e>c action_id 1.00"},
		},
		{
			"action id in the server's baggage, the client call unreported", rowsOf(click("e", 0, actionID("a")), server("s", 60, 1, actionID("a"))),
			[]string{"e>s action_id 1.00"},
		},
		{
			"the event's own id serves as action id", rowsOf(click("e", 0), client("c", 60, 1, actionID("e"))),
			[]string{"e>c action_id 1.00"},
		},
		{
			"parent span", rowsOf(click("e", 0, span("t", "1", "")), client("c", 60, 1, span("t", "2", "1")), server("s", 60.1, 0.5, span("t", "3", "2"))),
			[]string{"c>s span 1.00", "e>c span 1.00"},
		},
		{
			"server-timing", rowsOf(click("e", 90), client("c", 0, 1, answeredBy("t")), server("s", 0.1, 0.5, span("t", "3", ""))),
			[]string{"c>s server_timing 0.97"},
		},
		{
			"same trace, a proxy's span between", rowsOf(click("e", 0, span("t", "1", "")), client("c", 60, 1, span("t", "2", "")), server("s", 60.1, 0.5, span("t", "4", "3"))),
			[]string{"c>s trace 0.95", "e>c trace 0.95"},
		},
		{
			"a trace of two calls: the tier's parent chain tells which",
			rowsOf(client("c1", 0, 1, span("t", "1", "")), client("c2", 0, 1, span("t", "2", "")),
				server("s1", 0.1, 0.5, span("t", "3", "2")), server("s2", 0.2, 0.3, span("t", "4", "3"), service("db"))),
			[]string{"c2>s1 span 1.00", "c2>s2 trace 0.95"},
		},
		{
			"request id, on every tier", rowsOf(client("c", 0, 1, requestID("r")), server("s1", 0.1, 0.5, requestID("r")), server("s2", 0.2, 0.3, requestID("r"), service("db"), onPath("/inner"))),
			[]string{"c>s1 request_id 0.95", "c>s2 request_id 0.95"},
		},
		{
			"a tier tied by request id is as certain as the tier it follows",
			rowsOf(client("c", 0, 1), server("s1", 0.1, 0.5, requestID("r")), server("s2", 0.2, 0.3, requestID("r"), service("db"), onPath("/inner"))),
			[]string{"c>s1 match 0.95", "c>s2 request_id 0.95"},
		},
		{
			"match: method, path, status and nesting", rowsOf(client("c", 0, 1), server("right", 0.2, 0.6),
				server("other method", 0.2, 0.6, post()), server("other path", 0.2, 0.6, onPath("/b")), server("other status", 0.2, 0.6, status(404)),
				server("longer than the wait", 0.1, 1.5), server("later", 3, 0.5)),
			[]string{"c>right match 0.95"},
		},
		{
			"match: one row per service", rowsOf(client("c", 0, 1), server("s1", 0.2, 0.6), server("s2", 0.3, 0.4, service("inner"))),
			[]string{"c>s1 match 0.95", "c>s2 match 0.95"},
		},
		{
			"match: two logs of one unnamed service are two tiers",
			rowsOf(client("c", 0, 1), server("s1", 0.2, 0.6, onCall(func(c *event.Call) { c.Source = "nginx" })), server("s2", 0.3, 0.4, onCall(func(c *event.Call) { c.Source = "apache" }))),
			[]string{"c>s1 match 0.95", "c>s2 match 0.95"},
		},
		{
			"match: calls in flight together keep their order", rowsOf(client("c1", 0, 0.5), client("c2", 0.3, 0.5), server("s1", 0.05, 0.4), server("s2", 0.35, 0.4)),
			[]string{"c1>s1 match 0.95", "c2>s2 match 0.95"},
		},
		{
			"match: a redirect for the slash belongs to the call", rowsOf(client("c", 0, 1), server("r", 0.1, 0.1, status(301)), server("s", 0.3, 0.5, onPath("/a/"))),
			[]string{"c>r match 0.95", "c>s match 0.95"},
		},
		{
			"match: the person went away, the log has the full answer", rowsOf(client("c", 0, 0.3, aborted()), server("s", 0.1, 0.15)),
			[]string{"c>s match 0.95"},
		},
		{
			"match: who got an answer did not abort", rowsOf(client("c", 0, 0.3), server("s", 0.1, 0.15, aborted())),
			[]string{},
		},
		{
			"match: two calls and two rows in one tick of the clock are even", rowsOf(client("c1", 0.1, 0.1), client("c2", 0.6, 0.1), server("s1", 0.12, 0.05, coarse()), server("s2", 0.62, 0.05, coarse())),
			[]string{"c1>s1 match 0.50", "c2>s2 match 0.50"},
		},
		{
			"match: without the address the browser must do", rowsOf(client("c", 0, 1, noAddress()), server("s", 0.2, 0.6)),
			[]string{"c>s match 0.95"},
		},
		{
			"match: another address is another person", rowsOf(client("c", 0, 1), server("s", 0.2, 0.6, onCall(func(c *event.Call) { c.ClientKey = 9 }))),
			[]string{},
		},
		{
			"window: directly after the click", rowsOf(click("e", 0), client("c", 0.08, 1)),
			[]string{"e>c window 0.95"},
		},
		{
			"window: too late", rowsOf(click("e", 0), client("c", 0.2, 1)),
			[]string{},
		},
		{
			"window: a chain of calls", rowsOf(click("e", 0), client("c1", 0.05, 1), client("c2", 1.1, 1, onPath("/b")), client("c3", 2.3, 1, onPath("/c"))),
			[]string{"e>c1 window 0.95", "e>c2 window 0.95"},
		},
		{
			"window: a chain ends after ten seconds", rowsOf(click("e", 0), client("c1", 0.05, 11), client("c2", 10.5, 1, onPath("/b"))),
			[]string{"e>c1 window 0.95"},
		},
		{
			"window: the click, not the navigation it led to", rowsOf(click("e1", 0), action(event.RouteChange, "e2", 0.02), client("c", 0.04, 1)),
			[]string{"e1>c window 0.95"},
		},
		{
			"window: an action before the row, not the one after it", rowsOf(click("e1", 0), click("e2", 0.2), server("s", 0.05, 1)),
			[]string{"e1>s window 0.95"},
		},
		{
			"window: an action just after the row when clocks may differ", rowsOf(click("e", 0.2), server("s", 0.05, 1)),
			[]string{"e>s window 0.65"},
		},
		{
			"window: the clock that other calls of the session prove", rowsOf(
				click("e1", 0), client("c1", 0.05, 1, span("t", "p", "")), server("s1", 3.2, 0.8, span("t", "q", "p")),
				click("e2", 5), server("s2", 8, 0.2, onPath("/b"))),
			[]string{"c1>s1 span 1.00", "e1>c1 window 0.95", "e2>s2 window 0.95"},
		},
		{
			"window: of two clicks in the tick of a coarse clock it may be either", rowsOf(click("e1", 0.1), click("e2", 0.6), server("s", 0.1, 0.3, coarse())),
			[]string{"e2>s window 0.63"},
		},
		{
			"window: the click that was seen to wait for the call", rowsOf(
				click("e1", 0.1, lasting(400*time.Millisecond)), click("e2", 0.6), server("s", 0.15, 0.3, ticking())),
			[]string{"e1>s window 0.95"},
		},
		{
			"window: a server row when the browser reports no calls", rowsOf(click("e", 0), server("s", 0.08, 1)),
			[]string{"e>s window 0.95"},
		},
		{
			"window: a combined log and a script tag", rowsOf(click("e", 0.2, noAddress()), server("s", 0.25, 0.3, coarse())),
			[]string{"e>s window 0.95"},
		},
		{
			"window: the document of a page view came before it", rowsOf(pageView("e", 3, "/shop"), server("s", 2.5, 0.3, onPath("/shop"))),
			[]string{"e>s window 0.95"},
		},
		{
			"all three ends", rowsOf(click("e", 0), client("c", 0.05, 1), server("s", 0.2, 0.6)),
			[]string{"c>s match 0.95", "e>c window 0.95"},
		},
		{
			"nothing without consent", rowsOf(click("e", 0, consent(event.ConsentDenied)), click("e2", 0.01), client("c", 0.05, 1), server("s", 0.2, 0.6), server("s2", 0.3, 0.2, service("db"), consent(event.ConsentDenied))),
			[]string{"e2>c window 0.95"},
		},
		{
			"nothing across sessions, whatever the ids say", rowsOf(click("e", 0, actionID("a")), client("c", 0.05, 1, actionID("a"), onCall(func(c *event.Call) { c.SessionID = "session-9876543210" }))),
			[]string{},
		},
		{
			"assets are left out", rowsOf(click("e", 0), client("c", 0.05, 1, onCall(func(c *event.Call) { c.Class = event.Asset }))),
			[]string{},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, linksOf(linkAll(tt.rows))); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPolls: a poll that happens to start after a click is not blamed on it.
func TestPolls(t *testing.T) {
	t.Parallel()
	rows := []any{click("e1", 9.97), click("e2", 14.5), client("c", 14.55, 0.2, onPath("/orders"))}
	for i := range 8 {
		rows = append(rows, client(fmt.Sprintf("poll%d", i), float64(5*i), 0.1, onPath("/news")))
	}
	results := linkAll(rowsOf(rows...))
	if diff := cmp.Diff([]string{"e2>c window 0.95"}, linksOf(results)); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	reasons := map[link.Reason]int{}
	for _, u := range results[0].Unlinked {
		reasons[u.Reason]++
	}
	if reasons[link.Background] != 8 {
		t.Errorf("reasons are %v, want 8 calls in the background", reasons)
	}
}

// TestUnlinked: every call without link says why.
func TestUnlinked(t *testing.T) {
	t.Parallel()
	crowdedRows := crowd(3*link.MaxBlock, time.Second)
	for i := range crowdedRows.Events {
		crowdedRows.Events[i].SessionID = fmt.Sprintf("alone-%015d", i)
	}
	tests := []struct {
		name string
		rows link.Rows
		call string
		want link.Reason
	}{
		{"a client call that nothing explains", rowsOf(click("e", 0), client("c", 5, 1), server("s", 5.1, 0.5)), "c", link.NoAction},
		{"a client call that no row answers", rowsOf(click("e", 0), client("c", 5, 1)), "c", link.NoRow},
		{"a row of somebody else", rowsOf(click("e", 0), server("s", 5, 0.5)), "s", link.NoClient},
		{"a refusal", rowsOf(click("e", 0), client("c", 0.05, 1, consent(event.ConsentDenied))), "c", link.NoConsent},
		{"a crowd behind one browser", crowdedRows, "s0-0", link.CrowdedKey},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			blocks := link.Blocks(tt.rows)
			if tt.want == link.NoConsent {
				blocks = []link.Block{{Rows: tt.rows}} // Blocks leaves such rows out altogether
			}
			for _, b := range blocks {
				for _, u := range link.Link(b, link.Options{}).Unlinked {
					if u.CallID == tt.call {
						if u.Reason != tt.want {
							t.Errorf("the reason is %s, want %s", u.Reason, tt.want)
						}
						return
					}
				}
			}
			t.Error("the call is not listed")
		})
	}
}

// TestClockOfTheSession: a batch that travelled longer than others of its session
// had its times corrected too far; the linker takes that back.
func TestClockOfTheSession(t *testing.T) {
	t.Parallel()
	batch := func(late time.Duration) option {
		stamp := func(o *event.Origin, at *time.Time) {
			o.OwnTime, o.SentAt = *at, at.Add(time.Second)
			*at = at.Add(late)
		}
		return func(e *event.Event, c *event.Call) {
			if e != nil {
				stamp(&e.Origin, &e.Time)
			} else {
				stamp(&c.Origin, &c.Time)
			}
		}
	}
	rows := rowsOf(click("first", -30, batch(0)), click("e", 0, batch(3*time.Second)), client("c", 0.05, 1, batch(3*time.Second)), server("s", 0.2, 0.6))
	if diff := cmp.Diff([]string{"c>s match 0.95", "e>c window 0.95"}, linksOf(linkAll(rows))); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

// TestLinkCarriesFacts: a reader of a link needs no join.
func TestLinkCarriesFacts(t *testing.T) {
	t.Parallel()
	signedIn := onEvent(func(e *event.Event) { e.UserID = "ann" })
	route := onCall(func(c *event.Call) { c.Route = "/a" })
	results := linkAll(rowsOf(click("e", 0, signedIn), client("c", 0.05, 1), server("s", 0.2, 0.6, route)))
	want := event.Link{
		ClientCallID: "c", ServerCallID: "s", Method: event.ByMatch, Confidence: 0.95, SessionID: session, Time: at(0.2), DeviceID: "d1", UserID: "ann",
		Endpoint: event.Endpoint{Service: "api", Method: "GET", Route: "/a"},
	}
	if diff := cmp.Diff(want, results[0].Links[1]); diff != "" {
		t.Errorf("link (-want +got):\n%s", diff)
	}
}
