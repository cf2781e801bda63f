package duckdb_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

// TestADamagedLogIsNotDropped damages the write-ahead log that a crash left: either
// the data is refused, or everything that was committed is there. Only an end that no
// commit follows may go.
func TestADamagedLogIsNotDropped(t *testing.T) {
	t.Parallel()
	crashed := t.TempDir()
	s := open(t, crashed)
	appendTo(t, s, clicks(100, "a"))
	if err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	appendTo(t, s, clicks(20, "b"))
	appendTo(t, s, clicks(20, "c"))
	data, err := os.ReadFile(filepath.Join(crashed, "clickspan.duckdb"))
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(crashed, "clickspan.duckdb.wal"))
	if err != nil {
		t.Fatal(err)
	}
	entries := bytes.Index(log, []byte("\xff\xff")) + 2 // the first size comes after the version
	for _, c := range []struct {
		name   string
		damage func(log []byte) []byte
		events int64 // -1: refused
	}{
		{"intact", func(log []byte) []byte { return log }, 140},
		{"no log", func([]byte) []byte { return nil }, 100},
		{"torn end", func(log []byte) []byte { return log[:len(log)-5] }, 120},
		{"torn in the first transaction", func(log []byte) []byte { return log[:entries+100] }, 100},
		{"torn in the version", func(log []byte) []byte { return log[:10] }, 100},
		{"head", func(log []byte) []byte { copy(log, "damaged!"); return log }, -1},
		{"zeros", func(log []byte) []byte { clear(log[:4096]); return log }, -1},
		{"name of the data file", func(log []byte) []byte { log[12] ^= 1; return log }, -1},
		{"first size", func(log []byte) []byte { log[entries+6] = 0x7f; return log }, -1},
		{"first size, a little", func(log []byte) []byte { log[entries+2] ^= 1; return log }, -1},
		{"first checksum", func(log []byte) []byte { log[entries+9] ^= 1; return log }, -1},
		{"first entry", func(log []byte) []byte { log[entries+30] ^= 1; return log }, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "clickspan.duckdb")
			damaged := c.damage(bytes.Clone(log))
			for name, content := range map[string][]byte{path: data, path + ".wal": damaged} {
				if content == nil {
					continue
				}
				if err := os.WriteFile(name, content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.events >= 0 {
				if got := countEvents(t, open(t, dir)); got != c.events {
					t.Errorf("%d events are there, want %d", got, c.events)
				}
				return
			}
			_, err := duckdb.Open(t.Context(), duckdb.Config{Dir: dir})
			permanent, ok := errors.AsType[*event.Permanent](err)
			if !ok || !strings.Contains(err.Error(), path) || !strings.Contains(permanent.Hint, "backup") || !strings.Contains(permanent.Hint, ".wal") {
				t.Errorf("got %v, want an error that names the file and the way back", err)
			}
			if left, err := os.ReadFile(path + ".wal"); err != nil || !bytes.Equal(left, damaged) {
				t.Errorf("the log was changed, so that it cannot be examined: %v", err)
			}
			if err := os.Rename(path+".wal", path+".aside"); err != nil {
				t.Fatal(err)
			}
			if got := countEvents(t, open(t, dir)); got != 100 {
				t.Errorf("%d events are there without the log, want 100", got)
			}
		})
	}
}

func FuzzDamagedLog(f *testing.F) {
	f.Add([]byte("\x64\x00\x62\x65\x00\x02\x66\x00\x10"))
	f.Fuzz(func(t *testing.T, log []byte) {
		if n := duckdb.Replayed(log); n < 0 || n > len(log) {
			t.Errorf("%d of %d bytes", n, len(log))
		}
	})
}
