package storetest

import (
	"cmp"
	"context"
	"slices"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// FindProperty implements [store.Reader].
func (r *Reference) FindProperty(ctx context.Context, s store.Scope, keys []string, value string, limit int) ([]store.PropertyHit, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if s.Filter != nil {
		return nil, wrong("a search for a property takes no filter", "Leave the filter out.")
	}
	if err := checkLimit(limit); err != nil {
		return nil, err
	}
	hits := []store.PropertyHit{}
	see := func(hit store.Hit, project event.ProjectID, session string, row store.Row, open string) {
		if project != s.Project || hit.Time.Before(s.From) || !hit.Time.Before(s.To) {
			return
		}
		if key := keyWith(row, open, keys, value); key != "" {
			hits = append(hits, store.PropertyHit{Hit: hit, Key: key, SessionID: session})
		}
	}
	for _, c := range r.calls {
		see(store.Hit{Kind: "call", ID: c.row.ID, Time: c.row.Time}, c.project, c.row.SessionID, store.Row{Call: &c.row}, "call.attributes")
	}
	for _, e := range r.events {
		see(store.Hit{Kind: "event", ID: e.row.ID, Time: e.row.Time}, e.project, e.row.SessionID, store.Row{Event: &e.row}, "event.properties")
	}
	slices.SortFunc(hits, func(a, b store.PropertyHit) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.ID, a.ID))
	})
	return hits[:min(len(hits), limit)], nil
}

// keyWith is the first of keys that has the value in an open map of row; empty
// when none has.
func keyWith(row store.Row, open string, keys []string, value string) string {
	for _, key := range keys {
		found, _ := row.Value(store.Field{Name: open, Key: key})
		if store.IsID(found, value) {
			return key
		}
	}
	return ""
}
