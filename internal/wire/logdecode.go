package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clickspan/clickspan/internal/event"
)

// logReader turns lines of one shape into Calls. It serves every access log; what
// differs between products is data (see [presets]).
type logReader struct {
	source  string
	names   vocabulary
	layouts []*layout // text shapes, the most telling first
	custom  bool      // they are the sender's own
	json    bool
	w3c     bool
	// encoding of headers in a W3C log.
	encoding encoding
	values   values
	clock    clock
}

// decodeLog returns the Decoder of a preset; known are its names. JSON may also come
// as an array, the way log shippers post it.
func decodeLog(p preset, known func() vocabulary) Decoder {
	return func(r io.Reader, opt Options, sink Sink) error {
		reader, err := newLogReader(p, known(), opt)
		if err != nil {
			return err
		}
		run := &logRun{reader: reader, opt: opt, sink: sink}
		limit := opt.maxLine()
		in := bufio.NewReaderSize(r, readAhead)
		if reader.json && beginsArray(in) {
			return eachJSON(in, limit, maxNesting, sink, func(_ int, record []byte) error { return run.take(record) })
		}
		return eachLine(in, limit, func(number int, line []byte) error {
			bad, err := asBad(run.take(line))
			if bad != nil {
				sink.Reject(Reject{Index: number, Reason: bad.reason, Sample: sample(line)})
			}
			return err
		}, rejectLong(limit, sink))
	}
}

// beginsArray tells a JSON array from Envoy's text, which begins with a bracket too.
func beginsArray(in *bufio.Reader) bool {
	head, _ := in.Peek(64) // an error will be met again when reading
	head, bracket := bytes.CutPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("["))
	head = bytes.TrimLeft(head, " \t\r\n")
	return bracket && len(head) > 0 && (head[0] == '{' || head[0] == ']')
}

// logRun is one input on its way through a logReader.
type logRun struct {
	reader  *logReader
	opt     Options
	sink    Sink
	seen    ordinals
	scratch []byte
	record  event.Call // the sink copies what it keeps, so one is enough
}

// take decodes one line, names the record and hands it on. It returns a recordError
// for a line that is none.
func (l *logRun) take(line []byte) error {
	line = bytes.Trim(line, "\x00") // a truncated and rewritten file starts with a hole of zeros
	if len(line) == 0 || l.reader.directive(line) {
		return nil
	}
	var err error
	if l.record, _, err = l.reader.call(line); err != nil {
		return &recordError{reason: err.Error()}
	}
	l.scratch = slices.Grow(l.scratch[:0], len(l.opt.Service)+1+len(line))
	sum := lineSum(l.scratch, l.opt.Service, line)
	if ordinal := l.seen.next(sum); l.opt.ID != nil {
		l.record.ID = l.opt.ID(line, ordinal)
	} else {
		l.record.ID = idOf(sum, ordinal)
	}
	l.record.Service = l.opt.Service
	return l.sink.Call(&l.record)
}

// newLogReader compiles a preset, or the layout that the options bring instead.
func newLogReader(p preset, known vocabulary, opt Options) (*logReader, error) {
	l := &logReader{source: p.name, names: known, json: p.json, w3c: p.w3c, encoding: p.headerEncoding, clock: clock{zone: opt.location()}}
	shapes := p.layouts
	if custom := strings.TrimSpace(opt.LogFormat); custom != "" {
		l.custom, l.json, l.w3c, shapes = true, false, false, []string{custom}
		if strings.HasPrefix(custom, "{") && !strings.ContainsAny(custom, "$%") {
			return l, l.mapFields(custom)
		}
	}
	for _, shape := range shapes {
		compiled, err := parseLayout(shape, l.names)
		if err != nil {
			return nil, &event.Permanent{Err: err, Hint: "Copy the log_format (nginx) or LogFormat (Apache) line as it stands in the server's configuration."}
		}
		l.layouts = append(l.layouts, compiled)
	}
	if len(l.layouts) == 0 && !l.json && !l.w3c {
		return nil, &event.Permanent{Err: errors.New("the format log needs a log format"), Hint: "Pass the server's own line, --log-format '$remote_addr …', or choose another --format."}
	}
	if l.w3c {
		l.directive([]byte("#Fields: " + p.columns))
	}
	return l, nil
}

// mapFields reads a JSON object that maps our names to the paths of a JSON log.
func (l *logReader) mapFields(text string) error {
	var ours map[string]string
	if err := json.Unmarshal([]byte(text), &ours); err != nil {
		return &event.Permanent{Err: errors.New("the field map is not a JSON object of texts: " + Plain(err)), Hint: `Write it as {"status":"code","time":"ts"}: our name, then the log's.`}
	}
	l.json = true
	l.names = maps.Clone(l.names)
	mapped := vocabulary{}
	for name, theirs := range ours {
		f, known := l.names[foldName(name)]
		if !known {
			return &event.Permanent{Err: fmt.Errorf("the field map names %q, which is no field of ours", name), Hint: "Known are time, time_start, method, path, host, status, duration_s, duration_ms, duration_us, bytes, user_agent, client_ip, referer, request_id, traceparent, trace_id, span_id, session_id, user_id, device_id, account_id and action_id."}
		}
		mapped[foldName(theirs)] = f
	}
	// What the map says about a role is all that counts for it: the log may well have
	// a "time" of its own that means something else.
	maps.DeleteFunc(l.names, func(_ string, f *field) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(mapped)), func(m *field) bool { return m.role == f.role && m.role != header })
	})
	maps.Copy(l.names, mapped)
	return nil
}

