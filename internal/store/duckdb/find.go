package duckdb

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Find implements [store.Reader]. No index keeps the ids: a session is found among the
// parts, anything else from the newest rows backwards, so that what happened lately,
// which is what people look for, is found soon.
func (s *Store) Find(ctx context.Context, project event.ProjectID, id string) ([]store.Hit, error) {
	hits := []store.Hit{}
	if id == "" {
		return hits, nil
	}
	err := s.readers.light.with(ctx, func(c *conn) error {
		err := c.each(ctx, statement("find_session"), []any{project, sessionHash(id), id}, func(r *reader) {
			hits = append(hits, store.Hit{Kind: "session", ID: id, Time: r.time()})
		})
		if err != nil || len(hits) > 0 {
			return err
		}
		everywhen := store.Scope{Project: project}
		err = c.each(ctx, statement("find_range"), nil, func(r *reader) {
			everywhen.From, everywhen.To = r.time(), r.time().Add(time.Microsecond)
		})
		if err != nil {
			return err
		}
		if err := backwards(everywhen, "", func(scope store.Scope) (found bool, err error) {
			hits, err = c.findIn(ctx, scope, id)
			return len(hits) > 0, err
		}); err != nil || len(hits) == 0 {
			return err
		}
		around := everywhen
		for i := range hits {
			around.From = later(around.From, hits[i].Time.Add(-store.FindReach))
		}
		hits, err = c.findIn(ctx, around, id)
		return err
	})
	return hits, err
}

// findIn looks an id up in a range of time.
func (c *conn) findIn(ctx context.Context, s store.Scope, id string) ([]store.Hit, error) {
	hits := []store.Hit{}
	args := []any{s.Project, identOf(id).uuid, traceOf(id).uuid, id, s.From, s.To}
	err := c.each(ctx, statement("find", "id", idText("r")), args, func(r *reader) {
		hits = append(hits, store.Hit{Kind: r.text(), ID: r.text(), Time: r.time()})
	})
	return hits, err
}
