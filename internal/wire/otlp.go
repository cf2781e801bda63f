package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/clickspan/clickspan/internal/event"
)

// otlpFormats is OpenTelemetry's own export: traces and logs, as JSON (one request,
// or one a line, as the Collector's file exporter writes), as protobuf, and as
// protobuf messages that each follow their length in four bytes, big-endian.
func otlpFormats() []Format {
	return []Format{{
		Name: "otlp", Title: "OpenTelemetry traces and logs (OTLP)",
		Paths:        []string{"POST /v1/traces", "POST /v1/logs", "POST /v1/metrics"},
		ContentTypes: []string{"application/x-protobuf", "application/json"},
		Decode:       decodeOTLP, Detect: detectOTLP,
	}}
}

const (
	// otlpMessage is the longest export request taken when Options name no limit.
	// Exporters send up to 4 MiB by default; a request is decoded as a whole.
	otlpMessage = 64 << 20
	// otlpNesting bounds JSON: a value nested n times takes 4n levels.
	otlpNesting = 200
)

func decodeOTLP(r io.Reader, opt Options, sink Sink) error {
	if strings.HasSuffix(opt.Path, "/v1/metrics") {
		_, err := io.Copy(io.Discard, r) // taken so that an exporter need not be told to leave them out
		return err
	}
	in := bufio.NewReader(r)
	head, err := in.Peek(16)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read: %w", err)
	}
	o := &otlpDecoder{opt: opt, sink: sink, limit: otlpMessage}
	if opt.MaxLine > 0 {
		o.limit = opt.MaxLine
	}
	switch encodingOf(head) {
	case otlpJSON:
		return eachJSON(in, o.limit, otlpNesting, sink, o.json)
	case otlpFrames:
		return o.frames(in)
	}
	return o.message(in)
}

type otlpEncoding byte

const (
	otlpProtobuf otlpEncoding = iota
	otlpJSON
	otlpFrames
)

// encodingOf tells the three encodings apart. A protobuf request begins with the
// tag 0x0A, which is also a line break before JSON; a length is below 16 MiB, so
// its first byte is 0.
func encodingOf(head []byte) otlpEncoding {
	text := bytes.TrimLeft(head, " \t\r\n\xEF\xBB\xBF")
	switch {
	case len(text) > 0 && (text[0] == '{' || text[0] == '[') && (len(text) == 1 || strings.IndexByte(" \t\r\n\"{}]", text[1]) >= 0):
		return otlpJSON
	case len(head) > 4 && head[0] == 0:
		return otlpFrames
	}
	return otlpProtobuf
}

// otlpDecoder decodes one input.
type otlpDecoder struct {
	opt   Options
	sink  Sink
	limit int
	// skipped: log records that are no events are told once, not one by one.
	skipped bool
}

// json takes one export request in JSON.
func (o *otlpDecoder) json(_ int, text []byte) error {
	kind := text[:min(len(text), 4096)]
	var err error
	switch {
	case bytes.Contains(kind, []byte(`"resourceLogs"`)), bytes.Contains(kind, []byte(`"resource_logs"`)):
		req := plogotlp.NewExportRequest()
		if err = req.UnmarshalJSON(text); err == nil {
			return o.logs(req.Logs())
		}
	case bytes.Contains(kind, []byte(`"resourceMetrics"`)):
		return nil
	case bytes.Contains(kind, []byte(`"resourceSpans"`)), bytes.Contains(kind, []byte(`"resource_spans"`)):
		req := ptraceotlp.NewExportRequest()
		if err = req.UnmarshalJSON(text); err == nil {
			return o.traces(req.Traces())
		}
	case isEmptyObject(text):
		return nil
	default:
		err = errors.New("resourceSpans or resourceLogs is missing")
	}
	return &recordError{reason: "not an OTLP request: " + plainOTLP(text, err), broken: !json.Valid(text)}
}

func isEmptyObject(text []byte) bool {
	return string(bytes.Join(bytes.Fields(text), nil)) == "{}"
}

// message takes one export request in protobuf: all of the input.
func (o *otlpDecoder) message(in io.Reader) error {
	body, err := io.ReadAll(io.LimitReader(in, int64(o.limit)+1))
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if len(body) > o.limit {
		err = fmt.Errorf("it is longer than %d bytes", o.limit)
	} else if err = o.protobuf(body); err == nil {
		return nil
	}
	if _, bad := errors.AsType[*recordError](err); !bad && len(body) <= o.limit {
		return err
	}
	return &event.Permanent{Err: fmt.Errorf("not an OTLP request: %w", err), Hint: "Send OTLP as JSON or protobuf; check the exporter's protocol setting."}
}

