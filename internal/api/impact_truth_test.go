package api

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

// told is a story, stored and linked as the server does it.
type told struct {
	store  *duckdb.Store
	linker *pipeline.Linker
	in     *pipeline.Pipeline
	rows   int
	scope  store.Scope
}

func newTold(tb testing.TB, days int) *told {
	tb.Helper()
	engine, err := duckdb.Open(tb.Context(), duckdb.Config{Dir: tb.TempDir(), Threads: 2, Now: clock})
	must(tb, err)
	tb.Cleanup(func() { must(tb, engine.Close()) })
	w := newWorld(tb, func(c *Config) { c.Store = engine })
	end := clock().Truncate(time.Hour)
	return &told{
		store: engine, linker: pipeline.NewLinker(pipeline.LinkerConfig{Store: engine, Now: clock}), in: w.served.pipeline,
		scope: store.Scope{Project: 1, From: end.AddDate(0, 0, -days), To: end},
	}
}

// take stores records as intake does.
func (t *told) take(ctx context.Context, r *event.Records) error {
	t.rows += len(r.Events) + len(r.Calls)
	w := t.in.Begin(ctx, pipeline.Origin{Project: 1, Source: "story", Patient: true})
	for i := range r.Events {
		if err := w.Event(&r.Events[i]); err != nil {
			return err
		}
	}
	for i := range r.Calls {
		if err := w.Call(&r.Calls[i]); err != nil {
			return err
		}
	}
	_, err := w.Close()
	return err
}

// link links what came since it was last called.
func (t *told) link(ctx context.Context) error {
	for {
		if more, err := t.linker.Pass(ctx); err != nil || !more {
			return err
		}
	}
}

// asked is a question about the whole story, asked when it is long over.
func (t *told) asked(minConfidence float64) analysis.Asked {
	s := t.scope
	s.MinConfidence = minConfidence
	return analysis.Asked{Scope: s, Zone: time.UTC, Now: clock().Add(24 * time.Hour)}
}

// kiosk is a small shop with three calls on the way to an order. What failures and
// slowness do to the chance of an order is written down, and so is what they did.
type kiosk struct {
	dice   *rand.Rand
	failed [3]float64 // what each failure leaves of the chance
	slower [3]float64 // how much of the chance each doubling takes
	lost   [3]float64 // orders that failures truly cost
	slow   [3]float64 // and that calls cost by taking longer than kioskSlow
}

const kioskSlow = 400. // ms

func kioskRoutes() [3]string { return [3]string{"/search", "/cart", "/pay"} }

