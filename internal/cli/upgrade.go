package cli

import (
	"fmt"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// The values of the setting migrate.
const (
	migrateAuto   = "auto"
	migrateRefuse = "refuse"
)

// upgrade watches a data directory of an earlier version being brought to this one's
// schema.
type upgrade struct {
	e       *env
	bar     *progress
	pending []string
	done    int
}

// approve refuses when the operator wants no migration at start, and says what is
// coming otherwise. Nothing has been changed when it is called.
func (u *upgrade) approve(pending []string) error {
	data := u.e.settings.Data
	if u.e.settings.Migrate == migrateRefuse {
		return &event.Permanent{
			Err:  fmt.Errorf("%s is of an earlier version and lacks %s", data, strings.Join(pending, ", ")),
			Hint: "Nothing was changed. Back the directory up and run clickspan migrate, or start the version that wrote it.",
		}
	}
	_, _ = fmt.Fprintf(u.e.Err, "Bringing %s to this version's schema: %s. Do not stop it; a stopped step begins anew.\n", data, strings.Join(pending, ", "))
	u.pending, u.done, u.bar = pending, 0, newProgress(u.e.Err, "Upgrading")
	u.bar.show(0, pending[0])
	return nil
}

// migrated shows how much of one step is over.
func (u *upgrade) migrated(name string, share float64) {
	if u.bar == nil { // a new directory: its first schema is no upgrade
		return
	}
	if share < 1 {
		u.bar.show((float64(u.done)+share)/float64(len(u.pending)), name)
		return
	}
	u.done++
	if u.done == len(u.pending) {
		u.bar.done()
		return
	}
	u.bar.show(float64(u.done)/float64(len(u.pending)), u.pending[u.done])
}
