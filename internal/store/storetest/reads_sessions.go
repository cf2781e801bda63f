package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func sessionCases() []example {
	return []example{
		{"sessions/parts are added up", func(w *world) {
			a, b, c := view("/a", id("a"), at("10:00:00")), view("/b", id("b"), at("10:50:00")), view("/c", id("c"), at("11:40:00"))
			w.append(a, b, c)
			first := event.Session{
				ID: "s", Identity: event.Identity{DeviceID: "d1", AccountID: "a1"}, Start: a.Time, End: a.Time.Add(time.Minute), Anchor: "a", EntryPage: "", ExitPage: "/a",
				Context: event.Context{Browser: "Firefox", UTM: map[string]string{"source": "mail"}}, Events: 1, Pages: 2, Actions: 3, Calls: 4, Failed: 5, Signals: 6,
			}
			second := event.Session{
				ID: "s", Identity: event.Identity{DeviceID: "d2", UserID: "u1", AccountID: "a2"}, Start: b.Time, End: b.Time.Add(time.Minute), Anchor: "b", EntryPage: "/b", ExitPage: "/b2",
				Context: event.Context{Browser: "Safari"}, Events: 10, Pages: 20, Actions: 30, Calls: 40, Failed: 50, Signals: 60,
			}
			third := event.Session{ID: "s", Identity: event.Identity{UserID: "u2"}, Start: c.Time, End: c.Time, Anchor: "c", Events: 100}
			w.link(rows(a, b), second, first)
			w.link(rows(c), third)
			want := event.Session{
				ID: "s", Identity: event.Identity{DeviceID: "d1", UserID: "u2", AccountID: "a2", SessionID: "s"}, Start: a.Time, End: c.Time, Anchor: "a", EntryPage: "/b", ExitPage: "/b2",
				Context: first.Context, Events: 111, Pages: 22, Actions: 33, Calls: 44, Failed: 55, Signals: 66,
			}
			w.want(w.sessions(w.today()), []event.Session{want})
			s := w.today()
			s.From = clock("10:30:00")
			w.want(w.sessions(s), []event.Session{}) // it began before
			s.From, s.To = clock("10:00:00"), clock("10:30:00")
			w.want(w.sessions(s), []event.Session{want})
			timeline, err := w.store.Timeline(w.ctx(), w.project, "s", 0)
			w.must(err)
			w.want(timeline.Session, want)
		}},
		{"sessions/newest first, then by id, people only", func(w *world) {
			var all []any
			add := func(name, when string, options ...func(*event.Session)) {
				e := view("/a", id(name), at(when))
				w.append(e)
				w.link(rows(e), part(name, e, e, options...))
				all = append(all, e)
			}
			add("b", "10:00:00")
			add("a", "10:00:00")
			add("new", "11:00:00")
			add("bot", "10:00:00", asBot)
			list := func(s store.Scope, limit int) []string {
				return join(pages(w, func(cursor string) ([]string, string, error) {
					page, err := w.store.Sessions(w.ctx(), store.SessionsQuery{Scope: s, Cursor: cursor, Limit: limit})
					return each(page.Rows, func(s event.Session) string { return s.ID }), page.Next, err
				}))
			}
			s := w.today()
			for limit := 1; limit <= 4; limit++ {
				w.want(list(s, limit), []string{"new", "a", "b"})
			}
			s.Bots = true
			w.want(list(s, 2), []string{"new", "a", "b", "bot"})
		}},
		{"sessions/a filter sees the whole session", func(w *world) {
			a, b := view("/a", id("a")), view("/b", id("b"), at("10:40:00"))
			w.append(a, b)
			pages := func(n int) func(*event.Session) { return func(s *event.Session) { s.Pages = n } }
			w.link(rows(a, b), part("s", a, a, pages(2)), part("s", b, b, pages(3)))
			for want, f := range map[int]store.Filter{
				1: store.And{is("session.pages", store.Eq, int64(5)), is("session.duration_ms", store.Eq, int64(2_400_000)), is("session.id", store.Eq, "s")},
				0: is("session.pages", store.Eq, int64(2)),
			} {
				w.want(len(w.sessions(w.where(f))), want)
			}
			for _, q := range []store.SessionsQuery{
				{Scope: w.where(is("session.nothing", store.Eq, "x")), Limit: 1}, {Scope: w.today()}, {Scope: w.today(), Limit: store.MaxRows + 1}, {Scope: w.today(), Limit: 1, Cursor: "?"},
			} {
				_, err := w.store.Sessions(w.ctx(), q)
				w.wantPermanent(err)
			}
		}},
	}
}

