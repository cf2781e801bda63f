package analysis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// ImpactQuestion asks what failed and slow calls cost a goal.
type ImpactQuestion struct {
	Goal      Step           `json:"goal" doc:"what people should reach: an event, a page, a call, or a step of a funnel"`
	Exposures []ExposureSpec `json:"exposures,omitempty" maxItems:"50" doc:"absent: failures and slowness of all endpoints"`
	Unit      ImpactUnit     `json:"unit,omitempty" enum:"interaction,session,person" default:"interaction" doc:"what is compared; of a session or person the first call to each endpoint counts"`
	Adjust    []string       `json:"adjust,omitempty" maxItems:"1" example:"[\"auto\"]" doc:"auto: for hour of the week, device, network, step of the visit and the person's own past; there is nothing else"`
	Value     string         `json:"value,omitempty" maxLength:"256" example:"properties.amount" doc:"the goal's property that says what one is worth"`
	MinN      int            `json:"min_n,omitempty" minimum:"1" maximum:"1000000" default:"30" doc:"how many of the exposed and of the others there must be at least"`
}

// ExposureSpec is something that people may meet.
type ExposureSpec struct {
	Call     string `json:"call" minLength:"1" maxLength:"2048" example:"POST /orders" doc:"[service:]METHOD and glob of the route template; * = each endpoint"`
	SlowOver string `json:"slow_over,omitempty" example:"2s" doc:"how long a slow call takes at least; auto: longer than nine of ten, but between 100 ms and 1 s"`
	Errors   bool   `json:"errors,omitempty" doc:"failed calls; without this and slow_over, both"`
}

// The exposures.
const (
	Errors   = "errors"
	Slowness = "slow"
)

// ImpactAnswer ranks what people met by what it cost the goal.
type ImpactAnswer struct {
	Results  []ImpactResult `json:"results" doc:"most goals lost first; those without a number come last, by how many were exposed"`
	Unit     ImpactUnit     `json:"unit"`
	Goal     ImpactGoal     `json:"goal"`
	From     time.Time      `json:"from" doc:"of what was looked at"`
	To       time.Time      `json:"to" doc:"half an hour before the answer at the latest: visits since then may go on"`
	Days     float64        `json:"days" doc:"between these"`
	AsOf     time.Time      `json:"as_of" doc:"when the data was read"`
	Coverage Coverage       `json:"coverage"`
	Caveats  []string       `json:"caveats" doc:"what holds for all results, as plain sentences"`
	Refusal  *NoNumber      `json:"refusal,omitempty" doc:"why there is no number at all"`
}

// ImpactGoal is how the goal did.
type ImpactGoal struct {
	Count     int64    `json:"count" doc:"times it was reached"`
	People    int64    `json:"people" doc:"who reached it"`
	PerDay    float64  `json:"per_day"`
	MeanValue *float64 `json:"mean_value" doc:"what one is worth; null when it was not asked for or none says"`
}

// ImpactResult is what failures, or slowness, of one endpoint cost.
type ImpactResult struct {
	Endpoint   string  `json:"endpoint" doc:"service: METHOD /route"`
	EndpointID string  `json:"endpoint_id" doc:"for GET /api/v1/endpoints/{id}"`
	Exposure   string  `json:"exposure" enum:"errors,slow"`
	SlowOverMS float64 `json:"slow_over_ms,omitempty" doc:"what counts as slow"`

	Exposed           int64   `json:"n_exposed"`
	Unexposed         int64   `json:"n_unexposed" doc:"made the same call, which went well"`
	PeopleExposed     int64   `json:"people_exposed"`
	PeopleUnexposed   int64   `json:"people_unexposed"`
	ReachedExposed    int64   `json:"reached_exposed" doc:"of n_exposed: reached the goal afterwards"`
	ReachedUnexposed  int64   `json:"reached_unexposed"`
	GoalRateExposed   float64 `json:"goal_rate_exposed"`
	GoalRateUnexposed float64 `json:"goal_rate_unexposed"`

	Difference    *float64    `json:"adjusted_difference" doc:"of the exposed's goal rate to what it would have been; null when there is no number"`
	CI95          *[2]float64 `json:"ci95" doc:"95 % interval of adjusted_difference"`
	LostPerDay    *float64    `json:"lost_goals_per_day" doc:"below zero: gained"`
	LostCI95      *[2]float64 `json:"lost_ci95"`
	LostAnytime   *[2]float64 `json:"lost_anytime95" doc:"the interval for who looks every day: it holds at every look"`
	LostValue     *float64    `json:"lost_value_per_day" doc:"lost goals, each worth the mean; null without value"`
	LostValueCI95 *[2]float64 `json:"lost_value_ci95"`
	P             *float64    `json:"p"`
	Q             *float64    `json:"q" doc:"false discovery: of the results with q up to .05, about one in twenty is chance"`
	EValue        *float64    `json:"e_value" doc:"how strongly something unknown would have to go with both exposure and goal to explain the difference away, as a risk ratio"`
	EValueLimit   *float64    `json:"e_value_limit" doc:"the same for the limit of the interval that is nearer to none"`
	Robustness    *float64    `json:"robustness_value" doc:"the share of what is unexplained of both that it would have to explain"`

	Placebo      *PlaceboResult  `json:"placebo" doc:"the worst of placebos; null when none could be made"`
	Placebos     []PlaceboResult `json:"placebos" doc:"effects that must be none"`
	WithinPerson *WithinResult   `json:"within_person" doc:"the same people with and without: should have the same sign; null when too few met both"`

	Strength   Strength  `json:"strength" enum:"strong,moderate,association_only,not_enough_data"`
	Method     string    `json:"method" doc:"how the difference was adjusted, as a plain sentence"`
	ServerSide bool      `json:"server_side" doc:"durations are the servers' own"`
	Caveats    []string  `json:"caveats"`
	Refusal    *NoNumber `json:"refusal,omitempty" doc:"why there is no number"`

	effect *stats.Effect // how many more goals were reached, in all
	others float64       // units to those whose duration is known, which all are taken to be like
}

