package duckdb

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Every call is in exactly one tier: what is written goes to the minutes, and Expire
// moves minutes that are old enough into the hours. Removing calls writes negative
// sums, so that all tiers change by adding rows.

const (
	// untimed is the bucket of calls whose duration is unknown.
	untimed = -2
	// noResponse is the outcome of a call that failed without a status.
	noResponse = -1
	// mergedAgain is how long new rows of the minutes are merged with those before.
	mergedAgain = 3 * time.Hour
)

// callOutcome is outcomeOf a row c.
const callOutcome = "CASE WHEN coalesce(c.status, 0) <> 0 THEN c.status // 100 WHEN c.error NOT IN ('', 'abort') THEN -1 ELSE 0 END"

// outcomeOf is the class of a call's status, 0 without one.
func outcomeOf(c *event.Call) int8 {
	if c.Status == 0 && c.Failed() {
		return noResponse
	}
	return int8(c.Status / 100)
}

// sumKey is what the calls of one sum have in common.
type sumKey struct {
	project  event.ProjectID
	minute   int64 // microseconds
	side     event.Side
	endpoint event.Endpoint
	outcome  int8
	bucket   int16
}

// sum is how many calls there were, weighted and not, and when the last was.
type sum struct {
	n       float64
	samples int64
	last    int64 // microseconds
}

// rollup sums up the calls of a transaction, so that it writes few rows.
type rollup map[sumKey]sum

func (r rollup) add(project event.ProjectID, c *event.Call) {
	if c.Class == event.Asset {
		return
	}
	key := sumKey{project, c.Time.Truncate(time.Minute).UnixMicro(), c.Side, c.Endpoint(), outcomeOf(c), untimed}
	if c.Timed {
		key.bucket = int16(store.BucketOf(c.Duration))
	}
	s := r[key]
	r[key] = sum{s.n + c.Weight, s.samples + 1, max(s.last, c.Time.UnixMicro())}
}

// putRollup writes the sums and names the hours whose people are unknown now.
func (w *writer) putRollup(r rollup) error {
	if len(r) == 0 {
		return nil
	}
	t := w.rollup
	if err := t.begin(w.conn); err != nil {
		return err
	}
	hours := hourSet{}
	for key, s := range r {
		t.row()
		t.int(int64(key.project))
		set(t, key.minute)
		code(t, callSides(), key.side)
		t.endpoint(&key.endpoint)
		set(t, key.outcome)
		set(t, key.bucket)
		t.float(s.n)
		t.int(s.samples)
		set(t, s.last)
		hours.add(key.project, time.UnixMicro(key.minute))
	}
	return w.putStale(hours)
}

// removeFromRollup takes the calls named in doomed out of the sums.
func (w *writer) removeFromRollup(ctx context.Context) error {
	if _, err := w.conn.exec(ctx, statement("presence_remove")); err != nil {
		return err
	}
	if _, err := w.conn.exec(ctx, statement("rollup_remove", "outcome", callOutcome, "bucket", durationBucket)); err != nil {
		return err
	}
	from, to, err := w.conn.span(ctx, "SELECT min(time), max(time) FROM calls WHERE seq IN (SELECT seq FROM doomed WHERE kind = 'call')")
	if err != nil || to.IsZero() {
		return err
	}
	return w.mergeMinutes(ctx, from.Truncate(time.Minute), to.Add(time.Minute))
}

// mergeMinutes leaves one row for each sum in [from, to).
func (w *writer) mergeMinutes(ctx context.Context, from, to time.Time) error {
	return w.steps(ctx,
		step{statement("rollup_merge_minutes"), []any{from, to}},
		step{"DELETE FROM rollup_minutes WHERE minute >= ? AND minute < ?", []any{from, to}},
		step{"INSERT INTO rollup_minutes FROM merged ORDER BY ALL", nil},
		step{"TRUNCATE merged", nil},
	)
}

// moveMinutes turns the minutes before an hour into hours.
func (w *writer) moveMinutes(ctx context.Context, before time.Time) error {
	return w.steps(ctx,
		step{statement("rollup_merge_hours"), []any{before}},
		step{statement("rollup_drop_hours"), []any{before}},
		step{"INSERT INTO rollup_hours FROM merged ORDER BY ALL", nil},
		step{"DELETE FROM rollup_minutes WHERE minute < ?", []any{before}},
		step{"TRUNCATE merged", nil},
	)
}

// expireRollup moves and merges minutes and removes old hours.
func (w *writer) expireRollup(ctx context.Context, now time.Time, r store.Retention) error {
	if r.Minutes > 0 {
		if err := w.moveMinutes(ctx, now.Add(-r.Minutes).Truncate(time.Hour)); err != nil {
			return err
		}
	}
	if r.Hours > 0 {
		before := now.Add(-r.Hours)
		from, to, err := w.latecomers(ctx, before)
		if err != nil {
			return err
		}
		if _, err := w.conn.exec(ctx, "DELETE FROM rollup_hours WHERE hour < ? AND NOT (hour BETWEEN ? AND ?)", before, from, to); err != nil {
			return err
		}
		kept := "INSERT INTO state VALUES ('hours_from', ?) ON CONFLICT DO UPDATE SET value = greatest(value, excluded.value)"
		if _, err := w.conn.exec(ctx, kept, ceil(before, time.Hour).UnixMicro()); err != nil {
			return err
		}
	}
	return w.mergeMinutes(ctx, now.Add(-mergedAgain).Truncate(time.Hour), now)
}

// step is one statement of several.
type step struct {
	text string
	args []any
}

func (w *writer) steps(ctx context.Context, steps ...step) error {
	for _, s := range steps {
		if _, err := w.conn.exec(ctx, s.text, s.args...); err != nil {
			return err
		}
	}
	return nil
}
