package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/simulate"
	"github.com/clickspan/clickspan/internal/wire"
)

// simulateCmd writes traffic whose truth is known.
type simulateCmd struct {
	Out    string `type:"path" help:"Directory for events.ndjson, calls.ndjson, releases.ndjson, truth.ndjson and story.json, which has the true effects."`
	People int    `default:"1000" help:"People who know the shop."`
	Days   int    `default:"21" help:"Days of traffic before --end."`
	Seed   uint64 `default:"1" help:"The same seed gives the same people and effects."`
	End    string `help:"When the story ends (RFC 3339); default is now."`
	// Scenario is read after the flags, and wins.
	Scenario string `help:"What makes the effects hard to see: a name, S0 to S12, or a JSON file. Default is a lifelike shop."`
	Project  string `default:"default" help:"Project of the server at --url."`
	remoteFlags
}

// Run writes files or streams to a server, as its clients would.
func (c *simulateCmd) Run(e *env) error {
	end := time.Now()
	if c.End != "" {
		var err error
		if end, err = time.Parse(time.RFC3339, c.End); err != nil {
			return &event.Permanent{Err: fmt.Errorf("--end: %w", err), Hint: "Write it as 2026-11-23T00:00:00Z."}
		}
	}
	config, err := c.config(end)
	if err != nil {
		return &event.Permanent{Err: fmt.Errorf("--scenario: %w", err), Hint: "Name one of them, or a file such as {\"no_effect\": true}."}
	}
	switch {
	case c.Out != "" && c.URL == "":
		_, err := simulate.WriteDir(e.ctx, config, c.Out)
		return err
	case c.Out == "" && c.URL != "":
		return c.send(e, config)
	}
	return &event.Permanent{Err: errors.New("simulate needs either --out or --url"), Hint: "Run clickspan simulate --out DIR."}
}

// config is the world that the flags ask for.
func (c *simulateCmd) config(end time.Time) (simulate.Config, error) {
	config := simulate.Config{Confounders: simulate.Demo()}
	file := strings.ContainsAny(c.Scenario, "./\\")
	if c.Scenario != "" && !file {
		scenario, err := simulate.Named(c.Scenario)
		if err != nil {
			return config, err
		}
		config = scenario.Config
	}
	config.Seed, config.People, config.Days, config.End = c.Seed, c.People, c.Days, end
	if file {
		text, err := os.ReadFile(c.Scenario)
		if err != nil {
			return config, err
		}
		return config, json.Unmarshal(text, &config)
	}
	return config, nil
}

// send streams events and calls side by side, so that neither waits for the other.
func (c *simulateCmd) send(e *env, config simulate.Config) error {
	to, err := c.remote(e)
	if err != nil {
		return err
	}
	server := &remoteImporter{to}
	work, ctx := errgroup.WithContext(e.ctx)
	results := make([]importResult, 2)
	stream := func(i int, name string) *io.PipeWriter {
		reader, writer := io.Pipe()
		work.Go(func() error {
			format, _ := wire.Lookup(name)
			var err error
			results[i], err = server.take(ctx, reader, importRequest{Format: format, Location: time.UTC, Project: c.Project, Path: "simulator"})
			_ = reader.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // a writer must not wait for a reader that is gone
			return err
		})
		return writer
	}
	events, calls := stream(0, "events"), stream(1, "calls")
	work.Go(func() error {
		_, err := simulate.Write(ctx, config, events, calls, io.Discard, io.Discard)
		_ = events.CloseWithError(err) // nil is the end of the stream
		_ = calls.CloseWithError(err)
		return err
	})
	if err := work.Wait(); err != nil {
		return err
	}
	if err := server.settle(e.ctx); err != nil {
		return err
	}
	total := importResult{}
	for _, result := range results {
		total.add(result)
	}
	_, err = fmt.Fprintf(e.Out, "%d records accepted, %d duplicates, %d rejected.\n", total.Accepted, total.Duplicates, total.Rejected)
	return err
}
