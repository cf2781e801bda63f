package api

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// watch opens a tail and returns its lines; the first line read means that it
// is subscribed.
func (w *world) watch(ctx context.Context, query string) *bufio.Scanner {
	w.t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.main.URL+"/api/v1/live?"+query, nil)
	must(w.t, err)
	request.Header.Set("Authorization", "Bearer "+w.admin)
	answer, err := http.DefaultClient.Do(request)
	must(w.t, err)
	w.t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		w.t.Fatalf("status %d, %v", answer.StatusCode, answer.Header)
	}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		if lines.Text() == ": watching" {
			return lines
		}
	}
	w.t.Fatal("the tail ended early")
	return nil
}

// nextEvent returns the name and data of the next event.
func nextEvent(t *testing.T, lines *bufio.Scanner) (name, data string) {
	t.Helper()
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = rest
		}
		if rest, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			return name, rest
		}
	}
	t.Fatal("the tail ended early")
	return "", ""
}

func TestLiveShowsWhatIsCommitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	all := w.watch(ctx, "")
	failed := w.watch(ctx, url.Values{"filter": {"call.status >= 500"}}.Encode())

	w.put("/intake/events", oneEvent)
	w.put("/intake/calls", oneCall)
	w.put("/intake/calls", strings.NewReplacer("c1", "c2", "200", "503").Replace(oneCall))

	for _, want := range [][2]string{{"event", `"id":"e1"`}, {"call", `"id":"c1"`}, {"call", `"duration_us":1500`}} {
		if name, data := nextEvent(t, all); name != want[0] || !strings.Contains(data, want[1]) {
			t.Errorf("got %s %s, want %v", name, data, want)
		}
	}
	if name, data := nextEvent(t, failed); name != "call" || !strings.Contains(data, `"id":"c2"`) {
		t.Errorf("the filter let through %s %s", name, data)
	}
}

func TestLiveRefusesWhatItCannotWatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for query, status := range map[string]int{"filter=call.statsu+%3E+1": 400, "filter=session.pages+%3E+1": 400, "project=none": 404, "flter=x": 400} {
		if got := w.api(http.MethodGet, "/api/v1/live?"+query, ""); got.status != status {
			t.Errorf("%s: status %d: %s", query, got.status, got.body)
		} else {
			got.problem(t)
		}
	}
}
