package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/wire"
)

const (
	// maxChunk bounds what one delivery holds in memory.
	maxChunk = 4 << 20
	// window is how far before the position equal lines are looked for. Equal lines
	// are told apart by counting them, so a line that was there before is delivered
	// together with what lies between; what was stored already comes back as a
	// duplicate and changes nothing.
	window = 1 << 20
	// quietLooks is how often a renamed log must have nothing new before it is left:
	// a server goes on writing to it until it is told to reopen its logs.
	quietLooks = 8
)

// position is how far a log has been delivered. LastLine lets a follower see that
// the file it finds is not the one it left.
type position struct {
	Offset   int64  `json:"offset"`
	LastLine string `json:"last_line"` // SHA-256 of the line that ends at Offset
}

// deliver stores lines; repeated says how many of them at the beginning had been
// delivered before. It returns after they are durable.
type deliver func(ctx context.Context, lines []byte, repeated int) error

// follower reads a log that grows, across rotation by rename and by
// copy-and-truncate, and delivers every line once.
type follower struct {
	path      string
	stateFile string
	deliver   deliver
	lost      func()                      // is told when the log it left is nowhere to be found
	anew      func()                      // is told when it goes on at the beginning of another file
	wait      func(context.Context) error // until the file may have grown
	pos       position
	file      *os.File
	quiet     int // looks at the renamed file that found nothing
}

// statePath is where a log's position lives inside the data directory: one file
// per log, named by its absolute path.
func statePath(dataDir, logPath string) (string, error) {
	absolute, err := filepath.Abs(logPath)
	if err != nil {
		return "", fmt.Errorf("cannot resolve %s: %w", logPath, err)
	}
	sum := sha256.Sum256([]byte(absolute))
	return filepath.Join(dataDir, "follow", hex.EncodeToString(sum[:8])+".json"), nil
}

// every waits for a fixed time between two looks at the file.
func every(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return nil
		}
	}
}

