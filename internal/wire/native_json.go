package wire

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonReader reads JSON from a string. [eachJSON] has bounded its nesting.
type jsonReader struct {
	text string
	at   int
}

func (r *jsonReader) skip() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// peek returns the next byte that is no white space, 0 at the end.
func (r *jsonReader) peek() byte {
	r.skip()
	if r.at == len(r.text) {
		return 0
	}
	return r.text[r.at]
}

// ended reports whether nothing but white space is left.
func (r *jsonReader) ended() bool {
	r.skip()
	return r.at == len(r.text)
}

func (r *jsonReader) broken(what string) error {
	return &fieldError{problem: "not JSON: " + what + " at byte " + strconv.Itoa(r.at+1), broken: true}
}

// literal takes word if it comes next.
func (r *jsonReader) literal(word string) bool {
	if strings.HasPrefix(r.text[r.at:], word) {
		r.at += len(word)
		return true
	}
	return false
}

// null takes a null, which is the same as an absent field.
func (r *jsonReader) null() bool { return r.peek() == 'n' && r.literal("null") }

// open takes the bracket that begins a value.
func (r *jsonReader) open(bracket byte, want string) error {
	if r.peek() != bracket {
		return r.mustBe(want)
	}
	r.at++
	return nil
}

// mustBe says what was wanted and what is there.
func (r *jsonReader) mustBe(want string) error {
	var is string
	switch c := r.peek(); {
	case c == '"':
		is = "a string"
	case c == '{':
		is = "an object"
	case c == '[':
		is = "an array"
	case c == '-' || c >= '0' && c <= '9':
		is = "a number"
	case r.literal("true"), r.literal("false"):
		is = "a boolean"
	case r.literal("null"):
		is = "null"
	default:
		return r.broken("a value is missing")
	}
	return &fieldError{problem: "must be " + want + ", not " + is}
}

// member takes the comma and the name of the next member of an object; more is
// false when the object ended instead.
func (r *jsonReader) member(first bool) (name string, more bool, err error) {
	c := r.peek()
	if c == '}' {
		r.at++
		return "", false, nil
	}
	if !first {
		if c != ',' {
			return "", false, r.broken("a comma or } is missing")
		}
		r.at++
		c = r.peek()
	}
	if c != '"' {
		return "", false, r.broken("a field name is missing")
	}
	if name, err = r.string(); err != nil {
		return "", false, err
	}
	if r.peek() != ':' {
		return "", false, r.broken("a colon is missing")
	}
	r.at++
	return name, true, nil
}

// string takes a string; without escapes it is a part of the record's text.
func (r *jsonReader) string() (string, error) {
	if r.peek() != '"' {
		return "", r.mustBe("a string")
	}
	start := r.at + 1
	for i := start; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			r.at = i + 1
			return r.text[start:i], nil
		case c == '\\':
			return r.escaped(start, i)
		case c < ' ':
			r.at = i
			return "", r.broken("a control character")
		}
	}
	return "", r.broken("a string without end")
}

// escaped goes on with a string whose first backslash is at i.
func (r *jsonReader) escaped(start, i int) (string, error) {
	out := append(make([]byte, 0, 2*(i-start)+32), r.text[start:i]...)
	for i < len(r.text) {
		c := r.text[i]
		switch {
		case c == '"':
			r.at = i + 1
			return string(out), nil
		case c < ' ':
			r.at = i
			return "", r.broken("a control character")
		case c != '\\':
			out = append(out, c)
			i++
			continue
		}
		var n int
		if out, n = appendEscape(out, r.text[i:]); n == 0 {
			r.at = i
			return "", r.broken("an unknown escape")
		}
		i += n
	}
	return "", r.broken("a string without end")
}

