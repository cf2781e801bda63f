package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
)

const oneEvent = `{"id":"e1","time":"2026-11-23T09:00:00.123456Z","name":"Order Paid","device_id":"d-1234","user_id":"u-77","session_id":"0190d0c2-7f0a-7b1e-9c55-7d6a2f000001","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","page":{"url":"https://shop.example/checkout/pay?step=2","title":"Pay","referrer":"https://shop.example/cart"},"target":{"selector":"button.pay","name":"Pay now","role":"button","x":512,"y":300.5},"release":"1.4.2","seq":17,"context":{"language":"en-GB"},"properties":{"plan":"pro","amount":42.5,"items":3,"gift":false}}`

func TestEventFields(t *testing.T) {
	t.Parallel()
	got := decodeAll(t, decodeEvents, oneEvent).Records.Events
	want := []event.Event{{
		ID: "e1", Time: time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC), Name: "Order Paid", Kind: event.Custom,
		Identity: event.Identity{DeviceID: "d-1234", UserID: "u-77", SessionID: "0190d0c2-7f0a-7b1e-9c55-7d6a2f000001"},
		TraceID:  "4bf92f3577b34da6a3ce929d0e0e4736", SpanID: "00f067aa0ba902b7",
		Page:    event.Page{URL: "https://shop.example/checkout/pay?step=2", Title: "Pay", Referrer: "https://shop.example/cart"},
		Target:  event.Target{Selector: "button.pay", Name: "Pay now", Role: "button", X: 512, Y: 300.5},
		Release: "1.4.2", Seq: 17, Context: event.Context{Language: "en-GB"},
		Properties: map[string]any{"plan": "pro", "amount": 42.5, "items": 3.0, "gift": false},
		Origin:     event.Origin{Source: "native"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Every event and call that encoding/json writes is read back as it was, so an
// export can be imported.
func TestReadsWhatJSONWrites(t *testing.T) {
	t.Parallel()
	call := event.Call{
		ID: "c1", Time: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Side: event.Client, Method: "POST", Host: "shop.example", Path: "/orders", Query: "a=1",
		Route: "/orders", Class: event.API, Status: 503, Error: "overload", Service: "shop", TraceID: strings.Repeat("a", 32), SpanID: strings.Repeat("b", 16),
		ParentSpanID: strings.Repeat("c", 16), ServerTraceID: strings.Repeat("d", 32), RequestID: "r", ActionID: "a", PageID: "p",
		Identity:     event.Identity{DeviceID: "d", UserID: "u", AccountID: "acc", SessionID: "s"},
		Context:      event.Context{Device: "mobile", OS: "iOS", Browser: "Safari", Network: "4g", Language: "de", Country: "DE", UTM: map[string]string{"source": "x"}},
		RequestBytes: 10, ResponseBytes: 20, Release: "1", Attributes: map[string]any{"k": []any{"v", nil, map[string]any{"n": 1.0}}}, Weight: 2.5,
		Origin: event.Origin{SentAt: time.Date(2026, 11, 23, 9, 0, 1, 0, time.UTC), UserAgent: "UA \"quoted\" é", ClientIP: "203.0.113.7"},
	}
	text, err := json.Marshal(call)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text[:len(text)-1], `,"duration_us":1500}`...)
	call.Duration, call.Timed = 1500*time.Microsecond, true
	// Where a record came from is said by whoever reads it.
	got := decodeAll(t, decodeCalls, string(text)).Records.Calls
	call.Source = "native"
	if diff := cmp.Diff([]event.Call{call}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEventReasons(t *testing.T) {
	t.Parallel()
	for record, want := range map[string]string{
		`{"sesion_id":"x"}`:            "unknown field sesion_id; did you mean session_id?",
		`{"colour":"x"}`:               "unknown field colour",
		`{"a\"b":"x"}`:                 `unknown field "a\"b"`,
		`{"name":"a","name":"b"}`:      "name is given twice",
		`{"properties":{"a":1,"a":2}}`: "properties.a is given twice",
		`{"name":7}`:                   "name must be a string, not a number",
		`{"time":1763888400}`:          `time must be a string such as "2026-11-23T09:00:00.123456Z", not a number`,
		`{"time":"yesterday"}`:         `time must be RFC 3339, such as "2026-11-23T09:00:00.123456Z"`,
		`{"page":"https://x"}`:         "page must be an object, not a string",
		`{"page":{"urll":"x"}}`:        "page unknown field urll; did you mean url?",
		`{"target":{"x":"left"}}`:      "target.x must be a number, not a string",
		`{"seq":-1}`:                   "seq cannot be negative",
		`{"seq":1.5}`:                  "seq must be a whole number, not 1.5",
		`{"properties":{"x":1e999}}`:   "properties.x is too large a number",
		`{"properties":{"x":NaN}}`:     "not JSON: a value is missing at byte 20",
		`{"properties":[1]}`:           "properties must be an object, not an array",
		`{"name":"x"}}`:                "not JSON: a value is missing at byte 1",
		`{"name":"x" "kind":"click"}`:  "not JSON: a comma or } is missing at byte 13",
		`{"properties":` + strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat("}", 41): "nested deeper than 32 levels",
		"{\"name\":\"\xff\"}": "not valid UTF-8",
		`{"name":"x`:          "not JSON: the input ends inside a record",
	} {
		heard := decodeAll(t, decodeEvents, record)
		if len(heard.Rejected) != 1 || heard.Rejected[0].Reason != want {
			t.Errorf("%s\n got %+v\nwant %s", record, heard.Rejected, want)
		}
	}
}

func TestCallReasons(t *testing.T) {
	t.Parallel()
	const given = `"duration_us":1,"method":"GET","side":"client",`
	for fields, want := range map[string]string{
		`"method":"GET","side":"client","path":"/"`:    "duration_us is missing; null says that it was not measured",
		`"duration_us":-5`:                             "duration_us cannot be negative",
		`"duration_us":604800000001`:                   "duration_us is more than 7 days; is it in microseconds?",
		`"duration_us":99999999999999999999`:           "duration_us must be a whole number, not 99999999999999999999",
		`"duration_us":1,"side":"client"`:              "method is missing",
		`"duration_us":1,"method":"GET","side":"both"`: "side must be client or server",
		given + `"url":"https://a/b","path":"/b"`:      "url and path are both given; url already has the path",
		given + `"class":"image"`:                      "class must be api, document or asset",
	} {
		heard := decodeAll(t, decodeCalls, "{"+fields+"}")
		if len(heard.Rejected) != 1 || heard.Rejected[0].Reason != want {
			t.Errorf("%s\n got %+v\nwant %s", fields, heard.Rejected, want)
		}
	}
}

// A broken record costs itself, wherever the input puts it and however the reader
// cuts it.
func TestBrokenRecordCostsItself(t *testing.T) {
	t.Parallel()
	good := func(name string) string { return fmt.Sprintf(`{"name":%q}`, name) }
	for input, want := range map[string]string{
		good("a") + "\n" + good("b"):                                 "a b",
		good("a") + good("b"):                                        "a b",
		"[" + good("a") + "," + good("b") + "]":                      "a b",
		"\xEF\xBB\xBF" + good("a"):                                   "a",
		good("a") + "\n{\"name\":\"b\n" + good("c"):                  "a !2 c",
		good("a") + "\n{\"name\":\"b\",\n" + good("c"):               "a !2 c",
		good("a") + "\n{\"page\":{\"url\":\"b\"\n" + good("c"):       "a !2 c",
		good("a") + "\nrubbish\n\n" + good("c"):                      "a !2 c",
		"{\n \"name\": \"a\"\n}\n" + good("b") + "\nx":               "a b !5",
		"[" + good("a") + ",7," + good("c") + "]":                    "a !1 c",
		"[" + good("a") + ",{\"name\":}," + good("c") + "]":          "a !1 c",
		"[" + good("a") + "," + good("c"):                            "a c !2",
		"[" + good("a") + " " + good("c") + "]":                      "a !1",
		"[" + good("a") + "]]":                                       "a !1",
		"[]":                                                         "",
		"":                                                           "",
		"\t\n":                                                       "",
		"[" + good(strings.Repeat("x", 300)) + "," + good("b") + "]": "!0 b",
		good(strings.Repeat("x", 300)) + "\n" + good("b"):            "!1 b",
	} {
		for name, r := range map[string]io.Reader{
			"at once":      iotest.DataErrReader(strings.NewReader(input)),
			"byte by byte": iotest.OneByteReader(strings.NewReader(input)),
		} {
			var got story
			if err := decodeEvents(r, Options{MaxLine: 256}, &got); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(got.words, " "); got != want {
				t.Errorf("%q %s: got %q, want %q", input, name, got, want)
			}
		}
	}
}

// story is a sink that writes down names, and ! with the index of rejections.
type story struct {
	nothing
	words []string
}

func (s *story) Event(e *event.Event) error {
	s.words = append(s.words, e.Name)
	return nil
}

func (s *story) Reject(r Reject) { s.words = append(s.words, fmt.Sprintf("!%d", r.Index)) }

func decodeAll(t *testing.T, decode Decoder, input string) *Recorder {
	t.Helper()
	var heard Recorder
	if err := decode(strings.NewReader(input), Options{}, &heard); err != nil {
		t.Fatal(err)
	}
	return &heard
}

func TestInputThatIsNoJSONIsPermanent(t *testing.T) {
	t.Parallel()
	err := decodeEvents(strings.NewReader("name,time\n"), Options{}, &Recorder{})
	if !event.IsPermanent(err) {
		t.Errorf("got %v, want a permanent error", err)
	}
}

func TestReaderErrorIsReturned(t *testing.T) {
	t.Parallel()
	for _, input := range []string{`{"name":"a"}`, `[{"name":"a"},`} {
		err := decodeEvents(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(input))), Options{}, &Recorder{})
		if err == nil || event.IsPermanent(err) {
			t.Errorf("%s: got %v, want the reader's error", input, err)
		}
	}
}

// The reader takes exactly the JSON that encoding/json takes, and it means the same,
// but for duplicate names and whole numbers that a float64 would bend.
func FuzzJSONReader(f *testing.F) {
	for _, seed := range []string{oneEvent, `[1,-0.5e3,true,null,"\u00e9\ud83d\ude00\ud800",9007199254740993]`, `01`, `{"":{}}`, `[]`, `1e999`, `"\x"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		if !utf8.ValidString(data) {
			t.Skip("decode refuses it before")
		}
		var want any
		wantErr := json.Unmarshal([]byte(data), &want)
		r := &jsonReader{text: data}
		got, err := r.any()
		if err == nil && !r.ended() {
			err = r.broken("it goes on")
		}
		switch {
		case err != nil && wantErr == nil && !strings.Contains(err.Error(), "given twice"):
			t.Fatalf("%q: refused with %v", data, err)
		case err == nil && wantErr != nil:
			t.Fatalf("%q: taken, but %v", data, wantErr)
		case err == nil && !reflect.DeepEqual(bend(got), want):
			t.Fatalf("%q: got %v, want %v", data, got, want)
		}
	})
}

// bend makes whole numbers what encoding/json makes of them.
func bend(value any) any {
	switch v := value.(type) {
	case int64:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = bend(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = bend(v[k])
		}
	}
	return value
}

func BenchmarkEvents(b *testing.B) {
	benchmark(b, decodeEvents, oneEvent+"\n")
}

func BenchmarkCalls(b *testing.B) {
	benchmark(b, decodeCalls, `{"id":"c1","time":"2026-11-23T09:00:00.123456Z","duration_us":81200,"side":"client","method":"POST","url":"https://shop.example/api/orders?x=1","status":201,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","session_id":"0190d0c2-7f0a-7b1e-9c55-7d6a2f000001","device_id":"d-1234","response_bytes":512}`+"\n")
}

func benchmark(b *testing.B, decode Decoder, line string) {
	b.Helper()
	const lines = 1000
	input := []byte(strings.Repeat(line, lines))
	b.SetBytes(int64(len(input)))
	b.ReportAllocs()
	for b.Loop() {
		if err := decode(bytes.NewReader(input), Options{}, nothing{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines*b.N)/b.Elapsed().Seconds(), "records/s")
}

// nothing is a sink that keeps nothing.
type nothing struct{}

func (nothing) Event(*event.Event) error     { return nil }
func (nothing) Call(*event.Call) error       { return nil }
func (nothing) Span(*event.Span) error       { return nil }
func (nothing) Release(*event.Release) error { return nil }
func (nothing) Reject(Reject)                {}
