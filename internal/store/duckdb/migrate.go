package duckdb

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/clickspan/clickspan/internal/event"
)

// migrations are applied once each, in the order of their names. They only go up.
//
//go:embed migrations/*.sql migrations/days/*.sql
var migrations embed.FS

// migrate brings the file to the newest schema, step by step. migrated, when given, is
// told how much of a step is over.
func migrate(ctx context.Context, c *conn, migrated func(name string, share float64)) error {
	if err := c.script("CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name VARCHAR)"); err != nil {
		return err
	}
	done, missing, err := c.pending(ctx)
	if err != nil {
		return err
	}
	if migrated == nil {
		migrated = func(string, float64) {}
	}
	for i, name := range missing {
		if err := c.migration(ctx, done+i+1, name, func(share float64) { migrated(name, share) }); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
		migrated(name, 1)
	}
	return nil
}

// migration takes one step, mostly in one transaction. A step that has a second part in
// migrations/days fills what its first part made day by day, so that neither memory nor
// the time without news grows with the data; when stopped, it begins anew, so both its
// parts may run twice.
func (c *conn) migration(ctx context.Context, number int, name string, over func(share float64)) error {
	text, err := migrations.ReadFile("migrations/" + name)
	if err != nil {
		return err
	}
	ofDay, err := migrations.ReadFile("migrations/days/" + name)
	if err == nil {
		if err := c.script(string(text)); err != nil {
			return err
		}
		if err := c.eachDay(ctx, string(ofDay), over); err != nil {
			return err
		}
		text = nil
	}
	return c.transact("BEGIN", func() error {
		if err := c.script(string(text)); err != nil {
			return err
		}
		_, err := c.exec(ctx, "INSERT INTO migrations VALUES (?, ?)", number, name)
		return err
	})
}

// eachDay runs a statement for each day that has links.
func (c *conn) eachDay(ctx context.Context, text string, over func(share float64)) error {
	var days []time.Time
	err := c.each(ctx, "SELECT DISTINCT date_trunc('day', time) AS day FROM links ORDER BY day", nil, func(r *reader) { days = append(days, r.time()) })
	if err != nil {
		return err
	}
	for i, day := range days {
		over(float64(i) / float64(len(days)))
		if _, err := c.exec(ctx, text, day, day.AddDate(0, 0, 1)); err != nil {
			return err
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
	files, err := fs.Glob(migrations, "migrations/*.sql")
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
		missing = append(missing, path.Base(file))
	}
	return int(seen), missing, nil
}

// approve asks whether a file of an earlier version may be migrated. It only reads,
// so that whoever refuses can go back to the version before.
func approve(ctx context.Context, file string, config Config) error {
	if _, err := os.Stat(file); config.Approve == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var database mapping.Database
	if err := openDatabase(file, config, readOnly, &database); err != nil {
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
