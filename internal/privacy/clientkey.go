package privacy

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// clientKeys derives the evidence that two records came from one client, and drops
// what it was derived from: the user agent, and the address beyond its network.
//
// A key is 64 bits of SHA-256 over the salt of the record's day, the project and
// the text. The salt is secret and destroyed after two days; then a key says
// nothing about anybody.
func (r *Redactor) clientKeys(o *event.Origin, at time.Time) {
	network := truncated(o.ClientIP)
	if o.UserAgent != "" || network != "" && o.ClientKey == 0 {
		if salt := r.daySalt(at); salt != nil {
			if network != "" {
				o.ClientKey = r.dayKey(salt, 'c', network, o.UserAgent)
			}
			if o.UserAgent != "" {
				o.AgentKey = r.dayKey(salt, 'a', "", o.UserAgent)
			}
		}
	}
	o.ClientIP, o.UserAgent = network, ""
}

func (r *Redactor) dayKey(salt []byte, kind byte, network, agent string) event.Key {
	buf := make([]byte, 0, 512)
	buf = append(buf, salt...)
	buf = binary.BigEndian.AppendUint64(buf, uint64(r.project))
	buf = append(buf, kind)
	buf = append(buf, network...)
	buf = append(buf, 0)
	buf = append(buf, agent...)
	sum := sha256.Sum256(buf)
	return event.Key(binary.BigEndian.Uint64(sum[:8]))
}

// daySalt returns the salt of at's day in UTC; nil after a failure, which Seal reports.
func (r *Redactor) daySalt(at time.Time) []byte {
	day := at.Unix() / 86400
	if r.salt != nil && day == r.day {
		return r.salt
	}
	if r.err != nil { // the batch is refused whatever comes, so a full disk is asked once for it
		return nil
	}
	salt, err := r.rules.settings.Salt(r.ctx, at)
	if err != nil {
		r.err = err
		return nil
	}
	r.day, r.salt = day, salt
	return salt
}

// truncated returns the network of an address, /24 or /48; "" for what is none.
func truncated(ip string) string {
	if ip == "" {
		return ""
	}
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		withPort, err := netip.ParseAddrPort(ip)
		if err != nil {
			return ""
		}
		addr = withPort.Addr()
	}
	return network(addr).String()
}

func network(addr netip.Addr) netip.Addr {
	addr = addr.Unmap().WithZone("")
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return netip.Addr{}
	}
	return prefix.Addr()
}
