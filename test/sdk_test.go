//go:build browser

package test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSDKOnAPage runs what test/sdk/page.test.mjs says about the page and its
// requests.
func TestSDKOnAPage(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "node", "--test", "--test-reporter=spec", "sdk/page.test.mjs")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// timed is Debian's combined format with the time a request took: all that a
// server needs to log for its rows to join the clicks that caused them.
const timed = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time`

// TestSDKWithAnUnchangedServer: a plain server behind nginx, its ordinary log
// followed while a person visits. No request carries anything that the server or
// the log keeps, so client and server calls are matched.
func TestSDKWithAnUnchangedServer(t *testing.T) {
	t.Parallel()
	shop := newShop(t, timed, plainBackend(t))
	background(t, "import", "--data", t.TempDir(), "--follow", "--log-format", timed, "--service", "shop", "--url", shop.clickspan.url, shop.log)
	shop.visit()
	shop.wantClicks("match")
}

// TestSDKWithTraceparentInTheLog: the log keeps the header that the SDK sends, so
// the pairs are proven.
func TestSDKWithTraceparentInTheLog(t *testing.T) {
	t.Parallel()
	format := timed + ` "$http_traceparent"`
	shop := newShop(t, format, plainBackend(t))
	shop.visit()
	if out, errs, code := run(t, "import", "--log-format", format, "--service", "shop", "--url", shop.clickspan.url, shop.log); code != 0 {
		t.Fatalf("import: %s%s", out, errs)
	}
	shop.wantClicks("span")
}

// TestSDKWithOpenTelemetry: a server instrumented with OpenTelemetry sends its
// spans, and the work below each call hangs on the click.
func TestSDKWithOpenTelemetry(t *testing.T) {
	t.Parallel()
	shop := newShop(t, timed, func(s *server, files string) string { return otelBackend(t, s, files) })
	shop.visit()
	timeline := shop.wantClicks("span")
	for _, c := range timeline.Calls {
		if c.Side != "server" || c.Service != "shop" || !strings.HasPrefix(c.Path, "/api/") {
			continue
		}
		below := func(s span) bool { return s.ParentSpanID == c.SpanID && s.Name == "SELECT orders" }
		if !slices.ContainsFunc(timeline.Spans, below) {
			t.Errorf("%s %s has no span below it", c.Method, c.Path)
		}
	}
}

// TestSDKHandsStreamsOn: a body that streams, in a Request or beside a URL, reaches
// a real HTTP/2 server whole and traced.
func TestSDKHandsStreamsOn(t *testing.T) {
	t.Parallel()
	files := shopFiles(t, "unused")
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(files)))
	mux.Handle("/_cs/", http.StripPrefix("/_cs/", http.FileServer(http.Dir(filepath.Join("..", "sdk", "js", "dist")))))
	mux.HandleFunc("POST /api/stream", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %q %v %t", r.Proto, body, err, len(r.Header.Get("Traceparent")) == 55)
	})
	site := httptest.NewUnstartedServer(mux)
	site.EnableHTTP2 = true
	site.StartTLS()
	t.Cleanup(site.Close)
	cmd := exec.CommandContext(t.Context(), "node", "sdk/stream.mjs", site.URL)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if want := strings.Repeat("HTTP/2.0 \"first second\" <nil> true\n", 3); err != nil || string(out) != want {
		t.Errorf("%v; got\n%swant\n%s", err, out, want)
	}
}

// shop is a site: a backend behind nginx, which also passes /_cs/ to Clickspan.
type shop struct {
	t         *testing.T
	clickspan *server
	url       string
	log       string
}

// newShop starts everything. backend starts the application, which serves files,
// and returns its address.
func newShop(t *testing.T, format string, backend func(s *server, files string) string) *shop {
	t.Helper()
	dir := t.TempDir()
	web, intake := freePort(t), freePort(t)
	s := &shop{t: t, url: "http://" + web, log: filepath.Join(dir, "access.log")}
	data := filepath.Join(dir, "data")
	key, errs, code := run(t, "key", "create", "--data", data, "--kind", "browser", "--origin", s.url)
	if code != 0 {
		t.Fatalf("key create: %s", errs)
	}
	s.clickspan = serve(t, data, "--intake-addr", intake)
	app := backend(s.clickspan, shopFiles(t, strings.TrimSpace(key)))
	startNginx(t, dir, fmt.Sprintf(`
log_format shop '%s';
access_log %s shop;
server {
	listen %s;
	location / { proxy_pass http://%s; }
	location /_cs/ {
		proxy_pass http://%s/;
		proxy_set_header X-Forwarded-For $remote_addr;
	}
}`, format, s.log, web, app, intake), web)
	return s
}

// shopFiles writes the site's files with its ingest key.
func shopFiles(t *testing.T, key string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"index.html", "app.js"} {
		text, err := os.ReadFile(filepath.Join("sdk", "shop", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), bytes.ReplaceAll(text, []byte("KEY"), []byte(key)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// plainBackend is an application that knows nothing of traces.
func plainBackend(t *testing.T) func(*server, string) string {
	t.Helper()
	return func(_ *server, files string) string {
		mux := http.NewServeMux()
		mux.Handle("/", http.FileServer(http.Dir(files)))
		mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"orders":[]}`)
		})
		backend := httptest.NewServer(mux)
		t.Cleanup(backend.Close)
		return strings.TrimPrefix(backend.URL, "http://")
	}
}

