package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// compareFunnels gives an engine and the Reference the same few people, who do the same
// few things at the same few instants, and asks both for funnels of all kinds.
func compareFunnels(t *testing.T, engine store.Store) {
	t.Helper()
	if _, itself := engine.(*Reference); itself {
		t.Skip("the reference agrees with itself")
	}
	project := event.ProjectID(0)
	rapid.Check(t, func(rt *rapid.T) {
		project++
		d := duel{T: rt, ctx: t.Context(), project: project, engine: engine, reference: NewReference(Clock)}
		d.crowd()
		for range 2 {
			d.askFunnel()
		}
		d.askCorrelation()
	})
}

// crowd appends a short, dense history.
func (d *duel) crowd() {
	g := generator{T: d.T}
	var r event.Records
	instant := func() time.Time { return clock("10:00:00").Add(time.Duration(g.upTo(9, "second")) * time.Second) }
	for range g.upTo(16, "events") {
		at := instant()
		r.Events = append(r.Events, event.Event{
			ID: g.id(), Time: at, Name: pick(g, "name", "a", "a", "b", "c"), Kind: pick(g, "kind", event.Custom, event.Click, event.WebVital), Identity: g.identity(),
			Properties: pick(g, "properties", nil, nil, map[string]any{"k": "x"}, map[string]any{"k": "1"}, map[string]any{"k": 1}, map[string]any{"k": 1.0}, map[string]any{"k": true}, map[string]any{"k": 2.5}, map[string]any{"k": ""}, map[string]any{"k": nil}),
			Origin:     event.Origin{OwnTime: at, Bot: pick(g, "bot", "", "", "", event.Crawler)},
		})
	}
	for range g.upTo(6, "calls") {
		at := instant()
		r.Calls = append(r.Calls, event.Call{
			ID: g.id(), Time: at, Method: "GET", Route: pick(g, "route", "/a", "/b"), Side: pick(g, "side", event.Server, event.Server, event.Client), Class: pick(g, "class", event.API, event.API, event.Asset),
			Status: pick(g, "status", 200, 500), Weight: 1, Identity: g.identity(), Attributes: pick(g, "attributes", nil, map[string]any{"k": "x"}), Origin: event.Origin{OwnTime: at},
		})
	}
	d.same("Append", func(s store.Store) (any, error) {
		receipt, err := s.Append(d.ctx, event.NewBatch(d.project, "", copyOf(r), asIs{}))
		receipt.Upto = 0
		return receipt, err
	})
	blocks := d.blocks(1)
	d.same("WriteLinks", func(s store.Store) (any, error) {
		at, err := s.Watermark(d.ctx)
		return nil, errors.Join(err, s.WriteLinks(d.ctx, blocks, at))
	})
}

// step draws something that can be done.
func (g *generator) step() store.Step {
	switch g.upTo(11, "step") {
	case 0:
		return store.Step{Of: store.OfEvents}
	case 1, 2:
		return store.Step{Of: store.OfCalls, Filter: pick(*g, "call", store.Filter(nil), is("call.route", store.Eq, "/a"), is("call.failed", store.Eq, true), is("call.user_id", store.Eq, "u1"), is("call.class", store.Eq, "asset"))}
	case 3:
		return store.Step{Of: store.OfEvents, Filter: store.In{Field: fieldOf("event.name"), Values: []any{"a", "b"}}}
	case 4:
		return store.Step{Of: store.OfEvents, Filter: store.Text{Field: fieldOf("event.name"), Test: store.Matches, Arg: "^[bc]$"}}
	}
	return store.Step{Of: store.OfEvents, Filter: is("event.name", store.Eq, pick(*g, "step name", "a", "b", "c"))}
}

