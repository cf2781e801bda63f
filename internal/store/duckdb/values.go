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
	if !ok || record != "" && f.Record() != record {
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
// and returns their fields. Calls get what links tell of them when asked fields, people
// or a filter need it; with people, rows get what claims say of them, see [personOf].
func (q *query) rowsIn(of store.Record, s store.Scope, asked []store.Field, people bool, more ...store.Filter) (columnsOf, error) {
	s, _, err := related(of, s)
	if err != nil {
		return nil, err
	}
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
		q.add("events e")
		if people {
			q.joinPersons(of, s.Project)
		}
		q.add(" WHERE e.project = ? AND e.time >= ? AND e.time < ?", s.Project, s.From, s.To)
		return eventFields(), q.eventConditions(s)
	case store.OfSessions:
		q.add("(")
		q.wholeSessions(s)
		q.add(") s")
		if people {
			q.joinPersons(of, s.Project)
		}
		q.add(" WHERE s.started >= ? AND s.started < ?", s.From, s.To)
		return sessionFields(), q.sessionConditions(s)
	case store.OfInteractions:
		return interactionFields(), q.interactionRows(s)
	case store.OfSignals:
		q.add("signals s WHERE s.project = ? AND s.time >= ? AND s.time < ? AND (", s.Project, s.From, s.To)
		err := q.where(s.Filter, signalFields())
		q.add(")")
		return signalFields(), err
	default:
		wanted := store.And{filter}
		for _, f := range asked {
			wanted = append(wanted, store.Has{Field: f})
		}
		linked, facts := needsLink(wanted), factsFor(wanted)
		if people {
			facts = append(facts, linkPeople()...)
		}
		q.add("calls c")
		if linked || people {
			q.joinLinkFacts(s, facts...)
		}
		if people {
			q.joinPersons(of, s.Project)
		}
		q.add(" WHERE c.project = ? AND c.time >= ? AND c.time < ?", s.Project, s.From, s.To)
		return callFields(s.MinConfidence, linked), q.callConditions(s, linked)
	}
}

// valuesQuery counts the values of a field.
func valuesQuery(s store.Scope, record store.Record, field, prefix string, limit int) (string, []any, error) {
	f, err := parseField(field, record)
	if err = cmp.Or(err, checkLimit(limit)); err != nil {
		return "", nil, err
	}
	var value, rows query
	fields, err := rows.rowsIn(f.Record(), s, []store.Field{f}, false)
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

// fewValues reports whether a field has so few values that its combinations with
// others like it are few too.
func fewValues(f store.Field) bool {
	switch f.Name {
	case "call.side", "call.class", "call.service", "call.method", "call.route", "call.status", "call.failed", "call.refused", "call.linked", "call.bot":
		return true
	}
	return false
}

// someValues reports whether a field has so few values that all of them can be handed over.
func someValues(f store.Field) bool {
	switch f.Name {
	case "call.error", "call.release", "call.device", "call.os", "call.browser", "call.source":
		return true
	}
	return fewValues(f)
}

// Facets implements [store.Reader].
func (s *Store) Facets(ctx context.Context, scope store.Scope, fields []string, limit int) ([]store.Facet, error) {
	out := make([]store.Facet, len(fields))
	scope, _, err := related(store.OfCalls, scope)
	if err != nil {
		return out, err
	}
	if err := cmp.Or(new(query).where(scope.Filter, callFields(0, true)), checkLimit(limit)); err != nil {
		return out, err
	}
	var together []store.Field
	for _, field := range fields {
		f, err := parseField(field, store.OfCalls)
		if err != nil {
			return out, err
		}
		if someValues(f) {
			together = append(together, f)
		}
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		counted, err := c.countTogether(ctx, scope, together)
		if err != nil {
			return err
		}
		for i, field := range fields {
			out[i] = store.Facet{Field: field, Values: []store.Value{}}
			if f, _ := parseField(field, store.OfCalls); someValues(f) {
				out[i].Values = mostFrequent(counted[slices.Index(together, f)], limit)
				continue
			}
			text, args, err := valuesQuery(scope, store.OfCalls, field, "", limit)
			if err != nil {
				return err
			}
			err = c.each(ctx, text, args, func(r *reader) {
				out[i].Values = append(out[i].Values, store.Value{Value: r.text(), Count: r.int()})
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// countTogether counts the values of each field in one look at the calls.
func (c *conn) countTogether(ctx context.Context, scope store.Scope, together []store.Field) ([]map[string]int64, error) {
	counted := make([]map[string]int64, len(together))
	if len(together) == 0 {
		return counted, nil
	}
	text, args, err := togetherQuery(scope, together)
	if err != nil {
		return nil, err
	}
	for i := range counted {
		counted[i] = map[string]int64{}
	}
	err = c.each(ctx, text, args, func(r *reader) {
		n, without := r.int(), r.int() // bit i, from the right: not grouped by the i-th from the end
		for i := range counted {
			if value := r.text(); without>>(len(counted)-1-i)&1 == 0 {
				counted[i][value] += n
			}
		}
	})
	return counted, err
}

// togetherQuery counts the values of fields: of those with few the combinations, of the
// others each by itself. The texts that values are shown as are made of the few groups,
// not of every row.
func togetherQuery(scope store.Scope, together []store.Field) (string, []any, error) {
	var rows, bare, labels query
	fields, err := rows.rowsIn(store.OfCalls, scope, together, false)
	if err != nil {
		return "", nil, err
	}
	var names, few, sets []string
	for i, f := range together {
		c := fields[f.Name]
		name := fmt.Sprintf("v%d", i)
		bare.add(", " + c.sql + " AS " + name)
		names = append(names, name)
		if fewValues(f) {
			few = append(few, name)
		} else {
			sets = append(sets, "("+name+")")
		}
		labels.add(", ")
		if err := labels.label(f, columnsOf{f.Name: {name, c.kind}}); err != nil {
			return "", nil, err
		}
	}
	if len(few) > 0 {
		sets = append(sets, "("+strings.Join(few, ", ")+")")
	}
	text := statement("facets", "labels", labels.String(), "names", strings.Join(names, ", "), "sets", strings.Join(sets, ", "), "values", bare.String(), "rows", rows.String())
	return text, rows.args, nil
}

// mostFrequent are the first values by count desc, then value; ” is no value.
func mostFrequent(counted map[string]int64, limit int) []store.Value {
	values := make([]store.Value, 0, len(counted))
	for value, n := range counted {
		if value != "" {
			values = append(values, store.Value{Value: value, Count: n})
		}
	}
	slices.SortFunc(values, func(a, b store.Value) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return values[:min(limit, len(values))]
}
