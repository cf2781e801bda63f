package duckdb

import (
	"maps"
	"slices"

	"github.com/clickspan/clickspan/internal/store"
)

// inSessions holds for rows whose session, the field, is one of those that a statement
// lists.
type inSessions struct {
	store.Has
	sessions *query
}

// related replaces what the filter of a question for rows of one record asks of other
// records by the sessions that have it, and reports whether there was anything. The
// sessions are those of the question's whole range, in whatever windows it is answered.
func related(of store.Record, s store.Scope) (store.Scope, bool, error) {
	parts, err := store.SplitFilter(s.Filter)
	if err != nil {
		return s, false, err
	}
	own, elsewhere, err := parts.For(of)
	own, segments := store.CutSegments(own)
	if err != nil || len(elsewhere)+len(segments) == 0 {
		return s, false, err
	}
	wide := s
	wide.From, wide.To, wide.Bots = s.From.Add(-linkReach), s.To.Add(linkReach), true
	session := store.Has{Field: store.SessionField(of)}
	s.Filter = store.All(own, session) // that also brings in the links that tell it
	for _, record := range slices.Sorted(maps.Keys(elsewhere)) {
		wide.Filter = elsewhere[record]
		var sessions query
		if err := sessions.sessionsWith(record, wide); err != nil {
			return s, false, err
		}
		s.Filter = store.And{s.Filter, inSessions{session, &sessions}}
	}
	members := s
	wide.Filter, members.Bots = nil, true
	for _, segment := range segments {
		var sessions query
		if err := sessions.sessionsOfSegment(segment, members, wide); err != nil {
			return s, false, err
		}
		s.Filter = store.And{s.Filter, inSessions{session, &sessions}}
	}
	return s, true, nil
}

// sessionsOfSegment adds the statement that lists a segment's sessions in the wide scope;
// who belongs to one of people is judged in that of the question.
func (q *query) sessionsOfSegment(segment store.InSegment, members, wide store.Scope) error {
	q.add("SELECT s.session_id FROM ")
	if !segment.People {
		wide.Filter = segment.Sessions
		_, err := q.rowsIn(store.OfSessions, wide, nil, false)
		return err
	}
	if _, err := q.rowsIn(store.OfSessions, wide, nil, true); err != nil {
		return err
	}
	members.Filter = segment.Sessions
	q.add(" AND " + personOf(store.OfSessions) + " IN (SELECT " + personOf(store.OfSessions) + " FROM ")
	_, err := q.rowsIn(store.OfSessions, members, nil, true)
	q.add(")")
	return err
}

// sessionsWith adds the statement that lists the sessions of the rows in scope.
func (q *query) sessionsWith(record store.Record, s store.Scope) error {
	if record == store.OfSessions { // those with a part in scope, not those that began in it
		q.add("SELECT s.session_id FROM (")
		q.wholeSessions(s)
		q.add(") s WHERE TRUE")
		return q.sessionConditions(s)
	}
	var rows query
	session := store.SessionField(record)
	fields, err := rows.rowsIn(record, s, []store.Field{session}, false)
	if err != nil {
		return err
	}
	q.add("SELECT "+fields[session.Name].sql+" FROM "+rows.String(), rows.args...)
	return nil
}

// among adds the condition of [inSessions].
func (q *query) among(f inSessions, fields columnsOf) error {
	c, err := fields.find(f.Field)
	if err != nil {
		return err
	}
	q.add("("+c.sql+") IN ("+f.sessions.String()+")", f.sessions.args...)
	return nil
}
