package analysis

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// What counts as trouble. The rules are count-aware: a few calls never shout.
const (
	leastBad     = 5         // bad calls, and people hit where people are known
	leastRise    = .01       // a smaller rise of the failed share is the noise of any network
	leastUsual   = 100       // calls that make the same hour of last week a baseline
	usualSlow    = .05       // share of calls above the usual p95, by its definition
	newbornShare = .05       // an endpoint without history fails when this much surely does
	noticedWait  = 1_000_000 // microseconds: what a person notices at least
	lookedAt     = time.Hour
	candidates   = 5  // looked at more closely, worst first
	keeps        = 2  // what is shown stays until something weighs so many times as much
	fewKnown     = 20 // people; while fewer are known at all, how many were hit acquits nobody
)

// Kind of trouble.
const (
	Failing = "failing"
	Slow    = "slow"
)

// suspect is an endpoint that did worse than usual in the last hour.
type suspect struct {
	now       store.EndpointStats
	usually   store.EndpointStats
	side      event.Side
	kind      string
	usual     *float64 // usual share of bad calls; nil = no history
	usualFrom string
	slowOver  int64   // microseconds
	excess    float64 // bad calls beyond the usual; of slow ones a guess
}

// baseline is how endpoints usually do.
type baseline struct {
	sameHour, week map[event.Endpoint]store.EndpointStats
}

// usual returns how often e fails, and how slow its slow calls are.
func (b baseline) usual(e event.Endpoint) (stats store.EndpointStats, from string) {
	if s := b.sameHour[e]; s.Calls >= leastUsual {
		return s, "same_hour_last_week"
	}
	if s := b.week[e]; s.Calls > 0 {
		return s, "last_7_days"
	}
	return store.EndpointStats{}, ""
}

// usually reads how endpoints did in the same hour a week ago, and over the week
// before the hour that is looked at.
func usually(ctx context.Context, r store.Reader, q Question, side event.Side) (baseline, error) {
	begin := q.Now.Add(-lookedAt)
	sameHour, err := catalogue(ctx, r, q, side, begin.Add(-week), q.Now.Add(-week))
	if err != nil {
		return baseline{}, err
	}
	all, err := catalogue(ctx, r, q, side, begin.Add(-week), begin)
	return baseline{sameHour, all}, err
}

func catalogue(ctx context.Context, r store.Reader, q Question, side event.Side, from, to time.Time) (map[event.Endpoint]store.EndpointStats, error) {
	found, err := r.Endpoints(ctx, store.EndpointsQuery{Scope: store.Scope{Project: q.Project, From: from, To: to}, Side: side})
	out := map[event.Endpoint]store.EndpointStats{}
	for _, row := range found.Rows {
		out[row.Endpoint] = row
	}
	return out, err
}

// suspects are the endpoints that did worse than usual, worst first.
func suspects(now map[event.Endpoint]store.EndpointStats, side event.Side, b baseline) []suspect {
	var out []suspect
	for _, row := range now {
		usual, from := b.usual(row.Endpoint)
		if s, ok := failing(row, usual, from); ok {
			s.side = side
			out = append(out, s)
		} else if s, ok := slow(row, usual, from); ok {
			s.side = side
			out = append(out, s)
		}
	}
	return out
}

// worstFirst orders by the bad calls beyond the usual; a slow call weighs half. The
// trouble that is shown already weighs more, so that it does not take turns with
// another that is about as bad.
func worstFirst(shown *Trouble) func(a, b suspect) int {
	weight := func(s suspect) float64 {
		w := s.excess
		if s.kind == Slow {
			w /= 2
		}
		if shown != nil && shown.Endpoint.Method == s.now.Method && shown.Endpoint.Route == s.now.Route {
			w *= keeps
		}
		return w
	}
	return func(a, b suspect) int {
		return cmp.Or(cmp.Compare(weight(b), weight(a)), cmp.Compare(a.now.String(), b.now.String()), cmp.Compare(a.side, b.side))
	}
}

