package analysis

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// Strength says how much an estimate can bear.
type Strength string

// The strengths, strongest first.
const (
	Strong          Strength = "strong"
	Moderate        Strength = "moderate"
	AssociationOnly Strength = "association_only"
	NotEnoughData   Strength = "not_enough_data"
)

// Cost is what the failed and slow calls of an endpoint cost a goal.
type Cost struct {
	Endpoint   NamedEndpoint `json:"endpoint"`
	SlowOverMS int64         `json:"slow_over_ms" doc:"what counts as slow here"`
	Exposed    Share         `json:"exposed" doc:"visits that met a failed or slow call, and of them those that reached the goal afterwards"`
	Unexposed  Share         `json:"unexposed" doc:"visits that made the same call and met none"`
	LostPerDay *float64      `json:"lost_per_day" doc:"goals fewer (of unwanted ones: more) a day than if the exposed had done like the others; null when unknown"`
	CI95       [2]float64    `json:"ci95" doc:"95 % interval of lost_per_day"`
	Strength   Strength      `json:"strength" enum:"strong,moderate,association_only,not_enough_data"`
	ReadyDays  float64       `json:"ready_days,omitempty" doc:"about how many days until there is enough data"`
}

// Costs ranks endpoints by what they cost a goal.
type Costs struct {
	Goal   *Goal     `json:"goal,omitempty" doc:"absent when the project has none"`
	Visits int64     `json:"visits" doc:"the newest visits that are over, by which this was judged"`
	From   time.Time `json:"from,omitzero"`
	To     time.Time `json:"to,omitzero"`
	Rows   []Cost    `json:"rows" doc:"most expensive first; those not known yet come last"`
}

// CostEstimator says what endpoints cost the first goal of q. [Association] is the
// simplest; better ones adjust for who is exposed.
type CostEstimator interface {
	Costs(ctx context.Context, r store.Reader, q Question) (Costs, error)
}

// Association compares visits that met a failed or slow call of an endpoint with
// those that made the same call and met none. It adjusts for nothing, so that its
// answers are never more than an association.
type Association struct{}

const (
	exposureRows  = 5000
	costEndpoints = 5
	leastVisits   = 30 // in each group
)

// Costs implements [CostEstimator].
func (Association) Costs(ctx context.Context, r store.Reader, q Question) (Costs, error) {
	out := Costs{Rows: []Cost{}}
	if len(q.Goals) == 0 {
		return out, nil
	}
	out.Goal = &q.Goals[0]
	sample, err := recentlyEnded(ctx, r, q, *out.Goal)
	if err != nil || len(sample.byID) == 0 {
		return out, err
	}
	out.Visits, out.From, out.To = int64(len(sample.byID)), sample.from, sample.to
	usual, err := catalogue(ctx, r, q, event.Server, q.Now.Add(-week), q.Now)
	if err != nil {
		return out, err
	}
	exposed, err := exposures(ctx, r, q, sample, usual)
	if err != nil {
		return out, err
	}
	worst := slices.SortedFunc(maps.Keys(exposed), func(a, b event.Endpoint) int {
		return cmp.Or(cmp.Compare(len(exposed[b]), len(exposed[a])), cmp.Compare(a.String(), b.String()))
	})
	worst = withoutHops(worst)
	for _, e := range worst[:min(len(worst), costEndpoints)] {
		cost, err := costOf(ctx, r, q, sample, e, exposed[e])
		if err != nil {
			return out, err
		}
		cost.SlowOverMS = slowOver(usual[e]) / 1000
		out.Rows = append(out.Rows, cost)
	}
	slices.SortStableFunc(out.Rows, func(a, b Cost) int {
		return cmp.Compare(lost(b), lost(a))
	})
	return out, nil
}

// withoutHops keeps the first of the endpoints that are one request on its way
// through several services: another may have a few bad calls that are its own.
func withoutHops(endpoints []event.Endpoint) []event.Endpoint {
	seen := map[event.Endpoint]bool{}
	return slices.DeleteFunc(endpoints, func(e event.Endpoint) bool {
		request := event.Endpoint{Method: e.Method, Route: e.Route}
		again := seen[request]
		seen[request] = true
		return again
	})
}

