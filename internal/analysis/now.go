package analysis

import (
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// Now is what hurts people now, or that nothing does.
type Now struct {
	State   string       `json:"state" enum:"trouble,quiet,no_calls" doc:"no_calls: nothing was called in the last hour"`
	Calls   int64        `json:"calls" doc:"calls of the last hour"`
	Trouble *Trouble     `json:"trouble,omitempty" doc:"the worst of the last hour"`
	Last    *PastTrouble `json:"last,omitempty" doc:"the last trouble of the week before; absent when there was none"`
}

// Trouble is an endpoint that fails or is slow against its own baseline.
type Trouble struct {
	Endpoint   NamedEndpoint  `json:"endpoint"`
	Side       event.Side     `json:"side" enum:"client,server" doc:"who saw it"`
	Kind       string         `json:"kind" enum:"failing,slow"`
	Since      time.Time      `json:"since"`
	Until      time.Time      `json:"until,omitzero" doc:"absent while it goes on"`
	Bad        Share          `json:"bad" doc:"failed or slow calls of all calls since"`
	Usual      *float64       `json:"usual" doc:"the usual share; null when the endpoint has no history"`
	UsualFrom  string         `json:"usual_from" doc:"same_hour_last_week, last_7_days, or empty"`
	SlowOverMS int64          `json:"slow_over_ms,omitempty" doc:"what counts as slow here"`
	P95US      *int64         `json:"p95_us" doc:"of the last hour; null when no call was timed"`
	UsualP95US *int64         `json:"usual_p95_us"`
	People     int64          `json:"people" doc:"who was hit, as far as known"`
	Became     Became         `json:"became"`
	Goal       *GoalOfHit     `json:"goal,omitempty" doc:"absent without a goal"`
	Verdict    Verdict        `json:"verdict"`
	Release    *event.Release `json:"release,omitempty" doc:"the last release in the day before it began"`
	Example    Example        `json:"example"`
	Sessions   []string       `json:"sessions" doc:"the newest visits that were hit, at most 50"`
}

// Example is something to watch.
type Example struct {
	CallID    string `json:"call_id"`
	SessionID string `json:"session_id" doc:"empty when no visit is known"`
}

// PastTrouble is an hour in which an endpoint failed more than usual.
type PastTrouble struct {
	Endpoint NamedEndpoint `json:"endpoint"`
	From     time.Time     `json:"from"`
	To       time.Time     `json:"to"`
	Calls    int64         `json:"calls"`
	Failed   int64         `json:"failed"`
}

// troubleNow looks at the last hour from both sides and describes the worst.
func troubleNow(ctx context.Context, r store.Reader, q Question, usual map[event.Side]baseline) (Now, error) {
	out := Now{State: "quiet"}
	var found []suspect
	for _, side := range []event.Side{event.Server, event.Client} {
		rows, err := catalogue(ctx, r, q, side, q.Now.Add(-lookedAt), q.Now)
		if err != nil {
			return out, err
		}
		var calls int64
		for _, row := range rows {
			calls += row.Calls
		}
		out.Calls = max(out.Calls, calls)
		found = addSuspects(found, suspects(rows, side, usual[side]))
	}
	if out.Calls == 0 {
		out.State = "no_calls"
	}
	slices.SortFunc(found, worstFirst)
	for _, s := range found[:min(len(found), candidates)] {
		trouble, err := describe(ctx, r, q, s)
		if err != nil {
			return out, err
		}
		if trouble != nil {
			out.State, out.Trouble = "trouble", trouble
			return out, nil
		}
	}
	return out, nil
}

// addSuspects leaves out what only sees again what the server saw.
func addSuspects(have, more []suspect) []suspect {
	return append(have, slices.DeleteFunc(more, func(m suspect) bool {
		return slices.ContainsFunc(have, func(h suspect) bool {
			return h.side != m.side && h.kind == m.kind && h.now.Method == m.now.Method && h.now.Route == m.now.Route
		})
	})...)
}

// describe collects the facts about a suspect; nil when they acquit it.
func describe(ctx context.Context, r store.Reader, q Question, s suspect) (*Trouble, error) {
	m, err := s.minutes(ctx, r, q)
	if err != nil {
		return nil, err
	}
	usual := usualSlow
	if s.kind == Failing {
		usual = number(s.usual)
	}
	when := m.worst(usual)
	all, bad := m.within(when)
	if s.kind == Slow && (bad < leastBad || stats.Wilson(bad, all, stats.Z999).Low <= usualSlow) {
		return nil, nil
	}
	t := &Trouble{
		Endpoint: named(s.now.Endpoint), Side: s.side, Kind: s.kind, Since: m.edges[when.from], Bad: shareOf(bad, all),
		Usual: s.usual, UsualFrom: s.usualFrom, SlowOverMS: s.slowOver / 1000, P95US: s.now.P95, UsualP95US: s.usualP95, Sessions: []string{},
	}
	end := q.Now
	if m.over(when) {
		end = m.edges[when.to]
		t.Until = end
	}
	people, err := measure(ctx, r, q.Project, []time.Time{t.Since, end}, nil,
		store.Measure{Of: store.OfCalls, Stat: store.People, Filter: s.allCalls()},
		store.Measure{Of: store.OfCalls, Stat: store.People, Filter: both(s.allCalls(), s.badCalls())})
	if err != nil {
		return nil, err
	}
	t.People = whole(people[1][0])
	if whole(people[0][0]) >= leastBad && t.People < leastBad {
		return nil, nil
	}
	t.Release = lastRelease(q.Releases, s.now.Service, t.Since)
	return t, aftermath(ctx, r, q, &s, t, end)
}

func shareOf(count, of float64) Share {
	ci := stats.Wilson(count, of, stats.Z95)
	out := Share{Of: int64(of + .5), Count: int64(count + .5), CI95: [2]float64{ci.Low, ci.High}}
	if of > 0 {
		out.Share = count / of
	}
	return out
}

// pastTrouble finds the last hour of the week before the one looked at in which an
// endpoint failed surely more than it usually does.
func pastTrouble(ctx context.Context, r store.Reader, q Question) (*PastTrouble, error) {
	end := q.Now.Add(-lookedAt).Truncate(time.Hour)
	edges := []time.Time{end.Add(-week)}
	for at := edges[0].Add(time.Hour); !at.After(end); at = at.Add(time.Hour) {
		edges = append(edges, at)
	}
	series, err := r.Series(ctx, store.SeriesQuery{
		Scope: store.Scope{Project: q.Project, From: edges[0], To: end}, Edges: edges, Limit: 50,
		Measures: []store.Measure{{Of: store.OfCalls, Stat: store.Failed}, {Of: store.OfCalls, Stat: store.Count}},
		By:       []store.Field{{Name: "call.method"}, {Name: "call.route"}},
	})
	if err != nil {
		return nil, err
	}
	var last *PastTrouble
	for _, line := range series.Lines {
		failed, calls := line.Values[0], line.Values[1]
		var allFailed, all float64
		for b := range calls {
			allFailed, all = allFailed+number(failed[b]), all+number(calls[b])
		}
		for b, count := range slices.Backward(calls) {
			bad, n := number(failed[b]), number(count)
			if last != nil && !edges[b].After(last.From) {
				break
			}
			if all > n && fails(bad, n, allFailed-bad, all-n) {
				e := event.Endpoint{Method: line.Labels[0], Route: line.Labels[1]}
				last = &PastTrouble{Endpoint: named(e), From: edges[b], To: edges[b+1], Calls: int64(n), Failed: int64(bad)}
				break
			}
		}
	}
	return last, nil
}
