package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/store"
)

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ok"})
}

// readyz tells whether both stores answer and take what is written.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	_, err := s.store.Watermark(ctx)
	if err == nil {
		_, err = s.meta.HasAdmin(ctx)
	}
	if err != nil {
		s.log.WarnContext(ctx, "not ready", slog.Any("error", err))
		s.fail(w, r, retryLater(0, "Wait, and look at the server's log.", "a store does not answer"))
		return
	}
	if err := s.disk.room(ctx); err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"status": "ready"})
}

func (s *Server) serveDescription(w http.ResponseWriter, r *http.Request) {
	text, err := json.Marshal(s.huma.OpenAPI())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(text)
}

func (s *Server) me(ctx context.Context, _ *struct{}) (Me, error) {
	caller, _ := callerOf(ctx)
	return Me{Name: caller.Name, Role: string(caller.Role)}, nil
}

// SystemOutput describes the server.
type SystemOutput struct {
	Version  string `json:"version"`
	HasAdmin bool   `json:"has_admin" doc:"without one only loopback is served; POST /api/v1/setup makes it"`
	Demo     bool   `json:"demo" doc:"whether GET /api/v1/demo describes a simulated shop"`
	Store    Stats  `json:"store"`
}

// Stats describes the engine.
type Stats struct {
	store.Stats
	Behind int64 `json:"behind" doc:"rows that the link pass has not seen yet"`
}

func (s *Server) system(ctx context.Context, _ *struct{}) (SystemOutput, error) {
	has, err := s.meta.HasAdmin(ctx)
	if err != nil {
		return SystemOutput{}, err
	}
	stats, err := s.store.Stats(ctx)
	return SystemOutput{
		Version: s.version, HasAdmin: has, Demo: s.demo != nil,
		Store: Stats{Stats: stats, Behind: int64(max(0, stats.Arrived-stats.Watermark))},
	}, err
}

// SetupInput carries the first admin.
type SetupInput struct {
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"128"`
		Password string `json:"password" minLength:"8" maxLength:"1024"`
	}
}

// setup makes the first admin; who got here came by the one-use link or the token.
func (s *Server) setup(ctx context.Context, in *SetupInput) (Me, error) {
	has, err := s.meta.HasAdmin(ctx)
	if err != nil {
		return Me{}, err
	}
	if has {
		return Me{}, problem(http.StatusConflict, "Log in, or run `clickspan user create` on the server.", "an admin exists already")
	}
	user, err := s.meta.CreateUser(ctx, in.Body.Name, in.Body.Password, meta.Admin)
	return Me{Name: user.Name, Role: string(user.Role)}, err
}

// ReleasesInput asks for deploy markers.
type ReleasesInput struct {
	ProjectParam
	From time.Time `query:"from" doc:"start of the range; default 7 days before its end"`
	To   time.Time `query:"to" doc:"end of the range, exclusive; default now"`
}

// ReleasesOutput lists deploy markers, oldest first.
type ReleasesOutput struct {
	Releases []event.Release `json:"releases"`
}

func (s *Server) releases(ctx context.Context, in *ReleasesInput) (ReleasesOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return ReleasesOutput{}, err
	}
	from, to, err := s.timeRange(in.From, in.To)
	if err != nil {
		return ReleasesOutput{}, err
	}
	found, err := s.meta.Releases(ctx, project, from, to)
	return ReleasesOutput{Releases: some(found)}, err
}
