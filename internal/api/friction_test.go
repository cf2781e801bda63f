package api

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
)

// TestFrictionOpensWhatItCounts: the shop's Pay failed for its one visitor; the signals
// behind the place's number lie in that visit.
func TestFrictionOpensWhatItCounts(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	friction := read[FrictionOutput](w, "/api/v1/friction")
	if len(friction.Rows) == 0 || len(friction.Rules) == 0 {
		t.Fatalf("there is no friction: %+v", friction)
	}
	pay := friction.Rows[0]
	// Two actions: the page view of the shop names the element too.
	want := []any{"/checkout", "Pay", int64(1), int64(1), int64(1), int64(2), "shop: POST /orders/{id}/pay", int64(1)}
	if diff := cmp.Diff(want, []any{pay.Page, pay.Target, pay.People, pay.Users, pay.Sessions, pay.Actions, pay.Calls[0].Endpoint.String(), pay.Calls[0].Failed}); diff != "" {
		t.Errorf("the place (-want +got):\n%s", diff)
	}
	signals := read[SignalsOutput](w, "/api/v1/signals?filter="+url.QueryEscape(`signal.page == "/checkout" && signal.target == "Pay" && signal.kind == "error_click"`))
	if len(signals.Rows) != 1 || signals.Rows[0].SessionID != visit || signals.Rows[0].Kind != event.ErrorClick {
		t.Errorf("signals are %+v", signals.Rows)
	}
	sessions := read[SessionsOutput](w, "/api/v1/sessions?filter="+url.QueryEscape(`signal.kind == "error_click"`))
	if len(sessions.Rows) != 1 {
		t.Errorf("sessions are %+v", sessions.Rows)
	}
}
