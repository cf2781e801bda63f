// Package test drives the built binary as its users do: processes, sockets and
// files, nothing of the inside.
package test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built is the directory of what is built for all tests.
var built = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "clickspan-test-*") })

// binary builds clickspan once for all tests that ask for it.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := built()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "clickspan")
	out, err := exec.Command("go", "build", "-o", path, "../cmd/clickspan").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := built(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// server is a running clickspan process.
type server struct {
	t   *testing.T
	cmd *exec.Cmd
	url string
	// greeting is the line with the address, and the one-use link when there is one.
	greeting string
	stderr   *bytes.Buffer
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start runs `clickspan ARGS` and waits until it prints its address.
func start(t *testing.T, args ...string) *server {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return startCommand(t, append([]string{path}, args...))
}

// startCommand is start for a program that becomes clickspan in the end.
func startCommand(t *testing.T, args []string) *server {
	t.Helper()
	s := &server{t: t, cmd: exec.Command(args[0], args[1:]...), stderr: new(bytes.Buffer)}
	s.cmd.Stderr = s.stderr
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if s.url = address.FindString(lines.Text()); s.url != "" {
			s.greeting = lines.Text()
			go func() { _, _ = io.Copy(io.Discard, stdout) }()
			return s
		}
	}
	_ = s.cmd.Wait()
	t.Fatalf("%s ended without printing an address:\n%s", strings.Join(args, " "), s.stderr)
	return nil
}

// serve runs `clickspan serve` on a data directory, open to this machine.
func serve(t *testing.T, data string, args ...string) *server {
	t.Helper()
	return start(t, append([]string{
		"serve", "--addr", "127.0.0.1:0", "--intake-addr", "127.0.0.1:0", "--otlp-grpc-addr", "127.0.0.1:0", "--open-loopback", "--data", data,
	}, args...)...)
}

// kill ends the process at once, as a power cut would.
func (s *server) kill() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Signal(syscall.SIGKILL)
		_ = s.cmd.Wait()
	}
}

// stop ends the process as an operator would and checks that it goes cleanly.
func (s *server) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.t.Fatalf("clickspan did not stop cleanly: %v\n%s", err, s.stderr)
	}
}

// run runs a command of the CLI to its end.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// get decodes a JSON answer.
func (s *server) get(path string, into any) {
	s.t.Helper()
	s.do(http.MethodGet, path, "", "", into)
}

// do sends a request that must succeed and decodes its JSON answer.
func (s *server) do(method, path, contentType, body string, into any) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: %s %v\n%s", method, path, res.Status, err, answer)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		s.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
	}
}
