package duckdb

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// timelineCap is how many rows of a kind a timeline shows.
const timelineCap = 10_000

// Timeline implements [store.Reader].
func (s *Store) Timeline(ctx context.Context, project event.ProjectID, sessionID string, minConfidence float64) (store.Timeline, error) {
	if sessionID == "" {
		return store.Timeline{}, store.ErrNotFound
	}
	t := timeline{project: project, session: sessionID, min: minConfidence}
	err := s.readers.light.with(ctx, func(c *conn) error { return t.read(ctx, c) })
	return t.Timeline, err
}

// timeline is a timeline while it is read.
type timeline struct {
	store.Timeline
	project event.ProjectID
	session string
	min     float64
	parts   []event.Session
	// Rows that the link pass has seen lie in [from, to], around the parts; what
	// arrived after the watermark may lie anywhere. Without parts nothing is known.
	from, to  time.Time
	watermark int64
}

func (t *timeline) read(ctx context.Context, c *conn) error {
	t.Events, t.Calls, t.Spans, t.Links = []event.Event{}, []event.Call{}, []event.Span{}, []event.Link{}
	t.Signals, t.Interactions = []event.Signal{}, []event.Interaction{}
	for _, step := range []func(context.Context, *conn) error{
		t.readParts, t.readEvents, t.readLinks, t.readCalls, t.readSpans, t.readMarks,
	} {
		if err := step(ctx, c); err != nil {
			return err
		}
	}
	if len(t.Events)+len(t.Calls)+len(t.Links)+len(t.parts) == 0 {
		return store.ErrNotFound
	}
	return t.readSession(ctx, c)
}

func (t *timeline) readParts(ctx context.Context, c *conn) (err error) {
	err = c.each(ctx, statement("timeline_parts", "columns", sessionColumns), []any{t.project, sessionHash(t.session), t.session}, func(r *reader) {
		t.parts = append(t.parts, r.session())
	})
	if err != nil {
		return err
	}
	t.from, t.to = time.Unix(-1<<32, 0), time.Unix(1<<33, 0)
	for i, part := range t.parts {
		if i == 0 {
			t.from, t.to = part.Start, part.End
		}
		if part.Start.Before(t.from) {
			t.from = part.Start
		}
		if part.End.After(t.to) {
			t.to = part.End
		}
	}
	t.from, t.to = t.from.Add(-linkReach), t.to.Add(linkReach)
	t.watermark, err = c.number(ctx, statement("watermark"))
	return err
}

// readOwn reads the events or calls (alias e or c) that belong to the session by
// themselves: that name it or, when the linker derived it, name none and are of
// its device in its time. onlyDerived narrows the latter.
func (t *timeline) readOwn(ctx context.Context, c *conn, name, alias, columns, onlyDerived string, after time.Duration, use func(*reader)) error {
	var own query
	own.add("("+alias+".session_id = ?", t.session)
	for _, part := range t.parts {
		if part.Derived {
			own.inDerived(alias, part, after)
			own.add(onlyDerived)
		}
	}
	own.add(")")
	var seen, fresh query
	seen.add(alias+".time BETWEEN ? AND ? AND ", t.from, t.to)
	fresh.add(alias+".seq > ? AND "+alias+".time NOT BETWEEN ? AND ? AND ", t.watermark, t.from, t.to)
	for _, where := range []*query{&seen, &fresh} {
		text := statement(name, "columns", columns, "which", where.String()+own.String())
		args := slices.Concat([]any{t.project}, where.args, own.args, []any{timelineCap + 1})
		if err := c.each(ctx, text, args, use); err != nil {
			return err
		}
	}
	return nil
}

func (t *timeline) readEvents(ctx context.Context, c *conn) error {
	return t.readOwn(ctx, c, "timeline_events", "e", eventColumns, "", 0, func(r *reader) { t.Events = append(t.Events, r.event()) })
}

// inDerived adds the rows without session id that belong to a derived part: of the
// same device, else of the same user, within its time and somewhat after.
func (q *query) inDerived(alias string, part event.Session, after time.Duration) {
	q.add(" OR "+alias+".session_id = '' AND "+alias+".device_id = ? AND "+alias+".time BETWEEN ? AND ?", part.DeviceID, part.Start, part.End.Add(after))
	if part.DeviceID == "" {
		q.add(" AND "+alias+".user_id = ?", part.UserID)
	}
}

func (t *timeline) readLinks(ctx context.Context, c *conn) error {
	return c.each(ctx, statement("timeline_links", "columns", linkColumns), []any{t.project, t.from, t.to, t.session, t.min, timelineCap + 1}, func(r *reader) {
		t.Links = append(t.Links, r.link())
	})
}

