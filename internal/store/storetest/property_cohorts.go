package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// comparePeople is compareWithReference for questions about who did what in which order:
// few people do the same few things again and again, so that most answers have numbers.
func comparePeople(t *testing.T, engine store.Store) {
	t.Helper()
	if _, itself := engine.(*Reference); itself {
		t.Skip("the reference agrees with itself")
	}
	project := event.ProjectID(0)
	rapid.Check(t, func(rt *rapid.T) {
		project++
		d := duel{T: rt, ctx: t.Context(), project: project, engine: engine, reference: NewReference(Clock)}
		d.happen()
		for range 4 {
			rapid.SampledFrom([]func(){d.askRetention, d.askLifecycle, d.askStickiness, d.askHistories, d.askPaths, d.askPaths, d.askExposures, d.askExposures}).Draw(rt, "question")()
		}
	})
}

// happen makes up what people do, and links what they call.
func (d *duel) happen() {
	g := generator{T: d.T}
	var r event.Records
	moment := func() option {
		minutes := time.Duration(g.upTo(50, "ten minutes")) * 10 * time.Minute
		return after(minutes + pick(g, "fraction", 0, 0, 0, -time.Microsecond, time.Microsecond))
	}
	who := func() option {
		device, user, session := pick(g, "device", "d1", "d2", "d3", ""), pick(g, "user", "", "", "u1"), pick(g, "session", "", "s1", "s2", "s3")
		return func(r record) {
			r.identity.DeviceID, r.identity.UserID, r.identity.SessionID, r.identity.AccountID = device, user, session, pick(g, "account", "", "a1", "a2")
		}
	}
	for i := range 5 + g.upTo(25, "events") {
		options := []option{id(fmt.Sprint("e", i)), moment(), who()}
		if g.oneIn(2, "page view") {
			r.Events = append(r.Events, view(pick(g, "page", "/", "/a", "/a/", "/b", "/b/1"), options...))
			continue
		}
		r.Events = append(r.Events, did(pick(g, "name", "in", "back"), options...))
	}
	for i := range g.upTo(12, "calls") {
		options := []option{id(fmt.Sprint("c", i)), moment(), status(pick(g, "status", 200, 200, 500)), took(pick(g, "took", "1ms", "5ms", "10ms"))}
		for _, more := range []option{who(), untimed(), class(event.Asset), fromClient(), fromClient(), bot()} {
			if g.oneIn(3, "more of a call") {
				options = append(options, more)
			}
		}
		r.Calls = append(r.Calls, call("GET "+pick(g, "route", "/x", "/y"), options...))
	}
	d.same("Append", func(s store.Store) (any, error) {
		receipt, err := s.Append(d.ctx, event.NewBatch(d.project, "", copyOf(r), asIs{}))
		receipt.Upto = 0
		return receipt, err
	})
	blocks := []store.Linked{Links(d.project, r.Events, r.Calls).Draw(d.T, "links")}
	d.same("WriteLinks", func(s store.Store) (any, error) {
		at, err := s.Watermark(d.ctx)
		return nil, errors.Join(err, s.WriteLinks(d.ctx, blocks, at))
	})
}

// step draws something to do.
func (d *duel) step() store.Step {
	g := generator{T: d.T}
	return pick(g, "step",
		store.Step{Of: store.OfEvents}, ofEvent("in"), ofEvent("back"), ofEvent("in"), ofEvent("back"), store.Step{Of: store.OfCalls},
		store.Step{Of: store.OfCalls, Filter: is("call.route", store.Eq, "/x")}, store.Step{Of: store.OfEvents, Filter: Filters("event").Draw(d.T, "step filter")},
	)
}

func (d *duel) unit() store.Unit {
	g := generator{T: d.T}
	by := pick(g, "unit", store.UnitPerson, store.UnitPerson, store.UnitPerson, store.UnitSession, store.UnitAccount, store.UnitProperty)
	if by == store.UnitProperty {
		return store.Unit{Of: by, Field: fieldOf(pick(g, "unit field", "event.page", "call.route"))}
	}
	return store.Unit{Of: by}
}

// peopleScope draws the scope of a question; its range is the asker's.
func (d *duel) peopleScope() store.Scope {
	g := generator{T: d.T}
	s := store.Scope{Project: d.project, Bots: g.oneIn(3, "bots"), MinConfidence: pick(g, "min confidence", 0, 0, 0.5)}
	if g.oneIn(4, "filter") {
		s.Filter = Filters(pick(g, "filter on", "event", "call", "session")).Draw(d.T, "filter")
	}
	return s
}

