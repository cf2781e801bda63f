package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/simulate"
)

// demoCmd fills a simulated shop and serves it; traffic goes on at real speed.
type demoCmd struct {
	People int    `default:"20000" help:"People who know the shop."`
	Days   int    `default:"2" help:"Days of traffic before now."`
	Seed   uint64 `default:"1" help:"The same seed gives the same people and effects."`
}

// demoVisits is how often a person comes in a day: 20,000 people make a shop of
// 3,000 visits a day, most of whom were there before.
const demoVisits = .15

// demoData keeps the demo away from real data.
const demoData = "clickspan-demo"

// Run fills what the data directory lacks, then serves.
func (c *demoCmd) Run(e *env) error {
	if filepath.Base(e.settings.Data) == "clickspan-data" {
		e.settings.Data = filepath.Join(filepath.Dir(e.settings.Data), demoData)
	}
	n, err := openNode(e)
	if err != nil {
		return err
	}
	err = c.run(e, n)
	return errors.Join(err, n.close())
}

func (c *demoCmd) run(e *env, n *node) error {
	began := time.Now()
	// The story ends at the next full hour, so that the hour under way is part of it.
	world, err := simulate.New(simulate.Config{
		Seed: c.Seed, People: c.People, Visits: demoVisits, Days: c.Days, End: began.Add(time.Hour), Confounders: simulate.Demo(), Skew: 300 * time.Millisecond,
	})
	if err != nil {
		return &event.Permanent{Err: err, Hint: "See clickspan demo --help for what can be set."}
	}
	_, _ = fmt.Fprintf(e.Out, "Filling %s with %d days of a simulated shop; the first time takes a minute or two.\n", e.settings.Data, c.Days)
	bar := newProgress(e.Err, "Filling the shop")
	err = world.Walk(e.ctx, 0, world.Hours(), func(chunk simulate.Chunk) error {
		bar.show(float64(chunk.Hour)/float64(world.Hours()), world.Start().Add(time.Duration(chunk.Hour)*time.Hour).Format("Mon 15:04"))
		return feed(e.ctx, n.pipeline, chunk, time.Time{}, began)
	})
	bar.done()
	if err != nil {
		return fmt.Errorf("cannot fill the shop: %w", err)
	}
	bar = newProgress(e.Err, "Linking")
	for more := true; more; {
		if more, err = n.linker.Pass(e.ctx); err != nil {
			return fmt.Errorf("cannot link the shop's traffic: %w", err)
		}
		stats, err := n.store.Stats(e.ctx)
		if err != nil {
			return err
		}
		bar.show(float64(stats.Watermark)/float64(max(1, stats.Arrived)), "")
	}
	bar.done()
	_, _ = fmt.Fprintf(e.Out, "%d days of a simulated shop, ready after %s. Its traffic goes on; stop with Ctrl-C.\n", c.Days, time.Since(began).Round(time.Second))
	return serve(e, n, func(ctx context.Context, _ string) error { return goOn(ctx, n.pipeline, world, began) })
}

// feed sends the part of an hour with after ≤ time < until through intake. The
// times that devices give are off by their skew, so an hour's records are cut by
// the same clock each time and none is lost between two cuts.
func feed(ctx context.Context, p *pipeline.Pipeline, chunk simulate.Chunk, after, until time.Time) error {
	inside := func(t time.Time) bool { return !t.Before(after) && t.Before(until) }
	w := p.Begin(ctx, pipeline.Origin{Project: meta.DefaultProject, Source: "simulator", Patient: true})
	var err error
	for i := range chunk.Records.Events {
		if err == nil && inside(chunk.Records.Events[i].Time) {
			err = w.Event(&chunk.Records.Events[i])
		}
	}
	for i := range chunk.Records.Calls {
		if err == nil && inside(chunk.Records.Calls[i].Time) {
			err = w.Call(&chunk.Records.Calls[i])
		}
	}
	for i := range chunk.Records.Spans {
		if err == nil && inside(chunk.Records.Spans[i].Time) {
			err = w.Span(&chunk.Records.Spans[i])
		}
	}
	for i := range chunk.Releases {
		if err == nil && inside(chunk.Releases[i].At) {
			err = w.Release(&chunk.Releases[i])
		}
	}
	_, closeErr := w.Close()
	return errors.Join(err, closeErr)
}

// goOn lets the story go on at real speed, a second at a time, from where the
// filling stopped.
func goOn(ctx context.Context, p *pipeline.Pipeline, world *simulate.World, from time.Time) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for hour := int(from.Sub(world.Start()) / time.Hour); ; hour++ {
		end := world.Start().Add(time.Duration(hour+1) * time.Hour)
		err := world.Walk(ctx, hour, hour+1, func(chunk simulate.Chunk) error {
			for over := false; !over; {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case now := <-tick.C:
					until := now
					if over = !now.Before(end); over {
						until = end.Add(time.Hour) // what a device's clock puts into the next hour
					}
					if err := feed(ctx, p, chunk, from, until); err != nil {
						return err
					}
					from = now
				}
			}
			from = time.Time{} // the next hour from its very beginning
			return nil
		})
		if err != nil {
			return err
		}
	}
}
