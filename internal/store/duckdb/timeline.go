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

func (t *timeline) readParts(ctx context.Context, c *conn) error {
	return c.each(ctx, statement("timeline_parts", "columns", sessionColumns), []any{t.project, t.session}, func(r *reader) {
		t.parts = append(t.parts, r.session())
	})
}

// readEvents reads the events that name the session and, for sessions that the
// linker derived, those of its device in its time that name none.
func (t *timeline) readEvents(ctx context.Context, c *conn) error {
	var q query
	q.args = []any{t.project}
	q.add("(e.session_id = ?", t.session)
	for _, part := range t.parts {
		if part.Derived {
			q.inDerived("e", part, 0)
		}
	}
	q.add(")")
	return c.each(ctx, statement("timeline_events", "columns", eventColumns, "which", q.String()), append(q.args, timelineCap+1), func(r *reader) {
		t.Events = append(t.Events, r.event())
	})
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
	return c.each(ctx, statement("timeline_links", "columns", linkColumns), []any{t.project, t.session, t.min, timelineCap + 1}, func(r *reader) {
		t.Links = append(t.Links, r.link())
	})
}

// readCalls reads the calls that name the session and both ends of its links.
func (t *timeline) readCalls(ctx context.Context, c *conn) error {
	seen := map[string]bool{}
	add := func(r *reader) {
		if call := r.call(); !seen[call.ID] {
			seen[call.ID] = true
			t.Calls = append(t.Calls, call)
		}
	}
	var own query
	own.args = []any{t.project}
	own.add("(c.session_id = ?", t.session)
	for _, part := range t.parts {
		if part.Derived {
			own.inDerived("c", part, store.LinkGap)
			own.add(" AND c.side = 'client'")
		}
	}
	own.add(")")
	text := statement("timeline_calls", "columns", callColumns, "which", own.String())
	if err := c.each(ctx, text, append(own.args, timelineCap+1), add); err != nil {
		return err
	}
	if len(t.Links) == 0 {
		return nil
	}
	first, last := t.Links[0].Time, t.Links[len(t.Links)-1].Time
	var linked query
	linked.args = []any{t.project}
	linked.add("c.time BETWEEN ? AND ? AND c.id IN (", first.Add(-linkReach), last.Add(linkReach))
	ids := make([]string, 0, 2*len(t.Links))
	for _, l := range t.Links {
		ids = append(ids, l.ClientCallID, l.ServerCallID)
	}
	linked.list(ids)
	linked.add(")")
	text = statement("timeline_calls", "columns", callColumns, "which", linked.String())
	return c.each(ctx, text, append(linked.args, 2*timelineCap), add)
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
	args := []any{t.project, t.session, timelineCap + 1}
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
	text := "SELECT " + sessionColumns + " FROM (" + wholeSessionsWhere("AND session_id = ?") + ") s"
	if err := c.each(ctx, text, []any{t.project, t.session}, func(r *reader) { t.Session = r.session() }); err != nil {
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
	for i := 0; i < len(texts); i += 2 {
		order = cmp.Or(order, strings.Compare(texts[i], texts[i+1]))
	}
	return order
}

func linkByTime(a, b event.Link) int {
	return byTime(a.Time, b.Time, a.EventID, b.EventID, a.ClientCallID, b.ClientCallID, a.ServerCallID, b.ServerCallID)
}
