package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/filter"
	"github.com/clickspan/clickspan/internal/store"
)

// ProjectParam says whose data a read is about.
type ProjectParam struct {
	Project string `query:"project" default:"default" doc:"name of the project"`
}

// ScopeParams is what every read of many rows shares.
type ScopeParams struct {
	ProjectParam
	From          time.Time `query:"from" doc:"start of the range; default 7 days before its end"`
	To            time.Time `query:"to" doc:"end of the range, exclusive; default now"`
	Filter        string    `query:"filter" example:"call.status >= 500" doc:"CEL over call, event, session and signal; GET /api/v1/fields lists the fields. What && joins may be about the rows, about the session of calls and events, or about a call, event or signal of sessions"`
	Segment       string    `query:"segment" doc:"id of a segment: only what belongs to its sessions or people"`
	Bots          bool      `query:"bots" doc:"list and count events, sessions and people of marked bots too; calls have them always"`
	MinConfidence float64   `query:"min_confidence" minimum:"0" maximum:"1" doc:"links below it are as if they were not there"`
}

// PageParams walks through a list.
type PageParams struct {
	Cursor string `query:"cursor" doc:"next of the page before"`
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"1000"`
}

// scope turns parameters into the store's form.
func (s *Server) scope(ctx context.Context, p ScopeParams) (store.Scope, error) {
	project, err := s.project(ctx, p.Project)
	if err != nil {
		return store.Scope{}, err
	}
	from, to, err := s.timeRange(p.From, p.To)
	if err != nil {
		return store.Scope{}, err
	}
	condition, err := filter.Compile(p.Filter)
	if err != nil {
		return store.Scope{}, atField("filter", err)
	}
	if p.Segment != "" {
		segment, err := s.segmentOf(ctx, project, p.Segment)
		if err != nil {
			return store.Scope{}, err
		}
		condition = store.All(condition, segment)
	}
	return store.Scope{Project: project, From: from, To: to, Filter: condition, Bots: p.Bots, MinConfidence: p.MinConfidence}, nil
}

// timeRange fills in what the caller left out.
func (s *Server) timeRange(from, to time.Time) (time.Time, time.Time, error) {
	if to.IsZero() {
		to = s.now()
	}
	if from.IsZero() {
		from = to.Add(-defaultRange)
	}
	from, to = event.Time(from), event.Time(to)
	if !from.Before(to) {
		return from, to, badField("from", "Give a from that lies before to; ranges are half-open.", "%s is not before %s",
			from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	return from, to, nil
}

// narrow adds a condition to a scope.
func narrow(s store.Scope, conditions ...store.Filter) store.Scope {
	all := store.And(conditions)
	if s.Filter != nil {
		all = append(all, s.Filter)
	}
	s.Filter = all
	return s
}

// endpointID is e in a form that fits one segment of a URL.
func endpointID(e event.Endpoint) string { return e.ID() }

// parseEndpointID takes an endpointID or, for people who type, `service: METHOD /route`.
func parseEndpointID(id string) (event.Endpoint, error) {
	if !strings.Contains(id, " ") {
		decoded, err := base64.RawURLEncoding.DecodeString(id)
		if err == nil {
			id = string(decoded)
		}
	}
	e, ok := event.ParseEndpoint(id)
	if !ok {
		return e, problem(http.StatusNotFound, "Take the id of a row of GET /api/v1/endpoints, or `service: METHOD /route` with the slashes escaped.",
			"%q is not an endpoint", id)
	}
	return e, nil
}
