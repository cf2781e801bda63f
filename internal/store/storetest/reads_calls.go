package storetest

import (
	"fmt"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// pages reads a list page by page and joins the pages.
func pages[T any](w *world, read func(cursor string) ([]T, string, error)) [][]T {
	w.t.Helper()
	var out [][]T
	cursor := ""
	for range 1000 {
		rows, next, err := read(cursor)
		w.must(err)
		out = append(out, rows)
		if next == "" {
			return out
		}
		cursor = next
	}
	w.t.Fatal("the list has no end")
	return nil
}

// callPages lists the ids of calls page by page.
func (w *world) callPages(q store.CallsQuery) [][]string {
	w.t.Helper()
	return pages(w, func(cursor string) ([]string, string, error) {
		q.Cursor = cursor
		page, err := w.store.Calls(w.ctx(), q)
		return each(page.Rows, func(c store.CallRow) string { return c.ID }), page.Next, err
	})
}

func callCases() []example {
	return []example{
		{"calls/newest first, then by id", func(w *world) {
			w.append(call("GET /a", id("b"), at("10:00:00")), call("GET /a", id("a"), at("10:00:00")), call("GET /a", id("é"), at("10:00:00")),
				call("GET /a", id("B"), at("10:00:00")), call("GET /a", id("new"), at("10:00:00.000001")), call("GET /a", id("old"), at("09:59:59.999999")))
			w.want(w.calls(w.today()), []string{"new", "é", "b", "a", "B", "old"})
		}},
		{"calls/slowest first, untimed last", func(w *world) {
			w.append(call("GET /a", id("fast"), took("1ms")), call("GET /a", id("untimed"), untimed()), call("GET /a", id("slow"), took("2s")),
				call("GET /a", id("tie1"), took("5ms")), call("GET /a", id("tie2"), took("5ms")), call("GET /a", id("tie, newer"), took("5ms"), at("10:00:01")),
				call("GET /a", id("instant"), took("0s")), call("GET /a", id("untimed, newer"), untimed(), at("10:00:01")))
			want := []string{"slow", "tie, newer", "tie2", "tie1", "fast", "instant", "untimed, newer", "untimed"}
			for _, limit := range []int{1, 3, 1000} {
				got := w.callPages(store.CallsQuery{Scope: w.today(), Sort: store.Slowest, Limit: limit})
				w.want(join(got), want)
			}
		}},
		{"calls/ranges are half-open", func(w *world) {
			w.append(call("GET /a", id("first"), at("10:00:00")), call("GET /a", id("last"), at("10:59:59.999999")), call("GET /a", id("next"), at("11:00:00")),
				call("GET /a", id("before"), at("09:59:59.999999")))
			s := w.today()
			s.From, s.To = clock("10:00:00"), clock("11:00:00")
			w.want(w.calls(s), []string{"last", "first"})
			s.To = s.From
			w.want(w.calls(s), []string{})
			s.From, s.To = clock("11:00:00"), clock("10:00:00")
			w.want(w.calls(s), []string{})
		}},
		{"calls/bounds may be in any zone", func(w *world) {
			w.append(call("GET /a", id("c1"), at("10:00:00")))
			s := w.today()
			s.From, s.To = clock("2026-11-23T12:00:00+02:00"), clock("2026-11-23T05:00:00.000001-05:00")
			w.want(w.calls(s), []string{"c1"})
		}},
		{"calls/both sides and bots, but no assets unless asked for", func(w *world) {
			w.append(call("GET /a", id("server")), call("GET /a", id("client"), fromClient()), call("GET /a", id("bot"), bot()),
				call("GET /a.js", id("asset"), class(event.Asset)), call("GET /", id("document"), class(event.Document)))
			w.want(w.calls(w.today()), []string{"server", "document", "client", "bot"})
			w.want(w.calls(w.where(store.Has{Field: fieldOf("call.class")})), []string{"server", "document", "client", "bot", "asset"})
			w.want(w.calls(w.where(store.Or{is("call.class", store.Eq, "asset"), is("call.bot", store.Eq, "crawler")})), []string{"bot", "asset"})
		}},
		{"calls/pages of every size make the whole", func(w *world) {
			var want []string
			for i := range 7 {
				w.append(call("GET /a", id(fmt.Sprint("c", i)), at(fmt.Sprintf("10:00:0%d", i/2))))
				want = append([]string{fmt.Sprint("c", i)}, want...)
			}
			for limit := 1; limit <= 8; limit++ {
				got := w.callPages(store.CallsQuery{Scope: w.today(), Limit: limit})
				w.want(join(got), want)
				w.want(len(got), (7+limit-1)/limit)
			}
		}},
		{"calls/rows that arrive meanwhile neither repeat nor shift a page", func(w *world) {
			for i := range 4 {
				w.append(call("GET /a", id(fmt.Sprint("c", i)), at(fmt.Sprintf("10:00:0%d", i))))
			}
			first, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: w.today(), Limit: 2})
			w.must(err)
			w.append(call("GET /a", id("newer"), at("10:00:09")), call("GET /a", id("c2a"), at("10:00:02")), call("GET /a", id("c1a"), at("10:00:01")))
			second, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: w.today(), Limit: 10, Cursor: first.Next})
			w.must(err)
			w.want(each(first.Rows, func(c store.CallRow) string { return c.ID }), []string{"c3", "c2"})
			w.want(each(second.Rows, func(c store.CallRow) string { return c.ID }), []string{"c1a", "c1", "c0"})
			w.want(second.Next, "")
		}},
		{"calls/the best link comes with them", func(w *world) {
			e, cc, sc := click("Pay", session("s"), user("u1")), call("POST /pay", id("client"), fromClient()), call("POST /pay", id("server"))
			lone := call("GET /lone")
			w.append(e, cc, sc, lone)
			weak, strong, up := tie(e, sc, event.ByWindow, 0.5), tie(cc, sc, event.BySpan, 1), tie(e, cc, event.ByWindow, 0.6)
			w.link(rows(e, cc, sc), weak, strong, up)
			link := func(min float64) map[string]*event.Link {
				s := w.today()
				s.MinConfidence = min
				page, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: s, Limit: 10})
				w.must(err)
				out := map[string]*event.Link{}
				for _, row := range page.Rows {
					out[row.ID] = row.Link
				}
				return out
			}
			w.want(link(0), map[string]*event.Link{"server": &strong, "client": &up, lone.ID: nil})
			w.want(link(0.6), map[string]*event.Link{"server": &strong, "client": &up, lone.ID: nil})
			w.want(link(0.61), map[string]*event.Link{"server": &strong, "client": nil, lone.ID: nil})
			linked := is("call.linked", store.Eq, true)
			w.want(w.calls(w.where(linked)), []string{"server", "client"})
			s := w.where(linked)
			s.MinConfidence = 0.9
			w.want(w.calls(s), []string{})
		}},
		{"calls/of equal links the better method is best, then the least id", func(w *world) {
			e1, e2, c := click("a", id("e1"), user("u1")), click("b", id("e2"), user("u2")), call("GET /a")
			w.append(e1, e2, c)
			best := func() event.Link {
				page, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: w.today(), Limit: 10})
				w.must(err)
				return *page.Rows[0].Link
			}
			w.link(rows(e1, e2, c), tie(e1, c, event.ByTrace, 0.9), tie(e2, c, event.BySpan, 0.9))
			w.want(best(), tie(e2, c, event.BySpan, 0.9))
			w.link(rows(e1, e2, c), tie(e2, c, event.ByTrace, 0.9), tie(e1, c, event.ByTrace, 0.9))
			w.want(best(), tie(e1, c, event.ByTrace, 0.9))
			w.link(rows(e1, e2, c), tie(e1, c, event.BySpan, 0.8), tie(e2, c, event.ByWindow, 0.9))
			w.want(best(), tie(e2, c, event.ByWindow, 0.9))
		}},
		{"calls/a call's person may come through its link", func(w *world) {
			e, c := click("Pay", session("s1"), user("u1")), call("POST /pay", id("c1"))
			own := call("POST /pay", id("c2"), user("u2"), session("s2"), device("d2"))
			w.append(e, c, own)
			w.link(rows(e, c, own), tie(e, c, event.ByTrace, 0.95), tie(e, own, event.ByTrace, 0.95))
			w.want(w.calls(w.where(is("call.user_id", store.Eq, "u1"))), []string{"c1"})
			w.want(w.calls(w.where(is("call.session_id", store.Eq, "s2"))), []string{"c2"})
			w.want(w.calls(w.where(is("call.device_id", store.Eq, "d1"))), []string{"c1"})
		}},
		{"calls/wrong questions are refused", func(w *world) {
			for name, q := range map[string]store.CallsQuery{
				"limit 0":        {Scope: w.today()},
				"limit too high": {Scope: w.today(), Limit: store.MaxRows + 1},
				"order":          {Scope: w.today(), Limit: 10, Sort: "loudest"},
				"cursor":         {Scope: w.today(), Limit: 10, Cursor: "not a cursor"},
				"unknown field":  {Scope: w.where(is("call.colour", store.Eq, "red")), Limit: 10},
				"another record": {Scope: w.where(is("event.name", store.Eq, "x")), Limit: 10},
				"map as a whole": {Scope: w.where(is("call.attributes", store.Eq, "x")), Limit: 10},
			} {
				if _, err := w.store.Calls(w.ctx(), q); !event.IsPermanent(err) {
					w.t.Errorf("%s: got error %v, want a permanent one", name, err)
				}
			}
		}},
	}
}

