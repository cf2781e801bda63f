package meta

import (
	"context"
	"fmt"
)

// SetVersion pretends that another program wrote the settings.
func (db *DB) SetVersion(ctx context.Context, version int) error {
	_, err := db.settings.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, version))
	return err
}
