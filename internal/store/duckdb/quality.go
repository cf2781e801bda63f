package duckdb

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// maxRoutes is how many endpoints the coverage page lists.
const maxRoutes = 50

// Quality implements [store.Reader].
func (s *Store) Quality(ctx context.Context, scope store.Scope) (out store.Quality, err error) {
	if scope.Filter != nil {
		return out, &event.Permanent{Err: errors.New("quality takes no filter"), Hint: "Leave the filter out."}
	}
	out.Calls.ByMethod = map[string]int64{}
	out.BySource, out.ByRoute = []store.SourceQuality{}, []store.RouteQuality{}
	out.Unlinked, out.Rejected = []store.UnlinkedReason{}, []event.Rejection{}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		q := qualityQuery{conn: c, scope: scope, out: &out, sources: map[string]*sourceTally{}}
		for _, part := range []func(context.Context) error{q.calls, q.reasons, q.events, q.bySource, q.clocks, q.arrivals, q.loss} {
			if err := part(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// qualityQuery fills one answer, part by part.
type qualityQuery struct {
	*conn
	scope   store.Scope
	out     *store.Quality
	sources map[string]*sourceTally
}

// sourceTally is a source and how many rows it has, assets too.
type sourceTally struct {
	store.SourceQuality
	rows int64
}

// source is the tally of a source.
func (q *qualityQuery) source(name string) *sourceTally {
	if q.sources[name] == nil {
		q.sources[name] = &sourceTally{SourceQuality: store.SourceQuality{Source: name}}
	}
	return q.sources[name]
}

func (q *qualityQuery) inRange() []any { return []any{q.scope.Project, q.scope.From, q.scope.To} }

// calls says how many calls are linked, by what, and where they came from.
func (q *qualityQuery) calls(ctx context.Context) error {
	routes := map[event.Endpoint]*store.RouteQuality{}
	err := q.each(ctx, statement("quality_calls"), append(q.inRange(), q.scope.MinConfidence), func(r *reader) {
		var e event.Endpoint
		r.endpoint(&e)
		side, method, source, isAsset := event.Side(r.text()), r.text(), q.source(r.text()), r.bool()
		n, answered, linked, late := r.int(), r.int(), r.int(), r.int()
		source.rows += n
		q.out.Late += late
		if isAsset {
			return
		}
		source.Calls += n
		if method != "" {
			source.Linked += n
		}
		if side == event.Client {
			q.out.Calls.Client += n
			return
		}
		q.out.Calls.Total += n
		q.out.Calls.WithClient += answered
		q.out.Calls.LinkedToAction += linked
		route := routes[e]
		if route == nil {
			route = &store.RouteQuality{Endpoint: e}
			routes[e] = route
		}
		route.Calls += n
		if method != "" {
			route.Linked += n
			q.out.Calls.ByMethod[method] += n
		}
	})
	for route := range maps.Values(routes) {
		q.out.ByRoute = append(q.out.ByRoute, *route)
	}
	slices.SortFunc(q.out.ByRoute, func(a, b store.RouteQuality) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), strings.Compare(a.String(), b.String()))
	})
	q.out.ByRoute = q.out.ByRoute[:min(maxRoutes, len(q.out.ByRoute))]
	return err
}

// reasons says why calls have no link.
func (q *qualityQuery) reasons(ctx context.Context) error {
	return q.each(ctx, statement("quality_reasons", "id", idText("c")), append(q.inRange(), q.scope.MinConfidence), func(r *reader) {
		q.out.Unlinked = append(q.out.Unlinked, store.UnlinkedReason{Reason: r.text(), Side: event.Side(r.text()), Count: r.int(), Example: r.text()})
	})
}

func (q *qualityQuery) events(ctx context.Context) error {
	bots := " AND e.bot = ''"
	if q.scope.Bots {
		bots = ""
	}
	args := append([]any{q.scope.Project, q.scope.From.Add(-linkReach), q.scope.To.Add(linkReach), q.scope.MinConfidence}, q.inRange()...)
	return q.each(ctx, statement("quality_events", "bots", bots), args, func(r *reader) {
		e := &q.out.Events
		e.Total, e.WithoutSession, e.Actions, e.ActionsLinked = r.int(), r.int(), r.int(), r.int()
	})
}

// bySource counts the other rows by where they came from.
func (q *qualityQuery) bySource(ctx context.Context) error {
	err := q.each(ctx, statement("quality_sources"), q.inRange(), func(r *reader) {
		source := q.source(r.text())
		source.Events, source.Spans = r.int(), r.int()
		source.rows += source.Events + source.Spans
		q.out.Late += r.int()
	})
	ordered := slices.SortedFunc(maps.Values(q.sources), func(a, b *sourceTally) int {
		return cmp.Or(cmp.Compare(b.rows, a.rows), strings.Compare(a.Source, b.Source))
	})
	for _, source := range ordered {
		q.out.BySource = append(q.out.BySource, source.SourceQuality)
	}
	return err
}

// clocks says how wrong the senders' clocks were.
func (q *qualityQuery) clocks(ctx context.Context) error {
	return q.each(ctx, statement("quality_clocks"), q.inRange(), func(r *reader) {
		skew := &q.out.ClockSkew
		skew.Corrected, skew.MedianMS, skew.MaxMS = r.int(), r.float(), r.float()
	})
}

// arrivals sums up what the hours in range counted when it arrived.
func (q *qualityQuery) arrivals(ctx context.Context) (err error) {
	hours := []any{q.scope.Project, q.scope.From.Truncate(time.Hour), q.scope.To}
	if q.out.Duplicates, err = q.number(ctx, statement("quality_duplicates"), hours...); err != nil {
		return err
	}
	return q.each(ctx, statement("quality_rejected"), hours, func(r *reader) {
		q.out.Rejected = append(q.out.Rejected, event.Rejection{Source: r.text(), Reason: r.text(), Example: r.text(), Count: int(r.int())})
	})
}

// loss compares the numbers that senders gave their events with those that came.
func (q *qualityQuery) loss(ctx context.Context) error {
	return q.each(ctx, statement("quality_loss"), q.inRange(), func(r *reader) {
		if expected, came := r.int(), r.int(); expected > 0 {
			share := float64(expected-came) / float64(expected)
			q.out.SDKLoss = &share
		}
	})
}
