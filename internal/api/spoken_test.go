package api

import (
	"net/http"
	"strings"
	"testing"
)

// TestAWrongFunnelIsToldInWords: the detail is what a page shows to somebody who built the
// funnel by clicking; the path beside it is for programs.
func TestAWrongFunnelIsToldInWords(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	for question, want := range map[string][3]string{
		`{"steps":[{"event":"a"},{}]}`:                                                                    {"steps[1]", "step 2: it must say exactly one of what happened", "Name an event such as Order Paid"},
		`{"steps":[{"event":"a"},{"call":"orders"}]}`:                                                     {"steps[1]", `step 2: "orders" names no API call`, "Write the method, a space and the route"},
		`{"steps":[{"event":"a","where":"nam == 'x'"}]}`:                                                  {"steps[0].where", "step 1, condition: line 1, column 1: there is no field nam; did you mean name?", "Write conditions such as"},
		`{"steps":[{"event":"a"},{"evnt":"b"}]}`:                                                          {"steps[1].evnt", "step 2, evnt: ", ""},
		`{"steps":[{"event":"a"}],"exclude":[{"event":"b"}]}`:                                             {"exclude[0].to_step", "exclusion 1, to_step: it must lie between two steps of this funnel, and 1 and 1 are not two of its 1", "Steps are counted from 1"},
		`{"steps":[{"event":"a"}],"window":"0s"}`:                                                         {"window", "window: the time allowed is nothing", "such as 30m, 24h or 14d"},
		`{"steps":[{"event":"a"}],"breakdown":{"property":"properties.x","attribution":"step","step":3}}`: {"breakdown.step", "breakdown.step: the funnel has no step 3", "Name one of its steps"},
	} {
		got := w.api(http.MethodPost, "/api/v1/query/funnel", question)
		p := got.problem(t)
		if p.Status != http.StatusBadRequest || len(p.Errors) == 0 || p.Errors[0].Path != want[0] || !strings.HasPrefix(p.Detail, want[1]) || !strings.Contains(p.Hint, want[2]) {
			t.Errorf("%s: %s", question, got.body)
		}
	}
}