// run follows until ctx ends, which is no error.
func (f *follower) run(ctx context.Context) error {
	if err := f.load(); err != nil {
		return err
	}
	defer f.close()
	if f.pos.Offset > 0 {
		if _, err := f.catchUpWithRotated(ctx); err != nil {
			return err
		}
	}
	for {
		err := f.step(ctx)
		if err == nil {
			err = f.wait(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// step delivers what the file holds now and moves on to its successor when the
// file was renamed away.
func (f *follower) step(ctx context.Context) error {
	if f.file == nil {
		if err := f.open(); err != nil || f.file == nil {
			return err
		}
	}
	if same, err := endsWith(f.file, f.pos); err != nil {
		return err
	} else if !same { // truncated or replaced in place
		f.close()
		if err := f.moveOn(ctx, f.lost); err != nil {
			return err
		}
		return f.step(ctx)
	}
	renamed := f.renamed() // asked before reading: what was written until then is read below
	before := f.pos
	if err := f.drain(ctx); err != nil || !renamed {
		f.quiet = 0
		return err
	}
	if f.quiet++; f.pos != before {
		f.quiet = 0
	}
	if f.quiet < quietLooks {
		return nil
	}
	f.close()
	f.quiet = 0
	return f.moveOn(ctx, func() {}) // it was read to its end
}

// open opens the log; a log that is not there (yet) is no error.
func (f *follower) open() error {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot open the log: %w", err)
	}
	f.file = file
	return nil
}

func (f *follower) close() {
	if f.file != nil {
		_ = f.file.Close() // only read from
		f.file = nil
	}
}

// renamed reports whether the path no longer names the open file.
func (f *follower) renamed() bool {
	open, err := f.file.Stat()
	if err != nil {
		return true
	}
	named, err := os.Stat(f.path)
	return err != nil || !os.SameFile(open, named)
}

// moveOn leaves a log that was rotated: it reads what rotation left after the position,
// or says that it is nowhere, and goes on at the beginning of what the path names.
func (f *follower) moveOn(ctx context.Context, nowhere func()) error {
	found, err := f.catchUpWithRotated(ctx)
	if err != nil {
		return err
	}
	if !found {
		nowhere()
	}
	f.pos = position{}
	f.anew()
	return f.save()
}

// drain delivers all whole lines after the position.
func (f *follower) drain(ctx context.Context) error {
	for {
		if info, err := f.file.Stat(); err == nil && info.Size() <= f.pos.Offset {
			return nil
		}
		begin := max(0, f.pos.Offset-window)
		buf := make([]byte, f.pos.Offset-begin+maxChunk)
		n, err := f.file.ReadAt(buf, begin)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("cannot read %s: %w", f.path, err)
		}
		middle := min(n, int(f.pos.Offset-begin))
		old, fresh := wholeLines(buf[:middle], begin == 0), buf[middle:n]
		end := bytes.LastIndexByte(fresh, '\n') + 1
		if end == 0 && len(fresh) == maxChunk {
			end = maxChunk // a line beyond any limit: the decoder rejects its pieces
		}
		if end == 0 {
			return nil
		}
		old = old[firstEqual(old, fresh[:end]):]
		if err := f.deliver(ctx, buf[middle-len(old):middle+end], bytes.Count(old, []byte{'\n'})); err != nil {
			return err
		}
		f.pos = position{Offset: f.pos.Offset + int64(end), LastLine: hashLast(buf[:middle+end])}
		if err := f.save(); err != nil {
			return err
		}
	}
}

// firstEqual returns where in old the first line begins that fresh has too, the
// length of old when none does.
func firstEqual(old, fresh []byte) int {
	news := map[string]bool{}
	for line := range bytes.Lines(fresh) {
		news[string(line)] = true
	}
	at := 0
	for line := range bytes.Lines(old) {
		if news[string(line)] {
			return at
		}
		at += len(line)
	}
	return at
}

// withoutRefused takes the lines that the format refuses out of the first repeated
// ones and returns how many are left of those. The header names their columns. They were counted when they were new,
// and equal lines need no telling apart that become no record.
func withoutRefused(format wire.Format, options wire.Options, header, lines []byte, repeated int) ([]byte, int, error) {
	refused := refusedLines{}
	var kept []byte
	rest := lines
	for range repeated {
		end := bytes.IndexByte(rest, '\n') + 1
		rest = rest[end:]
	}
	if err := format.Decode(bytes.NewReader(slices.Concat(header, lines[:len(lines)-len(rest)])), options, refused); err != nil {
		return nil, 0, err
	}
	number, left := bytes.Count(header, []byte{'\n'}), 0
	for line := range bytes.Lines(lines[:len(lines)-len(rest)]) {
		if number++; !refused[number] {
			kept = append(kept, line...)
			left++
		}
	}
	return append(kept, rest...), left, nil
}

// refusedLines is a sink that keeps only which lines were refused.
type refusedLines map[int]bool

func (refusedLines) Event(*event.Event) error     { return nil }
func (refusedLines) Call(*event.Call) error       { return nil }
func (refusedLines) Span(*event.Span) error       { return nil }
func (refusedLines) Release(*event.Release) error { return nil }

// Reject notes the line.
func (r refusedLines) Reject(bad wire.Reject) { r[bad.Index] = true }

// wholeLines drops the line that b begins in the middle of.
func wholeLines(b []byte, fromStart bool) []byte {
	if fromStart {
		return b
	}
	_, whole, _ := bytes.Cut(b, []byte{'\n'})
	return whole
}

// hashLast hashes the last line of b, at most the last kilobyte of it.
func hashLast(b []byte) string {
	b = bytes.TrimSuffix(b, []byte{'\n'})
	b = b[bytes.LastIndexByte(b, '\n')+1:]
	sum := sha256.Sum256(b[max(0, len(b)-1024):])
	return hex.EncodeToString(sum[:])
}

// endsWith reports whether file still has the position's last line before its offset.
func endsWith(file *os.File, pos position) (bool, error) {
	if pos.Offset == 0 {
		return true, nil
	}
	begin := max(0, pos.Offset-2048)
	buf := make([]byte, pos.Offset-begin)
	n, err := file.ReadAt(buf, begin)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("cannot read %s: %w", file.Name(), err)
	}
	return n == len(buf) && hashLast(buf) == pos.LastLine, nil
}

func (f *follower) load() error {
	data, err := os.ReadFile(f.stateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read the position of %s: %w", f.path, err)
	}
	if err := json.Unmarshal(data, &f.pos); err != nil {
		return fmt.Errorf("the position of %s in %s is damaged (%w); remove that file to read the log from its start", f.path, f.stateFile, err)
	}
	return nil
}

// save replaces the state file in one step, so that a crash leaves the old or the
// new position and never half of one.
func (f *follower) save() error {
	data, err := json.Marshal(f.pos)
	if err != nil {
		return fmt.Errorf("cannot encode the position: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(f.stateFile), 0o700); err != nil {
		return fmt.Errorf("cannot keep the position of %s: %w", f.path, err)
	}
	temporary := f.stateFile + ".new"
	if err := os.WriteFile(temporary, data, 0o600); err != nil {
		return fmt.Errorf("cannot keep the position of %s: %w", f.path, err)
	}
	if err := os.Rename(temporary, f.stateFile); err != nil {
		return fmt.Errorf("cannot keep the position of %s: %w", f.path, err)
	}
	return nil
}
