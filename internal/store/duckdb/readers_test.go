package duckdb

import "testing"

// TestTheLinkPassWaitsForNoQuestion holds every connection for questions.
func TestTheLinkPassWaitsForNoQuestion(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Config{Dir: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for range heavyAtOnce {
		c, err := s.readers.heavy.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { s.readers.heavy.free <- c }()
	}
	if _, _, err := s.Unlinked(t.Context(), 10); err != nil { // else it waits until the test is stopped
		t.Error(err)
	}
}
