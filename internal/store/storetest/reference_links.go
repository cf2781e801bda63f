package storetest

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// linkView is the links of a project at a minimum confidence.
type linkView struct {
	all []event.Link
	// of lists the links whose far side is a call, best first.
	of map[string][]event.Link
}

func (r *Reference) linkView(project event.ProjectID, minConfidence float64) linkView {
	v := linkView{of: map[string][]event.Link{}}
	for _, l := range r.links {
		if l.project == project && l.row.Confidence >= minConfidence {
			v.all = append(v.all, l.row)
			far := cmp.Or(l.row.ServerCallID, l.row.ClientCallID)
			v.of[far] = append(v.of[far], l.row)
		}
	}
	for _, links := range v.of {
		slices.SortFunc(links, func(a, b event.Link) int {
			return cmp.Or(-cmp.Compare(a.Confidence, b.Confidence), cmp.Compare(rank(a.Method), rank(b.Method)),
				cmp.Compare(a.EventID, b.EventID), cmp.Compare(a.ClientCallID, b.ClientCallID))
		})
	}
	return v
}

func rank(m event.Method) int { return slices.Index(event.Methods(), m) }

// best is the call's best link, nil when it has none.
func (v linkView) best(callID string) *event.Link {
	if links := v.of[callID]; len(links) > 0 {
		return &links[0]
	}
	return nil
}

// actions are the ids of the events that caused a call, best first: by links of its
// own, then by links of the client calls that it answered.
func (v linkView) actions(callID string) []string {
	var out []string
	for _, l := range v.of[callID] {
		if l.EventID != "" {
			out = append(out, l.EventID)
		}
	}
	for _, l := range v.of[callID] {
		if l.ServerCallID == callID && l.ClientCallID != "" {
			out = append(out, v.actions(l.ClientCallID)...)
		}
	}
	return out
}

// callRow is a call as questions see it.
type callRow struct {
	*event.Call
	seq    store.Seq
	link   *event.Link
	linked bool
}

func (c callRow) asRow() store.Row { return store.Row{Call: c.Call, Link: c.link, Linked: c.linked} }

// identity is whose the call is, by its own ids or those of its best link.
func (c callRow) identity() event.Identity {
	var link event.Link
	if c.link != nil {
		link = *c.link
	}
	return event.Identity{UserID: cmp.Or(c.UserID, link.UserID), DeviceID: cmp.Or(c.DeviceID, link.DeviceID), SessionID: c.SessionID}
}

// callRows returns the calls in s; assets only when s or more names their class.
func (r *Reference) callRows(s store.Scope, more store.Filter) []callRow {
	view := r.linkView(s.Project, s.MinConfidence)
	sight := r.see(s, store.OfCalls)
	assets := store.Mentions(sight.own, "call.class") || store.Mentions(more, "call.class")
	var out []callRow
	for i := range r.calls {
		c := &r.calls[i]
		row := callRow{&c.row, c.seq, view.best(c.row.ID), len(view.actions(c.row.ID)) > 0}
		if c.project == s.Project && within(c.row.Time, s.From, s.To) && (assets || c.row.Class != event.Asset) &&
			sight.holds(row.asRow()) && store.Match(more, row.asRow()) {
			out = append(out, row)
		}
	}
	return out
}

// eventRows returns the events in s, bots only when s asks for them.
func (r *Reference) eventRows(s store.Scope) []event.Event {
	sight := r.see(s, store.OfEvents)
	var out []event.Event
	for _, e := range r.events {
		if e.project == s.Project && within(e.row.Time, s.From, s.To) && (s.Bots || e.row.Bot == event.Human) &&
			sight.holds(store.Row{Event: &e.row}) {
			out = append(out, shownEvent(e.row))
		}
	}
	return out
}

// interactionRows returns the interactions in s with what their actions were done to.
func (r *Reference) interactionRows(s store.Scope) []store.Row {
	sight := r.see(s, store.OfInteractions)
	var out []store.Row
	for n := range r.interactions {
		i := &r.interactions[n]
		row := store.Row{Interaction: &i.row}
		for _, e := range r.events {
			if e.project == i.project && e.row.ID == i.row.EventID && e.row.Time.Equal(i.row.Time) {
				row.Target = e.row.Target.Name
			}
		}
		if i.project == s.Project && within(i.row.Time, s.From, s.To) && sight.holds(row) {
			out = append(out, row)
		}
	}
	return out
}

// sessionRows returns the sessions that began in s, their parts added up.
func (r *Reference) sessionRows(s store.Scope) []event.Session {
	sight := r.see(s, store.OfSessions)
	var out []event.Session
	for _, of := range r.partsOf(s.Project) {
		whole := sumParts(of)
		if within(whole.Start, s.From, s.To) && (s.Bots || whole.Bot == event.Human) && sight.holds(store.Row{Session: &whole}) {
			out = append(out, whole)
		}
	}
	return out
}

// sumParts makes one session of its parts: who and where from the first part that
// says it, user, account and exit from the last, and the counts added up.
func sumParts(parts []event.Session) event.Session {
	slices.SortFunc(parts, func(a, b event.Session) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Anchor, b.Anchor))
	})
	out := parts[0]
	for _, p := range parts[1:] {
		if p.End.After(out.End) {
			out.End = p.End
		}
		out.DeviceID = cmp.Or(out.DeviceID, p.DeviceID)
		out.UserID = cmp.Or(p.UserID, out.UserID)
		out.AccountID = cmp.Or(p.AccountID, out.AccountID)
		out.EntryPage = cmp.Or(out.EntryPage, p.EntryPage)
		out.ExitPage = cmp.Or(p.ExitPage, out.ExitPage)
		out.Bot = cmp.Or(out.Bot, p.Bot)
		out.Derived = out.Derived || p.Derived
		out.Events += p.Events
		out.Pages += p.Pages
		out.Actions += p.Actions
		out.Calls += p.Calls
		out.Failed += p.Failed
		out.Signals += p.Signals
	}
	return out
}

// checkFilter refuses a filter that names what the rows of record do not have, or
// a pattern that is none.
func checkFilter(f store.Filter, record string) error {
	switch f := f.(type) {
	case store.And:
		return checkAll(f, record)
	case store.Or:
		return checkAll(f, record)
	case store.Not:
		return checkFilter(f.Of, record)
	case store.Compare:
		return checkField(f.Field, record)
	case store.In:
		return checkField(f.Field, record)
	case store.Has:
		return checkField(f.Field, record)
	case store.Text:
		if _, err := regexp.Compile(f.Arg); f.Test == store.Matches && err != nil {
			return &event.Permanent{Err: err, Hint: "Write the pattern in RE2 syntax."}
		}
		return checkField(f.Field, record)
	}
	return nil
}

func checkAll(parts []store.Filter, record string) error {
	for _, part := range parts {
		if err := checkFilter(part, record); err != nil {
			return err
		}
	}
	return nil
}

func checkField(field store.Field, record string) error {
	for _, info := range store.Fields() {
		if info.Name == field.Name && recordOf(field) == record && (info.Type == store.Map) == (field.Key != "") {
			return nil
		}
	}
	return wrong("there is no field "+field.Name+" here", "Use fields of "+record+"s.")
}
