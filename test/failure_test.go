package test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// tmpfs makes a small disk that only this test's servers see, and returns a
// command prefix that runs a program in there, with the disk's path. Looking into
// it from outside goes through /proc/PID/root.
func tmpfs(t *testing.T, megabytes int) (run []string, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root may make a small disk")
	}
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		t.Skip("there is no unshare")
	}
	dir = t.TempDir()
	mount := fmt.Sprintf("mount -t tmpfs -o size=%dm tmpfs %s", megabytes, dir)
	if out, err := exec.Command(unshare, "-m", "sh", "-c", mount).CombinedOutput(); err != nil {
		t.Skipf("no private mounts here: %v %s", err, out)
	}
	return []string{unshare, "-m", "sh", "-c", mount + ` && exec "$@"`, "sh"}, dir
}

// TestAFullDiskLosesNothing fills the disk under a running server: senders are told
// to come again, nothing acknowledged is lost, and intake goes on by itself.
func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	const megabytes = 192
	prefix, dir := tmpfs(t, megabytes)
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	s := startCommand(t, append(prefix, path, "serve", "--addr", "127.0.0.1:0", "--otlp-grpc-addr", "127.0.0.1:0", "--open-loopback", "--data", data))
	began := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	acknowledged := map[string]bool{}
	take := func(name string, times int) (last answer) {
		t.Helper()
		for i := range times {
			ids, body := callsNDJSON(began, fmt.Sprint(name, "-", i), 100)
			if last = s.send(http.MethodPost, "/intake/calls", bytes.NewReader(body)); last.status != http.StatusOK {
				return last
			}
			for _, id := range ids {
				acknowledged[id] = true
			}
		}
		return last
	}
	if got := take("before", 10); got.status != http.StatusOK {
		t.Fatalf("with room: %s", got)
	}

	filler := filepath.Join(fmt.Sprintf("/proc/%d/root", s.cmd.Process.Pid), dir, "filler")
	for _, fill := range []struct {
		what  string
		bytes int64
	}{{"nearly full", 100 << 20}, {"full", megabytes << 20}} {
		file, err := os.Create(filler)
		if err != nil {
			t.Fatal(err)
		}
		// Zeros until the size is reached or nothing more fits.
		zeros := make([]byte, 1<<20)
		for n := int64(0); n < fill.bytes; n += int64(len(zeros)) {
			if _, err := file.Write(zeros); err != nil {
				break
			}
		}
		_ = file.Close()
		for range 3 {
			got := take(fill.what, 1)
			got.refused(t, http.StatusServiceUnavailable, "Free disk space")
			if got.header.Get("Retry-After") == "" {
				t.Errorf("%s: no Retry-After in %v", fill.what, got.header)
			}
		}
		if fill.what == "full" {
			s.settingsWait(t)
		}
		if got := s.send(http.MethodGet, "/healthz", nil); got.status != http.StatusOK {
			t.Errorf("%s: /healthz: %s", fill.what, got)
		}
		if n := len(storedCalls(s, began)); n != len(acknowledged) {
			t.Errorf("%s: %d calls can be read, %d were acknowledged", fill.what, n, len(acknowledged))
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if got := take("after "+fill.what, 5); got.status != http.StatusOK {
			t.Fatalf("with room again after %s: %s", fill.what, got)
		}
	}
	seen := storedCalls(s, began)
	for id := range acknowledged {
		if seen[id] != 1 {
			t.Fatalf("%s was acknowledged and is stored %d times", id, seen[id])
		}
	}
	if len(seen) != len(acknowledged) {
		t.Errorf("%d calls are stored, %d were acknowledged", len(seen), len(acknowledged))
	}
	s.stop()
}

// settingsWait checks that what goes to the settings is told to come again as well.
func (s *server) settingsWait(t *testing.T) {
	t.Helper()
	long := strings.Repeat("x", 8000) // more than is left on a page
	for path, body := range map[string]string{
		"/intake/releases": fmt.Sprintf(`{"service":"shop","version":"2","at":"2026-11-23T10:00:00Z","note":%q}`, long),
		"/api/v1/views":    fmt.Sprintf(`{"name":"full","path":"/calls","query":"filter=%s"}`, long),
	} {
		got := s.send(http.MethodPost, path, strings.NewReader(body), "Content-Type", "application/json")
		got.refused(t, http.StatusServiceUnavailable, "Free disk space")
		if got.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After in %v", path, got.header)
		}
	}
}

// TestADamagedFileIsNamed damages one file of a data directory after the other:
// the server says which, says the way back, and changes nothing.
func TestADamagedFileIsNamed(t *testing.T) {
	t.Parallel()
	intact := t.TempDir()
	importFiles(t, "--data", intact, "testdata/conduit/nginx_combined.log.gz")
	noise := bytes.Repeat([]byte("not what was here"), 1000)
	for _, c := range []struct {
		name, file string
		damage     func(*os.File) error
	}{
		{"data header", "clickspan.duckdb", func(f *os.File) error { _, err := f.WriteAt(noise, 0); return err }},
		{"data cut", "clickspan.duckdb", func(f *os.File) error { return f.Truncate(20_000) }},
		{"data cut behind its beginning", "clickspan.duckdb", cutInHalf},
		{"data empty", "clickspan.duckdb", func(f *os.File) error { return f.Truncate(0) }},
		{"settings header", "settings.db", func(f *os.File) error { _, err := f.WriteAt(noise, 0); return err }},
		{"settings cut", "settings.db", func(f *os.File) error { return f.Truncate(5_000) }},
		{"keys", "person-keys.db", func(f *os.File) error { _, err := f.WriteAt(noise, 0); return err }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			if err := os.CopyFS(data, os.DirFS(intact)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(data, c.file)
			file, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.damage(file); err != nil {
				t.Fatal(err)
			}
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, errs, code := run(t, "serve", "--data", data, "--addr", "127.0.0.1:0", "--otlp-grpc-addr", "127.0.0.1:0")
			plain(t, errs, code, path, "backup")
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed, so that it cannot be examined: %v", err)
			}
		})
	}
}

