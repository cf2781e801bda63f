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

// spansOf reads the spans of traces whose calls lie in [from, to].
func (c *conn) spansOf(ctx context.Context, project event.ProjectID, traces []string, from, to time.Time) ([]event.Span, error) {
	var list query
	list.args = []any{project, from.Add(-linkReach), to.Add(linkReach)}
	list.list(traces)
	spans := []event.Span{}
	err := c.each(ctx, statement("spans_of", "columns", spanColumns, "traces", list.String()), append(list.args, timelineCap+1), func(r *reader) {
		spans = append(spans, r.spanRecord())
	})
	slices.SortFunc(spans, func(a, b event.Span) int { return byTime(a.Time, b.Time, a.ID, b.ID) })
	return spans, err
}

// Request implements [store.Reader].
func (s *Store) Request(ctx context.Context, project event.ProjectID, callID string) (store.Request, error) {
	out := store.Request{Calls: []event.Call{}, Spans: []event.Span{}, Links: []event.Link{}}
	err := s.readers.light.with(ctx, func(c *conn) error {
		found, err := c.callsByID(ctx, project, []string{callID}, time.Time{})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return store.ErrNotFound
		}
		out.Call = found[len(found)-1] // an id may come again at another time: the newest counts
		if err := c.request(ctx, project, &out); err != nil || len(out.Links) > 0 {
			return err
		}
		pending, err := c.number(ctx, statement("pending"), project, out.Call.Time, identOf(callID).uuid)
		out.Pending = pending > 0
		return err
	})
	return out, err
}

func (c *conn) request(ctx context.Context, project event.ProjectID, out *store.Request) error {
	links, err := c.linksOfRequest(ctx, project, out.Call)
	if err != nil {
		return err
	}
	out.Links = links
	var others []string
	for _, l := range links {
		for _, id := range []string{l.ClientCallID, l.ServerCallID} {
			if id != out.Call.ID {
				others = append(others, id)
			}
		}
	}
	if out.Calls, err = c.callsByID(ctx, project, others, out.Call.Time); err != nil {
		return err
	}
	carriers := []*event.Call{&out.Call}
	for i := range out.Calls {
		carriers = append(carriers, &out.Calls[i])
	}
	if err := c.readBodies(ctx, project, carriers); err != nil {
		return err
	}
	traces, from, to := []string{out.Call.TraceID, out.Call.ServerTraceID}, out.Call.Time, out.Call.Time
	for i := range out.Calls {
		traces = append(traces, out.Calls[i].TraceID, out.Calls[i].ServerTraceID)
	}
	if out.Spans, err = c.spansOf(ctx, project, traces, from, to); err != nil {
		return err
	}
	eventID := actionOf(out.Call.ID, links)
	if eventID == "" {
		return nil
	}
	return c.each(ctx, statement("event_by_id", "columns", eventColumns), []any{project, identOf(eventID).uuid}, func(r *reader) {
		e := r.event()
		out.Event = &e
	})
}

// actionOf is the id of the event that caused a call: by a link of its own, else
// by one of the client call that it answered. Better links win.
func actionOf(callID string, links []event.Link) string {
	best := slices.SortedFunc(slices.Values(links), func(a, b event.Link) int {
		return cmp.Or(-cmp.Compare(a.Confidence, b.Confidence),
			cmp.Compare(slices.Index(event.Methods(), a.Method), slices.Index(event.Methods(), b.Method)),
			strings.Compare(a.EventID, b.EventID), strings.Compare(a.ClientCallID, b.ClientCallID))
	})
	for _, l := range best {
		if cmp.Or(l.ServerCallID, l.ClientCallID) == callID && l.EventID != "" {
			return l.EventID
		}
	}
	for _, l := range best {
		if l.ServerCallID != callID || l.ClientCallID == "" {
			continue
		}
		if id := actionOf(l.ClientCallID, links); id != "" {
			return id
		}
	}
	return ""
}

// linksOfRequest reads the links of the call and, through its client call, those
// of the other tiers and of the action.
func (c *conn) linksOfRequest(ctx context.Context, project event.ProjectID, call event.Call) ([]event.Link, error) {
	from, to := call.Time.Add(-linkReach), call.Time.Add(linkReach)
	id := identOf(call.ID).uuid
	links := []event.Link{}
	err := c.each(ctx, statement("request_links", "columns", linkColumns), []any{project, from, to, id, project, from, to, id, id}, func(r *reader) {
		links = append(links, r.link())
	})
	slices.SortFunc(links, linkByTime)
	return links, err
}

// callsByID reads calls by their ids, in order of time and id. near, when known,
// is a moment that they lie close to.
func (c *conn) callsByID(ctx context.Context, project event.ProjectID, ids []string, near time.Time) ([]event.Call, error) {
	out := []event.Call{}
	var q query
	q.args = []any{project}
	if !near.IsZero() {
		q.add("c.time BETWEEN ? AND ? AND ", near.Add(-linkReach), near.Add(linkReach))
	}
	q.add("c.id IN (")
	q.list(ids)
	q.add(")")
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	err := c.each(ctx, statement("timeline_calls", "columns", callColumns, "which", q.String()), append(q.args, timelineCap), func(r *reader) {
		if call := r.call(); wanted[call.ID] {
			out = append(out, call)
		}
	})
	slices.SortFunc(out, func(a, b event.Call) int { return byTime(a.Time, b.Time, a.ID, b.ID) })
	return out, err
}
