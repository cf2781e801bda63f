package test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheLinesOfTheReferenceAreTaken imports every sample of formats.md as it
// stands there: recognised as what it is called, and understood.
func TestTheLinesOfTheReferenceAreTaken(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/reference/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	samples := regexp.MustCompile("(?s)<!-- ([a-z-]+) -->\n```text\n(.*?\n)```").FindAllStringSubmatch(string(page), -1)
	if len(samples) < 15 {
		t.Fatalf("only %d samples were found", len(samples))
	}
	data, dir := t.TempDir(), t.TempDir()
	for _, sample := range samples {
		path := filepath.Join(dir, "sample")
		if err := os.WriteFile(path, []byte(sample[2]), 0o600); err != nil {
			t.Fatal(err)
		}
		got := importFiles(t, "--data", data, path).Files[0]
		if got.Format != sample[1] || got.Accepted != 1 || got.Rejected != 0 {
			t.Errorf("%s: got %+v", sample[1], got)
		}
	}

	// What the README proposes is one of them.
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	directive := regexp.MustCompile(`(?s)log_format clickspan .*?;`).FindString(string(readme))
	line := "198.51.100.7 - - [23/Nov/2026:10:00:00 +0000] \"GET /orders/2 HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\" rt=0.048 msec=1795428000.248 " +
		`rid=7f3a9c tp="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" xff="-"` + "\n"
	_, tail, _ := strings.Cut(directive, "rt=")
	if tail == "" || !strings.Contains(string(page), tail) {
		t.Error("README and formats.md propose different lines for nginx")
	}
	path := filepath.Join(dir, "own")
	if err := os.WriteFile(path, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, data)
	if got := importFiles(t, "--data", data, "--log-format", directive, path).Files[0]; got.Accepted != 1 {
		t.Errorf("as --log-format: got %+v", got)
	}
	var calls struct {
		Rows []struct {
			TraceID    string `json:"trace_id"`
			RequestID  string `json:"request_id"`
			StartedAt  string `json:"started_at"`
			DurationUS int    `json:"duration_us"`
		}
	}
	s.get("/api/v1/calls?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z&filter=call.path==%22/orders/2%22", &calls)
	if len(calls.Rows) != 1 || calls.Rows[0].TraceID != "0af7651916cd43dd8448eb211c80319c" || calls.Rows[0].RequestID != "7f3a9c" ||
		calls.Rows[0].DurationUS != 48_000 || calls.Rows[0].StartedAt != "2026-11-23T10:00:00.2Z" {
		t.Errorf("got %+v", calls)
	}
	s.stop()
}
