package api

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/store"
)

// RetentionBody asks who comes back.
type RetentionBody struct {
	QueryFields
	analysis.RetentionQuestion
}

// RetentionInput carries the body.
type RetentionInput struct{ Body RetentionBody }

// RetentionOutput says who came back.
type RetentionOutput struct {
	analysis.RetentionAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryRetention(ctx context.Context, in *RetentionInput) (RetentionOutput, error) {
	begun := s.now()
	scope, zone, err := s.periodScope(ctx, in.Body.QueryFields)
	if err != nil {
		return RetentionOutput{}, err
	}
	answer, err := analysis.Retained(ctx, s.store, scope, zone, begun, in.Body.RetentionQuestion)
	if err != nil {
		return RetentionOutput{}, err
	}
	meta, err := s.metaOf(ctx, scope, begun)
	return RetentionOutput{answer, meta}, err
}

// LifecycleBody asks how people come and go.
type LifecycleBody struct {
	QueryFields
	analysis.LifecycleQuestion
}

// LifecycleInput carries the body.
type LifecycleInput struct{ Body LifecycleBody }

// LifecycleOutput says how people come and go.
type LifecycleOutput struct {
	analysis.LifecycleAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryLifecycle(ctx context.Context, in *LifecycleInput) (LifecycleOutput, error) {
	begun := s.now()
	scope, zone, err := s.periodScope(ctx, in.Body.QueryFields)
	if err != nil {
		return LifecycleOutput{}, err
	}
	answer, err := analysis.LifecycleOf(ctx, s.store, scope, zone, in.Body.LifecycleQuestion)
	if err != nil {
		return LifecycleOutput{}, err
	}
	meta, err := s.metaOf(ctx, scope, begun)
	return LifecycleOutput{answer, meta}, err
}

// StickinessOutput says in how many intervals people are active.
type StickinessOutput struct {
	analysis.StickinessAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryStickiness(ctx context.Context, in *LifecycleInput) (StickinessOutput, error) {
	begun := s.now()
	scope, zone, err := s.periodScope(ctx, in.Body.QueryFields)
	if err != nil {
		return StickinessOutput{}, err
	}
	answer, err := analysis.StickinessOf(ctx, s.store, scope, zone, in.Body.LifecycleQuestion)
	if err != nil {
		return StickinessOutput{}, err
	}
	meta, err := s.metaOf(ctx, scope, begun)
	return StickinessOutput{answer, meta}, err
}

// PathsBody asks which ways people take.
type PathsBody struct {
	QueryFields
	analysis.PathsQuestion
}

// PathsInput carries the body.
type PathsInput struct{ Body PathsBody }

// PathsOutput says which ways people take.
type PathsOutput struct {
	analysis.PathsAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryPaths(ctx context.Context, in *PathsInput) (PathsOutput, error) {
	begun := s.now()
	scope, _, err := s.periodScope(ctx, in.Body.QueryFields)
	if err != nil {
		return PathsOutput{}, err
	}
	answer, err := analysis.PathsTaken(ctx, s.store, scope, in.Body.PathsQuestion)
	if err != nil {
		return PathsOutput{}, err
	}
	meta, err := s.metaOf(ctx, scope, begun)
	meta.Sampled = meta.Sampled || answer.Share < 1
	return PathsOutput{answer, meta}, err
}

// periodScope is the scope of a question, and the zone in which its periods begin.
func (s *Server) periodScope(ctx context.Context, q QueryFields) (store.Scope, *time.Location, error) {
	scope, err := s.queryScope(ctx, q)
	scope.Sample = q.Sample
	if err != nil {
		return scope, nil, err
	}
	zone, err := zoneOf(q.Timezone)
	return scope, zone, err
}
