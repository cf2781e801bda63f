package api

import (
	"context"
	"errors"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/filter"
	"github.com/clickspan/clickspan/internal/store"
)

// QueryFields is what every question with a body shares.
type QueryFields struct {
	Project       string    `json:"project,omitempty" default:"default" doc:"name of the project"`
	From          time.Time `json:"from,omitzero" doc:"start of the range; default 7 days before its end"`
	To            time.Time `json:"to,omitzero" doc:"end of the range, exclusive; default now"`
	Timezone      string    `json:"timezone,omitempty" doc:"IANA name; default UTC"`
	Filter        string    `json:"filter,omitempty" doc:"CEL over call, event and session; what && joins may be about the rows, about the session of calls and events, or about a call or event of sessions; funnel, retention, lifecycle, stickiness and paths take what is about the rows and their session"`
	Segment       string    `json:"segment,omitempty" doc:"id of a segment: only what belongs to its sessions or people"`
	Bots          bool      `json:"bots,omitempty" doc:"count events, sessions and people of marked bots too; counts of calls have them always"`
	MinConfidence float64   `json:"min_confidence,omitempty" minimum:"0" maximum:"1"`
	Sample        float64   `json:"sample,omitempty" exclusiveMinimum:"0" maximum:"1" doc:"the share of people that is enough for funnel, retention, lifecycle, stickiness and paths, whose counts are then estimates of all, and for funnel-correlation, whose counts are of the sample; meta.sampled says so"`
}

// Meta says how an answer came about.
type Meta struct {
	ElapsedMS    int64    `json:"elapsed_ms"`
	Sampled      bool     `json:"sampled"`
	Approx       bool     `json:"approx" doc:"quantiles came from rollups and are off by at most 4.5 %"`
	LinkCoverage *float64 `json:"link_coverage" doc:"share of calls whose action is known; null when there are none, or when counting them takes more than 5 s"`
}

func (s *Server) queryScope(ctx context.Context, q QueryFields) (store.Scope, error) {
	return s.scope(ctx, ScopeParams{
		ProjectParam: ProjectParam{Project: q.Project},
		From:         q.From, To: q.To, Filter: q.Filter, Segment: q.Segment, Bots: q.Bots, MinConfidence: q.MinConfidence,
	})
}

// SeriesBody asks for numbers over time.
type SeriesBody struct {
	QueryFields
	Measures  []MeasureSpec `json:"measures" minItems:"1" maxItems:"10"`
	Bucket    string        `json:"bucket,omitempty" default:"auto" enum:"auto,1m,5m,1h,1d,1w"`
	Breakdown []string      `json:"breakdown,omitempty" maxItems:"2" example:"[\"route\"]" doc:"fields of the measured record"`
	Limit     int           `json:"limit,omitempty" default:"10" minimum:"1" maximum:"1000"`
}

// MeasureSpec is one number.
type MeasureSpec struct {
	Of    string `json:"of" enum:"calls,events,sessions,people,interactions"`
	Stat  string `json:"stat,omitempty" default:"count" example:"p95" doc:"count people sessions rate failed refused error_rate p50 p75 p90 p95 p99 mean apdex:500ms; of a number sum:NAME mean:NAME p75:NAME"`
	Where string `json:"where,omitempty" example:"status >= 500" doc:"CEL over the measured record, whose fields stand bare"`
	Side  string `json:"side,omitempty" enum:"server,client,any" doc:"which side's calls count; default server"`
}

// SeriesInput carries the body.
type SeriesInput struct{ Body SeriesBody }

// SeriesOutput is numbers over time.
type SeriesOutput struct {
	Buckets []time.Time  `json:"buckets" doc:"start of each bucket"`
	End     time.Time    `json:"end" doc:"end of the last bucket"`
	Series  []SeriesLine `json:"series" doc:"by total of the first measure descending, then labels, then measure"`
	Other   bool         `json:"other" doc:"whether more labels exist"`
	Meta    Meta         `json:"meta"`
}