func (d *duel) drawFunnel() store.FunnelQuery {
	g := generator{T: d.T}
	s := func(n int) time.Duration { return time.Duration(n) * time.Second }
	q := store.FunnelQuery{
		Scope: store.Scope{
			Project: d.project, From: clock("10:00:00").Add(s(pick(g, "from", 0, 0, 2))), To: clock("10:00:00").Add(s(pick(g, "to", 3600, 3600, 8))),
			Bots: g.oneIn(3, "bots"), MinConfidence: pick(g, "min confidence", 0, 0.5),
		},
		Unit:   store.Unit{Of: pick(g, "unit", store.UnitPerson, store.UnitPerson, store.UnitSession, store.UnitAccount, store.UnitProperty)},
		Order:  pick(g, "order", store.InOrder, store.InOrder, store.Strict, store.Unordered),
		Entry:  pick(g, "entry", store.Best, store.Best, store.FirstEntry),
		Window: pick(g, "window", time.Microsecond, s(2), s(3), s(5), s(60)), Attempts: g.oneIn(3, "attempts"),
		Spread: []time.Duration{s(1), s(2), s(4)}, Entities: pick(g, "entities", 0, 1, 2, 3, 100), Calls: pick(g, "calls", false, true), MaxCalls: pick[int64](g, "most calls", 0, 2), Now: clock("10:00:00").Add(s(pick(g, "now", 4, 10, 7200))),
	}
	q.Filter = pick[store.Filter](g, "filter", nil, nil, is("event.name", store.Ne, "c"), store.And{is("event.kind", store.Ne, "click"), is("call.status", store.Eq, int64(200))}, store.And{}, store.Or{},
		is("session.id", store.Ne, "s1"), store.And{is("event.name", store.Ne, "c"), is("session.actions", store.Gt, int64(0))})
	for range g.upTo(3, "more steps") + 1 {
		q.Steps = append(q.Steps, g.step())
	}
	if n := len(q.Steps); n > 1 {
		for range pick(g, "exclusions", 0, 0, 1, 2) {
			x := store.Exclusion{Step: g.step(), From: g.upTo(n-2, "from step") + 1}
			x.To = x.From + 1 + g.upTo(n-x.From-1, "to step")
			q.Exclude = append(q.Exclude, x)
		}
	}
	if q.Order != store.Strict {
		q.TieTolerance = pick(g, "tolerance", 0, 0, s(1), s(2))
	}
	if q.Unit.Of == store.UnitProperty {
		q.Unit.Field = fieldOf(pick(g, "unit field", "event.properties.k", "event.device_id", "call.user_id", "call.status"))
	}
	if g.oneIn(2, "by") {
		q.By = &store.FunnelBy{
			Field:       fieldOf(pick(g, "by field", "event.properties.k", "event.name", "call.attributes.k", "call.status", "call.session_id", "call.failed")),
			Attribution: pick(g, "attribution", store.FirstValue, store.LastValue, store.AllValues, store.AtStep), Step: g.upTo(len(q.Steps)-1, "by step") + 1,
		}
	}
	return q
}

func (d *duel) askFunnel() {
	q := d.drawFunnel()
	d.same(fmt.Sprintf("Funnel(%+v, by %+v)", q, q.By), func(st store.Store) (any, error) {
		ask := q
		ask.Steps, ask.Exclude = slices.Clone(q.Steps), slices.Clone(q.Exclude)
		return st.Funnel(d.ctx, ask)
	})
}

func (d *duel) askCorrelation() {
	g := generator{T: d.T}
	q := store.CorrelationQuery{Funnel: d.drawFunnel(), Limit: pick(g, "limit", 1, 2, 1000)}
	for range 1 + g.upTo(3, "candidates") {
		c := store.Candidate{Step: g.step(), Least: 1 + g.upTo(1, "least"), Ends: g.oneIn(3, "ends")}
		if c.Name = fieldOf(pick(g, "event name", "event.name", "event.properties.k")); c.Of == store.OfCalls {
			c.Name = fieldOf(pick(g, "call name", "call.route", "call.endpoint", "call.status"))
		}
		q.Candidates = append(q.Candidates, c)
	}
	d.same(fmt.Sprintf("Correlation(%+v)", q), func(st store.Store) (any, error) { return st.Correlation(d.ctx, q) })
}
