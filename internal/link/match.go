package link

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// slack is by how many microseconds an effect may seem to come before its cause:
// what is left of clock differences after correction.
const slack = int64(250 * time.Millisecond / time.Microsecond)

const (
	// skipCost is the cost of leaving a client call without a row: nothing dearer
	// is ever claimed.
	skipCost = 8.0
	// maxOptions bounds the rows looked at for one client call; the dearer ones
	// could only be chosen if all others were taken.
	maxOptions = 12
	// untimedReach is how long a client call without duration may have taken.
	untimedReach = int64(10 * time.Second / time.Microsecond)
)

// match ties client calls to server rows by what both saw of a request: method,
// path, status, time and length. It is an assignment, one service at a time,
// because each client call reaches each service once.
func (l *linker) match() {
	for _, rows := range l.services() {
		l.matchService(rows)
		l.spreadTiers()
	}
}

// services groups the server rows that no id tied, the best clock first: what is
// matched there helps the others through request and trace ids.
func (l *linker) services() [][]*call {
	byName := map[string][]*call{}
	for _, s := range l.servers {
		byName[s.Service] = append(byName[s.Service], s)
	}
	var out [][]*call
	for _, rows := range byName {
		out = append(out, rows)
	}
	coarse := func(rows []*call) (grain time.Duration, untimed int) {
		for _, s := range rows {
			grain = max(grain, s.Grain)
			if !s.Timed {
				untimed = 1
			}
		}
		return grain, untimed
	}
	slices.SortFunc(out, func(a, b []*call) int {
		ag, au := coarse(a)
		bg, bu := coarse(b)
		return cmp.Or(cmp.Compare(ag, bg), cmp.Compare(au, bu), cmp.Compare(a[0].Service, b[0].Service))
	})
	return out
}

func (l *linker) matchService(rows []*call) {
	m := newMatcher(l, rows)
	seekers := m.seekers()
	if len(seekers) == 0 {
		return
	}
	l.settle(seekers, m.free, func(c *call) []option { return m.candidates(c, false) })
	var redirected []*call
	for _, c := range seekers {
		if m.answer(c) != nil {
			redirected = append(redirected, c)
		}
	}
	l.settle(redirected, m.free, func(c *call) []option { return m.candidates(c, true) })
}

// settle assigns rows to seekers and ties what is certain enough.
func (l *linker) settle(seekers, rows []*call, candidates func(*call) []option) {
	options := make([][]option, len(seekers))
	for i, c := range seekers {
		options[i] = candidates(c)
	}
	a := newAssignment(options, len(rows), skipCost)
	for i, c := range seekers {
		if a.row[i] == none {
			continue
		}
		confidence, ok := matchConfidence(a.rivals(int32(i), rivalLimit), l.late)
		if !ok {
			c.reason = Ambiguous
			continue
		}
		l.tieClient(rows[a.row[i]], c, event.ByMatch, confidence)
	}
}

// rivalLimit is the gap beyond which an alternative weighs nothing.
const rivalLimit = 8.0

// matcher holds the rows of one service.
type matcher struct {
	l      *linker
	free   []*call                 // rows that nothing is tied to, by time
	byPath map[methodPath][]int32  // rows of free, by time
	taken  map[int]bool            // client calls that this service answered already
	moved  map[methodPath]struct{} // what the service redirects to the same path with or without slash
	grain  int64                   // the coarsest of free, microseconds
}

type methodPath struct{ method, path string }

func newMatcher(l *linker, rows []*call) *matcher {
	m := &matcher{l: l, byPath: map[methodPath][]int32{}, taken: map[int]bool{}, moved: map[methodPath]struct{}{}}
	for _, s := range rows {
		if isRedirect(s.Status) {
			m.moved[methodPath{s.Method, s.Path}] = struct{}{}
		}
		if s.client.to != none {
			m.taken[s.client.to] = true
			continue
		}
		k := methodPath{s.Method, trimSlash(s.Path)}
		m.byPath[k] = append(m.byPath[k], int32(len(m.free)))
		m.free = append(m.free, s)
		m.grain = max(m.grain, s.Grain.Microseconds())
	}
	return m
}

func isRedirect(status int) bool {
	return status == 301 || status == 302 || status == 307 || status == 308
}

// seekers are the client calls that still lack a row of this service.
func (m *matcher) seekers() []*call {
	var out []*call
	for _, c := range m.l.clients {
		if !m.taken[c.index] && c.Path != "" {
			out = append(out, c)
		}
	}
	return out
}

// answer returns the row of this service that was matched to c, when c may have
// been redirected to it.
func (m *matcher) answer(c *call) *call {
	for _, s := range c.rows {
		if s.client.method == event.ByMatch && s.Service == m.free[0].Service {
			return s
		}
	}
	return nil
}

