package duckdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// linkReach is how far a client call's link may lie outside the range of the
// server call that answered it: a slow call and a clock that is off.
const linkReach = 24 * time.Hour

func checkLimit(limit int) error {
	if limit < 1 || limit > store.MaxRows {
		return &event.Permanent{Err: fmt.Errorf("the limit is %d, not 1 to %d", limit, store.MaxRows), Hint: "Ask for a page of that size."}
	}
	return nil
}

// bestLinks adds the subquery that yields the best link per call as `call`. which
// narrows the links.
func (q *query) bestLinks(s store.Scope, which string) {
	q.add(statement("best_links", "which", which, "rank", methodRank, "event", identText("l.event"), "client", identText("l.client")),
		s.Project, s.From, s.To, s.MinConfidence)
}

// Facts of a call's best link that questions ask for. People are told apart by the
// hash of their ids, which is quicker than by text and wrong once in 2^64 pairs.
const (
	linkSession = "session_id"
	linkDevice  = "device_id"
	linkUser    = "user_id"
	deviceHash  = "device_hash"
	userHash    = "user_hash"
)

func linkIDs() []string    { return []string{linkSession, linkDevice, linkUser} }
func linkPeople() []string { return []string{deviceHash, userHash} }

// linkFacts adds the subquery that yields these facts of each call that has links.
func (q *query) linkFacts(s store.Scope, facts ...string) {
	var first, names, best, sorted strings.Builder
	for _, name := range facts {
		value := "l." + name
		if column, isHash := strings.CutSuffix(name, "_hash"); isHash {
			value = "CASE WHEN l." + column + "_id <> '' THEN hash(l." + column + "_id) END"
		}
		first.WriteString(", first(" + value + ") AS " + name)
		names.WriteString(", " + name)
		best.WriteString(", b." + name)
		sorted.WriteString(", " + value + " AS " + name)
	}
	q.add(statement("link_facts", "first", first.String(), "names", names.String(), "best", best.String(), "facts", sorted.String(),
		"rank", methodRank, "event", identText("l.event"), "client", identText("l.client")),
		s.Project, s.From, s.To, s.MinConfidence, s.Project, s.From, s.To, s.MinConfidence)
}

// joinLinkFacts adds the join that gives each call c what links tell of it, as l.
func (q *query) joinLinkFacts(s store.Scope, facts ...string) {
	q.add(" LEFT JOIN (")
	q.linkFacts(s, facts...)
	q.add(") l ON l.call = c.id")
}

// callConditions adds what Calls lists besides time: the filter, and no assets
// unless it asks for them. It reports whether the best link was joined as l.
func (q *query) callConditions(s store.Scope, linked bool) error {
	if !store.Mentions(s.Filter, "call.class") {
		q.add(" AND c.class <> 'asset'")
	}
	if s.Filter == nil {
		return nil
	}
	q.add(" AND (")
	if err := q.where(s.Filter, callFields(s.MinConfidence, linked)); err != nil {
		return err
	}
	q.add(")")
	return nil
}

// Calls implements [store.Reader].
func (s *Store) Calls(ctx context.Context, q store.CallsQuery) (store.CallsPage, error) {
	page := store.CallsPage{Rows: []store.CallRow{}}
	if err := checkLimit(q.Limit); err != nil {
		return page, err
	}
	var joined bool
	var err error
	if q.Scope, joined, err = related(store.OfCalls, q.Scope); err != nil {
		return page, err
	}
	if _, _, err := callsQuery(q, callsEnd{}); err != nil {
		return page, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		q, end, err := c.endOfCalls(ctx, q, joined)
		if err != nil {
			return err
		}
		text, args, err := callsQuery(q, end)
		if err != nil {
			return err
		}
		err = c.each(ctx, text, args, func(r *reader) {
			row := store.CallRow{Call: r.call(), Pending: r.bool()}
			if linked, link := r.bool(), r.link(); linked {
				row.Link = &link
			}
			page.Rows = append(page.Rows, row)
		})
		if err != nil || !q.Bodies {
			return err
		}
		carriers := make([]*event.Call, len(page.Rows))
		for i := range page.Rows {
			carriers[i] = &page.Rows[i].Call
		}
		return c.readBodies(ctx, q.Project, carriers)
	})
	if len(page.Rows) > q.Limit {
		page.Rows = page.Rows[:q.Limit]
		last := &page.Rows[q.Limit-1]
		next := cursor{Micros: last.Time.UnixMicro(), IDs: [3]string{last.ID}}
		if last.Timed {
			us := last.Duration.Microseconds()
			next.Duration = &us
		}
		page.Next = next.String()
	}
	return page, err
}