// otelBackend builds and starts test/otelapp, which sends its spans to s.
func otelBackend(t *testing.T, s *server, files string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "otelapp")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-C", "otelapp", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(program, files)
	cmd.Env = append(os.Environ(), "OTEL_EXPORTER_OTLP_ENDPOINT="+s.url)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	launch(t, cmd)
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// background runs a command of the CLI until the test ends.
func background(t *testing.T, args ...string) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	launch(t, exec.Command(path, args...))
}

// launch starts a process and ends it with the test.
func launch(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// startNginx runs Debian's nginx in the foreground until the test ends. It listens
// on address when this returns.
func startNginx(t *testing.T, dir, servers, address string) {
	t.Helper()
	config := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf("daemon off;\nmaster_process off;\npid %[1]s/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\nclient_body_temp_path %[1]s/body;\nproxy_temp_path %[1]s/proxy;\n"+
		"fastcgi_temp_path %[1]s/fastcgi;\nuwsgi_temp_path %[1]s/uwsgi;\nscgi_temp_path %[1]s/scgi;\n%[2]s\n}\n", dir, servers)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("nginx")
	if err != nil {
		program = "/usr/sbin/nginx" // not in everybody's PATH on Debian
	}
	launch(t, exec.Command(program, "-c", config, "-e", "stderr"))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address); err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("nginx does not listen on %s", address)
		}
	}
}

// visit lets a person come, click twice and leave.
func (s *shop) visit() {
	s.t.Helper()
	if out, err := exec.CommandContext(s.t.Context(), "node", "sdk/visit.mjs", s.url).CombinedOutput(); err != nil {
		s.t.Fatalf("the visit failed: %v\n%s\n%s", err, out, s.clickspan.stderr)
	}
}

type link struct {
	EventID      string  `json:"event_id"`
	ClientCallID string  `json:"client_call_id"`
	ServerCallID string  `json:"server_call_id"`
	Method       string  `json:"method"`
	Confidence   float64 `json:"confidence"`
}

type span struct {
	Name         string `json:"name"`
	ParentSpanID string `json:"parent_span_id"`
}

type call struct {
	ID, Side, Service, Method, Path string
	SpanID                          string `json:"span_id"`
}

type timeline struct {
	Events []struct {
		ID, Kind string
		Target   struct{ Name string }
	}
	Calls []call
	Spans []span
	Links []link
}

// wantClicks waits until the visit's timeline shows each click with the calls that
// it caused, and every one of these with its server call by the method.
func (s *shop) wantClicks(method string) timeline {
	s.t.Helper()
	want := []string{
		"Pay now: GET /api/receipts/17 by " + method,
		"Pay now: POST /api/orders by " + method,
		"Show orders: GET /api/orders by " + method,
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		found := s.timeline()
		got := found.clicks()
		if slices.Equal(got, want) {
			s.wantOwnRequestsLeftOut(found)
			return found
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.t.Fatalf("the timeline shows\n  %s\nand not\n  %s\n%+v\n%s", strings.Join(got, "\n  "), strings.Join(want, "\n  "), found, s.clickspan.stderr)
		}
	}
}

// timeline reads the only session, empty before there is one.
func (s *shop) timeline() (out timeline) {
	s.t.Helper()
	var sessions struct {
		Rows []struct{ ID string }
	}
	s.clickspan.get("/api/v1/sessions", &sessions)
	if len(sessions.Rows) == 1 {
		s.clickspan.get("/api/v1/sessions/"+url.PathEscape(sessions.Rows[0].ID), &out)
	}
	return out
}

// clicks renders each click with the calls it caused, sorted.
func (t *timeline) clicks() (out []string) {
	for _, e := range t.Events {
		for _, cause := range t.Links {
			if e.Kind != "click" || cause.EventID != e.ID || cause.ClientCallID == "" || cause.Method != "action_id" {
				continue
			}
			for _, answer := range t.Links {
				if answer.ClientCallID != cause.ClientCallID || answer.ServerCallID == "" {
					continue
				}
				i := slices.IndexFunc(t.Calls, func(c call) bool { return c.ID == answer.ServerCallID })
				if i >= 0 && t.Calls[i].Service == "shop" {
					out = append(out, fmt.Sprintf("%s: %s %s by %s", e.Target.Name, t.Calls[i].Method, t.Calls[i].Path, answer.Method))
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// wantOwnRequestsLeftOut: nothing of Clickspan's own traffic is a call.
func (s *shop) wantOwnRequestsLeftOut(t timeline) {
	s.t.Helper()
	var calls struct{ Rows []call }
	s.clickspan.get("/api/v1/calls?limit=1000", &calls)
	for _, c := range slices.Concat(t.Calls, calls.Rows) {
		if strings.Contains(c.Path, "_cs") {
			s.t.Errorf("our own request is a call: %s %s", c.Method, c.Path)
		}
	}
}
