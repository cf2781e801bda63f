package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// PeopleInput asks for a page of people.
type PeopleInput struct {
	ScopeParams
	PageParams
}

// PeopleOutput is a page of people, who visited last first.
type PeopleOutput struct {
	Rows  []PersonRow `json:"rows"`
	Next  string      `json:"next" doc:"cursor of the next page; empty on the last"`
	Total int64       `json:"total" doc:"how many people there are on all pages"`
}

// PersonRow is what somebody's visits in the range add up to.
type PersonRow struct {
	ID        string    `json:"id" doc:"the user who claims say it is, else the device"`
	AccountID string    `json:"account_id,omitempty" doc:"of the last visit that names one"`
	FirstSeen time.Time `json:"first_seen" doc:"start of the first visit"`
	LastSeen  time.Time `json:"last_seen" doc:"start of the last visit"`
	Sessions  int       `json:"sessions"`
	Pages     int       `json:"pages"`
	Actions   int       `json:"actions"`
	Calls     int       `json:"calls"`
	Failed    int       `json:"failed" doc:"calls that failed"`
	Signals   int       `json:"signals" doc:"signs of friction"`
}

func personRowOf(p store.PersonRow) PersonRow {
	return PersonRow{
		ID: p.ID, AccountID: p.AccountID, FirstSeen: p.First, LastSeen: p.Last, Sessions: p.Sessions, Pages: p.Pages, Actions: p.Actions,
		Calls: p.Calls, Failed: p.Failed, Signals: p.Signals,
	}
}

// people lists who visited, and counts all of them.
func (s *Server) people(ctx context.Context, in *PeopleInput) (PeopleOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return PeopleOutput{}, err
	}
	var out PeopleOutput
	return out, together(ctx, func(ctx context.Context) error {
		page, err := s.store.People(ctx, store.SessionsQuery{Scope: scope, Cursor: in.Cursor, Limit: in.Limit})
		out.Rows, out.Next = each(page.Rows, personRowOf), page.Next
		return err
	}, func(ctx context.Context) error {
		all, err := s.store.Series(ctx, store.SeriesQuery{Scope: scope, Edges: []time.Time{scope.From, scope.To}, Measures: []store.Measure{{Of: store.OfSessions, Stat: store.People}}})
		if err == nil {
			out.Total = whole(all.Lines[0].Values[0][0])
		}
		return err
	})
}

// PersonInput asks for one person or account.
type PersonInput struct {
	ProjectParam
	PageParams
	ID   string    `path:"id" doc:"a user, device or account id as sent, or its pseudonym"`
	From time.Time `query:"from" doc:"start of the range; default the beginning"`
	To   time.Time `query:"to" doc:"end of the range, exclusive; default now"`
}

// PersonOutput is the visits of one person or account, newest first, the ids that this
// page of them shows, and what ties the person's together.
type PersonOutput struct {
	ClaimsOutput
	Accounts []string      `json:"accounts"`
	Identity []Identity    `json:"identity" doc:"which ids these visits show together, the newest first"`
	Consent  []ConsentSeen `json:"consent" doc:"of a person: what their newest 1,000 events said, the newest first"`
	Sessions []Session     `json:"sessions"`
	Next     string        `json:"next" doc:"cursor of the next page; empty on the last"`
}

