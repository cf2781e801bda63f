package storetest

import (
	"math"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// closely compares numbers to 1e-9.
func closely() cmp.Option { return cmpopts.EquateApprox(1e-9, 1e-9) }

func edges(texts ...string) []time.Time { return each(texts, clock) }

// series asks over the edges; scope may carry filters.
func (w *world) series(s store.Scope, at []time.Time, by []string, limit int, measures ...store.Measure) store.Series {
	w.t.Helper()
	s.From, s.To = at[0], at[len(at)-1]
	out, err := w.store.Series(w.ctx(), store.SeriesQuery{Scope: s, Edges: at, Measures: measures, By: each(by, fieldOf), Limit: limit})
	w.must(err)
	return out
}

// values makes one measure's values; NaN stands for missing.
func values(numbers ...float64) []*float64 {
	return each(numbers, func(n float64) *float64 {
		if math.IsNaN(n) {
			return nil
		}
		return &n
	})
}

func seriesCases() []example {
	missing := math.NaN()
	of := func(stat store.Stat) store.Measure { return store.Measure{Of: store.OfCalls, Stat: stat} }
	hours := edges("10:00:00", "11:00:00", "12:00:00")
	return []example{
		{"series/of nothing", func(w *world) {
			got := w.series(w.today(), hours, nil, 1, of(store.Count), of(store.Failed), of(store.Refused), of(store.People), of(store.ErrorRate), of(store.P95), of(store.Mean),
				store.Measure{Of: store.OfEvents, Stat: store.Count}, store.Measure{Of: store.OfSessions, Stat: store.People})
			zero, none := values(0, 0), values(missing, missing)
			w.want(got, store.Series{Lines: []store.Line{{Values: [][]*float64{zero, zero, zero, zero, none, none, none, zero, zero}}}})
			w.want(w.series(w.today(), hours, []string{"call.route"}, 10, of(store.Count)), store.Series{})
		}},
		{"series/every statistic of calls", func(w *world) {
			w.append(
				call("GET /a", id("1"), took("10ms"), user("u1"), device("d1")), call("GET /a", id("2"), took("20ms"), user("u1"), device("d2")),
				call("GET /a", id("3"), took("40ms"), status(500), device("d2"), weight(2.5)), call("GET /a", id("4"), untimed(), status(404)),
				call("GET /a", id("5"), at("11:00:00"), took("1s"), user("robot"), bot()), call("GET /a", id("6"), at("12:00:00")))
			got := w.series(w.today(), hours, nil, 1, of(store.Count), of(store.Failed), of(store.Refused), of(store.ErrorRate), of(store.People),
				of(store.P50), of(store.P75), of(store.P90), of(store.P95), of(store.P99), of(store.Mean))
			w.want(got, store.Series{Lines: []store.Line{{Values: [][]*float64{
				values(5.5, 1), values(2.5, 0), values(1, 0), values(2.5/5.5, 0), values(2, 0),
				values(20, 1000), values(30, 1000), values(36, 1000), values(38, 1000), values(39.6, 1000), values(70.0/3, 1000),
			}}}}, closely())
			s := w.today()
			s.Bots = true
			w.want(w.series(s, hours, nil, 1, of(store.People)), store.Series{Lines: []store.Line{{Values: [][]*float64{values(2, 1)}}}})
		}},
		{"series/people come through links, by user before device", func(w *world) {
			e := click("Pay", device("d1"), user("u1"))
			linked, own, both := call("GET /a", id("1")), call("GET /a", id("2"), user("u1")), call("GET /a", id("3"), device("d9"))
			w.append(e, linked, own, both)
			w.link(rows(e, linked, both), tie(e, linked, event.ByTrace, 0.5), tie(e, both, event.ByTrace, 0.5))
			people := func(min float64) store.Series {
				s := w.today()
				s.MinConfidence = min
				return w.series(s, edges("10:00:00", "11:00:00"), nil, 1, of(store.People))
			}
			w.want(people(0), store.Series{Lines: []store.Line{{Values: [][]*float64{values(1)}}}})
			w.want(people(0.6), store.Series{Lines: []store.Line{{Values: [][]*float64{values(2)}}}})
		}},
		{"series/server calls without assets, unless named", func(w *world) {
			w.append(call("GET /a", id("1")), call("GET /a", id("2"), fromClient()), call("GET /a", id("3"), class(event.Asset)))
			one := edges("10:00:00", "11:00:00")
			client := store.Measure{Of: store.OfCalls, Stat: store.Count, Filter: is("call.side", store.Eq, "client")}
			anyClass := store.Measure{Of: store.OfCalls, Stat: store.Count, Filter: store.Has{Field: fieldOf("call.class")}}
			w.want(w.series(w.today(), one, nil, 1, of(store.Count), client, anyClass),
				store.Series{Lines: []store.Line{{Values: [][]*float64{values(1), values(1), values(2)}}}})
			w.want(w.series(w.where(store.Has{Field: fieldOf("call.side")}), one, nil, 1, of(store.Count), anyClass),
				store.Series{Lines: []store.Line{{Values: [][]*float64{values(2), values(3)}}}})
		}},
		{"series/edges at a change of clocks, of unequal width", func(w *world) {
			w.append(call("GET /a", id("1"), at("2026-10-24T22:00:00Z")), call("GET /a", id("2"), at("2026-10-25T22:59:59.999999Z")), call("GET /a", id("3"), at("2026-10-25T23:00:00Z")),
				call("GET /a", id("4"), at("2026-10-24T21:59:59.999999Z")))
			berlin := edges("2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", "2026-10-27T00:00:00+01:00")
			w.want(w.series(w.today(), berlin, nil, 1, of(store.Count)), store.Series{Lines: []store.Line{{Values: [][]*float64{values(1, 2, 1)}}}})
		}},
		{"series/a first and a last bucket that are narrower", func(w *world) {
			w.append(call("GET /a", id("1"), at("10:10:00")), call("GET /a", id("2"), at("11:00:00")), call("GET /a", id("3"), at("12:59:59")), call("GET /a", id("4"), at("13:00:00")),
				call("GET /a", id("5"), at("13:30:00")), call("GET /a", id("6"), at("10:09:59")))
			partial := edges("10:10:00", "11:00:00", "12:00:00", "13:00:00", "13:30:00")
			w.want(w.series(w.today(), partial, nil, 1, of(store.Count)), store.Series{Lines: []store.Line{{Values: [][]*float64{values(1, 1, 1, 1)}}}})
		}},
		{"series/numbers of a field or property", func(w *world) {
			w.append(
				call("GET /a", id("1"), with("n", 1), weight(2)), call("GET /a", id("2"), with("n", 2.5)), call("GET /b", id("3"), with("n", "many")), call("GET /b", id("4"), untimed()),
				click("Pay", id("e1"), session("s1"), with("amount", 10)), click("Pay", id("e2"), session("s1"), with("amount", 40)), click("Pay", id("e3"), at("11:00:00"), session("s2")))
			n, amount := fieldOf("call.attributes.n"), fieldOf("event.properties.amount")
			got := w.series(w.today(), hours, nil, 1,
				store.Measure{Of: store.OfCalls, Stat: store.Sum, Value: n}, store.Measure{Of: store.OfCalls, Stat: store.P50, Value: n}, of(store.Sum), of(store.Last),
				store.Measure{Of: store.OfEvents, Stat: store.Sum, Value: amount}, store.Measure{Of: store.OfEvents, Stat: store.P75, Value: amount},
				store.Measure{Of: store.OfEvents, Stat: store.Mean, Value: amount}, store.Measure{Of: store.OfEvents, Stat: store.Sessions})
			w.want(got, store.Series{Lines: []store.Line{{Values: [][]*float64{
				values(4.5, 0), values(1.75, missing), values(40, 0), values(float64(clock("10:00:00").UnixMicro()), missing),
				values(50, 0), values(32.5, missing), values(25, missing), values(1, 1),
			}}}}, closely())
		}},
		{"series/interactions and the sessions behind calls", func(w *world) {
			e, f := click("Pay", id("e1"), session("s1")), click("Buy", id("e2"), at("10:00:01"), session("s2"))
			one, two := call("POST /pay", id("1")), call("POST /pay", id("2"), session("s9"))
			w.append(e, f, one, two)
			w.link(rows(e, f, one, two), tie(e, one, event.ByTrace, 0.95),
				event.Interaction{EventID: "e1", SessionID: "s1", Time: e.Time, Name: "Pay", Page: "/cart", Calls: 2, Failed: 1, Slowest: 1500 * time.Millisecond, Endpoint: one.Endpoint(), Reaction: event.WentOn},
				event.Interaction{EventID: "e2", SessionID: "s2", Time: f.Time, Name: "Buy", Page: "/cart", Reaction: event.Left})
			interactions := func(stat store.Stat, value string) store.Measure {
				m := store.Measure{Of: store.OfInteractions, Stat: stat}
				if value != "" {
					m.Value = fieldOf(value)
				}
				return m
			}
			hour := edges("10:00:00", "11:00:00")
			got := w.series(w.where(is("interaction.page", store.Eq, "/cart")), hour, []string{"interaction.name"}, 10,
				interactions(store.Sum, "interaction.calls"), interactions(store.Count, ""), interactions(store.Sessions, ""), interactions(store.P95, "interaction.slowest_ms"))
			w.want(got, store.Series{Lines: []store.Line{
				{Labels: []string{"Pay"}, Values: [][]*float64{values(2), values(1), values(1), values(1500)}},
				{Labels: []string{"Buy"}, Values: [][]*float64{values(0), values(1), values(1), values(missing)}},
			}}, closely())
			w.want(w.series(w.today(), hour, []string{"interaction.target"}, 10, interactions(store.Count, "")),
				store.Series{Lines: []store.Line{{Labels: []string{"Buy"}, Values: [][]*float64{values(1)}}, {Labels: []string{"Pay"}, Values: [][]*float64{values(1)}}}})
			w.want(w.series(w.today(), hour, nil, 1, of(store.Sessions)), store.Series{Lines: []store.Line{{Values: [][]*float64{values(2)}}}})
			w.want(w.series(w.today(), hour, []string{"call.endpoint"}, 1, of(store.Count)), store.Series{Lines: []store.Line{{Labels: []string{one.Endpoint().String()}, Values: [][]*float64{values(2)}}}})
			for _, m := range []store.Measure{
				interactions(store.People, ""), interactions(store.Sum, ""), interactions(store.Mean, "interaction.name"), interactions(store.P50, "call.status"),
				{Of: store.OfEvents, Stat: store.Failed},
			} {
				_, err := w.store.Series(w.ctx(), store.SeriesQuery{Scope: w.today(), Edges: hour, Measures: []store.Measure{m}, Limit: 1})
				w.wantPermanent(err)
			}
		}},
		{"series/by label, largest total first", func(w *world) {
			w.append(
				call("GET /b", id("1")), call("GET /b", id("2"), at("11:00:00"), weight(3)), call("GET /a", id("3")), call("GET /c", id("4"), untimed()),
				call("", id("5"), with("n", 1)), call("GET /a", id("6"), with("n", 1.0), status(500)))
			got := w.series(w.today(), hours, []string{"call.route"}, 3, of(store.Count), of(store.P50))
			w.want(got, store.Series{Other: true, Lines: []store.Line{
				{Labels: []string{"/b"}, Values: [][]*float64{values(1, 3), values(10, 10)}},
				{Labels: []string{"/a"}, Values: [][]*float64{values(2, 0), values(10, missing)}},
				{Labels: []string{""}, Values: [][]*float64{values(1, 0), values(10, missing)}},
			}})
			got = w.series(w.today(), edges("10:00:00", "12:00:00"), []string{"call.attributes.n", "call.failed"}, 3, of(store.P50), of(store.Count))
			w.want(got, store.Series{Lines: []store.Line{
				{Labels: []string{"", "false"}, Values: [][]*float64{values(10), values(6)}},
				{Labels: []string{"1", "false"}, Values: [][]*float64{values(10), values(1)}},
				{Labels: []string{"1", "true"}, Values: [][]*float64{values(10), values(1)}},
			}})
		}},
		{"series/a label stands even when its first measure has nothing", func(w *world) {
			w.append(call("GET /a", id("1"), untimed()), call("GET /b", id("2")))
			failed := store.Measure{Of: store.OfCalls, Stat: store.Count, Filter: is("call.failed", store.Eq, true)}
			got := w.series(w.today(), edges("10:00:00", "11:00:00"), []string{"call.route"}, 10, of(store.P50), failed)
			w.want(got, store.Series{Lines: []store.Line{
				{Labels: []string{"/b"}, Values: [][]*float64{values(10), values(0)}},
				{Labels: []string{"/a"}, Values: [][]*float64{values(missing), values(0)}},
			}})
		}},
		{"series/of events and sessions", func(w *world) {
			a, b := view("/a", id("a"), session("s1"), user("u1")), view("/b", id("b"), at("11:30:00"), session("s1"), user("u1"))
			c := view("/c", id("c"), at("11:00:00"), device("d2"), session("s2"))
			robot := view("/d", id("d"), session("s3"), bot())
			w.append(a, b, c, robot)
			w.link(rows(a, b, c, robot), part("s1", a, a), part("s1", b, b), part("s2", c, c), part("s3", robot, robot, asBot))
			events := func(stat store.Stat) store.Measure { return store.Measure{Of: store.OfEvents, Stat: stat} }
			sessions := func(stat store.Stat, f store.Filter) store.Measure {
				return store.Measure{Of: store.OfSessions, Stat: stat, Filter: f}
			}
			got := w.series(w.today(), hours, nil, 1, events(store.Count), events(store.People), sessions(store.Count, nil), sessions(store.People, nil),
				sessions(store.Count, is("session.duration_ms", store.Gt, int64(0))))
			w.want(got, store.Series{Lines: []store.Line{{Values: [][]*float64{values(1, 2), values(1, 2), values(1, 1), values(1, 1), values(1, 0)}}}})
		}},
		{"series/wrong questions are refused", func(w *world) {
			good := store.SeriesQuery{Scope: w.today(), Edges: hours, Measures: []store.Measure{of(store.Count)}, Limit: 10}
			for name, spoil := range map[string]func(*store.SeriesQuery){
				"no edges":            func(q *store.SeriesQuery) { q.Edges = nil },
				"one edge":            func(q *store.SeriesQuery) { q.Edges = hours[:1] },
				"edges backwards":     func(q *store.SeriesQuery) { q.Edges = edges("11:00:00", "10:00:00") },
				"too many edges":      func(q *store.SeriesQuery) { q.Edges = make([]time.Time, 10_002) },
				"no measures":         func(q *store.SeriesQuery) { q.Measures = nil },
				"unknown record":      func(q *store.SeriesQuery) { q.Measures = []store.Measure{{Of: "people", Stat: store.Count}} },
				"unknown statistic":   func(q *store.SeriesQuery) { q.Measures = []store.Measure{{Of: store.OfCalls, Stat: "p42"}} },
				"statistic of events": func(q *store.SeriesQuery) { q.Measures = []store.Measure{{Of: store.OfEvents, Stat: store.P95}} },
				"unknown label":       func(q *store.SeriesQuery) { q.By = []store.Field{{Name: "call.colour"}} },
				"foreign label":       func(q *store.SeriesQuery) { q.By = []store.Field{{Name: "event.name"}} },
				"three labels": func(q *store.SeriesQuery) {
					q.By = []store.Field{{Name: "call.route"}, {Name: "call.method"}, {Name: "call.status"}}
				},
				"labels without limit": func(q *store.SeriesQuery) { q.By, q.Limit = []store.Field{{Name: "call.route"}}, 0 },
				"foreign filter":       func(q *store.SeriesQuery) { q.Filter = is("event.name", store.Eq, "x") },
				"foreign measure filter": func(q *store.SeriesQuery) {
					q.Measures = []store.Measure{{Of: store.OfCalls, Stat: store.Count, Filter: is("session.id", store.Eq, "x")}}
				},
			} {
				q := good
				spoil(&q)
				if _, err := w.store.Series(w.ctx(), q); !event.IsPermanent(err) {
					w.t.Errorf("%s: got error %v, want a permanent one", name, err)
				}
			}
		}},
	}
}

func asBot(s *event.Session) { s.Bot = event.Crawler }

func heatmapCases() []example {
	return []example{
		{"heatmap/timed server calls by time and duration", func(w *world) {
			w.append(
				call("GET /a", id("1"), took("0s")), call("GET /a", id("2"), took("1us")), call("GET /a", id("3"), took("2us")), call("GET /a", id("4"), took("1024us")),
				call("GET /a", id("5"), took("1025us"), status(500)), call("GET /a", id("6"), took("1030us"), at("11:00:00"), weight(2.5)), call("GET /a", id("7"), untimed()),
				call("GET /a", id("8"), fromClient()), call("GET /a", id("9"), class(event.Asset)), call("GET /a", id("10"), at("12:00:00")))
			s := w.today()
			q := store.HeatmapQuery{Scope: s, Edges: edges("10:00:00", "11:00:00", "12:00:00")}
			q.From, q.To = q.Edges[0], q.Edges[2]
			got, err := w.store.Heatmap(w.ctx(), q)
			w.must(err)
			w.want(got, []store.HeatmapCell{
				{Column: 0, Bucket: -1, Count: 2}, {Column: 0, Bucket: 7, Count: 1}, {Column: 0, Bucket: 79, Count: 1}, {Column: 0, Bucket: 80, Count: 1, Failed: 1}, {Column: 1, Bucket: 80, Count: 3},
			})
			q.Filter = is("call.side", store.Eq, "client")
			got, err = w.store.Heatmap(w.ctx(), q)
			w.must(err)
			w.want(got, []store.HeatmapCell{{Column: 0, Bucket: 106, Count: 1}})
			q.Edges = q.Edges[:1]
			_, err = w.store.Heatmap(w.ctx(), q)
			w.wantPermanent(err)
		}},
	}
}

func endpointCases() []example {
	us := func(n int64) *int64 { return &n }
	return []example{
		{"endpoints/one row each, most called first", func(w *world) {
			w.append(
				call("shop: GET /a", id("1"), took("10ms"), device("d1")), call("shop: GET /a", id("2"), took("20ms"), status(500), user("u1"), at("10:00:05")),
				call("shop: GET /a", id("3"), untimed(), status(404), device("robot"), bot()),
				call("GET /a", id("4"), weight(2.6), untimed()), call("GET /b", id("5")), call("GET /c", id("6"), took("7us")), call("GET /client", id("7"), fromClient()), call("GET /x.js", id("8"), class(event.Asset)))
			got, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: w.where(store.And{})})
			w.must(err)
			at := clock("10:00:00")
			ten, seven := us(10_000), us(7)
			want := []store.EndpointStats{
				{Endpoint: event.Endpoint{Method: "GET", Route: "/a"}, Calls: 3, LastSeen: at},
				{Endpoint: event.Endpoint{Service: "shop", Method: "GET", Route: "/a"}, Calls: 3, Failed: 1, Refused: 1, P50: us(15_000), P95: us(19_500), P99: us(19_900), People: 2, LastSeen: clock("10:00:05")},
				{Endpoint: event.Endpoint{Method: "GET", Route: "/b"}, Calls: 1, P50: ten, P95: ten, P99: ten, LastSeen: at},
				{Endpoint: event.Endpoint{Method: "GET", Route: "/c"}, Calls: 1, P50: seven, P95: seven, P99: seven, LastSeen: at},
			}
			w.want(got, store.Endpoints{Rows: want})
			s := w.where(store.And{})
			s.Bots = true
			only, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: s, Only: &want[1].Endpoint})
			w.must(err)
			w.want(each(only.Rows, func(e store.EndpointStats) int64 { return e.People }), []int64{3})
			client, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: w.where(store.And{}), Side: event.Client})
			w.must(err)
			w.want(each(client.Rows, func(e store.EndpointStats) string { return e.String() }), []string{"GET /client"})
			unknown, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: w.today(), Only: &event.Endpoint{Method: "GET", Route: "/nowhere"}})
			w.must(err)
			w.want(unknown.Rows, []store.EndpointStats{})
		}},
		{"endpoints/a filter narrows the calls", func(w *world) {
			w.append(call("GET /a", id("1")), call("GET /a", id("2"), status(500)))
			got, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: w.where(is("call.failed", store.Eq, true))})
			w.must(err)
			w.want(each(got.Rows, func(e store.EndpointStats) int64 { return e.Calls }), []int64{1})
			_, err = w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: w.where(is("event.name", store.Eq, "x"))})
			w.wantPermanent(err)
		}},
		{"callers/actions by name and page", func(w *world) {
			pay1, pay2 := click("Pay", id("e1"), onPage("/cart"), device("d1")), click("Pay", id("e2"), onPage("/cart"), device("d1"))
			open, robot := view("/cart", id("e3"), device("d2")), click("Pay", id("e4"), onPage("/cart"), device("d3"), bot())
			client := call("POST /pay", id("cc"), fromClient())
			s1, s2, s3, s4 := call("api: POST /pay", id("s1"), status(500)), call("api: POST /pay", id("s2")), call("api: POST /pay", id("s3")), call("api: POST /pay", id("s4"))
			other := call("api: GET /pay", id("s5"))
			pay1.Page.Path = "/cart/7" // of the same template
			w.append(pay1, pay2, open, robot, client, s1, s2, s3, s4, other)
			w.link(rows(pay1, pay2, open, robot, client, s1, s2, s3, s4, other),
				tie(pay1, client, event.ByWindow, 0.5), tie(client, s1, event.BySpan, 1), // through the client call
				tie(pay1, s2, event.ByTrace, 0.95), tie(pay2, s3, event.ByTrace, 0.95), tie(open, s3, event.ByWindow, 0.3),
				tie(robot, s4, event.ByTrace, 1), tie(open, other, event.ByTrace, 1))
			callers := func(change func(*store.Scope), limit int) []store.Caller {
				s := w.today()
				change(&s)
				out, err := w.store.Callers(w.ctx(), s, event.Endpoint{Service: "api", Method: "POST", Route: "/pay"}, limit)
				w.must(err)
				return out
			}
			pay := store.Caller{Name: "Pay", Kind: "click", Page: "/cart", Count: 2, Failed: 1, People: 1}
			opened := store.Caller{Name: "page_view", Kind: "page_view", Page: "/cart", Count: 1, People: 1}
			w.want(callers(func(*store.Scope) {}, 10), []store.Caller{pay, opened})
			w.want(callers(func(*store.Scope) {}, 1), []store.Caller{pay})
			w.want(callers(func(s *store.Scope) { s.MinConfidence = 0.9 }, 10), []store.Caller{{Name: "Pay", Kind: "click", Page: "/cart", Count: 2, People: 1}})
			w.want(callers(func(s *store.Scope) { s.Bots = true }, 10), []store.Caller{{Name: "Pay", Kind: "click", Page: "/cart", Count: 3, Failed: 1, People: 2}, opened})
			w.want(callers(func(s *store.Scope) { s.Filter = is("call.failed", store.Eq, true) }, 10), []store.Caller{{Name: "Pay", Kind: "click", Page: "/cart", Count: 1, Failed: 1, People: 1}})
			w.want(callers(func(s *store.Scope) { s.From = clock("11:00:00") }, 10), []store.Caller{})
			_, err := w.store.Callers(w.ctx(), w.today(), event.Endpoint{}, 0)
			w.wantPermanent(err)
		}},
	}
}
