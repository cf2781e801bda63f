package duckdb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// In SQL a person is a number: the hash of a user id, or the complement of the hash of
// a device id. It is quicker than text and wrong once in 2^64 pairs. What the claims in
// use say lies ready in the table people, by id, so that a question needs one join.

// rowIDs is how a record's columns are named in a statement, as far as they say whose it is.
type rowIDs struct {
	own     string // the person by the ids of the record alone; NULL for nobody's
	name    string // the text of that id
	session string // the condition that it is of the session that a claim p is about
	at      string
}

// idsOfRow names the columns of events e, sessions s (their parts added up) or calls c with
// their best link l, which needs the facts of [linkPeople], for names those of [linkIDs].
func idsOfRow(of store.Record) rowIDs {
	switch of {
	case store.OfEvents:
		return rowIDs{ownPerson("e"), ownName("e"), "e.session_id = p.session_id", "e.time"}
	case store.OfSessions:
		return rowIDs{ownPerson("s"), ownName("s"), "s.session_id = p.session_id", "s.started"}
	}
	return rowIDs{
		own: "CASE WHEN c.user_id <> '' THEN hash(c.user_id) WHEN l.user_hash IS NOT NULL THEN l.user_hash" +
			" WHEN c.device_id <> '' THEN ~hash(c.device_id) ELSE ~l.device_hash END",
		name: "CASE WHEN c.user_id <> '' THEN c.user_id WHEN l.user_id <> '' THEN l.user_id" +
			" WHEN c.device_id <> '' THEN c.device_id ELSE l.device_id END",
		session: "c.session_id = p.session_id", at: "c.time",
	}
}

func ownPerson(alias string) string {
	return "CASE WHEN " + alias + ".user_id <> '' THEN hash(" + alias + ".user_id) WHEN " + alias + ".device_id <> '' THEN ~hash(" + alias + ".device_id) END"
}

func ownName(alias string) string {
	return "CASE WHEN " + alias + ".user_id <> '' THEN " + alias + ".user_id ELSE " + alias + ".device_id END"
}

// joinPersons adds the join, behind the tables of a record kind, that personOf needs:
// what claims say of the row's id, as p.
func (q *query) joinPersons(of store.Record, project event.ProjectID) {
	q.joinPersonsOf(idsOfRow(of), project)
}

func (q *query) joinPersonsOf(r rowIDs, project event.ProjectID) {
	q.add(" LEFT JOIN ("+statement("persons")+") p ON p.id = "+r.own, project)
}

// personOf is the SQL of the person behind a row: a UBIGINT, NULL for nobody's. See
// [idsOfRow] and joinPersons for what the statement must hold.
func personOf(of store.Record) string { return idsOfRow(of).claimedOr("p.person", idsOfRow(of).own) }

// personName is the SQL of that person's id as text: the user's, else the device's.
func personName(of store.Record) string { return idsOfRow(of).claimedOr("p.name", idsOfRow(of).name) }

// claimedOr is what claims say, where they speak of the row, else what its own ids do.
func (r rowIDs) claimedOr(claimed, own string) string {
	return "coalesce(CASE WHEN p.upto IS NULL OR " + r.session + " AND " + r.at + " BETWEEN p.since AND p.upto THEN " + claimed + " END, " + own + ")"
}

// people counts persons.
func people(of store.Record) string { return "count(DISTINCT " + personOf(of) + ")" }

// callPeople counts the persons behind calls; bots are nobody unless asked for.
func callPeople(bots bool) string {
	if bots {
		return people(store.OfCalls)
	}
	return "count(DISTINCT CASE WHEN c.bot = '' THEN " + personOf(store.OfCalls) + " END)"
}

