package duckdb

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/fold"
	"github.com/clickspan/clickspan/internal/store"
)

// Correlation implements [store.Reader].
func (s *Store) Correlation(ctx context.Context, q store.CorrelationQuery) (store.Correlation, error) {
	if err := checkCorrelation(q); err != nil {
		return store.Correlation{}, err
	}
	q.Funnel.By, q.Funnel.Entities, q.Funnel.Calls, q.Funnel.Attempts = nil, 0, false, false
	f, err := newFunnel(q.Funnel)
	if err != nil {
		return store.Correlation{}, err
	}
	ways := newWays(q)
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		err := c.sequences(ctx, f.rows, f.names, func(unit uint64, rows []fold.Row) {
			f.fold.Unit(rows, func(a *fold.Attempt) { ways.add(unit, rows, a) })
		})
		for _, group := range alike(q.Candidates) {
			if err == nil {
				err = c.meet(ctx, q, group, ways)
			}
		}
		return err
	})
	if err != nil {
		return store.Correlation{}, err
	}
	return ways.answer(q), nil
}

func checkCorrelation(q store.CorrelationQuery) error {
	wrong := len(q.Candidates) == 0 || len(q.Candidates) > 60 || q.Limit < 1 || q.Limit > 1000
	for _, c := range q.Candidates {
		wrong = wrong || c.Least < 1 || c.Name.Record() != c.Of
	}
	if wrong {
		return &event.Permanent{Err: errors.New("a correlation needs 1 to 60 candidates, each of some rows by a field of theirs, and a limit to 1,000"), Hint: "Name candidates."}
	}
	return nil
}

// alike are the places of candidates by record and field: one statement finds the rows
// of each group.
func alike(candidates []store.Candidate) (groups [][]int) {
	for i, c := range candidates {
		at := slices.IndexFunc(groups, func(g []int) bool { return candidates[g[0]].Of == c.Of && candidates[g[0]].Name == c.Name })
		if at < 0 {
			at, groups = len(groups), append(groups, nil)
		}
		groups[at] = append(groups[at], i)
	}
	return groups
}

// way is the way of one unit; rows after from and before to are on it.
type way struct {
	from, to int64
	success  bool
	number   uint32
}

// ways are those of all units, and what they met.
type ways struct {
	steps         int
	window, until int64 // microseconds
	end           int64 // of the range
	of            map[uint64]way
	names         *dictionary
	counts        []map[met]int32 // by candidate: how many rows a unit met
	all           [2]int64        // failures, successes
}

// met is a unit and a name.
type met struct{ unit, name uint32 }

func newWays(q store.CorrelationQuery) *ways {
	out := &ways{
		steps: len(q.Funnel.Steps), window: q.Funnel.Window.Microseconds(), until: min(q.Funnel.Now.UnixMicro(), q.Funnel.To.UnixMicro()),
		end: q.Funnel.To.UnixMicro(), of: map[uint64]way{}, names: newDictionary(),
	}
	for range q.Candidates {
		out.counts = append(out.counts, map[met]int32{})
	}
	return out
}

// add takes the attempt of a unit that counts.
func (w *ways) add(unit uint64, rows []fold.Row, a *fold.Attempt) {
	begin := rows[a.Rows[0]].Time
	next := way{from: begin, to: min(begin+w.window, w.end), number: uint32(len(w.of))}
	if len(a.Rows) == w.steps {
		next.to, next.success = rows[a.Rows[w.steps-1]].Time, true
	} else if a.Open && begin+w.window >= w.until {
		return
	}
	w.of[unit] = next
	w.all[side(next.success)]++
}

func side(success bool) int {
	if success {
		return 1
	}
	return 0
}

// meet finds the rows of candidates that are alike.
func (c *conn) meet(ctx context.Context, q store.CorrelationQuery, group []int, ways *ways) error {
	text, args, err := meetQuery(q, group)
	if err != nil || text == "" {
		return err
	}
	result, err := c.query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer result.close()
	for result.fetch() {
		n := int(mapping.DataChunkGetSize(result.chunk))
		units, times, steps := whole[uint64](result, 0, n), whole[int64](result, 1, n), whole[uint64](result, 2, n)
		for i := range n {
			way, known := ways.of[units[i]]
			if !known || times[i] < way.from || times[i] > way.to {
				continue
			}
			result.at = i
			name := ways.names.number(result.bytes(3))
			for bit, candidate := range group {
				inside := q.Candidates[candidate].Ends || times[i] > way.from && times[i] < way.to
				if at := (met{way.number, name}); name != 0 && inside && steps[i]&(1<<bit) != 0 && ways.counts[candidate][at] < math.MaxInt32 {
					ways.counts[candidate][at]++
				}
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// meetQuery asks for the rows of candidates that are alike, in no order.
func meetQuery(q store.CorrelationQuery, group []int) (string, []any, error) {
	rows := occurrences{Scope: q.Funnel.Scope, unit: q.Funnel.Unit}
	rows.Filter = nil
	field := q.Candidates[group[0]].Name
	for _, i := range group {
		rows.steps = append(rows.steps, q.Candidates[i].Step)
	}
	rows.label = &label{asked: []store.Field{field}, text: func(text *query, _ store.Record, fields columnsOf) error { return text.label(field, fields) }}
	found, err := occurring(rows)
	if err != nil || found.String() == "" {
		return "", nil, err
	}
	return statement("meet", "rows", found.String()), found.args, nil
}

func (w *ways) answer(q store.CorrelationQuery) store.Correlation {
	out := store.Correlation{Failure: w.all[0], Success: w.all[1]}
	success := make([]bool, len(w.of))
	for _, way := range w.of {
		success[way.number] = way.success
	}
	for i, counts := range w.counts {
		units := map[uint32]*store.Met{}
		for at, n := range counts {
			if int(n) < q.Candidates[i].Least {
				continue
			}
			if units[at.name] == nil {
				units[at.name] = &store.Met{Candidate: i, Name: w.names.texts[at.name]}
			}
			if success[at.unit] {
				units[at.name].Success++
			} else {
				units[at.name].Failure++
			}
		}
		var found []store.Met
		for _, m := range units {
			found = append(found, *m)
		}
		slices.SortFunc(found, func(a, b store.Met) int {
			return cmp.Or(cmp.Compare(b.Success+b.Failure, a.Success+a.Failure), cmp.Compare(a.Name, b.Name))
		})
		out.Met = append(out.Met, found[:min(q.Limit, len(found))]...)
	}
	return out
}
