package wire

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// preset is what is special about one product's access log. All of them are read
// by the one decoder of logdecode.go.
type preset struct {
	name, title string
	// layouts are the text shapes, in nginx or Apache syntax; names are looked up
	// in names and overrides.
	layouts []string
	json    bool // lines are JSON objects
	w3c     bool // a #Fields line names the columns
	columns string
	// overrides are names that mean something else here than in names.
	overrides map[string]field
	// headerPaths are the JSON paths below which headers lie.
	headerPaths []string
	// marker must occur in an input for it to be guessed as this format.
	marker string
	// headerEncoding is how spaces in the headers of a W3C log are written.
	headerEncoding encoding
}

// combined is the layout that most others extend.
const combined = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`

// presets returns the table of access logs. Order breaks ties of detection.
func presets() []preset {
	return []preset{
		{name: "combined", title: "nginx or Apache combined", layouts: []string{combined}},
		{name: "common", title: "common log format", layouts: []string{`%h %l %u %t "%r" %>s %b`}},
		nginxTimed(),
		{name: "apache-timed", title: "Apache combined with %D", layouts: []string{
			`%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %D`,
		}},
		{name: "apache-vhost", title: "Apache vhost_combined, also with %D, X-Request-Id and traceparent", layouts: []string{
			`%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i" %D %{X-Request-Id}i %{traceparent}i`,
			`%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i" %D`,
			`%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`,
		}},
		haproxy(),
		alb(),
		cloudfront(),
		{
			name: "iis", title: "IIS and other W3C extended logs", w3c: true, marker: "#Fields:",
			columns:   "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
			overrides: w3cNames(time.Millisecond), headerEncoding: plus,
		},
		caddy(),
		traefik(),
		envoy(),
		{name: "nginx-json", title: "JSON access log of nginx and others", json: true},
		{name: "log", title: "any access log, described by --log-format"},
	}
}

// service names the hop that writes this log: the product, where the format tells.
func (p preset) service() string {
	switch product, _, _ := strings.Cut(p.name, "-"); product {
	case "combined", "common", "log":
		return "access-log"
	default:
		return product
	}
}

// nginxTimed: what people append to combined, and the default of ingress-nginx. A
// lone number is nginx's only if it has a point: Apache appends whole microseconds.
func nginxTimed() preset {
	ingress := combined + ` $request_length $seconds [$upstream_name] [$alternative_name] `
	return preset{
		name: "nginx-timed", title: "nginx combined and more: forwarded address, request time, key=value pairs; ingress-nginx",
		layouts: []string{
			combined + ` $pairs`,
			combined + ` "$http_x_forwarded_for"`,
			combined + ` "$http_x_forwarded_for" $pairs`,
			combined + ` "$http_x_forwarded_for" $seconds`,
			combined + ` $seconds`,
			ingress + `$upstream_addr $upstream_length $upstream_response_time $upstream_status $req_id`,
			ingress + `$several_upstreams`,
		},
		overrides: map[string]field{"seconds": {role: duration, unit: time.Second, point: true}},
	}
}

// haproxy: option httplog, with or without captured headers. The accept date is
// the start; the last timer is the total.
func haproxy() preset {
	head := `$remote_addr [$accepted] $frontend $server $tr/$tw/$tc/$tresponse/${duration_ms} $status $bytes $cc $cs $termination $connections $queues `
	return preset{
		name: "haproxy", title: "HAProxy HTTP log",
		layouts:   []string{head + `{$captures} "$request"`, head + `"$request"`},
		overrides: map[string]field{"accepted": {role: timeStart}, "captures": {role: captures}, "termination": {role: termination}},
	}
}

// alb: the columns up to request_creation_time have been stable since 2018; newer
// ones follow it. The three processing times add up to the total.
func alb() preset {
	return preset{
		name: "alb", title: "AWS Application Load Balancer",
		layouts: []string{`$type $time $elb $client_ip $target_server $processing_time $processing_time $processing_time $status $target_status ` +
			`$bytes_received $bytes_sent "$request" "$user_agent" $ssl_cipher $ssl_protocol $target_group "$request_id" "$domain_name" "$cert" $priority $start_time $rest`},
		overrides: map[string]field{"processing_time": {role: duration, unit: time.Second, adds: true}},
	}
}

// cloudfront: W3C with tabs, user agent and referer percent-encoded, the moment
// the response ended in whole seconds.
func cloudfront() preset {
	names := w3cNames(time.Second)
	names["x_edge_request_id"] = field{role: requestID}
	names["cs(host)"] = field{} // the distribution's own name; x-host-header has what was asked for
	return preset{
		name: "cloudfront", title: "AWS CloudFront standard log", w3c: true, marker: "x-edge-location", overrides: names, headerEncoding: percent,
		columns: "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) " +
			"x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher " +
			"x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type " +
			"sc-content-type sc-content-len sc-range-start sc-range-end",
	}
}

