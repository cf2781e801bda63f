package api

import (
	"net/http"
	"testing"
)

func TestScriptIsServedOnBothListeners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, address := range []string{w.main.URL, w.public.URL} {
		for accepts, want := range map[string]string{"br, gzip": "brotli", "gzip": "gzip", "": "plain"} {
			got := send(t, http.MethodGet, address+"/clickspan.js", "", "Accept-Encoding", accepts)
			if got.status != 200 || got.body != want || got.header.Get("Content-Type") != "text/javascript; charset=utf-8" || got.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("Accept-Encoding %q: status %d, %q, %v", accepts, got.status, got.body, got.header)
			}
			again := send(t, http.MethodGet, address+"/clickspan.js", "", "Accept-Encoding", accepts, "If-None-Match", got.header.Get("ETag"))
			if again.status != http.StatusNotModified || again.body != "" {
				t.Errorf("Accept-Encoding %q again: status %d, %q", accepts, again.status, again.body)
			}
		}
	}
}
