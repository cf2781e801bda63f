package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// told writes exposures as text: a block for each person, sorted, with a line for each
// request, in which sessions and actions have numbers of the person's own.
func told(e store.Exposures) string {
	blocks := map[int32]*strings.Builder{}
	sessions, actions := map[[2]int32]int{}, map[[2]int32]int{}
	own := func(of map[[2]int32]int, person, n int32) int {
		if n < 0 {
			return -1
		}
		if _, known := of[[2]int32{person, n}]; !known {
			of[[2]int32{person, n}] = len(of)
		}
		return of[[2]int32{person, n}]
	}
	for i, row := range e.Rows {
		if i == 0 || e.Rows[i-1].Person != row.Person {
			if blocks[row.Person] != nil {
				return "a person's rows do not follow each other"
			}
			blocks[row.Person] = &strings.Builder{}
			clear(sessions)
			clear(actions)
		}
		fmt.Fprintf(blocks[row.Person], "%s %s s%d a%d %s %dus", time.UnixMicro(row.Time).UTC().Format("15:04:05.999999"), e.Endpoints[row.Endpoint],
			own(sessions, row.Person, row.Session), own(actions, row.Person, row.Action), e.Devices[row.Device], row.Took)
		for _, flag := range []struct {
			is   bool
			name string
		}{{row.Served, "served"}, {row.Failed, "failed"}, {row.Reached, "reached"}, {row.Before, "before"}} {
			if flag.is {
				blocks[row.Person].WriteString(" " + flag.name)
			}
		}
		blocks[row.Person].WriteString("\n")
	}
	var texts []string
	for person := range int32(len(blocks)) {
		texts = append(texts, blocks[person].String())
	}
	slices.Sort(texts)
	return strings.Join(texts, "\n")
}

