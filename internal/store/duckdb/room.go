package duckdb

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clickspan/clickspan/internal/event"
)

// reserve is the disk space, in bytes, that new rows leave alone. Checkpoints and
// the link pass live on it: an engine whose checkpoint meets a full disk takes
// nothing more until it is started anew, while one that was never given the rows
// goes on as soon as there is room.
const reserve = 128 << 20

// room refuses new rows while the disk of dir is nearly full.
func room(dir string) error {
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err != nil {
		return fmt.Errorf("data directory %s: %w", dir, err)
	}
	free := disk.Bavail * uint64(disk.Bsize)
	if free >= reserve {
		return nil
	}
	return &event.Retryable{
		Err:  fmt.Errorf("%w: %s has %d MB left, and %d are kept free", event.ErrNoSpace, dir, free>>20, reserve>>20),
		Hint: "Free disk space, or shorten retain_raw; intake then goes on by itself. Nothing of this batch was written.", After: 5 * time.Second,
	}
}
