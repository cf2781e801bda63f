package live_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// asIs is a redactor that changes nothing.
type asIs struct{}

func (asIs) Event(*event.Event) {}
func (asIs) Call(*event.Call)   {}
func (asIs) Span(*event.Span)   {}

func batch(project event.ProjectID, names ...string) event.Batch {
	var r event.Records
	for _, name := range names {
		r.Events = append(r.Events, event.Event{Name: name})
	}
	return event.NewBatch(project, "", r, asIs{})
}

func TestSubscriberSeesItsProjectAndFilter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub := live.NewHub()
		ctx, cancel := context.WithCancel(t.Context())
		all := hub.Subscribe(ctx, 1, nil)
		some := hub.Subscribe(ctx, 1, func(r live.Record) bool { return r.Event != nil && r.Event.Name == "b" })
		hub.Publish(batch(1, "a", "b"))
		hub.Publish(batch(2, "b"))
		cancel()
		synctest.Wait()
		if got := names(all); got != "[a b]" {
			t.Errorf("all = %s", got)
		}
		if got := names(some); got != "[b]" {
			t.Errorf("some = %s", got)
		}
		if hub.Watchers() != 0 {
			t.Errorf("%d watchers stayed", hub.Watchers())
		}
		hub.Publish(batch(1, "late")) // must not write to a closed channel
	})
}

func TestSlowSubscriberLosesAndCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hub := live.NewHub()
		ctx, cancel := context.WithCancel(t.Context())
		s := hub.Subscribe(ctx, 1, nil)
		for range live.Buffer + 3 {
			hub.Publish(batch(1, "x"))
		}
		if s.Dropped() != 3 {
			t.Errorf("dropped %d, want 3", s.Dropped())
		}
		cancel()
		synctest.Wait()
	})
}

func names(s *live.Subscription) string {
	var all []string
	for r := range s.Records {
		all = append(all, r.Event.Name)
	}
	return fmt.Sprint(all)
}
