package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// sender is who sends records, and what they may send.
type sender struct {
	project event.ProjectID
	// browser says that the key is public by nature: events and client calls only.
	browser bool
}

type publicKey struct{}

// withPublic marks requests of the intake listener, where only ingest keys count.
func withPublic(ctx context.Context) context.Context {
	return context.WithValue(ctx, publicKey{}, true)
}

func isPublic(ctx context.Context) bool { return ctx.Value(publicKey{}) != nil }

// identify finds out who sends. The key may come in any place a client can set;
// an API token of an admin serves too, for `clickspan import`, but not on the
// public listener.
func (s *Server) identify(r *http.Request) (sender, error) {
	secret := sentKey(r)
	if secret == "" {
		return s.identifyOpen(r)
	}
	key, err := s.meta.LookupKey(r.Context(), secret)
	switch {
	case err == nil:
		return senderOf(key, r)
	case !errors.Is(err, meta.ErrNotFound):
		return sender{}, err
	case isPublic(r.Context()):
		return sender{}, wrongKey()
	}
	return s.identifyToken(r, secret)
}

// sentKey returns the key of a request, "" when it has none.
func sentKey(r *http.Request) string {
	return cmp.Or(bearer(r), r.Header.Get("X-Clickspan-Key"), r.URL.Query().Get("key"))
}

func (s *Server) identifyOpen(r *http.Request) (sender, error) {
	if !s.openLoopback || isPublic(r.Context()) || !isLoopback(r.RemoteAddr) {
		return sender{}, problem(http.StatusUnauthorized,
			"Send the project's ingest key as `Authorization: Bearer KEY`, `X-Clickspan-Key: KEY` or `?key=KEY`; `clickspan key create` makes one.",
			"no ingest key was sent")
	}
	project, err := s.project(r.Context(), r.URL.Query().Get("project"))
	return sender{project: project}, err
}

func (s *Server) identifyToken(r *http.Request, secret string) (sender, error) {
	found, err := s.meta.LookupCredential(r.Context(), secret)
	if errors.Is(err, meta.ErrNotFound) {
		return sender{}, wrongKey()
	}
	if err != nil {
		return sender{}, err
	}
	if found.Role != meta.Admin {
		return sender{}, problem(http.StatusForbidden, "Send an ingest key, or the token of an admin.", "a viewer may not send records")
	}
	project, err := s.project(r.Context(), r.URL.Query().Get("project"))
	return sender{project: project}, err
}

func wrongKey() error {
	return problem(http.StatusUnauthorized, "`clickspan key list` shows the keys, `clickspan key create` makes one; it may have been revoked.", "the ingest key is wrong")
}

// senderOf checks a browser key's origin. Without an origin in the request there
// is nothing to check it by, so a key with origins refuses it.
func senderOf(key meta.IngestKey, r *http.Request) (sender, error) {
	out := sender{project: key.Project, browser: key.Kind == meta.BrowserKey}
	if !out.browser || len(key.Origins) == 0 || slices.Contains(key.Origins, r.Header.Get("Origin")) {
		return out, nil
	}
	return sender{}, problem(http.StatusForbidden, "Add the page's origin to the key, or use a server key where there is no page.",
		"this key is not for the origin %q", r.Header.Get("Origin"))
}

// isOrigin reports whether s is an origin as browsers send it.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && u.Host != "" && s == u.Scheme+"://"+u.Host
}
