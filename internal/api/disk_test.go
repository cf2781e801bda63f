package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
)

func TestAFullDiskIsNotReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	full := &event.Retryable{Err: fmt.Errorf("%w: 3 MB left", event.ErrNoSpace), Hint: "Free disk space."}
	fail := func(err error) {
		w.kept.mu.Lock()
		defer w.kept.mu.Unlock()
		w.kept.failAppend = err
	}
	lines := func(text string) int { return strings.Count(w.log.String(), text) }

	fail(full)
	for range 3 {
		if got := w.put("/intake/calls", oneCall); got.status != http.StatusServiceUnavailable {
			t.Fatalf("status %d: %s", got.status, got.body)
		}
	}
	ready := w.api(http.MethodGet, "/readyz", "")
	if p := ready.problem(t); p.Status != http.StatusServiceUnavailable || !strings.Contains(p.Detail, "3 MB left") {
		t.Errorf("full: %d %s", ready.status, ready.body)
	}
	if n := lines("the disk is full"); n != 1 {
		t.Errorf("%d lines say that the disk is full: %s", n, w.log)
	}

	fail(nil)
	if ready := w.api(http.MethodGet, "/readyz", ""); ready.status != http.StatusOK {
		t.Errorf("with space again: %d %s", ready.status, ready.body)
	}
	fail(full)
	w.put("/intake/calls", oneCall)
	fail(nil)
	if got := w.put("/intake/calls", oneCall); got.status != http.StatusOK {
		t.Errorf("with space again: %d %s", got.status, got.body)
	}
	if lines("the disk is full") != 2 || lines("the disk has space again") != 2 {
		t.Errorf("not one line for each change: %s", w.log)
	}
}
