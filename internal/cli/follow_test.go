package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/wire"
)

// script runs a follower through steps: each step changes the file, then the
// follower looks. It returns the lines in the order of their first delivery.
func script(t *testing.T, dir string, steps ...func(path string)) []string {
	t.Helper()
	var got []string
	ctx, cancel := context.WithCancel(t.Context())
	f := &follower{
		path: filepath.Join(dir, "access.log"), stateFile: filepath.Join(dir, "state", "p.json"),
		lost: func() { got = append(got, "lost") }, anew: func() { got = append(got, "rotated") },
	}
	f.deliver = func(_ context.Context, lines []byte, repeated int) error {
		all := strings.Split(strings.TrimSuffix(string(lines), "\n"), "\n")
		got = append(got, all[repeated:]...)
		return nil
	}
	f.wait = func(context.Context) error {
		if len(steps) == 0 {
			cancel()
			return nil
		}
		steps[0](f.path)
		steps = steps[1:]
		return nil
	}
	if err := f.run(ctx); err != nil {
		t.Fatal(err)
	}
	return got
}

func write(lines string) func(string) {
	return func(path string) {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = file.WriteString(lines)
		}
		if err == nil {
			err = file.Close()
		}
		if err != nil {
			panic(err)
		}
	}
}

func rename(path string) {
	if err := os.Rename(path, path+".1"); err != nil {
		panic(err)
	}
}

func copyAway(path string) {
	lines, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path+".1", lines, 0o600)
	}
	if err != nil {
		panic(err)
	}
}

func truncate(path string) {
	if err := os.Truncate(path, 0); err != nil {
		panic(err)
	}
}

func all(steps ...func(string)) func(string) {
	return func(path string) {
		for _, step := range steps {
			step(path)
		}
	}
}

func want(t *testing.T, got []string, lines ...string) {
	t.Helper()
	if diff := cmp.Diff(lines, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFollowDeliversEachLineOnce(t *testing.T) {
	t.Parallel()
	want(t, script(t, t.TempDir(), write("a\nb\n"), write("c\n"), write("half"), write("-done\n")), "a", "b", "c", "half-done")
}

func TestFollowAcrossRename(t *testing.T) {
	t.Parallel()
	steps := []func(string){write("a\n"), all(write("b\n"), rename, write("x\n"))}
	for range quietLooks - 1 {
		steps = append(steps, func(string) {})
	}
	// The server still writes to the old file, then reopens; that must not be lost.
	steps = append(steps, func(path string) { write("c\n")(path + ".1") })
	for range quietLooks + 1 {
		steps = append(steps, func(string) {})
	}
	want(t, script(t, t.TempDir(), append(steps, write("y\n"))...), "a", "b", "c", "rotated", "x", "y")
}

func TestFollowAcrossCopyTruncate(t *testing.T) {
	t.Parallel()
	got := script(t, t.TempDir(), write("a\nb\n"), all(write("late\n"), copyAway, truncate, write("c\nd\ne\n")), write("f\n"))
	want(t, got, "a", "b", "late", "rotated", "c", "d", "e", "f")
}

// TestFollowSaysThatATruncatedLogIsGone: without a copy nobody can read what was written
// between the last look and the truncation.
func TestFollowSaysThatATruncatedLogIsGone(t *testing.T) {
	t.Parallel()
	got := script(t, t.TempDir(), write("a\nb\n"), all(write("late\n"), truncate, write("c\n")), write("d\n"))
	want(t, got, "a", "b", "lost", "rotated", "c", "d")
}

// TestFollowAcrossTwoRotationsAtOnce: the log between the one it left and the one that is
// written now is read, too.
func TestFollowAcrossTwoRotationsAtOnce(t *testing.T) {
	t.Parallel()
	second := func(path string) {
		earlier := time.Now().Add(-time.Minute)
		if err := errors.Join(os.Rename(path+".1", path+".2"), os.Chtimes(path+".2", earlier, earlier)); err != nil {
			panic(err)
		}
		rename(path)
	}
	steps := []func(string){write("a\n"), all(write("b\n"), rename, write("middle\n"), second, write("c\n"))}
	for range quietLooks + 2 {
		steps = append(steps, func(string) {})
	}
	want(t, script(t, t.TempDir(), steps...), "a", "b", "middle", "rotated", "c")
}

func TestFollowResumesWhereItStopped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want(t, script(t, dir, write("a\nb\n")), "a", "b")
	write("c\n")(filepath.Join(dir, "access.log"))
	want(t, script(t, dir, write("d\n")), "c", "d")
}

func TestFollowCatchesUpWithAFileRenamedWhileItWasAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want(t, script(t, dir, write("a\n")), "a")
	all(write("b\n"), rename, write("c\n"))(filepath.Join(dir, "access.log"))
	want(t, script(t, dir), "b", "c")
}

