package api

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/connect"
	"github.com/clickspan/clickspan/internal/live"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/privacy"
	"github.com/clickspan/clickspan/internal/store"
)

const (
	apiPrefix      = "/api/v1/"
	defaultProject = "default"
)

// Config is what a Server is made of. Store, Meta, Now, Logger and Witness are needed.
type Config struct {
	Store store.Store
	Meta  *meta.DB
	// Pipeline and Linker are what the intake routes need.
	Pipeline *pipeline.Pipeline
	Linker   Linker
	// Live is where GET /api/v1/live watches.
	Live *live.Hub
	// SQL is the engine's own door; nil when it has none.
	SQL SQL
	// Demo is the simulated shop; nil when the server is no demo.
	Demo Demo
	// Rights carries out erasure and export of a person.
	Rights *privacy.Rights
	// UI is the built interface; without an index.html its pages answer 501.
	UI fs.FS
	// Script is the built browser SDK; without a clickspan.js its route answers 501.
	Script fs.FS
	// Version is the program's, for GET /api/v1/system.
	Version string
	Now     func() time.Time
	Logger  *slog.Logger
	// Metrics is what GET /metrics shows; nil = a registry of our own.
	Metrics *prometheus.Registry
	// OpenLoopback drops the credential for clients on this machine, for tests.
	OpenLoopback bool
	// TrustedProxies are whose X-Forwarded-For counts on the intake listener.
	TrustedProxies []netip.Prefix
	// Limits bound the intake routes; the zero value means [DefaultLimits].
	Limits Limits
	// Witness is told of every committed batch and sees requests that were refused.
	Witness *connect.Witness
	// IntakeAddr is host:port of the intake listener, Data the data directory and
	// Program how a shell calls this program, for what Connect prints; empty when there
	// is none.
	IntakeAddr, Data, Program string
}

// Server answers HTTP.
type Server struct {
	store        store.Store
	meta         *meta.DB
	sql          SQL
	demo         Demo
	rights       *privacy.Rights
	pipeline     *pipeline.Pipeline
	linker       Linker
	live         *live.Hub
	ui           fs.FS
	script       fs.FS
	version      string
	now          func() time.Time
	log          *slog.Logger
	metrics      metrics
	openLoopback bool
	trusted      []netip.Prefix
	limits       Limits
	slots        chan struct{} // one for each intake request under way
	logins       chan struct{} // one for each login with password under way
	password     sync.Mutex    // held while one is checked
	boards       *analysis.Boards
	impacts      *analysis.Impacts
	goals        sync.Mutex // held while goals change
	segments     sync.Mutex // held while segments change
	opened       openedMaps
	disk         disk
	witness      *connect.Witness
	sites        *sites
	connecting   sync.Mutex // held while a project's key is looked for and made
	intakeAddr   string
	data         string
	program      string
	huma         huma.API
	page         http.Handler // of the interface
	main         *http.ServeMux
	intake       *http.ServeMux
}

// New wires a server. It starts nothing.
func New(c Config) *Server {
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits()
	}
	s := &Server{
		store: c.Store, sql: c.SQL, demo: c.Demo, rights: c.Rights, meta: c.Meta, pipeline: c.Pipeline, linker: c.Linker, live: c.Live,
		ui: c.UI, script: c.Script, version: c.Version, now: c.Now, log: c.Logger, metrics: newMetrics(c.Metrics),
		openLoopback: c.OpenLoopback, trusted: c.TrustedProxies, limits: c.Limits,
		witness: c.Witness, sites: newSites(c.Now), intakeAddr: c.IntakeAddr, data: c.Data, program: c.Program,
		slots: make(chan struct{}, c.Limits.Requests), logins: make(chan struct{}, maxLogins),
		main: http.NewServeMux(), intake: http.NewServeMux(),
		boards: analysis.NewBoards(c.Store, analysis.Association{}), impacts: analysis.NewImpacts(c.Store, c.Now),
	}
	s.disk.write, s.disk.log = s.writeNothing, s.log
	s.page = compressed(http.HandlerFunc(s.servePage))
	s.huma = newHuma(privateMux{s})
	s.describedRoutes()
	s.describePlain()
	closeArrays(s.huma.OpenAPI().Components.Schemas)
	s.plainRoutes()
	s.intakeRoutes()
	return s
}

