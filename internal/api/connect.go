package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/connect"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/store"
)

const (
	// connectKeys is the kind of the documents that keep browser keys as text: they
	// are public by nature, and a snippet that is shown again must hold the same one.
	connectKeys = "connect-key"
	// connectSites is the kind of the documents that keep the sites which an admin named:
	// only those are looked at, and only to those a key is bound. What merely stands in
	// the address of the page may have come by a link from anybody.
	connectSites = "connect-site"
	maxSites     = 100 // of a project
	// anyOrigin is the id of the key that is taken from any page; that of a named site
	// has its origin as its id.
	anyOrigin = "same-origin"
	// lightRows is how many of the newest rows of a kind a diagnosis looks at.
	lightRows = 100
	// linkRows is how many of the newest links are looked through for a server call.
	linkRows = 1000
)

// SiteParam says where the application is.
type SiteParam struct {
	Site string `query:"site" maxLength:"500" example:"https://shop.example" doc:"address of the application's page"`
}

// parse returns the site's address, nil when none was given.
func (p SiteParam) parse() (*url.URL, error) { return parseSite("query.site", p.Site) }

func parseSite(field, site string) (*url.URL, error) {
	if site == "" {
		return nil, nil
	}
	if !strings.Contains(site, ":") {
		site = "https://" + site // as people say it
	}
	u, err := url.Parse(site)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, badField(field, "Write it as the browser shows it: https://shop.example", "%q is not the address of a site", site)
	}
	return u, nil
}

// ConnectInput asks how far a project is connected.
type ConnectInput struct {
	ProjectParam
	SiteParam
	Patience string `query:"patience" default:"1m" doc:"how long after the key was made a light may be dark before it gets a cause"`
}

// ConnectOutput is the four lights in their order.
type ConnectOutput struct {
	Connected bool            `json:"connected" doc:"whether a server call is linked to what a person did"`
	SiteNamed bool            `json:"site_named" doc:"whether an admin named the site with POST /api/v1/connect; no other is looked at"`
	Lights    []connect.Light `json:"lights"`
}

func (s *Server) connectLights(ctx context.Context, in *ConnectInput) (ConnectOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return ConnectOutput{}, err
	}
	site, err := in.parse()
	if err != nil {
		return ConnectOutput{}, err
	}
	patience, err := time.ParseDuration(in.Patience)
	if err != nil || patience < 0 {
		return ConnectOutput{}, badField("query.patience", "Write a duration such as 1m.", "%q is not a duration", in.Patience)
	}
	facts := connect.Facts{Now: event.Time(s.now()), Patience: patience, Listening: s.intakeAddr != "", Setup: s.setupOf(in.ProjectParam, in.SiteParam)}
	facts.Seen, facts.Scripts, facts.Refusals, facts.Started = s.witness.Of(project)
	if facts.Setup.Key, facts.Since, err = s.snippetKey(ctx, project, site); err != nil {
		return ConnectOutput{}, err
	}
	if facts.Setup.Key == "" {
		facts.Since = facts.Started
	}
	if err := s.readFacts(ctx, project, &facts); err != nil {
		return ConnectOutput{}, err
	}
	named := false
	if site != nil {
		if named, err = s.isNamed(ctx, project, func(known string) bool { return known == site.String() }); err != nil {
			return ConnectOutput{}, err
		}
	}
	// An admin's own site is looked at when nothing else came of it; viewers cannot
	// make this server ask anybody anything.
	if len(facts.Pages) == 0 && named && facts.Now.Sub(facts.Since) >= patience && needAdmin(ctx) == nil {
		facts.Check = s.sites.look(ctx, site)
		facts.TagKeyKnown = s.fits(ctx, project, facts.Check.TagKey)
	}
	return ConnectOutput{Connected: facts.Link != nil, SiteNamed: named, Lights: connect.Lights(facts)}, nil
}

// isNamed reports whether an admin named a site that fits.
func (s *Server) isNamed(ctx context.Context, project event.ProjectID, fits func(site string) bool) (bool, error) {
	known, err := s.meta.Documents(ctx, project, connectSites)
	return slices.ContainsFunc(known, func(d meta.Document) bool { return fits(d.ID) }), err
}

// nameSite remembers what an admin named.
func (s *Server) nameSite(ctx context.Context, project event.ProjectID, site string) error {
	known, err := s.meta.Documents(ctx, project, connectSites)
	if err != nil || slices.ContainsFunc(known, func(d meta.Document) bool { return d.ID == site }) {
		return err
	}
	if len(known) >= maxSites {
		return problem(http.StatusConflict, "Use one of those that are there, or another project.", "the project has %d sites, which is the most", len(known))
	}
	return s.meta.PutDocument(ctx, project, connectSites, site, true)
}

