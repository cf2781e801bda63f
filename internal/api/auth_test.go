package api

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/meta"
)

// cookieOf returns the login that an answer sets, "" when it sets none.
func cookieOf(r response) string {
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		if strings.HasPrefix(c.Name, cookieBase) {
			return c.Value
		}
	}
	return ""
}

// cookieName is what the server calls its cookie: another port, another login.
func (w *world) cookieName() string {
	_, port, _ := strings.Cut(strings.TrimPrefix(w.main.URL, "http://"), ":")
	return cookieBase + "_" + port
}

func TestWhoMayAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	viewer, _, err := w.meta.CreateToken(t.Context(), meta.Viewer, "", 0)
	must(t, err)
	login, err := w.meta.StartLogin(t.Context(), meta.User{Role: meta.Admin}, loginLife)
	must(t, err)
	cookie := w.cookieName() + "=" + login
	const newProject = `{"name":"shop"}`
	tests := []struct {
		name, method, path, body string
		headers                  []string
		status                   int
	}{
		{"nobody", "GET", "/api/v1/fields", "", nil, 401},
		{"nobody asks for the description", "GET", "/api/openapi.json", "", nil, 401},
		{"nobody asks for metrics", "GET", "/metrics", "", nil, 401},
		{"nobody asks whether it lives", "GET", "/healthz", "", nil, 200},
		{"nobody opens the page", "GET", "/sessions/42", "", nil, 401},
		{"nobody watches", "GET", "/api/v1/live", "", nil, 401},
		{"nobody, but proxied from loopback", "GET", "/api/v1/fields", "", []string{"X-Forwarded-For", "127.0.0.1"}, 401},
		{"wrong token", "GET", "/api/v1/fields", "", []string{"Authorization", "Bearer cs_t_wrong"}, 401},
		{"ingest key", "GET", "/api/v1/fields", "", []string{"Authorization", "Bearer " + w.server}, 401},
		{"ingest key in the address", "GET", "/api/v1/fields?key=" + w.server, "", nil, 401},
		{"token", "GET", "/api/v1/fields", "", []string{"Authorization", "Bearer " + w.admin}, 200},
		{"scheme in lower case", "GET", "/api/v1/fields", "", []string{"Authorization", "bearer " + w.admin}, 200},
		{"token as cookie", "GET", "/api/v1/fields", "", []string{"Cookie", cookie}, 200},
		{"page with cookie", "GET", "/sessions/42", "", []string{"Cookie", cookie}, 200},
		{"wrong cookie", "GET", "/api/v1/fields", "", []string{"Cookie", w.cookieName() + "=cs_l_wrong"}, 401},
		{"viewer reads", "GET", "/api/v1/fields", "", []string{"Authorization", "Bearer " + viewer}, 200},
		{"viewer changes", "POST", "/api/v1/projects", newProject, []string{"Authorization", "Bearer " + viewer}, 403},
		{"viewer sends records", "POST", "/intake/events", oneEvent, []string{"Authorization", "Bearer " + viewer}, 403},
		{"admin token sends records", "POST", "/intake/events", oneEvent, []string{"Authorization", "Bearer " + w.admin}, 200},
		{"cookie sends records", "POST", "/intake/events", oneEvent, []string{"Cookie", cookie}, 401},
		{"another site changes", "POST", "/api/v1/projects", newProject, []string{"Cookie", cookie, "Origin", "https://evil.example"}, 403},
		{"another site changes, modern browser", "POST", "/api/v1/projects", newProject, []string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site"}, 403},
		{"sandboxed page changes", "POST", "/api/v1/projects", newProject, []string{"Cookie", cookie, "Origin", "null"}, 403},
		{"our page changes", "POST", "/api/v1/projects", newProject, []string{"Cookie", cookie, "Sec-Fetch-Site", "same-origin"}, 200},
		{"another site logs in", "POST", "/api/v1/login", `{"token":"` + w.admin + `"}`, []string{"Origin", "https://evil.example"}, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, tt.method, w.main.URL+tt.path, tt.body, append(tt.headers, "Content-Type", "application/json")...)
			if got.status != tt.status {
				t.Fatalf("status %d, want %d: %s", got.status, tt.status, got.body)
			}
			if got.status >= 400 && !strings.HasPrefix(tt.path, "/sessions") {
				got.problem(t)
			}
			if strings.HasPrefix(tt.path, "/api/") && got.status == 200 && got.header.Get("Cache-Control") != "no-store" {
				t.Error("an answer with data may be cached")
			}
		})
	}
}

