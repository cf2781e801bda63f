package storetest

import (
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// relatedCases are about filters that ask something of the rows' sessions too.
func relatedCases() []example {
	phone, failed := is("session.device", store.Eq, "mobile"), is("call.failed", store.Eq, true)
	return []example{
		{"related/calls and events of sessions that match", func(w *world) {
			w.twoVisits()
			w.want(w.calls(w.where(phone)), []string{"served", "asked"}) // one by its link, one by its own id
			w.want(w.calls(w.where(store.And{phone, is("call.side", store.Eq, "server")})), []string{"served"})
			w.want(w.calls(w.where(store.And{failed, store.Not{Of: phone}})), []string{"other"})
			w.want(w.events(w.where(store.And{is("event.kind", store.Eq, "click"), phone})), []string{"pay"})
			few := w.where(phone)
			few.MinConfidence = 0.95
			w.want(w.calls(few), []string{"asked"}) // that link is as if it were not there
		}},
		{"related/sessions that have such a call, event or interaction", func(w *world) {
			w.twoVisits()
			ids := func(f store.Filter) []string {
				return each(w.sessions(w.where(f)), func(s event.Session) string { return s.ID })
			}
			route, status := is("call.route", store.Eq, "/pay"), is("call.status", store.Eq, int64(503))
			w.want(ids(status), []string{"desk", "hand"})
			w.want(ids(store.And{status, phone}), []string{"hand"})
			w.want(ids(store.And{route, is("call.status", store.Eq, int64(200))}), []string{}) // one call must be both
			w.want(ids(is("event.name", store.Eq, "search")), []string{"desk"})
			w.want(ids(store.And{status, is("event.name", store.Eq, "search")}), []string{"desk"})
			w.want(ids(is("interaction.name", store.Eq, "Pay")), []string{"hand"})
			w.want(ids(store.And{store.Or{}, phone}), []string{})
		}},
		{"related/every question about many rows", func(w *world) {
			w.twoVisits()
			s := w.where(store.And{phone, is("call.side", store.Eq, "server")})
			facets, err := w.store.Facets(w.ctx(), s, []string{"call.route", "call.path"}, 10)
			w.must(err)
			w.want(facets, []store.Facet{{Field: "call.route", Values: []store.Value{{Value: "/pay", Count: 1}}}, {Field: "call.path", Values: []store.Value{{Value: "/pay", Count: 1}}}})
			values, err := w.store.Values(w.ctx(), w.where(phone), "event.name", "", 10)
			w.must(err)
			w.want(values, []store.Value{{Value: "click", Count: 1}})
			endpoints, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: w.where(phone)})
			w.must(err)
			w.want(each(endpoints.Rows, func(e store.EndpointStats) string { return e.String() }), []string{"shop: POST /pay"})
			callers, err := w.store.Callers(w.ctx(), w.where(store.Not{Of: phone}), event.Endpoint{Service: "shop", Method: "POST", Route: "/pay"}, 10)
			w.must(err)
			w.want(callers, []store.Caller{})
			clicked := store.FunnelQuery{
				Scope: w.where(store.And{phone, is("call.status", store.Eq, int64(503))}), Unit: store.Unit{Of: store.UnitSession}, Order: store.InOrder, Entry: store.Best,
				Window: time.Hour, Now: s.To, Steps: []store.Step{{Of: store.OfEvents}, {Of: store.OfCalls}},
			}
			funnel, err := w.store.Funnel(w.ctx(), clicked)
			w.must(err)
			w.want(counts(funnel), []int64{1, 1})
			clicked.Filter = store.And{phone, is("interaction.name", store.Eq, "Pay")}
			_, err = w.store.Funnel(w.ctx(), clicked)
			w.wantPermanent(err)
			day := []time.Time{s.From, s.To}
			cells, err := w.store.Heatmap(w.ctx(), store.HeatmapQuery{Scope: w.where(phone), Edges: day})
			w.must(err)
			w.want(len(cells), 1)
			for of, want := range map[store.Record]float64{store.OfCalls: 1, store.OfEvents: 1, store.OfSessions: 1, store.OfInteractions: 1} {
				got := w.series(w.where(phone), day, nil, 0, store.Measure{Of: of, Stat: store.Count})
				w.want(*got.Lines[0].Values[0][0], want)
			}
		}},
		{"related/sessions and rows up to a day away", func(w *world) {
			began, later := view("/a", id("e"), at("2026-11-22T23:50:00Z")), call("shop: GET /x", id("c"), at("2026-11-24T20:00:00Z"), session("s"))
			w.append(began, later, call("shop: GET /x", id("much later"), at("2026-11-25T20:00:00Z"), session("s")))
			w.link(rows(began, later), part("s", began, began, func(s *event.Session) { s.Context.Device = "mobile" }))
			s := w.where(phone)
			s.From, s.To = clock("2026-11-23T00:00:00Z"), clock("2026-11-26T00:00:00Z")
			w.want(w.calls(s), []string{"much later", "c"})
			s.From = clock("2026-11-23T23:51:00Z")
			w.want(w.calls(s), []string{}) // its only part began more than a day before
			s = w.where(is("call.route", store.Eq, "/x"))
			s.From, s.To = clock("2026-11-22T23:00:00Z"), clock("2026-11-23T20:00:00Z")
			w.want(len(w.sessions(s)), 0)
			s.To = clock("2026-11-23T20:00:01Z")
			w.want(len(w.sessions(s)), 1)
		}},
		{"related/segments of sessions and of people", func(w *world) {
			first, again := click("Pay", id("first"), session("a"), device("d1")), did("look", id("again"), at("11:00:00"), session("b"), device("d1"))
			other := did("look", id("other"), at("12:00:00"), session("c"), device("d2"))
			broke := call("shop: POST /pay", id("broke"), session("a"), status(503))
			fine := call("shop: GET /look", id("fine"), at("11:00:01"), session("b"))
			w.append(first, again, other, broke, fine)
			mobile := func(s *event.Session) { s.Context.Device = "mobile" }
			w.link(rows(first, again, other, broke, fine), part("a", first, first, mobile), part("b", again, again), part("c", other, other))
			sessions, people := store.InSegment{Sessions: phone}, store.InSegment{Sessions: phone, People: true}
			w.want(w.events(w.where(sessions)), []string{"first"})
			w.want(w.events(w.where(people)), []string{"again", "first"})
			w.want(w.calls(w.where(people)), []string{"fine", "broke"})
			w.want(w.calls(w.where(store.And{people, failed})), []string{"broke"})
			w.want(w.events(w.where(store.And{people, is("event.name", store.Eq, "look")})), []string{"again"})
			w.want(len(w.sessions(w.where(store.InSegment{Sessions: is("call.status", store.Eq, int64(503)), People: true}))), 2) // who met a failure
			w.want(len(w.sessions(w.where(store.And{people, store.InSegment{Sessions: is("event.name", store.Eq, "look")}}))), 1)
			_, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: w.where(store.InSegment{Sessions: is("session.nothing", store.Eq, "x")}), Limit: 1})
			w.wantPermanent(err)
		}},
		{"related/what cannot be cut or has no session", func(w *world) {
			name := is("event.name", store.Eq, "search")
			for _, f := range []store.Filter{store.Or{failed, phone}, store.Not{Of: store.And{failed, phone}}, store.And{failed, name}, is("interaction.name", store.Eq, "x")} {
				_, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: w.where(f), Limit: 1})
				w.wantPermanent(err)
			}
			for _, f := range []store.Filter{store.Or{failed, phone}, is("session.nothing", store.Eq, "x")} {
				_, err := w.store.Sessions(w.ctx(), store.SessionsQuery{Scope: w.where(f), Limit: 1})
				w.wantPermanent(err)
				_, err = w.store.Facets(w.ctx(), w.where(f), nil, 1)
				w.wantPermanent(err)
			}
		}},
	}
}

// twoVisits is a failed payment on a phone, and a search and a failed call at a desk.
func (w *world) twoVisits() {
	pay, search := click("Pay", id("pay"), session("hand")), did("search", id("search"), session("desk"))
	asked := call("POST /pay", id("asked"), at("10:00:01"), fromClient(), session("hand"), status(503))
	served := call("shop: POST /pay", id("served"), at("10:00:02"), status(503))
	other := call("shop: GET /find", id("other"), session("desk"), status(503))
	w.append(pay, search, asked, served, other, call("shop: GET /nobody", id("nobody"), status(503)))
	link := tie(asked, served, event.ByMatch, 0.8)
	link.SessionID = "hand"
	device := func(name string) func(*event.Session) { return func(s *event.Session) { s.Context.Device = name } }
	w.link(rows(pay, search, asked, served, other), link, part("hand", pay, pay, device("mobile")), part("desk", search, search, device("desktop")),
		event.Interaction{EventID: "pay", SessionID: "hand", Time: pay.Time, Name: "Pay", Reaction: event.WentOn})
}
