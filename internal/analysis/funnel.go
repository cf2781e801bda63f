package analysis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// FunnelQuestion asks how many get from step to step. docs/reference/semantics.md says
// what each word means.
type FunnelQuestion struct {
	Steps        []Step            `json:"steps" minItems:"1" maxItems:"30"`
	Window       string            `json:"window,omitempty" default:"14d" doc:"how long an attempt may take from its first step, inclusive"`
	Order        store.Order       `json:"order,omitempty" default:"ordered" enum:"ordered,strict,unordered"`
	Entry        store.Entry       `json:"entry,omitempty" default:"best" enum:"best,first" doc:"which attempt of somebody counts"`
	CountBy      string            `json:"count_by,omitempty" default:"person" example:"session" doc:"person, session, account or property:NAME"`
	Count        string            `json:"count,omitempty" default:"entities" enum:"entities,attempts" doc:"attempts: one after the other, instead of one for each"`
	Exclude      []FunnelExclusion `json:"exclude,omitempty" maxItems:"30" doc:"what voids an attempt"`
	TieTolerance string            `json:"tie_tolerance,omitempty" default:"0s" doc:"how much earlier a step may come than the one before it, for clocks that differ"`
	Breakdown    *FunnelBreakdown  `json:"breakdown,omitempty"`
	Entities     bool              `json:"entities,omitempty" doc:"list who got how far"`
	Calls        bool              `json:"calls,omitempty" doc:"say of each step which calls those made on the way who got there"`
}

// FunnelExclusion is a step that must not happen between two steps of an attempt.
type FunnelExclusion struct {
	Step
	FromStep int `json:"from_step,omitempty" minimum:"0" doc:"counted from 1; default the first"`
	ToStep   int `json:"to_step,omitempty" minimum:"0" doc:"counted from 1; default the last"`
}

// FunnelBreakdown asks for a funnel of each value.
type FunnelBreakdown struct {
	Property    string            `json:"property" minLength:"1" example:"properties.plan" doc:"of events, or of calls as call.NAME"`
	Attribution store.Attribution `json:"attribution,omitempty" default:"first" enum:"first,last,all,step"`
	Step        int               `json:"step,omitempty" minimum:"0" doc:"for step: which, counted from 1; default the first"`
}

// FunnelAnswer is how many got how far.
type FunnelAnswer struct {
	Steps     []FunnelStage  `json:"steps"`
	Series    []FunnelSeries `json:"series" doc:"by count of the first step descending, then value; at most 25"`
	Other     bool           `json:"other" doc:"whether there are more values"`
	Convert   TimeToConvert  `json:"time_to_convert"`
	Entities  []FunnelEntity `json:"entities" doc:"by level descending, then id; at most 10,000"`
	Truncated bool           `json:"entities_truncated"`
	Share     *float64       `json:"calls_share,omitempty" doc:"of the range, in which calls were looked for; 1 = all; only when they are asked for"`
}

// FunnelStage is who got to one step.
type FunnelStage struct {
	Count        int64    `json:"count"`
	FromStart    *float64 `json:"conversion_from_start" doc:"share of those at the first step; null when nobody was"`
	FromPrevious *float64 `json:"conversion_from_previous" doc:"share of those at the step before; null when nobody was"`
	Median       *float64 `json:"median_seconds_from_previous" doc:"null at the first step and when nobody got here"`
	Mean         *float64 `json:"mean_seconds_from_previous"`
	InProgress   int64    `json:"in_progress" doc:"of count: got no further yet, and still have time"`

	Calls      *int64   `json:"calls,omitempty" doc:"on the way from the step before, of those who got here, in calls_share of the range; only when asked for, and neither at the first step nor in series"`
	ErrorShare *float64 `json:"calls_error_share,omitempty" doc:"failed calls of these; absent when there are none"`
	P95CallMS  *float64 `json:"calls_p95_ms,omitempty" doc:"how long 95 of 100 of these took at most; absent when not known"`
}

// FunnelSeries is the funnel of those who stand under one value.
type FunnelSeries struct {
	Value any           `json:"value" doc:"text, number, true or false; null when missing"`
	Steps []FunnelStage `json:"steps"`
}

