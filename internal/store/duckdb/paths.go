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
	folded := fold.NewPaths(ask)
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		calls, err := c.callsByUnit(ctx, q)
		if err != nil {
			return err
		}
		defer calls.close()
		return c.sequences(ctx, visits(q), naming.raw, func(unit uint64, rows []fold.Row) {
			folded.Unit(naming.name(rows), calls.of(unit))
		})
	})
	if err != nil {
		return store.Paths{}, err
	}
	out := store.Paths{Edges: []store.PathEdge{}, Nodes: []store.PathTotal{}}
	edges, totals, other := folded.Answer(nodes.texts)
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
	name := strings.TrimRight(raw, "/")
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

// callsByUnit are the calls of units, in the order in which sequences come.
type callsByUnit struct {
	rows   *rows // nil when there can be none
	at, n  int   // the next row of the chunk, and how many there are
	buffer []fold.Call
}

func (c *conn) callsByUnit(ctx context.Context, q store.PathsQuery) (*callsByUnit, error) {
	text, args, err := callsByUnitQuery(q)
	if err != nil || text == "" {
		return &callsByUnit{}, err
	}
	rows, err := c.query(ctx, text, args...)
	return &callsByUnit{rows: rows}, err
}

// callsByUnitQuery asks for calls: the first bit says that one failed, the label how long it took.
func callsByUnitQuery(q store.PathsQuery) (string, []any, error) {
	calls := occurrences{Scope: q.Scope, unit: q.Unit, steps: []store.Step{
		{Of: store.OfCalls, Filter: store.Compare{Field: store.Field{Name: "call.failed"}, Op: store.Eq, Value: true}}, {Of: store.OfCalls},
	}}
	calls.Filter = nil
	calls.label = &label{text: func(text *query, _ store.Record, _ columnsOf) error {
		text.add("coalesce(c.duration_us, -1)") // -1: not known
		return nil
	}}
	return occurrencesQuery(calls)
}

// of are the calls of a unit, which comes after those asked for before; valid until the next.
func (c *callsByUnit) of(unit uint64) []fold.Call {
	c.buffer = c.buffer[:0]
	for c.rows != nil {
		if c.at == c.n {
			if !c.rows.fetch() {
				break
			}
			c.at, c.n = 0, int(mapping.DataChunkGetSize(c.rows.chunk))
		}
		units, times, steps, took := whole[uint64](c.rows, 0, c.n), whole[int64](c.rows, 1, c.n), whole[uint64](c.rows, 2, c.n), whole[int64](c.rows, 3, c.n)
		for ; c.at < c.n && units[c.at] <= unit; c.at++ {
			if units[c.at] == unit {
				c.buffer = append(c.buffer, fold.Call{Time: times[c.at], Took: took[c.at], Failed: steps[c.at]&1 != 0})
			}
		}
		if c.at < c.n {
			break
		}
	}
	return c.buffer
}

func (c *callsByUnit) close() {
	if c.rows != nil {
		c.rows.close()
	}
}
