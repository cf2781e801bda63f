package wire

import (
	"encoding/json"
	"errors"
	"strings"
)

// jsonLine reads the one JSON object that a log line is and hands over its scalar
// values by their path ("request.headers.User-Agent"; the first element of an
// array stands for it), texts as they are quoted: see jsonText. It is written by
// hand because building maps costs four times what the rest of the decoder does.
// at is where the value starts.
type jsonLine struct {
	text string
	at   int
	path []byte
	take func(path []byte, value string, at int)
}

var errNotJSON = errors.New("line is not a JSON object")

// read walks the whole line. After an error, at is where the text stopped making sense.
func (j *jsonLine) read() error {
	j.space()
	if j.peek() != '{' {
		return errNotJSON
	}
	if err := j.value(0); err != nil {
		return err
	}
	j.space()
	if j.at != len(j.text) {
		return errors.New("text after the JSON object")
	}
	return nil
}

func (j *jsonLine) value(depth int) error {
	if depth > maxNesting {
		return errors.New("JSON is nested too deeply")
	}
	start := j.at
	switch j.peek() {
	case '{':
		return j.list('}', func(int) error { return j.member(depth) })
	case '[':
		return j.list(']', func(i int) error { return j.element(i, depth) })
	case '"':
		text, err := j.quoted()
		if err == nil {
			j.take(j.path, text, start+1)
		}
		return err
	}
	for j.at < len(j.text) && strings.IndexByte(",]} \t\r\n", j.text[j.at]) < 0 {
		j.at++
	}
	literal := j.text[start:j.at]
	switch {
	case literal == "null":
		return nil
	case literal == "true", literal == "false", isNumber(literal):
		j.take(j.path, literal, start)
		return nil
	}
	j.at = start
	return errors.New("JSON value is neither text, number, object nor array")
}

// list reads the items between brackets.
func (j *jsonLine) list(end byte, item func(i int) error) error {
	j.at++
	j.space()
	if j.peek() == end {
		j.at++
		return nil
	}
	for i := 0; ; i++ {
		j.space()
		if err := item(i); err != nil {
			return err
		}
		j.space()
		switch j.peek() {
		case ',':
			j.at++
		case end:
			j.at++
			return nil
		default:
			return errors.New("JSON ends or lacks a comma")
		}
	}
}

func (j *jsonLine) member(depth int) error {
	if j.peek() != '"' {
		return errors.New("JSON object lacks a quoted name")
	}
	name, err := j.quoted()
	if err != nil {
		return err
	}
	j.space()
	if j.peek() != ':' {
		return errors.New("JSON object lacks a colon")
	}
	j.at++
	j.space()
	parent := len(j.path)
	if parent > 0 {
		j.path = append(j.path, '.')
	}
	j.path = append(j.path, jsonText(name)...)
	err = j.value(depth + 1)
	j.path = j.path[:parent]
	return err
}

func (j *jsonLine) element(i, depth int) error {
	if i == 0 {
		return j.value(depth + 1)
	}
	take := j.take
	j.take = func([]byte, string, int) {}
	err := j.value(depth + 1)
	j.take = take
	return err
}

// quoted reads a quoted text and returns what stands between the quotes, which
// shares the line's memory.
func (j *jsonLine) quoted() (string, error) {
	start := j.at + 1
	for i := start; i < len(j.text); i++ {
		switch c := j.text[i]; {
		case c == '"':
			j.at = i + 1
			return j.text[start:i], nil
		case c == '\\':
			i++
		case c < ' ':
			j.at = i
			return "", errors.New("JSON text holds a control character")
		}
	}
	j.at = len(j.text)
	return "", errors.New("JSON text has no end")
}

// jsonText undoes the escapes of a quoted text. Most have none, and most of those
// that have are values that nobody wants.
func jsonText(quoted string) string {
	if strings.IndexByte(quoted, '\\') < 0 {
		return quoted
	}
	var text string
	if json.Unmarshal([]byte(`"`+quoted+`"`), &text) != nil {
		return unescape(quoted) // nginx without escape=json writes \x22, which is no JSON
	}
	return text
}

func (j *jsonLine) space() {
	for j.at < len(j.text) && strings.IndexByte(" \t\r\n", j.text[j.at]) >= 0 {
		j.at++
	}
}

// peek returns the next byte, 0 at the end.
func (j *jsonLine) peek() byte {
	if j.at < len(j.text) {
		return j.text[j.at]
	}
	return 0
}

// isNumber is lenient: nginx writes 0.000, and nothing at all for an empty variable.
func isNumber(s string) bool {
	for i := range len(s) {
		if strings.IndexByte("+-.0123456789eE", s[i]) < 0 {
			return false
		}
	}
	return true
}
