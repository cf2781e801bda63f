package duckdb

import (
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/fold"
)

// thinned is [conn.sequences] for questions that ask in which periods something was done,
// and at most so many times in each: the engine then hands over a row where there would
// be a thousand. Two times that lie between the same two edges are one to such a question.
func (c *conn) thinned(ctx context.Context, q occurrences, edges []time.Time, most int, names *dictionary, use func(unit uint64, rows []fold.Row)) error {
	text, args, err := thinnedQuery(q, edges)
	if err != nil || text == "" {
		return err
	}
	var rows []fold.Row
	var unit uint64
	err = c.each(ctx, text, args, func(r *reader) {
		next := uint64(r.int())
		if next != unit && len(rows) > 0 {
			use(unit, rows)
			rows = rows[:0]
		}
		unit = next
		row := fold.Row{Time: r.int(), Steps: uint64(r.int())}
		n := int(min(r.int(), int64(most)))
		if q.label != nil {
			row.Label = names.number([]byte(r.text()))
		}
		for range n {
			rows = append(rows, row)
		}
	})
	if err == nil && len(rows) > 0 {
		use(unit, rows)
	}
	return err
}

func thinnedQuery(q occurrences, edges []time.Time) (string, []any, error) {
	rows, err := occurring(q)
	if err != nil || rows.String() == "" {
		return "", nil, err
	}
	cuts := append([]time.Time{{}}, edges...) // all before the first edge is a period too
	slices.SortFunc(cuts, time.Time.Compare)
	var period query
	period.bucket("time", slices.CompactFunc(cuts, time.Time.Equal))
	text := statement("thinned", "label", q.more(", $"), "period", period.String(), "rows", rows.String())
	return text, slices.Concat(period.args, rows.args), nil
}
