package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// comers are two people over three days, a week before the clock of the tests.
const comers = `[
	{"time":"2026-11-10T10:00:00Z","name":"Open","device_id":"ann"},
	{"time":"2026-11-10T10:01:00Z","name":"$pageview","device_id":"ann","page":{"url":"https://shop.example/"}},
	{"time":"2026-11-10T10:02:00Z","name":"$pageview","device_id":"ann","page":{"url":"https://shop.example/cart/"}},
	{"time":"2026-11-11T10:00:00Z","name":"Open","device_id":"bob"},
	{"time":"2026-11-12T10:00:00Z","name":"Open","device_id":"ann"}]`

func asked(t *testing.T, kind, body string) string {
	t.Helper()
	w := newShop(t)
	must200(t, w.put("/intake/events?sync=1", comers))
	got := w.api(http.MethodPost, "/api/v1/query/"+kind, body)
	if got.status != http.StatusOK {
		t.Fatalf("%s: %d %s", kind, got.status, got.body)
	}
	answer, _, _ := strings.Cut(strings.TrimSpace(got.body), `,"meta":`)
	return answer
}

const threeDays = `"from":"2026-11-10T00:00:00Z","to":"2026-11-13T00:00:00Z"`

func TestQueriesAboutPeopleAnswerAsDescribed(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct{ body, want string }{
		"retention": {
			`{` + threeDays + `,"target":{"event":"Open"},"intervals":3}`,
			`{"rows":[{"cohort":"2026-11-10","size":1,"counts":[1,0,1]},{"cohort":"2026-11-11","size":1,"counts":[1,0,0]},{"cohort":"2026-11-12","size":0,"counts":[0,0,0]}],"mean":[1,0,0.5]`,
		},
		"lifecycle": {
			`{` + threeDays + `,"of":{"event":"Open"}}`,
			`{"intervals":["2026-11-10","2026-11-11","2026-11-12"],"new":[1,1,0],"returning":[0,0,0],"resurrecting":[0,0,1],"dormant":[0,-1,-1]`,
		},
		"stickiness": {
			`{` + threeDays + `,"of":{"event":"Open"}}`,
			`{"histogram":[{"intervals":1,"people":1},{"intervals":2,"people":1},{"intervals":3,"people":0}]`,
		},
		"paths": {
			`{` + threeDays + `}`,
			`{"edges":[{"source":"1_/","target":"2_/cart","count":1,"people":1,"mean_ms":60000,"calls":0,"error_share":null,"p75_call_ms":null}],` +
				`"nodes":[{"node":"1_/","visits":1,"other_in":0,"other_out":0},{"node":"2_/cart","visits":1,"other_in":0,"other_out":0}],"other":0,"calls_share":1`,
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, asked(t, kind, c.body)); diff != "" {
				t.Errorf("answer differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestQueriesAboutPeopleRefuseByField(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	for _, c := range []struct{ kind, body, path string }{
		{"retention", `{"target":{}}`, "target"},
		{"retention", `{"target":{"event":"a","call":"GET /"}}`, "target"},
		{"retention", `{"target":{"event":"a","where":"nonsense > 1"}}`, "target.where"},
		{"retention", `{"target":{"event":"a"},"returning":{"call":"nonsense"}}`, "returning"},
		{"retention", `{"target":{"event":"a"},"period":"fortnight"}`, "period"},
		{"retention", `{"target":{"event":"a"},"cohort":"last"}`, "cohort"},
		{"retention", `{"target":{"event":"a"},"intervals":0}`, "intervals"},
		{"retention", `{"target":{"event":"a"},"count_by":"planet"}`, "count_by"},
		{"retention", `{"target":{"event":"a"},"split":true,"slow_over":"soon"}`, "slow_over"},
		{"retention", `{"target":{"event":"a"},"timezone":"Mars/Olympus"}`, "timezone"},
		{"retention", `{"target":{"event":"a"},"period":"hour","from":"2024-01-01T00:00:00Z"}`, "period"},
		{"retention", `{"target":{"event":"a"},"period":"hour","intervals":1000,"from":"2025-11-01T00:00:00Z"}`, "intervals"},
		{"retention", `{"target":{"event":"a"},"surprise":1}`, "surprise"},
		{"lifecycle", `{"of":{"event":"a","page":"/"}}`, "of"},
		{"lifecycle", `{"of":{"event":"a"},"period_count":0}`, "period_count"},
		{"lifecycle", `{"of":{"event":"a"},"from":"2026-11-02T00:00:00Z","to":"2026-11-01T00:00:00Z"}`, "from"},
		{"stickiness", `{"of":{"event":"a"},"count_by":"property:"}`, "count_by"},
		{"paths", `{"of":"planets"}`, "of"},
		{"paths", `{"where":"status > 1"}`, "where"},
		{"paths", `{"session_gap":"-1m"}`, "session_gap"},
		{"paths", `{"max_steps":1}`, "max_steps"},
		{"paths", `{"groupings":["/a",""]}`, "groupings[1]"},
	} {
		got := w.api(http.MethodPost, "/api/v1/query/"+c.kind, c.body)
		if got.status != http.StatusBadRequest {
			t.Errorf("%s %s: %d %s", c.kind, c.body, got.status, got.body)
			continue
		}
		p := got.problem(t)
		if p.Hint == "" || len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Path, c.path) {
			t.Errorf("%s %s: want a hint about %s, got %s", c.kind, c.body, c.path, got.body)
		}
	}
}
