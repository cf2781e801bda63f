package privacy

import (
	"strings"
)

// What stands where something was removed. Markers contain nothing that a second
// pass would remove.
const (
	redacted   = "[redacted]"
	emailMark  = "[email]"
	phoneMark  = "[phone]"
	cardMark   = "[card]"
	ibanMark   = "[iban]"
	secretMark = "[token]"
)

// strength says how sure a finding must be.
type strength bool

const (
	// knownOnly leaves long random text alone: it is an id somebody joins by.
	knownOnly strength = false
	// opaqueToo also removes long random text: it may open a door.
	opaqueToo strength = true
)

// trait is something seen in one pass over a text that makes a detector worth
// running. Most texts have none, which is what makes redaction cheap.
type trait uint16

const (
	hasAt trait = 1 << iota
	hasPercent
	hasQuery
	hasAssign
	hasSpace
	hasPlus
	hasIBAN   // two letters and two digits at the beginning of a word
	hasDots   // three dots
	hasColons // two colons
	hasDigits // as many digits as the shortest card number
	hasRun    // a word as long as the shortest secret
	hasWide   // bytes that are not ASCII, or control characters
)

const (
	shortestCard   = 13
	shortestSecret = 20
)

// traits reads s once.
func traits(s string) trait {
	var t trait
	dots, colons, digits, run := 0, 0, 0, 0
	history := 0 // two bits a byte: 1 = letter, 2 = digit, 3 = underscore, 0 = neither
	for i := range len(s) {
		c := s[i]
		class := 0
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			class = 1
			run++
		case c >= '0' && c <= '9':
			class = 2
			run++
			digits++
		case c == '_':
			class = 3
			run++
		case c == '-':
			run++
		default:
			if run >= shortestSecret {
				t |= hasRun
			}
			if c >= 0x80 || c < ' ' {
				t |= hasWide
			}
			run = 0
			switch c {
			case '@':
				t |= hasAt
			case '%':
				t |= hasPercent
			case '?':
				t |= hasQuery
			case '=':
				t |= hasAssign
			case ' ':
				t |= hasSpace
			case '+':
				t |= hasPlus
			case '.':
				dots++
			case ':':
				colons++
			}
		}
		history = (history<<2 | class) & 0x3ff
		if history == 0b00_01_01_10_10 {
			t |= hasIBAN
		}
	}
	if run >= shortestSecret || dots >= 2 && strings.Contains(s, "eyJ") {
		t |= hasRun
	}
	if dots >= 3 && digits >= 4 {
		t |= hasDots
	}
	if colons >= 1 {
		t |= hasAssign
	}
	if colons >= 2 {
		t |= hasColons
	}
	if digits >= shortestCard {
		t |= hasDigits
	}
	return t
}

// text removes from s what is personal or secret, and makes it valid UTF-8. Text
// without such things is returned as it is, without allocation.
func (r *Rules) text(s string, how strength) string { return r.layer(s, how, maxLayers) }

// layer looks at text under percent-encoding, as often as layers says.
func (r *Rules) layer(s string, how strength, layers int) string {
	t := traits(s)
	if t == 0 {
		return s
	}
	if t&hasWide != 0 {
		s = plainUTF8(s)
	}
	if t&hasPercent != 0 && layers > 0 {
		// The decoded text is only used when something was found in it. An address may
		// also be one with nothing but its @ encoded.
		for _, plain := range [...]string{unescape(s), strings.ReplaceAll(s, "%40", "@")} {
			if plain == s {
				continue
			}
			if clean := r.layer(plain, how, layers-1); clean != plain {
				return clean
			}
		}
	}
	// What one detector removed may have hidden something from another.
	for range maxPasses {
		clean := r.detect(s, t, how)
		if clean == s {
			break
		}
		s, t = clean, traits(clean)
	}
	return s
}

// plainUTF8 replaces what no store takes: bytes that are not UTF-8, and NUL.
func plainUTF8(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	}
	return s
}

// maxLayers is how often text may be percent-encoded and still be looked into.
const maxLayers = 3

// maxPasses ends a search that finds something new each time.
const maxPasses = 4

// detect runs the detectors that t calls for. Their order matters: a secret may
// contain digits that look like a card, an e-mail address never contains one.
func (r *Rules) detect(s string, t trait, how strength) string {
	if t&hasQuery != 0 && t&hasAssign != 0 {
		s = r.queriesIn(s)
	}
	if t&hasAssign != 0 {
		s = replaceAssigned(s)
	}
	if t&hasSpace != 0 {
		s = replaceCredentials(s)
	}
	if t&hasAt != 0 {
		s = replaceEmails(s)
	}
	if t&hasRun != 0 {
		s = replaceSecrets(s, how)
	}
	if t&hasIBAN != 0 {
		s = replaceIBANs(s)
	}
	if t&hasDigits != 0 {
		s = replaceCards(s)
	}
	if t&hasDots != 0 {
		s = truncateIPv4(s)
	}
	if t&hasColons != 0 {
		s = truncateIPv6(s)
	}
	if t&hasPlus != 0 {
		s = replacePhones(s)
	}
	return s
}

// replaceAll rewrites s: find returns the first finding at or after from, as
// [start, end) and what to write instead; start < 0 when there is none.
func replaceAll(s string, find func(s string, from int) (start, end int, instead string)) string {
	var out strings.Builder
	done, from := 0, 0
	for {
		start, end, instead := find(s, from)
		if start < 0 {
			break
		}
		out.WriteString(s[done:max(start, done)]) // a finding may reach back into the one before
		out.WriteString(instead)
		done, from = end, end
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// unescape undoes percent-encoding wherever it is valid, which a browser does too.
func unescape(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i+2 < len(s); i++ {
			if s[i] == '%' && isHex(s[i+1]) && isHex(s[i+2]) {
				return i, i + 3, string([]byte{nibble(s[i+1])<<4 | nibble(s[i+2])})
			}
		}
		return -1, 0, ""
	})
}

func nibble(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return (c | 0x20) - 'a' + 10
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlnum(c byte) bool { return isLetter(c) || isDigit(c) }

func isHex(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// wordBefore and wordAfter report whether a letter or digit touches position i.
func wordBefore(s string, i int) bool { return i > 0 && isAlnum(s[i-1]) }

func wordAfter(s string, i int) bool { return i < len(s) && isAlnum(s[i]) }
