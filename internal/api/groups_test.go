package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestOneErrorInFull(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	pay := read[ErrorsOutput](w, "/api/v1/errors?kind=call").Rows[0]
	if pay.Sessions != 1 || pay.Session != visit || pay.FirstRelease != "" {
		t.Errorf("%+v", pay)
	}
	got := read[ErrorOutput](w, "/api/v1/errors/"+pay.ID)
	if len(got.People) != 1 || got.People[0].ID != "u-1" || got.People[0].Session != visit || len(got.Calls) != 1 || got.Sessions[0] != visit || len(got.Events) != 0 {
		t.Errorf("%+v", got)
	}
	listed := read[CallsOutput](w, "/api/v1/calls?parts=rows&filter="+url.QueryEscape(got.Filter))
	if len(listed.Rows) != 1 || listed.Rows[0].ID != "c-server" {
		t.Errorf("%q lists %v", got.Filter, callIDs(listed.Rows))
	}
	var total int64
	for _, n := range pay.Trend {
		total += n
	}
	if total != pay.Count || len(pay.Trend) != len(got.Buckets) {
		t.Errorf("the trend is %v over %d buckets", pay.Trend, len(got.Buckets))
	}
	if none := w.api(http.MethodGet, "/api/v1/errors/call-0000000000000000", ""); none.status != http.StatusNotFound {
		t.Errorf("status %d", none.status)
	}
}

// What the proxy before the shop saw is no second error; what it alone saw is one.
func TestTiersOfOneFailureAreOneError(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	edge := func(id, at, more string) string {
		return fmt.Sprintf(`{"id":%q,"time":"2026-11-20T11:00:%sZ","side":"server","method":"POST","path":"/orders/7/pay","duration_us":750000,"status":503,"service":"edge"%s}`, id, at, more)
	}
	must200(t, w.put("/intake/calls?sync=1", edge("again", "05.180", `,"trace_id":"`+traced+`","parent_span_id":"00000000000000aa"`)+"\n"+edge("alone", "09.000", "")))
	rows := read[ErrorsOutput](w, "/api/v1/errors").Rows
	if len(rows) != 2 {
		t.Fatalf("%+v", rows)
	}
	alone, pay := rows[0], rows[1]
	if alone.Name != "edge: POST /orders/{id}/pay" || alone.Count != 1 || len(alone.AlsoSeen) != 0 {
		t.Errorf("%+v", alone)
	}
	want := ErrorTier{Name: "edge: POST /orders/{id}/pay", EndpointID: alone.EndpointID, Status: 503, Count: 1}
	if pay.Name != "shop: POST /orders/{id}/pay" || pay.Count != 1 || len(pay.AlsoSeen) != 1 || pay.AlsoSeen[0] != want {
		t.Errorf("%+v", pay)
	}
	// A filter would list the proxy's other line too.
	if detail := read[ErrorOutput](w, "/api/v1/errors/"+alone.ID); detail.Filter != "" || len(detail.Calls) != 1 || detail.Calls[0].ID != "alone" {
		t.Errorf("%+v", detail)
	}
	// Who asks for the proxy's errors gets all of them.
	if asked := read[ErrorsOutput](w, "/api/v1/errors?filter="+url.QueryEscape(`call.service == "edge"`)).Rows; len(asked) != 1 || asked[0].Count != 2 {
		t.Errorf("%+v", asked)
	}
}

func TestErrorsOfAPersonOrRecord(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	w.putError("bug", "2.0", brokenCart) // of the shop's own device
	for query, want := range map[string]int{
		"": 2, "person=u-1": 2, "person=d-0123456789abcdef": 2, "person=nobody": 0, "account=acme": 0,
		"filter=" + url.QueryEscape(`call.service == "shop"`): 1, "filter=" + url.QueryEscape(`event.release == "2.0"`): 1,
	} {
		if rows := read[ErrorsOutput](w, "/api/v1/errors?"+query).Rows; len(rows) != want {
			t.Errorf("%q: %d groups, want %d: %+v", query, len(rows), want, rows)
		}
	}
	mixed := w.api(http.MethodGet, "/api/v1/errors?filter="+url.QueryEscape(`call.status == 503 && event.release == "2.0"`), "")
	if mixed.status != http.StatusBadRequest {
		t.Errorf("status %d: %s", mixed.status, mixed.body)
	}
}

func TestAccountsAreBreakdowns(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	must200(t, w.put("/intake/events?sync=1", `{"id":"m","time":"2026-11-20T11:10:00Z","name":"login","kind":"click","user_id":"u-2","account_id":"acme","session_id":"99999999-2222-4333-8444-555555555555"}`))
	call := func(id, account string, status int) string {
		return fmt.Sprintf(`{"id":%q,"time":"2026-11-20T11:20:00Z","side":"server","method":"GET","path":"/report","duration_us":3000,"status":%d,"service":"shop","account_id":%q}`, id, status, account)
	}
	must200(t, w.put("/intake/calls?sync=1", call("a1", "acme", 200)+"\n"+call("a2", "acme", 500)+"\n"+call("b1", "bigco", 200)))

	rows := read[AccountsOutput](w, "/api/v1/accounts").Rows
	if len(rows) != 2 {
		t.Fatalf("%+v", rows)
	}
	acme, bigco := rows[0], rows[1]
	if acme.ID != "acme" || acme.Calls != 2 || acme.Failed != 1 || *acme.ErrorRate != 0.5 || *acme.P95US != 3000 || acme.People != 1 || acme.Sessions != 1 || acme.LastSeen.Minute() != 20 {
		t.Errorf("%+v", acme)
	}
	if bigco.ID != "bigco" || bigco.Sessions != 0 || bigco.People != 0 {
		t.Errorf("%+v", bigco)
	}
	if some := read[AccountsOutput](w, "/api/v1/accounts?q=ig").Rows; len(some) != 1 || some[0].ID != "bigco" {
		t.Errorf("%+v", some)
	}
	if one := read[AccountsOutput](w, "/api/v1/accounts?limit=1"); len(one.Rows) != 1 || !one.Other {
		t.Errorf("%+v", one)
	}
}

