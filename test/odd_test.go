//go:build browser

package test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// What people and programs really send: markup, scripts written from right to
// left, emoji, and names far longer than any column.
func oddTexts() []string {
	return []string{
		`<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>"'&`,
		"שלום עולם \u202eevil\u202c مرحبا",
		"👩‍👩‍👧‍👦🏴‍☠️ e\u0301",
		strings.Repeat("long name ", 410),
	}
}

const (
	oddRoutes   = 50_000
	longActions = 3400 // each with a client and a server call: 10,200 rows
	longVisit   = "77777777-2222-4333-8444-555555555555"
)

// TestOddData feeds the browser's pages with odd data and walks them in a real
// Chromium: web/e2e/odd.mjs looks at what they do with it.
func TestOddData(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	now := time.Now().UTC()
	feed := func(path string, n int, record func(i int) map[string]any) {
		t.Helper()
		const perRequest = 10_000
		for from := 0; from < n; from += perRequest {
			var body strings.Builder
			encoder := json.NewEncoder(&body)
			for i := from; i < min(n, from+perRequest); i++ {
				if err := encoder.Encode(record(i)); err != nil {
					t.Fatal(err)
				}
			}
			var answer struct{ Accepted, Rejected int }
			s.do("POST", path+"?sync=1", "application/x-ndjson", body.String(), &answer)
			if answer.Accepted == 0 || answer.Rejected > 0 {
				t.Fatalf("%s: %+v", path, answer)
			}
		}
	}
	at := func(i int, after time.Duration) string {
		return now.Add(-time.Hour + time.Duration(i)*time.Second/2 + after).Format(time.RFC3339Nano)
	}

	feed("/intake/calls", oddRoutes, func(i int) map[string]any {
		return map[string]any{"time": at(i%3000, 0), "side": "server", "method": "GET", "route": fmt.Sprintf("/r%d/{id}", i), "path": fmt.Sprintf("/r%d/7", i), "status": 200, "duration_us": 1000 + i, "service": "wide"}
	})
	person := func(more map[string]any) map[string]any {
		more["device_id"], more["session_id"] = "d-long-0123456789", longVisit
		return more
	}
	feed("/intake/events", longActions, func(i int) map[string]any {
		return person(map[string]any{"id": fmt.Sprint("k", i), "time": at(i, 0), "name": "click", "kind": "click", "target": map[string]any{"name": "Next"}})
	})
	trace := func(i int) string { return fmt.Sprintf("%032x", i+1) }
	feed("/intake/calls", longActions, func(i int) map[string]any {
		status := 200
		if i%500 == 499 {
			status = 503
		}
		return person(map[string]any{
			"id": fmt.Sprint("c", i), "time": at(i, 5*time.Millisecond), "side": "client", "method": "GET", "path": "/next", "status": status,
			"duration_us": 40_000, "trace_id": trace(i), "span_id": fmt.Sprintf("%016x", 2*i+1),
		})
	})
	feed("/intake/calls", longActions, func(i int) map[string]any {
		return map[string]any{
			"id": fmt.Sprint("s", i), "time": at(i, 10*time.Millisecond), "side": "server", "method": "GET", "path": "/next", "status": 200,
			"duration_us": 30_000, "service": "shop", "trace_id": trace(i), "span_id": fmt.Sprintf("%016x", 2*i+2), "parent_span_id": fmt.Sprintf("%016x", 2*i+1),
		}
	})

	odd := oddTexts()
	short := func(i, most int) string {
		text := strings.ToValidUTF8(odd[i][:min(most, len(odd[i]))], "")
		return strings.TrimSpace(text)
	}
	feed("/intake/events", len(odd), func(i int) map[string]any {
		return map[string]any{
			"id": fmt.Sprint("odd-event-", i), "time": at(6000, time.Duration(i)*time.Second), "name": short(i, 500), "kind": "custom", "device_id": fmt.Sprint("odd-device-", i), "session_id": fmt.Sprint("odd-session-0123456789-", i),
			"page": map[string]any{"url": "https://h.example/" + odd[i], "title": odd[i]}, "target": map[string]any{"name": short(i, 500), "selector": short(i, 500)},
			"properties": map[string]any{"order_id": "A-" + fmt.Sprint(i), short(i, 200): odd[i], "replay_url": []string{"javascript:window.pwned=1", "https://replay.example/" + fmt.Sprint(i)}[i%2]},
			"context":    map[string]any{"browser": short(i, 100), "os": short(i, 100)}, "release": short(i, 100),
		}
	})
	feed("/intake/calls", len(odd), func(i int) map[string]any {
		return map[string]any{
			"id": fmt.Sprint("odd-call-", i), "time": at(6000, time.Duration(i)*time.Second+100*time.Millisecond), "side": "client", "method": "POST", "path": "/" + odd[i], "route": "/" + odd[i], "status": 503, "error": short(i, 100), "duration_us": 5000,
			"device_id": fmt.Sprint("odd-device-", i), "session_id": fmt.Sprint("odd-session-0123456789-", i), "host": "h.example", "release": short(i, 100), "request_id": "r<" + fmt.Sprint(i), "attributes": map[string]any{short(i, 200): odd[i]},
		}
	})
	feed("/intake/events", 1, func(int) map[string]any {
		return map[string]any{"id": "gone", "time": at(0, 0), "name": "click", "device_id": "d-erased-0123456789", "session_id": "99999999-2222-4333-8444-555555555555"}
	})
	var receipt struct{ Events int }
	s.do("POST", "/api/v1/erase", "application/json", `{"person":"d-erased-0123456789"}`, &receipt)
	if receipt.Events != 1 {
		t.Fatalf("erased %+v", receipt)
	}

	cmd := exec.CommandContext(t.Context(), "node", "e2e/odd.mjs")
	cmd.Dir = "../web"
	cmd.Env = append(os.Environ(), "CLICKSPAN_E2E_URL="+s.url)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("the walk through the odd data failed: %v\n%s", err, s.stderr)
	}
}
