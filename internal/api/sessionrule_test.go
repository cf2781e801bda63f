package api

import (
	"net/http"
	"testing"

	"github.com/clickspan/clickspan/internal/meta"
)

// TestSessionsEndByTheProjectsRule: what a project says counts for the next rows.
func TestSessionsEndByTheProjectsRule(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	if got := read[meta.SessionRule](w, "/api/v1/settings/sessions"); got != (meta.SessionRule{GapMinutes: 30, LongestHours: 24}) {
		t.Errorf("default %+v", got)
	}
	for _, bad := range []string{`{"gap_minutes":31,"longest_hours":24}`, `{"gap_minutes":0,"longest_hours":24}`, `{"gap_minutes":30,"longest_hours":25}`, `{"gap_minutes":30}`} {
		if got := w.api(http.MethodPut, "/api/v1/settings/sessions", bad); got.status != http.StatusBadRequest {
			t.Errorf("%s was taken: %d %s", bad, got.status, got.body)
		}
	}
	if got := w.api(http.MethodPut, "/api/v1/settings/sessions", `{"gap_minutes":10,"longest_hours":24}`); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	must200(t, w.put("/intake/events?sync=1", `[{"id":"q1","time":"2026-11-20T10:00:00Z","name":"a","device_id":"quiet"},{"id":"q2","time":"2026-11-20T10:11:00Z","name":"a","device_id":"quiet"}]`))
	if got := read[SessionsOutput](w, "/api/v1/sessions?filter=session.device_id+%3D%3D+'quiet'&from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z"); len(got.Rows) != 2 {
		t.Errorf("%d sessions, want 2: %+v", len(got.Rows), got.Rows)
	}
}
