package duckdb

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Questions about linked calls would have to look at every link, so each call keeps
// what links tell of it (migrations/0006_linked.sql). Whatever changes links says which
// calls they tie to something, and these are marked anew in the same transaction.

// end is the call at the far side of a link, whose time is the link's.
type end struct {
	project event.ProjectID
	time    time.Time
	call    uuid
}

// endOf is the call that a link speaks of.
func endOf(project event.ProjectID, l *event.Link) end {
	id := l.ServerCallID
	if id == "" {
		id = l.ClientCallID
	}
	return end{project, l.Time, identOf(id).uuid}
}

// mark finds anew what links tell of these calls, and of the calls that answered them.
func (w *writer) mark(ctx context.Context, ends []end) error {
	if len(ends) == 0 {
		return nil
	}
	if err := w.links.finish(); err != nil {
		return err
	}
	if err := w.touched.begin(w.conn); err != nil {
		return err
	}
	spans := map[event.ProjectID][]window{}
	for _, e := range ends {
		w.touched.row()
		w.touched.int(int64(e.project))
		w.touched.uuid(e.call)
		w.touched.time(e.time)
		spans[e.project] = append(spans[e.project], window{e.time, e.time})
	}
	if err := w.touched.finish(); err != nil {
		return err
	}
	for project, near := range spans {
		if err := w.markProject(ctx, project, near); err != nil {
			return err
		}
	}
	_, err := w.conn.exec(ctx, "TRUNCATE touched")
	return err
}

// markProject marks the touched calls of a project, which lie near these times.
func (w *writer) markProject(ctx context.Context, project event.ProjectID, near []window) error {
	for _, n := range windowsOver(near) {
		err := w.conn.each(ctx, statement("mark_answers")+" RETURNING time", []any{project, n.from.Add(-linkReach), n.to.Add(linkReach)}, func(r *reader) {
			at := r.time()
			near = append(near, window{at, at})
		})
		if err != nil {
			return err
		}
	}
	for _, n := range windowsOver(near) {
		if _, err := w.conn.exec(ctx, statement("mark_calls", "rank", methodRank), project, n.from, n.to, n.from.Add(-linkReach), n.to.Add(linkReach)); err != nil {
			return err
		}
	}
	return nil
}

// unmark marks calls anew after all links before a time went, but for those in kept:
// the calls of these links, and those beside the gap, whose client calls lay in it.
func (w *writer) unmark(ctx context.Context, before time.Time, kept window) error {
	if _, err := w.conn.exec(ctx, "UPDATE calls SET linked = NULL, tied = NULL, tied_by = NULL, answered = NULL WHERE tied IS NOT NULL AND time < ? AND NOT (time BETWEEN ? AND ?)", before, kept.from, kept.to); err != nil {
		return err
	}
	var ends []end
	for _, beside := range []window{
		{before, before.Add(linkReach)}, {kept.from, earlier(kept.to, kept.from.Add(linkReach))}, {later(kept.from, kept.to.Add(-linkReach)), kept.to},
	} {
		err := w.conn.each(ctx, "SELECT project, time, server FROM links WHERE time BETWEEN ? AND ? AND client IS NOT NULL AND server IS NOT NULL",
			[]any{beside.from, beside.to}, func(r *reader) {
				e := end{project: event.ProjectID(r.int()), time: r.time()}
				e.call, _ = r.uuid(r.next())
				ends = append(ends, e)
			})
		if err != nil {
			return err
		}
	}
	return w.mark(ctx, ends)
}