// FunnelEntity is somebody and how far they got.
type FunnelEntity struct {
	ID    string      `json:"id"`
	Level int         `json:"level" doc:"steps done"`
	Times []time.Time `json:"step_times"`
}

// TimeToConvert is how long those took who did all steps, from the first to the last.
type TimeToConvert struct {
	Median *float64  `json:"median_seconds"`
	Mean   *float64  `json:"mean_seconds"`
	Bins   []TimeBin `json:"bins" doc:"from the first that is not empty to the last"`
}

// TimeBin counts those who took at least From and less than To.
type TimeBin struct {
	From  float64  `json:"from_seconds"`
	To    *float64 `json:"to_seconds" doc:"null: no end"`
	Count int64    `json:"count"`
}

// maxEntities is how many are listed.
const maxEntities = 10_000

// spread is where the bins of times to convert end.
func spread() []time.Duration {
	const s, m, h, d = time.Second, time.Minute, time.Hour, 24 * time.Hour
	return []time.Duration{s, 2 * s, 5 * s, 10 * s, 30 * s, m, 2 * m, 5 * m, 10 * m, 30 * m, h, 2 * h, 6 * h, 12 * h, d, 2 * d, 4 * d, 7 * d, 14 * d, 30 * d}
}

// Funnel answers the question about the rows of a scope. Errors are a [WrongField] when
// they are about one.
func Funnel(ctx context.Context, r store.Reader, scope store.Scope, now time.Time, q FunnelQuestion) (FunnelAnswer, error) {
	ask, err := q.compile(scope, now)
	if err != nil {
		return FunnelAnswer{}, err
	}
	got, err := r.Funnel(ctx, ask)
	if err != nil {
		return FunnelAnswer{}, err
	}
	out := FunnelAnswer{
		Steps: stages(scope, got.Steps), Series: []FunnelSeries{}, Other: got.Other, Truncated: got.Truncated, Entities: make([]FunnelEntity, len(got.Entities)),
		Convert: TimeToConvert{Median: got.Whole.Median, Mean: got.Whole.Mean, Bins: bins(ask.Spread, got.Spread)},
	}
	for i := range out.Convert.Bins {
		scale(scope, &out.Convert.Bins[i].Count)
	}
	if q.Calls {
		out.Share = &got.Share
		for i := 1; i < len(got.Steps); i++ {
			out.Steps[i].meet(got.Steps[i].Calls)
			scale(scope, out.Steps[i].Calls)
		}
	}
	for _, s := range got.Series {
		out.Series = append(out.Series, FunnelSeries{Value: s.Value, Steps: stages(scope, s.Steps)})
	}
	for i, e := range got.Entities {
		out.Entities[i] = FunnelEntity{ID: e.ID, Level: len(e.Times), Times: e.Times}
	}
	return out, nil
}

func (q FunnelQuestion) compile(scope store.Scope, now time.Time) (store.FunnelQuery, error) {
	ask := store.FunnelQuery{Scope: scope, Order: store.InOrder, Entry: store.Best, Window: 14 * 24 * time.Hour, Attempts: q.Count == "attempts", Spread: spread(), Now: now, Calls: q.Calls, MaxCalls: maxCallsOnWays}
	if q.Order != "" {
		ask.Order = q.Order
	}
	if q.Entry != "" {
		ask.Entry = q.Entry
	}
	if q.Entities {
		ask.Entities = maxEntities
	}
	for i, s := range q.Steps {
		step, err := s.occurrence()
		if err != nil {
			return ask, at(err, "steps[%d]", i)
		}
		ask.Steps = append(ask.Steps, step)
	}
	var err error
	if ask.Unit, err = unitOf(q.CountBy); err != nil {
		return ask, at(err, "count_by")
	}
	if q.Window != "" {
		if ask.Window, err = duration(q.Window); err != nil {
			return ask, at(err, "window")
		}
	}
	if ask.Window == 0 {
		return ask, at(&event.Permanent{Err: errors.New("the time allowed is nothing, so no step can follow another"), Hint: "Write how long the way from the first to the last step may take, such as 30m, 24h or 14d."}, "window")
	}
	if q.TieTolerance != "" {
		if ask.TieTolerance, err = duration(q.TieTolerance); err != nil {
			return ask, at(err, "tie_tolerance")
		}
	}
	if ask.TieTolerance > 0 && ask.Order == store.Strict {
		return ask, at(&event.Permanent{Err: errors.New("in strict order nothing may come in between, so no step may come early"), Hint: "Allow other things in between (order: ordered), or leave the tolerance (tie_tolerance) out."}, "tie_tolerance")
	}
	if ask.Exclude, err = q.exclusions(); err != nil {
		return ask, err
	}
	ask.By, err = q.by()
	return ask, err
}

