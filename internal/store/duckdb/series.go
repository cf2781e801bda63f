package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Series implements [store.Reader].
func (s *Store) Series(ctx context.Context, q store.SeriesQuery) (store.Series, error) {
	if err := checkSeries(q); err != nil {
		return store.Series{}, err
	}
	q.From, q.To = q.Edges[0], q.Edges[len(q.Edges)-1]
	lines := newLines(q)
	err := s.readers.heavy.with(ctx, func(c *conn) error {
		for measured := 0; measured < len(q.Measures); {
			some := sameLook(q.Measures[measured:], needsLink(q.Filter))
			told, err := c.rolledSeries(ctx, q, some, lines, measured)
			if err == nil && !told {
				err = c.series(ctx, q, some, lines, measured)
			}
			if err != nil {
				return err
			}
			measured += len(some)
		}
		return nil
	})
	return lines.series(), err
}

// series answers measures, of which the first has this number, by one look at the rows.
func (c *conn) series(ctx context.Context, q store.SeriesQuery, measures []store.Measure, lines *lines, first int) error {
	text, args, err := seriesQuery(q, measures...)
	if err != nil {
		return err
	}
	return c.each(ctx, text, args, func(r *reader) {
		bucket := int(r.int())
		labels := make([]string, len(q.By))
		for n := range labels {
			labels[n] = r.text()
		}
		line := lines.line(labels)
		for i := range measures {
			if value, ok := cell[float64](r.rows, r.next()); ok {
				line.Values[first+i][bucket] = &value
			}
		}
	})
}

func checkSeries(q store.SeriesQuery) error {
	if err := checkEdges(q.Edges); err != nil {
		return err
	}
	if len(q.Measures) == 0 || len(q.By) > 2 {
		return &event.Permanent{Err: errors.New("a series needs a measure and at most two labels"), Hint: "Ask for less at once."}
	}
	if len(q.By) > 0 {
		return checkLimit(q.Limit)
	}
	return nil
}

// maxEdges is one more than the most buckets that a question may ask for.
const maxEdges = 10_001

func checkEdges(edges []time.Time) error {
	if len(edges) < 2 || len(edges) > maxEdges || !slices.IsSortedFunc(edges, time.Time.Compare) {
		return &event.Permanent{Err: errors.New("the edges are not 2 to 10,001 ascending times"), Hint: "Ask for wider buckets."}
	}
	return nil
}

// sameLook are the first measures that one look at the rows answers: of the same
// record, about the same rows. Where links have to be joined, which costs more than all
// else, one look also answers measures about different rows.
func sameLook(measures []store.Measure, linked bool) []store.Measure {
	first := measures[0]
	for i, m := range measures {
		same := m.Of == first.Of && (m.Stat == store.People) == (first.Stat == store.People) && (m.Stat == store.Sessions) == (first.Stat == store.Sessions)
		apart := !linked || m.Stat == store.People || m.Stat == store.Sessions
		if !same || apart && !reflect.DeepEqual(m.Filter, first.Filter) {
			return measures[:i]
		}
	}
	return measures
}

// rowsOf is the filter of the rows that a measure is about, with what is left out
// unless a filter asks for it.
func rowsOf(m store.Measure, scope store.Filter) store.Filter {
	rows := store.And{}
	if m.Filter != nil {
		rows = append(rows, m.Filter)
	}
	unasked := func(field string) bool { return !store.Mentions(scope, field) && !store.Mentions(m.Filter, field) }
	if m.Of == store.OfCalls && unasked("call.side") {
		rows = append(rows, store.Equals("call.side", string(event.Server)))
	}
	if m.Of == store.OfCalls && unasked("call.class") {
		rows = append(rows, store.Not{Of: store.Equals("call.class", string(event.Asset))})
	}
	return rows
}

// seriesQuery is the statement of measures that one look answers.
func seriesQuery(q store.SeriesQuery, measures ...store.Measure) (string, []any, error) {
	m, at, asked := measures[0], timeOf(measures[0].Of), q.By
	if at == "" {
		return "", nil, unmeasurable(m)
	}
	if m.Stat == store.Sessions {
		asked = append(slices.Clone(asked), store.Field{Name: "call.session_id"})
	}
	all := m.Filter
	var of store.Or // the rows of each measure, when they differ
	if slices.ContainsFunc(measures, func(other store.Measure) bool { return !reflect.DeepEqual(other.Filter, m.Filter) }) {
		for _, m := range measures {
			of = append(of, rowsOf(m, q.Filter))
		}
		all = of
	}
	var labels, rows, stats query
	fields, err := rows.rowsIn(m.Of, q.Scope, asked, m.Stat == store.People, all)
	if err != nil {
		return "", nil, err
	}
	for i, m := range measures {
		var only query
		if of != nil {
			if err := only.where(of[i], fields); err != nil {
				return "", nil, err
			}
		}
		stats.add(", CAST(")
		if err := stats.stat(m, q.Bots, fields, only); err != nil {
			return "", nil, err
		}
		stats.add(" AS DOUBLE)")
	}
	if of == nil && m.Of == store.OfCalls && !store.Mentions(q.Filter, "call.side") && !store.Mentions(m.Filter, "call.side") {
		rows.add(" AND c.side = 'server'")
	}
	for _, f := range q.By {
		labels.add(", ")
		if err := labels.label(f, fields); err != nil {
			return "", nil, err
		}
	}
	var bucket query
	bucket.bucket(at, q.Edges)
	text := statement("series", "bucket", bucket.String(), "labels", labels.String(), "stats", stats.String(), "rows", rows.String())
	return text, slices.Concat(bucket.args, labels.args, stats.args, rows.args), nil
}

