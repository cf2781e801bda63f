package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/meta"
)

const (
	cookieBase = "clickspan"
	// loginLife is how long a browser's login lasts, even if it is used.
	loginLife = 30 * 24 * time.Hour
)

// cookieName names the cookie that carries a browser's login. The port is part of it,
// because browsers keep one jar for all ports of a host: a demo and a server beside it
// would log each other out.
func cookieName(r *http.Request) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		return cookieBase + "_" + port
	}
	return cookieBase
}

// Caller is who asks: a login, a token, or anyone on loopback under --open-loopback.
type Caller struct {
	Role meta.Role
	Name string
	// ByCookie says that the browser sent the proof by itself, so that another
	// site could have made it ask.
	ByCookie bool
}

type callerKey struct{}

func withCaller(r *http.Request, c Caller) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
}

// callerOf returns who asks; ok is false on routes that need no credential.
func callerOf(ctx context.Context) (c Caller, ok bool) {
	c, ok = ctx.Value(callerKey{}).(Caller)
	return c, ok
}

// authenticate finds out who asks. The error is a Problem with status 401.
func (s *Server) authenticate(r *http.Request) (Caller, error) {
	if s.openLoopback && isLoopback(r.RemoteAddr) {
		return Caller{Role: meta.Admin, Name: "loopback", ByCookie: true}, nil
	}
	secret, byCookie := bearer(r), false
	if secret == "" {
		cookie, err := r.Cookie(cookieName(r))
		if err != nil {
			return Caller{}, needsCredential("no credential was sent")
		}
		secret, byCookie = cookie.Value, true
	}
	found, err := s.meta.LookupCredential(r.Context(), secret)
	if errors.Is(err, meta.ErrNotFound) {
		return Caller{}, needsCredential("the credential is wrong or has expired")
	}
	if err != nil {
		return Caller{}, err
	}
	return Caller{Role: found.Role, Name: found.User, ByCookie: byCookie}, nil
}

func needsCredential(detail string) error {
	return problem(http.StatusUnauthorized,
		"Open the address that `clickspan serve` prints, log in, or send the token from the data directory as `Authorization: Bearer TOKEN`.",
		"%s", detail)
}

// bearer returns the token of an Authorization header, "" when there is none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// private guards the API: it wants a credential and, where the browser sent it
// by itself, proof that our own page asked.
func (s *Server) private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := s.authenticate(r)
		if err == nil && caller.ByCookie {
			err = sameSite(r)
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, withCaller(r, caller))
	})
}

// sameSite refuses changes that another site's page asked for. Programs send
// neither Sec-Fetch-Site nor Origin and pass.
func sameSite(r *http.Request) error {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return problem(http.StatusForbidden, "Use Clickspan's own page, or send a token as `Authorization: Bearer TOKEN`.",
			"the request came from another site")
	}
	return nil
}

// needAdmin refuses viewers.
func needAdmin(ctx context.Context) error {
	if caller, ok := callerOf(ctx); !ok || caller.Role != meta.Admin {
		return problem(http.StatusForbidden, "Ask an admin, or log in as one.", "this needs the role admin")
	}
	return nil
}
