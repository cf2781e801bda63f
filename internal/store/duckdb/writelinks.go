package duckdb

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// WriteLinks implements [store.Linking].
func (s *Store) WriteLinks(ctx context.Context, blocks []store.Linked, upto store.Seq) error {
	w := s.writer
	return w.transaction(ctx, func() error {
		if err := w.replaceDerived(ctx, blocks); err != nil {
			return err
		}
		_, err := w.conn.exec(ctx, "UPDATE state SET value = greatest(value, ?) WHERE name = 'watermark'", int64(upto))
		return err
	})
}

// replaceDerived deletes what earlier passes derived from the blocks' rows and
// writes what this pass did.
func (w *writer) replaceDerived(ctx context.Context, blocks []store.Linked) error {
	if len(blocks) == 0 {
		return nil
	}
	if err := w.putCovered(blocks); err != nil {
		return err
	}
	var ends []end
	spans := map[event.ProjectID][]window{}
	for i := range blocks {
		b := &blocks[i]
		if len(b.EventIDs)+len(b.CallIDs) == 0 {
			continue // it replaces nothing
		}
		spans[b.Project] = append(spans[b.Project], window{b.From.Add(-linkReach), b.To.Add(linkReach)})
	}
	for project, spans := range spans {
		for _, near := range windowsOver(spans) {
			deleted, err := w.deleteCovered(ctx, project, near)
			if err != nil {
				return err
			}
			ends = append(ends, deleted...)
		}
	}
	if _, err := w.conn.exec(ctx, "TRUNCATE covered"); err != nil {
		return err
	}
	gone, err := w.gone(ctx, blocks)
	if err != nil {
		return err
	}
	for _, t := range []*table{w.links, w.signals, w.interactions, w.sessions, w.unlinked} {
		if err := t.begin(w.conn); err != nil {
			return err
		}
	}
	hours := hourSet{}
	for i := range blocks {
		w.putDerived(&blocks[i], gone)
		for j := range blocks[i].Links {
			hours.add(blocks[i].Project, blocks[i].Links[j].Time)
			ends = append(ends, endOf(blocks[i].Project, &blocks[i].Links[j]))
		}
	}
	if err := w.putStale(hours); err != nil {
		return err
	}
	if err := w.mark(ctx, ends); err != nil {
		return err
	}
	return w.putClaims(ctx, blocks, gone)
}

// deleteCovered deletes what was derived from the covered rows of a project near a time,
// and returns the calls that the deleted links spoke of.
func (w *writer) deleteCovered(ctx context.Context, project event.ProjectID, near window) ([]end, error) {
	var ends []end
	for _, name := range []string{"delete_links_server", "delete_links_client", "delete_links_event"} {
		deleted, err := w.deleteLinks(ctx, name, project, near.from, near.to)
		if err != nil {
			return nil, err
		}
		ends = append(ends, deleted...)
	}
	for _, name := range []string{"delete_signals", "delete_interactions", "delete_sessions", "delete_unlinked"} {
		if _, err := w.conn.exec(ctx, statement(name), project, near.from, near.to); err != nil {
			return nil, err
		}
	}
	return ends, nil
}

// putCovered names the rows that the blocks speak for.
func (w *writer) putCovered(blocks []store.Linked) error {
	t := w.covered
	if err := t.begin(w.conn); err != nil {
		return err
	}
	for i := range blocks {
		b := &blocks[i]
		putIDs(t, b.Project, false, b.EventIDs...)
		putIDs(t, b.Project, true, b.CallIDs...)
	}
	return t.finish()
}

// putIDs names events or calls in a table of (project, id, is_call).
func putIDs(t *table, project event.ProjectID, isCall bool, ids ...string) {
	for _, id := range ids {
		if id != "" {
			t.row()
			t.int(int64(project))
			t.uuid(identOf(id).uuid)
			t.bool(isCall)
		}
	}
}

// goneRow is a row that does not exist any more.
type goneRow struct {
	project event.ProjectID
	id      uuid
	isCall  bool
}