func lost(c Cost) float64 {
	if c.LostPerDay == nil {
		return math.Inf(-1)
	}
	return *c.LostPerDay
}

// slowOver is what counts as slow: longer than a second and than the usual p95.
func slowOver(usual store.EndpointStats) int64 {
	if usual.P95 == nil {
		return noticedWait
	}
	return max(noticedWait, *usual.P95)
}

// exposures is, by endpoint, the visits of the sample that met a failed or slow call
// of it, and when first. What several services saw of one request counts for the
// innermost alone.
func exposures(ctx context.Context, r store.Reader, q Question, sample recent, usual map[event.Endpoint]store.EndpointStats) (map[event.Endpoint]map[string]time.Time, error) {
	slow := store.Compare{Field: store.Field{Name: "call.duration_ms"}, Op: store.Gt, Value: float64(noticedWait) / 1000}
	rows, _, err := callSample(ctx, r, store.Scope{
		Project: q.Project, From: sample.from, To: sample.to,
		Filter: store.All(store.Or{store.Equals("call.failed", true), slow}, withSession(), onServer()),
	}, exposureRows)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(c store.CallRow) bool {
		return !c.Failed() && c.Duration.Microseconds() <= slowOver(usual[c.Endpoint()])
	})
	out := map[event.Endpoint]map[string]time.Time{}
	for i, inner := range Innermost(rows) {
		c, id := &rows[i], sessionOf(&rows[i])
		e := c.Endpoint()
		if inner != i || sample.byID[id] == nil {
			continue
		}
		if out[e] == nil {
			out[e] = map[string]time.Time{}
		}
		out[e][id] = c.Time // newest first, so that the first exposure stays
	}
	return out, nil
}

// costOf compares the exposed with the other visits that called e.
func costOf(ctx context.Context, r store.Reader, q Question, sample recent, e event.Endpoint, exposed map[string]time.Time) (Cost, error) {
	rows, from, err := callSample(ctx, r, store.Scope{
		Project: q.Project, From: sample.from, To: sample.to,
		Filter: store.All(store.OnEndpoint(e), onServer(), withSession()),
	}, exposureRows)
	if err != nil {
		return Cost{}, err
	}
	first := map[string]time.Time{}
	for i := range rows {
		first[sessionOf(&rows[i])] = rows[i].Time
	}
	var n, reached, others, othersReached float64
	begin := sample.to
	for id, v := range sample.byID {
		at, called := first[id]
		if !called || v.Start.Before(from) {
			continue
		}
		if v.Start.Before(begin) {
			begin = v.Start
		}
		if hit, ok := exposed[id]; ok {
			n++
			reached += one(v.reachedAfter(hit))
		} else {
			others++
			othersReached += one(v.reachedAfter(at))
		}
	}
	return price(e, q.Goals[0].Direction, n, reached, others, othersReached, sample.to.Sub(begin).Hours()/24), nil
}

// price turns the two groups into goals lost a day, over so many days.
func price(e event.Endpoint, direction Direction, n, reached, others, othersReached, days float64) Cost {
	c := Cost{Endpoint: named(e), Exposed: shareOf(reached, n), Unexposed: shareOf(othersReached, others), Strength: NotEnoughData}
	if fewest := min(n, others); fewest < leastVisits {
		if fewest > 0 {
			c.ReadyDays = days * (leastVisits - fewest) / fewest
		}
		return c
	}
	difference, ci := stats.Difference(othersReached, others, reached, n, stats.Z95)
	perDay := n / days
	if direction == Down {
		difference, ci = -difference, stats.Interval{Low: -ci.High, High: -ci.Low}
	}
	loss := difference * perDay
	c.LostPerDay, c.CI95, c.Strength = &loss, [2]float64{ci.Low * perDay, ci.High * perDay}, AssociationOnly
	return c
}
