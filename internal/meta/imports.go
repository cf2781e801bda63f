package meta

import (
	"context"
	"database/sql"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Import says what one import brought, so that it can be found and undone by its label.
type Import struct {
	Label      string    `json:"label"`
	At         time.Time `json:"at"`
	Format     string    `json:"format"`
	Source     string    `json:"source"` // file name
	Accepted   int       `json:"accepted"`
	Duplicates int       `json:"duplicates"`
	Rejected   int       `json:"rejected"`
	From       time.Time `json:"from,omitzero"`
	To         time.Time `json:"to,omitzero"`
}

// AddImport records an import; its At is set to now.
func (db *DB) AddImport(ctx context.Context, project event.ProjectID, i Import) error {
	_, err := db.settings.exec(ctx, `INSERT OR REPLACE INTO import
		(project, label, at, format, source, accepted, duplicates, rejected, "from", "to") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		project, i.Label, micros(db.now()), i.Format, i.Source, i.Accepted, i.Duplicates, i.Rejected, micros(i.From), micros(i.To))
	return err
}

// Imports lists a project's imports, newest first.
func (db *DB) Imports(ctx context.Context, project event.ProjectID) ([]Import, error) {
	return rows(ctx, db.settings, func(r *sql.Rows) (i Import, err error) {
		var at, from, to int64
		err = r.Scan(&i.Label, &at, &i.Format, &i.Source, &i.Accepted, &i.Duplicates, &i.Rejected, &from, &to)
		i.At = moment(at)
		if i.Accepted > 0 {
			i.From, i.To = moment(from), moment(to)
		}
		return i, err
	}, `SELECT label, at, format, source, accepted, duplicates, rejected, "from", "to" FROM import
		WHERE project = ? ORDER BY at DESC, label, source`, project)
}

// DeleteImport forgets an import after its rows were removed.
func (db *DB) DeleteImport(ctx context.Context, project event.ProjectID, label string) error {
	_, err := db.settings.exec(ctx, `DELETE FROM import WHERE project = ? AND label = ?`, project, label)
	return err
}
