package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/store"
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
	answer, err := s.impacts.Impact(ctx, askedBy(in.Body.QueryFields, scope, zone, begun), in.Body.ImpactQuestion)
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
	answer, err := s.impacts.Dose(ctx, askedBy(in.Body.QueryFields, scope, zone, begun), in.Body.DoseQuestion)
	if err != nil {
		return DoseOutput{}, err
	}
	meta := Meta{ElapsedMS: s.now().Sub(begun).Milliseconds(), Sampled: scope.Sampled(), LinkCoverage: answer.Coverage.Share}
	return DoseOutput{answer, meta}, nil
}

// askedBy is what the question is about, in the asker's words.
func askedBy(q QueryFields, scope store.Scope, zone *time.Location, now time.Time) analysis.Asked {
	words, _ := json.Marshal(q) // it came as JSON
	return analysis.Asked{Scope: scope, Zone: zone, Now: now, Words: string(words)}
}
