package duckdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/clickspan/clickspan/internal/event"
)

// commitMark is what ends every transaction in the engine's write-ahead log: the
// entry that makes what is before it count, with its size and checksum.
const commitMark = "\x05\x00\x00\x00\x00\x00\x00\x00\xe7\xfe\x7d\x72\x2f\xed\x3d\x5e\x64\x00\x64\xff\xff"

// checkLogs refuses the write-ahead logs of the data file at path when something
// before a commit cannot be read. The engine takes such a place for the torn end that
// a crash leaves and drops the rest without a word; but after a torn end there is no
// commit.
func checkLogs(path string) error {
	for _, log := range []string{path + ".wal", path + ".checkpoint.wal"} {
		if err := checkLog(log); err != nil {
			return err
		}
	}
	return nil
}

func checkLog(path string) error {
	file, err := os.Open(path) //nolint:gosec // the operator names the directory
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	log, err := unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer func() { _ = unix.Munmap(log) }()
	at := replayed(log)
	if !bytes.Contains(log[at:], []byte(commitMark)) {
		return nil
	}
	return &event.Permanent{
		Err:  fmt.Errorf("the write-ahead log %s is damaged at byte %d, and there are committed records behind it", path, at),
		Hint: logHint,
	}
}

const logHint = "Restore the directory from a backup, or move the .wal file aside to start without the records in it; the rest of the data stays."

// replayed returns how many bytes of a log the engine understands: one entry with the
// version, then entries with their size and checksum before them. It verifies the
// checksums itself and says so when one is wrong.
func replayed(log []byte) int {
	const header = 16
	at := versionEntry(log)
	if at == 0 {
		return 0
	}
	for len(log)-at >= header {
		size := binary.LittleEndian.Uint64(log[at:])
		if size > uint64(len(log)-at-header) {
			break
		}
		at += header + int(size)
	}
	return at
}

// versionEntry returns the length of the entry at the beginning of a log, 0 when
// there is none: tagged fields, of which the last two name the data file.
func versionEntry(log []byte) int {
	rest, ok := bytes.CutPrefix(log, []byte("\x64\x00\x62\x65\x00\x02")) // an entry of kind 98, version 2
	if !ok {
		return 0
	}
	number := func() uint64 {
		n, length := binary.Uvarint(rest)
		rest = rest[max(length, 0):]
		return n
	}
	if after, ok := bytes.CutPrefix(rest, []byte("\x66\x00")); ok {
		rest = after
		for range min(number(), 64) {
			number()
		}
	}
	if after, ok := bytes.CutPrefix(rest, []byte("\x67\x00")); ok {
		rest = after
		number()
	}
	if rest, ok = bytes.CutPrefix(rest, []byte("\xff\xff")); !ok {
		return 0
	}
	return len(log) - len(rest)
}
