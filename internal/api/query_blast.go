package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/store"
)

// BlastBody asks whom something hit.
type BlastBody struct {
	QueryFields
	analysis.BlastQuestion
}

// BlastInput carries the body.
type BlastInput struct{ Body BlastBody }

// BlastOutput is whom it hit, and what became of them.
type BlastOutput struct {
	analysis.BlastAnswer
	Meta Meta `json:"meta"`
}

func (s *Server) queryBlast(ctx context.Context, in *BlastInput) (BlastOutput, error) {
	begun := s.now()
	scope, err := s.blastScope(ctx, &in.Body)
	if err != nil {
		return BlastOutput{}, err
	}
	answer, err := analysis.BlastRadius(ctx, s.store, scope, begun, in.Body.BlastQuestion)
	if err != nil {
		return BlastOutput{}, err
	}
	meta, err := s.metaOf(ctx, scope, begun)
	return BlastOutput{answer, meta}, err
}

// blastScope is the scope of the question, which gets the project's first goal when it
// names none.
func (s *Server) blastScope(ctx context.Context, q *BlastBody) (store.Scope, error) {
	scope, _, err := s.periodScope(ctx, q.QueryFields)
	if err != nil || q.Goal != nil {
		return scope, err
	}
	goals, err := s.goalsOf(ctx, scope.Project)
	if len(goals) > 0 {
		q.Goal = &goals[0].Step
	}
	return scope, err
}

// downloadBlast answers with all who were hit: its question is the body of POST
// /api/v1/query/blast-radius.
func (s *Server) downloadBlast(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), downloadTimeout)
	defer cancel()
	var q BlastBody
	decoder := json.NewDecoder(strings.NewReader(r.URL.Query().Get("question")))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&q); err != nil {
		s.fail(w, r, badField("query.question", "Give the body of POST /api/v1/query/blast-radius as JSON.", "the question cannot be read: %v", err))
		return
	}
	scope, err := s.blastScope(ctx, &q)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	var rows []analysis.HitRow
	sendList(ctx, s, w, r, listing[analysis.HitRow]{"hit", func(ctx context.Context, cursor string) ([]analysis.HitRow, string, error) {
		if cursor == "" {
			if rows, err = analysis.BlastHit(ctx, s.store, scope, s.now(), q.BlastQuestion); err != nil {
				return nil, "", err
			}
		}
		from, _ := strconv.Atoi(cursor)
		to := min(len(rows), from+downloadPage)
		next := ""
		if to < len(rows) {
			next = strconv.Itoa(to)
		}
		return rows[from:to], next, nil
	}, hitRecord})
}

// hitRecord is the columns of a CSV row of somebody who was hit, and their values.
func hitRecord(h analysis.HitRow) (names, values []string) {
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format("2006-01-02T15:04:05.000000Z")
	}
	return []string{"id", "first_hit", "last_hit", "hits", "outcome", "outcome_at"},
		[]string{harmless(h.ID), when(h.FirstHit), when(h.LastHit), numberOf(h.Hits), string(h.Outcome), when(h.OutcomeAt)}
}
