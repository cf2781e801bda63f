package meta_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/meta"
)

// clock is a test's own time.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func open(t *testing.T) (*meta.DB, *clock, string) {
	t.Helper()
	c := &clock{time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "data", "settings.db")
	db, err := meta.Open(t.Context(), path, c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, c, path
}

func TestDefaultProjectExists(t *testing.T) {
	t.Parallel()
	db, _, _ := open(t)
	p, err := db.Project(t.Context(), "default")
	if err != nil || p.ID != meta.DefaultProject {
		t.Fatalf("project default = %+v, %v", p, err)
	}
	if _, err := db.Project(context.Background(), "nope"); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("unknown project: %v", err)
	}
}
