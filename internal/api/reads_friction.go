package api

import (
	"context"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
	"github.com/clickspan/clickspan/internal/store"
)

// FrictionInput asks where people meet friction.
type FrictionInput struct {
	ScopeParams
	By    string `query:"by" default:"element" enum:"element,page"`
	Limit int    `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

// FrictionOutput is the places with signals, those of the most people first.
type FrictionOutput struct {
	Rows    []FrictionPlace   `json:"rows"`
	Other   bool              `json:"other" doc:"whether more places exist"`
	Version int               `json:"version" doc:"of the rules"`
	Rules   []link.SignalRule `json:"rules" doc:"when each kind of signal is given"`
}

// FrictionPlace is an element of a page, or a page, with the signals there.
type FrictionPlace struct {
	Page     string         `json:"page" doc:"route template, else path"`
	Target   string         `json:"target,omitempty" doc:"name or selector of the element; absent for the page as a whole"`
	People   int64          `json:"people" doc:"who gave signals"`
	Sessions int64          `json:"sessions"`
	Signals  int64          `json:"signals"`
	Kinds    []SignalCount  `json:"kinds" doc:"by signals, descending"`
	Actions  int64          `json:"actions" doc:"how often people did something there, with signals or without"`
	Users    int64          `json:"users" doc:"who did; people are part of them"`
	Calls    []FrictionCall `json:"calls" doc:"what the actions behind the signals called, most actions first; at most 3"`
}

// SignalCount is how often one kind of signal was given.
type SignalCount struct {
	Kind    event.SignalKind `json:"kind"`
	Signals int64            `json:"signals"`
	People  int64            `json:"people"`
}

// FrictionCall is what an endpoint did to actions that gave signals.
type FrictionCall struct {
	Endpoint   event.Endpoint `json:"endpoint"`
	EndpointID string         `json:"endpoint_id"`
	Actions    int64          `json:"actions" doc:"that called it"`
	Failed     int64          `json:"failed" doc:"of these, a call failed or was refused"`
	P75US      *int64         `json:"p75_us" doc:"of the slowest call of each action; null when none was timed"`
}

// friction ranks elements or pages by the people who struggled there.
func (s *Server) friction(ctx context.Context, in *FrictionInput) (FrictionOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return FrictionOutput{}, err
	}
	found, err := s.store.Friction(ctx, store.FrictionQuery{Scope: scope, By: store.Place(in.By), Limit: in.Limit})
	return FrictionOutput{Rows: each(found.Rows, frictionPlaceOf), Other: found.Other, Version: link.SignalsVersion, Rules: link.SignalRules()}, err
}

func frictionPlaceOf(p store.FrictionPlace) FrictionPlace {
	return FrictionPlace{
		Page: p.Page, Target: p.Target, People: p.People, Sessions: p.Sessions, Signals: p.Signals, Actions: p.Actions, Users: p.Users,
		Kinds: each(p.Kinds, func(k store.SignalCount) SignalCount { return SignalCount(k) }),
		Calls: each(p.Calls, func(c store.FrictionCall) FrictionCall {
			return FrictionCall{Endpoint: c.Endpoint, EndpointID: endpointID(c.Endpoint), Actions: c.Actions, Failed: c.Failed, P75US: c.P75}
		}),
	}
}

// SignalsInput asks for a page of signals.
type SignalsInput struct {
	ScopeParams
	PageParams
}

// SignalsOutput is a page of signals, newest first.
type SignalsOutput struct {
	Rows []event.Signal `json:"rows"`
	Next string         `json:"next" doc:"cursor of the next page; empty on the last"`
}

// signals lists what friction counts.
func (s *Server) signals(ctx context.Context, in *SignalsInput) (SignalsOutput, error) {
	scope, err := s.scope(ctx, in.ScopeParams)
	if err != nil {
		return SignalsOutput{}, err
	}
	page, err := s.store.Signals(ctx, store.SignalsQuery{Scope: scope, Cursor: in.Cursor, Limit: in.Limit})
	return SignalsOutput{Rows: some(page.Rows), Next: page.Next}, err
}
