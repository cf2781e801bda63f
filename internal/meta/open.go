package meta

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"github.com/clickspan/clickspan/internal/event"
)

// KeyFile is the name of the file beside the settings that backups omit.
const KeyFile = "person-keys.db"

// ErrNotFound says that no row has the name or id asked for.
var ErrNotFound = errors.New("not found")

//go:embed sql
var migrations embed.FS

// DB is the settings store. Its methods may be called concurrently.
type DB struct {
	settings file
	keys     file
	now      func() time.Time

	keyCache   *lookups
	salts      salts
	suppressed suppressed
}

// Open opens the settings at path, creating the file, its directory and the key
// file when missing, brings both to the newest schema and makes sure that the
// project `default` exists. now is the clock.
func Open(ctx context.Context, path string, now func() time.Time) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	settings, err := openFile(ctx, path, "sql/settings")
	if err != nil {
		return nil, openError("settings", path, err)
	}
	keyPath := filepath.Join(filepath.Dir(path), KeyFile)
	keys, err := openFile(ctx, keyPath, "sql/keys")
	if err != nil {
		return nil, errors.Join(openError("person keys", keyPath, err), settings.Close())
	}
	db := &DB{settings: settings, keys: keys, now: now, keyCache: newLookups()}
	db.salts.byDay = map[string][]byte{}
	if err := db.begin(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// openError names the file and, when its bytes are damaged, the way back.
func openError(what, path string, err error) error {
	err = fmt.Errorf("%s %s: %w", what, path, err)
	if broken, ok := errors.AsType[*sqlite.Error](err); ok {
		switch broken.Code() & 0xff { // the rest of the code is detail
		case sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB:
			return &event.Permanent{Err: err, Hint: "Restore the file from a backup, or move it (and its -wal and -shm) aside to begin anew without what it held."}
		case sqlitelib.SQLITE_CANTOPEN:
			return &event.Permanent{Err: err, Hint: "Choose a directory that this user may write to, on a disk with space."}
		}
	}
	return err
}

// begin writes what every installation has.
func (db *DB) begin(ctx context.Context) error {
	_, err := db.settings.exec(ctx,
		`INSERT INTO project (id, name, created) VALUES (1, 'default', ?) ON CONFLICT DO NOTHING`, micros(db.now()))
	if err != nil {
		return fmt.Errorf("create project default: %w", err)
	}
	return db.loadSuppressed(ctx)
}

// Writable writes what changes nothing, durably: its error is what a change would meet.
func (db *DB) Writable(ctx context.Context) error {
	_, err := db.settings.exec(ctx, `UPDATE project SET created = created WHERE id = 1`)
	return err
}

// Close closes both files.
func (db *DB) Close() error { return errors.Join(db.settings.Close(), db.keys.Close()) }

// openFile opens one SQLite file, readable by its owner only, and migrates it.
func openFile(ctx context.Context, path, dir string) (file, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return file{}, err
	}
	if err := f.Close(); err != nil {
		return file{}, err
	}
	// secure_delete overwrites deleted rows with zeros, so that a destroyed key is gone.
	pragmas := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)",
	}}
	conn, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: pragmas.Encode()}).String())
	if err != nil {
		return file{}, err
	}
	// One connection: settings are small, and SQLite has one writer anyway.
	conn.SetMaxOpenConns(1)
	if err := migrate(ctx, conn, dir); err != nil {
		return file{}, errors.Join(err, conn.Close())
	}
	return file{conn}, nil
}

// Pending returns the names of the migrations that [Open] would run on the settings
// at path, without changing them; none when there are no settings yet. Settings of a
// newer program are an [event.Permanent].
func Pending(ctx context.Context, path string) ([]string, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	conn, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "mode=ro&_pragma=busy_timeout(10000)"}).String())
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	var version int
	if err := conn.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return nil, openError("settings", path, err)
	}
	names, err := fs.Glob(migrations, "sql/settings/*.sql")
	if err != nil || version == 0 {
		return nil, err
	}
	if version > len(names) {
		return nil, openError("settings", path, tooNew(version, len(names)))
	}
	slices.Sort(names)
	return names[version:], nil
}

func tooNew(schema, known int) error {
	return &event.Permanent{
		Err:  fmt.Errorf("schema %d is newer than this program's %d", schema, known),
		Hint: "Run the newer clickspan that wrote this file, or restore a backup from before the upgrade.",
	}
}

// migrate runs the numbered files of dir that the database has not seen. They only
// go up; the number of the last one is SQLite's user_version.
func migrate(ctx context.Context, conn *sql.DB, dir string) error {
	names, err := fs.Glob(migrations, dir+"/*.sql")
	if err != nil {
		return err
	}
	slices.Sort(names)
	return file{conn}.inTx(ctx, func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
			return err
		}
		if version > len(names) {
			return tooNew(version, len(names))
		}
		for _, name := range names[version:] {
			text, err := migrations.ReadFile(name)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("migration %s: %w", name, err)
			}
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, len(names)))
		return err
	})
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }
