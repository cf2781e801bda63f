package analysis

import (
	"context"
	"errors"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// RetentionQuestion asks who comes back.
type RetentionQuestion struct {
	Target         Step            `json:"target" doc:"what puts somebody into a cohort"`
	Returning      *Step           `json:"returning,omitempty" doc:"what counts as coming back; default the target"`
	Period         Period          `json:"period,omitempty" enum:"hour,day,week,month" default:"day"`
	Intervals      int             `json:"intervals,omitempty" minimum:"1" maximum:"1000" default:"11" doc:"columns of the table, the size of the cohort among them"`
	Cohort         store.Cohort    `json:"cohort,omitempty" enum:"first,first_ever,recurring" default:"first" doc:"first: by the first match in range; first_ever: the same, without those who had one before; recurring: in every period with a match"`
	Criterion      store.Criterion `json:"criterion,omitempty" enum:"on,on_or_after" default:"on" doc:"came back in that interval, or in that or a later one of the row"`
	MinOccurrences int             `json:"min_occurrences,omitempty" minimum:"1" maximum:"1000000" default:"1" doc:"how often one has to come back in an interval"`
	WeekStart      string          `json:"week_start,omitempty" enum:"monday,sunday" default:"monday"`
	CountBy        string          `json:"count_by,omitempty" default:"person" example:"account" doc:"person, session, account or property:NAME"`
	Split          bool            `json:"split,omitempty" doc:"also answer apart for those whose first session met a failed or slow call, and for the others"`
	SlowOver       string          `json:"slow_over,omitempty" default:"1s" example:"2s" doc:"how long a slow call takes"`
}

// RetentionTable is who came back, by cohort.
type RetentionTable struct {
	Rows []RetentionRow `json:"rows" doc:"one per period in range"`
	Mean []*float64     `json:"mean" doc:"share that came back, over the cohorts whose interval is over, weighted by their size; null = none"`
}

// RetentionRow is one cohort.
type RetentionRow struct {
	Cohort string   `json:"cohort" doc:"local date of the period's begin; for hours its time in UTC"`
	Size   int64    `json:"size"`
	Counts []*int64 `json:"counts" doc:"who came back, by interval; the first is the size; null = the interval is not over"`
}

// RetentionSplit is the table of those whose first session met trouble, or of the others.
type RetentionSplit struct {
	MetTrouble bool `json:"met_trouble" doc:"whether their first session met a failed or slow call"`
	RetentionTable
}

// RetentionAnswer says who came back.
type RetentionAnswer struct {
	RetentionTable
	Split []RetentionSplit `json:"split,omitempty" doc:"those who met trouble, then the others; only when asked for"`
}

// Retained answers a question about the targets in scope, as far as is known by now.
// Errors are a [WrongField] when a field of the question is wrong.
func Retained(ctx context.Context, r store.Reader, scope store.Scope, zone *time.Location, now time.Time, q RetentionQuestion) (RetentionAnswer, error) {
	calendar := Calendar{Zone: zone, Period: q.Period, Sunday: q.WeekStart == "sunday"}
	ask, err := q.compile(scope, calendar, now)
	if err != nil {
		return RetentionAnswer{}, err
	}
	tables, err := r.Retention(ctx, ask)
	if err != nil {
		return RetentionAnswer{}, err
	}
	var answer RetentionAnswer
	if q.Split {
		others := make(store.RetentionTable, len(tables.All))
		for row, counts := range tables.All {
			for column, n := range counts {
				others[row] = append(others[row], n-tables.Met[row][column])
			}
		}
		answer.Split = []RetentionSplit{{true, retentionTable(ask, calendar, tables.Met)}, {false, retentionTable(ask, calendar, others)}}
	}
	answer.RetentionTable = retentionTable(ask, calendar, tables.All)
	return answer, nil
}

// maxCells is how many numbers one answer may hold.
const maxCells = 1_000_000

func (q RetentionQuestion) compile(scope store.Scope, calendar Calendar, now time.Time) (store.RetentionQuery, error) {
	ask := store.RetentionQuery{Scope: scope, Intervals: q.Intervals, Cohort: q.Cohort, Criterion: q.Criterion, MinOccurrences: q.MinOccurrences, Until: now}
	var err error
	if ask.Target, err = q.Target.occurrence(); err != nil {
		return ask, at(err, "target")
	}
	ask.Returning = ask.Target
	if q.Returning != nil {
		if ask.Returning, err = q.Returning.occurrence(); err != nil {
			return ask, at(err, "returning")
		}
	}
	if ask.Unit, err = unitOf(q.CountBy); err != nil {
		return ask, at(err, "count_by")
	}
	if ask.Edges, err = calendar.cover(scope.From, scope.To, 1); err != nil {
		return ask, at(err, "period")
	}
	ask.Rows = len(ask.Edges) - 1
	if ask.Rows*q.Intervals > maxCells || len(ask.Edges)+q.Intervals > maxPeriods+1 {
		return ask, at(&event.Permanent{Err: errors.New("the table would be too large"), Hint: "Ask for longer periods, fewer intervals or a shorter range."}, "intervals")
	}
	for range q.Intervals - 1 {
		ask.Edges = append(ask.Edges, calendar.next(ask.Edges[len(ask.Edges)-1]))
	}
	if q.Split {
		slow, err := duration(q.SlowOver)
		if err != nil {
			return ask, at(err, "slow_over")
		}
		ask.Split = troubled(slow)
	}
	return ask, nil
}

// troubled holds for calls that failed or took longer than slow.
func troubled(slow time.Duration) store.Filter {
	return store.Or{
		store.Equals("call.failed", true),
		store.Compare{Field: store.Field{Name: "call.duration_ms"}, Op: store.Gt, Value: float64(slow) / float64(time.Millisecond)},
	}
}

// retentionTable leaves out what cannot be known yet, adds the means and scales the counts.
func retentionTable(q store.RetentionQuery, calendar Calendar, counts store.RetentionTable) RetentionTable {
	out := RetentionTable{Rows: make([]RetentionRow, q.Rows), Mean: make([]*float64, q.Intervals)}
	sizes, back := make([]int64, q.Intervals), make([]int64, q.Intervals)
	for row := range out.Rows {
		size := counts[row][0]
		out.Rows[row] = RetentionRow{Cohort: calendar.label(q.Edges[row]), Size: size, Counts: make([]*int64, q.Intervals)}
		for column := range q.Intervals {
			if column > 0 && q.Edges[row+column+1].After(q.Until) {
				break
			}
			out.Rows[row].Counts[column] = &counts[row][column]
			sizes[column] += size
			back[column] += counts[row][column]
		}
	}
	for column, size := range sizes {
		if size > 0 {
			share := float64(back[column]) / float64(size)
			out.Mean[column] = &share
		}
	}
	for row := range out.Rows {
		scale(q.Scope, &out.Rows[row].Size)
		for column := range counts[row] {
			scale(q.Scope, &counts[row][column])
		}
	}
	return out
}
