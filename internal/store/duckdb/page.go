package duckdb

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

// A page shows a hundred of millions of rows. To read and sort all of them in full
// would take seconds, so a list first finds where its page ends, on two or three
// narrow columns, and then reads the few rows up to there. What is ordered by time is
// looked for from the newest rows backwards, in windows that grow.

const (
	// firstWindow is the share of a range that is looked at first.
	firstWindow = 256
	// windowGrowth is how much farther each further window reaches.
	windowGrowth = 4
)

// backwards asks for the newest rows of a scope in windows that begin ever earlier and
// end where the one before began, until the page is full or the range is used up.
func backwards(s store.Scope, after string, ask func(store.Scope) (full bool, err error)) error {
	from := s.From
	if after != "" {
		at, err := parseCursor(after)
		if err != nil {
			return err
		}
		s.To = earlier(s.To, time.UnixMicro(at.Micros+1))
	}
	end := s.To
	length := end.Sub(from)
	for share := time.Duration(firstWindow); ; share /= windowGrowth {
		s.From = from
		if share > 1 {
			s.From = later(from, end.Add(-max(length/share, time.Minute)))
		}
		full, err := ask(s)
		if err != nil || full || !s.From.After(from) {
			return err
		}
		s.To = s.From
	}
}

// windows is how a list is looked for: at once when each window would look through other
// records of the whole range again.
func windows(joined bool) func(store.Scope, string, func(store.Scope) (bool, error)) error {
	if joined {
		return atOnce
	}
	return backwards
}

// atOnce asks for the whole range; see [backwards].
func atOnce(s store.Scope, _ string, ask func(store.Scope) (full bool, err error)) error {
	_, err := ask(s)
	return err
}

// callsEnd is the duration and time of the last row of a page by duration. Without
// row the page has no end but that of the range.
type callsEnd struct {
	there bool
	us    *int64 // nil: untimed
	time  time.Time
}

// callsUpto leaves out the calls that come after end.
func (q *query) callsUpto(end callsEnd) {
	switch {
	case !end.there:
	case end.us == nil:
		q.add(" AND (c.duration_us IS NOT NULL OR c.time >= ?)", end.time)
	default:
		q.add(" AND c.duration_us >= ? AND (c.duration_us > ? OR c.time >= ?)", *end.us, *end.us, end.time)
	}
}

// endOfCalls finds where a page ends: for the newest it returns the question with a
// range that holds the page and little more, for the slowest the last row.
func (c *conn) endOfCalls(ctx context.Context, q store.CallsQuery, joined bool) (store.CallsQuery, callsEnd, error) {
	if q.Sort == store.Slowest {
		end, _, err := c.endOfPage(ctx, q, "c.duration_us DESC NULLS LAST, c.time DESC")
		return q, end, err
	}
	missing := q.Limit + 1
	narrowed, window := q, q
	narrowed.From = q.To // nothing, until something is found
	err := windows(joined)(q.Scope, q.Cursor, func(s store.Scope) (bool, error) {
		window.Scope, window.Limit = s, missing-1
		end, found, err := c.endOfPage(ctx, window, "c.time DESC")
		if found > 0 {
			narrowed.From = end.time
		}
		missing -= found
		return end.there, err
	})
	return narrowed, callsEnd{}, err
}

// endOfPage is the last row of a page in this order, and how many rows there are up to
// it; of rows that are equal in it the page may show another.
func (c *conn) endOfPage(ctx context.Context, q store.CallsQuery, order string) (end callsEnd, found int, err error) {
	join, conditions, err := callsIn(q)
	if err != nil {
		return end, 0, err
	}
	text := statement("calls_end", "join", join.String(), "conditions", conditions.String(), "order", order)
	args := append(append(join.args, conditions.args...), q.Limit+1)
	err = c.each(ctx, text, args, func(r *reader) {
		found++
		end.time, end.us = r.time(), nil
		if us, timed := cell[int64](r.rows, r.next()); timed {
			end.us = &us
		}
	})
	end.there = found > q.Limit
	return end, found, err
}
