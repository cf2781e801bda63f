package pipeline_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/storetest"
)

// flaky is the reference store whose link writes fail as long as it is told to.
type flaky struct {
	*storetest.Reference
	failures int
	writes   int
}

func (f *flaky) WriteLinks(ctx context.Context, blocks []store.Linked, upto store.Seq) error {
	f.writes++
	if f.failures > 0 {
		f.failures--
		return &event.Retryable{Err: errDisk}
	}
	return f.Reference.WriteLinks(ctx, blocks, upto)
}

// linked runs test in a bubble, with a pipeline whose commits wake a linker.
func linked(t *testing.T, test func(*testing.T, *flaky, *pipeline.Pipeline, *pipeline.Linker)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &flaky{Reference: storetest.NewReference(time.Now)}
		l := pipeline.NewLinker(pipeline.LinkerConfig{Store: s, Now: time.Now})
		p, _, _ := intake(t, func(c *pipeline.Config) {
			c.Store, c.Now, c.Committed = s, time.Now, func(event.Batch) { l.Wake() }
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- l.Run(ctx) }()
		test(t, s, p, l)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run says %v", err)
		}
	})
}

// payment stores a click and the calls it caused, on both sides, and returns the
// arrival number.
func payment(t *testing.T, p *pipeline.Pipeline, id string) store.Seq {
	t.Helper()
	w := p.Begin(t.Context(), pipeline.Origin{Project: 1})
	start := time.Now()
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	err := errors.Join(
		w.Event(&event.Event{ID: id, Time: start, Name: "Pay", Kind: event.Click, ActionID: "a" + id, Identity: event.Identity{DeviceID: "d", SessionID: "session-of-sixteen"}}),
		w.Call(&event.Call{
			ID: "c" + id, Time: start.Add(20 * time.Millisecond), Duration: 200 * time.Millisecond, Timed: true, Side: event.Client, Method: "POST", Path: "/pay", Status: 200,
			ActionID: "a" + id, TraceID: trace, SpanID: "00f067aa0ba902b7", Identity: event.Identity{DeviceID: "d", SessionID: "session-of-sixteen"},
		}),
		w.Call(&event.Call{
			ID: "s" + id, Time: start.Add(50 * time.Millisecond), Duration: 100 * time.Millisecond, Timed: true, Side: event.Server, Method: "POST", Path: "/pay", Status: 200,
			TraceID: trace, SpanID: "00f067aa0ba902b8", ParentSpanID: "00f067aa0ba902b7",
		}))
	result, closed := w.Close()
	if err = errors.Join(err, closed); err != nil || result.Rejected > 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	return result.Upto
}

func links(t *testing.T, s store.Store) []event.Link {
	t.Helper()
	page, err := s.Links(t.Context(), store.EventsQuery{Scope: store.Scope{Project: 1, From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour)}, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return page.Rows
}

func TestCommitIsLinkedWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	linked(t, func(t *testing.T, s *flaky, p *pipeline.Pipeline, l *pipeline.Linker) {
		t.Helper()
		synctest.Wait()
		payment(t, p, "1")
		<-time.After(2 * time.Second) // of the bubble
		synctest.Wait()
		if got := links(t, s); len(got) < 2 {
			t.Errorf("links %+v", got)
		}
		if s.writes != 1 {
			t.Errorf("%d passes for one commit", s.writes)
		}
	})
}

func TestWaitIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	linked(t, func(t *testing.T, s *flaky, p *pipeline.Pipeline, l *pipeline.Linker) {
		t.Helper()
		synctest.Wait()
		before := time.Now()
		upto := payment(t, p, "1")
		if err := l.Wait(t.Context(), upto); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(before); took > 0 {
			t.Errorf("waited %s", took)
		}
		if got := l.Progress(); got.Watermark < upto || got.Err != nil {
			t.Errorf("progress %+v", got)
		}
		if len(links(t, s)) < 2 {
			t.Error("nothing is linked")
		}
		if err := l.Wait(t.Context(), 0); err != nil { // of a request that stored nothing
			t.Error(err)
		}
	})
}

func TestFailedPassIsTriedAgain(t *testing.T) {
	t.Parallel()
	linked(t, func(t *testing.T, s *flaky, p *pipeline.Pipeline, l *pipeline.Linker) {
		t.Helper()
		synctest.Wait()
		s.failures = 3
		upto := payment(t, p, "1")
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if err := l.Wait(ctx, upto); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait says %v while passes fail", err)
		}
		if l.Progress().Err == nil {
			t.Error("the failure is not told")
		}
		if err := l.Wait(t.Context(), upto); err != nil {
			t.Fatal(err)
		}
		if l.Progress().Err != nil || s.writes != 4 {
			t.Errorf("progress %+v after %d writes", l.Progress(), s.writes)
		}
	})
}

