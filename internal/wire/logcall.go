package wire

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// misfit says why a line is no Call and which of its values is to blame.
type misfit struct {
	role   role
	reason string
}

func (m *misfit) Error() string { return m.reason }

// ownIntake is the reason of lines that are requests to Clickspan itself.
const ownIntake = "our own intake"

// callOf makes a server Call of one line's values.
func callOf(v *values, stamps *clock) (event.Call, error) {
	c := event.Call{Side: event.Server}
	if err := setTime(&c, v, stamps); err != nil {
		return c, err
	}
	if err := setRequest(&c, v); err != nil {
		return c, err
	}
	if err := setStatus(&c, v); err != nil {
		return c, err
	}
	if host := v.text[host]; host != "" {
		c.Host = host
	}
	c.ResponseBytes, c.RequestBytes = size(v.text[bytesOut]), size(v.text[bytesIn])
	c.UserAgent = v.plain(userAgent)
	if c.ClientIP = address(v.text[client]); c.ClientIP == "" {
		c.ClientIP = address(v.text[peer])
	}
	setCaptures(&c, v.text[captures])
	setIdentity(&c, v)
	setAttributes(&c, v)
	return c, nil
}

// setTime finds the start: stated, or the end less the duration. Most servers
// stamp a line when they write it.
func setTime(c *event.Call, v *values, stamps *clock) error {
	if text := v.text[duration]; text != "" {
		c.Duration, c.Timed = parseDuration(text, v.field[duration].unit)
	}
	start, startGrain, hasStart := stamps.parse(v.text[timeStart])
	if hasStart && c.Timed {
		c.Time, c.Grain = start, startGrain
		return nil
	}
	end, endGrain, hasEnd := endTime(v, stamps)
	switch {
	case hasStart && hasEnd && !end.Before(start) && end.Sub(start) <= event.MaxDuration:
		c.Time, c.Grain = start, startGrain
		c.Duration, c.Timed = end.Sub(start), max(startGrain, endGrain) <= time.Millisecond
		if !c.Timed {
			c.Duration = 0
		}
	case hasStart:
		c.Time, c.Grain = start, startGrain
	case hasEnd:
		c.Time, c.Grain = end.Add(-c.Duration), endGrain
	default:
		return timeMisfit(v)
	}
	return nil
}

// endTime reads the finest stamp of the moment the line was written.
func endTime(v *values, stamps *clock) (time.Time, time.Duration, bool) {
	if t, grain, ok := stamps.parse(v.text[timeEndFine]); ok {
		return t, grain, true
	}
	if day := v.text[dateEnd]; day != "" {
		return stamps.parse(day + " " + v.text[clockEnd])
	}
	return stamps.parse(v.text[timeEnd])
}

func timeMisfit(v *values) error {
	for _, r := range []role{timeStart, timeEnd, timeEndFine, dateEnd} {
		if v.text[r] != "" {
			return &misfit{r, "time " + strconv.Quote(sample([]byte(v.text[r]))) + " is not a known time stamp"}
		}
	}
	return &misfit{timeEnd, "time is missing"}
}

// setRequest finds method, host, path and query, whichever way the log splits them.
func setRequest(c *event.Call, v *values) error {
	verb, uri := v.text[method], v.plain(target)
	if line := v.plain(requestLine); line != "" {
		var ok bool
		if verb, uri, ok = splitRequest(line); !ok {
			return &misfit{requestLine, "request " + strconv.Quote(sample([]byte(line))) + " is not HTTP"}
		}
	}
	if uri == "" {
		uri = v.plain(path)
	}
	if verb == "" || uri == "" {
		return &misfit{requestLine, "no request was sent (or the log has no method and path)"}
	}
	var ok bool
	if c.Method, ok = methodOf(verb); !ok {
		return &misfit{method, "method " + strconv.Quote(sample([]byte(verb))) + " is not HTTP"}
	}
	c.Host, c.Path, c.Query = splitTarget(uri)
	if c.Query == "" {
		c.Query = strings.TrimPrefix(v.plain(query), "?")
	}
	if isOwnIntake(c.Method, c.Path) {
		return &misfit{requestLine, ownIntake}
	}
	return nil
}

