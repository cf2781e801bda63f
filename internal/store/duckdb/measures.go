package duckdb

import (
	"fmt"
	"strconv"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// endpointText is the SQL of event.Endpoint's String.
func endpointText(service, method, route string) string {
	return "(CASE WHEN " + service + " = '' THEN '' ELSE " + service + " || ': ' END || " + method + " || ' ' || " + route + ")"
}

// interactionFields are the fields of a row i of interactions.
func interactionFields() columnsOf {
	return columnsOf{
		"interaction.name": {"i.name", store.String}, "interaction.target": {"coalesce(e.target, '')", store.String},
		"interaction.page": {"i.page", store.String}, "interaction.session_id": {"i.session_id", store.String},
		"interaction.calls": {"i.calls", store.Int}, "interaction.failed": {"i.failed", store.Int},
		"interaction.slowest_ms": {"(nullif(i.slowest_us, 0) / 1000)", store.Double},
		"interaction.endpoint":   {"CASE WHEN i.service || i.verb || i.route = '' THEN '' ELSE " + endpointText("i.service", "i.verb", "i.route") + " END", store.String},
		"interaction.reaction":   {"i.reaction", store.String},
	}
}

// interactionRows adds interactions i with the events e that they are of.
func (q *query) interactionRows(s store.Scope) error {
	q.add(statement("interaction_rows")+" AND (", s.Project, s.From, s.To, s.Project, s.From, s.To)
	err := q.where(s.Filter, interactionFields())
	q.add(")")
	return err
}

func unmeasurable(m store.Measure) error {
	return &event.Permanent{Err: fmt.Errorf("%s of %s cannot be measured", m.Stat, m.Of), Hint: "Name a number for a sum, mean or quantile."}
}

// stat adds the SQL of a statistic over rows with these fields, of those that meet a
// condition; the empty one is met by all. People and sessions take no condition.
func (q *query) stat(m store.Measure, bots bool, fields columnsOf, only query) error {
	weight, isCall := "1", m.Of == store.OfCalls
	if isCall {
		weight = "c.weight"
	}
	value, err := valueOf(m, fields)
	if err != nil {
		return err
	}
	share, isQuantile := shareOf(m.Stat)
	switch {
	case m.Stat == store.Count:
		q.over("sum("+weight+")", nil, only)
	case m.Stat == store.Last:
		q.add("epoch_us(")
		q.over("max("+timeOf(m.Of)+")", nil, only)
		q.add(")")
	case m.Stat == store.Sessions:
		q.add("count(DISTINCT nullif(" + sessionOf(m.Of, fields) + ", ''))")
	case m.Stat == store.People && m.Of != store.OfInteractions:
		q.add(peopleOf(m.Of, bots))
	case isCall && m.Stat == store.Failed:
		q.weightOf(failedCall, only)
	case isCall && m.Stat == store.Refused:
		q.weightOf(refusedCall, only)
	case isCall && m.Stat == store.ErrorRate:
		q.weightOf(failedCall, only)
		q.add(" / ")
		q.over("sum(c.weight)", nil, only)
	case value.String() == "":
		return unmeasurable(m)
	case m.Stat == store.Sum:
		q.add("coalesce(")
		q.over("sum("+weight+" * "+value.String()+")", value.args, only)
		q.add(", 0)")
	case m.Stat == store.Mean:
		q.over("avg("+value.String()+")", value.args, only)
	case isQuantile:
		q.over("quantile_cont("+value.String()+", "+strconv.FormatFloat(share, 'f', -1, 64)+")", value.args, only)
	default:
		return unmeasurable(m)
	}
	return nil
}

// shareOf is the share of the numbers that are not above a quantile.
func shareOf(stat store.Stat) (share float64, isQuantile bool) {
	share, isQuantile = map[store.Stat]float64{store.P50: 0.5, store.P75: 0.75, store.P90: 0.9, store.P95: 0.95, store.P99: 0.99}[stat]
	return share, isQuantile
}

// over adds an aggregate over the rows that meet every condition that is not empty.
func (q *query) over(aggregate string, args []any, conditions ...query) {
	q.add(aggregate, args...)
	word, end := " FILTER (", ""
	for _, c := range conditions {
		if c.String() != "" {
			q.add(word + "(")
			q.add(c.String(), c.args...)
			q.add(")")
			word, end = " AND ", ")"
		}
	}
	q.add(end)
}

// weightOf adds how many calls are of one kind.
func (q *query) weightOf(kind string, only query) {
	var is query
	is.add(kind)
	q.add("coalesce(")
	q.over("sum(c.weight)", nil, is, only)
	q.add(", 0)")
}

// valueOf is the number that a measure is of; empty when it names none.
func valueOf(m store.Measure, fields columnsOf) (value query, err error) {
	switch {
	case m.Value != store.Field{}:
		column, err := fields.find(m.Value)
		if err != nil {
			return value, err
		}
		if !value.value(column, m.Value, 0) {
			return value, &event.Permanent{Err: fmt.Errorf("%s is no number", m.Value.Name), Hint: "Name a field that is one."}
		}
	case m.Of == store.OfCalls:
		value.add(fields["call.duration_ms"].sql)
	}
	return value, nil
}

func sessionOf(of store.Record, fields columnsOf) string {
	switch of {
	case store.OfEvents:
		return fields["event.session_id"].sql
	case store.OfSessions:
		return fields["session.id"].sql
	case store.OfInteractions:
		return fields["interaction.session_id"].sql
	}
	return fields["call.session_id"].sql
}

func peopleOf(of store.Record, bots bool) string {
	if of == store.OfCalls {
		return callPeople(bots)
	}
	return people(of)
}