func timelineCases() []example {
	return []example{
		{"timeline/everything of one session", func(w *world) {
			open, pay := view("/cart", id("e1"), session("s"), trace(9)), click("Pay", id("e2"), at("10:00:05"), session("s"))
			robot := did("probe", id("e3"), at("10:00:06"), session("s"), bot())
			mine := call("POST /pay", id("c1"), at("10:00:05.1"), fromClient(), session("s"), trace(1))
			served := call("api: POST /pay", id("c2"), at("10:00:05.2"), answered(2))
			guessed := call("api: GET /guess", id("c3"), at("10:00:05.3"), trace(3))
			named := call("api: GET /named", id("c4"), at("10:00:05.4"), session("s"))
			asset := call("GET /a.js", id("c5"), at("10:00:05.5"), fromClient(), session("s"), class(event.Asset))
			foreign := call("api: GET /other", id("c6"), trace(4))
			w.append(pay, open, robot, served, mine, guessed, named, asset, foreign, did("other", id("e9"), session("t")), did("unnamed", id("e8"), at("10:00:02")),
				work("a", id("p1"), trace(1)), work("b", id("p2"), at("09:59:59"), trace(2)), work("c", id("p3"), trace(3)), work("d", id("p4"), trace(4)), work("e", id("p9"), trace(9)))
			l1, l2, l3 := tie(pay, mine, event.ByWindow, 0.7), tie(mine, served, event.BySpan, 1), tie(pay, guessed, event.ByWindow, 0.3)
			rage := event.Signal{Kind: event.RageClick, Time: pay.Time, EventID: "e2", SessionID: "s", Page: "/cart", Target: "Pay", Detail: "4 clicks in 1.2 s"}
			dead := event.Signal{Kind: event.DeadClick, Time: pay.Time, EventID: "e2", SessionID: "s"}
			did := event.Interaction{EventID: "e2", SessionID: "s", Time: pay.Time, Name: "Pay", Page: "/cart", Calls: 1, Slowest: 30 * time.Millisecond, Endpoint: served.Endpoint(), Reaction: event.WentOn}
			whole := part("s", open, pay)
			w.link(rows(open, pay, mine, served, guessed), l1, l2, l3, rage, dead, did, whole)
			timeline := func(min float64) store.Timeline {
				t, err := w.store.Timeline(w.ctx(), w.project, "s", min)
				w.must(err)
				return t
			}
			spans := each([]option{id("p1"), id("p2"), id("p3"), id("p9")}, func(o option) event.Span { return work("", o) })
			spans[0], spans[1], spans[2], spans[3] = work("b", id("p2"), at("09:59:59"), trace(2)), work("a", id("p1"), trace(1)), work("c", id("p3"), trace(3)), work("e", id("p9"), trace(9))
			w.want(timeline(0), store.Timeline{
				Session: whole, Events: []event.Event{open, pay, robot}, Calls: []event.Call{mine, served, guessed, named, asset},
				Spans: spans, Links: []event.Link{l1, l2, l3}, Signals: []event.Signal{dead, rage}, Interactions: []event.Interaction{did},
			})
			w.want(timeline(0.5), store.Timeline{
				Session: whole, Events: []event.Event{open, pay, robot}, Calls: []event.Call{mine, served, named, asset},
				Spans: []event.Span{spans[0], spans[1], spans[3]}, Links: []event.Link{l1, l2}, Signals: []event.Signal{dead, rage}, Interactions: []event.Interaction{did},
			})
		}},
		{"timeline/of a derived session", func(w *world) {
			first, last := view("/a", id("e1")), click("b", id("e2"), at("10:20:00"), user("u1"))
			w.append(first, last, did("later", id("e3"), at("11:00:00")), did("other device", id("e4"), at("10:10:00"), device("d2")), did("named", id("e5"), at("10:10:00"), session("t")),
				call("GET /a", id("c1"), at("10:10:00"), fromClient(), device("d1")), call("GET /a", id("c2"), at("10:50:00"), fromClient(), device("d1")),
				call("GET /a", id("c3"), at("10:50:00.000001"), fromClient(), device("d1")), call("GET /a", id("c4"), at("10:10:00"), device("d1")), call("GET /a", id("c5"), at("10:10:00"), fromClient()))
			derived := part("s-1", first, last, func(s *event.Session) { s.Derived = true })
			w.link(rows(first, last), derived)
			t, err := w.store.Timeline(w.ctx(), w.project, "s-1", 0)
			w.must(err)
			w.want(each(t.Events, func(e event.Event) string { return e.ID }), []string{"e1", "e2"})
			w.want(each(t.Calls, func(c event.Call) string { return c.ID }), []string{"c1", "c2"})
			w.want(t.Session, derived)
		}},
		{"timeline/of a derived session of a user without device", func(w *world) {
			e, o := did("x", id("e1"), device(""), user("u1")), did("x", id("e2"), device(""), user("u2"))
			w.append(e, o, did("x", id("e3"), device("d3"), user("u1")))
			w.link(rows(e, o), part("s-2", e, e, func(s *event.Session) { s.Derived = true }))
			t, err := w.store.Timeline(w.ctx(), w.project, "s-2", 0)
			w.must(err)
			w.want(each(t.Events, func(e event.Event) string { return e.ID }), []string{"e1"})
		}},
		{"timeline/before the link pass only its rows are known", func(w *world) {
			c := call("GET /a", session("s"))
			w.append(c)
			t, err := w.store.Timeline(w.ctx(), w.project, "s", 0)
			w.must(err)
			w.want(t, store.Timeline{Session: event.Session{ID: "s", Identity: event.Identity{SessionID: "s"}}, Calls: []event.Call{c}})
		}},
		{"timeline/calls that name it hours away from its parts", func(w *world) {
			e := did("x", id("e1"), session("s"))
			served := call("api: GET /poll", id("c1"), at("03:00:00"), session("s"))
			mine, answer := call("GET /late", id("c2"), at("21:00:00"), fromClient(), session("s")), call("api: GET /late", id("c3"), at("21:00:01"))
			w.append(e, served, mine, answer)
			tied := tie(mine, answer, event.BySpan, 1)
			w.link(rows(e), part("s", e, e))
			w.link(rows(mine, answer), tied)
			t, err := w.store.Timeline(w.ctx(), w.project, "s", 0)
			w.must(err)
			w.want(each(t.Calls, func(c event.Call) string { return c.ID }), []string{"c1", "c2", "c3"})
			w.want(t.Links, []event.Link{tied})
		}},
		{"timeline/an id that is no text", func(w *world) {
			w.append(did("x"))
			if _, err := w.store.Timeline(w.ctx(), w.project, "\xff\xfe", 0); !errors.Is(err, store.ErrNotFound) {
				w.t.Errorf("got %v", err)
			}
			if _, err := w.store.Request(w.ctx(), w.project, "\xff\xfe"); !errors.Is(err, store.ErrNotFound) {
				w.t.Errorf("got %v", err)
			}
		}},
		{"timeline/not found", func(w *world) {
			w.append(did("x", session("s")), did("y"))
			for _, one := range []string{"S", "", "'; DROP TABLE--"} {
				if _, err := w.store.Timeline(w.ctx(), w.project, one, 0); !errors.Is(err, store.ErrNotFound) {
					w.t.Errorf("%q: got %v", one, err)
				}
			}
			if _, err := w.store.Timeline(w.ctx(), w.project+4_000_000, "s", 0); !errors.Is(err, store.ErrNotFound) {
				w.t.Errorf("another project: got %v", err)
			}
		}},
		{"timeline/too long is cut", func(w *world) {
			notShort(w.t)
			many := make([]any, timelineCap+1)
			for i := range many {
				many[i] = did("x", id(fmt.Sprint(i)), session("long"), at(clock("10:00:00").Add(time.Duration(len(many)-i)*time.Millisecond).Format(time.RFC3339Nano)))
			}
			w.append(many...)
			t, err := w.store.Timeline(w.ctx(), w.project, "long", 0)
			w.must(err)
			w.want([]any{t.Truncated, len(t.Events), t.Events[0].ID, t.Events[timelineCap-1].ID}, []any{true, timelineCap, fmt.Sprint(timelineCap), "1"})
		}},
	}
}

