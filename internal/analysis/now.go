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
	Trouble *Trouble     `json:"trouble,omitempty" doc:"the worst that goes on, or ended in the last 30 minutes"`
	Last    *PastTrouble `json:"last,omitempty" doc:"the last trouble that is over for more than 30 minutes, of a week; absent when there was none"`
	// HistorySince tells a young project, in which nothing is usual yet.
	HistorySince time.Time `json:"history_since,omitzero" doc:"of the first record, while there is too little history to know what is usual"`
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
	Slow       *Share         `json:"slow,omitempty" doc:"slow calls of an endpoint that fails and is slow too"`
	SlowOverMS int64          `json:"slow_over_ms" doc:"what counts as slow here"`
	P95US      *int64         `json:"p95_us" doc:"since, until it was over; null when no call was timed"`
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

// PastTrouble is when an endpoint failed or was slow more than usual.
type PastTrouble struct {
	Endpoint   NamedEndpoint `json:"endpoint"`
	Side       event.Side    `json:"side" enum:"client,server" doc:"who saw it"`
	Kind       string        `json:"kind" enum:"failing,slow"`
	From       time.Time     `json:"from"`
	To         time.Time     `json:"to"`
	Calls      int64         `json:"calls"`
	Bad        int64         `json:"bad" doc:"of calls: those that failed, or were slow"`
	SlowOverMS int64         `json:"slow_over_ms,omitempty" doc:"what counts as slow here"`
}

// past is t as what is remembered.
func (t *Trouble) past() *PastTrouble {
	p := &PastTrouble{Endpoint: t.Endpoint, Side: t.Side, Kind: t.Kind, From: t.Since, To: t.Until, Calls: t.Bad.Of, Bad: t.Bad.Count}
	if t.Kind == Slow {
		p.SlowOverMS = t.SlowOverMS
	}
	return p
}

// later is the one of two that ended last.
func later(a, b *PastTrouble) *PastTrouble {
	if a == nil || b != nil && b.To.After(a.To) {
		return b
	}
	return a
}

// troubleNow looks at the last hour from both sides and describes the worst. shown is
// the trouble that people see now, nil when there is none; known is how many people
// are known.
func troubleNow(ctx context.Context, r store.Reader, q Question, usual map[event.Side]baseline, shown *Trouble, known int64) (Now, error) {
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
	slices.SortFunc(found, worstFirst(shown))
	found, err := innermostOnly(ctx, r, q, found)
	if err != nil {
		return out, err
	}
	var worst *suspect
	for i := range found[:min(len(found), candidates)] {
		s := &found[i]
		t, err := s.troubleOf(ctx, r, q, known)
		switch {
		case err != nil:
			return out, err
		case t == nil:
		case hurtNoMore(t, q.Now):
			out.Last = later(out.Last, t.past())
		case out.Trouble == nil || !out.Trouble.Until.IsZero() && t.Until.IsZero():
			out.Trouble, worst = t, s
		}
		if out.Trouble != nil && out.Trouble.Until.IsZero() {
			break
		}
	}
	if worst == nil {
		return out, nil
	}
	out.State, out.Last = "trouble", nil
	return out, aftermath(ctx, r, q, worst, out.Trouble, out.Trouble.end(q.Now))
}

func hurtNoMore(t *Trouble, now time.Time) bool {
	return !t.Until.IsZero() && t.Until.Before(now.Add(-justOver))
}

// end is when t was over, or now.
func (t *Trouble) end(now time.Time) time.Time {
	if t.Until.IsZero() {
		return now
	}
	return t.Until
}

// addSuspects leaves out what only sees again what the server saw.
func addSuspects(have, more []suspect) []suspect {
	return append(have, slices.DeleteFunc(more, func(m suspect) bool {
		return slices.ContainsFunc(have, func(h suspect) bool {
			return h.side != m.side && h.kind == m.kind && h.now.Method == m.now.Method && h.now.Route == m.now.Route
		})
	})...)
}

