package storetest

import (
	"strconv"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// paths asks for the pages of today.
func (w *world) paths(change func(*store.PathsQuery)) store.Paths {
	w.t.Helper()
	q := pagesOf(w.today())
	change(&q)
	out, err := w.store.Paths(w.ctx(), q)
	w.must(err)
	return out
}

func pagesOf(s store.Scope) store.PathsQuery {
	pages := store.PathNode{Step: store.Step{Of: store.OfEvents, Filter: is("event.kind", store.Eq, "page_view")}, Name: []store.Field{fieldOf("event.page")}}
	return store.PathsQuery{Scope: s, Unit: byPerson(), Nodes: []store.PathNode{pages}, Gap: 30 * time.Minute, MaxSteps: 5, MaxEdges: 50}
}

// walk is views of pages, a minute after one another, from ten o'clock on.
func walk(who string, pages ...string) (out []any) {
	for i, page := range pages {
		out = append(out, view(page, id(who+strconv.Itoa(i)), device(who), after(time.Duration(i)*time.Minute)))
	}
	return out
}

// after is so long after ten o'clock.
func after(d time.Duration) option {
	return func(r record) { *r.time = clock("10:00:00").Add(d) }
}

// way is the edges of one path, each taken once in a minute.
func way(names ...string) (out []store.PathEdge) {
	for i := 1; i < len(names); i++ {
		out = append(out, store.PathEdge{Source: strconv.Itoa(i) + "_" + names[i-1], Target: strconv.Itoa(i+1) + "_" + names[i], Count: 1, People: 1, MeanMS: 60_000})
	}
	return out
}

func pathCases() []example {
	asIs := func(*store.PathsQuery) {}
	return []example{
		{"paths/of nothing and of one page", func(w *world) {
			w.want(w.paths(asIs), store.Paths{Share: 1})
			w.append(walk("d1", "/a")...)
			w.want(w.paths(asIs), store.Paths{Share: 1})
		}},
		{"paths/nodes know their step, so that a circle is none", func(w *world) {
			w.append(walk("d1", "/a", "/b", "/a", "/b")...)
			w.want(w.paths(asIs).Edges, way("/a", "/b", "/a", "/b"))
		}},
		{"paths/the same page again counts once, from its last view", func(w *world) {
			w.append(walk("d1", "/a", "/a", "/b", "/b/", "/c")...)
			edges := way("/a", "/b", "/c")
			edges[0].MeanMS = 120_000
			w.want(w.paths(asIs).Edges, edges)
		}},
		{"paths/a gap parts when it is longer than allowed, not when it is equal", func(w *world) {
			w.append(view("/a", after(0)), view("/b", after(30*time.Minute)), view("/c", after(60*time.Minute+time.Microsecond)), view("/d", after(61*time.Minute)))
			got := w.paths(asIs)
			w.want(got.Edges, []store.PathEdge{
				{Source: "1_/a", Target: "2_/b", Count: 1, People: 1, MeanMS: 30 * 60_000},
				{Source: "1_/c", Target: "2_/d", Count: 1, People: 1, MeanMS: 59_999.999},
			})
		}},
		{"paths/only so many steps, from the beginning", func(w *world) {
			w.append(walk("d1", "/1", "/2", "/3", "/4")...)
			w.want(w.paths(func(q *store.PathsQuery) { q.MaxSteps = 3 }).Edges, way("/1", "/2", "/3"))
		}},
		{"paths/from the first start on", func(w *world) {
			w.append(walk("d1", "/x", "/a", "/b", "/a", "/c")...)
			w.append(walk("d2", "/x", "/y")...)
			w.want(w.paths(func(q *store.PathsQuery) { q.Start = "/a" }).Edges, way("/a", "/b", "/a", "/c"))
		}},
		{"paths/to the first end, the last steps before it", func(w *world) {
			w.append(walk("d1", "/1", "/2", "/3", "/end", "/5", "/end")...)
			w.want(w.paths(func(q *store.PathsQuery) { q.End, q.MaxSteps = "/end", 3 }).Edges, way("/2", "/3", "/end"))
		}},
		{"paths/from start to end, without the middle", func(w *world) {
			w.append(walk("d1", "/end", "/start", "/1", "/2", "/3", "/4", "/5", "/end", "/6")...)
			edges := way("/start", "/1", "...", "/5", "/end")
			edges[2].MeanMS = 3 * 60_000
			w.want(w.paths(func(q *store.PathsQuery) { q.Start, q.End = "/start", "/end" }).Edges, edges)
			even := way("/start", "/1", "...", "/end")
			even[2].MeanMS = 4 * 60_000
			w.want(w.paths(func(q *store.PathsQuery) { q.Start, q.End, q.MaxSteps = "/start", "/end", 4 }).Edges, even)
			both := way("/start", "/end")
			both[0].MeanMS = 6 * 60_000
			w.want(w.paths(func(q *store.PathsQuery) { q.Start, q.End, q.MaxSteps = "/start", "/end", 2 }).Edges, both)
			w.want(w.paths(func(q *store.PathsQuery) { q.Start, q.End = "/6", "/end" }), store.Paths{Share: 1})
			w.want(w.paths(func(q *store.PathsQuery) { q.Start, q.End = "/5", "/5" }), store.Paths{Share: 1})
		}},
		{"paths/groupings name nodes, and make them one", func(w *world) {
			w.append(walk("d1", "/orders/1", "/orders/2", "/über", "/ÜBER/x")...)
			got := w.paths(func(q *store.PathsQuery) {
				q.Groupings = []store.Grouping{{Pattern: "/orders/[^/]*", Name: "/orders/*"}, {Pattern: "(?i)/über", Name: "Ü"}, {Pattern: "orders", Name: "never"}}
			})
			edges := way("/orders/*", "Ü")
			edges[0].MeanMS = 120_000
			w.want(got.Edges, edges)
		}},
		{"paths/what the cap cuts is counted, so that nodes add up", func(w *world) {
			w.append(walk("d1", "/a", "/b", "/c")...)
			w.append(walk("d2", "/a", "/b", "/d")...)
			w.append(walk("d3", "/a", "/e")...)
			w.append(walk("d4", "/f", "/b")...)
			w.append(walk("d5", "/a")...)
			got := w.paths(func(q *store.PathsQuery) { q.MaxEdges = 2 })
			w.want(got, store.Paths{
				Edges: []store.PathEdge{
					{Source: "1_/a", Target: "2_/b", Count: 2, People: 2, MeanMS: 60_000}, {Source: "1_/a", Target: "2_/e", Count: 1, People: 1, MeanMS: 60_000},
				},
				Nodes: []store.PathTotal{{Node: "1_/a", Visits: 4}, {Node: "2_/b", Visits: 3, OtherIn: 1, OtherOut: 2}, {Node: "2_/e", Visits: 1}},
				Other: 3,
				Share: 1,
			})
		}},
		{"paths/calls between two nodes, own and linked", func(w *world) {
			a := view("/a", after(0))
			caused := call("GET /x", id("caused"), after(10*time.Second), took("30ms"))
			w.append(a, view("/b", after(time.Minute)), caused,
				call("GET /x", id("1"), after(0), device("d1"), took("10ms")), call("GET /x", id("2"), after(time.Second), device("d1"), took("20ms"), status(500)),
				call("GET /x", id("3"), after(2*time.Second), device("d1"), untimed()), call("GET /x", id("4"), after(3*time.Second), device("d1"), class(event.Asset), took("9s")),
				call("GET /x", id("5"), after(time.Minute), device("d1"), took("9s")), call("GET /x", id("6"), after(time.Second), device("d2"), took("9s")))
			w.link(rows(a, caused), tie(a, caused, event.ByTrace, 0.5))
			edge := store.PathEdge{Source: "1_/a", Target: "2_/b", Count: 1, People: 1, MeanMS: 60_000, Calls: 4, Failed: 1}
			edge.P75MS = values(25)[0]
			w.want(w.paths(asIs).Edges, []store.PathEdge{edge}, closely())
			edge.Calls, edge.P75MS = 3, values(17.5)[0]
			w.want(w.paths(func(q *store.PathsQuery) { q.MinConfidence = 0.9 }).Edges, []store.PathEdge{edge}, closely())
		}},
		{"paths/of too many calls, those in slices of the range are looked through", func(w *world) {
			var all []any
			for i := range 30 {
				begun, who := time.Duration(i)*20*time.Minute, strconv.Itoa(i)
				all = append(all, view("/a", id("a"+who), device(who), after(begun)), view("/b", id("b"+who), device(who), after(begun+time.Minute)),
					call("GET /x", id("c"+who), device(who), after(begun+time.Second), took("10ms")))
			}
			w.append(all...)
			const most = 10
			var looked int64
			for _, slice := range store.Slices(w.today().From, w.today().To, most/30.) {
				for i := range 30 {
					if at := clock("10:00:00").Add(time.Duration(i) * 20 * time.Minute); !at.Before(slice.From) && !at.Add(time.Minute).After(slice.To) {
						looked++
					}
				}
			}
			got := w.paths(func(q *store.PathsQuery) { q.MaxCalls = most })
			w.want(got.Edges, []store.PathEdge{{Source: "1_/a", Target: "2_/b", Count: 30, People: 30, MeanMS: 60_000, Calls: looked, P75MS: values(10)[0]}})
			w.want(got.Share, most/30.)
			w.want(w.paths(func(q *store.PathsQuery) { q.MaxCalls = 30 }).Edges[0].Calls, int64(30))
		}},
		{"paths/of events and calls, each by its own name", func(w *world) {
			w.append(view("/a", after(0)), click("Buy", after(time.Minute)), call("POST /orders", after(2*time.Minute), device("d1"), service("shop")))
			got := w.paths(func(q *store.PathsQuery) {
				q.Nodes = append(q.Nodes,
					store.PathNode{Step: store.Step{Of: store.OfEvents}, Name: []store.Field{fieldOf("event.properties.label"), fieldOf("event.target")}},
					store.PathNode{Step: store.Step{Of: store.OfCalls}, Name: []store.Field{fieldOf("call.endpoint")}})
			})
			w.want(got.Edges, way("/a", "Buy", "shop: POST /orders"))
		}},
		{"paths/at one instant the order of arrival counts", func(w *world) {
			w.append(view("/b", id("1"), after(0)), view("/a", id("2"), after(0)))
			w.want(w.paths(asIs).Edges, []store.PathEdge{{Source: "1_/b", Target: "2_/a", Count: 1, People: 1}})
		}},
		{"paths/refuses what is out of bounds", func(w *world) {
			for _, change := range []func(*store.PathsQuery){
				func(q *store.PathsQuery) { q.Nodes = nil }, func(q *store.PathsQuery) { q.Gap = 0 }, func(q *store.PathsQuery) { q.MaxSteps = 21 }, func(q *store.PathsQuery) { q.MaxEdges = 0 },
				func(q *store.PathsQuery) { q.Groupings = []store.Grouping{{Pattern: "("}} }, func(q *store.PathsQuery) { q.Nodes[0].Name = []store.Field{fieldOf("call.route")} },
				func(q *store.PathsQuery) { q.Unit.Of = "planet" }, func(q *store.PathsQuery) { q.Filter = is("interaction.failed", store.Gt, 0.0) },
			} {
				q := pagesOf(w.today())
				change(&q)
				_, err := w.store.Paths(w.ctx(), q)
				w.wantPermanent(err)
			}
		}},
	}
}
