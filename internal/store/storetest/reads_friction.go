package storetest

import (
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// mark is a sign of friction where an event happened.
func mark(kind event.SignalKind, e event.Event) event.Signal {
	return event.Signal{Kind: kind, Time: e.Time, EventID: e.ID, SessionID: e.SessionID, Page: e.Page.Route, Target: e.Target.Name}
}

// act is the interaction of an event whose calls went to an endpoint.
func act(e event.Event, endpoint, slowest string, failed int) event.Interaction {
	i := event.Interaction{EventID: e.ID, SessionID: e.SessionID, Time: e.Time, Name: e.Name, Page: e.Page.Route, Reaction: event.WentOn}
	if endpoint != "" {
		i.Endpoint, _ = event.ParseEndpoint(endpoint)
		i.Calls, i.Failed, i.Slowest = 1, failed, duration(slowest)
	}
	return i
}

// pay is a click on Pay, of somebody in a session of their own.
func pay(who string, options ...option) event.Event {
	return click("Pay", append([]option{id("pay-" + who), device(who), session("s-" + who), onPage("/checkout")}, options...)...)
}

func (w *world) friction(s store.Scope, by store.Place) []store.FrictionPlace {
	w.t.Helper()
	out, err := w.store.Friction(w.ctx(), store.FrictionQuery{Scope: s, By: by, Limit: 10})
	w.must(err)
	return out.Rows
}

func (w *world) signals(s store.Scope) []event.Signal {
	w.t.Helper()
	page, err := w.store.Signals(w.ctx(), store.SignalsQuery{Scope: s, Limit: 10})
	w.must(err)
	return page.Rows
}

// checkout stores three people at the checkout: Pay failed for ann, who raged, and was
// refused to ben; eve paid, and went back from the cart.
func (w *world) checkout() {
	w.t.Helper()
	ann, ben, eve := pay("ann"), pay("ben", at("10:01:00")), pay("eve", at("10:02:00"))
	cart := view("/cart", id("cart-eve"), device("eve"), session("s-eve"), at("10:01:00"))
	all := rows(ann, ben, eve, cart)
	w.append(all...)
	w.link(all,
		part("s-ann", ann, ann), part("s-ben", ben, ben), part("s-eve", cart, eve),
		mark(event.ErrorClick, ann), mark(event.RageClick, ann), mark(event.ErrorClick, ben), mark(event.QuickBack, cart),
		act(ann, "shop: POST /pay", "2s", 1), act(ben, "shop: POST /pay", "1s", 0), act(eve, "shop: POST /pay", "10ms", 0), act(cart, "", "", 0),
	)
}

func frictionCases() []example {
	us := func(n int64) *int64 { return &n }
	payEndpoint := event.Endpoint{Service: "shop", Method: "POST", Route: "/pay"}
	payPlace := store.FrictionPlace{
		Page: "/checkout", Target: "Pay", People: 2, Sessions: 2, Signals: 3, Actions: 3, Users: 3,
		Kinds: []store.SignalCount{{Kind: event.ErrorClick, Signals: 2, People: 2}, {Kind: event.RageClick, Signals: 1, People: 1}},
		Calls: []store.FrictionCall{{Endpoint: payEndpoint, Actions: 2, Failed: 2, P75: us(1_750_000)}},
	}
	cartPlace := store.FrictionPlace{
		Page: "/cart", People: 1, Sessions: 1, Signals: 1, Actions: 1, Users: 1,
		Kinds: []store.SignalCount{{Kind: event.QuickBack, Signals: 1, People: 1}},
	}
	return []example{
		{"friction/by element, with how often it was used and what was called", func(w *world) {
			w.checkout()
			w.want(w.friction(w.today(), store.ByElement), []store.FrictionPlace{payPlace, cartPlace})
		}},
		{"friction/by page", func(w *world) {
			w.checkout()
			whole := payPlace
			whole.Target = ""
			w.want(w.friction(w.today(), store.ByPage), []store.FrictionPlace{whole, cartPlace})
		}},
		{"friction/an element without a name is its selector", func(w *world) {
			e := click("", id("e"), session("s"), onPage("/a"), func(r record) { r.event.Target.Selector = "#go" })
			m := mark(event.DeadClick, e)
			m.Target = "#go"
			w.append(e)
			w.link(rows(e), part("s", e, e), m, act(e, "", "", 0))
			got := w.friction(w.today(), store.ByElement)
			w.want([]any{got[0].Target, got[0].Actions, got[0].Users}, []any{"#go", int64(1), int64(1)})
		}},
		{"friction/conditions on signals cut signals, not who used the place", func(w *world) {
			w.checkout()
			raged := w.friction(w.where(is("signal.kind", store.Eq, "rage_click")), store.ByElement)
			w.want(len(raged), 1)
			w.want([]int64{raged[0].People, raged[0].Signals, raged[0].Actions, raged[0].Users}, []int64{1, 1, 3, 3})
			w.want(raged[0].Calls, []store.FrictionCall{{Endpoint: payEndpoint, Actions: 1, Failed: 1, P75: us(2_000_000)}})
		}},
		{"friction/conditions on sessions, events and calls choose sessions", func(w *world) {
			w.checkout()
			ben := w.friction(w.where(is("session.device_id", store.Eq, "ben")), store.ByElement)
			w.want([]int64{ben[0].People, ben[0].Signals, ben[0].Users}, []int64{1, 1, 1})
			w.want(w.friction(w.where(is("event.page_route", store.Eq, "/cart")), store.ByPage), []store.FrictionPlace{cartPlace})
		}},
		{"friction/bots are nobody unless asked for", func(w *world) {
			e := pay("bot", bot())
			w.append(e)
			w.link(rows(e), part("s-bot", e, e, func(s *event.Session) { s.Bot = event.Crawler }), mark(event.RageClick, e))
			w.want(w.friction(w.today(), store.ByPage), []store.FrictionPlace{})
			w.want(w.signals(w.today()), []event.Signal{})
			s := w.today()
			s.Bots = true
			w.want(len(w.friction(s, store.ByPage)), 1)
		}},
		{"friction/sessions that began in the range, to their end", func(w *world) {
			early, late := pay("a", at("23:59:00")), pay("a", id("late"), at("2026-11-24T00:10:00Z"))
			w.append(early, late)
			w.link(rows(early, late), part("s-a", early, late), mark(event.RageClick, late))
			w.want(len(w.friction(w.today(), store.ByPage)), 1)
			tomorrow := w.today()
			tomorrow.From, tomorrow.To = tomorrow.To, tomorrow.To.AddDate(0, 0, 1)
			w.want(w.friction(tomorrow, store.ByPage), []store.FrictionPlace{})
		}},
		{"friction/people are one over devices that a claim ties, and nobody is nobody", func(w *world) {
			a, b, nobody := pay("a", user("u")), pay("b", user("u")), pay("", device(""))
			w.append(a, b, nobody)
			w.link(rows(a, b, nobody), part("s-a", a, a), part("s-b", b, b), part("s-", nobody, nobody), mark(event.RageClick, a), mark(event.RageClick, b), mark(event.RageClick, nobody))
			got := w.friction(w.today(), store.ByPage)[0]
			w.want([]int64{got.People, got.Sessions, got.Signals, got.Users}, []int64{1, 3, 3, 1})
		}},
		{"friction/the worst places come first and the rest is told", func(w *world) {
			w.checkout()
			out, err := w.store.Friction(w.ctx(), store.FrictionQuery{Scope: w.today(), By: store.ByElement, Limit: 1})
			w.must(err)
			w.want(out, store.Friction{Rows: []store.FrictionPlace{payPlace}, Other: true})
		}},
		{"friction/sessions and people can be asked by their signals", func(w *world) {
			w.checkout()
			ids := each(w.sessions(w.where(is("signal.kind", store.Eq, "error_click"))), func(s event.Session) string { return s.ID })
			w.want(ids, []string{"s-ben", "s-ann"})
			values, err := w.store.Values(w.ctx(), w.today(), "signal.kind", "", 2)
			w.must(err)
			w.want(values, []store.Value{{Value: "error_click", Count: 2}, {Value: "quick_back", Count: 1}})
		}},
		{"friction/signals are listed newest first, page by page", func(w *world) {
			w.checkout()
			list := store.SignalsQuery{Scope: w.today(), Limit: 2}
			first, err := w.store.Signals(w.ctx(), list)
			w.must(err)
			list.Cursor = first.Next
			second, err := w.store.Signals(w.ctx(), list)
			w.must(err)
			names := each(append(first.Rows, second.Rows...), func(s event.Signal) string { return string(s.Kind) + " " + s.EventID })
			w.want(names, []string{"quick_back cart-eve", "error_click pay-ben", "error_click pay-ann", "rage_click pay-ann"})
			w.want(second.Next, "")
			w.want(w.signals(w.where(store.And{is("signal.target", store.Eq, "Pay"), is("session.device_id", store.Eq, "ann")}))[1], mark(event.RageClick, pay("ann")))
		}},
		{"friction/nonsense is refused", func(w *world) {
			for _, q := range []store.FrictionQuery{
				{Scope: w.today(), By: "planet", Limit: 1},
				{Scope: w.today(), By: store.ByPage},
				{Scope: w.where(store.Or{is("signal.kind", store.Eq, "x"), is("session.device", store.Eq, "y")}), By: store.ByPage, Limit: 1},
			} {
				_, err := w.store.Friction(w.ctx(), q)
				w.wantPermanent(err)
			}
			_, err := w.store.Signals(w.ctx(), store.SignalsQuery{Scope: w.today(), Limit: 1, Cursor: "?"})
			w.wantPermanent(err)
		}},
	}
}