// PlaceboResult is an effect that must be none.
type PlaceboResult struct {
	Name       string     `json:"name"`
	Difference float64    `json:"difference"`
	CI95       [2]float64 `json:"ci95"`
	P          float64    `json:"p"`
	Passed     bool       `json:"passed"`
}

// WithinResult compares people with themselves.
type WithinResult struct {
	Difference float64    `json:"difference"`
	CI95       [2]float64 `json:"ci95"`
	N          int64      `json:"n" doc:"rows it rests on"`
}

// NoNumber says why there is none.
type NoNumber struct {
	Reason string  `json:"reason" enum:"too_few,not_enough_natural_variation,placebo_failed,goal_not_reached,goal_precedes_exposure,endpoint_not_called"`
	Says   string  `json:"says" doc:"the same as a plain sentence"`
	Of     string  `json:"of,omitempty" doc:"what there is too little of"`
	Have   float64 `json:"have"`
	Need   float64 `json:"need"`
}

// Impact answers the question. Errors are a [WrongField] when they are about one; what
// cannot be told is a [NoNumber] in the answer.
func (i *Impacts) Impact(ctx context.Context, a Asked, q ImpactQuestion) (ImpactAnswer, error) {
	ask, err := q.compile()
	if err != nil {
		return ImpactAnswer{}, err
	}
	return get(ctx, i, &i.answers, a.Now, words(a.Words, q), func() (ImpactAnswer, error) {
		t, err := i.exposures(ctx, a, ask.unit, q.Goal, q.Value)
		if err != nil {
			return ImpactAnswer{}, err
		}
		return ask.answer(ctx, t, a.Scope)
	})
}

// answer estimates everything that is asked for.
func (a *impactAsk) answer(ctx context.Context, t *exposureTable, scope store.Scope) (ImpactAnswer, error) {
	scaled := 1.
	if scope.Sampled() {
		scaled = 1 / scope.Sample
	}
	out := ImpactAnswer{
		Unit: a.unit, From: t.begin, To: t.end, Days: t.days(), AsOf: t.asOf, Coverage: t.coverage,
		Goal:    ImpactGoal{Count: t.goals.Count, People: t.goals.People, PerDay: scaled * float64(t.goals.Count) / t.days()},
		Caveats: t.caveats(a.unit), Refusal: t.refusal(),
	}
	scale(scope, &out.Goal.Count, &out.Goal.People)
	if t.goals.Valued > 0 {
		mean := t.goals.Value / float64(t.goals.Valued)
		out.Goal.MeanValue = &mean
	}
	var err error
	if out.Results, err = a.results(ctx, t, out.Refusal != nil); err != nil {
		return ImpactAnswer{}, err
	}
	if len(out.Results) == 0 && out.Refusal == nil {
		out.Refusal = endpointNotCalled()
	}
	settle(out.Results, t, scaled, out.Goal.MeanValue)
	return out, nil
}

// impactAsk is a question that was understood.
type impactAsk struct {
	unit   ImpactUnit
	specs  []exposureAsk
	leastN float64
}

type exposureAsk struct {
	call         store.Filter
	each         bool // *: of endpoints that nothing was met of, nothing is said
	errors, slow bool
	slowOver     time.Duration // 0 = auto
}

func (q ImpactQuestion) compile() (impactAsk, error) {
	ask := impactAsk{unit: cmp.Or(q.Unit, ByInteraction), leastN: float64(cmp.Or(q.MinN, leastVisits))}
	for i, a := range q.Adjust {
		if a != "auto" {
			return ask, at(&event.Permanent{Err: fmt.Errorf("nothing is adjusted by %q", a), Hint: `Write ["auto"], or leave it out: all that is known is adjusted for.`}, "adjust[%d]", i)
		}
	}
	specs := q.Exposures
	if len(specs) == 0 {
		specs = []ExposureSpec{{Call: "*"}}
	}
	for i, s := range specs {
		e, err := s.compile()
		if err != nil {
			return ask, at(err, "exposures[%d]", i)
		}
		ask.specs = append(ask.specs, e)
	}
	return ask, nil
}

