package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"github.com/clickspan/clickspan/internal/event"
)

// file is one SQLite file. What its disk refuses comes out as [event.Retryable],
// whichever way it was asked.
type file struct{ conn *sql.DB }

// Close closes the file.
func (f file) Close() error { return f.conn.Close() }

func (f file) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	done, err := f.conn.ExecContext(ctx, query, args...)
	return done, classed(err)
}

// row reads the one row of a query into the places of to; [sql.ErrNoRows] when
// there is none.
func (f file) row(ctx context.Context, to []any, query string, args ...any) error {
	return classed(f.conn.QueryRowContext(ctx, query, args...).Scan(to...))
}

// inTx runs do in one transaction.
func (f file) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := f.conn.BeginTx(ctx, nil)
	if err != nil {
		return classed(err)
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // SQLite has done so itself when its disk failed
		return classed(err)
	}
	return classed(tx.Commit())
}

// rows collects every row of a query.
func rows[T any](ctx context.Context, f file, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	found, err := f.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, classed(err)
	}
	defer func() { _ = found.Close() }()
	all := []T{}
	for found.Next() {
		one, err := scan(found)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, classed(found.Err())
}

// classed tells what passes, a full or failing disk and a lock held too long, from
// what does not.
func classed(err error) error {
	failed, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch failed.Code() & 0xff { // the rest of the code is detail
	case sqlitelib.SQLITE_FULL:
		return &event.Retryable{
			Err:  fmt.Errorf("%w: the settings are not taken: %w", event.ErrNoSpace, err),
			Hint: "Free disk space; nothing of this was kept. It goes on by itself.", After: 5 * time.Second,
		}
	case sqlitelib.SQLITE_IOERR:
		return &event.Retryable{
			Err:  fmt.Errorf("the disk does not take the settings: %w", err),
			Hint: "See to the disk; nothing of this was kept. It goes on by itself.", After: 5 * time.Second,
		}
	case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED:
		return &event.Retryable{Err: fmt.Errorf("another process holds the settings: %w", err), Hint: "Send it again in a moment."}
	}
	return err
}
