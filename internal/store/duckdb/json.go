package duckdb

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// objectText renders an open map as JSON with sorted keys, so that equal maps are
// equal texts and compress well. The empty map is ”.
func objectText[V any](m map[string]V) string {
	if len(m) == 0 {
		return ""
	}
	out := make([]byte, 0, 32*len(m))
	for i, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, "{,"[min(i, 1)])
		out = appendQuoted(out, key)
		out = append(out, ':')
		out = appendJSON(out, m[key])
	}
	return string(append(out, '}'))
}

func appendJSON(out []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(out, "null"...)
	case string:
		return appendQuoted(out, v)
	case bool:
		return strconv.AppendBool(out, v)
	case int:
		return strconv.AppendInt(out, int64(v), 10)
	case int64:
		return strconv.AppendInt(out, v, 10)
	case float64:
		return appendFloat(out, v)
	case json.Number:
		return append(out, v...)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return append(out, "null"...) // a func or a channel: nothing that a decoder makes
	}
	return append(out, encoded...)
}

// appendFloat keeps a point or an exponent in whole numbers, so that they are
// read back as float64 and not as int64.
func appendFloat(out []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(out, "null"...)
	}
	start := len(out)
	out = strconv.AppendFloat(out, v, 'g', -1, 64)
	if !bytes.ContainsAny(out[start:], ".e") {
		out = append(out, ".0"...)
	}
	return out
}

// appendQuoted quotes text; the fast path holds for nearly all of it.
func appendQuoted(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			quoted, _ := json.Marshal(text) // a string always encodes
			return append(out, quoted...)
		}
	}
	out = append(out, '"')
	out = append(out, text...)
	return append(out, '"')
}

// objectOf is the inverse of [objectText]: numbers without point or exponent
// become int64, others float64.
func objectOf(text string) map[string]any {
	if text == "" {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if decoder.Decode(&object) != nil {
		return nil
	}
	for key, value := range object {
		object[key] = plain(value)
	}
	return object
}

// plain replaces json.Number by Go's numbers, in depth.
func plain(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil && !strings.ContainsAny(v.String(), ".eE") {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = plain(v[key])
		}
	}
	return value
}

// textsOf reads a map of texts.
func textsOf(text string) map[string]string {
	if text == "" {
		return nil
	}
	var object map[string]string
	if json.Unmarshal([]byte(text), &object) != nil {
		return nil
	}
	return object
}
