package api

import (
	"context"

	"github.com/clickspan/clickspan/internal/meta"
)

func (s *Server) sessionRule(ctx context.Context, in *ProjectParam) (meta.SessionRule, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return meta.SessionRule{}, err
	}
	return s.meta.SessionRule(ctx, project)
}

// SessionRuleInput carries the rule.
type SessionRuleInput struct {
	ProjectParam
	Body meta.SessionRule
}

func (s *Server) setSessionRule(ctx context.Context, in *SessionRuleInput) (meta.SessionRule, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return meta.SessionRule{}, err
	}
	return in.Body, s.meta.SetSessionRule(ctx, project, in.Body)
}
