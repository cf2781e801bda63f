package analysis

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

const (
	maxBoards   = 64               // kept; beyond, the one asked for longest ago goes
	readTimeout = 60 * time.Second // of one part
	tooOld      = time.Minute      // an older moment is not shown while a newer one is read
)

// Boards keeps the Overview of each project and zone, and reads it anew in the
// background when it is asked for and has become old: at most one moment and one
// history at a time, over all projects.
type Boards struct {
	reader             store.Reader
	costs              CostEstimator
	moments, histories chan struct{}   // full while one is read
	until              context.Context // readings end with it
	stop               context.CancelFunc

	mu     sync.Mutex
	boards map[boardKey]*board
}

type boardKey struct {
	project event.ProjectID
	zone    string
}

// board is what is known, and what is being read.
type board struct {
	moment  moment
	history history
	asked   time.Time
	// reading is closed when the moment has been read; nil when nobody reads it.
	reading        chan struct{}
	err            error // of the last reading
	readingHistory bool
}

// NewBoards reads from r and lets costs say what endpoints cost.
func NewBoards(r store.Reader, costs CostEstimator) *Boards {
	until, stop := context.WithCancel(context.Background())
	return &Boards{
		reader: r, costs: costs, moments: make(chan struct{}, 1), histories: make(chan struct{}, 1), boards: map[boardKey]*board{},
		until: until, stop: stop,
	}
}

// Stop ends what is being read in the background, and all that would be; the store
// could not close before.
func (b *Boards) Stop() { b.stop() }

// Overview answers from the board when it is fresh, or not too old while it is read
// anew. Only the first question, and one after a change of settings, waits for the
// moment; nobody waits for the history.
func (b *Boards) Overview(ctx context.Context, q Question) (Overview, error) {
	text, err := json.Marshal([]any{q.Goals, q.Releases})
	if err != nil {
		return Overview{}, err
	}
	settings := string(text)
	for {
		out, wait := b.ask(ctx, q, settings)
		if wait == nil {
			return out, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return Overview{}, ctx.Err()
		}
		if err := b.lastError(q); err != nil {
			return Overview{}, err
		}
	}
}

// ask returns the board, or what to wait for when it cannot be shown. It starts to
// read what is old.
func (b *Boards) ask(ctx context.Context, q Question, settings string) (Overview, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.boards[keyOf(q)]
	if one == nil {
		b.makeRoom()
		one = &board{}
		b.boards[keyOf(q)] = one
	}
	one.asked = q.Now
	ctx = context.WithoutCancel(ctx)
	changed := one.moment.settings != settings
	age := q.Now.Sub(one.moment.at)
	if (changed || age >= quickly) && one.reading == nil {
		one.reading = make(chan struct{})
		go b.readMoment(ctx, one, q, settings)
	}
	if changed || age >= tooOld {
		return Overview{}, one.reading
	}
	if (one.history.settings != settings || q.Now.Sub(one.history.at) >= slowly) && !one.readingHistory {
		one.readingHistory = true
		go b.readHistory(ctx, one, q, settings)
	}
	return overview(one.moment, one.history), nil
}

func keyOf(q Question) boardKey { return boardKey{q.Project, q.Zone.String()} }

func (b *Boards) lastError(q Question) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if one := b.boards[keyOf(q)]; one != nil {
		return one.err
	}
	return nil
}

func (b *Boards) makeRoom() {
	if len(b.boards) < maxBoards {
		return
	}
	var oldest boardKey
	for key, one := range b.boards {
		if first := b.boards[oldest]; first == nil || one.asked.Before(first.asked) {
			oldest = key
		}
	}
	delete(b.boards, oldest)
}

func (b *Boards) readMoment(ctx context.Context, one *board, q Question, settings string) {
	b.mu.Lock()
	old := one.moment
	b.mu.Unlock()
	fresh, err := guarded(ctx, b.until, b.moments, func(ctx context.Context) (moment, error) { return old.read(ctx, b.reader, q) })
	fresh.settings = settings
	b.mu.Lock()
	defer b.mu.Unlock()
	if one.err = err; err == nil {
		one.moment = fresh
	}
	close(one.reading)
	one.reading = nil
}

// readHistory leaves an error to the next reading of the moment, which meets the
// same store; until then the old history stands.
func (b *Boards) readHistory(ctx context.Context, one *board, q Question, settings string) {
	fresh, err := guarded(ctx, b.until, b.histories, func(ctx context.Context) (history, error) { return readHistory(ctx, b.reader, q, b.costs) })
	fresh.settings = settings
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		one.history = fresh
	}
	one.readingHistory = false
}

// guarded runs one reading at a time, for a limited time and not beyond until, and turns a panic into an
// error, because it would end the process from a goroutine of its own.
func guarded[Part any](ctx, until context.Context, slot chan struct{}, read func(context.Context) (Part, error)) (part Part, err error) {
	slot <- struct{}{}
	defer func() { <-slot }()
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	defer context.AfterFunc(until, cancel)()
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("overview: panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return read(ctx)
}
