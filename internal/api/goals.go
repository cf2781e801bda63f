package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// goalKind is the kind of document that a goal is.
const goalKind = "goal"

// storedGoal is a goal with its place in the order: the first matters most.
type storedGoal struct {
	analysis.Goal
	Place int64 `json:"place"`
}

// goalsOf lists a project's goals, the one made first at the head.
func (s *Server) goalsOf(ctx context.Context, project event.ProjectID) ([]analysis.Goal, error) {
	stored, err := s.storedGoals(ctx, project)
	return each(stored, func(g storedGoal) analysis.Goal { return g.Goal }), err
}

func (s *Server) storedGoals(ctx context.Context, project event.ProjectID) ([]storedGoal, error) {
	documents, err := s.meta.Documents(ctx, project, goalKind)
	if err != nil {
		return nil, err
	}
	out := make([]storedGoal, len(documents))
	for i, d := range documents {
		if err := json.Unmarshal(d.Body, &out[i]); err != nil {
			return nil, fmt.Errorf("goal %s: %w", d.ID, err)
		}
	}
	slices.SortStableFunc(out, func(a, b storedGoal) int { return cmp.Compare(a.Place, b.Place) })
	return out, nil
}

// GoalsInput asks for a project's goals.
type GoalsInput struct{ ProjectParam }

// GoalsOutput lists goals; the first matters most.
type GoalsOutput struct {
	Goals []analysis.Goal `json:"goals"`
}

func (s *Server) listGoals(ctx context.Context, in *GoalsInput) (GoalsOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return GoalsOutput{}, err
	}
	goals, err := s.goalsOf(ctx, project)
	return GoalsOutput{Goals: some(goals)}, err
}

// GoalBody is a goal as it is sent: its id is in the address, or made of its name.
type GoalBody struct {
	Name      string             `json:"name" minLength:"1" maxLength:"120" example:"Order paid"`
	Step      analysis.Step      `json:"step" doc:"what reaching it means"`
	Direction analysis.Direction `json:"direction,omitempty" enum:"up,down" default:"up" doc:"whether more of it is better"`
	Target    float64            `json:"target,omitempty" minimum:"0" doc:"how many a day"`
	Owner     string             `json:"owner,omitempty" maxLength:"120"`
	Value     string             `json:"value,omitempty" maxLength:"256" example:"properties.amount" doc:"the property that says what one is worth"`
	Currency  string             `json:"currency,omitempty" maxLength:"8" example:"EUR"`
}

func (b GoalBody) goal(id string) analysis.Goal {
	return analysis.Goal{
		ID: id, Name: strings.TrimSpace(b.Name), Step: b.Step, Direction: cmp.Or(b.Direction, analysis.Up),
		Target: b.Target, Owner: b.Owner, Value: b.Value, Currency: b.Currency,
	}
}

// GoalInput carries the goal to create.
type GoalInput struct {
	ProjectParam
	Body GoalBody
}

func (s *Server) createGoal(ctx context.Context, in *GoalInput) (analysis.Goal, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return analysis.Goal{}, err
	}
	s.goals.Lock() // so that two new goals do not take one id or place
	defer s.goals.Unlock()
	have, err := s.storedGoals(ctx, project)
	if err != nil {
		return analysis.Goal{}, err
	}
	if len(have) >= analysis.MaxGoals {
		return analysis.Goal{}, problem(http.StatusBadRequest, "Remove a goal that is not looked at any more.", "a project has at most %d goals", analysis.MaxGoals)
	}
	id := freeID(in.Body.Name, have, func(g storedGoal) string { return g.ID })
	made := storedGoal{Goal: in.Body.goal(id), Place: 1}
	if len(have) > 0 {
		made.Place = have[len(have)-1].Place + 1
	}
	return made.Goal, s.keepGoal(ctx, project, made)
}

// freeID makes an id of a name, with a number behind it when something has it already.
func freeID[T any](name string, have []T, idOf func(T) string) string {
	taken := func(id string) bool {
		return slices.ContainsFunc(have, func(t T) bool { return idOf(t) == id })
	}
	id := analysis.Slug(name)
	free := id
	for n := 2; taken(free); n++ {
		free = id + "-" + strconv.Itoa(n)
	}
	return free
}

