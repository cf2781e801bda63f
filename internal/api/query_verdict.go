package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/store"
)

// VerdictBody asks where the trouble of actions sits.
type VerdictBody struct {
	QueryFields
	analysis.VerdictQuestion
}

// VerdictInput carries the body.
type VerdictInput struct{ Body VerdictBody }

// VerdictOutput says where the trouble sits.
type VerdictOutput struct {
	analysis.VerdictAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryVerdict(ctx context.Context, in *VerdictInput) (VerdictOutput, error) {
	begun := s.now()
	scope, err := s.queryScope(ctx, in.Body.QueryFields)
	if err != nil {
		return VerdictOutput{}, err
	}
	answer, err := s.verdict(ctx, scope, in.Body.VerdictQuestion)
	if err != nil {
		return VerdictOutput{}, err
	}
	meta, err := s.metaOf(ctx, scope, begun)
	meta.Sampled = meta.Sampled || answer.Sampled
	return VerdictOutput{answer, meta}, err
}

// verdict asks about one action where it lies, or about many.
func (s *Server) verdict(ctx context.Context, scope store.Scope, q analysis.VerdictQuestion) (analysis.VerdictAnswer, error) {
	if q.Action == "" {
		return analysis.VerdictOf(ctx, s.store, scope, q)
	}
	if q.Endpoint != "" || q.Page != "" {
		return analysis.VerdictAnswer{}, badField("action", "Leave endpoint and page out.", "one action has its own endpoint and page")
	}
	none := problem(http.StatusNotFound, "Take the event_id of an interaction of GET /api/v1/sessions/{id}: a click, submit, route change or page load.", "there is no action %q", q.Action)
	hits, err := s.store.Find(ctx, scope.Project, q.Action)
	if err != nil {
		return analysis.VerdictAnswer{}, err
	}
	i := slices.IndexFunc(hits, func(h store.Hit) bool { return h.Kind == "event" })
	if i < 0 {
		return analysis.VerdictAnswer{}, none
	}
	session, err := s.sessionOfEvent(ctx, scope.Project, hits[i])
	if err != nil {
		return analysis.VerdictAnswer{}, err
	}
	answer, err := analysis.VerdictOfAction(ctx, s.store, scope, session, hits[i].ID, q)
	if errors.Is(err, store.ErrNotFound) {
		return answer, none
	}
	return answer, err
}
