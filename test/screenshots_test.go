//go:build browser && screenshots

package test

import (
	"encoding/json"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// picturesDir is where the documentation looks for its pictures.
const picturesDir = "../docs/images"

// heaviest is what a picture may weigh, in bytes.
const heaviest = 250_000

// TestScreenshots makes the pictures of the documentation: the timeline from the
// real recording, the rest from a small demo in which something was just broken.
// `make screenshots` runs it; look at what it made before it is committed.
func TestScreenshots(t *testing.T) {
	shop := start(t, "demo", "--days", "3", "--people", "3000", "--addr", "127.0.0.1:0", "--otlp-grpc-addr", "127.0.0.1:0", "--open-loopback", "--data", t.TempDir())
	visits := serve(t, recording(t))
	shop.demo("the days before are filled in", func(d demoState) bool { return d.Filled.Share == 1 })
	shop.do(http.MethodPost, "/api/v1/demo/break", "application/json", `{"endpoint":"GET /api/products/{id}","effect":"fail"}`, &demoState{})
	shop.until("the first screen tells of it", shop.tellsOfPeople)
	drive(t, "e2e/screenshots.mjs", "CLICKSPAN_E2E_SHOP="+shop.url, "CLICKSPAN_E2E_VISITS="+visits.url, "CLICKSPAN_E2E_SHOTS="+picturesDir)
	pictures, err := filepath.Glob(filepath.Join(picturesDir, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pictures {
		optimise(t, path)
	}
}

// tellsOfPeople says whether the first screen tells of calls that fail for people now.
func (s *server) tellsOfPeople() bool {
	var overview struct {
		Now struct {
			Trouble *struct {
				Kind, Until string
				People      int
			}
		}
	}
	if got := s.send(http.MethodGet, "/api/v1/overview", nil); got.status != http.StatusOK || json.Unmarshal(got.body, &overview) != nil {
		return false // a machine this busy needs another moment
	}
	t := overview.Now.Trouble
	return t != nil && t.Kind == "failing" && t.Until == "" && t.People >= 3
}

// optimise writes a picture anew as small as PNG can without losing anything.
func optimise(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	_ = file.Close()
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(out, picture); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > heaviest {
		t.Errorf("%s weighs more than %d bytes: show less on it (%v)", path, heaviest, err)
	}
}
