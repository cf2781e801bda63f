package test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryDoorWantsItsKey goes through the credentials of a server without
// --open-loopback: ingest keys for intake, the token for the API.
func TestEveryDoorWantsItsKey(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	serverKey, errs, code := run(t, "key", "create", "--data", data)
	browserKey, _, code2 := run(t, "key", "create", "--data", data, "--kind", "browser", "--origin", "https://shop.example")
	revokedKey, _, code3 := run(t, "key", "create", "--data", data)
	if code+code2+code3 != 0 {
		t.Fatal(errs)
	}
	if _, errs, code := run(t, "key", "revoke", "--data", data, "3"); code != 0 {
		t.Fatal(errs)
	}
	serverKey, browserKey, revokedKey = strings.TrimSpace(serverKey), strings.TrimSpace(browserKey), strings.TrimSpace(revokedKey)
	s := start(t, "serve", "--addr", "127.0.0.1:0", "--otlp-grpc-addr", "127.0.0.1:0", "--data", data)
	token, err := os.ReadFile(filepath.Join(data, "token"))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(data, "token")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the token file has mode %v (%v), want 0600", info.Mode(), err)
	}
	bearer := "Bearer " + strings.TrimSpace(string(token))

	s.post("/intake/events", goodEvent("x")).refused(t, http.StatusUnauthorized, "clickspan key create")
	s.post("/intake/events", goodEvent("x"), "Authorization", "Bearer cs_s_wrong").refused(t, http.StatusUnauthorized, "clickspan key list")
	s.post("/intake/events", goodEvent("x"), "X-Clickspan-Key", revokedKey).refused(t, http.StatusUnauthorized, "revoked")
	for i, way := range [][]string{{"/intake/events", "Authorization", "Bearer " + serverKey}, {"/intake/events", "X-Clickspan-Key", serverKey}, {"/intake/events?key=" + serverKey}} {
		if got := s.post(way[0], goodEvent(fmt.Sprint("way-", i)), way[1:]...); got.status != http.StatusOK || got.Accepted != 1 {
			t.Errorf("%v: %s", way, got)
		}
	}
	page := []string{"X-Clickspan-Key", browserKey, "Origin", "https://shop.example"}
	if got := s.post("/intake/events", goodEvent("from a page"), page...); got.Accepted != 1 {
		t.Errorf("a browser key may send events: %s", got)
	}
	if got := s.post("/intake/calls", goodCall, page...); got.status != http.StatusBadRequest || got.Rejected != 1 {
		t.Errorf("a browser key sends server calls: %s", got)
	}
	if got := s.post("/intake/calls", strings.Replace(goodCall, "server", "client", 1), page...); got.Accepted != 1 {
		t.Errorf("a browser key may send client calls: %s", got)
	}
	s.post("/intake/logs/combined", combinedLine, page...).refused(t, http.StatusForbidden, "server key")
	s.post("/intake/releases", `{"version":"1","at":"2026-11-23T09:00:00Z"}`, page...).refused(t, http.StatusForbidden, "server key")
	s.post("/intake/events", goodEvent("x"), "X-Clickspan-Key", browserKey, "Origin", "https://evil.example").refused(t, http.StatusForbidden, "origin")
	s.post("/intake/events", goodEvent("x"), "X-Clickspan-Key", browserKey).refused(t, http.StatusForbidden, "origin")

	for _, path := range []string{"/api/v1/calls", "/api/v1/system", "/api/openapi.json", "/metrics"} {
		s.send(http.MethodGet, path, nil).refused(t, http.StatusUnauthorized, "token")
		s.send(http.MethodGet, path, nil, "Authorization", "Bearer "+serverKey).refused(t, http.StatusUnauthorized, "token")
		if got := s.send(http.MethodGet, path, nil, "Authorization", bearer); got.status != http.StatusOK {
			t.Errorf("%s with the token: %s", path, got)
		}
	}
	s.send(http.MethodGet, "/api/v1/nonsense", nil, "Authorization", bearer).refused(t, http.StatusNotFound, "")
	s.send(http.MethodPut, "/api/v1/calls", nil, "Authorization", bearer).refused(t, http.StatusMethodNotAllowed, "")
	if got := s.send(http.MethodGet, "/healthz", nil); got.status != http.StatusOK {
		t.Errorf("/healthz needs no credential: %s", got)
	}

	_, link, found := strings.Cut(s.greeting, s.url)
	if !found || !strings.Contains(link, "token=") {
		t.Fatalf("no link in %q", s.greeting)
	}
	first, second := s.send(http.MethodGet, link, nil), s.send(http.MethodGet, link, nil)
	if first.status != http.StatusSeeOther || !strings.Contains(first.header.Get("Set-Cookie"), "HttpOnly") || strings.Contains(first.header.Get("Location"), "token") {
		t.Errorf("the link: %s %v", first, first.header)
	}
	if second.header.Get("Set-Cookie") != "" {
		t.Errorf("the link worked twice: %v", second.header)
	}
	cookie, _, _ := strings.Cut(first.header.Get("Set-Cookie"), ";")
	if got := s.send(http.MethodGet, "/api/v1/me", nil, "Cookie", cookie); got.status != http.StatusOK {
		t.Errorf("with the cookie: %s", got)
	}
	s.send(http.MethodPost, "/api/v1/projects", strings.NewReader(`{"name":"x"}`), "Cookie", cookie, "Origin", "https://evil.example").
		refused(t, http.StatusForbidden, "another site")
	s.stop()
}

// TestOnlyLoopbackUntilThereIsAnAdmin refuses addresses that others reach.
func TestOnlyLoopbackUntilThereIsAnAdmin(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", ":0"} {
		_, errs, code := run(t, "serve", "--data", t.TempDir(), "--addr", addr, "--otlp-grpc-addr", "127.0.0.1:0")
		if code != 1 || !strings.Contains(errs, "clickspan user create") {
			t.Errorf("--addr %s: exit %d: %s", addr, code, errs)
		}
	}
}

// TestOpenLoopbackIsForThisMachineOnly sends what shows that a proxy or another
// site's page is between.
func TestOpenLoopbackIsForThisMachineOnly(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	for _, header := range [][]string{
		{"X-Forwarded-For", "198.51.100.7"},
		{"X-Forwarded-Proto", "https"},
		{"Forwarded", "for=198.51.100.7"},
		{"X-Real-IP", "198.51.100.7"},
		{"Via", "1.1 proxy"},
		{"Host", "shop.example"},
		{"Host", "shop.example:80"},
		{"Origin", "https://shop.example"},
		{"Origin", "null"},
	} {
		s.send(http.MethodGet, "/api/v1/system", nil, header...).refused(t, http.StatusForbidden, "loopback")
		s.post("/intake/events", goodEvent("x"), header...).refused(t, http.StatusForbidden, "loopback")
	}
	if n := s.stored(); n != 0 {
		t.Errorf("%d records were stored", n)
	}
	if got := s.send(http.MethodGet, "/api/v1/system", nil, "Origin", s.url); got.status != http.StatusOK {
		t.Errorf("our own page: %s", got)
	}
	s.well(t, "refusals")
	s.stop()
}
