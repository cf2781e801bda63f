package analysis

import (
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Period is a length of calendar time.
type Period string

// The periods.
const (
	Hour  Period = "hour"
	Day   Period = "day"
	Week  Period = "week"
	Month Period = "month"
)

// Calendar is where periods begin: on the clock and in the calendar of a zone, so that
// a day with a change of clocks is 23 or 25 hours long.
type Calendar struct {
	Zone   *time.Location
	Period Period
	Sunday bool // weeks begin on Sunday, else on Monday
}

// maxPeriods is how many periods one question may be about.
const maxPeriods = 10_000

// begin is the first moment of the period that t is in.
func (c Calendar) begin(t time.Time) time.Time {
	local := t.In(c.Zone)
	if c.Period == Hour {
		return t.Add(-c.pastTheHour(t))
	}
	year, month, day := local.Date()
	switch c.Period {
	case Week:
		day -= c.weekday(local)
	case Month:
		day = 1
	}
	return startOfDay(year, month, day, c.Zone)
}

// next is the first moment of the period after the one that t is in.
func (c Calendar) next(t time.Time) time.Time {
	if c.Period == Hour {
		// Clocks that are set by half an hour make an hour longer or shorter.
		end := t.Add(time.Hour - c.pastTheHour(t))
		if past := c.pastTheHour(end); past > 0 {
			end = end.Add(time.Hour - past)
		}
		return end
	}
	local := t.In(c.Zone)
	year, month, day := local.Date()
	for ahead := 1; ; ahead++ { // a zone that changes sides of the date line has no such day
		var end time.Time
		switch c.Period {
		case Week:
			end = startOfDay(year, month, day-c.weekday(local)+7*ahead, c.Zone)
		case Month:
			end = startOfDay(year, month+time.Month(ahead), 1, c.Zone)
		default:
			end = startOfDay(year, month, day+ahead, c.Zone)
		}
		if end.After(t) {
			return end
		}
	}
}

// weekday counts from the first day of the week.
func (c Calendar) weekday(local time.Time) int {
	if c.Sunday {
		return int(local.Weekday())
	}
	return (int(local.Weekday()) + 6) % 7
}

// pastTheHour is how far the zone's clock is past the full hour; some zones are 30 or 45
// minutes off.
func (c Calendar) pastTheHour(t time.Time) time.Duration {
	_, offset := t.In(c.Zone).Zone()
	return time.Duration((t.UnixMicro() + int64(offset)*1e6) % 3_600e6 * 1e3)
}

// startOfDay is the first moment of a day, also where clocks are set at midnight: a
// midnight that is skipped is the moment of the change, of one that comes twice the
// first counts.
func startOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	midnight := time.Date(year, month, day, 0, 0, 0, 0, zone)
	today := time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
	start, end := midnight.ZoneBounds()
	if y, m, d := midnight.Date(); time.Date(y, m, d, 12, 0, 0, 0, time.UTC).Before(today) {
		return end.UTC()
	}
	if !start.IsZero() {
		_, now := midnight.Zone()
		_, before := start.Add(-1).Zone()
		earlier := midnight.Add(time.Duration(now-before) * time.Second)
		if earlier.Before(start) && earlier.In(zone).Day() == midnight.Day() {
			return earlier.UTC()
		}
	}
	return midnight.UTC()
}

// cover cuts the time from the beginning of from's period on into intervals of n periods,
// until one ends at to or later. The first edge is where the first begins.
func (c Calendar) cover(from, to time.Time, n int) ([]time.Time, error) {
	out := []time.Time{c.begin(from).UTC()}
	for last := out[0]; last.Before(to); {
		if len(out) > maxPeriods {
			return nil, &event.Permanent{
				Err:  fmt.Errorf("%ss over this range are more than %d", c.Period, maxPeriods),
				Hint: "Ask for longer periods or a shorter range.",
			}
		}
		last = c.after(last, n)
		out = append(out, last.UTC())
	}
	return out, nil
}

// after is the beginning of the period that comes n periods after the one t is in.
func (c Calendar) after(t time.Time, n int) time.Time {
	for range n {
		t = c.next(t)
	}
	return t
}

// before is the beginning of the period that comes n periods before the one that begins at t.
func (c Calendar) before(t time.Time, n int) time.Time {
	for range n {
		t = c.begin(t.Add(-time.Microsecond))
	}
	return t
}

// label names the period that begins at t: the local date, for hours the time in UTC.
func (c Calendar) label(t time.Time) string {
	if c.Period == Hour {
		return t.UTC().Format(time.RFC3339)
	}
	return t.In(c.Zone).Format(time.DateOnly)
}
