package duckdb

import (
	"context"
	"math"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// fingerprintAge is how long client keys are kept; their salt lives no longer.
const fingerprintAge = 48 * time.Hour

// Expire implements [store.Writer].
func (s *Store) Expire(ctx context.Context, now time.Time, r store.Retention) (out store.Erased, err error) {
	w := s.writer
	if err := s.settle(ctx); err != nil { // who called must be known before the calls go
		return out, err
	}
	err = w.transaction(ctx, func() error {
		out = store.Erased{}
		if err := w.expireRollup(ctx, now, r); err != nil {
			return err
		}
		if err := w.expireRecords(ctx, now, r.Raw, &out); err != nil {
			return err
		}
		if err := w.expireBodies(ctx, now, r.Bodies, r.Raw); err != nil {
			return err
		}
		if err := w.expireDerived(ctx, now, r.Links, &out); err != nil {
			return err
		}
		if _, err := w.conn.exec(ctx, "DELETE FROM fingerprints WHERE time < ?", now.Add(-fingerprintAge)); err != nil {
			return err
		}
		return w.keepSeq(ctx)
	})
	if err == nil {
		out.Claims, err = s.expireClaims(ctx, now, r)
	}
	return out, err
}

// expireRecords removes records that are old and arrived long ago.
func (w *writer) expireRecords(ctx context.Context, now time.Time, age time.Duration, out *store.Erased) error {
	if age == 0 {
		return nil
	}
	before := now.Add(-age)
	upto, err := w.arrivedBefore(ctx, before)
	if err != nil {
		return err
	}
	_, newest, err := w.conn.span(ctx, "SELECT min(time), max(time) FROM calls WHERE time < ? AND seq <= ?", before, upto)
	if err != nil {
		return err
	}
	if !newest.IsZero() {
		if err := w.raiseRawFrom(ctx, newest.Add(time.Microsecond)); err != nil {
			return err
		}
	}
	for table, count := range map[string]*int64{"events": &out.Events, "calls": &out.Calls, "spans": &out.Spans} {
		if *count, err = w.conn.exec(ctx, "DELETE FROM "+table+" WHERE time < ? AND seq <= ?", before, upto); err != nil {
			return err
		}
	}
	for _, table := range []string{"rejected", "duplicates"} {
		if _, err := w.conn.exec(ctx, "DELETE FROM "+table+" WHERE hour < ?", before); err != nil {
			return err
		}
	}
	return nil
}

// expireDerived removes what was derived from old records, but not within the range
// of time of old records that arrived since.
func (w *writer) expireDerived(ctx context.Context, now time.Time, age time.Duration, out *store.Erased) error {
	if age == 0 {
		return nil
	}
	before := now.Add(-age)
	from, to, err := w.latecomers(ctx, before)
	if err != nil {
		return err
	}
	for table, column := range map[string]string{"links": "time", "signals": "time", "interactions": "time", "sessions": "started", "unlinked": "time", "presence": "hour"} {
		n, err := w.conn.exec(ctx, "DELETE FROM "+table+" WHERE "+column+" < ? AND NOT ("+column+" BETWEEN ? AND ?)", before, from, to)
		if err != nil {
			return err
		}
		if table == "links" {
			out.Links = n
		}
	}
	if out.Links == 0 {
		return nil
	}
	return w.unmark(ctx, before, window{from, to})
}

// expireClaims removes old claims about ids that nothing names any more. A reader looks
// whether there are any: mostly there are none, and intake must not wait for a search
// through everything.
func (s *Store) expireClaims(ctx context.Context, now time.Time, r store.Retention) (removed int64, err error) {
	if r.Raw == 0 || r.Links == 0 {
		return 0, nil
	}
	before := now.Add(-max(r.Raw, r.Links))
	var projects []event.ProjectID
	err = s.readers.upkeep.with(ctx, func(c *conn) error {
		return c.each(ctx, statement("expire_claims", "take", "SELECT DISTINCT project"), []any{before}, func(r *reader) {
			projects = append(projects, event.ProjectID(r.int()))
		})
	})
	if err != nil || len(projects) == 0 {
		return 0, err
	}
	w := s.writer
	err = w.transaction(ctx, func() error {
		removed = 0
		for _, project := range projects {
			n, err := w.conn.exec(ctx, statement("expire_claims", "take", "DELETE", "of", "AND project = ?"), before, project)
			if err != nil {
				return err
			}
			removed += n
			if err := w.refreshPeople(ctx, project, false); err != nil {
				return err
			}
		}
		return nil
	})
	return removed, err
}

// latecomers is the range of time of the records from before a moment that arrived
// after it; a range in which nothing lies when there are none.
func (w *writer) latecomers(ctx context.Context, before time.Time) (from, to time.Time, err error) {
	upto, err := w.arrivedBefore(ctx, before)
	if err != nil {
		return from, to, err
	}
	from, to, err = w.conn.span(ctx, statement("expire_latecomers"), before, upto, before, upto)
	return from.Truncate(time.Hour), to, err
}

// dayNote is the name in the table state under which a day's first commit leaves
// the highest Seq before it.
func dayNote(t time.Time) string { return "arrived " + t.UTC().Format(time.DateOnly) }

// noteDay leaves the note of today, once.
func (w *writer) noteDay(ctx context.Context, seq int64) error {
	note := dayNote(w.now())
	if note == w.noted {
		return nil
	}
	_, err := w.conn.exec(ctx, "INSERT INTO state VALUES (?, ?) ON CONFLICT DO NOTHING", note, seq)
	if err == nil {
		w.noted = note
	}
	return err
}

// arrivedBefore returns the highest Seq of the days that began before t.
func (w *writer) arrivedBefore(ctx context.Context, t time.Time) (int64, error) {
	day := t.UTC().Truncate(24 * time.Hour)
	if day.Before(t) {
		day = day.Add(24 * time.Hour)
	}
	upto := int64(math.MaxInt64)
	err := w.conn.each(ctx, "SELECT value FROM state WHERE name >= ? AND name < 'arrived a' ORDER BY name LIMIT 1", []any{dayNote(day)},
		func(r *reader) { upto = r.int() })
	return upto, err
}
