package analysis_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
)

// From 11:40 on eight of twelve payments fail; three of the eight pay at the second
// try, the others leave. A release came at 11:30.
func broken() *shop {
	var s shop
	s.usualWeek()
	for i := range 4 {
		s.visit(at("11:40").Add(time.Duration(i)*time.Minute+30*time.Second), outcome{})
	}
	for i := range 8 {
		s.visit(at("11:40").Add(time.Duration(i)*time.Minute), outcome{fails: true, thenPays: i < 3})
	}
	return &s
}

func TestPaymentsFailNow(t *testing.T) {
	t.Parallel()
	q := question(orderPaid())
	q.Releases = []event.Release{
		{Service: "shop", Version: "1", At: at("09:00")}, {Service: "shop", Version: "2", At: at("11:30")}, {Service: "mail", Version: "9", At: at("11:39")},
	}
	now := overview(t, broken().store(t), q).Now
	if now.State != "trouble" || now.Trouble == nil {
		t.Fatalf("%+v", now)
	}
	got := now.Trouble
	if got.Kind != "failing" || got.Endpoint.Name != "shop: POST /pay" || got.Side != event.Server {
		t.Errorf("trouble is %s of %s at the %s", got.Kind, got.Endpoint.Name, got.Side)
	}
	if !got.Since.Equal(at("11:40")) || !got.Until.IsZero() {
		t.Errorf("since %s until %s", got.Since, got.Until)
	}
	// 12 first tries, 8 of them bad, and 3 good second tries.
	if got.Bad.Of != 15 || got.Bad.Count != 8 || got.People != 8 {
		t.Errorf("%d of %d calls, %d people", got.Bad.Count, got.Bad.Of, got.People)
	}
	if got.Usual == nil || *got.Usual != 0 || got.UsualFrom != "last_7_days" {
		t.Errorf("usually %v, by the %s", got.Usual, got.UsualFrom)
	}
	if want := (analysis.Became{Visits: 8, Recovered: 3, Left: 5}); got.Became != want {
		t.Errorf("became %+v", got.Became)
	}
	if got.Goal == nil || got.Goal.Hit.Count != 3 || got.Goal.Hit.Of != 8 || got.Goal.NotHit.Count != 4 || got.Goal.NotHit.Of != 4 {
		t.Errorf("goal %+v", got.Goal)
	} else if d := *got.Goal.Difference; math.Abs(d+.625) > 1e-9 || got.Goal.CI95[1] >= 0 || got.Goal.CI95[0] >= d {
		t.Errorf("difference %v %v", d, got.Goal.CI95)
	}
	if got.Verdict.Is != "backend" || got.Verdict.Because != "server_failed" || got.Verdict.Pairs != 8 {
		t.Errorf("verdict %+v", got.Verdict)
	}
	if got.Release == nil || got.Release.Version != "2" {
		t.Errorf("release %+v", got.Release)
	}
	if got.Example.SessionID != "00000348-0000-4000-8000-000000000000" || len(got.Sessions) != 8 {
		t.Errorf("example %+v of %d sessions", got.Example, len(got.Sessions))
	}
}

func TestAFewBadCallsDoNotShout(t *testing.T) {
	t.Parallel()
	var s shop
	s.usualWeek()
	s.visit(at("11:40"), outcome{})
	s.visit(at("11:41"), outcome{fails: true})
	s.visit(at("11:42"), outcome{fails: true})
	if now := overview(t, s.store(t), question()).Now; now.State != "quiet" {
		t.Errorf("2 of 3 calls make %+v", now.Trouble)
	}
}

func TestAnEndpointThatAlwaysFailsIsNoNews(t *testing.T) {
	t.Parallel()
	var s shop
	for t := at("11:00").Add(-7 * 24 * time.Hour); t.Before(at("11:00")); t = t.Add(30 * time.Minute) {
		s.visit(t, outcome{fails: s.visits%2 == 0})
	}
	for i := range 14 {
		s.visit(at("11:30").Add(time.Duration(i)*time.Minute), outcome{fails: i%2 == 0})
	}
	if now := overview(t, s.store(t), question()).Now; now.State != "quiet" {
		t.Errorf("half as ever make %+v", now.Trouble)
	}
}

