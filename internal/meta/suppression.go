package meta

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"

	"github.com/clickspan/clickspan/internal/event"
)

// suppressed is the list of erased people in memory, because intake asks for every record.
type suppressed struct {
	any atomic.Bool // lets an installation that never erased anyone skip the lock
	mu  sync.RWMutex
	ids map[suppressedID]struct{}
}

type suppressedID struct {
	project event.ProjectID
	id      string
}

// Suppress puts the ids of an erased person on the list.
func (db *DB) Suppress(ctx context.Context, project event.ProjectID, ids []string) error {
	err := db.settings.inTx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `INSERT INTO suppression (project, id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
				project, id, micros(db.now())); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return db.loadSuppressed(ctx)
}

// Suppressed reports whether id, as stored, belongs to an erased person.
func (db *DB) Suppressed(project event.ProjectID, id string) bool {
	if id == "" || !db.suppressed.any.Load() {
		return false
	}
	db.suppressed.mu.RLock()
	defer db.suppressed.mu.RUnlock()
	_, yes := db.suppressed.ids[suppressedID{project, id}]
	return yes
}

// Suppressions lists the ids of all erased people by project, for replaying after
// a restore.
func (db *DB) Suppressions(ctx context.Context) (map[event.ProjectID][]string, error) {
	all, err := db.suppressions(ctx)
	if err != nil {
		return nil, err
	}
	byProject := map[event.ProjectID][]string{}
	for _, s := range all {
		byProject[s.project] = append(byProject[s.project], s.id)
	}
	return byProject, nil
}

func (db *DB) suppressions(ctx context.Context) ([]suppressedID, error) {
	return rows(ctx, db.settings, func(r *sql.Rows) (s suppressedID, err error) { return s, r.Scan(&s.project, &s.id) },
		`SELECT project, id FROM suppression ORDER BY project, id`)
}

func (db *DB) loadSuppressed(ctx context.Context) error {
	all, err := db.suppressions(ctx)
	if err != nil {
		return err
	}
	ids := make(map[suppressedID]struct{}, len(all))
	for _, s := range all {
		ids[s] = struct{}{}
	}
	db.suppressed.mu.Lock()
	defer db.suppressed.mu.Unlock()
	db.suppressed.ids = ids
	db.suppressed.any.Store(len(ids) > 0)
	return nil
}
