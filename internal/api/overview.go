package api

import (
	"context"

	"github.com/clickspan/clickspan/internal/analysis"
)

// OverviewInput asks what the first screen shows.
type OverviewInput struct {
	ProjectParam
	Timezone string `query:"timezone" default:"UTC" doc:"IANA name; where today begins"`
}

func (s *Server) overview(ctx context.Context, in *OverviewInput) (analysis.Overview, error) {
	q, err := s.question(ctx, in.Project, in.Timezone)
	if err != nil {
		return analysis.Overview{}, err
	}
	return s.boards.Overview(ctx, q)
}

// question is about a project as it is now, with its goals and releases.
func (s *Server) question(ctx context.Context, project, timezone string) (analysis.Question, error) {
	id, err := s.project(ctx, project)
	if err != nil {
		return analysis.Question{}, err
	}
	zone, err := zoneOf(timezone)
	if err != nil {
		return analysis.Question{}, err
	}
	q := analysis.Question{Project: id, Now: s.now().UTC(), Zone: zone}
	if q.Goals, err = s.goalsOf(ctx, id); err != nil {
		return q, err
	}
	q.Releases, err = s.meta.Releases(ctx, id, q.Now.Add(-analysis.ReleaseReach), q.Now)
	return q, err
}
