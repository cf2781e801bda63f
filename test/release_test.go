//go:build release

package test

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRelease does what an operator does with a release on a fresh machine: checks
// the sums, unpacks, installs, serves and connects an application behind nginx, in a
// Debian that has no compiler, no Go, no Node and no time zones. The visitor's browser
// is outside. `make test-release` makes the archives and keeps the machine apart.
func TestRelease(t *testing.T) {
	sh(t, "cd ../dist && sha256sum --check --strict SHA256SUMS")
	root := freshDebian(t)
	unpacked := unpack(t, "amd64", filepath.Join(root, "root"))
	installer := strings.TrimPrefix(unpacked, root) + "/install.sh"
	const program, dir = "/usr/local/bin/clickspan", "/srv/shop"

	before := files(t, root)
	if told := mustRun(t, inside(root, installer)); !strings.Contains(told, program+" serve") {
		t.Errorf("install.sh does not say how to go on: %s", told)
	}
	var installed []string
	for path, state := range files(t, root) {
		if before[path] != state {
			installed = append(installed, path)
		}
	}
	slices.Sort(installed)
	const doc = "/usr/local/share/doc/clickspan/"
	want := []string{program, doc + "CHANGELOG.md", doc + "Dockerfile", doc + "LICENSE", doc + "README.md", doc + "clickspan.service"}
	if diff := cmp.Diff(want, installed); diff != "" {
		t.Errorf("what install.sh wrote (-want +got):\n%s", diff)
	}
	mustRun(t, inside(root, installer)) // over itself, as an upgrade does
	mustRun(t, inside(root, "systemd-analyze", "verify", doc+"clickspan.service"))

	s := startCommand(t, serving(inside(root, program).Args, "/var/lib/clickspan"))
	works(t, s)
	if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Run("connect", func(t *testing.T) {
		c := connectingTo(t, &connection{server: s, machine: root, binary: program, dir: dir})
		isConnected := c.watch()
		c.follow(c.byNginx())
		c.visit(c.site, "")
		isConnected()
	})
	s.stop()
}

// TestReleaseForArm64 runs the program for the other kind of machine, which an
// emulator stands for.
func TestReleaseForArm64(t *testing.T) {
	dir := t.TempDir()
	emulated := []string{"qemu-aarch64-static", unpack(t, "arm64", dir) + "/clickspan"}
	if version := mustRun(t, exec.Command(emulated[0], emulated[1], "version")); !strings.Contains(version, "linux/arm64") {
		t.Errorf("got %s", version)
	}
	s := startCommand(t, serving(emulated, filepath.Join(dir, "data")))
	works(t, s)
	s.stop()
}

// works looks at one thing of every kind that a release must have in it.
func works(t *testing.T, s *server) {
	t.Helper()
	for path, has := range map[string]string{
		"/healthz":      "ok",
		"/readyz":       "ready",
		"/":             `<div id="root">`,
		"/clickspan.js": "traceparent",
		"/api/v1/overview?timezone=Europe/Berlin": "{",
	} {
		if got := s.send(http.MethodGet, path, nil); got.status != http.StatusOK || !strings.Contains(string(got.body), has) {
			t.Errorf("%s: got %d %.300s, want %q", path, got.status, got.body, has)
		}
	}
	// An engine's error becomes an answer only where C++ exceptions are linked as they must be.
	if got := s.post("/api/v1/sql", `{"query":"SELECT nonsense"}`); got.status != http.StatusBadRequest || !strings.Contains(got.Detail, "nonsense") {
		t.Errorf("wrong SQL: got %d %s", got.status, got.body)
	}
	if got := s.post("/intake/calls", goodCall); got.status != http.StatusOK || s.stored() != 1 {
		t.Errorf("a call was answered %s, and %d are stored", got, s.stored())
	}
}

// serving is the command of a server that only this machine reaches.
func serving(program []string, data string) []string {
	return append(program, "serve", "--addr", "127.0.0.1:0", "--intake-addr", "127.0.0.1:0", "--otlp-grpc-addr", "127.0.0.1:0", "--open-loopback", "--data", data)
}

// unpack unpacks the archive for an architecture and returns the directory it made.
func unpack(t *testing.T, arch, into string) string {
	t.Helper()
	archives, err := filepath.Glob("../dist/clickspan-*-linux-" + arch + ".tar.gz")
	if err != nil || len(archives) != 1 {
		t.Fatalf("want one archive for %s in dist/, found %v; run make test-release", arch, archives)
	}
	sh(t, "tar -C "+into+" -xzf "+archives[0])
	return filepath.Join(into, strings.TrimSuffix(filepath.Base(archives[0]), ".tar.gz"))
}

// freshDebian makes a minimal Debian in a directory, from the mirror that this
// machine itself uses.
func freshDebian(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "debian")
	sh(t, `mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -1)
		debootstrap --variant=minbase --include=nginx-light,systemd bookworm `+root+` "${mirror:-http://deb.debian.org/debian}" || { tail `+root+`/debootstrap/debootstrap.log; exit 1; }
		rm -r `+root+`/usr/share/zoneinfo`)
	if out, err := inside(root, "/bin/sh", "-c", "command -v gcc cc go node npm").CombinedOutput(); err == nil {
		t.Fatalf("the machine is not fresh, it has %s", out)
	}
	return root
}

// files maps every file of a machine to what changes when it is written.
func files(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			all[strings.TrimPrefix(path, root)] = fmt.Sprint(info.Size(), info.Mode(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// inside is a command in the fresh machine.
func inside(root string, args ...string) *exec.Cmd {
	return exec.Command("chroot", append([]string{root}, args...)...)
}

func sh(t *testing.T, script string) {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-ec", script)
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
	mustRun(t, cmd)
}

// mustRun runs a command that must succeed and returns what it says.
func mustRun(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return string(out)
}
