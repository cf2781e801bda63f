package pipeline_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/privacy"
	"github.com/clickspan/clickspan/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// settings is the part of the settings store that intake needs, in memory.
type settings struct {
	mu       sync.Mutex
	releases []event.Release
}

func (*settings) PseudonymSecret(context.Context) ([]byte, error) { return make([]byte, 32), nil }

func (*settings) Salt(_ context.Context, t time.Time) ([]byte, error) {
	sum := sha256.Sum256([]byte(t.UTC().Format(time.DateOnly)))
	return sum[:], nil
}

func (*settings) Seal(context.Context, event.ProjectID, []meta.Original) error { return nil }

func (*settings) Suppressed(event.ProjectID, string) bool { return false }

func (s *settings) AddRelease(_ context.Context, _ event.ProjectID, r event.Release) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.releases = append(s.releases, r)
	return nil
}

// shelf is a store that keeps batches; ids already there are duplicates.
type shelf struct {
	store.Store

	mu      sync.Mutex
	batches []event.Batch
	seen    map[string]bool
	seq     store.Seq
	fail    func(n int) error // asked before the n-th append, from 0
	entered chan struct{}     // told when an append begins
	proceed chan struct{}     // an append waits for it
}

func (s *shelf) Append(ctx context.Context, b event.Batch) (store.Receipt, error) {
	if s.entered != nil {
		s.entered <- struct{}{}
	}
	if s.proceed != nil {
		select {
		case <-s.proceed:
		case <-ctx.Done():
			return store.Receipt{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(len(s.batches)); err != nil {
			return store.Receipt{}, err
		}
	}
	s.batches = append(s.batches, b)
	var r store.Receipt
	count := func(id string) {
		if s.seen[id] {
			r.Duplicates++
			return
		}
		if s.seen == nil {
			s.seen = map[string]bool{}
		}
		s.seen[id] = true
		s.seq++
		r.Accepted++
	}
	for i := range b.Events() {
		count("e" + b.Events()[i].ID)
	}
	for i := range b.Calls() {
		count("c" + b.Calls()[i].ID)
	}
	for i := range b.Spans() {
		count("s" + b.Spans()[i].ID)
	}
	r.Upto = s.seq
	return r, nil
}

var errDisk = errors.New("disk full")

// all returns what was stored.
func (s *shelf) all() (r event.Records) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.batches {
		r.Events = append(r.Events, b.Events()...)
		r.Calls = append(r.Calls, b.Calls()...)
		r.Spans = append(r.Spans, b.Spans()...)
		r.Rejected = append(r.Rejected, b.Rejected()...)
	}
	return r
}

// intake is a pipeline into a shelf.
func intake(tb testing.TB, change func(*pipeline.Config)) (*pipeline.Pipeline, *shelf, *settings) {
	tb.Helper()
	kept, known := &shelf{}, &settings{}
	rules, err := privacy.New(tb.Context(), known, privacy.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	c := pipeline.Config{Store: kept, Rules: rules, Releases: known, Now: clock}
	if change != nil {
		change(&c)
	}
	return pipeline.New(c), kept, known
}

// calls is a server call; change adjusts it.
func serverCall(change func(*event.Call)) *event.Call {
	c := event.Call{ID: "c1", Time: now.Add(-time.Minute), Side: event.Server, Method: "GET", Path: "/orders/17", Status: 200, Timed: true, Duration: time.Millisecond}
	if change != nil {
		change(&c)
	}
	return &c
}

func click(change func(*event.Event)) *event.Event {
	e := event.Event{ID: "e1", Time: now.Add(-time.Minute), Name: "Pay", Kind: event.Click, Identity: event.Identity{DeviceID: "d1"}}
	if change != nil {
		change(&e)
	}
	return &e
}

// take sends records through a pipeline and returns what was stored.
func take(t *testing.T, o pipeline.Origin, records ...any) (event.Records, pipeline.Result) {
	t.Helper()
	p, kept, _ := intake(t, nil)
	o.Project = 1
	w := p.Begin(t.Context(), o)
	for _, r := range records {
		var err error
		switch r := r.(type) {
		case *event.Event:
			err = w.Event(r)
		case *event.Call:
			err = w.Call(r)
		case *event.Span:
			err = w.Span(r)
		case *event.Release:
			err = w.Release(r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	result, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return kept.all(), result
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
