package storetest

import (
	"cmp"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// occurrence is an event or a request that matches a step.
type occurrence struct {
	unit  string
	time  time.Time
	seq   store.Seq
	steps []bool
	row   store.Row // of a request, its earliest server call, else its client call
	own   []bool    // the steps that row itself matches
}

// session is the session of the row; "" when it is not known.
func (o occurrence) session() string { return textOf(o.row, "session_id") }

func textOf(row store.Row, field string) string {
	record := "event."
	if row.Call != nil {
		record = "call."
	}
	value, _ := row.Value(store.Field{Name: record + field})
	text, _ := value.(string)
	return text
}

// occurrences returns what matches a step in s, in order of time, then arrival.
func (r *Reference) occurrences(s store.Scope, unit store.Unit, steps ...store.Step) ([]occurrence, error) {
	if !slices.Contains([]store.UnitOf{store.UnitPerson, store.UnitSession, store.UnitAccount, store.UnitProperty}, unit.Of) {
		return nil, wrong("the unit is unknown", "Use one of those listed.")
	}
	for _, step := range steps {
		if err := checkFilter(step.Filter, recordName(step.Of)); err != nil {
			return nil, err
		}
	}
	onEvents, onCalls, err := split(s.Filter)
	if err != nil {
		return nil, err
	}
	s.Filter = onEvents
	out := r.eventOccurrences(s, unit, steps)
	s.Filter = onCalls
	out = append(out, r.requests(s, unit, steps)...)
	slices.SortFunc(out, func(a, b occurrence) int { return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.seq, b.seq)) })
	return out, nil
}

func recordName(of store.Record) string {
	return map[store.Record]string{store.OfEvents: "event", store.OfCalls: "call"}[of]
}

// split takes a filter apart into conditions on events and on calls.
func split(f store.Filter) (onEvents, onCalls store.And, err error) {
	parts, isAnd := f.(store.And)
	if !isAnd {
		parts = store.And{f}
	}
	for _, part := range parts {
		if _, nested := part.(store.And); nested {
			events, calls, err := split(part)
			if err != nil {
				return nil, nil, err
			}
			onEvents, onCalls = append(onEvents, events...), append(onCalls, calls...)
			continue
		}
		fields := store.FieldsIn(part)
		records := map[string]bool{}
		for _, field := range fields {
			records[recordOf(field)] = true
		}
		switch {
		case len(records) == 0:
			onEvents, onCalls = append(onEvents, part), append(onCalls, part)
		case len(records) > 1 || !records["event"] && !records["call"]:
			return nil, nil, wrong("a condition is about events or about calls", "Write one for each.")
		case records["event"]:
			onEvents = append(onEvents, part)
		default:
			onCalls = append(onCalls, part)
		}
	}
	return onEvents, onCalls, nil
}

func (r *Reference) eventOccurrences(s store.Scope, unit store.Unit, steps []store.Step) (out []occurrence) {
	for i := range r.events {
		e := &r.events[i]
		row := store.Row{Event: &e.row}
		o := occurrence{unit: unitOf(unit, row, personOf(e.row.UserID, e.row.DeviceID)), time: event.Time(e.row.Time), seq: e.seq, row: row}
		for _, step := range steps {
			o.steps = append(o.steps, step.Of == store.OfEvents && store.Match(step.Filter, row))
		}
		o.own = o.steps
		if e.project == s.Project && within(o.time, s.From, s.To) && (s.Bots || e.row.Bot == event.Human) && store.Match(s.Filter, row) &&
			slices.Contains(o.steps, true) && o.unit != "" {
			out = append(out, o)
		}
	}
	return out
}

// requests puts the calls of one request together.
func (r *Reference) requests(s store.Scope, unit store.Unit, steps []store.Step) (out []occurrence) {
	view := r.linkView(s.Project, s.MinConfidence)
	answered, asked := map[string]bool{}, map[string]time.Time{}
	for _, l := range view.all {
		answered[l.ClientCallID] = answered[l.ClientCallID] || l.ServerCallID != ""
	}
	seqs := map[*event.Call]store.Seq{}
	for i := range r.calls {
		c := &r.calls[i]
		seqs[&c.row] = c.seq
		if c.project == s.Project && c.row.Side == event.Client && c.row.Time.After(asked[c.row.ID]) {
			asked[c.row.ID] = event.Time(c.row.Time)
		}
	}
	matched := map[*event.Call]*occurrence{}
	everything := s
	everything.From, everything.To = ever(), time.Unix(1<<40, 0)
	for i, step := range steps {
		if step.Of != store.OfCalls {
			continue
		}
		for _, c := range r.callRows(everything, step.Filter) {
			if matched[c.Call] == nil {
				row := c.asRow()
				matched[c.Call] = &occurrence{unit: unitOf(unit, row, c.person()), time: event.Time(c.Time), seq: seqs[c.Call], row: row, own: make([]bool, len(steps))}
			}
			matched[c.Call].own[i] = true
		}
	}
	byClient := map[string][]occurrence{}
	for c, o := range matched {
		o.steps = slices.Clone(o.own)
		switch {
		case o.unit == "" || !s.Bots && c.Bot != event.Human || c.Side == event.Client && answered[c.ID]:
		case c.Side == event.Server && o.row.Link != nil && o.row.Link.ClientCallID != "":
			byClient[o.row.Link.ClientCallID] = append(byClient[o.row.Link.ClientCallID], *o)
		case within(o.time, s.From, s.To):
			out = append(out, *o)
		}
	}
	for client, tiers := range byClient {
		slices.SortFunc(tiers, func(a, b occurrence) int { return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.seq, b.seq)) })
		o := tiers[0]
		for _, tier := range tiers {
			for i, matches := range tier.steps {
				o.steps[i] = o.steps[i] || matches
			}
		}
		if at, known := asked[client]; known {
			o.time = at
		}
		if within(o.time, s.From, s.To) {
			out = append(out, o)
		}
	}
	return out
}

// unitOf is whose row it is; "" = nobody's.
func unitOf(unit store.Unit, row store.Row, person string) string {
	switch unit.Of {
	case store.UnitPerson:
		return person
	case store.UnitSession:
		return textOf(row, "session_id")
	case store.UnitAccount:
		return textOf(row, "account_id")
	}
	value, _ := row.Value(unit.Field)
	return store.LabelOf(value)
}

// byUnit takes rows apart, in their order.
func byUnit(rows []occurrence) map[string][]occurrence {
	out := map[string][]occurrence{}
	for _, o := range rows {
		out[o.unit] = append(out[o.unit], o)
	}
	return out
}
