package api

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	out, err := time.Parse(time.RFC3339, text)
	must(t, err)
	return out.UTC()
}

func TestEdgesFollowTheCalendar(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, from, to, width, zone string
		want                        []string
	}{
		{
			"partial first and last hour", "2026-11-20T10:30:00Z", "2026-11-20T12:15:00Z", "1h", "UTC",
			[]string{"2026-11-20T10:30:00Z", "2026-11-20T11:00:00Z", "2026-11-20T12:00:00Z", "2026-11-20T12:15:00Z"},
		},
		{
			"days of Berlin, one of 25 hours", "2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z", "1d", "Europe/Berlin",
			[]string{"2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"},
		},
		{
			"hours of Kathmandu", "2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z", "1h", "Asia/Kathmandu",
			[]string{"2026-11-20T10:00:00Z", "2026-11-20T10:15:00Z", "2026-11-20T11:00:00Z"},
		},
		{
			"weeks begin on Monday", "2026-11-20T00:00:00Z", "2026-12-01T00:00:00Z", "1w", "UTC",
			[]string{"2026-11-20T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			zone, err := zoneOf(tt.zone)
			must(t, err)
			got, err := edges(moment(t, tt.from), moment(t, tt.to), tt.width, zone)
			must(t, err)
			var want []time.Time
			for _, text := range tt.want {
				want = append(want, moment(t, text))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEdgesAlwaysAscendAndCover(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := zoneOf(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		from := time.Unix(rapid.Int64Range(1.7e9, 1.9e9).Draw(t, "from"), 0).UTC()
		to := from.Add(time.Duration(rapid.Int64Range(1, 400*24*3600).Draw(t, "seconds")) * time.Second)
		width := rapid.SampledFrom([]string{"auto", "1h", "1d", "1w"}).Draw(t, "width")
		cuts, err := edges(from, to, width, zone)
		if err != nil {
			t.Fatal(err)
		}
		if !cuts[0].Equal(from) || !cuts[len(cuts)-1].Equal(to) {
			t.Fatalf("%v does not cover the range", cuts)
		}
		for i := 1; i < len(cuts); i++ {
			if !cuts[i-1].Before(cuts[i]) {
				t.Fatalf("edge %d does not ascend: %v", i, cuts)
			}
		}
		if width == "auto" && len(cuts)-1 > autoBuckets {
			t.Fatalf("auto made %d buckets", len(cuts)-1)
		}
	})
}

func TestTooManyBucketsAreRefused(t *testing.T) {
	t.Parallel()
	from := moment(t, "2026-01-01T00:00:00Z")
	if _, err := edges(from, from.Add(maxBuckets*time.Minute), "1m", time.UTC); err != nil {
		t.Errorf("10,000 buckets: %v", err)
	}
	if _, err := edges(from, from.Add((maxBuckets+1)*time.Minute), "1m", time.UTC); err == nil {
		t.Error("10,001 buckets are not refused")
	}
}

func TestBucketBoundsHoldTheirDurations(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		us := rapid.Int64Range(0, int64(event.MaxDuration/time.Microsecond)).Draw(t, "us")
		from, to := bucketBounds(store.BucketOf(time.Duration(us) * time.Microsecond))
		if us > 0 && us <= from || us > to {
			t.Fatalf("%d µs is not in (%d, %d]", us, from, to)
		}
	})
}

func TestEndpointIDsComeBack(t *testing.T) {
	t.Parallel()
	for _, e := range []event.Endpoint{
		{Service: "shop", Method: "GET", Route: "/orders/{id}"},
		{Method: "POST", Route: "/"},
		{Service: "a/b", Method: "_OTHER", Route: "/ü?%2F"},
		{Service: "graph", Method: "POST", Route: "query Cart"},
	} {
		for _, id := range []string{endpointID(e), e.String()} {
			if got, err := parseEndpointID(id); err != nil || got != e {
				t.Errorf("%q became %+v, %v", id, got, err)
			}
		}
	}
	for _, id := range []string{"", "!", "nonsense", "R0VU"} {
		if _, err := parseEndpointID(id); err == nil {
			t.Errorf("%q is an endpoint", id)
		}
	}
}