// TestFollowFindsARotatedLogByItsLines rotates twice while nobody follows, under the
// names that rotation gives; what only looks alike is left alone.
func TestFollowFindsARotatedLogByItsLines(t *testing.T) {
	t.Parallel()
	for _, names := range [][2]string{
		{"access.log-20261126", "access.log-20261127"},
		{"access.log.2026-11-26", "access.log.2026-11-27"},
		{"access-2026-11-26.log", "access-2026-11-27.log"},
		{"access.log.2", "access.log.1"},
	} {
		t.Run(names[0], func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "access.log")
			want(t, script(t, dir, write("a\n")), "a")
			write("b\n")(path)
			for i, name := range names {
				rotated := filepath.Join(dir, name)
				if err := os.Rename(path, rotated); err != nil {
					t.Fatal(err)
				}
				when := time.Date(2026, 11, 26+i, 0, 0, 0, 0, time.UTC)
				if err := os.Chtimes(rotated, when, when); err != nil {
					t.Fatal(err)
				}
				write(fmt.Sprint("after ", i, "\n"))(path)
			}
			write("a\nnot ours\n")(filepath.Join(dir, "access.log.bak"))
			write("z\n")(filepath.Join(dir, "other.log.1"))
			want(t, script(t, dir), "b", "after 0", "after 1")
			want(t, script(t, dir, write("c\n")), "c")
		})
	}
}

func TestFollowSaysWhatItCannotFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want(t, script(t, dir, write("a\n")), "a")
	all(truncate, write("b\n"))(filepath.Join(dir, "access.log"))
	want(t, script(t, dir), "lost", "rotated", "b")
}

func TestFollowRepeatsFromTheFirstEqualLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	between := strings.Repeat("something else\n", 10_000) // more than a file system block, less than the window
	write("same\n" + between)(path)
	var deliveries []string
	steps := []string{"same\n", "new\n"}
	ctx, cancel := context.WithCancel(t.Context())
	f := &follower{path: path, stateFile: filepath.Join(dir, "p.json")}
	f.deliver = func(_ context.Context, lines []byte, repeated int) error {
		deliveries = append(deliveries, fmt.Sprintf("%d of %d", repeated, strings.Count(string(lines), "\n")))
		return nil
	}
	f.wait = func(context.Context) error {
		if len(steps) == 0 {
			cancel()
			return nil
		}
		write(steps[0])(path)
		steps = steps[1:]
		return nil
	}
	if err := f.run(ctx); err != nil {
		t.Fatal(err)
	}
	want(t, deliveries, "0 of 10001", "10001 of 10002", "0 of 1")
}

func TestFollowSurvivesLinesLongerThanAChunk(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxChunk+10)
	got := script(t, t.TempDir(), write("a\n"+long+"\nb\n"))
	if len(got) != 4 || got[0] != "a" || got[1]+got[2] != long || got[3] != "b" {
		t.Errorf("got %d pieces", len(got))
	}
}

func TestFollowCountsARefusedLineOnce(t *testing.T) {
	t.Parallel()
	format, found := wire.Lookup("combined")
	if !found {
		t.Fatal("no format combined")
	}
	const good = `198.51.100.7 - - [20/Nov/2026:11:00:00 +0000] "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"` + "\n"
	const bad = `198.51.100.7 - - "GET /a HTTP/1.1" 200 512 "-" "Mozilla/5.0"` + "\n"
	lines, repeated, err := withoutRefused(format, wire.Options{}, nil, []byte(bad+good+bad+bad+good), 3)
	if err != nil {
		t.Fatal(err)
	}
	want(t, []string{string(lines), fmt.Sprint(repeated)}, good+bad+good, "1")
}