// gone finds which of the rows that the blocks' results name were erased since
// they were read: what names them must not come back.
func (w *writer) gone(ctx context.Context, blocks []store.Linked) (map[goneRow]bool, error) {
	t := w.named
	if err := t.begin(w.conn); err != nil {
		return nil, err
	}
	for i := range blocks {
		b := &blocks[i]
		for j := range b.Links {
			putIDs(t, b.Project, false, b.Links[j].EventID)
			putIDs(t, b.Project, true, b.Links[j].ClientCallID, b.Links[j].ServerCallID)
		}
		for j := range b.Signals {
			putIDs(t, b.Project, false, b.Signals[j].EventID)
			putIDs(t, b.Project, true, b.Signals[j].CallID)
		}
		for j := range b.Interactions {
			putIDs(t, b.Project, false, b.Interactions[j].EventID)
		}
		for j := range b.Sessions {
			putIDs(t, b.Project, false, b.Sessions[j].Anchor)
		}
		for j := range b.Unlinked {
			putIDs(t, b.Project, true, b.Unlinked[j].CallID)
		}
		for j := range b.Claims {
			putIDs(t, b.Project, false, b.Claims[j].EventID)
			putIDs(t, b.Project, true, b.Claims[j].CallID)
		}
	}
	if err := t.finish(); err != nil {
		return nil, err
	}
	gone := map[goneRow]bool{}
	for _, reach := range []time.Duration{0, linkReach} { // nearly all are among the blocks' own times
		spans := make([]window, len(blocks))
		for i := range blocks {
			spans[i] = window{blocks[i].From.Add(-reach), blocks[i].To.Add(reach)}
		}
		for _, near := range windowsOver(spans) {
			if _, err := w.conn.exec(ctx, statement("gone_not"), near.from, near.to); err != nil {
				return nil, err
			}
		}
		clear(gone)
		err := w.conn.each(ctx, "SELECT DISTINCT project, id, is_call FROM named", nil, func(r *reader) {
			row := goneRow{project: event.ProjectID(r.int())}
			row.id, _ = r.uuid(r.next())
			row.isCall = r.bool()
			gone[row] = true
		})
		if err != nil {
			return nil, err
		}
		if len(gone) == 0 {
			break
		}
	}
	_, err := w.conn.exec(ctx, "TRUNCATE named")
	return gone, err
}

// putDerived writes what a block yielded, except what names a row that is gone.
func (w *writer) putDerived(b *store.Linked, gone map[goneRow]bool) {
	anEvent := func(id string) bool { return len(gone) == 0 || !gone[goneRow{b.Project, identOf(id).uuid, false}] }
	aCall := func(id string) bool { return len(gone) == 0 || !gone[goneRow{b.Project, identOf(id).uuid, true}] }
	for i := range b.Links {
		if l := &b.Links[i]; anEvent(l.EventID) && aCall(l.ClientCallID) && aCall(l.ServerCallID) {
			w.links.putLink(b.Project, l)
		}
	}
	for i := range b.Signals {
		if s := &b.Signals[i]; anEvent(s.EventID) && aCall(s.CallID) {
			w.signals.putSignal(b.Project, s)
		}
	}
	for i := range b.Interactions {
		if n := &b.Interactions[i]; anEvent(n.EventID) {
			w.interactions.putInteraction(b.Project, n)
		}
	}
	for i := range b.Sessions {
		if s := &b.Sessions[i]; anEvent(s.Anchor) {
			w.sessions.putSession(b.Project, s)
		}
	}
	for i := range b.Unlinked {
		if u := &b.Unlinked[i]; aCall(u.CallID) {
			w.unlinked.putUnlinked(b, u)
		}
	}
}

// Watermark implements [store.Linking].
func (s *Store) Watermark(ctx context.Context) (seq store.Seq, err error) {
	err = s.readers.light.with(ctx, func(c *conn) error {
		n, err := c.number(ctx, statement("watermark"))
		seq = store.Seq(n)
		return err
	})
	return seq, err
}