// goalValue reads the property that says what a goal is worth.
func goalValue(name string, goal store.Step) (store.Field, error) {
	field, err := stepField(name)
	if err == nil && field.Record() != goal.Of {
		err = &event.Permanent{Err: errors.New("the goal has no such property"), Hint: "Name a property of the goal's own event or call."}
	}
	return field, err
}

func (s ExposureSpec) compile() (exposureAsk, error) {
	e := exposureAsk{each: s.Call == "*", errors: s.Errors, slow: s.SlowOver != ""}
	if !e.errors && !e.slow {
		e.errors, e.slow = true, true
	}
	var err error
	if e.call, err = callCondition(s.Call); err != nil {
		return e, at(err, "call")
	}
	if s.SlowOver == "" || s.SlowOver == "auto" {
		return e, nil
	}
	if e.slowOver, err = duration(s.SlowOver); err == nil && e.slowOver <= 0 {
		err = &event.Permanent{Err: errors.New("every call takes longer than that"), Hint: "Write how long a slow call takes, such as 2s, or auto."}
	}
	if err != nil {
		return e, at(err, "slow_over")
	}
	return e, nil
}

// job is one result to be.
type job struct {
	endpoint int
	exposure string
	slowOver time.Duration
	asked    bool // by name
}

// jobs are the results to be, each once: the first exposure that names it counts.
func (a *impactAsk) jobs(t *exposureTable) (jobs []job) {
	type what struct {
		endpoint int
		exposure string
	}
	seen := map[what]bool{}
	add := func(j job) {
		if w := (what{j.endpoint, j.exposure}); !seen[w] {
			seen[w] = true
			jobs = append(jobs, j)
		}
	}
	for _, s := range a.specs {
		for i, e := range t.endpoints {
			if len(t.of[i]) == 0 || !store.Match(s.call, store.Row{Call: &event.Call{Service: e.Service, Method: e.Method, Route: e.Route}}) {
				continue
			}
			if s.errors {
				add(job{i, Errors, 0, !s.each})
			}
			if s.slow {
				add(job{i, Slowness, s.slowOver, !s.each})
			}
		}
	}
	return jobs
}

// results estimates what is asked for, on all cores.
func (a *impactAsk) results(ctx context.Context, t *exposureTable, tableOnly bool) ([]ImpactResult, error) {
	jobs := a.jobs(t)
	found := make([]*ImpactResult, len(jobs))
	next := make(chan int)
	var done sync.WaitGroup
	for range min(len(jobs), runtime.GOMAXPROCS(0)) {
		done.Go(func() {
			for i := range next {
				found[i] = a.estimate(t, jobs[i], tableOnly)
			}
		})
	}
	for i := range jobs {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	done.Wait()
	out := []ImpactResult{}
	for _, r := range found {
		if r != nil {
			out = append(out, *r)
		}
	}
	return out, ctx.Err()
}

// settle turns effects into numbers a day, says which of all of them chance may explain,
// and ranks them.
func settle(results []ImpactResult, t *exposureTable, scale float64, worth *float64) {
	var shown []*ImpactResult
	var p []float64
	for i := range results {
		if r := &results[i]; r.effect != nil {
			shown, p = append(shown, r), append(p, *r.P)
		}
	}
	q := stats.BenjaminiHochberg(p)
	for i, r := range shown {
		r.Q = &q[i]
		lost := r.effect.Times(-scale * r.others / t.days())
		r.LostPerDay, r.LostCI95 = &lost.Value, limits(lost.Interval)
		r.LostAnytime = limits(lost.Anytime())
		if worth != nil {
			value := lost.Times(*worth)
			r.LostValue, r.LostValueCI95 = &value.Value, limits(value.Interval)
		}
		r.Strength = r.strength()
		r.Caveats = append(r.Caveats, r.proof())
	}
	slices.SortStableFunc(results, func(a, b ImpactResult) int {
		if (a.LostPerDay == nil) != (b.LostPerDay == nil) {
			return cmp.Compare(one(a.LostPerDay == nil), one(b.LostPerDay == nil))
		}
		if a.LostPerDay != nil {
			return cmp.Or(cmp.Compare(*b.LostPerDay, *a.LostPerDay), strings.Compare(a.Endpoint, b.Endpoint), strings.Compare(a.Exposure, b.Exposure))
		}
		return cmp.Or(cmp.Compare(b.Exposed, a.Exposed), strings.Compare(a.Endpoint, b.Endpoint), strings.Compare(a.Exposure, b.Exposure))
	})
}

func limits(i stats.Interval) *[2]float64 { return &[2]float64{i.Low, i.High} }