// TestAFollowedLogKeepsItsColumns: logs that name their columns once, at their beginning,
// are read by these at each look, also by a follower that was started anew.
func TestAFollowedLogKeepsItsColumns(t *testing.T) {
	t.Parallel()
	const header = "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time cs-method cs-uri-stem sc-status time-taken cs-uri-query\n"
	line := func(second int) string { return fmt.Sprintf("2026-11-23 10:00:%02d GET /orders 200 15 -\n", second) }
	path := filepath.Join(t.TempDir(), "iis.log")
	write(header + line(1))(path)
	to := &decoding{server: "http://127.0.0.1:1"}
	begin := func() *followed {
		return &followed{importCmd: &importCmd{Format: "auto"}, env: &env{Streams: Streams{Out: io.Discard, Err: io.Discard}}, to: to, request: importRequest{Path: path, Part: true}}
	}
	log := begin()
	for _, lines := range []string{header + line(1), line(2)} {
		if err := log.deliver(t.Context(), []byte(lines), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := begin().deliver(t.Context(), []byte(line(2)+line(3)), 1); err != nil {
		t.Fatal(err)
	}
	want(t, to.got, "GET /orders 200 15ms", "GET /orders 200 15ms", "GET /orders 200 15ms", "GET /orders 200 15ms")
	to.server, to.got = "", nil
	if err := begin().deliver(t.Context(), []byte(line(4)), 0); err != nil {
		t.Fatal(err)
	}
	want(t, to.got, "GET /orders 200 15ms", "linked") // by itself, when no server does it
}

// decoding is an importer that only decodes, and notes the calls.
type decoding struct {
	importer
	server string
	got    []string
}

func (d *decoding) take(_ context.Context, r io.Reader, request importRequest) (importResult, error) {
	return importResult{}, request.Format.Decode(r, wire.Options{}, d)
}

func (d *decoding) address() string { return d.server }

func (d *decoding) settle(context.Context) error {
	d.got = append(d.got, "linked")
	return nil
}

func (*decoding) Event(*event.Event) error     { return nil }
func (*decoding) Span(*event.Span) error       { return nil }
func (*decoding) Release(*event.Release) error { return nil }

func (d *decoding) Call(c *event.Call) error {
	d.got = append(d.got, fmt.Sprint(c.Method, " ", c.Path, " ", c.Status, " ", c.Duration))
	return nil
}

func (d *decoding) Reject(bad wire.Reject) { d.got = append(d.got, "rejected: "+bad.Reason) }

// TestAFollowedLogIsSummedUpOnceAMinute follows with a clock of its own.
func TestAFollowedLogIsSummedUpOnceAMinute(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	log := &followed{importCmd: &importCmd{}, env: &env{Streams: Streams{Out: &out}}}
	took := func(result importResult) {
		t.Helper()
		result.Path, result.Format = "access.log", "combined"
		if err := log.took(result, now); err != nil {
			t.Fatal(err)
		}
	}
	pass := func(d time.Duration) {
		t.Helper()
		now = now.Add(d)
		if err := log.tellEveryMinute(now); err != nil {
			t.Fatal(err)
		}
	}
	took(importResult{Accepted: 5})
	took(importResult{Accepted: 2})
	pass(30 * time.Second)
	took(importResult{Accepted: 1})
	pass(31 * time.Second)
	pass(10 * time.Minute) // nothing came
	took(importResult{Accepted: 1, Duplicates: 1, Rejected: 1, Errors: []importRejection{{0, "no time"}}})
	took(importResult{Accepted: 1, Duplicates: 1})
	pass(time.Hour)
	want(t, strings.Split(out.String(), "\n"),
		"access.log (combined): 5 accepted, 0 duplicates, 0 rejected",
		"access.log (combined): 3 accepted, 0 duplicates, 0 rejected",
		"access.log (combined): 1 accepted, 1 duplicates, 1 rejected",
		"  no time",
		"  Duplicates are lines that were there already. If another server writes the same ones, follow each log with its own --service NAME.",
		"access.log (combined): 1 accepted, 1 duplicates, 0 rejected",
		"")
}
