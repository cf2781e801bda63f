package pipeline

import (
	"net/netip"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
)

func TestLogRowsBehindAProxyHaveThePersonsAddress(t *testing.T) {
	t.Parallel()
	trusted := Proxies{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"127.0.0.1", "203.0.113.7", "203.0.113.7"},
		{"127.0.0.1", "1.2.3.4, 203.0.113.7, 10.0.0.9", "203.0.113.7"}, // 1.2.3.4 is the person's own invention
		{"198.51.100.1", "203.0.113.7", "198.51.100.1"},                // no proxy of ours
		{"127.0.0.1", "-", "127.0.0.1"},
		{"127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"},
		{"nonsense", "203.0.113.7", "nonsense"},
	} {
		call := event.Call{Attributes: map[string]any{forwardedAttribute: c.forwarded}, Origin: event.Origin{ClientIP: c.peer}}
		trusted.lookBehindProxies(&call)
		if call.ClientIP != c.want {
			t.Errorf("%s for %q: got %s, want %s", c.peer, c.forwarded, call.ClientIP, c.want)
		}
	}
}
