package test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

// intakeRoute is a route with a record that it takes.
type intakeRoute struct{ path, contentType, good string }

const combinedLine = `198.51.100.7 - - [23/Nov/2026:09:00:00 +0000] "GET /orders/1 HTTP/1.1" 200 5 "-" "curl/8"` + "\n"

func intakeRoutes() []intakeRoute {
	return []intakeRoute{
		{"/v1/traces", "application/json", `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708",` +
			`"name":"work","kind":1,"startTimeUnixNano":"1795424400000000000","endTimeUnixNano":"1795424400005000000"}]}]}]}`},
		{"/v1/traces", "application/x-protobuf", string(otlpSpan(nil))},
		{"/v1/logs", "application/json", `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1795424400000000000","eventName":"order_shipped",` +
			`"attributes":[{"key":"session.id","value":{"stringValue":"0123456789abcdef"}}]}]}]}]}`},
		{"/v1/logs", "application/x-protobuf", string(otlpEvent())},
		{"/intake/events", "application/json", goodEvent("good")},
		{"/intake/calls", "application/json", goodCall},
		{"/intake/har", "application/json", `{"log":{"entries":[{"startedDateTime":"2026-11-23T09:00:00.000Z","time":5,"request":{"method":"GET","url":"https://shop.example/orders"},"response":{"status":200}}]}}`},
		{"/intake/logs/combined", "text/plain", combinedLine},
		{"/intake/logs/nginx-timed", "text/plain", strings.TrimSuffix(combinedLine, "\n") + " rt=0.005 msec=1795424400.005\n"},
		{"/intake/logs/caddy", "application/x-ndjson", `{"ts":1795424400.5,"logger":"http.log.access.log0","request":{"method":"GET","uri":"/orders","host":"shop.example"},"duration":0.005,"status":200}`},
		{"/intake/logs/nginx-json", "application/x-ndjson", `{"time":"2026-11-23T09:00:00Z","method":"GET","uri":"/orders","status":200}`},
		{"/intake/logs/haproxy", "text/plain", `198.51.100.7:5000 [23/Nov/2026:09:00:00.000] http app/s1 0/0/1/4/5 200 99 - - ---- 1/1/0/0/0 0/0 "GET /orders HTTP/1.1"` + "\n"},
		{"/intake/releases", "application/json", `{"service":"shop","version":"1.2","at":"2026-11-23T09:00:00Z"}`},
	}
}

// goodEvent is an event whose id and name are name.
func goodEvent(name string) string {
	return fmt.Sprintf(`{"id":%q,"time":"2026-11-23T09:00:00Z","name":%q,"device_id":"d1"}`, name, name)
}

const goodCall = `{"id":"c1","time":"2026-11-23T09:00:00Z","duration_us":5000,"side":"server","method":"GET","path":"/orders","status":200}`

// Protobuf is a tag, a length and the bytes, again and again.
func field(number byte, payload ...[]byte) []byte {
	joined := bytes.Join(payload, nil)
	out := []byte{number<<3 | 2}
	for n := len(joined); ; n >>= 7 {
		if n < 0x80 {
			return append(append(out, byte(n)), joined...)
		}
		out = append(out, byte(n)|0x80)
	}
}

// fixed64 is 2026-11-23T09:00:00Z as nanoseconds in a field.
func fixed64(number byte) []byte {
	out := []byte{number<<3 | 1}
	for n := uint64(1795424400) * 1e9; len(out) < 9; n >>= 8 {
		out = append(out, byte(n))
	}
	return out
}

// otlpSpan is an export request with one span; more is appended to the span.
func otlpSpan(more []byte) []byte {
	return field(1, field(2, field(2, field(1, bytes.Repeat([]byte{1}, 16)), field(2, bytes.Repeat([]byte{2}, 8)),
		field(5, []byte("work")), fixed64(7), fixed64(8), more)))
}

func otlpEvent() []byte {
	session := field(6, field(1, []byte("session.id")), field(2, field(1, []byte("0123456789abcdef"))))
	return field(1, field(2, field(2, fixed64(1), field(12, []byte("order_paid")), session)))
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte

	Accepted, Duplicates, Rejected int
	Errors                         []struct {
		Index  int
		Reason string
	}
	Linked *bool
	Title  string
	Detail string
	Hint   string
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.body) }

