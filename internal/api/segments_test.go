package api

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestSegments(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	must200(t, w.put("/intake/events?sync=1", `[{"id":"calm","time":"2026-11-20T10:00:00Z","name":"look","device_id":"d-other","session_id":"calm"},
		{"id":"again","time":"2026-11-20T09:00:00Z","name":"look","user_id":"u-1","session_id":"again"}]`))
	made := decoded[Segment](t, w.api(http.MethodPost, "/api/v1/segments", `{"name":"Met a failure","filter":"session.failed > 0"}`))
	if made.ID != "met-a-failure" || made.Of != SegmentOfPeople {
		t.Errorf("%+v", made)
	}
	visits := func(query string) []string {
		return each(read[SessionsOutput](w, "/api/v1/sessions?"+query).Rows, func(s Session) string { return s.ID })
	}
	people := func(query string) (ids []string, total int64) {
		out := read[PeopleOutput](w, "/api/v1/people?"+query)
		return each(out.Rows, func(p PersonRow) string { return p.ID }), out.Total
	}
	if got := visits("segment=met-a-failure"); strings.Join(got, " ") != visit+" u-1/again" {
		t.Errorf("visits of people who met a failure: %v", got)
	}
	if got := visits("segment=met-a-failure&filter=" + url.QueryEscape(`event.name == "look"`)); strings.Join(got, " ") != "u-1/again" {
		t.Errorf("with a filter: %v", got)
	}
	if got, total := people("segment=met-a-failure"); strings.Join(got, " ") != "u-1" || total != 1 {
		t.Errorf("people: %v of %d", got, total)
	}
	if got, total := people("limit=1"); len(got) != 1 || total != 2 {
		t.Errorf("everybody: %v of %d", got, total)
	}
	calls := read[CallsOutput](w, "/api/v1/calls?segment=met-a-failure").Rows
	if len(calls) != 2 {
		t.Errorf("%d calls of theirs", len(calls))
	}
	series := decoded[BreakdownOutput](t, w.api(http.MethodPost, "/api/v1/query/breakdown", `{"measures":[{"of":"events"}],"segment":"met-a-failure"}`))
	if *series.Rows[0].Values[0] != 3 {
		t.Errorf("%v events of theirs", *series.Rows[0].Values[0])
	}
	rows, err := csv.NewReader(strings.NewReader(w.api(http.MethodGet, "/api/v1/download/people?format=csv&segment=met-a-failure", "").body)).ReadAll()
	must(t, err)
	if len(rows) != 2 || rows[0][0] != "id" || rows[1][0] != "u-1" || rows[1][4] != "2" {
		t.Errorf("%q", rows)
	}

	w.api(http.MethodPut, "/api/v1/segments/met-a-failure", `{"name":"Met a failure","filter":"session.failed > 0","of":"sessions"}`)
	if got := visits("segment=met-a-failure"); strings.Join(got, " ") != visit {
		t.Errorf("visits with a failure: %v", got)
	}
	second := decoded[Segment](t, w.api(http.MethodPost, "/api/v1/segments", `{"name":"Met a failure","filter":"call.status == 503 && session.pages > 0"}`))
	if second.ID != "met-a-failure-2" || len(read[SegmentsOutput](w, "/api/v1/segments").Segments) != 2 {
		t.Errorf("%+v", second)
	}
	if got := visits("segment=met-a-failure-2"); strings.Join(got, " ") != visit+" u-1/again" {
		t.Errorf("by a call: %v", got)
	}
	w.api(http.MethodDelete, "/api/v1/segments/met-a-failure", "")
	gone := w.api(http.MethodGet, "/api/v1/sessions?segment=met-a-failure", "")
	if p := gone.problem(t); gone.status != http.StatusBadRequest || !strings.Contains(p.Detail, "met-a-failure") {
		t.Errorf("gone: %d %+v", gone.status, p)
	}
}

func TestSegmentsAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for body, want := range map[string]string{
		`{"name":"a","filter":"session.faild > 0"}`:                         "session.failed",
		`{"name":"a","filter":"session.failed > 0 || call.failed"}`:         "||",
		`{"name":" ","filter":"session.failed > 0"}`:                        "name",
		`{"name":"a","filter":""}`:                                          "filter",
		`{"name":"a","filter":"session.failed > 0","of":"accounts"}`:        "of",
		`{"name":"a","filter":"session.failed > 0","of":"people","more":1}`: "more",
	} {
		got := w.api(http.MethodPost, "/api/v1/segments", body)
		if got.problem(t); got.status < 400 || got.status >= 500 || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	if got := w.api(http.MethodPut, "/api/v1/segments/none", `{"name":"a","filter":"session.failed > 0"}`); got.status != http.StatusNotFound {
		t.Errorf("replace none: %d", got.status)
	}
}
