package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

const (
	apiPrefix      = "/api/v1/"
	defaultProject = "default"
	cookieName     = "clickspan"
)

// Settings is what the API needs of the settings store.
type Settings interface {
	// Project finds a project by name; [store.ErrNotFound] when there is none.
	Project(ctx context.Context, name string) (event.ProjectID, error)
	// Projects lists the names, the default first.
	Projects(ctx context.Context) ([]string, error)
	// CreateProject makes a project and returns its first ingest key.
	CreateProject(ctx context.Context, name string) (key string, err error)
}

// Config is what a Server is made of.
type Config struct {
	Store    store.Store
	Settings Settings
	Now      func() time.Time
	Logger   *slog.Logger
}

// Server answers HTTP.
type Server struct {
	store    store.Store
	settings Settings
	now      func() time.Time
	log      *slog.Logger
	huma     huma.API
	mux      *http.ServeMux
}

// New wires a server.
func New(c Config) *Server {
	s := &Server{store: c.Store, settings: c.Settings, now: c.Now, log: c.Logger, mux: http.NewServeMux()}
	s.huma = newHuma(s.mux)
	s.routes()
	closeArrays(s.huma.OpenAPI().Components.Schemas)
	return s
}

// routes lists everything under /api/v1 that the OpenAPI description names.
func (s *Server) routes() {
	get(s, apiPrefix+"projects", "projects", "List the projects", s.listProjects)
	post(s, apiPrefix+"projects", "create-project", "Create a project", s.createProject)

	get(s, apiPrefix+"calls", "calls", "List calls with facet counts and a histogram", s.calls)
	get(s, apiPrefix+"calls/{id}", "call", "Show one request: its sides, links, spans and cause", s.call)
	get(s, apiPrefix+"events", "events", "List events", s.events)
	get(s, apiPrefix+"endpoints", "endpoints", "List the catalogue", s.endpoints)
	get(s, apiPrefix+"endpoints/{id}", "endpoint", "Show one endpoint", s.endpoint)
	get(s, apiPrefix+"endpoints/{id}/heatmap", "endpoint-heatmap", "Count an endpoint's calls by time and duration", s.heatmap)
	get(s, apiPrefix+"sessions", "sessions", "List sessions", s.sessions)
	get(s, apiPrefix+"sessions/{id}", "session", "Show one session's timeline", s.session)
	get(s, apiPrefix+"quality", "quality", "Say how much is linked, by what, and why the rest is not", s.quality)
	get(s, apiPrefix+"values", "values", "Complete the value of a field", s.values)
	get(s, apiPrefix+"find", "find", "Find something by its id", s.find)
	get(s, apiPrefix+"fields", "fields", "List the fields of filters and breakdowns", s.fields)

	post(s, apiPrefix+"query/series", "query-series", "Measure over time", s.querySeries)
	post(s, apiPrefix+"query/breakdown", "query-breakdown", "Measure by label", s.queryBreakdown)
}

// Handler serves everything.
func (s *Server) Handler() http.Handler { return s.mux }
