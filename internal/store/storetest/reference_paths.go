package storetest

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// stop is a node of a path.
type stop struct {
	name string
	time time.Time
}

// Paths implements [store.Reader].
func (r *Reference) Paths(ctx context.Context, q store.PathsQuery) (store.Paths, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Paths{}, err
	}
	defer unlock()
	if err := checkPaths(q); err != nil {
		return store.Paths{}, err
	}
	rows, err := r.occurring(q.Scope, q.Unit, each(q.Nodes, func(n store.PathNode) store.Step { return n.Step })...)
	if err != nil {
		return store.Paths{}, err
	}
	s := q.Scope
	s.Filter = nil
	calls, err := r.occurring(s, q.Unit, store.Step{Of: store.OfCalls}, store.Step{Of: store.OfCalls, Filter: is("call.failed", store.Eq, true)})
	if err != nil {
		return store.Paths{}, err
	}
	looked := store.Slices(q.From, q.To, r.shareOfCalls(q.Scope, q.MaxCalls))
	edges := map[[2]string]*walked{}
	begun := map[string]int64{}
	for unit, of := range rows {
		for _, path := range pathsOf(q, of) {
			begun["1_"+path[0].name]++
			for i := 1; i < len(path); i++ {
				key := [2]string{fmt.Sprintf("%d_%s", i, path[i-1].name), fmt.Sprintf("%d_%s", i+1, path[i].name)}
				if edges[key] == nil {
					edges[key] = &walked{people: map[string]bool{}}
				}
				edges[key].walk(unit, path[i-1], path[i], calls[unit], looked)
			}
		}
	}
	out := totals(edges, begun, q.MaxEdges)
	out.Share = r.shareOfCalls(q.Scope, q.MaxCalls)
	return out, nil
}

// shareOfCalls is the share of the range in which calls are looked for.
func (r *Reference) shareOfCalls(s store.Scope, most int64) float64 {
	n := 0
	for _, c := range r.calls {
		if c.project == s.Project && within(c.row.Time, s.From, s.To) {
			n++
		}
	}
	return store.ShareOfCalls(int64(n), most)
}

func checkPaths(q store.PathsQuery) error {
	if len(q.Nodes) == 0 || q.Gap <= 0 || q.MaxSteps < 2 || q.MaxSteps > 20 || q.MaxEdges < 1 || q.MaxEdges > 1000 {
		return wrong("paths need nodes, a gap, 2 to 20 steps and 1 to 1000 edges", "Ask within these limits.")
	}
	for _, g := range q.Groupings {
		if _, err := regexp.Compile(g.Pattern); err != nil {
			return &event.Permanent{Err: err, Hint: "Write the pattern in RE2 syntax."}
		}
	}
	for _, n := range q.Nodes {
		for _, field := range n.Name {
			if err := checkField(field, strings.TrimSuffix(string(n.Of), "s")); err != nil {
				return err
			}
		}
	}
	return nil
}

// pathsOf are the paths of a unit's rows.
func pathsOf(q store.PathsQuery, of []occurrence) (out [][]stop) {
	var runs [][]stop
	for i, n := range named(q, of) {
		if i == 0 || n.time.Sub(runs[len(runs)-1][len(runs[len(runs)-1])-1].time) > q.Gap {
			runs = append(runs, nil)
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], n)
	}
	for _, run := range runs {
		var path []stop
		for i, n := range run {
			if i == len(run)-1 || run[i+1].name != n.name {
				path = append(path, n)
			}
		}
		if path = fromStartToEnd(q, path); len(path) > 0 {
			out = append(out, shortened(q, path))
		}
	}
	return out
}

// named are the rows that have a name, with it.
func named(q store.PathsQuery, of []occurrence) (out []stop) {
	for _, o := range of {
		n := q.Nodes[slices.Index(matching(q.Scope, each(q.Nodes, func(n store.PathNode) store.Step { return n.Step }), o.row), true)]
		for _, field := range n.Name {
			value, ok := o.row.Value(field)
			if text := store.LabelOf(value); ok && text != "" {
				name := text
				if strings.HasPrefix(name, "/") { // a page; a call may be of the root
					name = strings.TrimRight(name, "/")
				}
				if name == "" {
					name = "/"
				}
				for _, g := range q.Groupings {
					if regexp.MustCompile(g.Pattern).MatchString(name) {
						name = g.Name
						break
					}
				}
				out = append(out, stop{name, o.time})
				break
			}
		}
	}
	return out
}

