package api

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPageHasAFreshNonce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := map[string]bool{}
	for _, path := range []string{"/", "/sessions/42", "/index.html"} {
		got := w.api(http.MethodGet, path, "")
		policy := got.header.Get("Content-Security-Policy")
		_, nonce, _ := strings.Cut(policy, "'nonce-")
		nonce, _, _ = strings.Cut(nonce, "'")
		if got.status != 200 || len(nonce) < 16 || got.body != `<meta name="csp-nonce" content="`+nonce+`">` || seen[nonce] {
			t.Errorf("%s: status %d, nonce %q, %q", path, got.status, nonce, got.body)
		}
		seen[nonce] = true
		for _, part := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "connect-src 'self'", "base-uri 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("policy without %s: %s", part, policy)
			}
		}
		if got.header.Get("X-Content-Type-Options") != "nosniff" || got.header.Get("Referrer-Policy") != "no-referrer" || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", got.header)
		}
	}
}

// Who sits at the server's machine is told where the token lies; nobody else is.
func TestTheLoginSaysWhereTheTokenLies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) {
		c.Data = "/var/lib/<clickspan>"
		c.UI = fstest.MapFS{"index.html": {Data: []byte("__TOKEN_FILE__")}}
	})
	for name, tt := range map[string]struct {
		headers []string
		want    string
	}{
		"a browser of this machine":   {nil, "/var/lib/&lt;clickspan&gt;/token"},
		"through a proxy":             {[]string{"X-Forwarded-For", "192.0.2.1"}, ""},
		"who is known already":        {[]string{"Authorization", "Bearer " + w.admin}, ""},
		"a page of another site asks": {[]string{"Origin", "https://evil.example"}, ""},
	} {
		if got := send(t, http.MethodGet, w.main.URL+"/", "", tt.headers...); got.body != tt.want {
			t.Errorf("%s: %q", name, got.body)
		}
	}
}

func TestFilesOfTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tests := []struct {
		path, accepts    string
		status           int
		body, coding     string
		mayBeKeptForEver bool
	}{
		{"/assets/app.js", "gzip, deflate, br", 200, "brotli", "br", true},
		{"/assets/app.js", "gzip", 200, "gzip", "gzip", true},
		{"/assets/app.js", "br;q=0, gzip", 200, "gzip", "gzip", true},
		{"/assets/app.js", "", 200, "plain", "", true},
		{"/icon.svg", "br", 200, "<svg/>", "", false},
		{"/assets/old.js", "br", 404, "", "", false},
		{"/assets/app.js.br", "", 404, "", "", false},
		{"/assets/", "", 404, "", "", false},
		{"/api/v1/nothing", "", 404, "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.accepts, func(t *testing.T) {
			t.Parallel()
			got := send(t, http.MethodGet, w.main.URL+tt.path, "", "Accept-Encoding", tt.accepts)
			if got.status != tt.status {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
			if tt.status == 404 {
				got.problem(t)
				return
			}
			if got.body != tt.body || got.header.Get("Content-Encoding") != tt.coding || got.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%q with %v", got.body, got.header)
			}
			if strings.Contains(got.header.Get("Cache-Control"), "immutable") != tt.mayBeKeptForEver {
				t.Errorf("cached as %q", got.header.Get("Cache-Control"))
			}
		})
	}
}

func TestWithoutABuiltInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.UI = fstest.MapFS{".gitkeep": {}} })
	got := w.api(http.MethodGet, "/", "")
	if got.status != http.StatusNotImplemented || got.problem(t).Detail != "UI not built: run make ui" {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if got := w.api(http.MethodGet, "/.gitkeep", ""); got.status != http.StatusNotImplemented {
		t.Errorf("a hidden file: status %d", got.status)
	}
}

func TestNothingIsSentToAnUnknownRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, request := range []string{"POST /api/v1/query/zzz", "POST /intake/nothing", "DELETE /sessions"} {
		method, path, _ := strings.Cut(request, " ")
		got := w.api(method, path, "")
		if p := got.problem(t); p.Status != http.StatusNotFound || p.Detail != "there is no "+request {
			t.Errorf("%s: status %d: %s", request, got.status, got.body)
		}
	}
}

func TestWrongMethod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for request, allow := range map[string]string{
		"DELETE /api/v1/calls": "GET, HEAD", "GET /api/v1/login": "POST", "GET /intake/events": "OPTIONS, POST",
		"PUT /api/v1/projects": "GET, HEAD, POST", "POST /healthz": "GET, HEAD",
	} {
		method, path, _ := strings.Cut(request, " ")
		got := w.api(method, path, "")
		if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != allow {
			t.Errorf("%s: status %d, Allow %q, want %q", request, got.status, got.header.Get("Allow"), allow)
		}
		got.problem(t)
	}
}