// SeriesLine is one measure of one label.
type SeriesLine struct {
	Labels  map[string]*string `json:"labels" doc:"by field of the breakdown; null = the records have none"`
	Measure int                `json:"measure" doc:"index into measures"`
	Values  []*float64         `json:"values" doc:"one per bucket; null = nothing to measure"`
}

func (s *Server) querySeries(ctx context.Context, in *SeriesInput) (SeriesOutput, error) {
	begun := s.now()
	q := in.Body
	scope, err := s.queryScope(ctx, q.QueryFields)
	if err != nil {
		return SeriesOutput{}, err
	}
	zone, err := zoneOf(q.Timezone)
	if err != nil {
		return SeriesOutput{}, err
	}
	cuts, err := edges(scope.From, scope.To, q.Bucket, zone)
	if err != nil {
		return SeriesOutput{}, err
	}
	found, err := s.measure(ctx, scope, cuts, q)
	if err != nil {
		return SeriesOutput{}, err
	}
	out := SeriesOutput{Buckets: cuts[:len(cuts)-1], End: cuts[len(cuts)-1], Series: []SeriesLine{}, Other: found.other}
	for _, line := range found.lines {
		for m, values := range line.values {
			out.Series = append(out.Series, SeriesLine{Labels: line.labels, Measure: m, Values: values})
		}
	}
	out.Meta, err = s.metaOf(ctx, scope, begun)
	out.Meta.Approx = found.approx
	return out, err
}

// BreakdownBody asks for numbers without time.
type BreakdownBody struct {
	QueryFields
	Measures  []MeasureSpec `json:"measures" minItems:"1" maxItems:"10"`
	Breakdown []string      `json:"breakdown,omitempty" maxItems:"2" example:"[\"route\"]" doc:"fields of the measured record"`
	Limit     int           `json:"limit,omitempty" default:"10" minimum:"1" maximum:"1000"`
}

// BreakdownInput carries the body.
type BreakdownInput struct{ Body BreakdownBody }

// BreakdownOutput is one row per label; without a breakdown exactly one.
type BreakdownOutput struct {
	Rows  []BreakdownRow `json:"rows"`
	Other bool           `json:"other" doc:"whether more labels exist"`
	Meta  Meta           `json:"meta"`
}

// BreakdownRow is the measures of one label.
type BreakdownRow struct {
	Labels map[string]*string `json:"labels" doc:"by field of the breakdown; null = the records have none"`
	Values []*float64         `json:"values" doc:"one per measure; null = nothing to measure"`
}

func (s *Server) queryBreakdown(ctx context.Context, in *BreakdownInput) (BreakdownOutput, error) {
	begun := s.now()
	q := in.Body
	scope, err := s.queryScope(ctx, q.QueryFields)
	if err != nil {
		return BreakdownOutput{}, err
	}
	if _, err := zoneOf(q.Timezone); err != nil {
		return BreakdownOutput{}, err
	}
	found, err := s.measure(ctx, scope, []time.Time{scope.From, scope.To},
		SeriesBody{Measures: q.Measures, Breakdown: q.Breakdown, Limit: q.Limit})
	if err != nil {
		return BreakdownOutput{}, err
	}
	out := BreakdownOutput{Other: found.other, Rows: each(found.lines, func(l measuredLine) BreakdownRow {
		return BreakdownRow{Labels: l.labels, Values: each(l.values, func(buckets []*float64) *float64 { return buckets[0] })}
	})}
	out.Meta, err = s.metaOf(ctx, scope, begun)
	out.Meta.Approx = found.approx
	return out, err
}

// measured is the lines that measures gave.
type measured struct {
	lines  []measuredLine
	other  bool // more labels exist
	approx bool // quantiles are off by at most 4.5 %
}

// measuredLine is one label's values by measure and bucket.
type measuredLine struct {
	labels map[string]*string
	values [][]*float64
}

