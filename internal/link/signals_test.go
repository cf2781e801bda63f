package link_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
)

func on(selector string, x, y float64) option {
	return onEvent(func(e *event.Event) { e.Target = event.Target{Selector: selector, X: x, Y: y} })
}

func role(r string) option { return onEvent(func(e *event.Event) { e.Target.Role = r }) }

func dead() option {
	return onEvent(func(e *event.Event) { e.Properties = map[string]any{"clickspan.dead": true} })
}

func raged(clicks float64) option {
	return onEvent(func(e *event.Event) { e.Properties = map[string]any{"clickspan.rage": clicks} })
}

// clicks is n clicks on one spot, a gap apart.
func clicks(n int, gap float64, options ...option) []any {
	var out []any
	for i := range n {
		out = append(out, click(fmt.Sprintf("e%d", i), float64(i)*gap, options...))
	}
	return out
}

// tour is views of n pages, a gap apart.
func tour(n int, gap float64) []any {
	var out []any
	for i := range n {
		out = append(out, pageView(fmt.Sprintf("p%d", i), float64(i)*gap, fmt.Sprintf("/p%d", i)))
	}
	return out
}

// searches is n clicks on a button that looks something up, a gap apart.
func searches(n int, gap float64) []any {
	var out []any
	for i := range n {
		at := float64(i) * gap
		out = append(out, click(fmt.Sprintf("s%d", i), at), client(fmt.Sprintf("c%d", i), at+0.05, 0.1, onPath("/api/search")))
	}
	return out
}

func signalsOf(results []link.Result) []string {
	out := []string{}
	for _, r := range results {
		for _, s := range r.Signals {
			line := fmt.Sprintf("%s %s", s.Kind, s.EventID)
			if s.CallID != "" {
				line += " " + s.CallID
			}
			out = append(out, line+": "+s.Detail)
		}
	}
	return out
}

