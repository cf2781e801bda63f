package api

import (
	"context"

	"github.com/clickspan/clickspan/internal/analysis"
)

// ImpactBody asks what failed and slow calls cost a goal.
type ImpactBody struct {
	QueryFields
	analysis.ImpactQuestion
}

// ImpactInput carries the body.
type ImpactInput struct{ Body ImpactBody }

// ImpactOutput ranks what people met by what it cost.
type ImpactOutput struct {
	analysis.ImpactAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryImpact(ctx context.Context, in *ImpactInput) (ImpactOutput, error) {
	begun := s.now()
	scope, zone, err := s.periodScope(ctx, in.Body.QueryFields)
	if err != nil {
		return ImpactOutput{}, err
	}
	answer, err := analysis.Impact(ctx, s.store, scope, zone, begun, in.Body.ImpactQuestion)
	if err != nil {
		return ImpactOutput{}, err
	}
	meta := Meta{ElapsedMS: s.now().Sub(begun).Milliseconds(), Sampled: scope.Sampled(), LinkCoverage: answer.Coverage.Share}
	return ImpactOutput{answer, meta}, nil
}

// DoseBody asks how the goal's rate goes with how long an endpoint takes.
type DoseBody struct {
	QueryFields
	analysis.DoseQuestion
}

// DoseInput carries the body.
type DoseInput struct{ Body DoseBody }

// DoseOutput is the curve.
type DoseOutput struct {
	analysis.DoseAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryDose(ctx context.Context, in *DoseInput) (DoseOutput, error) {
	begun := s.now()
	scope, zone, err := s.periodScope(ctx, in.Body.QueryFields)
	if err != nil {
		return DoseOutput{}, err
	}
	answer, err := analysis.Dose(ctx, s.store, scope, zone, begun, in.Body.DoseQuestion)
	if err != nil {
		return DoseOutput{}, err
	}
	meta := Meta{ElapsedMS: s.now().Sub(begun).Milliseconds(), Sampled: scope.Sampled(), LinkCoverage: answer.Coverage.Share}
	return DoseOutput{answer, meta}, nil
}
