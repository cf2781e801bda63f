package storetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// sameStats compares rows of the catalogue: exactly, or as closely as the contract
// wants of an answer from rollups.
func sameStats(approx *bool) cmp.Option {
	quantiles := func(a, b *int64) bool {
		if a == nil || b == nil {
			return a == b
		}
		tolerance := 1.0
		if *approx {
			tolerance += 0.045 * float64(max(*a, *b))
		}
		return math.Abs(float64(*a-*b)) <= tolerance
	}
	lastSeen := func(a, b time.Time) bool {
		if *approx {
			a, b = a.Truncate(time.Minute), b.Truncate(time.Minute)
		}
		return a.Equal(b)
	}
	return cmp.Options{cmp.Comparer(quantiles), cmp.Comparer(lastSeen)}
}

// catalogueCases are about ranges that are long enough for rollups.
func catalogueCases() []example {
	return []example{
		{"catalogue/three days are as the reference counts them", func(w *world) {
			both := w.beside(NewReference(Clock))
			events, calls := threeDays()
			both(func(w *world) { w.append(anys(calls[:400])...) })
			both(func(w *world) { w.append(anys(calls[200:600])...) }) // half of them again
			both(func(w *world) { w.appendAs("import", anys(calls[600:])...) })
			both(func(w *world) { w.append(anys(events)...) })
			w.sameCatalogue(both)
			links := make([]any, 0, 2*len(calls))
			for i, c := range calls {
				if i%3 > 0 {
					links = append(links, tie(events[i%len(events)], c, event.ByTrace, 0.9))
				}
				if i%5 == 0 {
					links = append(links, tie(events[i%7], c, event.ByWindow, 0.95))
				}
			}
			covered := append(anys(events), anys(calls)...)
			both(func(w *world) { w.link(covered, links...) })
			w.sameCatalogue(both)
			both(func(w *world) { w.link(covered, links[:len(links)/2]...) })
			w.sameCatalogue(both)
			both(func(w *world) {
				_, err := w.store.Erase(w.ctx(), w.project, store.Person{DeviceIDs: []string{"d1"}, UserIDs: []string{"u2"}})
				w.must(err)
			})
			w.sameCatalogue(both)
			both(func(w *world) {
				_, err := w.store.Forget(w.ctx(), w.project, "import")
				w.must(err)
			})
			w.sameCatalogue(both)
			both(func(w *world) { w.append(anys(calls)...) })
			w.sameCatalogue(both)
		}},
		{"catalogue/calls of the same minute at both sides of its ends", func(w *world) {
			both := w.beside(NewReference(Clock))
			both(func(w *world) {
				w.append(call("GET /a", id("1"), at("2026-11-20T09:59:59.999999Z")), call("GET /a", id("2"), at("2026-11-20T10:00:00Z")),
					call("GET /a", id("3"), at("2026-11-23T09:59:59.999999Z"), took("20ms")), call("GET /a", id("4"), at("2026-11-23T10:00:00Z")))
			})
			w.sameCatalogue(both)
		}},
	}
}

// beside returns what does the same in this world and in one of another store, and
// returns that other world.
func (w *world) beside(other store.Store) func(func(*world)) *world {
	twin := &world{t: w.t, store: other, project: w.project}
	return func(do func(*world)) *world {
		do(w)
		do(twin)
		return twin
	}
}

// sameCatalogue compares the catalogues of both worlds over whole hours.
func (w *world) sameCatalogue(both func(func(*world)) *world) {
	w.t.Helper()
	for _, side := range []event.Side{event.Server, event.Client} {
		for _, bots := range []bool{false, true} {
			q := store.EndpointsQuery{Side: side, Scope: store.Scope{
				Project: w.project, From: clock("2026-11-20T10:00:00Z"), To: clock("2026-11-23T10:00:00Z"), Bots: bots,
			}}
			var answers []store.Endpoints
			both(func(w *world) {
				out, err := w.store.Endpoints(w.ctx(), q)
				w.must(err)
				answers = append(answers, out)
			})
			w.want(answers[0].Rows, answers[1].Rows, sameStats(&answers[0].Approx))
		}
	}
	for _, f := range []store.Filter{nil, store.OnEndpoint(event.Endpoint{Method: "GET", Route: "/a"}), store.Equals("call.side", "client"), store.Equals("call.failed", true), store.Has{Field: fieldOf("call.user_id")}} {
		w.sameHours(both, f)
	}
}

// sameHours compares what calls add up to by the hour, and in a range that begins and
// ends within one.
func (w *world) sameHours(both func(func(*world)) *world, f store.Filter) {
	w.t.Helper()
	s := store.Scope{Project: w.project, From: clock("2026-11-20T10:20:30Z"), To: clock("2026-11-23T09:40:15Z"), Filter: f}
	hours := []time.Time{s.From}
	for at := clock("2026-11-20T11:00:00Z"); at.Before(s.To); at = at.Add(time.Hour) {
		hours = append(hours, at)
	}
	for _, at := range [][]time.Time{{s.From, s.To}, append(hours, s.To)} {
		var numbers []store.Series
		var cells [][]store.HeatmapCell
		both(func(w *world) {
			q := store.SeriesQuery{Scope: s, Edges: at, Limit: 1, Approx: true}
			for _, stat := range []store.Stat{store.Count, store.Failed, store.Refused, store.ErrorRate, store.P50, store.P95} {
				q.Measures = append(q.Measures, store.Measure{Of: store.OfCalls, Stat: stat})
			}
			out, err := w.store.Series(w.ctx(), q)
			w.must(err)
			numbers = append(numbers, out)
			found, err := w.store.Heatmap(w.ctx(), store.HeatmapQuery{Scope: s, Edges: at})
			w.must(err)
			cells = append(cells, found)
		})
		w.want(cells[0], cells[1])
		got, want := numbers[0].Lines[0].Values, numbers[1].Lines[0].Values
		w.want(got[:4], want[:4], closely())
		w.want(got[4:], want[4:], cmpopts.EquateApprox(0.045, 0.001))
	}
}

// threeDays are actions and calls of some people on a few endpoints.
func threeDays() ([]event.Event, []event.Call) {
	random := rand.New(rand.NewPCG(1, 2))
	from := clock("2026-11-20T10:00:00Z")
	var events []event.Event
	var calls []event.Call
	for i := range 900 {
		moment := at(from.Add(time.Duration(random.Int64N(int64(72 * time.Hour)))).Truncate(time.Microsecond).Format(time.RFC3339Nano))
		if i%9 == 0 {
			events = append(events, click("Pay", id(fmt.Sprint("e", i)), moment, device(fmt.Sprint("d", random.IntN(30))), user([]string{"", "u1", "u2"}[random.IntN(3)])))
			continue
		}
		options := []option{id(fmt.Sprint("c", i)), moment, took(fmt.Sprintf("%dus", int(random.ExpFloat64()*50_000))), weight(float64(1 + random.IntN(3)))}
		for _, sometimes := range []option{
			fromClient(), untimed(), status(404), status(503), broken("timeout"), broken(event.Aborted), class(event.Asset), bot(),
			device(fmt.Sprint("d", random.IntN(30))), device("d1"), user(fmt.Sprint("u", random.IntN(10))),
		} {
			if random.IntN(4) == 0 {
				options = append(options, sometimes)
			}
		}
		calls = append(calls, call([]string{"GET /a", "shop: GET /a", "POST /b"}[random.IntN(3)], options...))
	}
	return events, calls
}

func anys[T any](list []T) []any { return each(list, func(v T) any { return v }) }
