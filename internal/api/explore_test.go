package api

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestViewsAreSharedByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	save := func(body string) response { return w.api(http.MethodPost, "/api/v1/views", body) }
	saved := decoded[View](t, save(`{"name":"failed / pay ✗","path":"/calls","query":"filter=call.failed&cols=time"}`))
	if saved.Query != "filter=call.failed&cols=time" || !saved.Updated.Equal(clock()) {
		t.Errorf("saved %+v", saved)
	}
	save(`{"name":"all","path":"/sessions"}`)
	save(`{"name":"all","path":"/calls","query":"side=any"}`)
	list := read[ViewsOutput](w, "/api/v1/views").Views
	if diff := cmp.Diff([]View{{"all", "/calls", "side=any", clock()}, saved}, list); diff != "" {
		t.Error(diff)
	}
	if got := w.api(http.MethodDelete, "/api/v1/views/"+url.PathEscape(saved.Name), ""); got.status != http.StatusOK {
		t.Errorf("delete: %d %s", got.status, got.body)
	}
	w.api(http.MethodDelete, "/api/v1/views/gone", "").problem(t)
	if left := read[ViewsOutput](w, "/api/v1/views").Views; len(left) != 1 {
		t.Errorf("left %+v", left)
	}
	for _, bad := range []string{
		`{"name":"x","path":"https://evil.example/"}`, `{"name":"x","path":"//evil.example"}`, `{"name":"x","path":"/a?b"}`, `{"name":" ","path":"/calls"}`,
		`{"path":"/calls"}`, `{"name":"` + strings.Repeat("n", 81) + `","path":"/calls"}`,
	} {
		if got := save(bad); got.status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, got.status)
		}
	}
	if got := w.api(http.MethodGet, "/api/v1/views?project=nobodys", ""); got.status != http.StatusNotFound || !strings.Contains(got.problem(t).Detail, `"nobodys"`) {
		t.Errorf("unknown project: %d %s", got.status, got.body)
	}
}

func TestLinksLeadToWebPagesOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	set := func(body string) response { return w.api(http.MethodPut, "/api/v1/settings/links", body) }
	if got := read[Links](w, "/api/v1/settings/links"); got.Trace != "" || len(got.Replay) == 0 {
		t.Errorf("default %+v", got)
	}
	want := Links{Trace: "https://t.example/trace/{trace_id}?x=1", Session: "http://s.example:8/{session_id}", Replay: []string{"replay"}}
	set(`{"trace":"https://t.example/trace/{trace_id}?x=1","session":"http://s.example:8/{session_id}","replay":["replay"]}`)
	if diff := cmp.Diff(want, read[Links](w, "/api/v1/settings/links")); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{
		"javascript:alert({trace_id})", "https://{trace_id}/", "https://evil.example{trace_id}", "/trace/{trace_id}", "ftp://t.example/{trace_id}",
		"https://t.example/", "https://t.example/{trace_id}/{user_id}", "https://u:p@t.example/{trace_id}", "https://t.example/{trace_id}{",
	} {
		if got := set(`{"trace":"` + bad + `"}`); got.status != http.StatusBadRequest {
			t.Errorf("%s was taken: %s", bad, got.body)
		}
	}
	if diff := cmp.Diff(want, read[Links](w, "/api/v1/settings/links")); diff != "" {
		t.Errorf("a refused change changed something: %s", diff)
	}
}

