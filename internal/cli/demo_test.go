package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/api"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/simulate"
)

// Spans and their gaps make the whole, without an overlap, in whatever order they came.
func TestSpansAndGaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const length = 40
		at := func(minute int) time.Time { return time.Unix(int64(60*minute), 0) }
		var filled spans
		var minutes [length]bool
		for range rapid.IntRange(0, 8).Draw(t, "spans") {
			from := rapid.IntRange(0, length-1).Draw(t, "from")
			to := rapid.IntRange(from+1, length).Draw(t, "to")
			filled = filled.add(span{at(from), at(to)})
			for m := from; m < to; m++ {
				minutes[m] = true
			}
		}
		from := rapid.IntRange(0, length-1).Draw(t, "whole from")
		whole := span{at(from), at(rapid.IntRange(from+1, length).Draw(t, "whole to"))}
		gaps := filled.gaps(whole)
		covered := time.Duration(0)
		for m := range length {
			moment := at(m)
			in := !moment.Before(whole.From) && moment.Before(whole.To)
			if in && minutes[m] {
				covered += time.Minute
			}
			if got, want := gaps.holds(moment), in && !minutes[m]; got != want {
				t.Fatalf("minute %d in a gap: %v, want %v; %v without %v is %v", m, got, want, whole, filled, gaps)
			}
		}
		if got := filled.overlap(whole); got != covered {
			t.Fatalf("%s of %v lie in %v, want %s", got, whole, filled, covered)
		}
		for i := range len(filled) - 1 {
			if !filled[i].To.Before(filled[i+1].From) {
				t.Fatalf("%v touch", filled)
			}
		}
	})
}

func (s spans) holds(moment time.Time) bool {
	for _, one := range s {
		if !moment.Before(one.From) && moment.Before(one.To) {
			return true
		}
	}
	return false
}

// What takes too long is done in shorter pieces at once, and in longer ones little by little.
func TestPaced(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ length, took, want time.Duration }{
		{2 * time.Hour, pieceWork, 2 * time.Hour},
		{3 * time.Hour, 2 * pieceWork, 90 * time.Minute},
		{time.Hour, pieceWork / 10, 2 * time.Hour},
		{longestPiece, 0, longestPiece},
		{2 * time.Hour, time.Minute, shortestPiece},
	} {
		if got := paced(c.length, c.took); got != c.want {
			t.Errorf("after %s in %s: %s, want %s", c.length, c.took, got, c.want)
		}
	}
}

// What is said while it fills is measured: the records so far, those to come by the
// visits that are not told yet, and the time by the pace so far.
func TestPace(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 27, 16, 0, 0, 0, time.UTC)
	p := pace{began: began, whole: 2, linked: 1000}
	if share, words := p.report(1000, began); share != 0 || words != "" {
		t.Errorf("before anything: %v %q", share, words)
	}
	p.add(.5, pipeline.Result{Accepted: 40_000, Duplicates: 10_000})
	share, words := p.report(26_000, began.Add(10*time.Second))
	if share != .125 || words != "25,000 of about 200,000 records, about 1m10s more" {
		t.Errorf("%v %q", share, words)
	}
	p.add(1.5, pipeline.Result{Accepted: 150_000})
	if share, words = p.report(300_000, began.Add(time.Minute)); share != 1 || words != "200,000 of about 200,000 records, about 0s more" {
		t.Errorf("at the end: %v %q", share, words)
	}
	p.whole = 4
	p.add(2, pipeline.Result{Accepted: 6_425_700})
	if _, words = p.report(7_000_000, began.Add(time.Minute)); !strings.HasPrefix(words, "6,626,000 of about 6,626,000 records") {
		t.Errorf("of millions: %q", words)
	}
}

// Two demos with one seed tell the same, shifted by whole hours.
func TestStoryBeginsAnywhere(t *testing.T) {
	t.Parallel()
	flags := demoCmd{Seed: 1, People: 50, Days: 1}
	first := newStory(flags, time.Date(2026, 11, 23, 17, 20, 0, 0, time.UTC))
	later := newStory(flags, time.Date(2026, 11, 25, 23, 59, 0, 0, time.UTC))
	shift := later.start().Sub(first.start())
	if shift%time.Hour != 0 || shift == 0 {
		t.Fatalf("shifted by %s", shift)
	}
	tell := func(s story) (times []time.Time, ids []string) {
		world, err := s.world()
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range world.From(s.start()).Until(s.End).Records.Calls {
			times, ids = append(times, call.Time.Add(-s.start().Sub(first.start()))), append(ids, call.ID)
		}
		return times, ids
	}
	times, ids := tell(first)
	laterTimes, laterIDs := tell(later)
	if diff := cmp.Diff(times, laterTimes) + cmp.Diff(ids, laterIDs); diff != "" || len(ids) == 0 {
		t.Errorf("%d calls: %s", len(ids), diff)
	}
}

// The filling goes on only when what happened at real speed is linked.
func TestFillingGivesWayToLinks(t *testing.T) {
	t.Parallel()
	e := &env{
		Streams: Streams{Out: io.Discard, Err: io.Discard}, ctx: t.Context(), log: slog.New(slog.DiscardHandler),
		settings: &Settings{Data: t.TempDir()},
	}
	n, err := openNode(e)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := n.close(); err != nil {
			t.Error(err)
		}
	}()
	d, err := openDemo(e, n, demoCmd{People: 50, Days: 1, Seed: 1}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithCancel(e.ctx)
	cancel()
	if err := d.giveWay(impatient); err != nil {
		t.Errorf("nothing has happened yet, and the filling waits: %v", err)
	}
	var teller *simulate.Teller
	at := time.Now().Add(-time.Hour)
	if err := d.catchUp(e.ctx, &teller, &at); err != nil {
		t.Fatal(err)
	}
	if err := d.giveWay(impatient); !errors.Is(err, context.Canceled) {
		t.Errorf("an hour is not linked, and the filling does not wait: %v", err)
	}
	for more := true; more; {
		if more, err = n.linker.Pass(e.ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.giveWay(impatient); err != nil {
		t.Errorf("all is linked, and the filling waits: %v", err)
	}
}

// Around a break the machine is for who watches it.
func TestFillingRestsAroundABreak(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 27, 16, 0, 0, 0, time.UTC)
	d := &demo{broken: []api.DemoBreak{{Since: at.Add(-24 * time.Hour)}, {Since: at}}}
	for after, want := range map[time.Duration]bool{
		-time.Minute: false, -restBefore + 1: true, 0: true, restAfter - 1: true, restAfter: false,
	} {
		if got := d.resting(at.Add(after)); got != want {
			t.Errorf("%s after a break: rests %v", after, got)
		}
	}
}
