package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Facets implements [store.Reader].
func (r *Reference) Facets(ctx context.Context, s store.Scope, fields []string, limit int) ([]store.Facet, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := checkScope(s.Filter, "call"); err != nil {
		return nil, err
	}
	rows := each(r.callRows(s, nil), callRow.asRow)
	out := []store.Facet{}
	for _, name := range fields {
		field, err := parseField(name, "call")
		if err != nil {
			return nil, err
		}
		values, err := countValues(rows, field, "", limit)
		if err != nil {
			return nil, err
		}
		out = append(out, store.Facet{Field: name, Values: values})
	}
	return out, nil
}

// Values implements [store.Reader].
func (r *Reference) Values(ctx context.Context, s store.Scope, name, prefix string, limit int) ([]store.Value, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	field, err := parseField(name, "")
	if err != nil {
		return nil, err
	}
	if err := checkScope(s.Filter, recordOf(field)); err != nil {
		return nil, err
	}
	var rows []store.Row
	switch recordOf(field) {
	case "call":
		rows = each(r.callRows(s, nil), callRow.asRow)
	case "event":
		rows = each(r.eventRows(s), func(e event.Event) store.Row { return store.Row{Event: &e} })
	case "session":
		rows = each(r.sessionRows(s), func(s event.Session) store.Row { return store.Row{Session: &s} })
	case "interaction":
		rows = r.interactionRows(s)
	case "signal":
		rows = r.signalRows(s)
	}
	return countValues(rows, field, prefix, limit)
}

// parseField reads a field that must be of record, when that is given.
func parseField(name, record string) (store.Field, error) {
	field, ok := store.ParseField(name)
	if !ok || record != "" && recordOf(field) != record {
		return field, wrong("there is no field "+name+" here", "Name a field, and for an open map its key too.")
	}
	return field, nil
}

// countValues counts rows by value, the most frequent first.
func countValues(rows []store.Row, field store.Field, prefix string, limit int) ([]store.Value, error) {
	if err := checkLimit(limit); err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, row := range rows {
		if value, ok := row.Value(field); ok && strings.HasPrefix(store.LabelOf(value), prefix) {
			counts[store.LabelOf(value)]++
		}
	}
	out := []store.Value{}
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, store.Value{Value: value, Count: counts[value]})
	}
	slices.SortStableFunc(out, func(a, b store.Value) int { return cmp.Compare(b.Count, a.Count) })
	return out[:min(len(out), limit)], nil
}

// Callers implements [store.Reader].
func (r *Reference) Callers(ctx context.Context, s store.Scope, e event.Endpoint, limit int) ([]store.Caller, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := checkScope(s.Filter, "call"); err != nil {
		return nil, err
	}
	if err := checkLimit(limit); err != nil {
		return nil, err
	}
	failed := map[string]bool{} // of the actions that called e
	view, whose := r.linkView(s.Project, s.MinConfidence), r.persons(s.Project)
	for _, c := range r.callRows(s, nil) {
		if c.Endpoint() != e {
			continue
		}
		for _, action := range view.actions(c.ID) {
			failed[action] = failed[action] || c.Failed()
		}
	}
	callers, people := map[store.Caller]*store.Caller{}, map[store.Caller]map[string]bool{}
	for _, action := range r.events {
		bad, called := failed[action.row.ID]
		if action.project != s.Project || !called || !s.Bots && action.row.Bot != event.Human {
			continue
		}
		page := cmp.Or(action.row.Page.Route, action.row.Page.Path)
		group := store.Caller{Name: cmp.Or(action.row.Target.Name, action.row.Name), Kind: string(action.row.Kind), Page: page}
		if callers[group] == nil {
			callers[group], people[group] = &store.Caller{Name: group.Name, Kind: group.Kind, Page: group.Page}, map[string]bool{}
		}
		callers[group].Count++
		if bad {
			callers[group].Failed++
		}
		if who := whose.who(action.row.Identity, action.row.Time); who != "" {
			people[group][who] = true
		}
	}
	out := []store.Caller{}
	for group, caller := range callers {
		caller.People = int64(len(people[group]))
		out = append(out, *caller)
	}
	slices.SortFunc(out, func(a, b store.Caller) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Page, b.Page), cmp.Compare(a.Kind, b.Kind))
	})
	return out[:min(len(out), limit)], nil
}