func TestWhoMaySend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	revoked, key, err := w.meta.CreateKey(t.Context(), meta.DefaultProject, meta.ServerKey, nil, "")
	must(t, err)
	must(t, w.meta.RevokeKey(t.Context(), key.ID))
	shop := []string{"Origin", "https://shop.example"}
	browser := append([]string{"X-Clickspan-Key", w.browser}, shop...)
	client := strings.Replace(oneCall, `"server"`, `"client"`, 1)
	tests := []struct {
		name, path, body string
		headers          []string
		status           int
	}{
		{"no key", "/intake/events", oneEvent, nil, 401},
		{"wrong key", "/intake/events", oneEvent, []string{"X-Clickspan-Key", "wrong"}, 401},
		{"revoked key", "/intake/events", oneEvent, []string{"X-Clickspan-Key", revoked}, 401},
		{"server key as bearer", "/intake/events", oneEvent, []string{"Authorization", "Bearer " + w.server}, 200},
		{"server key as header", "/intake/events", oneEvent, []string{"X-Clickspan-Key", w.server}, 200},
		{"server key in the address", "/intake/events?key=" + w.server, oneEvent, nil, 200},
		{"browser key from its origin", "/intake/events", oneEvent, browser, 200},
		{"browser key from another origin", "/intake/events", oneEvent, []string{"X-Clickspan-Key", w.browser, "Origin", "https://evil.example"}, 403},
		{"browser key without origin", "/intake/events", oneEvent, []string{"X-Clickspan-Key", w.browser}, 403},
		{"browser key sends client calls", "/intake/calls", client, browser, 200},
		{"browser key sends server calls", "/intake/calls", oneCall, browser, 400},
		{"browser key sends logs", "/intake/logs/combined", "x", browser, 403},
		{"browser key sends releases", "/intake/releases", `{"version":"1","at":"2026-11-20T11:00:00Z"}`, browser, 403},
		{"admin token on the public listener", "/intake/events", oneEvent, []string{"Authorization", "Bearer " + w.admin}, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, http.MethodPost, w.public.URL+tt.path, tt.body, tt.headers...)
			if got.status != tt.status {
				t.Fatalf("status %d, want %d: %s", got.status, tt.status, got.body)
			}
			if got.status == 401 || got.status == 403 {
				got.problem(t)
			}
		})
	}
}

func TestPublicListenerServesIntakeOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, status := range map[string]int{
		"/": 404, "/api/v1/fields": 404, "/api/openapi.json": 404, "/metrics": 404, "/readyz": 404, "/assets/app.js": 404,
		"/api/v1/login": 404, "/healthz": 200, "/clickspan.js": 200,
	} {
		got := send(t, http.MethodGet, w.public.URL+path, "", "Authorization", "Bearer "+w.admin)
		if got.status != status {
			t.Errorf("GET %s: status %d, want %d", path, got.status, status)
		}
		if status == 404 {
			got.problem(t)
		}
	}
}

func TestOpenLoopback(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.OpenLoopback = true })
	_, err := w.meta.CreateProject(t.Context(), "shop")
	must(t, err)
	tests := []struct {
		name, method, path, body string
		headers                  []string
		status                   int
	}{
		{"reads", "GET", "/api/v1/fields", "", nil, 200},
		{"reads as localhost", "GET", "/api/v1/fields", "", []string{"Host", "localhost:8080"}, 200},
		{"reads as IPv6 loopback", "GET", "/api/v1/fields", "", []string{"Host", "[::1]:8080"}, 200},
		{"sends without key", "POST", "/intake/events", oneEvent, nil, 200},
		{"sends to a project", "POST", "/intake/events?project=shop", oneEvent, nil, 200},
		{"sends to no project", "POST", "/intake/events?project=none", oneEvent, nil, 404},
		{"sends with a wrong key", "POST", "/intake/events", oneEvent, []string{"X-Clickspan-Key", "wrong"}, 401},
		{"Forwarded", "GET", "/api/v1/fields", "", []string{"Forwarded", "for=127.0.0.1"}, 403},
		{"X-Forwarded-For", "GET", "/api/v1/fields", "", []string{"X-Forwarded-For", "127.0.0.1"}, 403},
		{"X-Forwarded-Proto", "POST", "/intake/events", oneEvent, []string{"X-Forwarded-Proto", "https"}, 403},
		{"X-Real-IP", "GET", "/api/v1/fields", "", []string{"X-Real-IP", "127.0.0.1"}, 403},
		{"Via", "GET", "/", "", []string{"Via", "1.1 proxy"}, 403},
		{"foreign origin", "GET", "/api/v1/fields", "", []string{"Origin", "https://evil.example"}, 403},
		{"no origin to speak of", "GET", "/api/v1/fields", "", []string{"Origin", "null"}, 403},
		{"rebound name", "GET", "/api/v1/fields", "", []string{"Host", "evil.example"}, 403},
		{"name that begins like loopback", "GET", "/api/v1/fields", "", []string{"Host", "127.0.0.1.evil.example"}, 403},
		{"another local page changes", "POST", "/api/v1/projects", `{"name":"x"}`, []string{"Origin", "http://127.0.0.1:1"}, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, tt.method, w.main.URL+tt.path, tt.body, append(tt.headers, "Content-Type", "application/json")...)
			if got.status != tt.status {
				t.Fatalf("status %d, want %d: %s", got.status, tt.status, got.body)
			}
		})
	}
	if got := send(t, http.MethodPost, w.public.URL+"/intake/events", oneEvent); got.status != 401 {
		t.Errorf("the public listener took records without key: status %d", got.status)
	}
}

func TestOneUseLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	link, err := w.meta.CreateLink(t.Context(), loginLife)
	must(t, err)

	if got := send(t, http.MethodHead, w.main.URL+"/?token="+link, ""); cookieOf(got) != "" {
		t.Fatal("a look ahead spent the link")
	}
	opened := send(t, http.MethodGet, w.main.URL+"/?token="+link+"&tab=live", "")
	cookie := cookieOf(opened)
	if opened.status != http.StatusSeeOther || opened.header.Get("Location") != "/?tab=live" || cookie == "" {
		t.Fatalf("status %d to %q, cookie %q", opened.status, opened.header.Get("Location"), cookie)
	}
	set := opened.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(set, part) {
			t.Errorf("cookie without %s: %s", part, set)
		}
	}
	me := decoded[Me](t, send(t, http.MethodGet, w.main.URL+"/api/v1/me", "", "Cookie", w.cookieName()+"="+cookie))
	if me.Role != "admin" {
		t.Errorf("role %q", me.Role)
	}
	if again := send(t, http.MethodGet, w.main.URL+"/?token="+link, ""); again.status != http.StatusSeeOther || cookieOf(again) != "" {
		t.Errorf("the link worked twice: status %d, cookie %q", again.status, cookieOf(again))
	}

	out := send(t, http.MethodPost, w.main.URL+"/api/v1/logout", "", "Cookie", w.cookieName()+"="+cookie)
	if out.status != http.StatusNoContent {
		t.Fatalf("logout: status %d: %s", out.status, out.body)
	}
	if got := send(t, http.MethodGet, w.main.URL+"/api/v1/me", "", "Cookie", w.cookieName()+"="+cookie); got.status != 401 {
		t.Errorf("the login outlived logout: status %d", got.status)
	}
}

func TestLoginAndSetup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	login := func(body string) response {
		return send(t, http.MethodPost, w.main.URL+"/api/v1/login", body, "Content-Type", "application/json")
	}
	if got := login(`{"token":"` + w.admin + `"}`); got.status != 200 || cookieOf(got) == "" {
		t.Errorf("token: status %d: %s", got.status, got.body)
	}
	if got := w.api("POST", "/api/v1/setup", `{"name":"ada","password":"short"}`); got.status != 400 || got.problem(t).Errors[0].Path != "password" {
		t.Errorf("short password: %s", got.body)
	}
	if got := w.api("POST", "/api/v1/setup", `{"name":"ada","password":"correct horse"}`); got.status != 200 {
		t.Fatalf("setup: status %d: %s", got.status, got.body)
	}
	if got := w.api("POST", "/api/v1/setup", `{"name":"eve","password":"correct horse"}`); got.status != http.StatusConflict {
		t.Errorf("a second first admin: status %d", got.status)
	}
	good := login(`{"name":"ada","password":"correct horse"}`)
	if good.status != 200 || decoded[Me](t, good) != (Me{Name: "ada", Role: "admin"}) {
		t.Errorf("password: status %d: %s", good.status, good.body)
	}
	for _, body := range []string{`{"name":"ada","password":"wrong"}`, `{"name":"eve","password":"correct horse"}`, `{"token":"wrong"}`, `{}`} {
		if got := login(body); got.status != 401 || cookieOf(got) != "" {
			t.Errorf("%s: status %d", body, got.status)
		}
	}
	if got := login(`{"user":"ada"}`); got.status != 400 {
		t.Errorf("unknown field: status %d", got.status)
	}
	if got := login(`{"token":"` + strings.Repeat("x", maxQueryBytes) + `"}`); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("endless body: status %d", got.status)
	}
}

func TestClientIP(t *testing.T) {
	t.Parallel()
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}
	tests := []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"direct", "203.0.113.1:5", nil, "203.0.113.1"},
		{"untrusted peer lies", "203.0.113.1:5", []string{"198.51.100.1"}, "203.0.113.1"},
		{"one proxy", "127.0.0.1:5", []string{"198.51.100.1"}, "198.51.100.1"},
		{"client lies to the proxy", "127.0.0.1:5", []string{"6.6.6.6, 198.51.100.1"}, "198.51.100.1"},
		{"two proxies", "127.0.0.1:5", []string{"6.6.6.6, 198.51.100.1, 10.0.0.7"}, "198.51.100.1"},
		{"two headers", "127.0.0.1:5", []string{"6.6.6.6", "198.51.100.1"}, "198.51.100.1"},
		{"all trusted", "127.0.0.1:5", []string{"10.0.0.1"}, "10.0.0.1"},
		{"with port", "127.0.0.1:5", []string{"198.51.100.1:443"}, "198.51.100.1"},
		{"IPv6", "127.0.0.1:5", []string{"[2001:db8::1]"}, "2001:db8::1"},
		{"mapped peer", "[::ffff:127.0.0.1]:5", []string{"198.51.100.1"}, "198.51.100.1"},
		{"nonsense", "127.0.0.1:5", []string{"unknown"}, "127.0.0.1"},
		{"no peer", "pipe", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.RemoteAddr = tt.peer
			r.Header["X-Forwarded-For"] = tt.forwarded
			if got := clientIP(r, loopback); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
