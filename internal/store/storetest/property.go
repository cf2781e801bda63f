package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// compareWithReference gives an engine and the Reference the same history and the
// same questions; the answers must be equal. Each history is a project of its own.
func compareWithReference(t *testing.T, engine store.Store) {
	t.Helper()
	if _, itself := engine.(*Reference); itself {
		t.Skip("the reference agrees with itself")
	}
	project := event.ProjectID(0)
	rapid.Check(t, func(rt *rapid.T) {
		project++
		d := duel{T: rt, ctx: t.Context(), project: project, engine: engine, reference: NewReference(Clock)}
		d.arrive()
		d.link()
		d.judge()
		d.ask(4)
		d.askLinked()
		d.vanish()
		d.askLinked()
		d.ask(2)
	})
}

// duel is one history.
type duel struct {
	*rapid.T
	ctx       context.Context
	project   event.ProjectID
	engine    store.Store
	reference *Reference
}

// arrive appends the same batches to both.
func (d *duel) arrive() {
	for i, records := range Batches(3).Draw(d.T, "history") {
		label := []string{"", "import", ""}[i]
		d.same("Append", func(s store.Store) (any, error) {
			receipt, err := s.Append(d.ctx, event.NewBatch(d.project, label, copyOf(records), asIs{}))
			receipt.Upto = 0 // the engine has other projects too
			return receipt, err
		})
	}
}

func copyOf(r event.Records) event.Records {
	return event.Records{Events: slices.Clone(r.Events), Calls: slices.Clone(r.Calls), Spans: slices.Clone(r.Spans), Rejected: r.Rejected}
}

// link compares what both give to the link pass, and lets a made-up pass write.
func (d *duel) link() {
	upto := map[store.Store]store.Seq{}
	d.same("Unlinked", func(s store.Store) (any, error) {
		touched, seq, err := s.Unlinked(d.ctx, 1_000_000)
		upto[s] = seq
		return slices.DeleteFunc(touched, func(t store.Touched) bool { return t.Project != d.project }), err
	})
	blocks := d.blocks(1)
	for range rapid.IntRange(1, 2).Draw(d.T, "passes") { // a second pass changes nothing
		d.same("WriteLinks", func(s store.Store) (any, error) { return nil, s.WriteLinks(d.ctx, blocks, upto[s]) })
	}
}

// blocks draws what the link pass makes of one row in every so many; nothing when
// there are none.
func (d *duel) blocks(oneIn int) []store.Linked {
	events := each(d.reference.events, func(e stored[event.Event]) event.Event { return e.row })
	calls := each(d.reference.calls, func(c stored[event.Call]) event.Call { return c.row })
	events, calls = events[:len(events)/oneIn], calls[:len(calls)/oneIn]
	if len(events)+len(calls) == 0 {
		return nil
	}
	return []store.Linked{Links(d.project, events, calls).Draw(d.T, "links")}
}

// judge withdraws, restores and merges.
func (d *duel) judge() {
	g := generator{T: d.T}
	users := []string{"u1", "u2", "u3"}
	for range g.upTo(4, "judgements") {
		pair := event.Pair{DeviceID: pick(g, "device judged", "d1", "d2", "d3"), UserID: pick(g, "user judged", users...)}
		merged := pick(g, "user merged", users...)
		if g.oneIn(3, "about a merge") {
			pair.DeviceID, pair.MergedID = "", merged
		}
		switch g.upTo(3, "judgement") {
		case 0:
			d.same(fmt.Sprintf("Withdraw(%+v)", pair), func(s store.Store) (any, error) { return nil, s.Withdraw(d.ctx, d.project, pair) })
		case 1:
			d.same(fmt.Sprintf("Restore(%+v)", pair), func(s store.Store) (any, error) { return nil, s.Restore(d.ctx, d.project, pair) })
		default:
			d.same(fmt.Sprintf("Merge(%s, %s)", merged, pair.UserID), func(s store.Store) (any, error) {
				return nil, s.Merge(d.ctx, d.project, merged, pair.UserID)
			})
		}
	}
	d.askPerson()
	d.askPeople()
}