// w3cNames are the columns of W3C extended logs; the unit of time-taken differs by
// product.
func w3cNames(taken time.Duration) map[string]field {
	return map[string]field{
		"date": {role: dateEnd}, "time": {role: clockEnd}, "time_taken": {role: duration, unit: taken},
		"cs_method": {role: method}, "cs_uri_stem": {role: path}, "cs_uri_query": {role: query},
		"cs_uri": {role: target}, "cs_host": {role: host}, "x_forwarded_for": {role: forwarded, encoding: percent},
	}
}

// caddy: ts is the end; its own client_ip already knows the trusted proxies.
func caddy() preset {
	return preset{
		name: "caddy", title: "Caddy JSON access log", json: true, marker: `"http.log.access`,
		headerPaths: []string{"request.headers.", "resp_headers."},
		overrides: map[string]field{
			"request.method": {role: method}, "request.uri": {role: target}, "request.host": {role: host},
			"request.client_ip": {role: client}, "request.remote_ip": {role: peer}, "request.remote_addr": {role: peer},
			"user_id": {}, // the name given to basic auth, which says nothing about people
		},
	}
}

// traefik: common log format with three columns and a duration behind, or JSON.
func traefik() preset {
	return preset{
		name: "traefik", title: "Traefik common or JSON access log", json: true, marker: `"DownstreamStatus`,
		layouts:     []string{`$remote_addr - $remote_user [$startlocal] "$request" $status $bytes "$http_referer" "$http_user_agent" $count "$router" "$server_url" ${duration_ms}ms`},
		headerPaths: []string{"request_", "downstream_"},
		overrides: map[string]field{
			"startutc": {role: timeStart}, "startlocal": {role: timeStart}, "requestmethod": {role: method}, "requestpath": {role: target},
			"requesthost": {role: host}, "downstreamstatus": {role: status}, "downstreamcontentsize": {role: bytesOut}, "requestcontentsize": {role: bytesIn},
			"duration": {role: duration, unit: time.Nanosecond}, "originduration": {role: upstream, unit: time.Nanosecond},
			"clienthost": {role: client}, "clientaddr": {role: peer},
		},
	}
}

// envoy: the default text format, Istio's, or JSON with the operators' names.
func envoy() preset {
	head := `[$start_time] "$method $path $protocol" $response_code $response_flags `
	tail := `$bytes_received $bytes_sent $duration $upstream_service_time "$http_x_forwarded_for" "$http_user_agent" "$request_id" "$authority" "$upstream_host"`
	return preset{
		name: "envoy", title: "Envoy or Istio access log, default text or JSON", json: true, marker: `"response_code`,
		layouts: []string{
			head + tail,
			head + `$details $termination_details "$failure" ` + tail + ` $cluster $local $downstream_local $downstream_remote_address $server_name $route`,
		},
		overrides: map[string]field{
			"path": {role: target}, "response_code": {role: status}, "response_flags": {role: termination}, "server_name": {},
			"duration": {role: duration, unit: time.Millisecond}, "downstream_remote_address": {role: client}, ":authority": {role: host},
		},
	}
}

// vocabulary returns the names that this product's columns and keys have.
func (p preset) vocabulary() vocabulary {
	v := names()
	for _, below := range p.headerPaths {
		for _, name := range slices.Concat(identityHeaders(), []string{"user-agent", "referer", "x-forwarded-for"}) {
			f := headerField("http_", name)
			v[foldName(below+name)] = &f
		}
	}
	for name, f := range p.overrides {
		v[name] = &f
	}
	return v
}

// weight ranks a JSON log of no particular product below those that are marked.
func (p preset) weight() float64 {
	if p.json && p.marker == "" {
		return 0.8
	}
	return 1
}

// format makes the registry row of p.
func (p preset) format() Format {
	known := sync.OnceValue(p.vocabulary) // shared by all requests of one registry
	return Format{
		Name: p.name, Title: p.title, Service: p.service(), Lines: true,
		ContentTypes: []string{"text/plain", "application/x-ndjson"},
		Decode:       decodeLog(p, known),
		Detect:       func(head []byte) Match { return p.sniff(head, known()) },
	}
}

// logFormats are the registry rows of all access logs.
func logFormats() []Format {
	var formats []Format
	for _, p := range presets() {
		formats = append(formats, p.format())
	}
	return formats
}
