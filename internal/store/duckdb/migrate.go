package duckdb

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/clickspan/clickspan/internal/event"
)

// migrations are applied once each, in the order of their names. They only go up.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the file to the newest schema; each step is a transaction.
func migrate(ctx context.Context, c *conn) error {
	if err := c.script("CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name VARCHAR)"); err != nil {
		return err
	}
	done, err := c.number(ctx, "SELECT max(number) FROM migrations")
	if err != nil {
		return err
	}
	files, err := fs.ReadDir(migrations, "migrations")
	if err != nil {
		return err
	}
	if int(done) > len(files) {
		return &event.Permanent{
			Err:  fmt.Errorf("the data was written by a newer version (schema %d, this one knows %d)", done, len(files)),
			Hint: "Start that version again, or restore a backup made before the update.",
		}
	}
	for i, file := range files[done:] {
		text, err := migrations.ReadFile("migrations/" + file.Name())
		if err != nil {
			return err
		}
		err = c.transact("BEGIN", func() error {
			if err := c.script(string(text)); err != nil {
				return err
			}
			_, err := c.exec(ctx, "INSERT INTO migrations VALUES (?, ?)", int(done)+i+1, file.Name())
			return err
		})
		if err != nil {
			return fmt.Errorf("migration %s: %w", file.Name(), err)
		}
	}
	return nil
}