// frames takes messages that each follow their length. One bad message costs
// itself; a bad length makes the rest unreadable.
func (o *otlpDecoder) frames(in *bufio.Reader) error {
	var message []byte
	for index := 0; ; index++ {
		var size [4]byte
		if _, err := io.ReadFull(in, size[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return o.cutFrame(index, err)
		}
		n := int64(binary.BigEndian.Uint32(size[:]))
		if n > int64(o.limit) {
			o.sink.Reject(Reject{Index: index, Reason: fmt.Sprintf("message of %d bytes is longer than %d", n, o.limit)})
			if _, err := io.CopyN(io.Discard, in, n); err != nil {
				return o.cutFrame(index, err)
			}
			continue
		}
		buffer := bytes.NewBuffer(message[:0]) // grows with what comes, not with what is promised
		_, err := io.CopyN(buffer, in, n)
		message = buffer.Bytes()
		if err != nil {
			return o.cutFrame(index, err)
		}
		if bad, err := asBad(o.protobuf(message)); err != nil {
			return err
		} else if bad != nil {
			o.sink.Reject(Reject{Index: index, Reason: "not an OTLP request: " + bad.reason})
		}
	}
}

func (o *otlpDecoder) cutFrame(index int, err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read message %d: %w", index, err)
	}
	o.sink.Reject(Reject{Index: index, Reason: "the input ends inside a message"})
	return nil
}

// protobuf takes one message: traces or logs, whichever the path or else the bytes
// say. The two cannot be confused: field 1 of a span is bytes, of a log record a number.
func (o *otlpDecoder) protobuf(message []byte) error {
	if nestedTooDeep(message, 0) {
		return &recordError{reason: tooDeep(otlpProtoNesting)}
	}
	traces, logs := ptraceotlp.NewExportRequest(), plogotlp.NewExportRequest()
	if !strings.HasSuffix(o.opt.Path, "/v1/logs") && traces.UnmarshalProto(message) == nil {
		return o.traces(traces.Traces())
	}
	if !strings.HasSuffix(o.opt.Path, "/v1/traces") && logs.UnmarshalProto(message) == nil {
		return o.logs(logs.Logs())
	}
	return &recordError{reason: "the bytes are not the protobuf of traces or logs"}
}

const otlpProtoNesting = 64

// nestedTooDeep guards the recursive protobuf decoder, whose stack could be made to
// overflow by a message of many megabytes. A dangerous depth needs long payloads at
// every level above it, so only those are followed, which costs next to nothing.
func nestedTooDeep(message []byte, depth int) bool {
	const dangerous = 256 << 10
	if depth > otlpProtoNesting {
		return true
	}
	for len(message) > dangerous {
		_, wireType, n := protowire.ConsumeTag(message)
		if n < 0 {
			return false
		}
		message = message[n:]
		if wireType != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(1, wireType, message); n < 0 {
				return false
			}
			message = message[n:]
			continue
		}
		payload, n := protowire.ConsumeBytes(message)
		if n < 0 {
			return false
		}
		if len(payload) > dangerous && nestedTooDeep(payload, depth+1) {
			return true
		}
		message = message[n:]
	}
	return false
}

func detectOTLP(head []byte) Match {
	sure := Match{Score: 1}
	switch encodingOf(head) {
	case otlpJSON:
		start := head[:min(len(head), 200)]
		if bytes.Contains(start, []byte(`"resourceSpans"`)) || bytes.Contains(start, []byte(`"resourceLogs"`)) {
			return sure
		}
		return Match{}
	case otlpFrames:
		if looksLikeRequest(head[4:]) {
			return sure
		}
		return Match{}
	}
	if looksLikeRequest(head) {
		return sure
	}
	return Match{}
}

// looksLikeRequest reports whether b begins like an export request: field 1 (of
// resources), holding field 1 (the resource), 2 (the scopes) or 3 (the schema).
func looksLikeRequest(b []byte) bool {
	number, wireType, n := protowire.ConsumeTag(b)
	if n < 0 || number != 1 || wireType != protowire.BytesType {
		return false
	}
	_, size := protowire.ConsumeVarint(b[n:])
	if size < 0 {
		return false
	}
	number, wireType, tag := protowire.ConsumeTag(b[n+size:])
	return tag > 0 && number >= 1 && number <= 3 && wireType == protowire.BytesType
}
