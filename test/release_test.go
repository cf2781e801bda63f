//go:build release

package test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRelease does what an operator does with a release on a fresh machine: checks
// the sums, unpacks, installs, serves and connects an application behind nginx, in a
// Debian that has no compiler, no Go and no Node. The visitor's browser is outside. It
// needs root and debootstrap; `make test-release` builds the archives first.
func TestRelease(t *testing.T) {
	root := freshDebian(t)
	archives, err := filepath.Glob("../dist/clickspan-*-linux-amd64.tar.gz")
	if err != nil || len(archives) != 1 {
		t.Fatalf("want one archive for amd64 in dist/, found %v; run make release", archives)
	}
	sh(t, "cd ../dist && sha256sum -c SHA256SUMS")
	sh(t, "tar -C "+filepath.Join(root, "root")+" -xzf "+archives[0])
	if out, err := inside(root, "/bin/sh", "-c", "command -v gcc cc go node npm").CombinedOutput(); err == nil {
		t.Fatalf("the machine is not fresh, it has %s", out)
	}
	folder := strings.TrimSuffix(filepath.Base(archives[0]), ".tar.gz")
	out, err := inside(root, "/bin/sh", "/root/"+folder+"/install.sh").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "/usr/local/bin/clickspan serve") {
		t.Fatalf("install.sh: %v\n%s", err, out)
	}
	again, err := inside(root, "/bin/sh", "/root/"+folder+"/install.sh").CombinedOutput()
	if err != nil {
		t.Fatalf("installing over itself, as an upgrade does: %v\n%s", err, again)
	}
	const program, dir = "/usr/local/bin/clickspan", "/srv/shop"
	s := startCommand(t, inside(root, program, "serve", "--addr", "127.0.0.1:0", "--intake-addr", "127.0.0.1:0", "--otlp-grpc-addr", "127.0.0.1:0",
		"--open-loopback", "--data", "/var/lib/clickspan").Args)
	if page := page(t, s.url); !strings.Contains(page, `<div id="root">`) {
		t.Errorf("the web page is not in the released binary: %.300s", page)
	}
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

// page is the text of a page.
func page(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// freshDebian makes a minimal Debian in a directory, from the mirror that this
// machine itself uses.
func freshDebian(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "debian")
	sh(t, `mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -1)
		exec debootstrap --variant=minbase --include=nginx-light bookworm `+root+` "$mirror" >/dev/null`)
	return root
}

// inside is a command in the fresh machine.
func inside(root string, args ...string) *exec.Cmd {
	return exec.Command("chroot", append([]string{root}, args...)...)
}

func sh(t *testing.T, script string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-ec", script)
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}
