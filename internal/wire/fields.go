package wire

import (
	"strings"
	"time"
)

// role is what one column or key of an access log means to us.
type role byte

const (
	skip        role = iota // not kept
	timeStart               // the request arrived
	timeEnd                 // the log line was written
	timeEndFine             // the same moment in finer grain; preferred
	dateEnd                 // W3C: the day of timeEnd
	clockEnd                // W3C: its time of day
	requestLine             // "GET /a?b HTTP/1.1"
	method
	target // path and query as requested, or an absolute URL
	path   // path alone, perhaps rewritten; only used without target
	query
	host
	status
	termination // flags that say who ended the request: HAProxy, Envoy, Apache
	bytesOut
	bytesIn
	duration
	upstream // the duration that the server behind reported
	requestID
	traceID
	spanID
	parentSpanID
	userAgent
	referer
	client // address of the person's side, with or without port
	peer   // address of the connection; only used without client
	forwarded
	sessionID
	userID
	deviceID
	accountID
	actionID
	header   // a request header that identity keys are read from
	captures // HAProxy: captured headers whose names the log does not tell
	pairs    // any number of key=value and key="value"
	roles    // how many there are
)

// encoding is how a format hides spaces in a value.
type encoding byte

const (
	backslash encoding = iota // \x22, \", \u0022
	plus                      // IIS writes + for a space
	percent                   // CloudFront writes %20
)

// field is a column's meaning.
type field struct {
	role     role
	unit     time.Duration // of durations
	adds     bool          // the values of all such columns add up
	point    bool          // only numbers with a point, as nginx writes seconds
	encoding encoding
	name     string // of a header, in lower case
}

// takes reports whether value can be one of f. Layouts differ in such details
// only, so this tells them apart.
func (f *field) takes(value string) bool {
	switch f.role {
	case timeStart, timeEnd, timeEndFine:
		return value != "-"
	case duration:
		return strings.IndexByte(value, ' ') < 0 && (!f.point || strings.IndexByte(value, '.') >= 0)
	case client, host:
		return !strings.ContainsAny(value, ` "{`)
	case status, bytesOut, bytesIn, method, requestID, traceID, spanID:
		return strings.IndexByte(value, ' ') < 0
	}
	return true
}

// vocabulary maps names (in [foldName] form) to fields.
type vocabulary map[string]*field

// names returns the names that mean the same in every product: variables of
// nginx, keys that people choose in JSON logs, and our own. Products that use one
// of them differently override it in their preset.
func names() vocabulary {
	v := vocabulary{}
	add := func(f field, list string) {
		for name := range strings.FieldsSeq(list) {
			v[name] = &f
		}
	}
	add(field{role: timeEnd}, "time time_local time_iso8601 timestamp @timestamp ts date_time datetime")
	add(field{role: timeEndFine}, "msec time_msec epoch")
	add(field{role: timeStart}, "time_start start_time started_at start")
	add(field{role: requestLine}, "request request_line")
	add(field{role: method}, "method request_method http_method verb http.request.method")
	add(field{role: target}, "request_uri target url path_with_query http_url url.full")
	add(field{role: path}, "uri path request_path document_uri uri_path url.path")
	add(field{role: query}, "args query_string query url.query")
	add(field{role: host}, "host http_host server_name vhost virtual_host authority domain domain_name x_host_header server.address")
	add(field{role: status}, "status status_code http_status code response_status sc_status http.response.status_code")
	add(field{role: bytesOut}, "bytes_sent body_bytes_sent bytes size response_bytes response_size bytes_out sc_bytes resp_size")
	add(field{role: bytesIn}, "request_length req_len bytes_received request_bytes bytes_read bytes_in cs_bytes request_size")
	add(field{role: duration, unit: time.Second}, "request_time duration_s response_time elapsed rt duration time_taken")
	add(field{role: duration, unit: time.Millisecond}, "duration_ms request_time_ms latency_ms elapsed_ms response_time_ms latency")
	add(field{role: duration, unit: time.Microsecond}, "duration_us request_time_us rt_us")
	add(field{role: duration, unit: time.Nanosecond}, "duration_ns request_time_ns")
	add(field{role: upstream, unit: time.Second}, "upstream_response_time upstream_time urt upstream_service_time_s")
	add(field{role: upstream, unit: time.Millisecond}, "upstream_service_time")
	add(field{role: requestID}, "request_id req_id reqid correlation_id unique_id x_request_id rid")
	add(field{role: traceID}, "trace_id traceid otel_trace_id")
	add(field{role: spanID}, "span_id spanid otel_span_id")
	add(field{role: parentSpanID}, "parent_span_id parent_id otel_parent_id")
	add(field{role: userAgent}, "http_user_agent user_agent ua agent useragent user_agent.original")
	add(field{role: referer}, "http_referer referer referrer http_referrer")
	add(field{role: client}, "remote_addr client_ip remote_ip clientip client remote_host remote client_addr c_ip realip_remote_addr client.address")
	add(field{role: forwarded}, "http_x_forwarded_for x_forwarded_for xff forwarded_for")
	add(field{role: sessionID}, "session_id")
	add(field{role: userID}, "user_id")
	add(field{role: deviceID}, "device_id")
	add(field{role: accountID}, "account_id tenant_id")
	add(field{role: actionID}, "action_id")
	add(field{role: pairs}, "pairs")
	// What the usual request loggers of Node.js nest.
	add(field{role: method}, "req.method request.method")
	add(field{role: target}, "req.url request.url request.uri")
	add(field{role: status}, "res.statuscode response.status response.status_code")
	add(field{role: duration, unit: time.Millisecond}, "responsetime")
	add(field{role: client}, "req.remoteaddress")
	for _, name := range identityHeaders() {
		f := headerField("http_", name)
		for _, below := range []string{"", "http_", "headers.", "req.headers.", "request.headers.", "request_headers."} {
			if _, known := v[foldName(below+name)]; !known {
				v[foldName(below+name)] = &f
			}
		}
	}
	add(field{role: header, name: "traceparent"}, "trace_parent tp")
	return v
}

// find returns the field called name; unknown names are skipped columns.
func (v vocabulary) find(name string) field {
	name = foldName(name)
	if f, known := v[name]; known {
		return *f
	}
	for _, prefix := range []string{"http_", "sent_http_", "cookie_", "upstream_http_"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return headerField(prefix, strings.ReplaceAll(rest, "_", "-"))
		}
	}
	return field{}
}

// cookiePrefix marks the name of a field that holds one cookie.
const cookiePrefix = "cookie:"

// headerField is the field of a header or cookie; one that identity does not
// read is skipped, so that Authorization and the like are never even held.
func headerField(from, name string) field {
	name = strings.ToLower(name)
	switch {
	case from == "cookie_":
		if isIdentityCookie(name) {
			return field{role: header, name: cookiePrefix + name}
		}
		return field{}
	case name == "user-agent":
		return field{role: userAgent}
	case name == "referer":
		return field{role: referer}
	case name == "x-forwarded-for":
		return field{role: forwarded}
	case name == "host" || name == ":authority":
		return field{role: host}
	case isIdentityHeader(name):
		return field{role: header, name: name}
	}
	return field{}
}

// foldName makes spellings equal: Request-Id, request_id.
func foldName(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "-", "_")
}
