package pipeline

import (
	"net/netip"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// Proxies are the networks whose X-Forwarded-For counts.
type Proxies []netip.Prefix

// Client returns whose request it is that came from peer: where peer is a trusted
// proxy, the rightmost address of X-Forwarded-For that is not one. What stands
// further left may be anyone's invention.
func (p Proxies) Client(peer netip.Addr, forwarded string) netip.Addr {
	client := peer.Unmap().WithZone("")
	hops := strings.Split(forwarded, ",")
	for i := len(hops) - 1; i >= 0 && p.contains(client); i-- {
		hop, ok := parseHop(hops[i])
		if !ok {
			break
		}
		client = hop
	}
	return client
}

func (p Proxies) contains(ip netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(ip) {
			return true
		}
	}
	return false
}

// parseHop reads one entry of X-Forwarded-For; some proxies add a port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if ip, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return ip.Unmap().WithZone(""), true
	}
	ip, err := netip.ParseAddrPort(text)
	return ip.Addr().Unmap().WithZone(""), err == nil
}

// forwardedAttribute is where the log decoders leave the header.
const forwardedAttribute = "http.x_forwarded_for"

// lookBehindProxies puts the person's address in place of a trusted proxy's, in
// rows whose log has both.
func (p Proxies) lookBehindProxies(c *event.Call) {
	forwarded, ok := c.Attributes[forwardedAttribute].(string)
	if !ok {
		return
	}
	if peer, err := netip.ParseAddr(c.ClientIP); err == nil {
		c.ClientIP = p.Client(peer, forwarded).String()
	}
}
