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

// callPerson is the person behind a call c with its best link l; bots are nobody
// unless asked for.
func callPerson(bots bool) string {
	const person = "coalesce(nullif(c.user_id, ''), nullif(c.device_id, ''), nullif(l.user_id, ''), nullif(l.device_id, ''))"
	if bots {
		return person
	}
	return "CASE WHEN c.bot = '' THEN " + person + " END"
}

// Endpoints implements [store.Reader].
func (s *Store) Endpoints(ctx context.Context, q store.EndpointsQuery) (store.Endpoints, error) {
	out := store.Endpoints{Rows: []store.EndpointStats{}}
	text, args, err := endpointsQuery(q)
	if err != nil {
		return out, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		return c.each(ctx, text, args, func(r *reader) { out.Rows = append(out.Rows, r.endpointStats()) })
	})
	slices.SortFunc(out.Rows, func(a, b store.EndpointStats) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), strings.Compare(a.String(), b.String()))
	})
	return out, err
}

func endpointsQuery(q store.EndpointsQuery) (string, []any, error) {
	var all query
	all.bestLinks(q.Scope, "")
	best := all.String()
	all.args = append(all.args, q.Project, q.From, q.To, string(cmp.Or(q.Side, event.Server)))
	all.text.Reset()
	if q.Only != nil {
		all.add(" AND c.service = ? AND c.method = ? AND c.route = ?", q.Only.Service, q.Only.Method, q.Only.Route)
	}
	if err := all.callConditions(q.Scope, true); err != nil {
		return "", nil, err
	}
	text := statement("endpoints", "best", best, "failed", failedCall, "refused", refusedCall,
		"person", callPerson(q.Bots), "conditions", all.String())
	return text, all.args, nil
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
	q := query{args: []any{
		scope.Project, scope.From.Add(-linkReach), scope.To.Add(linkReach), scope.MinConfidence,
		scope.Project, scope.From, scope.To, scope.MinConfidence, e.Service, e.Method, e.Route,
		scope.Project, scope.Project, scope.From, scope.To,
	}}
	if err := q.callConditions(scope, false); err != nil {
		return out, err
	}
	text := statement("callers", "failed", failedCall, "person", callPerson(scope.Bots), "conditions", q.String())
	err := s.readers.heavy.with(ctx, func(c *conn) error {
		return c.each(ctx, text, q.args, func(r *reader) {
			out = append(out, store.Caller{
				Name: r.text(), Kind: r.text(), Page: r.text(),
				Count: int64(math.Round(r.float())), Failed: int64(math.Round(r.float())), People: r.int(),
			})
		})
	})
	slices.SortFunc(out, func(a, b store.Caller) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name), strings.Compare(a.Page, b.Page))
	})
	return out[:min(limit, len(out))], err
}
