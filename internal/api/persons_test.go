package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/store"
)

// TestWhoIsWhoCanBeChanged signs somebody in on a second device and takes it back.
func TestWhoIsWhoCanBeChanged(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	visited := func(id, minute, who string) string {
		return `{"id":"` + id + `","time":"2026-11-20T11:` + minute + `:00Z","name":"look","session_id":"session-of-` + id + `-000000",` + who + `}`
	}
	phone := `"device_id":"phone-123456789abcdef"`
	must200(t, w.put("/intake/events?sync=1", "["+visited("p1", "20", phone)+","+visited("p2", "30", phone+`,"user_id":"u-1"`)+","+visited("m1", "40", `"user_id":"ada@shop.example"`)+"]"))
	people := func() int {
		return int(*ask[BreakdownOutput](w, "breakdown", `{"measures":[{"of":"people"}]}`).Rows[0].Values[0])
	}
	person := func(id string) []any {
		p := read[PersonOutput](w, "/api/v1/people/"+id)
		return []any{p.ID, strings.Join(p.Devices, " "), strings.Join(p.Users, " "), len(p.Sessions), len(p.Claims)}
	}
	say := func(id, what, body string, want int) {
		t.Helper()
		if got := w.api(http.MethodPost, "/api/v1/people/"+id+"/"+what, body); got.status != want {
			t.Errorf("%s %s: status %d: %s", what, body, got.status, got.body)
		}
	}
	same := func(want ...any) {
		t.Helper()
		got := append([]any{people()}, person("phone-123456789abcdef")...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("people, and whose the phone is (-want +got):\n%s", diff)
		}
	}
	const both, claim = "d-0123456789abcdef phone-123456789abcdef", `{"device_id":"phone-123456789abcdef","user_id":"u-1"}`
	same(2, "u-1", both, "u-1", 3, 2)
	say("u-1", "withdraw", claim, http.StatusOK)
	same(3, "phone-123456789abcdef", "phone-123456789abcdef", "", 1, 1)
	if state := read[PersonOutput](w, "/api/v1/people/phone-123456789abcdef").Claims[0].State; state != store.ClaimWithdrawn {
		t.Errorf("the claim is %s", state)
	}
	say("u-1", "restore", claim, http.StatusOK)
	same(2, "u-1", both, "u-1", 3, 2)

	say("u-1", "merge", `{"into":"ada@shop.example"}`, http.StatusOK)
	ada := read[PersonOutput](w, "/api/v1/people/ada@shop.example").ID
	if !strings.HasPrefix(ada, "p_") {
		t.Errorf("the original of a personal id is shown: %s", ada)
	}
	same(1, ada, both, ada+" u-1", 4, 3)
	say("ada@shop.example", "merge", `{"into":"u-1"}`, http.StatusBadRequest)
	say("u-1", "merge", `{"into":"null"}`, http.StatusBadRequest)
	say("u-1", "merge", `{"into":"nosuch"}`, http.StatusNotFound)
	say("u-1", "withdraw", `{"merged_id":"u-1","user_id":"ada@shop.example"}`, http.StatusOK)
	same(2, "u-1", both, "u-1", 3, 3)

	say("u-1", "withdraw", `{"device_id":"nobody","user_id":"u-1"}`, http.StatusNotFound)
	viewer, _, err := w.meta.CreateToken(t.Context(), meta.Viewer, "", 0)
	must(t, err)
	for what, body := range map[string]string{"withdraw": claim, "restore": claim, "merge": `{"into":"x"}`} {
		got := send(t, http.MethodPost, w.main.URL+"/api/v1/people/u-1/"+what, body, "Authorization", "Bearer "+viewer, "Content-Type", "application/json")
		if got.status != http.StatusForbidden {
			t.Errorf("a viewer may %s: status %d", what, got.status)
		}
	}
	if !strings.Contains(w.log.String(), "who is who was changed") {
		t.Error("nothing tells who changed who is who")
	}
}
