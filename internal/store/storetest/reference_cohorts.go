package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

// ever is a time before all records.
func ever() time.Time { return time.Unix(0, 0).AddDate(-1000, 0, 0).UTC() }

// occurring finds the rows that match any of the steps, by kind and name of their unit.
func (r *Reference) occurring(s store.Scope, of store.Unit, steps ...store.Step) (map[string][]occurrence, error) {
	found, err := r.units(s, of, steps)
	out := map[string][]occurrence{}
	for _, u := range found {
		out[u.key] = u.rows
	}
	return out, err
}

// Retention implements [store.Reader].
func (r *Reference) Retention(ctx context.Context, q store.RetentionQuery) (store.RetentionTables, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.RetentionTables{}, err
	}
	defer unlock()
	switch {
	case checkEdges(q.Edges) != nil, q.Rows < 1, q.Intervals < 1, q.MinOccurrences < 1, len(q.Edges) != q.Rows+q.Intervals:
		return store.RetentionTables{}, wrong("the table has no rows, or not as many edges as it needs", "Ask for at least one row and column.")
	case q.From.Before(q.Edges[0]), q.To.After(q.Edges[q.Rows]):
		return store.RetentionTables{}, wrong("the range reaches beyond the rows", "Ask for rows that cover it.")
	case !slices.Contains([]store.Cohort{store.CohortFirst, store.CohortFirstEver, store.CohortRecurring}, q.Cohort),
		!slices.Contains([]store.Criterion{store.On, store.OnOrAfter}, q.Criterion):
		return store.RetentionTables{}, wrong("the cohort or criterion is unknown", "Use one of those listed.")
	}
	if err := checkFilter(q.Split, "call"); err != nil {
		return store.RetentionTables{}, err
	}
	whole := q.Scope
	whole.From, whole.To = ever(), q.Edges[len(q.Edges)-1]
	rows, err := r.occurring(whole, q.Unit, q.Target, q.Returning)
	if err != nil {
		return store.RetentionTables{}, err
	}
	troubled := r.troubledSessions(q)
	out := store.RetentionTables{All: emptyTable(q)}
	if q.Split != nil {
		out.Met = emptyTable(q)
	}
	for _, of := range rows {
		met := false
		for _, row := range cohortsOf(q, of) {
			first := firstTarget(q, of)
			for _, o := range of {
				if session := identityOf(o.row).SessionID; o.steps[0] && o.time.Equal(first) && session != "" && troubled[session] {
					met = true
				}
			}
			for column := range q.Intervals {
				if column == 0 || cameBack(q, of, row, column) {
					out.All[row][column]++
					if met {
						out.Met[row][column]++
					}
				}
			}
		}
	}
	return out, nil
}

func emptyTable(q store.RetentionQuery) store.RetentionTable {
	table := make(store.RetentionTable, q.Rows)
	for row := range table {
		table[row] = make([]int64, q.Intervals)
	}
	return table
}

// troubledSessions are the sessions with a call that the question splits by.
func (r *Reference) troubledSessions(q store.RetentionQuery) map[string]bool {
	out := map[string]bool{}
	if q.Split == nil {
		return out
	}
	s := q.Scope
	s.Filter, s.From, s.To = nil, q.Edges[0], q.Until
	for _, c := range r.callRows(s, q.Split) {
		session, _ := c.asRow().Value(store.Field{Name: "call.session_id"})
		if text, ok := session.(string); ok {
			out[text] = true
		}
	}
	return out
}

// firstTarget is when the unit's first target in range was.
func firstTarget(q store.RetentionQuery, of []occurrence) time.Time {
	for _, o := range of {
		if o.steps[0] && within(o.time, q.From, q.To) {
			return o.time
		}
	}
	return time.Time{}
}

// cohortsOf are the rows that a unit is in.
func cohortsOf(q store.RetentionQuery, of []occurrence) (out []int) {
	for row := range q.Rows {
		for _, o := range of {
			if q.Cohort == store.CohortFirstEver && o.steps[0] && within(o.time, ever(), q.From) {
				return nil
			}
			counts := q.Cohort == store.CohortRecurring || o.time.Equal(firstTarget(q, of))
			if o.steps[0] && counts && within(o.time, q.From, q.To) && within(o.time, q.Edges[row], q.Edges[row+1]) {
				out = append(out, row)
				break
			}
		}
	}
	return out
}

// cameBack reports whether a unit of a row is in one of its columns.
func cameBack(q store.RetentionQuery, of []occurrence, row, column int) bool {
	last := column
	if q.Criterion == store.OnOrAfter {
		last = q.Intervals - 1
	}
	for c := column; c <= last; c++ {
		n := 0
		for _, o := range of {
			if o.steps[1] && o.time.Before(q.Until) && within(o.time, q.Edges[row+c], q.Edges[row+c+1]) {
				n++
			}
		}
		if n >= q.MinOccurrences {
			return true
		}
	}
	return false
}

// Lifecycle implements [store.Reader].
func (r *Reference) Lifecycle(ctx context.Context, q store.LifecycleQuery) (store.Lifecycle, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Lifecycle{}, err
	}
	defer unlock()
	if checkEdges(q.Edges) != nil || len(q.Edges) < 3 {
		return store.Lifecycle{}, wrong("a lifecycle needs an interval and one before it", "Ask for a longer range.")
	}
	n := len(q.Edges) - 2
	out := store.Lifecycle{New: make([]int64, n), Returning: make([]int64, n), Resurrecting: make([]int64, n), Dormant: make([]int64, n)}
	always := q.Scope
	always.From, always.To = ever(), q.Edges[len(q.Edges)-1]
	matches, err := r.occurring(always, q.Unit, q.Of)
	if err != nil {
		return store.Lifecycle{}, err
	}
	always.Filter = nil
	events, err := r.occurring(always, q.Unit, store.Step{Of: store.OfEvents})
	if err != nil {
		return store.Lifecycle{}, err
	}
	born := map[string]time.Time{}
	for _, found := range []map[string][]occurrence{matches, events} {
		for unit, of := range found {
			if b, ok := born[unit]; !ok || of[0].time.Before(b) {
				born[unit] = of[0].time
			}
		}
	}
	for unit, of := range matches {
		active := func(i int) bool { // in the i-th period, the one before the first is the 0th
			return slices.ContainsFunc(of, func(o occurrence) bool {
				return within(o.time, q.Edges[i], q.Edges[i+1]) && (i == 0 || within(o.time, q.From, q.To))
			})
		}
		for i := range n {
			now, before := active(i+1), active(i)
			switch {
			case now && within(born[unit], q.Edges[i+1], q.Edges[i+2]):
				out.New[i]++
			case now && before:
				out.Returning[i]++
			case now:
				out.Resurrecting[i]++
			case before:
				out.Dormant[i]++
			}
		}
	}
	return out, nil
}

// Stickiness implements [store.Reader].
func (r *Reference) Stickiness(ctx context.Context, q store.StickinessQuery) ([]int64, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := checkEdges(q.Edges); err != nil {
		return nil, err
	}
	matches, err := r.occurring(q.Scope, q.Unit, q.Of)
	if err != nil {
		return nil, err
	}
	out := make([]int64, len(q.Edges)-1)
	for _, of := range matches {
		active := 0
		for i := range out {
			if slices.ContainsFunc(of, func(o occurrence) bool { return within(o.time, q.Edges[i], q.Edges[i+1]) }) {
				active++
			}
		}
		if active > 0 {
			out[active-1]++
		}
	}
	return out, nil
}
