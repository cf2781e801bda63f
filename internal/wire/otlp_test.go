package wire

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/clickspan/clickspan/internal/event"
)

// The same export gives the same records in every encoding.
func TestOTLPEncodingsAgree(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"browser", "gateway", "services", "web-sdk", "logs"} {
		c := readCase(t, "testdata/otlp/"+file+".txtar")
		want, wantRejected := c.run(t)
		messages := protoMessages(t, c.member("request"))

		var stream bytes.Buffer
		for _, m := range messages {
			_ = binary.Write(&stream, binary.BigEndian, uint32(len(m)))
			stream.Write(m)
		}
		inputs := map[string][]byte{"frames": stream.Bytes()}
		if len(messages) == 1 {
			inputs["protobuf"] = messages[0]
		}
		for encoding, input := range inputs {
			var got Recorder
			if err := decodeOTLP(iotest.HalfReader(bytes.NewReader(input)), c.options, &got); err != nil {
				t.Fatalf("%s %s: %v", file, encoding, err)
			}
			if diff := cmp.Diff(want, render(t, &got)); diff != "" {
				t.Errorf("%s %s: %s", file, encoding, diff)
			}
			if wantRejected == "" && len(got.Rejected) > 0 {
				t.Errorf("%s %s: rejected %v", file, encoding, got.Rejected)
			}
			if found, err := Detect(input); err != nil || found.Name != "otlp" {
				t.Errorf("%s %s: detected %q (%v)", file, encoding, found.Name, err)
			}
		}
	}
}

// protoMessages turns JSON exports, one or one a line, into protobuf.
func protoMessages(t *testing.T, requests string) [][]byte {
	t.Helper()
	lines := strings.Split(requests, "\n")
	if !strings.HasSuffix(lines[0], "}") {
		lines = []string{requests}
	}
	var messages [][]byte
	for _, line := range lines {
		var m []byte
		var err error
		if strings.Contains(line, "resourceLogs") {
			req := plogotlp.NewExportRequest()
			if err = req.UnmarshalJSON([]byte(line)); err == nil {
				m, err = req.MarshalProto()
			}
		} else {
			req := ptraceotlp.NewExportRequest()
			if err = req.UnmarshalJSON([]byte(line)); err == nil {
				m, err = req.MarshalProto()
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
	}
	return messages
}

// What a person caused is tied by ids: the submit to its XHR, the page load to its
// document.
func TestBrowserSpansKeepTheirTies(t *testing.T) {
	t.Parallel()
	var got Recorder
	c := readCase(t, "testdata/otlp/browser.txtar")
	if err := decodeOTLP(strings.NewReader(c.member("request")), Options{}, &got); err != nil {
		t.Fatal(err)
	}
	actions := map[string]event.Kind{}
	for _, e := range got.Records.Events {
		actions[e.TraceID+e.SpanID] = e.Kind
	}
	tied := map[event.Kind]string{}
	for _, call := range got.Records.Calls {
		if kind, ok := actions[call.TraceID+call.ParentSpanID]; ok && call.Class != event.Asset {
			tied[kind] = call.Method + " " + call.Path
		}
	}
	want := map[event.Kind]string{event.PageView: "GET /register", event.Submit: "POST /api/users"}
	if diff := cmp.Diff(want, tied); diff != "" {
		t.Error(diff)
	}
}

func TestOTLPPathsDecide(t *testing.T) {
	t.Parallel()
	var got Recorder
	if err := decodeOTLP(strings.NewReader("\x01\x02"), Options{Path: "/v1/metrics"}, &got); err != nil {
		t.Errorf("metrics must be taken and dropped: %v", err)
	}
	for _, path := range []string{"/v1/traces", "/v1/logs", ""} {
		if err := decodeOTLP(strings.NewReader("\x0a\x7fno"), Options{Path: path}, &got); !event.IsPermanent(err) {
			t.Errorf("%s: got %v, want a permanent error", path, err)
		}
		if err := decodeOTLP(strings.NewReader(""), Options{Path: path}, &got); err != nil {
			t.Errorf("%s: an empty request is valid: %v", path, err)
		}
	}
	if got.Records.Len() != 0 {
		t.Errorf("got records %+v", got.Records)
	}
}

func TestFramesSurviveBadMessages(t *testing.T) {
	t.Parallel()
	good := protoMessages(t, readCase(t, "testdata/otlp/services.txtar").member("request"))[0]
	frame := func(m []byte) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(m)))) + string(m) }
	for name, c := range map[string]struct {
		input    string
		calls    int
		rejected []int
	}{
		"bad in the middle": {frame(good) + frame([]byte("\x0a\x7fno")) + frame(good), 8, []int{1}},
		"too long":          {frame(make([]byte, 5000)) + frame(good), 4, []int{0}},
		"cut in a message":  {frame(good) + frame(good)[:100], 4, []int{1}},
		"cut in a length":   {frame(good) + "\x00\x00", 4, []int{1}},
	} {
		var got Recorder
		if err := decodeOTLP(strings.NewReader(c.input), Options{MaxLine: 4096}, &got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var rejected []int
		for _, r := range got.Rejected {
			rejected = append(rejected, r.Index)
		}
		if diff := cmp.Diff(c.rejected, rejected); diff != "" || len(got.Records.Calls) != c.calls {
			t.Errorf("%s: %d calls, rejected %v", name, len(got.Records.Calls), got.Rejected)
		}
	}
}

