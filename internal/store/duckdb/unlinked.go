package duckdb

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Unlinked implements [store.Linking].
//
// The engine follows shared keys from the new rows outwards, round by round, until
// nothing new is reached. A round looks only for the keys of rows that the round
// before connected, and only in windows of time around them, so that a pass over
// live rows and a log of three weeks ago reads two short times. That yields a few
// rows too many, whose keys are equal but far apart in time; [clusters] judges
// exactly, and only what it keeps is read in full.
func (s *Store) Unlinked(ctx context.Context, limit int) (touched []store.Touched, upto store.Seq, err error) {
	err = s.readers.upkeep.with(ctx, func(c *conn) error {
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
	found := newClusters(store.LinkCap)
	for _, rows := range []string{clientRows(), serverRows()} {
		if err := c.find(ctx, found, true, statement("unlinked_seeds", "rows", rows), after, last); err != nil {
			return nil, err
		}
	}
	projects := touchedProjects{}
	if err := c.together(ctx, projects, after, last); err != nil {
		return nil, err
	}
	if worth, err := c.worthLinking(ctx, found); err != nil || !worth {
		return projects.list(), err
	}
	if err := c.reach(ctx, found); err != nil {
		return nil, err
	}
	err := c.readJudged(ctx, projects, found.judge())
	return projects.list(), err
}

// clientRows and serverRows are the rows of either side with their link keys.
func clientRows() string { return statement("unlinked_people") }
func serverRows() string { return statement("unlinked_servers", "source", part("origin", 1)) }

// worthLinking reports whether a project that rows arrived for has any client-side
// row at all. Pure log imports end here.
func (c *conn) worthLinking(ctx context.Context, found *clusters) (bool, error) {
	projects := map[event.ProjectID]bool{}
	for i := range found.nodes {
		if found.nodes[i].person {
			return true, nil
		}
		projects[found.nodes[i].project] = true
	}
	for project := range projects {
		if worth, err := c.number(ctx, statement("unlinked_worth"), project); err != nil || worth > 0 {
			return worth > 0, err
		}
	}
	return false, nil
}

// patientRounds is how many rounds look one gap further each. A chain that goes on
// longer is followed in steps that quadruple, until it ends or is too long to prove
// anything.
const patientRounds = 4

// reach runs rounds until one has nothing to look for.
func (c *conn) reach(ctx context.Context, found *clusters) error {
	if err := c.script(statement("unlinked_scratch")); err != nil {
		return err
	}
	frontier, err := c.openTable("frontier")
	if err != nil {
		return err
	}
	defer frontier.close()
	for n := 0; ; n++ {
		looks := found.frontier(n == 0)
		if len(looks) == 0 {
			return nil
		}
		step := min(store.LinkGap<<(2*max(0, n+1-patientRounds)), store.LinkDay)
		if err := c.round(ctx, frontier, found, looks, step); err != nil {
			return err
		}
	}
}

// round looks for rows that share a key with those looked from, step around them.
func (c *conn) round(ctx context.Context, frontier *table, found *clusters, looks []look, step time.Duration) error {
	windows := windowsAround(looks, step)
	if err := c.writeFrontier(ctx, frontier, found, looks, windows); err != nil {
		return err
	}
	people := statement("unlinked_round", "rows", clientRows(), "looks", "true", "match", matching(looks, false))
	servers := statement("unlinked_round", "rows", serverRows(), "looks", "servers", "match", matching(looks, true))
	for win, w := range windows {
		for _, text := range []string{people, servers} {
			if err := c.find(ctx, found, false, text, w.from, w.to, win); err != nil {
				return err
			}
		}
	}
	return nil
}

// matching is the SQL that a row shares a key with one of the looks, or only with
// those that lead to server calls. Each key costs the scan one look-up for every row,
// so those that nobody looks for are left out.
func matching(looks []look, servers bool) string {
	matches := []string{"false"}
	for _, m := range []struct {
		space byte
		sql   string
	}{
		{'s', "r.session IN (SELECT text FROM looks WHERE space = 's')"},
		{'d', "r.visitor IN (SELECT text FROM looks WHERE space = 'd')"},
		{'u', "r.usr IN (SELECT text FROM looks WHERE space = 'u')"},
		{'t', "r.trace IN (SELECT bits FROM looks WHERE space = 't')"},
		{'t', "r.answer IN (SELECT bits FROM looks WHERE space = 't')"},
		{'r', "r.request IN (SELECT bits FROM looks WHERE space = 'r')"},
		{'x', "r.action IN (SELECT bits FROM looks WHERE space = 'x')"},
		{'c', "f.client IN (SELECT num FROM looks WHERE space = 'c')"},
		{agentSpace, "(f.client = 0 OR NOT r.person) AND f.agent IN (SELECT num FROM looks WHERE space = 'a')"},
	} {
		if slices.ContainsFunc(looks, func(l look) bool { return l.key.space == m.space && (l.servers || !servers) }) {
			matches = append(matches, m.sql)
		}
	}
	return strings.Join(matches, "\n        OR ")
}

// writeFrontier puts the keys to look for where the round finds them, by window.
func (c *conn) writeFrontier(ctx context.Context, t *table, found *clusters, looks []look, windows []window) error {
	if _, err := c.exec(ctx, "DELETE FROM frontier"); err != nil {
		return err
	}
	if err := t.begin(c); err != nil {
		return err
	}
	for _, l := range looks {
		win := windowOf(windows, l.at)
		if !found.looked(l, windows[win]) {
			continue
		}
		t.row()
		t.int(int64(win))
		t.text(string(l.key.space))
		t.text(l.key.text)
		t.uuid(l.key.bits)
		t.int(int64(l.key.bits.lo))
		t.bool(l.servers)
	}
	return t.finish()
}

// span reads two times.
func (c *conn) span(ctx context.Context, text string, args ...any) (from, to time.Time, err error) {
	err = c.each(ctx, text, args, func(r *reader) { from, to = r.time(), r.time() })
	return from, to, err
}

// find takes up the rows that a statement yields.
func (c *conn) find(ctx context.Context, found *clusters, seed bool, text string, args ...any) error {
	return c.each(ctx, text, args, func(r *reader) {
		n := node{project: event.ProjectID(r.int()), seq: r.int(), at: r.int(), person: r.bool(), tier: r.int(), seed: seed}
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
		client, agent := r.int(), r.int()
		if client != 0 {
			n.keys = append(n.keys, linkKey{project: n.project, space: 'c', bits: uuid{lo: uint64(client)}})
		}
		if agent != 0 && (client == 0 || !n.person) {
			n.keys = append(n.keys, linkKey{project: n.project, space: agentSpace, bits: uuid{lo: uint64(agent)}})
		}
		if len(n.keys) > 0 {
			found.add(n)
		}
	})
}

// readJudged reads the kept rows in full, and what strays are called.
func (c *conn) readJudged(ctx context.Context, projects touchedProjects, j judged) error {
	for project, n := range j.crowded {
		projects.of(project).Crowded = n
	}
	windows, err := c.keep(j.kept)
	if err != nil {
		return err
	}
	for _, w := range windows {
		if err := c.readKept(ctx, projects, w); err != nil {
			return err
		}
	}
	if windows, err = c.keep(j.strays); err != nil {
		return err
	}
	for _, w := range windows {
		err := c.each(ctx, statement("unlinked_strays", "id", idText("c")), []any{w.from, w.to}, func(r *reader) {
			p := projects.of(event.ProjectID(r.int()))
			p.Strays = append(p.Strays, store.Stray{CallID: r.text(), Time: r.time()})
		})
		if err != nil {
			return err
		}
	}
	return nil
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
		if len(p.Events)+len(p.Calls)+len(p.Strays)+len(p.Claims) > 0 {
			out = append(out, *p)
		}
	}
	slices.SortFunc(out, func(a, b store.Touched) int { return cmp.Compare(a.Project, b.Project) })
	return out
}

// keep notes which rows to read, and in which windows they lie.
func (c *conn) keep(nodes []node) ([]window, error) {
	if len(nodes) == 0 {
		return nil, nil
	}
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
	spans := make([]window, len(nodes))
	for i, n := range nodes {
		at := time.UnixMicro(n.at)
		spans[i] = window{at, at}
		t.row()
		t.int(n.seq)
	}
	return windowsOver(spans), t.finish()
}

func (c *conn) readKept(ctx context.Context, projects touchedProjects, w window) error {
	err := c.each(ctx, statement("unlinked_events", "columns", eventColumns), []any{w.from, w.to}, func(r *reader) {
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
	return c.each(ctx, statement("unlinked_calls", "columns", callColumns), []any{w.from, w.to}, func(r *reader) {
		p := projects.of(event.ProjectID(r.int()))
		r.int()
		client, agent := event.Key(r.int()), event.Key(r.int())
		call := r.call()
		call.ClientKey, call.AgentKey = client, agent
		p.Calls = append(p.Calls, call)
	})
}