// Stop ends what the server reads in the background. Nothing may be asked after it.
func (s *Server) Stop() { s.boards.Stop() }

// privateMux registers huma's routes behind the credential.
type privateMux struct{ *Server }

// HandleFunc registers a route.
func (m privateMux) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	m.main.Handle(pattern, m.private(compressed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Content-Type", "application/json") // whatever `curl -d` calls it
		handler(w, r)
	}))))
}

// ServeHTTP is only there because huma wants it.
func (m privateMux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.main.ServeHTTP(w, r) }

// describedRoutes lists what the OpenAPI description names.
func (s *Server) describedRoutes() {
	get(s, "projects", "projects", "List the projects", s.listProjects)
	change(s, http.MethodPost, "projects", "create-project", "Create a project", s.createProject)
	get(s, "keys", "keys", "List a project's ingest keys", s.listKeys)
	change(s, http.MethodPost, "keys", "create-key", "Create an ingest key", s.createKey)
	change(s, http.MethodDelete, "keys/{id}", "revoke-key", "Revoke an ingest key", s.revokeKey)
	get(s, "settings/bodies", "bodies", "List the endpoints whose bodies are kept", s.bodies)
	change(s, http.MethodPut, "settings/bodies", "keep-bodies", "Choose the endpoints whose bodies are kept", s.keepBodies)
	get(s, "me", "me", "Say who is logged in", s.me)
	get(s, "system", "system", "Describe the server", s.system)
	change(s, http.MethodPost, "setup", "setup", "Create the first admin", s.setup)

	get(s, "calls", "calls", "List calls with facet counts and a histogram", s.calls)
	get(s, "calls/{id}", "call", "Show one request: its sides, links, spans and cause", s.call)
	get(s, "events", "events", "List events", s.events)
	get(s, "endpoints", "endpoints", "List the catalogue", s.endpoints)
	get(s, "endpoints/{id}", "endpoint", "Show one endpoint", s.endpoint)
	get(s, "endpoints/{id}/heatmap", "endpoint-heatmap", "Count an endpoint's calls by time and duration", s.heatmap)
	get(s, "sessions", "sessions", "List sessions", s.sessions)
	get(s, "sessions/{id}", "session", "Show one session's timeline", s.session)
	get(s, "friction", "friction", "Rank elements or pages by the people who struggled there", s.friction)
	get(s, "signals", "signals", "List signs of friction", s.signals)
	get(s, "people", "people", "List who visited", s.people)
	get(s, "people/{id}", "person", "Show one person's visits and ids", s.person)
	change(s, http.MethodPost, "people/{id}/withdraw", "withdraw-claim", "Take out of force that a device or user is a person's", s.withdraw)
	change(s, http.MethodPost, "people/{id}/restore", "restore-claim", "Put a withdrawn claim in force again", s.restore)
	change(s, http.MethodPost, "people/{id}/merge", "merge-users", "Make a user another; withdraw undoes it", s.merge)
	get(s, "accounts", "accounts", "List accounts and how they fare", s.accounts)
	get(s, "accounts/{id}", "account", "Show one account's visits and people", s.account)
	get(s, "services", "services", "List who calls whom", s.services)
	get(s, "errors", "errors", "List groups of failed calls and of browser errors", s.errorGroups)
	get(s, "errors/{id}", "error", "Show one group: who and what it hit, and its stack", s.errorGroup)
	get(s, "sourcemaps", "sourcemaps", "List source maps", s.listSourceMaps)
	change(s, http.MethodDelete, "sourcemaps", "delete-sourcemaps", "Delete source maps", s.deleteSourceMaps)
	get(s, "releases", "releases", "List deploy markers", s.releases)
	get(s, "quality", "quality", "Say how much is linked, by what, and why the rest is not", s.quality)
	get(s, "values", "values", "Complete the value of a field", s.values)
	get(s, "find", "find", "Find something by its id", s.find)
	get(s, "views", "views", "List the saved views", s.views)
	post(s, "views", "save-view", "Save a view", s.saveView)
	register(s, http.MethodDelete, "views/{name}", "delete-view", "Delete a view", s.deleteView)
	get(s, "settings/links", "links", "Say where ids open in other tools", s.links)
	change(s, http.MethodPut, "settings/links", "set-links", "Change where ids open in other tools", s.setLinks)
	get(s, "settings/find", "find-fields", "List the properties that find looks at", s.showFindFields)
	change(s, http.MethodPut, "settings/find", "set-find-fields", "Change the properties that find looks at", s.setFindFields)
	get(s, "settings/sessions", "session-rule", "Say when a session without a client's id ends", s.sessionRule)
	change(s, http.MethodPut, "settings/sessions", "set-session-rule", "Change when a session without a client's id ends", s.setSessionRule)
	get(s, "fields", "fields", "List the fields of filters and breakdowns", s.fields)

	get(s, "overview", "overview", "Say what hurts people now, how goals do, and whether releases helped", s.overview)
	get(s, "goals", "goals", "List the goals", s.listGoals)
	change(s, http.MethodPost, "goals", "create-goal", "Create a goal", s.createGoal)
	change(s, http.MethodPut, "goals/{id}", "replace-goal", "Change a goal", s.replaceGoal)
	change(s, http.MethodDelete, "goals/{id}", "remove-goal", "Remove a goal", s.removeGoal)
	get(s, "goals/{id}/reached", "reached-goal", "List the newest times a goal was reached", s.reachedGoal)
	get(s, "goals/proposals", "goal-proposals", "Propose goals from the data", s.proposeGoals)
	get(s, "segments", "segments", "List the segments", s.listSegments)
	change(s, http.MethodPost, "segments", "create-segment", "Create a segment", s.createSegment)
	change(s, http.MethodPut, "segments/{id}", "replace-segment", "Change a segment", s.replaceSegment)
	change(s, http.MethodDelete, "segments/{id}", "remove-segment", "Remove a segment", s.removeSegment)
	get(s, "connect", "connect", "Say how far a project is connected, and what keeps it", s.connectLights)
	change(s, http.MethodPost, "connect", "make-connect-key", "Make the browser key of the snippets, once", s.makeConnectKey)
	get(s, "connect/state", "connect-state", "Say whether a project is connected", s.connected)
	get(s, "connect/recipe", "connect-recipe", "Say what to paste into a web server", s.recipe)

	post(s, "query/series", "query-series", "Measure over time", s.querySeries)
	post(s, "query/funnel", "query-funnel", "Count how many get from step to step", s.queryFunnel)
	post(s, "query/funnel-correlation", "query-funnel-correlation", "Say what those who dropped out of a funnel have in common", s.queryCorrelation)
	post(s, "query/breakdown", "query-breakdown", "Measure by label", s.queryBreakdown)
	post(s, "query/retention", "query-retention", "Say who comes back", s.queryRetention)
	post(s, "query/lifecycle", "query-lifecycle", "Say how people come and go", s.queryLifecycle)
	post(s, "query/stickiness", "query-stickiness", "Say in how many intervals people are active", s.queryStickiness)
	post(s, "query/paths", "query-paths", "Say which ways people take", s.queryPaths)
	post(s, "query/verdict", "query-verdict", "Say whether slow and failed actions are the frontend, the network or the backend", s.queryVerdict)
	post(s, "query/impact", "query-impact", "Rank failures and slowness by the goals they cost", s.queryImpact)
	post(s, "query/dose-response", "query-dose-response", "Say how a goal goes with how long an endpoint takes", s.queryDose)
	post(s, "query/blast-radius", "query-blast-radius", "Say whom something hit and what became of them", s.queryBlast)
	post(s, "query/compare", "query-compare", "Say whether a release or change helped, on the API and on behaviour", s.queryCompare)
	change(s, http.MethodPost, "erase", "erase", "Erase a person and get a receipt", s.erase)
	change(s, http.MethodPost, "sql", "sql", "Ask in SQL, read-only", s.querySQL)
	get(s, "demo", "demo", "Describe the running demo", s.demoState)
	change(s, http.MethodPost, "demo/break", "demo-break", "Break or fix an endpoint of the demo's shop", s.demoBreak)
}

