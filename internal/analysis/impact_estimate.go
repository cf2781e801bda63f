package analysis

import (
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/stats"
)

// What counts as slow when nobody says: longer than nine of ten, but what nobody notices
// is not slow, and what takes a second is.
const (
	slowShare    = .9
	neverSlow    = 100. // ms
	alwaysSlow   = 1000.
	noticeable   = .05 // q of an effect that is shown as one
	sturdy       = 1.5 // E-value of the limit of a strong effect
	mostlyServed = .8  // of requests, for a strong effect
)

// estimate is one result; nil when there is nothing to say.
func (a *impactAsk) estimate(t *exposureTable, j job, tableOnly bool) *ImpactResult {
	all, e := t.of[j.endpoint], t.endpoints[j.endpoint]
	r := &ImpactResult{
		Endpoint: e.String(), EndpointID: e.ID(), Exposure: j.exposure, Placebos: []PlaceboResult{}, Caveats: []string{},
		others: 1, Strength: NotEnoughData, ServerSide: t.served[j.endpoint],
	}
	exposed := func(e *encounter) bool { return e.Failed }
	counted := func(*encounter) bool { return true }
	if j.exposure == Slowness {
		r.SlowOverMS = slowOverOf(all, j.slowOver)
		exposed = func(e *encounter) bool { return e.Server > r.SlowOverMS }
		counted = answeredInTime
	}
	r.count(all, counted, exposed)
	if r.Exposed == 0 && !j.asked {
		return nil
	}
	switch {
	case tableOnly:
		r.Refusal = goalNotReached()
	case onlyBefore(all):
		r.Refusal = goalPrecedes()
	case min(float64(r.Exposed), float64(r.Unexposed)) < a.leastN:
		r.Refusal = tooFew("exposed, or not exposed, to compare", min(float64(r.Exposed), float64(r.Unexposed)), a.leastN)
	case j.exposure == Errors:
		r.failures(all)
	default:
		r.slowness(all, a.unit)
	}
	return r
}

// answeredInTime holds for calls that did not fail and whose duration is known.
func answeredInTime(e *encounter) bool { return e.timed && !e.Failed }

// answeredOf counts the calls that did not fail.
func answeredOf(all []encounter) (n int) {
	for i := range all {
		n += int(one(!all[i].Failed))
	}
	return n
}

// slowOverOf is the duration in ms above which a call is slow.
func slowOverOf(all []encounter, asked time.Duration) float64 {
	if asked > 0 {
		return float64(asked) / float64(time.Millisecond)
	}
	var answered []float64
	for i := range all {
		if all[i].timed && !all[i].Failed {
			answered = append(answered, all[i].Server)
		}
	}
	if len(answered) == 0 {
		return alwaysSlow
	}
	slices.Sort(answered)
	return min(max(math.Round(answered[int(slowShare*float64(len(answered)-1))]), neverSlow), alwaysSlow)
}

// count fills in the raw table.
func (r *ImpactResult) count(all []encounter, counted, exposed func(*encounter) bool) {
	last := [2]int32{-1, -1}
	var n, people, reached [2]int64
	for i := range all {
		e := &all[i]
		if !counted(e) {
			continue
		}
		k := int(one(exposed(e)))
		n[k]++
		reached[k] += int64(one(e.Outcome))
		if last[k] != e.Person {
			people[k]++
			last[k] = e.Person
		}
	}
	r.Unexposed, r.Exposed, r.PeopleUnexposed, r.PeopleExposed, r.ReachedUnexposed, r.ReachedExposed = n[0], n[1], people[0], people[1], reached[0], reached[1]
	r.GoalRateUnexposed, r.GoalRateExposed = float64(reached[0])/float64(max(1, n[0])), float64(reached[1])/float64(max(1, n[1]))
}

// onlyBefore reports whether people reach the goal before the call and never after it.
func onlyBefore(all []encounter) bool {
	before := false
	for i := range all {
		if all[i].Outcome {
			return false
		}
		before = before || all[i].before
	}
	return before
}

// failures estimates what failing does.
func (r *ImpactResult) failures(all []encounter) {
	typical := typicalMS(all)
	rows, _ := rowsOf(all, func(*encounter) bool { return true })
	for i := range rows {
		if math.IsNaN(rows[i].Server) { // how long it took is one thing known of a call among others
			rows[i].Server = typical
		}
	}
	r.Method = methodFailures
	contrast, refusal := stats.Failure(rows)
	if refusal != nil {
		r.Refusal = noNumber(refusal)
		return
	}
	answered, _ := rowsOf(all, answeredInTime)
	r.placebo(stats.Decoy(placeboNextFailures, answered, leadOf(rows, answered)))
	r.conclude(contrast.Brought)
	if w, refusal := stats.Within(rows, stats.WhenFailed); refusal == nil {
		r.within(w)
	}
}

