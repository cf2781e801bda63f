package analysis

import (
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// Became is what became of the visits that were hit, by the newest of them.
type Became struct {
	Visits     int64 `json:"visits" doc:"visits hit that are known; the four below add up to it"`
	Recovered  int64 `json:"recovered" doc:"the same call went well later in the visit"`
	Left       int64 `json:"left" doc:"the visit ended within 10 minutes"`
	StillThere int64 `json:"still_there" doc:"active in the last 10 minutes"`
	WentOn     int64 `json:"went_on" doc:"did something else for longer than that"`
	Sampled    bool  `json:"sampled" doc:"more calls than were looked at; the newest were"`
}

// GoalOfHit compares how many reached a goal: those hit, and those who made the
// same call and were not. It is an association: who is hit may differ in other ways.
type GoalOfHit struct {
	Goal       Goal       `json:"goal"`
	Hit        Share      `json:"hit"`
	NotHit     Share      `json:"not_hit"`
	Difference *float64   `json:"difference" doc:"hit minus not hit; null when one of them is nobody"`
	CI95       [2]float64 `json:"ci95" doc:"95 % interval of the difference"`
}

// How many calls of each kind tell what became of people.
const (
	aftermathRows = 2000
	leftWithin    = 10 * time.Minute
	shownSessions = 50
)

// hit is what happened to one visit.
type hit struct {
	first, last time.Time // bad calls
	call        string    // the newest bad one
	recovered   bool
}

// aftermath fills in what became of the people, the verdict and the example.
func aftermath(ctx context.Context, r store.Reader, q Question, s *suspect, t *Trouble, end time.Time) error {
	scope := func(from, to time.Time, conditions ...store.Filter) store.Scope {
		return store.Scope{Project: q.Project, From: from, To: to, Filter: store.All(append(conditions, s.allCalls())...)}
	}
	bad, cut, err := callSample(ctx, r, scope(t.Since, end, s.badCalls()), aftermathRows)
	if err != nil {
		return err
	}
	t.Became.Sampled = cut.After(t.Since)
	hits, ids := hitVisits(bad)
	if len(bad) > 0 {
		t.Example = Example{CallID: bad[0].ID}
	}
	if len(ids) == 0 {
		t.Verdict, err = verdict(ctx, r, q, s, bad, nil, t.Since)
		return err
	}
	good, _, err := callSample(ctx, r, scope(cut, q.Now, store.Not{Of: s.badCalls()}, withSession()), aftermathRows)
	if err != nil {
		return err
	}
	others := markRecovered(good, hits)
	again, _, err := callSample(ctx, r, scope(cut, q.Now, store.Not{Of: s.badCalls()}, store.OneOf("call.session_id", ids...)), aftermathRows)
	if err != nil {
		return err
	}
	markRecovered(again, hits)

	known, err := visitsByID(ctx, r, q, t.Since, append(keys(others), ids...))
	if err != nil {
		return err
	}
	t.Became.count(q.Now, known, hits)
	t.Sessions = ids[:min(len(ids), shownSessions)]
	t.Example = example(known, hits, ids)
	if t.Goal, err = goalOfHit(ctx, r, q, known, hits, others, cut); err != nil {
		return err
	}
	t.Verdict, err = verdict(ctx, r, q, s, bad, ids, t.Since)
	return err
}

// hitVisits groups bad calls, which come newest first, by visit; ids come newest first.
func hitVisits(bad []store.CallRow) (map[string]*hit, []string) {
	hits := map[string]*hit{}
	var ids []string
	for i := range bad {
		id := sessionOf(&bad[i])
		if id == "" {
			continue
		}
		if hits[id] == nil {
			if len(ids) == pageRows {
				break
			}
			hits[id] = &hit{last: bad[i].Time, call: bad[i].ID}
			ids = append(ids, id)
		}
		hits[id].first = bad[i].Time
	}
	return hits, ids
}

// markRecovered notes which hit visits had a good call after their last bad one. It
// returns the other visits, with their first call.
func markRecovered(good []store.CallRow, hits map[string]*hit) map[string]time.Time {
	others := map[string]time.Time{}
	for i := range good {
		id, at := sessionOf(&good[i]), good[i].Time
		if h := hits[id]; h != nil {
			h.recovered = h.recovered || at.After(h.last)
		} else if id != "" {
			others[id] = at // newest first, so that the first call stays
		}
	}
	return others
}

func keys(m map[string]time.Time) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out[:min(len(out), pageRows)]
}

func visitsByID(ctx context.Context, r store.Reader, q Question, since time.Time, ids []string) (visits, error) {
	sessions, _, err := sessionSample(ctx, r, store.Scope{
		Project: q.Project, From: since.Add(-24 * time.Hour), To: q.Now, Filter: store.OneOf("session.id", ids...),
	}, len(ids))
	return indexVisits(sessions), err
}

func (b *Became) count(now time.Time, known visits, hits map[string]*hit) {
	for id, h := range hits {
		v := known.byID[id]
		if v == nil {
			continue
		}
		b.Visits++
		switch {
		case h.recovered:
			b.Recovered++
		case v.End.After(now.Add(-leftWithin)):
			b.StillThere++
		case !v.End.After(h.last.Add(leftWithin)):
			b.Left++
		default:
			b.WentOn++
		}
	}
}

// example is the newest visit that did not recover, else the newest.
func example(known visits, hits map[string]*hit, ids []string) Example {
	best := ids[0]
	for _, id := range ids {
		if known.byID[id] != nil && !hits[id].recovered {
			best = id
			break
		}
	}
	return Example{CallID: hits[best].call, SessionID: best}
}