// candidates lists the free rows that c may have reached and what each costs.
// With redirects, the rows that sent c on to its answer instead.
func (m *matcher) candidates(c *call, redirects bool) []option {
	rows := m.byPath[methodPath{c.Method, trimSlash(c.Path)}]
	if len(rows) == 0 {
		return nil
	}
	from, to := c.start-slack-m.grain, latest(c)+slack
	first, _ := slices.BinarySearchFunc(rows, from, func(r int32, at int64) int { return cmp.Compare(m.free[r].start, at) })
	var out []option
	for _, r := range rows[first:] {
		s := m.free[r]
		if s.start > to {
			break
		}
		if s.client.to != none {
			continue
		}
		cost := impossible
		switch {
		case !redirects:
			cost = m.cost(c, s)
		case isRedirect(s.Status):
			cost = m.redirectCost(c, m.answer(c), s)
		}
		if cost < skipCost {
			out = append(out, option{r, cost})
		}
	}
	return cheapest(out, maxOptions)
}

// latest is when c was over at the latest.
func latest(c *call) int64 {
	if c.Timed {
		return c.end
	}
	return c.start + untimedReach
}

// impossible is the cost of a pair that cannot be.
var impossible = math.Inf(1)

// cost is the negative log-likelihood, up to a constant, that s is the row of c.
func (m *matcher) cost(c, s *call) float64 {
	cost := m.l.personCost(c, s) + statusCost(c, s) + timeCost(c, s)
	if cost >= skipCost {
		return impossible
	}
	if c.Path != s.Path {
		// The browser remembers a permanent redirect, so its row may be missing; a
		// service that redirects nothing would have been asked for this very path.
		if _, ok := m.moved[methodPath{c.Method, c.Path}]; ok {
			cost += 0.5
		} else {
			cost += 3
		}
	}
	return cost + sameness(c, s)
}

// redirectCost is the cost of s having sent c on to answer.
func (m *matcher) redirectCost(c, answer, s *call) float64 {
	if s.Path != c.Path || s.Path == answer.Path && s.Host == answer.Host || s.start > answer.start+answer.Grain.Microseconds()+slack {
		return impossible
	}
	return m.l.personCost(c, s) + placeCost(c, s)
}

// personCost weighs the evidence that both rows are the same person's.
func (l *linker) personCost(c, s *call) float64 {
	if c.ActionID != "" && s.ActionID != "" && c.ActionID != s.ActionID {
		return impossible
	}
	if c.cause.to != none && s.cause.to != none && c.cause.to != s.cause.to {
		return impossible
	}
	if c.TraceID != "" && s.TraceID != "" && c.TraceID != s.TraceID && s.ParentSpanID != "" {
		return impossible // s took part in a trace that somebody else began
	}
	switch l.bondOfCall(c, s) {
	case sameSession:
		return 0
	case sameClient:
		return 0.5
	case sameAgent:
		return 1
	}
	return impossible
}

// statusCost weighs what both sides saw as the outcome.
func statusCost(c, s *call) float64 {
	switch {
	case c.Status == s.Status || s.Status == 0:
		return 0
	case c.Status == 0 && s.Status == 499:
		return 0 // the client went away, and both say so
	case c.Status == 0:
		return 1 // the answer got lost, or came after the client had gone
	case c.Status == 200 && s.Status == 304:
		return 0.5 // the browser answers from its cache and reports the cached status
	}
	return impossible
}

// sameness rewards details that only the true row shares. A difference proves
// nothing: a sender may leave the query out or count compressed bytes.
func sameness(c, s *call) float64 {
	cost := 0.0
	if c.Query != "" && s.Query != "" {
		if c.Query == s.Query {
			cost--
		} else {
			cost += 3
		}
	}
	if c.ResponseBytes > 0 && c.ResponseBytes == s.ResponseBytes {
		cost -= 2
	}
	if c.ActionID != "" && c.ActionID == s.ActionID {
		cost -= 3
	}
	return cost
}

// timeCost weighs where s lies within c. The server works while the client waits,
// so s must nest in c; where in c it lies depends on the network.
func timeCost(c, s *call) float64 {
	cost := placeCost(c, s)
	if c.Timed && s.Timed {
		// Durations need no common clock: a row longer than the wait is another's.
		over := float64(s.end-s.start-(c.end-c.start)) / 1e6
		if over > 0.02 {
			cost += over * 50
		}
	}
	return cost
}

// placeCost weighs the distances from the client's start to the server's and from
// the server's end to the client's. Within a row's grain every moment is as good.
func placeCost(c, s *call) float64 {
	grain := s.Grain.Microseconds()
	if !c.Timed {
		return lagCost(interval(s.start-c.start, grain))
	}
	length := s.end - s.start
	// best start within the grain: as near as possible to the middle of the wait
	ideal := c.start + (c.end-c.start-length)/2
	start := min(max(ideal, s.start), s.start+grain)
	return (lagCost(start-c.start) + lagCost(c.end-start-length)) / 2
}

// interval returns the moment of [from, from+grain) nearest to zero.
func interval(from, grain int64) int64 {
	return min(max(0, from), from+grain)
}

// lagCost is the cost of a lag between two things that should follow each other
// closely: quadratic near zero, so that calls in flight together keep their order,
// then linear, because networks stall. A negative lag is a clock error.
func lagCost(us int64) float64 {
	const scale = 0.1 // seconds
	x := float64(us) / 1e6 / scale
	switch {
	case us < -slack:
		return impossible
	case x < 0:
		return 1.5 * x * x
	case x <= 2:
		return x * x / 2
	}
	return min(2*x-2, 5+math.Log1p(x))
}
