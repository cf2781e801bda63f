package api

import (
	"net/http"
	"strings"
	"testing"
)

func TestBadFieldsAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const measure = `"measures":[{"of":"calls"}]`
	tests := []struct{ name, method, path, body, field string }{
		{"unknown query parameter", "GET", "/api/v1/calls?lmit=1", "", "query.lmit"},
		{"limit too high", "GET", "/api/v1/calls?limit=1001", "", "query.limit"},
		{"limit no number", "GET", "/api/v1/calls?limit=many", "", "query.limit"},
		{"unknown sort", "GET", "/api/v1/calls?sort=best", "", "query.sort"},
		{"unknown part", "GET", "/api/v1/calls?parts=rows&parts=all", "", "query.parts[1]"},
		{"unknown facet", "GET", "/api/v1/calls?facets=nope", "", "query.facets"},
		{"time no time", "GET", "/api/v1/calls?from=yesterday", "", "query.from"},
		{"range upside down", "GET", "/api/v1/calls?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", "", "from"},
		{"filter", "GET", "/api/v1/calls?filter=call.statsu+%3E+1", "", "filter"},
		{"confidence", "GET", "/api/v1/sessions?min_confidence=2", "", "query.min_confidence"},
		{"values without field", "GET", "/api/v1/values", "", "query.field"},
		{"values of nothing", "GET", "/api/v1/values?field=nope", "", "query.field"},
		{"unknown field in a body", "POST", "/api/v1/query/series", `{` + measure + `,"buckt":"1h"}`, "buckt"},
		{"unknown field deep in a body", "POST", "/api/v1/query/series", `{"measures":[{"of":"calls","whre":"x"}]}`, "measures[0].whre"},
		{"unknown record", "POST", "/api/v1/query/series", `{"measures":[{"of":"cats"}]}`, "measures[0].of"},
		{"unknown statistic", "POST", "/api/v1/query/series", `{"measures":[{"of":"calls","stat":"best"}]}`, "measures[0].stat"},
		{"statistic of another record", "POST", "/api/v1/query/series", `{"measures":[{"of":"events","stat":"p95"}]}`, "measures[0].stat"},
		{"threshold", "POST", "/api/v1/query/series", `{"measures":[{"of":"calls","stat":"apdex:fast"}]}`, "measures[0].stat"},
		{"condition", "POST", "/api/v1/query/series", `{"measures":[{"of":"calls"},{"of":"calls","where":"statsu > 1"}]}`, "measures[1].where"},
		{"zone", "POST", "/api/v1/query/series", `{` + measure + `,"timezone":"Mars"}`, "timezone"},
		{"the server's own zone", "POST", "/api/v1/query/series", `{` + measure + `,"timezone":"Local"}`, "timezone"},
		{"too many buckets", "POST", "/api/v1/query/series", `{` + measure + `,"bucket":"1m","from":"2026-01-01T00:00:00Z"}`, "bucket"},
		{"breakdown", "POST", "/api/v1/query/breakdown", `{` + measure + `,"breakdown":["route","nope"]}`, "breakdown[1]"},
		{"breakdown of two records", "POST", "/api/v1/query/breakdown", `{"measures":[{"of":"calls"},{"of":"events"}],"breakdown":["route"]}`, "measures[1].of"},
		{"no measure", "POST", "/api/v1/query/breakdown", `{"measures":[]}`, "measures"},
		{"project name", "POST", "/api/v1/projects", `{"name":"a b"}`, "name"},
		{"origin", "POST", "/api/v1/keys", `{"kind":"browser","origins":["https://a.example/"]}`, "origins[0]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := w.api(tt.method, tt.path, tt.body)
			if got.status != http.StatusBadRequest {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
			p := got.problem(t)
			if len(p.Errors) == 0 || p.Errors[0].Path != tt.field || !strings.HasSuffix(p.Detail, ": "+p.Errors[0].Message) {
				t.Errorf("want %s to be named: %s", tt.field, got.body)
			}
			if strings.Contains(got.body, "$schema") {
				t.Error("there is a $schema in the body")
			}
		})
	}
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for body, status := range map[string]int{
		"": 400, "{": 400, "[]": 400,
		`{"filter":"` + strings.Repeat("x", maxQueryBytes) + `"}`: 413,
	} {
		got := w.api(http.MethodPost, "/api/v1/query/series", body)
		if got.status != status {
			t.Errorf("%.20q: status %d: %s", body, got.status, got.body)
		}
		got.problem(t)
	}
}

func TestBodiesAreJSONWhateverTheyAreCalled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := send(t, http.MethodPost, w.main.URL+"/api/v1/projects", `{"name":"x"}`,
		"Authorization", "Bearer "+w.admin, "Content-Type", "application/x-www-form-urlencoded")
	if got.status != http.StatusOK {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}

func TestUnknownProject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, got := range []response{
		w.api(http.MethodGet, "/api/v1/calls?project=none", ""),
		w.api(http.MethodPost, "/api/v1/query/series", `{"project":"none","measures":[{"of":"calls"}]}`),
	} {
		if got.status != http.StatusNotFound || !strings.Contains(got.problem(t).Detail, `"none"`) {
			t.Errorf("status %d: %s", got.status, got.body)
		}
	}
}

func TestPanicsEndOneRequestOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)                                                   // whose store has no reads
	for _, path := range []string{"/api/v1/events", "/api/v1/calls"} { // the second asks several things at once
		got := w.api(http.MethodGet, path, "")
		if got.problem(t); got.status != http.StatusInternalServerError || strings.Contains(got.body, "nil pointer") {
			t.Errorf("%s: status %d: %s", path, got.status, got.body)
		}
	}
	if log := w.log.String(); strings.Count(log, "nil pointer") < 2 {
		t.Error("the log does not have the causes: " + log)
	}
	if got := w.api(http.MethodGet, "/api/v1/fields", ""); got.status != http.StatusOK {
		t.Errorf("afterwards: status %d", got.status)
	}
}
