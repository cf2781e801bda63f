package duckdb

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Who called can change whenever calls or links do, so writes only note the hours
// that they touch. Expire settles these hours; until then they are read from calls.

// hourSet is hours of projects.
type hourSet map[projectHour]struct{}

type projectHour struct {
	project event.ProjectID
	hour    int64 // microseconds
}

func (h hourSet) add(project event.ProjectID, at time.Time) {
	h[projectHour{project, at.Truncate(time.Hour).UnixMicro()}] = struct{}{}
}

// putStale notes hours whose presence has to be found anew.
func (w *writer) putStale(hours hourSet) error {
	if len(hours) == 0 {
		return nil
	}
	if err := w.stale.begin(w.conn); err != nil {
		return err
	}
	for h := range hours {
		w.stale.row()
		w.stale.int(int64(h.project))
		set(w.stale, h.hour)
	}
	return nil
}

// deleteLinks runs a DELETE of links, notes their hours and counts them.
func (w *writer) deleteLinks(ctx context.Context, name string, args ...any) (int64, error) {
	hours, n := hourSet{}, int64(0)
	err := w.conn.each(ctx, statement(name)+" RETURNING project, time", args, func(r *reader) {
		n++
		hours.add(event.ProjectID(r.int()), r.time())
	})
	if err != nil {
		return 0, err
	}
	return n, w.putStale(hours)
}

// settle writes the presence of all stale hours, each in a transaction of its own so
// that intake never waits for more than one.
func (w *writer) settle(ctx context.Context) error {
	hours, rawFrom := hourSet{}, time.Time{}
	err := w.transaction(ctx, func() (err error) {
		if rawFrom, err = w.conn.rawFrom(ctx); err != nil {
			return err
		}
		return w.conn.each(ctx, "SELECT DISTINCT project, hour FROM stale_hours", nil, func(r *reader) {
			hours.add(event.ProjectID(r.int()), r.time())
		})
	})
	if err != nil {
		return err
	}
	for h := range hours {
		if err := w.transaction(ctx, func() error { return w.settleHour(ctx, h, rawFrom) }); err != nil {
			return err
		}
	}
	return nil
}

// settleHour writes the presence of one hour. What is known of an hour that has lost
// calls is only added to.
func (w *writer) settleHour(ctx context.Context, h projectHour, rawFrom time.Time) error {
	hour := time.UnixMicro(h.hour).UTC()
	if !hour.Before(rawFrom) {
		if _, err := w.conn.exec(ctx, "DELETE FROM presence WHERE project = ? AND hour = ?", h.project, hour); err != nil {
			return err
		}
	}
	var rows query
	rows.presence(store.Scope{Project: h.project, From: hour, To: hour.Add(time.Hour)})
	return w.steps(ctx,
		step{"INSERT INTO presence " + rows.String() + " ORDER BY ALL", rows.args},
		step{"DELETE FROM stale_hours WHERE project = ? AND hour = ?", []any{h.project, hour}},
	)
}

// presence adds the rows that calls and links yield.
func (q *query) presence(s store.Scope) {
	var best query
	best.bestLinks(s, "")
	q.add(statement("presence_rows", "best", best.String()), append(best.args, s.Project, s.From, s.To)...)
}

// rawFrom is the hour from which no call has expired.
func (c *conn) rawFrom(ctx context.Context) (time.Time, error) {
	us, err := c.number(ctx, "SELECT value FROM state WHERE name = 'raw_from'")
	return time.UnixMicro(us).UTC(), err
}

// raiseRawFrom notes that calls before a time are going.
func (w *writer) raiseRawFrom(ctx context.Context, before time.Time) error {
	_, err := w.conn.exec(ctx, "UPDATE state SET value = greatest(value, ?) WHERE name = 'raw_from'", ceil(before, time.Hour).UnixMicro())
	return err
}

// ceil is the end of the unit of time in which t lies.
func ceil(t time.Time, unit time.Duration) time.Time {
	return t.Add(unit - time.Microsecond).Truncate(unit)
}
