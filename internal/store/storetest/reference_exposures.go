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

// exposed is a request with what is known of it.
type exposed struct {
	who, session, action string
	endpoint             event.Endpoint
	device               string
	face                 stored[event.Call]
	took                 int64
	served, failed       bool
}

// Exposures implements [store.Reader].
func (r *Reference) Exposures(ctx context.Context, q store.ExposuresQuery) (store.Exposures, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Exposures{}, err
	}
	defer unlock()
	if q.Within != store.UnitPerson && q.Within != store.UnitSession {
		return store.Exposures{}, wrong("nobody else reaches a goal", "Ask within a person or a session.")
	}
	later := q.Scope
	later.To = q.To.Add(24 * time.Hour)
	byPerson, err := r.units(later, store.Unit{Of: store.UnitPerson}, []store.Step{q.Goal})
	if err != nil {
		return store.Exposures{}, err
	}
	later.Sample = 0
	bySession, err := r.units(later, store.Unit{Of: store.UnitSession}, []store.Step{q.Goal})
	if err != nil {
		return store.Exposures{}, err
	}
	out := store.Exposures{Goals: sumOfGoals(q, byPerson)}
	met := r.exposed(q.Scope)
	if q.Within == store.UnitSession {
		met = slices.DeleteFunc(met, func(e exposed) bool { return e.session == "" })
	}
	endpoints, devices := map[event.Endpoint]bool{}, map[string]bool{"": true}
	for _, e := range met {
		endpoints[e.endpoint], devices[e.device] = true, true
	}
	out.Devices = slices.Sorted(maps.Keys(devices))
	out.Endpoints = slices.SortedFunc(maps.Keys(endpoints), func(a, b event.Endpoint) int { return strings.Compare(a.String(), b.String()) })
	goals := map[string][]occurrence{}
	for _, u := range slices.Concat(byPerson, bySession) {
		goals[u.key] = u.rows
	}
	persons, sessions, actions := map[string]int32{}, map[string]int32{}, map[string]int32{}
	number := func(of map[string]int32, name string) int32 {
		if name == "" {
			return -1
		}
		if _, known := of[name]; !known {
			of[name] = int32(len(of))
		}
		return of[name]
	}
	for _, e := range met {
		own := e.who
		if q.Within == store.UnitSession {
			own = string(store.UnitSession) + " " + e.session
		}
		at := e.face.row.Time
		out.Rows = append(out.Rows, store.Exposure{
			Person: number(persons, e.who), Session: number(sessions, e.session), Action: number(actions, e.action),
			Endpoint: int32(slices.Index(out.Endpoints, e.endpoint)), Device: int32(slices.Index(out.Devices, e.device)),
			Time: at.UnixMicro(), Took: e.took, Served: e.served, Failed: e.failed,
			Reached: slices.ContainsFunc(goals[own], func(o occurrence) bool {
				return o.time.After(at) || q.Goal.Of == store.OfCalls && o.time.Equal(at)
			}),
			Before: slices.ContainsFunc(goals[e.who], func(o occurrence) bool { return o.time.Before(at) }),
		})
	}
	return out, nil
}

func sumOfGoals(q store.ExposuresQuery, persons []unit) (out store.Goals) {
	for _, u := range persons {
		inRange := slices.DeleteFunc(slices.Clone(u.rows), func(o occurrence) bool { return !o.time.Before(q.To) })
		out.Count += int64(len(inRange))
		out.People += min(1, int64(len(inRange)))
		for _, o := range inRange {
			if q.Value == nil {
				continue
			}
			value, _ := o.row.Value(*q.Value)
			switch v := store.ValueOf(value).(type) {
			case int64:
				out.Valued, out.Value = out.Valued+1, out.Value+float64(v)
			case float64:
				out.Valued, out.Value = out.Valued+1, out.Value+v
			}
		}
	}
	return out
}

// exposed are the requests of somebody in scope, person by person.
func (r *Reference) exposed(s store.Scope) []exposed {
	view, people, seen := r.linkView(s.Project, s.MinConfidence), r.persons(s.Project), r.seeSteps(s, store.OfCalls)
	calls, asked := []stored[event.Call]{}, map[string]bool{}
	for i := range r.calls {
		c := &r.calls[i]
		row := callRow{&c.row, c.seq, view.best(c.row.ID), len(view.actions(c.row.ID)) > 0}.asRow()
		if c.project != s.Project || !within(c.row.Time, s.From.Add(-store.SliceReach), s.To.Add(store.SliceReach)) || c.row.Bot != event.Human && !s.Bots ||
			!seen.holds(row) || c.row.Class == event.Asset && !store.Mentions(s.Filter, "call.class") {
			continue
		}
		calls = append(calls, *c)
		asked[c.row.ID] = asked[c.row.ID] || c.row.Side == event.Client
	}
	tiers, faces := map[string][]stored[event.Call]{}, []stored[event.Call]{}
	for _, c := range calls {
		if l := view.best(c.row.ID); c.row.Side == event.Server && l != nil && asked[l.ClientCallID] {
			tiers[l.ClientCallID] = append(tiers[l.ClientCallID], c)
		} else {
			faces = append(faces, c)
		}
	}
	var out []exposed
	for _, face := range faces {
		if !within(face.row.Time, s.From, s.To) {
			continue
		}
		row := callRow{&face.row, face.seq, view.best(face.row.ID), false}.asRow()
		e := exposed{
			face: face, who: people.unitOf(store.Unit{Of: store.UnitPerson}, row), session: identityOf(row).SessionID, endpoint: face.row.Endpoint(),
			device: strings.TrimSpace(face.row.Context.Device + " " + face.row.Context.Network), took: tookOf(face), failed: face.row.Failed(),
		}
		e.served = face.row.Side == event.Server && e.took >= 0
		if row.Link != nil {
			e.action = row.Link.EventID
		}
		var inner *stored[event.Call]
		if face.row.Side == event.Client {
			for _, t := range tiers[face.row.ID] {
				e.failed = e.failed || t.row.Failed()
				if inner == nil || cmp.Or(cmp.Compare(breadthOf(t), breadthOf(*inner)), -cmp.Compare(t.seq, inner.seq)) < 0 {
					inner = &t
				}
			}
		}
		if inner != nil {
			e.endpoint = inner.row.Endpoint()
			if inner.row.Timed {
				e.took, e.served = tookOf(*inner), true
			}
		}
		if e.who != "" && (!s.Sampled() || drawn(e.who, s.Sample)) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b exposed) int {
		return cmp.Or(strings.Compare(a.who, b.who), a.face.row.Time.Compare(b.face.row.Time), cmp.Compare(a.face.seq, b.face.seq))
	})
	return out
}

func tookOf(c stored[event.Call]) int64 {
	if !c.row.Timed {
		return -1
	}
	return c.row.Duration.Microseconds()
}

func breadthOf(c stored[event.Call]) int64 {
	if !c.row.Timed {
		return math.MaxInt64
	}
	return c.row.Duration.Microseconds()
}
