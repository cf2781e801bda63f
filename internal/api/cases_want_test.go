package api

import (
	"encoding/json"
	"testing"
)

// wantedOf is the part of an answer that want speaks of.
func wantedOf(t *testing.T, answer string, want []byte) string {
	t.Helper()
	var have, wanted any
	must(t, json.Unmarshal([]byte(answer), &have))
	must(t, json.Unmarshal(want, &wanted))
	out, err := json.Marshal(only(have, wanted))
	must(t, err)
	return string(out)
}

// only is what of have wanted speaks of.
func only(have, wanted any) any {
	switch wanted := wanted.(type) {
	case map[string]any:
		object, ok := have.(map[string]any)
		if !ok {
			return have
		}
		out := map[string]any{}
		for key, value := range object {
			if want, named := wanted[key]; named {
				out[key] = only(value, want)
			}
		}
		return out
	case []any:
		list, ok := have.([]any)
		if !ok || len(list) != len(wanted) {
			return have
		}
		out := make([]any, len(list))
		for i := range list {
			out[i] = only(list[i], wanted[i])
		}
		return out
	}
	return have
}
