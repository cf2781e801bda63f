package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/storetest"
)

const (
	visit  = "11111111-2222-4333-8444-555555555555"
	traced = "0123456789abcdef0123456789abcdef"
)

// newShop is a world over the reference store with a link pass: one visit with a
// click that paid, traced through to the server and failing there, and 20 calls
// of another endpoint that nobody's visit explains.
func newShop(t *testing.T) *world {
	t.Helper()
	reference := storetest.NewReference(clock)
	linker := pipeline.NewLinker(pipeline.LinkerConfig{Store: reference, Now: clock})
	w := newWorld(t, func(c *Config) { c.Store, c.Linker = reference, linker })
	linker.Sessions = w.meta.SessionRule
	var passes sync.WaitGroup
	passes.Go(func() { _ = linker.Run(t.Context()) }) // always the end of the context
	t.Cleanup(passes.Wait)

	event := func(id, at, kind, name, page string) string {
		return fmt.Sprintf(`{"id":%q,"time":"2026-11-20T11:00:%sZ","name":%q,"kind":%q,"device_id":"d-0123456789abcdef","user_id":"u-1","session_id":%q,`+
			`"page":{"url":"https://shop.example%s"},"target":{"name":"Pay"},"action_id":%q,"properties":{"plan":"pro"}}`, id, at, name, kind, visit, page, "act-"+id)
	}
	must200(t, w.put("/intake/events?sync=1", "["+event("e1", "00", "page_view", "$pageview", "/checkout")+","+event("e2", "05", "click", "pay", "/checkout")+"]"))
	call := func(id, at, side, method, path string, us, status int, more string) string {
		return fmt.Sprintf(`{"id":%q,"time":"2026-11-20T11:00:%sZ","side":%q,"method":%q,"path":%q,"duration_us":%d,"status":%d%s}`, id, at, side, method, path, us, status, more)
	}
	ids := `,"trace_id":"` + traced + `","session_id":"` + visit + `","device_id":"d-0123456789abcdef","user_id":"u-1","action_id":"act-e2","span_id":"00000000000000aa"`
	rows := []string{
		call("c-client", "05.010", "client", "POST", "/orders/7/pay", 900_000, 503, ids),
		call("c-server", "05.200", "server", "POST", "/orders/7/pay", 700_000, 503,
			`,"service":"shop","error":"timeout","trace_id":"`+traced+`","span_id":"00000000000000bb","parent_span_id":"00000000000000aa"`),
	}
	for i := range 20 {
		rows = append(rows, call(fmt.Sprintf("s%02d", i), fmt.Sprintf("%02d", 10+i), "server", "GET", fmt.Sprintf("/items/%d", i), 1000*(i+1), 200, `,"service":"shop"`))
	}
	must200(t, w.put("/intake/calls?sync=1", strings.Join(rows, "\n")))
	return w
}

