package fold

import (
	"cmp"
	"slices"
	"strconv"
)

// Ways is a question for the ways that units take. Labels are the names of nodes.
type Ways struct {
	Gap                int64 // microseconds; a path ends where more lies between two rows
	MaxSteps, MaxEdges int
	Start, End         uint32 // where paths begin and end; 0 = anywhere
	Between            uint32 // stands for the nodes that are cut from the middle of a path
	// Slices, in order of time, are where calls are looked for: those on edges that are gone
	// along within one slice.
	Slices []Slice
}

// Paths counts the edges of the ways that units take.
type Paths struct {
	q     Ways
	units int64
	unit  uint64 // at hand
	path  []visit
	edges map[edge]*tally
	begun map[uint32]int64 // paths by their first node
	kept  []namedEdge      // under the cap, in order

	walks *Walks
}

// visit is a node of a path.
type visit struct {
	node uint32
	at   int64
}

// edge leads from a node at a step, counted from 1, to a node at the next.
type edge struct {
	step           int32
	source, target uint32
}

type tally struct {
	count, units, between int64 // between: microseconds from node to node
	unit                  int64 // who went here last
	shown                 bool
	calls                 Calls
}

// NewPaths prepares to fold the rows of a question.
func NewPaths(q Ways) *Paths {
	return &Paths{q: q, edges: map[edge]*tally{}, begun: map[uint32]int64{}, walks: NewWalks(q.Slices)}
}

// Unit takes all nodes of one unit in order of time, then arrival, labelled with their
// names.
func (f *Paths) Unit(unit uint64, rows []Row) {
	f.units++
	f.unit = unit
	for first, i := 0, 1; i <= len(rows); i++ {
		if i == len(rows) || rows[i].Time-rows[i-1].Time > f.q.Gap {
			f.walk(rows[first:i])
			first = i
		}
	}
}

// walk counts the path that rows make.
func (f *Paths) walk(rows []Row) {
	f.path = f.path[:0]
	for _, row := range rows {
		n := len(f.path)
		if n > 0 && f.path[n-1].node == row.Label {
			f.path[n-1].at = row.Time
			continue
		}
		if n == 0 && f.q.Start != 0 && row.Label != f.q.Start {
			continue
		}
		if f.q.End == 0 && n == f.q.MaxSteps || n > 0 && f.ended() {
			break
		}
		f.path = append(f.path, visit{row.Label, row.Time})
	}
	if len(f.path) > 0 && (f.q.End == 0 || f.ended()) {
		f.count(f.cut())
	}
}

// ended reports whether the last node is where paths have to end.
func (f *Paths) ended() bool {
	return f.q.End != 0 && f.path[len(f.path)-1].node == f.q.End
}

// cut is the path in as many steps as are asked for.
func (f *Paths) cut() []visit {
	n, most := len(f.path), f.q.MaxSteps
	switch {
	case n <= most:
		return f.path
	case f.q.Start == 0:
		return f.path[n-most:]
	}
	head, tail := most/2, max(1, (most-1)/2)
	if head+tail < most {
		f.path[head].node = f.q.Between
		head++
	}
	return append(f.path[:head], f.path[n-tail:]...)
}

func (f *Paths) count(path []visit) {
	f.begun[path[0].node]++
	for i := 1; i < len(path); i++ {
		source, target := path[i-1], path[i]
		key := edge{int32(i), source.node, target.node}
		t := f.edges[key]
		if t == nil {
			t = &tally{}
			f.edges[key] = t
		}
		t.count++
		t.between += target.at - source.at
		if t.unit != f.units {
			t.unit = f.units
			t.units++
		}
		f.walks.Add(f.unit, source.at, target.at, &t.calls)
	}
}

// Call takes a call of a unit, whose nodes are all known. It counts for the edge that the
// unit was on, when [Paths.Cap] kept that.
func (f *Paths) Call(unit uint64, c Call) { f.walks.Call(unit, c) }

// Edge is a pair of nodes that follow each other.
type Edge struct {
	Source, Target string // step and name, "1_/a"
	Count, Units   int64
	MeanMS         float64 // from node to node
	Calls, Failed  int64   // between them
	P75MS          *float64
}

// Node is how many paths come through a node.
type Node struct {
	Name                      string
	Visits, OtherIn, OtherOut int64 // the others over edges that the cap cut
}

// Cap keeps the edges under the cap, once all units are known. names are the texts of the
// labels.
func (f *Paths) Cap(names []string) {
	f.kept = f.under(names)
	for _, e := range f.kept {
		e.shown = true
	}
	for _, e := range f.edges {
		e.calls.Unwanted = !e.shown
	}
}

// Answer lists the edges that [Paths.Cap] kept by count desc, source, target, their nodes
// by name, and how often the edges that it cut were taken.
func (f *Paths) Answer() (edges []Edge, nodes []Node, other int64) {
	at := map[place]*Node{}
	for _, e := range f.kept {
		at[e.from()], at[e.to()] = &Node{Name: e.sourceName}, &Node{Name: e.targetName}
		edges = append(edges, Edge{
			Source: e.sourceName, Target: e.targetName, Count: e.count, Units: e.units,
			MeanMS: float64(e.between) / float64(e.count) / 1000, Calls: e.calls.Count, Failed: e.calls.Failed, P75MS: e.calls.Quantile(0.75),
		})
	}
	for e, t := range f.edges {
		if to := at[e.to()]; to != nil {
			to.Visits += t.count
			if !t.shown {
				to.OtherIn += t.count
			}
		}
		if t.shown {
			continue
		}
		other += t.count
		if from := at[e.from()]; from != nil {
			from.OtherOut += t.count
		}
	}
	for p, n := range at {
		if p.step == 1 {
			n.Visits = f.begun[p.node]
		}
		nodes = append(nodes, *n)
	}
	slices.SortFunc(nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	return edges, nodes, other
}

// place is a node at a step.
type place struct {
	step int32
	node uint32
}

func (e edge) from() place { return place{e.step, e.source} }
func (e edge) to() place   { return place{e.step + 1, e.target} }

func (p place) name(names []string) string { return strconv.Itoa(int(p.step)) + "_" + names[p.node] }

type namedEdge struct {
	edge
	*tally
	sourceName, targetName string
}

// under are the edges under the cap, in order. Only those that may come under it are named.
func (f *Paths) under(names []string) []namedEdge {
	all := make([]namedEdge, 0, len(f.edges))
	for e, t := range f.edges {
		all = append(all, namedEdge{edge: e, tally: t})
	}
	slices.SortFunc(all, func(a, b namedEdge) int { return cmp.Compare(b.count, a.count) })
	n := min(len(all), f.q.MaxEdges)
	for n > 0 && n < len(all) && all[n].count == all[n-1].count {
		n++
	}
	all = all[:n]
	for i := range all {
		all[i].sourceName, all[i].targetName = all[i].from().name(names), all[i].to().name(names)
	}
	slices.SortFunc(all, func(a, b namedEdge) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.sourceName, b.sourceName), cmp.Compare(a.targetName, b.targetName))
	})
	return all[:min(len(all), f.q.MaxEdges)]
}
