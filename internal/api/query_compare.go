package api

import (
	"context"

	"github.com/clickspan/clickspan/internal/analysis"
)

// CompareBody asks whether a change helped.
type CompareBody struct {
	QueryFields
	analysis.CompareQuestion
}

// CompareInput carries the body.
type CompareInput struct{ Body CompareBody }

// CompareOutput is whether it helped.
type CompareOutput struct {
	analysis.CompareAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryCompare(ctx context.Context, in *CompareInput) (CompareOutput, error) {
	begun := s.now()
	scope, zone, err := s.periodScope(ctx, in.Body.QueryFields)
	if err != nil {
		return CompareOutput{}, err
	}
	q := analysis.Question{Project: scope.Project, Now: begun.UTC(), Zone: zone}
	if q.Goals, err = s.goalsOf(ctx, scope.Project); err != nil {
		return CompareOutput{}, err
	}
	// A release may be announced before it happens.
	if q.Releases, err = s.meta.Releases(ctx, scope.Project, scope.From, begun.Add(analysis.ReleaseReach)); err != nil {
		return CompareOutput{}, err
	}
	answer, err := analysis.Compare(ctx, s.store, scope, q, in.Body.CompareQuestion)
	if err != nil {
		return CompareOutput{}, err
	}
	meta, err := s.metaOf(ctx, scope, begun)
	return CompareOutput{answer, meta}, err
}
