package storetest

import (
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// ofEvent is the step of events with a name.
func ofEvent(name string) store.Step {
	return store.Step{Of: store.OfEvents, Filter: is("event.name", store.Eq, name)}
}

func byPerson() store.Unit { return store.Unit{Of: store.UnitPerson} }

// days are edges at midnight, from the suite's day on.
func days(n int) (out []time.Time) {
	for i := range n {
		out = append(out, clock("00:00:00").AddDate(0, 0, i))
	}
	return out
}

// onDay is ten o'clock of the nth day from the suite's on.
func onDay(n int) option {
	return func(r record) { *r.time = clock("10:00:00").AddDate(0, 0, n) }
}

// by is a device, whose events at the same time as those of others are other events.
func by(device string) option {
	return func(r record) {
		r.identity.DeviceID = device
		*r.id += device + " " + r.event.Name + " " + r.time.Format(time.RFC3339)
	}
}

// retention asks who that did "in" comes back for "back", over rows of three days and
// three columns.
func (w *world) retention(change func(*store.RetentionQuery)) store.RetentionTables {
	w.t.Helper()
	q := store.RetentionQuery{
		Scope: store.Scope{Project: w.project, From: days(4)[0], To: days(4)[3]}, Target: ofEvent("in"), Returning: ofEvent("back"), Unit: byPerson(),
		Edges: days(6), Rows: 3, Intervals: 3, Cohort: store.CohortFirst, Criterion: store.On, MinOccurrences: 1, Until: days(9)[8],
	}
	change(&q)
	out, err := w.store.Retention(w.ctx(), q)
	w.must(err)
	return out
}

func retentionCases() []example {
	table := func(rows ...[]int64) store.RetentionTables { return store.RetentionTables{All: rows} }
	asIs := func(*store.RetentionQuery) {}
	return []example{
		{"retention/of nothing is rows of zeros", func(w *world) {
			w.want(w.retention(asIs), table([]int64{0, 0, 0}, []int64{0, 0, 0}, []int64{0, 0, 0}))
		}},
		{"retention/everybody is in the row of their first match", func(w *world) {
			w.append(did("in", onDay(0)), did("back", onDay(1)), did("back", onDay(2)), did("in", onDay(1)),
				did("in", onDay(2), by("d2")), did("back", onDay(4), by("d2")), did("back", onDay(5), by("d2")), did("back", onDay(2), by("d3")))
			w.want(w.retention(asIs), table([]int64{1, 1, 1}, []int64{0, 0, 0}, []int64{1, 0, 1}))
		}},
		{"retention/recurring is in every row", func(w *world) {
			w.append(did("in", onDay(0)), did("in", onDay(1)), did("back", onDay(2)), did("back", id("again"), onDay(2)))
			w.want(w.retention(func(q *store.RetentionQuery) { q.Cohort = store.CohortRecurring }), table([]int64{1, 0, 1}, []int64{1, 1, 0}, []int64{0, 0, 0}))
		}},
		{"retention/first ever leaves out who came before the range", func(w *world) {
			w.append(did("in", onDay(-100)), did("in", onDay(0)), did("in", onDay(1), by("d2")), did("back", onDay(-9), by("d2")))
			w.want(w.retention(func(q *store.RetentionQuery) { q.Cohort = store.CohortFirstEver }), table([]int64{0, 0, 0}, []int64{1, 0, 0}, []int64{0, 0, 0}))
			w.want(w.retention(asIs), table([]int64{1, 0, 0}, []int64{1, 0, 0}, []int64{0, 0, 0}))
		}},
		{"retention/on or after fills the columns before a return", func(w *world) {
			w.append(did("in", onDay(0)), did("back", onDay(2)))
			w.want(w.retention(asIs), table([]int64{1, 0, 1}, []int64{0, 0, 0}, []int64{0, 0, 0}))
			w.want(w.retention(func(q *store.RetentionQuery) { q.Criterion = store.OnOrAfter }), table([]int64{1, 1, 1}, []int64{0, 0, 0}, []int64{0, 0, 0}))
		}},
		{"retention/so many returns in one period", func(w *world) {
			w.append(did("in", onDay(0)), did("back", onDay(1)), did("back", id("twice"), onDay(1)), did("back", onDay(2)),
				did("in", onDay(0), by("d2")), did("back", onDay(1), by("d2")), did("back", onDay(2), by("d2")))
			w.want(w.retention(func(q *store.RetentionQuery) { q.MinOccurrences = 2 }), table([]int64{2, 1, 0}, []int64{0, 0, 0}, []int64{0, 0, 0}))
		}},
		{"retention/nothing counts from until on", func(w *world) {
			w.append(did("in", onDay(0)), did("back", onDay(1)), did("back", onDay(2)))
			w.want(w.retention(func(q *store.RetentionQuery) { q.Until = clock("10:00:00").AddDate(0, 0, 2) }), table([]int64{1, 1, 0}, []int64{0, 0, 0}, []int64{0, 0, 0}))
		}},
		{"retention/an edge is in the period that it begins", func(w *world) {
			w.append(did("in", at("2026-11-24T00:00:00Z")), did("back", at("2026-11-24T23:59:59.999999Z")), did("back", at("2026-11-25T00:00:00Z")))
			w.want(w.retention(asIs), table([]int64{0, 0, 0}, []int64{1, 1, 0}, []int64{0, 0, 0}))
		}},
		{"retention/split by what the first session met", func(w *world) {
			hurt, fine := did("in", onDay(0), session("s1")), did("in", onDay(0), by("d2"), session("s2"))
			bad := call("POST /pay", id("bad"), onDay(0), status(500), session("s1"))
			caused := call("POST /pay", id("caused"), onDay(0), status(500))
			linked := did("in", onDay(1), by("d3"), session("s3"))
			later := call("POST /pay", id("later"), onDay(1), status(500), session("s4"))
			w.append(hurt, fine, bad, caused, linked, later, did("back", onDay(1)), did("in", onDay(1), by("d2"), session("s4")))
			w.link(rows(linked, caused), tie(linked, caused, event.ByTrace, 0.5))
			got := w.retention(func(q *store.RetentionQuery) { q.Split = is("call.failed", store.Eq, true) })
			w.want(got, store.RetentionTables{
				All: store.RetentionTable{{2, 1, 0}, {1, 0, 0}, {0, 0, 0}}, Met: store.RetentionTable{{1, 1, 0}, {1, 0, 0}, {0, 0, 0}},
			})
			sure := w.retention(func(q *store.RetentionQuery) { q.Split, q.MinConfidence = is("call.failed", store.Eq, true), 0.9 })
			w.want(sure.Met, store.RetentionTable{{1, 1, 0}, {0, 0, 0}, {0, 0, 0}})
		}},
		{"retention/by account and property, and for calls", func(w *world) {
			w.append(did("in", onDay(0), account("a1"), with("plan", 1)), did("back", onDay(1), by("d2"), account("a1"), with("plan", 1.0)), did("in", onDay(0), by("d3")))
			first := table([]int64{1, 1, 0}, []int64{0, 0, 0}, []int64{0, 0, 0})
			w.want(w.retention(func(q *store.RetentionQuery) { q.Unit.Of = store.UnitAccount }), first)
			w.want(w.retention(func(q *store.RetentionQuery) {
				q.Unit = store.Unit{Of: store.UnitProperty, Field: fieldOf("event.properties.plan")}
			}), first)
			w.append(call("GET /a", id("1"), onDay(0), device("d9")), call("GET /b", id("2"), onDay(2), device("d9")))
			w.want(w.retention(func(q *store.RetentionQuery) {
				q.Target = store.Step{Of: store.OfCalls, Filter: is("call.route", store.Eq, "/a")}
				q.Returning = store.Step{Of: store.OfCalls, Filter: is("call.route", store.Eq, "/b")}
			}), table([]int64{1, 0, 1}, []int64{0, 0, 0}, []int64{0, 0, 0}))
		}},
		{"retention/refuses what makes no table", func(w *world) {
			for _, change := range []func(*store.RetentionQuery){
				func(q *store.RetentionQuery) { q.Rows = 2 }, func(q *store.RetentionQuery) { q.Edges = days(1) }, func(q *store.RetentionQuery) { q.MinOccurrences = 0 },
				func(q *store.RetentionQuery) { q.Cohort = "last" }, func(q *store.RetentionQuery) { q.Criterion = "never" }, func(q *store.RetentionQuery) { q.Unit.Of = "planet" },
				func(q *store.RetentionQuery) { q.Target.Filter = is("event.planet", store.Eq, "x") }, func(q *store.RetentionQuery) { q.Split = is("event.name", store.Eq, "x") },
				func(q *store.RetentionQuery) { q.To = days(5)[4] }, func(q *store.RetentionQuery) { q.From = q.From.Add(-1000) },
			} {
				q := store.RetentionQuery{
					Scope: store.Scope{Project: w.project, From: days(4)[0], To: days(4)[3]}, Target: ofEvent("in"), Returning: ofEvent("back"), Unit: byPerson(),
					Edges: days(6), Rows: 3, Intervals: 3, Cohort: store.CohortFirst, Criterion: store.On, MinOccurrences: 1, Until: days(9)[8],
				}
				change(&q)
				_, err := w.store.Retention(w.ctx(), q)
				w.wantPermanent(err)
			}
		}},
	}
}

func lifecycleCases() []example {
	ask := func(w *world, unit store.Unit, of store.Step) store.Lifecycle {
		w.t.Helper()
		edges := append([]time.Time{clock("00:00:00").AddDate(0, 0, -1)}, days(4)...)
		out, err := w.store.Lifecycle(w.ctx(), store.LifecycleQuery{Scope: store.Scope{Project: w.project, From: edges[1], To: edges[4]}, Of: of, Unit: unit, Edges: edges})
		w.must(err)
		return out
	}
	return []example{
		{"lifecycle/new, returning, dormant and resurrecting", func(w *world) {
			w.append(did("use", onDay(0)), did("use", onDay(2)), // new, gone, back
				did("use", onDay(-1), by("d2")), did("use", onDay(0), by("d2")), did("use", onDay(1), by("d2")), // from before
				did("use", onDay(-1), by("d3")), // never again
				did("use", onDay(-2), by("d4")), did("use", onDay(0), by("d4")))
			w.want(ask(w, byPerson(), ofEvent("use")), store.Lifecycle{
				New: []int64{1, 0, 0}, Returning: []int64{1, 1, 0}, Resurrecting: []int64{1, 0, 1}, Dormant: []int64{1, 2, 1},
			})
		}},
		{"lifecycle/born is who is seen at all, not who does it", func(w *world) {
			w.append(did("look", onDay(-9)), did("use", onDay(0)), did("look", onDay(1), by("d2")), did("use", id("same day"), onDay(1), by("d2")),
				did("look", onDay(1), by("robot"), bot()), did("use", onDay(2), by("robot")))
			w.want(ask(w, byPerson(), ofEvent("use")), store.Lifecycle{
				New: []int64{0, 1, 1}, Returning: []int64{0, 0, 0}, Resurrecting: []int64{1, 0, 0}, Dormant: []int64{0, 1, 1},
			})
		}},
		{"lifecycle/who only calls is born with the first call that matches", func(w *world) {
			w.append(call("GET /a", id("1"), onDay(-9), device("script")), call("GET /a", id("2"), onDay(1), device("script")), call("GET /a", id("3"), onDay(2), device("d2")))
			w.want(ask(w, byPerson(), store.Step{Of: store.OfCalls}), store.Lifecycle{
				New: []int64{0, 0, 1}, Returning: []int64{0, 0, 0}, Resurrecting: []int64{0, 1, 0}, Dormant: []int64{0, 0, 1},
			})
		}},
		{"lifecycle/refuses to know nothing of before", func(w *world) {
			_, err := w.store.Lifecycle(w.ctx(), store.LifecycleQuery{Scope: w.today(), Of: ofEvent("use"), Unit: byPerson(), Edges: days(2)})
			w.wantPermanent(err)
		}},
		{"stickiness/people by the number of days", func(w *world) {
			w.append(did("use", onDay(0)), did("use", id("again"), onDay(0)), did("use", onDay(2)), did("use", onDay(1), by("d2")), did("look", onDay(1), by("d3")))
			q := store.StickinessQuery{Scope: store.Scope{Project: w.project, From: days(4)[0], To: days(4)[3]}, Of: ofEvent("use"), Unit: byPerson(), Edges: days(4)}
			got, err := w.store.Stickiness(w.ctx(), q)
			w.must(err)
			w.want(got, []int64{1, 1, 0})
			q.Edges = days(1)
			_, err = w.store.Stickiness(w.ctx(), q)
			w.wantPermanent(err)
		}},
	}
}
