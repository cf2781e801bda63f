package analysis

import (
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// ReleaseEffect is how a service did before and after a release, over equal windows.
type ReleaseEffect struct {
	Release event.Release `json:"release"`
	Verdict string        `json:"verdict" enum:"improved,worse,no_change,not_enough_data"`
	Window  int64         `json:"window_seconds" doc:"length of the windows before and after"`
	Before  Health        `json:"before"`
	After   Health        `json:"after"`
	Errors  string        `json:"errors" enum:"improved,worse,no_change" doc:"the failed share"`
	Speed   string        `json:"speed" enum:"improved,worse,no_change" doc:"the p95"`
	ReadyAt time.Time     `json:"ready_at,omitzero" doc:"about when there will be enough data; absent when there is, or never will be"`
}

// Health is how a service's calls went.
type Health struct {
	Failed Share  `json:"failed"`
	P95US  *int64 `json:"p95_us" doc:"null when no call was timed; off by at most 4.5 %"`
	// P95CI95 is null with p95_us.
	P95CI95 []int64 `json:"p95_ci95_us" doc:"95 % interval of the p95; empty when no call was timed"`
}

// The words for a change.
const (
	improved = "improved"
	worse    = "worse"
	noChange = "no_change"
)

const (
	shownReleases   = 3
	releaseWindow   = 24 * time.Hour
	leastWindow     = 10 * time.Minute
	leastCalls      = 200     // before and after
	leastErrorShift = .001    // a smaller change of the failed share helps or hurts nobody
	leastSpeedShift = 1. / 10 // of the p95
)

// releaseEffects judges the newest releases, newest first.
func releaseEffects(ctx context.Context, r store.Reader, q Question) ([]ReleaseEffect, error) {
	out := []ReleaseEffect{}
	for i, release := range slices.Backward(q.Releases) {
		if len(out) == shownReleases {
			break
		}
		if !release.At.Before(q.Now) {
			continue
		}
		effect, err := releaseEffect(ctx, r, q, release, releaseSpan(q.Releases, i, q.Now))
		if err != nil {
			return nil, err
		}
		out = append(out, effect)
	}
	return out, nil
}

// releaseSpan is the length of the windows: at most a day, and none reaches over
// another release of the service.
func releaseSpan(all []event.Release, i int, now time.Time) time.Duration {
	at, span := all[i].At, min(releaseWindow, now.Sub(all[i].At))
	for j, other := range all {
		if j != i && other.Service == all[i].Service && !other.At.Equal(at) {
			span = min(span, other.At.Sub(at).Abs())
		}
	}
	return span.Truncate(time.Microsecond)
}

func releaseEffect(ctx context.Context, r store.Reader, q Question, release event.Release, span time.Duration) (ReleaseEffect, error) {
	out := ReleaseEffect{Release: release, Verdict: string(NotEnoughData), Window: int64(span.Seconds()), Errors: noChange, Speed: noChange}
	out.Before.P95CI95, out.After.P95CI95 = []int64{}, []int64{}
	if span <= 0 {
		return out, nil
	}
	at := event.Time(release.At)
	edges := []time.Time{at.Add(-span), at, at.Add(span)}
	var ofService store.Filter
	if release.Service != "" {
		ofService = store.Equals("call.service", release.Service)
	}
	early := at.Add(-span * 3 / 4)
	counts, err := measure(ctx, r, q.Project, []time.Time{edges[0], early, at, edges[2]}, ofService,
		store.Measure{Of: store.OfCalls, Stat: store.Count}, store.Measure{Of: store.OfCalls, Stat: store.Failed})
	if err != nil {
		return out, err
	}
	cells, err := r.Heatmap(ctx, store.HeatmapQuery{
		Scope: store.Scope{Project: q.Project, From: edges[0], To: edges[2], Filter: ofService}, Edges: edges,
	})
	if err != nil {
		return out, err
	}
	calls, failed := counts[0], counts[1]
	out.Before.Failed = shareOf(number(failed[0])+number(failed[1]), number(calls[0])+number(calls[1]))
	out.After.Failed = shareOf(number(failed[2]), number(calls[2]))
	for window, h := range []*Health{&out.Before, &out.After} {
		h.durations(cells, window)
	}
	if number(calls[0]) > 0 { // else the time before may not be on record from its begin
		out.judge(span, q.Now, release.At.Add(releaseWindow))
	}
	return out, nil
}

// judge compares the windows. It waits for calls and for time, because the first
// minutes after a release are not how it will be.
func (e *ReleaseEffect) judge(span time.Duration, now, giveUp time.Time) {
	before, after := e.Before.Failed, e.After.Failed
	if fewest := min(before.Of, after.Of); fewest < leastCalls || span < leastWindow {
		if before.Of > 0 && after.Of > 0 && now.Before(giveUp) && span >= now.Sub(e.Release.At) {
			needed := max(leastWindow, time.Duration(float64(span)*leastCalls/float64(max(1, fewest))))
			e.ReadyAt = e.Release.At.Add(needed)
		}
		return
	}
	shift, ci := stats.Difference(float64(after.Count), float64(after.Of), float64(before.Count), float64(before.Of), stats.Z95)
	if (ci.Low > 0 || ci.High < 0) && max(shift, -shift) >= leastErrorShift {
		e.Errors = direction(shift)
	}
	if b, a := e.Before, e.After; b.P95US != nil && a.P95US != nil {
		change := float64(*a.P95US-*b.P95US) / float64(max(1, *b.P95US))
		if apart(a.P95CI95, b.P95CI95) && max(change, -change) >= leastSpeedShift {
			e.Speed = direction(change)
		}
	}
	switch {
	case e.Errors == worse || e.Speed == worse && e.Errors != improved:
		e.Verdict = worse
	case e.Errors == improved || e.Speed == improved:
		e.Verdict = improved
	default:
		e.Verdict = noChange
	}
}

func direction(change float64) string {
	if change > 0 {
		return worse
	}
	return improved
}

func apart(a, b []int64) bool { return a[0] > b[1] || b[0] > a[1] }

// durations takes the p95 and its interval from one column of a heatmap.
func (h *Health) durations(cells []store.HeatmapCell, column int) {
	var n int64
	for _, cell := range cells {
		if cell.Column == column {
			n += cell.Count
		}
	}
	if n == 0 {
		return
	}
	at := func(rank int64) int64 {
		for _, cell := range cells {
			if cell.Column != column {
				continue
			}
			if rank -= cell.Count; rank < 0 {
				return store.BucketMiddle(cell.Bucket).Microseconds()
			}
		}
		return 0 // ranks are below n
	}
	low, high := stats.QuantileRanks(n, .95, stats.Z95)
	p95 := at(int64(.95 * float64(n-1)))
	h.P95US, h.P95CI95 = &p95, []int64{at(low), at(high)}
}
