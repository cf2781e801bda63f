package api

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// maxErrorRows is how many rows of each kind the groups are made of, newest
// first; a range with more says so.
const maxErrorRows = 5_000

// ErrorsInput asks for groups of errors.
type ErrorsInput struct {
	ScopeParams
	Limit int `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

// ErrorsOutput lists groups, the most frequent first.
type ErrorsOutput struct {
	Rows      []ErrorGroup `json:"rows"`
	Truncated bool         `json:"truncated" doc:"there were more errors than are grouped; the newest 5,000 of each kind are"`
}

// ErrorGroup is errors that are alike: failed calls by endpoint, status and error
// type, or browser errors by type and message.
type ErrorGroup struct {
	Kind       string    `json:"kind" enum:"call,browser"`
	Name       string    `json:"name" doc:"what failed: the endpoint, or the error's type"`
	EndpointID string    `json:"endpoint_id,omitempty"`
	Status     int       `json:"status,omitempty"`
	Error      string    `json:"error,omitempty" doc:"error type of calls, message of browser errors, with what varies replaced"`
	Page       string    `json:"page,omitempty" doc:"route of the page of the newest"`
	Count      int64     `json:"count"`
	People     int64     `json:"people"`
	FirstSeen  time.Time `json:"first_seen"`
	LastSeen   time.Time `json:"last_seen"`
	Releases   []string  `json:"releases"`
	Example    string    `json:"example" doc:"id of the newest call or event"`
}

func (s *Server) errorGroups(ctx context.Context, in *ErrorsInput) (ErrorsOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return ErrorsOutput{}, err
	}
	calls, events := grouping{}, grouping{}
	var moreCalls, moreEvents bool
	err = together(ctx,
		func(ctx context.Context) (err error) {
			moreCalls, err = s.failedCalls(ctx, scope, calls)
			return err
		},
		func(ctx context.Context) (err error) {
			moreEvents, err = s.browserErrors(ctx, scope, events)
			return err
		})
	if err != nil {
		return ErrorsOutput{}, err
	}
	rows := append(calls.rows(), events.rows()...)
	slices.SortFunc(rows, func(a, b ErrorGroup) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), b.LastSeen.Compare(a.LastSeen), strings.Compare(a.Name, b.Name), strings.Compare(a.Error, b.Error))
	})
	return ErrorsOutput{Rows: rows[:min(len(rows), in.Limit)], Truncated: moreCalls || moreEvents}, nil
}

// failedCalls groups the server calls that failed, and the client calls that no
// server answered: those are errors nobody else saw.
func (s *Server) failedCalls(ctx context.Context, scope store.Scope, into grouping) (more bool, err error) {
	unanswered := store.And{equals("call.side", string(event.Client)), store.Not{Of: store.Has{Field: store.Field{Name: "call.status"}}}}
	scope = narrow(scope, equals("call.failed", true), store.Or{equals("call.side", string(event.Server)), unanswered})
	ask := store.CallsQuery{Scope: scope, Sort: store.Newest, Limit: 1000}
	for n := 0; ; {
		page, err := s.store.Calls(ctx, ask)
		if err != nil {
			return false, err
		}
		for _, row := range page.Rows {
			into.call(row)
		}
		n += len(page.Rows)
		if ask.Cursor = page.Next; ask.Cursor == "" || n >= maxErrorRows {
			return ask.Cursor != "", nil
		}
	}
}

func (s *Server) browserErrors(ctx context.Context, scope store.Scope, into grouping) (more bool, err error) {
	ask := store.EventsQuery{Scope: narrow(scope, equals("event.kind", string(event.PageError))), Limit: 1000}
	for n := 0; ; {
		page, err := s.store.Events(ctx, ask)
		if err != nil {
			return false, err
		}
		for i := range page.Rows {
			into.event(&page.Rows[i])
		}
		n += len(page.Rows)
		if ask.Cursor = page.Next; ask.Cursor == "" || n >= maxErrorRows {
			return ask.Cursor != "", nil
		}
	}
}

// grouping collects rows, which come newest first, by what they have in common.
type grouping map[string]*errorGroup

type errorGroup struct {
	ErrorGroup
	weight   float64
	people   map[string]bool
	releases map[string]bool
}

func (g grouping) call(row store.CallRow) {
	c := &row.Call
	group := g.of(ErrorGroup{
		Kind: "call", Name: c.Endpoint().String(), EndpointID: endpointID(c.Endpoint()), Status: c.Status, Error: template(c.Error),
		LastSeen: c.Time, Example: c.ID,
	})
	group.add(c.Time, c.Weight, personOf(&row), c.Release)
}

func (g grouping) event(e *event.Event) {
	kind := cmp.Or(text(e.Properties["type"]), text(e.Properties["error_type"]), e.Name)
	message := cmp.Or(text(e.Properties["message"]), text(e.Properties["error_message"]))
	group := g.of(ErrorGroup{Kind: "browser", Name: kind, Error: template(message), Page: e.Page.Route, LastSeen: e.Time, Example: e.ID})
	group.add(e.Time, 1, cmp.Or(e.UserID, e.DeviceID, e.SessionID), e.Release)
}

// of returns the group of rows like newest, which is its first row seen.
func (g grouping) of(newest ErrorGroup) *errorGroup {
	key := strings.Join([]string{newest.Kind, newest.Name, strconv.Itoa(newest.Status), newest.Error}, "\x00")
	group := g[key]
	if group == nil {
		group = &errorGroup{ErrorGroup: newest, people: map[string]bool{}, releases: map[string]bool{}}
		g[key] = group
	}
	return group
}

func (g *errorGroup) add(at time.Time, weight float64, person, release string) {
	g.FirstSeen = at
	g.weight += max(weight, 1)
	if person != "" {
		g.people[person] = true
	}
	if release != "" {
		g.releases[release] = true
	}
}

func (g grouping) rows() []ErrorGroup {
	out := make([]ErrorGroup, 0, len(g))
	for _, group := range g {
		row := group.ErrorGroup
		row.Count, row.People, row.Releases = int64(group.weight+0.5), int64(len(group.people)), []string{}
		for release := range group.releases {
			row.Releases = append(row.Releases, release)
		}
		slices.Sort(row.Releases)
		out = append(out, row)
	}
	return out
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// template replaces what varies between errors that are alike: numbers, ids in
// hex, and what stands in quotes.
func template(message string) string {
	var out strings.Builder
	for rest := message; rest != ""; {
		n := strings.IndexFunc(rest, breaks)
		switch {
		case n < 0:
			n = len(rest)
			fallthrough
		case n > 0:
			word := rest[:n]
			if varies(word) {
				word = "#"
			}
			out.WriteString(word)
			rest = rest[n:]
		default:
			quote := rest[:1]
			if end := strings.Index(rest[1:], quote); strings.ContainsAny(quote, "\"'`") && end >= 0 {
				out.WriteString(quote + "…" + quote)
				rest = rest[end+2:]
				continue
			}
			out.WriteString(quote)
			rest = rest[1:]
		}
	}
	return out.String()
}

// breaks reports the ASCII characters that end a word.
func breaks(c rune) bool {
	return c < 0x80 && c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
}

// varies reports whether a word is a number or an id: it has a digit, and nothing
// that no hexadecimal number or UUID has.
func varies(word string) bool {
	return strings.ContainsAny(word, "0123456789") && strings.Trim(word, "0123456789abcdefABCDEF-x") == ""
}
