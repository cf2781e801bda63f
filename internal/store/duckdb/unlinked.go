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
// apart in time; [clusters] then judges exactly, and only what it keeps is read
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
	seeds, err := c.exec(ctx, statement("unlinked_seeds", "keys", linkKeys()), after, last, after, last)
	if err != nil || seeds == 0 {
		return nil, err
	}
	worth, err := c.number(ctx, statement("unlinked_worth"))
	if err != nil || worth == 0 {
		return nil, err
	}
	found, err := c.reach(ctx)
	if err != nil {
		return nil, err
	}
	return c.readJudged(ctx, found.judge())
}

func linkKeys() string { return statement("unlinked_keys", "source", part("origin", 1)) }

// patientRounds is how many rounds look one gap further each. A chain that goes on
// longer, one id shared for days, is followed in steps that double, so that its
// length costs rounds by its logarithm; [clusters] drops what was reached too far.
const patientRounds = 6

// reach runs rounds until one finds nothing.
func (c *conn) reach(ctx context.Context) (*clusters, error) {
	found := newClusters(store.LinkCap)
	frontier, err := c.openTable("frontier")
	if err != nil {
		return nil, err
	}
	defer frontier.close()
	round := statement("unlinked_round", "keys", linkKeys())
	for n := 0; ; n++ {
		before := len(found.nodes)
		if err := c.reached(ctx, found, n); err != nil || len(found.nodes) == before {
			return found, err
		}
		keys := found.frontier(n == 0)
		if err := c.writeFrontier(ctx, frontier, found, keys); err != nil {
			return nil, err
		}
		from, to, err := c.span(ctx, "SELECT min(time), max(time) FROM reached")
		if err != nil {
			return nil, err
		}
		step := store.LinkGap << min(max(0, n+1-patientRounds), 16)
		if _, err := c.exec(ctx, round, n+1, from.Add(-step), to.Add(step)); err != nil {
			return nil, err
		}
	}
}

// writeFrontier puts the keys to follow where the next round finds them. A browser
// leads from anybody to people, and from people only ('p') to server calls.
func (c *conn) writeFrontier(ctx context.Context, t *table, found *clusters, keys []linkKey) error {
	if _, err := c.exec(ctx, "DELETE FROM frontier"); err != nil {
		return err
	}
	if err := t.begin(c); err != nil {
		return err
	}
	put := func(space byte, key linkKey) {
		t.row()
		t.text(string(space))
		t.text(key.text)
		t.uuid(key.bits)
		t.int(int64(key.bits.lo))
	}
	for _, key := range keys {
		put(key.space, key)
		if key.space == agentSpace && found.hasPerson(key) {
			put('p', key)
		}
	}
	return t.finish()
}

// span reads two times.
func (c *conn) span(ctx context.Context, text string, args ...any) (from, to time.Time, err error) {
	err = c.each(ctx, text, args, func(r *reader) { from, to = r.time(), r.time() })
	return from, to, err
}

// reached takes up the rows that a round reached.
func (c *conn) reached(ctx context.Context, found *clusters, round int) error {
	return c.each(ctx, statement("unlinked_reached"), []any{round}, func(r *reader) {
		n := node{project: event.ProjectID(r.int()), seq: r.int(), at: r.int(), person: r.bool(), tier: r.int(), seed: r.int() == 0}
		for _, space := range []byte{'s', 'd', 'u'} {
			if text := r.text(); text != "" {
				n.keys = append(n.keys, linkKey{project: n.project, space: space, text: text})
			}
		}
		for _, space := range []byte{'t', 't', 'r', 'x'} {
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
			found.add(n)
		}
	})
}

// readJudged reads the kept rows in full, and what strays are called.
func (c *conn) readJudged(ctx context.Context, j judged) ([]store.Touched, error) {
	projects := touchedProjects{}
	for project, n := range j.crowded {
		projects.of(project).Crowded = n
	}
	if from, to, err := c.keep(j.kept); err != nil {
		return nil, err
	} else if !to.IsZero() {
		if err := c.readKept(ctx, projects, from, to); err != nil {
			return nil, err
		}
	}
	if from, to, err := c.keep(j.strays); err != nil {
		return nil, err
	} else if !to.IsZero() {
		err := c.each(ctx, statement("unlinked_strays", "id", idText("c")), []any{from, to}, func(r *reader) {
			p := projects.of(event.ProjectID(r.int()))
			p.Strays = append(p.Strays, store.Stray{CallID: r.text(), Time: r.time()})
		})
		if err != nil {
			return nil, err
		}
	}
	return projects.list(), nil
}

// touchedProjects collects what is touched, by project.
type touchedProjects map[event.ProjectID]*store.Touched

func (t touchedProjects) of(project event.ProjectID) *store.Touched {
	if t[project] == nil {
		t[project] = &store.Touched{Project: project}
	}
	return t[project]
}

func (t touchedProjects) list() []store.Touched {
	out := make([]store.Touched, 0, len(t))
	for _, p := range t {
		if len(p.Events)+len(p.Calls)+len(p.Strays) > 0 {
			out = append(out, *p)
		}
	}
	slices.SortFunc(out, func(a, b store.Touched) int { return cmp.Compare(a.Project, b.Project) })
	return out
}

// keep notes which rows to read, and between which times they lie; no times when
// there are none.
func (c *conn) keep(nodes []node) (from, to time.Time, err error) {
	if len(nodes) == 0 {
		return from, to, nil
	}
	if err := c.script("CREATE OR REPLACE TEMP TABLE kept (seq BIGINT)"); err != nil {
		return from, to, err
	}
	t, err := c.openTable("kept")
	if err != nil {
		return from, to, err
	}
	defer t.close()
	if err := t.begin(c); err != nil {
		return from, to, err
	}
	first, last := nodes[0].at, nodes[0].at
	for _, n := range nodes {
		first, last = min(first, n.at), max(last, n.at)
		t.row()
		t.int(n.seq)
	}
	return time.UnixMicro(first), time.UnixMicro(last), t.finish()
}

func (c *conn) readKept(ctx context.Context, projects touchedProjects, from, to time.Time) error {
	err := c.each(ctx, statement("unlinked_events", "columns", eventColumns), []any{from, to}, func(r *reader) {
		p := projects.of(event.ProjectID(r.int()))
		r.int()
		client, agent := event.Key(r.int()), event.Key(r.int())
		e := r.event()
		e.ClientKey, e.AgentKey = client, agent
		p.Events = append(p.Events, e)
	})
	if err != nil {
		return err
	}
	return c.each(ctx, statement("unlinked_calls", "columns", callColumns), []any{from, to}, func(r *reader) {
		p := projects.of(event.ProjectID(r.int()))
		r.int()
		client, agent := event.Key(r.int()), event.Key(r.int())
		call := r.call()
		call.ClientKey, call.AgentKey = client, agent
		p.Calls = append(p.Calls, call)
	})
}
