package storetest

import (
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// sight is a scope's filter as rows of one record are tested by it.
type sight struct {
	own      store.Filter
	session  store.Field
	sessions []map[string]bool // the row's session is in each of them
}

// see says what a scope asks of rows of a record; the filter has been checked.
func (r *Reference) see(s store.Scope, of store.Record) sight {
	own, elsewhere, err := cut(s.Filter, of)
	if err != nil {
		return sight{own: store.Or{}}
	}
	own, segments := store.CutSegments(own)
	out := sight{own: own, session: store.SessionField(of)}
	wide := s
	wide.From, wide.To, wide.Bots = s.From.Add(-24*time.Hour), s.To.Add(24*time.Hour), true
	for record, part := range elsewhere {
		wide.Filter = part
		out.sessions = append(out.sessions, r.sessionsWith(wide, record))
	}
	members := s
	wide.Filter, members.Bots = nil, true
	for _, segment := range segments {
		out.sessions = append(out.sessions, r.sessionsOfSegment(segment, members, wide))
	}
	return out
}

// sessionsOfSegment returns the ids of a segment's sessions in the wide scope.
func (r *Reference) sessionsOfSegment(segment store.InSegment, members, wide store.Scope) map[string]bool {
	out, people, who := map[string]bool{}, r.persons(wide.Project), map[string]bool{}
	inWide := wide
	if !segment.People {
		inWide.Filter = segment.Sessions
	}
	members.Filter = segment.Sessions
	for _, s := range r.sessionRows(members) {
		who[people.who(s.Identity, s.Start)] = true
	}
	for _, s := range r.sessionRows(inWide) {
		one := people.who(s.Identity, s.Start)
		out[s.ID] = !segment.People || one != "" && who[one]
	}
	return out
}

func cut(f store.Filter, of store.Record) (own store.Filter, elsewhere store.Parts, err error) {
	parts, err := store.SplitFilter(f)
	if err != nil {
		return nil, nil, err
	}
	return parts.For(of)
}

func (s sight) holds(row store.Row) bool {
	for _, set := range s.sessions {
		if id, known := row.Value(s.session); !known || !set[id.(string)] {
			return false
		}
	}
	return store.Match(s.own, row)
}

// sessionsWith returns the ids of the sessions of a record's rows in s.
func (r *Reference) sessionsWith(s store.Scope, of store.Record) map[string]bool {
	out, field := map[string]bool{}, store.SessionField(of)
	add := func(row store.Row) {
		if id, known := row.Value(field); known {
			out[id.(string)] = true
		}
	}
	switch of {
	case store.OfCalls:
		for _, c := range r.callRows(s, nil) {
			add(c.asRow())
		}
	case store.OfEvents:
		for _, e := range r.eventRows(s) {
			add(store.Row{Event: &e})
		}
	case store.OfInteractions:
		for _, row := range r.interactionRows(s) {
			add(row)
		}
	case store.OfSignals:
		for _, row := range r.signalRows(s) {
			add(row)
		}
	case store.OfSessions:
		for _, parts := range r.partsOf(s.Project) {
			whole, near := sumParts(parts), false
			for _, p := range parts {
				near = near || within(p.Start, s.From, s.To)
			}
			if near && store.Match(s.Filter, store.Row{Session: &whole}) {
				add(store.Row{Session: &whole})
			}
		}
	}
	return out
}

// partsOf returns the parts of each session.
func (r *Reference) partsOf(project event.ProjectID) map[string][]event.Session {
	parts := map[string][]event.Session{}
	for _, p := range r.parts {
		if p.project == project {
			parts[p.row.ID] = append(parts[p.row.ID], p.row)
		}
	}
	return parts
}

// checkScope refuses a filter that rows of a record cannot be asked by.
func checkScope(f store.Filter, record string) error {
	own, elsewhere, err := cut(f, store.Record(record+"s"))
	if err != nil {
		return err
	}
	own, segments := store.CutSegments(own)
	if err := checkFilter(own, record); err != nil {
		return err
	}
	for _, segment := range segments {
		if err := checkScope(segment.Sessions, "session"); err != nil {
			return err
		}
	}
	for other, part := range elsewhere {
		if err := checkFilter(part, string(other[:len(other)-1])); err != nil {
			return err
		}
	}
	return nil
}