func requestCases() []example {
	return []example{
		{"request/all sides and tiers of one request", func(w *world) {
			pay := click("Pay", id("e1"), session("s"))
			client := call("POST /pay", id("c"), fromClient(), trace(1), at("10:00:01"))
			edge, app := call("edge: POST /pay", id("edge"), answered(2), at("10:00:01.1")), call("app: POST /pay", id("app"), trace(3), at("10:00:01.2"))
			alone := call("app: GET /alone", id("alone"))
			w.append(pay, client, app, edge, alone, work("w", id("p1"), trace(1)), work("w", id("p2"), trace(2)), work("w", id("p3"), trace(3)), work("w", id("p4"), trace(4)))
			up, toEdge, toApp := tie(pay, client, event.ByWindow, 0.4), tie(client, edge, event.BySpan, 1), tie(client, app, event.ByMatch, 0.6)
			w.link(rows(pay, client, edge, app, alone), up, toEdge, toApp)
			spans := []event.Span{work("w", id("p1"), trace(1)), work("w", id("p2"), trace(2)), work("w", id("p3"), trace(3))}
			for _, c := range []struct {
				this   event.Call
				others []event.Call
			}{{client, []event.Call{edge, app}}, {edge, []event.Call{client, app}}, {app, []event.Call{client, edge}}} {
				got, err := w.store.Request(w.ctx(), w.project, c.this.ID)
				w.must(err)
				w.want(got, store.Request{Call: c.this, Calls: c.others, Spans: spans, Links: []event.Link{up, toEdge, toApp}, Event: &pay})
			}
			got, err := w.store.Request(w.ctx(), w.project, "alone")
			w.must(err)
			w.want(got, store.Request{Call: alone, Pending: true})
		}},
		{"request/the action of a server call without client call", func(w *world) {
			pay, served := click("Pay", id("e1")), call("POST /pay", id("c1"))
			w.append(pay, served)
			w.link(rows(pay, served), tie(pay, served, event.ByTrace, 0.95))
			got, err := w.store.Request(w.ctx(), w.project, "c1")
			w.must(err)
			w.want(got, store.Request{Call: served, Links: []event.Link{tie(pay, served, event.ByTrace, 0.95)}, Event: &pay})
		}},
		{"request/what it carried, which lists show on demand only", func(w *world) {
			sent := call("POST /pay", id("c1"), carried(`{"a":1}`, "ok"))
			w.append(sent)
			got, err := w.store.Request(w.ctx(), w.project, "c1")
			w.must(err)
			w.want(got, store.Request{Call: sent, Pending: true})
			for _, asked := range []bool{false, true} {
				page, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: w.today(), Limit: 10, Bodies: asked})
				w.must(err)
				want := sent
				if !asked {
					want.Bodies = event.Bodies{}
				}
				w.want(page.Rows, []store.CallRow{{Call: want, Pending: true}})
			}
		}},
		{"request/not found", func(w *world) {
			w.append(call("GET /a", id("c1")), did("x", id("e1")))
			for _, one := range []string{"C1", "", "e1"} {
				if _, err := w.store.Request(w.ctx(), w.project, one); !errors.Is(err, store.ErrNotFound) {
					w.t.Errorf("%q: got %v", one, err)
				}
			}
			if _, err := w.store.Request(w.ctx(), w.project+5_000_000, "c1"); !errors.Is(err, store.ErrNotFound) {
				w.t.Errorf("another project: got %v", err)
			}
		}},
	}
}