// vanish erases somebody, forgets the import, or relinks a part.
func (d *duel) vanish() {
	switch rapid.IntRange(0, 2).Draw(d.T, "what vanishes") {
	case 0:
		person := store.Person{DeviceIDs: []string{rapid.SampledFrom([]string{"", "d1", "d2"}).Draw(d.T, "device")}, UserIDs: []string{rapid.SampledFrom([]string{"", "u1"}).Draw(d.T, "user")}}
		d.same("Erase", func(s store.Store) (any, error) { return s.Erase(d.ctx, d.project, person) })
	case 1:
		d.same("Forget", func(s store.Store) (any, error) { return s.Forget(d.ctx, d.project, "import") })
	case 2:
		blocks := d.blocks(2)
		d.same("WriteLinks", func(s store.Store) (any, error) {
			at, err := s.Watermark(d.ctx)
			return nil, errors.Join(err, s.WriteLinks(d.ctx, blocks, at))
		})
	}
}

// ask puts n questions to both.
func (d *duel) ask(n int) {
	kinds := []func(){
		d.askCalls, d.askEvents, d.askSpansAndLinks, d.askSessions, d.askFacets, d.askValues, d.askSeries, d.askSeries,
		d.askHeatmap, d.askEndpoints, d.askCallers, d.askFriction, d.askTimeline, d.askRequest, d.askFind, d.askQuality, d.askPerson, d.askPeople,
	}
	for range n {
		rapid.SampledFrom(kinds).Draw(d.T, "question")()
	}
}

// same asks both and compares.
func (d *duel) same(name string, ask func(store.Store) (any, error), options ...cmp.Option) {
	want, wantErr := ask(d.reference)
	got, gotErr := ask(d.engine)
	if (wantErr == nil) != (gotErr == nil) || event.IsPermanent(wantErr) != event.IsPermanent(gotErr) || errors.Is(wantErr, store.ErrNotFound) != errors.Is(gotErr, store.ErrNotFound) {
		d.Fatalf("%s: the engine's error is %v, the reference's %v", name, gotErr, wantErr)
	}
	if wantErr != nil {
		return
	}
	options = append(options, cmpopts.EquateEmpty(), closely())
	if diff := cmp.Diff(want, got, options...); diff != "" {
		d.Fatalf("%s differs (-reference +engine):\n%s", name, diff)
	}
}

// scope draws a scope; record says whose fields its filter may use, none when "".
func (d *duel) scope(record string) store.Scope {
	g := generator{T: d.T}
	s := store.Scope{
		Project: d.project, From: g.time(), To: g.time(), Bots: g.oneIn(2, "bots"), MinConfidence: pick(g, "min confidence", 0, 0, 0.5, 0.95),
	}
	if g.oneIn(2, "everything") {
		s.From, s.To = clock("2026-11-01T00:00:00Z"), clock("2026-12-01T00:00:00Z")
	}
	if record != "" {
		s.Filter = Filters(record).Draw(d.T, "filter")
		if g.oneIn(4, "of others too") {
			s.Filter = store.And{s.Filter, g.filter(d.record(), 1)}
		}
		if g.oneIn(4, "of a segment") {
			s.Filter = store.All(s.Filter, store.InSegment{Sessions: Filters("session").Draw(d.T, "segment"), People: g.oneIn(2, "people")})
		}
	}
	return s
}

func (d *duel) limit() int { return rapid.SampledFrom([]int{1, 2, 5, 1000}).Draw(d.T, "limit") }

// listed reads all pages of a list.
func listed[T any](read func(cursor string) ([]T, string, error)) (any, error) {
	var pages [][]T
	cursor := ""
	for range 1000 {
		rows, next, err := read(cursor)
		if err != nil {
			return nil, err
		}
		pages = append(pages, rows)
		if cursor = next; next == "" {
			return pages, nil
		}
	}
	return nil, errors.New("the list has no end")
}

