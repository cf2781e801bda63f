package duckdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clickspan/clickspan/internal/event"
)

// ErrInUse is part of the error of [Open] when another process has the directory.
var ErrInUse = errors.New("is in use")

// lockDir takes the directory for this process; closing the file gives it back,
// and so does the end of the process, however it comes.
func lockDir(dir string) (*os.File, error) {
	name := filepath.Join(dir, "clickspan.lock")
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the directory
	if err != nil {
		return nil, dirError(dir, err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		holder := make([]byte, 32)
		n, _ := file.Read(holder)
		_ = file.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, dirError(dir, err)
		}
		return nil, &event.Permanent{
			Err:  fmt.Errorf("data directory %s %w by process %s", dir, ErrInUse, strings.TrimSpace(string(holder[:n]))),
			Hint: "Stop that process, or choose another directory with --data. When it is a server, the file `address` in it says where its web page is.",
		}
	}
	if err := file.Truncate(0); err != nil {
		return nil, errors.Join(dirError(dir, err), file.Close())
	}
	if _, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return nil, errors.Join(dirError(dir, err), file.Close())
	}
	return file, nil
}

func dirError(dir string, err error) error {
	return &event.Permanent{
		Err:  fmt.Errorf("data directory %s: %w", dir, err),
		Hint: "Choose a directory that this user may write to, on a disk with space.",
	}
}
