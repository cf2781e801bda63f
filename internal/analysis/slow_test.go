package analysis_test

import (
	"math"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
)

// Days begin at the project's midnight: in Vienna it is 13:00, and what came at
// 22:30 UTC is of the day before, at 23:30 UTC of today.
func TestGoalsTodayInTheirZone(t *testing.T) {
	t.Parallel()
	vienna, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	var s shop
	for _, when := range []time.Time{
		at("22:30").Add(-day), at("23:30").Add(-day), at("10:00"), at("11:00"), // yesterday, today, today, today
		at("11:30").Add(-day), at("12:30").Add(-day), // yesterday before and after this time of day
		at("11:00").Add(-7 * day), at("23:30").Add(-8 * day), at("14:00").Add(-7 * day), // a week ago, the last after this time of day
		at("22:30").Add(-8 * day), // before
	} {
		s.visit(when, outcome{})
	}
	q := question(orderPaid(), analysis.Goal{ID: "paid-call", Name: "paid", Step: analysis.Step{Call: "POST /pay"}})
	q.Zone = vienna
	got := overview(t, s.store(t), q).Goals
	if len(got) != 2 {
		t.Fatalf("%d goals", len(got))
	}
	for _, g := range got {
		if g.Count != 3 || g.People != 3 || g.Yesterday == nil || *g.Yesterday != 1 || g.LastWeek == nil || *g.LastWeek != 2 || !g.Since.Equal(at("23:00").Add(-day)) {
			t.Errorf("%+v", g)
		}
	}
}

// A day that is not on record from its begin is not compared with, however many
// records there are of its rest.
func TestGoalsTodayWithoutEarlierDays(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for what, c := range map[string]struct {
		visits              []time.Duration // before noon
		yesterday, lastWeek bool
	}{
		"only today":                    {[]time.Duration{time.Hour}, false, false},
		"since yesterday in its course": {[]time.Duration{day + time.Hour}, false, false},
		"since the evening before":      {[]time.Duration{day + 13*time.Hour, day + time.Hour}, true, false},
		"a gap yesterday":               {[]time.Duration{9 * day, 7*day + time.Hour, 2 * day}, false, true},
		"two weeks":                     {[]time.Duration{9 * day, 7*day + time.Hour, day + time.Hour}, true, true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			var s shop
			for _, before := range c.visits {
				s.visit(noon().Add(-before), outcome{})
			}
			got := overview(t, s.store(t), question(orderPaid())).Goals[0]
			if (got.Yesterday != nil) != c.yesterday || (got.LastWeek != nil) != c.lastWeek {
				t.Errorf("yesterday %v, a week ago %v", got.Yesterday, got.LastWeek)
			}
		})
	}
}

func TestCostsOfFailures(t *testing.T) {
	t.Parallel()
	// In 1.6 days before 11:00, 80 visits: every second fails, of those every fourth pays again.
	var s shop
	begin := at("11:00").Add(-40 * time.Hour)
	for i := range 80 {
		s.visit(begin.Add(time.Duration(i)*30*time.Minute), outcome{fails: i%2 == 0, thenPays: i%8 == 0})
	}
	got := overview(t, s.store(t), question(orderPaid())).Costs
	if got.Visits != 80 || len(got.Rows) != 1 {
		t.Fatalf("%+v", got)
	}
	cost := got.Rows[0]
	if cost.Endpoint.Endpoint != pay() || cost.Exposed.Of != 40 || cost.Exposed.Count != 10 || cost.Unexposed.Of != 40 || cost.Unexposed.Count != 40 {
		t.Errorf("%+v", cost)
	}
	// 40 exposed in 41 hours, of whom 75 % fewer paid.
	want := .75 * 40 / (41. / 24)
	if cost.Strength != analysis.AssociationOnly || cost.LostPerDay == nil || math.Abs(*cost.LostPerDay-want) > 1e-9 {
		t.Errorf("%s: %v a day, not %v", cost.Strength, cost.LostPerDay, want)
	}
	if cost.CI95[0] <= 0 || cost.CI95[0] >= want || cost.CI95[1] <= want {
		t.Errorf("interval %v", cost.CI95)
	}
}