func failing(now, usual store.EndpointStats, from string) (suspect, bool) {
	s := suspect{now: now, usually: usual, kind: Failing, usualFrom: from, slowOver: slowOver(usual)}
	share := newbornShare
	if from != "" {
		u := float64(usual.Failed) / float64(max(1, usual.Calls))
		s.usual, share = &u, u
	}
	s.excess = float64(now.Failed) - share*float64(now.Calls)
	return s, fails(float64(now.Failed), float64(now.Calls), usual)
}

// fails reports whether bad of n calls are surely more than usual. Without a
// history the bar is [newbornShare].
func fails(bad, n float64, usual store.EndpointStats) bool {
	if bad < leastBad {
		return false
	}
	if usual.Calls == 0 {
		return stats.Wilson(bad, n, stats.Z999).Low > newbornShare
	}
	rise, surely := stats.Difference(bad, n, float64(usual.Failed), float64(usual.Calls), stats.Z999)
	return rise >= leastRise && surely.Low > 0
}

// slow compares with the usual p95: one call in twenty may take longer. How many
// did is not in the catalogue, so that [suspect.facts] must confirm it.
func slow(now, usual store.EndpointStats, from string) (suspect, bool) {
	share := usualSlow
	s := suspect{now: now, usually: usual, kind: Slow, usualFrom: from, slowOver: slowOver(usual), usual: &share}
	if from == "" {
		s.usual = nil
	}
	s.excess = usualSlow * float64(now.Calls)
	return s, now.P95 != nil && now.Calls >= 4*leastBad && *now.P95 > s.slowOver
}

// slows reports whether bad of n calls are surely more slow ones than usual, and
// twice as many: p95 wanders a little with the hour.
func slows(bad, n float64) bool {
	return bad >= leastBad && bad >= 2*usualSlow*n && stats.Wilson(bad, n, stats.Z999).Low > usualSlow
}

// badCalls holds for the calls that make the trouble.
func (s *suspect) badCalls() store.Filter {
	if s.kind == Failing {
		return store.Equals("call.failed", true)
	}
	return s.slowCalls()
}

func (s *suspect) slowCalls() store.Filter {
	return store.Compare{Field: store.Field{Name: "call.duration_ms"}, Op: store.Gt, Value: float64(s.slowOver) / 1000}
}

// allCalls holds for the calls of the endpoint.
func (s *suspect) allCalls() store.Filter {
	return store.All(store.OnEndpoint(s.now.Endpoint), store.Equals("call.side", string(s.side)))
}

// minutes is how an endpoint did, minute by minute.
type minutes struct {
	edges    []time.Time
	all, bad []float64
}

// minuteReach is how far back the beginning of trouble is looked for.
const minuteReach = 24 * time.Hour

func (s *suspect) minutes(ctx context.Context, r store.Reader, q Question) (minutes, error) {
	begin := q.Now.Add(-minuteReach).Truncate(time.Minute)
	m := minutes{edges: []time.Time{begin}}
	for at := begin.Add(time.Minute); at.Before(q.Now); at = at.Add(time.Minute) {
		m.edges = append(m.edges, at)
	}
	m.edges = append(m.edges, q.Now)
	values, err := measure(ctx, r, q.Project, m.edges, nil,
		store.Measure{Of: store.OfCalls, Stat: store.Count, Filter: s.allCalls()},
		store.Measure{Of: store.OfCalls, Stat: store.Count, Filter: store.All(s.allCalls(), s.badCalls())})
	if err != nil {
		return m, err
	}
	for b := range values[0] {
		m.all, m.bad = append(m.all, number(values[0][b])), append(m.bad, number(values[1][b]))
	}
	return m, nil
}

func number(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// lastRelease is the newest release of the service in the day before at.
func lastRelease(releases []event.Release, service string, at time.Time) *event.Release {
	for _, r := range slices.Backward(releases) {
		mine := r.Service == service || r.Service == "" || service == ""
		if mine && !r.At.After(at.Add(time.Minute)) && r.At.After(at.Add(-24*time.Hour)) {
			return &r
		}
	}
	return nil
}
