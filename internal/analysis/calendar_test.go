package analysis

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func zoneNamed(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	out, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPeriodsFollowTheCalendarOfTheZone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone string
		period     Period
		sunday     bool
		n          int
		from, to   string
		want       []string
	}{
		{
			"days in UTC", "UTC", Day, false, 1, "2026-11-01T10:00:00Z", "2026-11-03T00:00:00Z",
			[]string{"2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"},
		},
		{
			"a day of 25 hours", "Europe/Berlin", Day, false, 1, "2026-10-24T22:00:00Z", "2026-10-25T23:00:01Z",
			[]string{"2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"},
		},
		{
			"a day of 23 hours", "Europe/Berlin", Day, false, 1, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z",
			[]string{"2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		},
		{
			"a day whose midnight is skipped", "America/Sao_Paulo", Day, false, 1, "2018-11-03T12:00:00Z", "2018-11-04T12:00:00Z",
			[]string{"2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		},
		{
			"a day whose midnight comes twice", "America/Havana", Day, false, 1, "2025-11-01T12:00:00Z", "2025-11-02T12:00:00Z",
			[]string{"2025-11-01T04:00:00Z", "2025-11-02T04:00:00Z", "2025-11-03T05:00:00Z"},
		},
		{
			"a day that never was", "Pacific/Apia", Day, false, 1, "2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z",
			[]string{"2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z", "2012-01-01T10:00:00Z"},
		},
		{
			"weeks from Monday across a new year", "UTC", Week, false, 1, "2026-12-31T00:00:00Z", "2027-01-04T00:00:01Z",
			[]string{"2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z", "2027-01-11T00:00:00Z"},
		},
		{
			"weeks from Sunday", "UTC", Week, true, 1, "2026-12-31T00:00:00Z", "2027-01-03T00:00:00Z",
			[]string{"2026-12-27T00:00:00Z", "2027-01-03T00:00:00Z"},
		},
		{
			"months of any length", "UTC", Month, false, 1, "2027-01-31T23:59:59Z", "2027-03-01T00:00:00Z",
			[]string{"2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z", "2027-03-01T00:00:00Z"},
		},
		{
			"two days each", "UTC", Day, false, 2, "2026-11-01T10:00:00Z", "2026-11-04T00:00:00Z",
			[]string{"2026-11-01T00:00:00Z", "2026-11-03T00:00:00Z", "2026-11-05T00:00:00Z"},
		},
		{
			"hours of a zone that is 45 minutes off", "Asia/Kathmandu", Hour, false, 1, "2026-11-01T10:00:00Z", "2026-11-01T11:00:00Z",
			[]string{"2026-11-01T09:15:00Z", "2026-11-01T10:15:00Z", "2026-11-01T11:15:00Z"},
		},
		{
			"hours where clocks are set by half of one", "Australia/Lord_Howe", Hour, false, 1, "2026-10-03T14:00:00Z", "2026-10-03T16:30:00Z",
			[]string{"2026-10-03T13:30:00Z", "2026-10-03T14:30:00Z", "2026-10-03T16:00:00Z", "2026-10-03T17:00:00Z"},
		},
		{
			"hours that come twice are two", "Europe/Berlin", Hour, false, 1, "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z",
			[]string{"2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			calendar := Calendar{Zone: zoneNamed(t, c.zone), Period: c.period, Sunday: c.sunday}
			edges, err := calendar.cover(instant(t, c.from), instant(t, c.to), c.n)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range edges {
				got = append(got, e.Format(time.RFC3339Nano))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("edges differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTooManyPeriodsAreRefused(t *testing.T) {
	t.Parallel()
	calendar := Calendar{Zone: time.UTC, Period: Hour}
	from := instant(t, "2026-01-01T00:00:00Z")
	if _, err := calendar.cover(from, from.Add(10_000*time.Hour), 1); err != nil {
		t.Error("10,000 hours are allowed:", err)
	}
	if _, err := calendar.cover(from, from.Add(10_001*time.Hour), 1); err == nil {
		t.Error("10,001 hours are not")
	}
}
