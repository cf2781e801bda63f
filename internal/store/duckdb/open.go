package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Config says where the data lies and what the engine may use. Only Dir is needed.
type Config struct {
	Dir         string
	MemoryBytes int64            // at most; 0 = half of the machine's, 8 GiB at most
	Threads     int              // 0 = one per core
	Logger      *slog.Logger     // nil = silent
	Now         func() time.Time // nil = the system's clock
	// Approve is asked before data of an earlier version is changed, with the names of
	// the migrations that it lacks; its error refuses and leaves the data as it is.
	// nil approves.
	Approve func(pending []string) error
	// Migrated is told how much of those migrations is over, 1 after each of them and
	// shares of those that take long; nil = nobody is.
	Migrated func(name string, share float64)
}

// FileName is the one data file in the directory; DuckDB keeps its log beside it.
const FileName = "clickspan.duckdb"

// Store is the embedded engine.
type Store struct {
	dir      string
	log      *slog.Logger
	lock     *os.File
	database mapping.Database
	writer   *writer
	readers  *readers
	settling sync.Mutex // one settles at a time
	closing  sync.Once
	closed   error
}

var _ store.Store = (*Store)(nil)

// Open opens the directory's data, making both when there are none, and brings
// its schema up to date. One process can have a directory open at a time.
func Open(ctx context.Context, config Config) (*Store, error) {
	config.Logger = cmp.Or(config.Logger, slog.New(slog.DiscardHandler))
	if config.Now == nil {
		config.Now = time.Now //nolint:forbidigo // the default clock
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return nil, dirError(config.Dir, err)
	}
	lock, err := lockDir(config.Dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: config.Dir, log: config.Logger, lock: lock}
	path := filepath.Join(config.Dir, FileName)
	if err := s.open(ctx, path, config); err != nil {
		mapping.Close(&s.database)
		return nil, errors.Join(damaged(path, err), lock.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, path string, config Config) error {
	if err := checkLogs(path); err != nil {
		return err
	}
	if err := approve(ctx, path, config); err != nil {
		return err
	}
	if err := openDatabase(path, config, readWrite, &s.database); err != nil {
		return err
	}
	first, err := s.connect()
	if err != nil {
		return err
	}
	if err := migrate(ctx, first, config.Migrated); err != nil {
		first.close()
		return err
	}
	if err := first.script("SET lock_configuration = true"); err != nil {
		first.close()
		return err
	}
	if s.writer, err = newWriter(ctx, first, config); err != nil {
		first.close()
		return err
	}
	s.readers, err = newReaders(s.connect)
	if err != nil {
		s.writer.close()
		return err
	}
	return nil
}

// accessMode is whether opening may change the file.
type accessMode string

const (
	readWrite accessMode = "READ_WRITE"
	readOnly  accessMode = "READ_ONLY"
)

// openDatabase opens the file with everything shut that SQL could reach outside it.
func openDatabase(path string, config Config, mode accessMode, database *mapping.Database) error {
	var settings mapping.Config
	if mapping.CreateConfig(&settings) == mapping.StateError {
		return errors.New("the engine's configuration cannot be made")
	}
	defer mapping.DestroyConfig(&settings)
	for _, pair := range [][2]string{
		{"access_mode", string(mode)},
		{"threads", strconv.Itoa(cmp.Or(config.Threads, runtime.NumCPU()))},
		{"memory_limit", strconv.FormatInt(cmp.Or(config.MemoryBytes, defaultMemory()), 10) + "B"},
		{"temp_directory", path + ".tmp"},
		{"storage_compatibility_version", "v1.5.0"},
		{"checkpoint_threshold", "32MB"},
		{"enable_external_access", "false"},
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"allow_community_extensions", "false"},
	} {
		if mapping.SetConfig(settings, pair[0], pair[1]) == mapping.StateError {
			return &event.Permanent{Err: fmt.Errorf("the engine does not take %s = %s", pair[0], pair[1]), Hint: "Choose another memory or thread limit."}
		}
	}
	var message string
	if mapping.OpenExt(path, database, settings, &message) == mapping.StateError {
		return openError(path, message)
	}
	return nil
}

// damaged makes an error that names the file out of one that the engine met while it
// read what belongs to every start.
func damaged(path string, err error) error {
	engine, ok := errors.AsType[*engineError](err)
	if !ok {
		return err
	}
	switch engine.class {
	case mapping.ErrorTypeErrorIO, mapping.ErrorTypeSerialization, mapping.ErrorTypeInternal, mapping.ErrorTypeFatal:
		if errors.Is(err, event.ErrNoSpace) {
			return writeError(err)
		}
		return openError(path, engine.message)
	}
	return err
}

func openError(path, message string) error {
	message, _, _ = strings.Cut(message, "\n")
	hint := "Restore the directory from a backup, or move the file (and its .wal) aside to begin anew."
	if strings.Contains(message, "WAL") {
		hint = logHint
	}
	return &event.Permanent{Err: fmt.Errorf("data file %s cannot be opened: %s", path, message), Hint: hint}
}

// defaultMemory is half of the machine's memory, 8 GiB at most.
func defaultMemory() int64 {
	const most, unknown = 8 << 30, 1 << 30
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return unknown
	}
	var total int64
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &total); err != nil {
		return unknown
	}
	return min(total<<10/2, most)
}

func (s *Store) connect() (*conn, error) {
	c := &conn{}
	if mapping.Connect(s.database, &c.native) == mapping.StateError {
		return nil, errors.New("the engine gives no connection")
	}
	return c, nil
}

// Close commits what waits, ends running queries and gives the directory back.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.writer.close()
		s.readers.close()
		mapping.Close(&s.database)
		s.closed = s.lock.Close()
	})
	return s.closed
}
