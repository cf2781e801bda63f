package meta_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// TestAFullDiskPasses writes one of everything that grows into settings that cannot.
func TestAFullDiskPasses(t *testing.T) {
	t.Parallel()
	db, clock, _ := open(t)
	if err := db.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 1<<14) // more than is left on any page
	for what, write := range map[string]func() error{
		"release": func() error {
			return db.AddRelease(t.Context(), meta.DefaultProject, event.Release{Service: "shop", Version: "1", At: clock.now(), Note: long})
		},
		"document": func() error {
			return db.PutDocument(t.Context(), meta.DefaultProject, "view", "v", long)
		},
		"key": func() error {
			_, _, err := db.CreateKey(t.Context(), meta.DefaultProject, meta.ServerKey, nil, long)
			return err
		},
		"vault": func() error {
			return db.Seal(t.Context(), meta.DefaultProject, []meta.Original{{Owner: "u", Pseudonym: "p", Text: long}})
		},
	} {
		if err := write(); !event.IsRetryable(err) || !errors.Is(err, event.ErrNoSpace) {
			t.Errorf("%s: %v is no full disk that passes", what, err)
		}
	}
}
