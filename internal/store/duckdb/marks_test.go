package duckdb

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/storetest"
)

// TestMigrationMarksAsTheWriterDoes: what links tell of a call is worked out by the writer
// for the calls that it touches, and was by migration 6 for all of a day. Both rules must
// be one, for any links.
func TestMigrationMarksAsTheWriterDoes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, err := Open(ctx, Config{Dir: t.TempDir(), Threads: 1, Now: storetest.Clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	ofDay, err := migrations.ReadFile("migrations/days/0006_linked.sql")
	if err != nil {
		t.Fatal(err)
	}
	project, marked := event.ProjectID(0), 0
	rapid.Check(t, func(rt *rapid.T) {
		must := func(err error) {
			rt.Helper()
			if err != nil {
				rt.Fatal(err)
			}
		}
		project++
		var upto store.Seq
		var events []event.Event
		var calls []event.Call
		for _, records := range storetest.Batches(2).Draw(rt, "history") {
			events, calls = append(events, records.Events...), append(calls, records.Calls...)
			receipt, err := s.Append(ctx, event.NewBatch(project, "", records, asIs{}))
			must(err)
			upto = max(upto, receipt.Upto)
		}
		if len(events)+len(calls) == 0 {
			return
		}
		must(s.WriteLinks(ctx, []store.Linked{storetest.Links(project, events, calls).Draw(rt, "links")}, upto))
		var written, migrated []string
		must(s.writer.transaction(ctx, func() (err error) {
			if written, err = s.writer.conn.marks(ctx, project); err != nil {
				return err
			}
			if _, err = s.writer.conn.exec(ctx, "UPDATE calls SET linked = NULL, tied = NULL, tied_by = NULL, answered = NULL WHERE project = ?", int64(project)); err != nil {
				return err
			}
			if err = s.writer.conn.eachDay(ctx, string(ofDay), func(float64) {}); err != nil {
				return err
			}
			migrated, err = s.writer.conn.marks(ctx, project)
			return err
		}))
		if diff := cmp.Diff(written, migrated); diff != "" {
			rt.Errorf("(-writer +migration):\n%s", diff)
		}
		marked += len(written)
	})
	if marked == 0 {
		t.Error("no links were generated, so nothing was compared")
	}
}

// marks are the calls of a project that links speak of, with what they tell.
func (c *conn) marks(ctx context.Context, project event.ProjectID) (all []string, err error) {
	err = c.each(ctx, `SELECT concat_ws(' ', id, time, linked, tied, tied_by, answered) AS mark FROM calls WHERE project = ? AND tied IS NOT NULL ORDER BY mark`,
		[]any{int64(project)}, func(r *reader) { all = append(all, r.text()) })
	return all, err
}
