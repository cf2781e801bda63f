package storetest

import (
	"context"
	"slices"

	"github.com/clickspan/clickspan/internal/store"
)

// Histories implements [store.Reader].
func (r *Reference) Histories(ctx context.Context, q store.HistoriesQuery, use func(store.History)) error {
	found, err := r.histories(ctx, q)
	for _, h := range found {
		use(h)
	}
	return err
}

func (r *Reference) histories(ctx context.Context, q store.HistoriesQuery) ([]store.History, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if len(q.Steps) == 0 || len(q.Steps) > 64 || q.Since.After(q.From) || q.Until.Before(q.To) {
		return nil, wrong("there is no step, or the longer time does not hold the range", "Ask for a step, and for a time around the range.")
	}
	long := q.Scope
	long.From, long.To = q.Since, q.Until
	found, err := r.units(long, q.Unit, q.Steps)
	var out []store.History
	for _, u := range found {
		if !slices.ContainsFunc(u.rows, func(o occurrence) bool { return o.steps[0] && within(o.time, q.From, q.To) }) {
			continue
		}
		h := store.History{ID: u.name}
		for _, o := range u.rows {
			row := store.HistoryRow{Time: o.time}
			for i, matches := range o.steps {
				if matches {
					row.Steps |= 1 << i
				}
			}
			h.Rows = append(h.Rows, row)
		}
		out = append(out, h)
	}
	return out, err
}
