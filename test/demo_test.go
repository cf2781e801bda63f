package test

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// demoState is the answer of GET /api/v1/demo.
type demoState struct {
	Running bool
	Filled  struct {
		From, To time.Time
		Share    float64
	}
	Breaks    []struct{ Endpoint, Effect string }
	Endpoints []string
}

func startDemo(t *testing.T, data string) *server {
	t.Helper()
	return start(t, "demo", "--days", "2", "--people", "1000", "--addr", "127.0.0.1:0", "--otlp-grpc-addr", "127.0.0.1:0", "--open-loopback", "--data", data)
}

// demo asks for the state until it is as wanted.
func (s *server) demo(what string, wanted func(demoState) bool) (state demoState) {
	s.t.Helper()
	s.until(what, func() bool {
		s.get("/api/v1/demo", &state)
		return wanted(state)
	})
	return state
}

// until asks again and again, for some minutes, until something is so.
func (s *server) until(what string, so func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(8 * time.Minute); !so(); {
		if time.Now().After(deadline) {
			s.t.Fatalf("not in eight minutes: %s\n%s", what, s.stderr)
		}
	}
}

// TestDemo starts a small demo: it opens with the last day, fills in the rest, breaks
// what it is told to break, and goes on after a restart without telling anything twice.
func TestDemo(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	now := time.Now().UTC()
	s := startDemo(t, data)
	var state demoState
	s.get("/api/v1/demo", &state)
	if !state.Running || state.Filled.From.After(now.Add(-23*time.Hour)) || state.Filled.To.Before(now) || state.Filled.Share > .9 {
		t.Errorf("opened with %+v, want the last 24 hours of 48", state.Filled)
	}
	if len(state.Breaks) != 0 {
		t.Errorf("broken at the start: %v", state.Breaks)
	}
	// Robots make most calls of so few people; of those a browser made, polls have no action.
	if q := s.quality(now.Add(-24*time.Hour), now.Add(-time.Minute)); q.WithClient < 1000 || q.LinkedToAction < q.WithClient/2 {
		t.Errorf("opened with %d calls, %d of a browser, %d of an action", q.Total, q.WithClient, q.LinkedToAction)
	}

	// A visitor breaks something, and it arrives.
	const product = "GET /api/products/{id}"
	if !slices.Contains(state.Endpoints, product) {
		t.Fatalf("no %s in %v", product, state.Endpoints)
	}
	broke := time.Now().UTC()
	s.do(http.MethodPost, "/api/v1/demo/break", "application/json", `{"endpoint":"`+product+`","effect":"fail"}`, &state)
	if len(state.Breaks) != 1 || state.Breaks[0].Endpoint != product {
		t.Errorf("broken: %v", state.Breaks)
	}
	s.until("a product that fails", func() bool { return s.failures(product, broke) > 0 })
	s.do(http.MethodPost, "/api/v1/demo/break", "application/json", `{"endpoint":"`+product+`","effect":"fix"}`, &state)
	if len(state.Breaks) != 0 {
		t.Errorf("not fixed: %v", state.Breaks)
	}

	// The rest of the past follows.
	state = s.demo("the whole story", func(d demoState) bool { return d.Filled.Share == 1 })
	if past := s.calls(now.Add(-46*time.Hour), now.Add(-25*time.Hour)); past == 0 {
		t.Error("no calls on the first day")
	}
	from, to := now.Add(-46*time.Hour), time.Now().UTC().Add(-5*time.Second)
	before := s.calls(from, to)
	s.stop()

	// Another start finds the same people and tells only what is missing.
	s = startDemo(t, data)
	s.get("/api/v1/demo", &state)
	if state.Filled.Share != 1 {
		t.Errorf("after a restart: %+v", state.Filled)
	}
	if after := s.calls(from, to); after != before {
		t.Errorf("%d calls before the restart, %d after it", before, after)
	}
	var quality struct{ Duplicates int }
	s.get("/api/v1/quality", &quality)
	if quality.Duplicates != 0 {
		t.Errorf("%d records were told twice", quality.Duplicates)
	}
	s.stop()
	if _, stderr, code := run(t, "demo", "--days", "2", "--people", "10", "--addr", "127.0.0.1:0", "--data", data); code != 1 || !strings.Contains(stderr, "holds another demo: --people 1000 --days 2 --seed 1") {
		t.Errorf("another demo in the same place: code %d, %s", code, stderr)
	}
}

// A taken port is said at once, with the words of serve, before anything is filled.
func TestDemoPortTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	stdout, stderr, code := run(t, "demo", "--addr", taken.Addr().String(), "--data", t.TempDir())
	if code != 1 || stdout != "" || !strings.Contains(stderr, "cannot listen") || !strings.Contains(stderr, "--addr 127.0.0.1:PORT") {
		t.Errorf("code %d, %s%s", code, stdout, stderr)
	}
}

// TestDemoKilled ends a demo while it fills; the next start completes it, and nothing
// is there twice.
func TestDemoKilled(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := startDemo(t, data)
	began := time.Now().UTC().Truncate(time.Hour)
	s.demo("some of the past", func(d demoState) bool { return d.Filled.Share > .6 })
	s.kill()
	s = startDemo(t, data)
	s.demo("the whole story", func(d demoState) bool { return d.Filled.Share == 1 })
	whole := s.calls(began.Add(-46*time.Hour), began.Add(-time.Hour))

	other := startDemo(t, t.TempDir())
	other.demo("the whole story", func(d demoState) bool { return d.Filled.Share == 1 })
	if want := other.calls(began.Add(-46*time.Hour), began.Add(-time.Hour)); whole != want {
		t.Errorf("%d calls after a crash, %d without one", whole, want)
	}
}

// calls counts the server calls of a range.
func (s *server) calls(from, to time.Time) int {
	s.t.Helper()
	return s.quality(from, to).Total
}

type callQuality struct {
	Total          int
	WithClient     int `json:"with_client"`
	LinkedToAction int `json:"linked_to_action"`
}

func (s *server) quality(from, to time.Time) callQuality {
	s.t.Helper()
	var answer struct{ Calls callQuality }
	s.get("/api/v1/quality?"+within(from, to), &answer)
	return answer.Calls
}

// failures counts the failed calls of an endpoint since a moment.
func (s *server) failures(name string, since time.Time) int {
	s.t.Helper()
	var answer struct {
		Rows []struct {
			Method, Route string
			Failed        float64
		}
	}
	s.get("/api/v1/endpoints?"+within(since, time.Now().UTC()), &answer)
	for _, row := range answer.Rows {
		if row.Method+" "+row.Route == name {
			return int(row.Failed)
		}
	}
	return 0
}

func within(from, to time.Time) string {
	return url.Values{"from": {from.Format(time.RFC3339Nano)}, "to": {to.Format(time.RFC3339Nano)}}.Encode()
}
