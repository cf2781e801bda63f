package storetest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// histories asks for what those did from the day before until the day after who did "in"
// on the suite's day.
func (w *world) histories(change func(*store.HistoriesQuery)) []store.History {
	w.t.Helper()
	q := store.HistoriesQuery{
		Scope: store.Scope{Project: w.project, From: days(2)[0], To: days(2)[1]}, Since: days(2)[0].AddDate(0, 0, -1), Until: days(3)[2],
		Steps: []store.Step{ofEvent("in"), ofEvent("back"), {Of: store.OfCalls}}, Unit: byPerson(),
	}
	if change != nil {
		change(&q)
	}
	out, err := sortedHistories(func(use func(store.History)) error { return w.store.Histories(w.ctx(), q, use) })
	w.must(err)
	return out
}

// sortedHistories collects histories, by their first row, then name, then all rows.
func sortedHistories(ask func(use func(store.History)) error) (out []store.History, err error) {
	err = ask(func(h store.History) {
		h.Rows = slices.Clone(h.Rows)
		out = append(out, h)
	})
	slices.SortFunc(out, func(a, b store.History) int {
		return cmp.Or(a.Rows[0].Time.Compare(b.Rows[0].Time), strings.Compare(a.ID, b.ID), slices.CompareFunc(a.Rows, b.Rows, func(x, y store.HistoryRow) int {
			return cmp.Or(x.Time.Compare(y.Time), cmp.Compare(x.Steps, y.Steps))
		}))
	})
	return out, err
}

func historyCases() []example {
	const in, back, called = 1, 2, 4
	row := func(day int, steps uint64) store.HistoryRow {
		return store.HistoryRow{Time: clock("10:00:00").AddDate(0, 0, day), Steps: steps}
	}
	return []example{
		{"histories/of those who did the first step in the range, over the longer time", func(w *world) {
			w.append(did("back", onDay(-1), by("d1")), did("in", onDay(0), by("d1")), did("back", onDay(1), by("d1")), did("in", onDay(2), by("d1")), // the last is too late
				did("in", onDay(-1), by("d2")), did("back", onDay(0), by("d2")), // not in the range
				did("in", onDay(0), by("d3")), did("else", onDay(0), by("d3")))
			w.want(w.histories(nil), []store.History{{ID: "d1", Rows: []store.HistoryRow{row(-1, back), row(0, in), row(1, back)}}, {ID: "d3", Rows: []store.HistoryRow{row(0, in)}}})
		}},
		{"histories/nobody", func(w *world) { w.want(w.histories(nil), []store.History(nil)) }},
		{"histories/a row may match several steps", func(w *world) {
			w.append(did("in", onDay(0)))
			got := w.histories(func(q *store.HistoriesQuery) { q.Steps = []store.Step{ofEvent("in"), {Of: store.OfEvents}} })
			w.want(got, []store.History{{ID: "d1", Rows: []store.HistoryRow{row(0, 3)}}})
		}},
		{"histories/requests count once, of persons by claims", func(w *world) {
			early := did("in", onDay(0), by("d1"))
			login := did("login", onDay(0), by("d1"), func(r record) { r.identity.UserID = "u1"; *r.time = r.time.Add(time.Hour) })
			asks, answers := call("GET /x", onDay(1), func(r record) { r.identity.DeviceID = "d1" }, fromClient(), id("c")), call("GET /x", onDay(1), id("s"))
			w.append(early, login, asks, answers)
			claim := event.Claim{Pair: event.Pair{DeviceID: "d1", UserID: "u1"}, FirstSeen: login.Time, Method: event.ByLogin, EventID: login.ID}
			w.link([]any{early, login, asks, answers}, claim, event.Link{ClientCallID: "c", ServerCallID: "s", Method: event.ByTrace, Confidence: 1, Time: answers.Time, DeviceID: "d1"})
			w.want(w.histories(nil), []store.History{{ID: "u1", Rows: []store.HistoryRow{row(0, in), row(1, called)}}})
		}},
		{"histories/by session and account", func(w *world) {
			w.append(did("in", onDay(0), by("d1"), func(r record) { r.identity.SessionID, r.identity.AccountID = "s1", "a1" }),
				did("back", onDay(1), by("d2"), func(r record) { r.identity.SessionID, r.identity.AccountID = "s2", "a1" }))
			for unit, want := range map[store.UnitOf][]store.History{
				store.UnitSession: {{ID: "s1", Rows: []store.HistoryRow{row(0, in)}}}, store.UnitAccount: {{ID: "a1", Rows: []store.HistoryRow{row(0, in), row(1, back)}}},
			} {
				w.want(w.histories(func(q *store.HistoriesQuery) { q.Unit.Of = unit }), want)
			}
		}},
		{"histories/refused", func(w *world) {
			for _, change := range []func(*store.HistoriesQuery){
				func(q *store.HistoriesQuery) { q.Steps = nil },
				func(q *store.HistoriesQuery) { q.Since = q.From.Add(time.Hour) },
				func(q *store.HistoriesQuery) { q.Until = q.From },
				func(q *store.HistoriesQuery) { q.Unit.Of = "planet" },
			} {
				q := store.HistoriesQuery{Scope: w.today(), Since: w.today().From, Until: w.today().To, Steps: []store.Step{ofEvent("in")}, Unit: byPerson()}
				change(&q)
				w.wantPermanent(w.store.Histories(w.ctx(), q, func(store.History) {}))
			}
		}},
	}
}

func (d *duel) askHistories() {
	g := generator{T: d.T}
	s, edges := d.span(1, 2, 1)
	q := store.HistoriesQuery{Scope: s, Since: edges[0], Until: edges[3], Steps: []store.Step{d.step()}, Unit: d.unit()}
	for range g.upTo(3, "more steps") {
		q.Steps = append(q.Steps, d.step())
	}
	d.same("Histories", func(s store.Store) (any, error) {
		return sortedHistories(func(use func(store.History)) error { return s.Histories(d.ctx, q, use) })
	})
}
