package api

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/clickspan/clickspan/internal/pipeline"
)

// loopbackOnly is the price of --open-loopback: whatever shows that a request
// did not come straight from this machine's own user is refused.
func (s *Server) loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if why := notOurOwn(r); why != "" {
			s.fail(w, r, problem(http.StatusForbidden,
				"--open-loopback is for tests on this machine. Serve without it behind a proxy, and send a credential.", "%s", why))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// notOurOwn says why a request may not be trusted for coming from loopback.
func notOurOwn(r *http.Request) string {
	for name := range r.Header {
		if name == "Forwarded" || name == "Via" || name == "X-Real-Ip" || strings.HasPrefix(name, "X-Forwarded-") {
			return "the header " + name + " says that a proxy passed it on"
		}
	}
	if !isLoopback(r.Host) {
		return "the host " + r.Host + " is not loopback"
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || !isLoopback(u.Host) {
			return "the page at " + origin + " is not on loopback"
		}
	}
	return ""
}

// isLoopback reports whether a host, with or without port, is this machine.
func isLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// clientIP is the address of who sent the request. Where the peer is a trusted
// proxy it is the rightmost address of X-Forwarded-For that is not one.
func clientIP(r *http.Request, trusted []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	forwarded := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	return pipeline.Proxies(trusted).Client(peer.Addr(), forwarded).String()
}
