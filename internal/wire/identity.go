package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clickspan/clickspan/internal/event"
)

// keys are the parts of a record that say whose it is and what it belongs to, as
// other people's SDKs and gateways name them. Headers and attributes are harvested
// here and nowhere else.
type keys struct {
	event.Identity
	TraceID, SpanID, ParentSpanID string
	RequestID, ActionID, PageID   string
	Consent                       event.Consent
}

// fill sets what c does not say itself.
func (k *keys) fill(c *event.Call) {
	k.fillIdentity(&c.Identity)
	orElse(&c.RequestID, k.RequestID)
	orElse(&c.ActionID, k.ActionID)
	orElse(&c.PageID, k.PageID)
	if c.Consent == event.ConsentUnknown {
		c.Consent = k.Consent
	}
	if c.TraceID == "" || c.TraceID == k.TraceID { // a parent of another trace is no parent
		orElse(&c.TraceID, k.TraceID)
		orElse(&c.SpanID, k.SpanID)
		orElse(&c.ParentSpanID, k.ParentSpanID)
	}
}

// fillIdentity sets what id does not say itself.
func (k *keys) fillIdentity(id *event.Identity) {
	orElse(&id.SessionID, k.SessionID)
	orElse(&id.UserID, k.UserID)
	orElse(&id.DeviceID, k.DeviceID)
	orElse(&id.AccountID, k.AccountID)
}

func orElse(to *string, value string) {
	if *to == "" {
		*to = value
	}
}

// identityHeaders are the request and response headers that [headerKeys] reads, in
// lower case. No other header is ever held.
func identityHeaders() []string {
	return []string{
		"traceparent", "sentry-trace", "b3", "x-b3-traceid", "x-b3-spanid", "x-datadog-trace-id", "x-datadog-parent-id",
		"baggage", "cookie", "x-request-id", "x-correlation-id", "x-moesif-transaction-id", "x-highlight-request",
		"x-posthog-session-id", "x-posthog-distinct-id", "x-faro-session-id", "x-openreplay-sessiontoken", "server-timing", "sec-gpc",
	}
}

func isIdentityHeader(name string) bool { return slices.Contains(identityHeaders(), name) }

// headerKeys reads the keys of a request from its headers; get takes names of
// [identityHeaders].
func headerKeys(get func(name string) string) keys {
	var k keys
	k.TraceID, k.ParentSpanID = incomingTrace(get)
	k.baggage(get("baggage"))

	highlightSession, highlightRequest, _ := strings.Cut(get("x-highlight-request"), "/")
	orElse(&k.SessionID, first(get("x-posthog-session-id"), get("x-faro-session-id"), highlightSession, pseudonym(get("x-openreplay-sessiontoken"))))
	orElse(&k.UserID, clean(get("x-posthog-distinct-id")))
	k.RequestID = first(get("x-request-id"), get("x-correlation-id"), get("x-moesif-transaction-id"), highlightRequest)
	k.DeviceID = cookieDevice(get("cookie"))
	if get("sec-gpc") == "1" { // Global Privacy Control: the person objects
		k.Consent = event.ConsentDenied
	}
	return k
}

// attributeKeys reads the keys of a span, log record or event from its attributes
// (semantic conventions and what vendors add to them). "" = absent.
func attributeKeys(get func(name string) string) keys {
	pick := func(names ...string) string {
		for _, name := range names {
			if value := clean(get(name)); value != "" {
				return value
			}
		}
		return ""
	}
	var k keys
	k.SessionID = pick("session.id", "rum.sessionId", "highlight.session_id", "$session_id", "sentry-replay_id")
	k.UserID = pick("user.id", "enduser.id", "usr.id", "distinct_id")
	k.DeviceID = pick("enduser.pseudo.id", "usr.anonymous_id", "anonymous_id", "device.id")
	k.AccountID = pick("account.id", "tenant.id", "company_id", "organization.id", "org.id", "workspace.id", "customer.id")
	k.RequestID = pick("http.request.header.x-request-id", "http.request.header.x-correlation-id", "request.id", "apitoolkit.msg_id")
	k.ActionID = pick("action.id", "faro.action.user.parentId", "user_action.instance_id")
	k.PageID = pick("page.id", "pageview.id")
	return k
}

