package event_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
)

func TestKeyOfSeparatesProjectsAndSpaces(t *testing.T) {
	t.Parallel()
	if event.KeyOf(1, event.CallSpace, "") != 0 {
		t.Error("the empty id must be the zero key")
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if a == "" {
			return
		}
		key := event.KeyOf(1, event.CallSpace, a)
		if key != event.KeyOf(1, event.CallSpace, a) {
			t.Error("the same id must give the same key")
		}
		if key == event.KeyOf(2, event.CallSpace, a) || key == event.KeyOf(1, event.EventSpace, a) || a != b && key == event.KeyOf(1, event.CallSpace, b) {
			t.Error("another project, space or id must give another key")
		}
	})
}

func BenchmarkKeyOf(b *testing.B) {
	for b.Loop() {
		event.KeyOf(1, event.TraceSpace, "4bf92f3577b34da6a3ce929d0e0e4736")
	}
}