// slowness estimates what it does that calls take longer than the threshold: what each
// doubling does, which needs people's past, else by comparing slow calls with others.
func (r *ImpactResult) slowness(all []encounter, unit ImpactUnit) {
	answered, before := rowsOf(all, answeredInTime)
	brought, refusal := stats.Effect{}, &stats.Refusal{}
	if unit != ByPerson {
		r.Method = methodDoublings
		if brought, refusal = stats.Latency(answered); refusal == nil {
			brought = brought.Times(doublingsOver(answered, r.SlowOverMS))
		}
	}
	if refusal != nil && refusal.Reason != stats.NoVariation {
		var contrast stats.Contrast
		r.Method = methodAbove
		if contrast, refusal = stats.Above(answered, r.SlowOverMS); refusal == nil {
			brought = contrast.Brought
			r.Caveats = append(r.Caveats, pastUnknown)
		}
	}
	if refusal != nil {
		r.Refusal = noNumber(refusal)
		return
	}
	r.placebo(stats.Decoy(placeboNextBlock, answered, stats.Lead(answered)))
	r.placebo(stats.NegativeControl(placeboBefore, answered, before))
	r.conclude(brought)
	r.others = float64(answeredOf(all)) / float64(len(answered))
	over := r.SlowOverMS
	if w, refusal := stats.Within(answered, func(r *stats.Row) float64 { return one(r.Server > over) }); refusal == nil {
		r.within(w)
	}
}

// doublingsOver adds up by how many doublings calls took longer than the threshold.
func doublingsOver(rows []stats.Row, ms float64) (sum float64) {
	for i := range rows {
		sum += math.Log2(max(1, rows[i].Server/ms))
	}
	return sum
}

// leadOf is, for each of the answered rows, the share of rows that failed in the block
// after; NaN when there are none.
func leadOf(rows, answered []stats.Row) []float64 {
	const block = 6
	failed, n := map[int32]float64{}, map[int32]float64{}
	for i := range rows {
		failed[rows[i].Hour/block] += one(rows[i].Failed)
		n[rows[i].Hour/block]++
	}
	out := make([]float64, len(answered))
	for i := range answered {
		next := answered[i].Hour/block + 1
		out[i] = failed[next] / n[next]
	}
	return out
}

// placebo notes one, unless it could not be made.
func (r *ImpactResult) placebo(p stats.Placebo, refusal *stats.Refusal) {
	if refusal != nil {
		return
	}
	r.Placebos = append(r.Placebos, PlaceboResult{
		Name: p.Name, Difference: p.Effect.Value, CI95: *limits(p.Effect.Interval), P: p.P, Passed: stats.Check(p) == nil,
	})
	worst := slices.MinFunc(r.Placebos, func(a, b PlaceboResult) int {
		switch {
		case a.P < b.P:
			return -1
		case a.P > b.P:
			return 1
		}
		return 0
	})
	r.Placebo = &worst
}

func (r *ImpactResult) within(e stats.Effect) {
	r.WithinPerson = &WithinResult{Difference: e.Value, CI95: *limits(e.Interval), N: int64(e.Support.Rows)}
}

// conclude fills in what follows from how many goals the exposure brought in all, unless
// a placebo says that the method does not hold here.
func (r *ImpactResult) conclude(brought stats.Effect) {
	if r.Placebo != nil && !r.Placebo.Passed {
		r.Refusal = placeboFailed(*r.Placebo)
		return
	}
	difference := brought.Times(1 / float64(r.Exposed))
	p := brought.PValue()
	r.effect, r.P = &brought, &p
	r.Difference, r.CI95 = &difference.Value, limits(difference.Interval)
	if without := r.GoalRateExposed - difference.Value; without > 0 {
		ratio := func(d float64) float64 { return max(1e-9, 1+d/without) }
		value, limit := stats.EValue(ratio(difference.Value), stats.Interval{Low: ratio(difference.Interval.Low), High: ratio(difference.Interval.High)})
		r.EValue, r.EValueLimit = &value, &limit
	}
	if brought.SE > 0 {
		robustness := stats.RobustnessValue(brought.Value/brought.SE, brought.DF)
		r.Robustness = &robustness
	}
}

// strength says how much the result can bear.
func (r *ImpactResult) strength() Strength {
	agrees := r.WithinPerson != nil && (r.WithinPerson.Difference < 0) == (*r.Difference < 0)
	switch {
	case *r.Q > noticeable || r.Placebo == nil || r.Method == methodAbove:
		return AssociationOnly
	case agrees && r.ServerSide && r.EValueLimit != nil && *r.EValueLimit >= sturdy:
		return Strong
	}
	return Moderate
}
