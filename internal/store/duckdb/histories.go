package duckdb

import (
	"context"
	"errors"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/fold"
	"github.com/clickspan/clickspan/internal/store"
)

// Histories implements [store.Reader].
func (s *Store) Histories(ctx context.Context, q store.HistoriesQuery, use func(store.History)) error {
	if len(q.Steps) == 0 || q.Since.After(q.From) || q.Until.Before(q.To) {
		return &event.Permanent{Err: errors.New("there is no step, or the longer time does not hold the range"), Hint: "Ask for a step, and for a time around the range."}
	}
	var h store.History
	rows := occurrences{
		Scope: q.Scope, unit: q.Unit, steps: q.Steps, did: &[2]time.Time{q.From, q.To},
		named: func(name []byte) { h.ID = string(name) },
	}
	rows.From, rows.To = q.Since, q.Until
	return s.readers.heavy.with(ctx, func(c *conn) error {
		return c.sequences(ctx, rows, nil, func(_ uint64, did []fold.Row) {
			h.Rows = h.Rows[:0]
			for _, row := range did {
				h.Rows = append(h.Rows, store.HistoryRow{Time: time.UnixMicro(row.Time).UTC(), Steps: row.Steps})
			}
			use(h)
		})
	})
}
