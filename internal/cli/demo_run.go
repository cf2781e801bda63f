package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clickspan/clickspan/internal/api"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/simulate"
	"github.com/clickspan/clickspan/internal/store"
)

const (
	// The past is filled in and linked piece by piece, newest first. Longer pieces cost
	// less, and what happens now waits for its links until the one under way is linked: a
	// piece is as long as pieceWork allows on this machine just now.
	pieceWork     = time.Second
	shortestPiece = 30 * time.Minute
	longestPiece  = 4 * time.Hour
	// troubleAfter the start payments begin to fail. Few people of a shop of this size
	// pay within a minute, so a sale opens saleBefore it: that long who comes needs to
	// get to the till.
	troubleAfter    = 2 * time.Minute
	saleBefore      = 30 * time.Second
	troubleEndpoint = "POST /api/payments"
	// The filling rests from restBefore a break until restAfter it, so that the machine
	// is there for what everybody waits to see.
	restBefore = saleBefore
	restAfter  = time.Minute
)

// demo is a running demo.
type demo struct {
	node    *node
	past    *pipeline.Pipeline // like the node's, but who watches live does not see it
	bar     *progress
	readers readers
	live    atomic.Int64 // the store.Seq up to which the traffic at real speed reaches

	mu     sync.Mutex
	story  story
	world  *simulate.World // of the traffic at real speed
	broken []api.DemoBreak // what world was told; since may lie in the future
	stale  bool            // a teller of world knows nothing of the last break or fix
}

// openDemo finds the data directory's story or begins one.
func openDemo(e *env, n *node, c demoCmd, now time.Time) (*demo, error) {
	d := &demo{node: n, bar: newProgress(e.Err, "Filling the shop"), story: newStory(c, now)}
	past := n.pipeline.Config
	past.Committed = func(event.Batch) { n.linker.Wake() }
	d.past = pipeline.New(past)
	found, err := n.meta.Document(e.ctx, meta.DefaultProject, "demo", "story")
	switch {
	case err == nil:
		d.story = story{}
		if err := json.Unmarshal(found.Body, &d.story); err != nil {
			return nil, fmt.Errorf("the story of this demo cannot be read: %w", err)
		}
		if err := c.sameStory(d.story, e.settings.Data); err != nil {
			return nil, err
		}
	case !errors.Is(err, meta.ErrNotFound):
		return nil, err
	default:
		if err := d.claim(e); err != nil {
			return nil, err
		}
		if err := api.SetGoals(e.ctx, n.meta, meta.DefaultProject, d.story.goals()...); err != nil {
			return nil, err
		}
	}
	if d.world, err = d.story.world(); err != nil {
		return nil, &event.Permanent{Err: err, Hint: "See clickspan demo --help for what can be set."}
	}
	return d, d.save(e.ctx)
}

// claim refuses a directory whose data is not a demo's.
func (d *demo) claim(e *env) error {
	stats, err := d.node.store.Stats(e.ctx)
	if err != nil || stats.Arrived == 0 {
		return err
	}
	return &event.Permanent{
		Err:  fmt.Errorf("%s holds data that no demo made", e.settings.Data),
		Hint: "The demo keeps apart from real data: name another directory with --data, or leave the flag away.",
	}
}

// save keeps the story for the next start. The caller holds mu, or is alone.
func (d *demo) save(ctx context.Context) error {
	return d.node.meta.PutDocument(ctx, meta.DefaultProject, "demo", "story", d.story)
}

// fillLinking is fill before a server runs, whose link pass it stands in for.
func (d *demo) fillLinking(ctx context.Context, whole span) error {
	pass, stop := context.WithCancel(ctx)
	var linking errgroup.Group
	linking.Go(func() error { return ended(d.node.linker.Run(pass)) })
	err := d.fill(ctx, whole, firstSight)
	stop()
	return errors.Join(err, linking.Wait())
}

