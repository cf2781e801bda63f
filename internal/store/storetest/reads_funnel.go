package storetest

import (
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// counts are how many got to each step.
func counts(f store.Funnel) []int64 {
	return each(f.Steps, func(s store.FunnelStep) int64 { return s.Count })
}

func funnelCases() []example {
	ask := func(w *world, steps ...store.Step) store.FunnelQuery {
		return store.FunnelQuery{
			Scope: w.today(), Steps: steps, Unit: store.Unit{Of: store.UnitPerson}, Order: store.InOrder, Entry: store.Best, Window: time.Hour, Now: clock("12:00:00"),
		}
	}
	funnel := func(w *world, q store.FunnelQuery) store.Funnel {
		w.t.Helper()
		out, err := w.store.Funnel(w.ctx(), q)
		w.must(err)
		return out
	}
	seconds := func(n float64) *float64 { return &n }
	return []example{
		{"funnel/steps, times and who", func(w *world) {
			w.append(
				did("view"), did("cart", at("10:00:10")), did("paid", at("10:00:40")),
				did("view", by("d2")), did("cart", by("d2"), at("10:00:20")),
				did("cart", by("d3")), did("view", by("d4"), at("11:30:00")))
			q := ask(w, ofEvent("view"), ofEvent("cart"), ofEvent("paid"))
			q.Spread, q.Entities = []time.Duration{30 * time.Second, time.Minute}, 2
			w.want(funnel(w, q), store.Funnel{
				Steps: []store.FunnelStep{
					{Count: 3, InProgress: 1}, {Count: 2, Times: store.Times{Median: seconds(15), Mean: seconds(15)}}, {Count: 1, Times: store.Times{Median: seconds(30), Mean: seconds(30)}},
				},
				Spread: []int64{0, 1, 0}, Whole: store.Times{Median: seconds(40), Mean: seconds(40)}, Truncated: true,
				Entities: []store.FunnelEntity{
					{ID: "d1", Times: []time.Time{clock("10:00:00"), clock("10:00:10"), clock("10:00:40")}}, {ID: "d2", Times: []time.Time{clock("10:00:00"), clock("10:00:20")}},
				},
			}, closely())
		}},
		{"funnel/a call of all sides and tiers is one request, at the time of its client", func(w *world) {
			start := did("start", session("s1"))
			asked := call("POST /pay", id("client"), fromClient(), at("10:00:01"), device("d1"))
			edge, shop := call("edge: POST /pay", id("edge"), at("10:00:02")), call("shop: POST /pay", id("shop"), at("10:00:03"), status(500))
			lost := call("GET /lost", id("lost"), fromClient(), at("10:00:04"), device("d1"), broken("network"))
			w.append(start, asked, edge, shop, lost)
			w.link(rows(start, asked, edge, shop, lost), tie(asked, edge, event.BySpan, 0.9), tie(asked, shop, event.BySpan, 0.9))
			calls := func(f store.Filter) store.Step { return store.Step{Of: store.OfCalls, Filter: f} }
			q := ask(w, ofEvent("start"), calls(is("call.failed", store.Eq, true)), calls(nil), calls(nil))
			q.Entities = 1
			got := funnel(w, q)
			w.want(counts(got), []int64{1, 1, 1, 0})
			w.want(got.Entities[0].Times, []time.Time{clock("10:00:00"), clock("10:00:01"), clock("10:00:04")})
			q.MinConfidence = 0.95 // then the server calls belong to nobody
			w.want(counts(funnel(w, q)), []int64{1, 1, 0, 0})
		}},
		{"funnel/other projects and bots are not there", func(w *world) {
			w.append(did("a"), did("a", by("robot"), bot()))
			q := ask(w, ofEvent("a"))
			w.want(counts(funnel(w, q)), []int64{1})
			q.Bots = true
			w.want(counts(funnel(w, q)), []int64{2})
			q.Project++
			w.want(counts(funnel(w, q)), []int64{0})
		}},
		{"funnel/wrong questions are refused", func(w *world) {
			good := ask(w, ofEvent("a"), ofEvent("b"))
			for name, spoil := range map[string]func(*store.FunnelQuery){
				"no steps": func(q *store.FunnelQuery) { q.Steps = nil },
				"31 steps": func(q *store.FunnelQuery) { q.Steps = slices.Repeat([]store.Step{ofEvent("a")}, 31) },
				"31 exclusions": func(q *store.FunnelQuery) {
					q.Exclude = slices.Repeat([]store.Exclusion{{Step: ofEvent("x"), From: 1, To: 2}}, 31)
				},
				"no window":         func(q *store.FunnelQuery) { q.Window = 0 },
				"no order":          func(q *store.FunnelQuery) { q.Order = "" },
				"no entry":          func(q *store.FunnelQuery) { q.Entry = "last" },
				"no unit":           func(q *store.FunnelQuery) { q.Unit.Of = "planet" },
				"unit of a session": func(q *store.FunnelQuery) { q.Unit = store.Unit{Of: store.UnitProperty, Field: fieldOf("session.id")} },
				"step of sessions":  func(q *store.FunnelQuery) { q.Steps[0].Of = store.OfSessions },
				"foreign step":      func(q *store.FunnelQuery) { q.Steps[0].Filter = is("call.status", store.Eq, int64(1)) },
				"pattern": func(q *store.FunnelQuery) {
					q.Steps[0].Filter = store.Text{Field: fieldOf("event.name"), Test: store.Matches, Arg: "("}
				},
				"exclusion beyond":      func(q *store.FunnelQuery) { q.Exclude = []store.Exclusion{{Step: ofEvent("x"), From: 1, To: 3}} },
				"exclusion backwards":   func(q *store.FunnelQuery) { q.Exclude = []store.Exclusion{{Step: ofEvent("x"), From: 2, To: 1}} },
				"strict with tolerance": func(q *store.FunnelQuery) { q.Order, q.TieTolerance = store.Strict, time.Second },
				"by nothing":            func(q *store.FunnelQuery) { q.By = &store.FunnelBy{Attribution: store.FirstValue} },
				"by no step": func(q *store.FunnelQuery) {
					q.By = &store.FunnelBy{Field: fieldOf("event.name"), Attribution: store.AtStep, Step: 3}
				},
				"too many listed":  func(q *store.FunnelQuery) { q.Entities = 10_001 },
				"spread backwards": func(q *store.FunnelQuery) { q.Spread = []time.Duration{2, 1} },
				"mixed condition": func(q *store.FunnelQuery) {
					q.Filter = store.Or{is("event.name", store.Eq, "a"), is("call.status", store.Eq, int64(1))}
				},
			} {
				q := good
				q.Steps = slices.Clone(good.Steps)
				spoil(&q)
				if _, err := w.store.Funnel(w.ctx(), q); !event.IsPermanent(err) {
					w.t.Errorf("%s: got error %v, want a permanent one", name, err)
				}
			}
		}},
	}
}
