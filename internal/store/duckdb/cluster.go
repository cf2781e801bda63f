package duckdb

import (
	"cmp"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// node is a row as [clusters] sees it.
type node struct {
	project event.ProjectID
	seq     int64
	at      int64 // microseconds
	person  bool
	tier    int64 // who logged it; 0 for the client side
	seed    bool
	keys    []linkKey
}

// linkKey is something two rows of a project may share.
type linkKey struct {
	project event.ProjectID
	space   byte
	text    string
	bits    uuid
}

// agentSpace is the space of keys that tie the two sides only, never rows of one.
const agentSpace = 'a'

// names reports whether the key is of one exchange, whose rows on the servers are
// evidence for each other. All other keys say who called: a program that calls all
// day must not tie a week together.
func (k linkKey) names() bool { return k.space == 't' || k.space == 'r' || k.space == 'x' }

// clusters joins rows, in any order of arrival, into what the link pass has to see
// together: two are connected when they share a key and no silence longer than
// LinkGap lies between the rows of that key. A crowded key proves nothing.
type clusters struct {
	most  int // of one tier that may share a key
	nodes []node
	known map[int64]bool // by seq
	byKey map[linkKey][]int32

	live  []bool           // by node: may be connected to a seed
	next  []int32          // became live since the last frontier
	fresh map[linkKey]bool // keys that got rows since
	seen  map[look][]window

	parent []int32
	crowds [][]int32
}

// look is a key to look for around the time of a row that has it; among server
// calls too, or on the client side alone.
type look struct {
	key     linkKey
	at      int64 // microseconds
	servers bool
}

func newClusters(most int) *clusters {
	return &clusters{most: most, known: map[int64]bool{}, byKey: map[linkKey][]int32{}, fresh: map[linkKey]bool{}, seen: map[look][]window{}}
}

// add takes a row up, once.
func (c *clusters) add(n node) {
	if c.known[n.seq] {
		return
	}
	c.known[n.seq] = true
	i := int32(len(c.nodes))
	c.nodes = append(c.nodes, n)
	c.live = append(c.live, n.seed)
	if n.seed {
		c.next = append(c.next, i)
	}
	for _, key := range n.keys {
		if rows := c.byKey[key]; len(rows) == 0 || rows[len(rows)-1] != i { // trace and answer may be equal
			c.byKey[key] = append(rows, i)
			c.fresh[key] = true
		}
	}
}

// frontier lists what to look for next: the keys of rows that came to be connected
// with a new one. Every key is worth one look; then crowded ones lead nowhere, which
// bounds what one key can make a pass read.
func (c *clusters) frontier(first bool) []look {
	c.spread()
	var out []look
	closed := map[linkKey]bool{}
	for _, i := range c.next {
		n := &c.nodes[i]
		for _, key := range n.keys {
			shut, judged := closed[key]
			if !judged {
				shut = !first && c.closed(key)
				closed[key] = shut
			}
			if l := (look{key: key, at: n.at, servers: n.person || key.names()}); !shut && !c.covered(l) {
				out = append(out, l)
			}
		}
	}
	c.next = c.next[:0]
	return out
}

// spread makes live what shares a key with a live row, as far as is known.
func (c *clusters) spread() {
	keys := c.fresh
	c.fresh = map[linkKey]bool{}
	for len(keys) > 0 {
		more := map[linkKey]bool{}
		for key := range keys {
			c.eachRun(key, func(run []int32) {
				if len(run) == 1 || !slices.ContainsFunc(run, func(i int32) bool { return c.live[i] }) || c.crowded(run) {
					return
				}
				for _, i := range run {
					if c.live[i] {
						continue
					}
					c.live[i] = true
					c.next = append(c.next, i)
					for _, other := range c.nodes[i].keys {
						more[other] = more[other] || other != key
					}
				}
			})
		}
		keys = more
	}
}

// closed reports whether a key has runs and all of them are crowded.
func (c *clusters) closed(key linkKey) bool {
	runs, open := 0, false
	c.eachRun(key, func(run []int32) {
		runs++
		open = open || !c.crowded(run)
	})
	return runs > 0 && !open
}

// looked notes that the window is searched for l; false when it was already.
func (c *clusters) looked(l look, w window) bool {
	key := look{key: l.key, servers: l.servers}
	if slices.Contains(c.seen[key], w) {
		return false
	}
	c.seen[key] = append(c.seen[key], w)
	return true
}

// covered reports whether all that is near enough to l was searched.
func (c *clusters) covered(l look) bool {
	from, to := time.UnixMicro(l.at-gap), time.UnixMicro(l.at+gap)
	within := func(w window) bool { return !w.from.After(from) && !w.to.Before(to) }
	return slices.ContainsFunc(c.seen[look{key: l.key, servers: true}], within) ||
		!l.servers && slices.ContainsFunc(c.seen[look{key: l.key}], within)
}

// judged is what clusters come to.
type judged struct {
	kept    []node                  // connected to a new row and to a client-side one
	crowded map[event.ProjectID]int // crowded keys of the kept
	strays  []node                  // server calls that hang on crowded keys alone
}

func (c *clusters) judge() judged {
	c.connect()
	seeded, personal := make([]bool, len(c.nodes)), make([]bool, len(c.nodes))
	for i := range c.nodes {
		root := c.root(int32(i))
		seeded[root] = seeded[root] || c.nodes[i].seed
		personal[root] = personal[root] || c.nodes[i].person
	}
	kept := func(i int32) bool { root := c.root(i); return seeded[root] && personal[root] }
	out := judged{crowded: map[event.ProjectID]int{}}
	for i := range c.nodes {
		if kept(int32(i)) {
			out.kept = append(out.kept, c.nodes[i])
		}
	}
	for _, run := range c.crowds {
		if slices.ContainsFunc(run, kept) {
			out.crowded[c.nodes[run[0]].project]++
		}
		for _, i := range c.nearPersons(run) {
			if !kept(i) {
				out.strays = append(out.strays, c.nodes[i])
			}
		}
	}
	return out
}

// nearPersons lists the server calls of a run near a client-side row of it, one of
// the two new. For each row that is asked of the nearest rows of either kind.
func (c *clusters) nearPersons(run []int32) []int32 {
	near := make([]bool, len(run))
	person, newPerson := int32(none), int32(none) // the last ones passed
	look := func(n int) {
		i := run[n]
		if c.nodes[i].person {
			person = i
			if c.nodes[i].seed {
				newPerson = i
			}
			return
		}
		within := func(j int32) bool {
			return j != none && max(c.nodes[i].at-c.nodes[j].at, c.nodes[j].at-c.nodes[i].at) <= gap
		}
		near[n] = near[n] || within(newPerson) || c.nodes[i].seed && within(person)
	}
	for n := range run {
		look(n)
	}
	person, newPerson = none, none
	for n := range slices.Backward(run) {
		look(n)
	}
	var out []int32
	for n, i := range run {
		if near[n] {
			out = append(out, i)
		}
	}
	return out
}

const (
	none = -1
	gap  = int64(store.LinkGap / 1000) // microseconds
	day  = int64(store.LinkDay / 1000)
)

func (c *clusters) root(i int32) int32 {
	for c.parent[i] != i {
		c.parent[i] = c.parent[c.parent[i]]
		i = c.parent[i]
	}
	return i
}

func (c *clusters) join(a, b int32) { c.parent[c.root(a)] = c.root(b) }

func (c *clusters) near(a, b int32) bool { return c.nodes[b].at-c.nodes[a].at <= gap }

// connect joins what keys and browsers connect.
func (c *clusters) connect() {
	c.parent = make([]int32, len(c.nodes))
	for i := range c.parent {
		c.parent[i] = int32(i)
	}
	for key := range c.byKey {
		c.eachRun(key, func(run []int32) {
			switch {
			case c.crowded(run):
				c.crowds = append(c.crowds, slices.Clone(run))
			case key.space == agentSpace:
				c.connectBrowser(run)
			default:
				for _, i := range run[1:] {
					c.join(run[0], i)
				}
			}
		})
	}
}

// crowded reports whether too many rows of one tier, or of all, are in a run, or
// whether it goes on for too long.
func (c *clusters) crowded(run []int32) bool {
	switch {
	case c.nodes[run[len(run)-1]].at-c.nodes[run[0]].at > day:
		return true
	case len(run) <= c.most:
		return false
	case len(run) > store.LinkTiers*c.most:
		return true
	}
	tiers := map[int64]int{}
	for _, i := range run {
		tier := c.nodes[i].tier
		if tiers[tier]++; tiers[tier] > c.most {
			return true
		}
	}
	return false
}

// eachRun puts the rows of a key into the order of time, cuts them where there is
// silence and hands over the runs.
func (c *clusters) eachRun(key linkKey, use func([]int32)) {
	rows := c.byKey[key]
	slices.SortFunc(rows, func(a, b int32) int {
		return cmp.Or(cmp.Compare(c.nodes[a].at, c.nodes[b].at), cmp.Compare(c.nodes[a].seq, c.nodes[b].seq))
	})
	if !key.names() {
		c.eachVisit(rows, use)
		return
	}
	for first, i := 0, 1; i <= len(rows); i++ {
		if i == len(rows) || !c.near(rows[i-1], rows[i]) {
			use(rows[first:i])
			first = i
		}
	}
}

// eachVisit is eachRun for keys that say who called: the client-side rows and the
// server calls near them. Server calls alone are no run.
func (c *clusters) eachVisit(rows []int32, use func([]int32)) {
	var run, waiting []int32
	person := int32(none)
	for _, i := range rows {
		switch {
		case c.nodes[i].person:
			if len(run) > 0 && !c.near(run[len(run)-1], i) {
				use(run)
				run = nil
			}
			for _, before := range waiting {
				if c.near(before, i) {
					run = append(run, before)
				}
			}
			run, waiting, person = append(run, i), waiting[:0], i
		case person != none && c.near(person, i):
			run = append(run, i)
		default:
			waiting = append(waiting, i)
		}
	}
	if len(run) > 0 {
		use(run)
	}
}

// connectBrowser joins the two sides that one user agent ties: people whose
// address is unknown, and server calls. Rows of the same side are no evidence
// for each other.
func (c *clusters) connectBrowser(run []int32) {
	var sides [2][]int32 // waiting for the other side
	for _, i := range run {
		mine, other := 0, 1
		if c.nodes[i].person {
			mine, other = 1, 0
		}
		for _, j := range sides[other] {
			if c.near(j, i) {
				c.join(j, i)
			}
		}
		// Those that were near are one cluster now; the newest stands for them.
		if n := len(sides[other]); n > 1 {
			sides[other] = sides[other][n-1:]
		}
		sides[mine] = append(sides[mine], i)
	}
}