// fill tells what is missing of a part of the story in pieces, newest first, and
// returns when it is linked. The first piece has the length that is given.
func (d *demo) fill(ctx context.Context, whole span, length time.Duration) error {
	world, err := d.story.world()
	if err != nil {
		return err
	}
	missing := d.filled().gaps(whole)
	going := &pace{began: time.Now()}
	if going.linked, err = d.node.store.Watermark(ctx); err != nil {
		return err
	}
	for _, gap := range missing {
		going.whole += world.Visits(gap.From, gap.To)
	}
	defer d.bar.done()
	for _, gap := range slices.Backward(missing) {
		for to := gap.To; to.After(gap.From); {
			if err := d.giveWay(ctx); err != nil {
				return err
			}
			piece := span{latest(gap.From, to.Add(-length).Truncate(time.Minute)), to}
			took, err := d.fillPiece(ctx, world, piece, going)
			if err != nil {
				return err
			}
			length, to = paced(length, took), piece.From
		}
	}
	return nil
}

// giveWay returns when the filling may go on: no break is fresh, nobody is being
// answered, and all that happened at real speed is linked. The link pass takes rows as
// they arrived, so that a piece told before would delay them.
func (d *demo) giveWay(ctx context.Context) error {
	look := every(time.Second)
	for d.resting(time.Now()) {
		if err := look(ctx); err != nil {
			return err
		}
	}
	if err := d.readers.quiet(ctx); err != nil {
		return err
	}
	return d.node.linker.Wait(ctx, store.Seq(d.live.Load()))
}

// resting reports whether a break is about to begin, or began just now.
func (d *demo) resting(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.broken, func(b api.DemoBreak) bool {
		return now.After(b.Since.Add(-restBefore)) && now.Before(b.Since.Add(restAfter))
	})
}

// paced is how long the next piece should be when one of a length took so long. It
// grows slowly and shrinks at once.
func paced(length, took time.Duration) time.Duration {
	fits := time.Duration(float64(length) * float64(pieceWork) / float64(max(took, time.Millisecond)))
	return max(shortestPiece, min(fits, 2*length, longestPiece))
}

// fillPiece tells a piece hour by hour, making the next hour while one is on its way
// to the store, and returns when all is linked, with how long it took.
func (d *demo) fillPiece(ctx context.Context, world *simulate.World, piece span, going *pace) (time.Duration, error) {
	began := time.Now()
	work, ctx := errgroup.WithContext(ctx)
	type hour struct {
		part  span
		chunk simulate.Chunk
	}
	hours := make(chan hour)
	work.Go(func() error {
		defer close(hours)
		teller := world.From(piece.From)
		for at := piece.From; at.Before(piece.To); {
			next := earliest(at.Truncate(time.Hour).Add(time.Hour), piece.To)
			select {
			case hours <- hour{span{at, next}, teller.Until(next)}:
			case <-ctx.Done():
				return ctx.Err()
			}
			at = next
		}
		return nil
	})
	work.Go(func() error {
		var upto store.Seq
		for h := range hours {
			result, err := feed(ctx, d.past, h.chunk)
			if err != nil {
				return err
			}
			upto = max(upto, result.Upto)
			if err := d.note(ctx, h.part); err != nil {
				return err
			}
			going.add(world.Visits(h.part.From, h.part.To), result)
			d.show(going)
		}
		return d.linked(ctx, upto, going)
	})
	err := work.Wait()
	return time.Since(began), err
}

// linked waits until all is linked and shows how that goes on.
func (d *demo) linked(ctx context.Context, upto store.Seq, going *pace) error {
	waiting, stop := context.WithCancel(ctx)
	var drawing errgroup.Group
	drawing.Go(func() error {
		for look := every(200 * time.Millisecond); look(waiting) == nil; {
			d.show(going)
		}
		return nil
	})
	err := d.node.linker.Wait(ctx, upto)
	stop()
	return errors.Join(err, drawing.Wait())
}

func (d *demo) show(p *pace) {
	d.bar.show(p.report(d.node.linker.Progress().Watermark, time.Now()))
}

// note keeps that a part of the story is stored.
func (d *demo) note(ctx context.Context, part span) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.story.Filled = d.story.Filled.add(part)
	return d.save(ctx)
}

func (d *demo) filled() spans {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.story.Filled
}

// feed sends records through intake.
func feed(ctx context.Context, p *pipeline.Pipeline, chunk simulate.Chunk) (pipeline.Result, error) {
	w := p.Begin(ctx, pipeline.Origin{Project: meta.DefaultProject, Source: "simulator", Patient: true})
	err := errors.Join(
		feedAll(chunk.Records.Events, w.Event), feedAll(chunk.Records.Calls, w.Call),
		feedAll(chunk.Records.Spans, w.Span), feedAll(chunk.Releases, w.Release))
	result, closeErr := w.Close()
	return result, errors.Join(err, closeErr)
}

