package duckdb

import (
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Sessions implements [store.Reader].
func (s *Store) Sessions(ctx context.Context, q store.SessionsQuery) (store.SessionsPage, error) {
	page := store.SessionsPage{Rows: []event.Session{}}
	if err := checkLimit(q.Limit); err != nil {
		return page, err
	}
	scope, joined, err := related(store.OfSessions, q.Scope)
	if err != nil {
		return page, err
	}
	if _, _, err := sessionsQuery(store.SessionsQuery{Scope: scope, Cursor: q.Cursor, Limit: q.Limit}); err != nil {
		return page, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		// A range may end long after the last visit: the windows reach back from that.
		newest, err := c.number(ctx, statement("newest_session"), scope.Project, scope.From, scope.To)
		if err != nil || newest == 0 {
			return err
		}
		scope.To = time.UnixMicro(newest + 1).UTC()
		return windows(joined)(scope, q.Cursor, func(scope store.Scope) (full bool, err error) {
			window := q
			window.Scope, window.Limit = scope, q.Limit-len(page.Rows)
			text, args, err := sessionsQuery(window)
			if err != nil {
				return false, err
			}
			err = c.each(ctx, text, args, func(r *reader) { page.Rows = append(page.Rows, r.session()) })
			return len(page.Rows) > q.Limit, err
		})
	})
	if len(page.Rows) > q.Limit {
		page.Rows = page.Rows[:q.Limit]
		last := &page.Rows[q.Limit-1]
		page.Next = cursor{Micros: last.Start.UnixMicro(), IDs: [3]string{last.ID}}.String()
	}
	return page, err
}

// wholeSessions adds the subquery of the sessions that have a part in scope.
func (q *query) wholeSessions(s store.Scope) {
	const which = "AND session_hash IN (SELECT session_hash FROM sessions WHERE project = ? AND started >= ? AND started < ?)"
	q.add(wholeSessionsWhere(which), s.Project, s.Project, s.From, s.To)
}

// wholeSessionsWhere is the statement that adds up the parts of some sessions.
func wholeSessionsWhere(which string) string {
	return statement("whole_sessions", "which", which, "anchor", identText("p.anchor"))
}

// sessionConditions adds the filter and, unless asked for, leaves out bots.
func (q *query) sessionConditions(s store.Scope) error {
	if !s.Bots {
		q.add(" AND s.bot = ''")
	}
	if s.Filter == nil {
		return nil
	}
	q.add(" AND (")
	if err := q.where(s.Filter, sessionFields()); err != nil {
		return err
	}
	q.add(")")
	return nil
}

func sessionsQuery(q store.SessionsQuery) (string, []any, error) {
	var whole, conditions query
	whole.wholeSessions(q.Scope)
	conditions.args = slices.Concat(whole.args, []any{q.From, q.To})
	if err := conditions.sessionConditions(q.Scope); err != nil {
		return "", nil, err
	}
	if q.Cursor != "" {
		at, err := parseCursor(q.Cursor)
		if err != nil {
			return "", nil, err
		}
		t := time.UnixMicro(at.Micros)
		conditions.add(" AND (s.started < ? OR s.started = ? AND s.session_id > ?)", t, t, at.IDs[0])
	}
	text := statement("sessions", "columns", sessionColumns, "whole", whole.String(), "conditions", conditions.String(),
		"paged", wholeSessionsWhere("AND session_hash IN (SELECT session_hash FROM page)"))
	return text, append(conditions.args, q.Limit+1, q.Project), nil
}
