package pipeline

import (
	"net/netip"
	"strings"
)

// The names of path parameters that are recognised by their form alone.
const (
	idParam    = "{id}"
	uuidParam  = "{uuid}"
	hashParam  = "{hash}"
	dateParam  = "{date}"
	emailParam = "{email}"
	tokenParam = "{token}"
	ipParam    = "{ip}"
	nameParam  = "{name}"
	restParam  = "{rest}"
)

// maxSegment is the longest segment that can be a word of a route.
const maxSegment = 64

// paramOf returns the parameter that a segment is by its form; "" when it may be
// a fixed word of the route.
func paramOf(segment string) string {
	n := len(segment)
	if n == 0 || segment[0] == '{' || segment[0] == ':' {
		return ""
	}
	s := shapeOf(segment)
	switch {
	case s.at > 0 && s.at < n-1, strings.Contains(segment, "%40"):
		return emailParam
	case s.digits == n:
		return idParam
	case s.digits == 0 && n < 16 && s.escapes == 0:
		return "" // the most frequent case: a short word
	case isUUID(segment), isULID(segment):
		return uuidParam
	case isDate(segment):
		return dateParam
	case s.dots == 3 && s.letters == 0 && isIP(segment):
		return ipParam
	case s.digits > 0 && s.letters == 0:
		return numbers(s, n)
	case s.hex && s.digits >= 2 && s.letters > 0 && (n >= 12 || n >= 7 && s.digits >= 3):
		return hashParam
	case n > maxSegment, isToken(s, n):
		return tokenParam
	case s.escapes > 0:
		return nameParam // people's words have spaces and accents, routes have not
	case s.tail >= 3, prefixedID(segment, s):
		return idParam
	}
	return ""
}

// shape is what one look at a segment's bytes tells.
type shape struct {
	letters, lower, upper, digits, dots, escapes, changes int
	tail                                                  int // digits at the end
	at                                                    int // position of @, -1 = none
	hex                                                   bool
}

func shapeOf(segment string) shape {
	s := shape{at: -1, hex: true}
	last := byte(0)
	for i := range len(segment) {
		c := segment[i]
		kind := byte(0)
		switch {
		case c >= 'a' && c <= 'z':
			s.lower++
			kind = 1
			s.hex = s.hex && c <= 'f'
		case c >= 'A' && c <= 'Z':
			s.upper++
			kind = 2
			s.hex = s.hex && c <= 'F'
		case c >= '0' && c <= '9':
			s.digits++
			s.tail++
			kind = 3
		default:
			s.hex = false
			switch c {
			case '.':
				s.dots++
			case '%', '+', ' ':
				s.escapes++
			case '@':
				s.at = i
			}
		}
		if kind != 3 {
			s.tail = 0
		}
		if i > 0 && kind != last {
			s.changes++
		}
		last = kind
	}
	s.letters = s.lower + s.upper
	return s
}

// numbers judges digits with separators: 12-34, 48.1,11.5 are values; 2.0 and 1.1
// are versions, which belong to the route.
func numbers(s shape, n int) string {
	if s.dots > 0 && s.dots+s.digits == n && n <= 5 {
		return ""
	}
	return idParam
}

// isToken reports whether a segment looks drawn at random: its letters and digits
// change kind more often than those of words.
func isToken(s shape, n int) bool {
	switch {
	case n < 16 || s.digits == 0:
		return false
	case s.upper > 0 && s.lower > 0:
		return s.changes*3 >= n
	}
	return s.digits >= 4 && s.changes*3 >= n
}

// prefixedID recognises ids that tell what they name: cus_N3xK29Lq, ord-8f3k2q9x.
func prefixedID(segment string, s shape) bool {
	i := strings.IndexAny(segment, "_-")
	if i < 2 || i > 8 || s.digits == 0 {
		return false
	}
	rest := segment[i+1:]
	return len(rest) >= 8 && !strings.ContainsAny(rest, "_-.") && shapeOf(rest).digits > 0
}

// isUUID checks the form 8-4-4-4-12.
func isUUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	for i := range len(s) {
		c := s[i] | 0x20
		if s[i] != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// isULID checks 26 characters of Crockford's base 32 whose time fits 48 bits.
func isULID(s string) bool {
	if len(s) != 26 || s[0] > '7' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z' || c == 'I' || c == 'L' || c == 'O' || c == 'U') {
			return false
		}
	}
	return true
}

// isDate recognises 2026-11-23, 2026-11, 2026-W48 and time stamps that begin so.
func isDate(s string) bool {
	if len(s) < 7 || s[4] != '-' || (s[0] != '1' && s[0] != '2') {
		return false
	}
	for i := 1; i < 4; i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	rest := s[5:]
	if rest[0] == 'W' {
		return len(rest) == 3
	}
	if len(rest) == 2 {
		return rest[0] <= '1' && rest[0] >= '0'
	}
	return len(rest) >= 5 && rest[2] == '-' && rest[0] >= '0' && rest[0] <= '1' && rest[3] >= '0' && rest[3] <= '3' && (len(rest) == 5 || rest[5] == 'T')
}

func isIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}
