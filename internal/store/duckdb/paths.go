package duckdb

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/fold"
	"github.com/clickspan/clickspan/internal/store"
)

// Paths implements [store.Reader].
func (s *Store) Paths(ctx context.Context, q store.PathsQuery) (store.Paths, error) {
	naming, err := newNaming(q)
	if err != nil {
		return store.Paths{}, err
	}
	nodes := naming.nodes
	ask := fold.Ways{Gap: q.Gap.Microseconds(), MaxSteps: q.MaxSteps, MaxEdges: q.MaxEdges, Start: nodes.number([]byte(q.Start)), End: nodes.number([]byte(q.End)), Between: nodes.number([]byte("..."))}
	out := store.Paths{Edges: []store.PathEdge{}, Nodes: []store.PathTotal{}}
	var folded *fold.Paths
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		var err error
		if out.Share, err = c.shareOfCalls(ctx, q.Scope, q.MaxCalls); err != nil {
			return err
		}
		ask.Slices = slicesOf(q.Scope, out.Share)
		folded = fold.NewPaths(ask)
		err = c.sequences(ctx, visits(q), naming.raw, func(unit uint64, rows []fold.Row) { folded.Unit(unit, naming.name(rows)) })
		if err != nil {
			return err
		}
		folded.Cap(nodes.texts)
		return c.callsOf(ctx, q.Scope, q.Unit, out.Share, folded.Call)
	})
	if err != nil {
		return store.Paths{}, err
	}
	edges, totals, other := folded.Answer()
	for _, e := range edges {
		out.Edges = append(out.Edges, store.PathEdge{Source: e.Source, Target: e.Target, Count: e.Count, People: e.Units, MeanMS: e.MeanMS, Calls: e.Calls, Failed: e.Failed, P75MS: e.P75MS})
	}
	for _, n := range totals {
		out.Nodes = append(out.Nodes, store.PathTotal{Node: n.Name, Visits: n.Visits, OtherIn: n.OtherIn, OtherOut: n.OtherOut})
	}
	out.Other = other
	return out, nil
}

func checkPaths(q store.PathsQuery) error {
	if len(q.Nodes) == 0 || q.Gap <= 0 || q.MaxSteps < 2 || q.MaxSteps > 20 || q.MaxEdges < 1 || q.MaxEdges > 1000 {
		return &event.Permanent{Err: errors.New("paths need nodes, a gap, 2 to 20 steps and 1 to 1000 edges"), Hint: "Ask within these limits."}
	}
	return nil
}

// visits asks for the rows that are nodes, labelled with what names them.
func visits(q store.PathsQuery) occurrences {
	out := occurrences{Scope: q.Scope, unit: q.Unit}
	text := &label{text: func(text *query, of store.Record, fields columnsOf) error {
		text.add("CASE")
		for i, n := range q.Nodes {
			if n.Of != of {
				continue
			}
			text.add(fmt.Sprintf(" WHEN steps & %d <> 0 THEN coalesce(", uint64(1)<<i))
			for _, field := range n.Name {
				text.add("nullif(")
				if err := text.label(field, fields); err != nil {
					return err
				}
				text.add(", ''), ")
			}
			text.add("'')")
		}
		text.add(" END")
		return nil
	}}
	for _, n := range q.Nodes {
		out.steps = append(out.steps, n.Step)
		if n.Of == store.OfCalls {
			text.asked = append(text.asked, n.Name...)
		}
	}
	out.label = text
	return out
}

// naming gives nodes their names: many texts of rows may be one name.
type naming struct {
	raw, nodes *dictionary
	patterns   []*regexp.Regexp
	groupings  []store.Grouping
	known      []uint32 // the node of each raw label; 0 = not asked yet, or none
}

