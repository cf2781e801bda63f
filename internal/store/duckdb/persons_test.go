package duckdb

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// asIs is a redactor that changes nothing.
type asIs struct{}

func (asIs) Event(*event.Event) {}
func (asIs) Call(*event.Call)   {}
func (asIs) Span(*event.Span)   {}

// TestPersonAsNumberAndText compares the two forms in which statements know a person,
// for every record.
func TestPersonAsNumberAndText(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Config{Dir: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var r event.Records
	var parts []event.Session
	for i, who := range []event.Identity{{DeviceID: "d1"}, {DeviceID: "d1", UserID: "u1"}, {DeviceID: "d2"}, {UserID: "u2"}, {SessionID: "s"}} {
		id, origin := fmt.Sprint("r", i), event.Origin{OwnTime: at}
		r.Events = append(r.Events, event.Event{ID: id, Time: at, Name: "x", Kind: event.Custom, Identity: who, Origin: origin})
		r.Calls = append(r.Calls, event.Call{ID: id, Time: at, Side: event.Server, Class: event.API, Method: "GET", Route: "/", Weight: 1, Identity: who, Origin: origin})
		parts = append(parts, event.Session{ID: id, Identity: who, Start: at, End: at, Anchor: id})
	}
	if _, err := s.Append(t.Context(), event.NewBatch(1, "", r, asIs{})); err != nil {
		t.Fatal(err)
	}
	login := event.Claim{Pair: event.Pair{DeviceID: "d1", UserID: "u1"}, Method: event.ByLogin, FirstSeen: at, EventID: "r1"}
	if err := s.WriteLinks(t.Context(), []store.Linked{{Project: 1, From: at, To: at, Sessions: parts, Claims: []event.Claim{login}}}, 0); err != nil {
		t.Fatal(err)
	}
	scope := store.Scope{Project: 1, From: at, To: at.Add(time.Second)}
	want := []string{" 1", "d2 1", "u1 2", "u2 1"}
	for _, of := range []store.Record{store.OfEvents, store.OfSessions, store.OfCalls} {
		var from query
		facts := []store.Field{{Name: "call.user_id"}} // for the text
		if of != store.OfCalls {
			facts = nil
		}
		if _, err := from.rowsIn(of, scope, facts, true); err != nil {
			t.Fatal(err)
		}
		var got []string
		err := s.readers.heavy.with(t.Context(), func(c *conn) error {
			text := "SELECT coalesce(" + personName(of) + ", '') AS name, count(*), " + personOf(of) + " AS person FROM " + from.String() + " GROUP BY ALL ORDER BY name"
			return c.each(t.Context(), text, from.args, func(r *reader) { got = append(got, fmt.Sprint(r.text(), " ", r.int())) })
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", of, diff)
		}
	}
}