func (d *duel) askCalls() {
	q := store.CallsQuery{Scope: d.scope("call"), Limit: d.limit(), Sort: rapid.SampledFrom([]store.Sort{store.Newest, store.Slowest}).Draw(d.T, "sort"), Bodies: rapid.Bool().Draw(d.T, "bodies")}
	d.same(fmt.Sprintf("Calls(%+v)", q), func(s store.Store) (any, error) {
		return listed(func(cursor string) ([]store.CallRow, string, error) {
			q.Cursor = cursor
			page, err := s.Calls(d.ctx, q)
			return page.Rows, page.Next, err
		})
	})
}

func (d *duel) askEvents() {
	q := store.EventsQuery{Scope: d.scope("event"), Limit: d.limit()}
	d.same(fmt.Sprintf("Events(%+v)", q), func(s store.Store) (any, error) {
		return listed(func(cursor string) ([]event.Event, string, error) {
			q.Cursor = cursor
			page, err := s.Events(d.ctx, q)
			return page.Rows, page.Next, err
		})
	})
}

func (d *duel) askSpansAndLinks() {
	q := store.EventsQuery{Scope: d.scope(""), Limit: d.limit()}
	d.same(fmt.Sprintf("Spans(%+v)", q), func(s store.Store) (any, error) {
		return listed(func(cursor string) ([]event.Span, string, error) {
			q.Cursor = cursor
			page, err := s.Spans(d.ctx, q)
			return page.Rows, page.Next, err
		})
	})
	d.same(fmt.Sprintf("Links(%+v)", q), func(s store.Store) (any, error) {
		return listed(func(cursor string) ([]event.Link, string, error) {
			q.Cursor = cursor
			page, err := s.Links(d.ctx, q)
			return page.Rows, page.Next, err
		})
	})
}

func (d *duel) askSessions() {
	q := store.SessionsQuery{Scope: d.scope("session"), Limit: d.limit()}
	d.same(fmt.Sprintf("Sessions(%+v)", q), func(s store.Store) (any, error) {
		return listed(func(cursor string) ([]event.Session, string, error) {
			q.Cursor = cursor
			page, err := s.Sessions(d.ctx, q)
			return page.Rows, page.Next, err
		})
	})
	d.same(fmt.Sprintf("People(%+v)", q), func(s store.Store) (any, error) {
		return listed(func(cursor string) ([]store.PersonRow, string, error) {
			q.Cursor = cursor
			page, err := s.People(d.ctx, q)
			return page.Rows, page.Next, err
		})
	})
}

// fieldName draws a field as users write it.
func (d *duel) fieldName(record string) string {
	g := generator{T: d.T}
	field, _ := g.field(record)
	if field.Key != "" {
		return field.Name + `["` + field.Key + `"]`
	}
	return field.Name
}

func (d *duel) record() string {
	return rapid.SampledFrom([]string{"call", "event", "session", "interaction", "signal"}).Draw(d.T, "record")
}

func (d *duel) askFacets() {
	scope, limit := d.scope("call"), d.limit()
	fields := []string{d.fieldName("call"), d.fieldName("call")}
	d.same(fmt.Sprintf("Facets(%+v, %q)", scope, fields), func(s store.Store) (any, error) { return s.Facets(d.ctx, scope, fields, limit) })
}

func (d *duel) askValues() {
	record := d.record()
	scope, limit, field := d.scope(record), d.limit(), d.fieldName(record)
	prefix := rapid.SampledFrom(append(words(), "", "", "/", "d")).Draw(d.T, "prefix")
	d.same(fmt.Sprintf("Values(%+v, %q, %q)", scope, field, prefix), func(s store.Store) (any, error) {
		return s.Values(d.ctx, scope, field, prefix, limit)
	})
}

// edges draws the edges of buckets.
func (d *duel) edges() []time.Time {
	at := rapid.SliceOfNDistinct(rapid.SampledFrom(moments()), 2, 6, rapid.ID[time.Duration]).Draw(d.T, "edges")
	slices.Sort(at)
	if rapid.Bool().Draw(d.T, "even") {
		at = []time.Duration{0, time.Minute, 2 * time.Minute, 3 * time.Minute, 30 * time.Minute}
	}
	return each(at, func(m time.Duration) time.Time { return clock("10:00:00").Add(m) })
}