// appendEscape appends what the escape at the start of s means; n = 0 when it means
// nothing. Half of a surrogate pair becomes U+FFFD, as in encoding/json.
func appendEscape(out []byte, s string) (_ []byte, n int) {
	if len(s) < 2 {
		return out, 0
	}
	if i := strings.IndexByte(`"\/bfnrt`, s[1]); i >= 0 {
		return append(out, "\"\\/\b\f\n\r\t"[i]), 2
	}
	c, ok := hexRune(s)
	if !ok {
		return out, 0
	}
	if !utf16.IsSurrogate(c) {
		return utf8.AppendRune(out, c), 6
	}
	if low, ok := hexRune(s[6:]); ok {
		if full := utf16.DecodeRune(c, low); full != utf8.RuneError {
			return utf8.AppendRune(out, full), 12
		}
	}
	return utf8.AppendRune(out, utf8.RuneError), 6
}

// hexRune reads \uXXXX.
func hexRune(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}

// number takes the token of a number.
func (r *jsonReader) number() (string, error) {
	if c := r.peek(); c != '-' && (c < '0' || c > '9') {
		return "", r.mustBe("a number")
	}
	start := r.at
	r.literal("-")
	if whole := r.digits(); whole == 0 || whole > 1 && r.text[r.at-whole] == '0' {
		return "", r.broken("not a number")
	}
	if r.literal(".") && r.digits() == 0 {
		return "", r.broken("not a number")
	}
	if r.literal("e") || r.literal("E") {
		if !r.literal("-") {
			r.literal("+")
		}
		if r.digits() == 0 {
			return "", r.broken("not a number")
		}
	}
	return r.text[start:r.at], nil
}

// whole takes a number that counts something.
func (r *jsonReader) whole() (int64, error) {
	token, err := r.number()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(token, 10, 64)
	if err != nil {
		return 0, &fieldError{problem: "must be a whole number, not " + shorten(token)}
	}
	if n < 0 {
		return 0, &fieldError{problem: "cannot be negative"}
	}
	return n, nil
}

func (r *jsonReader) digits() int {
	start := r.at
	for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
		r.at++
	}
	return r.at - start
}

// any takes a value of any type: string, float64, bool, nil, map[string]any, []any,
// and int64 for whole numbers that a float64 cannot hold exactly.
func (r *jsonReader) any() (any, error) {
	switch c := r.peek(); {
	case c == '"':
		return r.string()
	case c == '{':
		return r.object()
	case c == '[':
		return r.list()
	case c == '-' || c >= '0' && c <= '9':
		return r.float()
	case r.literal("true"):
		return true, nil
	case r.literal("false"):
		return false, nil
	case r.literal("null"):
		return nil, nil
	}
	return nil, r.broken("a value is missing")
}

func (r *jsonReader) float() (any, error) {
	token, err := r.number()
	if err != nil {
		return nil, err
	}
	if len(token) > 15 {
		if n, err := strconv.ParseInt(token, 10, 64); err == nil && (n > 1<<53 || n < -1<<53) {
			return n, nil
		}
	}
	x, err := strconv.ParseFloat(token, 64)
	if err != nil || math.IsInf(x, 0) {
		return nil, &fieldError{problem: "is too large a number"}
	}
	return x, nil
}

func (r *jsonReader) object() (map[string]any, error) {
	if err := r.open('{', "an object"); err != nil {
		return nil, err
	}
	m := map[string]any{}
	for first := true; ; first = false {
		name, more, err := r.member(first)
		if err != nil || !more {
			return m, err
		}
		if _, twice := m[name]; twice {
			return nil, &fieldError{path: name, problem: "is given twice"}
		}
		if m[name], err = r.any(); err != nil {
			return nil, within(name, err)
		}
	}
}

func (r *jsonReader) list() ([]any, error) {
	r.at++
	list := []any{}
	if r.peek() == ']' {
		r.at++
		return list, nil
	}
	for {
		value, err := r.any()
		if err != nil {
			return nil, err
		}
		list = append(list, value)
		switch r.peek() {
		case ']':
			r.at++
			return list, nil
		case ',':
			r.at++
		default:
			return nil, r.broken("a comma or ] is missing")
		}
	}
}
