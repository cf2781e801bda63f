package duckdb

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Endpoints implements [store.Reader].
func (s *Store) Endpoints(ctx context.Context, q store.EndpointsQuery) (store.Endpoints, error) {
	out := store.Endpoints{Rows: []store.EndpointStats{}}
	text, args, err := endpointsQuery(q)
	if err != nil {
		return out, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) (err error) {
		if out.Approx, err = c.rolledUp(ctx, q); err != nil {
			return err
		}
		if out.Approx {
			out.Rows, err = c.catalogue(ctx, q, s.writer.now())
			return err
		}
		return c.each(ctx, text, args, func(r *reader) { out.Rows = append(out.Rows, r.endpointStats()) })
	})
	slices.SortFunc(out.Rows, func(a, b store.EndpointStats) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), strings.Compare(a.String(), b.String()))
	})
	return out, err
}

func endpointsQuery(q store.EndpointsQuery) (string, []any, error) {
	var err error
	if q.Scope, _, err = related(store.OfCalls, q.Scope); err != nil {
		return "", nil, err
	}
	var all query
	all.linkFacts(q.Scope, append(linkPeople(), factsFor(q.Filter)...)...)
	links := all.String()
	all.text.Reset()
	all.joinPersons(store.OfCalls, q.Project)
	persons := all.String()
	all.args = append(all.args, q.Project, q.From, q.To, string(sideOf(q)))
	all.text.Reset()
	all.onlyEndpoint("c.", q.Only)
	if err := all.callConditions(q.Scope, needsLink(q.Filter)); err != nil {
		return "", nil, err
	}
	text := statement("endpoints", "facts", links, "persons", persons, "failed", failedCall, "refused", refusedCall,
		"people", callPeople(q.Bots), "conditions", all.String())
	return text, all.args, nil
}

func sideOf(q store.EndpointsQuery) event.Side { return cmp.Or(q.Side, event.Server) }

// onlyEndpoint narrows the rows of a table to one endpoint, when there is one.
func (q *query) onlyEndpoint(table string, e *event.Endpoint) {
	if e != nil {
		q.add(" AND "+table+"service = ? AND "+table+"method = ? AND "+table+"route = ?", e.Service, e.Method, e.Route)
	}
}

func (r *reader) endpointStats() (e store.EndpointStats) {
	r.endpoint(&e.Endpoint)
	for _, n := range [...]*int64{&e.Calls, &e.Failed, &e.Refused} {
		*n = int64(math.Round(r.float()))
	}
	for _, q := range [...]**int64{&e.P50, &e.P95, &e.P99} {
		if us, ok := cell[float64](r.rows, r.next()); ok {
			rounded := int64(math.Round(us))
			*q = &rounded
		}
	}
	e.People, e.LastSeen = r.int(), r.time()
	return e
}

// Callers implements [store.Reader].
func (s *Store) Callers(ctx context.Context, scope store.Scope, e event.Endpoint, limit int) ([]store.Caller, error) {
	out := []store.Caller{}
	if err := checkLimit(limit); err != nil {
		return out, err
	}
	text, args, err := callersQuery(scope, e, limit)
	if err != nil {
		return out, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		return c.each(ctx, text, args, func(r *reader) {
			out = append(out, store.Caller{Name: r.text(), Kind: r.text(), Page: r.text(), Count: r.int(), Failed: r.int(), People: r.int()})
		})
	})
	return out, err
}

func callersQuery(s store.Scope, e event.Endpoint, limit int) (string, []any, error) {
	s, _, err := related(store.OfCalls, s)
	if err != nil {
		return "", nil, err
	}
	var join, rows query
	linked := needsLink(s.Filter)
	if linked {
		join.joinLinkFacts(s, factsFor(s.Filter)...)
	}
	rows.args = slices.Concat(join.args, []any{s.Project, s.From, s.To, e.Service, e.Method, e.Route, s.MinConfidence})
	if err := rows.callConditions(s, linked); err != nil {
		return "", nil, err
	}
	var persons query
	persons.joinPersons(store.OfEvents, s.Project)
	bots := " AND e.bot = ''"
	if s.Bots {
		bots = ""
	}
	text := statement("callers", "join", join.String(), "failed", failedCall, "conditions", rows.String(), "bots", bots,
		"persons", persons.String(), "people", people(store.OfEvents))
	near := []any{s.Project, s.From.Add(-linkReach), s.To.Add(linkReach)}
	links := append(slices.Clone(near), s.MinConfidence)
	return text, slices.Concat(rows.args, links, links, links, near, persons.args, []any{limit}), nil
}