// span draws edges of hours, and a range from the edge after the first skipped ones over so many
// periods (0 = all others), now and then a little shorter.
func (d *duel) span(skip, rows, more int) (s store.Scope, edges []time.Time) {
	g := generator{T: d.T}
	s = d.peopleScope()
	width := pick(g, "width", 10*time.Minute, time.Hour, 3*time.Hour)
	for i := range skip + rows + more {
		edges = append(edges, clock("10:00:00").Add(time.Duration(i-skip)*width))
	}
	s.From, s.To = edges[skip], edges[skip+rows]
	if g.oneIn(3, "partial") {
		s.From, s.To = s.From.Add(time.Microsecond), s.To.Add(-10*time.Minute)
	}
	return s, edges
}

func (d *duel) askRetention() {
	g := generator{T: d.T}
	rows, columns := 1+g.upTo(4, "rows"), 1+g.upTo(5, "columns")
	s, edges := d.span(0, rows, columns)
	q := store.RetentionQuery{
		Scope: s, Target: d.step(), Returning: d.step(), Unit: d.unit(), Edges: edges, Rows: rows, Intervals: columns,
		Cohort: pick(g, "cohort", store.CohortFirst, store.CohortFirstEver, store.CohortRecurring), Criterion: pick(g, "criterion", store.On, store.OnOrAfter),
		MinOccurrences: 1 + g.upTo(1, "min occurrences"), Until: pick(g, "until", edges[len(edges)-1], clock("13:30:00")),
	}
	if g.oneIn(2, "split") {
		q.Split = pick[store.Filter](g, "trouble", is("call.failed", store.Eq, true), is("call.duration_ms", store.Gt, 5.0), store.And{})
	}
	d.same(fmt.Sprintf("Retention(%+v)", q), func(s store.Store) (any, error) { return s.Retention(d.ctx, q) })
}

func (d *duel) askLifecycle() {
	s, edges := d.span(1, 1+rapid.IntRange(0, 5).Draw(d.T, "intervals"), 1)
	q := store.LifecycleQuery{Scope: s, Of: d.step(), Unit: d.unit(), Edges: edges}
	d.same(fmt.Sprintf("Lifecycle(%+v)", q), func(s store.Store) (any, error) { return s.Lifecycle(d.ctx, q) })
}

func (d *duel) askStickiness() {
	s, edges := d.span(0, 1+rapid.IntRange(0, 5).Draw(d.T, "intervals"), 1)
	q := store.StickinessQuery{Scope: s, Of: d.step(), Unit: d.unit(), Edges: edges}
	d.same(fmt.Sprintf("Stickiness(%+v)", q), func(s store.Store) (any, error) { return s.Stickiness(d.ctx, q) })
}

func (d *duel) askPaths() {
	g := generator{T: d.T}
	q := store.PathsQuery{
		Scope: d.peopleScope(), Unit: d.unit(), Gap: pick(g, "gap", 10*time.Minute, 30*time.Minute, 24*time.Hour),
		MaxSteps: 2 + g.upTo(3, "steps"), MaxEdges: pick(g, "cap", 1, 2, 3, 1000),
	}
	q.From, q.To = clock("10:00:00"), clock("10:00:00").Add(pick(g, "length", 3*time.Hour, 24*time.Hour))
	for range 1 + g.upTo(2, "nodes") {
		n := store.PathNode{Step: d.step(), Name: []store.Field{fieldOf(pick(g, "event name", "event.page", "event.name", "event.kind"))}}
		if n.Of == store.OfCalls {
			n.Name[0] = fieldOf(pick(g, "call name", "call.route", "call.endpoint", "call.status"))
		} else if g.oneIn(2, "another name") {
			n.Name = append(n.Name, fieldOf("event.name"))
		}
		q.Nodes = append(q.Nodes, n)
	}
	for range g.upTo(2, "groupings") {
		q.Groupings = append(q.Groupings, store.Grouping{Pattern: pick(g, "pattern", "a", "^/b/", "/", "^in$"), Name: pick(g, "grouping", "/a", "x")})
	}
	names := []string{"/", "/a", "/b", "x", "in", "back", "nowhere", "/x"}
	if g.oneIn(3, "start") {
		q.Start = pick(g, "start name", names...)
	}
	if g.oneIn(3, "end") {
		q.End = pick(g, "end name", names...)
	}
	d.same(fmt.Sprintf("Paths(%+v)", q), func(s store.Store) (any, error) { return s.Paths(d.ctx, q) })
}