func (d *duel) askSeries() {
	g := generator{T: d.T}
	record := d.record()
	of := map[string]store.Record{"call": store.OfCalls, "event": store.OfEvents, "session": store.OfSessions, "interaction": store.OfInteractions, "signal": store.OfSignals}[record]
	stats := []store.Stat{
		store.Count, store.People, store.Sessions, store.Last, store.Failed, store.Refused, store.ErrorRate,
		store.P50, store.P75, store.P90, store.P95, store.P99, store.Mean, store.Sum,
	}
	q := store.SeriesQuery{Scope: d.scope(record), Edges: d.edges(), Limit: d.limit()}
	q.From, q.To = q.Edges[0], q.Edges[len(q.Edges)-1]
	for range g.upTo(2, "measures") + 1 {
		m := store.Measure{Of: of, Stat: pick(g, "stat", stats...), Filter: Filters(record).Draw(d.T, "measure filter")}
		if g.oneIn(2, "of a value") {
			m.Value, _ = g.field(record)
		}
		q.Measures = append(q.Measures, m)
	}
	for range g.upTo(2, "labels") {
		field, _ := g.field(record)
		q.By = append(q.By, field)
	}
	d.same(fmt.Sprintf("Series(%+v)", q), func(s store.Store) (any, error) { return s.Series(d.ctx, q) })
}

// askLinked asks which calls' actions are known at every confidence: what a link says
// must hold after everything that makes or removes links.
func (d *duel) askLinked() {
	q := store.CallsQuery{Limit: 1000}
	q.Project, q.From, q.To = d.project, clock("2026-11-01T00:00:00Z"), clock("2026-12-01T00:00:00Z")
	q.Filter = store.Compare{Field: store.Field{Name: "call.linked"}, Op: store.Eq, Value: true}
	for _, q.MinConfidence = range []float64{0, 0.3, 0.5, 0.9, 1} {
		d.same(fmt.Sprintf("linked at %v", q.MinConfidence), func(s store.Store) (any, error) { return s.Calls(d.ctx, q) })
	}
}

func (d *duel) askHeatmap() {
	q := store.HeatmapQuery{Scope: d.scope("call"), Edges: d.edges()}
	q.From, q.To = q.Edges[0], q.Edges[len(q.Edges)-1]
	d.same(fmt.Sprintf("Heatmap(%+v)", q), func(s store.Store) (any, error) { return s.Heatmap(d.ctx, q) })
}

// askEndpoints asks for whole minutes, because an answer from rollups may count no
// finer.
func (d *duel) askEndpoints() {
	q := store.EndpointsQuery{Scope: d.scope("call"), Side: rapid.SampledFrom([]event.Side{"", event.Server, event.Client}).Draw(d.T, "side")}
	q.From, q.To = q.From.Truncate(time.Minute), q.To.Truncate(time.Minute)
	if rapid.Bool().Draw(d.T, "only one") {
		q.Only = &event.Endpoint{Method: "GET", Route: "/a"}
	}
	approx := false
	d.same(fmt.Sprintf("Endpoints(%+v)", q), func(s store.Store) (any, error) {
		out, err := s.Endpoints(d.ctx, q)
		approx = out.Approx // of the engine, which is asked last
		return out.Rows, err
	}, sameStats(&approx))
}

func (d *duel) askCallers() {
	scope, limit := d.scope("call"), d.limit()
	e := event.Endpoint{Service: rapid.SampledFrom([]string{"", "shop"}).Draw(d.T, "service"), Method: "GET", Route: "/a"}
	d.same(fmt.Sprintf("Callers(%+v, %s)", scope, e), func(s store.Store) (any, error) { return s.Callers(d.ctx, scope, e, limit) })
}

func (d *duel) askTimeline() {
	g := generator{T: d.T}
	id, least := pick(g, "session", "s1", "s2", "s-derived", "s-other", "nobody"), pick(g, "min confidence", 0, 0.5, 0.95)
	d.same(fmt.Sprintf("Timeline(%s, %v)", id, least), func(s store.Store) (any, error) { return s.Timeline(d.ctx, d.project, id, least) })
}

