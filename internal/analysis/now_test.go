package analysis_test

import (
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
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
	want := &analysis.PastTrouble{From: at("09:00").Add(-24 * time.Hour), To: at("10:00").Add(-24 * time.Hour), Calls: 10, Bad: 8, Side: event.Server, Kind: "failing"}
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

// browse is calls of GET /items, ten a minute in [from, to), of which the first bad of
// each minute are made so by harm.
func (s *shop) browse(from, to time.Time, bad int, harm func(*event.Call)) {
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		begin := len(s.Calls)
		s.calls(at, at.Add(time.Minute), 10, 0, 200*time.Millisecond)
		for i := range bad {
			harm(&s.Calls[begin+i])
		}
	}
}

// everyTwentieth call of [from, to) takes harm, as the usual p95 has it.
func (s *shop) everyTwentieth(from, to time.Time, harm func(*event.Call)) {
	begin := len(s.Calls)
	s.browse(from, to, 0, nil)
	for i := begin; i < len(s.Calls); i += 20 {
		harm(&s.Calls[i])
	}
}

func takes(d time.Duration) func(*event.Call) { return func(c *event.Call) { c.Duration = d } }

func breaks(c *event.Call) { c.Status = 503 }

// From 10:00 to 11:00 half the calls are slow; usually one in twenty is, and since.
func slowHour() *shop {
	var s shop
	s.everyTwentieth(at("01:00"), at("10:00"), takes(1100*time.Millisecond))
	s.browse(at("10:00"), at("11:00"), 5, takes(3*time.Second))
	s.everyTwentieth(at("11:00"), at("15:00"), takes(1200*time.Millisecond))
	return &s
}

func TestTroubleEndsWhereItWentBackToUsual(t *testing.T) {
	t.Parallel()
	r := slowHour().store(t)
	for clock, until := range map[string]time.Time{"10:40": {}, "11:10": at("11:00"), "11:25": at("11:00")} {
		q := question()
		q.Now = at(clock)
		got := overview(t, r, q).Now.Trouble
		if got == nil || got.Kind != "slow" || !got.Since.Equal(at("10:00")) || !got.Until.Equal(until) {
			t.Errorf("at %s: %+v", clock, got)
			continue
		}
		// Its facts are its own, whatever else came in the last hour.
		if got.Bad.Share != .5 || *got.P95US != 3_000_000+8000 && *got.P95US != 3_000_000 {
			t.Errorf("at %s: %v slow, p95 %d µs", clock, got.Bad.Share, *got.P95US)
		}
	}
}

// What ended more than half an hour ago hurts no more; it is the last trouble.
func TestTroubleThatIsLongOverIsTheLast(t *testing.T) {
	t.Parallel()
	r := slowHour().store(t)
	for _, clock := range []string{"11:31", "11:50", "13:36", "14:30"} {
		q := question()
		q.Now = at(clock)
		now := overview(t, r, q).Now
		if now.State != "quiet" {
			t.Errorf("at %s: %+v", clock, now.Trouble)
		}
		if q.Now.Before(noon()) && (now.Last == nil || now.Last.Kind != "slow" || !now.Last.From.Equal(at("10:00")) || !now.Last.To.Equal(at("11:00")) || now.Last.Bad != 300) {
			t.Errorf("at %s the last is %+v", clock, now.Last)
		}
	}
}

func TestFailingAndSlowSaysBoth(t *testing.T) {
	t.Parallel()
	var s shop
	s.browse(at("06:00"), at("11:20"), 0, nil)
	s.browse(at("11:20"), noon(), 5, func(c *event.Call) { c.Status, c.Duration = 503, 3*time.Second })
	got := overview(t, s.store(t), question()).Now.Trouble
	if got == nil || got.Kind != "failing" || got.Slow == nil || got.Slow.Count != 200 || got.Slow.Of != 400 || got.Bad.Count != 200 {
		t.Errorf("%+v", got)
	}
}

