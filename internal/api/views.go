package api

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

const (
	viewKind = "view"
	maxViews = 500 // of a project
)

// View is a page with its state, kept under a name that the project shares.
type View struct {
	Name    string    `json:"name" minLength:"1" maxLength:"80" doc:"the same name again replaces the view"`
	Path    string    `json:"path" maxLength:"512" example:"/calls" doc:"of the page"`
	Query   string    `json:"query" maxLength:"8192" example:"filter=call.status+%3E%3D+500" doc:"the state of the page, without the question mark"`
	Updated time.Time `json:"updated" readOnly:"true"`
}

// ViewsOutput lists views by name.
type ViewsOutput struct {
	Views []View `json:"views"`
}

func (s *Server) views(ctx context.Context, in *ProjectParam) (ViewsOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return ViewsOutput{}, err
	}
	found, err := s.viewsOf(ctx, project)
	return ViewsOutput{Views: found}, err
}

func (s *Server) viewsOf(ctx context.Context, project event.ProjectID) ([]View, error) {
	found, err := s.meta.Documents(ctx, project, viewKind)
	if err != nil {
		return nil, err
	}
	views := make([]View, 0, len(found))
	for _, document := range found {
		view, err := viewOf(document)
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return views, nil
}

func viewOf(d meta.Document) (View, error) {
	var view View
	err := json.Unmarshal(d.Body, &view)
	view.Name, view.Updated = d.ID, d.Updated
	return view, err
}

// ViewInput carries the view to keep.
type ViewInput struct {
	ProjectParam
	Body struct {
		Name  string `json:"name" minLength:"1" maxLength:"80" pattern:"\\S" doc:"the same name again replaces the view"`
		Path  string `json:"path" maxLength:"512" example:"/calls" doc:"of the page"`
		Query string `json:"query,omitempty" maxLength:"8192" example:"filter=call.status+%3E%3D+500" doc:"the state of the page, without the question mark"`
	}
}

// pagePath is a path inside the web page: never the address of another host.
func pagePath() *regexp.Regexp {
	return regexp.MustCompile(`^/([A-Za-z0-9_~.%-]+(/[A-Za-z0-9_~.%-]+)*)?$`)
}

// saveView may be asked by everybody who can read, because a view changes no data;
// but what others rely on is replaced and removed by admins only.
func (s *Server) saveView(ctx context.Context, in *ViewInput) (View, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return View{}, err
	}
	if !pagePath().MatchString(in.Body.Path) {
		return View{}, badField("path", "Send the path of a page, such as /calls.", "%q is not a path of this page", in.Body.Path)
	}
	known, err := s.viewsOf(ctx, project)
	if err != nil {
		return View{}, err
	}
	again := slices.ContainsFunc(known, func(v View) bool { return v.Name == in.Body.Name })
	if len(known) >= maxViews && !again {
		return View{}, problem(http.StatusConflict, "DELETE /api/v1/views/{name} removes one.", "the project has %d views, which is the most", len(known))
	}
	if again {
		if err := needAdmin(ctx); err != nil {
			return View{}, err
		}
	}
	view := View{Name: in.Body.Name, Path: in.Body.Path, Query: in.Body.Query, Updated: s.now()}
	return view, s.meta.PutDocument(ctx, project, viewKind, view.Name, view)
}

// ViewNameInput names a view.
type ViewNameInput struct {
	ProjectParam
	Name string `path:"name"`
}

// ViewNameOutput names the view that is gone.
type ViewNameOutput struct {
	Name string `json:"name"`
}

func (s *Server) deleteView(ctx context.Context, in *ViewNameInput) (ViewNameOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return ViewNameOutput{}, err
	}
	return ViewNameOutput{Name: in.Name}, s.meta.DeleteDocument(ctx, project, viewKind, in.Name)
}