// splitRequest cuts "GET /a?b HTTP/1.1". The protocol is absent in HTTP/0.9 and
// in logs that leave it out; a path may hold spaces that a client did not encode.
func splitRequest(line string) (verb, uri string, ok bool) {
	verb, uri, ok = strings.Cut(line, " ")
	if i := strings.LastIndexByte(uri, ' '); i >= 0 && isProtocol(uri[i+1:]) {
		uri = uri[:i]
	}
	return verb, uri, ok && verb != "" && uri != ""
}

func isProtocol(s string) bool { return strings.HasPrefix(s, "HTTP/") || s == "-" }

// methodOf returns the method in upper case, "_OTHER" for a token that no standard
// of the web knows; ok is false when s is no token.
func methodOf(s string) (string, bool) {
	switch s {
	case "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE", "QUERY":
		return s, true
	}
	if len(s) > 32 || !isLetter(s[0]) {
		return "", false
	}
	for i := range len(s) {
		if !isLetter(s[i]) && s[i] != '-' && s[i] != '_' {
			return "", false
		}
	}
	if upper := strings.ToUpper(s); upper != s {
		return methodOf(upper)
	}
	return "_OTHER", true
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// splitTarget cuts a request target in any form: origin (/a?b), absolute
// (http://host/a?b), authority (host:443) or asterisk.
func splitTarget(uri string) (host, path, query string) {
	uri, _, _ = strings.Cut(uri, "#")
	if uri == "" || uri[0] != '/' {
		if _, rest, found := strings.Cut(uri, "://"); found {
			end := strings.IndexAny(rest, "/?")
			if end < 0 {
				end = len(rest)
			}
			host, uri = hostOf(rest[:end]), rest[end:]
		}
	}
	path, query, _ = strings.Cut(uri, "?")
	if path == "" {
		path = "/"
	}
	return host, path, query
}

// hostOf removes credentials and the ports that a scheme implies.
func hostOf(authority string) string {
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	return strings.TrimSuffix(strings.TrimSuffix(authority, ":443"), ":80")
}

// isOwnIntake knows requests that browsers and exporters sent to Clickspan through
// the logged server, perhaps below a prefix: they are not the application's calls.
func isOwnIntake(method, path string) bool {
	switch path {
	case "/v1/traces", "/v1/logs", "/v1/metrics": // an API of the application may well have GET /v1/logs
		return method == "POST" || method == "OPTIONS"
	}
	if strings.HasSuffix(path, "/clickspan.js") {
		return true
	}
	_, rest, found := strings.Cut(path, "/intake/")
	if !found {
		return false
	}
	rest, _, _ = strings.Cut(rest, "/")
	switch rest {
	case "browser", "events", "calls", "logs", "har", "releases":
		return true
	}
	return false
}

// setStatus keeps what the person got: a request that they ended has no response,
// whatever the server logged.
func setStatus(c *event.Call, v *values) error {
	text := v.text[status]
	code := 0
	if text != "" && text != "-1" {
		if code = number(text); code < 0 || code > 999 {
			return &misfit{status, "status " + strconv.Quote(sample([]byte(text))) + " is not a number from 100 to 599"}
		}
	}
	switch {
	case code == 499, code == 460, wentAway(v.text[termination], code), text == "000": // nginx, ALB, flags, CloudFront
		c.Error = event.Aborted
		if code > 0 {
			setAttribute(c, "status", code)
		}
	case code == 0 || code >= 100 && code <= 599:
		c.Status = code
	default:
		return &misfit{status, "status " + text + " is not between 100 and 599"}
	}
	return nil
}

// wentAway reads the flags that say that the client ended the request: HAProxy's
// first letter C, Envoy's DC (downstream connection termination), Apache's X.
func wentAway(flags string, code int) bool {
	switch {
	case flags == "":
		return false
	case len(flags) == 4 && flags[0] == 'C':
		return true
	case flags == "X":
		return true
	}
	return code == 0 && (flags == "DC" || strings.HasPrefix(flags, "DC,") || strings.HasSuffix(flags, ",DC"))
}

// size reads a number of bytes; what is none counts as unknown.
func size(text string) int64 {
	return int64(max(0, number(text)))
}

// address returns the peer's IP without port; host names and unix: are none.
func address(text string) string {
	if text == "" {
		return ""
	}
	if _, err := netip.ParseAddr(text); err == nil {
		return text
	}
	if peer, err := netip.ParseAddrPort(text); err == nil {
		return peer.Addr().String()
	}
	return ""
}

// setIdentity reads explicit id columns first, then headers.
func setIdentity(c *event.Call, v *values) {
	c.SessionID, c.UserID = clean(v.text[sessionID]), clean(v.text[userID])
	c.DeviceID, c.AccountID = clean(v.text[deviceID]), clean(v.text[accountID])
	c.ActionID, c.RequestID = clean(v.text[actionID]), clean(v.text[requestID])
	if id := hexID(v.text[traceID], 32); id != "" {
		c.TraceID = id
		c.SpanID, c.ParentSpanID = hexID(v.text[spanID], 16), hexID(v.text[parentSpanID], 16)
	}
	if len(v.headers) > 0 {
		found := headerKeys(v.header)
		found.fill(c)
		orElse(&c.TraceID, serverTimingTrace(v.header("server-timing"))) // the trace that the client was told
	}
}

// setCaptures looks for a user agent and a traceparent among HAProxy's captured
// headers, {a|b} {c}: the log holds their values only, but these two are unmistakable.
func setCaptures(c *event.Call, text string) {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '|' || r == '{' || r == '}' }) {
		if traceID, spanID, ok := parseTraceparent(part); ok && c.TraceID == "" {
			c.TraceID, c.ParentSpanID = traceID, spanID
		} else if c.UserAgent == "" && isUserAgent(part) {
			c.UserAgent = part
		}
	}
}