// Two endpoints fail about as much. The one that is shown stays, until the other is
// twice as bad.
func TestTheHeadlineDoesNotTakeTurns(t *testing.T) {
	t.Parallel()
	var s shop
	other := func(from, to string, bad int) {
		begin := len(s.Calls)
		s.browse(at(from), at(to), bad, breaks)
		for i := range s.Calls[begin:] {
			s.Calls[begin+i].ID += "-b"
			s.Calls[begin+i].Path, s.Calls[begin+i].Route = "/basket", "/basket"
		}
	}
	s.browse(at("06:00"), at("11:30"), 0, nil)
	s.browse(at("11:30"), at("12:20"), 5, breaks)
	other("06:00", "11:40", 0)
	other("11:40", "12:00", 9)
	other("12:00", "12:20", 10)
	r := s.store(t)
	synctest.Test(t, func(t *testing.T) {
		boards := analysis.NewBoards(r, analysis.Association{})
		q := question()
		for _, moment := range []struct{ clock, shown string }{{"11:45", "/items"}, {"12:00", "/items"}, {"12:10", "/items"}, {"12:20", "/items"}} {
			q.Now = at(moment.clock)
			got, err := boards.Overview(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if got.Now.Trouble == nil || got.Now.Trouble.Endpoint.Route != moment.shown {
				t.Errorf("at %s: %+v", moment.clock, got.Now.Trouble)
			}
		}
		// Who comes anew is told the worst.
		if got := overviewOf(t, r, q); got.Now.Trouble.Endpoint.Route != "/basket" {
			t.Errorf("a first look shows %s", got.Now.Trouble.Endpoint.Route)
		}
	})
}

func overviewOf(t *testing.T, r store.Reader, q analysis.Question) analysis.Overview {
	t.Helper()
	got, err := analysis.NewBoards(r, analysis.Association{}).Overview(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return got
}

// A site two minutes old has nothing usual, and six of its six payments fail.
func TestAYoungSite(t *testing.T) {
	t.Parallel()
	for name, example := range map[string]struct {
		fail  int
		state string
	}{"an endpoint that surely fails is named": {6, "trouble"}, "else nothing is known": {2, "quiet"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s shop
			for i := range 6 {
				s.visit(at("11:58").Add(time.Duration(i)*10*time.Second), outcome{fails: i < example.fail})
			}
			got := overview(t, s.store(t), question()).Now
			if got.State != example.state || !got.HistorySince.Equal(at("11:58")) {
				t.Errorf("%+v", got)
			}
			if got.Trouble != nil && got.Trouble.Usual != nil {
				t.Errorf("usually %v", *got.Trouble.Usual)
			}
		})
	}
	if got := overview(t, broken().store(t), question()).Now; !got.HistorySince.IsZero() {
		t.Errorf("a week is too little: %s", got.HistorySince)
	}
}

// One person meets all failures. That is no reason to be silent while few people are
// known; where many are, it is.
func TestFewPeopleHit(t *testing.T) {
	t.Parallel()
	for state, others := range map[string]int{"trouble": 6, "quiet": 30} {
		var s shop
		for i := range others {
			s.visit(at("11:40").Add(time.Duration(i)*30*time.Second), outcome{})
		}
		for i := range 16 {
			s.visit(at("11:40").Add(time.Duration(i)*time.Minute), outcome{fails: true})
			s.visits-- // the next is the same person again
		}
		for i := range s.Calls {
			s.Calls[i].ID += s.Calls[i].Time.String()
		}
		for i := range s.Events {
			s.Events[i].ID += s.Events[i].Time.String()
		}
		if got := overview(t, s.store(t), question()).Now; got.State != state {
			t.Errorf("with %d others: %+v", others, got)
		}
	}
}

// Where people are known, what only programs wait for hurts nobody.
func TestProgramsThatWaitAreNoTrouble(t *testing.T) {
	t.Parallel()
	var s shop
	s.usualWeek()
	for i := range 30 {
		c := event.Call{
			ID: fmt.Sprintf("program-%d", i), Time: at("11:30").Add(time.Duration(i) * time.Second), Duration: 5 * time.Second, Timed: true,
			Side: event.Server, Service: "shop", Method: "POST", Path: "/pay", Route: "/pay", Class: event.API, Status: 200,
		}
		c.OwnTime = c.Time
		s.Calls = append(s.Calls, c)
	}
	if got := overview(t, s.store(t), question(orderPaid())).Now; got.State != "quiet" {
		t.Errorf("%s: %+v", got.State, got.Trouble)
	}
}