func (s *Server) keepGoal(ctx context.Context, project event.ProjectID, g storedGoal) error {
	if g.Name == "" {
		return badField("name", "Say in a few words what is reached: Order paid.", "the name is empty")
	}
	if err := g.Check(); err != nil {
		field, _, _ := strings.Cut(err.Error(), ":")
		return atField(field, err)
	}
	return putGoal(ctx, s.meta, project, g)
}

func putGoal(ctx context.Context, db *meta.DB, project event.ProjectID, g storedGoal) error {
	return db.PutDocument(ctx, project, goalKind, g.ID, g)
}

// SetGoals gives a project that has none its goals, in the order given. They are not
// checked.
func SetGoals(ctx context.Context, db *meta.DB, project event.ProjectID, goals ...analysis.Goal) error {
	for i, g := range goals {
		if err := putGoal(ctx, db, project, storedGoal{Goal: g, Place: int64(i + 1)}); err != nil {
			return err
		}
	}
	return nil
}

// ReplaceGoalInput carries the goal and names the one it replaces.
type ReplaceGoalInput struct {
	ProjectParam
	ID   string `path:"id"`
	Body GoalBody
}

func (s *Server) replaceGoal(ctx context.Context, in *ReplaceGoalInput) (analysis.Goal, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return analysis.Goal{}, err
	}
	s.goals.Lock()
	defer s.goals.Unlock()
	have, err := s.storedGoals(ctx, project)
	if err != nil {
		return analysis.Goal{}, err
	}
	at := slices.IndexFunc(have, func(g storedGoal) bool { return g.ID == in.ID })
	if at < 0 {
		return analysis.Goal{}, noGoal(in.ID)
	}
	replaced := storedGoal{Goal: in.Body.goal(in.ID), Place: have[at].Place}
	return replaced.Goal, s.keepGoal(ctx, project, replaced)
}

// RemoveGoalInput names the goal.
type RemoveGoalInput struct {
	ProjectParam
	ID string `path:"id"`
}

// RemoveGoalOutput names the goal that is no more.
type RemoveGoalOutput struct {
	ID string `json:"id"`
}

func (s *Server) removeGoal(ctx context.Context, in *RemoveGoalInput) (RemoveGoalOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return RemoveGoalOutput{}, err
	}
	s.goals.Lock() // so that no change under way brings it back
	defer s.goals.Unlock()
	err = s.meta.DeleteDocument(ctx, project, goalKind, in.ID)
	if errors.Is(err, meta.ErrNotFound) {
		err = noGoal(in.ID)
	}
	return RemoveGoalOutput{ID: in.ID}, err
}

// ReachedInput asks who reached a goal.
type ReachedInput struct {
	ScopeParams
	ID    string `path:"id"`
	Limit int    `query:"limit" default:"200" minimum:"1" maximum:"1000"`
}

// ReachedOutput lists the times a goal was reached.
type ReachedOutput struct {
	Goal analysis.Goal      `json:"goal"`
	Rows []analysis.Reached `json:"rows" doc:"newest first"`
}

func (s *Server) reachedGoal(ctx context.Context, in *ReachedInput) (ReachedOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return ReachedOutput{}, err
	}
	have, err := s.goalsOf(ctx, scope.Project)
	if err != nil {
		return ReachedOutput{}, err
	}
	at := slices.IndexFunc(have, func(g analysis.Goal) bool { return g.ID == in.ID })
	if at < 0 {
		return ReachedOutput{}, noGoal(in.ID)
	}
	rows, err := analysis.ReachedBy(ctx, s.store, scope, have[at], in.Limit)
	return ReachedOutput{Goal: have[at], Rows: some(rows)}, err
}

func noGoal(id string) error {
	return problem(http.StatusNotFound, "GET /api/v1/goals lists them.", "there is no goal %q", id)
}

// ProposalsOutput lists goals that the data suggests.
type ProposalsOutput struct {
	Proposals []analysis.Proposal `json:"proposals" doc:"the likeliest first"`
}

func (s *Server) proposeGoals(ctx context.Context, in *GoalsInput) (ProposalsOutput, error) {
	q, err := s.question(ctx, in.Project, "")
	if err != nil {
		return ProposalsOutput{}, err
	}
	found, err := analysis.Proposals(ctx, s.store, q)
	return ProposalsOutput{Proposals: some(found)}, err
}
