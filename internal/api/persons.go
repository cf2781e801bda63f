package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store"
)

// ClaimInput names a claim of a person.
type ClaimInput struct {
	ProjectParam
	ID   string `path:"id" doc:"any id of the person"`
	Body event.Pair
}

// MergeInput names another user whom a user is.
type MergeInput struct {
	ProjectParam
	ID   string `path:"id" doc:"a user id"`
	Body struct {
		Into string `json:"into" minLength:"1" maxLength:"256" doc:"the user id that stands for both from now on"`
	}
}

// ClaimsOutput is a person's ids and why they are theirs.
type ClaimsOutput struct {
	ID      string           `json:"id" doc:"the user id that stands for the person, else the device id; personal ids are pseudonyms"`
	Devices []string         `json:"devices" doc:"that are theirs alone"`
	Users   []string         `json:"users"`
	Shared  []string         `json:"shared" doc:"devices that they and others used"`
	Claims  []store.ClaimRow `json:"claims" doc:"what ties the ids together, the earliest first, the first 1,000; withdrawn and quarantined ones too"`
}

func claimsOf(who store.Identified) ClaimsOutput {
	return ClaimsOutput{ID: who.ID, Devices: some(who.DeviceIDs), Users: some(who.UserIDs), Shared: some(who.Shared), Claims: some(who.Claims)}
}

// withdraw takes a claim out of force: numbers are as if it had never been made.
func (s *Server) withdraw(ctx context.Context, in *ClaimInput) (ClaimsOutput, error) {
	return s.judge(ctx, "withdrawn", in, s.store.Withdraw)
}

// restore puts it in force again.
func (s *Server) restore(ctx context.Context, in *ClaimInput) (ClaimsOutput, error) {
	return s.judge(ctx, "restored", in, s.store.Restore)
}

func (s *Server) judge(ctx context.Context, what string, in *ClaimInput, do func(context.Context, event.ProjectID, event.Pair) error) (ClaimsOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return ClaimsOutput{}, err
	}
	pair := in.Body
	for _, id := range []*string{&pair.DeviceID, &pair.MergedID, &pair.UserID} {
		*id = s.pipeline.Rules.Pseudonym(project, *id)
	}
	if err := do(ctx, project, pair); err != nil {
		return ClaimsOutput{}, err
	}
	return s.judged(ctx, what, project, in.ID)
}

// merge makes the user of the address another.
func (s *Server) merge(ctx context.Context, in *MergeInput) (ClaimsOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return ClaimsOutput{}, err
	}
	if pipeline.IsJunk(in.Body.Into) {
		return ClaimsOutput{}, badField("into", "Give the id of a user.", "%q is what defective clients send for nobody", in.Body.Into)
	}
	if err := s.isKnown(ctx, project, in.Body.Into); err != nil {
		return ClaimsOutput{}, err
	}
	pair := event.Pair{MergedID: s.pipeline.Rules.Pseudonym(project, in.ID), UserID: s.pipeline.Rules.Pseudonym(project, in.Body.Into)}
	if err := s.store.Merge(ctx, project, pair.MergedID, pair.UserID); err != nil {
		return ClaimsOutput{}, err
	}
	return s.judged(ctx, "merged", project, in.ID)
}

// isKnown refuses an id that nobody signed in with: a slip of the keyboard would name a
// person after it.
func (s *Server) isKnown(ctx context.Context, project event.ProjectID, user string) error {
	id := s.pipeline.Rules.Pseudonym(project, user)
	who, err := s.store.PersonOf(ctx, project, id)
	if err != nil || len(who.Claims) > 0 {
		return err
	}
	ever := store.Scope{Project: project, From: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), To: s.now(), Bots: true, Filter: store.Equals("event.user_id", id)}
	page, err := s.store.Events(ctx, store.EventsQuery{Scope: ever, Limit: 1})
	if err == nil && len(page.Rows) == 0 {
		err = problem(http.StatusNotFound, "GET /api/v1/people lists who visited.", "nobody signed in as %q", user)
	}
	return err
}

// judged logs who changed who is who, and answers with whoever the id is now.
func (s *Server) judged(ctx context.Context, what string, project event.ProjectID, id string) (ClaimsOutput, error) {
	caller, _ := callerOf(ctx)
	s.log.InfoContext(ctx, "who is who was changed", slog.String("what", what), slog.String("by", caller.Name), slog.Int64("project", int64(project)))
	who, err := s.store.PersonOf(ctx, project, s.pipeline.Rules.Pseudonym(project, id))
	return claimsOf(who), err
}
