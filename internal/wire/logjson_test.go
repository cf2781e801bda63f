package wire

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// flatten is the slow and obvious form of jsonLine: scalars by path, an array
// stands for its first element.
func flatten(path string, value any, into map[string]string) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			flatten(strings.TrimPrefix(path+"."+name, "."), member, into)
		}
	case []any:
		if len(value) > 0 {
			flatten(path, value[0], into)
		}
	case nil:
	default:
		into[path] = fmt.Sprint(value)
	}
}

func read(text string) (map[string]string, error) {
	got := map[string]string{}
	j := jsonLine{text: text, take: func(path []byte, value string, at int) {
		if at <= 0 || at > len(text) {
			panic(fmt.Sprintf("value at %d of %d bytes", at, len(text)))
		}
		got[string(path)] = jsonText(value)
	}}
	return got, j.read()
}

func TestJSONLineReadsWhatEncodingJSONReads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		leaf := rapid.OneOf(
			rapid.Just(any(nil)), rapid.Map(rapid.Bool(), func(b bool) any { return b }),
			rapid.Map(rapid.IntRange(-1e9, 1e9), func(n int) any { return json.Number(fmt.Sprint(n)) }),
			rapid.Map(rapid.String(), func(s string) any { return s }),
		)
		value := leaf
		for range 3 {
			inner := value
			value = rapid.OneOf(leaf,
				rapid.Map(rapid.SliceOfN(inner, 0, 3), func(list []any) any { return list }),
				rapid.Map(rapid.MapOfN(rapid.StringMatching(`[a-z]{1,6}`), inner, 0, 3), func(m map[string]any) any { return m }))
		}
		object := rapid.MapOfN(rapid.StringMatching(`[a-z]{1,6}`), value, 0, 4).Draw(t, "object")
		raw, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		var plain map[string]any
		decoder := json.NewDecoder(strings.NewReader(string(raw)))
		decoder.UseNumber()
		if err := decoder.Decode(&plain); err != nil {
			t.Fatal(err)
		}
		flatten("", plain, want)
		got, err := read(string(raw))
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", raw, diff)
		}
		if cut := rapid.IntRange(0, len(raw)-1).Draw(t, "cut"); true {
			if _, err := read(string(raw[:cut])); err == nil {
				t.Fatalf("%s cut at %d was taken", raw, cut)
			}
		}
	})
}

func TestJSONLineRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, `[]`, `1`, `{`, `{"a"}`, `{"a":}x`, `{"a":1}x`, `{"a":1,}`, `{a:1}`, `{"a":tru}`, `{"a":"b}`, `{"a":"b\"}`, "{\"a\":\"\x01\"}",
		strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000),
	} {
		if _, err := read(text); err == nil {
			t.Errorf("%.40q was taken", text)
		}
	}
}
