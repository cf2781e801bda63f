package analysis

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// DoseQuestion asks how the goal's rate goes with how long an endpoint takes.
type DoseQuestion struct {
	Goal     Step       `json:"goal" doc:"what people should reach: an event, a page, a call, or a step of a funnel"`
	Call     string     `json:"call" minLength:"1" maxLength:"2048" example:"POST /orders" doc:"[service:]METHOD and glob of the route template; of several endpoints the one called most"`
	Unit     ImpactUnit `json:"unit,omitempty" enum:"interaction,session" default:"interaction" doc:"what is compared; of a session the first call to the endpoint counts"`
	Bins     int        `json:"bins,omitempty" minimum:"3" maximum:"50" default:"12" doc:"how many points the curve has"`
	TargetMS float64    `json:"target_ms,omitempty" minimum:"1" default:"500" doc:"what the endpoint should meet"`
}

// DoseAnswer is the curve.
type DoseAnswer struct {
	Endpoint   string      `json:"endpoint" doc:"service: METHOD /route; empty when there is none"`
	EndpointID string      `json:"endpoint_id" doc:"for GET /api/v1/endpoints/{id}"`
	Points     []DosePoint `json:"points" doc:"by latency; empty when there is no curve"`
	KneeMS     *float64    `json:"knee_ms" doc:"from where on each doubling costs more, or less, than before; null when no bend can be told from none"`
	Slope      *float64    `json:"slope_per_second" doc:"of the goal's rate, by another second for every call; null when there is no curve"`
	CI95       *[2]float64 `json:"ci95" doc:"95 % interval of slope_per_second"`
	P          *float64    `json:"p" doc:"of slope_per_second"`
	Target     *DoseTarget `json:"target" doc:"what meeting the target would win; null when there is no curve"`

	N          int64           `json:"n" doc:"answered calls whose duration is known"`
	People     int64           `json:"people"`
	GoalRate   float64         `json:"goal_rate" doc:"of n: reached the goal afterwards"`
	FromMS     float64         `json:"from_ms" doc:"between from_ms and to_ms lie 98 of 100 calls; beyond, the curve is a guess"`
	ToMS       float64         `json:"to_ms"`
	Placebos   []PlaceboResult `json:"placebos" doc:"effects that must be none"`
	Method     string          `json:"method" doc:"how the curve was adjusted, as a plain sentence"`
	ServerSide bool            `json:"server_side" doc:"durations are the servers' own"`
	Days       float64         `json:"days"`
	AsOf       time.Time       `json:"as_of" doc:"when the data was read"`
	Coverage   Coverage        `json:"coverage"`
	Caveats    []string        `json:"caveats"`
	Refusal    *NoNumber       `json:"refusal,omitempty" doc:"why there is no curve"`
}

// DosePoint is the curve at one latency, and what was seen around it.
type DosePoint struct {
	LatencyMS float64    `json:"latency_ms" doc:"the middle one of these calls"`
	N         int64      `json:"n" doc:"calls around it"`
	GoalRate  float64    `json:"goal_rate" doc:"were all calls so slow"`
	CI95      [2]float64 `json:"ci95"`
	Seen      float64    `json:"seen_goal_rate" doc:"of these calls, adjusted for nothing"`
}

// DoseTarget is what meeting a target would win.
type DoseTarget struct {
	TargetMS    float64    `json:"target_ms"`
	Over        int64      `json:"calls_over" doc:"calls that took longer"`
	GoalsPerDay float64    `json:"goals_per_day" doc:"goals more, had these taken as long as the target"`
	CI95        [2]float64 `json:"ci95"`
}

// Dose answers the question. Errors are a [WrongField] when they are about one; what
// cannot be told is a [NoNumber] in the answer.
func (i *Impacts) Dose(ctx context.Context, a Asked, q DoseQuestion) (DoseAnswer, error) {
	call, err := callCondition(q.Call)
	if err != nil {
		return DoseAnswer{}, at(err, "call")
	}
	return get(ctx, i, &i.curves, a.Now, words(a.Words, q), func() (DoseAnswer, error) {
		t, err := i.exposures(ctx, a, cmp.Or(q.Unit, ByInteraction), q.Goal, "")
		if err != nil {
			return DoseAnswer{}, err
		}
		return q.answer(t, call, a.Scope), nil
	})
}

