package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSourcemapsAreFoundUnderDirectories(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"app.js", "app.js.map", "style.css.map", "chunks/cart.js.map"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, err := findSourcemaps([]string{dir, filepath.Join(dir, "app.js.map")})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range found {
		names = append(names, one.name)
	}
	if diff := cmp.Diff([]string{"app.js.map", "chunks/cart.js.map", "app.js.map"}, names); diff != "" {
		t.Error(diff)
	}
	if _, err := findSourcemaps([]string{t.TempDir()}); hintOf(err) == "" {
		t.Errorf("an empty directory: %v", err)
	}
	if _, err := findSourcemaps([]string{filepath.Join(dir, "none")}); err == nil {
		t.Error("a file that is not there was found")
	}
}

func TestABundleIsNamedByItsAddressOrItsName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ prefix, name, want string }{
		{"", "chunks/cart.js.map", "cart.js"},
		{"https://shop.example/assets/", "chunks/cart.js.map", "https://shop.example/assets/chunks/cart.js"},
		{"/assets", "app.js.map", "/assets/app.js"},
	} {
		if got := bundleOf(c.prefix, c.name); got != c.want {
			t.Errorf("%q + %q = %q, want %q", c.prefix, c.name, got, c.want)
		}
	}
}