// troubleOf collects the facts about a suspect; nil when they acquit it. What was slow
// and failed in that time is failing from then on.
func (s *suspect) troubleOf(ctx context.Context, r store.Reader, q Question, known int64) (*Trouble, error) {
	t, failed, err := s.facts(ctx, r, q, known)
	if err != nil || t == nil || s.kind == Failing || !fails(failed, float64(t.Bad.Of), s.usually) {
		return t, err
	}
	asFailing, _ := failing(s.now, s.usually, s.usualFrom)
	asFailing.side = s.side
	worse, _, err := asFailing.facts(ctx, r, q, known)
	if err != nil || worse == nil || hurtNoMore(worse, q.Now) && !hurtNoMore(t, q.Now) {
		return t, err
	}
	*s = asFailing
	return worse, nil
}

// facts are those of the bad period itself, and how many calls failed in it.
func (s *suspect) facts(ctx context.Context, r store.Reader, q Question, known int64) (t *Trouble, failed float64, err error) {
	m, err := s.minutes(ctx, r, q)
	if err != nil {
		return nil, 0, err
	}
	usual := usualSlow
	if s.kind == Failing {
		usual = number(s.usual)
	}
	when, ok := m.worst(usual)
	all, bad := m.within(when.period)
	if !ok || bad < leastBad || s.kind == Slow && !slows(bad, all) {
		return nil, 0, nil
	}
	t = &Trouble{
		Endpoint: named(s.now.Endpoint), Side: s.side, Kind: s.kind, Since: m.edges[when.from], Bad: shareOf(bad, all),
		Usual: s.usual, UsualFrom: s.usualFrom, SlowOverMS: s.slowOver / 1000, UsualP95US: s.usually.P95, Sessions: []string{},
	}
	// What nobody called since its bad calls is over as well.
	if ended := m.edges[when.to]; when.over || ended.Before(q.Now.Add(-justOver)) {
		t.Until = ended
	}
	of := func(stat store.Stat, more ...store.Filter) store.Measure {
		return store.Measure{Of: store.OfCalls, Stat: stat, Filter: store.All(append(more, s.allCalls())...)}
	}
	values, err := measure(ctx, r, q.Project, []time.Time{t.Since, t.end(q.Now)}, nil,
		of(store.People), of(store.People, s.badCalls()), of(store.P95), of(store.Failed), of(store.Count, s.slowCalls()))
	if err != nil {
		return nil, 0, err
	}
	people, slow := whole(values[0][0]), number(values[4][0])
	t.People = whole(values[1][0])
	// Programs alone may wait: that hurts nobody. That they fail is worth a word.
	if known >= fewKnown && t.People < leastBad && (people >= leastBad || s.kind == Slow) {
		return nil, 0, nil
	}
	if p95 := values[2][0]; p95 != nil {
		us := int64(*p95 * 1000)
		t.P95US = &us
	}
	if s.kind == Failing && slows(slow, all) {
		share := shareOf(slow, all)
		t.Slow = &share
	}
	t.Release = lastRelease(q.Releases, s.now.Service, t.Since)
	return t, number(values[3][0]), nil
}

func shareOf(count, of float64) Share {
	ci := stats.Wilson(count, of, stats.Z95)
	out := Share{Of: int64(of + .5), Count: int64(count + .5), CI95: [2]float64{ci.Low, ci.High}}
	if of > 0 {
		out.Share = count / of
	}
	return out
}

// pastTrouble finds the last full hour of a week in which an endpoint failed surely more than it usually does.
func pastTrouble(ctx context.Context, r store.Reader, q Question) (*PastTrouble, error) {
	end := q.Now.Truncate(time.Hour)
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
			if all > n && fails(bad, n, store.EndpointStats{Failed: int64(allFailed - bad), Calls: int64(all - n)}) {
				e := event.Endpoint{Method: line.Labels[0], Route: line.Labels[1]}
				last = &PastTrouble{Endpoint: named(e), Side: event.Server, Kind: Failing, From: edges[b], To: edges[b+1], Calls: int64(n), Bad: int64(bad)}
				break
			}
		}
	}
	return last, nil
}
