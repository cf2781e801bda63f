package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// rotatedLog is a log under the name that rotation gave it.
type rotatedLog struct {
	path    string
	written time.Time // when its last line was
}

// rotatedLogs finds the files beside the log at path that rotation may have renamed,
// oldest first: access.log.1, access.log-20261127, access.log.2026-11-27 and
// access-20261127.log. Compressed ones are none: nothing can be found in them by place.
func rotatedLogs(path string) ([]rotatedLog, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	end := filepath.Ext(name)
	stem, end, name := regexp.QuoteMeta(strings.TrimSuffix(name, end)), regexp.QuoteMeta(end), regexp.QuoteMeta(name)
	const number = `[-._]\d[-._:T\d]*`
	rotated := regexp.MustCompile(`^(` + name + number + `|` + stem + number + end + `)$`)
	var found []rotatedLog
	for _, entry := range entries {
		if !entry.Type().IsRegular() || !rotated.MatchString(entry.Name()) {
			continue
		}
		if info, err := entry.Info(); err == nil { // else it is gone by now
			found = append(found, rotatedLog{filepath.Join(filepath.Dir(path), entry.Name()), info.ModTime()})
		}
	}
	slices.SortStableFunc(found, func(a, b rotatedLog) int { return a.written.Compare(b.written) })
	return found, nil
}

// catchUpWithRotated reads the rest of a log that was rotated before it was read to its
// end, and what was rotated after it. It reports whether the position was found, in one
// of these or in what the path names.
func (f *follower) catchUpWithRotated(ctx context.Context) (found bool, err error) {
	if same, err := f.isAt(f.path); err != nil || same {
		return same, err
	}
	rotated, err := rotatedLogs(f.path)
	if err != nil {
		return false, err
	}
	for i, log := range rotated {
		if same, err := f.isAt(log.path); err != nil {
			return false, err
		} else if same {
			return true, f.readRotated(ctx, rotated[i:])
		}
	}
	return false, nil
}

// isAt reports whether the file at path has the position's last line in its place; a
// file that is not there has not.
func (f *follower) isAt(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, nil
	}
	defer func() { _ = file.Close() }()
	return endsWith(file, f.pos)
}

// readRotated reads the first log from the position and the others whole. The
// position is given up only after the last: whoever stops before comes here again.
func (f *follower) readRotated(ctx context.Context, logs []rotatedLog) error {
	for _, log := range logs {
		file, err := os.Open(log.path)
		if err != nil {
			return err
		}
		f.file = file
		err = f.drain(ctx)
		f.close()
		if err != nil {
			return err
		}
		f.pos = position{}
	}
	return f.save()
}
