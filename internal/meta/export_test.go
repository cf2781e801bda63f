package meta

import (
	"context"
	"fmt"
)

// SetVersion pretends that another program wrote the settings.
func (db *DB) SetVersion(ctx context.Context, version int) error {
	_, err := db.settings.exec(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, version))
	return err
}

// Fill makes the settings as large as they may get: what needs another page finds
// the disk full.
func (db *DB) Fill(ctx context.Context) error {
	_, err := db.settings.exec(ctx, `PRAGMA max_page_count = 1`) // SQLite takes the present size when that is larger
	return err
}