func (q DoseQuestion) answer(t *exposureTable, call store.Filter, scope store.Scope) DoseAnswer {
	out := DoseAnswer{
		Points: []DosePoint{}, Placebos: []PlaceboResult{}, Method: methodCurve, Days: t.days(), AsOf: t.asOf, Coverage: t.coverage,
		Caveats: t.caveats(cmp.Or(q.Unit, ByInteraction)),
	}
	endpoint := t.calledMost(call)
	if endpoint < 0 {
		out.Refusal = endpointNotCalled()
		return out
	}
	out.Endpoint, out.EndpointID, out.ServerSide = t.endpoints[endpoint].String(), t.endpoints[endpoint].ID(), t.served[endpoint]
	perDay := 1 / t.days()
	if scope.Sampled() {
		perDay /= scope.Sample
	}
	out.fill(t, t.of[endpoint], q, perDay)
	return out
}

// calledMost is the endpoint that the call means; -1 when nobody called such a one.
func (t *exposureTable) calledMost(call store.Filter) int {
	most := -1
	for i, e := range t.endpoints {
		matches := len(t.of[i]) > 0 && store.Match(call, store.Row{Call: &event.Call{Service: e.Service, Method: e.Method, Route: e.Route}})
		if matches && (most < 0 || len(t.of[i]) > len(t.of[most])) {
			most = i
		}
	}
	return most
}

func (out *DoseAnswer) fill(t *exposureTable, all []encounter, q DoseQuestion, perDay float64) {
	rows, before := rowsOf(all, answeredInTime)
	out.see(rows)
	switch {
	case t.refusal() != nil:
		out.Refusal = t.refusal()
		return
	case onlyBefore(all):
		out.Refusal = goalPrecedes()
		return
	}
	curve, refusal := stats.Dose(rows)
	if refusal != nil {
		out.Refusal = noNumber(refusal)
		return
	}
	var checks ImpactResult
	checks.placebo(stats.Decoy(placeboNextBlock, rows, stats.Lead(rows)))
	checks.placebo(stats.NegativeControl(placeboBefore, rows, before))
	out.Placebos = append(out.Placebos, checks.Placebos...)
	if p := checks.Placebo; p != nil && !p.Passed {
		out.Refusal = placeboFailed(*p)
		return
	}
	out.FromMS, out.ToMS = curve.From, curve.To
	out.Points = points(curve, rows, cmp.Or(q.Bins, 12))
	if ms, _, found := curve.Knee(); found {
		out.KneeMS = &ms
	}
	const step = 100 // ms: a second more would leave the range of what was seen
	slope := curve.Shifted(step).Times(1000 / step)
	p := slope.PValue()
	out.Slope, out.CI95, out.P = &slope.Value, limits(slope.Interval), &p
	out.target(curve, rows, cmp.Or(q.TargetMS, 500), perDay*float64(answeredOf(all))/float64(len(rows)))
	if !out.ServerSide {
		out.Caveats = append(out.Caveats, browserOnly)
	}
	out.Caveats = append(out.Caveats, "An association, adjusted for all that is known. A release that makes it faster, or slowing it down for a few at random, would prove it.")
}

// see notes what the rows are.
func (out *DoseAnswer) see(rows []stats.Row) {
	out.N = int64(len(rows))
	if len(rows) == 0 {
		return
	}
	out.People = int64(rows[len(rows)-1].Person) + 1
	for i := range rows {
		out.GoalRate += one(rows[i].Outcome) / float64(len(rows))
	}
}

// target says what would be won.
func (out *DoseAnswer) target(curve *stats.Curve, rows []stats.Row, ms, perDay float64) {
	won := curve.Brought(ms).Times(-perDay)
	out.Target = &DoseTarget{TargetMS: ms, GoalsPerDay: won.Value, CI95: *limits(won.Interval)}
	for i := range rows {
		out.Target.Over += int64(one(rows[i].Server > ms))
	}
}

// points cuts the rows, by latency, into as many parts of the same size.
func points(curve *stats.Curve, rows []stats.Row, parts int) []DosePoint {
	sorted := slices.Clone(rows)
	slices.SortFunc(sorted, func(a, b stats.Row) int { return cmp.Compare(a.Server, b.Server) })
	out := []DosePoint{}
	for k := range parts {
		part := sorted[k*len(sorted)/parts : (k+1)*len(sorted)/parts]
		if len(part) == 0 {
			continue
		}
		middle := min(max(part[len(part)/2].Server, curve.From), curve.To)
		rate := curve.At(middle)
		p := DosePoint{LatencyMS: math.Round(middle*10) / 10, N: int64(len(part)), GoalRate: share01(rate.Value), CI95: [2]float64{share01(rate.Interval.Low), share01(rate.Interval.High)}}
		for i := range part {
			p.Seen += one(part[i].Outcome) / float64(len(part))
		}
		out = append(out, p)
	}
	return out
}

// share01 keeps a share that was estimated by straight lines one.
func share01(x float64) float64 { return min(max(x, 0), 1) }
