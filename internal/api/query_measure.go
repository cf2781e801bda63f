package api

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// plan is how one measure of a question is made of measures of the store.
type plan struct {
	parts []store.Measure
	// combine gets the values of parts by bucket and returns the measure's own.
	combine func(parts [][]*float64, cuts []time.Time) []*float64
}

// recordName is the record whose fields a measure's condition may use.
func recordName(of string) string {
	switch of {
	case "calls":
		return "call"
	case "sessions":
		return "session"
	case "interactions":
		return "interaction"
	}
	return "event"
}

func planOf(i int, spec MeasureSpec) (plan, error) {
	condition, err := where(i, spec)
	if err != nil {
		return plan{}, err
	}
	of := store.Record(spec.Of)
	stat, arg, _ := strings.Cut(spec.Stat, ":")
	switch {
	case spec.Of == "people" && (stat == "count" || stat == "people" || stat == ""):
		of, stat = store.OfEvents, string(store.People)
	case spec.Of == "people":
		return plan{}, unavailable(i, spec)
	}
	if spec.Side != "" && of != store.OfCalls {
		return plan{}, badField(at("measures[%d].side", i), "Leave side out, or measure calls.", "only calls have a side")
	}
	measure := store.Measure{Of: of, Filter: withSide(condition, spec.Side)}
	switch {
	case stat == "" || stat == "count" && arg == "":
		return just(measure, store.Count), nil
	case spec.Stat == "rate":
		return rate(measure), nil
	case stat == "apdex":
		return apdex(i, spec, measure, arg)
	}
	if slices.Contains(ofValue(), store.Stat(stat)) && (arg != "" || of == store.OfCalls && stat != string(store.Sum)) {
		if measure.Value, err = valueField(i, spec, arg); err != nil {
			return plan{}, err
		}
		return just(measure, store.Stat(stat)), nil
	}
	if !slices.Contains(plainStats(of), store.Stat(stat)) || arg != "" {
		return plan{}, unavailable(i, spec)
	}
	return just(measure, store.Stat(stat)), nil
}

// plainStats lists the statistics that need no value.
func plainStats(of store.Record) []store.Stat {
	switch of {
	case store.OfCalls:
		return []store.Stat{store.Count, store.People, store.Sessions, store.Failed, store.Refused, store.ErrorRate}
	case store.OfInteractions:
		return []store.Stat{store.Count, store.Sessions}
	}
	return []store.Stat{store.Count, store.People, store.Sessions}
}

// ofValue lists the statistics of a number; calls have their duration.
func ofValue() []store.Stat {
	return []store.Stat{store.P50, store.P75, store.P90, store.P95, store.P99, store.Mean, store.Sum}
}

// valueField is the number that a statistic is of; none means the duration of calls.
func valueField(i int, spec MeasureSpec, name string) (store.Field, error) {
	if name == "" {
		return store.Field{}, nil
	}
	field, ok := analysis.FieldOf(recordName(spec.Of), name)
	for _, info := range store.Fields() {
		if info.Name == field.Name && (info.Type == store.String || info.Type == store.Bool) {
			ok = false
		}
	}
	if !ok {
		return field, badField(at("measures[%d].stat", i), "Write sum:duration_ms or p75:properties.value; GET /api/v1/fields lists the fields.",
			"%q is no number of %s", name, spec.Of)
	}
	return field, nil
}

func unavailable(i int, spec MeasureSpec) error {
	return badField(at("measures[%d].stat", i),
		"For calls: count people sessions rate failed refused error_rate p50 p75 p90 p95 p99 mean apdex:500ms. For events and sessions: count people sessions rate. "+
			"For interactions: count sessions rate. For people: count. Of a number of any of them: sum:NAME mean:NAME p75:NAME.",
		"%q of %s cannot be measured", spec.Stat, spec.Of)
}

// withSide says which side's calls count; the store's own default is server.
func withSide(condition store.Filter, side string) store.Filter {
	var s store.Filter
	switch side {
	case "client", "server":
		s = store.Equals("call.side", side)
	case "any":
		s = store.Or{store.Equals("call.side", string(event.Client)), store.Equals("call.side", string(event.Server))}
	default:
		return condition
	}
	if condition == nil {
		return s
	}
	return store.And{s, condition}
}

func just(m store.Measure, stat store.Stat) plan {
	m.Stat = stat
	return plan{[]store.Measure{m}, func(parts [][]*float64, _ []time.Time) []*float64 { return parts[0] }}
}

// rate is the count per second.
func rate(m store.Measure) plan {
	m.Stat = store.Count
	return plan{[]store.Measure{m}, func(parts [][]*float64, cuts []time.Time) []*float64 {
		out := make([]*float64, len(parts[0]))
		for b, count := range parts[0] {
			if count != nil {
				perSecond := *count / cuts[b+1].Sub(cuts[b]).Seconds()
				out[b] = &perSecond
			}
		}
		return out
	}}
}

// apdex is (satisfied + tolerating/2) / all, over timed or failed calls: satisfied
// took at most the threshold, tolerating at most four times it, failed calls are
// neither (Apdex Technical Specification 1.1).
func apdex(i int, spec MeasureSpec, m store.Measure, arg string) (plan, error) {
	threshold, err := time.ParseDuration(arg)
	if err != nil || threshold <= 0 || m.Of != store.OfCalls {
		return plan{}, badField(at("measures[%d].stat", i), "Write the threshold as a duration: apdex:500ms.", "%q is not an apdex of %s", spec.Stat, spec.Of)
	}
	duration, failed := store.Field{Name: "call.duration_ms"}, store.Field{Name: "call.failed"}
	ms := float64(threshold) / float64(time.Millisecond)
	within := func(factor float64) store.Filter {
		return store.And{
			store.Compare{Field: duration, Op: store.Le, Value: ms * factor},
			store.Not{Of: store.Compare{Field: failed, Op: store.Eq, Value: true}},
		}
	}
	judged := store.Or{store.Has{Field: duration}, store.Compare{Field: failed, Op: store.Eq, Value: true}}
	part := func(condition store.Filter) store.Measure {
		p := m
		p.Stat, p.Filter = store.Count, condition
		if m.Filter != nil {
			p.Filter = store.And{m.Filter, condition}
		}
		return p
	}
	return plan{[]store.Measure{part(within(1)), part(within(4)), part(judged)}, func(parts [][]*float64, _ []time.Time) []*float64 {
		out := make([]*float64, len(parts[0]))
		for b := range out {
			satisfied, atMostTolerating, all := parts[0][b], parts[1][b], parts[2][b]
			if satisfied != nil && atMostTolerating != nil && all != nil && *all > 0 {
				score := (*satisfied + *atMostTolerating) / 2 / *all
				out[b] = &score
			}
		}
		return out
	}}, nil
}

func at(format string, args ...any) string { return fmt.Sprintf(format, args...) }
