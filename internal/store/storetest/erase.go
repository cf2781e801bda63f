package storetest

import (
	"errors"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func eraseCases() []example {
	return []example{
		{"erase/all that is theirs goes and nothing else", func(w *world) {
			pay := click("Pay", id("e1"), device("d1"), user("u1"), session("s1"), trace(1))
			anonymous := did("scroll", id("e2"), device(""), session("s1"))
			other := did("x", id("e3"), device("d2"), session("s2"), trace(2))
			own := call("POST /pay", id("c1"), fromClient(), session("s1"))
			served := call("POST /pay", id("c2"), trace(3))
			byUser := call("GET /me", id("c3"), user("u1"))
			others := call("GET /b", id("c4"), device("d2"), trace(2))
			w.append(pay, anonymous, other, own, served, byUser, others,
				work("a", id("p1"), trace(1)), work("b", id("p2"), trace(2)), work("c", id("p3"), trace(3)))
			w.link(rows(pay, anonymous, other, own, served, others),
				tie(pay, own, event.ByWindow, 0.5), tie(own, served, event.BySpan, 1), tie(other, others, event.ByTrace, 0.95),
				part("s1", pay, anonymous), part("s2", other, other),
				event.Signal{Kind: event.RageClick, Time: pay.Time, EventID: "e1", SessionID: "s1"},
				event.Interaction{EventID: "e3", SessionID: "s2", Time: other.Time, Name: "x"},
				store.Unlinked{CallID: "c3", Side: event.Server, Reason: "no_client"})

			// The link from own to served carries the session's device through its client call only.
			erased, err := w.store.Erase(w.ctx(), w.project, store.Person{DeviceIDs: []string{"d1"}, UserIDs: []string{"u1"}})
			w.must(err)
			w.want(erased, store.Erased{Events: 2, Calls: 2, Spans: 1, Links: 2})
			w.want(w.events(w.today()), []string{"e3"})
			w.want(w.calls(w.today()), []string{"c4", "c2"})
			w.want(w.spans(w.today()), []string{"p3", "p2"})
			w.want(w.links(w.today()), []event.Link{tie(other, others, event.ByTrace, 0.95)})
			w.want(each(w.sessions(w.today()), func(s event.Session) string { return s.ID }), []string{"s2"})
			_, err = w.store.Timeline(w.ctx(), w.project, "s1", 0)
			w.want(errors.Is(err, store.ErrNotFound), true)
			hits, err := w.store.Find(w.ctx(), w.project, "d1")
			w.must(err)
			w.want(hits, []store.Hit{})
		}},
		{"erase/a call goes when a link ties it to them", func(w *world) {
			pay, served := click("Pay", device("d1")), call("POST /pay", trace(7))
			w.append(pay, served, work("w", trace(7)))
			w.link(rows(pay, served), tie(pay, served, event.ByTrace, 0.95))
			erased, err := w.store.Erase(w.ctx(), w.project, store.Person{DeviceIDs: []string{"d1"}})
			w.must(err)
			w.want(erased, store.Erased{Events: 1, Calls: 1, Spans: 1, Links: 1})
			endpoints, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: w.today()})
			w.must(err)
			w.want(endpoints.Rows, []store.EndpointStats{})
		}},
		{"erase/twice, and somebody unknown, is no error", func(w *world) {
			w.append(did("x", device("d1")))
			person := store.Person{DeviceIDs: []string{"d1", ""}, UserIDs: []string{""}}
			_, err := w.store.Erase(w.ctx(), w.project, person)
			w.must(err)
			for _, p := range []store.Person{person, {}, {UserIDs: []string{"nobody"}}} {
				erased, err := w.store.Erase(w.ctx(), w.project, p)
				w.must(err)
				w.want(erased, store.Erased{})
			}
		}},
		{"erase/an empty id is nobody's", func(w *world) {
			w.append(did("x", device(""), user("u1")), call("GET /a"))
			erased, err := w.store.Erase(w.ctx(), w.project, store.Person{DeviceIDs: []string{""}})
			w.must(err)
			w.want(erased, store.Erased{})
		}},
		{"erase/rows of one that signed in elsewhere in the session stay", func(w *world) {
			w.append(did("x", id("e1"), device("d1"), session("s")), did("y", id("e2"), device("d2"), session("s")))
			_, err := w.store.Erase(w.ctx(), w.project, store.Person{DeviceIDs: []string{"d1"}})
			w.must(err)
			w.want(w.events(w.today()), []string{"e2"})
		}},
		{"erase/another project keeps its rows", func(w *world) {
			other := w.project + 2_000_000
			_, err := w.store.Append(w.ctx(), batch(other, "", did("x", device("d1"))))
			w.must(err)
			_, err = w.store.Erase(w.ctx(), w.project, store.Person{DeviceIDs: []string{"d1"}})
			w.must(err)
			s := w.today()
			s.Project = other
			w.want(len(w.events(s)), 1)
		}},
		{"erase/an id can be stored again afterwards", func(w *world) {
			e := did("x", device("d1"))
			w.append(e)
			_, err := w.store.Erase(w.ctx(), w.project, store.Person{DeviceIDs: []string{"d1"}})
			w.must(err)
			w.want(w.append(e), store.Receipt{Accepted: 1}, ignoreUpto())
		}},
		{"forget/an import is undone", func(w *world) {
			live, old := did("live", id("e1")), did("old", id("e2"), at("09:00:00"))
			c := call("GET /a", id("c1"))
			w.append(live)
			w.appendAs("import-1", old, c, work("w", id("p1")))
			w.appendAs("import-2", call("GET /b", id("c2")))
			w.link(rows(live, old, c), tie(live, c, event.ByWindow, 0.5), part("s", old, old), part("t", live, live))
			erased, err := w.store.Forget(w.ctx(), w.project, "import-1")
			w.must(err)
			w.want(erased, store.Erased{Events: 1, Calls: 1, Spans: 1, Links: 1})
			w.want(w.events(w.today()), []string{"e1"})
			w.want(w.calls(w.today()), []string{"c2"})
			w.want(each(w.sessions(w.today()), func(s event.Session) string { return s.ID }), []string{"t"})
			again, err := w.store.Forget(w.ctx(), w.project, "import-1")
			w.must(err)
			w.want(again, store.Erased{})
		}},
		{"forget/live traffic cannot be forgotten by mistake", func(w *world) {
			w.append(did("x"))
			_, err := w.store.Forget(w.ctx(), w.project, "")
			w.wantPermanent(err)
			w.want(len(w.events(w.today())), 1)
		}},
	}
}