// ConnectedOutput says whether a project is connected.
type ConnectedOutput struct {
	Connected bool `json:"connected" doc:"whether one of the newest links is that of a server call"`
}

// connected is the part of the lights that decides what the first page is.
func (s *Server) connected(ctx context.Context, in *ProjectParam) (ConnectedOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return ConnectedOutput{}, err
	}
	all, err := s.everything(ctx, project)
	if err != nil || !all.From.Before(all.To) {
		return ConnectedOutput{}, err
	}
	link, err := s.serverLink(ctx, all)
	return ConnectedOutput{Connected: link != nil}, err
}

// everything is the range of all that is stored, bots included.
func (s *Server) everything(ctx context.Context, project event.ProjectID) (store.Scope, error) {
	stats, err := s.store.Stats(ctx)
	return store.Scope{Project: project, From: stats.From, To: stats.To.Add(time.Microsecond), Bots: true}, err
}

// readFacts reads what the store knows about the way to the first link.
func (s *Server) readFacts(ctx context.Context, project event.ProjectID, f *connect.Facts) error {
	all, err := s.everything(ctx, project)
	if err != nil || !all.From.Before(all.To) {
		return err
	}
	err = together(ctx,
		func(ctx context.Context) (err error) {
			f.Pages, err = s.newestEvents(ctx, all, event.PageView, event.RouteChange)
			return err
		},
		func(ctx context.Context) (err error) {
			f.Clicks, err = s.newestEvents(ctx, all, event.Click, event.Submit)
			return err
		},
		func(ctx context.Context) error {
			page, err := s.store.Calls(ctx, store.CallsQuery{Scope: narrow(all, serverCalls()), Sort: store.Newest, Limit: lightRows})
			f.Lines = each(page.Rows, func(row store.CallRow) event.Call { return row.Call })
			return err
		},
		func(ctx context.Context) (err error) {
			f.Link, err = s.serverLink(ctx, all)
			return err
		},
	)
	if err != nil || len(f.Clicks) == 0 {
		return err
	}
	around := narrow(all, serverCalls())
	around.From, around.To = f.Clicks[len(f.Clicks)-1].Time.Add(-time.Minute), f.Clicks[0].Time.Add(time.Minute)
	page, err := s.store.Calls(ctx, store.CallsQuery{Scope: around, Sort: store.Newest, Limit: 1})
	f.Around = len(page.Rows) > 0
	return err
}

func (s *Server) newestEvents(ctx context.Context, scope store.Scope, kinds ...event.Kind) ([]event.Event, error) {
	page, err := s.store.Events(ctx, store.EventsQuery{Scope: narrow(scope, store.OneOf("event.kind", kinds...)), Limit: lightRows})
	return page.Rows, err
}

// serverLink is the newest link of a server call; nil when the newest links have none.
func (s *Server) serverLink(ctx context.Context, scope store.Scope) (*event.Link, error) {
	page, err := s.store.Links(ctx, store.EventsQuery{Scope: scope, Limit: linkRows})
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(page.Rows, func(link event.Link) bool { return link.ServerCallID != "" })
	if at < 0 {
		return nil, nil
	}
	return &page.Rows[at], nil
}

// serverCalls holds for server calls of every class.
func serverCalls() store.Filter {
	return store.And{store.Equals("call.side", string(event.Server)), store.OneOf("call.class", event.API, event.Document, event.Asset)}
}

// RecipeInput asks what to paste into a web server.
type RecipeInput struct {
	ProjectParam
	SiteParam
	Server string `query:"server" enum:"nginx,caddy,apache,none" default:"nginx" doc:"the web server in front of the application"`
	Intake string `query:"intake" maxLength:"255" example:"10.0.0.5:8081" doc:"host:port of the intake listener as the web server reaches it; default where it listens"`
	Log    string `query:"log" maxLength:"500" example:"/var/log/nginx/shop.log" doc:"the access log to write and follow; default the server's usual place"`
}

// RecipeOutput is what to copy, in its order.
type RecipeOutput struct {
	Key      string            `json:"key" doc:"the browser key; empty until POST /api/v1/connect made one"`
	Intake   string            `json:"intake" example:"127.0.0.1:8081" doc:"where the intake listener is: what the question's intake defaults to"`
	Snippets []connect.Snippet `json:"snippets"`
}

