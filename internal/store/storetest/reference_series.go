package storetest

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// sample is one row as measures see it.
type sample struct {
	time            time.Time
	labels          []string
	weight          float64
	failed, refused bool
	timed           bool
	took            time.Duration
	person          string // "" when unknown or a bot that does not count
	session         string
	value           *float64 // of Measure.Value; nil when it is no number
}

// Series implements [store.Reader].
func (r *Reference) Series(ctx context.Context, q store.SeriesQuery) (store.Series, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Series{}, err
	}
	defer unlock()
	if err := checkSeries(q); err != nil {
		return store.Series{}, err
	}
	type line struct {
		labels  []string
		samples [][]sample // by measure
	}
	lines := map[string]*line{}
	lineOf := func(labels []string) *line {
		key := strings.Join(labels, "\x00")
		if lines[key] == nil {
			lines[key] = &line{labels, make([][]sample, len(q.Measures))}
		}
		return lines[key]
	}
	if len(q.By) == 0 {
		lineOf(nil)
	}
	for m, measure := range q.Measures {
		for _, s := range r.samples(q, measure) {
			l := lineOf(s.labels)
			l.samples[m] = append(l.samples[m], s)
		}
	}
	var out store.Series
	for _, l := range lines {
		answer := store.Line{Labels: l.labels}
		for m, measure := range q.Measures {
			answer.Values = append(answer.Values, inBuckets(measure.Stat, l.samples[m], q.Edges))
		}
		out.Lines = append(out.Lines, answer)
	}
	slices.SortFunc(out.Lines, func(a, b store.Line) int {
		return cmp.Or(cmp.Compare(total(b), total(a)), slices.Compare(a.Labels, b.Labels))
	})
	if len(q.By) > 0 && len(out.Lines) > q.Limit {
		out.Lines, out.Other = out.Lines[:q.Limit], true
	}
	return out, nil
}

// total adds up the values of the first measure.
func total(l store.Line) float64 {
	sum := 0.0
	for _, v := range l.Values[0] {
		if v != nil {
			sum += *v
		}
	}
	return sum
}

