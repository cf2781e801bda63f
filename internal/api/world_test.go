package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/clickspan/clickspan/internal/connect"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/live"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/privacy"
	"github.com/clickspan/clickspan/internal/store"
)

func clock() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

// keeper is a store that remembers batches. Reads are tested over the reference
// store, see reads_test.go.
type keeper struct {
	store.Store
	mu      sync.Mutex
	batches []event.Batch
	fail    error
	// failAppend is what Append alone answers.
	failAppend error
}

func (k *keeper) Append(ctx context.Context, b event.Batch) (store.Receipt, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return store.Receipt{}, err
	}
	if err := cmp.Or(k.fail, k.failAppend); err != nil {
		return store.Receipt{}, err
	}
	k.batches = append(k.batches, b)
	return store.Receipt{Accepted: b.Len(), Upto: store.Seq(len(k.batches))}, nil
}

func (k *keeper) Watermark(context.Context) (store.Seq, error) { return 0, k.fail }

func (k *keeper) calls() (all []event.Call) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, b := range k.batches {
		all = append(all, b.Calls()...)
	}
	return all
}

func (k *keeper) events() (all []event.Event) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, b := range k.batches {
		all = append(all, b.Events()...)
	}
	return all
}

// waiter is a link pass that is done at once, or never.
type waiter struct{ stuck bool }

func (l waiter) Wait(ctx context.Context, _ store.Seq) error {
	if l.stuck {
		return context.DeadlineExceeded
	}
	return nil
}

// world is a server on both listeners with real settings and a real pipeline.
type world struct {
	t       testing.TB
	main    *httptest.Server
	public  *httptest.Server
	served  *Server
	meta    *meta.DB
	kept    *keeper
	hub     *live.Hub
	log     *lockedBuffer
	admin   string // an API token
	server  string // an ingest key
	browser string // an ingest key for https://shop.example
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newWorld(tb testing.TB, changes ...func(*Config)) *world {
	tb.Helper()
	ctx := tb.Context()
	settings, err := meta.Open(ctx, filepath.Join(tb.TempDir(), "settings.db"), clock)
	must(tb, err)
	tb.Cleanup(func() { _ = settings.Close() })
	rules, err := privacy.New(ctx, settings, privacy.Options{})
	must(tb, err)
	w := &world{t: tb, meta: settings, kept: &keeper{}, hub: live.NewHub(), log: &lockedBuffer{}}
	c := Config{
		Store: w.kept, Meta: settings, Live: w.hub, Linker: waiter{}, Now: clock, Version: "test", Witness: connect.NewWitness(clock),
		Logger: slog.New(slog.NewTextHandler(w.log, nil)),
		Script: fstest.MapFS{"clickspan.js": {Data: []byte("plain")}, "clickspan.js.br": {Data: []byte("brotli")}, "clickspan.js.gz": {Data: []byte("gzip")}},
		UI: fstest.MapFS{
			"index.html":       {Data: []byte(`<meta name="csp-nonce" content="__CSP_NONCE__">`)},
			"assets/app.js":    {Data: []byte("plain")},
			"assets/app.js.br": {Data: []byte("brotli")},
			"assets/app.js.gz": {Data: []byte("gzip")},
			"icon.svg":         {Data: []byte("<svg/>")},
		},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	for _, change := range changes {
		change(&c)
	}
	c.Pipeline = pipeline.New(pipeline.Config{Store: c.Store, Rules: rules, Releases: settings, Now: clock, Committed: func(b event.Batch) {
		w.hub.Publish(b)
		c.Witness.Batch(b)
	}})
	s := New(c)
	w.served = s
	w.main, w.public = httptest.NewServer(s.Handler()), httptest.NewServer(s.IntakeHandler())
	tb.Cleanup(w.main.Close)
	tb.Cleanup(w.public.Close)
	w.admin, _, err = settings.CreateToken(ctx, meta.Admin, "", 0)
	must(tb, err)
	w.server, _, err = settings.CreateKey(ctx, meta.DefaultProject, meta.ServerKey, nil, "")
	must(tb, err)
	w.browser, _, err = settings.CreateKey(ctx, meta.DefaultProject, meta.BrowserKey, []string{"https://shop.example"}, "")
	must(tb, err)
	return w
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// response is an answer read to its end.
type response struct {
	status int
	header http.Header
	body   string
}

// problem decodes the body, which must be a problem with a hint.
func (r response) problem(t *testing.T) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		t.Fatalf("not a problem: %q", r.body)
	}
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q", got)
	}
	if p.Status != r.status || p.Title == "" || p.Detail == "" || p.Hint == "" {
		t.Errorf("incomplete problem with status %d: %s", r.status, r.body)
	}
	return p
}

func decoded[T any](tb testing.TB, r response) T {
	tb.Helper()
	var out T
	if err := json.Unmarshal([]byte(r.body), &out); err != nil {
		tb.Fatalf("status %d, not the JSON expected (%v): %s", r.status, err, r.body)
	}
	return out
}

// send makes a request; headers are name, value, name, value …
func send(tb testing.TB, method, url, body string, headers ...string) response {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), method, url, strings.NewReader(body))
	must(tb, err)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
	}
	answer, err := client.Do(request)
	must(tb, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	must(tb, err)
	return response{answer.StatusCode, answer.Header, string(text)}
}

// api asks the API as admin.
func (w *world) api(method, path, body string) response {
	w.t.Helper()
	return send(w.t, method, w.main.URL+path, body, "Authorization", "Bearer "+w.admin, "Content-Type", "application/json")
}

// put sends records with the server key.
func (w *world) put(path, body string, headers ...string) response {
	w.t.Helper()
	return send(w.t, http.MethodPost, w.main.URL+path, body, append([]string{"X-Clickspan-Key", w.server}, headers...)...)
}

const (
	oneEvent = `{"id":"e1","time":"2026-11-20T11:00:00Z","name":"click","kind":"click","device_id":"d-0123456789abcdef","session_id":"11111111-2222-4333-8444-555555555555"}`
	oneCall  = `{"id":"c1","time":"2026-11-20T11:00:00Z","duration_us":1500,"side":"server","method":"GET","path":"/orders/7","status":200,"service":"shop"}`
)
