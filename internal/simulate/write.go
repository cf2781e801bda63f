package simulate

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// WriteDir writes a run into DIR: events.ndjson and calls.ndjson in the native
// format, truth.ndjson with a Tie or Outcome a line, releases.ndjson, and story.json with the true effects.
func WriteDir(ctx context.Context, c Config, dir string) (story Story, err error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return Story{}, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Story{}, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	var files [4]*os.File
	for i, name := range []string{"events.ndjson", "calls.ndjson", "truth.ndjson", "releases.ndjson"} {
		if files[i], err = root.Create(name); err != nil {
			return Story{}, err
		}
		defer func() { err = errors.Join(err, files[i].Close()) }()
	}
	if story, err = Write(ctx, c, files[0], files[1], files[2], files[3]); err != nil {
		return Story{}, err
	}
	text, err := json.MarshalIndent(story, "", "  ")
	if err != nil {
		return Story{}, err
	}
	return story, root.WriteFile("story.json", append(text, '\n'), 0o600)
}

// Write writes a run as NDJSON, in the order of time.
func Write(ctx context.Context, c Config, events, calls, truth, releases io.Writer) (Story, error) {
	var outs [4]*bufio.Writer
	var lines [4]*json.Encoder
	for i, w := range []io.Writer{events, calls, truth, releases} {
		outs[i] = bufio.NewWriterSize(w, 1<<18)
		lines[i] = json.NewEncoder(outs[i])
		lines[i].SetEscapeHTML(false)
	}
	sums := reactions{map[[2]string]*Reaction{}}
	story, err := Run(ctx, c, func(chunk Chunk) error {
		for i := range chunk.Truth.Outcomes {
			sums.add(&chunk.Truth.Outcomes[i])
		}
		return errors.Join(
			writeAll(lines[0], chunk.Records.Events, nativeEvent), writeAll(lines[1], chunk.Records.Calls, nativeCall),
			writeAll(lines[2], chunk.Truth.Ties, same), writeAll(lines[2], chunk.Truth.Outcomes, same),
			writeAll(lines[3], chunk.Releases, same))
	})
	var endpoints []string
	for _, effect := range story.Effects {
		endpoints = append(endpoints, effect.Endpoint)
	}
	story.Reactions = sums.means(endpoints)
	for _, out := range outs {
		err = errors.Join(err, out.Flush())
	}
	return story, err
}

func writeAll[T any](to *json.Encoder, records []T, form func(T) any) error {
	for i := range records {
		if err := to.Encode(form(records[i])); err != nil {
			return err
		}
	}
	return nil
}

func same[T any](record T) any { return record }

// nativeEvent is an event in the native format, which has no source: it is what
// the reader makes of it.
func nativeEvent(e event.Event) any {
	e.Source = ""
	return e
}

// nativeCall adds what the type leaves out of its JSON.
func nativeCall(c event.Call) any {
	c.Source = ""
	native := struct {
		event.Call
		Duration *int64 `json:"duration_us"` // null = not measured
		Grain    int64  `json:"grain_us,omitempty"`
	}{Call: c, Grain: int64(c.Grain / time.Microsecond)}
	if c.Timed {
		took := c.Duration.Microseconds()
		native.Duration = &took
	}
	return native
}
