package duckdb

import (
	"context"
	"errors"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/fold"
	"github.com/clickspan/clickspan/internal/store"
)

// Lifecycle implements [store.Reader].
func (s *Store) Lifecycle(ctx context.Context, q store.LifecycleQuery) (store.Lifecycle, error) {
	if err := checkEdges(q.Edges); err != nil {
		return store.Lifecycle{}, err
	}
	if len(q.Edges) < 3 {
		return store.Lifecycle{}, &event.Permanent{Err: errors.New("a lifecycle needs an interval and one before it"), Hint: "Ask for a longer range."}
	}
	rows := occurrences{Scope: q.Scope, unit: q.Unit, steps: []store.Step{q.Of}}
	rows.From = q.Edges[0]
	if q.Of.Of == store.OfCalls {
		rows.From = time.Time{} // a unit without events is born with its first call
	}
	folded := fold.NewLifecycle(micros(q.Edges), q.From.UnixMicro(), q.To.UnixMicro())
	err := s.readers.heavy.with(ctx, func(c *conn) error {
		born, err := c.births(ctx, q)
		if err != nil {
			return err
		}
		return c.thinned(ctx, rows, append([]time.Time{q.From, q.To}, q.Edges...), 1, nil, func(unit uint64, rows []fold.Row) {
			first := rows[0].Time
			if birth, known := born[unit]; known {
				first = min(first, birth)
			}
			folded.Unit(rows, first)
		})
	})
	return store.Lifecycle{New: folded.New, Returning: folded.Returning, Resurrecting: folded.Resurrecting, Dormant: folded.Dormant}, err
}

// births are when units had their first event ever.
func (c *conn) births(ctx context.Context, q store.LifecycleQuery) (map[uint64]int64, error) {
	out := map[uint64]int64{}
	text, args, err := birthsQuery(q)
	if err != nil || text == "" {
		return out, err
	}
	err = c.each(ctx, text, args, func(r *reader) { out[uint64(r.int())] = r.int() })
	return out, err
}

func birthsQuery(q store.LifecycleQuery) (string, []any, error) {
	events := occurrences{Scope: q.Scope, unit: q.Unit, steps: []store.Step{{Of: store.OfEvents}}}
	events.From, events.To, events.Filter = time.Time{}, q.Edges[len(q.Edges)-1], nil
	rows, err := occurring(events)
	if err != nil || rows.String() == "" {
		return "", nil, err
	}
	return statement("births", "rows", rows.String()), rows.args, nil
}

// Stickiness implements [store.Reader].
func (s *Store) Stickiness(ctx context.Context, q store.StickinessQuery) ([]int64, error) {
	if err := checkEdges(q.Edges); err != nil {
		return nil, err
	}
	folded := fold.NewStickiness(micros(q.Edges))
	err := s.readers.heavy.with(ctx, func(c *conn) error {
		rows := occurrences{Scope: q.Scope, unit: q.Unit, steps: []store.Step{q.Of}}
		return c.thinned(ctx, rows, q.Edges, 1, nil, func(_ uint64, rows []fold.Row) { folded.Unit(rows) })
	})
	return folded.Units, err
}
