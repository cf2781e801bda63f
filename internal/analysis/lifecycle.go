package analysis

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

// LifecycleQuestion asks how people come and go, or how many intervals they are active in.
type LifecycleQuestion struct {
	Of          Step   `json:"of" doc:"what makes somebody active"`
	Period      Period `json:"period,omitempty" enum:"hour,day,week,month" default:"day"`
	PeriodCount int    `json:"period_count,omitempty" minimum:"1" maximum:"1000" default:"1" doc:"how many periods are one interval"`
	CountBy     string `json:"count_by,omitempty" default:"person" example:"account" doc:"person, session, account or property:NAME"`
	WeekStart   string `json:"week_start,omitempty" enum:"monday,sunday" default:"monday"`
}

// LifecycleAnswer counts by interval. Who is active in one is new, returning or
// resurrecting; dormant are those who were active in the interval before.
type LifecycleAnswer struct {
	Intervals    []string `json:"intervals" doc:"local date of each begin; for hours the time in UTC"`
	New          []int64  `json:"new" doc:"active, and seen for the first time ever in this interval"`
	Returning    []int64  `json:"returning" doc:"active, and in the interval before too"`
	Resurrecting []int64  `json:"resurrecting" doc:"active, seen before, but not active in the interval before"`
	Dormant      []int64  `json:"dormant" doc:"active in the interval before and not in this; negative"`
}

// StickinessAnswer counts people by how many intervals they were active in.
type StickinessAnswer struct {
	Histogram []StickinessBar `json:"histogram" doc:"one per number of intervals, from 1 to all"`
}

// StickinessBar is who was active in exactly so many intervals.
type StickinessBar struct {
	Intervals int   `json:"intervals"`
	People    int64 `json:"people"`
}

// LifecycleOf answers a question. Errors are a [WrongField] when a
// field of the question is wrong.
func LifecycleOf(ctx context.Context, r store.Reader, scope store.Scope, zone *time.Location, q LifecycleQuestion) (LifecycleAnswer, error) {
	of, unit, calendar, edges, err := q.compile(scope, zone)
	if err != nil {
		return LifecycleAnswer{}, err
	}
	before := calendar.before(edges[0], q.PeriodCount).UTC()
	counts, err := r.Lifecycle(ctx, store.LifecycleQuery{Scope: scope, Of: of, Unit: unit, Edges: append([]time.Time{before}, edges...)})
	if err != nil {
		return LifecycleAnswer{}, err
	}
	out := LifecycleAnswer{New: counts.New, Returning: counts.Returning, Resurrecting: counts.Resurrecting, Dormant: make([]int64, len(edges)-1)}
	for i := range counts.Dormant {
		scale(scope, &out.New[i], &out.Returning[i], &out.Resurrecting[i], &counts.Dormant[i])
	}
	for i, n := range counts.Dormant {
		out.Intervals = append(out.Intervals, calendar.label(edges[i]))
		out.Dormant[i] = -n
	}
	return out, nil
}

// StickinessOf answers a question. Errors are a [WrongField] when a
// field of the question is wrong.
func StickinessOf(ctx context.Context, r store.Reader, scope store.Scope, zone *time.Location, q LifecycleQuestion) (StickinessAnswer, error) {
	of, unit, _, edges, err := q.compile(scope, zone)
	if err != nil {
		return StickinessAnswer{}, err
	}
	counts, err := r.Stickiness(ctx, store.StickinessQuery{Scope: scope, Of: of, Unit: unit, Edges: edges})
	if err != nil {
		return StickinessAnswer{}, err
	}
	out := StickinessAnswer{Histogram: make([]StickinessBar, len(counts))}
	for i, n := range counts {
		out.Histogram[i] = StickinessBar{Intervals: i + 1, People: n}
		scale(scope, &out.Histogram[i].People)
	}
	return out, nil
}

func (q LifecycleQuestion) compile(scope store.Scope, zone *time.Location) (of store.Step, unit store.Unit, calendar Calendar, edges []time.Time, err error) {
	calendar = Calendar{Zone: zone, Period: q.Period, Sunday: q.WeekStart == "sunday"}
	if of, err = q.Of.occurrence(); err != nil {
		return of, unit, calendar, nil, at(err, "of")
	}
	if unit, err = unitOf(q.CountBy); err != nil {
		return of, unit, calendar, nil, at(err, "count_by")
	}
	if edges, err = calendar.cover(scope.From, scope.To, q.PeriodCount); err != nil {
		return of, unit, calendar, nil, at(err, "period")
	}
	return of, unit, calendar, edges, nil
}
