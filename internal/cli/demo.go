package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clickspan/clickspan/internal/event"
)

// demoCmd fills a simulated shop and serves it; traffic goes on at real speed.
type demoCmd struct {
	People int    `default:"20000" help:"People who know the shop; 20,000 make about 3,000 visits a day."`
	Days   int    `default:"35" help:"Days of traffic before the first start."`
	Seed   uint64 `default:"1" help:"The same seed gives the same people and effects."`
}

// Help says what the flags leave open.
func (demoCmd) Help() string {
	return "The web page opens as soon as the last 24 hours are there; older days follow, newest first. Then traffic goes on at real " +
		"speed, and two minutes after the start payments begin to fail. A later start fills in only what is missing. The data lies in " +
		"./clickspan-demo unless --data says otherwise; a directory with other data is refused."
}

// firstSight is how much is filled before the page opens.
const firstSight = 24 * time.Hour

// Run fills what the data directory lacks, then serves.
func (c *demoCmd) Run(e *env) error {
	n, err := openNode(e)
	if err != nil {
		return err
	}
	return errors.Join(c.run(e, n), n.close())
}

func (c *demoCmd) run(e *env, n *node) error {
	defer sayStopping(e)()
	began := time.Now()
	d, err := openDemo(e, n, *c, began)
	if err != nil {
		return err
	}
	// Before the filling, so that a taken port is known at once; who opens the page
	// early waits for it.
	doors, err := listen(e, n)
	if err != nil {
		return err
	}
	sight := span{latest(d.story.start(), began.Add(-firstSight)), began}
	_, _ = fmt.Fprintf(e.Out, "Filling the last %d hours of a simulated shop; then its page opens at %s\n",
		int(sight.To.Sub(sight.From).Hours()), reachable(doors.main.Addr()))
	if err := d.fillLinking(e.ctx, sight); err != nil {
		if e.ctx.Err() != nil { // stopped while it filled, which is no failure
			return doors.close()
		}
		return errors.Join(fmt.Errorf("cannot fill the shop: %w", err), doors.close())
	}
	_, _ = fmt.Fprintf(e.Out, "The last %d hours of a simulated shop are there and linked, after %.1f s. Its traffic goes on; stop with Ctrl-C.\n",
		int(sight.To.Sub(sight.From).Hours()), time.Since(began).Seconds())
	if err := d.planTrouble(); err != nil {
		return errors.Join(err, doors.close())
	}
	return serve(e, n, doors, extras{demo: d, around: d.readers.count, background: func(ctx context.Context) error {
		work, ctx := errgroup.WithContext(ctx)
		work.Go(func() error { return d.goOn(ctx, began) })
		work.Go(func() error {
			whole := span{latest(d.story.start(), began.Add(-d.story.length())), began}
			if err := d.fill(ctx, whole, shortestPiece); err != nil {
				return err
			}
			_, err := fmt.Fprintf(e.Out, "All %d days are there and linked, %.0f s after the start.\n", c.Days, time.Since(began).Seconds())
			return err
		})
		return work.Wait()
	}})
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// sameStory says how the flags differ from the story that the data directory holds.
func (c *demoCmd) sameStory(s story, dir string) error {
	if c.People == s.People && c.Days == s.Days && c.Seed == s.Seed {
		return nil
	}
	return &event.Permanent{
		Err:  fmt.Errorf("%s holds another demo: --people %d --days %d --seed %d", dir, s.People, s.Days, s.Seed),
		Hint: "Start it with these flags, name another directory with --data, or remove that one.",
	}
}
