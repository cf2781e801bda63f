//go:build browser

package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestBrowser walks every page in a real Chromium over the real recording: the
// built binary serves what it imported, web/e2e drives it. CLICKSPAN_E2E_SHOTS
// keeps the screenshots.
func TestBrowser(t *testing.T) {
	t.Parallel()
	s := serve(t, recording(t))
	drive(t, "e2e/run.mjs", "CLICKSPAN_E2E_URL="+s.url)
}

// recording imports the real recording into a data directory.
func recording(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	files := []string{"otlp_browser.jsonl.gz", "nginx_json.log.gz", "caddy_access.jsonl.gz", "apache_vhost_timed.log.gz", "otlp_caddy.jsonl.gz"}
	for _, name := range files {
		path := filepath.Join("testdata", "conduit", name)
		if out, errs, code := run(t, "import", "--data", data, "--openapi", filepath.Join("testdata", "conduit", "openapi.yml"), path); code != 0 {
			t.Fatalf("import %s: %s%s", name, out, errs)
		}
	}
	return data
}

// drive runs a script of web/ that drives Chromium.
func drive(t *testing.T, script string, env ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", script)
	cmd.Dir = "../web"
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s failed: %v", script, err)
	}
}