// putClaims writes what blocks claim, except what names a row that is gone, and what
// follows for who is who.
func (w *writer) putClaims(ctx context.Context, blocks []store.Linked, gone map[goneRow]bool) error {
	given := map[event.ProjectID]bool{}
	for i := range blocks {
		b := &blocks[i]
		for j := range b.Claims {
			c := &b.Claims[j]
			if !gone[goneRow{b.Project, identOf(c.EventID).uuid, false}] && !gone[goneRow{b.Project, identOf(c.CallID).uuid, true}] {
				if err := w.claims.begin(w.conn); err != nil {
					return err
				}
				given[b.Project] = true
				w.claims.putClaim(int64(j), b.Project, c)
			}
		}
	}
	if len(given) == 0 {
		return nil
	}
	if err := w.claims.finish(); err != nil {
		return err
	}
	err := w.steps(ctx, step{statement("claims_fresh"), nil}, step{"TRUNCATE claims_given", nil})
	if err != nil {
		return err
	}
	fresh, err := w.conn.number(ctx, "SELECT count(*) FROM claims_fresh")
	if err != nil || fresh == 0 {
		return err
	}
	added, err := w.conn.exec(ctx, statement("claims_add"))
	if err == nil && added < fresh { // mostly all are new
		err = w.steps(ctx, step{statement("claims_update"), nil})
	}
	if err != nil {
		return err
	}
	for project := range given {
		err := w.steps(ctx, step{statement("people_touched"), []any{project, store.HubOver}})
		if err == nil {
			err = w.refreshPeople(ctx, project, true)
		}
		if err != nil {
			return err
		}
	}
	return w.steps(ctx, step{"TRUNCATE claims_fresh", nil})
}

// refreshPeople makes the people of a project anew, or those of touched devices only.
func (w *writer) refreshPeople(ctx context.Context, project event.ProjectID, touched bool) error {
	devices, ids := "", ""
	if touched {
		devices = "AND device_id IN (SELECT device_id FROM people_touched)"
		ids = "AND (is_user OR id IN (SELECT device_id FROM people_touched))"
	}
	return w.steps(ctx,
		step{statement("people_now", "devices", devices), []any{project, store.HubOver}},
		step{statement("people_stale", "ids", ids), []any{project}},
		step{"DELETE FROM people WHERE project = ? " + ids, []any{project}},
		step{"INSERT INTO people FROM people_now", nil},
		step{"TRUNCATE people_now", nil},
		step{"TRUNCATE people_touched", nil},
	)
}

func (t *table) putClaim(n int64, project event.ProjectID, c *event.Claim) {
	t.row()
	t.int(n)
	t.int(int64(project))
	t.text(c.DeviceID)
	t.text(c.MergedID)
	t.text(c.UserID)
	t.text(string(c.Method))
	t.time(c.FirstSeen)
	if isCall := c.CallID != ""; isCall {
		t.ident(identOf(c.CallID))
		t.bool(true)
	} else {
		t.ident(identOf(c.EventID))
		t.bool(false)
	}
	t.text(c.SessionID)
}

// claim reads the columns of a claim, from the device id on.
func (r *reader) claim() (c event.Claim) {
	c.DeviceID, c.MergedID, c.UserID = r.text(), r.text(), r.text()
	c.Method, c.FirstSeen = event.ClaimMethod(r.text()), r.time()
	source := r.ident()
	if isCall := r.bool(); isCall {
		c.CallID = source
	} else {
		c.EventID = source
	}
	c.SessionID = r.text()
	return c
}

// together reads the claims that rows which arrived in (after, last] make.
func (c *conn) together(ctx context.Context, projects touchedProjects, after, last int64) error {
	const taken = "AND seq > $1 AND seq <= $2"
	text := "SELECT project, device_id, '', user_id, method, first_seen, source, source_form, source_text, is_call, session_id FROM (" +
		claimsOfRows(taken) + ") ORDER BY project, device_id, user_id"
	return c.each(ctx, text, []any{after, last}, func(r *reader) {
		p := projects.of(event.ProjectID(r.int()))
		p.Claims = append(p.Claims, r.claim())
	})
}

// claimsOfRows is the statement of the claims that some events and calls make.
func claimsOfRows(which string) string {
	return statement("claims_of_rows", "odd", part("r.odd", 1), "which", which)
}

// orphan notes the claims whose record is named in doomed, before it goes.
func (w *writer) orphan(ctx context.Context, project event.ProjectID) error {
	return w.steps(ctx, step{statement("claims_orphan"), []any{project}})
}