// send posts a body whatever comes of it. Headers are name, value, name, value …
func (s *server) send(method, path string, body io.Reader, headers ...string) answer {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	// Each request has its own connection: a refused body may cost the connection.
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	res, err := client.Do(req)
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", method, path, err, s.stderr)
	}
	defer func() { _ = res.Body.Close() }()
	out := answer{status: res.StatusCode, header: res.Header}
	if out.body, err = io.ReadAll(res.Body); err != nil {
		s.t.Fatal(err)
	}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		_ = json.Unmarshal(out.body, &out) // status fields of other answers do not fit; nothing here asks for them
	}
	return out
}

func (s *server) post(path, body string, headers ...string) answer {
	s.t.Helper()
	return s.send(http.MethodPost, path, strings.NewReader(body), headers...)
}

// refused checks the status, that the answer is a problem, and that it says what to do.
func (a answer) refused(t *testing.T, status int, mentions string) {
	t.Helper()
	if a.status != status || a.Title == "" || a.Hint == "" || !strings.Contains(a.Detail+" "+a.Hint, mentions) {
		t.Errorf("got %s, want a problem with status %d, a hint, and %q", a, status, mentions)
	}
}

// stored counts all records of the store.
func (s *server) stored() int {
	s.t.Helper()
	var system struct {
		Store struct{ Events, Calls, Spans int }
	}
	s.get("/api/v1/system", &system)
	return system.Store.Events + system.Store.Calls + system.Store.Spans
}

// well checks that the server lives and takes a good record, which is stored once
// whatever came before.
func (s *server) well(t *testing.T, name string) {
	t.Helper()
	if got := s.send(http.MethodGet, "/healthz", nil); got.status != http.StatusOK {
		t.Fatalf("after %s: /healthz says %s\n%s", name, got, s.stderr)
	}
	if got := s.post("/intake/events", goodEvent(name)); got.status != http.StatusOK || got.Accepted+got.Duplicates != 1 {
		t.Fatalf("after %s: a good record is answered %s\n%s", name, got, s.stderr)
	}
}

// peak is the most memory that the process ever held, in bytes.
func (s *server) peak() int {
	s.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Skip("this system does not tell how much memory a process holds")
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kB int
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		s.t.Fatal(err)
	}
	return kB << 10
}

// TestGarbageIsRefusedOnEveryRoute sends what is no record at all. Nothing of it
// may be stored, be the server's fault, or keep a good record out.
func TestGarbageIsRefusedOnEveryRoute(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	noise := make([]byte, 4<<10)
	source := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(source.UintN(256))
	}
	garbage := map[string]string{
		"noise":         string(noise),
		"NULs":          strings.Repeat("\x00", 1000),
		"prose":         "this is not telemetry\n",
		"broken JSON":   `{"time":`,
		"wrong JSON":    `{"nothing":"of ours","nothing":2}`,
		"a number":      `42`,
		"invalid UTF-8": "{\"name\":\"\xff\xfe\"}",
		"nested":        strings.Repeat(`{"a":[`, 5_000) + strings.Repeat(`]}`, 5_000),
		"half nested":   strings.Repeat(`[`, 10_000),
	}
	want := 0
	for _, route := range intakeRoutes() {
		for name, body := range garbage {
			got := s.post(route.path, body, "Content-Type", route.contentType)
			otlp := strings.HasPrefix(route.path, "/v1/")
			switch {
			case got.status >= 500, got.Accepted > 0:
				t.Errorf("%s, %s: %s", route.path, name, got)
			case got.status == http.StatusOK && !otlp && name != "NULs": // OTLP has partial success; NULs are blank lines of a log
				t.Errorf("%s, %s: taken as good: %s", route.path, name, got)
			case got.status != http.StatusOK && !otlp && got.Hint == "" && got.Rejected == 0:
				t.Errorf("%s, %s: neither hint nor reasons: %s", route.path, name, got)
			}
		}
		for _, encoding := range []string{"gzip", "zstd"} {
			if got := s.post(route.path, "not compressed", "Content-Encoding", encoding); got.status != http.StatusBadRequest {
				t.Errorf("%s: broken %s: %s", route.path, encoding, got)
			}
		}
		if got := s.post(route.path, route.good, "Content-Encoding", "br"); got.status != http.StatusUnsupportedMediaType {
			t.Errorf("%s: unknown encoding: %s", route.path, got)
		}
		if got := s.post(route.path, ""); got.status >= 500 || got.Accepted > 0 {
			t.Errorf("%s: empty body: %s", route.path, got)
		}
		if got := s.send(http.MethodDelete, route.path, nil); got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") == "" || got.Hint == "" {
			t.Errorf("%s: DELETE: %s", route.path, got)
		}
		if got := s.stored(); got != want {
			t.Fatalf("%s: %d records are stored, want %d", route.path, got, want)
		}
		if got := s.post(route.path, route.good, "Content-Type", route.contentType); got.status != http.StatusOK || got.Rejected != 0 {
			t.Errorf("%s: a good record after garbage: %s", route.path, got)
		}
		if route.path != "/intake/releases" { // they are settings
			want++
		}
		if got := s.stored(); got != want {
			t.Fatalf("%s: %d records are stored after a good one, want %d", route.path, got, want)
		}
	}
	s.post("/intake/logs/nonsense", combinedLine).refused(t, http.StatusNotFound, "combined")
	s.post("/intake/nonsense", "{}").refused(t, http.StatusNotFound, "openapi.json")
	s.well(t, "garbage")
	s.stop()
}

