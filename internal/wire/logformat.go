package wire

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// parseLayout compiles an nginx log_format or an Apache LogFormat string, bare or
// pasted with its whole directive.
func parseLayout(format string, v vocabulary) (*layout, error) {
	text := strings.TrimSpace(format)
	switch {
	case strings.HasPrefix(text, "log_format"):
		text = nginxDirective(text)
	case strings.HasPrefix(text, "LogFormat"), strings.HasPrefix(text, "CustomLog"):
		text = apacheDirective(text)
	}
	text = strings.ReplaceAll(text, `\t`, "\t")
	var l *layout
	var err error
	if strings.Contains(text, "$") {
		l, err = nginxLayout(text, v)
	} else {
		l, err = apacheLayout(text, v)
	}
	if err != nil {
		return nil, err
	}
	return l, l.check()
}

var (
	errNoTime = errors.New("the log format has no time; add $time_local, $msec or %t")
	// withoutTime is a line like combined or common whose time was left out.
	withoutTime = regexp.MustCompile(`^\S+ \S+ \S+ "[A-Z]+ \S+ HTTP/\d[.\d]*" \d{3} (\d+|-)( |$)`)
)

// check refuses layouts that cannot make a Call.
func (l *layout) check() error {
	has := func(any ...role) bool { return slices.ContainsFunc(any, l.knows) }
	switch {
	case len(l.columns) == 0:
		return errors.New("the log format names no $variable and no %directive")
	case !has(timeStart, timeEnd, timeEndFine, clockEnd):
		return errNoTime
	case !has(requestLine, target, path):
		return errors.New(`the log format has no request; add "$request" or "%r"`)
	}
	for i := range l.columns[:len(l.columns)-1] {
		if l.columns[i].end == "" {
			return fmt.Errorf("nothing separates column %d of the log format from the next", i+1)
		}
	}
	return nil
}

// add appends a column while a layout is being compiled. A path with the query
// right behind it (%U%q, $uri$is_args$args) is one column.
func (l *layout) add(f field) {
	if n := len(l.columns); n > 0 && l.columns[n-1].end == "" && (f.role == query || f.role == skip) {
		if last := &l.columns[n-1].field; last.role == path || last.role == target {
			last.role = target
			return
		}
	}
	l.columns = append(l.columns, column{field: f})
}

func (l *layout) literal(b byte) {
	if len(l.columns) == 0 {
		l.head += string(b)
		return
	}
	c := &l.columns[len(l.columns)-1]
	c.end += string(b)
	c.quoted = c.end[0] == '"'
}

// nginxLayout reads $name and ${name}.
func nginxLayout(text string, v vocabulary) (*layout, error) {
	l := &layout{names: v}
	for i := 0; i < len(text); {
		if text[i] != '$' {
			l.literal(text[i])
			i++
			continue
		}
		i++
		braced := i < len(text) && text[i] == '{'
		if braced {
			i++
		}
		start := i
		for i < len(text) && isNameByte(text[i]) {
			i++
		}
		name := text[start:i]
		if braced && i < len(text) && text[i] == '}' {
			i++
		}
		if name == "" {
			return nil, fmt.Errorf("a $ without a name at column %d of the log format", start)
		}
		l.add(v.find(name))
	}
	return l, nil
}

func isNameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// apacheLayout reads %h, %>s, %{X}i and their modifiers (%!200,304{X}i).
func apacheLayout(text string, v vocabulary) (*layout, error) {
	l := &layout{names: v}
	for i := 0; i < len(text); {
		if text[i] != '%' {
			l.literal(text[i])
			i++
			continue
		}
		i++
		for i < len(text) && strings.IndexByte("<>!,0123456789", text[i]) >= 0 {
			i++
		}
		argument := ""
		if i < len(text) && text[i] == '{' {
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return nil, fmt.Errorf("%%{ without } at column %d of the log format", i)
			}
			argument = text[i+1 : i+end]
			i += end + 1
		}
		if i == len(text) {
			return nil, errors.New("the log format ends in a lone %")
		}
		letter := text[i]
		i++
		if letter == '^' && i+1 < len(text) { // %^FB and its like have two more letters
			i += 2
		}
		switch {
		case letter == '%':
			l.literal('%')
		case letter == 't' && argument == "": // %t brings its own brackets
			l.literal('[')
			l.add(field{role: timeStart})
			l.literal(']')
		case letter == 't' && l.continuesTime(argument):
			l.columns[len(l.columns)-1].end = "" // the value runs on over this directive
		default:
			l.add(apacheField(letter, argument, v))
		}
	}
	return l, nil
}

// continuesTime reports whether %{argument}t only adds a fraction or a zone to the
// time before it, as in %{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t.
func (l *layout) continuesTime(argument string) bool {
	if len(l.columns) == 0 || l.columns[len(l.columns)-1].field.role != timeStart {
		return false
	}
	return argument == "%z" || strings.HasSuffix(argument, "_frac")
}

// apacheField is the meaning of one directive of mod_log_config.
func apacheField(letter byte, argument string, v vocabulary) field {
	switch letter {
	case 'h', 'a':
		return field{role: client}
	case 'v', 'V':
		return field{role: host}
	case 't':
		return apacheTime(argument)
	case 'r':
		return field{role: requestLine}
	case 'm':
		return field{role: method}
	case 'U':
		return field{role: path}
	case 'q':
		return field{role: query}
	case 's':
		return field{role: status}
	case 'b', 'B', 'O':
		return field{role: bytesOut}
	case 'I':
		return field{role: bytesIn}
	case 'D':
		return field{role: duration, unit: time.Microsecond}
	case 'T':
		return field{role: duration, unit: apacheUnit(argument)}
	case 'L':
		return field{role: requestID}
	case 'X':
		return field{role: termination}
	case 'i':
		return headerField("http_", argument)
	case 'o':
		return headerField("sent_http_", argument)
	case 'C':
		return headerField("cookie_", argument)
	case 'e', 'n', 'x':
		return v.find(argument)
	}
	return field{}
}

func apacheUnit(argument string) time.Duration {
	switch argument {
	case "ms":
		return time.Millisecond
	case "us":
		return time.Microsecond
	}
	return time.Second
}

// apacheTime reads the argument of %{…}t. Whatever strftime or epoch follows
// begin: or end:, its output must be a stamp that [clock.parse] knows.
func apacheTime(argument string) field {
	if strings.HasPrefix(argument, "end:") {
		return field{role: timeEnd}
	}
	return field{role: timeStart}
}

// nginxDirective joins the quoted pieces of `log_format name escape=… 'a' 'b';`.
func nginxDirective(text string) string {
	var joined strings.Builder
	for {
		start := strings.IndexAny(text, `'"`)
		if start < 0 {
			return joined.String()
		}
		quote := text[start]
		text = text[start+1:]
		end := 0
		for end < len(text) && (text[end] != quote || escaped(text[:end])) {
			end++
		}
		joined.WriteString(strings.ReplaceAll(text[:end], `\`+string(quote), string(quote)))
		text = text[min(end+1, len(text)):]
	}
}

// apacheDirective takes the quoted part of `LogFormat "…" name`.
func apacheDirective(text string) string {
	_, rest, found := strings.Cut(text, `"`)
	if !found {
		return text
	}
	end := 0
	for end < len(rest) && (rest[end] != '"' || escaped(rest[:end])) {
		end++
	}
	return strings.ReplaceAll(rest[:end], `\"`, `"`)
}
