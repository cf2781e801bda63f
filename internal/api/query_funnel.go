package api

import (
	"context"

	"github.com/clickspan/clickspan/internal/analysis"
)

// FunnelBody asks for a funnel.
type FunnelBody struct {
	QueryFields
	analysis.FunnelQuestion
}

// FunnelInput carries the body.
type FunnelInput struct{ Body FunnelBody }

// FunnelOutput is how many got how far.
type FunnelOutput struct {
	analysis.FunnelAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryFunnel(ctx context.Context, in *FunnelInput) (FunnelOutput, error) {
	begun := s.now()
	scope, _, err := s.periodScope(ctx, in.Body.QueryFields)
	if err != nil {
		return FunnelOutput{}, err
	}
	out := FunnelOutput{}
	if out.FunnelAnswer, err = analysis.Funnel(ctx, s.store, scope, begun, in.Body.FunnelQuestion); err != nil {
		return out, err
	}
	out.Meta, err = s.metaOf(ctx, scope, begun)
	out.Meta.Sampled = out.Meta.Sampled || out.Share != nil && *out.Share < 1
	return out, err
}
