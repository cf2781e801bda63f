package storetest

import (
	"slices"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func appendCases() []example {
	return []example{
		{"append/an empty store answers with nothing", func(w *world) {
			w.want(w.calls(w.today()), []string{})
			w.want(w.events(w.today()), []string{})
			w.want(w.spans(w.today()), []string{})
			w.want(w.links(w.today()), []event.Link{})
			w.want(w.sessions(w.today()), []event.Session{})
		}},
		{"append/a record comes back as it went in", func(w *world) {
			e := click("Pay", id("e1"), at("10:00:00.123456"), took("1.5ms"), device("d1"), user("u1"), account("a1"), session("s1"), trace(1),
				with("text", "a"), with("int", 3), with("double", 2.5), with("whole", 2.0), with("yes", true), with("null", nil), numbered(7), release("1.2"), browser("Firefox"))
			e.ActionID, e.SpanID, e.Page.URL, e.Page.Title, e.Page.ID = "act", "00000000000000a1", "https://x.example/pay?a=1#b", "Pay", "p1"
			e.Page.Path, e.Page.Route, e.Target = "/pay", "/pay", event.Target{Selector: "#pay", Name: "Pay", Role: "button", X: 1.25, Y: -3}
			e.Context.UTM, e.SentAt, e.Consent = map[string]string{"source": "mail"}, clock("10:00:05"), event.ConsentGranted
			c := call("shop: POST /orders/{id}", id("c1"), at("10:00:00.2"), took("30ms"), status(503), trace(1), answered(2), request("r-1"), device("d1"), with("n", 1), weight(2.5))
			c.SpanID, c.ParentSpanID, c.Host, c.Path, c.Query, c.Error = "00000000000000a2", "00000000000000a1", "api.example", "/orders/7", "a=1", "timeout"
			c.RequestBytes, c.ResponseBytes, c.PageID, c.ActionID, c.Grain = 10, 20, "p1", "act", 1_000_000_000
			s := work("SELECT", id("s1"), took("3ms"), trace(1), with("db", "pg"))
			s.Kind, s.Service, s.ParentSpanID, s.Error = "client", "shop", "00000000000000a2", "deadlock"
			w.append(e, c, s)

			e.Properties["int"] = int64(3)
			c.Attributes["n"] = int64(1)
			events, err := w.store.Events(w.ctx(), store.EventsQuery{Scope: w.today(), Limit: 10})
			w.must(err)
			w.want(events.Rows, []event.Event{e})
			calls, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: w.today(), Limit: 10})
			w.must(err)
			w.want(calls.Rows, []store.CallRow{{Call: c, Pending: true}})
			spans, err := w.store.Spans(w.ctx(), store.EventsQuery{Scope: w.today(), Limit: 10})
			w.must(err)
			w.want(spans.Rows, []event.Span{s})
		}},
		{"append/what must not be kept is dropped", func(w *world) {
			e := click("Pay", client(11), agent(12))
			e.UserAgent, e.ClientIP = "Firefox", "192.0.2.1"
			c := call("GET /a", client(11), agent(12), untimed())
			c.UserAgent, c.ClientIP, c.Duration = "Firefox", "192.0.2.1", 1_000_000
			w.append(e, c)
			events, err := w.store.Events(w.ctx(), store.EventsQuery{Scope: w.today(), Limit: 10})
			w.must(err)
			calls, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: w.today(), Limit: 10})
			w.must(err)
			w.want(events.Rows, []event.Event{click("Pay")})
			w.want(calls.Rows, []store.CallRow{{Call: call("GET /a", untimed()), Pending: true}})
		}},
		{"append/times are cut to microseconds", func(w *world) {
			w.append(call("GET /a", id("c1"), at("10:00:00.000000999"), took("1500ns")))
			page, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: w.today(), Limit: 10})
			w.must(err)
			w.want(page.Rows, []store.CallRow{{Call: call("GET /a", id("c1"), at("10:00:00"), took("1us")), Pending: true}})
			s := w.today()
			s.From = clock("10:00:00.0000005")
			w.want(w.calls(s), []string{"c1"})
		}},
		{"append/odd text survives", func(w *world) {
			for i, text := range oddTexts() {
				e := did(text, at("10:00:00"), device(text), session(text), with(text, text))
				e.ID = text
				w.append(e)
				page, err := w.store.Events(w.ctx(), store.EventsQuery{Scope: w.where(is("event.name", store.Eq, text)), Limit: 10})
				w.must(err)
				w.want(page.Rows, []event.Event{e})
				if all := w.events(w.today()); len(all) != i+1 {
					w.t.Errorf("%q: %d events", text, len(all))
				}
			}
		}},
		{"append/duplicates are counted and the first wins", func(w *world) {
			first, again := call("GET /a", id("x"), status(200)), call("GET /a", id("x"), status(500))
			w.want(w.append(first, again, call("GET /b", id("y"))), store.Receipt{Accepted: 2, Duplicates: 1}, ignoreUpto())
			w.want(w.append(again), store.Receipt{Duplicates: 1}, ignoreUpto())
			w.want(w.calls(w.where(is("call.status", store.Eq, int64(500)))), []string{})
			w.want(w.calls(w.today()), []string{"y", "x"})
		}},
		{"append/a late duplicate is still one", func(w *world) {
			old := did("x", id("old"), at("2026-09-01T00:00:00Z"))
			w.append(old)
			w.append(did("y", id("new")))
			w.want(w.append(old), store.Receipt{Duplicates: 1}, ignoreUpto())
		}},
		{"append/duplicates are found by own time, not by the corrected one", func(w *world) {
			w.append(did("x", id("e"), at("10:00:00"), owned("09:59:58")))
			w.want(w.append(did("x", id("e"), at("10:00:01"), owned("09:59:58"))), store.Receipt{Duplicates: 1}, ignoreUpto())
			w.want(w.append(did("x", id("e"), at("10:00:02"), owned("09:59:59"))), store.Receipt{Accepted: 1}, ignoreUpto())
			w.want(w.events(w.today()), []string{"e", "e"})
		}},
		{"append/kinds have ids of their own", func(w *world) {
			w.want(w.append(did("x", id("same")), call("GET /a", id("same")), work("w", id("same"))), store.Receipt{Accepted: 3}, ignoreUpto())
		}},
		{"append/projects have ids of their own", func(w *world) {
			other := batch(w.project+1_000_000, "", did("x", id("same")), call("GET /a", id("same")))
			w.append(did("x", id("same")))
			receipt, err := w.store.Append(w.ctx(), other)
			w.must(err)
			w.want(receipt, store.Receipt{Accepted: 2}, ignoreUpto())
			w.want(w.events(w.today()), []string{"same"})
			w.want(w.calls(w.today()), []string{})
		}},
		{"append/an empty batch is accepted", func(w *world) {
			w.want(w.append(), store.Receipt{}, ignoreUpto())
		}},
		{"append/the batch stays its owner's", func(w *world) {
			e := did("x", with("plan", "pro"))
			w.append(e)
			e.Properties["plan"] = "changed later"
			w.want(w.events(w.where(is("event.properties.plan", store.Eq, "pro"))), []string{e.ID})
		}},
		{"append/ids of every shape come back", func(w *world) {
			ids := []string{
				"0192f3a4-5b6c-7d8e-9f00-112233445566", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "4BF92F3577B34DA6A3CE929D0E0E4736",
				"00000000000000000000000000000000", "0000000000000000", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
				"ffffffffffffffff", "1", "é", "not-a-uuid-but-thirty-six-chars-long", "a b",
			}
			for _, one := range ids {
				w.append(call("GET /a", id(one), request(one)), did("x", id(one)))
			}
			want := slices.Sorted(slices.Values(ids))
			slices.Reverse(want)
			w.want(w.calls(w.today()), want)
			w.want(w.events(w.today()), want)
			for _, one := range ids {
				w.want(w.calls(w.where(is("call.request_id", store.Eq, one))), []string{one})
			}
		}},
	}
}

