package api

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/clickspan/clickspan/internal/event"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write([]byte(text))
	must(t, errors.Join(err, z.Close()))
	return out.String()
}

func zstandard(t *testing.T, text string) string {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	must(t, err)
	return string(z.EncodeAll([]byte(text), nil))
}

func TestIntakeKeepsRecords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path, body string
		headers          []string
		events, calls    int
	}{
		{name: "event", path: "/intake/events", body: oneEvent, events: 1},
		{name: "array", path: "/intake/calls", body: "[" + oneCall + "," + strings.Replace(oneCall, "c1", "c2", 1) + "]", calls: 2},
		{name: "NDJSON", path: "/intake/calls", body: oneCall + "\n" + strings.Replace(oneCall, "c1", "c2", 1) + "\n", calls: 2},
		{name: "access log", path: "/intake/logs/combined?service=shop", body: `203.0.113.9 - - [20/Nov/2026:11:00:00 +0000] "GET /orders/7 HTTP/1.1" 200 512 "-" "curl/8"` + "\n", calls: 1},
		{name: "HAR", path: "/intake/har", body: `{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-11-20T11:00:00Z","time":12,"request":{"method":"GET","url":"https://shop.example/api/cart"},"response":{"status":200}}]}}`, calls: 1},
	}
	for _, tt := range tests {
		for _, coding := range []string{"", "gzip", "zstd"} {
			t.Run(tt.name+" "+coding, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				body, headers := tt.body, tt.headers
				switch coding {
				case "gzip":
					body, headers = gzipped(t, body), append(headers, "Content-Encoding", "gzip")
				case "zstd":
					body, headers = zstandard(t, body), append(headers, "Content-Encoding", "zstd")
				}
				got := w.put(tt.path, body, headers...)
				answer := decoded[IntakeAnswer](t, got)
				if got.status != http.StatusOK || answer.Accepted != tt.events+tt.calls || answer.Rejected != 0 {
					t.Fatalf("status %d: %s", got.status, got.body)
				}
				if e, c := len(w.kept.events()), len(w.kept.calls()); e != tt.events || c != tt.calls {
					t.Errorf("stored %d events and %d calls; want %d and %d", e, c, tt.events, tt.calls)
				}
			})
		}
	}
}

func TestIntakeSaysWhatWasRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := `{"time":"2026-11-20T11:00:00Z","name":"x"}`

	some := w.put("/intake/events", "["+bad+","+oneEvent+"]")
	answer := decoded[IntakeAnswer](t, some)
	if some.status != http.StatusOK || answer.Accepted != 1 || answer.Rejected != 1 || len(answer.Errors) != 1 {
		t.Fatalf("status %d: %s", some.status, some.body)
	}
	if e := answer.Errors[0]; e.Index != 0 || !strings.Contains(e.Reason, "device_id") {
		t.Errorf("error %+v does not name record and field", e)
	}
	if none := w.put("/intake/events", bad); none.status != http.StatusBadRequest || decoded[IntakeAnswer](t, none).Rejected != 1 {
		t.Errorf("nothing good: status %d: %s", none.status, none.body)
	}
	if w.put("/intake/events", "not JSON").status != http.StatusBadRequest {
		t.Error("a body that is no JSON is not refused")
	}
	many := decoded[IntakeAnswer](t, w.put("/intake/events", strings.Repeat(bad+"\n", 50)))
	if many.Rejected != 50 || len(many.Errors) != 20 {
		t.Errorf("rejected %d with %d errors; want 50 with 20", many.Rejected, len(many.Errors))
	}
}

func TestIntakeIdempotencyKeyNamesLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	line := `203.0.113.9 - - [20/Nov/2026:11:00:00 +0000] "GET /orders/7 HTTP/1.1" 200 512 "-" "curl/8"` + "\n"
	ids := func(headers ...string) (ids [2]string) {
		before := len(w.kept.calls())
		w.put("/intake/logs/combined", line+line, headers...)
		for i, c := range w.kept.calls()[before:] {
			ids[i] = c.ID
		}
		return ids
	}
	first, again := ids("Idempotency-Key", "k"), ids("Idempotency-Key", "k")
	if first != again || first[0] == first[1] {
		t.Errorf("the same key gave %v, then %v", first, again)
	}
	if one, two := ids(), ids(); one == two {
		t.Errorf("without a key both requests gave %v", one)
	}
}

func TestIntakeDebugStoresNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.put("/intake/calls?debug=1", strings.Replace(oneCall, "/orders/7", "/orders/7?email=a@b.example", 1))
	answer := decoded[DebugAnswer](t, got)
	if len(answer.Calls) != 1 || answer.Calls[0].Route != "/orders/{id}" || *answer.Calls[0].DurationUS != 1500 {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	if strings.Contains(got.body, "a@b.example") {
		t.Errorf("shows what would not be stored: %s", got.body)
	}
	if n := len(w.kept.calls()); n != 0 {
		t.Errorf("stored %d calls", n)
	}
}

func TestIntakeSyncTellsWhetherLinked(t *testing.T) {
	t.Parallel()
	for _, stuck := range []bool{false, true} {
		w := newWorld(t, func(c *Config) { c.Linker = waiter{stuck} })
		answer := decoded[IntakeAnswer](t, w.put("/intake/calls?sync=1", oneCall))
		if answer.Linked == nil || *answer.Linked == stuck {
			t.Errorf("link pass stuck: %v, answer %+v", stuck, answer)
		}
	}
}

func TestIntakeReleases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.put("/intake/releases", `[{"service":"shop","version":"1.2","at":"2026-11-20T11:00:00Z"},{"service":"shop"}]`)
	if answer := decoded[IntakeAnswer](t, got); answer.Accepted != 1 || answer.Rejected != 1 {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	listed := decoded[ReleasesOutput](t, w.api(http.MethodGet, "/api/v1/releases", ""))
	want := []event.Release{{Service: "shop", Version: "1.2", At: time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC)}}
	if diff := cmp.Diff(want, listed.Releases); diff != "" {
		t.Error(diff)
	}
	tried := decoded[DebugAnswer](t, w.put("/intake/releases?debug=1", `{"service":"shop","version":"1.3","at":"2026-11-20T11:00:00Z"}`))
	if len(tried.Releases) != 1 || len(decoded[ReleasesOutput](t, w.api(http.MethodGet, "/api/v1/releases", "")).Releases) != 1 {
		t.Errorf("debug: %+v", tried)
	}
	for body, reason := range map[string]string{
		`{"service":5}`:  "service must be text and is a number (byte 12)",
		`{"at":"now"}`:   "now is no time such as",
		`{"when":"now"}`: `unknown field \"when\"`,
	} {
		if got := w.put("/intake/releases", body); !strings.Contains(got.body, reason) || strings.Contains(got.body, "Go ") {
			t.Errorf("%s: %s", body, got.body)
		}
	}
	if got := w.put("/intake/releases", `{"version":"1","when":"now"}`); got.status != http.StatusBadRequest {
		t.Errorf("an unknown field: status %d: %s", got.status, got.body)
	}
}

func TestIntakeLimits(t *testing.T) {
	t.Parallel()
	small := func(c *Config) { c.Limits = Limits{Body: 2000, Unpacked: 10_000, Requests: 2} }
	bomb := strings.Repeat(oneCall+"\n", 1000)
	tests := []struct {
		name, body, coding string
		status             int
	}{
		{"too large", strings.Repeat(oneCall+"\n", 20), "", http.StatusRequestEntityTooLarge},
		{"gzip bomb", gzipped(t, bomb), "gzip", http.StatusRequestEntityTooLarge},
		{"zstd bomb", zstandard(t, bomb), "zstd", http.StatusRequestEntityTooLarge},
		{"not gzip", oneCall, "gzip", http.StatusBadRequest},
		{"not zstd", oneCall, "zstd", http.StatusBadRequest},
		{"unknown coding", oneCall, "br", http.StatusUnsupportedMediaType},
		{"fits", gzipped(t, oneCall), "gzip", http.StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, small)
			got := w.put("/intake/calls", tt.body, "Content-Encoding", tt.coding)
			if got.status != tt.status {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
			if got.status != http.StatusOK {
				got.problem(t)
				if n := len(w.kept.calls()); n != 0 {
					t.Errorf("stored %d calls of a refused request", n)
				}
			}
		})
	}
}