func expireCases() []example {
	const day = 24 * time.Hour
	old := "2026-11-10T10:00:00Z"
	return []example{
		{"expire/calls whose links went, or their client call's, are linked no more", func(w *world) {
			at := func(clock string, o ...option) []option { return append(o, at("2026-12-01T"+clock+"Z")) }
			gone, own, served := click("Pay", at("10:00:00")...), call("POST /pay", at("10:00:01", fromClient())...), call("POST /pay", at("13:00:00")...)
			pay, paid := click("Pay", at("14:00:00")...), call("POST /pay", at("14:00:01")...)
			w.append(gone, own, served, pay, paid)
			w.link(rows(gone, own, served, pay, paid),
				tie(gone, own, event.ByWindow, 0.5), tie(own, served, event.BySpan, 1), tie(pay, paid, event.ByTrace, 0.95))
			linked := func() int {
				s := w.today()
				s.From, s.To = clock("2026-12-01T00:00:00Z"), clock("2026-12-02T00:00:00Z")
				s.Filter = store.Compare{Field: store.Field{Name: "call.linked"}, Op: store.Eq, Value: true}
				return len(w.calls(s))
			}
			w.want(linked(), 3)
			_, err := w.store.Expire(w.ctx(), clock("2026-12-09T12:00:00Z"), store.Retention{Links: 8 * day})
			w.must(err)
			w.want(linked(), 1)
		}},
		{"expire/each class by its own age", func(w *world) {
			e, c := click("Pay", id("e1"), at(old), session("s1")), call("GET /a", id("c1"), at(old))
			young := did("x", id("e2"), at("2026-12-01T10:00:00Z"))
			w.append(e, c, work("w", at(old)), young)
			w.link(rows(e, c, young), tie(e, c, event.ByTrace, 0.95), part("s1", e, e), part("s2", young, young))
			everything := w.today()
			everything.From, everything.To = clock("2026-01-01T00:00:00Z"), clock("2026-12-31T00:00:00Z")

			erased, err := w.store.Expire(w.ctx(), Clock(), store.Retention{Raw: 7 * day, Links: 7 * day})
			w.must(err)
			w.want(erased, store.Erased{}) // they are old, but arrived today
			later := Clock().Add(9 * day)
			erased, err = w.store.Expire(w.ctx(), later, store.DefaultRetention())
			w.must(err)
			w.want(erased, store.Erased{})
			erased, err = w.store.Expire(w.ctx(), later, store.Retention{Raw: 7 * day, Links: 30 * day})
			w.must(err)
			w.want(erased, store.Erased{Events: 1, Calls: 1, Spans: 1})
			w.want(w.events(everything), []string{"e2"})
			w.want(w.calls(everything), []string{})
			w.want(len(w.links(everything)), 1)
			w.want(len(w.sessions(everything)), 2)
			erased, err = w.store.Expire(w.ctx(), later, store.Retention{Raw: 7 * day, Links: 7 * day})
			w.must(err)
			w.want(erased, store.Erased{Links: 1})
			w.want(len(w.sessions(everything)), 1)
			erased, err = w.store.Expire(w.ctx(), later, store.Retention{Raw: 7 * day, Links: 7 * day})
			w.must(err)
			w.want(erased, store.Erased{})
		}},
		{"expire/reasons go as links do", func(w *world) {
			c, young := call("GET /a", id("c1"), at(old)), call("GET /a", id("c2"), at("2026-12-01T10:00:00Z"))
			w.append(c, young)
			unlinked := func(c event.Call) any { return store.Unlinked{CallID: c.ID, Side: c.Side, Reason: "no_client"} }
			w.link(rows(c, young), unlinked(c), unlinked(young))
			everything := w.today()
			everything.From, everything.To = clock("2026-01-01T00:00:00Z"), clock("2026-12-31T00:00:00Z")
			told := func(n int64) store.UnlinkedReason {
				return store.UnlinkedReason{Reason: "no_client", Side: event.Server, Count: n, Example: "c2"}
			}
			untold := store.UnlinkedReason{Reason: "pending", Side: event.Server, Count: 1, Example: "c1"}
			for _, step := range []struct {
				age  time.Duration
				left []store.UnlinkedReason
			}{{30 * day, []store.UnlinkedReason{told(2)}}, {7 * day, []store.UnlinkedReason{told(1), untold}}} {
				_, err := w.store.Expire(w.ctx(), Clock().Add(9*day), store.Retention{Links: step.age})
				w.must(err)
				q, err := w.store.Quality(w.ctx(), everything)
				w.must(err)
				w.want(q.Unlinked, step.left)
			}
		}},
		{"expire/bodies go before their call", func(w *world) {
			aged, young := call("GET /a", id("c1"), at(old), carried("q", "a")), call("GET /a", id("c2"), at("2026-12-01T10:00:00Z"), carried("q", "a"))
			w.append(aged, young)
			everything := w.today()
			everything.From, everything.To = clock("2026-01-01T00:00:00Z"), clock("2026-12-31T00:00:00Z")
			responses := func() map[string]string {
				page, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: everything, Limit: 10, Bodies: true})
				w.must(err)
				out := map[string]string{}
				for _, row := range page.Rows {
					out[row.ID] = row.ResponseBody
				}
				return out
			}
			_, err := w.store.Expire(w.ctx(), Clock(), store.Retention{Bodies: 3 * day})
			w.must(err)
			w.want(responses(), map[string]string{"c1": "a", "c2": "a"}) // old, but arrived today
			_, err = w.store.Expire(w.ctx(), Clock().Add(9*day), store.Retention{Bodies: 3 * day})
			w.must(err)
			w.want(responses(), map[string]string{"c1": "", "c2": "a"})
		}},
		{"expire/what is exactly as old stays", func(w *world) {
			w.append(did("x", id("e1"), at("11:00:00")), did("x", id("e2"), at("10:59:59.999999")))
			erased, err := w.store.Expire(w.ctx(), Clock(), store.Retention{Raw: time.Hour})
			w.must(err)
			w.want(erased, store.Erased{Events: 1})
			w.want(w.events(w.today()), []string{"e1"})
		}},
		{"expire/zero keeps for ever", func(w *world) {
			w.append(did("x", at("2001-01-01T00:00:00Z")))
			erased, err := w.store.Expire(w.ctx(), Clock(), store.Retention{})
			w.must(err)
			w.want(erased, store.Erased{})
		}},
		{"expire/client keys go after two days", func(w *world) {
			w.append(click("a", id("e1"), at("2026-11-19T10:00:00Z"), client(5), agent(6)), click("b", id("e2"), client(5), agent(6)))
			_, err := w.store.Expire(w.ctx(), Clock(), store.Retention{})
			w.must(err)
			touched, _, err := w.store.Unlinked(w.ctx(), 100)
			w.must(err)
			keys := map[string]event.Key{}
			for _, t := range touched {
				for _, e := range t.Events {
					keys[e.ID] = e.ClientKey + e.AgentKey
				}
			}
			w.want(keys, map[string]event.Key{"e1": 0, "e2": 11})
		}},
	}
}
