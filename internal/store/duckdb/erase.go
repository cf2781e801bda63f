package duckdb

import (
	"cmp"
	"context"
	"errors"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Erase implements [store.Writer].
func (s *Store) Erase(ctx context.Context, project event.ProjectID, p store.Person) (out store.Erased, err error) {
	if named, err := s.namedAnywhere(ctx, project, p); err != nil || !named {
		return out, err
	}
	w := s.writer
	err = w.transaction(ctx, func() error {
		out = store.Erased{}
		if err := w.conn.putPerson(ctx, p); err != nil {
			return err
		}
		for _, name := range []string{"erase_events", "erase_calls", "erase_early", "erase_spans"} {
			if _, err := w.conn.exec(ctx, statement(name), project); err != nil {
				return err
			}
		}
		ends, err := w.deleteLinks(ctx, "erase_links", project)
		if err != nil {
			return err
		}
		out.Links = int64(len(ends))
		for _, name := range []string{"erase_sessions", "presence_erase"} {
			if _, err := w.conn.exec(ctx, statement(name), project); err != nil {
				return err
			}
		}
		if out.Claims, err = w.conn.exec(ctx, statement("erase_claims"), project); err != nil {
			return err
		}
		return w.removeDoomed(ctx, project, ends, &out)
	})
	return out, err
}

// namedAnywhere reports whether there is anything to erase. Who was erased is erased
// again every hour, for what was on its way then: intake must not wait for a search
// through everything that mostly finds nothing.
func (s *Store) namedAnywhere(ctx context.Context, project event.ProjectID, p store.Person) (named bool, err error) {
	err = s.readers.upkeep.with(ctx, func(c *conn) error {
		if err := c.script("CREATE OR REPLACE TEMP TABLE person (device_id VARCHAR, user_id VARCHAR)"); err != nil {
			return err
		}
		if err := c.putPerson(ctx, p); err != nil {
			return err
		}
		rows, err := c.number(ctx, statement("named_anywhere"), project)
		named = rows > 0
		return cmp.Or(err, c.script("DROP TABLE person"))
	})
	return named, err
}

// putPerson fills the table of the person's ids; empty ids are nobody's.
func (c *conn) putPerson(ctx context.Context, p store.Person) error {
	put := func(column string, ids []string) error {
		for _, id := range ids {
			if id == "" {
				continue
			}
			if _, err := c.exec(ctx, "INSERT INTO person ("+column+") VALUES (?)", id); err != nil {
				return err
			}
		}
		return nil
	}
	return errors.Join(put("device_id", p.DeviceIDs), put("user_id", p.UserIDs))
}

// Forget implements [store.Writer].
func (s *Store) Forget(ctx context.Context, project event.ProjectID, label string) (out store.Erased, err error) {
	if label == "" {
		return out, &event.Permanent{Err: errors.New("the label is empty"), Hint: "Name the import to forget; live traffic has no label."}
	}
	w := s.writer
	err = w.transaction(ctx, func() error {
		out = store.Erased{}
		for _, name := range []string{"forget_events", "forget_calls", "forget_spans"} {
			if _, err := w.conn.exec(ctx, statement(name), project, label); err != nil {
				return err
			}
		}
		return w.removeDoomed(ctx, project, nil, &out)
	})
	return out, err
}

// removeDoomed deletes the rows named in doomed and all that was derived from them.
// ends are the calls whose links went before.
func (w *writer) removeDoomed(ctx context.Context, project event.ProjectID, ends []end, out *store.Erased) error {
	if err := w.removeFromRollup(ctx); err != nil {
		return err
	}
	if err := w.orphan(ctx, project); err != nil {
		return err
	}
	removed, err := w.deleteLinks(ctx, "remove_links", project)
	if err != nil {
		return err
	}
	out.Links += int64(len(removed))
	var uncounted int64
	for _, step := range []struct {
		name  string
		count *int64
		args  []any
	}{
		{"remove_events", &out.Events, nil},
		{"remove_calls", &out.Calls, nil},
		{"remove_spans", &out.Spans, nil},
		{"remove_fingerprints", &uncounted, nil},
		{"remove_bodies", &uncounted, nil},
		{"remove_signals", &uncounted, []any{project}},
		{"remove_interactions", &uncounted, []any{project}},
		{"remove_sessions", &uncounted, []any{project}},
		{"remove_unlinked", &uncounted, []any{project}},
	} {
		n, err := w.conn.exec(ctx, statement(step.name), step.args...)
		if err != nil {
			return err
		}
		*step.count += n
	}
	orphaned, err := w.adopt(ctx, project, out.Claims > 0)
	if err != nil {
		return err
	}
	out.Claims += orphaned
	for _, name := range []string{"person", "doomed"} {
		if _, err := w.conn.exec(ctx, "TRUNCATE "+name); err != nil {
			return err
		}
	}
	if err := w.mark(ctx, append(ends, removed...)); err != nil {
		return err
	}
	return w.keepSeq(ctx)
}

// keepSeq notes the highest Seq before the rows that carry it may go, so that no
// Seq is ever given twice.
func (w *writer) keepSeq(ctx context.Context) error {
	_, err := w.conn.exec(ctx, "UPDATE state SET value = ? WHERE name = 'seq'", w.seq.Load())
	return err
}