// join makes one list of pages.
func join[T any](pages [][]T) []T {
	var out []T
	for _, page := range pages {
		out = append(out, page...)
	}
	return out
}

func filterCases() []example {
	return []example{
		{"filters/on calls", func(w *world) {
			w.append(
				call("shop: GET /a/{id}", id("a"), status(200), took("12.5ms"), path("/a/É1"), with("n", 3), with("s", "x"), with("yes", true)),
				call("GET /b", id("b"), status(503), took("2s"), path("/b/100%"), with("n", 3.5), with("a b", "é"), with("empty", "")),
				call("POST /c", id("c"), broken("network"), untimed(), path("/c\nd"), with("n", "3"), with("none", nil), with("no", false)),
				call("POST /d", id("d"), broken(event.Aborted), took("0s"), path("/'; DROP TABLE--"), with("list", []any{"x"})),
				call("POST /e", id("e"), status(404), path("/_e"), with("a/b~c", 1)))
			text := func(field string, test store.TextTest, arg string) store.Text {
				return store.Text{Field: fieldOf(field), Test: test, Arg: arg}
			}
			lower := func(t store.Text) store.Text { t.Lower = true; return t }
			has := func(field string) store.Filter { return store.Has{Field: fieldOf(field)} }
			for _, c := range []struct {
				name string
				f    store.Filter
				want string
			}{
				{"nothing", nil, "edcba"},
				{"empty and", store.And{}, "edcba"},
				{"empty or", store.Or{}, ""},
				{"status equal", is("call.status", store.Eq, int64(503)), "b"},
				{"status against a double", is("call.status", store.Gt, 403.5), "eb"},
				{"status against text", is("call.status", store.Eq, "503"), ""},
				{"absent status is not different", is("call.status", store.Ne, int64(200)), "eb"},
				{"but not equal it is", store.Not{Of: is("call.status", store.Eq, int64(200))}, "edcb"},
				{"status in", store.In{Field: fieldOf("call.status"), Values: []any{int64(200), 404.0, "503"}}, "ea"},
				{"in nothing", store.In{Field: fieldOf("call.status"), Values: []any{}}, ""},
				{"has status", has("call.status"), "eba"},
				{"failed", is("call.failed", store.Eq, true), "cb"},
				{"not failed", is("call.failed", store.Ne, true), "eda"},
				{"refused", is("call.refused", store.Eq, true), "e"},
				{"duration", is("call.duration_ms", store.Eq, 12.5), "a"},
				{"duration at least", is("call.duration_ms", store.Ge, int64(0)), "edba"},
				{"has duration", has("call.duration_ms"), "edba"},
				{"empty text is absent", is("call.service", store.Ne, "x"), "a"},
				{"empty text equals nothing", is("call.service", store.Eq, ""), ""},
				{"text in order", is("call.method", store.Lt, "H"), "ba"},
				{"no service", store.Not{Of: has("call.service")}, "edcb"},
				{"attribute integer", is("call.attributes.n", store.Eq, int64(3)), "a"},
				{"attribute number", is("call.attributes.n", store.Gt, 2.9), "ba"},
				{"attribute text", is("call.attributes.n", store.Eq, "3"), "c"},
				{"attribute of either type", store.Has{Field: fieldOf("call.attributes.n")}, "cba"},
				{"attribute flag", is("call.attributes.yes", store.Eq, true), "a"},
				{"attribute flag off", is("call.attributes.no", store.Eq, false), "c"},
				{"attribute null is absent", has("call.attributes.none"), ""},
				{"attribute empty is absent", has("call.attributes.empty"), ""},
				{"attribute list is absent", has("call.attributes.list"), ""},
				{"attribute with a space", is(`call.attributes["a b"]`, store.Eq, "é"), "b"},
				{"attribute with signs", is(`call.attributes["a/b~c"]`, store.Eq, int64(1)), "e"},
				{"attribute nobody has", has(`call.attributes["'; DROP TABLE--"]`), ""},
				{"injection", is("call.path", store.Eq, `/'; DROP TABLE--`), "d"},
				{"injection in a test", text("call.path", store.Contains, `'; DROP`), "d"},
				{"percent is a letter", text("call.path", store.EndsWith, "0%"), "b"},
				{"underscore is a letter", text("call.path", store.StartsWith, "/_"), "e"},
				{"nothing begins everything", text("call.path", store.StartsWith, ""), "edcba"},
				{"unless it is absent", text("call.service", store.Matches, ""), "a"},
				{"case counts", text("call.path", store.Contains, "é"), ""},
				{"lower-cased", lower(text("call.path", store.Contains, "é")), "a"},
				{"a dot is one rune", text("call.path", store.Matches, "^/a/.1$"), "a"},
				{"unanchored", text("call.route", store.Matches, "[b-d]$"), "dcb"},
				{"a dot is no line end", text("call.path", store.Matches, "^/c.d$"), ""},
				{"unless it is told", text("call.path", store.Matches, "(?s)^/c.d$"), "c"},
				{"case folding", text("call.method", store.Matches, "(?i)^post$"), "edc"},
				{"lower-cased match", lower(text("call.method", store.Matches, "^post$")), "edc"},
				{"text test on a number", text("call.status", store.Contains, "0"), ""},
				{"text test on an attribute", text("call.attributes.n", store.Contains, "3"), "c"},
				{"all of it", store.And{is("call.method", store.Eq, "POST"), store.Or{is("call.failed", store.Eq, true), store.Not{Of: has("call.status")}}}, "dc"},
			} {
				got := strings.Join(w.calls(w.where(c.f)), "")
				if got != c.want {
					w.t.Errorf("%s: got %q, want %q", c.name, got, c.want)
				}
			}
		}},
		{"filters/a pattern that does not compile is refused", func(w *world) {
			w.append(call("GET /a"))
			_, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: w.where(store.Text{Field: fieldOf("call.path"), Test: store.Matches, Arg: "("}), Limit: 1})
			w.wantPermanent(err)
		}},
		{"filters/on events", func(w *world) {
			w.append(click("Pay", id("a"), onPage("/cart"), with("plan", "pro")), view("/cart", id("b")), did("Order Paid", id("c"), with("amount", 12.5), bot()))
			for want, f := range map[string]store.Filter{
				"a":  is("event.target", store.Eq, "Pay"),
				"ba": is("event.page", store.Eq, "/cart"),
				"b":  is("event.kind", store.Eq, "page_view"),
				"":   is("event.properties.amount", store.Gt, int64(12)),
			} {
				got := strings.Join(w.events(w.where(f)), "")
				w.want(got, want)
			}
			s := w.where(is("event.properties.amount", store.Gt, int64(12)))
			s.Bots = true
			w.want(w.events(s), []string{"c"})
		}},
	}
}
