package duckdb

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

var update = flag.Bool("update", false, "write testdata/sql anew")

// TestStatements compares the statements that questions compile to with those
// that were reviewed: testdata/sql/<question>.sql.
func TestStatements(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	scope := store.Scope{Project: 1, From: noon, To: noon.Add(time.Hour), MinConfidence: 0.5}
	with := func(f store.Filter) store.Scope { s := scope; s.Filter = f; return s }
	slowOrNot := store.Or{
		store.Compare{Field: store.Field{Name: "call.duration_ms"}, Op: store.Gt, Value: 500.0},
		store.Not{Of: store.Text{Field: store.Field{Name: "call.path"}, Test: store.Contains, Arg: "x", Lower: true}},
		store.In{Field: store.Field{Name: "call.status"}, Values: []any{int64(500), int64(503)}},
		store.Has{Field: store.Field{Name: "call.attributes", Key: "a/b"}},
		store.Compare{Field: store.Field{Name: "call.attributes", Key: "plan"}, Op: store.Eq, Value: "pro"},
		store.Compare{Field: store.Field{Name: "call.route"}, Op: store.Eq, Value: "/x"},
	}
	theirs := store.Compare{Field: store.Field{Name: "call.user_id"}, Op: store.Eq, Value: "u"}
	onPhones := store.Compare{Field: store.Field{Name: "session.device"}, Op: store.Eq, Value: "mobile"}
	days := []time.Time{noon, noon.AddDate(0, 0, 1), noon.AddDate(0, 0, 2).Add(time.Hour), noon.AddDate(0, 0, 3), noon.AddDate(0, 0, 4)}
	hours := []time.Time{noon, noon.Add(time.Hour), noon.Add(2 * time.Hour), noon.Add(3 * time.Hour)}
	at := cursor{Micros: noon.UnixMicro(), IDs: [3]string{"a"}}.String()
	for name, compile := range map[string]func() (string, []any, error){
		"calls": func() (string, []any, error) {
			return callsQuery(store.CallsQuery{Scope: scope, Limit: 100}, callsEnd{})
		},
		"calls_filter": func() (string, []any, error) {
			return callsQuery(store.CallsQuery{Scope: with(slowOrNot), Limit: 100, Cursor: at}, callsEnd{})
		},
		"calls_slowest": func() (string, []any, error) {
			return callsQuery(store.CallsQuery{Scope: with(theirs), Limit: 100, Sort: store.Slowest, Cursor: at}, callsEnd{})
		},
		"events": func() (string, []any, error) {
			return eventsQuery(store.EventsQuery{Scope: scope, Limit: 100, Cursor: at})
		},
		"links": func() (string, []any, error) {
			return linksQuery(store.EventsQuery{Scope: scope, Limit: 100, Cursor: at})
		},
		"sessions": func() (string, []any, error) {
			return sessionsQuery(store.SessionsQuery{Scope: scope, Limit: 100, Cursor: at})
		},
		"calls_related": func() (string, []any, error) {
			s, _, err := related(store.OfCalls, with(store.And{slowOrNot, onPhones}))
			if err != nil {
				return "", nil, err
			}
			return callsQuery(store.CallsQuery{Scope: s, Limit: 100}, callsEnd{})
		},
		"sessions_related": func() (string, []any, error) {
			s, _, err := related(store.OfSessions, with(store.And{onPhones, slowOrNot, theirs}))
			if err != nil {
				return "", nil, err
			}
			return sessionsQuery(store.SessionsQuery{Scope: s, Limit: 100})
		},
		"people": func() (string, []any, error) {
			return peopleQuery(store.SessionsQuery{Scope: with(store.And{onPhones, theirs}), Limit: 100, Cursor: at})
		},
		"friction": func() (string, []any, error) {
			raged := store.Compare{Field: store.Field{Name: "signal.kind"}, Op: store.Eq, Value: "rage_click"}
			return frictionQuery(store.FrictionQuery{Scope: with(store.And{onPhones, raged}), By: store.ByElement, Limit: 50})
		},
		"signals": func() (string, []any, error) {
			return signalsQuery(store.SignalsQuery{Scope: with(onPhones), Limit: 100, Cursor: at})
		},
		"endpoints": func() (string, []any, error) { return endpointsQuery(store.EndpointsQuery{Scope: scope}) },
		"callers": func() (string, []any, error) {
			return callersQuery(scope, event.Endpoint{Service: "s", Method: "GET", Route: "/x"}, 10)
		},
		"values": func() (string, []any, error) { return valuesQuery(scope, "", "event.properties.plan", "p", 10) },
		"series_days": func() (string, []any, error) {
			return seriesQuery(store.SeriesQuery{Scope: scope, Edges: days}, store.Measure{Of: store.OfSessions, Stat: store.People})
		},
		"series_hours": func() (string, []any, error) {
			q := store.SeriesQuery{Scope: scope, Edges: hours, By: []store.Field{{Name: "call.service"}}}
			return seriesQuery(q, store.Measure{Of: store.OfCalls, Stat: store.P95})
		},
		"series_linked": func() (string, []any, error) { // measures about different rows, in one look
			linked := store.Compare{Field: store.Field{Name: "call.linked"}, Op: store.Eq, Value: true}
			assets := store.Compare{Field: store.Field{Name: "call.class"}, Op: store.Eq, Value: "asset"}
			q := store.SeriesQuery{Scope: with(linked), Edges: hours}
			return seriesQuery(q, store.Measure{Of: store.OfCalls, Stat: store.ErrorRate}, store.Measure{Of: store.OfCalls, Stat: store.Count, Filter: assets})
		},
		"series_people": func() (string, []any, error) {
			return seriesQuery(store.SeriesQuery{Scope: scope, Edges: hours}, store.Measure{Of: store.OfCalls, Stat: store.People})
		},
		"series_interactions": func() (string, []any, error) {
			q := store.SeriesQuery{Scope: scope, Edges: hours, By: []store.Field{{Name: "interaction.endpoint"}}}
			either := store.In{Field: store.Field{Name: "interaction.calls"}, Values: []any{int64(1), int64(2)}}
			return seriesQuery(q, store.Measure{Of: store.OfInteractions, Stat: store.Sum, Value: store.Field{Name: "interaction.failed"}, Filter: either})
		},
		"series_property": func() (string, []any, error) {
			return seriesQuery(store.SeriesQuery{Scope: scope, Edges: hours}, store.Measure{Of: store.OfEvents, Stat: store.P75, Value: store.Field{Name: "event.properties", Key: "value"}})
		},
		"occurrences": func() (string, []any, error) {
			named := store.Compare{Field: store.Field{Name: "event.name"}, Op: store.Eq, Value: "Paid"}
			return occurrencesQuery(occurrences{
				Scope: with(store.And{named, store.Compare{Field: store.Field{Name: "call.failed"}, Op: store.Eq, Value: true}}), unit: store.Unit{Of: store.UnitPerson},
				steps: []store.Step{{Of: store.OfEvents, Filter: named}, {Of: store.OfCalls}},
			})
		},
		"histories": func() (string, []any, error) {
			return occurrencesQuery(occurrences{
				Scope: scope, unit: store.Unit{Of: store.UnitSession}, steps: []store.Step{{Of: store.OfEvents}}, did: &[2]time.Time{noon, noon.Add(time.Minute)}, named: func([]byte) {},
			})
		},
		"retention": func() (string, []any, error) {
			failed := store.Compare{Field: store.Field{Name: "call.failed"}, Op: store.Eq, Value: true}
			return thinnedQuery(returns(store.RetentionQuery{
				Scope: scope, Target: store.Step{Of: store.OfEvents}, Returning: store.Step{Of: store.OfEvents}, Unit: store.Unit{Of: store.UnitPerson},
				Edges: days, Until: noon.AddDate(0, 0, 1), Split: failed,
			}), days)
		},
		"births": func() (string, []any, error) {
			return birthsQuery(store.LifecycleQuery{Scope: scope, Unit: store.Unit{Of: store.UnitAccount}, Edges: days})
		},
		"paths": func() (string, []any, error) {
			return occurrencesQuery(visits(store.PathsQuery{Scope: scope, Unit: store.Unit{Of: store.UnitPerson}, Nodes: []store.PathNode{
				{Step: store.Step{Of: store.OfEvents}, Name: []store.Field{{Name: "event.page_route"}, {Name: "event.page"}}},
			}}))
		},
		"meet": func() (string, []any, error) {
			calls := store.Candidate{Step: store.Step{Of: store.OfCalls}, Name: store.Field{Name: "call.endpoint"}, Least: 1}
			return meetQuery(store.CorrelationQuery{Funnel: store.FunnelQuery{Scope: scope, Unit: store.Unit{Of: store.UnitPerson}}, Candidates: []store.Candidate{calls}}, []int{0})
		},
		"calls_of": func() (string, []any, error) {
			return callsOfQuery(scope, store.Unit{Of: store.UnitPerson}, store.Slice{From: scope.From, To: scope.To}, true)
		},
		"exposures": func() (string, []any, error) {
			text, args, _, err := exposuresQuery(with(onPhones), store.UnitSession)
			return text, args, err
		},
		"heatmap": func() (string, []any, error) { return heatmapQuery(store.HeatmapQuery{Scope: scope, Edges: hours}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, args, err := compile()
			if err != nil {
				t.Fatal(err)
			}
			if marks := strings.Count(text, "?"); marks != len(args) {
				t.Errorf("%d parameters for %d marks", len(args), marks)
			}
			got := text + "\n"
			for _, arg := range args {
				got += fmt.Sprintf("-- %v\n", arg)
			}
			path := filepath.Join("testdata", "sql", name+".sql")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the statement changed; go test -update writes it (-want +got):\n%s", diff)
			}
		})
	}
}