func TestSignals(t *testing.T) {
	t.Parallel()
	fails := status(500)
	tests := []struct {
		name string
		rows []any
		want []string
	}{
		{"rage: four clicks on one element", clicks(4, 0.3), []string{"rage_click e0: 4 clicks in 0.9 s"}},
		{"rage: a longer burst is still one signal", clicks(9, 0.3), []string{"rage_click e0: 9 clicks in 2.4 s"}},
		{"rage: three are not enough", clicks(3, 0.3), nil},
		{"rage: a second apart is patience", clicks(6, 1), nil},
		{"rage: near each other, on whatever lies there", []any{
			click("e0", 0, on("#a", 10, 10)), click("e1", 0.2, on("#b", 20, 20)), click("e2", 0.4, on("#c", 30, 30)), click("e3", 0.6, on("#d", 40, 40)),
		}, []string{"rage_click e0: 4 clicks in 0.6 s"}},
		{"rage: across the page is not", []any{
			click("e0", 0, on("#a", 10, 10)), click("e1", 0.2, on("#b", 25, 25)), click("e2", 0.4, on("#c", 200, 30)), click("e3", 0.6, on("#d", 210, 40)),
		}, nil},
		{"rage: not on a stepper by its role", clicks(6, 0.3, role("spinbutton")), nil},
		{"rage: not on a pager, where every click has its call", []any{
			click("e0", 0), client("c0", 0.01, 0.1), click("e1", 0.4), client("c1", 0.41, 0.1, onPath("/b")),
			click("e2", 0.8), client("c2", 0.81, 0.1, onPath("/c")), click("e3", 1.2), client("c3", 1.21, 0.1, onPath("/d")),
		}, nil},
		{"rage: blames the call that hangs", append(clicks(4, 0.3), client("c", 0.05, 0.9, post())), []string{"rage_click e0 c: 4 clicks in 0.9 s"}},

		{"rage: as the browser counted, though two clicks never arrived", []any{click("e0", 0), click("e3", 1.5, raged(4)), click("e4", 1.8, raged(5))}, []string{"rage_click e0: 5 clicks in 1.8 s"}},
		{"rage: a burst that the browser counts anew is another", []any{
			click("e0", 0), click("e1", 0.2), click("e2", 0.4), click("e3", 0.6, raged(4)), click("f", 9, raged(4), on("#b", 0, 0)),
		}, []string{"rage_click e0: 4 clicks in 0.6 s", "rage_click f: 4 clicks in 0.0 s"}},

		{"dead: the page stood still", []any{click("e", 0, dead())}, []string{"dead_click e: nothing happened within 2.5 s"}},
		{"dead: never claimed without the SDK's evidence", []any{click("e", 0)}, nil},
		{"dead: not when a call followed", []any{click("e", 0, dead()), client("c", 0.05, 0.1)}, nil},

		{"error: the call behind the click failed", []any{click("e", 0), client("c", 0.05, 0.2, fails)}, []string{"error_click e c: GET  answered 500"}},
		{"error: refused counts too", []any{click("e", 0), client("c", 0.05, 0.2, status(404))}, []string{"error_click e c: GET  answered 404"}},
		{"error: the server failed and nobody reported the call", []any{click("e", 0), server("s", 0.05, 0.2, fails)}, []string{"error_click e s: api: GET  answered 500"}},
		{"error: what the person aborted is no error", []any{click("e", 0), client("c", 0.05, 0.2, aborted())}, nil},
		{"silent: failed, and the page showed nothing", []any{click("e", 0, dead()), client("c", 0.05, 0.2, fails)}, []string{
			"error_click e c: GET  answered 500", "silent_failure e c: GET  answered 500, and the page showed nothing",
		}},

		{"slow: over a second", []any{click("e", 0), client("c", 0.05, 1.4)}, []string{"slow_click e c: GET  took 1.4 s"}},
		{"slow: and impatient", []any{click("e", 0), click("e2", 0.9), client("c", 0.05, 1.4)}, []string{
			"slow_click e c: GET  took 1.4 s, and was asked for again before it answered",
		}},
		{"slow: not for what is always slow", []any{click("e", 0), client("c", 0.05, 2.5, onPath("/report"), onCall(func(c *event.Call) { c.Route = "/report" }))}, nil},

		{"storm: three failures of one route in half a minute", []any{
			click("e", 0), client("c1", 0.05, 0.1, fails), client("c2", 10, 0.1, fails), client("c3", 20, 0.1, fails),
		}, []string{"error_click e c1: GET  answered 500", "retry_storm e c3: GET  failed 3 times in 20 s"}},
		{"storm: not when they are spread", []any{
			click("e", 20), client("c1", 0, 0.1, fails), client("c2", 40, 0.1, fails), client("c3", 80, 0.1, fails),
		}, nil},

		{"form: changed and left", []any{
			pageView("p", 0, "/signup"), action(event.Change, "f1", 5, page("/signup")), action(event.Change, "f2", 9, page("/signup")), pageView("q", 20, "/"),
		}, []string{"form_abandon f2: fields were changed and nothing was sent"}},
		{"form: submitted", []any{
			pageView("p", 0, "/signup"), action(event.Change, "f1", 5, page("/signup")), action(event.Submit, "s", 9, page("/signup")), pageView("q", 20, "/"),
		}, nil},
		{"form: saved by a button", []any{
			pageView("p", 0, "/signup"), action(event.Change, "f1", 5, page("/signup")), client("c", 9, 0.2, post()), pageView("q", 20, "/"),
		}, nil},
		{"form: forgotten", []any{pageView("p", 0, "/signup"), action(event.Change, "f1", 5, page("/signup"))}, []string{"form_abandon f1: fields were changed and nothing was sent"}},

		{"back: a page that was not it", []any{pageView("p", 0, "/list"), pageView("q", 20, "/item"), pageView("r", 23, "/list")}, []string{"quick_back q: left after 3.0 s"}},
		{"back: a page that was read", []any{pageView("p", 0, "/list"), pageView("q", 20, "/item"), pageView("r", 40, "/list")}, nil},
		{"wandering: page after page", tour(10, 9), []string{"wandering p9: 10 pages in 81 s, and nothing done"}},
		{"wandering: nine pages are a visit", tour(9, 9), nil},
		{"wandering: slowly is reading", tour(10, 30), nil},
		{"wandering: not for who fills something in", append(tour(10, 9), action(event.Change, "f", 40, page("/p4")), action(event.Submit, "s", 44, page("/p4"))), nil},
		{"wandering: not for who puts something in the cart", append(tour(10, 9), client("c", 40, 0.1, post())), nil},
		{"wandering: search after search", searches(4, 20), []string{"wandering s3: 4 searches in 60 s, and no page opened"}},
		{"wandering: three searches are none", searches(3, 20), nil},
		{"wandering: a page was found", append(searches(4, 20), pageView("p", 30, "/item")), nil},

		{"back: onwards is not back", []any{pageView("p", 0, "/list"), pageView("q", 20, "/item"), pageView("r", 23, "/cart")}, nil},
	}
	options := link.Options{SlowOver: func(e event.Endpoint) time.Duration {
		if e.Route == "/report" {
			return 5 * time.Second
		}
		return time.Second
	}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var results []link.Result
			for _, b := range link.Blocks(rowsOf(tt.rows...)) {
				results = append(results, link.Link(b, options))
			}
			if tt.want == nil {
				tt.want = []string{}
			}
			if diff := cmp.Diff(tt.want, signalsOf(results)); diff != "" {
				t.Errorf("signals (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNowHoldsBack: what later rows could still refute is not claimed yet.
func TestNowHoldsBack(t *testing.T) {
	t.Parallel()
	block := link.Blocks(rowsOf(pageView("p", 0, "/signup"), action(event.Change, "f", 5, page("/signup")), click("e", 8, page("/signup"))))[0]
	tests := []struct {
		now      float64
		signals  int
		reaction event.Reaction
	}{
		{10, 0, event.WentOn},
		{310, 1, event.WentOn},
		{1900, 1, event.Left},
	}
	for _, tt := range tests {
		r := link.Link(block, link.Options{Now: at(tt.now)})
		if len(r.Signals) != tt.signals {
			t.Errorf("after %v s there are %d signals, want %d", tt.now, len(r.Signals), tt.signals)
		}
		if got := r.Interactions[1].Reaction; got != tt.reaction {
			t.Errorf("after %v s the reaction is %s, want %s", tt.now, got, tt.reaction)
		}
	}
}

func TestInteractions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		rows []any
		want event.Reaction // to event e
	}{
		{"went on", []any{click("e", 0), click("f", 3, on("#other", 0, 0))}, event.WentOn},
		{"did it again", []any{click("e", 0), click("f", 3)}, event.Repeated},
		{"much later is not again", []any{click("e", 0), click("f", 45)}, event.WentOn},
		{"raged", append(clicks(4, 0.2, page("/p")), click("e", 0.8, page("/p"))), event.Raged},
		{"went back", []any{pageView("p", -60, "/list"), pageView("q", -5, "/item"), click("e", 0), pageView("r", 6, "/list")}, event.WentBack},
		{"a link to the page before is no way back", []any{pageView("p", -60, "/list"), pageView("q", -5, "/item"), click("e", 0), pageView("r", 0.4, "/list")}, event.WentOn},
		{"left", []any{click("f", -3), click("e", 0, on("#other", 0, 0)), action(event.WebVital, "v", 4)}, event.Left},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range linkAll(rowsOf(tt.rows...)) {
				for _, x := range r.Interactions {
					if x.EventID == "e" && x.Reaction != tt.want {
						t.Errorf("the reaction is %s, want %s", x.Reaction, tt.want)
					}
				}
			}
		})
	}
}

