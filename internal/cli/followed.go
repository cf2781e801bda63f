package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/wire"
)

// follow delivers what is added to one file until the command is interrupted.
func (c *importCmd) follow(e *env, to importer, request importRequest) error {
	if len(c.Files) != 1 || c.Files[0] == "-" {
		return &event.Permanent{Err: errors.New("--follow takes one file"), Hint: "Run one clickspan import --follow for each log."}
	}
	path := c.Files[0]
	state, err := statePath(e.settings.Data, path)
	if err != nil {
		return err
	}
	request.Path, request.Part = path, true
	if to.address() == "" {
		_, _ = fmt.Fprintln(e.Err, "No server has this data directory, so it is this command's while it follows, and clickspan serve cannot start. To see what comes in, start the server first.")
	}
	log := &followed{importCmd: c, env: e, to: to, request: request}
	look := every(250 * time.Millisecond)
	f := follower{path: path, stateFile: state, deliver: log.deliver, lost: log.lost, anew: log.anew, wait: func(ctx context.Context) error {
		if err := log.tellEveryMinute(time.Now()); err != nil {
			return err
		}
		return look(ctx)
	}}
	if err := f.run(e.ctx); err != nil || c.JSON || log.total.Format == "" {
		return err
	}
	_, _ = fmt.Fprint(e.Out, "In all, ")
	return c.printResult(e, log.total)
}

// followed stores what is added to a log and says what became of it: of its beginning
// and of what is refused at once, of the rest once a minute, so that a journal is not
// filled with a line for each batch.
type followed struct {
	*importCmd
	*env
	to      importer
	request importRequest
	header  []byte // the line that names the columns of what comes next; empty when the log has none

	total, untold importResult
	told          time.Time // when the last line was printed
	knew          bool      // that lines were there already has been said
}

// deliver is what a follower calls.
func (l *followed) deliver(ctx context.Context, lines []byte, repeated int) (err error) {
	path := l.request.Path
	if l.request.Format.Decode == nil {
		if l.header, err = headerOf(path); err != nil {
			return inFile(path, err)
		}
		if l.request.Format, err = l.format(bufio.NewReaderSize(io.MultiReader(bytes.NewReader(l.header), bytes.NewReader(lines)), headBytes)); err != nil {
			return inFile(path, err)
		}
		_, _ = fmt.Fprintf(l.Err, "Following %s as %s; stop with Ctrl-C.\n", path, l.request.Format.Name)
	}
	if lines, repeated, err = withoutRefused(l.request.Format, wire.Options{LogFormat: l.request.LogFormat, Location: l.request.Location}, l.header, lines, repeated); err != nil {
		return inFile(path, err)
	}
	result, err := takeRetrying(ctx, l.env, l.to, slices.Concat(l.header, lines), l.request)
	if err != nil {
		return inFile(path, err)
	}
	if header := lastHeader(lines); header != nil {
		l.header = header
	}
	if l.to.address() == "" { // no server runs whose link pass would do it
		if err := l.to.settle(ctx); err != nil {
			return err
		}
	}
	result.Duplicates = max(0, result.Duplicates-repeated)
	result.Path, result.Format = path, l.request.Format.Name
	for i := range result.Errors {
		result.Errors[i].Index = 0 // of a delivery, which says nothing about the file
	}
	return l.took(result, time.Now())
}

// headerOf returns the last line at the beginning of a log that names its columns, as
// IIS and CloudFront write it; empty when there is none.
func headerOf(path string) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // it is being rotated
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open the log: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from
	head, err := io.ReadAll(io.LimitReader(file, headBytes))
	return lastHeader(head), err
}

func lastHeader(lines []byte) (header []byte) {
	for line := range bytes.Lines(lines) {
		if bytes.HasPrefix(line, []byte("#Fields:")) && bytes.HasSuffix(line, []byte{'\n'}) {
			header = bytes.Clone(line)
		}
	}
	return header
}

func (l *followed) took(result importResult, now time.Time) error {
	if l.JSON {
		return printJSON(l.env, result)
	}
	first := l.total.Format == ""
	for _, sum := range [...]*importResult{&l.total, &l.untold} {
		sum.Path, sum.Format = result.Path, result.Format
		sum.add(result)
	}
	if !first && result.Rejected == 0 {
		return nil
	}
	l.untold.Errors, l.untold.Untimed = result.Errors, result.Untimed // of the line that is printed now
	return l.tell(now)
}

// tellEveryMinute sums up what came since the last line.
func (l *followed) tellEveryMinute(now time.Time) error {
	if now.Sub(l.told) < time.Minute || l.untold.Format == "" {
		return nil
	}
	return l.tell(now)
}

func (l *followed) tell(now time.Time) error {
	result := l.untold
	l.untold, l.told = importResult{}, now
	if err := l.printResult(l.env, result); err != nil || result.Duplicates == 0 || l.knew {
		return err
	}
	l.knew = true
	_, err := fmt.Fprint(l.Out, "  Duplicates are lines that were there already. If another server writes the same ones, follow each log with its own --service NAME.\n")
	return err
}

// lost says that the log which was followed last is neither here nor beside.
func (l *followed) lost() {
	_, _ = fmt.Fprintf(l.Err, "%s is another file than before, and the one before is not beside it. "+
		"What that had since is missing: import it, wherever it is now, compressed or not; lines that were taken already count once.\n", l.request.Path)
}

// anew says that the log was rotated, whose next lines may be summed up a minute later only.
func (l *followed) anew() {
	_, _ = fmt.Fprintf(l.Err, "%s was rotated; following goes on at the beginning of the new file.\n", l.request.Path)
}

// takeRetrying waits out a server that is full or restarting: a follower runs for
// months and its lines are still there.
func takeRetrying(ctx context.Context, e *env, to importer, lines []byte, request importRequest) (importResult, error) {
	for {
		result, err := to.take(ctx, bytes.NewReader(lines), request)
		if err == nil || !event.IsRetryable(err) {
			return result, err
		}
		e.log.WarnContext(ctx, "the lines could not be stored yet", slog.Any("error", err))
		if err := every(time.Second)(ctx); err != nil {
			return result, err
		}
	}
}
