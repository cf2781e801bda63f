package duckdb

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// putBody writes what a call carried, if anything, beside its row.
func (w *writer) putBody(a *arrival, c *event.Call, id ident) {
	if c.Bodies == (event.Bodies{}) {
		return
	}
	t := w.bodies
	t.row()
	t.int(int64(a.project))
	t.int(a.seq)
	t.time(c.Time)
	t.ident(id)
	t.text(c.RequestBody)
	t.text(c.ResponseBody)
}

// withBodies counts the calls that carry bodies.
func withBodies(calls []event.Call) (n int) {
	for i := range calls {
		if calls[i].Bodies != (event.Bodies{}) {
			n++
		}
	}
	return n
}

// readBodies gives calls what they carried.
func (c *conn) readBodies(ctx context.Context, project event.ProjectID, calls []*event.Call) error {
	if len(calls) == 0 {
		return nil
	}
	type key struct {
		id string
		us int64
	}
	ids, byKey := make([]string, len(calls)), make(map[key]*event.Call, len(calls))
	from, to := calls[0].Time, calls[0].Time
	for i, call := range calls {
		ids[i], byKey[key{call.ID, call.Time.UnixMicro()}] = call.ID, call
		from, to = earlier(from, call.Time), later(to, call.Time)
	}
	q := query{args: []any{project, from, to}}
	q.list(ids)
	return c.each(ctx, statement("bodies", "ids", q.String()), q.args, func(r *reader) {
		at, id := r.time(), r.ident()
		bodies := event.Bodies{RequestBody: r.text(), ResponseBody: r.text()}
		if call := byKey[key{id, at.UnixMicro()}]; call != nil {
			call.Bodies = bodies
		}
	})
}

// expireBodies removes bodies older than either age that is set.
func (w *writer) expireBodies(ctx context.Context, now time.Time, ages ...time.Duration) error {
	for _, age := range ages {
		if age == 0 {
			continue
		}
		before := now.Add(-age)
		upto, err := w.arrivedBefore(ctx, before)
		if err != nil {
			return err
		}
		if _, err := w.conn.exec(ctx, "DELETE FROM bodies WHERE time < ? AND seq <= ?", before, upto); err != nil {
			return err
		}
	}
	return nil
}
