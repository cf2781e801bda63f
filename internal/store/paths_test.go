package store_test

import (
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

func TestSlicesAreAShareOfTheRange(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 32) // sixteenths of 48 hours: slices at equal distances would all lie at midnight
	var all time.Duration
	hours, last := map[int]bool{}, from
	for _, slice := range store.Slices(from, to, 0.02) {
		if slice.From.Before(last) || slice.To.After(to) {
			t.Errorf("%v overlaps or leaves the range", slice)
		}
		last = slice.To
		all += slice.To.Sub(slice.From)
		hours[slice.From.Hour()/3] = true
	}
	if share := all.Seconds() / to.Sub(from).Seconds(); share < 0.0199 || share > 0.02 {
		t.Errorf("the slices are %v of the range", share)
	}
	if len(hours) < 7 {
		t.Errorf("of eight parts of the day only %d are looked at", len(hours))
	}
	if got := store.Slices(from, to, 1); len(got) != 1 || got[0] != (store.Slice{From: from, To: to}) {
		t.Errorf("all of the range is %v", got)
	}
}