func cutInHalf(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return f.Truncate(info.Size() / 2)
}

// TestADamagedLogIsRefused kills a server and damages the head of the log in which its
// last records are: it does not start without them as if they had never been.
func TestADamagedLogIsRefused(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data)
	began := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	ids, body := callsNDJSON(began, "last", 100)
	if !post(s.url+"/intake/calls", body) {
		t.Fatal("the records were not taken")
	}
	s.kill()
	log := filepath.Join(data, "clickspan.duckdb.wal")
	whole, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, append([]byte("damaged!"), whole[8:]...), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, code := run(t, "serve", "--data", data, "--addr", "127.0.0.1:0", "--otlp-grpc-addr", "127.0.0.1:0")
	plain(t, errs, code, log, "backup", "aside")
	if err := os.WriteFile(log, whole, 0o600); err != nil { // the backup
		t.Fatal(err)
	}
	s = serve(t, data)
	if seen := storedCalls(s, began); len(seen) != len(ids) {
		t.Errorf("%d of %d calls are there", len(seen), len(ids))
	}
	s.stop()
}

// plain checks that a command failed in words for people.
func plain(t *testing.T, errs string, code int, mentions ...string) {
	t.Helper()
	for _, text := range mentions {
		if !strings.Contains(errs, text) {
			t.Errorf("the message does not mention %q", text)
		}
	}
	if code != 1 || strings.Contains(errs, "panic") || strings.Contains(errs, "goroutine ") || strings.Count(errs, "\n") > 3 {
		t.Errorf("exit %d, want 1 and a short message:\n%s", code, errs)
	}
}

// TestNoWayToStartIsSaidPlainly covers what an operator gets wrong first.
func TestNoWayToStartIsSaidPlainly(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, code := run(t, "serve", "--addr", "127.0.0.1:0", "--data", file)
	plain(t, errs, code, file, "Choose a directory")

	if os.Geteuid() != 0 { // root writes everywhere
		locked := t.TempDir()
		if err := os.Chmod(locked, 0o500); err != nil {
			t.Fatal(err)
		}
		_, errs, code := run(t, "serve", "--addr", "127.0.0.1:0", "--data", locked)
		plain(t, errs, code, locked, "Choose a directory")
	}

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	address := taken.Addr().String()
	_, errs, code = run(t, "serve", "--data", t.TempDir(), "--addr", address)
	plain(t, errs, code, address, "--addr 127.0.0.1:PORT")
	_, errs, code = run(t, "serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--intake-addr", address)
	plain(t, errs, code, address, "--intake-addr")

	// OpenTelemetry's port may well be another collector's: that is no reason not to start.
	s := start(t, "serve", "--data", t.TempDir(), "--addr", "127.0.0.1:0", "--otlp-grpc-addr", address, "--open-loopback")
	s.well(t, "a taken gRPC port")
	s.stop()
}

// TestAReadOnlyDirectoryIsNamed does for root what a mode does for others.
func TestAReadOnlyDirectoryIsNamed(t *testing.T) {
	t.Parallel()
	prefix, dir := tmpfs(t, 1)
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	prefix[4] = strings.Replace(prefix[4], "size=", "ro,size=", 1)
	out, err := exec.Command(prefix[0], append(prefix[1:], path, "serve", "--addr", "127.0.0.1:0", "--data", dir)...).CombinedOutput()
	if err == nil {
		t.Fatal("it started")
	}
	plain(t, string(out), 1, dir, "read-only", "Choose a directory")
}

// TestSIGTERMKeepsWhatWasAcknowledged stops the server while senders post.
func TestSIGTERMKeepsWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	const senders = 4
	data := t.TempDir()
	s := serve(t, data)
	began := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	var mu sync.Mutex
	acknowledged, enough := map[string]bool{}, make(chan struct{})
	var wait sync.WaitGroup
	for sender := range senders {
		wait.Go(func() {
			for batch := 0; ; batch++ {
				ids, body := callsNDJSON(began, fmt.Sprintf("%d-%d", sender, batch), 200)
				if !post(s.url+"/intake/calls", body) {
					return
				}
				mu.Lock()
				before := len(acknowledged)
				for _, id := range ids {
					acknowledged[id] = true
				}
				if before < 4000 && len(acknowledged) >= 4000 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	asked := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Fatalf("exit %v\n%s", err, s.stderr)
	}
	if took := time.Since(asked); took > 10*time.Second {
		t.Errorf("stopping took %s", took)
	}
	wait.Wait()
	s = serve(t, data)
	seen := storedCalls(s, began)
	for id := range acknowledged {
		if seen[id] != 1 {
			t.Fatalf("%s was acknowledged and is stored %d times", id, seen[id])
		}
	}
	t.Logf("%d calls were acknowledged, %d are stored", len(acknowledged), len(seen))
	s.stop()
}
