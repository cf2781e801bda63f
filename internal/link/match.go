package link

import (
	"cmp"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// slack is by how many microseconds an effect may seem to come before its cause:
// what is left of clock differences after correction.
const slack = 250 * millisecond

const (
	// skipCost is the cost of leaving a client call without a row: nothing dearer
	// is ever claimed.
	skipCost = 8.0
	// untimedReach is how long a client call without duration may have taken.
	untimedReach = 10 * second
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

// services groups the server rows by who logged them, the best clock first: what is
// matched there helps the others through request and trace ids. Logs of two formats
// are two tiers even when nobody named them apart.
func (l *linker) services() [][]*call {
	type log struct{ service, source string }
	byName := map[log][]*call{}
	for _, s := range l.servers {
		k := log{s.Service, s.Source}
		byName[k] = append(byName[k], s)
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
		return cmp.Or(cmp.Compare(ag, bg), cmp.Compare(au, bu), cmp.Compare(a[0].Service, b[0].Service), cmp.Compare(a[0].Source, b[0].Source))
	})
	return out
}

func (l *linker) matchService(rows []*call) {
	m := newMatcher(l, rows)
	seekers := m.seekers()
	if len(seekers) == 0 || len(m.free) == 0 {
		return
	}
	m.learn(seekers)
	m.pairRedirects(seekers)
	options := make([][]option, len(seekers))
	for i, c := range seekers {
		options[i] = m.candidates(c)
	}
	a := newAssignment(options, len(m.free), skipCost)
	for i, c := range seekers {
		if a.row[i] == none {
			continue
		}
		confidence, ok := matchConfidence(a.rivals(int32(i), rivalLimit), m.sharp(), l.late)
		if !ok {
			c.reason = Ambiguous
			continue
		}
		l.tieClient(m.free[a.row[i]], c, event.ByMatch, confidence)
		m.tieHop(c, a.row[i], confidence)
	}
}

// learn reads off the calls that fit one row only how this service and these
// visits tell time and pages.
func (m *matcher) learn(seekers []*call) {
	var certain []option
	var clients []*call
	options := make([][]option, len(seekers))
	for i, c := range seekers {
		options[i] = m.candidates(c)
		if o := options[i]; len(o) == 1 {
			certain, clients = append(certain, o[0]), append(clients, c)
		}
	}
	m.learnClocks(certain, clients)
	m.learnReferers(certain, clients)
	m.learnStamp(options, seekers)
}

// sharp is how much a gap counts, see [sharpFine].
func (m *matcher) sharp() float64 {
	if m.grain > fineGrain {
		return 1
	}
	return sharpFine
}

// rivalLimit is the gap beyond which an alternative weighs nothing.
const rivalLimit = 8.0

// matcher holds the rows of one service.
type matcher struct {
	l      *linker
	free   []*call                // rows that nothing is tied to, by time
	byPath map[methodPath][]int32 // rows of free, by time
	taken  map[int]bool           // client calls that this service answered already
	moved  map[methodPath]bool    // what the service redirects
	hops   map[int32]hop          // the redirect before a row
	asked  map[visitPath]int64    // when a visit first asked for a path
	knows  map[int]bool           // client calls whose redirect the browser remembers
	stamp  float64                // what untimed rows tell: > 0 the end, < 0 the start
	clocks map[int]int64          // per visit: what its clock lacks, microseconds

	pages    map[int]string // of client calls
	referers []string       // of free
	strange  float64        // cost of a referer that is not the client's page

	waits              waits
	direct, redirected float64 // costs of a remembered redirect and of one that left its row
	grain              int64   // the coarsest of free, microseconds
}

type methodPath struct{ method, path string }

type visitPath struct {
	visit int
	methodPath
}

func newMatcher(l *linker, rows []*call) *matcher {
	m := &matcher{
		l: l, byPath: map[methodPath][]int32{}, taken: map[int]bool{}, moved: map[methodPath]bool{}, hops: map[int32]hop{},
		asked: map[visitPath]int64{}, clocks: map[int]int64{}, pages: map[int]string{}, knows: map[int]bool{},
	}
	for _, s := range rows {
		if isRedirect(s.Status) {
			m.moved[methodPath{s.Method, s.Path}] = true
		}
		if s.client.to != none {
			m.taken[s.client.to] = true
			continue
		}
		k := methodPath{s.Method, trimSlash(s.Path)}
		m.byPath[k] = append(m.byPath[k], int32(len(m.free)))
		m.free = append(m.free, s)
		m.referers = append(m.referers, refererPath(s.Call))
		m.grain = max(m.grain, s.Grain.Microseconds())
	}
	return m
}

// seekers are the client calls that still lack a row of this service.
func (m *matcher) seekers() []*call {
	var out []*call
	for _, c := range m.l.clients {
		if !m.taken[c.index] && c.Path != "" {
			out = append(out, c)
			m.pages[c.index] = m.l.pageOfCall(c)
		}
		keepFirst(m.asked, visitPath{c.visit, methodPath{c.Method, c.Path}}, c.start)
	}
	return out
}

// candidates lists the free rows that c may have reached and what each costs.
func (m *matcher) candidates(c *call) []option {
	var out []option
	for _, r := range m.near(c, c.start-slack-m.grain, c.start, c.latest()+slack) {
		if cost := m.cost(c, r); cost < skipCost {
			out = append(out, option{r, cost})
		}
	}
	return cheapest(out)
}

// maxNear bounds the rows of one path that are looked at for one call. Where more
// lie in its time they cannot be told apart, and looking would cost their square.
const maxNear = 256

// near lists the free rows of c's method and path that begin between from and to,
// those closest to middle when they are too many.
func (m *matcher) near(c *call, from, middle, to int64) []int32 {
	rows := m.byPath[methodPath{c.Method, trimSlash(c.Path)}]
	place := func(at int64) int {
		i, _ := slices.BinarySearchFunc(rows, at, func(r int32, at int64) int { return cmp.Compare(m.free[r].start, at) })
		return i
	}
	first, last := place(from), place(to+1)
	if last-first > maxNear {
		first = min(max(first, place(middle)-maxNear/2), last-maxNear)
		last = first + maxNear
	}
	return rows[first:last]
}

// impossible is the cost of a pair that cannot be.
const impossible = 1e9

// cost is the negative log-likelihood, up to a constant, that row r is that of c.
func (m *matcher) cost(c *call, r int32) float64 {
	s := m.free[r]
	cost := m.l.personCost(c, s) + statusCost(c, s)
	if cost >= skipCost {
		return impossible
	}
	cost += lengthCost(c, s) + sameness(c, s) + m.refererCost(c, r)
	if c.Path == s.Path {
		return cost + m.placeCost(c, s, s)
	}
	direct, redirected := m.detourCosts(c)
	direct += m.placeCost(c, s, s)
	if h, ok := m.hops[r]; ok && h.row.Path == c.Path {
		return cost + min(direct, redirected+m.placeCost(c, h.row, s))
	}
	return cost + direct
}

// detourCosts are the costs of c having reached another path than its own: by
// itself, because the browser remembered a permanent redirect, or by a redirect
// that must have left its row.
func (m *matcher) detourCosts(c *call) (direct, redirected float64) {
	k := methodPath{c.Method, c.Path}
	switch {
	case !m.moved[k]:
		return 3, 0 // a service that redirects nothing would have been asked for this very path
	case m.remembers(c, k):
		return 0.05, rememberedCost
	}
	return m.direct + m.waits.direct(c), m.redirected + m.waits.redirected(c)
}

// remembers reports whether the visit asked for the same path before, as far as
// it reported, or was on the same page before, which asks for the same.
func (m *matcher) remembers(c *call, k methodPath) bool {
	if c.visit == none || c.Method != get {
		return false
	}
	knows, judged := m.knows[c.index]
	if !judged {
		first, asked := m.asked[visitPath{c.visit, k}]
		knows = asked && first < c.start || m.l.visits[c.visit].sawBefore(c.start)
		m.knows[c.index] = knows
	}
	return knows
}

// personCost weighs the evidence that both rows are the same person's.
func (l *linker) personCost(c, s *call) float64 {
	if c.ActionID != "" && s.ActionID != "" && c.ActionID != s.ActionID {
		return impossible
	}
	if s.cause.to != none && (c.cause.to != none && c.cause.to != s.cause.to || !l.allowed(s.cause.to, c)) {
		return impossible // an id says that somebody else's action caused it
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
	case s.Error == event.Aborted && c.Status != 0:
		return impossible // who got an answer did not go away before it
	case c.Status == s.Status || s.Status == 0 || c.Status == 0 && c.Error == "":
		return 0
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
