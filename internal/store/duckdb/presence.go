package duckdb

import (
	"context"
	"slices"
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

// deleteLinks runs a DELETE of links, notes their hours and returns the calls they
// spoke of, one for each link.
func (w *writer) deleteLinks(ctx context.Context, name string, args ...any) ([]end, error) {
	hours, ends := hourSet{}, []end(nil)
	err := w.conn.each(ctx, statement(name)+" RETURNING project, time, coalesce(server, client)", args, func(r *reader) {
		e := end{project: event.ProjectID(r.int()), time: r.time()}
		e.call, _ = r.uuid(r.next())
		ends = append(ends, e)
		hours.add(e.project, e.time)
	})
	if err != nil {
		return nil, err
	}
	return ends, w.putStale(hours)
}

const (
	// settleSlice is how many rows of presence a transaction writes, so that intake
	// waits for a moment only, however many people an hour has.
	settleSlice = 10_000
	// settleTries is how often an hour is looked at that changes meanwhile. The hour
	// under way mostly does; it stays stale.
	settleTries = 3
)

// settle writes the presence of all stale hours. Readers find out who called; the
// writer only stores it.
func (s *Store) settle(ctx context.Context) error {
	s.settling.Lock()
	defer s.settling.Unlock()
	hours, rawFrom := hourSet{}, time.Time{}
	err := s.readers.upkeep.with(ctx, func(c *conn) (err error) {
		if rawFrom, err = c.rawFrom(ctx); err != nil {
			return err
		}
		return c.each(ctx, "SELECT DISTINCT project, hour FROM stale_hours", nil, func(r *reader) {
			hours.add(event.ProjectID(r.int()), r.time())
		})
	})
	if err != nil {
		return err
	}
	for h := range hours {
		for settled, try := false, 0; !settled && try < settleTries; try++ {
			if settled, err = s.settleHour(ctx, h, rawFrom); err != nil {
				return err
			}
		}
	}
	return nil
}

// present is a row of presence in an hour.
type present struct {
	side     event.Side
	endpoint event.Endpoint
	bot      bool
	person   uint64
}

// settleHour writes the presence of one hour, slice by slice. Until the last the hour
// stays stale, so that no reader counts half of it. When something in the hour changes
// meanwhile, it gives up. What is known of an hour that has lost calls is only added to.
func (s *Store) settleHour(ctx context.Context, h projectHour, rawFrom time.Time) (settled bool, err error) {
	rows, notes, err := s.presentIn(ctx, h)
	if err != nil {
		return false, err
	}
	hour, w := time.UnixMicro(h.hour).UTC(), s.writer
	unchanged := func(do func() error) func() error {
		return func() error {
			now, err := w.conn.notes(ctx, h)
			if settled = err == nil && now == notes; !settled {
				return err
			}
			return do()
		}
	}
	err = w.transaction(ctx, unchanged(func() error {
		if hour.Before(rawFrom) {
			return nil
		}
		_, err := w.conn.exec(ctx, "DELETE FROM presence WHERE project = ? AND hour = ?", h.project, hour)
		return err
	}))
	for slice := range slices.Chunk(rows, settleSlice) {
		if err != nil || !settled {
			return false, err
		}
		err = w.transaction(ctx, unchanged(func() error { return w.putPresence(h, slice) }))
	}
	if err != nil || !settled {
		return false, err
	}
	err = w.transaction(ctx, unchanged(func() error {
		_, err := w.conn.exec(ctx, "DELETE FROM stale_hours WHERE project = ? AND hour = ?", h.project, hour)
		return err
	}))
	return settled, err
}

// presentIn finds who called in an hour, and how many notes said by then that it is stale.
func (s *Store) presentIn(ctx context.Context, h projectHour) (rows []present, notes int64, err error) {
	hour := time.UnixMicro(h.hour).UTC()
	var q query
	q.presence(store.Scope{Project: h.project, From: hour, To: hour.Add(time.Hour)})
	err = s.readers.upkeep.with(ctx, func(c *conn) error {
		if notes, err = c.notes(ctx, h); err != nil {
			return err
		}
		text := "SELECT side, service, method, route, bot, person FROM (" + q.String() + ") ORDER BY ALL"
		return c.each(ctx, text, q.args, func(r *reader) {
			p := present{side: enum(r, callSides())}
			r.endpoint(&p.endpoint)
			p.bot = r.bool()
			p.person, _ = cell[uint64](r.rows, r.next())
			rows = append(rows, p)
		})
	})
	return rows, notes, err
}

// notes counts the notes that an hour is stale: whatever changes who called leaves one more.
func (c *conn) notes(ctx context.Context, h projectHour) (int64, error) {
	return c.number(ctx, "SELECT count(*) FROM stale_hours WHERE project = ? AND hour = ?", h.project, time.UnixMicro(h.hour))
}

func (w *writer) putPresence(h projectHour, rows []present) error {
	t := w.presence
	if err := t.begin(w.conn); err != nil {
		return err
	}
	for i := range rows {
		p := &rows[i]
		t.row()
		t.int(int64(h.project))
		set(t, h.hour)
		code(t, callSides(), p.side)
		t.endpoint(&p.endpoint)
		t.bool(p.bot)
		set(t, p.person)
	}
	return nil
}

// presence adds the rows that calls and links yield.
func (q *query) presence(s store.Scope) {
	var best query
	best.bestLinks(s, "")
	q.add(statement("presence_rows", "best", best.String()), append(best.args, s.Project, s.Project, s.From, s.To)...)
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