// plainRoutes lists the rest: what is not JSON, or needs no credential.
func (s *Server) plainRoutes() {
	s.main.HandleFunc("POST /api/v1/login", s.login)
	s.main.Handle("POST /api/v1/logout", s.private(http.HandlerFunc(s.logout)))
	s.main.Handle("GET /api/openapi.json", s.private(compressed(http.HandlerFunc(s.serveDescription))))
	s.main.Handle("GET /api/v1/download/calls", s.private(http.HandlerFunc(s.downloadCalls)))
	s.main.Handle("GET /api/v1/download/people", s.private(http.HandlerFunc(s.downloadPeople)))
	s.main.Handle("GET /api/v1/download/blast-radius", s.private(http.HandlerFunc(s.downloadBlast)))
	s.main.Handle("GET /api/v1/live", s.private(http.HandlerFunc(s.tail)))
	s.main.Handle("GET /metrics", s.private(s.metrics.handler()))
	s.main.Handle("GET /api/v1/export", s.private(http.HandlerFunc(s.answerExport)))
	s.main.Handle("POST /api/v1/import", s.private(http.HandlerFunc(s.takeImport)))
	s.main.Handle("DELETE /api/v1/import", s.private(http.HandlerFunc(s.undoImport)))
	s.main.Handle("PUT /api/v1/sourcemaps", s.private(http.HandlerFunc(s.takeSourceMap)))
	s.main.Handle("PUT /api/v1/openapi", s.private(http.HandlerFunc(s.takeOpenAPI)))
	s.main.HandleFunc("GET /readyz", s.readyz)
	for _, mux := range []*http.ServeMux{s.main, s.intake} {
		mux.HandleFunc("GET /healthz", s.healthz)
		mux.HandleFunc("GET /clickspan.js", s.serveScript)
	}
}

