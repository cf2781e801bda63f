package analysis

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/filter"
	"github.com/clickspan/clickspan/internal/store"
)

// PathsQuestion asks which ways people take.
type PathsQuestion struct {
	Of         string   `json:"of,omitempty" default:"pages" example:"pages" doc:"pages, events, actions_and_calls or property:NAME: what the steps of a way are"`
	Template   bool     `json:"template,omitempty" doc:"pages are called by their route template, not by their path"`
	Where      string   `json:"where,omitempty" maxLength:"4096" example:"release == \"1.2\"" doc:"CEL over the event, whose fields stand bare"`
	SessionGap string   `json:"session_gap,omitempty" default:"30m" doc:"a way ends where more time than this lies between two steps"`
	MaxSteps   int      `json:"max_steps,omitempty" minimum:"2" maximum:"20" default:"5"`
	MaxEdges   int      `json:"max_edges,omitempty" minimum:"1" maximum:"1000" default:"50" doc:"how many edges are listed; the others are counted in other"`
	Start      string   `json:"start,omitempty" maxLength:"2048" example:"/cart" doc:"ways begin at its first occurrence; those without it are left out"`
	End        string   `json:"end,omitempty" maxLength:"2048" example:"/thanks" doc:"ways end at its first occurrence (after start); those without it are left out"`
	Groupings  []string `json:"groupings,omitempty" maxItems:"100" example:"[\"/orders/*\"]" doc:"globs, matched anywhere in the name of a step; the first that matches becomes its name"`
}

// PathsAnswer is the steps people take after one another.
type PathsAnswer struct {
	Edges []PathEdge `json:"edges" doc:"by count descending, then source, target"`
	Nodes []PathNode `json:"nodes" doc:"those of the edges, by name: with them, what arrives at a node is what leaves it"`
	Other int64      `json:"other" doc:"how often the edges beyond max_edges were taken"`
	Share float64    `json:"calls_share" doc:"of the range, in which calls were looked for; 1 = all"`
}

// PathEdge is two steps after one another. A step is called by its number and name: 1_/a.
type PathEdge struct {
	Source     string   `json:"source"`
	Target     string   `json:"target"`
	Count      int64    `json:"count"`
	People     int64    `json:"people"`
	MeanMS     float64  `json:"mean_ms" doc:"time between the two"`
	Calls      int64    `json:"calls" doc:"that the person made between the two, in calls_share of the range"`
	ErrorShare *float64 `json:"error_share" doc:"failed calls of those the person made between the two; null = none made"`
	P75CallMS  *float64 `json:"p75_call_ms" doc:"third quartile of how long these calls took; null = not known"`
}

// PathNode is how many ways come through a step.
type PathNode struct {
	Node     string `json:"node"`
	Visits   int64  `json:"visits" doc:"ways that come here; what no edge and not other_out takes on ends here"`
	OtherIn  int64  `json:"other_in" doc:"of visits: over edges that are not listed"`
	OtherOut int64  `json:"other_out" doc:"of visits: left over edges that are not listed"`
}

// maxCallsOnWays is how many calls are looked through for those on the way somewhere.
const maxCallsOnWays = 500_000

// PathsTaken answers a question. Errors begin with the JSON path of the field that is wrong.
func PathsTaken(ctx context.Context, r store.Reader, scope store.Scope, q PathsQuestion) (PathsAnswer, error) {
	ask, err := q.compile(scope)
	if err != nil {
		return PathsAnswer{}, err
	}
	paths, err := r.Paths(ctx, ask)
	if err != nil {
		return PathsAnswer{}, err
	}
	out := PathsAnswer{Edges: make([]PathEdge, len(paths.Edges)), Nodes: make([]PathNode, len(paths.Nodes)), Other: paths.Other, Share: paths.Share}
	for i, e := range paths.Edges {
		out.Edges[i] = PathEdge{Source: e.Source, Target: e.Target, Count: e.Count, People: e.People, MeanMS: e.MeanMS, Calls: e.Calls, P75CallMS: e.P75MS}
		if e.Calls > 0 {
			share := float64(e.Failed) / float64(e.Calls)
			out.Edges[i].ErrorShare = &share
		}
		scale(scope, &out.Edges[i].Count, &out.Edges[i].People, &out.Edges[i].Calls)
	}
	for i, n := range paths.Nodes {
		out.Nodes[i] = PathNode(n)
		scale(scope, &out.Nodes[i].Visits, &out.Nodes[i].OtherIn, &out.Nodes[i].OtherOut)
	}
	scale(scope, &out.Other)
	return out, nil
}

