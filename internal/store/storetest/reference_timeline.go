package storetest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// timelineCap is how many rows of a kind a timeline shows.
const timelineCap = 10_000

// Timeline implements [store.Reader].
func (r *Reference) Timeline(ctx context.Context, project event.ProjectID, sessionID string, minConfidence float64) (store.Timeline, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Timeline{}, err
	}
	defer unlock()
	var t store.Timeline
	var parts []event.Session
	for _, p := range r.parts {
		if p.project == project && p.row.ID == sessionID && sessionID != "" {
			parts = append(parts, p.row)
		}
	}
	t.Session = event.Session{ID: sessionID, Identity: event.Identity{SessionID: sessionID}}
	if len(parts) > 0 {
		t.Session = sumParts(parts)
	}
	linked := map[string]bool{}
	for _, l := range r.linkView(project, minConfidence).all {
		if l.SessionID == sessionID {
			t.Links = append(t.Links, l)
			linked[l.ClientCallID], linked[l.ServerCallID] = true, true
		}
	}
	traces := map[string]bool{}
	for _, e := range r.events {
		if e.project == project && (e.row.SessionID == sessionID || inDerived(parts, e.row.Identity, e.row.Time, 0)) {
			t.Events = append(t.Events, shownEvent(e.row))
			traces[e.row.TraceID] = true
		}
	}
	for _, c := range r.calls {
		derived := c.row.Side == event.Client && inDerived(parts, c.row.Identity, c.row.Time, store.LinkGap)
		if c.project == project && (c.row.SessionID == sessionID || linked[c.row.ID] || derived) {
			t.Calls = append(t.Calls, shownCall(c.row))
			traces[c.row.TraceID], traces[c.row.ServerTraceID] = true, true
		}
	}
	t.Spans = r.spansOf(project, traces)
	for _, s := range r.signals {
		if s.project == project && s.row.SessionID == sessionID {
			t.Signals = append(t.Signals, s.row)
		}
	}
	for _, i := range r.interactions {
		if i.project == project && i.row.SessionID == sessionID {
			t.Interactions = append(t.Interactions, i.row)
		}
	}
	if sessionID == "" || len(parts)+len(t.Events)+len(t.Calls)+len(t.Links) == 0 {
		return store.Timeline{}, store.ErrNotFound
	}
	arrange(&t)
	return t, nil
}

// inDerived reports whether a row without session id belongs to one of the
// derived parts: the same device, else the same user, within its time and after.
func inDerived(parts []event.Session, i event.Identity, at time.Time, after time.Duration) bool {
	return slices.ContainsFunc(parts, func(p event.Session) bool {
		samePerson := i.DeviceID == p.DeviceID && (p.DeviceID != "" || i.UserID == p.UserID)
		return p.Derived && i.SessionID == "" && samePerson && !at.Before(p.Start) && !at.After(p.End.Add(after))
	})
}

// spansOf returns the spans of traces, by time.
func (r *Reference) spansOf(project event.ProjectID, traces map[string]bool) []event.Span {
	var out []event.Span
	for _, s := range r.spans {
		if s.project == project && s.row.TraceID != "" && traces[s.row.TraceID] {
			out = append(out, shownSpan(s.row))
		}
	}
	slices.SortFunc(out, func(a, b event.Span) int { return byTime(a.Time, b.Time, a.ID, b.ID) })
	return out
}

// byTime orders by time, then by pairs of texts.
func byTime(a, b time.Time, texts ...string) int {
	order := a.Compare(b)
	for i := 0; i < len(texts); i += 2 {
		order = cmp.Or(order, cmp.Compare(texts[i], texts[i+1]))
	}
	return order
}

// arrange orders the slices of a timeline and cuts what is too long.
func arrange(t *store.Timeline) {
	slices.SortFunc(t.Events, func(a, b event.Event) int { return byTime(a.Time, b.Time, a.ID, b.ID) })
	slices.SortFunc(t.Calls, func(a, b event.Call) int { return byTime(a.Time, b.Time, a.ID, b.ID) })
	slices.SortFunc(t.Links, linkByTime)
	slices.SortFunc(t.Signals, func(a, b event.Signal) int {
		return byTime(a.Time, b.Time, a.EventID, b.EventID, string(a.Kind), string(b.Kind))
	})
	slices.SortFunc(t.Interactions, func(a, b event.Interaction) int { return byTime(a.Time, b.Time, a.EventID, b.EventID) })
	t.Truncated = max(len(t.Events), len(t.Calls), len(t.Spans), len(t.Links), len(t.Signals), len(t.Interactions)) > timelineCap
	t.Events, t.Calls, t.Spans = atMost(t.Events), atMost(t.Calls), atMost(t.Spans)
	t.Links, t.Signals, t.Interactions = atMost(t.Links), atMost(t.Signals), atMost(t.Interactions)
}

