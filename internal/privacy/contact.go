package privacy

import (
	"strings"
	"unicode"
)

// replaceEmails removes e-mail addresses, and the name and password of a URL.
func replaceEmails(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for {
			i := strings.IndexByte(s[from:], '@')
			if i < 0 {
				return -1, 0, ""
			}
			at := from + i
			if start, ok := userInfo(s, at); ok {
				return start, at + 1, redacted + "@"
			}
			if start, end, ok := emailAround(s, at); ok {
				return start, end, emailMark
			}
			from = at + 1
		}
	})
}

// userInfo finds the credentials of `scheme://user:password@host`.
func userInfo(s string, at int) (start int, ok bool) {
	from := max(0, at-maxUserInfo)
	i := strings.LastIndex(s[from:at], "://") + from
	if i < from || strings.ContainsAny(s[i+3:at], "/?# \"'") {
		return 0, false
	}
	return i + 3, s[i+3:at] != redacted && i+3 < at
}

// maxUserInfo bounds how far back credentials are looked for, in bytes.
const maxUserInfo = 512

// emailAround finds the address around the @ at position at. The local part is as
// long as its characters allow; the domain needs a dot and a last label of letters.
func emailAround(s string, at int) (start, end int, ok bool) {
	start = at
	for start > 0 && at-start < 4 && s[start-1] == '@' { // an address hidden behind a second @
		start--
	}
	first := start
	for start > 0 && isLocal(s[start-1]) {
		start--
	}
	end = at + 1
	for end < len(s) && (isAlnum(s[end]) || s[end] == '.' || s[end] == '-' || s[end] >= 0x80) {
		end++
	}
	for end > at+1 && (s[end-1] == '.' || s[end-1] == '-') {
		end--
	}
	domain := s[at+1 : end]
	dot := strings.LastIndexByte(domain, '.')
	if start == first || dot < 1 || len(domain)-dot < 3 || isImageScale(domain) {
		return 0, 0, false
	}
	for _, c := range []byte(domain[dot+1:]) {
		if !isLetter(c) && c < 0x80 && !strings.HasPrefix(domain[dot+1:], "xn--") {
			return 0, 0, false
		}
	}
	return start, end, true
}

func isLocal(c byte) bool {
	return isAlnum(c) || c >= 0x80 || strings.IndexByte(".!#$%&'*+-_^`{|}~", c) >= 0
}

// isImageScale recognises the `2x.png` of `logo@2x.png`.
func isImageScale(domain string) bool {
	return len(domain) > 2 && isDigit(domain[0]) && domain[1] == 'x' && domain[2] == '.'
}

// replacePhones removes international phone numbers, the only ones that can be
// told from other numbers without knowing the country.
func replacePhones(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i < len(s); i++ {
			if s[i] != '+' || wordBefore(s, i) {
				continue
			}
			if end := phoneEnd(s, i); end > 0 {
				return i, end, phoneMark
			}
		}
		return -1, 0, ""
	})
}

// phoneEnd returns the end of the phone number that begins with the + at i; 0 when
// there is none. E.164 numbers have at most 15 digits; fewer than 8 are rarely one.
func phoneEnd(s string, i int) int {
	digits, end := 0, 0
	for j := i + 1; j < len(s) && digits <= 15; j++ {
		switch c := s[j]; {
		case isDigit(c):
			digits++
			end = j + 1
		case (c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')') && j-end < 2:
		default:
			j = len(s)
		}
	}
	if digits < 8 || digits > 15 || wordAfter(s, end) {
		return 0
	}
	return end
}

// isPhone reports whether the whole of id is a phone number as people write it: a
// leading + or 00, or groups with brackets. A bare row of digits is an id.
func isPhone(id string) bool {
	digits, marks := 0, 0
	for i := range len(id) {
		switch c := id[i]; {
		case isDigit(c):
			digits++
		case c == '+' && i == 0, c == '(' || c == ')':
			marks++
		case c != ' ' && c != '-' && c != '.' && c != '/':
			return false
		}
	}
	return digits >= 7 && digits <= 15 && (marks > 0 || strings.HasPrefix(id, "00") && digits >= 10)
}

// isName reports whether id looks like the name of a person: two to four words of
// letters, each with a capital first. Such ids are rare; products are not ids.
func isName(id string) bool {
	if len(id) > 80 || strings.IndexByte(id, ' ') < 0 {
		return false
	}
	words := strings.Fields(id)
	if len(words) < 2 || len(words) > 4 {
		return false
	}
	for _, word := range words {
		for i, c := range word {
			if i == 0 && !unicode.IsUpper(c) || !unicode.IsLetter(c) && c != '-' && c != '\'' && c != '.' {
				return false
			}
		}
	}
	return true
}