func TestCostsNeedVisits(t *testing.T) {
	t.Parallel()
	var s shop
	begin := at("11:00").Add(-40 * time.Hour)
	for i := range 80 {
		s.visit(begin.Add(time.Duration(i)*30*time.Minute), outcome{fails: i%8 == 0})
	}
	cost := overview(t, s.store(t), question(orderPaid())).Costs.Rows[0]
	// 10 of 30 visits came in 41 hours; the other 20 take 82.
	if cost.Strength != analysis.NotEnoughData || cost.LostPerDay != nil || math.Abs(cost.ReadyDays-82./24) > 1e-9 {
		t.Errorf("%+v", cost)
	}
}

func TestWorstStep(t *testing.T) {
	t.Parallel()
	var s shop
	begin := at("09:00").Add(-24 * time.Hour)
	for i := range 100 {
		when := begin.Add(time.Duration(i) * 10 * time.Minute)
		if i%2 == 0 {
			s.leaves(when)
		} else {
			s.visit(when, outcome{fails: i%10 == 1})
		}
	}
	got := overview(t, s.store(t), question(orderPaid())).WorstStep
	// 100 see the cart, 50 the checkout, 40 pay.
	want := []analysis.FunnelStep{{Name: "/cart", Page: "/cart", Count: 100}, {Name: "/checkout", Page: "/checkout", Count: 50}, {Name: "Order paid", Count: 40}}
	if !got.Known || got.Worst != 1 || len(got.Steps) != 3 || got.Steps[0] != want[0] || got.Steps[1] != want[1] || got.Steps[2] != want[2] {
		t.Errorf("%+v", got)
	}
}

func TestWorstStepOfFewVisitsIsUnknown(t *testing.T) {
	t.Parallel()
	var s shop
	for i := range 20 {
		s.visit(at("06:00").Add(time.Duration(i)*time.Minute), outcome{fails: i%2 == 0})
	}
	if got := overview(t, s.store(t), question(orderPaid())).WorstStep; got.Known || len(got.Steps) != 3 {
		t.Errorf("%+v", got)
	}
}

// calls are n server calls of the shop over a range, every k-th of them failed.
func (s *shop) calls(from, to time.Time, n, k int, took time.Duration) {
	for i := range n {
		c := event.Call{
			ID: from.Format("02-15:04") + "-" + string(rune('a'+i%26)) + time.Duration(i).String(), Time: from.Add(to.Sub(from) / time.Duration(n) * time.Duration(i)),
			Duration: took + time.Duration(i%10)*time.Millisecond, Timed: true, Side: event.Server, Service: "shop", Method: "GET", Path: "/items", Route: "/items",
			Class: event.API, Status: 200,
		}
		if k > 0 && i%k == 0 {
			c.Status = 500
		}
		c.OwnTime = c.Time
		s.Calls = append(s.Calls, c)
	}
}

func TestReleases(t *testing.T) {
	t.Parallel()
	var s shop
	s.calls(at("02:00"), at("04:00"), 400, 10, 100*time.Millisecond) // before 1: 10 % fail
	s.calls(at("04:00"), at("06:00"), 400, 0, 100*time.Millisecond)  // 1 mends it
	s.calls(at("06:00"), at("08:00"), 400, 0, 300*time.Millisecond)  // 2 makes it slow
	s.calls(at("08:00"), at("10:00"), 400, 0, 302*time.Millisecond)  // 3 changes nothing
	s.calls(at("11:00"), noon(), 10, 0, 300*time.Millisecond)        // 4 has few calls yet
	q := question()
	for i, when := range []string{"04:00", "06:00", "08:00", "11:00"} {
		q.Releases = append(q.Releases, event.Release{Service: "shop", Version: string(rune('1' + i)), At: at(when)})
	}
	r := s.store(t)
	got := overview(t, r, q).Releases
	if len(got) != 3 {
		t.Fatalf("%d releases", len(got))
	}
	for i, want := range []struct{ version, verdict, errors, speed string }{
		{"4", "not_enough_data", "no_change", "no_change"}, {"3", "no_change", "no_change", "no_change"}, {"2", "worse", "no_change", "worse"},
	} {
		e := got[i]
		if e.Release.Version != want.version || e.Verdict != want.verdict || e.Errors != want.errors || e.Speed != want.speed {
			t.Errorf("release %s: %s (errors %s, speed %s), %+v %+v", e.Release.Version, e.Verdict, e.Errors, e.Speed, e.Before, e.After)
		}
	}
	if e := got[2]; e.Window != 7200 || e.Before.Failed.Of != 400 || e.After.Failed.Of != 400 {
		t.Errorf("windows of %d s: %d and %d calls", e.Window, e.Before.Failed.Of, e.After.Failed.Of)
	}
	q.Releases = q.Releases[:2]
	if first := overview(t, r, q).Releases[1]; first.Verdict != "improved" || first.Before.Failed.Count != 40 || first.After.Failed.Count != 0 {
		t.Errorf("release 1: %+v", first)
	}
}

