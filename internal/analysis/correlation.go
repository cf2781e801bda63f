package analysis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// CorrelationQuestion asks what those have in common who dropped out of a funnel.
type CorrelationQuestion struct {
	Funnel     FunnelQuestion `json:"funnel" doc:"of at least two steps, without breakdown, entities, calls and attempts"`
	Candidates []string       `json:"candidates,omitempty" maxItems:"20" example:"[\"events\",\"properties:plan\",\"calls\"]" doc:"what to look at: events, properties:NAME, calls; default events and calls"`
}

// CorrelationAnswer is what those who came through met more or less often than those
// who dropped out. It says what goes together, not what causes what.
type CorrelationAnswer struct {
	Success int64         `json:"success" doc:"those who did all steps"`
	Failure int64         `json:"failure" doc:"those who did not and have no time left"`
	Why     string        `json:"why_empty,omitempty" doc:"why there is nothing to compare, in words"`
	Results []Correlation `json:"results" doc:"by people × how far the odds are from equal"`
}

// Correlation is one thing that some met.
type Correlation struct {
	Kind      string     `json:"kind" enum:"event,property,call_failed,call_slow,call_retried,call_missing"`
	Name      string     `json:"name" doc:"event, NAME=value or endpoint"`
	OddsRatio float64    `json:"odds_ratio" doc:"of those who came through to those who dropped out; below 1 it goes with dropping out"`
	CI95      [2]float64 `json:"ci95" doc:"95 % interval of odds_ratio"`
	P         float64    `json:"p" doc:"Fisher's exact test, two-sided"`
	Q         float64    `json:"q" doc:"p corrected for how many things were looked at, after Benjamini and Hochberg"`
	People    int64      `json:"people" doc:"who have it, of both"`
	Success   WithOrNot  `json:"success"`
	Failure   WithOrNot  `json:"failure"`
}

// WithOrNot counts those who have something and those who have not.
type WithOrNot struct {
	With    int64 `json:"with"`
	Without int64 `json:"without"`
}

const (
	// correlatedNames is how many names of each candidate are looked at: those of most people.
	correlatedNames = 100
	// correlationSlow is from when on a call is slow here.
	correlationSlow = time.Second
)

// asCandidate is a candidate as it is asked of the store and shown.
type asCandidate struct {
	store.Candidate
	kind    string
	prefix  string
	missing bool // those without it have what is shown
}

// Correlated answers the question about the rows of a scope.
func Correlated(ctx context.Context, r store.Reader, scope store.Scope, now time.Time, q CorrelationQuestion) (CorrelationAnswer, error) {
	funnel, err := q.Funnel.compile(scope, now)
	if err != nil {
		return CorrelationAnswer{}, at(err, "funnel")
	}
	if len(funnel.Steps) < 2 || funnel.By != nil || funnel.Attempts || funnel.Entities > 0 || funnel.Calls {
		return CorrelationAnswer{}, at(&event.Permanent{Err: errors.New("this funnel parts nobody into those who came through and those who dropped out"), Hint: "Ask for at least two steps, without breakdown, entities, calls and attempts."}, "funnel")
	}
	candidates, err := q.candidates(funnel.Steps)
	if err != nil {
		return CorrelationAnswer{}, err
	}
	ask := store.CorrelationQuery{Funnel: funnel, Limit: correlatedNames}
	for _, c := range candidates {
		ask.Candidates = append(ask.Candidates, c.Candidate)
	}
	got, err := r.Correlation(ctx, ask)
	if err != nil {
		return CorrelationAnswer{}, err
	}
	out := CorrelationAnswer{Success: got.Success, Failure: got.Failure, Results: []Correlation{}}
	if out.Success == 0 || out.Failure == 0 { // nothing to compare with
		out.Why = "Nobody came through. There is nobody to compare with."
		if out.Success > 0 {
			out.Why = "Nobody has dropped out yet: who did not come through still has time. Ask for a shorter window, or a range that ended longer ago."
		}
		return out, nil
	}
	for _, m := range got.Met {
		if found := candidates[m.Candidate].correlation(got, m); found.People > 0 {
			out.Results = append(out.Results, found)
		}
	}
	correct(out.Results)
	return out, nil
}