const newestCall = "c.time DESC, id_order DESC"

// callsQuery is the statement of a page whose rows do not lie beyond end.
func callsQuery(q store.CallsQuery, end callsEnd) (string, []any, error) {
	var best query
	join, conditions, err := callsIn(q)
	if err != nil {
		return "", nil, err
	}
	name, order := "calls_newest", newestCall
	switch q.Sort {
	case "", store.Newest:
	case store.Slowest:
		name, order = "calls_slowest", "c.duration_us DESC NULLS LAST, "+newestCall
	default:
		return "", nil, &event.Permanent{Err: errors.New("the order is unknown"), Hint: "Sort by newest or slowest."}
	}
	conditions.callsUpto(end)
	best.bestLinks(q.Scope, "AND coalesce(l.server, l.client) IN (SELECT id FROM page)")
	text := statement(name, "id", idText("c"), "join", join.String(), "conditions", conditions.String(), "order", order,
		"columns", callColumns, "link", linkColumns, "best", best.String())
	args := slices.Concat(join.args, conditions.args, []any{q.Limit + 1}, best.args)
	return text, args, nil
}

// callsIn is what stands behind the table calls in a question for a page: the join
// with what links tell, when the filter needs it, and the conditions.
func callsIn(q store.CallsQuery) (join, conditions *query, err error) {
	join, conditions = &query{}, &query{args: []any{q.Project, q.From, q.To}}
	linked := needsLink(q.Filter)
	if linked {
		join.joinLinkFacts(q.Scope, factsFor(q.Filter)...)
	}
	if err := conditions.callConditions(q.Scope, linked); err != nil {
		return nil, nil, err
	}
	if q.Cursor != "" {
		at, err := parseCursor(q.Cursor)
		if err != nil {
			return nil, nil, err
		}
		conditions.callsAfter(at, q.Sort, idText("c"))
	}
	return join, conditions, nil
}

// callsAfter adds the condition that a row comes after the cursor.
func (q *query) callsAfter(at cursor, sort store.Sort, id string) {
	t := time.UnixMicro(at.Micros)
	earlier := "(c.time < ? OR c.time = ? AND " + id + " < ?)"
	switch {
	case sort != store.Slowest:
		q.add(" AND c.time <= ? AND "+earlier, t, t, t, at.IDs[0])
	case at.Duration == nil:
		q.add(" AND c.duration_us IS NULL AND "+earlier, t, t, at.IDs[0])
	default:
		q.add(" AND (c.duration_us IS NULL OR c.duration_us < ? OR c.duration_us = ? AND "+earlier+")",
			*at.Duration, *at.Duration, t, t, at.IDs[0])
	}
}

// Events implements [store.Reader].
func (s *Store) Events(ctx context.Context, q store.EventsQuery) (store.EventsPage, error) {
	page := store.EventsPage{Rows: []event.Event{}}
	if err := checkLimit(q.Limit); err != nil {
		return page, err
	}
	var joined bool
	var err error
	if q.Scope, joined, err = related(store.OfEvents, q.Scope); err != nil {
		return page, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		return windows(joined)(q.Scope, q.Cursor, func(scope store.Scope) (full bool, err error) {
			window := q
			window.Scope, window.Limit = scope, q.Limit-len(page.Rows)
			text, args, err := eventsQuery(window)
			if err != nil {
				return false, err
			}
			err = c.each(ctx, text, args, func(r *reader) { page.Rows = append(page.Rows, r.event()) })
			return len(page.Rows) > q.Limit, err
		})
	})
	if len(page.Rows) > q.Limit {
		page.Rows = page.Rows[:q.Limit]
		last := &page.Rows[q.Limit-1]
		page.Next = cursor{Micros: last.Time.UnixMicro(), IDs: [3]string{last.ID}}.String()
	}
	return page, err
}

func eventsQuery(q store.EventsQuery) (string, []any, error) {
	var conditions query
	if err := conditions.eventConditions(q.Scope); err != nil {
		return "", nil, err
	}
	return pageQuery("events", "e", eventColumns, q, &conditions)
}

