package duckdb

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

// WriteLinks implements [store.Linking].
func (s *Store) WriteLinks(ctx context.Context, blocks []store.Linked, upto store.Seq) error {
	w := s.writer
	return w.transaction(ctx, func() error {
		if err := w.replaceDerived(ctx, blocks); err != nil {
			return err
		}
		_, err := w.conn.exec(ctx, "UPDATE state SET value = ? WHERE name = 'watermark'", int64(upto))
		return err
	})
}

// replaceDerived deletes what earlier passes derived from the blocks' rows and
// writes what this pass did.
func (w *writer) replaceDerived(ctx context.Context, blocks []store.Linked) error {
	if len(blocks) == 0 {
		return nil
	}
	from, to, err := w.putCovered(blocks)
	if err != nil {
		return err
	}
	for _, name := range []string{"delete_links", "delete_signals", "delete_interactions", "delete_sessions", "delete_unlinked"} {
		if _, err := w.conn.exec(ctx, statement(name), from, to); err != nil {
			return err
		}
	}
	if _, err := w.conn.exec(ctx, "TRUNCATE covered"); err != nil {
		return err
	}
	for _, t := range []*table{w.links, w.signals, w.interactions, w.sessions, w.unlinked} {
		if err := t.begin(w.conn); err != nil {
			return err
		}
	}
	for i := range blocks {
		w.putDerived(&blocks[i])
	}
	return nil
}

// putCovered names the rows that the blocks speak for, and returns the range of
// time in which their derived rows can lie: a link may be a clock's error away
// from its block.
func (w *writer) putCovered(blocks []store.Linked) (from, to time.Time, err error) {
	t := w.covered
	if err := t.begin(w.conn); err != nil {
		return from, to, err
	}
	from, to = blocks[0].From, blocks[0].To
	for i := range blocks {
		b := &blocks[i]
		if b.From.Before(from) {
			from = b.From
		}
		if b.To.After(to) {
			to = b.To
		}
		put := func(ids []string, isCall bool) {
			for _, id := range ids {
				t.row()
				t.int(int64(b.Project))
				t.uuid(identOf(id).uuid)
				t.bool(isCall)
			}
		}
		put(b.EventIDs, false)
		put(b.CallIDs, true)
	}
	return from.Add(-linkReach), to.Add(linkReach), t.finish()
}

func (w *writer) putDerived(b *store.Linked) {
	for i := range b.Links {
		w.links.putLink(b.Project, &b.Links[i])
	}
	for i := range b.Signals {
		w.signals.putSignal(b.Project, &b.Signals[i])
	}
	for i := range b.Interactions {
		w.interactions.putInteraction(b.Project, &b.Interactions[i])
	}
	for i := range b.Sessions {
		w.sessions.putSession(b.Project, &b.Sessions[i])
	}
	for i := range b.Unlinked {
		w.unlinked.putUnlinked(b, &b.Unlinked[i])
	}
}

// Watermark implements [store.Linking].
func (s *Store) Watermark(ctx context.Context) (seq store.Seq, err error) {
	err = s.readers.light.with(ctx, func(c *conn) error {
		n, err := c.number(ctx, "SELECT value FROM state WHERE name = 'watermark'")
		seq = store.Seq(n)
		return err
	})
	return seq, err
}
