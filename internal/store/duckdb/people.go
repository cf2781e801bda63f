package duckdb

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

// People implements [store.Reader].
func (s *Store) People(ctx context.Context, q store.SessionsQuery) (store.PeoplePage, error) {
	page := store.PeoplePage{Rows: []store.PersonRow{}}
	if err := checkLimit(q.Limit); err != nil {
		return page, err
	}
	text, args, err := peopleQuery(q)
	if err != nil {
		return page, err
	}
	var end cursor
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		return c.each(ctx, text, args, func(r *reader) {
			if len(page.Rows) == q.Limit {
				page.Next = end.String()
				return
			}
			p := r.personRow()
			page.Rows = append(page.Rows, p)
			end = cursor{Micros: p.Last.UnixMicro(), IDs: [3]string{p.ID, strconv.FormatBool(r.bool())}}
		})
	})
	return page, err
}

func (r *reader) personRow() (p store.PersonRow) {
	p.ID, p.AccountID, p.First, p.Last = r.text(), r.text(), r.time(), r.time()
	for _, n := range [...]*int{&p.Sessions, &p.Pages, &p.Actions, &p.Calls, &p.Failed, &p.Signals} {
		*n = int(r.int())
	}
	return p
}

func peopleQuery(q store.SessionsQuery) (string, []any, error) {
	var sessions, after query
	if _, err := sessions.rowsIn(store.OfSessions, q.Scope, nil, true); err != nil {
		return "", nil, err
	}
	after.add("TRUE")
	if q.Cursor != "" {
		at, err := parseCursor(q.Cursor)
		if err != nil {
			return "", nil, err
		}
		t := time.UnixMicro(at.Micros)
		after.add(" AND (last < ? OR last = ? AND (v.id > ? OR v.id = ? AND is_device > ?))", t, t, at.IDs[0], at.IDs[0], at.IDs[1] == "true")
	}
	text := statement("people", "name", personName(store.OfSessions), "person", personOf(store.OfSessions), "sessions", sessions.String(), "after", after.String())
	return text, slices.Concat(sessions.args, after.args, []any{q.Limit + 1}), nil
}