func newNaming(q store.PathsQuery) (*naming, error) {
	out := &naming{raw: newDictionary(), nodes: newDictionary(), groupings: q.Groupings}
	for _, g := range q.Groupings {
		pattern, err := regexp.Compile(g.Pattern)
		if err != nil {
			return nil, &event.Permanent{Err: fmt.Errorf("the pattern %q is not RE2: %w", g.Pattern, err), Hint: "Correct the pattern."}
		}
		out.patterns = append(out.patterns, pattern)
	}
	return out, checkPaths(q)
}

// name labels rows with their nodes and leaves out those without.
func (n *naming) name(rows []fold.Row) []fold.Row {
	kept := rows[:0]
	for _, row := range rows {
		if row.Label == 0 {
			continue
		}
		for int(row.Label) >= len(n.known) {
			n.known = append(n.known, 0)
		}
		if n.known[row.Label] == 0 {
			n.known[row.Label] = n.nodes.number([]byte(n.text(n.raw.texts[row.Label])))
		}
		row.Label = n.known[row.Label]
		kept = append(kept, row)
	}
	return kept
}

// text is what a node is called.
func (n *naming) text(raw string) string {
	name := raw
	if strings.HasPrefix(name, "/") { // a page; a call may be of the root
		name = strings.TrimRight(name, "/")
	}
	if name == "" {
		name = "/"
	}
	for i, pattern := range n.patterns {
		if pattern.MatchString(name) {
			return n.groupings[i].Name
		}
	}
	return name
}

// shareOfCalls is the share of the range in which calls are looked for.
func (c *conn) shareOfCalls(ctx context.Context, s store.Scope, most int64) (float64, error) {
	n, err := c.number(ctx, "SELECT count(*) FROM calls WHERE project = ? AND time >= ? AND time < ?", s.Project, s.From, s.To)
	return store.ShareOfCalls(n, most), err
}

// slicesOf is where calls are looked for.
func slicesOf(s store.Scope, share float64) (out []fold.Slice) {
	for _, slice := range store.Slices(s.From, s.To, share) {
		out = append(out, fold.Slice{From: slice.From.UnixMicro(), To: slice.To.UnixMicro()})
	}
	return out
}

// callsOf hands over the requests of units in a share of the range, in no order.
func (c *conn) callsOf(ctx context.Context, s store.Scope, unit store.Unit, share float64, use func(unit uint64, call fold.Call)) error {
	for _, slice := range store.Slices(s.From, s.To, share) {
		text, args, err := callsOfQuery(s, unit, slice, share < 1)
		if err != nil || text == "" {
			return err
		}
		if err := c.callsIn(ctx, text, args, use); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) callsIn(ctx context.Context, text string, args []any, use func(unit uint64, call fold.Call)) error {
	result, err := c.query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer result.close()
	for result.fetch() {
		n := int(mapping.DataChunkGetSize(result.chunk))
		units, times, failed, took := whole[uint64](result, 0, n), whole[int64](result, 1, n), whole[bool](result, 2, n), whole[int64](result, 3, n)
		for i := range n {
			use(units[i], fold.Call{Time: times[i], Took: took[i], Failed: failed[i]})
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// callsOfQuery asks for the requests of a slice, in no order.
func callsOfQuery(s store.Scope, unit store.Unit, slice store.Slice, sampled bool) (string, []any, error) {
	calls := occurrences{Scope: s, unit: unit, steps: []store.Step{
		{Of: store.OfCalls, Filter: store.Equals("call.failed", true)}, {Of: store.OfCalls},
	}}
	calls.Filter, calls.From, calls.To = nil, slice.From, slice.To
	if sampled {
		calls.reach = store.SliceReach
	}
	calls.label = &label{text: func(text *query, _ store.Record, _ columnsOf) error {
		text.add("coalesce(c.duration_us, -1)") // -1: not known
		return nil
	}}
	rows, err := occurring(calls)
	if err != nil || rows.String() == "" {
		return "", nil, err
	}
	return statement("calls_of", "rows", rows.String()), rows.args, nil
}
