package api

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What the question counts is what its download lists.
func TestDownloadOfThoseWhoWereHit(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	question := `{"exposure":{"call":"POST /orders/*/pay","where":"status >= 500"},"list":{"of":"people"}}`
	rows, err := csv.NewReader(strings.NewReader(w.api(http.MethodGet, "/api/v1/download/blast-radius?format=csv&question="+url.QueryEscape(question), "").body)).ReadAll()
	must(t, err)
	if len(rows) != 2 || rows[0][0] != "id" || rows[1][0] != "u-1" || rows[1][3] != "1" || rows[1][4] != "open" {
		t.Errorf("%q", rows)
	}
	for _, bad := range []string{"", "{", `{"exposure":{"call":"x"},"planet":1}`, `{"exposure":{"call":"/x"}}`} {
		if got := w.api(http.MethodGet, "/api/v1/download/blast-radius?question="+url.QueryEscape(bad), ""); got.status != http.StatusBadRequest {
			t.Errorf("%q: status %d", bad, got.status)
		}
	}
}

// A session shows the verdict of each of its slow and failed actions.
func TestVerdictsOfASession(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	got := read[SessionOutput](w, "/api/v1/sessions/"+visit).Verdicts
	if len(got) != 1 || got[0].Trouble != "failed" || got[0].Is != "backend" || got[0].Service != "shop" || got[0].ServerCall != "c-server" {
		t.Errorf("%+v", got)
	}
}