func TestWhoAPersonIs(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	got := read[PersonOutput](w, "/api/v1/people/u-1")
	if len(got.Identity) != 1 || got.Identity[0].DeviceID != "d-0123456789abcdef" || got.Identity[0].UserID != "u-1" || got.Identity[0].Sessions != 1 {
		t.Errorf("%+v", got.Identity)
	}
	if len(got.Consent) != 1 || got.Consent[0].State != "unknown" || got.Consent[0].Events != 2 {
		t.Errorf("%+v", got.Consent)
	}
}

func TestNumbersOfFields(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	vital := `{"id":"v%d","time":"2026-11-20T11:00:06Z","name":"web_vital","kind":"web_vital","session_id":"` + visit + `","page":{"url":"https://shop.example/checkout"},"properties":{"name":"LCP","value":%d}}`
	must200(t, w.put("/intake/events?sync=1", fmt.Sprintf(vital, 1, 1000)+"\n"+fmt.Sprintf(vital, 2, 2000)))
	for body, want := range map[string]float64{
		`{"of":"calls","stat":"sum:duration_ms","where":"route == \"/items/{id}\""}`:                    210,
		`{"of":"calls","stat":"sessions"}`:                                                              1,
		`{"of":"events","stat":"p75:properties.value","where":"kind == \"web_vital\""}`:                 1750,
		`{"of":"events","stat":"mean:property:value","where":"properties.name.matches(\"(?i)^lcp$\")"}`: 1500,
		`{"of":"interactions","stat":"sum:calls","where":"name == \"pay\""}`:                            1,
		`{"of":"interactions","stat":"sum:failed"}`:                                                     1,
		`{"of":"sessions","stat":"sum:calls"}`:                                                          1,
	} {
		got := ask[BreakdownOutput](w, "breakdown", `{"measures":[`+body+`]}`)
		if v := got.Rows[0].Values[0]; v == nil || *v != want {
			t.Errorf("%s: %v, want %v", body, v, want)
		}
	}
	by := ask[BreakdownOutput](w, "breakdown", `{"measures":[{"of":"calls"}],"breakdown":["endpoint"],"limit":1}`)
	if label(by.Rows[0].Labels["endpoint"]) != "shop: GET /items/{id}" {
		t.Errorf("%+v", by.Rows)
	}
	for _, wrong := range []string{`{"of":"events","stat":"p75"}`, `{"of":"calls","stat":"sum"}`, `{"of":"calls","stat":"sum:route"}`, `{"of":"interactions","stat":"people"}`, `{"of":"calls","stat":"count:status"}`} {
		if got := w.api(http.MethodPost, "/api/v1/query/breakdown", `{"measures":[`+wrong+`]}`); got.status != http.StatusBadRequest {
			t.Errorf("%s: status %d", wrong, got.status)
		} else {
			got.problem(t)
		}
	}
}

// Ten thousand services: the answer is cut, says so, and is searched.
func TestManyServicesAreCut(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	const services = 10_000
	var rows strings.Builder
	for i := range services {
		fmt.Fprintf(&rows, `{"id":"n%d","time":"2026-11-20T11:30:00Z","side":"server","method":"GET","path":"/","duration_us":1,"status":200,"service":"service-%d","trace_id":"%032x","span_id":"%016x"}`+"\n", i, i, i+1, i+1)
	}
	must200(t, w.put("/intake/calls", rows.String()))
	got := read[ServicesOutput](w, "/api/v1/services")
	if len(got.Rows) != 200 || got.Edges < 4_999 || !got.Truncated || got.Services < 5_000 {
		t.Errorf("%d of %d edges, %d services", len(got.Rows), got.Edges, got.Services)
	}
	if found := read[ServicesOutput](w, "/api/v1/services?q=SERVICE-9999"); len(found.Rows) != 1 {
		t.Errorf("%d rows", len(found.Rows))
	}
}

// Whatever stands in the fields of errors, the answer is JSON and the filter works.
func TestOddNamesInErrors(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	for i, odd := range []string{`<img src=x onerror=alert(1)>`, "\u202Eمرحبا", "💥 \"quoted\" \\ back", strings.Repeat("long ", 100)} {
		body := fmt.Sprintf(`{"id":"odd%d","time":"2026-11-20T11:40:0%dZ","side":"server","method":"GET","path":"/odd","route":"/odd","duration_us":1,"status":500,"service":"shop","error":%q}`, i, i, odd)
		body = strings.ReplaceAll(body, `\U0001f4a5`, "💥")
		if got := w.put("/intake/calls", body); got.status != http.StatusOK {
			t.Fatalf("%q: status %d: %s", odd, got.status, got.body)
		}
	}
	rows := read[ErrorsOutput](w, "/api/v1/errors?filter="+url.QueryEscape(`call.route == "/odd"`)).Rows
	if len(rows) < 3 {
		t.Fatalf("%d groups", len(rows))
	}
	for _, row := range rows {
		one := read[ErrorOutput](w, "/api/v1/errors/"+row.ID)
		if one.Filter == "" {
			continue
		}
		if listed := read[CallsOutput](w, "/api/v1/calls?parts=rows&filter="+url.QueryEscape(one.Filter)); int64(len(listed.Rows)) != row.Count {
			t.Errorf("%q lists %d calls, want %d", one.Filter, len(listed.Rows), row.Count)
		}
	}
}
