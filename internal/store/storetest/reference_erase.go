package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// doomed is what one call of Erase, Forget or Expire removes.
type doomed struct {
	event func(stored[event.Event]) bool
	call  func(stored[event.Call]) bool
	span  func(stored[event.Span]) bool
	link  func(derived[event.Link]) bool
	// person removes signals, interactions and session parts that say whose they are.
	session func(derived[event.Session]) bool
	claim   func(claimed) bool
}

// remove deletes what is doomed, and whatever the link pass derived from it.
func (r *Reference) remove(project event.ProjectID, d doomed) store.Erased {
	var out store.Erased
	events, calls := map[string]bool{}, map[string]bool{}
	r.events = keep(r.events, &out.Events, func(e stored[event.Event]) bool {
		if !d.event(e) {
			return true
		}
		events[e.row.ID] = true
		return false
	})
	r.calls = keep(r.calls, &out.Calls, func(c stored[event.Call]) bool {
		if !d.call(c) {
			return true
		}
		calls[c.row.ID] = true
		return false
	})
	r.spans = keep(r.spans, &out.Spans, func(s stored[event.Span]) bool { return !d.span(s) })
	r.links = keep(r.links, &out.Links, func(l derived[event.Link]) bool {
		return l.project != project || !d.link(l) && !events[l.row.EventID] && !calls[l.row.ClientCallID] && !calls[l.row.ServerCallID]
	})
	var uncounted int64
	r.signals = keep(r.signals, &uncounted, func(s derived[event.Signal]) bool {
		return s.project != project || !events[s.row.EventID] && !calls[s.row.CallID]
	})
	r.interactions = keep(r.interactions, &uncounted, func(i derived[event.Interaction]) bool {
		return i.project != project || !events[i.row.EventID]
	})
	r.parts = keep(r.parts, &uncounted, func(s derived[event.Session]) bool {
		return s.project != project || !d.session(s) && !events[s.row.Anchor]
	})
	r.unlinked = keep(r.unlinked, &uncounted, func(u derived[store.Unlinked]) bool {
		return u.project != project || !calls[u.row.CallID]
	})
	r.claims = keep(r.claims, &out.Claims, func(c claimed) bool { return c.project != project || !d.claim(c) })
	before := len(r.claims)
	r.sourceless(project, events, calls)
	out.Claims += int64(before - len(r.claims))
	return out
}

// keep filters rows and counts what it drops.
func keep[T any](rows []T, dropped *int64, stays func(T) bool) []T {
	before := len(rows)
	rows = slices.DeleteFunc(rows, func(row T) bool { return !stays(row) })
	*dropped += int64(before - len(rows))
	return rows
}

// Erase implements [store.Writer].
func (r *Reference) Erase(ctx context.Context, project event.ProjectID, p store.Person) (store.Erased, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Erased{}, err
	}
	defer unlock()
	names := func(device, user string) bool {
		if user != "" {
			return slices.Contains(p.UserIDs, user)
		}
		return device != "" && slices.Contains(p.DeviceIDs, device)
	}
	sessions, linked := map[string]bool{}, map[string]bool{} // of the person
	for _, e := range r.events {
		if e.project == project && names(e.row.DeviceID, e.row.UserID) {
			sessions[e.row.SessionID] = true
		}
	}
	for _, c := range r.calls {
		if c.project == project && names(c.row.DeviceID, c.row.UserID) {
			sessions[c.row.SessionID] = true
		}
	}
	for _, l := range r.links {
		if l.project == project && names(l.row.DeviceID, l.row.UserID) {
			linked[l.row.ClientCallID], linked[l.row.ServerCallID] = true, true
		}
	}
	whose := r.persons(project)
	theirs := func(i event.Identity, at time.Time) bool {
		nobodys := i.DeviceID == "" && i.UserID == ""
		early := i.UserID == "" && whose.owner(i.DeviceID) == ""
		return names(i.DeviceID, i.UserID) || nobodys && i.SessionID != "" && sessions[i.SessionID] ||
			early && slices.ContainsFunc(p.UserIDs, func(user string) bool { return whose.who(i, at) == "user "+user })
	}
	traces := map[string]bool{}
	theirEvent := func(e stored[event.Event]) bool { return e.project == project && theirs(e.row.Identity, e.row.Time) }
	theirCall := func(c stored[event.Call]) bool {
		return c.project == project && (theirs(c.row.Identity, c.row.Time) || linked[c.row.ID])
	}
	for _, e := range r.events {
		if theirEvent(e) {
			traces[e.row.TraceID] = true
		}
	}
	for _, c := range r.calls {
		if theirCall(c) {
			traces[c.row.TraceID], traces[c.row.ServerTraceID] = true, true
		}
	}
	return r.remove(project, doomed{
		event:   theirEvent,
		call:    theirCall,
		span:    func(s stored[event.Span]) bool { return s.project == project && traces[s.row.TraceID] },
		link:    func(l derived[event.Link]) bool { return names(l.row.DeviceID, l.row.UserID) },
		session: func(s derived[event.Session]) bool { return names(s.row.DeviceID, s.row.UserID) },
		claim: func(c claimed) bool {
			return names(c.claim.DeviceID, "") || names("", c.claim.UserID) || names("", c.claim.MergedID)
		},
	}), nil
}

