package analysis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// CompareQuestion asks whether a change helped: a release, a moment, or two ranges.
// Without any of them it is about the newest release or change of version in the range.
type CompareQuestion struct {
	Release string    `json:"release,omitempty" maxLength:"512" doc:"version of a release marker, or one that calls carry"`
	At      time.Time `json:"at,omitzero" doc:"a moment at which something was changed"`
	Before  *TimeSpan `json:"before,omitempty" doc:"with after: compare these two; of the longer one the part nearest to the other counts"`
	After   *TimeSpan `json:"after,omitempty"`
	Service string    `json:"service,omitempty" maxLength:"512" doc:"what was changed: only its endpoints are judged, the others are controls; default that of the release, else all"`
}

// CompareAnswer is whether it helped.
type CompareAnswer struct {
	Verdict   string           `json:"verdict" enum:"improved,worse,no_change,not_enough_data" doc:"worse when anything surely is"`
	Because   string           `json:"because" doc:"the verdict in words"`
	Change    *Change          `json:"change" doc:"what was compared; null for two ranges"`
	Before    *TimeSpan        `json:"before" doc:"null when there is nothing to compare yet"`
	After     *TimeSpan        `json:"after"`
	ReadyAt   time.Time        `json:"ready_at,omitzero" doc:"when to ask again: the first verdict, or the next one with twice the time"`
	Look      int              `json:"look" doc:"how many times there was something to look at since the change; verdicts ask for more proof the more often one looks"`
	Level     float64          `json:"level" doc:"a q below it is a finding"`
	Endpoints []EndpointChange `json:"endpoints" doc:"of the service, by calls descending; at most 10"`
	Behaviour []MetricChange   `json:"behaviour" doc:"what people did: friction of actions that called the service, and goals"`
	Changes   []Change         `json:"changes" doc:"all releases and changes of version in the range, newest first; at most 50"`
	Caveats   []string         `json:"caveats"`
}

// Change is something that was changed at a moment.
type Change struct {
	Service string    `json:"service"`
	Version string    `json:"version,omitempty"`
	At      time.Time `json:"at"`
	From    string    `json:"from" enum:"marker,calls,asked" doc:"a release marker, the first calls that carry the version, or who asks"`
}

// EndpointChange is how an endpoint changed.
type EndpointChange struct {
	Endpoint NamedEndpoint  `json:"endpoint"`
	Verdict  string         `json:"verdict" enum:"improved,worse,no_change,not_enough_data"`
	Metrics  []MetricChange `json:"metrics" doc:"error_share, p50_ms, p95_ms and requests_per_second, which is neither good nor bad"`
}

// MetricChange is how one measure changed.
type MetricChange struct {
	Metric     string      `json:"metric" example:"p95_ms" doc:"or error_share, p50_ms, requests_per_second, friction_share, left_share, goal_share"`
	Goal       string      `json:"goal,omitempty" doc:"id of the goal"`
	Verdict    string      `json:"verdict" enum:"improved,worse,no_change,not_enough_data"`
	Before     *float64    `json:"before" doc:"null when there was nothing to measure"`
	After      *float64    `json:"after"`
	NBefore    int64       `json:"n_before" doc:"calls, actions or people"`
	NAfter     int64       `json:"n_after"`
	Change     *float64    `json:"change" doc:"of a share the difference, of others the part by which it rose, beyond what controls show; null when it is not known"`
	CI95       *[2]float64 `json:"ci95" doc:"95 % interval of change"`
	P          *float64    `json:"p"`
	Q          *float64    `json:"q" doc:"p corrected for all that was looked at, after Benjamini and Hochberg"`
	Method     string      `json:"method" enum:"windows,hours,none" doc:"windows: against the changes between earlier windows as long; hours: state-space model of the hours of weeks"`
	Earlier    int         `json:"earlier" doc:"earlier pairs of windows, or hours, that it rests on"`
	Controls   []string    `json:"controls" doc:"untouched endpoints that moved along before, whose change is taken out"`
	Why        string      `json:"why,omitempty" doc:"why there is no verdict, in words"`
	relative   bool        // change is of the logarithm
	lowerGood  int         // 1: less is better, -1: more is, 0: neither
	leastShift float64     // a smaller change helps or hurts nobody
}

const (
	firstLook       = 5 * time.Minute
	lastLook        = 7 * 24 * time.Hour
	comparedHours   = 6 * time.Hour // from when on the state-space model is asked
	comparedShown   = 10
	comparedLines   = 200
	changesShown    = 50
	leastRelative   = .05 // of a duration
	leastShareShift = .005
	goalsCompared   = 5
	historyReach    = 21 * 24 * time.Hour
)

