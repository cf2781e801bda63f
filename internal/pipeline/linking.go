package pipeline

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/store"
)

const (
	// passRows is how many new rows one pass looks at.
	passRows = 20_000
	// settle is how long a pass waits after a commit for others to share it.
	settle = 500 * time.Millisecond
	// lateAfter: rows that come later than this have lost their daily keys.
	lateAfter = 48 * time.Hour
	// slowLife is how long the normal durations of endpoints are remembered.
	slowLife   = 10 * time.Minute
	slowWindow = 7 * 24 * time.Hour
	minSlow    = time.Second
)

// LinkerConfig is what a Linker is made of.
type LinkerConfig struct {
	Store store.Store
	// Sessions tells when derived sessions of a project end; nil means the defaults.
	Sessions func(context.Context, event.ProjectID) (meta.SessionRule, error)
	Now      func() time.Time
	Logger   *slog.Logger
}

// Linker runs the link pass behind intake: it takes what was committed since the
// watermark, links it block by block and writes the result. The watermark is the
// store's, so that a crash loses no work.
type Linker struct {
	LinkerConfig
	wake   chan struct{} // something was committed
	urgent chan struct{} // somebody waits for it

	mu     sync.Mutex
	done   store.Seq
	moved  chan struct{} // closed when done moves or failed changes
	failed error         // of the last pass

	slow  map[event.ProjectID]slowness // used by the pass only
	judge func(link.Block, link.Options) link.Result
}

// Progress is how far linking is.
type Progress struct {
	Watermark store.Seq // all rows up to it are linked
	Err       error     // why the last pass failed; nil when it did not
}

// NewLinker makes a linker; [Linker.Run] starts it.
func NewLinker(c LinkerConfig) *Linker {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Linker{
		LinkerConfig: c, wake: make(chan struct{}, 1), urgent: make(chan struct{}, 1),
		moved: make(chan struct{}), slow: map[event.ProjectID]slowness{}, judge: link.Link,
	}
}

// Wake says that something was committed. It never blocks.
func (l *Linker) Wake() { poke(l.wake) }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Progress says how far linking is.
func (l *Linker) Progress() Progress {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Progress{Watermark: l.done, Err: l.failed}
}

// Wait returns when every row up to seq has been through the link pass, or with
// the error of ctx when that comes first. It makes the next pass start at once.
func (l *Linker) Wait(ctx context.Context, seq store.Seq) error {
	for {
		l.mu.Lock()
		done, moved := l.done >= seq, l.moved
		l.mu.Unlock()
		if done {
			return nil
		}
		poke(l.urgent)
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Run passes until ctx ends and returns its error. A failed pass is logged and
// tried again, less and less often.
func (l *Linker) Run(ctx context.Context) error {
	const firstPause, longestPause = 200 * time.Millisecond, 30 * time.Second
	pause := firstPause
	for ctx.Err() == nil {
		more, err := l.Pass(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			l.Logger.ErrorContext(ctx, "link pass failed; will try again", slog.Any("error", err), slog.Duration("in", pause))
			l.rest(ctx, pause)
			pause = min(2*pause, longestPause)
			continue
		case !more:
			l.await(ctx)
		}
		pause = firstPause
	}
	return ctx.Err()
}

// await returns when there is work: at once when somebody waits, a moment after a
// commit otherwise, so that one pass serves many commits.
func (l *Linker) await(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-l.urgent:
	case <-l.wake:
		timer := time.NewTimer(settle)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-l.urgent:
		case <-timer.C:
		}
	}
}