// eventConditions adds the filter and, unless asked for, leaves out bots.
func (q *query) eventConditions(s store.Scope) error {
	if !s.Bots {
		q.add(" AND e.bot = ''")
	}
	if s.Filter == nil {
		return nil
	}
	q.add(" AND (")
	if err := q.where(s.Filter, eventFields()); err != nil {
		return err
	}
	q.add(")")
	return nil
}

// pageQuery is the statement of a list by time desc, then id desc.
func pageQuery(name, alias, columns string, q store.EventsQuery, conditions *query) (string, []any, error) {
	id := idText(alias)
	if q.Cursor != "" {
		at, err := parseCursor(q.Cursor)
		if err != nil {
			return "", nil, err
		}
		t := time.UnixMicro(at.Micros)
		conditions.add(" AND "+alias+".time <= ? AND ("+alias+".time < ? OR "+id+" < ?)", t, t, at.IDs[0])
	}
	text := statement(name, "columns", columns, "id", id, "conditions", conditions.String())
	args := append([]any{q.Project, q.From, q.To}, conditions.args...)
	return text, append(args, q.Limit+1), nil
}

var errNoFilter = &event.Permanent{Err: errors.New("this list takes no filter"), Hint: "Leave the filter out."}

// Spans implements [store.Reader].
func (s *Store) Spans(ctx context.Context, q store.EventsQuery) (store.SpansPage, error) {
	page := store.SpansPage{Rows: []event.Span{}}
	if err := checkLimit(q.Limit); err != nil {
		return page, err
	}
	if q.Filter != nil {
		return page, errNoFilter
	}
	text, args, err := pageQuery("spans", "s", spanColumns, q, &query{})
	if err != nil {
		return page, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		return c.each(ctx, text, args, func(r *reader) { page.Rows = append(page.Rows, r.spanRecord()) })
	})
	if len(page.Rows) > q.Limit {
		page.Rows = page.Rows[:q.Limit]
		last := &page.Rows[q.Limit-1]
		page.Next = cursor{Micros: last.Time.UnixMicro(), IDs: [3]string{last.ID}}.String()
	}
	return page, err
}

// Links implements [store.Reader].
func (s *Store) Links(ctx context.Context, q store.EventsQuery) (store.LinksPage, error) {
	page := store.LinksPage{Rows: []event.Link{}}
	if err := checkLimit(q.Limit); err != nil {
		return page, err
	}
	if q.Filter != nil {
		return page, errNoFilter
	}
	text, args, err := linksQuery(q)
	if err != nil {
		return page, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		return c.each(ctx, text, args, func(r *reader) { page.Rows = append(page.Rows, r.link()) })
	})
	if len(page.Rows) > q.Limit {
		page.Rows = page.Rows[:q.Limit]
		last := &page.Rows[q.Limit-1]
		page.Next = cursor{Micros: last.Time.UnixMicro(), IDs: [3]string{last.EventID, last.ClientCallID, last.ServerCallID}}.String()
	}
	return page, err
}

func linksQuery(q store.EventsQuery) (string, []any, error) {
	var conditions query
	conditions.args = []any{q.Project, q.From, q.To, q.MinConfidence}
	ids := [3]string{identText("l.event"), identText("l.client"), identText("l.server")}
	if q.Cursor != "" {
		at, err := parseCursor(q.Cursor)
		if err != nil {
			return "", nil, err
		}
		t := time.UnixMicro(at.Micros)
		conditions.add(" AND l.time <= ? AND (l.time < ? OR ("+ids[0]+", "+ids[1]+", "+ids[2]+") > (?, ?, ?))", t, t, at.IDs[0], at.IDs[1], at.IDs[2])
	}
	text := statement("links", "columns", linkColumns, "event", ids[0], "client", ids[1], "server", ids[2], "conditions", conditions.String())
	return text, append(conditions.args, q.Limit+1), nil
}

// each runs a statement and hands over its rows one by one.
func (c *conn) each(ctx context.Context, text string, args []any, use func(*reader)) error {
	r, err := c.query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer r.close()
	for row := range r.all() {
		use(&reader{rows: row})
	}
	return nil
}

// methodRank is the place of a link's method in the cascade.
const methodRank = "list_position(['action_id', 'span', 'server_timing', 'trace', 'request_id', 'match', 'window'], l.method)"