func (q CorrelationQuestion) candidates(steps []store.Step) (out []asCandidate, err error) {
	asked := q.Candidates
	if len(asked) == 0 {
		asked = []string{"events", "calls"}
	}
	for i, text := range asked {
		name, isProperty := strings.CutPrefix(text, "properties:")
		switch {
		case text == "events":
			out = append(out, asCandidate{Candidate: store.Candidate{Step: otherEvents(steps), Name: store.Field{Name: "event.name"}, Least: 1}, kind: "event"})
		case text == "calls":
			out = append(out, callCandidates()...)
		case isProperty && name != "":
			step := store.Step{Of: store.OfEvents}
			field := store.Field{Name: "event.properties", Key: name}
			out = append(out, asCandidate{Candidate: store.Candidate{Step: step, Name: field, Least: 1, Ends: true}, kind: "property", prefix: name + "="})
		default:
			return nil, at(&event.Permanent{Err: fmt.Errorf("there is no candidate %q", text), Hint: "Write events, properties:NAME or calls."}, "candidates[%d]", i)
		}
	}
	return out, nil
}

// otherEvents are the events that people do and that are no step.
func otherEvents(steps []store.Step) store.Step {
	filter := store.And{store.Not{Of: store.OneOf("event.kind", passiveKinds()...)}}
	for _, step := range steps {
		if step.Of == store.OfEvents && step.Filter != nil {
			filter = append(filter, store.Not{Of: step.Filter})
		}
	}
	return store.Step{Of: store.OfEvents, Filter: filter}
}

func callCandidates() []asCandidate {
	calls := func(kind string, least int, missing bool, filter store.Filter) asCandidate {
		return asCandidate{
			Candidate: store.Candidate{Step: store.Step{Of: store.OfCalls, Filter: filter}, Name: store.Field{Name: "call.endpoint"}, Least: least},
			kind:      kind, missing: missing,
		}
	}
	failed := store.Equals("call.failed", true)
	slow := store.Compare{Field: store.Field{Name: "call.duration_ms"}, Op: store.Gt, Value: float64(correlationSlow.Milliseconds())}
	return []asCandidate{calls("call_failed", 1, false, failed), calls("call_slow", 1, false, slow), calls("call_retried", 2, false, failed), calls("call_missing", 1, true, nil)}
}

func (c asCandidate) correlation(all store.Correlation, m store.Met) Correlation {
	if c.missing {
		m.Success, m.Failure = all.Success-m.Success, all.Failure-m.Failure
	}
	table := stats.Table{With: m.Success, Without: all.Success - m.Success, OtherWith: m.Failure, OtherWithout: all.Failure - m.Failure}
	ratio, ci := table.OddsRatio()
	return Correlation{
		Kind: c.kind, Name: c.prefix + m.Name, OddsRatio: ratio, CI95: [2]float64{ci.Low, ci.High}, P: table.Fisher(), People: m.Success + m.Failure,
		Success: WithOrNot{table.With, table.Without}, Failure: WithOrNot{table.OtherWith, table.OtherWithout},
	}
}

// correct adds the q of all results and puts those first that matter to most.
func correct(results []Correlation) {
	p := make([]float64, len(results))
	for i := range results {
		p[i] = results[i].P
	}
	for i, q := range stats.BenjaminiHochberg(p) {
		results[i].Q = q
	}
	weight := func(c Correlation) float64 { return float64(c.People) * math.Abs(math.Log(c.OddsRatio)) }
	slices.SortFunc(results, func(a, b Correlation) int {
		return cmp.Or(cmp.Compare(weight(b), weight(a)), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
}