// fromStartToEnd is the part of a path from start to end; nothing when one is missing.
func fromStartToEnd(q store.PathsQuery, path []stop) []stop {
	if q.Start != "" {
		from := slices.IndexFunc(path, func(n stop) bool { return n.name == q.Start })
		if from < 0 {
			return nil
		}
		path = path[from:]
	}
	if q.End != "" {
		to := slices.IndexFunc(path, func(n stop) bool { return n.name == q.End })
		if to < 0 {
			return nil
		}
		path = path[:to+1]
	}
	return path
}

// shortened is a path in at most so many steps.
func shortened(q store.PathsQuery, path []stop) []stop {
	n := len(path)
	switch {
	case n <= q.MaxSteps:
		return path
	case q.End == "":
		return path[:q.MaxSteps]
	case q.Start == "":
		return path[n-q.MaxSteps:]
	}
	head, tail := path[:q.MaxSteps/2], path[n-max(1, (q.MaxSteps-1)/2):]
	if len(head)+len(tail) == q.MaxSteps {
		return slices.Concat(head, tail)
	}
	return slices.Concat(head, []stop{{"...", path[len(head)].time}}, tail)
}

// walked is what is known of an edge.
type walked struct {
	count  int64
	took   time.Duration
	people map[string]bool
	calls  []occurrence
}

func (w *walked) walk(unit string, from, to stop, calls []occurrence, looked []store.Slice) {
	w.count++
	w.took += to.time.Sub(from.time)
	w.people[unit] = true
	w.calls = append(w.calls, onWay(calls, from.time, to.time, looked)...)
}

// onWay are the calls between two times, when these lie within one of the slices.
func onWay(calls []occurrence, from, to time.Time, looked []store.Slice) (out []occurrence) {
	if !slices.ContainsFunc(looked, func(s store.Slice) bool { return !from.Before(s.From) && !to.After(s.To) }) {
		return nil
	}
	for _, c := range calls {
		if within(c.time, from, to) {
			out = append(out, c)
		}
	}
	return out
}

// failedAndQuantile counts the calls that match the second step, and says how long the
// timed ones took, in milliseconds.
func failedAndQuantile(calls []occurrence, q float64) (failed int64, ms *float64) {
	var took []float64
	for _, c := range calls {
		if c.steps[1] {
			failed++
		}
		if c.row.Call.Timed {
			took = append(took, float64(c.row.Call.Duration.Microseconds())/1000)
		}
	}
	return failed, quantile(took, q)
}

func totals(edges map[[2]string]*walked, begun map[string]int64, limit int) store.Paths {
	var all []store.PathEdge
	for names, w := range edges {
		e := store.PathEdge{
			Source: names[0], Target: names[1], Count: w.count, People: int64(len(w.people)),
			MeanMS: float64(w.took.Microseconds()) / float64(w.count) / 1000, Calls: int64(len(w.calls)),
		}
		e.Failed, e.P75MS = failedAndQuantile(w.calls, 0.75)
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b store.PathEdge) int {
		return cmp.Or(-cmp.Compare(a.Count, b.Count), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Target, b.Target))
	})
	shown := all[:min(limit, len(all))]
	cut := all[len(shown):]
	out := store.Paths{Edges: shown}
	nodes := map[string]bool{}
	for _, e := range shown {
		nodes[e.Source], nodes[e.Target] = true, true
	}
	for name := range nodes {
		total := store.PathTotal{Node: name, Visits: begun[name]}
		for _, e := range all {
			if e.Target == name {
				total.Visits += e.Count
			}
		}
		for _, e := range cut {
			if e.Target == name {
				total.OtherIn += e.Count
			}
			if e.Source == name {
				total.OtherOut += e.Count
			}
		}
		out.Nodes = append(out.Nodes, total)
	}
	slices.SortFunc(out.Nodes, func(a, b store.PathTotal) int { return cmp.Compare(a.Node, b.Node) })
	for _, e := range cut {
		out.Other += e.Count
	}
	return out
}