func (d *duel) askRequest() {
	ids := append(each(d.reference.calls, func(c stored[event.Call]) string { return c.row.ID }), "nobody")
	id := rapid.SampledFrom(ids).Draw(d.T, "call")
	d.same(fmt.Sprintf("Request(%s)", id), func(s store.Store) (any, error) { return s.Request(d.ctx, d.project, id) })
}

func (d *duel) askFind() {
	ids := append(each(d.reference.calls, func(c stored[event.Call]) string { return c.row.ID }), "nobody", "", "d1", "u1", "a1", "s1", "s-derived", "r1", traceID(1), traceID(7))
	id := rapid.SampledFrom(ids).Draw(d.T, "id")
	d.same(fmt.Sprintf("Find(%s)", id), func(s store.Store) (any, error) { return s.Find(d.ctx, d.project, id) })
}

func (d *duel) askPerson() {
	id := rapid.SampledFrom([]string{"d1", "d2", "d3", "u1", "u2", "u3", "nobody", ""}).Draw(d.T, "whose id")
	d.same(fmt.Sprintf("PersonOf(%s)", id), func(s store.Store) (any, error) { return s.PersonOf(d.ctx, d.project, id) })
}

// askPeople counts everybody, in all ways.
func (d *duel) askPeople() {
	g := generator{T: d.T}
	from := clock("2026-11-01T00:00:00Z")
	for record, of := range map[string]store.Record{"call": store.OfCalls, "event": store.OfEvents, "session": store.OfSessions} {
		q := store.SeriesQuery{
			Scope: store.Scope{Project: d.project, Bots: g.oneIn(2, "bots")}, Edges: []time.Time{from, clock("10:01:00"), clock("2026-12-01T00:00:00Z")},
			Measures: []store.Measure{{Of: of, Stat: store.People}}, By: []store.Field{fieldOf(record + ".bot")}, Limit: 10,
		}
		d.same(fmt.Sprintf("Series(%+v)", q), func(s store.Store) (any, error) { return s.Series(d.ctx, q) })
	}
	q := store.EndpointsQuery{Scope: store.Scope{Project: d.project, From: from, To: clock("2026-12-01T00:00:00Z")}}
	d.same("Endpoints", func(s store.Store) (any, error) {
		out, err := s.Endpoints(d.ctx, q)
		return each(out.Rows, func(e store.EndpointStats) []any { return []any{e.Endpoint, e.People} }), err
	})
}

func (d *duel) askQuality() {
	scope := d.scope("")
	if rapid.Bool().Draw(d.T, "whole") {
		scope.From, scope.To = clock("2026-11-01T00:00:00Z"), clock("2026-12-01T00:00:00Z")
	}
	d.same(fmt.Sprintf("Quality(%+v)", scope), func(s store.Store) (any, error) {
		q, err := s.Quality(d.ctx, scope)
		if left := q.Calls.Total - q.Calls.LinkedToAction; err == nil && left != unexplained(q) {
			d.Errorf("%d server calls have no action, and the reasons add up to %d: %+v", left, unexplained(q), q.Unlinked)
		}
		return q, err
	})
}

// unexplained sums up the reasons of server calls.
func unexplained(q store.Quality) (n int64) {
	for _, reason := range q.Unlinked {
		if reason.Side == event.Server {
			n += reason.Count
		}
	}
	return n
}

func (d *duel) askFriction() {
	record := rapid.SampledFrom([]string{"session", "session", "signal"}).Draw(d.T, "friction of")
	q := store.FrictionQuery{Scope: d.scope(record), By: rapid.SampledFrom([]store.Place{store.ByElement, store.ByPage}).Draw(d.T, "place"), Limit: d.limit()}
	d.same(fmt.Sprintf("Friction(%+v)", q), func(s store.Store) (any, error) { return s.Friction(d.ctx, q) })
	list := store.SignalsQuery{Scope: q.Scope, Limit: d.limit()}
	d.same(fmt.Sprintf("Signals(%+v)", list), func(s store.Store) (any, error) {
		return listed(func(cursor string) ([]event.Signal, string, error) {
			list.Cursor = cursor
			page, err := s.Signals(d.ctx, list)
			return page.Rows, page.Next, err
		})
	})
}
