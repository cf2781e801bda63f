package duckdb

import (
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// cluster keeps the nodes that are connected to a new one and to a client-side
// one. Nodes come ordered by time; two are connected when they share a key and
// no silence longer than LinkGap lies between the rows of that key. More than
// most such rows in a run prove nothing: they stay apart, and crowded counts
// these runs by project.
func cluster(nodes []node, most int) (kept []node, crowded map[event.ProjectID]int) {
	c := clusters{nodes: nodes, parent: make([]int32, len(nodes)), most: most}
	for i := range c.parent {
		c.parent[i] = int32(i)
	}
	c.connect()
	seeded, personal := make([]bool, len(nodes)), make([]bool, len(nodes))
	for i := range nodes {
		root := c.root(int32(i))
		seeded[root] = seeded[root] || nodes[i].seed
		personal[root] = personal[root] || nodes[i].person
	}
	keep := func(i int32) bool { root := c.root(i); return seeded[root] && personal[root] }
	for i := range nodes {
		if keep(int32(i)) {
			kept = append(kept, nodes[i])
		}
	}
	crowded = map[event.ProjectID]int{}
	for _, run := range c.crowds {
		for _, i := range run {
			if keep(i) {
				crowded[nodes[i].project]++
				break
			}
		}
	}
	return kept, crowded
}

// clusters is a forest of nodes, by number.
type clusters struct {
	nodes  []node
	parent []int32
	most   int
	crowds [][]int32
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

// connect joins what keys and browsers connect.
func (c *clusters) connect() {
	byKey := make(map[linkKey][]int32, len(c.nodes))
	byAgent := map[linkKey][]int32{}
	for i := range c.nodes {
		n := &c.nodes[i]
		for _, key := range n.keys {
			if rows := byKey[key]; len(rows) == 0 || rows[len(rows)-1] != int32(i) { // trace and answer may be equal
				byKey[key] = append(rows, int32(i))
			}
		}
		if n.agent != 0 {
			key := linkKey{project: n.project, space: 'a', bits: uuid{lo: uint64(n.agent)}}
			byAgent[key] = append(byAgent[key], int32(i))
		}
	}
	for _, rows := range byKey {
		c.eachRun(rows, func(run []int32) {
			for _, i := range run[1:] {
				c.join(run[0], i)
			}
		})
	}
	for _, rows := range byAgent {
		c.eachRun(rows, c.connectBrowser)
	}
}

// eachRun cuts rows where there is silence and hands over the runs that prove
// something.
func (c *clusters) eachRun(rows []int32, use func([]int32)) {
	for first, i := 0, 1; i <= len(rows); i++ {
		if i < len(rows) && c.near(rows[i-1], rows[i]) {
			continue
		}
		run := rows[first:i]
		first = i
		switch {
		case len(run) > c.most:
			c.crowds = append(c.crowds, run)
		case len(run) > 1:
			use(run)
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