func findCases() []example {
	return []example{
		{"find/the newest of each kind", func(w *world) {
			same := traceID(5)
			w.append(
				call("GET /a", id("c1"), request(same)), call("GET /a", id("c2"), at("10:00:01"), request(same)), call("GET /a", id("c3"), at("10:00:02"), trace(5)),
				call("GET /a", id("c4"), at("10:00:03"), answered(5)), call("GET /a", id(same), at("10:00:04")), did("x", id(same), at("10:00:05")),
				did("x", id("e2"), at("10:00:06"), session(same)), did("x", id("e3"), at("10:00:07"), device(same)), did("x", id("e4"), at("10:00:08"), user(same)),
				did("x", id("e5"), at("10:00:09"), account(same)), call("GET /a", id("c5"), at("10:00:10"), account(same), user(same)))
			hits, err := w.store.Find(w.ctx(), w.project, same)
			w.must(err)
			w.want(hits, []store.Hit{
				{Kind: "request", ID: "c2", Time: clock("10:00:01")},
				{Kind: "trace", ID: "c4", Time: clock("10:00:03")},
				{Kind: "call", ID: same, Time: clock("10:00:04")},
				{Kind: "event", ID: same, Time: clock("10:00:05")},
				{Kind: "session", ID: same, Time: clock("10:00:06")},
				{Kind: "device", ID: same, Time: clock("10:00:07")},
				{Kind: "user", ID: same, Time: clock("10:00:10")},
				{Kind: "account", ID: same, Time: clock("10:00:10")},
			})
		}},
		{"find/a session's id is nothing else", func(w *world) {
			first, second := did("x", id("e1"), session("s")), did("x", id("e2"), at("10:50:00"), session("s"))
			w.append(first, second, did("x", id("e3"), at("11:00:00"), user("s")), call("GET /a", id("c1"), at("12:00:00"), session("s")))
			w.link(rows(first, second), part("s", first, first), part("s", second, second))
			hits, err := w.store.Find(w.ctx(), w.project, "s")
			w.must(err)
			w.want(hits, []store.Hit{{Kind: "session", ID: "s", Time: second.Time}})
		}},
		{"find/what else has the id, a day back and no more", func(w *world) {
			w.append(did("x", id("e1"), user("both")), did("x", id("e2"), device("both"), at("2026-11-24T10:00:00Z")), did("x", id("e3"), account("both"), at("2026-11-22T23:00:00Z")))
			hits, err := w.store.Find(w.ctx(), w.project, "both")
			w.must(err)
			w.want(hits, []store.Hit{{Kind: "device", ID: "both", Time: clock("10:00:00").AddDate(0, 0, 1)}, {Kind: "user", ID: "both", Time: clock("10:00:00")}})
		}},
		{"find/a derived session, and nothing", func(w *world) {
			e := did("x", id("e1"))
			w.append(e)
			w.link(rows(e), part("s-1", e, e))
			hits, err := w.store.Find(w.ctx(), w.project, "s-1")
			w.must(err)
			w.want(hits, []store.Hit{{Kind: "session", ID: "s-1", Time: e.Time}})
			for _, one := range []string{"", "E1", "e", "'; DROP TABLE--"} {
				hits, err := w.store.Find(w.ctx(), w.project, one)
				w.must(err)
				w.want(hits, []store.Hit{})
			}
		}},
	}
}
