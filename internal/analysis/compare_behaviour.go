package analysis

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// leftKnown is how long after a window it is known who left in it.
const leftKnown = time.Hour

// filterFor is what the question's filter asks of rows of one record and their session.
func (c *comparison) filterFor(of store.Record) store.Filter {
	rest, segments := store.CutSegments(c.scope.Filter)
	parts, err := store.SplitFilter(rest)
	if err != nil {
		return c.scope.Filter // the store says what is wrong with it
	}
	out := store.All(parts[""], parts[of], parts[store.OfSessions])
	for _, s := range segments {
		out = store.All(out, s)
	}
	return out
}

// behaviour compares what people did: friction of the actions that called the service
// with that of other actions, before and after, and how many reached the goals.
func (c *comparison) behaviour(ctx context.Context) error {
	if err := c.friction(ctx); err != nil {
		return err
	}
	for _, goal := range c.question.Goals[:min(len(c.question.Goals), goalsCompared)] {
		if err := c.goal(ctx, goal); err != nil {
			return err
		}
	}
	return nil
}

// friction is the difference in differences of actions: those that called the service,
// less those that called others where these moved along before.
func (c *comparison) friction(ctx context.Context) error {
	var touched, others store.Filter
	if c.service != "" {
		either := store.Or{} // an interaction names the outermost tier, which may be another service
		for _, request := range slices.Sorted(maps.Keys(c.touched)) {
			either = append(either, store.Text{Field: store.Field{Name: "interaction.endpoint"}, Test: store.EndsWith, Arg: request})
		}
		touched, others = either, store.Not{Of: either}
	} else {
		others = store.Or{} // none
	}
	reacted := func(with store.Filter, reactions ...event.Reaction) store.Measure {
		return store.Measure{Of: store.OfInteractions, Stat: store.Count, Filter: store.All(with, store.OneOf("interaction.reaction", reactions...))}
	}
	scope := c.scope
	scope.Filter = c.filterFor(store.OfInteractions)
	got, err := c.windows.ask(
		ctx, c.reader, scope, nil, 1,
		store.Measure{Of: store.OfInteractions, Stat: store.Count, Filter: touched}, reacted(touched, event.Raged, event.Repeated, event.WentBack), reacted(touched, event.Left),
		store.Measure{Of: store.OfInteractions, Stat: store.Count, Filter: others}, reacted(others, event.Raged, event.Repeated, event.WentBack), reacted(others, event.Left),
	)
	if err != nil {
		return err
	}
	m := got[""]
	for i := range m {
		m[i] = m[i].orZero()
	}
	for i, metric := range []string{"friction_share", "left_share"} {
		one := MetricChange{Metric: metric, lowerGood: 1, leastShift: leastShareShift}
		one.share(m[1+i], m[0], map[string]sides{"other actions": sharesOf(m[4+i], m[3])})
		if metric == "left_share" && c.windows.after.To.Add(leftKnown).After(c.question.Now) {
			one = MetricChange{Metric: metric, lowerGood: 1, Method: "none", Verdict: string(NotEnoughData), Controls: []string{}, Why: fmt.Sprintf("Who left is known an hour later, at %s.", c.windows.after.To.Add(leftKnown).UTC().Format("15:04 MST"))}
		}
		c.out.Behaviour = append(c.out.Behaviour, one)
	}
	return nil
}

// goal is the share of people who were there that reached a goal.
func (c *comparison) goal(ctx context.Context, goal Goal) error {
	reached, err := goal.Step.Compile()
	if err != nil {
		return fmt.Errorf("goal %s: %w", goal.ID, err)
	}
	people := store.Measure{Of: store.OfEvents, Stat: store.People}
	scope := c.scope
	scope.Filter = c.filterFor(store.OfSessions)
	measures := []store.Measure{people, {Of: reached.Of, Stat: store.People, Filter: reached.Filter}}
	got, err := c.windows.ask(ctx, c.reader, scope, nil, 1, measures...)
	if err != nil {
		return err
	}
	one := MetricChange{Metric: "goal_share", Goal: goal.ID, lowerGood: -1, leastShift: leastShareShift}
	if goal.Direction == Down {
		one.lowerGood = 1
	}
	all, who := got[""][0].orZero(), got[""][1].orZero()
	one.share(map2(who, all, math.Min), all, nil)
	if h := c.hourRange(); h != nil {
		values, err := measure(ctx, c.reader, c.scope.Project, h.edges, scope.Filter, measures...)
		if err != nil {
			return err
		}
		shares := missing(len(h.edges) - 1)
		for i := range shares {
			if n := number(values[0][i]); n >= leastInPair {
				shares[i] = min(1, number(values[1][i])/n)
			}
		}
		h.judge(&one, shares, nil, []string{})
	}
	c.out.Behaviour = append(c.out.Behaviour, one)
	return nil
}

func sharesOf(k, n sides) sides {
	return map2(k, n, func(k, n float64) float64 { return k / n }).atLeast(n, leastInPair)
}

// share judges a share by its windows.
func (m *MetricChange) share(k, n sides, controls map[string]sides) {
	kBefore, kAfter := k.own()
	before, after := n.own()
	m.NBefore, m.NAfter = int64(before+.5), int64(after+.5)
	m.Before, m.After = ratio(kBefore, before), ratio(kAfter, after)
	m.shift(sharesOf(k, n), controls, math.Hypot(shareSE(kBefore, before), shareSE(kAfter, after)), before, after)
}
