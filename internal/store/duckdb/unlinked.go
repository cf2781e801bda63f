package duckdb

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Unlinked implements [store.Linking].
//
// The engine follows shared keys from the new rows outwards, round by round,
// until nothing new is reached; it looks at a window of time that grows with
// what was found. That yields a few rows too many, whose keys are equal but far
// apart in time; [cluster] then judges exactly, and only what it keeps is read
// in full.
func (s *Store) Unlinked(ctx context.Context, limit int) (touched []store.Touched, upto store.Seq, err error) {
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		after, err := c.number(ctx, statement("watermark"))
		if err != nil {
			return err
		}
		last, err := c.takeUpto(ctx, after, limit)
		if err != nil {
			return err
		}
		upto = store.Seq(last)
		if last <= after {
			return nil
		}
		touched, err = c.unlinked(ctx, after, last)
		return err
	})
	return touched, upto, err
}

// takeUpto is the Seq of the limit-th new event or call; when there are no more
// than that, nothing but spans can lie beyond and it is the newest Seq of all.
func (c *conn) takeUpto(ctx context.Context, after int64, limit int) (int64, error) {
	var seqs []int64
	err := c.each(ctx, statement("unlinked_upto"), []any{after, max(limit, 1) - 1}, func(r *reader) { seqs = append(seqs, r.int()) })
	if err != nil || len(seqs) == 2 {
		return slices.Min(append(seqs, 1<<62)), err
	}
	return c.number(ctx, statement("newest_seq"), after)
}

func (c *conn) unlinked(ctx context.Context, after, last int64) ([]store.Touched, error) {
	if err := c.script(statement("unlinked_scratch")); err != nil {
		return nil, err
	}
	seeds, err := c.exec(ctx, statement("unlinked_seeds", "keys", statement("unlinked_keys")), after, last, after, last)
	if err != nil || seeds == 0 {
		return nil, err
	}
	worth, err := c.number(ctx, statement("unlinked_worth"))
	if err != nil || worth == 0 {
		return nil, err
	}
	if err := c.reach(ctx); err != nil {
		return nil, err
	}
	nodes, err := c.reached(ctx)
	if err != nil {
		return nil, err
	}
	kept, crowded := cluster(nodes, store.LinkCap)
	if len(kept) == 0 {
		return nil, nil
	}
	return c.readKept(ctx, kept, crowded)
}

// patientRounds is how many rounds look one gap further each. A chain that goes on
// longer, one id shared for weeks, is followed in steps that double, so that its
// length costs rounds by its logarithm; [cluster] drops what was reached too far.
const patientRounds = 6

// reach runs rounds until one finds nothing.
func (c *conn) reach(ctx context.Context) error {
	round := statement("unlinked_round", "keys", statement("unlinked_keys"))
	for n := 1; ; n++ {
		from, to, err := c.span(ctx, "SELECT min(time), max(time) FROM reached")
		if err != nil {
			return err
		}
		step := store.LinkGap << min(max(0, n-patientRounds), 16)
		found, err := c.exec(ctx, round, n, from.Add(-step), to.Add(step))
		if err != nil || found == 0 {
			return err
		}
	}
}

// span reads two times.
func (c *conn) span(ctx context.Context, text string, args ...any) (from, to time.Time, err error) {
	err = c.each(ctx, text, args, func(r *reader) { from, to = r.time(), r.time() })
	return from, to, err
}

// node is a row as [cluster] sees it.
type node struct {
	project event.ProjectID
	seq     int64
	at      int64 // microseconds
	person  bool
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

func (c *conn) reached(ctx context.Context) ([]node, error) {
	var nodes []node
	err := c.each(ctx, statement("unlinked_reached"), nil, func(r *reader) {
		n := node{project: event.ProjectID(r.int()), seq: r.int(), at: r.int(), person: r.bool(), seed: r.int() == 0}
		for _, space := range []byte{'s', 'd', 'u'} {
			if text := r.text(); text != "" {
				n.keys = append(n.keys, linkKey{project: n.project, space: space, text: text})
			}
		}
		for _, space := range []byte{'t', 't', 'r'} {
			if bits, ok := r.uuid(r.next()); ok {
				n.keys = append(n.keys, linkKey{project: n.project, space: space, bits: bits})
			}
		}
		client := r.int()
		if client != 0 {
			n.keys = append(n.keys, linkKey{project: n.project, space: 'c', bits: uuid{lo: uint64(client)}})
		}
		if n.agent = r.int(); n.person && client != 0 {
			n.agent = 0
		}
		if len(n.keys) > 0 || n.agent != 0 {
			nodes = append(nodes, n)
		}
	})
	return nodes, err
}

// readKept reads the kept rows in full.
func (c *conn) readKept(ctx context.Context, kept []node, crowded map[event.ProjectID]int) ([]store.Touched, error) {
	if err := c.script("CREATE OR REPLACE TEMP TABLE kept (seq BIGINT)"); err != nil {
		return nil, err
	}
	t, err := c.openTable("kept")
	if err != nil {
		return nil, err
	}
	defer t.close()
	if err := t.begin(c); err != nil {
		return nil, err
	}
	byTime := func(a, b node) int { return cmp.Compare(a.at, b.at) }
	from, to := time.UnixMicro(slices.MinFunc(kept, byTime).at), time.UnixMicro(slices.MaxFunc(kept, byTime).at)
	projects := map[event.ProjectID]*store.Touched{}
	for _, n := range kept {
		t.row()
		t.int(n.seq)
		projects[n.project] = &store.Touched{Project: n.project, Crowded: crowded[n.project]}
	}
	if err := t.finish(); err != nil {
		return nil, err
	}
	err = c.each(ctx, statement("unlinked_events", "columns", eventColumns), []any{from, to}, func(r *reader) {
		p := projects[event.ProjectID(r.int())]
		r.int()
		client, agent := event.Key(r.int()), event.Key(r.int())
		e := r.event()
		e.ClientKey, e.AgentKey = client, agent
		p.Events = append(p.Events, e)
	})
	if err != nil {
		return nil, err
	}
	err = c.each(ctx, statement("unlinked_calls", "columns", callColumns), []any{from, to}, func(r *reader) {
		p := projects[event.ProjectID(r.int())]
		r.int()
		client, agent := event.Key(r.int()), event.Key(r.int())
		call := r.call()
		call.ClientKey, call.AgentKey = client, agent
		p.Calls = append(p.Calls, call)
	})
	if err != nil {
		return nil, err
	}
	out := make([]store.Touched, 0, len(projects))
	for _, p := range projects {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b store.Touched) int { return cmp.Compare(a.Project, b.Project) })
	return out, nil
}