// Forget implements [store.Writer].
func (r *Reference) Forget(ctx context.Context, project event.ProjectID, label string) (store.Erased, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Erased{}, err
	}
	defer unlock()
	if label == "" {
		return store.Erased{}, wrong("the label is empty", "Name the import to forget; live traffic has no label.")
	}
	return r.remove(project, doomed{
		event:   func(e stored[event.Event]) bool { return e.project == project && e.label == label },
		call:    func(c stored[event.Call]) bool { return c.project == project && c.label == label },
		span:    func(s stored[event.Span]) bool { return s.project == project && s.label == label },
		link:    func(derived[event.Link]) bool { return false },
		session: func(derived[event.Session]) bool { return false },
		claim:   func(claimed) bool { return false },
	}), nil
}

// Expire implements [store.Writer].
func (r *Reference) Expire(ctx context.Context, now time.Time, keeps store.Retention) (store.Erased, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Erased{}, err
	}
	defer unlock()
	young := func(t time.Time, age time.Duration) bool { return age == 0 || !t.Before(now.Add(-age)) }
	const day = 24 * time.Hour
	raw := func(t, arrived time.Time) bool {
		return young(t, keeps.Raw) || young(arrived.Truncate(day), keeps.Raw)
	}
	var out store.Erased
	var uncounted int64
	r.events = keep(r.events, &out.Events, func(e stored[event.Event]) bool { return raw(e.row.Time, e.arrived) })
	r.calls = keep(r.calls, &out.Calls, func(c stored[event.Call]) bool { return raw(c.row.Time, c.arrived) })
	r.spans = keep(r.spans, &out.Spans, func(s stored[event.Span]) bool { return raw(s.row.Time, s.arrived) })
	for i := range r.calls {
		if c := &r.calls[i]; !young(c.row.Time, keeps.Bodies) && !young(c.arrived.Truncate(day), keeps.Bodies) {
			c.row.Bodies = event.Bodies{}
		}
	}
	r.rejected = keep(r.rejected, &uncounted, func(h hourly[event.Rejection]) bool { return young(h.hour, keeps.Raw) })
	r.duplicates = keep(r.duplicates, &uncounted, func(h hourly[int]) bool { return young(h.hour, keeps.Raw) })

	var from, to time.Time // of old records that arrived since
	latecomer := func(t, arrived time.Time) {
		if young(t, keeps.Links) || !young(arrived.Truncate(day), keeps.Links) {
			return
		}
		if from.IsZero() || t.Before(from) {
			from = t
		}
		if t.After(to) {
			to = t
		}
	}
	for _, e := range r.events {
		latecomer(e.row.Time, e.arrived)
	}
	for _, c := range r.calls {
		latecomer(c.row.Time, c.arrived)
	}
	fresh := func(t time.Time) bool {
		return young(t, keeps.Links) || !from.IsZero() && !t.Before(from) && !t.After(to)
	}
	r.links = keep(r.links, &out.Links, func(l derived[event.Link]) bool { return fresh(l.row.Time) })
	r.signals = keep(r.signals, &uncounted, func(s derived[event.Signal]) bool { return fresh(s.row.Time) })
	r.interactions = keep(r.interactions, &uncounted, func(i derived[event.Interaction]) bool { return fresh(i.row.Time) })
	r.parts = keep(r.parts, &uncounted, func(s derived[event.Session]) bool { return fresh(s.row.Start) })
	r.unlinked = keep(r.unlinked, &uncounted, func(u derived[store.Unlinked]) bool { return fresh(u.row.Time) })

	kept := keeps.Raw == 0 || keeps.Links == 0
	r.claims = keep(r.claims, &out.Claims, func(c claimed) bool {
		return kept || young(c.claim.FirstSeen, max(keeps.Raw, keeps.Links)) || r.named(c)
	})

	for i := range r.events {
		forgetKeys(&r.events[i].row.Origin, r.events[i].row.Time, now)
	}
	for i := range r.calls {
		forgetKeys(&r.calls[i].row.Origin, r.calls[i].row.Time, now)
	}
	return out, nil
}

// forgetKeys drops the fingerprints of a row older than two days.
func forgetKeys(o *event.Origin, t, now time.Time) {
	if t.Before(now.Add(-48 * time.Hour)) {
		o.ClientKey, o.AgentKey = 0, 0
	}
}