// oddTexts are texts that careless engines trip over.
func oddTexts() []string {
	return []string{
		`'; DROP TABLE--`, `"quoted"`, `back\slash`, "two\nlines", "tab\there", "%_*?", "🦆 ducks", "日本語", "e\u0301 is not é", "\u202eright to left",
		" ", "null", "NULL", "0", "{}", `{"a":1}`, "$1", "?", "/*x*/", "\x01\x1f\x7f", "a\u2028b",
	}
}

func wholeStoreCases() []example {
	return []example{
		{"stats of an empty store", func(w *world) {
			stats, err := w.store.Stats(w.ctx())
			w.must(err)
			if stats.Engine == "" {
				w.t.Error("the engine has no name")
			}
			stats.Engine, stats.DiskBytes = "", 0
			w.want(stats, store.Stats{})
		}},
		{"stats count every project", func(w *world) {
			c, e := call("GET /a", at("10:00:05")), did("x", at("09:00:00"))
			receipt := w.append(c, e, work("w", at("11:00:00")))
			more, err := w.store.Append(w.ctx(), batch(2, "", c))
			w.must(err)
			w.link(rows(e, c), tie(e, c, event.ByTrace, 1))
			stats, err := w.store.Stats(w.ctx())
			w.must(err)
			stats.Engine, stats.DiskBytes = "", 0
			w.want(stats, store.Stats{Events: 1, Calls: 2, Spans: 1, Links: 1, Arrived: more.Upto, From: clock("09:00:00"), To: clock("11:00:00")})
			if receipt.Upto < 3 || more.Upto <= receipt.Upto {
				w.t.Errorf("Seq went from %d to %d", receipt.Upto, more.Upto)
			}
		}},
		{"a batch of duplicates reaches up to where the store is", func(w *world) {
			e := did("x")
			w.append(e)
			last := w.append(did("y"))
			w.want(w.append(e), store.Receipt{Duplicates: 1, Upto: last.Upto})
			w.want(w.append(), store.Receipt{Upto: last.Upto})
		}},
		{"Seqs are not given twice, even after the newest rows were erased", func(w *world) {
			before := w.append(did("x", device("gone")))
			_, err := w.store.Erase(w.ctx(), w.project, store.Person{DeviceIDs: []string{"gone"}})
			w.must(err)
			if after := w.append(did("y")); after.Upto <= before.Upto {
				w.t.Errorf("Seq went from %d to %d", before.Upto, after.Upto)
			}
		}},
		{"a closed store is retryable", func(w *world) {
			w.must(w.store.Close())
			if _, err := w.store.Append(w.ctx(), batch(1, "", did("x"))); !event.IsRetryable(err) {
				w.t.Errorf("got %v, want a retryable error", err)
			}
			w.must(w.store.Close())
		}},
	}
}

// notShort skips cases that take seconds when the tests are asked to be short.
func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("slow")
	}
}