// TestInteractionSumsUp: calls of one action, the worst of them by name.
func TestInteractionSumsUp(t *testing.T) {
	t.Parallel()
	route := func(r string) option { return onCall(func(c *event.Call) { c.Route = r }) }
	results := linkAll(rowsOf(
		click("e", 0, page("/shop")),
		client("c1", 0.05, 2), server("s1", 0.1, 1.8, route("/a")),
		client("c2", 0.06, 0.5, onPath("/b"), status(500)), server("s2", 0.1, 0.3, onPath("/b"), status(500), route("/b")),
	))
	want := []event.Interaction{{
		EventID: "e", SessionID: session, Time: at(0), Name: "click", Page: "/shop", Calls: 2, Failed: 1, Slowest: 2 * time.Second,
		Endpoint: event.Endpoint{Service: "api", Method: "GET", Route: "/b"}, Reaction: event.Left,
	}}
	if diff := cmp.Diff(want, results[0].Interactions); diff != "" {
		t.Errorf("interactions (-want +got):\n%s", diff)
	}
}

// TestPublishedRules: the table in the reference is the code's, and every kind is in it.
func TestPublishedRules(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/reference/friction.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), fmt.Sprintf("version %d of these rules", link.SignalsVersion)) {
		t.Errorf("the page does not say version %d", link.SignalsVersion)
	}
	for _, rule := range link.SignalRules() {
		if row := fmt.Sprintf("| %s | `%s` | %s |\n", rule.Name, rule.Kind, rule.When); !strings.Contains(string(page), row) {
			t.Errorf("docs/reference/friction.md lacks the row:\n%s", row)
		}
	}
}
