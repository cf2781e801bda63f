package duckdb_test

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

const day = 24 * time.Hour

// catalogueOf is the catalogue of the 30 days before noon.
func catalogueOf(t *testing.T, s *duckdb.Store) store.Endpoints {
	t.Helper()
	out, err := s.Endpoints(t.Context(), store.EndpointsQuery{Scope: store.Scope{Project: 1, From: noon.Add(-30 * day), To: noon}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func expire(t *testing.T, s *duckdb.Store, r store.Retention) {
	t.Helper()
	if _, err := s.Expire(t.Context(), noon, r); err != nil {
		t.Fatal(err)
	}
}

// served are calls of ten devices, one every three hours before noon.
func served(n int) event.Records {
	var r event.Records
	for i := range n {
		at := noon.Add(-time.Duration(3*i+1) * time.Hour)
		r.Calls = append(r.Calls, event.Call{
			ID: fmt.Sprint("c", i), Time: at, Timed: true, Duration: time.Duration(i*i+1) * time.Millisecond, Side: event.Server, Class: event.API,
			Method: "GET", Route: "/a", Status: 200 + i%4*100, Weight: 1.5, Identity: event.Identity{DeviceID: fmt.Sprint("d", i%10)}, Origin: event.Origin{OwnTime: at},
		})
	}
	return r
}

// openServed is a store in which the calls of served arrived when they happened.
func openServed(t *testing.T, r event.Records) *duckdb.Store {
	t.Helper()
	var clock atomic.Pointer[time.Time]
	clock.Store(new(noon))
	s := openAt(t, t.TempDir(), func() time.Time { return *clock.Load() })
	for _, c := range slices.Backward(r.Calls) {
		clock.Store(&c.Time)
		appendTo(t, s, event.Records{Calls: []event.Call{c}})
	}
	clock.Store(new(noon))
	return s
}

func TestCatalogueOutlivesCalls(t *testing.T) {
	t.Parallel()
	r := served(200) // 25 days
	s := openServed(t, r)
	want := catalogueOf(t, s)
	if !want.Approx || len(want.Rows) != 1 || want.Rows[0].Calls != 300 || want.Rows[0].People != 10 || !want.Rows[0].LastSeen.Equal(r.Calls[0].Time) {
		t.Fatalf("got %+v", want)
	}
	same := func(when string) {
		t.Helper()
		if diff := cmp.Diff(want, catalogueOf(t, s)); diff != "" {
			t.Errorf("%s (-before +after):\n%s", when, diff)
		}
	}
	keeps := store.Retention{Minutes: 2 * day, Raw: 5 * day}
	expire(t, s, store.Retention{})
	same("settled")
	expire(t, s, store.Retention{Minutes: 2 * day})
	same("minutes became hours")
	expire(t, s, keeps)
	same("calls expired")
	expire(t, s, keeps)
	same("nothing new expired")
	if stats, err := s.Stats(t.Context()); err != nil || stats.Calls != 40 {
		t.Errorf("%d calls are left, %v", stats.Calls, err)
	}
	appendTo(t, s, r) // the expired ones cannot be known as duplicates
	if got := catalogueOf(t, s).Rows[0]; got.Calls != 300+160*3/2 || got.People != 10 {
		t.Errorf("got %d calls of %d people after old ones came again", got.Calls, got.People)
	}
	aDay, err := s.Endpoints(t.Context(), store.EndpointsQuery{Scope: store.Scope{Project: 1, From: noon.Add(-20 * day), To: noon.Add(-19 * day)}})
	if err != nil || !aDay.Approx || len(aDay.Rows) != 1 {
		t.Errorf("a day without calls: got %+v, %v", aDay, err)
	}
}

func TestCatalogueErasesPeopleOfExpiredCalls(t *testing.T) {
	t.Parallel()
	s := openServed(t, served(200))
	expire(t, s, store.Retention{Minutes: 2 * day, Raw: 5 * day})
	if _, err := s.Erase(t.Context(), 1, store.Person{DeviceIDs: []string{"d3"}}); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if got := catalogueOf(t, s).Rows[0]; got.Calls != 294 || got.People != 9 { // 4 calls of 40 went
			t.Errorf("got %d calls of %d people", got.Calls, got.People)
		}
	}
	check()
	expire(t, s, store.Retention{Minutes: 2 * day, Raw: 5 * day})
	check()
}

// What calls add up to by the day is the same when their minutes have become hours, and
// when their hours are asked for that begin within one.
func TestNumbersOutliveMinutes(t *testing.T) {
	t.Parallel()
	s := openServed(t, served(200))
	q := store.SeriesQuery{Scope: store.Scope{Project: 1}, Limit: 1, Approx: true}
	for at := noon.Add(-20*day - time.Hour/2); !at.After(noon); at = at.Add(day) {
		q.Edges = append(q.Edges, at.Truncate(time.Hour))
	}
	q.Edges[0] = q.Edges[0].Add(20 * time.Minute)
	q.From, q.To = q.Edges[0], q.Edges[len(q.Edges)-1]
	for _, stat := range []store.Stat{store.Count, store.Failed, store.P95} {
		q.Measures = append(q.Measures, store.Measure{Of: store.OfCalls, Stat: stat})
	}
	ask := func() (store.Series, []store.HeatmapCell) {
		series, err := s.Series(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		cells, err := s.Heatmap(t.Context(), store.HeatmapQuery{Scope: q.Scope, Edges: q.Edges})
		if err != nil {
			t.Fatal(err)
		}
		return series, cells
	}
	series, cells := ask()
	if !series.Approx || len(cells) == 0 {
		t.Fatalf("approximate: %v, %d cells", series.Approx, len(cells))
	}
	expire(t, s, store.Retention{Minutes: 2 * day})
	again, cellsAgain := ask()
	if diff := cmp.Diff([]any{series, cells}, []any{again, cellsAgain}); diff != "" {
		t.Errorf("hours tell something else than minutes (-minutes +hours):\n%s", diff)
	}
}

// TestNumbersOutliveHours: calls that are kept longer than the sums of their hours are
// counted from calls.
func TestNumbersOutliveHours(t *testing.T) {
	t.Parallel()
	s := openServed(t, served(200))
	q := store.SeriesQuery{Scope: store.Scope{Project: 1}, Limit: 1, Edges: []time.Time{noon.Add(-20 * day), noon.Add(time.Hour)}, Measures: []store.Measure{{Of: store.OfCalls, Stat: store.Count}}}
	q.From, q.To = q.Edges[0], q.Edges[1]
	count := func() float64 {
		series, err := s.Series(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return *series.Lines[0].Values[0][0]
	}
	before := count()
	expire(t, s, store.Retention{Minutes: 2 * day, Raw: 90 * day, Links: 90 * day, Hours: 10 * day})
	if after := count(); after != before || before == 0 {
		t.Errorf("%v calls, %v before sums of hours expired", after, before)
	}
}

func TestCatalogueExpiresHours(t *testing.T) {
	t.Parallel()
	s := openServed(t, served(200))
	expire(t, s, store.Retention{Minutes: 2 * day, Raw: 5 * day, Links: 5 * day, Hours: 10 * day})
	if got := catalogueOf(t, s).Rows[0]; got.Calls != 120 || got.People != 10 {
		t.Errorf("got %d calls of %d people, want 10 days of 12 calls", got.Calls, got.People)
	}
	expire(t, s, store.Retention{Minutes: time.Hour, Raw: time.Hour, Links: time.Hour, Hours: time.Hour})
	if got := catalogueOf(t, s).Rows[0]; got.Calls != 2 { // the last hour's
		t.Errorf("got %d calls, want one of weight 1.5", got.Calls)
	}
}

// TestHoursAreMerged looks at what is stored: one row for each sum, none for nothing.
func TestHoursAreMerged(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for i := range 20 {
		var r event.Records
		for j := range 5 {
			c := served(2).Calls[0]
			c.ID, c.Time = fmt.Sprint(i, "-", j), noon.Add(-50*time.Hour+time.Duration(i)*time.Second)
			r.Calls = append(r.Calls, c)
		}
		appendTo(t, s, r)
	}
	count := func() string {
		answer, err := s.Query(t.Context(), "SELECT (SELECT count(*) FROM rollup_minutes) || ' ' || (SELECT count(*) FROM rollup_hours) || ' ' || (SELECT coalesce(sum(samples), 0) FROM rollup_hours) AS n", 1)
		if err != nil {
			t.Fatal(err)
		}
		return *answer.Rows[0][0]
	}
	if got := count(); got != "20 0 0" {
		t.Errorf("appended: got %s", got)
	}
	expire(t, s, store.DefaultRetention())
	if got := count(); got != "0 1 100" {
		t.Errorf("moved: got %s", got)
	}
	if _, err := s.Erase(t.Context(), 1, store.Person{DeviceIDs: []string{"d0"}}); err != nil {
		t.Fatal(err)
	}
	expire(t, s, store.DefaultRetention())
	if got := count(); got != "0 0 0" {
		t.Errorf("erased: got %s", got)
	}
}

// TestBucketsAgree compares the buckets that a removal computes with those of Append.
func TestBucketsAgree(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	var r event.Records
	for i := range 4000 {
		c := served(1).Calls[0]
		us := math.Exp2(float64(i) / 100) // to twelve days
		c.ID, c.Duration, c.Status, c.Timed = fmt.Sprint(i), time.Duration(us)*time.Microsecond, []int{0, 99, 200, 404, 500}[i%5], i%50 > 0
		if i%10 == 0 {
			c.Error = []string{event.Aborted, "timeout"}[i/10%2]
		}
		r.Calls = append(r.Calls, c)
	}
	if _, err := s.Append(t.Context(), event.NewBatch(1, "import", r, nothing{})); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Forget(t.Context(), 1, "import"); err != nil {
		t.Fatal(err)
	}
	answer, err := s.Query(t.Context(), "SELECT count(*) FROM rollup_minutes", 1)
	if err != nil || *answer.Rows[0][0] != "0" {
		t.Errorf("%s sums are left, %v", *answer.Rows[0][0], err)
	}
}