// goalOfHit compares the visits hit with those that made the same call unharmed,
// after their first such call; nil without a goal.
func goalOfHit(ctx context.Context, r store.Reader, q Question, known visits, hits map[string]*hit, others map[string]time.Time, since time.Time) (*GoalOfHit, error) {
	if len(q.Goals) == 0 {
		return nil, nil
	}
	out := &GoalOfHit{Goal: q.Goals[0]}
	from, err := known.markGoals(ctx, r, store.Scope{Project: q.Project, From: since, To: q.Now}, out.Goal)
	if err != nil {
		return nil, err
	}
	var hitAll, hitReached, otherAll, otherReached float64
	for id, v := range known.byID {
		if h := hits[id]; h != nil && !h.first.Before(from) {
			hitAll++
			hitReached += one(v.reachedAfter(h.first))
		} else if first, unharmed := others[id]; unharmed && !first.Before(from) {
			otherAll++
			otherReached += one(v.reachedAfter(first))
		}
	}
	out.Hit, out.NotHit = shareOf(hitReached, hitAll), shareOf(otherReached, otherAll)
	difference, ci := stats.Difference(hitReached, hitAll, otherReached, otherAll, stats.Z95)
	if hitAll > 0 && otherAll > 0 {
		out.Difference = &difference
	}
	out.CI95 = [2]float64{ci.Low, ci.High}
	return out, nil
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Verdict says where the trouble sits: frontend, network or backend.
type Verdict struct {
	Is      string `json:"is" enum:"frontend,network,backend,unknown"`
	Because string `json:"because" enum:"server_failed,server_time,outside_server,no_answer,blocked_by_browser,one_side_only" doc:"the evidence"`
	Pairs   int64  `json:"pairs" doc:"bad calls seen from both sides"`
	// ServerShare is the median part of the wait that the server took.
	ServerShare *float64 `json:"server_share" doc:"null without pairs that were timed"`
}

// pair is one call from both sides.
type pair struct{ client, server *store.CallRow }

// verdict compares both sides of the bad calls.
func verdict(ctx context.Context, r store.Reader, q Question, s *suspect, bad []store.CallRow, ids []string, since time.Time) (Verdict, error) {
	var pairs []pair
	if len(ids) > 0 {
		other := event.Client
		if s.side == event.Client {
			other = event.Server
		}
		rows, _, err := callSample(ctx, r, store.Scope{
			Project: q.Project, From: since.Add(-time.Minute), To: q.Now,
			Filter: store.All(store.Equals("call.side", string(other)), store.Equals("call.method", s.now.Method), store.Equals("call.route", s.now.Route), store.OneOf("call.session_id", ids...)),
		}, aftermathRows)
		if err != nil {
			return Verdict{}, err
		}
		pairs = pairUp(bad, rows)
	}
	return judge(s, bad, pairs), nil
}

// pairUp finds the other side of calls: by the link that names it, else by the trace.
func pairUp(bad, others []store.CallRow) []pair {
	byName := map[string]*store.CallRow{}
	names := func(c *store.CallRow) []string {
		var out []string
		if c.Side == event.Client {
			out = append(out, "id "+c.ID)
		} else if c.Link != nil && c.Link.ClientCallID != "" {
			out = append(out, "id "+c.Link.ClientCallID)
		}
		for _, trace := range []string{c.TraceID, c.ServerTraceID} {
			if trace != "" {
				out = append(out, "trace "+trace)
			}
		}
		return out
	}
	for i := range others {
		for _, name := range names(&others[i]) {
			byName[name] = &others[i]
		}
	}
	var out []pair
	for i := range bad {
		for _, name := range names(&bad[i]) {
			if other := byName[name]; other != nil {
				p := pair{client: other, server: &bad[i]}
				if bad[i].Side == event.Client {
					p = pair{client: &bad[i], server: other}
				}
				out = append(out, p)
				break
			}
		}
	}
	return out
}

func judge(s *suspect, bad []store.CallRow, pairs []pair) Verdict {
	v := Verdict{Pairs: int64(len(pairs)), ServerShare: serverShare(pairs)}
	if s.kind == Slow {
		v.Is, v.Because = "unknown", "one_side_only"
		switch {
		case v.ServerShare != nil && *v.ServerShare < .5:
			v.Is, v.Because = "network", "outside_server"
		case v.ServerShare != nil || s.side == event.Server:
			v.Is, v.Because = "backend", "server_time"
		}
		return v
	}
	var serverFailed, blocked int
	for _, p := range pairs {
		if s.side == event.Client && p.client.Status < 500 && p.server.Failed() {
			serverFailed++ // and the answer got lost on its way
		}
	}
	for i := range bad {
		switch {
		case bad[i].Side == event.Server || bad[i].Status >= 500:
			serverFailed++
		case bad[i].Error == "cors":
			blocked++
		}
	}
	switch {
	case 2*serverFailed >= len(bad):
		v.Is, v.Because = "backend", "server_failed"
	case 2*blocked >= len(bad):
		v.Is, v.Because = "frontend", "blocked_by_browser"
	default:
		v.Is, v.Because = "network", "no_answer"
	}
	return v
}

// serverShare is the median of server time over waited time; nil below 5 pairs.
func serverShare(pairs []pair) *float64 {
	var shares []float64
	for _, p := range pairs {
		if p.client.Timed && p.server.Timed && p.client.Duration > 0 {
			shares = append(shares, min(1, float64(p.server.Duration)/float64(p.client.Duration)))
		}
	}
	if len(shares) < leastBad {
		return nil
	}
	slices.Sort(shares)
	return &shares[len(shares)/2]
}
