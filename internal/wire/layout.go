package wire

import (
	"strings"
)

// layout is a compiled format: a literal, then columns that each end at a literal.
type layout struct {
	names   vocabulary // of the keys of a pairs column
	head    string
	columns []column
}

type column struct {
	field field
	end   string // the literal after the value; "" only for the last column
	// quoted: the value ends at the first quote that no backslash escapes.
	quoted bool
}

// values are the parts of one line by role. The strings share the line's memory.
type values struct {
	text    [roles]string
	field   [roles]*field
	at      [roles]int // where in the line the value starts
	headers []namedValue
}

type namedValue struct{ name, value string }

// reset makes v ready for the next line.
func (v *values) reset() {
	clear(v.text[:])
	v.headers = v.headers[:0]
}

// put keeps a value, the first one for its role. Logs write "-" for nothing.
func (v *values) put(f *field, value string, at int) {
	if f.role == skip || value == "" || value == "-" {
		return
	}
	if f.role == header {
		name := f.name
		if cookie, ok := strings.CutPrefix(name, cookiePrefix); ok {
			name, value = "cookie", cookie+"="+value
		}
		v.headers = append(v.headers, namedValue{name, value})
		return
	}
	if f.adds && v.text[f.role] != "" {
		v.text[f.role] += " " + value
		return
	}
	if v.text[f.role] == "" {
		v.text[f.role], v.field[f.role], v.at[f.role] = value, f, at
	}
}

// header returns an identity header of the line.
func (v *values) header(name string) string {
	for _, h := range v.headers {
		if h.name == name {
			if strings.IndexByte(h.value, '\\') >= 0 {
				return unescape(h.value)
			}
			return h.value
		}
	}
	return ""
}

// match cuts line into v. understood is how many bytes fitted; ok means all did.
func (l *layout) match(line string, v *values) (understood int, ok bool) {
	if !strings.HasPrefix(line, l.head) {
		return commonPrefix(line, l.head), false
	}
	at := len(l.head)
	for i := range l.columns {
		c := &l.columns[i]
		end := c.ends(line[at:])
		if end < 0 {
			return at, false
		}
		value := line[at : at+end]
		if !c.field.takes(value) {
			return at, false
		}
		if c.field.role == pairs {
			if n, ok := l.pairs(value, at, v); !ok {
				return at + n, false
			}
		}
		v.put(&c.field, value, at)
		at += end + len(c.end)
	}
	return at, at == len(line)
}

// pairs reads key=value key="value" …; at is where text starts in the line.
func (l *layout) pairs(text string, at int, v *values) (understood int, ok bool) {
	for i := 0; i < len(text); {
		equals := strings.IndexByte(text[i:], '=')
		if equals <= 0 || strings.IndexByte(text[i:i+equals], ' ') >= 0 {
			return i, false
		}
		key := text[i : i+equals]
		value := column{end: " "}
		if i += equals + 1; i < len(text) && text[i] == '"' {
			value = column{end: `"`, quoted: true}
			i++
		}
		end := value.ends(text[i:])
		switch {
		case end < 0 && value.quoted:
			return i, false
		case end < 0:
			end = len(text) - i
		}
		if f, known := l.names[foldName(key)]; known {
			v.put(f, text[i:i+end], at+i)
		}
		i += end + 1
		if value.quoted && i < len(text) {
			if text[i] != ' ' {
				return i, false
			}
			i++
		}
	}
	return len(text), true
}

// ends returns where the value at the start of rest ends, -1 when its end is missing.
func (c *column) ends(rest string) int {
	if c.end == "" {
		return len(rest)
	}
	if !c.quoted {
		return strings.Index(rest, c.end)
	}
	for from := 0; ; {
		i := strings.IndexByte(rest[from:], '"')
		if i < 0 {
			return -1
		}
		if i += from; !escaped(rest[:i]) {
			if strings.HasPrefix(rest[i:], c.end) {
				return i
			}
			return -1
		}
		from = i + 1
	}
}

// escaped reports whether an odd number of backslashes ends s.
func escaped(s string) bool {
	n := 0
	for n < len(s) && s[len(s)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// knows reports whether the layout has a column of that role.
func (l *layout) knows(r role) bool {
	for i := range l.columns {
		if l.columns[i].field.role == r {
			return true
		}
	}
	return false
}
