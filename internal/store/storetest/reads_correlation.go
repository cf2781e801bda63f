package storetest

import (
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func correlationCases() []example {
	ask := func(w *world) store.CorrelationQuery {
		return store.CorrelationQuery{
			Funnel: store.FunnelQuery{
				Scope: w.today(), Steps: []store.Step{ofEvent("a"), ofEvent("b")}, Unit: byPerson(), Order: store.InOrder, Entry: store.Best, Window: 10 * time.Minute, Now: clock("12:00:00"),
			},
			Candidates: []store.Candidate{
				{Step: store.Step{Of: store.OfEvents}, Name: fieldOf("event.name"), Least: 1},
				{Step: store.Step{Of: store.OfCalls, Filter: is("call.failed", store.Eq, true)}, Name: fieldOf("call.route"), Least: 2},
				{Step: store.Step{Of: store.OfCalls}, Name: fieldOf("call.route"), Least: 1},
				{Step: ofEvent("a"), Name: fieldOf("event.browser"), Least: 1, Ends: true},
			},
			Limit: 2,
		}
	}
	browser := func(name string) option {
		return func(r record) { r.context.Browser = name }
	}
	return []example{
		{"correlation/what is met between the first and the last step", func(w *world) {
			start, client := did("a", by("d2"), browser("Chrome")), call("GET /y", id("y"), fromClient(), at("10:01:00"), device("d2"))
			answer := call("shop: GET /y", id("z"), at("10:01:01"))
			w.append(
				did("a", browser("Firefox")), did("x"), did("x", id("x2"), at("10:00:30")), did("b", at("10:01:00")), did("late", at("10:02:00")),
				start, client, answer, did("x", by("d2"), at("10:00:30")), did("late", by("d2"), at("10:10:00")),
				call("GET /x", id("1"), status(500), device("d2"), at("10:00:20")), call("GET /x", id("2"), status(500), device("d2"), at("10:00:40")),
				call("GET /x", id("3"), status(500), device("d1"), at("10:00:20")),
				did("a", by("open"), at("11:55:00")), did("x", by("open"), at("11:56:00")), did("x", by("never")),
			)
			w.link(rows(start, client, answer), tie(client, answer, event.BySpan, 0.9))
			got, err := w.store.Correlation(w.ctx(), ask(w))
			w.must(err)
			w.want(got, store.Correlation{Success: 1, Failure: 1, Met: []store.Met{
				{Candidate: 0, Name: "x", Success: 1, Failure: 1},
				{Candidate: 1, Name: "/x", Failure: 1},
				{Candidate: 2, Name: "/x", Success: 1, Failure: 1},
				{Candidate: 2, Name: "/y", Failure: 1},
				{Candidate: 3, Name: "Chrome", Failure: 1},
				{Candidate: 3, Name: "Firefox", Success: 1},
			}})
			one := ask(w)
			one.Limit, one.Candidates = 1, one.Candidates[2:3]
			got, err = w.store.Correlation(w.ctx(), one)
			w.must(err)
			w.want(got.Met, []store.Met{{Candidate: 0, Name: "/x", Success: 1, Failure: 1}})
		}},
		{"correlation/of nobody, and wrong questions", func(w *world) {
			got, err := w.store.Correlation(w.ctx(), ask(w))
			w.must(err)
			w.want(got, store.Correlation{})
			for _, spoil := range []func(*store.CorrelationQuery){
				func(q *store.CorrelationQuery) { q.Candidates = nil }, func(q *store.CorrelationQuery) { q.Limit = 0 }, func(q *store.CorrelationQuery) { q.Candidates[0].Least = 0 },
				func(q *store.CorrelationQuery) { q.Candidates[0].Name = fieldOf("call.route") }, func(q *store.CorrelationQuery) { q.Funnel.Steps = nil },
			} {
				q := ask(w)
				spoil(&q)
				_, err := w.store.Correlation(w.ctx(), q)
				w.wantPermanent(err)
			}
		}},
	}
}
