package storetest

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// signalRows returns the signals in s.
func (r *Reference) signalRows(s store.Scope) []store.Row {
	sight := r.see(s, store.OfSignals)
	var out []store.Row
	for n := range r.signals {
		row := store.Row{Signal: &r.signals[n].row}
		if r.signals[n].project == s.Project && within(row.Signal.Time, s.From, s.To) && sight.holds(row) {
			out = append(out, row)
		}
	}
	return out
}

// marks returns the signals that a question for friction is about, and the sessions that
// it looks at with the person behind each.
func (r *Reference) marks(s store.Scope) (signals []event.Signal, visits map[string]string, err error) {
	rest, own, err := store.CutSignals(s.Filter)
	if err != nil {
		return nil, nil, err
	}
	s.Filter = rest
	if err := cmp.Or(checkScope(rest, "session"), checkFilter(own, "signal")); err != nil {
		return nil, nil, err
	}
	visits, whose := map[string]string{}, r.persons(s.Project)
	for _, one := range r.sessionRows(s) {
		visits[one.ID] = whose.who(one.Identity, one.Start)
	}
	for _, one := range r.signals {
		if _, known := visits[one.row.SessionID]; known && one.project == s.Project && within(one.row.Time, s.From, s.To.Add(24*time.Hour)) &&
			store.Match(own, store.Row{Signal: &one.row}) {
			signals = append(signals, one.row)
		}
	}
	return signals, visits, nil
}

// spot is where something happened.
type spot struct{ page, target string }

// Friction implements [store.Reader].
func (r *Reference) Friction(ctx context.Context, q store.FrictionQuery) (store.Friction, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Friction{}, err
	}
	defer unlock()
	if q.By != store.ByElement && q.By != store.ByPage {
		return store.Friction{}, wrong("friction is of no such place", "Ask by element or page.")
	}
	if err := checkLimit(q.Limit); err != nil {
		return store.Friction{}, err
	}
	signals, visits, err := r.marks(q.Scope)
	if err != nil {
		return store.Friction{}, err
	}
	at := func(page, target string) spot {
		if q.By == store.ByPage {
			target = ""
		}
		return spot{page, target}
	}
	there := map[spot][]event.Signal{}
	for _, s := range signals {
		there[at(s.Page, s.Target)] = append(there[at(s.Page, s.Target)], s)
	}
	out := store.Friction{Rows: []store.FrictionPlace{}}
	for where, signals := range there {
		place := store.FrictionPlace{Page: where.page, Target: where.target, Kinds: kindsOf(signals, visits), Calls: r.callsBehind(q.Scope, signals)}
		sessions, people := map[string]bool{}, map[string]bool{}
		for _, s := range signals {
			sessions[s.SessionID], people[visits[s.SessionID]] = true, true
		}
		delete(people, "")
		place.Signals, place.Sessions, place.People = int64(len(signals)), int64(len(sessions)), int64(len(people))
		for _, i := range r.interactions {
			who, known := visits[i.row.SessionID]
			if known && i.project == q.Project && within(i.row.Time, q.From, q.To.Add(24*time.Hour)) && at(i.row.Page, r.elementOf(i)) == where {
				place.Actions++
				people[who] = true
			}
		}
		delete(people, "")
		place.Users = int64(len(people))
		out.Rows = append(out.Rows, place)
	}
	slices.SortFunc(out.Rows, func(a, b store.FrictionPlace) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(b.Sessions, a.Sessions), cmp.Compare(b.Signals, a.Signals),
			strings.Compare(a.Page, b.Page), strings.Compare(a.Target, b.Target))
	})
	if len(out.Rows) > q.Limit {
		out.Rows, out.Other = out.Rows[:q.Limit], true
	}
	return out, nil
}

// elementOf is what the action of an interaction was done to.
func (r *Reference) elementOf(i derived[event.Interaction]) string {
	for _, e := range r.events {
		if e.project == i.project && e.row.ID == i.row.EventID && e.row.Time.Equal(i.row.Time) {
			return cmp.Or(e.row.Target.Name, e.row.Target.Selector)
		}
	}
	return ""
}

// kindsOf counts signals by kind.
func kindsOf(signals []event.Signal, visits map[string]string) []store.SignalCount {
	counts, people := map[event.SignalKind]int64{}, map[event.SignalKind]map[string]bool{}
	for _, s := range signals {
		counts[s.Kind]++
		if people[s.Kind] == nil {
			people[s.Kind] = map[string]bool{}
		}
		if who := visits[s.SessionID]; who != "" {
			people[s.Kind][who] = true
		}
	}
	out := []store.SignalCount{}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, store.SignalCount{Kind: kind, Signals: counts[kind], People: int64(len(people[kind]))})
	}
	slices.SortStableFunc(out, func(a, b store.SignalCount) int { return cmp.Compare(b.Signals, a.Signals) })
	return out
}

// callsBehind is what the actions that gave signals called.
func (r *Reference) callsBehind(s store.Scope, signals []event.Signal) []store.FrictionCall {
	refused, calls, took := map[string]bool{}, map[event.Endpoint]*store.FrictionCall{}, map[event.Endpoint][]float64{}
	for _, one := range signals {
		refused[one.EventID] = refused[one.EventID] || one.Kind == event.ErrorClick
	}
	for _, i := range r.interactions {
		refused, marked := refused[i.row.EventID]
		if !marked || i.project != s.Project || i.row.Endpoint == (event.Endpoint{}) || !within(i.row.Time, s.From, s.To.Add(24*time.Hour)) {
			continue
		}
		c := calls[i.row.Endpoint]
		if c == nil {
			c = &store.FrictionCall{Endpoint: i.row.Endpoint}
			calls[i.row.Endpoint] = c
		}
		c.Actions++
		if refused || i.row.Failed > 0 {
			c.Failed++
		}
		if us := i.row.Slowest.Microseconds(); us > 0 {
			took[i.row.Endpoint] = append(took[i.row.Endpoint], float64(us))
		}
	}
	out := []store.FrictionCall{}
	for _, c := range calls {
		if p75 := quantile(took[c.Endpoint], 0.75); p75 != nil {
			us := int64(math.Round(*p75))
			c.P75 = &us
		}
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b store.FrictionCall) int {
		return cmp.Or(cmp.Compare(b.Actions, a.Actions), cmp.Compare(b.Failed, a.Failed), strings.Compare(a.String(), b.String()))
	})
	return out[:min(len(out), store.FrictionCalls)]
}

// Signals implements [store.Reader].
func (r *Reference) Signals(ctx context.Context, q store.SignalsQuery) (store.SignalsPage, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.SignalsPage{}, err
	}
	defer unlock()
	if err := checkLimit(q.Limit); err != nil {
		return store.SignalsPage{}, err
	}
	rows, _, err := r.marks(q.Scope)
	if err != nil {
		return store.SignalsPage{}, err
	}
	rows, next, err := page(rows, placeOfSignal, newestThenIDs, q.Cursor, q.Limit)
	return store.SignalsPage{Rows: rows, Next: next}, err
}

func placeOfSignal(s event.Signal) place {
	return place{Micros: s.Time.UnixMicro(), IDs: [4]string{s.EventID, string(s.Kind), s.CallID}}
}