// bomb repeats a compressed piece of 10 MB until the body has 10 MB itself; both
// formats allow that. It unpacks to about 10 GB, or more.
func bomb(t *testing.T, piece []byte) []byte {
	t.Helper()
	times := 10 << 20 / len(piece)
	if times < 1000 {
		t.Fatalf("the bomb unpacks to %d MB only", times*10)
	}
	return bytes.Repeat(piece, times)
}

func gzipped(t *testing.T, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstded(t *testing.T, plain []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(plain, nil)
}

// TestBombsAreDefused sends small bodies that unpack to ten gigabytes, several at
// a time, to every route.
func TestBombsAreDefused(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sends hundreds of megabytes")
	}
	s := serve(t, t.TempDir())
	bombs := map[string][]byte{
		"gzip": bomb(t, gzipped(t, bytes.Repeat([]byte{' '}, 10<<20))),
		"zstd": bomb(t, zstded(t, bytes.Repeat([]byte(" \n"), 5<<20))),
	}
	// A frame that asks for a window of two gigabytes before it says anything.
	bombs["zstd window"] = []byte{0x28, 0xB5, 0x2F, 0xFD, 0x00, 21 << 3, 0x01, 0x00, 0x00}
	var wait sync.WaitGroup
	for _, route := range intakeRoutes() {
		for name, body := range bombs {
			wait.Go(func() {
				encoding, _, _ := strings.Cut(name, " ")
				began := time.Now()
				got := s.send(http.MethodPost, route.path, bytes.NewReader(body), "Content-Encoding", encoding, "Content-Type", route.contentType)
				if got.status != http.StatusRequestEntityTooLarge {
					t.Errorf("%s, %s: %s", route.path, name, got)
				}
				if took := time.Since(began); took > 30*time.Second {
					t.Errorf("%s, %s: took %s", route.path, name, took)
				}
			})
		}
	}
	wait.Wait()
	if peak := s.peak(); peak > 1500<<20 {
		t.Errorf("the server held %d MB", peak>>20)
	} else {
		t.Logf("the server held at most %d MB", peak>>20)
	}
	got := s.send(http.MethodPost, "/intake/events", bytes.NewReader(bytes.Repeat([]byte(" "), 17<<20)))
	got.refused(t, http.StatusRequestEntityTooLarge, "smaller")
	s.well(t, "bombs")
	s.stop()
}

// TestALineWithoutEndCostsItself puts a line of 100 MB into a log.
func TestALineWithoutEndCostsItself(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("writes a file of 100 MB")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	long := bytes.Repeat([]byte("x"), 1<<20)
	if _, err := file.WriteString(combinedLine); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if _, err := file.Write(long); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := file.WriteString("\n" + combinedLine + combinedLine); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	got := importFiles(t, "--data", filepath.Join(dir, "data"), path).Files[0]
	if got.Accepted != 3 || got.Rejected != 1 || len(got.Errors) != 1 || got.Errors[0].Index != 2 {
		t.Errorf("got %+v, want three lines and the second refused", got)
	}

	s := serve(t, t.TempDir())
	body := combinedLine + string(bytes.Repeat(long, 10)) + "\n" + combinedLine
	over := s.post("/intake/logs/combined", body)
	if over.status != http.StatusOK || over.Accepted != 2 || over.Rejected != 1 || !strings.Contains(over.Errors[0].Reason, "longer than") {
		t.Errorf("got %s, want two lines and the second refused", over)
	}
	event := `{"time":"2026-11-23T09:00:00Z","name":"` + string(bytes.Repeat(long, 10)) + `","device_id":"d"}`
	for name, body := range map[string]string{"lines": goodEvent("l1") + "\n" + event + "\n" + goodEvent("l2"), "array": "[" + goodEvent("a1") + "," + event + "," + goodEvent("a2") + "]"} {
		if over := s.post("/intake/events", body); over.Accepted != 2 || over.Rejected != 1 {
			t.Errorf("%s: got %s, want two events and one refused", name, over)
		}
	}
	s.well(t, "long lines")
	s.stop()
}