// isUserAgent reports whether s starts with a product and its version (RFC 9110, 10.1.5).
func isUserAgent(s string) bool {
	product, version, found := strings.Cut(s, "/")
	return found && product != "" && !strings.ContainsAny(product, " .,;:") && version != "" && version[0] >= '0' && version[0] <= '9'
}

func setAttributes(c *event.Call, v *values) {
	if text := v.plain(referer); text != "" {
		setAttribute(c, "http.referer", text)
	}
	if text := v.plain(forwarded); text != "" {
		setAttribute(c, "http.x_forwarded_for", text)
	}
	if text := v.text[upstream]; text != "" {
		if d, ok := parseDuration(text, v.field[upstream].unit); ok {
			setAttribute(c, "upstream_duration_us", d.Microseconds())
		}
	}
}

func setAttribute(c *event.Call, name string, value any) {
	if c.Attributes == nil {
		c.Attributes = make(map[string]any, 2)
	}
	c.Attributes[name] = value
}

// plain returns a value without the encoding of its format.
func (v *values) plain(r role) string {
	text := v.text[r]
	if text == "" {
		return ""
	}
	switch v.field[r].encoding {
	case plus:
		return strings.ReplaceAll(text, "+", " ")
	case percent:
		if decoded, err := url.PathUnescape(text); err == nil {
			return strings.ToValidUTF8(decoded, "�")
		}
		return text
	}
	if strings.IndexByte(text, '\\') < 0 {
		return text
	}
	return unescape(text)
}

// unescape undoes \xHH, \uHHHH, \" and their like; unknown escapes stay.
func unescape(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		switch digits := map[byte]int{'x': 2, 'u': 4}[s[i]]; {
		case digits > 0 && i+digits < len(s):
			code, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32)
			if err != nil {
				out = append(out, '\\', s[i])
				continue
			}
			if digits == 2 {
				out = append(out, byte(code))
			} else {
				out = append(out, string(rune(code))...)
			}
			i += digits
		default:
			out = append(out, plainEscape(s[i])...)
		}
	}
	return strings.ToValidUTF8(string(out), "�")
}

func plainEscape(b byte) string {
	switch b {
	case '"', '\\', '/':
		return string([]byte{b})
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	}
	return string([]byte{'\\', b})
}
