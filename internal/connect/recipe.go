package connect

import (
	"fmt"
	"net/url"
	"strings"
)

// Prefix is where the web server passes Clickspan's script and beacons on. It is on
// the application's own origin, so no CORS, no mixed content and no content security
// policy beyond 'self' stands in the way.
const Prefix = "/_cs/"

// The web servers that recipes are for; None is everything else.
const (
	Nginx  = "nginx"
	Caddy  = "caddy"
	Apache = "apache"
	None   = "none"
)

// Setup is what a recipe is filled in with.
type Setup struct {
	// Site is the application's address, https://shop.example; empty when unknown.
	Site string
	// Intake is host:port of the intake listener, as the web server reaches it.
	Intake string
	// Key is the browser key; empty until there is one.
	Key string
	// Log is the access log to write and follow; empty = the server's usual place.
	Log string
	// Program is how a shell calls this program; empty = clickspan.
	Program string
	// Data is the data directory, for commands on the same machine.
	Data    string
	Project string
}

// Snippet is one thing to copy and where it goes.
type Snippet struct {
	Title string `json:"title"`
	Text  string `json:"text" doc:"one or two sentences around it"`
	Code  string `json:"code" doc:"what to copy"`
	// An optional one does by itself what the one before does by hand.
	Optional bool `json:"optional"`
}

// Recipe returns the snippets for a web server, one of [Servers].
func Recipe(server string, s Setup) []Snippet {
	switch server {
	case Nginx:
		return s.nginx()
	case Caddy:
		return s.caddy()
	case Apache:
		return s.apache()
	default:
		return s.none()
	}
}

func (s Setup) nginx() []Snippet {
	log := orElse(s.Log, "/var/log/nginx/clickspan.log")
	return []Snippet{
		{
			Title: "Log what the join needs",
			Text: "Above server { … }, in the same file. It stays the combined format with pairs behind, in a file of its own. " +
				"If server { … } has an access_log of its own, put the second directive beside it: nginx writes both.",
			Code: `log_format clickspan '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
                     ' rt=$request_time msec=$msec rid=$request_id tp="$http_traceparent" xff="$http_x_forwarded_for"';
access_log ` + log + ` clickspan;
`,
		},
		{
			Title: "Pass " + Prefix + " on to Clickspan",
			Text:  "Inside server { … } of " + s.host() + ". With ^~ it goes before locations for static files.",
			Code: `location ^~ ` + Prefix + ` {
    proxy_pass http://` + s.Intake + `/;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    access_log off;
}
`,
		},
		s.tag(),
		{
			Title: "Or let nginx write that line into every page",
			Text: "Beside the location. It cannot look into pages that the application compresses: " +
				`where nginx proxies to it, add proxy_set_header Accept-Encoding "" there.`,
			Code:     "sub_filter '</head>' '" + s.script() + "</head>';\n",
			Optional: true,
		},
		{Title: "Load the configuration", Code: "nginx -t && nginx -s reload\n"},
		s.follow(log, "--format nginx-timed"),
	}
}

func (s Setup) caddy() []Snippet {
	log := orElse(s.Log, "/var/log/caddy/clickspan.log")
	return []Snippet{
		{
			Title: "Pass " + Prefix + " on to Clickspan, and log as JSON",
			Text:  "Inside " + s.host() + " { … }. Caddy's JSON has the duration and the header Traceparent; it says by itself whom it forwards for.",
			Code: `handle_path ` + Prefix + `* {
	reverse_proxy ` + s.Intake + `
}
log clickspan {
	output file ` + log + `
	format json
}
`,
		},
		s.tag(),
		{Title: "Load the configuration", Code: "caddy validate --config /etc/caddy/Caddyfile && caddy reload --config /etc/caddy/Caddyfile\n"},
		s.follow(log, "--format caddy"),
	}
}