func linkByTime(a, b event.Link) int {
	return byTime(a.Time, b.Time, a.EventID, b.EventID, a.ClientCallID, b.ClientCallID, a.ServerCallID, b.ServerCallID)
}

func atMost[T any](rows []T) []T { return rows[:min(len(rows), timelineCap)] }

// Request implements [store.Reader].
func (r *Reference) Request(ctx context.Context, project event.ProjectID, callID string) (store.Request, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Request{}, err
	}
	defer unlock()
	var out store.Request
	found := false
	for _, c := range r.calls {
		if c.project == project && c.row.ID == callID && (!found || c.row.Time.After(out.Call.Time)) {
			out.Call, out.Pending, found = shownWithBodies(c.row), c.seq > r.watermark, true
		}
	}
	if !found {
		return out, store.ErrNotFound
	}
	view := r.linkView(project, 0)
	clients := map[string]bool{callID: true} // the call itself or the client calls that it answered
	for _, l := range view.all {
		if l.ServerCallID == callID && l.ClientCallID != "" {
			clients[l.ClientCallID] = true
		}
	}
	others := map[string]bool{}
	for _, l := range view.all {
		if l.ServerCallID == callID || clients[l.ClientCallID] {
			out.Links = append(out.Links, l)
			others[l.ClientCallID], others[l.ServerCallID] = true, true
		}
	}
	out.Pending = out.Pending && len(out.Links) == 0
	slices.SortFunc(out.Links, linkByTime)
	traces := map[string]bool{out.Call.TraceID: true, out.Call.ServerTraceID: true}
	for _, c := range r.calls {
		if c.project == project && others[c.row.ID] && c.row.ID != callID {
			out.Calls = append(out.Calls, shownWithBodies(c.row))
			traces[c.row.TraceID], traces[c.row.ServerTraceID] = true, true
		}
	}
	slices.SortFunc(out.Calls, func(a, b event.Call) int { return byTime(a.Time, b.Time, a.ID, b.ID) })
	out.Spans = r.spansOf(project, traces)
	actions := view.actions(callID)
	for _, e := range r.events {
		if e.project == project && len(actions) > 0 && e.row.ID == actions[0] {
			shown := shownEvent(e.row)
			out.Event = &shown
		}
	}
	return out, nil
}

// Find implements [store.Reader].
func (r *Reference) Find(ctx context.Context, project event.ProjectID, id string) ([]store.Hit, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	newest := map[string]store.Hit{}
	see := func(kind, has, open string, at time.Time) {
		old, known := newest[kind]
		if has == id && id != "" && (!known || cmp.Or(at.Compare(old.Time), cmp.Compare(open, old.ID)) > 0) {
			newest[kind] = store.Hit{Kind: kind, ID: open, Time: at}
		}
	}
	seePerson := func(i event.Identity, at time.Time) {
		see("session", i.SessionID, i.SessionID, at)
		see("device", i.DeviceID, i.DeviceID, at)
		see("user", i.UserID, i.UserID, at)
		see("account", i.AccountID, i.AccountID, at)
	}
	for _, p := range r.parts {
		if p.project == project {
			see("session", p.row.ID, p.row.ID, p.row.Start)
		}
	}
	if visit, known := newest["session"]; known {
		return []store.Hit{visit}, nil
	}
	for _, c := range r.calls {
		if c.project == project {
			see("request", c.row.RequestID, c.row.ID, c.row.Time)
			see("trace", c.row.TraceID, c.row.ID, c.row.Time)
			see("trace", c.row.ServerTraceID, c.row.ID, c.row.Time)
			see("call", c.row.ID, c.row.ID, c.row.Time)
			seePerson(c.row.Identity, c.row.Time)
		}
	}
	for _, e := range r.events {
		if e.project == project {
			see("event", e.row.ID, e.row.ID, e.row.Time)
			seePerson(e.row.Identity, e.row.Time)
		}
	}
	hits := []store.Hit{}
	var last time.Time
	for _, hit := range newest {
		if hit.Time.After(last) {
			last = hit.Time
		}
	}
	for _, kind := range []string{"request", "trace", "call", "event", "session", "device", "user", "account"} {
		if hit, ok := newest[kind]; ok && !hit.Time.Before(last.Add(-store.FindReach)) {
			hits = append(hits, hit)
		}
	}
	return hits, nil
}