func TestTroubleThatIsOverSaysSo(t *testing.T) {
	t.Parallel()
	s := broken()
	for i := range 8 {
		s.visit(at("11:49").Add(time.Duration(i)*time.Minute), outcome{})
	}
	got := overview(t, s.store(t), question()).Now.Trouble
	if got == nil || !got.Since.Equal(at("11:40")) || !got.Until.Equal(at("11:48")) {
		t.Errorf("%+v", got)
	}
}

// The same failures a day ago are what a quiet day remembers.
func TestQuietRemembersTheLastTrouble(t *testing.T) {
	t.Parallel()
	var s shop
	s.usualWeek()
	for i := range 8 {
		s.visit(at("09:10").Add(time.Duration(i)*time.Minute-24*time.Hour), outcome{fails: true})
	}
	for i := range 4 {
		s.visit(at("11:40").Add(time.Duration(i)*time.Minute), outcome{})
	}
	now := overview(t, s.store(t), question()).Now
	want := &analysis.PastTrouble{From: at("09:00").Add(-24 * time.Hour), To: at("10:00").Add(-24 * time.Hour), Calls: 10, Failed: 8}
	want.Endpoint.Endpoint = event.Endpoint{Method: "POST", Route: "/pay"}
	want.Endpoint.ID, want.Endpoint.Name = want.Endpoint.Endpoint.ID(), "POST /pay"
	if diff := cmp.Diff(want, now.Last); now.State != "quiet" || diff != "" {
		t.Errorf("%s\n%s", now.State, diff)
	}
}

func TestSlowAndWhose(t *testing.T) {
	t.Parallel()
	for name, example := range map[string]struct {
		outcome outcome
		verdict string
		side    event.Side
	}{
		"the server takes long": {outcome{slow: true}, "backend", event.Server},
		"the way there is long": {outcome{far: true}, "network", event.Client},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s shop
			s.usualWeek()
			for i := range 24 {
				s.visit(at("11:30").Add(time.Duration(i)*time.Minute), example.outcome)
			}
			got := overview(t, s.store(t), question()).Now.Trouble
			if got == nil {
				t.Fatal("nobody noticed")
			}
			if got.Kind != "slow" || got.Verdict.Is != example.verdict || got.Verdict.Pairs != 24 || got.SlowOverMS != 1000 || got.Bad.Count != 24 {
				t.Errorf("%s, %+v, %d bad", got.Kind, got.Verdict, got.Bad.Count)
			}
			if got.Side != example.side && example.side == event.Client {
				t.Errorf("seen by the %s", got.Side)
			}
		})
	}
}

func TestNothingCalled(t *testing.T) {
	t.Parallel()
	got := overview(t, new(shop).store(t), question(orderPaid()))
	if got.Now.State != "no_calls" || !got.Data.Newest.IsZero() || got.WorstStep.Known || len(got.Costs.Rows) != 0 {
		t.Errorf("%+v", got)
	}
}

// A job fails half its calls every Friday at eleven; that it does so today is no
// news, whatever the other hours of the week were like. On any other day it would be.
func TestTheSameHourOfLastWeekIsTheBaseline(t *testing.T) {
	t.Parallel()
	for state, lastBadHour := range map[string]time.Time{"quiet": at("11:00").Add(-7 * 24 * time.Hour), "trouble": at("11:00").Add(-6 * 24 * time.Hour)} {
		var s shop
		s.calls(at("11:00").Add(-5*24*time.Hour), at("11:00").Add(-4*24*time.Hour), 2000, 0, time.Millisecond)
		s.calls(at("11:00").Add(-7*24*time.Hour), at("12:00").Add(-7*24*time.Hour), 120, 0, time.Millisecond)
		for i := range s.Calls[2000:] {
			if c := &s.Calls[2000+i]; i%2 == 0 && !c.Time.Before(lastBadHour) && c.Time.Before(lastBadHour.Add(time.Hour)) {
				c.Status = 500
			}
		}
		s.calls(at("11:00"), noon(), 120, 2, time.Millisecond)
		got := overview(t, s.store(t), question()).Now
		if got.State != state {
			t.Errorf("%+v, wanted %s", got, state)
		}
		if got.Trouble != nil && (got.Trouble.UsualFrom != "same_hour_last_week" || *got.Trouble.Usual != 0) {
			t.Errorf("usually %v, by %s", *got.Trouble.Usual, got.Trouble.UsualFrom)
		}
	}
}
