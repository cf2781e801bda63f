package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzIntake sends anything anywhere: no request may end in a defect or a panic.
func FuzzIntake(f *testing.F) {
	w := newWorld(f)
	handler := w.served.Handler()
	paths := []string{
		"/intake/events", "/intake/calls?debug=1", "/intake/har", "/intake/releases", "/intake/logs/combined?timezone=Asia/Tokyo", "/intake/logs/nginx-json",
		"/v1/traces", "/v1/logs?sync=1", "/v1/metrics",
	}
	f.Add(uint8(0), "", "application/json", oneEvent)
	f.Add(uint8(1), "identity", "", "["+oneCall+"]")
	f.Add(uint8(3), "gzip", "text/plain", `{"version":"1","at":"2026-11-20T11:00:00Z"}`)
	f.Add(uint8(4), "", "", `203.0.113.9 - - [20/Nov/2026:11:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`)
	f.Add(uint8(6), "zstd", "application/x-protobuf", "\x0a\x00")
	f.Fuzz(func(t *testing.T, route uint8, coding, kind, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, paths[int(route)%len(paths)], strings.NewReader(body))
		r.Header = http.Header{"X-Clickspan-Key": {w.server}, "Content-Encoding": {coding}, "Content-Type": {kind}}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if answer.Code >= http.StatusInternalServerError {
			t.Fatalf("status %d: %s\n%s", answer.Code, answer.Body, w.log.String())
		}
	})
}
