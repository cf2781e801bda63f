package meta

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"
)

// SaltLife is how long a day's salt lives after its creation. Then the client keys
// made with it can never be computed again.
const SaltLife = 48 * time.Hour

// salts remembers the salts in use; the key file has them too, for restarts.
type salts struct {
	mu    sync.RWMutex
	byDay map[string][]byte
}

// Salt returns the secret salt of t's day in UTC, 32 bytes, creating it at the
// day's first use.
func (db *DB) Salt(ctx context.Context, t time.Time) ([]byte, error) {
	day := t.UTC().Format(time.DateOnly)
	db.salts.mu.RLock()
	salt := db.salts.byDay[day]
	db.salts.mu.RUnlock()
	if salt != nil {
		return salt, nil
	}
	db.salts.mu.Lock()
	defer db.salts.mu.Unlock()
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh)
	_, err := db.keys.exec(ctx, `INSERT INTO salt (day, salt, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, day, fresh, micros(db.now()))
	if err != nil {
		return nil, fmt.Errorf("salt of %s: %w", day, err)
	}
	if err := db.keys.row(ctx, []any{&salt}, `SELECT salt FROM salt WHERE day = ?`, day); err != nil {
		return nil, fmt.Errorf("salt of %s: %w", day, err)
	}
	db.salts.byDay[day] = salt
	return salt, nil
}

// ExpireSalts destroys salts older than [SaltLife], on disk and in memory.
func (db *DB) ExpireSalts(ctx context.Context) error {
	db.salts.mu.Lock()
	defer db.salts.mu.Unlock()
	done, err := db.keys.exec(ctx, `DELETE FROM salt WHERE created <= ?`, micros(db.now().Add(-SaltLife)))
	if err != nil {
		return fmt.Errorf("expire salts: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	clear(db.salts.byDay)
	return db.shredKeys(ctx)
}

// shredKeys makes a deletion from the key file final: the write-ahead log still
// holds the old pages until it is emptied.
func (db *DB) shredKeys(ctx context.Context) error {
	_, err := db.keys.exec(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}
