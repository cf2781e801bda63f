package duckdb

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/clickspan/clickspan/internal/event"
)

// migrations are applied once each, in the order of their names. They only go up.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the file to the newest schema; each step is a transaction.
// migrated, when given, is told after each step.
func migrate(ctx context.Context, c *conn, migrated func(name string)) error {
	if err := c.script("CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name VARCHAR)"); err != nil {
		return err
	}
	done, missing, err := c.pending(ctx)
	if err != nil {
		return err
	}
	for i, name := range missing {
		text, err := migrations.ReadFile("migrations/" + name)
		if err != nil {
			return err
		}
		err = c.transact("BEGIN", func() error {
			if err := c.script(string(text)); err != nil {
				return err
			}
			_, err := c.exec(ctx, "INSERT INTO migrations VALUES (?, ?)", done+i+1, name)
			return err
		})
		if err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
		if migrated != nil {
			migrated(name)
		}
	}
	return nil
}

// pending returns how many migrations the file has seen and the names of those it
// has not.
func (c *conn) pending(ctx context.Context) (done int, missing []string, err error) {
	seen, err := c.number(ctx, "SELECT max(number) FROM migrations")
	if err != nil {
		return 0, nil, err
	}
	files, err := fs.ReadDir(migrations, "migrations")
	if err != nil {
		return 0, nil, err
	}
	if int(seen) > len(files) {
		return 0, nil, &event.Permanent{
			Err:  fmt.Errorf("the data was written by a newer version (schema %d, this one knows %d)", seen, len(files)),
			Hint: "Start that version again, or restore a backup made before the update.",
		}
	}
	for _, file := range files[seen:] {
		missing = append(missing, file.Name())
	}
	return int(seen), missing, nil
}

// approve asks whether a file of an earlier version may be migrated. It only reads,
// so that whoever refuses can go back to the version before.
func approve(ctx context.Context, path string, config Config) error {
	if _, err := os.Stat(path); config.Approve == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var database mapping.Database
	if err := openDatabase(path, config, readOnly, &database); err != nil {
		return err
	}
	defer mapping.Close(&database)
	c, err := (&Store{database: database}).connect()
	if err != nil {
		return err
	}
	defer c.close()
	begun, err := c.number(ctx, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'migrations'")
	if err != nil || begun == 0 { // nothing was ever written
		return err
	}
	_, missing, err := c.pending(ctx)
	if err != nil || len(missing) == 0 {
		return err
	}
	return config.Approve(missing)
}
