package duckdb

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxQueued bounds the jobs that wait for the writer; who comes later waits outside.
	maxQueued = 64
	// groupRows is how many rows of waiting batches share a transaction.
	groupRows = 50_000
)

// writer owns the only connection that changes data. Its goroutine runs one job
// at a time; everything below the jobs channel belongs to it.
type writer struct {
	jobs    chan *job
	closing chan struct{}
	stopped chan struct{}
	once    sync.Once
	seq     atomic.Int64 // highest committed

	dir  string
	conn *conn
	now  func() time.Time
	tables
	newest [kinds]time.Time // newest own time stored, by kind
	noted  string           // the day note that is certainly there
}

// job is one unit of work: a batch to append, or anything else in do.
type job struct {
	batch *batch
	do    func() error
	taken atomic.Bool // by the writer, or by the caller who gave up
	done  chan error
}

// tables are the tables that rows are added to, kept open for the next batch.
type tables struct {
	events, calls, spans, fingerprints, bodies, rejected, duplicates *table
	links, signals, interactions, sessions, unlinked                 *table
	rollup, stale, presence                                          *table
	incoming, covered, named, claims, touched                        *table
}

func (t *tables) byName() map[string]**table {
	return map[string]**table{
		"events": &t.events, "calls": &t.calls, "spans": &t.spans, "fingerprints": &t.fingerprints, "bodies": &t.bodies,
		"rejected": &t.rejected, "duplicates": &t.duplicates,
		"links": &t.links, "signals": &t.signals, "interactions": &t.interactions, "sessions": &t.sessions, "unlinked": &t.unlinked,
		"rollup_minutes": &t.rollup, "stale_hours": &t.stale, "presence": &t.presence,
		"incoming": &t.incoming, "covered": &t.covered, "named": &t.named, "claims_given": &t.claims, "touched": &t.touched,
	}
}

func newWriter(ctx context.Context, c *conn, config Config) (*writer, error) {
	w := &writer{
		dir: config.Dir, conn: c, now: config.Now,
		jobs: make(chan *job, maxQueued), closing: make(chan struct{}), stopped: make(chan struct{}),
	}
	if err := w.prepare(ctx); err != nil {
		return nil, err
	}
	go w.run() //nolint:contextcheck // what was queued is committed, whoever still waits
	return w, nil
}

// prepare makes the writer's own tables and learns where the store stands.
func (w *writer) prepare(ctx context.Context) error {
	if err := w.conn.script(statement("scratch")); err != nil {
		return err
	}
	for name, t := range w.byName() {
		var err error
		if *t, err = w.conn.openTable(name); err != nil {
			return err
		}
	}
	seq, err := w.conn.number(ctx, statement("newest_seq"), 0)
	if err != nil {
		return err
	}
	w.seq.Store(seq)
	for kind := range kinds {
		us, err := w.conn.number(ctx, "SELECT epoch_us(max(own_time)) FROM "+kind.table())
		if err != nil {
			return err
		}
		w.newest[kind] = time.UnixMicro(us).UTC()
	}
	return nil
}

// submit runs j on the writer's goroutine. When ctx ends before the writer takes
// the job, it is not run; afterwards its outcome is awaited, because it may be
// committed already.
func (w *writer) submit(ctx context.Context, j *job) error {
	j.done = make(chan error, 1)
	select {
	case <-w.closing:
		return errClosing
	case <-ctx.Done(): // asked alone: below, a writer that is free might be chosen as well
		return ctx.Err()
	default:
	}
	select {
	case w.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return errClosing
	}
	select {
	case err := <-j.done:
		return err
	case <-w.stopped:
	case <-ctx.Done():
	}
	if j.taken.CompareAndSwap(false, true) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return errClosing
	}
	return <-j.done
}

// transaction runs do on the writer's goroutine, in a transaction of its own.
func (w *writer) transaction(ctx context.Context, do func() error) error {
	return w.submit(ctx, &job{do: func() error {
		return writeError(w.atomically(do))
	}})
}

// atomically runs do and commits; when anything fails, nothing of it stays.
func (w *writer) atomically(do func() error) error {
	err := w.conn.transact("BEGIN", func() error {
		if err := do(); err != nil {
			return err
		}
		for _, t := range w.byName() {
			if err := (*t).finish(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		for _, t := range w.byName() {
			(*t).abandon()
		}
	}
	return err
}

func (w *writer) run() {
	defer close(w.stopped)
	for {
		select {
		case j := <-w.jobs:
			for j != nil {
				j = w.handle(j)
			}
		case <-w.closing:
			w.drain()
			return
		}
	}
}

// drain runs what was queued before closing began.
func (w *writer) drain() {
	for {
		select {
		case j := <-w.jobs:
			for j != nil {
				j = w.handle(j)
			}
		default:
			return
		}
	}
}

// handle runs a job. Batches take those that wait behind them along; a job of
// another kind found there is returned.
func (w *writer) handle(first *job) (next *job) {
	if !first.taken.CompareAndSwap(false, true) {
		return nil
	}
	if first.batch == nil {
		first.done <- first.do()
		return nil
	}
	group, rows := []*job{first}, first.batch.Len()
	for rows < groupRows {
		j := w.waiting()
		if j == nil {
			break
		}
		if j.batch == nil {
			next = j
			break
		}
		if j.taken.CompareAndSwap(false, true) {
			group, rows = append(group, j), rows+j.batch.Len()
		}
	}
	w.commit(group)
	return next
}

func (w *writer) waiting() *job {
	select {
	case j := <-w.jobs:
		return j
	default:
		return nil
	}
}

// commit appends the group in one transaction. When that fails, each batch gets
// one of its own, so that only the failing one fails.
func (w *writer) commit(group []*job) {
	err := w.append(group)
	if err != nil && len(group) > 1 {
		for _, j := range group {
			w.commit([]*job{j})
		}
		return
	}
	for _, j := range group {
		j.done <- writeError(err)
	}
}

func (w *writer) close() {
	w.once.Do(func() {
		close(w.closing)
		<-w.stopped
		for _, t := range w.byName() {
			(*t).close()
		}
		w.conn.close()
	})
}