// visit is one person's: three clicks, each with a call that browser and server saw, and
// perhaps an order. No ids tie the records.
func (k *kiosk) visit(person, n int, begin time.Time) (r event.Records) {
	who := event.Identity{DeviceID: fmt.Sprint("device-of-person-", person), SessionID: fmt.Sprintf("session-%03d-%04d-of-the-kiosk", person, n)}
	from := event.Origin{UserAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", ClientIP: fmt.Sprintf("198.51.%d.%d", person/200, 1+person%200)}
	at, chance, weather := begin, .6, .6*math.Sin(float64(begin.Unix()/1800)*1.7)
	var fails [3]bool
	var over [3]float64 // doublings above kioskSlow
	for i, route := range kioskRoutes() {
		id := fmt.Sprintf("%d-%d-%d", person, n, i)
		ms := 250 * math.Exp(weather+.4*k.dice.NormFloat64()+.2*float64(person%3-1))
		fails[i] = k.dice.Float64() < .06
		status := 200
		if fails[i] {
			chance *= k.failed[i]
			status = 500
		}
		chance -= k.slower[i] * math.Log2(ms/250)
		over[i] = max(0, math.Log2(ms/kioskSlow))
		took := time.Duration(ms * float64(time.Millisecond)).Truncate(time.Microsecond)
		r.Events = append(r.Events, event.Event{ID: "e" + id, Time: at, Name: "click", Kind: event.Click, Identity: who, Target: event.Target{Name: route}, Origin: from})
		c := event.Call{ID: "c" + id, Time: at.Add(10 * time.Millisecond), Duration: took + 60*time.Millisecond, Timed: true, Side: event.Client, Method: "POST", Path: route, Status: status, Identity: who, Origin: from}
		s := c
		s.ID, s.Side, s.Service, s.Identity, s.Time, s.Duration = "s"+id, event.Server, "kiosk", event.Identity{}, c.Time.Add(25*time.Millisecond), took
		r.Calls = append(r.Calls, c, s)
		at = at.Add(took + time.Duration(8+k.dice.IntN(20))*time.Second)
	}
	chance = min(max(chance, 0), 1)
	for i := range fails {
		if fails[i] {
			k.lost[i] += chance/k.failed[i] - chance
		} else {
			k.slow[i] += k.slower[i] * over[i]
		}
	}
	if k.dice.Float64() < chance {
		r.Events = append(r.Events, event.Event{ID: fmt.Sprintf("o%d-%d", person, n), Time: at, Name: "Order Paid", Kind: event.Custom, Identity: who, Origin: from, Properties: map[string]any{"amount": 20.0}})
	}
	return r
}

// tell stores three weeks of a hundred people.
func (k *kiosk) tell(tb testing.TB) *told {
	tb.Helper()
	const days = 21
	t := newTold(tb, days)
	for day := range days {
		var all event.Records
		for person := range 80 {
			for n := range 2 {
				begin := t.scope.From.AddDate(0, 0, day).Add(time.Duration(n*11*60+k.dice.IntN(11*60)) * time.Minute)
				r := k.visit(person, 2*day+n, begin)
				all.Events, all.Calls = append(all.Events, r.Events...), append(all.Calls, r.Calls...)
			}
		}
		must(tb, t.take(tb.Context(), &all))
		must(tb, t.link(tb.Context()))
	}
	return t
}

// From records without ids, through links that are guessed, to what costs orders: what was
// made to cost is found, in its order and within its interval, and what costs nothing is
// not.
func TestImpactFindsWhatCosts(t *testing.T) {
	t.Parallel()
	k := &kiosk{dice: rand.New(rand.NewPCG(1, 1)), failed: [3]float64{1, .6, .2}, slower: [3]float64{.12, 0, 0}}
	story := k.tell(t)
	impacts := analysis.NewImpacts(story.store, clock)
	answer, err := impacts.Impact(t.Context(), story.asked(0), analysis.ImpactQuestion{
		Goal: analysis.Step{Event: "Order Paid"}, Value: "properties.amount", Exposures: []analysis.ExposureSpec{{Call: "*", Errors: true, SlowOver: "400ms"}},
	})
	must(t, err)
	if c := answer.Coverage; c.Share == nil || *c.Share < .9 || c.Served < c.Requests*9/10 {
		t.Errorf("links are missing: %+v", c)
	}
	truth := map[string]float64{}
	for i, route := range kioskRoutes() {
		truth[route+" errors"], truth[route+" slow"] = k.lost[i]/answer.Days, k.slow[i]/answer.Days
	}
	rank := map[string]int{}
	for i := range answer.Results {
		r := &answer.Results[i]
		e, _ := event.ParseEndpoint(r.Endpoint)
		name := e.Route + " " + r.Exposure
		if r.LostPerDay == nil {
			t.Errorf("%s: %+v", name, r.Refusal)
			continue
		}
		rank[name] = i
		want, half := truth[name], (r.LostCI95[1]-r.LostCI95[0])/2
		if math.Abs(*r.LostPerDay-want) > 1.5*half || half > .5*truth["/pay errors"] {
			t.Errorf("%s: lost %.2f a day, in %.2f; the truth is %.2f", name, *r.LostPerDay, *r.LostCI95, want)
		}
		if found := *r.Q < .05; found != (want > 0) {
			t.Errorf("%s: q is %.3f, the truth %.2f", name, *r.Q, want)
		}
		if value := *r.LostValue; math.Abs(value-20**r.LostPerDay) > 1e-6 {
			t.Errorf("%s: worth %.2f", name, value)
		}
	}
	if rank["/pay errors"] != 0 || rank["/cart errors"] > 2 || rank["/search slow"] > 2 {
		t.Errorf("the order is %v", rank)
	}
	curve, err := impacts.Dose(t.Context(), story.asked(0), analysis.DoseQuestion{Goal: analysis.Step{Event: "Order Paid"}, Call: "POST /search", TargetMS: kioskSlow})
	must(t, err)
	if curve.Refusal != nil || curve.Target == nil || *curve.Slope >= 0 || curve.CI95[1] >= 0 || len(curve.Points) != 12 {
		t.Fatalf("no curve: %+v", curve)
	}
	if won := curve.Target; math.Abs(won.GoalsPerDay-truth["/search slow"]) > won.CI95[1]-won.GoalsPerDay {
		t.Errorf("meeting the target wins %+v; the truth is %.2f", won, truth["/search slow"])
	}
}

// What cannot be told is said.
func TestImpactRefuses(t *testing.T) {
	t.Parallel()
	story := newTold(t, 20)
	begin := story.scope.From
	var all event.Records
	for person := range 60 { // everybody's calls all take as long, and all fail
		for n := range 20 {
			id := fmt.Sprintf("%d-%d", person, n)
			who := event.Identity{DeviceID: fmt.Sprint("d", person), SessionID: "session-of-somebody-" + id}
			at := begin.Add(time.Duration(n*24*60+person*7) * time.Minute)
			same := event.Call{ID: "c" + id, Time: at, Duration: 200 * time.Millisecond, Timed: true, Side: event.Server, Service: "shop", Method: "GET", Path: "/same", Status: 200, Identity: who}
			down := same
			down.ID, down.Path, down.Status = "d"+id, "/down", 500
			all.Calls = append(all.Calls, same, down)
			if (person+n)%2 == 0 {
				all.Events = append(all.Events, event.Event{ID: "e" + id, Time: at.Add(time.Minute), Name: "paid", Kind: event.Custom, Identity: who})
			}
		}
	}
	must(t, story.take(t.Context(), &all))
	must(t, story.link(t.Context()))
	impacts := analysis.NewImpacts(story.store, clock)
	for call, want := range map[string]string{"GET /same": "not_enough_natural_variation", "GET /down": "too_few", "GET /none": "endpoint_not_called"} {
		curve, err := impacts.Dose(t.Context(), story.asked(0), analysis.DoseQuestion{Goal: analysis.Step{Event: "paid"}, Call: call})
		must(t, err)
		if curve.Refusal == nil || curve.Refusal.Reason != want || curve.Refusal.Says == "" || curve.Slope != nil || len(curve.Points) > 0 {
			t.Errorf("%s: %+v", call, curve)
		}
	}
	answer, err := impacts.Impact(t.Context(), story.asked(0), analysis.ImpactQuestion{Goal: analysis.Step{Event: "paid"}, Exposures: []analysis.ExposureSpec{{Call: "GET /*"}}})
	must(t, err)
	for i := range answer.Results {
		if r := &answer.Results[i]; r.Refusal == nil || r.LostPerDay != nil || r.Strength != analysis.NotEnoughData {
			t.Errorf("%s %s: %+v", r.Endpoint, r.Exposure, r)
		}
	}
	if len(answer.Results) != 4 {
		t.Errorf("%d results", len(answer.Results))
	}
}