func (l *Linker) rest(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// Pass links what arrived since the watermark, once; more says that it found
// something. Run calls it; imports without a server may call it themselves, but
// only one pass may run at a time.
func (l *Linker) Pass(ctx context.Context) (more bool, err error) {
	touched, upto, err := l.Store.Unlinked(ctx, passRows)
	if err != nil {
		return false, l.report(err)
	}
	before, err := l.Store.Watermark(ctx)
	if err != nil {
		return false, l.report(err)
	}
	if upto <= before && len(touched) == 0 {
		l.advance(before)
		return false, nil
	}
	var linked []store.Linked
	for _, t := range touched {
		of, err := l.link(ctx, t)
		if err != nil {
			return false, l.report(err)
		}
		linked = append(linked, of...)
	}
	if err := l.Store.WriteLinks(ctx, linked, upto); err != nil {
		return false, l.report(err)
	}
	l.advance(upto)
	return upto > before, nil
}

// link runs the cascade over the blocks of one project.
func (l *Linker) link(ctx context.Context, t store.Touched) ([]store.Linked, error) {
	now := l.Now()
	options := link.Options{SlowOver: l.slowOver(ctx, t.Project), Now: now}
	if l.Sessions != nil {
		rule, err := l.Sessions(ctx, t.Project)
		if err != nil {
			return nil, err
		}
		options.Gap, options.Longest = time.Duration(rule.GapMinutes)*time.Minute, time.Duration(rule.LongestHours)*time.Hour
	}
	var all []store.Linked
	if len(t.Strays) > 0 {
		all = append(all, linkedStrays(t))
	}
	all = append(all, linkedClaims(t)...)
	for _, b := range link.Blocks(link.Rows{Events: t.Events, Calls: t.Calls}) {
		b.Late = now.Sub(lastOf(b.Rows)) > lateAfter
		all = append(all, linkedOf(t.Project, l.linkBlock(ctx, b, options)))
	}
	return all, nil
}

// linkBlock links one block. A defect that some rows bring to light costs their
// links, until a later pass sees them again, and is logged; it must not keep the
// server from ever starting again.
func (l *Linker) linkBlock(ctx context.Context, b link.Block, options link.Options) (result link.Result) {
	defer func() {
		if defect := recover(); defect != nil {
			l.Logger.ErrorContext(ctx, "a block could not be linked; please report this", slog.Any("defect", defect), slog.Int("rows", b.Len()))
			result = defective(b)
		}
	}()
	return l.judge(b, options)
}

// defective is the result of a block that could not be linked: a reason for every
// call. What earlier passes knew of its events stays.
func defective(b link.Block) link.Result {
	var r link.Result
	for i := range b.Calls {
		c := &b.Calls[i]
		if i == 0 || c.Time.Before(r.From) {
			r.From = c.Time
		}
		if c.Time.After(r.To) {
			r.To = c.Time
		}
		r.CallIDs = append(r.CallIDs, c.ID)
		r.Unlinked = append(r.Unlinked, link.Unlinked{CallID: c.ID, Side: c.Side, Time: c.Time, Reason: link.Defect})
	}
	return r
}

// linkedStrays gives calls that hang on crowded keys alone their reason.
func linkedStrays(t store.Touched) store.Linked {
	out := store.Linked{Project: t.Project, From: t.Strays[0].Time, To: t.Strays[len(t.Strays)-1].Time}
	for _, s := range t.Strays {
		out.CallIDs = append(out.CallIDs, s.CallID)
		out.Unlinked = append(out.Unlinked, store.Unlinked{CallID: s.CallID, Side: event.Server, Time: s.Time, Reason: string(link.CrowdedKey)})
	}
	return out
}

// linkedClaims passes on which device is whose: the rows say so by themselves. Each is
// a block of its own, because their records may lie far apart.
func linkedClaims(t store.Touched) []store.Linked {
	out := make([]store.Linked, len(t.Claims))
	for i := range t.Claims {
		at := t.Claims[i].FirstSeen
		out[i] = store.Linked{Project: t.Project, From: at, To: at, Claims: t.Claims[i : i+1]}
	}
	return out
}

func lastOf(r link.Rows) (last time.Time) {
	for i := range r.Events {
		if at := r.Events[i].Time; at.After(last) {
			last = at
		}
	}
	for i := range r.Calls {
		if at := r.Calls[i].Time; at.After(last) {
			last = at
		}
	}
	return last
}

func linkedOf(project event.ProjectID, r link.Result) store.Linked {
	unlinked := make([]store.Unlinked, len(r.Unlinked))
	for i, u := range r.Unlinked {
		unlinked[i] = store.Unlinked{CallID: u.CallID, Side: u.Side, Time: u.Time, Reason: string(u.Reason)}
	}
	return store.Linked{
		Project: project, From: r.From, To: r.To, EventIDs: r.EventIDs, CallIDs: r.CallIDs,
		Links: r.Links, Signals: r.Signals, Interactions: r.Interactions, Sessions: r.Sessions, Unlinked: unlinked,
	}
}

// advance publishes a new watermark.
func (l *Linker) advance(to store.Seq) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done, l.failed = to, nil
	close(l.moved)
	l.moved = make(chan struct{})
}

func (l *Linker) report(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = err
	return err
}

// slowness is when calls of a project's endpoints count as slow.
type slowness struct {
	at   time.Time
	over map[event.Endpoint]time.Duration
}

// slowOver returns max(1 s, p95 of the last 7 days) by endpoint. When the store
// cannot tell, 1 s holds for all.
func (l *Linker) slowOver(ctx context.Context, project event.ProjectID) func(event.Endpoint) time.Duration {
	now := l.Now()
	known, ok := l.slow[project]
	if !ok || now.Sub(known.at) > slowLife {
		known = slowness{at: now, over: l.percentiles(ctx, project, now)}
		l.slow[project] = known
	}
	return func(e event.Endpoint) time.Duration { return max(minSlow, known.over[e]) }
}

func (l *Linker) percentiles(ctx context.Context, project event.ProjectID, now time.Time) map[event.Endpoint]time.Duration {
	over := map[event.Endpoint]time.Duration{}
	for _, side := range []event.Side{event.Client, event.Server} {
		catalogue, err := l.Store.Endpoints(ctx, store.EndpointsQuery{
			Scope: store.Scope{Project: project, From: now.Add(-slowWindow), To: now}, Side: side,
		})
		if err != nil {
			l.Logger.WarnContext(ctx, "normal durations are not known; slow means over 1 s", slog.Int64("project", int64(project)), slog.Any("error", err))
			continue
		}
		for _, row := range catalogue.Rows {
			if row.P95 != nil {
				over[row.Endpoint] = max(over[row.Endpoint], time.Duration(*row.P95)*time.Microsecond)
			}
		}
	}
	return over
}
