package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/privacy"
	"github.com/clickspan/clickspan/internal/store"
)

// Releases keeps deploy markers; meta.DB is one.
type Releases interface {
	AddRelease(ctx context.Context, project event.ProjectID, r event.Release) error
}

// Config is what a Pipeline is made of. Store, Rules, Releases and Now are needed.
type Config struct {
	Store    store.Writer
	Rules    *privacy.Rules
	Releases Releases
	Now      func() time.Time
	Logger   *slog.Logger
	// Committed is told every batch that is durable; it must not block.
	Committed func(event.Batch)
	// Proxies are the proxies in front of the servers whose logs come in.
	Proxies Proxies
	// MaxQueued is how many records may wait for the store at once, over all
	// writers; 0 = 200,000. Beyond it requests are refused and files wait.
	MaxQueued int
}

// Pipeline takes records to the store. Methods may be called concurrently.
type Pipeline struct {
	Config
	room   *semaphore.Weighted
	agents *cache[string, agent]

	mu        sync.Mutex
	templates map[event.ProjectID]*Templates
	bodies    map[event.ProjectID]map[event.Endpoint]bool // opted in
}

// New makes a pipeline.
func New(c Config) *Pipeline {
	if c.MaxQueued <= 0 {
		c.MaxQueued = 200_000
	}
	if c.Committed == nil {
		c.Committed = func(event.Batch) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Pipeline{
		Config: c, room: semaphore.NewWeighted(int64(c.MaxQueued)),
		agents: newCache[string, agent](8192), templates: map[event.ProjectID]*Templates{},
		bodies: map[event.ProjectID]map[event.Endpoint]bool{},
	}
}

// Templates returns the route templates of a project, for loading OpenAPI files.
func (p *Pipeline) Templates(project event.ProjectID) *Templates {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.templates[project]
	if t == nil {
		t = NewTemplates()
		p.templates[project] = t
	}
	return t
}

// errFull is the cause of a refusal for lack of room.
var errFull = errors.New("too many records wait for the store")

// reserve takes room for n records: a patient writer waits for it, others are refused.
func (p *Pipeline) reserve(ctx context.Context, n int, patient bool) (release func(), err error) {
	weight := int64(min(n, p.MaxQueued))
	if patient {
		if err := p.room.Acquire(ctx, weight); err != nil {
			return nil, err
		}
	} else if !p.room.TryAcquire(weight) {
		return nil, &event.Retryable{Err: errFull, Hint: "Send again a little later; nothing of this request was stored.", After: time.Second}
	}
	return func() { p.room.Release(weight) }, nil
}
