package meta

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Document is a small JSON body under a kind and id: a goal, a view, an alert, a
// note, an OpenAPI file. Its shape belongs to who reads it.
type Document struct {
	ID      string          `json:"id"`
	Body    json.RawMessage `json:"body"`
	Updated time.Time       `json:"updated"`
}

// maxDocument bounds a document, in bytes.
const maxDocument = 32 << 20

// PutDocument creates or replaces a document.
func (db *DB) PutDocument(ctx context.Context, project event.ProjectID, kind, id string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", kind, id, err)
	}
	if id == "" || len(text) > maxDocument {
		return &event.Permanent{Err: fmt.Errorf("%s %q has %d bytes", kind, id, len(text)), Hint: "Give an id and at most 32 MiB."}
	}
	_, err = db.settings.exec(ctx, `INSERT OR REPLACE INTO document (project, kind, id, body, updated) VALUES (?, ?, ?, ?, ?)`,
		project, kind, id, string(text), micros(db.now()))
	return err
}

// Document returns one document; [ErrNotFound] when there is none.
func (db *DB) Document(ctx context.Context, project event.ProjectID, kind, id string) (Document, error) {
	found, err := rows(ctx, db.settings, scanDocument,
		`SELECT id, body, updated FROM document WHERE project = ? AND kind = ? AND id = ?`, project, kind, id)
	if err != nil {
		return Document{}, err
	}
	if len(found) == 0 {
		return Document{}, fmt.Errorf("%s %q: %w", kind, id, ErrNotFound)
	}
	return found[0], nil
}

// Documents lists a kind by id.
func (db *DB) Documents(ctx context.Context, project event.ProjectID, kind string) ([]Document, error) {
	return rows(ctx, db.settings, scanDocument,
		`SELECT id, body, updated FROM document WHERE project = ? AND kind = ? ORDER BY id`, project, kind)
}

// DeleteDocument removes a document; [ErrNotFound] when there is none.
func (db *DB) DeleteDocument(ctx context.Context, project event.ProjectID, kind, id string) error {
	done, err := db.settings.exec(ctx, `DELETE FROM document WHERE project = ? AND kind = ? AND id = ?`, project, kind, id)
	if err != nil {
		return err
	}
	return mustChange(done, fmt.Sprintf("%s %q", kind, id))
}

func scanDocument(r *sql.Rows) (d Document, err error) {
	var body string
	var updated int64
	err = r.Scan(&d.ID, &body, &updated)
	d.Body, d.Updated = json.RawMessage(body), moment(updated)
	return d, err
}
