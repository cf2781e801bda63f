//go:build bench

package test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestBenchPages serves the filled directory and times what the pages ask, while
// 5,000 records a second come in and are linked. CLICKSPAN_BENCH_PAGES narrows it to
// the rows whose name contains that text; CLICKSPAN_BENCH_ROUNDS is how often each is asked.
func TestBenchPages(t *testing.T) {
	dir := os.Getenv("CLICKSPAN_BENCH_DATA")
	if dir == "" {
		dir = t.TempDir()
	}
	f := fill(t, dir, int64(number("CLICKSPAN_BENCH_EVENTS", 10_000_000)), int64(number("CLICKSPAN_BENCH_CALLS", 20_000_000)))
	f.print(t)
	if _, err := binary(); err != nil { // building it is no part of opening
		t.Fatal(err)
	}
	opening := time.Now()
	s := serve(t, dir)
	row(t, "opening that directory", time.Since(opening).Round(time.Millisecond).String(), "")
	stop := s.trickle(5000)
	for _, page := range s.pages(f) {
		if strings.Contains(page.name, os.Getenv("CLICKSPAN_BENCH_PAGES")) {
			s.timePage(page)
		}
	}
	stop()
	_, peak := s.memory()
	row(t, "peak memory", fmt.Sprintf("%d MB", peak), "")
	s.stop()
}

// trickle sends so many records a second, fifty a visit, until stop is called.
func (s *server) trickle(perSecond int) (stop func()) {
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		r := rand.New(rand.NewPCG(9, uint64(time.Now().UnixNano())))
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				post(s.url+"/intake/calls", visitsNDJSON(r, perSecond/5, 50))
			}
		}
	})
	return func() {
		close(done)
		wait.Wait()
	}
}

// page is one thing that a page asks.
type page struct {
	name, budget string
	path         func(round int) string
}

func (s *server) pages(f filled) (all []page) {
	within := func(days int, more string) string {
		from := f.To.AddDate(0, 0, -days)
		return "from=" + url.QueryEscape(from.Format(time.RFC3339)) + "&to=" + url.QueryEscape(time.Now().UTC().Format(time.RFC3339)) + more
	}
	ask := func(name, path string, days int, more string) {
		name = strings.TrimSpace(fmt.Sprintf("%s, %d days", name, days))
		name = strings.Replace(name, "1 days", "24 hours", 1)
		all = append(all, page{name, "p95 < 500 ms", func(int) string { return "/api/v1/" + path + "?" + within(days, more) }})
	}
	filter := func(cel string) string { return "&filter=" + url.QueryEscape(cel) }
	var sessions struct {
		Rows []struct{ ID string } `json:"rows"`
	}
	s.get("/api/v1/sessions?limit=200&"+within(7, ""), &sessions)
	if len(sessions.Rows) == 0 {
		s.t.Fatal("no sessions")
	}
	session := func(round int) string { return sessions.Rows[round*7%len(sessions.Rows)].ID }
	all = append(all, page{"session timeline", "< 100 ms", func(round int) string { return "/api/v1/sessions/" + url.PathEscape(session(round)) }})
	var catalogue struct {
		Rows []struct{ ID, Route string } `json:"rows"`
	}
	for _, days := range []int{1, 7, 35} {
		ask("endpoint catalogue", "endpoints", days, "")
	}
	s.get("/api/v1/endpoints?"+within(7, ""), &catalogue)
	busiest := catalogue.Rows[0]
	for _, days := range []int{1, 7} {
		ask("endpoint", "endpoints/"+url.PathEscape(busiest.ID), days, "")
	}
	for _, days := range []int{1, 7} {
		for _, sort := range []string{"newest", "slowest"} {
			for _, cel := range []string{"", "call.failed == true", "call.route == '" + busiest.Route + "'", "call.linked == true"} {
				name := "calls, " + sort + " 100"
				if cel != "" {
					name += ", " + cel
				}
				ask(name, "calls", days, "&limit=100&parts=rows&sort="+sort+filter(cel))
			}
		}
	}
	for _, days := range []int{1, 7} {
		for _, cel := range []string{"", "call.failed == true", "call.route == '" + busiest.Route + "'", "call.linked == true"} {
			name := "calls, facets and histogram"
			if cel != "" {
				name += ", " + cel
			}
			ask(name, "calls", days, "&limit=100&parts=facets&parts=histogram"+filter(cel))
		}
	}
	for _, days := range []int{1, 7, 35} {
		ask("sessions, newest 100, session.failed > 0", "sessions", days, "&limit=100"+filter("session.failed > 0"))
	}
	for _, days := range []int{1, 7} {
		ask("quality", "quality", days, "")
		ask("errors", "errors", days, "")
		ask("services", "services", days, "")
		ask("values of call.route", "values", days, "&field=call.route&prefix=/")
	}
	all = append(all, page{"find a session", "p95 < 500 ms", func(round int) string { return "/api/v1/find?q=" + session(round) }})
	for _, days := range []int{1, 7} {
		ask("series, calls and p95", "", days, "")
		last := &all[len(all)-1]
		last.path = func(int) string {
			from, to := f.To.AddDate(0, 0, -days), time.Now().UTC()
			return `{"from":"` + from.Format(time.RFC3339) + `","to":"` + to.Format(time.RFC3339) + `","measures":[{"of":"calls","stat":"count"},{"of":"calls","stat":"error_rate"},{"of":"calls","stat":"p95"}]}`
		}
	}
	return all
}

// timePage asks one thing again and again; what begins with { is the body of a series query.
func (s *server) timePage(p page) {
	s.t.Helper()
	var took []time.Duration
	for round := range number("CLICKSPAN_BENCH_ROUNDS", 20) {
		what := p.path(round)
		began := time.Now()
		var res *http.Response
		var err error
		if strings.HasPrefix(what, "{") {
			res, err = http.Post(s.url+"/api/v1/query/series", "application/json", strings.NewReader(what))
		} else {
			res, err = http.Get(s.url + what)
		}
		if err != nil {
			s.t.Fatal(err)
		}
		answer, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		switch res.StatusCode {
		case http.StatusOK:
			took = append(took, time.Since(began))
		case http.StatusServiceUnavailable:
			row(s.t, p.name, fmt.Sprintf("**no answer within %v**", time.Since(began).Round(time.Second)), p.budget)
			return
		default:
			s.t.Fatalf("%s: %s %s", what, res.Status, answer)
		}
	}
	slices.Sort(took)
	row(s.t, p.name, fmt.Sprintf("p50 %v, p95 %v", took[len(took)/2].Round(time.Millisecond), took[len(took)*95/100].Round(time.Millisecond)), p.budget)
}
