package duckdb

import (
	"context"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Find implements [store.Reader].
func (s *Store) Find(ctx context.Context, project event.ProjectID, id string) ([]store.Hit, error) {
	hits := []store.Hit{}
	if id == "" {
		return hits, nil
	}
	text := statement("find", "id", idText("r"))
	args := []any{project, identOf(id).uuid, traceOf(id).uuid, id}
	err := s.readers.light.with(ctx, func(c *conn) error {
		return c.each(ctx, text, args, func(r *reader) {
			hits = append(hits, store.Hit{Kind: r.text(), ID: r.text(), Time: r.time()})
		})
	})
	return hits, err
}
