package duckdb_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

func clicks(n int, name string) event.Records {
	var r event.Records
	for i := range n {
		at := noon.Add(time.Duration(i) * time.Millisecond)
		r.Events = append(r.Events, event.Event{
			ID: fmt.Sprintf("%s-%d", name, i), Time: at, Name: name, Kind: event.Click,
			Identity: event.Identity{DeviceID: "d"}, Origin: event.Origin{OwnTime: at},
		})
	}
	return r
}

func countEvents(t *testing.T, s *duckdb.Store) int64 {
	t.Helper()
	stats, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stats.Events
}

func TestASecondProcessIsToldWhoHasTheData(t *testing.T) {
	if dir := os.Getenv("CLICKSPAN_TEST_OPEN"); dir != "" {
		_, err := duckdb.Open(t.Context(), duckdb.Config{Dir: dir})
		fmt.Println("result:", err, event.IsPermanent(err))
		return
	}
	t.Parallel()
	dir := t.TempDir()
	open(t, dir)
	second := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	second.Env = append(os.Environ(), "CLICKSPAN_TEST_OPEN="+dir)
	out, err := second.CombinedOutput()
	if err != nil {
		t.Fatal(err, string(out))
	}
	want := fmt.Sprintf("result: data directory %s is in use by process %d true", dir, os.Getpid())
	if !strings.Contains(string(out), want) {
		t.Errorf("got %s, want %q", out, want)
	}
}

func TestACorruptFileIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "clickspan.duckdb")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 10_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := duckdb.Open(t.Context(), duckdb.Config{Dir: dir})
	if !event.IsPermanent(err) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want a permanent error that names %s", err, path)
	}
	if left, _ := os.ReadFile(path); !strings.HasPrefix(string(left), "not a database") {
		t.Error("the file was changed")
	}
}

func TestDataLivesOnAfterClose(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := duckdb.Open(t.Context(), duckdb.Config{Dir: dir, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	receipt := appendTo(t, first, clicks(10, "a"))
	if _, err := first.Expire(t.Context(), noon.Add(240*time.Hour), store.Retention{Raw: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Append(t.Context(), event.NewBatch(1, "", clicks(1, "late"), nothing{})); !event.IsRetryable(err) {
		t.Errorf("got %v after Close, want a retryable error", err)
	}
	if _, err := first.Stats(t.Context()); !event.IsRetryable(err) {
		t.Errorf("got %v after Close, want a retryable error", err)
	}
	second := open(t, dir)
	again := appendTo(t, second, clicks(10, "b"))
	if again.Upto != receipt.Upto+10 {
		t.Errorf("got Seq %d after %d, though all rows before were expired", again.Upto, receipt.Upto)
	}
}

// TestNothingAcknowledgedIsLost copies the files while the store is open, which
// is what a crash leaves behind.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	dir, copied := t.TempDir(), t.TempDir()
	s := open(t, dir)
	appendTo(t, s, clicks(3000, "a"))
	if err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	appendTo(t, s, clicks(2000, "b"))
	for _, name := range []string{"clickspan.duckdb", "clickspan.duckdb.wal"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	after := open(t, copied)
	if got := countEvents(t, after); got != 5000 {
		t.Errorf("got %d events after the crash, want 5000", got)
	}
	if receipt := appendTo(t, after, clicks(2000, "b")); receipt.Duplicates != 2000 {
		t.Errorf("got %+v for records sent again, want 2000 duplicates", receipt)
	}
}

func TestManySendersShareCommits(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	const senders, batches, size = 16, 10, 50
	var all sync.WaitGroup
	for sender := range senders {
		all.Go(func() {
			for i := range batches {
				r := clicks(size, fmt.Sprintf("s%d-b%d", sender, i))
				receipt, err := s.Append(context.Background(), event.NewBatch(event.ProjectID(sender+1), "", r, nothing{}))
				if err != nil || receipt.Accepted != size {
					t.Errorf("got %+v, %v", receipt, err)
				}
			}
		})
	}
	all.Wait()
	stats, err := s.Stats(t.Context())
	if err != nil || stats.Events != senders*batches*size || stats.Arrived != senders*batches*size {
		t.Errorf("got %+v, %v", stats, err)
	}
}

func TestACancelledQueryStops(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error)
	go func() {
		_, err := s.Query(ctx, "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = 7", 1)
		stopped <- err
	}()
	cancel()
	if err := <-stopped; err == nil {
		t.Error("the query ended well, though it was cancelled")
	}
	if _, err := s.Query(t.Context(), "SELECT 1", 1); err != nil {
		t.Errorf("the next query on the connection failed: %v", err)
	}
}
