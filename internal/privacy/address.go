package privacy

import "net/netip"

// truncateIPv4 sets the last byte of every IPv4 address to 0. Loopback tells
// nothing about anybody and stays.
func truncateIPv4(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i < len(s); i++ {
			if !isDigit(s[i]) || wordBefore(s, i) || i > 0 && s[i-1] == '.' {
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
			if !isHex(s[i]) && s[i] != ':' || wordBefore(s, i) || i > 0 && s[i-1] == ':' {
				continue
			}
			end, colons := i, 0
			for end < len(s) && (isHex(s[end]) || s[end] == ':' || s[end] == '.') {
				if s[end] == ':' {
					colons++
				}
				end++
			}
			text := s[i:end]
			for len(text) > 0 && (text[len(text)-1] == '.' || text[len(text)-1] == ':' && (len(text) < 2 || text[len(text)-2] != ':')) {
				text = text[:len(text)-1]
			}
			if colons >= 2 && !wordAfter(s, end) {
				if short, ok := shorten(text); ok {
					return i, i + len(text), short
				}
			}
			i = end
		}
		return -1, 0, ""
	})
}

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
