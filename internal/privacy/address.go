package privacy

import (
	"net/netip"
	"strings"
)

// truncateIPv4 sets the last byte of every IPv4 address to 0. Loopback tells
// nothing about anybody and stays.
func truncateIPv4(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i < len(s); i++ {
			if !isDigit(s[i]) || wordBefore(s, i) || i > 1 && s[i-1] == '.' && isDigit(s[i-2]) {
				continue
			}
			end := i
			for end < len(s) && (isDigit(s[end]) || s[end] == '.') {
				end++
			}
			text := s[i:end]
			if text[len(text)-1] == '.' { // the end of a sentence
				text = text[:len(text)-1]
			}
			if short, ok := shorten(text); ok && !wordAfter(s, end) {
				return i, i + len(text), short
			}
			i = end
		}
		return -1, 0, ""
	})
}

// truncateIPv6 keeps the first 48 bits of every IPv6 address.
func truncateIPv6(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i < len(s); i++ {
			if !isHex(s[i]) && s[i] != ':' || wordBefore(s, i) {
				continue
			}
			end := i
			for end < len(s) && end-i < longestIPv6 && (isHex(s[end]) || s[end] == ':' || s[end] == '.') {
				end++
			}
			text := s[i:end]
			for len(text) > 0 && (text[len(text)-1] == '.' || text[len(text)-1] == ':' && (len(text) < 2 || text[len(text)-2] != ':')) {
				text = text[:len(text)-1]
			}
			if wordAfter(s, end) || strings.IndexByte(text, ':') < 0 {
				continue
			}
			if short, ok := shorten(text); ok {
				return i, i + len(text), short
			}
		}
		return -1, 0, ""
	})
}

// longestIPv6 is the length of the longest spelling, with an IPv4 address inside.
const longestIPv6 = len("0000:0000:0000:0000:0000:ffff:255.255.255.255")

// shorten returns the network of an address; ok is false when text is no address
// or has nothing to hide.
func shorten(text string) (short string, ok bool) {
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.IsLoopback() || addr.IsUnspecified() {
		return "", false
	}
	short = network(addr).String()
	return short, short != text
}
