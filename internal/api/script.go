package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
)

// scriptName is the browser SDK in Config.Script.
const scriptName = "clickspan.js"

// serveScript answers GET /clickspan.js. It holds no secret and any page may load
// it. Browsers ask again every five minutes, so that an upgrade reaches all pages.
func (s *Server) serveScript(w http.ResponseWriter, r *http.Request) {
	content, encoding, err := readBest(s.script, scriptName, r.Header.Get("Accept-Encoding"))
	if err != nil {
		s.fail(w, r, problem(http.StatusNotImplemented, "Run `make sdk`, build the program again and restart it.", "browser SDK not built: run make sdk"))
		return
	}
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("ETag", tag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Content-Type", contentType(scriptName))
	if r.Method != http.MethodHead {
		_, _ = w.Write(content)
	}
}
