package analysis

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// hourly is measures by the hour, for the state-space model; nil while there is too
// little time before or after the change.
type hourly struct {
	edges   []time.Time
	from    int // the first full hour after the change
	start   int // of the first hour, since a Monday's midnight
	service string
	touched map[string]bool      // as in comparison
	lines   map[string]hourLines // by endpoint
	asked   int                  // how many endpoints were refined
}

// hourLines is what an endpoint did, hour by hour; NaN where too little was.
type hourLines struct{ errors, p95 []float64 }

const (
	hourEndpoints = 5   // are refined: each takes a while
	alikeHours    = .7  // correlation of a control
	wholeHours    = .95 // part of the hours that a control must have
)

// hourRange is the hours that the model looks at; nil when they are too few.
func (c *comparison) hourRange() *hourly {
	before, after := c.windows.before, c.windows.after
	if !before.To.Equal(after.From) || after.To.Sub(after.From) < comparedHours {
		return nil
	}
	h := &hourly{edges: hourEdges(after.From.Add(-historyReach), after.To.Truncate(time.Hour)), service: c.service, touched: c.touched}
	for h.from < len(h.edges) && h.edges[h.from].Before(after.From) {
		h.from++
	}
	local := h.edges[0].In(c.question.Zone)
	h.start = (int(local.Weekday())+6)%7*24 + local.Hour()
	return h
}

// hours reads the endpoints' hours.
func (c *comparison) hours(ctx context.Context) (*hourly, error) {
	h := c.hourRange()
	if h == nil {
		return nil, nil
	}
	scope := c.scope
	scope.From, scope.To, scope.Filter = h.edges[0], last(h.edges), c.filterFor(store.OfCalls)
	got, err := c.reader.Series(ctx, store.SeriesQuery{
		Scope: scope, Edges: h.edges, By: []store.Field{{Name: "call.endpoint"}}, Limit: comparedLines, Measures: callMeasures(),
	})
	if err != nil {
		return nil, err
	}
	h.lines = map[string]hourLines{}
	for _, line := range got.Lines {
		n := len(h.edges) - 1
		l := hourLines{missing(n), missing(n)}
		for i, calls := range line.Values[0] {
			if number(calls) < leastInPair {
				continue
			}
			l.errors[i] = number(line.Values[1][i]) / number(calls)
			if p95 := line.Values[3][i]; p95 != nil {
				l.p95[i] = math.Log(*p95)
			}
		}
		h.lines[line.Labels[0]] = l
	}
	return h, nil
}

// of is the hours of one measure; nil when the model is not asked about it.
func (l hourLines) of(metric string) []float64 {
	return map[string][]float64{"error_share": l.errors, "p95_ms": l.p95}[metric]
}

// refine replaces what windows say by what the model says, when it can.
func (h *hourly) refine(m *MetricChange, endpoint string) {
	if h == nil || h.lines[endpoint].of(m.Metric) == nil || h.asked >= 2*hourEndpoints {
		return
	}
	h.asked++
	controls, names := h.controls(m.Metric, endpoint)
	h.judge(m, h.lines[endpoint].of(m.Metric), controls, names)
}

// judge asks the model about one measure.
func (h *hourly) judge(m *MetricChange, values []float64, controls [][]float64, names []string) {
	values = slices.Clone(values)
	if h.from > 0 {
		values[h.from-1] = math.NaN() // the change fell into this hour
	}
	e, refusal := stats.Changed(stats.Hourly{Values: values, Start: h.start, Controls: controls}, h.from)
	if refusal != nil {
		return
	}
	m.Method, m.Earlier, m.Controls = "hours", e.Support.Rows-e.Support.Exposed, names
	m.take(e)
}

// controls are the endpoints of other services that moved along before the change.
func (h *hourly) controls(metric, endpoint string) (values [][]float64, names []string) {
	names = []string{}
	if h.service == "" {
		return nil, names
	}
	own := h.lines[endpoint].of(metric)[:h.from]
	correlations := map[string]float64{}
	for name, lines := range h.lines {
		of := lines.of(metric)
		known := float64(len(usable(of)))
		if !h.touched[requestOfLabel(name)] && known >= wholeHours*float64(len(of)) {
			if r := correlation(own, of[:h.from]); r >= alikeHours {
				correlations[name] = r
				names = append(names, name)
			}
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(correlations[b], correlations[a]), cmp.Compare(a, b)) })
	names = names[:min(len(names), mostControls)]
	for _, name := range names {
		values = append(values, h.lines[name].of(metric))
	}
	return values, names
}
