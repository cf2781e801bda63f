package duckdb

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/fold"
	"github.com/clickspan/clickspan/internal/store"
)

// Exposures implements [store.Reader].
func (s *Store) Exposures(ctx context.Context, q store.ExposuresQuery) (store.Exposures, error) {
	if q.Within != store.UnitPerson && q.Within != store.UnitSession {
		return store.Exposures{}, &event.Permanent{Err: errors.New("nobody else reaches a goal"), Hint: "Ask within a person or a session."}
	}
	text, args, names, err := exposuresQuery(q.Scope, q.Within)
	if err != nil {
		return store.Exposures{}, err
	}
	e := exposures{devices: newDictionary(), callGoal: q.Goal.Of == store.OfCalls, bySession: q.Within == store.UnitSession}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		err := e.readGoals(ctx, c, q)
		if err == nil {
			err = e.readRows(ctx, c, text, args)
		}
		if err == nil {
			err = e.readEndpoints(ctx, c, names)
		}
		return err
	})
	if err != nil {
		return store.Exposures{}, err
	}
	e.sort()
	return e.out, nil
}

// exposuresQuery is the statement, and the one that names endpoints.
func exposuresQuery(s store.Scope, within store.UnitOf) (text string, args []any, names *query, err error) {
	filters, err := store.SplitFilter(s.Filter)
	if err != nil {
		return "", nil, nil, err
	}
	if s.Filter, err = filters.Of(store.OfCalls); err != nil {
		return "", nil, nil, err
	}
	if s, _, err = related(store.OfCalls, s); err != nil { // before its range widens
		return "", nil, nil, err
	}
	o := occurrences{Scope: s, unit: store.Unit{Of: store.UnitPerson}}
	wide := s
	wide.From, wide.To = s.From.Add(-store.SliceReach), s.To.Add(store.SliceReach)
	var rows, own, best query
	fields, err := rows.rowsIn(store.OfCalls, wide, nil, false)
	if err != nil {
		return "", nil, nil, err
	}
	if !s.Bots {
		rows.add(" AND c.bot = ''")
	}
	if err := own.own(o, store.OfCalls, fields); err != nil {
		return "", nil, nil, err
	}
	links := wide
	links.From, links.To = wide.From.Add(-linkReach), wide.To.Add(linkReach)
	best.bestLinks(links, "AND coalesce(l.server, l.client) IN (FROM several)")
	persons := o.joinPersons(true)
	only := ""
	if within == store.UnitSession {
		only = "AND session IS NOT NULL"
	}
	text = statement("exposures", "failed", failedCall, "device", "trim("+part("c.context", 1)+" || ' ' || "+part("c.context", 4)+")", "own", own.String(), "rows", rows.String(),
		"linked", o.ids("l.", linkedColumns(store.UnitPerson)), "best", best.String(), "unit", o.unitOf(true), "persons", persons.String(), "within", only, "some", o.some("unit"))
	names = &query{}
	names.add(statement("exposures_endpoints", "rows", rows.String()), rows.args...)
	return text, slices.Concat(rows.args, best.args, best.args, persons.args, []any{s.From, s.To}), names, nil
}

// exposures gathers the answer.
type exposures struct {
	out                 store.Exposures
	callGoal, bySession bool
	own, persons        map[uint64][]int64 // when whom goals of, and persons, reached it
	devices             *dictionary
	sessions, actions   numbering
	endpoints           numbering
}

// numbering numbers hashes from 0.
type numbering map[uint64]int32

func (n numbering) of(hash uint64) int32 {
	at, known := n[hash]
	if !known {
		at = int32(len(n))
		n[hash] = at
	}
	return at
}

