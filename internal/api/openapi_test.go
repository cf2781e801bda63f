package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
)

// -update rewrites the description that the user interface's types are made from.
var update = flag.Bool("update", false, "rewrite web/openapi.json")

const description = "../../web/openapi.json"

func TestOpenAPIIsCommitted(t *testing.T) {
	t.Parallel()
	compact, err := json.Marshal(New(Config{}).huma.OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, compact, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	if *update {
		if err := os.WriteFile(description, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(description)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("web/openapi.json is not what the code serves; run: go test ./internal/api -run TestOpenAPI -update")
	}
}
