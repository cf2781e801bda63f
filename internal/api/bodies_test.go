package api

import (
	"net/http"
	"strings"
	"testing"
)

// TestBodiesAreKeptWhereTheEndpointOptedIn shows the whole way of a body, from its
// refusal to the request panel.
func TestBodiesAreKeptWhereTheEndpointOptedIn(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	const call = `{"id":"c1","time":"2026-11-20T11:00:00Z","duration_us":5,"side":"server","method":"POST","path":"/pay","service":"shop","status":500,
		"request_body":{"amount":42,"password":"hunter2"},"response_body":"card refused"}`
	for _, step := range []struct {
		got    response
		status int
		says   string
	}{
		{w.put("/intake/calls", call), http.StatusBadRequest, "has not opted in"},
		{w.api(http.MethodPut, "/api/v1/settings/bodies", `{"endpoints":["/pay"]}`), http.StatusBadRequest, "is not an endpoint"},
		{w.api(http.MethodPut, "/api/v1/settings/bodies", `{"endpoints":["shop: POST /pay"]}`), http.StatusOK, "shop: POST /pay"},
		{w.api(http.MethodGet, "/api/v1/settings/bodies", ""), http.StatusOK, `{"endpoints":["shop: POST /pay"]}`},
		{w.put("/intake/calls", call), http.StatusOK, `"accepted":1`},
		{w.api(http.MethodGet, "/api/v1/calls/c1", ""), http.StatusOK, `"request_body":"{\"amount\":42}","response_body":"card refused"`},
		{w.api(http.MethodPut, "/api/v1/settings/bodies", `{"endpoints":[]}`), http.StatusOK, `{"endpoints":[]}`},
		{w.put("/intake/calls", strings.Replace(call, "c1", "c2", 1)), http.StatusBadRequest, "has not opted in"},
	} {
		if step.got.status != step.status || !strings.Contains(step.got.body, step.says) {
			t.Errorf("status %d: %s\nwant %d with %s", step.got.status, step.got.body, step.status, step.says)
		}
	}
}
