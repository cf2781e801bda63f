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
	data := t.TempDir()
	files := []string{"otlp_browser.jsonl.gz", "nginx_json.log.gz", "caddy_access.jsonl.gz", "apache_vhost_timed.log.gz", "otlp_caddy.jsonl.gz"}
	for _, name := range files {
		path := filepath.Join("testdata", "conduit", name)
		if out, errs, code := run(t, "import", "--data", data, "--openapi", filepath.Join("testdata", "conduit", "openapi.yml"), path); code != 0 {
			t.Fatalf("import %s: %s%s", name, out, errs)
		}
	}
	s := serve(t, data)
	cmd := exec.CommandContext(t.Context(), "node", "e2e/run.mjs")
	cmd.Dir = "../web"
	cmd.Env = append(os.Environ(), "CLICKSPAN_E2E_URL="+s.url)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("the walk through the pages failed: %v\n%s", err, s.stderr)
	}
}
