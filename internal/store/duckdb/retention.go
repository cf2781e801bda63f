package duckdb

import (
	"context"
	"errors"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/fold"
	"github.com/clickspan/clickspan/internal/store"
)

// Retention implements [store.Reader].
func (s *Store) Retention(ctx context.Context, q store.RetentionQuery) (store.RetentionTables, error) {
	if err := checkRetention(q); err != nil {
		return store.RetentionTables{}, err
	}
	names := newDictionary()
	ask := fold.Cohorts{
		Edges: micros(q.Edges), Rows: q.Rows, Columns: q.Intervals, From: q.From.UnixMicro(), To: q.To.UnixMicro(), Until: q.Until.UnixMicro(),
		MinOccurrences: q.MinOccurrences, Recurring: q.Cohort == store.CohortRecurring, OrAfter: q.Criterion == store.OnOrAfter,
	}
	rows := returns(q)
	if q.Split != nil {
		met := names.number([]byte(metText))
		ask.Met = func(label uint32) bool { return label == met }
	}
	folded := fold.NewRetention(ask)
	err := s.readers.heavy.with(ctx, func(c *conn) error {
		cuts := append([]time.Time{q.From, q.To, q.Until}, q.Edges...)
		return c.thinned(ctx, rows, cuts, q.MinOccurrences, names, func(_ uint64, rows []fold.Row) {
			if q.Cohort != store.CohortFirstEver || !hasBefore(rows, ask.From) {
				folded.Unit(rows)
			}
		})
	})
	return store.RetentionTables{All: folded.All, Met: folded.Met}, err
}

func checkRetention(q store.RetentionQuery) error {
	if err := checkEdges(q.Edges); err != nil {
		return err
	}
	switch {
	case q.Rows < 1, q.Intervals < 1, q.MinOccurrences < 1, len(q.Edges) != q.Rows+q.Intervals:
		return &event.Permanent{Err: errors.New("the table has no rows, or not as many edges as it needs"), Hint: "Ask for at least one row and column."}
	case q.From.Before(q.Edges[0]), q.To.After(q.Edges[q.Rows]):
		return &event.Permanent{Err: errors.New("the range reaches beyond the rows"), Hint: "Ask for rows that cover it."}
	}
	if q.Cohort != store.CohortFirst && q.Cohort != store.CohortFirstEver && q.Cohort != store.CohortRecurring || q.Criterion != store.On && q.Criterion != store.OnOrAfter {
		return &event.Permanent{Err: errors.New("the cohort or criterion is unknown"), Hint: "Use one of those listed."}
	}
	return nil
}

// metText labels the matches of a target whose session met what a question splits by.
const metText = "met"

// returns asks for the rows that a table of retention is made of.
func returns(q store.RetentionQuery) occurrences {
	out := occurrences{Scope: q.Scope, unit: q.Unit, steps: []store.Step{q.Target, q.Returning}}
	if q.Cohort == store.CohortFirstEver {
		out.From = time.Time{}
	}
	out.To = later(q.To, earlier(q.Until, q.Edges[len(q.Edges)-1]))
	if q.Split != nil {
		out.label = &label{
			asked: []store.Field{{Name: "call.session_id"}},
			text:  func(text *query, of store.Record, fields columnsOf) error { return text.met(q, of, fields) },
		}
	}
	return out
}

// met adds the label of a row: [metText] when a call that the question splits by is of
// the same session.
func (q *query) met(r store.RetentionQuery, of store.Record, fields columnsOf) error {
	own := fields["event.session_id"].sql
	if of == store.OfCalls {
		own = fields["call.session_id"].sql
	}
	session := store.Field{Name: "call.session_id"}
	scope := r.Scope
	scope.From, scope.To, scope.Filter = r.Edges[0], r.Until, nil
	var rows query
	calls, err := rows.rowsIn(store.OfCalls, scope, []store.Field{session}, false, r.Split)
	if err != nil {
		return err
	}
	q.add("CASE WHEN steps & 1 <> 0 AND "+own+" <> '' AND "+own+" IN (SELECT "+calls[session.Name].sql+" FROM "+rows.String()+") THEN '"+metText+"' END", rows.args...)
	return nil
}

// hasBefore reports whether a match of the target lies before from.
func hasBefore(rows []fold.Row, from int64) bool {
	for _, row := range rows {
		if row.Time >= from {
			return false
		}
		if row.Steps&fold.Target != 0 {
			return true
		}
	}
	return false
}

func micros(times []time.Time) []int64 {
	out := make([]int64, len(times))
	for i, t := range times {
		out[i] = t.UnixMicro()
	}
	return out
}