func TestRestartGoesOnAtTheWatermark(t *testing.T) {
	t.Parallel()
	s := storetest.NewReference(clock)
	p, _, _ := intake(t, func(c *pipeline.Config) { c.Store = s })
	w := p.Begin(t.Context(), pipeline.Origin{Project: 1})
	if err := w.Event(click(nil)); err != nil {
		t.Fatal(err)
	}
	result, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	l := pipeline.NewLinker(pipeline.LinkerConfig{Store: s, Now: clock})
	if more, err := l.Pass(t.Context()); !more || err != nil {
		t.Fatalf("more %t, %v", more, err)
	}
	second := pipeline.NewLinker(pipeline.LinkerConfig{Store: s, Now: clock})
	if more, err := second.Pass(t.Context()); more || err != nil {
		t.Errorf("done work is done again: more %t, %v", more, err)
	}
	if err := second.Wait(t.Context(), result.Upto); err != nil {
		t.Error(err)
	}
}

// TestDefectCostsOneBlockItsLinks: a block that cannot be linked ends with a reason
// for its calls, others are linked, and a later pass heals it.
func TestDefectCostsOneBlockItsLinks(t *testing.T) {
	t.Parallel()
	s := storetest.NewReference(clock)
	p, _, _ := intake(t, func(c *pipeline.Config) { c.Store = s })
	l := pipeline.NewLinker(pipeline.LinkerConfig{Store: s, Now: clock})
	defects := 1
	l.Judge(func(b link.Block, o link.Options) link.Result {
		if b.Calls[0].ID == "cbad" && defects > 0 {
			defects--
			panic("a defect")
		}
		return link.Link(b, o)
	})
	take := func(rows ...any) {
		t.Helper()
		w := p.Begin(t.Context(), pipeline.Origin{Project: 1})
		for _, r := range rows {
			var err error
			switch r := r.(type) {
			case event.Event:
				err = w.Event(&r)
			case event.Call:
				err = w.Call(&r)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if result, err := w.Close(); err != nil || result.Rejected > 0 {
			t.Fatalf("%+v, %v", result, err)
		}
		if _, err := l.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	click := func(id string) event.Event {
		return event.Event{ID: "e" + id, Time: clock(), Name: "Pay", Kind: event.Click, Identity: event.Identity{DeviceID: id}}
	}
	fetch := func(id string) event.Call {
		return event.Call{ID: "c" + id, Time: clock().Add(20 * time.Millisecond), Duration: time.Second, Timed: true, Side: event.Client, Method: "POST", Path: "/pay", Status: 200, Identity: event.Identity{DeviceID: id}}
	}
	reasons := func() []store.UnlinkedReason {
		q, err := s.Quality(t.Context(), store.Scope{Project: 1, From: clock().Add(-time.Hour), To: clock().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return q.Unlinked
	}
	take(click("good"), fetch("good"), click("bad"), fetch("bad"))
	if diff := cmp.Diff([]store.UnlinkedReason{{Reason: "defect", Side: event.Client, Count: 1, Example: "cbad"}}, reasons()); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"cgood"}, linkedCalls(t, s)); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	next := click("bad")
	next.ID, next.Time = "later", next.Time.Add(time.Minute)
	take(next)
	if diff := cmp.Diff([]string{"cbad", "cgood"}, linkedCalls(t, s)); diff != "" {
		t.Errorf("links after another pass (-want +got):\n%s", diff)
	}
	if got := reasons(); len(got) > 0 {
		t.Errorf("reasons after another pass: %+v", got)
	}
}

func linkedCalls(t *testing.T, s store.Store) []string {
	t.Helper()
	page, err := s.Links(t.Context(), store.EventsQuery{Scope: store.Scope{Project: 1, From: clock().Add(-time.Hour), To: clock().Add(time.Hour)}, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range page.Rows {
		out = append(out, l.ClientCallID)
	}
	slices.Sort(out)
	return out
}

// mortal counts expirations.
type mortal struct {
	store.Store
	expired int
	err     error
}

func (m *mortal) Expire(context.Context, time.Time, store.Retention) (store.Erased, error) {
	m.expired++
	return store.Erased{Events: 1}, m.err
}

func TestKeeperExpiresHourly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, salts := &mortal{err: errDisk}, 0
		k := pipeline.Keeper{
			Store: s, Retention: store.DefaultRetention(), Now: time.Now, Logger: discard(),
			ExpireSalts: func(context.Context) error { salts++; return errDisk },
		}
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Minute)
		defer cancel()
		if err := k.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run says %v", err)
		}
		if s.expired != 3 || salts != 3 {
			t.Errorf("expired %d times, salts %d times", s.expired, salts)
		}
	})
}