func TestIntakeOfHalfABodyIsTheSendersFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, length := range []string{"Content-Length: 1000", "Content-Length: 100000", "Transfer-Encoding: chunked"} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", w.main.Listener.Addr().String())
		must(t, err)
		_, err = io.WriteString(conn, "POST /intake/calls HTTP/1.1\r\nHost: x\r\nX-Clickspan-Key: "+w.server+"\r\n"+length+"\r\n\r\n1\r\n{")
		must(t, errors.Join(err, conn.(*net.TCPConn).CloseWrite()))
		status, err := bufio.NewReader(conn).ReadString('\n')
		must(t, err)
		must(t, conn.Close())
		if !strings.Contains(status, " 400 ") {
			t.Errorf("%s: %s", length, status)
		}
	}
	if w.log.String() != "" || len(w.kept.calls()) != 0 {
		t.Errorf("log: %s", w.log.String())
	}
}

func TestIntakeTellsWhenToComeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.kept.fail = &event.Retryable{Err: errors.New("the disk is full"), Hint: "Free some space.", After: 1500 * time.Millisecond}
	got := w.put("/intake/calls", oneCall)
	if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "2" {
		t.Fatalf("status %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	got.problem(t)
}

func TestIntakeHidesDefects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.kept.fail = errors.New("secret internals")
	got := w.put("/intake/calls", oneCall)
	if got.problem(t); got.status != http.StatusInternalServerError || strings.Contains(got.body, "internals") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if !strings.Contains(w.log.String(), "secret internals") {
		t.Error("the log does not have the cause")
	}
}

func TestIntakeCORS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const page = "https://shop.example"
	asked := send(t, http.MethodOptions, w.public.URL+"/intake/events", "",
		"Origin", page, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "x-clickspan-key,content-type")
	if asked.status != http.StatusNoContent || asked.header.Get("Access-Control-Allow-Origin") != page ||
		asked.header.Get("Access-Control-Allow-Headers") != "x-clickspan-key,content-type" || asked.header.Get("Access-Control-Allow-Methods") != "POST" {
		t.Errorf("preflight: status %d %v", asked.status, asked.header)
	}
	for _, key := range []string{w.browser, "wrong"} { // an error must be readable for the page as well
		sent := send(t, http.MethodPost, w.public.URL+"/intake/events?key="+key, oneEvent, "Origin", page)
		if sent.header.Get("Access-Control-Allow-Origin") != page || !strings.Contains(sent.header.Get("Vary"), "Origin") {
			t.Errorf("status %d %v", sent.status, sent.header)
		}
	}
	if api := send(t, http.MethodGet, w.main.URL+"/api/v1/calls", "", "Origin", page); api.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("the API lets other sites read")
	}
}

func TestIntakeBeaconDescribesTheDevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	got := send(t, http.MethodPost, w.public.URL+"/intake/events?key="+w.browser, oneEvent,
		"Origin", "https://shop.example", "User-Agent", agent, "Sec-GPC", "1", "X-Forwarded-For", "198.51.100.1, 203.0.113.77")
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	e := w.kept.events()[0]
	if e.Context.Browser != "Chrome" || e.Consent != event.ConsentDenied {
		t.Errorf("context %+v, consent %q", e.Context, e.Consent)
	}
	got = w.put("/intake/events", strings.Replace(oneEvent, "e1", "e2", 1), "User-Agent", agent, "Sec-GPC", "1")
	if e := w.kept.events()[1]; got.status != http.StatusOK || e.Context.Browser != "" || e.Consent != "" {
		t.Errorf("a program that passes events on became their device: %+v", e)
	}
}

func TestAStatusThatIsNoneIsToldAsItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.put("/intake/calls", strings.Replace(oneCall, `"status":200`, `"status":99999`, 1))
	if got.status != http.StatusBadRequest || !strings.Contains(got.body, "status 99999 is not an HTTP status") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}