func (q PathsQuestion) compile(scope store.Scope) (store.PathsQuery, error) {
	ask := store.PathsQuery{Scope: scope, Unit: store.Unit{Of: store.UnitPerson}, MaxSteps: q.MaxSteps, MaxEdges: q.MaxEdges, MaxCalls: maxCallsOnWays, Start: nodeName(q.Start), End: nodeName(q.End)}
	where, err := filter.CompileWhere(q.Where, "event")
	if err != nil {
		return ask, at(err, "where")
	}
	if ask.Nodes, err = q.nodes(where); err != nil {
		return ask, at(err, "of")
	}
	if ask.Gap, err = duration(q.SessionGap); err == nil && ask.Gap == 0 {
		err = &event.Permanent{Err: errors.New("no time may pass between two steps"), Hint: "Write a duration such as 30m."}
	}
	if err != nil {
		return ask, at(err, "session_gap")
	}
	for i, glob := range q.Groupings {
		if glob == "" {
			return ask, at(&event.Permanent{Err: errors.New("the grouping is empty"), Hint: `Write a glob such as "/orders/*", or leave it out.`}, "groupings[%d]", i)
		}
		ask.Groupings = append(ask.Groupings, store.Grouping{Pattern: globInside(glob), Name: glob})
	}
	return ask, nil
}

// nodes are the rows that are steps of a way, and what they are called.
func (q PathsQuestion) nodes(where store.Filter) ([]store.PathNode, error) {
	events := func(condition store.Filter, names ...string) store.PathNode {
		out := store.PathNode{Step: store.Step{Of: store.OfEvents, Filter: store.All(condition, where)}}
		for _, name := range names {
			out.Name = append(out.Name, store.Field{Name: name})
		}
		return out
	}
	pages := events(isPage(), "event.page")
	if q.Template {
		pages = events(isPage(), "event.page_route", "event.page")
	}
	switch q.Of {
	case "pages":
		return []store.PathNode{pages}, nil
	case "events":
		active := store.Filter(store.Not{Of: store.OneOf("event.kind", passiveKinds()...)})
		if store.Mentions(where, "event.kind") {
			active = nil
		}
		return []store.PathNode{events(active, "event.name")}, nil
	case "actions_and_calls":
		calls := store.PathNode{Step: store.Step{Of: store.OfCalls}, Name: []store.Field{{Name: "call.endpoint"}}}
		clicks := events(store.OneOf("event.kind", event.Click, event.Submit), "event.target", "event.name")
		return []store.PathNode{pages, clicks, calls}, nil
	}
	field, known := FieldOf("event", q.Of)
	if !known || field.Key == "" {
		return nil, &event.Permanent{Err: fmt.Errorf("%q is nothing that ways are made of", q.Of), Hint: "Use pages, events, actions_and_calls or property:NAME."}
	}
	return []store.PathNode{{Step: store.Step{Of: store.OfEvents, Filter: where}, Name: []store.Field{field}}}, nil
}

// passiveKinds are the events that nobody does: they happen.
func passiveKinds() []string {
	return []string{string(event.WebVital), string(event.PageError), string(event.Identify)}
}

// nodeName is how a node is called: a trailing slash makes no other page.
func nodeName(text string) string {
	if trimmed := strings.TrimRight(text, "/"); trimmed != "" || text == "" {
		return trimmed
	}
	return "/"
}

// globInside translates a glob that may match anywhere: * within a segment, ** across,
// /a/** also /a itself; a trailing slash makes no difference.
func globInside(glob string) string {
	glob, below := strings.CutSuffix(glob, "/**")
	if !below {
		glob = nodeName(glob)
	}
	var out strings.Builder
	for i, across := range strings.Split(glob, "**") {
		if i > 0 {
			out.WriteString(".*")
		}
		for j, text := range strings.Split(across, "*") {
			if j > 0 {
				out.WriteString("[^/]*")
			}
			out.WriteString(regexp.QuoteMeta(text))
		}
	}
	if below {
		out.WriteString("(/|$)")
	}
	return out.String()
}