// directive takes the #-lines of a W3C log and reports whether line was one.
func (l *logReader) directive(line []byte) bool {
	if !l.w3c || line[0] != '#' {
		return false
	}
	columns, isFields := strings.CutPrefix(string(line), "#Fields:")
	if !isFields {
		return true
	}
	shape := &layout{}
	for name := range strings.FieldsSeq(columns) {
		shape.columns = append(shape.columns, column{field: l.w3cField(name), end: " "})
	}
	if len(shape.columns) > 0 {
		shape.columns[len(shape.columns)-1].end = ""
		l.layouts = []*layout{shape}
	}
	return true
}

// w3cField reads a column name: date, c-ip, cs(User-Agent), sc(X-Request-Id).
func (l *logReader) w3cField(name string) field {
	if f, known := l.names[foldName(name)]; known {
		return *f
	}
	prefix, rest, isHeader := strings.Cut(name, "(")
	if isHeader && (prefix == "cs" || prefix == "sc") {
		f := headerField("http_", strings.TrimSuffix(rest, ")"))
		f.encoding = l.encoding
		return f
	}
	return field{}
}

// call decodes one line. understood is how many of its bytes made sense.
func (l *logReader) call(line []byte) (c event.Call, understood int, err error) {
	text := string(line)
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "�")
	}
	if strings.HasPrefix(text, `{"log":`) {
		text = unwrap(text)
	}
	// Some products write text or JSON, as configured.
	if l.json && (len(l.layouts) == 0 || strings.HasPrefix(text, "{")) {
		understood, err = l.readJSON(text)
	} else {
		understood, err = l.readText(text)
	}
	if err != nil {
		return c, understood, err
	}
	c, err = callOf(&l.values, &l.clock)
	c.Source = l.source
	if bad, ok := errors.AsType[*misfit](err); ok && l.values.text[bad.role] != "" {
		understood = l.values.at[bad.role]
	}
	return c, understood, err
}

// readText tries the layouts, first as it stands and then behind a syslog header.
func (l *logReader) readText(text string) (understood int, err error) {
	body := text
	if l.w3c { // CloudFront separates by tab, IIS by space, and neither has it in a value
		body = strings.ReplaceAll(body, "\t", " ")
	}
	understood, ok := l.match(body)
	if ok {
		return understood, nil
	}
	if rest, cut := cutSyslog(body); cut {
		n, ok := l.match(rest)
		if n += len(body) - len(rest); ok {
			return n, nil
		}
		understood = max(understood, n)
	}
	if !l.custom && withoutTime.MatchString(body) {
		return understood, errNoTime
	}
	return understood, fmt.Errorf("the line does not fit the format from column %d on", understood+1)
}

// match tries the layouts, always the most telling first: a line must not read
// differently because of the line before it.
func (l *logReader) match(body string) (understood int, ok bool) {
	for _, shape := range l.layouts {
		l.values.reset()
		n, ok := shape.match(body, &l.values)
		if ok {
			return n, true
		}
		understood = max(understood, n)
	}
	return understood, false
}

// readJSON fills the values from a JSON object. What a log shipper puts before it
// (a time, a host, a stream name) is skipped.
func (l *logReader) readJSON(text string) (understood int, err error) {
	l.values.reset()
	start := max(0, strings.IndexByte(text, '{'))
	if start > 256 || strings.IndexByte(text[:start], '"') >= 0 {
		return 0, errNotJSON
	}
	j := jsonLine{text: text, at: start, take: l.takeJSON}
	err = j.read()
	return j.at, err
}

func (l *logReader) takeJSON(path []byte, value string, at int) {
	for i, b := range path { // foldName in place: the path buffer is ours
		switch {
		case b >= 'A' && b <= 'Z':
			path[i] = b | 0x20
		case b == '-':
			path[i] = '_'
		}
	}
	if f, known := l.names[string(path)]; known {
		l.values.put(f, jsonText(value), at)
	}
}

// unwrap takes the line out of Docker's json-file log, {"log":"…\n","stream":"stdout",…}.
func unwrap(text string) string {
	var inner, stream string
	j := jsonLine{text: text, take: func(path []byte, value string, _ int) {
		switch string(path) {
		case "log":
			inner = jsonText(value)
		case "stream":
			stream = value
		}
	}}
	if j.read() != nil || stream == "" {
		return text
	}
	return strings.TrimRight(inner, "\r\n")
}

// cutSyslog removes `<134>Nov 23 02:35:25 host tag[1]: `: all up to the first ": "
// that follows a time of day.
func cutSyslog(line string) (rest string, ok bool) {
	i := strings.Index(line, ": ")
	if i < 0 || i > 160 || strings.Count(line[:i], ":") < 2 || strings.ContainsAny(line[:i], `"{`) {
		return line, false
	}
	return line[i+2:], true
}
