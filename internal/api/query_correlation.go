package api

import (
	"context"

	"github.com/clickspan/clickspan/internal/analysis"
)

// CorrelationBody asks what those have in common who dropped out.
type CorrelationBody struct {
	QueryFields
	analysis.CorrelationQuestion
}

// CorrelationInput carries the body.
type CorrelationInput struct{ Body CorrelationBody }

// CorrelationOutput says what goes with dropping out.
type CorrelationOutput struct {
	analysis.CorrelationAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryCorrelation(ctx context.Context, in *CorrelationInput) (CorrelationOutput, error) {
	begun := s.now()
	scope, _, err := s.periodScope(ctx, in.Body.QueryFields)
	if err != nil {
		return CorrelationOutput{}, err
	}
	answer, err := analysis.Correlated(ctx, s.store, scope, begun, in.Body.CorrelationQuestion)
	if err != nil {
		return CorrelationOutput{}, err
	}
	meta, err := s.metaOf(ctx, scope, begun)
	return CorrelationOutput{answer, meta}, err
}
