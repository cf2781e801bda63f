package api

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clickspan/clickspan/internal/store/storetest"
)

func TestLongAnswersAreCompressedForThoseWhoReadIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) {
		c.Store = storetest.NewReference(clock)
		c.UI = fstest.MapFS{"index.html": {Data: []byte("<!doctype html>" + strings.Repeat("<link>", 400))}}
	})
	for _, tt := range []struct{ path, accepts, coding string }{
		{"/api/v1/fields", "gzip, deflate, br", "gzip"},
		{"/api/v1/fields", "", ""},
		{"/api/v1/fields", "gzip;q=0", ""},
		{"/api/v1/me", "gzip", ""}, // shorter than it is worth
		{"/api/openapi.json", "gzip", "gzip"},
		{"/", "gzip", "gzip"},
		{"/api/v1/download/calls?format=csv", "gzip", ""},
	} {
		t.Run(tt.path+" "+tt.accepts, func(t *testing.T) {
			t.Parallel()
			plain := send(t, http.MethodGet, w.main.URL+tt.path, "", "Authorization", "Bearer "+w.admin)
			got := send(t, http.MethodGet, w.main.URL+tt.path, "", "Authorization", "Bearer "+w.admin, "Accept-Encoding", tt.accepts)
			if coding := got.header.Get("Content-Encoding"); got.status != http.StatusOK || coding != tt.coding {
				t.Fatalf("status %d, encoding %q", got.status, coding)
			}
			if tt.coding == "" {
				return
			}
			if got.header.Get("Vary") != "Accept-Encoding" || got.header.Get("Content-Length") != "" && len(got.body) >= len(plain.body) {
				t.Errorf("%d bytes of %d with %v", len(got.body), len(plain.body), got.header)
			}
			z, err := gzip.NewReader(strings.NewReader(got.body))
			must(t, err)
			body, err := io.ReadAll(z)
			must(t, err)
			if string(body) != plain.body {
				t.Error("it unpacks to something else")
			}
		})
	}
}
