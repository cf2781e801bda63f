package cli

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
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
