package duckdb

import (
	"cmp"
	"slices"

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
	agent   int64 // of rows that may use it
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

// clusters joins rows, in any order of arrival, into what the link pass has to see
// together: two are connected when they share a key and no silence longer than
// LinkGap lies between the rows of that key. A crowded key proves nothing.
type clusters struct {
	most   int // of one tier that may share a key
	nodes  []node
	parent []int32
	byKey  map[linkKey][]int32
	fresh  map[linkKey]bool // keys that got rows since the last frontier
	crowds [][]int32
}

func newClusters(most int) *clusters {
	return &clusters{most: most, byKey: map[linkKey][]int32{}, fresh: map[linkKey]bool{}}
}

func (c *clusters) add(n node) {
	i := int32(len(c.nodes))
	c.nodes = append(c.nodes, n)
	keys := n.keys
	if n.agent != 0 {
		keys = append(slices.Clip(keys), linkKey{project: n.project, space: agentSpace, bits: uuid{lo: uint64(n.agent)}})
	}
	for _, key := range keys {
		if rows := c.byKey[key]; len(rows) == 0 || rows[len(rows)-1] != i { // trace and answer may be equal
			c.byKey[key] = append(rows, i)
			c.fresh[key] = true
		}
	}
}

// frontier lists the keys that got rows since it was asked last and may lead to
// more. Every key is worth one look; then crowded ones lead nowhere, which bounds
// what one key can make a pass read.
func (c *clusters) frontier(first bool) []linkKey {
	var out []linkKey
	for key := range c.fresh {
		open := first
		c.eachRun(c.byKey[key], func(run []int32) { open = open || !c.crowded(run) })
		if open {
			out = append(out, key)
		}
	}
	clear(c.fresh)
	return out
}

// hasPerson reports whether somebody on the client side has the key.
func (c *clusters) hasPerson(key linkKey) bool {
	return slices.ContainsFunc(c.byKey[key], func(i int32) bool { return c.nodes[i].person })
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
	for key, rows := range c.byKey {
		c.eachRun(rows, func(run []int32) {
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

// crowded reports whether too many rows of one tier, or of all, are in a run.
func (c *clusters) crowded(run []int32) bool {
	switch {
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
func (c *clusters) eachRun(rows []int32, use func([]int32)) {
	slices.SortFunc(rows, func(a, b int32) int {
		return cmp.Or(cmp.Compare(c.nodes[a].at, c.nodes[b].at), cmp.Compare(c.nodes[a].seq, c.nodes[b].seq))
	})
	for first, i := 0, 1; i <= len(rows); i++ {
		if i == len(rows) || !c.near(rows[i-1], rows[i]) {
			use(rows[first:i])
			first = i
		}
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
