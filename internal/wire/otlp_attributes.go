package wire

import (
	"math"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/clickspan/clickspan/internal/event"
)

// otlpScope is what the resource and the instrumentation scope say about every
// record below them.
type otlpScope struct {
	resource pcommon.Map
	keys     keys
	service  string
	release  string
	source   string
	browser  bool
	origin   event.Origin
	context  event.Context
}

func (o *otlpDecoder) scope(resource pcommon.Resource, scope pcommon.InstrumentationScope) *otlpScope {
	attrs := resource.Attributes()
	get := textOf(attrs)
	s := &otlpScope{
		resource: attrs,
		keys:     attributeKeys(get),
		service:  firstOf(get("service.name"), o.opt.Service),
		release:  get("service.version"),
		browser:  isBrowser(attrs, scope.Name()),
	}
	s.source = "otlp/" + firstOf(strings.Trim(get("telemetry.sdk.name")+"-"+get("telemetry.sdk.language"), "-"), scope.Name(), "unknown")
	s.origin = event.Origin{Source: s.source, UserAgent: firstOf(get("user_agent.original"), get("browser.user_agent"))}
	s.context = event.Context{Language: get("browser.language"), OS: get("os.name"), Device: deviceOf(get)}
	return s
}

// isBrowser knows browser SDKs by their language, by the attributes that resource
// detectors of browsers set, and by instrumentations that exist only there.
func isBrowser(resource pcommon.Map, scope string) bool {
	if textOf(resource)("telemetry.sdk.language") == "webjs" {
		return true
	}
	for name := range resource.All() {
		if strings.HasPrefix(name, "browser.") {
			return true
		}
	}
	for _, mark := range []string{"document-load", "user-interaction", "xml-http-request", "instrumentation-fetch", "browser-instrumentation", "web-vitals"} {
		if strings.Contains(scope, mark) {
			return true
		}
	}
	return false
}

func deviceOf(get func(string) string) string {
	if get("browser.mobile") == "true" {
		return "mobile"
	}
	return ""
}

// identify fills the ids that a record's own attributes give, then its resource's.
func (s *otlpScope) identify(id *event.Identity, own *keys) {
	own.fillIdentity(id)
	s.keys.fillIdentity(id)
	if s.browser && id.DeviceID == "" { // no browser SDK has a device id; a visit is the next best
		id.DeviceID = id.SessionID
	}
}

// attributes reads a record's attributes by the names that they have had over the
// years, newest first.
type attributes struct{ pcommon.Map }

// text returns the first that is there and not empty.
func (a attributes) text(names ...string) string {
	for _, name := range names {
		if v, ok := a.Get(name); ok {
			if text := v.AsString(); text != "" {
				return text
			}
		}
	}
	return ""
}

// number returns the first that is a number, however it is written; else 0.
func (a attributes) number(names ...string) int64 {
	for _, name := range names {
		v, ok := a.Get(name)
		if !ok {
			continue
		}
		switch v.Type() {
		case pcommon.ValueTypeInt:
			return v.Int()
		case pcommon.ValueTypeDouble:
			return int64(v.Double())
		case pcommon.ValueTypeStr:
			if n, err := strconv.ParseInt(v.Str(), 10, 64); err == nil {
				return n
			}
		}
	}
	return 0
}

// has reports whether one of them is there.
func (a attributes) has(names ...string) bool {
	for _, name := range names {
		if _, ok := a.Get(name); ok {
			return true
		}
	}
	return false
}

// rest returns the attributes that have no field of their own, nil when there are
// none. Headers and bodies are left out: nobody opted in to them.
func (a attributes) rest() map[string]any {
	var m map[string]any
	for name, value := range a.All() {
		if isKnownAttribute(name) {
			continue
		}
		if m == nil {
			m = make(map[string]any, a.Len())
		}
		m[name] = plainValue(value)
	}
	return m
}

// plainValue is value as encoding/json would have read it.
func plainValue(value pcommon.Value) any {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		return value.Str()
	case pcommon.ValueTypeBool:
		return value.Bool()
	case pcommon.ValueTypeDouble:
		if x := value.Double(); math.IsNaN(x) || math.IsInf(x, 0) { // JSON has no such numbers
			return value.AsString()
		}
		return value.Double()
	case pcommon.ValueTypeInt:
		if n := value.Int(); n > 1<<53 || n < -1<<53 {
			return n
		}
		return float64(value.Int())
	case pcommon.ValueTypeMap:
		m := make(map[string]any, value.Map().Len())
		for name, inner := range value.Map().All() {
			m[name] = plainValue(inner)
		}
		return m
	case pcommon.ValueTypeSlice:
		list := make([]any, 0, value.Slice().Len())
		for _, inner := range value.Slice().All() {
			list = append(list, plainValue(inner))
		}
		return list
	case pcommon.ValueTypeBytes:
		return value.AsString()
	}
	return nil
}

// isKnownAttribute knows what a Call, Event or identity keeps in its own fields,
// and what must not be kept.
func isKnownAttribute(name string) bool {
	switch name {
	case "http.url", "http.target", "http.host", "http.scheme", "http.method", "http.status_code", "http.status_text", "http.flavor",
		"http.route", "http.user_agent", "http.client_ip", "http.response_content_length", "http.request_content_length",
		"http.response_content_length_uncompressed", "error.type",
		"event_type", "target_element", "target_xpath", "event.name", "page.id", "action.id",
		"user.id", "user.email", "user.full_name", "user.name", "enduser.id", "enduser.pseudo.id", "session.id", "account.id", "tenant.id":
		return true
	}
	before, _, _ := strings.Cut(name, ".")
	switch before {
	case "url", "net", "network", "server", "client", "user_agent":
		return true
	}
	return strings.HasPrefix(name, "http.request.") || strings.HasPrefix(name, "http.response.") || strings.HasPrefix(name, "apitoolkit.") || strings.HasPrefix(name, "link.")
}

func textOf(m pcommon.Map) func(string) string {
	return func(name string) string { return attributes{m}.text(name) }
}

// firstOf returns the first text that is not empty.
func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// timeOf is the zero Time when the sender gave none.
func timeOf(t pcommon.Timestamp) time.Time {
	if t == 0 {
		return time.Time{}
	}
	return event.Time(t.AsTime())
}
