package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Plain says in words for people what a JSON library found wrong: where, and what
// belongs there. Other errors are returned as they read.
func Plain(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := wrong.Field
		if field == "" {
			field = "a value"
		}
		value, _, _ := strings.Cut(wrong.Value, " ") // "number 1.5" tells the number, too
		return fmt.Sprintf("%s must be %s and is %s (byte %d)", field, kindInWords(wrong.Type.Kind().String()), kindInWords(value), wrong.Offset)
	}
	if broken, ok := errors.AsType[*json.SyntaxError](err); ok {
		if strings.Contains(broken.Error(), "unexpected end") {
			return "the JSON ends too early"
		}
		return fmt.Sprintf("the JSON is broken at byte %d: %s", broken.Offset, broken.Error())
	}
	if bad, ok := errors.AsType[*time.ParseError](err); ok {
		return fmt.Sprintf(`%s is no time such as "2026-11-23T09:00:00Z"`, strings.ReplaceAll(bad.Value, `\"`, `"`))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "the JSON ends too early"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// worded is an error in other words; what it was stays known: a body that is too large
// breaks a file like a typing mistake does.
type worded struct {
	text string
	was  error
}

func (w worded) Error() string { return w.text }

func (w worded) Unwrap() error { return w.was }

// kindInWords names a kind of value, of JSON or of Go, for people.
func kindInWords(kind string) string {
	switch {
	case kind == "string":
		return "text"
	case kind == "bool":
		return "true or false"
	case kind == "array" || kind == "slice":
		return "a list"
	case kind == "object" || kind == "struct" || kind == "map":
		return "an object"
	case strings.HasPrefix(kind, "int") || strings.HasPrefix(kind, "uint"):
		return "a whole number"
	case kind == "number" || strings.HasPrefix(kind, "float"):
		return "a number"
	}
	return kind
}

// otlpExcerpt is how the OTLP library shows the place of an error: bytes before and
// after it, and how many are before.
var otlpExcerpt = regexp.MustCompile(`(?s)^(.*?), error found in #(\d+) byte of \.\.\.\|(.*)\|\.\.\., bigger context`)

// plainOTLP says what is wrong with a request in OTLP's JSON.
func plainOTLP(text []byte, err error) string {
	var any json.RawMessage
	if broken := json.Unmarshal(text, &any); broken != nil {
		return Plain(broken)
	}
	found := otlpExcerpt.FindStringSubmatch(err.Error())
	if found == nil {
		return err.Error()
	}
	before, _ := strconv.Atoi(found[2])
	at := min(bytes.Index(text, []byte(found[3]))+before, len(text))
	field := "a value"
	if names := fieldName.FindAllSubmatch(text[:max(at, 0)], -1); len(names) > 0 {
		field = string(names[len(names)-1][1])
	}
	return fmt.Sprintf("%s must be %s (near byte %d)", field, expectedInOTLP(found[1]), at)
}

// fieldName is a name of an object in JSON.
var fieldName = regexp.MustCompile(`"([A-Za-z_]{1,40})"\s*:`)

// expectedInOTLP names what the library wanted to read, by the method that failed.
func expectedInOTLP(failure string) string {
	for _, c := range [...][2]string{
		{"ReadArray", "a list"},
		{"ReadObject", "an object"},
		{"ID.", "the hexadecimal digits of an id"},
		{"ReadStringAs", "text"},
		{"ReadString", "text"},
		{"ReadEnum", "a number or name that OTLP has"},
		{"ReadUint", "a whole number"},
		{"ReadInt", "a whole number"},
		{"ReadFloat", "a number"},
		{"ReadBool", "true or false"},
	} {
		if strings.HasPrefix(failure, c[0]) {
			return c[1]
		}
	}
	return "what OTLP has in its place"
}
