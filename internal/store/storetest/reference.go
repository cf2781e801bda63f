package storetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Reference is the contract written a second time, as plain Go over slices: slow,
// obvious, not durable. Engines are compared with it. It answers from raw rows
// alone, never from rollups.
type Reference struct {
	now func() time.Time

	mu        sync.Mutex
	closed    bool
	arrived   store.Seq
	watermark store.Seq

	events []stored[event.Event]
	calls  []stored[event.Call]
	spans  []stored[event.Span]

	links        []derived[event.Link]
	signals      []derived[event.Signal]
	interactions []derived[event.Interaction]
	parts        []derived[event.Session]
	unlinked     []derived[store.Unlinked]
	claims       []claimed

	rejected   []hourly[event.Rejection]
	duplicates []hourly[int]
}

var _ store.Store = (*Reference)(nil)

// stored is a record and what the store adds to it.
type stored[T any] struct {
	project event.ProjectID
	seq     store.Seq
	arrived time.Time
	label   string
	row     T
}

// derived is a row that the link pass wrote.
type derived[T any] struct {
	project event.ProjectID
	row     T
}

// hourly is something counted by the hour in which it arrived.
type hourly[T any] struct {
	project event.ProjectID
	hour    time.Time
	row     T
}

// NewReference returns an empty store that takes the time of arrival from now.
func NewReference(now func() time.Time) *Reference { return &Reference{now: now} }

// lock takes the store for one method. When it returns no error the caller must
// unlock.
func (r *Reference) lock(ctx context.Context) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil, &event.Retryable{Err: errors.New("the store is closed"), Hint: "Try again when the server is back."}
	}
	return r.mu.Unlock, nil
}

// Close implements [store.Store].
func (r *Reference) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return nil
}

// Stats implements [store.Reader].
func (r *Reference) Stats(ctx context.Context) (store.Stats, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Stats{}, err
	}
	defer unlock()
	out := store.Stats{
		Engine: "reference",
		Events: int64(len(r.events)), Calls: int64(len(r.calls)), Spans: int64(len(r.spans)), Links: int64(len(r.links)),
		Arrived: r.arrived, Watermark: r.watermark,
	}
	include := func(t time.Time) {
		if out.From.IsZero() || t.Before(out.From) {
			out.From = t
		}
		if t.After(out.To) {
			out.To = t
		}
	}
	for _, e := range r.events {
		include(e.row.Time)
	}
	for _, c := range r.calls {
		include(c.row.Time)
	}
	for _, s := range r.spans {
		include(s.row.Time)
	}
	return out, nil
}

// within reports from ≤ t < to, with bounds cut to microseconds as all times are.
func within(t, from, to time.Time) bool {
	return !t.Before(event.Time(from)) && t.Before(event.Time(to))
}

// wrong is the error for a question that no store can answer.
func checkLimit(limit int) error {
	if limit < 1 || limit > store.MaxRows {
		return wrong("the limit is out of range", "Ask for fewer rows.")
	}
	return nil
}

func wrong(what, hint string) error { return &event.Permanent{Err: errors.New(what), Hint: hint} }
