package analysis

import (
	"context"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// counting is a store whose goals are as many as it was asked, and whose links go as far
// as is said.
type counting struct {
	store.Reader
	asked int64
	upto  store.Seq
}

func (c *counting) Watermark(context.Context) (store.Seq, error) { return c.upto, nil }

func (c *counting) Exposures(context.Context, store.ExposuresQuery) (store.Exposures, error) {
	c.asked++
	return store.Exposures{Goals: store.Goals{Count: c.asked}}, nil
}

func (c *counting) Series(context.Context, store.SeriesQuery) (store.Series, error) {
	zero := 0.
	return store.Series{Lines: []store.Line{{Values: [][]*float64{{&zero}, {&zero}}}}}, nil
}

// An answer is made once while nothing new is linked, for ten minutes at most; what is
// new makes it anew.
func TestAnswersAreRemembered(t *testing.T) {
	t.Parallel()
	r := &counting{upto: 1}
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	i := NewImpacts(r, func() time.Time { return now })
	ask := func(after time.Duration, goal string) int64 {
		t.Helper()
		a := Asked{Scope: store.Scope{Project: 1, From: now.Add(-week), To: now}, Zone: time.UTC, Now: now.Add(after)}
		answer, err := i.Impact(t.Context(), a, ImpactQuestion{Goal: Step{Event: goal}})
		if err != nil {
			t.Fatal(err)
		}
		return answer.Goal.Count
	}
	for _, c := range []struct {
		what  string
		after time.Duration
		goal  string
		upto  store.Seq
		want  int64
	}{
		{"the first", 0, "paid", 1, 1},
		{"the same again", time.Minute, "paid", 1, 1},
		{"another goal", time.Minute, "seen", 1, 2},
		{"the first, long after", 11 * time.Minute, "paid", 1, 3},
		{"the first, with new data", 11 * time.Minute, "paid", 2, 4},
	} {
		if r.upto = c.upto; ask(c.after, c.goal) != c.want {
			t.Errorf("%s: made %d times, not %d", c.what, r.asked, c.want)
		}
	}
	for n := range 2 * keptAnswers {
		ask(0, time.Duration(n).String())
	}
	if len(i.answers.of) > keptAnswers || len(i.tables.of) > keptTables {
		t.Errorf("%d answers and %d tables are kept", len(i.answers.of), len(i.tables.of))
	}
}

// What belongs to an interaction is one row, called by the name that most such requests
// have; of its requests the first that failed counts, else the longest.
func TestUnits(t *testing.T) {
	t.Parallel()
	shop, bare := event.Endpoint{Service: "shop", Method: "GET", Route: "/x"}, event.Endpoint{Method: "GET", Route: "/x"}
	second := time.Second.Microseconds()
	rows := []store.Exposure{
		{Session: 0, Action: 0, Endpoint: 1, Time: 0, Took: 100_000, Served: true},
		{Session: 0, Action: 0, Endpoint: 1, Time: second, Took: 300_000, Served: true},
		{Session: 0, Action: 1, Endpoint: 0, Time: 2 * second, Took: 900_000},
		{Session: 0, Action: 2, Endpoint: 1, Time: 3 * second, Took: 50_000, Served: true, Failed: true},
		{Session: 0, Action: 2, Endpoint: 1, Time: 4 * second, Took: 400_000, Served: true},
		{Session: 1, Action: -1, Endpoint: 1, Time: 5 * second, Took: 70_000, Served: true},
		{Person: 1, Session: -1, Action: -1, Endpoint: 1, Time: second, Took: -1, Failed: true},
	}
	for unit, want := range map[ImpactUnit][]encounter{
		ByInteraction: {
			{timed: true, Row: row(0, 0, 300, false)},
			{Row: row(0, 1, 0, false)},
			{timed: true, Row: row(0, 2, 50, true)},
			{timed: true, Row: row(0, 0, 70, false)},
			{Row: row(1, 0, 0, true)},
		},
		BySession: {{timed: true, Row: row(0, 0, 100, false)}, {timed: true, Row: row(0, 0, 70, false)}, {Row: row(1, 0, 0, true)}},
		ByPerson:  {{timed: true, Row: row(0, 0, 100, false)}, {Row: row(1, 0, 0, true)}},
	} {
		met := store.Exposures{Endpoints: []event.Endpoint{bare, shop}, Devices: []string{""}, Rows: append([]store.Exposure(nil), rows...)}
		oneRequestOneName(&met)
		got := foldUnits(&met, unit, servedEndpoints(&met), time.UnixMicro(0))
		if len(got) != len(want) {
			t.Fatalf("%s: %d rows, not %d: %+v", unit, len(got), len(want), got)
		}
		for n := range got {
			g, w := got[n], want[n]
			same := g.Person == w.Person && g.Cell == w.Cell && g.timed == w.timed && g.Failed == w.Failed && (!w.timed || g.Server == w.Server)
			if !same || g.endpoint != 1 {
				t.Errorf("%s: row %d is %+v, not %+v", unit, n, g, w)
			}
		}
	}
}

func row(person, cell int32, ms float64, failed bool) stats.Row {
	return stats.Row{Person: person, Cell: cell, Server: ms, Failed: failed}
}
