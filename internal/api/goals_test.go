package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/meta"
)

func TestGoals(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	made := decoded[analysis.Goal](t, w.api(http.MethodPost, "/api/v1/goals", `{"name":"Paid","step":{"event":"pay","where":"properties.plan == \"pro\""},"target":10,"owner":"ada"}`))
	if made.ID != "paid" || made.Direction != analysis.Up || made.Target != 10 {
		t.Errorf("%+v", made)
	}
	second := decoded[analysis.Goal](t, w.api(http.MethodPost, "/api/v1/goals", `{"name":"Paid","step":{"call":"POST /orders/{id}/pay"},"direction":"down"}`))
	if second.ID != "paid-2" {
		t.Errorf("the second goal of a name is %q", second.ID)
	}
	changed := decoded[analysis.Goal](t, w.api(http.MethodPut, "/api/v1/goals/paid", `{"name":"Clicked pay","step":{"event":"pay"}}`))
	listed := read[GoalsOutput](w, "/api/v1/goals").Goals
	if len(listed) != 2 || listed[0] != changed || listed[0].Name != "Clicked pay" || listed[0].Target != 0 || listed[1] != second {
		t.Errorf("%+v", listed)
	}

	board := read[analysis.Overview](w, "/api/v1/overview")
	if len(board.Goals) != 2 || board.Goals[0].Count != 1 || board.Goals[1].Count != 1 || board.Data.Calls != 21 {
		t.Errorf("%+v", board)
	}
	for id, want := range map[string]analysis.Reached{"paid": {EventID: "e2", Page: "/checkout"}, "paid-2": {CallID: "c-server"}} {
		rows := read[ReachedOutput](w, "/api/v1/goals/"+id+"/reached").Rows
		if len(rows) != 1 || rows[0].EventID != want.EventID || rows[0].CallID != want.CallID || rows[0].Page != want.Page || rows[0].Person != "u-1" || rows[0].SessionID != visit {
			t.Errorf("%s was reached by %+v", id, rows)
		}
	}
	if got := w.api(http.MethodDelete, "/api/v1/goals/paid", ""); got.status != http.StatusOK {
		t.Errorf("delete: %d %s", got.status, got.body)
	}
	if board := read[analysis.Overview](w, "/api/v1/overview"); len(board.Goals) != 1 {
		t.Errorf("the removed goal is still there: %+v", board.Goals)
	}
}

func TestGoalsAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for body, want := range map[string]string{
		`{"name":"a","step":{}}`:                                                  "step",
		`{"name":"a","step":{"event":"x","page":"/"}}`:                            "step",
		`{"name":"a","step":{"call":"x"}}`:                                        "step",
		`{"name":"a","step":{"event":"x","where":"nope =="}}`:                     "step.where",
		`{"name":"  ","step":{"event":"x"}}`:                                      "name",
		`{"name":"a","step":{"event":"x"},"currency":"EUR"}`:                      "currency",
		`{"name":"a","step":{"event":"x"},"direction":"sideways"}`:                "direction",
		`{"name":"a","step":{"event":"x"},"target":-1}`:                           "target",
		`{"name":"a","step":{"event":"x"},"more":1}`:                              "more",
		fmt.Sprintf(`{"name":%q,"step":{"event":"x"}}`, strings.Repeat("a", 121)): "name",
	} {
		got := w.api(http.MethodPost, "/api/v1/goals", body)
		p := got.problem(t)
		if got.status != http.StatusBadRequest || len(p.Errors) == 0 || p.Errors[0].Path != want {
			t.Errorf("%s: %d %+v", body, got.status, p)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		body := map[string]string{http.MethodPut: `{"name":"a","step":{"event":"x"}}`}[method]
		if got := w.api(method, "/api/v1/goals/none", body); got.status != http.StatusNotFound {
			t.Errorf("%s of no goal: %d %s", method, got.status, got.body)
		}
	}
	for range analysis.MaxGoals {
		w.api(http.MethodPost, "/api/v1/goals", `{"name":"a","step":{"event":"x"}}`)
	}
	if got := w.api(http.MethodPost, "/api/v1/goals", `{"name":"a","step":{"event":"x"}}`); got.status != http.StatusBadRequest {
		t.Errorf("one goal too many: %d", got.status)
	}
}

func TestViewersChangeNoGoals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	viewer, _, err := w.meta.CreateToken(t.Context(), meta.Viewer, "", 0)
	must(t, err)
	got := send(t, http.MethodPost, w.main.URL+"/api/v1/goals", `{"name":"a","step":{"event":"x"}}`, "Authorization", "Bearer "+viewer)
	if got.status != http.StatusForbidden {
		t.Errorf("status %d", got.status)
	}
}

func TestOverview(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	board := read[analysis.Overview](w, "/api/v1/overview?timezone=Europe/Vienna")
	if board.Now.State != "quiet" || board.Now.Calls != 21 || board.Data.Linked != 1 || board.Data.Newest.IsZero() {
		t.Errorf("%+v", board)
	}
	if got := w.api(http.MethodGet, "/api/v1/overview?timezone=Local", ""); got.status != http.StatusBadRequest {
		t.Errorf("the server's own zone: %d", got.status)
	}
	if got := w.api(http.MethodGet, "/api/v1/overview?project=nowhere", ""); got.status != http.StatusNotFound {
		t.Errorf("no such project: %d", got.status)
	}
	proposals := read[ProposalsOutput](w, "/api/v1/goals/proposals").Proposals
	if len(proposals) != 0 {
		t.Errorf("neither a failed call nor a click is a goal: %+v", proposals)
	}
}