// Identity is ids that visits showed together: the links between them.
type Identity struct {
	DeviceID  string    `json:"device_id,omitempty"`
	UserID    string    `json:"user_id,omitempty"`
	AccountID string    `json:"account_id,omitempty"`
	Sessions  int       `json:"sessions"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
}

// ConsentSeen is one state of consent and how many events carried it.
type ConsentSeen struct {
	State    string    `json:"state" enum:"granted,denied,unknown"`
	Events   int       `json:"events"`
	LastSeen time.Time `json:"last_seen"`
}

// person finds the visits of whoever an id belongs to.
func (s *Server) person(ctx context.Context, in *PersonInput) (PersonOutput, error) {
	scope, id, err := s.whose(ctx, in)
	if err != nil {
		return PersonOutput{}, err
	}
	who, err := s.store.PersonOf(ctx, scope.Project, id)
	if err != nil {
		return PersonOutput{}, err
	}
	out, err := s.visits(ctx, in, scope, store.OfPerson("session", who.Person))
	if err != nil {
		return PersonOutput{}, err
	}
	if len(out.Sessions)+len(who.Claims) == 0 && in.Cursor == "" {
		return PersonOutput{}, noVisits(in.ID)
	}
	seen := out.ClaimsOutput
	if out.ClaimsOutput = claimsOf(who); len(who.Claims) == 0 { // no claim names the id: what visits show is all there is
		out.Devices, out.Users = seen.Devices, seen.Users
	}
	out.Consent, err = s.consentOf(ctx, scope, who.Person)
	return out, err
}

// account finds the visits under an account id.
func (s *Server) account(ctx context.Context, in *PersonInput) (PersonOutput, error) {
	scope, id, err := s.whose(ctx, in)
	if err != nil {
		return PersonOutput{}, err
	}
	out, err := s.visits(ctx, in, scope, store.Equals("session.account_id", id))
	if err == nil && len(out.Sessions) == 0 && in.Cursor == "" {
		err = noVisits(in.ID)
	}
	out.ID = id
	return out, err
}

func noVisits(id string) error {
	return problem(http.StatusNotFound, "GET /api/v1/find?q= looks for any id; visits exist only where events do.", "there is no visit of %q", id)
}

// whose reads the range, and the id as it is stored.
func (s *Server) whose(ctx context.Context, in *PersonInput) (store.Scope, string, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return store.Scope{}, "", err
	}
	if in.From.IsZero() {
		in.From = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // nothing older is taken, see event.Validate
	}
	from, to, err := s.timeRange(in.From, in.To)
	return store.Scope{Project: project, From: from, To: to, Bots: true}, s.pipeline.Rules.Pseudonym(project, in.ID), err
}

func (s *Server) visits(ctx context.Context, in *PersonInput, scope store.Scope, whose store.Filter) (PersonOutput, error) {
	page, err := s.store.Sessions(ctx, store.SessionsQuery{Scope: narrow(scope, whose), Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return PersonOutput{}, err
	}
	out := PersonOutput{ClaimsOutput: claimsOf(store.Identified{}), Sessions: each(page.Rows, sessionOf), Next: page.Next, Identity: identities(page.Rows), Consent: []ConsentSeen{}}
	out.Devices = idsOf(page.Rows, func(s event.Session) string { return s.DeviceID })
	out.Users = idsOf(page.Rows, func(s event.Session) string { return s.UserID })
	out.Accounts = idsOf(page.Rows, func(s event.Session) string { return s.AccountID })
	return out, nil
}

// identities collects which ids stand together in sessions, which come newest first.
func identities(sessions []event.Session) []Identity {
	out := []Identity{}
	for _, s := range sessions {
		at := slices.IndexFunc(out, func(i Identity) bool {
			return i.DeviceID == s.DeviceID && i.UserID == s.UserID && i.AccountID == s.AccountID
		})
		if at < 0 {
			at = len(out)
			out = append(out, Identity{DeviceID: s.DeviceID, UserID: s.UserID, AccountID: s.AccountID, LastSeen: s.End})
		}
		out[at].Sessions++
		out[at].FirstSeen = s.Start
	}
	return out
}

// consentOf tells what the newest events of a person said about consent.
func (s *Server) consentOf(ctx context.Context, scope store.Scope, who store.Person) ([]ConsentSeen, error) {
	page, err := s.store.Events(ctx, store.EventsQuery{Scope: narrow(scope, store.OfPerson("event", who)), Limit: 1000})
	out := []ConsentSeen{}
	for _, e := range page.Rows {
		state := cmp.Or(string(e.Consent), "unknown")
		at := slices.IndexFunc(out, func(c ConsentSeen) bool { return c.State == state })
		if at < 0 {
			at = len(out)
			out = append(out, ConsentSeen{State: state, LastSeen: e.Time})
		}
		out[at].Events++
	}
	return out, err
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

// AccountsInput asks for the accounts.
type AccountsInput struct {
	ScopeParams
	Q     string `query:"q" maxLength:"256" doc:"only accounts whose id contains this"`
	Limit int    `query:"limit" default:"200" minimum:"1" maximum:"1000"`
}

// AccountsOutput lists accounts, the worst hit first.
type AccountsOutput struct {
	Rows  []AccountRow `json:"rows" doc:"by failed calls, then calls, descending"`
	Other bool         `json:"other" doc:"whether more exist"`
}

// AccountRow is how an account fares.
type AccountRow struct {
	ID        string     `json:"id"`
	People    int64      `json:"people" doc:"who visited"`
	Sessions  int64      `json:"sessions"`
	Calls     int64      `json:"calls" doc:"server calls that name the account"`
	Failed    int64      `json:"failed"`
	ErrorRate *float64   `json:"error_rate" doc:"null when no call names the account"`
	P95US     *int64     `json:"p95_us" doc:"null when no call was timed"`
	Signals   int64      `json:"signals" doc:"signs of friction in its sessions"`
	LastSeen  *time.Time `json:"last_seen"`
}

// maxAccounts is how many accounts are read of each record.
const maxAccounts = 1000

// accounts puts together two breakdowns: of sessions and of calls. A filter
// that one of them cannot be asked by leaves its numbers out.
func (s *Server) accounts(ctx context.Context, in *AccountsInput) (AccountsOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return AccountsOutput{}, err
	}
	field := func(record string) store.Field { return store.Field{Name: record + ".account_id"} }
	only := func(record string) store.Filter {
		if in.Q == "" {
			return store.Has{Field: field(record)}
		}
		return store.Text{Field: field(record), Test: store.Contains, Arg: in.Q}
	}
	ask := func(record string, of store.Record, measures ...store.Measure) (store.Series, error) {
		if !applies(scope.Filter, of) {
			return store.Series{}, nil
		}
		for i := range measures {
			measures[i].Of = of
		}
		return s.store.Series(ctx, store.SeriesQuery{
			Scope: narrow(scope, only(record)), Edges: []time.Time{scope.From, scope.To}, Measures: measures, By: []store.Field{field(record)}, Limit: maxAccounts,
		})
	}
	var calls, sessions store.Series
	err = together(ctx,
		func(context.Context) (err error) {
			calls, err = ask("call", store.OfCalls, store.Measure{Stat: store.Failed}, store.Measure{Stat: store.Count}, store.Measure{Stat: store.P95}, store.Measure{Stat: store.Last})
			return err
		},
		func(context.Context) (err error) {
			sessions, err = ask("session", store.OfSessions, store.Measure{Stat: store.Count}, store.Measure{Stat: store.People}, store.Measure{Stat: store.Last},
				store.Measure{Stat: store.Sum, Value: store.Field{Name: "session.signals"}})
			return err
		})
	if err != nil {
		return AccountsOutput{}, err
	}
	rows := joinAccounts(calls, sessions)
	return AccountsOutput{Rows: rows[:min(len(rows), in.Limit)], Other: calls.Other || sessions.Other || len(rows) > in.Limit}, nil
}

func joinAccounts(calls, sessions store.Series) []AccountRow {
	rows := map[string]*AccountRow{}
	of := func(id string) *AccountRow {
		if rows[id] == nil {
			rows[id] = &AccountRow{ID: id}
		}
		return rows[id]
	}
	for _, line := range calls.Lines {
		row := of(line.Labels[0])
		row.Failed, row.Calls = whole(line.Values[0][0]), whole(line.Values[1][0])
		if row.Calls > 0 {
			rate := *line.Values[0][0] / *line.Values[1][0]
			row.ErrorRate = &rate
		}
		if p95 := line.Values[2][0]; p95 != nil {
			us := int64(*p95*1000 + 0.5)
			row.P95US = &us
		}
		row.seen(line.Values[3][0])
	}
	for _, line := range sessions.Lines {
		row := of(line.Labels[0])
		row.Sessions, row.People, row.Signals = whole(line.Values[0][0]), whole(line.Values[1][0]), whole(line.Values[3][0])
		row.seen(line.Values[2][0])
	}
	out := make([]AccountRow, 0, len(rows))
	for _, row := range rows {
		out = append(out, *row)
	}
	slices.SortFunc(out, func(a, b AccountRow) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(b.Calls, a.Calls), cmp.Compare(b.Sessions, a.Sessions), strings.Compare(a.ID, b.ID))
	})
	return out
}

// seen moves LastSeen forward to a time in microseconds.
func (r *AccountRow) seen(micros *float64) {
	if micros == nil {
		return
	}
	if at := time.UnixMicro(int64(*micros)).UTC(); r.LastSeen == nil || at.After(*r.LastSeen) {
		r.LastSeen = &at
	}
}