func must200(t *testing.T, r response) {
	t.Helper()
	if r.status != http.StatusOK || strings.Contains(r.body, `"linked":false`) {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
}

// read asks a question and decodes its answer.
func read[T any](w *world, path string) T {
	w.t.Helper()
	got := w.api(http.MethodGet, path, "")
	if got.status != http.StatusOK {
		w.t.Fatalf("GET %s: status %d: %s", path, got.status, got.body)
	}
	return decoded[T](w.t, got)
}

func ask[T any](w *world, kind, body string) T {
	w.t.Helper()
	got := w.api(http.MethodPost, "/api/v1/query/"+kind, body)
	if got.status != http.StatusOK {
		w.t.Fatalf("%s: status %d: %s", body, got.status, got.body)
	}
	return decoded[T](w.t, got)
}

func callIDs(calls []Call) (ids []string) {
	for _, c := range calls {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestReadCalls(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	all := read[CallsOutput](w, "/api/v1/calls?limit=1000")
	if len(all.Rows) != 22 || all.Next != "" || all.Histogram == nil || len(all.Facets) != 4 {
		t.Fatalf("%d rows, next %q, histogram %v, facets %v", len(all.Rows), all.Next, all.Histogram, all.Facets)
	}
	var calls, failed int64
	for i := range all.Histogram.Buckets {
		calls, failed = calls+all.Histogram.Calls[i], failed+all.Histogram.Failed[i]
	}
	if calls != 22 || failed != 2 {
		t.Errorf("the histogram has %d calls, %d failed", calls, failed)
	}
	if status := all.Facets[0]; status.Field != "call.status" || status.Values[0] != (store.Value{Value: "200", Count: 20}) {
		t.Errorf("facet %+v", status)
	}

	var walked []string
	for cursor := ""; ; {
		page := read[CallsOutput](w, "/api/v1/calls?limit=5&cursor="+url.QueryEscape(cursor))
		walked = append(walked, callIDs(page.Rows)...)
		if cursor != "" && (page.Histogram != nil || page.Facets != nil) {
			t.Error("a later page counts again")
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if diff := cmp.Diff(callIDs(all.Rows), walked); diff != "" {
		t.Errorf("page by page differs: %s", diff)
	}

	slow := read[CallsOutput](w, "/api/v1/calls?parts=rows&sort=slowest&limit=2&filter="+url.QueryEscape(`call.side == "server"`))
	if diff := cmp.Diff([]string{"c-server", "s19"}, callIDs(slow.Rows)); diff != "" || slow.Histogram != nil {
		t.Errorf("slowest: %s", diff)
	}
	link := slow.Rows[0].Link
	if link == nil || link.ClientCallID != "c-client" || link.SessionID != visit || link.Confidence < 0.9 || link.Method == "" {
		t.Errorf("link %+v", link)
	}
	if row := slow.Rows[0]; *row.DurationUS != 700_000 || !row.Failed || row.Route != "/orders/{id}/pay" || !row.StartedAt.Equal(row.Time) {
		t.Errorf("row %+v", row)
	}
	if facets := read[CallsOutput](w, "/api/v1/calls?parts=facets&facets=method&facets=call.error").Facets; len(facets) != 2 || facets[1].Values[0].Value != "timeout" {
		t.Errorf("facets %+v", facets)
	}
}

func TestReadCall(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	got := read[CallOutput](w, "/api/v1/calls/c-server")
	if got.Call.ID != "c-server" || got.Event == nil || got.Event.ID != "e2" || len(got.Links) == 0 || got.Call.Link == nil {
		t.Fatalf("%+v", got)
	}
	if diff := cmp.Diff([]string{"c-client"}, callIDs(got.Calls)); diff != "" {
		t.Error(diff)
	}
	if none := w.api(http.MethodGet, "/api/v1/calls/none", ""); none.status != http.StatusNotFound {
		t.Errorf("status %d", none.status)
	} else {
		none.problem(t)
	}
}

func TestReadEvents(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	got := read[EventsOutput](w, "/api/v1/events?limit=1")
	if len(got.Rows) != 1 || got.Rows[0].ID != "e2" || got.Next == "" {
		t.Fatalf("%+v", got)
	}
	got = read[EventsOutput](w, "/api/v1/events?limit=1&cursor="+url.QueryEscape(got.Next))
	if len(got.Rows) != 1 || got.Rows[0].ID != "e1" || got.Next != "" || got.Rows[0].Page.Path != "/checkout" {
		t.Fatalf("%+v", got)
	}
}

func TestReadEndpoints(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	got := read[EndpointsOutput](w, "/api/v1/endpoints?from=2026-11-20T11:00:00Z&to=2026-11-20T12:00:00Z")
	if len(got.Rows) != 2 || got.Rows[0].Name != "shop: GET /items/{id}" || got.Rows[0].Calls != 20 {
		t.Fatalf("%+v", got.Rows)
	}
	if rate := got.Rows[0].PerSecond; rate != 20.0/3600 {
		t.Errorf("%v calls per second", rate)
	}
	if p50 := got.Rows[0].P50; p50 == nil || *p50 < 10_000 || *p50 > 11_000 {
		t.Errorf("median %v", p50)
	}
	for sort, first := range map[string]string{
		"calls": "GET", "error_rate": "POST", "failed": "POST", "p95": "POST", "p50": "POST", "p99": "POST", "name": "GET", "people": "POST", "last_seen": "GET", "refused": "GET",
	} {
		if rows := read[EndpointsOutput](w, "/api/v1/endpoints?sort="+sort).Rows; rows[0].Method != first {
			t.Errorf("by %s, %s comes first", sort, rows[0].Name)
		}
	}
	if rows := read[EndpointsOutput](w, "/api/v1/endpoints?side=client").Rows; len(rows) != 1 || rows[0].ErrorRate != 1 {
		t.Errorf("client side: %+v", rows)
	}
}

func TestReadEndpoint(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	pay := event.Endpoint{Service: "shop", Method: "POST", Route: "/orders/{id}/pay"}
	for _, id := range []string{endpointID(pay), url.PathEscape(pay.String())} {
		got := read[EndpointOutput](w, "/api/v1/endpoints/"+id)
		if got.Endpoint.Calls != 1 || got.Endpoint.Failed != 1 || len(got.Durations) != 1 || len(got.Callers) != 1 {
			t.Fatalf("%+v", got)
		}
		if bin := got.Durations[0]; bin.FromUS >= 700_000 || bin.ToUS < 700_000 || bin.Failed != 1 {
			t.Errorf("bin %+v", bin)
		}
		if caller := got.Callers[0]; caller.Name != "Pay" || caller.People != 1 {
			t.Errorf("caller %+v", caller)
		}
		if got.Errors[0].Value != "timeout" || got.Statuses[0].Value != "503" {
			t.Errorf("errors %v, statuses %v", got.Errors, got.Statuses)
		}
	}
	heat := read[HeatmapOutput](w, "/api/v1/endpoints/"+endpointID(pay)+"/heatmap")
	if len(heat.Cells) != 1 || len(heat.Rows) != 1 || heat.Cells[0].Count != 1 || heat.Rows[0].Bucket != heat.Cells[0].Bucket {
		t.Errorf("heatmap %+v", heat)
	}
	at := time.Date(2026, 11, 20, 11, 0, 5, 0, time.UTC)
	if start := heat.Columns[heat.Cells[0].Column]; start.After(at) {
		t.Errorf("column starts at %v", start)
	}
	if none := w.api(http.MethodGet, "/api/v1/endpoints/nonsense", ""); none.status != http.StatusNotFound {
		t.Errorf("status %d", none.status)
	}
}

func TestReadSessions(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	list := read[SessionsOutput](w, "/api/v1/sessions?filter="+url.QueryEscape(`session.user_id == "u-1"`))
	if len(list.Rows) != 1 || list.Rows[0].ID != visit || list.Rows[0].Events != 2 {
		t.Fatalf("%+v", list)
	}
	got := read[SessionOutput](w, "/api/v1/sessions/"+visit)
	if len(got.Events) != 2 || len(got.Links) == 0 || len(got.Interactions) == 0 {
		t.Fatalf("%+v", got)
	}
	if diff := cmp.Diff([]string{"c-client", "c-server"}, callIDs(got.Calls)); diff != "" {
		t.Fatal(diff)
	}
	for _, call := range got.Calls {
		if call.Link == nil {
			t.Errorf("call %s without link", call.ID)
		}
	}
	if none := w.api(http.MethodGet, "/api/v1/sessions/none", ""); none.status != http.StatusNotFound {
		t.Errorf("status %d", none.status)
	}
}

// A filter may ask for the session of calls and events, and for a call of sessions.
func TestAFilterOverSeveralRecords(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	q := func(filter string) string { return "filter=" + url.QueryEscape(filter) }
	calls := read[CallsOutput](w, "/api/v1/calls?parts=rows&"+q(`call.side == "server" && session.user_id == "u-1"`))
	if diff := cmp.Diff([]string{"c-server"}, callIDs(calls.Rows)); diff != "" {
		t.Error(diff)
	}
	for filter, want := range map[string]int{
		`call.status == 503 && session.user_id == "u-1"`: 1, `call.status == 404`: 0, `event.target == "Pay" && call.route == "/orders/{id}/pay"`: 1,
	} {
		if got := read[SessionsOutput](w, "/api/v1/sessions?"+q(filter)).Rows; len(got) != want {
			t.Errorf("%s: %d sessions, want %d", filter, len(got), want)
		}
	}
	if rows := read[ErrorsOutput](w, "/api/v1/errors?"+q(`session.user_id == "u-1"`)).Rows; len(rows) != 1 {
		t.Errorf("%+v", rows)
	}
	for _, wrong := range []string{"calls?" + q(`call.status == 503 || session.user_id == "u-1"`), "sessions?" + q(`!(call.failed && session.failed > 0)`), "calls?" + q(`event.name == "x"`)} {
		got := w.api(http.MethodGet, "/api/v1/"+wrong, "")
		if got.status != http.StatusBadRequest || got.problem(t).Hint == "" {
			t.Errorf("%s: status %d: %s", wrong, got.status, got.body)
		}
	}
}

func TestReadData(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	quality := read[store.Quality](w, "/api/v1/quality")
	if quality.Calls.Total != 21 || quality.Calls.WithClient != 1 || quality.Calls.LinkedToAction != 1 || quality.Events.Total != 2 {
		t.Errorf("quality %+v", quality)
	}
	if values := read[ValuesOutput](w, "/api/v1/values?field=route&prefix=/o").Values; len(values) != 1 || values[0].Value != "/orders/{id}/pay" {
		t.Errorf("values %+v", values)
	}
	if hits := read[FindOutput](w, "/api/v1/find?q="+traced).Hits; len(hits) != 1 || hits[0].Kind != "trace" {
		t.Errorf("hits %+v", hits)
	}
	if hits := read[FindOutput](w, "/api/v1/find?q=nothing").Hits; hits == nil || len(hits) != 0 {
		t.Errorf("hits %+v", hits)
	}
	if fields := read[FieldsOutput](w, "/api/v1/fields").Fields; len(fields) != len(store.Fields()) {
		t.Errorf("%d fields", len(fields))
	}
	if system := read[SystemOutput](w, "/api/v1/system"); system.Version != "test" || system.HasAdmin || system.Store.Calls != 22 || system.Store.Behind != 0 {
		t.Errorf("system %+v", system)
	}
	if ready := w.api(http.MethodGet, "/readyz", ""); ready.status != http.StatusOK {
		t.Errorf("readyz: status %d", ready.status)
	}
}

func TestReadSeries(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	got := ask[SeriesOutput](w, "series", `{"from":"2026-11-20T11:00:00Z","to":"2026-11-20T11:02:00Z","bucket":"1m","measures":[
		{"of":"calls"},{"of":"calls","stat":"error_rate"},{"of":"calls","stat":"rate","where":"method == \"GET\""},
		{"of":"calls","stat":"count","side":"any"},{"of":"events","where":"properties.plan == \"pro\""},{"of":"people"},{"of":"calls","stat":"apdex:10ms"}]}`)
	if len(got.Buckets) != 2 || len(got.Series) != 7 || got.Other {
		t.Fatalf("%+v", got)
	}
	third := 1.0 / 3
	want := []float64{21, 1.0 / 21, third, 22, 2, 1, 15.0 / 21} // 10 within 10 ms, 10 more within 40 ms, 1 failed
	for i, series := range got.Series {
		if series.Measure != i || series.Values[0] == nil || *series.Values[0] != want[i] {
			t.Errorf("measure %d: %v, want %v", i, *series.Values[0], want[i])
		}
	}
	for i, empty := range []bool{false, true, false, false, false, false, true} {
		if v := got.Series[i].Values[1]; empty != (v == nil) || v != nil && *v != 0 {
			t.Errorf("measure %d of the empty bucket is %v", i, v)
		}
	}
	if share := got.Meta.LinkCoverage; share == nil || *share != 1.0/21 {
		t.Errorf("link coverage %v", share)
	}
	auto := ask[SeriesOutput](w, "series", `{"measures":[{"of":"calls"}]}`)
	if n := len(auto.Buckets); n != 169 { // hours of seven days, the first of them partial or not
		if n != 168 {
			t.Errorf("%d buckets over a week", n)
		}
	}
}

func TestReadBreakdown(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	got := ask[BreakdownOutput](w, "breakdown", `{"measures":[{"of":"calls"},{"of":"calls","stat":"p95"}],"breakdown":["route"],"limit":1}`)
	if len(got.Rows) != 1 || !got.Other || label(got.Rows[0].Labels["route"]) != "/items/{id}" || *got.Rows[0].Values[0] != 20 {
		t.Errorf("%+v", got)
	}
	plan := ask[BreakdownOutput](w, "breakdown", `{"measures":[{"of":"events"}],"breakdown":["properties.plan","event.kind"]}`)
	if len(plan.Rows) != 2 || label(plan.Rows[0].Labels["properties.plan"]) != "pro" || label(plan.Rows[0].Labels["event.kind"]) != "click" {
		t.Errorf("%+v", plan.Rows)
	}
	one := ask[BreakdownOutput](w, "breakdown", `{"measures":[{"of":"sessions"}],"from":"2020-01-01T00:00:00Z","to":"2020-01-02T00:00:00Z"}`)
	if len(one.Rows) != 1 || len(one.Rows[0].Labels) != 0 || *one.Rows[0].Values[0] != 0 || one.Meta.LinkCoverage != nil {
		t.Errorf("%+v", one)
	}
}

func TestSyncIsVisible(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	for i := range 5 {
		must200(t, w.put("/intake/calls?sync=1", strings.Replace(oneCall, "c1", fmt.Sprintf("n%d", i), 1)))
		if got := w.api(http.MethodGet, fmt.Sprintf("/api/v1/calls/n%d", i), ""); got.status != http.StatusOK {
			t.Fatalf("call %d: status %d", i, got.status)
		}
	}
	again := decoded[IntakeAnswer](t, w.put("/intake/calls", strings.Replace(oneCall, "c1", "n0", 1)))
	if again.Duplicates != 1 || again.Accepted != 0 {
		t.Errorf("the same call again: %+v", again)
	}
}

func TestProjectsAreApart(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	made := w.api(http.MethodPost, "/api/v1/projects", `{"name":"other"}`)
	project := decoded[Project](t, made)
	if made.status != http.StatusOK || project.Name != "other" || project.IngestKey == "" {
		t.Fatalf("status %d: %s", made.status, made.body)
	}
	if again := w.api(http.MethodPost, "/api/v1/projects", `{"name":"other"}`); again.status != http.StatusBadRequest {
		t.Errorf("the same name again: status %d", again.status)
	}
	must200(t, send(t, http.MethodPost, w.main.URL+"/intake/calls", oneCall, "X-Clickspan-Key", project.IngestKey))
	if rows := read[CallsOutput](w, "/api/v1/calls?project=other&parts=rows").Rows; len(rows) != 1 || rows[0].ID != "c1" {
		t.Errorf("%+v", callIDs(rows))
	}
	if got := w.api(http.MethodGet, "/api/v1/calls/c1", ""); got.status != http.StatusNotFound {
		t.Errorf("the default project shows another's call: status %d", got.status)
	}
	names := read[ProjectsOutput](w, "/api/v1/projects").Projects
	if len(names) != 2 || names[0].Name != "default" || names[1].IngestKey != "" {
		t.Errorf("%+v", names)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := decoded[Key](t, w.api(http.MethodPost, "/api/v1/keys", `{"kind":"browser","origins":["https://a.example"],"note":"shop"}`))
	if key.Secret == "" || key.Kind != "browser" || key.RevokedAt != nil {
		t.Fatalf("%+v", key)
	}
	if gone := w.api(http.MethodDelete, fmt.Sprintf("/api/v1/keys/%d", key.ID), ""); gone.status != http.StatusOK {
		t.Fatalf("status %d: %s", gone.status, gone.body)
	}
	if again := w.api(http.MethodDelete, fmt.Sprintf("/api/v1/keys/%d", key.ID), ""); again.status != http.StatusNotFound {
		t.Errorf("revoked twice: status %d", again.status)
	}
	listed := read[KeysOutput](w, "/api/v1/keys").Keys
	last := listed[len(listed)-1]
	if len(listed) != 3 || last.ID != key.ID || last.RevokedAt == nil || last.Secret != "" {
		t.Errorf("%+v", listed)
	}
}

func TestImportStream(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	line := `203.0.113.9 - - [20/Nov/2026:11:00:00 +0000] "GET /logs/7 HTTP/1.1" 200 512 "-" "curl/8"` + "\n"
	got := w.api(http.MethodPost, "/api/v1/import?format=combined&service=shop&label=monday", line+line+"nonsense\n")
	answer := decoded[ImportAnswer](t, got)
	if got.status != http.StatusOK || answer.Accepted != 2 || answer.Rejected != 1 || answer.Untimed != 2 || answer.From.IsZero() {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	if again := decoded[ImportAnswer](t, w.api(http.MethodPost, "/api/v1/import?format=combined&service=shop", line+line)); again.Duplicates != 2 {
		t.Errorf("the same file again: %+v", again)
	}
	if undone := w.api(http.MethodDelete, "/api/v1/import?label=monday", ""); strings.TrimSpace(undone.body) != `{"removed":2}` {
		t.Errorf("status %d: %s", undone.status, undone.body)
	}
	for path, status := range map[string]int{"/api/v1/import?format=nope": 400, "/api/v1/import?format=combined&timezone=Mars": 400, "/api/v1/import?format=combined&project=none": 404} {
		if got := w.api(http.MethodPost, path, line); got.status != status {
			t.Errorf("%s: status %d: %s", path, got.status, got.body)
		}
	}
	if got := w.put("/api/v1/import?format=combined", line); got.status != http.StatusUnauthorized {
		t.Errorf("an ingest key: status %d", got.status)
	}
}

func TestMetricsCountRecordsAndRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must200(t, w.put("/intake/calls", oneCall))
	w.api(http.MethodGet, "/some/page", "")
	got := w.api(http.MethodGet, "/metrics", "")
	for _, line := range []string{
		`clickspan_intake_records_total{result="accepted"} 1`,
		`clickspan_http_requests_total{route="POST /intake/calls",status="200"} 1`,
		`clickspan_http_requests_total{route="other",status="200"} 1`,
	} {
		if !strings.Contains(got.body, line) {
			t.Errorf("no %s in\n%s", line, got.body)
		}
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	hop := func(id, at, service, span, parent string, status int) string {
		return fmt.Sprintf(`{"id":%q,"time":"2026-11-20T11:00:%sZ","side":"server","method":"POST","path":"/charge","duration_us":4000,"status":%d,"service":%q,"trace_id":%q,"span_id":%q,"parent_span_id":%q}`,
			id, at, status, service, traced, span, parent)
	}
	// The shop asks the bank twice, once from its own call and once from a span.
	must200(t, w.put("/intake/calls?sync=1", hop("h1", "05.300", "bank", "00000000000000cc", "00000000000000bb", 200)+"\n"+
		hop("h2", "05.400", "bank", "00000000000000dd", "00000000000000ee", 500)))
	span := `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[{"traceId":"` + traced +
		`","spanId":"00000000000000ee","parentSpanId":"00000000000000bb","name":"ask the bank","kind":3,"startTimeUnixNano":"1795172405350000000","endTimeUnixNano":"1795172405360000000"}]}]}]}`
	must200(t, w.put("/v1/traces?sync=1", span, "Content-Type", "application/json"))

	got := read[ServicesOutput](w, "/api/v1/services")
	if len(got.Rows) != 2 || got.Truncated {
		t.Fatalf("%+v", got)
	}
	bank, shop := got.Rows[0], got.Rows[1]
	if bank.Caller != "shop" || bank.Callee != "bank" || bank.Calls != 2 || bank.Failed != 1 || bank.ErrorRate != 0.5 || *bank.P95US != 4000 {
		t.Errorf("%+v", bank)
	}
	if shop.Caller != "browser" || shop.Callee != "shop" || shop.Calls != 1 || shop.People != 1 {
		t.Errorf("%+v", shop)
	}
}

// fixedSQL answers every statement alike.
type fixedSQL struct{}

func (fixedSQL) Query(_ context.Context, text string, _ int) (store.Answer, error) {
	return store.Answer{Columns: []string{text}, Rows: [][]*string{}}, nil
}

func TestSQLIsForAdmins(t *testing.T) {
	t.Parallel()
	const body = `{"query":"SELECT 1"}`
	w := newWorld(t, func(c *Config) { c.SQL = fixedSQL{} })
	if got := w.api(http.MethodPost, "/api/v1/sql", body); got.status != http.StatusOK || decoded[store.Answer](t, got).Columns[0] != "SELECT 1" {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	viewer, _, err := w.meta.CreateToken(t.Context(), meta.Viewer, "", 0)
	must(t, err)
	if got := send(t, http.MethodPost, w.main.URL+"/api/v1/sql", body, "Authorization", "Bearer "+viewer); got.status != http.StatusForbidden {
		t.Errorf("a viewer: status %d", got.status)
	}
	if got := newWorld(t).api(http.MethodPost, "/api/v1/sql", body); got.status != http.StatusNotImplemented {
		t.Errorf("without SQL: status %d", got.status)
	}
}