// TestABadRecordCostsItself sends batches of a good record, a bad one and a good
// one; the reason must name what is wrong. The bad one alone is a 400.
func TestABadRecordCostsItself(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	event := func(field, value string) string {
		fields := map[string]string{"time": `"2026-11-23T09:00:00Z"`, "name": `"click"`, "device_id": `"d1"`}
		fields[field] = value
		var b strings.Builder
		for name, value := range fields {
			if value != "" {
				fmt.Fprintf(&b, `,%q:%s`, name, value)
			}
		}
		return "{" + b.String()[1:] + "}"
	}
	call := func(from, to string) string {
		return strings.Replace(strings.Replace(goodCall, `"id":"c1",`, "", 1), from, to, 1)
	}
	for i, c := range []struct{ path, bad, reason string }{
		{"/intake/events", event("time", `"1970-01-01T00:00:00Z"`), "before the year 2000"},
		{"/intake/events", event("time", `"9999-12-31T23:59:59Z"`), "more than a day ahead"},
		{"/intake/events", event("time", `"-0001-01-01T00:00:00Z"`), "RFC 3339"},
		{"/intake/events", event("time", `"yesterday"`), "RFC 3339"},
		{"/intake/events", event("time", `1795424400`), "time must be a string"},
		{"/intake/events", event("time", ""), "time is missing"},
		{"/intake/events", event("device_id", ""), "whose event"},
		{"/intake/events", event("name", `""`), "name is missing"},
		{"/intake/events", event("kind", `"dance"`), "page_view"},
		{"/intake/events", event("duration_us", "-1"), "duration"},
		{"/intake/events", event("device_id", `"a\u0000b"`), "NUL"},
		{"/intake/events", event("device_id", "\"\xff\""), "UTF-8"},
		{"/intake/events", event("device_id", `"`+strings.Repeat("x", 300)+`"`), "at most 256"},
		{"/intake/events", event("nane", `"x"`), "did you mean name?"},
		{"/intake/events", event("page", `{"utl":"/"}`), "did you mean url?"},
		{"/intake/events", `{"time":"2026-11-23T09:00:00Z","name":"a","name":"b","device_id":"d"}`, "name is given twice"},
		{"/intake/events", event("properties", strings.Repeat(`{"a":`, 10_000)+"1"+strings.Repeat("}", 10_000)), "nested"},
		{"/intake/events", event("trace_id", `"zz"`), "trace_id"},
		{"/intake/calls", call("5000", "-1"), "duration"},
		{"/intake/calls", call("5000", "1e300"), "duration_us"},
		{"/intake/calls", call("5000", "9223372036854775807"), "7 days"},
		{"/intake/calls", call("5000", "99999999999999999999999"), "duration_us"},
		{"/intake/calls", call(`"duration_us":5000,`, ""), "duration_us is missing"},
		{"/intake/calls", call("200", "0x200"), "not JSON"},
		{"/intake/calls", call("200", "77"), "not an HTTP status"},
		{"/intake/calls", call(`"server"`, `"middle"`), "client or server"},
		{"/intake/calls", call(`"path"`, `"weight":-1,"path"`), "weight"},
		{"/intake/calls", call(`"path"`, `"request_body":"secret","path"`), "opted in"},
		{"/intake/calls", call(`"status"`, `"stauts"`), "did you mean status?"},
		{"/intake/releases", `{"version":"2"}`, "needs version and at"},
		{"/intake/logs/combined", strings.Replace(combinedLine, "2026", "1970", 1), "before the year 2000"},
		{"/intake/logs/combined", strings.Replace(combinedLine, " 200 ", " 9000 ", 1), "status"},
		{"/intake/logs/combined", strings.Replace(combinedLine, "GET /orders/1 HTTP/1.1", `\x16\x03\x01`, 1), "not HTTP"},
	} {
		first, second := goodEvent(fmt.Sprintf("%d-a", i)), goodEvent(fmt.Sprintf("%d-b", i))
		switch c.path {
		case "/intake/calls":
			first, second = call("", ""), call("", "")
		case "/intake/releases":
			first, second = `{"version":"1","at":"2026-11-23T09:00:00Z"}`, `{"version":"3","at":"2026-11-23T09:00:00Z"}`
		}
		good, batch := 2, "["+first+","+c.bad+","+second+"]"
		if strings.Contains(c.path, "/logs/") {
			batch = combinedLine + c.bad + "\n" + combinedLine
		}
		got := s.post(c.path, batch)
		at := 1
		if strings.Contains(c.path, "/logs/") {
			at = 2
		}
		if got.status != http.StatusOK || got.Accepted != good || got.Rejected != 1 || len(got.Errors) != 1 ||
			got.Errors[0].Index != at || !strings.Contains(got.Errors[0].Reason, c.reason) {
			t.Errorf("%.300s in a batch: got %s, want two good and %d refused for %q", c.bad, got, at, c.reason)
		}
		if !strings.Contains(c.path, "/logs/") && c.path != "/intake/releases" { // one a line: the number is the line's
			if got := s.post(c.path, first+"\n"+c.bad+"\n"); got.Rejected != 1 || len(got.Errors) != 1 || got.Errors[0].Index != 2 {
				t.Errorf("%.300s in the second line: got %s", c.bad, got)
			}
		}
		if got := s.post(c.path, c.bad); got.status != http.StatusBadRequest || got.Accepted != 0 ||
			got.Rejected == 0 || !strings.Contains(got.Errors[0].Reason, c.reason) {
			t.Errorf("%.300s alone: got %s, want 400 for %q", c.bad, got, c.reason)
		}
	}
	s.well(t, "bad records")
	s.stop()
}