func checkSeries(q store.SeriesQuery) error {
	if err := checkEdges(q.Edges); err != nil {
		return err
	}
	if len(q.Measures) == 0 || len(q.By) > 2 {
		return wrong("a series needs a measure and at most two labels", "Ask for less at once.")
	}
	if err := checkLimit(q.Limit); len(q.By) > 0 && err != nil {
		return err
	}
	for _, m := range q.Measures {
		record, ok := map[store.Record]string{store.OfCalls: "call", store.OfEvents: "event", store.OfSessions: "session", store.OfInteractions: "interaction"}[m.Of]
		if !ok || !knownStat(m) {
			return wrong(string(m.Stat)+" of "+string(m.Of)+" cannot be measured", "Name a number for a sum, mean or quantile.")
		}
		if m.Value != (store.Field{}) {
			if err := checkNumber(m.Value, record); err != nil {
				return err
			}
		}
		if err := cmp.Or(checkScope(q.Filter, record), checkFilter(m.Filter, record)); err != nil {
			return err
		}
		for _, field := range q.By {
			if err := checkField(field, record); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkEdges(edges []time.Time) error {
	if len(edges) < 2 || len(edges) > 10_001 || !slices.IsSortedFunc(edges, time.Time.Compare) {
		return wrong("the edges are not 2 to 10,001 ascending times", "Ask for wider buckets.")
	}
	return nil
}

func knownStat(m store.Measure) bool {
	switch m.Stat {
	case store.Count, store.Sessions, store.Last:
		return true
	case store.People:
		return m.Of != store.OfInteractions
	case store.Failed, store.Refused, store.ErrorRate:
		return m.Of == store.OfCalls
	case store.P50, store.P75, store.P90, store.P95, store.P99, store.Mean, store.Sum:
		return m.Of == store.OfCalls || m.Value != store.Field{}
	}
	return false
}

func checkNumber(field store.Field, record string) error {
	if err := checkField(field, record); err != nil {
		return err
	}
	for _, info := range store.Fields() {
		if info.Name == field.Name && (info.Type == store.String || info.Type == store.Bool) {
			return wrong(field.Name+" is no number", "Name a field that is one.")
		}
	}
	return nil
}

// number is the value that a measure is of.
func number(row store.Row, of store.Field) *float64 {
	value, _ := row.Value(of)
	switch v := value.(type) {
	case int64:
		n := float64(v)
		return &n
	case float64:
		return &v
	}
	return nil
}

// samples returns the rows that a measure counts.
func (r *Reference) samples(q store.SeriesQuery, m store.Measure) []sample {
	s := q.Scope
	s.From, s.To = q.Edges[0], q.Edges[len(q.Edges)-1]
	var out []sample
	whose := r.persons(s.Project)
	switch m.Of {
	case store.OfCalls:
		anySide := store.Mentions(s.Filter, "call.side") || store.Mentions(m.Filter, "call.side")
		for _, c := range r.callRows(s, m.Filter) {
			if !anySide && c.Side != event.Server {
				continue
			}
			out = append(out, callSample(c, whose, s.Bots, q.By, m.Value))
		}
	case store.OfEvents:
		for _, e := range r.eventRows(s) {
			if row := (store.Row{Event: &e}); store.Match(m.Filter, row) {
				out = append(out, sample{time: e.Time, labels: labels(row, q.By), weight: 1, person: whose.who(e.Identity, e.Time), session: e.SessionID, value: number(row, m.Value)})
			}
		}
	case store.OfSessions:
		for _, v := range r.sessionRows(s) {
			if row := (store.Row{Session: &v}); store.Match(m.Filter, row) {
				out = append(out, sample{time: v.Start, labels: labels(row, q.By), weight: 1, person: whose.who(v.Identity, v.Start), session: v.ID, value: number(row, m.Value)})
			}
		}
	case store.OfInteractions:
		for _, row := range r.interactionRows(s) {
			if i := row.Interaction; store.Match(m.Filter, row) {
				out = append(out, sample{time: i.Time, labels: labels(row, q.By), weight: 1, session: i.SessionID, value: number(row, m.Value)})
			}
		}
	}
	return out
}

func callSample(c callRow, whose persons, bots bool, by []store.Field, of store.Field) sample {
	if of == (store.Field{}) {
		of.Name = "call.duration_ms"
	}
	row := c.asRow()
	s := sample{
		time: c.Time, labels: labels(row, by), weight: c.Weight,
		failed: c.Failed(), refused: c.Refused(), timed: c.Timed, took: c.Duration, value: number(row, of),
	}
	if session, ok := row.Value(store.Field{Name: "call.session_id"}); ok {
		s.session, _ = session.(string)
	}
	if bots || c.Bot == event.Human {
		s.person = whose.who(c.identity(), c.Time)
	}
	return s
}

// labels are the values of the fields, "" for what is absent.
func labels(row store.Row, by []store.Field) []string {
	return each(by, func(f store.Field) string {
		value, _ := row.Value(f)
		return store.LabelOf(value)
	})
}

func inBuckets(stat store.Stat, samples []sample, edges []time.Time) []*float64 {
	buckets := make([][]sample, len(edges)-1)
	for _, s := range samples {
		for b := range buckets {
			if within(s.time, edges[b], edges[b+1]) {
				buckets[b] = append(buckets[b], s)
			}
		}
	}
	return each(buckets, func(in []sample) *float64 { return statOf(stat, in) })
}

// statOf computes a statistic; nil = nothing to measure.
func statOf(stat store.Stat, samples []sample) *float64 {
	var all, failed, refused, sum, last float64
	var numbers []float64
	people, sessions := map[string]bool{}, map[string]bool{}
	for _, s := range samples {
		all += s.weight
		if s.failed {
			failed += s.weight
		}
		if s.refused {
			refused += s.weight
		}
		if s.value != nil {
			numbers = append(numbers, *s.value)
			sum += s.weight * *s.value
		}
		if s.session != "" {
			sessions[s.session] = true
		}
		last = max(last, float64(s.time.UnixMicro()))
		if s.person != "" {
			people[s.person] = true
		}
	}
	switch stat {
	case store.Count:
		return &all
	case store.Failed:
		return &failed
	case store.Refused:
		return &refused
	case store.People:
		n := float64(len(people))
		return &n
	case store.Sessions:
		n := float64(len(sessions))
		return &n
	case store.Sum:
		return &sum
	case store.Last:
		if len(samples) == 0 {
			return nil
		}
		return &last
	case store.ErrorRate:
		if all == 0 {
			return nil
		}
		rate := failed / all
		return &rate
	case store.Mean:
		return mean(numbers)
	}
	q := map[store.Stat]float64{store.P50: 0.50, store.P75: 0.75, store.P90: 0.90, store.P95: 0.95, store.P99: 0.99}[stat]
	return quantile(numbers, q)
}

func mean(values []float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	sum /= float64(len(values))
	return &sum
}

// quantile interpolates linearly between the two nearest ranks, as SQL's
// PERCENTILE_CONT does.
func quantile(values []float64, q float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	slices.Sort(values)
	rank := q * float64(len(values)-1)
	low, high := values[int(math.Floor(rank))], values[int(math.Ceil(rank))]
	out := low + (high-low)*(rank-math.Floor(rank))
	return &out
}
