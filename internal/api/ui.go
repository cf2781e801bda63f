package api

import (
	"crypto/rand"
	"html"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"path/filepath"
	"strings"
)

const (
	noncePlaceholder = "__CSP_NONCE__"
	localPlaceholder = "__TOKEN_FILE__"
	policy           = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + noncePlaceholder +
		"'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

// serveUI answers everything that is neither API nor intake: the files of the
// built interface, else its page, which finds its own way by the path. The files
// hold no data, so they need no credential; without one the page comes with
// status 401 and shows the login.
func (s *Server) serveUI(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		// A page may have any address, but nothing is sent to one.
		s.fail(w, r, problem(http.StatusNotFound, "GET /api/openapi.json lists the routes and their methods.", "there is no %s %s", r.Method, r.URL.Path))
		return
	}
	if r.Method == http.MethodGet && r.URL.Path == "/" && r.URL.Query().Has("token") {
		s.openLink(w, r)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if name != "index.html" && s.serveFile(w, r, name) {
		return
	}
	if strings.HasPrefix(r.URL.Path, "/assets/") || strings.HasPrefix(r.URL.Path, "/api/") {
		// Never the page: a tab of an older build would run it as a script.
		s.fail(w, r, problem(http.StatusNotFound, "Reload the page; GET /api/openapi.json lists the routes.", "there is no %s", r.URL.Path))
		return
	}
	s.page.ServeHTTP(w, r)
}

// servePage sends index.html with a fresh nonce.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	page, err := fs.ReadFile(s.ui, "index.html")
	if err != nil {
		s.fail(w, r, problem(http.StatusNotImplemented, "Run `make ui`, build the program again and restart it.", "UI not built: run make ui"))
		return
	}
	status, tokenFile := http.StatusOK, ""
	if _, err := s.authenticate(r); err != nil {
		if p := s.problemOf(r.Context(), err); p.Status != http.StatusUnauthorized {
			s.fail(w, r, err)
			return
		}
		status = http.StatusUnauthorized
		if s.data != "" && isLoopback(r.RemoteAddr) && notOurOwn(r) == "" { // who sits at this machine can read it
			tokenFile = filepath.Join(s.data, "token")
		}
	}
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Security-Policy", strings.ReplaceAll(policy, noncePlaceholder, nonce))
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		filled := strings.NewReplacer(noncePlaceholder, nonce, localPlaceholder, html.EscapeString(tokenFile))
		_, _ = filled.WriteString(w, string(page))
	}
}

// serveFile sends a built file, compressed as far as the client can read it.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, name string) bool {
	if !fs.ValidPath(name) || strings.HasPrefix(path.Base(name), ".") || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") {
		return false
	}
	info, err := fs.Stat(s.ui, name)
	if err != nil || info.IsDir() {
		return false
	}
	content, encoding, err := readBest(s.ui, name, r.Header.Get("Accept-Encoding"))
	if err != nil {
		return false
	}
	h := w.Header()
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Vary", "Accept-Encoding")
	h.Set("Content-Type", contentType(name))
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") { // their names carry a hash of their content
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(content) //nolint:gosec // a file of our own build
	}
	return true
}

// readBest reads the smallest twin of a file that the client accepts.
func readBest(files fs.FS, name, accepts string) (content []byte, encoding string, err error) {
	for _, twin := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepted(accepts, twin.encoding) {
			continue
		}
		if content, err := fs.ReadFile(files, name+twin.suffix); err == nil {
			return content, twin.encoding, nil
		}
	}
	content, err = fs.ReadFile(files, name)
	return content, "", err
}

// accepted reports whether an Accept-Encoding header names encoding without q=0.
func accepted(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			q := strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
			return q == weight || strings.Trim(q, "0.") != ""
		}
	}
	return false
}

// contentType does not ask the machine's own tables for the types we build, so
// that every machine serves the same.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".map":
		return "application/json"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}