func feedAll[T any](records []T, take func(*T) error) error {
	for i := range records {
		if err := take(&records[i]); err != nil {
			return err
		}
	}
	return nil
}

// goOn lets the story go on at real speed, a second at a time.
func (d *demo) goOn(ctx context.Context, at time.Time) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var teller *simulate.Teller
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if err := d.catchUp(ctx, &teller, &at); err != nil {
				return err
			}
		}
	}
}

// catchUp stores what happened since at. The filling gives way to it as to a reader.
func (d *demo) catchUp(ctx context.Context, teller **simulate.Teller, at *time.Time) error {
	d.readers.busy.Add(1)
	defer d.readers.busy.Add(-1)
	now := time.Now()
	result, err := feed(ctx, d.node.pipeline, d.tell(teller, *at, now))
	if err != nil {
		return err
	}
	d.live.Store(max(d.live.Load(), int64(result.Upto)))
	part := span{*at, now}
	*at = now
	return d.note(ctx, part)
}

// tell is what happens in [at, now); there is no teller at first.
func (d *demo) tell(teller **simulate.Teller, at, now time.Time) simulate.Chunk {
	d.mu.Lock()
	defer d.mu.Unlock()
	if *teller == nil || d.stale {
		*teller, d.stale = d.world.From(at), false
	}
	return (*teller).Until(now)
}

// planTrouble lets payments fail a little later, when a sale has just opened.
func (d *demo) planTrouble() error {
	at := time.Now().Add(troubleAfter)
	d.mu.Lock()
	d.world.Sale(at.Add(-saleBefore))
	d.mu.Unlock()
	return d.breakFrom(troubleEndpoint, simulate.Fail, at)
}

// Break implements [api.Demo].
func (d *demo) Break(endpoint, effect string) error {
	return d.breakFrom(endpoint, effect, time.Now())
}

func (d *demo) breakFrom(endpoint, effect string, at time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if effect == "fix" {
		d.world.Fix(endpoint, at)
	} else if err := d.world.Break(endpoint, effect, at); err != nil {
		return err
	}
	d.stale = true
	d.broken = slices.DeleteFunc(d.broken, func(b api.DemoBreak) bool { return b.Endpoint == endpoint })
	if effect != "fix" {
		d.broken = append(d.broken, api.DemoBreak{Endpoint: endpoint, Effect: effect, Since: at.UTC().Truncate(time.Microsecond)})
	}
	return nil
}

// State implements [api.Demo].
func (d *demo) State() api.DemoState {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now().UTC()
	last := d.story.Filled.last()
	whole := span{latest(d.story.start(), last.To.Add(-d.story.length())), last.To}
	broken, planned := []api.DemoBreak{}, []api.DemoBreak{}
	for _, b := range d.broken {
		if b.Since.After(now) {
			planned = append(planned, b)
		} else {
			broken = append(broken, b)
		}
	}
	return api.DemoState{
		Running: true, Breaks: broken, Planned: planned, Endpoints: d.world.Endpoints(),
		Filled: api.DemoFilled{
			From: last.From.UTC(), To: last.To.UTC(),
			Share: float64(d.story.Filled.overlap(whole)) / float64(max(1, whole.To.Sub(whole.From))),
		},
	}
}

// readers are the requests and live records under way that the filling gives way to.
type readers struct{ busy atomic.Int32 }

// count counts the requests that end by themselves: a live view never does, and the
// demo's own state costs nothing.
func (r *readers) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/api/v1/live" && req.URL.Path != "/api/v1/demo" {
			r.busy.Add(1)
			defer r.busy.Add(-1)
		}
		next.ServeHTTP(w, req)
	})
}

// quiet returns when nobody is being answered, at the latest after half a minute: many
// readers together may slow the filling down and not stop it.
func (r *readers) quiet(ctx context.Context) error {
	look := every(50 * time.Millisecond)
	for range 600 {
		if r.busy.Load() == 0 {
			return nil
		}
		if err := look(ctx); err != nil {
			return err
		}
	}
	return nil
}