// readGoals reads when goals were reached, up to a day after the range.
func (e *exposures) readGoals(ctx context.Context, c *conn, q store.ExposuresQuery) error {
	goals := occurrences{Scope: q.Scope, unit: store.Unit{Of: store.UnitPerson}, steps: []store.Step{q.Goal}}
	goals.To = q.To.Add(linkReach)
	if q.Value != nil {
		goals.label = typedLabel(*q.Value)
	}
	values := newDictionary()
	e.persons = map[uint64][]int64{}
	until := q.To.UnixMicro()
	err := c.sequences(ctx, goals, values, func(person uint64, rows []fold.Row) {
		if rows[0].Time < until {
			e.out.Goals.People++
		}
		for _, row := range rows {
			e.persons[person] = append(e.persons[person], row.Time)
			if row.Time >= until {
				continue
			}
			e.out.Goals.Count++
			if v, ok := numeric(typedValue(values.texts[row.Label])); ok {
				e.out.Goals.Valued++
				e.out.Goals.Value += v
			}
		}
	})
	if e.own = e.persons; err != nil || !e.bySession {
		return err
	}
	e.own = map[uint64][]int64{}
	goals.unit.Of, goals.label, goals.Sample = store.UnitSession, nil, 0 // whose session it is, the requests tell
	return c.sequences(ctx, goals, values, func(session uint64, rows []fold.Row) {
		for _, row := range rows {
			e.own[session] = append(e.own[session], row.Time)
		}
	})
}

func numeric(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func (e *exposures) readRows(ctx context.Context, c *conn, text string, args []any) error {
	result, err := c.query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer result.close()
	e.sessions, e.actions, e.endpoints = numbering{}, numbering{}, numbering{}
	var last uint64
	person := int32(-1)
	for result.fetch() {
		n := int(mapping.DataChunkGetSize(result.chunk))
		persons, sessions, actions, endpoints := whole[uint64](result, 0, n), whole[uint64](result, 1, n), whole[uint64](result, 2, n), whole[uint64](result, 3, n)
		times, took, served, failed := whole[int64](result, 4, n), whole[int64](result, 5, n), whole[bool](result, 6, n), whole[bool](result, 7, n)
		for i := range n {
			if result.at = i; person < 0 || persons[i] != last {
				last = persons[i]
				person++
			}
			row := store.Exposure{
				Person: person, Session: -1, Action: -1, Endpoint: e.endpoints.of(endpoints[i]), Device: int32(e.devices.number(result.bytes(8))),
				Time: times[i], Took: took[i], Served: served[i], Failed: failed[i],
			}
			if sessions[i] != 0 {
				row.Session = e.sessions.of(sessions[i])
			}
			if actions[i] != 0 {
				row.Action = e.actions.of(actions[i])
			}
			unit := persons[i]
			if e.bySession {
				unit = sessions[i]
			}
			row.Reached = e.reached(e.own[unit], row.Time)
			if earlier := e.persons[persons[i]]; len(earlier) > 0 {
				row.Before = earlier[0] < row.Time
			}
			e.out.Rows = append(e.out.Rows, row)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// reached reports whether the last of the goals comes after a request.
func (e *exposures) reached(goals []int64, request int64) bool {
	if len(goals) == 0 {
		return false
	}
	last := goals[len(goals)-1]
	return last > request || e.callGoal && last == request
}

// readEndpoints names the endpoints of the rows.
func (e *exposures) readEndpoints(ctx context.Context, c *conn, names *query) error {
	e.out.Endpoints = make([]event.Endpoint, len(e.endpoints))
	return c.each(ctx, names.String(), names.args, func(r *reader) {
		hash, _ := cell[uint64](r.rows, r.next())
		var endpoint event.Endpoint
		r.endpoint(&endpoint)
		if at, met := e.endpoints[hash]; met {
			e.out.Endpoints[at] = endpoint
		}
	})
}

// sort puts endpoints and devices in order.
func (e *exposures) sort() {
	var endpoints, devices []int32
	e.out.Endpoints, endpoints = inOrder(e.out.Endpoints, event.Endpoint.String)
	e.out.Devices, devices = inOrder(e.devices.texts, func(text string) string { return text })
	for i := range e.out.Rows {
		row := &e.out.Rows[i]
		row.Endpoint, row.Device = endpoints[row.Endpoint], devices[row.Device]
	}
}

// inOrder sorts a list and tells where each of its values went.
func inOrder[T any](list []T, name func(T) string) (sorted []T, place []int32) {
	from := make([]int, len(list))
	for i := range from {
		from[i] = i
	}
	slices.SortFunc(from, func(a, b int) int { return strings.Compare(name(list[a]), name(list[b])) })
	sorted, place = make([]T, len(list)), make([]int32, len(list))
	for to, i := range from {
		sorted[to], place[i] = list[i], int32(to)
	}
	return sorted, place
}