// A message nested a million times would overflow the stack of a recursive decoder,
// which ends the process.
func TestDeepProtobufIsRefused(t *testing.T) {
	t.Parallel()
	traces := ptrace.NewTraces()
	traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().Attributes().PutStr("a", strings.Repeat("x", 1<<20))
	flat, err := ptraceotlp.NewExportRequestFromTraces(traces).MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	if nestedTooDeep(flat, 0) {
		t.Error("a long text is not deep")
	}
	if !nestedTooDeep(nest(1<<20), 0) {
		t.Error("a million levels pass")
	}
	if err := decodeOTLP(bytes.NewReader(nest(1<<20)), Options{}, &Recorder{}); !event.IsPermanent(err) {
		t.Errorf("got %v, want a permanent error", err)
	}
}

// nest returns a value in field 1, again and again, at least size bytes long. The
// parts are written from the inside to the end of a buffer.
func nest(size int) []byte {
	buf := make([]byte, size)
	at := size
	for at > 8 {
		length := binary.AppendUvarint(nil, uint64(size-at))
		at -= len(length)
		copy(buf[at:], length)
		at--
		buf[at] = 0x0A
	}
	return buf[at:]
}

func TestAttributesAreReadHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	m := pcommon.NewMap()
	m.PutInt("int", 200)
	m.PutDouble("double", 201)
	m.PutStr("text", "202")
	m.PutBool("bool", true)
	m.PutStr("empty", "")
	a := attributes{m}
	for name, want := range map[string]int64{"int": 200, "double": 201, "text": 202, "bool": 0, "absent": 0} {
		if got := a.number(name); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	if got := a.text("absent", "empty", "int"); got != "200" {
		t.Errorf("got %q, want the first that says something", got)
	}
}

func TestRouteTemplatesAreOneStyle(t *testing.T) {
	t.Parallel()
	for route, want := range map[string]string{
		"": "", "/": "/", "/orders/{id}": "/orders/{id}", "/orders/:id/pay": "/orders/{id}/pay", "/a/:b?": "/a/{b}", "/a/<int:id>": "/a/{id}", "/a/<id>/": "/a/{id}/",
		"/blog/[slug]": "/blog/{slug}", "/docs/[...path]": "/docs/{path}", "/x/{id:[0-9]+}": "/x/{id}", "/v1/orders:batch": "/v1/orders:batch", "/:": "/:",
	} {
		if got := routeTemplate(route); got != want {
			t.Errorf("%s: got %s, want %s", route, got, want)
		}
	}
}

func BenchmarkOTLP(b *testing.B) {
	benchmark(b, decodeOTLP, strings.Split(readCase(b, "testdata/otlp/gateway.txtar").member("request"), "\n")[0]+"\n")
}
