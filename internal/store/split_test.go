package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func TestAFilterIsCutAtItsTop(t *testing.T) {
	t.Parallel()
	has := func(name string) store.Filter { return store.Has{Field: store.Field{Name: name}} }
	status, route, device, name := has("call.status"), has("call.route"), has("session.device"), has("event.name")
	for what, test := range map[string]struct {
		filter store.Filter
		want   store.Parts // nil: it cannot be cut
	}{
		"nothing":                     {nil, store.Parts{}},
		"one record":                  {store.Or{status, route}, store.Parts{store.OfCalls: store.Or{status, route}}},
		"parts of parts":              {store.And{store.And{status, device}, store.And{nil, route, name}}, store.Parts{store.OfCalls: store.And{status, route}, store.OfSessions: device, store.OfEvents: name}},
		"what tests no field":         {store.And{store.Or{}, device}, store.Parts{"": store.Or{}, store.OfSessions: device}},
		"an || over two records":      {store.And{status, store.Or{route, device}}, nil},
		"a ! over two records":        {store.Not{Of: store.And{status, device}}, nil},
		"a ! over one record, though": {store.And{store.Not{Of: device}, status}, store.Parts{store.OfCalls: status, store.OfSessions: store.Not{Of: device}}},
	} {
		got, err := store.SplitFilter(test.filter)
		if test.want == nil {
			if !event.IsPermanent(err) {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", what, err, diff)
		}
	}
}

func TestPartsForARecord(t *testing.T) {
	t.Parallel()
	has := func(name string) store.Filter { return store.Has{Field: store.Field{Name: name}} }
	status, device, name := has("call.status"), has("session.device"), has("event.name")
	parts := store.Parts{store.OfCalls: status, store.OfSessions: device, "": store.Or{}}
	own, elsewhere, err := parts.For(store.OfCalls)
	if diff := cmp.Diff([]any{store.And{store.Or{}, status}, store.Parts{store.OfSessions: device}}, []any{own, elsewhere}); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	own, elsewhere, err = store.Parts{store.OfCalls: status, store.OfEvents: name}.For(store.OfSessions)
	if own != nil || len(elsewhere) != 2 || err != nil {
		t.Errorf("%v, %v, %v", own, elsewhere, err)
	}
	if _, _, err = (store.Parts{store.OfCalls: status, store.OfEvents: name}).For(store.OfCalls); !event.IsPermanent(err) {
		t.Errorf("a call has no event: %v", err)
	}
}
