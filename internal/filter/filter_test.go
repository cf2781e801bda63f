package filter_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/filter"
	"github.com/clickspan/clickspan/internal/store"
)

func field(name string) store.Field { return store.Field{Name: name} }

func TestCompile(t *testing.T) {
	t.Parallel()
	status := field("call.status")
	for text, want := range map[string]store.Filter{
		"":                        nil,
		"  ":                      nil,
		"true":                    store.And{},
		"call.status >= 500":      store.Compare{Field: status, Op: store.Ge, Value: int64(500)},
		"500 <= call.status":      store.Compare{Field: status, Op: store.Ge, Value: int64(500)},
		"call.duration_ms > 1.5":  store.Compare{Field: field("call.duration_ms"), Op: store.Gt, Value: 1.5},
		"call.failed":             store.Compare{Field: field("call.failed"), Op: store.Eq, Value: true},
		"!call.failed":            store.Not{Of: store.Compare{Field: field("call.failed"), Op: store.Eq, Value: true}},
		"call.failed != true":     store.Compare{Field: field("call.failed"), Op: store.Ne, Value: true},
		"call.status in [500, 1]": store.In{Field: status, Values: []any{int64(500), int64(1)}},
		`event.properties.plan == "pro"`: store.Compare{
			Field: store.Field{Name: "event.properties", Key: "plan"}, Op: store.Eq, Value: "pro",
		},
		`event.properties["a b"] == 1`: store.Compare{
			Field: store.Field{Name: "event.properties", Key: "a b"}, Op: store.Eq, Value: int64(1),
		},
		`has(event.properties.plan)`: store.Has{Field: store.Field{Name: "event.properties", Key: "plan"}},
		`has(call.user_id)`:          store.Has{Field: field("call.user_id")},
		`call.path.startsWith("/a")`: store.Text{Field: field("call.path"), Test: store.StartsWith, Arg: "/a"},
		`lower(call.path).contains("a")`: store.Text{
			Field: field("call.path"), Test: store.Contains, Arg: "a", Lower: true,
		},
		`lower(call.host) == "a.b"`: store.Text{
			Field: field("call.host"), Test: store.Matches, Arg: `^a\.b$`, Lower: true,
		},
		`size(call.path) >= 3`: store.Text{Field: field("call.path"), Test: store.Matches, Arg: `(?s)^.{3,}$`},
		`2 > size(call.path)`:  store.Text{Field: field("call.path"), Test: store.Matches, Arg: `(?s)^.{0,1}$`},
		`size(call.path) < 0`:  store.Or{},
		`size(call.path) != 0`: store.Or{store.Or{}, store.Text{Field: field("call.path"), Test: store.Matches, Arg: `(?s)^.{1,}$`}},
		`call.status == 1 && call.status == 2 || call.status == -3`: store.Or{
			store.And{
				store.Compare{Field: status, Op: store.Eq, Value: int64(1)},
				store.Compare{Field: status, Op: store.Eq, Value: int64(2)},
			},
			store.Compare{Field: status, Op: store.Eq, Value: int64(-3)},
		},
	} {
		got, err := filter.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestCompileWhereTakesFieldsBare(t *testing.T) {
	t.Parallel()
	got, err := filter.CompileWhere(`status >= 500 && attributes.x == "y"`, "call")
	want := store.And{
		store.Compare{Field: field("call.status"), Op: store.Ge, Value: int64(500)},
		store.Compare{Field: store.Field{Name: "call.attributes", Key: "x"}, Op: store.Eq, Value: "y"},
	}
	if diff := cmp.Diff(store.Filter(want), got); err != nil || diff != "" {
		t.Errorf("err %v (-want +got):\n%s", err, diff)
	}
}

func TestErrorsNamePositionAndRemedy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"call.status >=":               "line 1, column 15",
		"call.statsu == 1":             "did you mean call.status?",
		"1 == 1":                       "a field is needed here",
		"call.status":                  "call.status is of type int; compare it with a value",
		`call.status == "500"`:         `"500" is not`,
		`call.path == 5`:               "call.path is of type string",
		"call.failed < true":           "have no order",
		"call.status == call.status":   "a literal is needed",
		"call.status + 1 == 2":         "a field is needed",
		`call.path.matches("(")`:       "missing closing )",
		`call.path.reverse() == "x"`:   "a field is needed",
		`size(call.path)`:              "compare it",
		`size(call.path) > 501`:        "a whole number from 0 to 500",
		`size(call.path) > "a"`:        "a whole number from 0 to 500",
		`size(call.status) > 1`:        "not text",
		`call.path.upper() == "A"`:     "a field is needed",
		`event.properties == 1`:        `name one: event.properties["key"]`,
		"true &&\n call.nope == 1":     "line 2, column 6",
		strings.Repeat("(", 5000):      "at most 4096",
		strings.Repeat("!", 3000):      "line 1",
		`call.status in call.status`:   "in needs a list",
		`call.status.contains("5")`:    "not text",
		`lower(call.path) < "a"`:       "== and != only",
		`call.path.startsWith(5)`:      "needs text",
		`call.path.startsWith("a", 1)`: "write it behind a field",
	} {
		_, err := filter.Compile(text)
		if err == nil || !strings.Contains(err.Error(), want) || !event.IsPermanent(err) {
			t.Errorf("%.40s: got %v, want a permanent error with %q", text, err, want)
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`call.status >= 500 && has(event.properties.plan) || lower(call.path).contains("x")`)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := filter.Compile(text); err != nil && !event.IsPermanent(err) {
			t.Errorf("%q: %v is not permanent", text, err)
		}
	})
}