// 20 calls came in the half hour since the release, as many as before; 200 take five hours.
func TestReleaseSaysWhenItWillBeKnown(t *testing.T) {
	t.Parallel()
	var s shop
	s.calls(at("11:00"), noon(), 40, 0, 100*time.Millisecond)
	q := question()
	q.Releases = []event.Release{{Service: "shop", Version: "1", At: at("11:30")}}
	got := overview(t, s.store(t), q).Releases[0]
	if got.Verdict != "not_enough_data" || !got.ReadyAt.Equal(at("16:30")) {
		t.Errorf("%s, ready at %s", got.Verdict, got.ReadyAt)
	}
}

func TestLiveAndData(t *testing.T) {
	t.Parallel()
	var s shop
	s.visit(at("03:00"), outcome{})
	for i := range 3 {
		s.visit(at("11:56").Add(time.Duration(i)*time.Minute), outcome{})
	}
	got := overview(t, s.store(t), question())
	if got.Live.People != 3 || math.Abs(got.Live.CallsPerSecond-3./300) > 1e-9 {
		t.Errorf("%+v", got.Live)
	}
	if want := (analysis.Data{Newest: at("11:58").Add(30 * time.Second), Calls: 4, Linked: 4, Events: 16, People: 4}); got.Data != want {
		t.Errorf("%+v", got.Data)
	}
}

func TestProposals(t *testing.T) {
	t.Parallel()
	var s shop
	begin := at("09:00")
	for i := range 10 {
		s.visit(begin.Add(time.Duration(i)*time.Minute), outcome{fails: i == 0})
	}
	for i := range 20 { // many do it, but its name says nothing and it comes at once
		s.Events = append(s.Events, event.Event{
			ID: "banner" + time.Duration(i).String(), Time: begin.Add(time.Duration(i%10) * time.Minute), Name: "Banner Shown", Kind: event.Custom,
			Identity: s.Events[0].Identity, Origin: event.Origin{OwnTime: begin},
		})
	}
	r := s.store(t)
	got, err := analysis.Proposals(t.Context(), r, question())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Goal.Step != (analysis.Step{Event: "Order Paid"}) || got[1].Goal.Step != (analysis.Step{Call: "shop: POST /pay"}) || got[2].Named {
		t.Fatalf("%+v", got)
	}
	if p := got[0]; p.Count != 9 || p.Visits != 9 || p.Of != 10 || !p.Named || p.Goal.ID != "order-paid" || p.Example.SessionID != "00000010-0000-4000-8000-000000000000" {
		t.Errorf("%+v", p)
	}
	if p := got[1]; p.Count != 10 || p.Visits != 9 || p.Example.CallID != "v10-20s-server" {
		t.Errorf("%+v", p)
	}
	again, err := analysis.Proposals(t.Context(), r, question(got[0].Goal))
	if err != nil || len(again) != 2 {
		t.Errorf("what is a goal already is proposed again: %+v, %v", again, err)
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Order Paid!": "order-paid", "POST /orders/{id}": "post-orders-id", "Ünï": "n", "—": "goal", "": "goal"} {
		if got := analysis.Slug(name); got != want {
			t.Errorf("%q becomes %q", name, got)
		}
	}
}