// timeOf is the column by which a record falls into a bucket; ” when there is no
// such record.
func timeOf(of store.Record) string {
	switch of {
	case store.OfCalls:
		return "c.time"
	case store.OfEvents:
		return "e.time"
	case store.OfSessions:
		return "s.started"
	case store.OfInteractions:
		return "i.time"
	}
	return ""
}

// bucket adds the number of the bucket that a time lies in. Between the first and
// the last edge, steps are mostly equal, which is a division; months and days
// with a change of clocks are a search.
func (q *query) bucket(at string, edges []time.Time) {
	if step, ok := equalSteps(edges); ok {
		q.add("CASE WHEN "+at+" < ? THEN 0 ELSE least(1 + (epoch_us("+at+") - ?) // ?, ?) END",
			edges[1], edges[1].UnixMicro(), step, len(edges)-2)
		return
	}
	q.search(at, edges[1:len(edges)-1], 0)
}

// equalSteps returns the width of the inner buckets in microseconds when all are
// as wide.
func equalSteps(edges []time.Time) (int64, bool) {
	if len(edges) <= 3 {
		return 1 << 62, len(edges) == 2
	}
	step := edges[2].Sub(edges[1])
	for i := 2; i < len(edges)-1; i++ {
		if edges[i].Sub(edges[i-1]) != step {
			return 0, false
		}
	}
	return step.Microseconds(), true
}

// search adds a tree of comparisons; the result counts the edges not after the
// time, from first on.
func (q *query) search(at string, edges []time.Time, first int) {
	if len(edges) == 0 {
		q.add(fmt.Sprint(first))
		return
	}
	middle := len(edges) / 2
	q.add("CASE WHEN "+at+" < ? THEN ", edges[middle])
	q.search(at, edges[:middle], first)
	q.add(" ELSE ")
	q.search(at, edges[middle+1:], first+middle+1)
	q.add(" END")
}

// lines collects values by label.
type lines struct {
	query  store.SeriesQuery
	labels map[string]*store.Line
	approx bool
}

func newLines(q store.SeriesQuery) *lines {
	l := &lines{query: q, labels: map[string]*store.Line{}}
	if len(q.By) == 0 {
		l.line([]string{})
	}
	return l
}

// line returns the labels' line, made with zeros for counts and nothing for the rest.
func (l *lines) line(labels []string) *store.Line {
	key := strings.Join(labels, "\x00")
	if line := l.labels[key]; line != nil {
		return line
	}
	line := &store.Line{Labels: labels, Values: make([][]*float64, len(l.query.Measures))}
	for i, m := range l.query.Measures {
		line.Values[i] = make([]*float64, len(l.query.Edges)-1)
		switch m.Stat {
		case store.Count, store.Failed, store.Refused, store.People, store.Sessions, store.Sum:
			for b := range line.Values[i] {
				line.Values[i][b] = new(float64)
			}
		}
	}
	l.labels[key] = line
	return line
}

// series orders the lines and keeps the first.
func (l *lines) series() store.Series {
	out := store.Series{Lines: make([]store.Line, 0, len(l.labels)), Approx: l.approx}
	totals := map[*store.Line]float64{}
	sorted := make([]*store.Line, 0, len(l.labels))
	for _, line := range l.labels {
		sorted = append(sorted, line)
		if len(line.Values) == 0 {
			continue
		}
		for _, v := range line.Values[0] {
			if v != nil {
				totals[line] += *v
			}
		}
	}
	slices.SortFunc(sorted, func(a, b *store.Line) int {
		return cmp.Or(cmp.Compare(totals[b], totals[a]), slices.Compare(a.Labels, b.Labels))
	})
	if len(l.query.By) > 0 && len(sorted) > l.query.Limit {
		sorted, out.Other = sorted[:l.query.Limit], true
	}
	for _, line := range sorted {
		out.Lines = append(out.Lines, *line)
	}
	return out
}