func (s *Server) recipe(ctx context.Context, in *RecipeInput) (RecipeOutput, error) {
	site, err := in.parse()
	if err != nil {
		return RecipeOutput{}, err
	}
	for field, text := range map[string]string{"query.intake": in.Intake, "query.log": in.Log} {
		if strings.ContainsAny(text, " \t\r\n\"';{}<>|\\") {
			return RecipeOutput{}, badField(field, "Leave spaces, quotes and brackets out.", "%q cannot stand in a configuration", text)
		}
	}
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return RecipeOutput{}, err
	}
	setup := s.setupOf(in.ProjectParam, in.SiteParam)
	setup.Log = in.Log
	listener := setup.Intake
	if in.Intake != "" {
		setup.Intake = in.Intake
	}
	setup.Key, _, err = s.snippetKey(ctx, project, site)
	return RecipeOutput{Key: setup.Key, Intake: listener, Snippets: connect.Recipe(in.Server, setup)}, err
}

// defaultIntake stands in recipes while no intake listener is open.
const defaultIntake = "127.0.0.1:8081"

func (s *Server) setupOf(project ProjectParam, site SiteParam) connect.Setup {
	return connect.Setup{Site: site.Site, Intake: cmp.Or(s.intakeAddr, defaultIntake), Program: s.program, Data: s.data, Project: project.Project}
}

// originOf is the site's origin as browsers send it.
func originOf(site *url.URL) string {
	usual := map[string]string{"http": ":80", "https": ":443"}[site.Scheme]
	return site.Scheme + "://" + strings.TrimSuffix(strings.ToLower(site.Host), usual)
}

// ConnectKeyInput asks for the browser key of the snippets.
type ConnectKeyInput struct {
	ProjectParam
	Body struct {
		Site string `json:"site,omitempty" maxLength:"500" example:"https://shop.example" doc:"the application's page, which this server may look at from now on; the key is taken from its origin only. Without it the key is taken from any page"`
	}
}

// ConnectKeyOutput is the key.
type ConnectKeyOutput struct {
	Key string `json:"key"`
}

// makeConnectKey takes the name of the site, returns the browser key of the snippets
// and makes it when there is none. Asking twice makes one.
func (s *Server) makeConnectKey(ctx context.Context, in *ConnectKeyInput) (ConnectKeyOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return ConnectKeyOutput{}, err
	}
	site, err := parseSite("site", in.Body.Site)
	if err != nil {
		return ConnectKeyOutput{}, err
	}
	s.connecting.Lock()
	defer s.connecting.Unlock()
	id, origins := anyOrigin, []string(nil)
	if site != nil {
		if err := s.nameSite(ctx, project, site.String()); err != nil {
			return ConnectKeyOutput{}, err
		}
		id = originOf(site)
		origins = []string{id}
	}
	key, _, err := s.connectKey(ctx, project, id)
	if key != "" || err != nil {
		return ConnectKeyOutput{Key: key}, err
	}
	key, _, err = s.meta.CreateKey(ctx, project, meta.BrowserKey, origins, "made by Connect")
	if err != nil {
		return ConnectKeyOutput{}, err
	}
	return ConnectKeyOutput{Key: key}, s.meta.PutDocument(ctx, project, connectKeys, id, key)
}

// snippetKey returns the key that a site's snippets show: its own, else the one for
// any page.
func (s *Server) snippetKey(ctx context.Context, project event.ProjectID, site *url.URL) (key string, made time.Time, err error) {
	if site != nil {
		if key, made, err = s.connectKey(ctx, project, originOf(site)); key != "" || err != nil {
			return key, made, err
		}
	}
	return s.connectKey(ctx, project, anyOrigin)
}

// connectKey returns the snippets' key while it is valid, else "", and when it was made.
func (s *Server) connectKey(ctx context.Context, project event.ProjectID, id string) (key string, made time.Time, err error) {
	kept, err := s.meta.Document(ctx, project, connectKeys, id)
	if errors.Is(err, meta.ErrNotFound) {
		return "", time.Time{}, nil
	}
	if err == nil {
		err = json.Unmarshal(kept.Body, &key)
	}
	if err != nil || !s.fits(ctx, project, key) {
		return "", time.Time{}, err
	}
	return key, kept.Updated, nil
}

// fits reports whether a key is valid and of the project.
func (s *Server) fits(ctx context.Context, project event.ProjectID, key string) bool {
	found, err := s.meta.LookupKey(ctx, key)
	return err == nil && found.Project == project
}