// TestDeepMessagesDoNotOverflow nests protobuf values until a recursive decoder
// without bounds would end the process.
func TestDeepMessagesDoNotOverflow(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	for _, depth := range []int{10_000, 1_000_000} {
		// Built from the inside out; every level is written behind the one it holds.
		value := []byte{0, 0x0A} // an empty text, reversed
		size := 2
		for range depth {
			for _, tag := range []byte{0x0A, 0x2A} { // array_value.values, array_value
				var head []byte
				for n := size; ; n >>= 7 {
					if n < 0x80 {
						head = append(head, byte(n))
						break
					}
					head = append(head, byte(n)|0x80)
				}
				for _, b := range slices.Backward(head) {
					value = append(value, b)
				}
				value = append(value, tag)
				size += len(head) + 1
			}
		}
		for i, j := 0, len(value)-1; i < j; i, j = i+1, j-1 {
			value[i], value[j] = value[j], value[i]
		}
		body := otlpSpan(field(9, field(1, []byte("k")), field(2, value)))
		if got := s.send(http.MethodPost, "/v1/traces", bytes.NewReader(body), "Content-Type", "application/x-protobuf"); got.status >= 500 {
			t.Errorf("%d levels: %s", depth, got)
		}
		s.well(t, fmt.Sprintf("%d levels", depth))
	}
	if peak := s.peak(); peak > 1500<<20 {
		t.Errorf("the server held %d MB", peak>>20)
	}
	s.stop()
}

// TestADryRunStoresNothing asks what would be stored, and what ?sync=1 promises.
func TestADryRunStoresNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	for _, route := range intakeRoutes() {
		got := s.post(route.path+"?debug=1", route.good, "Content-Type", route.contentType)
		if got.status != http.StatusOK || got.Rejected != 0 {
			t.Errorf("%s: %s", route.path, got)
		}
		var would struct{ Events, Calls, Spans, Releases []json.RawMessage }
		if err := json.Unmarshal(got.body, &would); err != nil {
			t.Fatal(err, got)
		}
		if len(would.Events)+len(would.Calls)+len(would.Spans)+len(would.Releases) != 1 {
			t.Errorf("%s: got %s, want the one record", route.path, got)
		}
	}
	if n := s.stored(); n != 0 {
		t.Fatalf("%d records are stored after dry runs", n)
	}
	got := s.post("/intake/events?sync=1", goodEvent("synced"))
	if got.status != http.StatusOK || got.Linked == nil || !*got.Linked {
		t.Fatalf("got %s, want linked true", got)
	}
	var sessions struct{ Rows []struct{ Events int } }
	s.get("/api/v1/sessions?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z", &sessions)
	if len(sessions.Rows) != 1 || sessions.Rows[0].Events != 1 {
		t.Errorf("after ?sync=1 the session must be there; got %+v", sessions)
	}
	s.stop()
}