func exposureCases() []example {
	ask := func(w *world, q store.ExposuresQuery) store.Exposures {
		w.t.Helper()
		out, err := w.store.Exposures(w.ctx(), q)
		w.must(err)
		return out
	}
	onPhone := func(r record) { r.context.Device, r.context.Network = "mobile", "4g" }
	return []example{
		{"exposures/a request has the client's time and the innermost server's duration", func(w *world) {
			pressed := click("Pay", session("s1"))
			asked := call("POST /pay", id("client"), fromClient(), at("10:00:01"), took("900ms"), device("d1"), session("s1"), onPhone)
			edge, shop := call("edge: POST /pay", id("edge"), at("10:00:01.1"), took("300ms")), call("shop: POST /pay", id("shop"), at("10:00:01.2"), took("200ms"), status(500))
			alone := call("GET /feed", id("alone"), fromClient(), at("10:00:05"), took("50ms"), device("d1"), session("s1"))
			direct := call("shop: GET /x", id("direct"), at("10:00:06"), took("70ms"))
			nobody := call("shop: GET /x", id("nobody"), at("10:00:07"))
			paid := did("paid", at("10:00:05.5"), session("s1"), with("amount", 12.5))
			all := rows(pressed, asked, edge, shop, alone, direct, nobody, paid)
			w.append(all...)
			w.link(all, tie(pressed, asked, event.ByActionID, 1), tie(asked, edge, event.BySpan, 0.9), tie(asked, shop, event.BySpan, 0.9), tie(pressed, direct, event.ByWindow, 0.5))
			amount := fieldOf("event.properties.amount")
			q := store.ExposuresQuery{Scope: w.today(), Goal: ofEvent("paid"), Within: store.UnitSession, Value: &amount}
			got := ask(w, q)
			w.want(told(got), "10:00:01 shop: POST /pay s0 a0 mobile 4g 200000us served failed reached\n"+
				"10:00:05 GET /feed s0 a-1  50000us reached\n10:00:06 shop: GET /x s0 a0  70000us served before\n")
			w.want(got.Goals, store.Goals{Count: 1, People: 1, Valued: 1, Value: 12.5})
			w.want(got.Endpoints, []event.Endpoint{{Method: "GET", Route: "/feed"}, {Service: "shop", Method: "GET", Route: "/x"}, {Service: "shop", Method: "POST", Route: "/pay"}})
			w.want(got.Devices, []string{"", "mobile 4g"})
			q.MinConfidence = 0.95 // then the servers' calls are nobody's
			w.want(told(ask(w, q)), "10:00:01 POST /pay s0 a0 mobile 4g 900000us reached\n10:00:05 GET /feed s0 a-1  50000us reached\n")
		}},
		{"exposures/a goal counts within the session or for the person, up to a day after the range", func(w *world) {
			w.append(
				call("shop: GET /x", id("1"), device("d1"), session("s1")), call("shop: GET /x", id("2"), device("d1"), session("s2"), at("11:00:00")), call("shop: GET /x", id("3"), device("d1"), at("11:30:00")),
				did("paid", at("10:30:00"), session("s2")), did("paid", at("2026-11-24T09:00:00Z"), session("s2")), did("paid", id("late"), at("2026-11-25T00:00:00Z"), device("d1"), session("s1")),
			)
			q := store.ExposuresQuery{Scope: w.today(), Goal: ofEvent("paid"), Within: store.UnitSession}
			w.want(told(ask(w, q)), "10:00:00 shop: GET /x s0 a-1  10000us served\n11:00:00 shop: GET /x s1 a-1  10000us served reached before\n")
			q.Within = store.UnitPerson
			got := ask(w, q)
			w.want(told(got), "10:00:00 shop: GET /x s0 a-1  10000us served reached\n11:00:00 shop: GET /x s1 a-1  10000us served reached before\n11:30:00 shop: GET /x s-1 a-1  10000us served reached before\n")
			w.want(got.Goals, store.Goals{Count: 1, People: 1})
		}},
		{"exposures/a call that is the goal reaches it", func(w *world) {
			w.append(call("shop: POST /pay", id("1"), device("d1"), session("s1"), status(500)), call("shop: POST /pay", id("2"), device("d1"), session("s1"), at("10:00:10")), call("shop: GET /x", id("3"), device("d1"), session("s1"), at("10:00:20")))
			q := store.ExposuresQuery{Scope: w.today(), Within: store.UnitSession, Goal: store.Step{Of: store.OfCalls, Filter: store.And{is("call.route", store.Eq, "/pay"), is("call.failed", store.Eq, false)}}}
			w.want(told(ask(w, q)), "10:00:00 shop: POST /pay s0 a-1  10000us served failed reached\n10:00:10 shop: POST /pay s0 a-1  10000us served reached\n10:00:20 shop: GET /x s0 a-1  10000us served before\n")
		}},
		{"exposures/of nobody, and wrong questions", func(w *world) {
			q := store.ExposuresQuery{Scope: w.today(), Goal: ofEvent("paid"), Within: store.UnitSession}
			w.want(told(ask(w, q)), "")
			q.Within = store.UnitAccount
			_, err := w.store.Exposures(w.ctx(), q)
			w.wantPermanent(err)
			q.Within, q.Goal = store.UnitPerson, store.Step{Of: store.OfSessions}
			_, err = w.store.Exposures(w.ctx(), q)
			w.wantPermanent(err)
		}},
	}
}

// askExposures asks what requests met.
func (d *duel) askExposures() {
	g := generator{T: d.T}
	q := store.ExposuresQuery{Scope: d.peopleScope(), Goal: d.step(), Within: pick(g, "within", store.UnitPerson, store.UnitSession)}
	q.From, q.To = clock("10:00:00"), clock("10:00:00").Add(pick(g, "length", 3*time.Hour, 24*time.Hour))
	d.same(fmt.Sprintf("Exposures(%+v)", q), func(s store.Store) (any, error) {
		e, err := s.Exposures(d.ctx, q)
		return []any{told(e), e.Endpoints, e.Devices, e.Goals}, err
	})
}
