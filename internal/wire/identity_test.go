package wire

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
)

const (
	aTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	aSpan  = "00f067aa0ba902b7"
)

func TestHeaderKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		headers map[string]string
		want    keys
	}{
		"nothing":               {nil, keys{}},
		"traceparent":           {map[string]string{"traceparent": "00-" + strings.ToUpper(aTrace) + "-" + aSpan + "-01"}, keys{TraceID: aTrace, ParentSpanID: aSpan}},
		"traceparent of zeros":  {map[string]string{"traceparent": "00-" + strings.Repeat("0", 32) + "-" + aSpan + "-01"}, keys{}},
		"traceparent cut":       {map[string]string{"traceparent": "00-" + aTrace + "-" + aSpan}, keys{}},
		"traceparent version":   {map[string]string{"traceparent": "ff-" + aTrace + "-" + aSpan + "-01"}, keys{}},
		"sentry":                {map[string]string{"sentry-trace": aTrace + "-" + aSpan + "-1", "baggage": "sentry-replay_id=r1,sentry-release=x"}, keys{TraceID: aTrace, ParentSpanID: aSpan, Identity: event.Identity{SessionID: "r1"}}},
		"b3 single, 64 bits":    {map[string]string{"b3": aSpan + "-" + aSpan + "-1"}, keys{TraceID: strings.Repeat("0", 16) + aSpan, ParentSpanID: aSpan}},
		"b3 denied":             {map[string]string{"b3": "0"}, keys{}},
		"b3 multi":              {map[string]string{"x-b3-traceid": aTrace, "x-b3-spanid": aSpan}, keys{TraceID: aTrace, ParentSpanID: aSpan}},
		"datadog decimal":       {map[string]string{"x-datadog-trace-id": "255", "x-datadog-parent-id": "16"}, keys{TraceID: strings.Repeat("0", 30) + "ff", ParentSpanID: strings.Repeat("0", 14) + "10"}},
		"baggage":               {map[string]string{"baggage": "session.id=s%201;ttl=3 , user.id=u1,account.id=a1,action.id=act,page.id=p,bad=%zz,novalue"}, keys{Identity: event.Identity{SessionID: "s 1", UserID: "u1", AccountID: "a1"}, ActionID: "act", PageID: "p"}},
		"posthog":               {map[string]string{"x-posthog-session-id": "s", "x-posthog-distinct-id": "u"}, keys{Identity: event.Identity{SessionID: "s", UserID: "u"}}},
		"highlight":             {map[string]string{"x-highlight-request": "sess/req"}, keys{Identity: event.Identity{SessionID: "sess"}, RequestID: "req"}},
		"request id, first one": {map[string]string{"x-request-id": "-", "x-correlation-id": "c", "x-moesif-transaction-id": "m"}, keys{RequestID: "c"}},
		"a token is hashed":     {map[string]string{"x-openreplay-sessiontoken": "secret"}, keys{Identity: event.Identity{SessionID: pseudonym("secret")}}},
		"cookies":               {map[string]string{"cookie": "sid=secret; _ga=GA1.2.3; _gid=x"}, keys{Identity: event.Identity{DeviceID: pseudonym("GA1.2.3")}}},
		"login cookie only":     {map[string]string{"cookie": "sid=secret"}, keys{}},
		"privacy control":       {map[string]string{"sec-gpc": "1"}, keys{Consent: event.ConsentDenied}},
		"too long an id":        {map[string]string{"x-request-id": strings.Repeat("x", event.MaxID+1)}, keys{}},
		"no text":               {map[string]string{"x-request-id": "a\x00b", "x-faro-session-id": "\xff"}, keys{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := headerKeys(func(name string) string {
				if !isIdentityHeader(name) {
					t.Errorf("reads %s, which is not among identityHeaders", name)
				}
				return c.headers[name]
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestKeysDoNotOverwrite(t *testing.T) {
	t.Parallel()
	found := keys{TraceID: aTrace, ParentSpanID: aSpan, RequestID: "theirs", Identity: event.Identity{UserID: "theirs", SessionID: "s"}}
	c := event.Call{TraceID: strings.Repeat("a", 32), RequestID: "ours", Identity: event.Identity{UserID: "ours"}}
	found.fill(&c)
	want := event.Call{TraceID: strings.Repeat("a", 32), RequestID: "ours", Identity: event.Identity{UserID: "ours", SessionID: "s"}}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("a parent span of another trace, or an id, was mixed in (-want +got):\n%s", diff)
	}
}

func TestServerTiming(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`db;dur=1, traceparent;desc="00-` + aTrace + `-` + aSpan + `-01"`: aTrace,
		`traceparent;desc=00-` + aTrace + `-` + aSpan + `-01`:             aTrace,
		`traceparent;desc="00-short"`:                                     "",
		`traceparent`:                                                     "",
		``:                                                                "",
	} {
		if got := serverTimingTrace(value); got != want {
			t.Errorf("%s: got %q, want %q", value, got, want)
		}
	}
}

// TestNoCredentialIsKept decodes the cases and looks for the secrets in them.
func TestNoCredentialIsKept(t *testing.T) {
	t.Parallel()
	for _, file := range caseFiles(t) {
		c := readCase(t, file)
		records, _ := c.run(t)
		if strings.Contains(records, "secret") {
			t.Errorf("%s: a credential is among the records:\n%s", file, records)
		}
	}
}
