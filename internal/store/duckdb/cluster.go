package duckdb

import (
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// cluster keeps the nodes that are connected to a new one and to a client-side
// one. Nodes come ordered by time. crowded counts, by project, the keys that too
// many rows share to prove anything.
func cluster(nodes []node) (kept []node, crowded map[event.ProjectID]int) {
	c := clusters{nodes: nodes, parent: make([]int32, len(nodes))}
	for i := range c.parent {
		c.parent[i] = int32(i)
	}
	many := c.crowdedKeys()
	crowded = map[event.ProjectID]int{}
	for key := range many {
		crowded[key.project]++
	}
	c.connect(many)
	seeded, personal := make([]bool, len(nodes)), make([]bool, len(nodes))
	for i := range nodes {
		root := c.root(int32(i))
		seeded[root] = seeded[root] || nodes[i].seed
		personal[root] = personal[root] || nodes[i].person
	}
	for i := range nodes {
		if root := c.root(int32(i)); seeded[root] && personal[root] {
			kept = append(kept, nodes[i])
		}
	}
	return kept, crowded
}

// clusters is a forest of nodes, by number.
type clusters struct {
	nodes  []node
	parent []int32
}

func (c *clusters) root(i int32) int32 {
	for c.parent[i] != i {
		c.parent[i] = c.parent[c.parent[i]]
		i = c.parent[i]
	}
	return i
}

func (c *clusters) join(a, b int32) { c.parent[c.root(a)] = c.root(b) }

func (c *clusters) near(a, b int32) bool {
	return c.nodes[b].at-c.nodes[a].at <= store.LinkGap.Microseconds()
}

// crowdedKeys are the keys of more than LinkCap rows.
func (c *clusters) crowdedKeys() map[linkKey]struct{} {
	count, many := map[linkKey]int{}, map[linkKey]struct{}{}
	for i := range c.nodes {
		for _, key := range c.nodes[i].keys {
			if count[key]++; count[key] > store.LinkCap {
				many[key] = struct{}{}
			}
		}
	}
	return many
}

// connect joins nodes that share a key and are near; of all earlier ones with
// the same key, the last is enough.
func (c *clusters) connect(many map[linkKey]struct{}) {
	last := map[linkKey]int32{}
	browsers := map[linkKey]*browser{}
	for i := range c.nodes {
		n := &c.nodes[i]
		for _, key := range n.keys {
			if _, isMany := many[key]; isMany {
				continue
			}
			if before, ok := last[key]; ok && c.near(before, int32(i)) {
				c.join(before, int32(i))
			}
			last[key] = int32(i)
		}
		if n.agent == 0 {
			continue
		}
		key := linkKey{project: n.project, space: 'a', bits: uuid{lo: uint64(n.agent)}}
		b := browsers[key]
		if b == nil {
			b = &browser{}
			browsers[key] = b
		}
		b.meet(c, int32(i))
	}
}

// browser joins the two sides that one user agent ties: people whose address is
// unknown, and server calls. Rows of the same side are no evidence for each other.
type browser struct{ sides [2][]int32 }

func (b *browser) meet(c *clusters, i int32) {
	mine, other := 0, 1
	if c.nodes[i].person {
		mine, other = 1, 0
	}
	for _, j := range b.sides[other] {
		if c.near(j, i) {
			c.join(j, i)
		}
	}
	// All of the other side that were near are one cluster now: the newest stands for them.
	if n := len(b.sides[other]); n > 1 {
		b.sides[other] = b.sides[other][n-1:]
	}
	b.sides[mine] = append(b.sides[mine], i)
}
