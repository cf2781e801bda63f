package analysis

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Live is what goes on at this moment.
type Live struct {
	CallsPerSecond float64 `json:"calls_per_second" doc:"server calls over the last 5 minutes"`
	People         int64   `json:"people" doc:"active in the last 5 minutes, as far as they are known"`
}

const liveReach = 5 * time.Minute

// liveNow counts calls, and the people who did something or called.
func liveNow(ctx context.Context, r store.Reader, q Question) (Live, error) {
	values, err := measure(ctx, r, q.Project, []time.Time{q.Now.Add(-liveReach), q.Now}, nil,
		store.Measure{Of: store.OfCalls, Stat: store.Count},
		store.Measure{Of: store.OfCalls, Stat: store.People},
		store.Measure{Of: store.OfEvents, Stat: store.People})
	if err != nil {
		return Live{}, err
	}
	return Live{
		CallsPerSecond: number(values[0][0]) / liveReach.Seconds(),
		People:         max(whole(values[1][0]), whole(values[2][0])),
	}, nil
}

// Data says what there is to judge by.
type Data struct {
	Newest time.Time `json:"newest,omitzero" doc:"of calls and events; absent when the project has none"`
	Calls  int64     `json:"calls" doc:"server calls of the last 24 hours"`
	Events int64     `json:"events" doc:"events of the last 24 hours"`
	Linked int64     `json:"linked" doc:"of calls: those whose action is known"`
	People int64     `json:"people" doc:"known people of these calls"`
	Marked event.Bot `json:"marked,omitempty" enum:"crawler,automation" doc:"how the newest event's browser is marked, when the day's events are all from marked ones, which are not counted as people"`
}

// dataOf counts the last day. The newest record is looked for in ever longer
// ranges, because the newest of all takes long to find among many.
func dataOf(ctx context.Context, r store.Reader, q Question) (Data, error) {
	values, err := measure(ctx, r, q.Project, []time.Time{q.Now.Add(-24 * time.Hour), q.Now}, nil,
		store.Measure{Of: store.OfCalls, Stat: store.Count},
		store.Measure{Of: store.OfCalls, Stat: store.Count, Filter: store.Equals("call.linked", true)},
		store.Measure{Of: store.OfEvents, Stat: store.Count},
		store.Measure{Of: store.OfCalls, Stat: store.People})
	if err != nil {
		return Data{}, err
	}
	out := Data{Calls: whole(values[0][0]), Linked: whole(values[1][0]), Events: whole(values[2][0]), People: whole(values[3][0])}
	for _, reach := range []time.Duration{time.Hour, 24 * time.Hour, ReleaseReach, 100 * 365 * 24 * time.Hour} {
		scope := store.Scope{Project: q.Project, From: q.Now.Add(-reach), To: q.Now, Bots: true}
		calls, err := r.Calls(ctx, store.CallsQuery{Scope: scope, Sort: store.Newest, Limit: 1})
		if err != nil {
			return out, err
		}
		events, err := r.Events(ctx, store.EventsQuery{Scope: scope, Limit: 1})
		if err != nil {
			return out, err
		}
		for _, c := range calls.Rows {
			out.Newest = c.Time
		}
		for _, e := range events.Rows {
			if e.Time.After(out.Newest) {
				out.Newest = e.Time
			}
			if out.Events == 0 && reach <= 24*time.Hour {
				out.Marked = e.Bot
			}
		}
		if !out.Newest.IsZero() {
			break
		}
	}
	return out, nil
}

// youngSince is when the first record of a project came that has too little history
// to know what is usual; zero for an older one.
func youngSince(ctx context.Context, r store.Reader, q Question, usual map[event.Side]baseline) (time.Time, error) {
	var calls int64
	for _, b := range usual {
		for _, row := range b.week {
			calls += row.Calls
		}
	}
	if calls >= leastUsual {
		return time.Time{}, nil
	}
	edges := []time.Time{}
	for at := q.Now.Add(-week).Truncate(time.Hour); at.Before(q.Now.Add(-minuteReach)); at = at.Add(time.Hour) {
		edges = append(edges, at)
	}
	for at := edges[len(edges)-1].Add(time.Hour); at.Before(q.Now); at = at.Add(time.Minute) {
		edges = append(edges, at)
	}
	edges = append(edges, q.Now)
	values, err := measure(ctx, r, q.Project, edges, nil,
		store.Measure{Of: store.OfCalls, Stat: store.Count}, store.Measure{Of: store.OfEvents, Stat: store.Count})
	if err != nil {
		return time.Time{}, err
	}
	for b, at := range edges[:len(edges)-1] {
		if number(values[0][b])+number(values[1][b]) > 0 {
			return at, nil
		}
	}
	return time.Time{}, nil
}