func TestFindByPropertyAndEMail(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	must200(t, w.put("/intake/events?sync=1", `[
		{"id":"paid","time":"2026-11-20T11:01:00Z","name":"Order paid","kind":"custom","device_id":"d-0123456789abcdef","session_id":"`+visit+`","properties":{"order_id":4711}},
		{"id":"own","time":"2026-11-20T10:00:00Z","name":"Order paid","kind":"click","device_id":"lonely","user_id":"ann@example.com","properties":{"sku":"S-1"}}]`))
	must200(t, w.put("/intake/calls?sync=1", `{"id":"pay","time":"2026-11-20T11:00:59Z","side":"server","method":"POST","path":"/pay","duration_us":1,"attributes":{"order_id":"4711"}}`))
	found := func(q string) (out []string) {
		for _, hit := range read[FindOutput](w, "/api/v1/find?q="+url.QueryEscape(q)).Hits {
			out = append(out, strings.Join([]string{hit.Kind, hit.ID, hit.Field, hit.SessionID}, " "))
		}
		return out
	}
	if diff := cmp.Diff([]string{"event paid order_id " + visit, "call pay order_id "}, found(" 4711 ")); diff != "" {
		t.Error(diff)
	}
	if got := read[FindOutput](w, "/api/v1/find?q=4711").Visits; len(got) != 1 || got[0].ID != visit || got[0].Person == "" || got[0].Start.IsZero() {
		t.Errorf("the visit around it: %+v", got)
	}
	if got := found("ann@example.com"); len(got) != 1 || !strings.HasPrefix(got[0], "user p_") {
		t.Errorf("e-mail: %v", got)
	}
	if got := found("own"); len(got) != 1 || strings.HasSuffix(got[0], " ") {
		t.Errorf("an event of a derived session leads to no session: %q", got)
	}
	if got := found("S-1"); len(got) != 0 {
		t.Errorf("before the field is named: %v", got)
	}
	w.api(http.MethodPut, "/api/v1/settings/find", `{"fields":["sku"]}`)
	if got := found("S-1"); len(got) != 1 || !strings.HasPrefix(got[0], "event own sku ") {
		t.Errorf("after: %v", got)
	}
	if nothing := read[FindOutput](w, "/api/v1/find?q=nobody"); len(nothing.Hits) != 0 || nothing.From.IsZero() || nothing.Fields[0] != "sku" {
		t.Errorf("nothing %+v", nothing)
	}
}

func TestDownloadIsWhatIsListed(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	must200(t, w.put("/intake/calls?sync=1", `{"id":"formula","time":"2026-11-20T11:30:00Z","side":"server","method":"GET","path":"/x","duration_us":1,"status":200,"service":"=1+1"}
{"id":"script","time":"2026-11-20T11:30:00Z","side":"client","method":"GET","path":"/app.js","duration_us":1,"status":200,"device_id":"d1"}`))
	const filter = `call.side == "server"`
	listed := read[CallsOutput](w, "/api/v1/calls?limit=1000&filter="+url.QueryEscape(filter))
	got := w.api(http.MethodGet, "/api/v1/download/calls?format=csv&filter="+url.QueryEscape(filter), "")
	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	must(t, err)
	if len(rows) != len(listed.Rows)+1 || !strings.Contains(got.header.Get("Content-Disposition"), `"calls.csv"`) || got.header.Get("X-Clickspan-Cut") != "" {
		t.Errorf("%d rows for %d, %v", len(rows), len(listed.Rows), got.header)
	}
	if rows[0][0] != "time" || rows[1][2] != "'=1+1" || rows[1][len(rows[1])-1] != "formula" {
		t.Errorf("rows %q", rows[:2])
	}
	lines := w.api(http.MethodGet, "/api/v1/download/calls?sort=slowest&filter="+url.QueryEscape(filter), "")
	if n := strings.Count(lines.body, "\n"); n != len(listed.Rows) || !strings.Contains(strings.SplitN(lines.body, "\n", 2)[0], `"id":"c-server"`) {
		t.Errorf("%d lines: %s", n, lines.body)
	}
	for _, bad := range []string{"format=xls", "from=yesterday", "filter=x", "sort=odd", "min_confidence=2", "project=nobodys"} {
		w.api(http.MethodGet, "/api/v1/download/calls?"+bad, "").problem(t)
	}
	if h := read[CallsOutput](w, "/api/v1/calls").Histogram; h.Assets != 1 || h.Bots != 0 {
		t.Errorf("left out: %d assets, %d bots", h.Assets, h.Bots)
	}
	if h := read[CallsOutput](w, "/api/v1/calls?filter="+url.QueryEscape(`call.class == "asset"`)).Histogram; h.Assets != 0 || h.Calls[len(h.Calls)-1]+h.Calls[0] == 0 {
		t.Errorf("asked for: %+v", h)
	}
}

// label is a label's text, "(null)" where the records have none.
func label(text *string) string {
	if text == nil {
		return "(null)"
	}
	return *text
}

// TestALabelThatRecordsLackIsNull: everywhere the same, as in funnels.
func TestALabelThatRecordsLackIsNull(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	question := `{"from":"2026-11-20T00:00:00Z","to":"2026-11-21T00:00:00Z","measures":[{"of":"calls"}],"breakdown":["attributes.nothing"]}`
	rows := ask[BreakdownOutput](w, "breakdown", question).Rows
	lines := ask[SeriesOutput](w, "series", question).Series
	if len(rows) != 1 || label(rows[0].Labels["attributes.nothing"]) != "(null)" || len(lines) != 1 || label(lines[0].Labels["attributes.nothing"]) != "(null)" {
		t.Errorf("rows %+v, lines %+v", rows, lines)
	}
}
