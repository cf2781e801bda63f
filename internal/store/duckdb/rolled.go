package duckdb

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Rollups know the endpoint of calls, how they ended and about how long they took. A
// question that needs no more is answered from them wherever its buckets of time are
// whole hours (or minutes, of the days of which minutes are kept), and from calls at
// both ends of its range.

// rolledFields are the fields of calls that rows c of rollups know.
func rolledFields() columnsOf {
	return columnsOf{
		"call.side": {"CAST(c.side AS VARCHAR)", store.String}, "call.service": {"c.service", store.String},
		"call.method": {"c.method", store.String}, "call.route": {"c.route", store.String}, "call.endpoint": {endpointText("c.service", "c.method", "c.route"), store.String},
		"call.failed": {"(c.outcome >= 5 OR c.outcome = -1)", store.Bool}, "call.refused": {"(c.outcome = 4)", store.Bool},
	}
}

// rolledIn is the part of a range that rollups tell by the buckets between these edges;
// it has no length when there is none. Of calls that expired only rollups know, so it
// begins where all calls are kept, and where all hours are.
func (c *conn) rolledIn(ctx context.Context, edges []time.Time) (window, error) {
	rawFrom, err := c.rawFrom(ctx)
	if err != nil {
		return window{}, err
	}
	lastHour, err := c.number(ctx, "SELECT epoch_us(max(hour)) FROM rollup_hours")
	if err != nil {
		return window{}, err
	}
	hoursFrom, err := c.number(ctx, "SELECT max(value) FROM state WHERE name = 'hours_from'")
	if err != nil {
		return window{}, err
	}
	minutesFrom := time.UnixMicro(lastHour).Add(time.Hour)
	unit := func(t time.Time) time.Duration {
		if t.Before(minutesFrom) {
			return time.Hour
		}
		return time.Minute
	}
	last := len(edges) - 1
	if slices.ContainsFunc(edges[1:last], func(t time.Time) bool { return !t.Truncate(unit(t)).Equal(t) }) {
		return window{}, nil
	}
	from, to := later(later(edges[0], rawFrom), time.UnixMicro(hoursFrom)), edges[last]
	return window{ceil(from, unit(from)), to.Truncate(unit(to))}, nil
}

// rolled hands over what the calls of a question, without assets, add up to by bucket of
// time, outcome and bucket of duration. It reports false when rollups cannot tell.
func (c *conn) rolled(ctx context.Context, s store.Scope, edges []time.Time, use func(moment int, outcome int64, duration int, n float64, samples int64)) (bool, error) {
	in, err := c.rolledIn(ctx, edges)
	if err != nil || !in.from.Before(in.to) {
		return false, err
	}
	text, args, can := rolledQuery(s, edges, in)
	if !can {
		return false, nil
	}
	return true, c.each(ctx, text, args, func(r *reader) {
		use(int(r.int()), r.int(), int(r.int()), r.float(), r.int())
	})
}

// rolledQuery asks rollups in one part of a range and calls in the rest; false when the
// filter names what rollups do not know.
func rolledQuery(s store.Scope, edges []time.Time, in window) (string, []any, bool) {
	var rolled, raw, bucket query
	if rolled.where(s.Filter, rolledFields()) != nil || raw.where(s.Filter, callFields(0, false)) != nil {
		return "", nil, false
	}
	bucket.bucket("time", edges)
	whole, before, after := []any{s.Project, in.from, in.to}, []any{s.Project, edges[0], in.from}, []any{s.Project, in.to, edges[len(edges)-1]}
	text := statement("rolled", "bucket", bucket.String(), "rolled", rolled.String(), "raw", raw.String(), "outcome", callOutcome, "duration", durationBucket)
	return text, slices.Concat(bucket.args, whole, rolled.args, whole, rolled.args, before, raw.args, after, raw.args), true
}

// rolledSeries answers measures about the same rows from rollups when these can: counts
// exactly, quantiles only when the question allows and its range is long.
func (c *conn) rolledSeries(ctx context.Context, q store.SeriesQuery, measures []store.Measure, lines *lines, first int) (bool, error) {
	if len(q.By) > 0 || !slices.ContainsFunc(measures, func(m store.Measure) bool { return m.Of == store.OfCalls }) {
		return false, nil
	}
	approx := false
	for _, m := range measures {
		if m.Value != (store.Field{}) {
			return false, nil // the rows tell whether it is a number
		}
		switch m.Stat {
		case store.Count, store.Failed, store.Refused, store.ErrorRate:
		default:
			_, approx = shareOf(m.Stat)
			if !approx || !q.Approx || q.To.Sub(q.From) <= exactRange {
				return false, nil
			}
		}
	}
	q.Filter = ofServers(store.All(q.Filter, measures[0].Filter))
	tallies := map[int]*tally{}
	told, err := c.rolled(ctx, q.Scope, q.Edges, func(moment int, outcome int64, duration int, n float64, samples int64) {
		if tallies[moment] == nil {
			tallies[moment] = newTally()
		}
		tallies[moment].add(outcome, duration, n, samples)
	})
	values := lines.line([]string{}).Values[first:]
	for moment, t := range tallies {
		for i, m := range measures {
			values[i][moment] = t.value(m.Stat)
		}
	}
	lines.approx = lines.approx || told && approx
	return told, err
}

// value is a measure of calls that a tally knows.
func (t *tally) value(stat store.Stat) *float64 {
	value := t.calls
	switch stat {
	case store.Count:
	case store.Failed:
		value = t.failed
	case store.Refused:
		value = t.refused
	case store.ErrorRate:
		value = t.failed / t.calls
	default:
		share, _ := shareOf(stat)
		us := quantileOf(t.buckets, share)
		if us == nil {
			return nil
		}
		value = float64(*us) / 1000
	}
	return &value
}

// rolledHeatmap answers from rollups when these can.
func (c *conn) rolledHeatmap(ctx context.Context, q store.HeatmapQuery) ([]store.HeatmapCell, bool, error) {
	type place struct{ column, bucket int }
	tallies := map[place]*tally{}
	q.Filter = ofServers(q.Filter)
	told, err := c.rolled(ctx, q.Scope, q.Edges, func(moment int, outcome int64, duration int, n float64, samples int64) {
		if duration == untimed {
			return
		}
		at := place{moment, duration}
		if tallies[at] == nil {
			tallies[at] = newTally()
		}
		tallies[at].add(outcome, duration, n, samples)
	})
	cells := make([]store.HeatmapCell, 0, len(tallies))
	for at, t := range tallies {
		cells = append(cells, store.HeatmapCell{Column: at.column, Bucket: at.bucket, Count: int64(math.Round(t.calls)), Failed: int64(math.Round(t.failed))})
	}
	slices.SortFunc(cells, func(a, b store.HeatmapCell) int {
		return cmp.Or(cmp.Compare(a.Column, b.Column), cmp.Compare(a.Bucket, b.Bucket))
	})
	return cells, told, err
}

// ofServers narrows a question about calls to those of servers unless it names a side.
func ofServers(f store.Filter) store.Filter {
	if store.Mentions(f, "call.side") {
		return f
	}
	return store.All(f, store.Equals("call.side", string(event.Server)))
}
