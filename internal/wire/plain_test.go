package wire_test

import (
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/wire"
)

// reasons collects why records were refused.
type reasons []string

func (*reasons) Event(*event.Event) error     { return nil }
func (*reasons) Call(*event.Call) error       { return nil }
func (*reasons) Span(*event.Span) error       { return nil }
func (*reasons) Release(*event.Release) error { return nil }
func (r *reasons) Reject(bad wire.Reject)     { *r = append(*r, bad.Reason) }

// TestReasonsAreForPeople sends what libraries refuse in words of their own.
func TestReasonsAreForPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, input, want string }{
		{"har", `{"log":{"entries":[{"startedDateTime":5}]}}`, "startedDateTime must be text and is a number (byte 20)"},
		{"har", `{"log":{"entries":[{"request":"GET /"}]}}`, "request must be an object and is text (byte 18)"},
		{"har", `{"log":{"entries":[{`, "this is not a whole HAR file: the JSON ends too early"},
		{"otlp", `{"resourceSpans":5}`, "not an OTLP request: resourceSpans must be a list (near byte 18)"},
		{"otlp", `{"resourceSpans":[{"scopeSpans":{}}]}`, "not an OTLP request: scopeSpans must be a list (near byte 33)"},
		{"otlp", `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zz"}]}]}]}`, "not an OTLP request: traceId must be the hexadecimal digits of an id (near byte 58)"},
		{"otlp", `{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"soon"}]}]}]}`, "not an OTLP request: startTimeUnixNano must be a whole number (near byte 70)"},
		{"otlp", `{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"sideways"}]}]}]}`, "not an OTLP request: kind must be a number or name that OTLP has (near byte 61)"},
		{"otlp", "\x0a\x05hello", "not an OTLP request: the bytes are not the protobuf of traces or logs"},
		{"log", `{"time":5}`, "the field map is not a JSON object of texts: a value must be text and is a number (byte 9)"},
	} {
		t.Run(c.input, func(t *testing.T) {
			t.Parallel()
			format, ok := wire.Lookup(c.format)
			if !ok {
				t.Fatal("no such format")
			}
			options := wire.Options{}
			if c.format == "log" {
				options.LogFormat = c.input
			}
			var got reasons
			if err := format.Decode(strings.NewReader(c.input), options, &got); err != nil {
				got = append(got, err.Error())
			}
			if len(got) != 1 || got[0] != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			for _, internal := range []string{"json:", "proto:", "Go ", "wire.", "Unmarshal", "strconv"} {
				if strings.Contains(strings.Join(got, " "), internal) {
					t.Errorf("%q is about our code", got)
				}
			}
		})
	}
}