// Compare answers the question, as of q.Now and with its goals and releases. Scope's
// range is where changes are looked for. Errors are a [WrongField] when they are about one.
func Compare(ctx context.Context, r store.Reader, scope store.Scope, q Question, ask CompareQuestion) (CompareAnswer, error) {
	out := CompareAnswer{Verdict: string(NotEnoughData), Endpoints: []EndpointChange{}, Behaviour: []MetricChange{}, Changes: []Change{}, Caveats: []string{}}
	c := comparison{reader: r, scope: scope, question: q, service: ask.Service, out: &out}
	if err := c.find(ctx, ask); err != nil || out.Before == nil {
		return out, err
	}
	c.windows = windowsOf(*out.Before, *out.After)
	if err := c.api(ctx); err != nil {
		return out, err
	}
	if err := c.behaviour(ctx); err != nil {
		return out, err
	}
	c.conclude()
	return out, nil
}

// comparison is a question while it is answered.
type comparison struct {
	reader   store.Reader
	scope    store.Scope
	question Question
	service  string // whose calls are judged; empty = all
	windows  windows
	touched  map[string]bool // requests that the service answers, also when others pass them on
	out      *CompareAnswer
}

// find settles what is compared with what.
func (c *comparison) find(ctx context.Context, ask CompareQuestion) (err error) {
	out, now := c.out, c.question.Now
	given := 0
	for _, is := range []bool{ask.Release != "", !ask.At.IsZero(), ask.Before != nil || ask.After != nil} {
		given += int(one(is))
	}
	if given > 1 || (ask.Before == nil) != (ask.After == nil) {
		return at(&event.Permanent{Err: errors.New("compare around a release or a moment, or compare two ranges"), Hint: "Give release, at, or before and after."}, "before")
	}
	if ask.Before != nil {
		return c.ranges(*ask.Before, *ask.After)
	}
	if out.Changes, err = c.changes(ctx); err != nil {
		return err
	}
	switch {
	case !ask.At.IsZero():
		out.Change = &Change{Service: ask.Service, At: event.Time(ask.At), From: "asked"}
	default:
		mine := func(x Change) bool {
			return (ask.Release == "" || x.Version == ask.Release) && (ask.Service == "" || x.Service == ask.Service || x.Service == "")
		}
		i := slices.IndexFunc(out.Changes, mine)
		if i < 0 {
			out.Because = "There is no such release in the range: send one to /intake/releases, let calls carry their version, or ask about a moment."
			return nil
		}
		found := out.Changes[i]
		if out.Change = &found; found.From == "calls" {
			if found.At, err = c.firstMinute(ctx, found); err != nil {
				return err
			}
		}
		c.service = cmp.Or(c.service, found.Service)
	}
	c.around(out.Change.At, now)
	return nil
}

// ranges takes two ranges as they are, cut to one length.
func (c *comparison) ranges(before, after TimeSpan) error {
	for i, span := range []TimeSpan{before, after} {
		if !span.From.Before(span.To) {
			return at(&event.Permanent{Err: errors.New("the range is empty"), Hint: "Give a from that lies before to."}, "%s.from", []string{"before", "after"}[i])
		}
	}
	if before.To.After(after.From) {
		return at(&event.Permanent{Err: errors.New("the ranges overlap, or the second lies first"), Hint: "Let before end where after begins, or earlier."}, "after.from")
	}
	long := min(before.To.Sub(before.From), after.To.Sub(after.From))
	before.From, after.To = event.Time(before.To.Add(-long)), event.Time(after.From.Add(long))
	before.To, after.From = event.Time(before.To), event.Time(after.From)
	if after.To.After(c.question.Now) {
		c.out.ReadyAt = after.To
		c.out.Because = "The second range is not over yet."
		return nil
	}
	c.out.Before, c.out.After, c.out.Look, c.out.Level = &before, &after, 1, .05
	return nil
}

// around takes as much time before and after a moment as there is since, in doubling
// steps: who asks every minute gets the same answer until there is twice as much to see,
// and each look asks for more proof, so that all looks together mislead once in twenty.
func (c *comparison) around(moment, now time.Time) {
	out := c.out
	since := now.Sub(moment)
	if since < 0 {
		out.ReadyAt, out.Because = moment.Add(firstLook), "It lies in the future."
		return
	}
	for _, other := range out.Changes {
		if other.Service == c.service && other.At.After(moment) {
			since = min(since, other.At.Sub(moment))
		}
	}
	if since < firstLook {
		out.Because = "There is too little time since then."
		if out.ReadyAt = moment.Add(firstLook); out.ReadyAt.Before(now) {
			out.ReadyAt = time.Time{}
			out.Because = "Another release followed too soon to tell the two apart."
		}
		return
	}
	look, long := 1, firstLook
	for 2*long <= since && 2*long <= lastLook {
		look, long = look+1, 2*long
	}
	if next := moment.Add(2 * long); long < lastLook && next.After(now) {
		out.ReadyAt = next
	}
	out.Before, out.After = &TimeSpan{moment.Add(-long), moment}, &TimeSpan{moment, moment.Add(long)}
	out.Look, out.Level = look, .05/float64(look*(look+1))
}

