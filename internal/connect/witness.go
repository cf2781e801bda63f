package connect

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// What a Witness remembers at most, so that no sender can fill the memory.
const (
	maxRefusals   = 32
	maxProjects   = 256
	maxNetworks   = 16
	maxDeliveries = 32
	maxUnread     = 16
	maxLooked     = 100 // records of one batch that are looked at
	maxText       = 200 // bytes of what a refused sender wrote
)

// Witness remembers what the store does not keep and a diagnosis needs: who was
// refused, whether the script was asked for, from which networks records came, and
// when. It lives in memory, is bounded, and starts empty. Its methods may be called
// concurrently.
type Witness struct {
	mu       sync.Mutex
	now      func() time.Time
	started  time.Time
	scripts  Asked
	refusals []Refusal // newest first
	projects map[event.ProjectID]*Seen
}

// Asked counts how often something was asked for.
type Asked struct {
	Count int
	Last  time.Time
}

// Refusal is one intake request that was turned away.
type Refusal struct {
	At     time.Time
	Path   string
	Status int    // 401: no or wrong key; 403: the key may not send this, or not from there
	Key    string // its first characters; empty when none was sent
	Origin string // of the page; empty for programs
}

// Delivery is one batch of server calls: a piece of a log, mostly.
type Delivery struct {
	At     time.Time
	Newest time.Time // end of the newest call in it
}

// Seen is what came in for one project.
type Seen struct {
	// FirstClick and FirstLine are when the first click and server call came since
	// the process started; zero while none has.
	FirstClick, FirstLine time.Time
	// Beacons and Lines are the networks that browsers and server calls name as the
	// person's, at most 16 each, in order of appearance.
	Beacons, Lines []string
	// Deliveries are the latest, newest first.
	Deliveries []Delivery
	// Unread is what was refused of logs, by reason.
	Unread []event.Rejection
	// Skew is by how much the clock of the last browser was behind.
	Skew time.Duration
}

// NewWitness returns one that has seen nothing.
func NewWitness(now func() time.Time) *Witness {
	return &Witness{now: now, started: now(), projects: map[event.ProjectID]*Seen{}}
}

// Script notes that a browser asked for the script.
func (w *Witness) Script() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scripts.Count++
	w.scripts.Last = w.now()
}

// Refuse notes a request that was turned away; At is filled in.
func (w *Witness) Refuse(r Refusal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r.At, r.Key, r.Origin = w.now(), short(r.Key), short(r.Origin)
	w.refusals = slices.Insert(w.refusals, 0, r)
	w.refusals = w.refusals[:min(len(w.refusals), maxRefusals)]
}

// Batch notes what was committed.
func (w *Witness) Batch(b event.Batch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.projects[b.Project()]
	if seen == nil {
		if len(w.projects) >= maxProjects {
			return
		}
		seen = &Seen{}
		w.projects[b.Project()] = seen
	}
	now := w.now()
	for _, e := range last(b.Events()) {
		seen.event(&e, now)
	}
	delivery := Delivery{At: now}
	for _, c := range last(b.Calls()) {
		if c.Side != event.Server {
			seen.Beacons = addOnce(seen.Beacons, c.ClientIP)
			continue
		}
		seen.Lines = addOnce(seen.Lines, c.ClientIP)
		if end := c.End(); end.After(delivery.Newest) {
			delivery.Newest = end
		}
	}
	if !delivery.Newest.IsZero() {
		seen.deliver(delivery)
	}
	for _, r := range b.Rejected() {
		seen.reject(r)
	}
}

// Of returns what was seen of a project, with what belongs to no project.
func (w *Witness) Of(project event.ProjectID) (seen Seen, scripts Asked, refusals []Refusal, since time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if found := w.projects[project]; found != nil {
		seen = *found
		seen.Beacons, seen.Lines = slices.Clone(seen.Beacons), slices.Clone(seen.Lines)
		seen.Deliveries, seen.Unread = slices.Clone(seen.Deliveries), slices.Clone(seen.Unread)
	}
	return seen, w.scripts, slices.Clone(w.refusals), w.started
}

func (s *Seen) event(e *event.Event, now time.Time) {
	s.Beacons = addOnce(s.Beacons, e.ClientIP)
	if !e.SentAt.IsZero() {
		s.Skew = e.Time.Sub(e.OwnTime)
	}
	if isClick(e.Kind) && s.FirstClick.IsZero() {
		s.FirstClick = now
	}
}

func (s *Seen) deliver(d Delivery) {
	if s.FirstLine.IsZero() {
		s.FirstLine = d.At
	}
	s.Deliveries = slices.Insert(s.Deliveries, 0, d)
	s.Deliveries = s.Deliveries[:min(len(s.Deliveries), maxDeliveries)]
}

func (s *Seen) reject(r event.Rejection) {
	at := slices.IndexFunc(s.Unread, func(u event.Rejection) bool { return u.Source == r.Source && u.Reason == r.Reason })
	switch {
	case at >= 0:
		s.Unread[at].Count += r.Count
	case len(s.Unread) < maxUnread:
		s.Unread = append(s.Unread, r)
	}
}

// addOnce keeps a short list of different texts.
func addOnce(known []string, one string) []string {
	if one == "" || len(known) >= maxNetworks || slices.Contains(known, one) {
		return known
	}
	return append(known, one)
}

// short is a beginning of text that does not hold on to the rest.
func short(text string) string { return strings.Clone(text[:min(len(text), maxText)]) }

// last returns the end of a batch: a log's newest lines.
func last[T any](records []T) []T { return records[max(0, len(records)-maxLooked):] }

func isClick(k event.Kind) bool { return k == event.Click || k == event.Submit }