// adopt gives the orphaned claims the next earliest record, or removes them, once theirs
// is gone; changed says that claims of the project went before. It returns how many went.
func (w *writer) adopt(ctx context.Context, project event.ProjectID, changed bool) (int64, error) {
	const theirs = "(project, device_id, user_id) IN (SELECT (project, device_id, user_id) FROM claims_orphaned)"
	went, err := w.conn.exec(ctx, "DELETE FROM claims WHERE merged_id = '' AND "+theirs)
	if err != nil {
		return 0, err
	}
	if went > 0 {
		found, err := w.conn.exec(ctx, statement("claims_unorphan", "rows", claimsOfRows("AND "+theirs)))
		if err != nil {
			return 0, err
		}
		went -= found
		changed = true
	}
	if !changed {
		return 0, nil
	}
	return went, errors.Join(w.steps(ctx, step{"TRUNCATE claims_orphaned", nil}), w.refreshPeople(ctx, project, false))
}

// Withdraw implements [store.Persons].
func (s *Store) Withdraw(ctx context.Context, project event.ProjectID, p event.Pair) error {
	return s.markClaim(ctx, project, p, true)
}

// Restore implements [store.Persons].
func (s *Store) Restore(ctx context.Context, project event.ProjectID, p event.Pair) error {
	return s.markClaim(ctx, project, p, false)
}

func (s *Store) markClaim(ctx context.Context, project event.ProjectID, p event.Pair, withdrawn bool) error {
	w := s.writer
	return w.transaction(ctx, func() error {
		known, err := w.conn.number(ctx, "SELECT count(*) FROM claims WHERE "+thisPair, project, p.DeviceID, p.MergedID, p.UserID)
		switch {
		case err != nil:
			return err
		case known == 0:
			return store.ErrNotFound
		case p.MergedID != "" && !withdrawn:
			err = w.mayMerge(ctx, project, p)
		}
		if err == nil {
			_, err = w.markClaim(ctx, project, p, withdrawn)
		}
		return err
	})
}

// thisPair narrows claims to the one of a project and pair.
const thisPair = "project = ? AND device_id = ? AND merged_id = ? AND user_id = ?"

// markClaim says whether a claim is in force; marked that there is one.
func (w *writer) markClaim(ctx context.Context, project event.ProjectID, p event.Pair, withdrawn bool) (marked bool, err error) {
	n, err := w.conn.exec(ctx, "UPDATE claims SET withdrawn = ? WHERE "+thisPair, withdrawn, project, p.DeviceID, p.MergedID, p.UserID)
	if err != nil || n == 0 {
		return false, err
	}
	return true, w.refreshDevicesOf(ctx, project, p)
}

// refreshDevicesOf makes the people anew whom a claim that changed may be about: its
// device, and the devices of its users and of all who are one with them by merges.
func (w *writer) refreshDevicesOf(ctx context.Context, project event.ProjectID, p event.Pair) error {
	merges, err := w.conn.merges(ctx, project)
	if err != nil {
		return err
	}
	affected := []string{p.UserID, p.MergedID}
	for merged, into := range merges {
		if s := merges.survivor(merged); s == merges.survivor(p.UserID) || s == merges.survivor(p.MergedID) {
			affected = append(affected, merged, into)
		}
	}
	users, args := numbered([]any{project, p.DeviceID}, affected)
	return errors.Join(
		w.steps(ctx, step{statement("people_affected", "users", users), args}),
		w.refreshPeople(ctx, project, true))
}

// Merge implements [store.Persons].
func (s *Store) Merge(ctx context.Context, project event.ProjectID, merged, into string) error {
	w, p := s.writer, event.Pair{MergedID: merged, UserID: into}
	return w.transaction(ctx, func() error {
		if err := w.mayMerge(ctx, project, p); err != nil {
			return err
		}
		if known, err := w.markClaim(ctx, project, p, false); err != nil || known {
			return err
		}
		c := event.Claim{Pair: p, Method: event.ByMerge, FirstSeen: event.Time(w.now())}
		if err := w.putClaims(ctx, []store.Linked{{Project: project, Claims: []event.Claim{c}}}, nil); err != nil {
			return err
		}
		return w.refreshDevicesOf(ctx, project, p)
	})
}