// changes are the markers and changes of version in the range, newest first.
func (c *comparison) changes(ctx context.Context) ([]Change, error) {
	out := []Change{}
	known := map[[2]string]bool{}
	for _, m := range c.question.Releases {
		known[[2]string{m.Service, m.Version}] = true
		out = append(out, Change{m.Service, m.Version, m.At, "marker"})
	}
	scope := c.scope
	scope.Filter = store.All(c.filterFor(store.OfCalls), store.Has{Field: store.Field{Name: "call.release"}})
	edges := hourEdges(scope.From, scope.To)
	scope.From, scope.To = edges[0], edges[len(edges)-1]
	got, err := c.reader.Series(ctx, store.SeriesQuery{
		Scope: scope, Edges: edges, Limit: comparedLines, By: []store.Field{{Name: "call.service"}, {Name: "call.release"}},
		Measures: []store.Measure{{Of: store.OfCalls, Stat: store.Count}},
	})
	if err != nil {
		return nil, err
	}
	first := map[string]int{} // of any version of a service
	begins := func(line store.Line) int {
		return slices.IndexFunc(line.Values[0], func(v *float64) bool { return number(v) > 0 })
	}
	for _, line := range got.Lines {
		if at, seen := first[line.Labels[0]]; !seen || begins(line) < at {
			first[line.Labels[0]] = begins(line)
		}
	}
	for _, line := range got.Lines {
		service, version, i := line.Labels[0], line.Labels[1], begins(line)
		if i > first[service] && !known[[2]string{service, version}] {
			out = append(out, Change{service, version, edges[i], "calls"})
		}
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Version, b.Version))
	})
	return out[:min(len(out), changesShown)], nil
}

// hourEdges are the full hours that cover a range, of its end at most 1,000.
func hourEdges(from, to time.Time) []time.Time {
	end := to.Truncate(time.Hour)
	if end.Before(to) {
		end = end.Add(time.Hour)
	}
	begin := from.Truncate(time.Hour)
	if least := end.Add(-1000 * time.Hour); begin.Before(least) {
		begin = least
	}
	out := []time.Time{begin}
	for at := begin.Add(time.Hour); !at.After(end); at = at.Add(time.Hour) {
		out = append(out, at)
	}
	return out
}

// firstMinute is when, within its hour, calls first carried a version.
func (c *comparison) firstMinute(ctx context.Context, x Change) (time.Time, error) {
	edges := []time.Time{x.At}
	for range 60 {
		edges = append(edges, last(edges).Add(time.Minute))
	}
	carries := store.Equals("call.release", x.Version)
	if x.Service != "" {
		carries = store.All(store.Equals("call.release", x.Version), store.Equals("call.service", x.Service))
	}
	values, err := measure(ctx, c.reader, c.scope.Project, edges, carries, store.Measure{Of: store.OfCalls, Stat: store.Count})
	if err != nil {
		return x.At, err
	}
	for i, v := range values[0] {
		if number(v) > 0 {
			return edges[i], nil
		}
	}
	return x.At, nil
}

// callMeasures are what is read of endpoints.
func callMeasures() []store.Measure {
	return []store.Measure{
		{Of: store.OfCalls, Stat: store.Count}, {Of: store.OfCalls, Stat: store.Failed}, {Of: store.OfCalls, Stat: store.P50}, {Of: store.OfCalls, Stat: store.P95},
	}
}

// endpointSides is what an endpoint did in all windows.
type endpointSides struct {
	name               string
	calls, failed      sides
	errors, p50, p95   sides // share; logs of milliseconds
	rate               sides // log
	rawBefore, rawLast [2]float64
}

