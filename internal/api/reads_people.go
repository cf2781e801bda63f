package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// PersonInput asks for one person or account.
type PersonInput struct {
	ProjectParam
	PageParams
	ID   string    `path:"id" doc:"a user, device or account id as sent, or its pseudonym"`
	From time.Time `query:"from" doc:"start of the range; default the beginning"`
	To   time.Time `query:"to" doc:"end of the range, exclusive; default now"`
}

// PersonOutput is the visits of one person or account, newest first, and the ids
// that this page of them shows.
type PersonOutput struct {
	ID       string    `json:"id" doc:"as stored: the pseudonym of a personal id"`
	Devices  []string  `json:"devices"`
	Users    []string  `json:"users"`
	Accounts []string  `json:"accounts"`
	Sessions []Session `json:"sessions"`
	Next     string    `json:"next" doc:"cursor of the next page; empty on the last"`
}

// person finds the visits under a user id or a device id.
func (s *Server) person(ctx context.Context, in *PersonInput) (PersonOutput, error) {
	return s.visits(ctx, in, func(id string) store.Filter {
		return store.Or{equals("session.user_id", id), equals("session.device_id", id)}
	})
}

// account finds the visits under an account id.
func (s *Server) account(ctx context.Context, in *PersonInput) (PersonOutput, error) {
	return s.visits(ctx, in, func(id string) store.Filter { return equals("session.account_id", id) })
}

func (s *Server) visits(ctx context.Context, in *PersonInput, of func(id string) store.Filter) (PersonOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return PersonOutput{}, err
	}
	if in.From.IsZero() {
		in.From = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // nothing older is taken, see event.Validate
	}
	from, to, err := s.timeRange(in.From, in.To)
	if err != nil {
		return PersonOutput{}, err
	}
	id := s.pipeline.Rules.Pseudonym(project, in.ID)
	page, err := s.store.Sessions(ctx, store.SessionsQuery{
		Scope:  store.Scope{Project: project, From: from, To: to, Filter: of(id), Bots: true},
		Cursor: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return PersonOutput{}, err
	}
	if len(page.Rows) == 0 && in.Cursor == "" {
		return PersonOutput{}, problem(http.StatusNotFound, "GET /api/v1/find?q= looks for any id; visits exist only where events do.", "there is no visit of %q", in.ID)
	}
	out := PersonOutput{ID: id, Sessions: each(page.Rows, sessionOf), Next: page.Next}
	out.Devices = idsOf(page.Rows, func(s event.Session) string { return s.DeviceID })
	out.Users = idsOf(page.Rows, func(s event.Session) string { return s.UserID })
	out.Accounts = idsOf(page.Rows, func(s event.Session) string { return s.AccountID })
	return out, nil
}

// idsOf collects the different ids of sessions, sorted.
func idsOf(sessions []event.Session, id func(event.Session) string) []string {
	all := []string{}
	for _, s := range sessions {
		if one := id(s); one != "" {
			all = append(all, one)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