func (s Setup) apache() []Snippet {
	log := orElse(s.Log, "/var/log/apache2/clickspan.log")
	return []Snippet{
		{Title: "Switch on what it needs", Text: "Once, as root.", Code: "a2enmod proxy proxy_http substitute filter\n"},
		{
			Title: "Pass " + Prefix + " on to Clickspan, and log what the join needs",
			Text: "Inside <VirtualHost> of " + s.host() + ", before any other ProxyPass. Apache adds X-Forwarded-For by itself. " +
				"The log stays the combined format with pairs behind, in a file of its own beside the one you have.",
			Code: `ProxyPass ` + Prefix + ` http://` + s.Intake + `/
LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" start=%{usec}t duration_us=%D tp=\"%{traceparent}i\" rid=\"%{X-Request-Id}i\"" clickspan
CustomLog ` + log + ` clickspan "expr=%{REQUEST_URI} !~ m#^` + Prefix + `#"
`,
		},
		s.tag(),
		{
			Title: "Or let Apache write that line into every page",
			Text:  "Inside <VirtualHost>. It cannot look into pages that the application compresses: with mod_headers, RequestHeader unset Accept-Encoding.",
			Code: `AddOutputFilterByType SUBSTITUTE text/html
Substitute 's|</head>|` + s.script() + `</head>|n'
`,
			Optional: true,
		},
		{Title: "Load the configuration", Code: "apachectl configtest && apachectl graceful\n"},
		s.follow(log, "--format nginx-timed --service apache"),
	}
}

// none is for applications without a web server that could be configured.
func (s Setup) none() []Snippet {
	base := "http://" + s.Intake
	return []Snippet{
		{
			Title: "Put the script into your pages",
			Text: "Before </head>, straight from the intake listener; the key is taken from pages of " + s.host() + " only. " +
				"Browsers must reach that address, and a page with https needs one with https: give the listener a name of its own in whatever ends TLS for you.",
			Code: s.tagFrom(base + "/"),
		},
		{
			Title: "Report the API's side with OpenTelemetry",
			Text:  "In the environment of a service that is instrumented, with a server key.",
			Code: `CLICKSPAN_KEY=$(` + s.program() + ` key create` + s.flags() + `)
export OTEL_EXPORTER_OTLP_ENDPOINT=` + base + `
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20$CLICKSPAN_KEY"
`,
		},
		{
			Title: "Or from your own middleware", Optional: true,
			Text: "One JSON object for each request, an array or NDJSON. traceparent is the request's header: its second part is the trace, its third the parent span.",
			Code: `curl -H "Authorization: Bearer $CLICKSPAN_KEY" ` + base + `/intake/calls -d '{
  "side":"server","method":"GET","path":"/orders/1","status":200,"time":"2026-11-23T10:00:00.200Z","duration_us":48000,
  "trace_id":"0af7651916cd43dd8448eb211c80319c","parent_span_id":"b7ad6b7169203331"}'
`,
		},
		{
			Title: "Or from any other log", Optional: true,
			Text: "Traefik, Envoy, HAProxy, ALB, CloudFront and IIS are recognised; for others add --log-format with the definition as the server has it.",
			Code: s.program() + " import --follow" + s.flags() + " " + quote(orElse(s.Log, "access.log")) + "\n",
		},
	}
}

// tag is the snippet that puts the script into pages by hand.
func (s Setup) tag() Snippet {
	return Snippet{
		Title: "Put the script into your pages", Text: "Before </head>. It loads after the page and asks nobody but " + s.host() + ".",
		Code: s.script() + "\n",
	}
}

func (s Setup) script() string { return strings.TrimSpace(s.tagFrom(Prefix)) }

func (s Setup) tagFrom(base string) string {
	return fmt.Sprintf("<script defer src=\"%sclickspan.js\" data-key=\"%s\"></script>\n", base, orElse(s.Key, "KEY"))
}

func (s Setup) follow(log, flags string) Snippet {
	return Snippet{
		Title: "Follow the log",
		Text: "On the web server's machine, as somebody who may read the log and the data directory; it goes on until it is stopped. " +
			"From another machine: --url with this server's address and CLICKSPAN_TOKEN with a token of yours.",
		Code: s.program() + " import --follow " + flags + s.flags() + " " + quote(log) + "\n",
	}
}

func (s Setup) program() string { return quote(orElse(s.Program, "clickspan")) }

// flags name the data directory and the project where they are not the default.
func (s Setup) flags() string {
	var out string
	if s.Data != "" {
		out += " --data " + quote(s.Data)
	}
	if s.Project != "" && s.Project != "default" {
		out += " --project " + quote(s.Project)
	}
	return out
}

// quote makes one word of text for a shell.
func quote(text string) string {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// host is the site as a person calls it.
func (s Setup) host() string {
	if u, err := url.Parse(s.Site); err == nil && u.Host != "" {
		return u.Host
	}
	return "your site"
}

func orElse(text, other string) string {
	if text != "" {
		return text
	}
	return other
}
