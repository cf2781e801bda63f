package duckdb

import (
	"context"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Quality implements [store.Reader].
func (s *Store) Quality(ctx context.Context, scope store.Scope) (out store.Quality, err error) {
	out.Calls.ByMethod = map[string]int64{}
	out.BySource, out.ByRoute = []store.SourceQuality{}, []store.RouteQuality{}
	out.Unlinked, out.Rejected = []store.UnlinkedReason{}, []event.Rejection{}
	return out, err
}
