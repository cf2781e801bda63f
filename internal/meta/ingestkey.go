package meta

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// KeyKind says what an ingest key may send.
type KeyKind string

// The kinds of ingest keys. A browser key is public by nature: events and client
// calls from its allowed origins. A server key may send everything.
const (
	BrowserKey KeyKind = "browser"
	ServerKey  KeyKind = "server"
)

// prefix is what the key's text begins with.
func (k KeyKind) prefix() string {
	if k == BrowserKey {
		return "cs_b_"
	}
	return "cs_s_"
}

// IngestKey is the right to send records to one project. The key's text itself is
// only known when it is created.
type IngestKey struct {
	ID      int64           `json:"id"`
	Project event.ProjectID `json:"project"`
	Kind    KeyKind         `json:"kind"`
	Prefix  string          `json:"prefix"` // the first characters, to recognise it by
	// Origins are the web origins a browser key is taken from; empty = any.
	Origins []string  `json:"origins"`
	Note    string    `json:"note,omitempty"`
	Created time.Time `json:"created"`
	Revoked time.Time `json:"revoked,omitzero"`
}

// CreateKey makes an ingest key and returns its text, which is not stored.
func (db *DB) CreateKey(ctx context.Context, project event.ProjectID, kind KeyKind, origins []string, note string) (string, IngestKey, error) {
	if kind != BrowserKey && kind != ServerKey {
		return "", IngestKey{}, &event.Permanent{Err: fmt.Errorf("key kind %q is unknown", kind), Hint: "Use browser or server."}
	}
	text, err := json.Marshal(append([]string{}, origins...))
	if err != nil {
		return "", IngestKey{}, err
	}
	secret, shown := newSecret(kind.prefix())
	hash := hashOf(secret)
	k := IngestKey{Project: project, Kind: kind, Prefix: shown, Origins: append([]string{}, origins...), Note: note, Created: event.Time(db.now())}
	err = db.settings.row(ctx, []any{&k.ID},
		`INSERT INTO ingest_key (project, kind, hash, prefix, origins, note, created) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		project, kind, hash[:], shown, string(text), note, micros(k.Created))
	return secret, k, err
}

const selectKey = `SELECT id, project, kind, prefix, origins, note, created, revoked FROM ingest_key `

// Keys lists a project's ingest keys, revoked ones too, by id.
func (db *DB) Keys(ctx context.Context, project event.ProjectID) ([]IngestKey, error) {
	return rows(ctx, db.settings, scanKey, selectKey+`WHERE project = ? ORDER BY id`, project)
}

// RevokeKey ends a key; other processes notice within half a minute. [ErrNotFound]
// when no valid key has that id.
func (db *DB) RevokeKey(ctx context.Context, id int64) error {
	done, err := db.settings.exec(ctx, `UPDATE ingest_key SET revoked = ? WHERE id = ? AND revoked IS NULL`, micros(db.now()), id)
	if err != nil {
		return err
	}
	db.keyCache.clear()
	return mustChange(done, fmt.Sprintf("valid key %d", id))
}

// LookupKey finds the valid key with that text; [ErrNotFound] when there is none.
// Answers are remembered for half a minute.
func (db *DB) LookupKey(ctx context.Context, secret string) (IngestKey, error) {
	hash, now := hashOf(secret), db.now()
	if key, ok := db.keyCache.get(hash, now); ok {
		return key, nil
	}
	found, err := rows(ctx, db.settings, scanKey, selectKey+`WHERE hash = ? AND revoked IS NULL`, hash[:])
	if err != nil {
		return IngestKey{}, err
	}
	if len(found) == 0 {
		return IngestKey{}, fmt.Errorf("ingest key: %w", ErrNotFound)
	}
	db.keyCache.put(hash, found[0], now)
	return found[0], nil
}

func scanKey(r *sql.Rows) (k IngestKey, err error) {
	var created int64
	var revoked sql.NullInt64
	var origins string
	if err = r.Scan(&k.ID, &k.Project, &k.Kind, &k.Prefix, &origins, &k.Note, &created, &revoked); err != nil {
		return k, err
	}
	k.Created = moment(created)
	if revoked.Valid {
		k.Revoked = moment(revoked.Int64)
	}
	return k, json.Unmarshal([]byte(origins), &k.Origins)
}

// mustChange turns "no row was changed" into [ErrNotFound].
func mustChange(done sql.Result, what string) error {
	n, err := done.RowsAffected()
	if err == nil && n == 0 {
		err = fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	return err
}
