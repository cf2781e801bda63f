package duckdb

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// signalFields are the fields of a row s of signals.
func signalFields() columnsOf {
	return columnsOf{
		"signal.kind": {"s.kind", store.String}, "signal.page": {"s.page", store.String},
		"signal.target": {"s.target", store.String}, "signal.session_id": {"s.session_id", store.String},
	}
}

// Friction implements [store.Reader].
func (s *Store) Friction(ctx context.Context, q store.FrictionQuery) (store.Friction, error) {
	out := store.Friction{Rows: []store.FrictionPlace{}}
	text, args, err := frictionQuery(q)
	if err != nil {
		return out, err
	}
	places := map[[2]string]*store.FrictionPlace{}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		return c.each(ctx, text, args, func(r *reader) { r.frictionPart(places) })
	})
	for _, p := range places {
		slices.SortFunc(p.Kinds, func(a, b store.SignalCount) int {
			return cmp.Or(cmp.Compare(b.Signals, a.Signals), cmp.Compare(a.Kind, b.Kind))
		})
		slices.SortFunc(p.Calls, func(a, b store.FrictionCall) int {
			return cmp.Or(cmp.Compare(b.Actions, a.Actions), cmp.Compare(b.Failed, a.Failed), strings.Compare(a.String(), b.String()))
		})
		p.Calls = p.Calls[:min(len(p.Calls), store.FrictionCalls)]
		out.Rows = append(out.Rows, *p)
	}
	slices.SortFunc(out.Rows, func(a, b store.FrictionPlace) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(b.Sessions, a.Sessions), cmp.Compare(b.Signals, a.Signals),
			strings.Compare(a.Page, b.Page), strings.Compare(a.Target, b.Target))
	})
	if len(out.Rows) > q.Limit {
		out.Rows, out.Other = out.Rows[:q.Limit], true
	}
	return out, err
}

// frictionPart reads one row of the answer: first come the places, then what is known
// of each.
func (r *reader) frictionPart(places map[[2]string]*store.FrictionPlace) {
	part, page, target, kind := r.int(), r.text(), r.text(), r.text()
	var e event.Endpoint
	r.endpoint(&e)
	a, b, c := r.int(), r.int(), r.int()
	p75, timed := cell[float64](r.rows, r.next())
	p := places[[2]string{page, target}]
	switch part {
	case 1:
		places[[2]string{page, target}] = &store.FrictionPlace{
			Page: page, Target: target, People: a, Sessions: b, Signals: c, Kinds: []store.SignalCount{}, Calls: []store.FrictionCall{},
		}
	case 2:
		p.Actions, p.Users = a, b
	case 3:
		p.Kinds = append(p.Kinds, store.SignalCount{Kind: event.SignalKind(kind), Signals: a, People: b})
	case 4:
		call := store.FrictionCall{Endpoint: e, Actions: a, Failed: b}
		if timed {
			us := int64(math.Round(p75))
			call.P75 = &us
		}
		p.Calls = append(p.Calls, call)
	}
}

func frictionQuery(q store.FrictionQuery) (string, []any, error) {
	mark, deed := "s.target", "coalesce(min(CASE WHEN e.target <> '' THEN e.target ELSE e.selector END), '')"
	switch q.By {
	case store.ByElement:
	case store.ByPage:
		mark, deed = "''", "''"
	default:
		return "", nil, &event.Permanent{Err: errors.New("friction is of no such place"), Hint: "Ask by element or page."}
	}
	if err := checkLimit(q.Limit); err != nil {
		return "", nil, err
	}
	sessions, which, err := frictionIn(q.Scope, true)
	if err != nil {
		return "", nil, err
	}
	during := []any{q.Project, q.From, q.To.Add(linkReach)}
	var events query
	if q.By == store.ByElement {
		events.add("LEFT JOIN events e ON e.id = i.event AND e.time = i.time AND e.project = ? AND e.time >= ? AND e.time < ?", during...)
	}
	text := statement("friction", "person", personOf(store.OfSessions), "sessions", sessions.String(), "mark", mark, "which", which.String(), "deed", deed, "events", events.String())
	return text, slices.Concat(sessions.args, during, which.args, []any{q.Limit + 1}, during, events.args), nil
}

// frictionIn is the sessions that a question for friction looks at, with people as
// [personOf] needs them, and the condition on their signals.
func frictionIn(s store.Scope, people bool) (sessions, which *query, err error) {
	sessions, which = &query{}, &query{}
	rest, own, err := store.CutSignals(s.Filter)
	if err != nil {
		return nil, nil, err
	}
	s.Filter = rest
	if _, err := sessions.rowsIn(store.OfSessions, s, nil, people); err != nil {
		return nil, nil, err
	}
	return sessions, which, which.where(own, signalFields())
}

// Signals implements [store.Reader].
func (s *Store) Signals(ctx context.Context, q store.SignalsQuery) (store.SignalsPage, error) {
	page := store.SignalsPage{Rows: []event.Signal{}}
	text, args, err := signalsQuery(q)
	if err != nil {
		return page, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		return c.each(ctx, text, args, func(r *reader) { page.Rows = append(page.Rows, r.signal()) })
	})
	if len(page.Rows) > q.Limit {
		page.Rows = page.Rows[:q.Limit]
		last := &page.Rows[q.Limit-1]
		page.Next = cursor{Micros: last.Time.UnixMicro(), IDs: [3]string{last.EventID, string(last.Kind), last.CallID}}.String()
	}
	return page, err
}

func signalsQuery(q store.SignalsQuery) (string, []any, error) {
	if err := checkLimit(q.Limit); err != nil {
		return "", nil, err
	}
	sessions, which, err := frictionIn(q.Scope, false)
	if err != nil {
		return "", nil, err
	}
	eventID, callID := identText("s.event"), identText("s.call")
	var after query
	if q.Cursor != "" {
		at, err := parseCursor(q.Cursor)
		if err != nil {
			return "", nil, err
		}
		t := time.UnixMicro(at.Micros)
		after.add("AND s.time <= ? AND (s.time < ? OR ("+eventID+", s.kind, "+callID+") > (?, ?, ?))", t, t, at.IDs[0], at.IDs[1], at.IDs[2])
	}
	text := statement("signals", "columns", signalColumns, "sessions", sessions.String(), "which", which.String(), "after", after.String(), "event", eventID, "call", callID)
	return text, slices.Concat([]any{q.Project, q.From, q.To.Add(linkReach)}, sessions.args, which.args, after.args, []any{q.Limit + 1}), nil
}