// measure asks the store for what the measures are made of and puts them together.
func (s *Server) measure(ctx context.Context, scope store.Scope, cuts []time.Time, q SeriesBody) (measured, error) {
	plans := make([]plan, len(q.Measures))
	ask := store.SeriesQuery{Scope: scope, Edges: cuts, Limit: q.Limit, Approx: true}
	for i, spec := range q.Measures {
		var err error
		if plans[i], err = planOf(i, spec); err != nil {
			return measured{}, err
		}
		ask.Measures = append(ask.Measures, plans[i].parts...)
	}
	by, err := breakdownFields(q)
	if err != nil {
		return measured{}, err
	}
	ask.By = by
	series, err := s.store.Series(ctx, ask)
	if err != nil {
		return measured{}, err
	}
	lines := each(series.Lines, func(l store.Line) measuredLine {
		out := measuredLine{labels: map[string]*string{}}
		for i, label := range l.Labels {
			out.labels[q.Breakdown[i]] = nil
			if label != "" {
				out.labels[q.Breakdown[i]] = &label
			}
		}
		parts := l.Values
		for _, p := range plans {
			out.values = append(out.values, p.combine(parts[:len(p.parts)], cuts))
			parts = parts[len(p.parts):]
		}
		return out
	})
	return measured{lines, series.Other, series.Approx}, nil
}

// breakdownFields resolves the names of a breakdown against the record that all
// measures share.
func breakdownFields(q SeriesBody) ([]store.Field, error) {
	if len(q.Breakdown) == 0 {
		return nil, nil
	}
	record := recordName(q.Measures[0].Of)
	for i, m := range q.Measures {
		if recordName(m.Of) != record {
			return nil, badField(at("measures[%d].of", i), "Ask for one record at a time, or leave the breakdown out.",
				"with a breakdown all measures are of one record")
		}
	}
	out := make([]store.Field, len(q.Breakdown))
	for i, name := range q.Breakdown {
		var ok bool
		if out[i], ok = analysis.FieldOf(record, name); !ok {
			return nil, badField(at("breakdown[%d]", i), "GET /api/v1/fields lists the fields.", "%s has no field %q", record, name)
		}
	}
	return out, nil
}

// coverageWait is how long an answer that is there waits for the link coverage.
const coverageWait = 5 * time.Second

// metaOf adds what the answer rests on.
func (s *Server) metaOf(ctx context.Context, scope store.Scope, begun time.Time) (Meta, error) {
	scope.Filter = nil // coverage of the data, not of the question
	counting, cancel := context.WithTimeout(ctx, coverageWait)
	defer cancel()
	series, err := s.store.Series(counting, store.SeriesQuery{
		Scope: scope, Edges: []time.Time{scope.From, scope.To}, Limit: 1,
		Measures: []store.Measure{{Of: store.OfCalls, Stat: store.Count}, {Of: store.OfCalls, Stat: store.Count, Filter: store.Equals("call.linked", true)}},
	})
	out := Meta{ElapsedMS: s.now().Sub(begun).Milliseconds(), Sampled: scope.Sampled()}
	if errors.Is(counting.Err(), context.DeadlineExceeded) && ctx.Err() == nil {
		return out, nil
	}
	if err != nil {
		return Meta{}, err
	}
	if len(series.Lines) == 0 {
		return out, nil
	}
	all, linked := series.Lines[0].Values[0][0], series.Lines[0].Values[1][0]
	if all != nil && linked != nil && *all > 0 {
		share := *linked / *all
		out.LinkCoverage = &share
	}
	return out, nil
}

// where compiles the condition of measure i.
func where(i int, spec MeasureSpec) (store.Filter, error) {
	condition, err := filter.CompileWhere(spec.Where, recordName(spec.Of))
	if err != nil {
		return nil, atField(at("measures[%d].where", i), err)
	}
	return condition, nil
}
