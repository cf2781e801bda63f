package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/wire"
)

// LoginBody is either a token (of a one-use link, or an API token) or a name
// with its password.
type LoginBody struct {
	Token    string `json:"token,omitempty"`
	Name     string `json:"name,omitempty"`
	Password string `json:"password,omitempty"`
}

// login trades a token or password for the cookie: POST /api/v1/login.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if err := sameSite(r); err != nil {
		s.fail(w, r, err)
		return
	}
	var body LoginBody
	if err := readBody(w, r, &body); err != nil {
		s.fail(w, r, err)
		return
	}
	user, err := s.whoLogsIn(r.Context(), body)
	if err == nil {
		err = s.setCookie(w, r, user)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", Me{Name: user.Name, Role: string(user.Role)})
}

func (s *Server) whoLogsIn(ctx context.Context, body LoginBody) (meta.User, error) {
	if body.Token != "" {
		return s.trade(ctx, body.Token)
	}
	// Passwords are slow to check on purpose; one at a time keeps guessing slow and
	// the rest of the server quick.
	select {
	case s.logins <- struct{}{}:
		defer func() { <-s.logins }()
	default:
		return meta.User{}, retryLater(5*time.Second, "Wait a little and log in again.", "too many people log in at once")
	}
	s.password.Lock()
	defer s.password.Unlock()
	user, err := s.meta.CheckPassword(ctx, body.Name, body.Password)
	if errors.Is(err, meta.ErrWrongPassword) {
		return user, problem(http.StatusUnauthorized, "Try again, or have an admin run `clickspan user create`.", "name or password is wrong")
	}
	return user, err
}

// trade spends a one-use link, or checks an API token.
func (s *Server) trade(ctx context.Context, token string) (meta.User, error) {
	err := s.meta.UseLink(ctx, token)
	if err == nil {
		return meta.User{Role: meta.Admin}, nil
	}
	if !errors.Is(err, meta.ErrNotFound) {
		return meta.User{}, err
	}
	found, err := s.meta.LookupCredential(ctx, token)
	if errors.Is(err, meta.ErrNotFound) || err == nil && found.Kind != "token" { // a login must not renew itself for ever
		return meta.User{}, problem(http.StatusUnauthorized, "A link opens once; each start prints a new one. The token in the data directory works again and again.",
			"the token is wrong, used or expired")
	}
	return meta.User{Role: found.Role}, err
}

func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, user meta.User) error {
	secret, err := s.meta.StartLogin(r.Context(), user, loginLife)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(r, secret, int(loginLife/time.Second)))
	return nil
}

func (s *Server) cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure follows the connection: loopback has no TLS
		Name: cookieName(r), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	}
}

// logout ends the login and clears the cookie: POST /api/v1/logout.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(cookieName(r)); err == nil {
		if err := s.meta.EndLogin(r.Context(), cookie.Value); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	http.SetCookie(w, s.cookie(r, "", -1))
	w.WriteHeader(http.StatusNoContent)
}

// openLink answers `GET /?token=…`: it trades the token for the cookie and takes
// it out of the address, so that it stays in no history. A used link is no harm
// to a browser that is already in.
func (s *Server) openLink(w http.ResponseWriter, r *http.Request) {
	user, err := s.trade(r.Context(), r.URL.Query().Get("token"))
	if err == nil {
		err = s.setCookie(w, r, user)
	}
	if err != nil && s.problemOf(r.Context(), err).Status != http.StatusUnauthorized {
		s.fail(w, r, err)
		return
	}
	rest := r.URL.Query()
	rest.Del("token")
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, (&url.URL{Path: "/", RawQuery: rest.Encode()}).String(), http.StatusSeeOther)
}

// readBody decodes a small JSON body; unknown fields are errors.
func readBody(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxQueryBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return err
		}
		return problem(http.StatusBadRequest, "Send one JSON object; GET /api/openapi.json describes it.", "the body is not what is expected: %s", wire.Plain(err))
	}
	return nil
}

// Me is who is logged in.
type Me struct {
	Name string `json:"name" doc:"empty when the login came from a link or token"`
	Role string `json:"role" enum:"admin,viewer"`
}
