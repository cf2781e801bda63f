package storetest

import (
	"fmt"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func listCases() []example {
	return []example{
		{"events/newest first, people only", func(w *world) {
			w.append(did("x", id("a")), did("x", id("b")), did("x", id("bot"), bot()), did("x", id("old"), at("09:00:00")))
			w.want(w.events(w.today()), []string{"b", "a", "old"})
			s := w.today()
			s.Bots = true
			w.want(w.events(s), []string{"bot", "b", "a", "old"})
		}},
		{"events/pages make the whole", func(w *world) {
			var want []string
			for i := range 5 {
				w.append(did("x", id(fmt.Sprint("e", i)), at(fmt.Sprintf("10:00:0%d", i/2))))
				want = append([]string{fmt.Sprint("e", i)}, want...)
			}
			for limit := 1; limit <= 6; limit++ {
				w.want(join(pages(w, func(cursor string) ([]string, string, error) {
					page, err := w.store.Events(w.ctx(), store.EventsQuery{Scope: w.today(), Cursor: cursor, Limit: limit})
					return each(page.Rows, func(e event.Event) string { return e.ID }), page.Next, err
				})), want)
			}
		}},
		{"events/wrong questions are refused", func(w *world) {
			for _, q := range []store.EventsQuery{
				{Scope: w.today()},
				{Scope: w.today(), Limit: store.MaxRows + 1},
				{Scope: w.today(), Limit: 1, Cursor: "?"},
				{Scope: w.where(is("call.status", store.Eq, int64(1))), Limit: 1},
			} {
				_, err := w.store.Events(w.ctx(), q)
				w.wantPermanent(err)
			}
		}},
		{"spans/newest first, without filter", func(w *world) {
			w.append(work("w", id("a")), work("w", id("b")), work("w", id("old"), at("09:00:00")))
			w.want(join(pages(w, func(cursor string) ([]string, string, error) {
				page, err := w.store.Spans(w.ctx(), store.EventsQuery{Scope: w.today(), Cursor: cursor, Limit: 1})
				return each(page.Rows, func(s event.Span) string { return s.ID }), page.Next, err
			})), []string{"b", "a", "old"})
			for _, q := range []store.EventsQuery{{Scope: w.where(store.And{}), Limit: 1}, {Scope: w.today()}} {
				_, err := w.store.Spans(w.ctx(), q)
				w.wantPermanent(err)
			}
		}},
		{"links/newest first, then by ids, above the confidence", func(w *world) {
			e1, e2 := click("a", id("e1")), click("b", id("e2"))
			cc, sc, late := call("GET /a", id("cc"), fromClient()), call("GET /a", id("sc")), call("GET /b", id("late"), at("10:00:01"))
			w.append(e1, e2, cc, sc, late)
			want := []event.Link{
				tie(e1, late, event.ByWindow, 0.4), tie(cc, sc, event.BySpan, 1), tie(e1, sc, event.ByWindow, 0.5), tie(e1, cc, event.ByTrace, 0.9), tie(e2, cc, event.ByWindow, 0.3),
			}
			w.link(rows(e1, e2, cc, sc, late), want[4], want[2], want[0], want[3], want[1])
			w.want(w.links(w.today()), want)
			w.want(join(pages(w, func(cursor string) ([]event.Link, string, error) {
				page, err := w.store.Links(w.ctx(), store.EventsQuery{Scope: w.today(), Cursor: cursor, Limit: 2})
				return page.Rows, page.Next, err
			})), want)
			s := w.today()
			s.MinConfidence = 0.9
			w.want(w.links(s), []event.Link{want[1], want[3]})
			s.From = clock("10:00:00.000001")
			w.want(w.links(s), []event.Link{})
			for _, q := range []store.EventsQuery{{Scope: w.where(store.And{}), Limit: 1}, {Scope: w.today()}} {
				_, err := w.store.Links(w.ctx(), q)
				w.wantPermanent(err)
			}
		}},
	}
}

func valueCases() []example {
	return []example{
		{"facets/count what Calls lists", func(w *world) {
			w.append(
				call("GET /a", id("c1"), status(200), took("30ms"), weight(10), with("plan", "pro"), with("n", 1)),
				call("GET /b", id("c2"), status(200), took("30ms"), fromClient(), with("n", 1.0)),
				call("GET /c", id("c3"), status(404), took("12.5ms"), bot(), with("n", 2.5)),
				call("GET /d", id("c4"), broken("network"), untimed(), with("n", true), with("plan", "")),
				call("GET /e", id("c5"), class(event.Asset)))
			facets, err := w.store.Facets(w.ctx(), w.today(), []string{
				"call.status", "call.service", "call.duration_ms", "call.failed", "call.attributes.plan", `call.attributes["n"]`, "call.class",
			}, 10)
			w.must(err)
			w.want(facets, []store.Facet{
				{Field: "call.status", Values: []store.Value{{Value: "200", Count: 2}, {Value: "404", Count: 1}}},
				{Field: "call.service"},
				{Field: "call.duration_ms", Values: []store.Value{{Value: "30", Count: 2}, {Value: "12.5", Count: 1}}},
				{Field: "call.failed", Values: []store.Value{{Value: "false", Count: 3}, {Value: "true", Count: 1}}},
				{Field: "call.attributes.plan", Values: []store.Value{{Value: "pro", Count: 1}}},
				{Field: `call.attributes["n"]`, Values: []store.Value{{Value: "1", Count: 2}, {Value: "2.5", Count: 1}, {Value: "true", Count: 1}}},
				{Field: "call.class", Values: []store.Value{{Value: "api", Count: 4}}},
			})
			facets, err = w.store.Facets(w.ctx(), w.where(is("call.status", store.Eq, int64(200))), []string{"call.route"}, 1)
			w.must(err)
			w.want(facets, []store.Facet{{Field: "call.route", Values: []store.Value{{Value: "/a", Count: 1}}}})
			none, err := w.store.Facets(w.ctx(), w.today(), nil, 1)
			w.must(err)
			w.want(none, []store.Facet{})
		}},
		{"facets/the person behind a link counts", func(w *world) {
			e, c := click("Pay", user("u1")), call("POST /pay")
			w.append(e, c)
			w.link(rows(e, c), tie(e, c, event.ByTrace, 0.5))
			s := w.today()
			facets, err := w.store.Facets(w.ctx(), s, []string{"call.user_id", "call.linked"}, 10)
			w.must(err)
			w.want(facets, []store.Facet{
				{Field: "call.user_id", Values: []store.Value{{Value: "u1", Count: 1}}}, {Field: "call.linked", Values: []store.Value{{Value: "true", Count: 1}}},
			})
			s.MinConfidence = 0.6
			facets, err = w.store.Facets(w.ctx(), s, []string{"call.user_id"}, 10)
			w.must(err)
			w.want(facets, []store.Facet{{Field: "call.user_id"}})
		}},
		{"facets/wrong questions are refused", func(w *world) {
			for _, field := range []string{"call.colour", "event.name", "call.attributes", "", "1; DROP TABLE calls"} {
				_, err := w.store.Facets(w.ctx(), w.today(), []string{field}, 10)
				w.wantPermanent(err)
			}
			_, err := w.store.Facets(w.ctx(), w.today(), []string{"call.status"}, 0)
			w.wantPermanent(err)
		}},
		{"values/begin with the prefix, most frequent first", func(w *world) {
			w.append(
				call("GET /orders", id("1")), call("GET /orders", id("2")), call("GET /o_", id("3")), call("GET /Orders", id("4")), call("GET /p", id("5")),
				did("öffnen", id("1")), did("order", id("2")), did("order", id("3"), bot()), did("x", id("4"), with("k", 12)), did("x", id("5"), with("k", 120)))
			values := func(field, prefix string, limit int) []store.Value {
				out, err := w.store.Values(w.ctx(), w.today(), field, prefix, limit)
				w.must(err)
				return out
			}
			w.want(values("call.route", "/o", 10), []store.Value{{Value: "/orders", Count: 2}, {Value: "/o_", Count: 1}})
			w.want(values("call.route", "", 2), []store.Value{{Value: "/orders", Count: 2}, {Value: "/Orders", Count: 1}})
			w.want(values("call.route", "/o_", 10), []store.Value{{Value: "/o_", Count: 1}})
			w.want(values("call.route", "%", 10), []store.Value{})
			w.want(values("call.route", "rders", 10), []store.Value{})
			w.want(values("event.name", "o", 10), []store.Value{{Value: "order", Count: 1}})
			w.want(values("event.name", "ö", 10), []store.Value{{Value: "öffnen", Count: 1}})
			w.want(values("event.properties.k", "12", 10), []store.Value{{Value: "12", Count: 1}, {Value: "120", Count: 1}})
			w.want(values("call.method", "'; DROP TABLE--", 10), []store.Value{})
		}},
		{"values/of sessions", func(w *world) {
			a, b := view("/a", id("a"), session("s1")), view("/b", id("b"), session("s2"), at("23:59:59"))
			w.append(a, b)
			w.link(rows(a, b), part("s1", a, a, inBrowser("Firefox")), part("s2", b, b, inBrowser("Firefox")))
			values, err := w.store.Values(w.ctx(), w.today(), "session.browser", "F", 10)
			w.must(err)
			w.want(values, []store.Value{{Value: "Firefox", Count: 2}})
		}},
		{"values/wrong questions are refused", func(w *world) {
			for _, field := range []string{"call.colour", "call.attributes", "", "status"} {
				_, err := w.store.Values(w.ctx(), w.today(), field, "", 10)
				w.wantPermanent(err)
			}
			for _, limit := range []int{0, -1, store.MaxRows + 1} {
				_, err := w.store.Values(w.ctx(), w.today(), "call.route", "", limit)
				w.wantPermanent(err)
			}
			_, err := w.store.Values(w.ctx(), w.where(is("call.status", store.Eq, int64(1))), "event.name", "", 10)
			w.wantPermanent(err)
		}},
	}
}

func inBrowser(name string) func(*event.Session) {
	return func(s *event.Session) { s.Context.Browser = name }
}
