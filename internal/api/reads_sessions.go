package api

import (
	"context"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// EventsInput asks for a page of events.
type EventsInput struct {
	ScopeParams
	PageParams
	Sort string `query:"sort" default:"newest" enum:"newest"`
}

// EventsOutput is a page of events, newest first.
type EventsOutput struct {
	Rows []Event `json:"rows"`
	Next string  `json:"next" doc:"cursor of the next page; empty on the last"`
}

func (s *Server) events(ctx context.Context, in *EventsInput) (EventsOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return EventsOutput{}, err
	}
	page, err := s.store.Events(ctx, store.EventsQuery{Scope: scope, Cursor: in.Cursor, Limit: in.Limit})
	return EventsOutput{Rows: each(page.Rows, eventOf), Next: page.Next}, err
}

// SessionsInput asks for a page of sessions.
type SessionsInput struct {
	ScopeParams
	PageParams
	Sort string `query:"sort" default:"newest" enum:"newest"`
}

// SessionsOutput is a page of sessions, newest first.
type SessionsOutput struct {
	Rows []Session `json:"rows"`
	Next string    `json:"next" doc:"cursor of the next page; empty on the last"`
}

func (s *Server) sessions(ctx context.Context, in *SessionsInput) (SessionsOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return SessionsOutput{}, err
	}
	page, err := s.store.Sessions(ctx, store.SessionsQuery{Scope: scope, Cursor: in.Cursor, Limit: in.Limit})
	return SessionsOutput{Rows: each(page.Rows, sessionOf), Next: page.Next}, err
}

// SessionInput asks for one session.
type SessionInput struct {
	ProjectParam
	ID            string  `path:"id" doc:"id of the session"`
	MinConfidence float64 `query:"min_confidence" minimum:"0" maximum:"1" doc:"server calls whose link is below it are left out"`
}

// SessionOutput is the timeline of one session. Every list is in order of time.
type SessionOutput struct {
	Session      Session        `json:"session"`
	Events       []Event        `json:"events"`
	Calls        []Call         `json:"calls" doc:"client calls and the server calls linked to them"`
	Spans        []Span         `json:"spans"`
	Links        []event.Link   `json:"links"`
	Signals      []event.Signal `json:"signals"`
	Interactions []Interaction  `json:"interactions"`
	// Verdicts say where the trouble of each slow or failed action sits.
	Verdicts  []analysis.ActionVerdict `json:"verdicts" doc:"of each slow or failed action: frontend, network or backend"`
	Truncated bool                     `json:"truncated" doc:"a cap of 10,000 rows of a kind cut the answer"`
}

func (s *Server) session(ctx context.Context, in *SessionInput) (SessionOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return SessionOutput{}, err
	}
	t, err := s.store.Timeline(ctx, project, in.ID, in.MinConfidence)
	if err != nil {
		return SessionOutput{}, err
	}
	verdicts, err := analysis.SessionVerdicts(ctx, s.store, project, &t)
	if err != nil {
		return SessionOutput{}, err
	}
	return SessionOutput{
		Session: sessionOf(t.Session), Events: each(t.Events, eventOf), Calls: callsWithLinks(t.Calls, t.Links),
		Spans: each(t.Spans, spanOf), Links: some(t.Links), Signals: some(t.Signals),
		Interactions: each(t.Interactions, interactionOf), Verdicts: verdicts, Truncated: t.Truncated,
	}, nil
}

// callsWithLinks gives each call the surest link that leads to it.
func callsWithLinks(calls []event.Call, links []event.Link) []Call {
	best := map[string]*event.Link{}
	for i := range links {
		to := links[i].ServerCallID
		if to == "" {
			to = links[i].ClientCallID
		}
		if known := best[to]; known == nil || links[i].Confidence > known.Confidence {
			best[to] = &links[i]
		}
	}
	return each(calls, func(c event.Call) Call { return callOf(c, best[c.ID]) })
}