// Handler serves everything: intake, API and user interface.
func (s *Server) Handler() http.Handler {
	h := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.route(s.main, w, r) {
			s.serveUI(w, r)
		}
	}))
	if s.openLoopback {
		h = s.loopbackOnly(h)
	}
	return s.around(h)
}

// IntakeHandler serves the intake routes, the browser script and /healthz only,
// always with an ingest key; it may face the public.
func (s *Server) IntakeHandler() http.Handler {
	marked := s.around(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.route(s.intake, w, r) {
			s.fail(w, r, problem(http.StatusNotFound, "This listener takes records only; open the main address for the rest.", "there is no %s here", r.URL.Path))
		}
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		marked.ServeHTTP(w, r.WithContext(withPublic(r.Context())))
	})
}

// route serves r if mux knows its path. A known path with another method is
// answered with 405 here, because mux alone would answer in plain text.
func (s *Server) route(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) bool {
	handler, pattern := mux.Handler(r)
	if pattern != "" {
		mux.ServeHTTP(w, r)
		return true
	}
	var probe statusProbe
	handler.ServeHTTP(&probe, r)
	if probe.status != http.StatusMethodNotAllowed {
		return false
	}
	w.Header().Set("Allow", probe.Header().Get("Allow"))
	s.fail(w, r, problem(http.StatusMethodNotAllowed, "GET /api/openapi.json lists the routes and their methods.", "%s is not possible here", r.Method))
	return true
}

// statusProbe keeps the head of an answer and drops the rest.
type statusProbe struct {
	header http.Header
	status int
}

// Header returns the header.
func (p *statusProbe) Header() http.Header {
	if p.header == nil {
		p.header = http.Header{}
	}
	return p.header
}

// WriteHeader keeps the status.
func (p *statusProbe) WriteHeader(status int) { p.status = status }

// Write drops the body.
func (p *statusProbe) Write(b []byte) (int, error) { return len(b), nil }
