package live

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/clickspan/clickspan/internal/event"
)

// Record is one committed record; exactly one of its fields is set. It is shared
// by all who watch and must not be changed.
type Record struct {
	Event *event.Event `json:"event,omitempty"`
	Call  *event.Call  `json:"call,omitempty"`
}

// Buffer is how many records wait for a slow subscriber before it misses some.
const Buffer = 1024

// Hub passes records from the pipeline to subscribers. A subscriber that does not
// keep up misses records, and is told how many; it never slows intake down.
type Hub struct {
	watched atomic.Int64 // number of subscriptions, so that nobody watching costs nothing
	mu      sync.RWMutex
	all     map[*Subscription]struct{}
}

// NewHub returns a hub without subscribers.
func NewHub() *Hub { return &Hub{all: map[*Subscription]struct{}{}} }

// Subscription is one watcher's stream.
type Subscription struct {
	// Records is closed when the subscription's context ends.
	Records <-chan Record

	project event.ProjectID
	keep    func(Record) bool
	records chan Record
	dropped atomic.Int64
}

// Dropped says how many records this watcher missed so far.
func (s *Subscription) Dropped() int64 { return s.dropped.Load() }

// Subscribe streams the project's records that keep accepts (nil = all) until ctx
// ends. keep runs on the sender's time: it must be quick and must not block.
func (h *Hub) Subscribe(ctx context.Context, project event.ProjectID, keep func(Record) bool) *Subscription {
	s := &Subscription{project: project, keep: keep, records: make(chan Record, Buffer)}
	s.Records = s.records
	h.mu.Lock()
	h.all[s] = struct{}{}
	h.mu.Unlock()
	h.watched.Add(1)
	context.AfterFunc(ctx, func() {
		h.watched.Add(-1)
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.all, s)
		close(s.records)
	})
	return s
}

// Watchers counts the subscriptions.
func (h *Hub) Watchers() int { return int(h.watched.Load()) }

// Publish offers a committed batch to everyone who watches its project.
func (h *Hub) Publish(b event.Batch) {
	if h.watched.Load() == 0 {
		return
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	for s := range h.all {
		if s.project == b.Project() {
			s.offer(b)
		}
	}
}

func (s *Subscription) offer(b event.Batch) {
	events, calls := b.Events(), b.Calls()
	for i := range events {
		s.send(Record{Event: &events[i]})
	}
	for i := range calls {
		s.send(Record{Call: &calls[i]})
	}
}

func (s *Subscription) send(r Record) {
	if s.keep != nil && !s.keep(r) {
		return
	}
	select {
	case s.records <- r:
	default:
		s.dropped.Add(1)
	}
}
