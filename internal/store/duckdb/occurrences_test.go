package duckdb

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/fold"
	"github.com/clickspan/clickspan/internal/store"
)

type unredacted struct{}

func (unredacted) Event(*event.Event) {}
func (unredacted) Call(*event.Call)   {}
func (unredacted) Span(*event.Span)   {}

// TestOccurrences reads what a day of two people looks like to a fold: a client call and
// the two server calls that answered it are one row, at the time of the client call.
func TestOccurrences(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	s, err := Open(t.Context(), Config{Dir: t.TempDir(), Threads: 2, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	at := func(second int) time.Time { return noon.Add(time.Duration(second) * time.Second) }
	did := func(second int, who event.Identity, name string, kind event.Kind) event.Event {
		return event.Event{ID: fmt.Sprint("e", second), Time: at(second), Name: name, Kind: kind, Identity: who, Origin: event.Origin{OwnTime: at(second)}}
	}
	call := func(second int, side event.Side, who event.Identity, status int) event.Call {
		return event.Call{ID: fmt.Sprint("c", second), Time: at(second), Side: side, Class: event.API, Method: "POST", Route: "/pay", Status: status, Weight: 1, Identity: who, Origin: event.Origin{OwnTime: at(second)}}
	}
	ann, bob, nobody := event.Identity{UserID: "ann", SessionID: "s1"}, event.Identity{DeviceID: "bob"}, event.Identity{}
	records := event.Records{
		Events: []event.Event{
			did(1, ann, "view", event.PageView), did(2, ann, "pay", event.Click), did(3, bob, "view", event.PageView), did(4, ann, "LCP", event.WebVital),
			did(5, ann, "scroll", event.Custom), did(6, nobody, "view", event.PageView),
		},
		Calls: []event.Call{
			call(10, event.Client, ann, 200), call(11, event.Server, nobody, 200), call(12, event.Server, nobody, 500), // one request
			call(20, event.Client, bob, 0),      // never arrived
			call(21, event.Server, ann, 500),    // of no client
			call(22, event.Server, nobody, 500), // of nobody
		},
	}
	if _, err := s.Append(t.Context(), event.NewBatch(1, "", records, unredacted{})); err != nil {
		t.Fatal(err)
	}
	answers := func(client, server int) event.Link {
		return event.Link{ClientCallID: fmt.Sprint("c", client), ServerCallID: fmt.Sprint("c", server), Method: event.BySpan, Confidence: 1, Time: at(server), UserID: "ann", SessionID: "s1"}
	}
	block := store.Linked{Project: 1, From: at(1), To: at(22), CallIDs: []string{"c10", "c11", "c12"}, Links: []event.Link{answers(10, 11), answers(10, 12)}}
	if err := s.WriteLinks(t.Context(), []store.Linked{block}, 0); err != nil {
		t.Fatal(err)
	}
	is := func(field string, value any) store.Filter {
		return store.Compare{Field: store.Field{Name: field}, Op: store.Eq, Value: value}
	}
	steps := []store.Step{
		{Of: store.OfEvents, Filter: is("event.name", "view")},
		{Of: store.OfEvents, Filter: is("event.name", "pay")},
		{Of: store.OfCalls, Filter: is("call.failed", true)},
		{Of: store.OfCalls},
	}
	scope := store.Scope{Project: 1, From: noon, To: at(60)}
	names := &label{asked: nil, text: func(q *query, of store.Record, fields columnsOf) error {
		return q.label(store.Field{Name: map[store.Record]string{store.OfEvents: "event.name", store.OfCalls: "call.method"}[of]}, fields)
	}}
	for name, ask := range map[string]struct {
		occurrences
		want []string
	}{
		"people":           {occurrences{Scope: scope, unit: store.Unit{Of: store.UnitPerson}, steps: steps}, []string{"1:0001 2:0010 10:1100 21:1100", "3:0001 20:1000"}},
		"sessions":         {occurrences{Scope: scope, unit: store.Unit{Of: store.UnitSession}, steps: steps}, []string{"1:0001 2:0010 10:1100 21:1100"}},
		"property":         {occurrences{Scope: scope, unit: store.Unit{Of: store.UnitProperty, Field: store.Field{Name: "call.status"}}, steps: steps}, []string{"10:1100", "21:1100 22:1100"}},
		"labels":           {occurrences{Scope: scope, unit: store.Unit{Of: store.UnitSession}, steps: steps, label: names}, []string{"1:0001 view 2:0010 pay 10:1100 POST 21:1100 POST"}},
		"weak links":       {occurrences{Scope: store.Scope{Project: 1, From: noon, To: at(60), MinConfidence: 2}, unit: store.Unit{Of: store.UnitSession}, steps: steps[2:]}, []string{"10:10 21:11"}},
		"a later request":  {occurrences{Scope: store.Scope{Project: 1, From: at(11), To: at(60)}, unit: store.Unit{Of: store.UnitSession}, steps: steps[2:]}, []string{"21:11"}},
		"narrowed":         {occurrences{Scope: store.Scope{Project: 1, From: noon, To: at(60), Filter: store.And{is("call.status", int64(500)), is("event.name", "pay")}}, unit: store.Unit{Of: store.UnitPerson}, steps: steps}, []string{"2:0010 10:1100 21:1100"}},
		"nothing can come": {occurrences{Scope: scope, unit: store.Unit{Of: store.UnitProperty, Field: store.Field{Name: "call.status"}}, steps: steps[:1]}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			words := newDictionary()
			err := s.readers.heavy.with(t.Context(), func(c *conn) error {
				return c.sequences(t.Context(), ask.occurrences, words, func(_ uint64, rows []fold.Row) {
					var line []string
					for _, row := range rows {
						text := fmt.Sprintf("%d:%0*b %s", (row.Time-noon.UnixMicro())/1e6, len(ask.steps), row.Steps, words.texts[row.Label])
						line = append(line, strings.TrimSpace(text))
					}
					got = append(got, strings.Join(line, " "))
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(got, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
			slices.SortFunc(ask.want, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
			if diff := gocmp.Diff(ask.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestMergeRuns puts rows in order that lie in runs of any length.
func TestMergeRuns(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		rows := make([]placed, random.IntN(50))
		for i := range rows {
			rows[i] = placed{fold.Row{Time: random.Int64N(9)}, int64(i)}
		}
		for runs := random.IntN(3); runs < 2 && len(rows) > 0; runs++ {
			slices.SortFunc(rows[random.IntN(len(rows)):], placed.compare)
		}
		want := slices.Clone(rows)
		slices.SortFunc(want, placed.compare)
		if got := mergeRuns(rows, make([]placed, 0, len(rows))); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}
