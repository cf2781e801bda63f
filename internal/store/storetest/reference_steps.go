package storetest

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// occurrence is a row that matches a step: an event or a request.
type occurrence struct {
	time  time.Time
	seq   store.Seq
	steps []bool // which steps it matches
	row   store.Row
}

// unit is what one unit did, in order of time, then arrival.
type unit struct {
	key  string // name, behind its kind
	name string
	rows []occurrence
}

// units finds the rows that match any of the steps, by unit.
func (r *Reference) units(s store.Scope, of store.Unit, steps []store.Step) ([]unit, error) {
	if err := checkSteps(s, of, steps); err != nil {
		return nil, err
	}
	people, found := r.persons(s.Project), map[string]*unit{}
	add := func(key string, o occurrence) {
		_, name, named := strings.Cut(key, " ")
		if !named || !within(o.time, s.From, s.To) {
			return
		}
		u := found[key]
		if u == nil {
			u = &unit{key: key, name: name}
			found[key] = u
		}
		u.rows = append(u.rows, o)
	}
	seen := r.seeSteps(s, store.OfEvents)
	for i := range r.events {
		e := &r.events[i]
		row := store.Row{Event: &e.row}
		if e.project == s.Project && (s.Bots || e.row.Bot == event.Human) && seen.holds(row) {
			if matched := matching(s, steps, row); slices.Contains(matched, true) {
				add(people.unitOf(of, row), occurrence{e.row.Time, e.seq, matched, row})
			}
		}
	}
	for _, request := range r.requests(s, of, steps) {
		add(people.unitOf(of, request.row), request)
	}
	out := []unit{}
	for key, u := range found {
		if s.Sampled() && !drawn(key, s.Sample) {
			continue
		}
		slices.SortFunc(u.rows, func(a, b occurrence) int { return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.seq, b.seq)) })
		out = append(out, *u)
	}
	return out, nil
}

// drawn reports whether a unit is among a share of them.
func drawn(key string, share float64) bool {
	sum := sha256.Sum256([]byte(key))
	return float64(binary.BigEndian.Uint32(sum[:4])) < share*(1<<32)
}

// requests are the calls that match, each request once.
func (r *Reference) requests(s store.Scope, of store.Unit, steps []store.Step) []occurrence {
	view := r.linkView(s.Project, s.MinConfidence)
	people, answered := r.persons(s.Project), map[string]bool{}
	for _, l := range view.all {
		if l.ClientCallID != "" && l.ServerCallID != "" {
			answered[l.ClientCallID] = true
		}
	}
	var out []occurrence
	byClient, seen := map[string][]occurrence{}, r.seeSteps(s, store.OfCalls)
	for i := range r.calls {
		c := &r.calls[i]
		row := callRow{&c.row, c.seq, view.best(c.row.ID), len(view.actions(c.row.ID)) > 0}.asRow()
		matched := matching(s, steps, row)
		wanted := c.project == s.Project && (s.Bots || c.row.Bot == event.Human) && seen.holds(row) && slices.Contains(matched, true)
		if !wanted || people.unitOf(of, row) == "" || c.row.Side != event.Server && answered[c.row.ID] {
			continue
		}
		o := occurrence{c.row.Time, c.seq, matched, row}
		if c.row.Side == event.Server && row.Link != nil && row.Link.ClientCallID != "" {
			byClient[row.Link.ClientCallID] = append(byClient[row.Link.ClientCallID], o)
		} else {
			out = append(out, o)
		}
	}
	for client, tiers := range byClient {
		slices.SortFunc(tiers, func(a, b occurrence) int { return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.seq, b.seq)) })
		request := tiers[0]
		request.steps = slices.Clone(request.steps)
		for _, tier := range tiers[1:] {
			for i, matched := range tier.steps {
				request.steps[i] = request.steps[i] || matched
			}
		}
		var asked time.Time
		for _, c := range r.calls {
			if c.project == s.Project && c.row.ID == client && c.row.Side == event.Client && c.row.Time.After(asked) {
				asked = c.row.Time
			}
		}
		if !asked.IsZero() {
			request.time = asked
		}
		out = append(out, request)
	}
	return out
}

// matching says which steps a row matches.
func matching(s store.Scope, steps []store.Step, row store.Row) []bool {
	return each(steps, func(step store.Step) bool {
		if (step.Of == store.OfCalls) != (row.Call != nil) {
			return false
		}
		if row.Call != nil && row.Call.Class == event.Asset && !store.Mentions(step.Filter, "call.class") && !store.Mentions(s.Filter, "call.class") {
			return false
		}
		return store.Match(step.Filter, row)
	})
}

// unitOf is the kind and name of the unit that a row belongs to; empty when to none.
func (p persons) unitOf(of store.Unit, row store.Row) string {
	who := identityOf(row)
	value := ""
	switch of.Of {
	case store.UnitPerson:
		if row.Event != nil {
			return p.who(who, row.Event.Time)
		}
		who.SessionID = row.Call.SessionID // that of a link says nothing about who it was
		return p.who(who, row.Call.Time)
	case store.UnitSession:
		value = who.SessionID
	case store.UnitAccount:
		value = who.AccountID
	case store.UnitProperty:
		if (recordOf(of.Field) == "call") == (row.Call != nil) {
			found, _ := row.Value(of.Field)
			value = store.LabelOf(found)
		}
	}
	if value == "" {
		return ""
	}
	return string(of.Of) + " " + value
}

// identityOf is the ids of a row, for calls else those of the best link.
func identityOf(row store.Row) event.Identity {
	if row.Event != nil {
		return row.Event.Identity
	}
	who := row.Call.Identity
	if row.Link != nil {
		who.UserID, who.DeviceID, who.SessionID = cmp.Or(who.UserID, row.Link.UserID), cmp.Or(who.DeviceID, row.Link.DeviceID), cmp.Or(who.SessionID, row.Link.SessionID)
	}
	return who
}

func checkSteps(s store.Scope, of store.Unit, steps []store.Step) error {
	switch of.Of {
	case store.UnitPerson, store.UnitSession, store.UnitAccount:
	case store.UnitProperty:
		if checkField(of.Field, "event") != nil && checkField(of.Field, "call") != nil {
			return wrong("there is no such unit", "Count by a property of events or calls.")
		}
	default:
		return wrong("there is no such unit", "Count by person, session, account or a property.")
	}
	for _, step := range steps {
		record := map[store.Record]string{store.OfEvents: "event", store.OfCalls: "call"}[step.Of]
		if record == "" {
			return wrong("a step is an event or a call", "Name one.")
		}
		if err := checkFilter(step.Filter, record); err != nil {
			return err
		}
	}
	return checkParts(s.Filter)
}

// checkParts refuses conditions that are not about events, calls or sessions alone.
func checkParts(f store.Filter) error {
	parts, err := store.SplitFilter(f)
	if err != nil {
		return err
	}
	_, err = parts.Of(store.OfEvents)
	return errors.Join(err, checkFilter(parts[store.OfEvents], "event"), checkFilter(parts[store.OfCalls], "call"), checkFilter(parts[store.OfSessions], "session"))
}

// seeSteps says what a scope asks of events or calls that are steps.
func (r *Reference) seeSteps(s store.Scope, of store.Record) sight {
	parts, err := store.SplitFilter(s.Filter)
	if err == nil {
		s.Filter, err = parts.Of(of)
	}
	if err != nil {
		return sight{own: store.Or{}}
	}
	return r.see(s, of)
}