// baggage reads W3C baggage: k=v;property,k=v. Only the names we know are kept.
func (k *keys) baggage(value string) {
	for member := range strings.SplitSeq(value, ",") {
		pair, _, _ := strings.Cut(member, ";")
		name, encoded, found := strings.Cut(pair, "=")
		decoded, err := url.PathUnescape(strings.TrimSpace(encoded))
		if !found || err != nil {
			continue
		}
		decoded = clean(decoded)
		switch strings.TrimSpace(name) {
		case "session.id":
			k.SessionID = decoded
		case "sentry-replay_id":
			orElse(&k.SessionID, decoded)
		case "user.id":
			k.UserID = decoded
		case "account.id", "tenant.id":
			k.AccountID = decoded
		case "action.id":
			k.ActionID = decoded
		case "page.id":
			k.PageID = decoded
		}
	}
}

// incomingTrace returns the caller's trace and span from the first propagation
// header that is well formed.
func incomingTrace(get func(name string) string) (traceID, spanID string) {
	if traceID, spanID, ok := parseTraceparent(get("traceparent")); ok {
		return traceID, spanID
	}
	for _, name := range []string{"sentry-trace", "b3"} { // both are trace-span-sampled
		parts := strings.SplitN(get(name), "-", 3)
		if len(parts) >= 2 {
			if traceID, spanID := hexID(parts[0], 32), hexID(parts[1], 16); traceID != "" {
				return traceID, spanID
			}
		}
	}
	if traceID := hexID(get("x-b3-traceid"), 32); traceID != "" {
		return traceID, hexID(get("x-b3-spanid"), 16)
	}
	return decimalID(get("x-datadog-trace-id"), 32), decimalID(get("x-datadog-parent-id"), 16)
}

// parseTraceparent reads version-trace-span-flags of W3C trace context. Ids of
// zeros are invalid by that standard.
func parseTraceparent(value string) (traceID, spanID string, ok bool) {
	if len(value) < 55 || value[2] != '-' || value[35] != '-' || value[52] != '-' || strings.EqualFold(value[:2], "ff") {
		return "", "", false
	}
	traceID, spanID = hexID(value[3:35], 32), hexID(value[36:52], 16)
	return traceID, spanID, traceID != "" && spanID != ""
}

// serverTimingTrace returns the trace id that a server told the browser with
// Server-Timing: traceparent;desc="00-…".
func serverTimingTrace(value string) string {
	_, rest, found := strings.Cut(value, "traceparent")
	if !found {
		return ""
	}
	_, rest, found = strings.Cut(rest, "desc=")
	rest = strings.TrimPrefix(rest, `"`)
	if !found || len(rest) < 55 {
		return ""
	}
	traceID, _, _ := parseTraceparent(rest[:55])
	return traceID
}

// hexID returns an id of that many lower-case hex digits, padded with zeros as
// 64-bit trace ids are, or "" when it is none or zero.
func hexID(s string, digits int) string {
	if s == "" || len(s) > digits || len(s) < digits && len(s) != 16 {
		return ""
	}
	zero, upper := true, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'f', c >= '1' && c <= '9':
			zero = false
		case c >= 'A' && c <= 'F':
			zero, upper = false, true
		case c != '0':
			return ""
		}
	}
	if zero {
		return ""
	}
	if upper {
		s = strings.ToLower(s)
	}
	return strings.Repeat("0", digits-len(s)) + s
}

// decimalID converts the decimal ids of Datadog.
func decimalID(s string, digits int) string {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return ""
	}
	id := strconv.FormatUint(n, 16)
	return strings.Repeat("0", digits-len(id)) + id
}

// isIdentityCookie knows the first-party cookies that hold an analytics tool's
// device id. Session and login cookies are credentials and are never read.
func isIdentityCookie(name string) bool {
	switch name {
	case "_ga", "ajs_anonymous_id", "rl_anonymous_id":
		return true
	}
	return strings.HasPrefix(name, "_pk_id") || strings.HasPrefix(name, "_sp_id")
}

// cookieDevice returns the pseudonym of the first device id in a Cookie header.
func cookieDevice(value string) string {
	for pair := range strings.SplitSeq(value, ";") {
		name, id, found := strings.Cut(strings.TrimSpace(pair), "=")
		if found && isIdentityCookie(strings.ToLower(name)) {
			return pseudonym(id)
		}
	}
	return ""
}

// pseudonym hides a value that is or may be a credential but still joins records
// that carry the same one.
func pseudonym(value string) string {
	if value == "" || value == "-" {
		return ""
	}
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:16])
}

// first returns the first value that is usable as an id.
func first(values ...string) string {
	for _, value := range values {
		if value = clean(value); value != "" {
			return value
		}
	}
	return ""
}

// clean returns s if it can be an id. A foreign header must not cost the record
// that carries it, so what cannot is dropped here instead of refused later.
func clean(s string) string {
	s = strings.TrimSpace(s)
	if s == "-" || len(s) > event.MaxID || strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		return ""
	}
	return s
}