// readCalls reads the calls that name the session and both ends of its links.
func (t *timeline) readCalls(ctx context.Context, c *conn) error {
	type record struct {
		id  string
		own time.Time
	}
	seen, known := map[record]bool{}, map[string]bool{}
	add := func(r *reader) {
		call := r.call()
		known[call.ID] = true
		if key := (record{call.ID, call.OwnTime}); !seen[key] {
			seen[key] = true
			t.Calls = append(t.Calls, call)
		}
	}
	err := t.readOwn(ctx, c, "timeline_calls", "c", callColumns, " AND c.side = 'client'", store.LinkGap, add)
	if err != nil {
		return err
	}
	if len(t.Links) == 0 {
		return nil
	}
	// The far side of a link is a call of the link's time. A near side that has not
	// been read yet lies somewhere around.
	far, near := []string{}, []string{}
	for _, l := range t.Links {
		far = append(far, cmp.Or(l.ServerCallID, l.ClientCallID))
		if l.ServerCallID != "" && !known[l.ClientCallID] {
			near = append(near, l.ClientCallID)
		}
	}
	first, last := t.Links[0].Time, t.Links[len(t.Links)-1].Time
	if err := c.callsNamed(ctx, t.project, far, first, last, add); err != nil {
		return err
	}
	near = slices.DeleteFunc(near, func(id string) bool { return known[id] })
	return c.callsNamed(ctx, t.project, near, first.Add(-linkReach), last.Add(linkReach), add)
}

// callsNamed reads the calls with these ids from a range of time, its end included.
func (c *conn) callsNamed(ctx context.Context, project event.ProjectID, ids []string, from, to time.Time, use func(*reader)) error {
	if !slices.ContainsFunc(ids, func(id string) bool { return id != "" }) {
		return nil
	}
	var named query
	named.args = []any{project}
	named.add("c.time BETWEEN ? AND ? AND c.id IN (", from, to)
	named.list(ids)
	named.add(")")
	text := statement("timeline_calls", "columns", callColumns, "which", named.String())
	return c.each(ctx, text, append(named.args, 2*timelineCap), use)
}

// readSpans reads the spans of the traces that the calls and events name.
func (t *timeline) readSpans(ctx context.Context, c *conn) error {
	var traces []string
	from, to := time.Time{}, time.Time{}
	see := func(at time.Time, ids ...string) {
		if from.IsZero() || at.Before(from) {
			from = at
		}
		if at.After(to) {
			to = at
		}
		traces = append(traces, ids...)
	}
	for i := range t.Calls {
		see(t.Calls[i].Time, t.Calls[i].TraceID, t.Calls[i].ServerTraceID)
	}
	for i := range t.Events {
		see(t.Events[i].Time, t.Events[i].TraceID)
	}
	spans, err := c.spansOf(ctx, t.project, traces, from, to)
	t.Spans = append(t.Spans, spans...)
	return err
}

func (t *timeline) readMarks(ctx context.Context, c *conn) error {
	args := []any{t.project, t.from, t.to, t.session, timelineCap + 1}
	err := c.each(ctx, statement("timeline_signals", "columns", signalColumns), args, func(r *reader) { t.Signals = append(t.Signals, r.signal()) })
	if err != nil {
		return err
	}
	return c.each(ctx, statement("timeline_interactions", "columns", interactionColumns), args, func(r *reader) {
		t.Interactions = append(t.Interactions, r.interaction())
	})
}

// readSession adds the parts up, orders everything and cuts what is too long.
func (t *timeline) readSession(ctx context.Context, c *conn) error {
	t.Session.ID, t.Session.SessionID = t.session, t.session
	text := "SELECT " + sessionColumns + " FROM (" + wholeSessionsWhere("AND session_hash = ? AND session_id = ?") + ") s"
	if err := c.each(ctx, text, []any{t.project, sessionHash(t.session), t.session}, func(r *reader) { t.Session = r.session() }); err != nil {
		return err
	}
	slices.SortFunc(t.Events, func(a, b event.Event) int { return byTime(a.Time, b.Time, a.ID, b.ID) })
	slices.SortFunc(t.Calls, func(a, b event.Call) int { return byTime(a.Time, b.Time, a.ID, b.ID) })
	slices.SortFunc(t.Links, linkByTime)
	slices.SortFunc(t.Signals, func(a, b event.Signal) int {
		return byTime(a.Time, b.Time, a.EventID, b.EventID, string(a.Kind), string(b.Kind))
	})
	slices.SortFunc(t.Interactions, func(a, b event.Interaction) int { return byTime(a.Time, b.Time, a.EventID, b.EventID) })
	t.Truncated = cut(&t.Events) || t.Truncated
	t.Truncated = cut(&t.Calls) || t.Truncated
	t.Truncated = cut(&t.Spans) || t.Truncated
	t.Truncated = cut(&t.Links) || t.Truncated
	t.Truncated = cut(&t.Signals) || t.Truncated
	t.Truncated = cut(&t.Interactions) || t.Truncated
	return nil
}

func cut[T any](rows *[]T) bool {
	if len(*rows) <= timelineCap {
		return false
	}
	*rows = (*rows)[:timelineCap]
	return true
}

// byTime orders by time, then by pairs of texts.
func byTime(a, b time.Time, texts ...string) int {
	order := a.Compare(b)
	for pair := range slices.Chunk(texts, 2) {
		order = cmp.Or(order, strings.Compare(pair[0], pair[1]))
	}
	return order
}

func linkByTime(a, b event.Link) int {
	return byTime(a.Time, b.Time, a.EventID, b.EventID, a.ClientCallID, b.ClientCallID, a.ServerCallID, b.ServerCallID)
}