// mayMerge refuses what would make two users of one, or a circle.
func (w *writer) mayMerge(ctx context.Context, project event.ProjectID, p event.Pair) error {
	if p.MergedID == "" || p.UserID == "" {
		return &event.Permanent{Err: errors.New("a user id is missing"), Hint: "Name both users."}
	}
	merges, err := w.conn.merges(ctx, project)
	if err != nil {
		return err
	}
	if into, already := merges[p.MergedID]; already && into != p.UserID {
		return &event.Permanent{Err: fmt.Errorf("user %q is merged into %q", p.MergedID, into), Hint: "Undo that merge first."}
	}
	if merges.survivor(p.UserID) == p.MergedID {
		return &event.Permanent{Err: fmt.Errorf("users %q and %q are one already", p.MergedID, p.UserID), Hint: "Name two users, or undo the merge that made them one."}
	}
	return nil
}

// merges are those of a project that are in force: merged user → user.
type merges map[string]string

func (c *conn) merges(ctx context.Context, project event.ProjectID) (merges, error) {
	out := merges{}
	err := c.each(ctx, "SELECT merged_id, user_id FROM claims WHERE project = ? AND merged_id <> '' AND NOT withdrawn", []any{project}, func(r *reader) {
		merged := r.text()
		out[merged] = r.text()
	})
	return out, err
}

// survivor is the user that a user is by merges.
func (m merges) survivor(user string) string {
	for m[user] != "" {
		user = m[user]
	}
	return user
}

// maxClaims is how many claims a person shows.
const maxClaims = 1000

// PersonOf implements [store.Persons].
func (s *Store) PersonOf(ctx context.Context, project event.ProjectID, id string) (out store.Identified, err error) {
	err = s.readers.light.with(ctx, func(c *conn) error {
		out, err = c.personOf(ctx, project, id)
		return err
	})
	return out, err
}

func (c *conn) personOf(ctx context.Context, project event.ProjectID, id string) (out store.Identified, err error) {
	merges, err := c.merges(ctx, project)
	if err != nil {
		return out, err
	}
	user, known := "", false
	err = c.each(ctx, statement("person_of_id"), []any{project, id}, func(r *reader) {
		known = true
		if isUser, owner := r.bool(), r.text(); isUser {
			user = merges.survivor(id)
		} else if user == "" {
			user = owner
		}
	})
	switch {
	case err != nil:
		return out, err
	case user != "":
		out.ID = user
		if err := c.idsOf(ctx, project, merges, &out); err != nil {
			return out, err
		}
	case known:
		out.ID, out.DeviceIDs = id, []string{id}
	default:
		out.ID, out.DeviceIDs, out.UserIDs = id, []string{id}, []string{id}
	}
	users, args := numbered([]any{project, store.HubOver, maxClaims}, out.UserIDs)
	devices, args := numbered(args, out.DeviceIDs)
	return out, c.each(ctx, statement("claims", "users", users, "devices", devices), args, func(r *reader) {
		out.Claims = append(out.Claims, store.ClaimRow{Claim: r.claim(), State: store.ClaimState(r.text())})
	})
}

// idsOf finds all ids of the person out.ID, and the devices that are not theirs alone.
func (c *conn) idsOf(ctx context.Context, project event.ProjectID, merges merges, out *store.Identified) error {
	users := map[string]bool{out.ID: true}
	for merged := range merges {
		users[merged] = users[merged] || merges.survivor(merged) == out.ID
	}
	maps.DeleteFunc(users, func(_ string, theirs bool) bool { return !theirs })
	out.UserIDs = slices.Sorted(maps.Keys(users))
	theirs, args := numbered([]any{project, store.HubOver, out.ID}, out.UserIDs)
	return c.each(ctx, statement("devices_of_person", "users", theirs), args, func(r *reader) {
		if device, alone := r.text(), r.bool(); alone {
			out.DeviceIDs = append(out.DeviceIDs, device)
		} else {
			out.Shared = append(out.Shared, device)
		}
	})
}

// numbered adds texts to the parameters of a statement; list names them there.
func numbered(args []any, texts []string) (list string, all []any) {
	names := []string{"NULL"}
	for _, text := range texts {
		args = append(args, text)
		names = append(names, "$"+strconv.Itoa(len(args)))
	}
	return strings.Join(names, ", "), args
}
