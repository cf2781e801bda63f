package meta

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// AddRelease records a deploy marker. The same one again replaces its URL and note.
func (db *DB) AddRelease(ctx context.Context, project event.ProjectID, r event.Release) error {
	if r.Version == "" || r.At.IsZero() {
		return &event.Permanent{Err: errors.New("a release needs version and at"), Hint: `Send {"service","version","at"}.`}
	}
	_, err := db.settings.exec(ctx, `INSERT INTO release (project, service, version, at, url, note) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET url = excluded.url, note = excluded.note`, project, r.Service, r.Version, micros(r.At), r.URL, r.Note)
	return err
}

// Releases lists the deploys in [from, to), oldest first.
func (db *DB) Releases(ctx context.Context, project event.ProjectID, from, to time.Time) ([]event.Release, error) {
	return rows(ctx, db.settings, func(r *sql.Rows) (rel event.Release, err error) {
		var at int64
		err = r.Scan(&rel.Service, &rel.Version, &at, &rel.URL, &rel.Note)
		rel.At = moment(at)
		return rel, err
	}, `SELECT service, version, at, url, note FROM release WHERE project = ? AND at >= ? AND at < ? ORDER BY at, service, version`,
		project, micros(from), micros(to))
}
