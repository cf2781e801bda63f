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
	maxBoards      = 64               // kept; beyond, the one asked for longest ago goes
	maxRefreshing  = 2                // read at once, over all projects
	refreshTimeout = 60 * time.Second // of one board
	tooOld         = time.Minute      // an older board is not shown while a newer one is read
)

// Boards keeps the Overview of each project and zone, and reads it anew in the
// background when it is asked for and has become old.
type Boards struct {
	reader store.Reader
	costs  CostEstimator
	slots  chan struct{}

	mu     sync.Mutex
	boards map[boardKey]*kept
}

type boardKey struct {
	project event.ProjectID
	zone    string
}

// kept is a board and the refresh that is under way.
type kept struct {
	board board
	asked time.Time
	// refreshing is closed when the refresh ends; nil when there is none.
	refreshing chan struct{}
	err        error
}

// NewBoards reads from r and lets costs say what endpoints cost.
func NewBoards(r store.Reader, costs CostEstimator) *Boards {
	return &Boards{reader: r, costs: costs, slots: make(chan struct{}, maxRefreshing), boards: map[boardKey]*kept{}}
}

// Overview answers from the board when it is fresh, or not too old while it is read
// anew. Only the first question, and one after a change of settings, waits.
func (b *Boards) Overview(ctx context.Context, q Question) (Overview, error) {
	settings, err := json.Marshal([]any{q.Goals, q.Releases})
	if err != nil {
		return Overview{}, err
	}
	k, done := b.ask(ctx, q, string(settings))
	if done != nil {
		select {
		case <-done:
		case <-ctx.Done():
			return Overview{}, ctx.Err()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if done != nil && k.err != nil {
		return Overview{}, k.err
	}
	return k.board.Overview, nil
}

// ask returns the board, and what to wait for when it cannot be shown yet. It
// starts a refresh when the board is old and none is under way.
func (b *Boards) ask(ctx context.Context, q Question, settings string) (*kept, chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := boardKey{q.Project, q.Zone.String()}
	k := b.boards[key]
	if k == nil {
		b.makeRoom()
		k = &kept{}
		b.boards[key] = k
	}
	k.asked = q.Now
	age := q.Now.Sub(k.board.At)
	changed := k.board.settings != settings
	if age < quickly && !changed {
		return k, nil
	}
	if k.refreshing == nil {
		k.refreshing = make(chan struct{})
		go b.refresh(context.WithoutCancel(ctx), k, q, settings)
	}
	if age >= tooOld || changed {
		return k, k.refreshing
	}
	return k, nil
}

func (b *Boards) makeRoom() {
	if len(b.boards) < maxBoards {
		return
	}
	var oldest boardKey
	for key, k := range b.boards {
		if first := b.boards[oldest]; first == nil || k.asked.Before(first.asked) {
			oldest = key
		}
	}
	delete(b.boards, oldest)
}

func (b *Boards) refresh(ctx context.Context, k *kept, q Question, settings string) {
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	b.slots <- struct{}{}
	defer func() { <-b.slots }()
	b.mu.Lock()
	old := k.board
	b.mu.Unlock()
	fresh, err := b.read(ctx, old, q, settings)
	b.mu.Lock()
	defer b.mu.Unlock()
	if k.err = err; err == nil {
		k.board = fresh
	}
	close(k.refreshing)
	k.refreshing = nil
}

// read turns a panic into an error, because it would end the process from a
// goroutine of its own.
func (b *Boards) read(ctx context.Context, old board, q Question, settings string) (fresh board, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("overview: panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return old.refresh(ctx, b.reader, q, b.costs, settings)
}
