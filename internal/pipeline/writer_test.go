package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/wire"
)

func TestResultCounts(t *testing.T) {
	t.Parallel()
	p, kept, known := intake(t, nil)
	w := p.Begin(t.Context(), pipeline.Origin{Project: 1, Source: "native"})
	for _, err := range []error{
		w.Event(click(nil)),
		w.Event(click(nil)),
		w.Event(click(func(e *event.Event) { e.ID, e.Name = "e2", "" })),
		w.Call(serverCall(func(c *event.Call) { c.Timed = false; c.Time = now.Add(-time.Hour) })),
		w.Release(&event.Release{Service: "shop", Version: "1.2", At: now}),
		w.Release(&event.Release{Service: "shop"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.Reject(wire.Reject{Index: 9, Reason: "not JSON", Sample: `{"to":"anna@example.com`})
	got, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	want := pipeline.Result{
		Accepted: 3, Duplicates: 1, Rejected: 3, Untimed: 1, Visits: true, Upto: 2, From: now.Add(-time.Hour), To: now.Add(-time.Minute),
		Errors: []pipeline.Refusal{{2, "name is missing"}, {5, "a release needs version and at"}, {9, "not JSON"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(known.releases) != 1 {
		t.Errorf("releases %v", known.releases)
	}
	wantRejected := []event.Rejection{
		{Source: "native", Reason: "name is missing", Count: 1},
		{Source: "native", Reason: "a release needs version and at", Count: 1},
		{Source: "native", Reason: "not JSON", Count: 1, Example: `{"to":"[email]`},
	}
	if d := cmp.Diff(wantRejected, kept.all().Rejected); d != "" {
		t.Error(d)
	}
}

func TestRequestsAreStoredAtOnceAndFilesInPieces(t *testing.T) {
	t.Parallel()
	for _, patient := range []bool{false, true} {
		p, kept, _ := intake(t, nil)
		w := p.Begin(t.Context(), pipeline.Origin{Project: 1, Patient: patient, Label: "x"})
		const n = 12_000
		for i := range n {
			if err := w.Call(serverCall(func(c *event.Call) { c.ID = fmt.Sprint(i) })); err != nil {
				t.Fatal(err)
			}
		}
		result, err := w.Close()
		if err != nil || result.Accepted != n {
			t.Fatalf("accepted %d, %v", result.Accepted, err)
		}
		want := 1
		if patient {
			want = 3
		}
		if len(kept.batches) != want || kept.batches[0].Label() != "x" {
			t.Errorf("patient %t: %d batches, want %d", patient, len(kept.batches), want)
		}
		for i, c := range kept.all().Calls {
			if c.ID != fmt.Sprint(i) {
				t.Fatalf("call %d came as number %s", i, c.ID)
			}
		}
	}
}

func TestFailureStopsAndIsTold(t *testing.T) {
	t.Parallel()
	p, kept, _ := intake(t, nil)
	kept.fail = func(n int) error {
		if n == 1 {
			return &event.Retryable{Err: errDisk}
		}
		return nil
	}
	w := p.Begin(t.Context(), pipeline.Origin{Project: 1, Patient: true})
	var err error
	for i := 0; i < 100_000 && err == nil; i++ {
		err = w.Call(serverCall(func(c *event.Call) { c.ID = fmt.Sprint(i) }))
	}
	if !errors.Is(err, errDisk) {
		t.Errorf("decoding went on: %v", err)
	}
	result, err := w.Close()
	if !errors.Is(err, errDisk) || !event.IsRetryable(err) {
		t.Errorf("Close says %v", err)
	}
	if result.Accepted != 5000 || len(kept.batches) != 1 {
		t.Errorf("accepted %d in %d batches", result.Accepted, len(kept.batches))
	}
}

func TestFullQueueRefusesRequestsAndFilesWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, kept, _ := intake(t, func(c *pipeline.Config) { c.MaxQueued = 2 })
		kept.proceed = make(chan struct{})
		start := func(id string, patient bool) *pipeline.Writer {
			w := p.Begin(t.Context(), pipeline.Origin{Project: 1, Patient: patient})
			for i := range 2 {
				if err := w.Event(click(func(e *event.Event) { e.ID = fmt.Sprint(id, i) })); err != nil {
					t.Error(err)
				}
			}
			return w
		}
		closed := func(w *pipeline.Writer) <-chan error {
			done := make(chan error, 1)
			go func() { _, err := w.Close(); done <- err }()
			synctest.Wait()
			return done
		}
		first := closed(start("a", false))
		if err := <-closed(start("b", false)); !event.IsRetryable(err) {
			t.Errorf("a full queue answered %v", err)
		}
		file := closed(start("c", true))
		kept.proceed <- struct{}{}
		if err := <-first; err != nil {
			t.Error(err)
		}
		kept.proceed <- struct{}{}
		if err := <-file; err != nil {
			t.Error(err)
		}
	})
}

func TestCancelledRequestStoresNothing(t *testing.T) {
	t.Parallel()
	p, kept, _ := intake(t, nil)
	kept.proceed = make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	w := p.Begin(ctx, pipeline.Origin{Project: 1})
	if err := w.Event(click(nil)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := w.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("Close says %v", err)
	}
}

func TestDryStoresNothingAndShowsAll(t *testing.T) {
	t.Parallel()
	p, kept, _ := intake(t, nil)
	w := p.Dry(t.Context(), pipeline.Origin{Project: 1})
	if err := w.Event(click(func(e *event.Event) { e.UserID = "anna@example.com" })); err != nil {
		t.Fatal(err)
	}
	if err := w.Event(&event.Event{}); err != nil {
		t.Fatal(err)
	}
	records, result := w.Preview()
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if len(records.Events) != 1 || result.Rejected != 1 || !strings.HasPrefix(records.Events[0].UserID, "p_") {
		t.Errorf("preview %+v %+v", records, result)
	}
	if len(kept.batches) != 0 {
		t.Error("something was stored")
	}
}

func TestBrowserKeyMayNotSpeakForTheBackend(t *testing.T) {
	t.Parallel()
	records, result := take(t, pipeline.Origin{Browser: true},
		click(nil),
		serverCall(nil),
		serverCall(func(c *event.Call) { c.ID, c.Side = "c2", event.Client }),
		click(func(e *event.Event) { e.ID, e.Name = "e2", "$create_alias" }),
		&event.Span{TraceID: strings.Repeat("a", 32), SpanID: strings.Repeat("b", 16), Time: now},
		&event.Release{Service: "s", Version: "1", At: now},
	)
	if result.Rejected != 4 || len(records.Events) != 1 || len(records.Calls) != 1 || records.Calls[0].Side != event.Client {
		t.Errorf("%+v, %+v", result, records)
	}
}