// api compares the endpoints of the service with the others as controls.
func (c *comparison) api(ctx context.Context) error {
	scope := c.scope
	scope.Filter = c.filterFor(store.OfCalls)
	got, err := c.windows.ask(ctx, c.reader, scope, []store.Field{{Name: "call.endpoint"}}, comparedLines, callMeasures()...)
	if err != nil {
		return err
	}
	c.touched = map[string]bool{}
	for label := range got {
		if c.service == "" || serviceIs(label, c.service) {
			c.touched[requestOfLabel(label)] = true
		}
	}
	var touched []endpointSides
	controls := map[string]map[string]sides{"error_share": {}, "p50_ms": {}, "p95_ms": {}, "requests_per_second": {}}
	for label, m := range got {
		s := endpointSides{name: label, calls: m[0].orZero(), failed: m[1].orZero()}
		s.errors = map2(s.failed, s.calls, func(k, n float64) float64 { return k / n }).atLeast(s.calls, leastInPair)
		logOf := func(v sides) sides {
			return map2(v, v, func(v, _ float64) float64 { return math.Log(v) }).atLeast(s.calls, leastInPair)
		}
		s.p50, s.p95, s.rate = logOf(m[2]), logOf(m[3]), logOf(s.calls)
		s.rawBefore[0], s.rawLast[0] = m[2].own()
		s.rawBefore[1], s.rawLast[1] = m[3].own()
		if c.service == "" || serviceIs(label, c.service) {
			touched = append(touched, s)
			continue
		}
		if c.touched[requestOfLabel(label)] {
			continue // another tier of the same requests
		}
		for metric, of := range s.metrics() {
			controls[metric][label] = of
		}
	}
	slices.SortFunc(touched, func(a, b endpointSides) int {
		return cmp.Or(cmp.Compare(a.both(), b.both())*-1, cmp.Compare(a.name, b.name))
	})
	hours, err := c.hours(ctx)
	if err != nil {
		return err
	}
	for _, s := range touched[:min(len(touched), comparedShown)] {
		if s.both() > 0 {
			c.out.Endpoints = append(c.out.Endpoints, c.endpoint(s, controls, hours))
		}
	}
	return nil
}

func (s *endpointSides) both() float64 {
	before, after := s.calls.own()
	return before + after
}

func (s *endpointSides) metrics() map[string]sides {
	return map[string]sides{"error_share": s.errors, "p50_ms": s.p50, "p95_ms": s.p95, "requests_per_second": s.rate}
}

// endpoint judges the measures of one.
func (c *comparison) endpoint(s endpointSides, controls map[string]map[string]sides, hours *hourly) EndpointChange {
	e, _ := event.ParseEndpoint(s.name)
	out := EndpointChange{Endpoint: named(e)}
	before, after := s.calls.own()
	failedBefore, failedAfter := s.failed.own()
	long := c.windows.after.To.Sub(c.windows.after.From).Seconds()
	floor := map[string]float64{"error_share": math.Hypot(shareSE(failedBefore, before), shareSE(failedAfter, after))}
	own := map[string][2]*float64{
		"error_share": {ratio(failedBefore, before), ratio(failedAfter, after)},
		"p50_ms":      {orNil(s.rawBefore[0]), orNil(s.rawLast[0])}, "p95_ms": {orNil(s.rawBefore[1]), orNil(s.rawLast[1])},
		"requests_per_second": {orNil(before / long), orNil(after / long)},
	}
	measures := s.metrics()
	for _, m := range []MetricChange{
		{Metric: "error_share", lowerGood: 1, leastShift: leastErrorShift},
		{Metric: "p50_ms", lowerGood: 1, relative: true, leastShift: leastRelative},
		{Metric: "p95_ms", lowerGood: 1, relative: true, leastShift: leastRelative},
		{Metric: "requests_per_second", relative: true},
	} {
		m.NBefore, m.NAfter = int64(before+.5), int64(after+.5)
		m.Before, m.After = own[m.Metric][0], own[m.Metric][1]
		m.shift(measures[m.Metric], controls[m.Metric], floor[m.Metric], before, after)
		hours.refine(&m, s.name)
		out.Metrics = append(out.Metrics, m)
	}
	return out
}

// shareSE is the standard error of a share of few.
func shareSE(k, n float64) float64 {
	p := (k + .5) / (n + 1)
	return math.Sqrt(p * (1 - p) / max(1, n))
}

func ratio(k, n float64) *float64 { return orNil(k / n) }