func (q FunnelQuestion) exclusions() ([]store.Exclusion, error) {
	var out []store.Exclusion
	for i, x := range q.Exclude {
		step, err := x.occurrence()
		if err != nil {
			return nil, at(err, "exclude[%d]", i)
		}
		made := store.Exclusion{Step: step, From: 1, To: len(q.Steps)}
		if x.FromStep > 0 {
			made.From = x.FromStep
		}
		if x.ToStep > 0 {
			made.To = x.ToStep
		}
		if made.From >= made.To || made.To > len(q.Steps) {
			return nil, at(&event.Permanent{
				Err:  fmt.Errorf("it must lie between two steps of this funnel, and %d and %d are not two of its %d, one after the other", made.From, made.To, len(q.Steps)),
				Hint: "Steps are counted from 1; the second (to_step) comes after the first (from_step).",
			}, "exclude[%d].to_step", i)
		}
		out = append(out, made)
	}
	return out, nil
}

func (q FunnelQuestion) by() (*store.FunnelBy, error) {
	b := q.Breakdown
	if b == nil {
		return nil, nil
	}
	field, err := stepField(b.Property)
	if err != nil {
		return nil, at(err, "breakdown.property")
	}
	by := &store.FunnelBy{Field: field, Attribution: store.FirstValue, Step: max(1, b.Step)}
	if b.Attribution != "" {
		by.Attribution = b.Attribution
	}
	if by.Step > len(q.Steps) {
		return nil, at(&event.Permanent{Err: fmt.Errorf("the funnel has no step %d", by.Step), Hint: "Name one of its steps, counted from 1."}, "breakdown.step")
	}
	return by, nil
}

func duration(text string) (time.Duration, error) {
	d, err := event.ParseDuration(text)
	if err != nil {
		return 0, &event.Permanent{Err: err, Hint: "Write a duration such as 14d, 2w, 36h or 30s."}
	}
	return d, nil
}

func stages(scope store.Scope, steps []store.FunnelStep) []FunnelStage {
	out := make([]FunnelStage, len(steps))
	for i, s := range steps {
		out[i] = FunnelStage{
			Count: s.Count, Median: s.Median, Mean: s.Mean, InProgress: s.InProgress,
			FromStart: conversion(s.Count, steps[0].Count), FromPrevious: conversion(s.Count, steps[max(0, i-1)].Count),
		}
		scale(scope, &out[i].Count, &out[i].InProgress)
	}
	return out
}

// meet adds the calls on the way to a step.
func (s *FunnelStage) meet(calls store.StepCalls) {
	s.Calls, s.P95CallMS = &calls.Count, calls.P95MS
	s.ErrorShare = conversion(calls.Failed, calls.Count)
}

func conversion(count, of int64) *float64 {
	if of == 0 {
		return nil
	}
	share := float64(count) / float64(of)
	return &share
}

// bins names the counts of a spread, without the empty ones at both ends.
func bins(edges []time.Duration, counts []int64) []TimeBin {
	out := []TimeBin{}
	last := 0
	for i, count := range counts {
		if count == 0 && len(out) == 0 {
			continue
		}
		bin := TimeBin{Count: count}
		if i > 0 {
			bin.From = edges[i-1].Seconds()
		}
		if i < len(edges) {
			to := edges[i].Seconds()
			bin.To = &to
		}
		if out = append(out, bin); count > 0 {
			last = len(out)
		}
	}
	return out[:last]
}
