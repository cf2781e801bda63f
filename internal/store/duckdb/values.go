package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// parseField reads a field that must be of record, when that is given.
func parseField(name string, record store.Record) (store.Field, error) {
	f, ok := store.ParseField(name)
	if !ok || record != "" && recordOf(f) != record {
		return f, &event.Permanent{Err: fmt.Errorf("there is no field %s here", name), Hint: "Name a field, and for an open map its key too."}
	}
	return f, nil
}

// label adds the field's value as text, ” when absent.
func (q *query) label(f store.Field, fields columnsOf) error {
	c, err := fields.find(f)
	if err != nil {
		return err
	}
	switch c.kind {
	case store.String:
		q.add(c.sql)
	case store.Map:
		q.scalar(c, f.Key)
	case store.Double:
		q.add("coalesce(regexp_replace(CAST(" + c.sql + " AS VARCHAR), '\\.0$', ''), '')")
	default:
		q.add("coalesce(CAST(" + c.sql + " AS VARCHAR), '')")
	}
	return nil
}

// rowsIn adds what stands between FROM and GROUP BY for the records of a scope,
// and returns their fields. Calls get what links tell of them when ids or people ask
// for it, or a filter.
func (q *query) rowsIn(of store.Record, s store.Scope, ids, people bool, more ...store.Filter) (columnsOf, error) {
	filter := s.Filter
	for _, f := range more {
		switch {
		case f == nil:
		case filter == nil:
			filter = f
		default:
			filter = store.And{filter, f}
		}
	}
	s.Filter = filter
	switch of {
	case store.OfEvents:
		q.add("events e WHERE e.project = ? AND e.time >= ? AND e.time < ?", s.Project, s.From, s.To)
		return eventFields(), q.eventConditions(s)
	case store.OfSessions:
		q.add("(")
		q.wholeSessions(s)
		q.add(") s WHERE s.started >= ? AND s.started < ?", s.From, s.To)
		return sessionFields(), q.sessionConditions(s)
	case store.OfInteractions:
		return interactionFields(), q.interactionRows(s)
	default:
		ids = ids || needsLink(filter)
		q.add("calls c")
		var facts []string
		if ids {
			facts = append(facts, linkIDs()...)
		}
		if people {
			facts = append(facts, linkPeople()...)
		}
		if len(facts) > 0 {
			q.joinLinkFacts(s, facts...)
		}
		q.add(" WHERE c.project = ? AND c.time >= ? AND c.time < ?", s.Project, s.From, s.To)
		return callFields(ids), q.callConditions(s, ids)
	}
}

// recordOf says which record a field belongs to.
func recordOf(f store.Field) store.Record {
	prefix, _, _ := strings.Cut(f.Name, ".")
	return store.Record(prefix + "s")
}

// valuesQuery counts the values of a field.
func valuesQuery(s store.Scope, record store.Record, field, prefix string, limit int) (string, []any, error) {
	f, err := parseField(field, record)
	if err = cmp.Or(err, checkLimit(limit)); err != nil {
		return "", nil, err
	}
	var value, rows query
	fields, err := rows.rowsIn(recordOf(f), s, viaLink(f), false)
	if err != nil {
		return "", nil, err
	}
	if err := value.label(f, fields); err != nil {
		return "", nil, err
	}
	args := slices.Concat(value.args, rows.args)
	starts := ""
	if prefix != "" {
		starts = "AND starts_with(value, ?)"
		args = append(args, prefix)
	}
	return statement("values", "value", value.String(), "rows", rows.String(), "prefix", starts), append(args, limit), nil
}

// Values implements [store.Reader].
func (s *Store) Values(ctx context.Context, scope store.Scope, field, prefix string, limit int) ([]store.Value, error) {
	out := []store.Value{}
	text, args, err := valuesQuery(scope, "", field, prefix, limit)
	if err != nil {
		return out, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		return c.each(ctx, text, args, func(r *reader) { out = append(out, store.Value{Value: r.text(), Count: r.int()}) })
	})
	return out, err
}

// Facets implements [store.Reader].
func (s *Store) Facets(ctx context.Context, scope store.Scope, fields []string, limit int) ([]store.Facet, error) {
	out := make([]store.Facet, 0, len(fields))
	if err := new(query).where(scope.Filter, callFields(true)); err != nil {
		return out, err
	}
	err := s.readers.heavy.with(ctx, func(c *conn) error {
		for _, field := range fields {
			text, args, err := valuesQuery(scope, store.OfCalls, field, "", limit)
			if err != nil {
				return err
			}
			facet := store.Facet{Field: field, Values: []store.Value{}}
			err = c.each(ctx, text, args, func(r *reader) {
				facet.Values = append(facet.Values, store.Value{Value: r.text(), Count: r.int()})
			})
			if err != nil {
				return err
			}
			out = append(out, facet)
		}
		return nil
	})
	return out, err
}