// orNil is v, nil when it is no number.
func orNil(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// shift judges the measure by its windows.
func (m *MetricChange) shift(of sides, controls map[string]sides, floor, before, after float64) {
	m.Method, m.Verdict, m.Controls = "none", string(NotEnoughData), []string{}
	if min(before, after) < leastInOwn {
		m.Why = fmt.Sprintf("There are %.0f before and %.0f after; each needs %d.", before, after, leastInOwn)
		return
	}
	if math.IsNaN(last(of.changes())) {
		m.Why = "There is nothing to measure: no call tells how long it took."
		return
	}
	e, names, refusal := judgeShift(of, controls, floor)
	if refusal != nil {
		m.Why = fmt.Sprintf("Of %.0f earlier pairs of windows this long there is enough to compare with; it takes %.0f to know what is usual.", refusal.Have, refusal.Need)
		return
	}
	m.Method, m.Earlier = "windows", e.Support.Rows
	m.take(e)
	if names != nil {
		m.Controls = names
	}
}

// take notes an effect: of a logarithm as the part by which the measure rose.
func (m *MetricChange) take(e stats.Effect) {
	value, low, high := e.Value, e.Interval.Low, e.Interval.High
	if m.relative {
		value, low, high = math.Expm1(value), math.Expm1(low), math.Expm1(high)
	}
	p := e.PValue()
	m.Change, m.CI95, m.P, m.Why = &value, &[2]float64{low, high}, &p, ""
}

// conclude corrects for all that was looked at and says what it comes to.
func (c *comparison) conclude() {
	out := c.out
	var all []*MetricChange
	for i := range out.Endpoints {
		for j := range out.Endpoints[i].Metrics {
			all = append(all, &out.Endpoints[i].Metrics[j])
		}
	}
	for i := range out.Behaviour {
		all = append(all, &out.Behaviour[i])
	}
	all = slices.DeleteFunc(all, func(m *MetricChange) bool { return m.P == nil })
	p := make([]float64, len(all))
	for i, m := range all {
		p[i] = *m.P
	}
	for i, q := range stats.BenjaminiHochberg(p) {
		all[i].Q = &q
		all[i].Verdict = noChange
		if m := all[i]; q <= out.Level && math.Abs(*m.Change) >= m.leastShift && m.lowerGood != 0 {
			m.Verdict = direction(*m.Change * float64(m.lowerGood))
		}
	}
	var verdicts, words []string
	for i := range out.Endpoints {
		e := &out.Endpoints[i]
		e.Verdict = worstVerdict(e.Metrics)
		verdicts = append(verdicts, e.Verdict)
		words = append(words, found(e.Endpoint.Name, e.Metrics)...)
	}
	if len(out.Behaviour) > 0 {
		verdicts = append(verdicts, worstVerdict(out.Behaviour))
		words = append(words, found("", out.Behaviour)...)
	}
	out.Verdict = worstIn(verdicts)
	switch {
	case len(words) > 0:
		out.Because = sentence(strings.Join(words[:min(len(words), 5)], "; "))
	case out.Verdict == noChange:
		out.Because = "Nothing changed by more than it usually does from one such window to the next."
	default:
		out.Because = "There is not enough to compare: see why of each measure."
	}
	c.warn(len(all))
}

// found are the findings in words.
func found(of string, metrics []MetricChange) (words []string) {
	for _, m := range metrics {
		if m.Verdict != worse && m.Verdict != improved {
			continue
		}
		what := strings.TrimSpace(of + " " + cmp.Or(m.Goal, strings.TrimSuffix(strings.ReplaceAll(m.Metric, "_", " "), " ms")))
		unit := "%"
		if !m.relative {
			unit = "points"
		}
		words = append(words, fmt.Sprintf("%s %s by %.1f %s (%.1f to %.1f)", what, map[bool]string{true: "rose", false: "fell"}[*m.Change > 0], 100*math.Abs(*m.Change), unit, 100*m.CI95[0], 100*m.CI95[1]))
	}
	return words
}

func worstVerdict(metrics []MetricChange) string {
	var list []string
	for _, m := range metrics {
		if m.lowerGood != 0 {
			list = append(list, m.Verdict)
		}
	}
	return worstIn(list)
}

// worstIn is what verdicts come to together.
func worstIn(verdicts []string) string {
	for _, v := range []string{worse, improved, noChange} {
		if slices.Contains(verdicts, v) {
			return v
		}
	}
	return string(NotEnoughData)
}

// warn says what the answer cannot bear.
func (c *comparison) warn(measured int) {
	out := c.out
	add := func(format string, args ...any) { out.Caveats = append(out.Caveats, fmt.Sprintf(format, args...)) }
	if c.service == "" {
		add("No service is named, so nothing is untouched: what changed everywhere at once counts as changed by this.")
	}
	if out.Look > 1 {
		add("This is look %d since the change: findings need a q below %.4f, so that all looks together mislead once in twenty.", out.Look, out.Level)
	}
	if measured > 0 {
		add("Something else may have changed at the same time; a release to a part of the people would prove it.")
	}
}
