package link

import (
	"math"
	"slices"

	"github.com/clickspan/clickspan/internal/event"
)

// A browser follows a redirect by itself, so one client call leaves two rows: the
// one that sends it on and the one that answers. Which belong together can be seen
// among the rows alone; the client call then takes both.

const (
	// followGap is how long a client takes to follow a redirect, in seconds.
	followGap = 0.02
	// followLimit is the cost above which a row did not follow a redirect: about
	// half a second later.
	followLimit = 4.0
	// coarseHop is what a redirect in the same tick of a coarse clock is worth: such a
	// tick also hides pages that were left and asked for again.
	coarseHop = 0.95
	// hopFloor is the confidence below which a redirect is left alone. It adds
	// little to a call that has its answer already, so it must be likelier than that.
	hopFloor = 0.76
	// rememberedCost is the cost of a redirect that the browser should have remembered.
	rememberedCost = 3.0
)

// hop is the redirect before a row, and how sure that is.
type hop struct {
	row        *call
	confidence float64
}

func isRedirect(status int) bool {
	return status == 301 || status == 302 || status == 307 || status == 308
}

// pairRedirects finds, for the redirects of one service, the rows that followed
// them. A followed row has one redirect at most; it may have none, because
// browsers remember permanent redirects, and a redirect may have no follower,
// because its page was left.
func (m *matcher) pairRedirects(seekers []*call) {
	var redirects []*call
	var options [][]option
	reached := map[int32]bool{} // rows that some redirect may have led to
	alone := 1.0                // redirects that nothing followed
	for _, r := range m.free {
		if !isRedirect(r.Status) {
			continue
		}
		o := m.followers(r)
		redirects = append(redirects, r)
		options = append(options, o)
		for _, f := range o {
			reached[f.to] = true
		}
		if len(o) == 0 {
			alone++
		}
	}
	if len(redirects) == 0 {
		return
	}
	remembered := m.learnMemory(reached)
	m.learnWaits(seekers)
	left := alone / float64(len(redirects)+2)
	skip := -math.Log(left*remembered) + math.Log((1-left)*(1-remembered))
	a := newAssignment(options, len(m.free), min(max(skip, 1), followLimit))
	for i, r := range redirects {
		if a.row[i] == none {
			continue
		}
		if p, ok := matchConfidence(a.rivals(int32(i), rivalLimit), m.sharp(), m.l.late); ok && p > matchFloor {
			m.hops[a.row[i]] = hop{r, min(p, matchSure)}
		}
	}
}

// learnMemory estimates how often browsers remembered the redirect, from the rows
// that no redirect can have led to, and sets the costs that follow from it.
func (m *matcher) learnMemory(reached map[int32]bool) float64 {
	without, all := 1.0, 2.0
	for n, f := range m.free {
		if k := (methodPath{f.Method, otherSlash(f.Path)}); !m.moved[k] || isRedirect(f.Status) {
			continue
		}
		all++
		if !reached[int32(n)] {
			without++
		}
	}
	share := without / all
	m.direct, m.redirected = -math.Log(share), -math.Log1p(-share)
	return share
}

// otherSlash is the path with its trailing slash taken off or put on.
func otherSlash(path string) string {
	if trimmed := trimSlash(path); trimmed != path {
		return trimmed
	}
	return path + "/"
}

// followers lists the rows that may be what r redirected to.
func (m *matcher) followers(r *call) []option {
	from := min(r.start, r.end-r.Grain.Microseconds()) - slack
	var out []option
	for _, n := range m.near(r, from, r.end, r.end+slack+causeWindow) {
		f := m.free[n]
		if f == r || isRedirect(f.Status) || f.Path == r.Path && f.Host == r.Host || !sameOrigin(r, f) {
			continue
		}
		if cost := followCost(r, f); cost < followLimit {
			out = append(out, option{n, cost})
		}
	}
	return cheapest(out)
}

// sameOrigin reports whether both rows name the same client.
func sameOrigin(a, b *call) bool {
	return a.ClientKey == b.ClientKey && a.AgentKey == b.AgentKey && a.SessionID == b.SessionID
}

// followCost weighs how soon f came after r. With a coarse clock only the stamps
// can be compared: a true difference of d shows as no difference in all but d out
// of grain cases.
func followCost(r, f *call) float64 {
	grain := max(r.Grain, f.Grain).Seconds()
	if grain > followGap {
		apart := float64(f.end-r.end) / 1e6
		share := min(max((followGap+float64(f.end-f.start)/1e6)/grain, 0.02), 0.98)
		switch math.Round(apart / grain) {
		case 0:
			return -math.Log1p(-share)
		case 1:
			return -math.Log(share)
		}
		return impossible
	}
	gap := float64(f.start-r.end) / 1e6
	if gap < -followGap-grain {
		return impossible
	}
	return max(0, gap) / (5 * followGap)
}

// tieHop gives the client call of a matched row the redirect before it.
func (m *matcher) tieHop(c *call, n int32, confidence float64) {
	h, ok := m.hops[n]
	if !ok || h.row.Path != c.Path || m.l.personCost(c, h.row) >= impossible {
		return
	}
	odds := m.placeCost(c, h.row, m.free[n]) + m.waits.redirected(c) - m.placeCost(c, m.free[n], m.free[n]) - m.waits.direct(c)
	if m.remembers(c, methodPath{c.Method, c.Path}) {
		odds += rememberedCost
	}
	p := h.confidence / (h.confidence + (1-h.confidence)*math.Exp(odds))
	if m.grain > fineGrain {
		p *= coarseHop
	}
	if p >= hopFloor {
		m.l.tieClient(h.row, c, event.ByMatch, round(min(confidence, sure(p))))
	}
}

// waits is how long clients wait that ask again and that ask for the first time,
// as medians of the logarithm. A redirect costs a second round trip.
type waits struct {
	again, first float64
	known        bool
}

const (
	waitSpread = 0.5 // of the logarithm of a wait
	waitCount  = 5   // how many waits of a kind make a median
)

// learnWaits compares the calls of visits that asked before, whose browser
// remembers the redirect, with the others.
func (m *matcher) learnWaits(seekers []*call) {
	var again, first []float64
	for _, c := range seekers {
		k := methodPath{c.Method, c.Path}
		if !m.moved[k] || !c.Timed || c.end == c.start {
			continue
		}
		if w := math.Log(float64(c.end - c.start)); m.remembers(c, k) {
			again = append(again, w)
		} else {
			first = append(first, w)
		}
	}
	if len(again) < waitCount || len(first) < waitCount {
		return
	}
	slices.Sort(again)
	slices.Sort(first)
	w := waits{again: again[len(again)/2], first: first[len(first)/2]}
	w.known = w.first > w.again
	m.waits = w
}

// direct and redirected are the costs of c's wait under either explanation.
func (w waits) direct(c *call) float64     { return w.cost(c, w.again) }
func (w waits) redirected(c *call) float64 { return w.cost(c, w.first) }

func (w waits) cost(c *call, usual float64) float64 {
	if !w.known || !c.Timed || c.end == c.start {
		return 0
	}
	off := (math.Log(float64(c.end-c.start)) - usual) / waitSpread
	return min(off*off/2, 3)
}
