package analysis

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// VerdictQuestion asks where the trouble of slow and failed actions sits: of one, or of
// those that called an endpoint or were done on a page; of all in the range without.
type VerdictQuestion struct {
	Action   string `json:"action,omitempty" maxLength:"512" doc:"id of the event of one action; the range does not matter then"`
	Endpoint string `json:"endpoint,omitempty" maxLength:"2048" example:"shop: POST /orders" doc:"actions whose slow or failed call went there: the id of a row of the catalogue, or [service:]METHOD and glob of the route"`
	Page     string `json:"page,omitempty" maxLength:"2048" example:"/checkout/**" doc:"actions on pages of this glob, of the route template, else the path"`
	SlowOver string `json:"slow_over,omitempty" example:"2s" doc:"from when on a call is slow; default the longer of one second and the endpoint's p95 of the last 7 days"`
}

// VerdictAnswer is where the trouble sits, by how many people.
type VerdictAnswer struct {
	Is       Place           `json:"is" enum:"frontend,network,backend,no_request,mixed,unknown" doc:"where it sits for more than half of the people; mixed when no place has so many"`
	Service  string          `json:"service,omitempty" doc:"of backend: the one that is to blame for most people"`
	Because  string          `json:"because" doc:"the verdict in words"`
	People   int64           `json:"people" doc:"distinct users, else devices, with a slow or failed action"`
	Actions  int64           `json:"actions" doc:"slow or failed actions that were judged"`
	Visits   int64           `json:"visits" doc:"visits that were looked at, the newest with trouble"`
	Sampled  bool            `json:"sampled" doc:"there are more such visits"`
	Places   []PlaceShare    `json:"places" doc:"by people, descending"`
	Causes   []CauseShare    `json:"causes" doc:"by people, descending"`
	Time     TimeShares      `json:"time" doc:"the waits added up"`
	Services []ServiceBlame  `json:"services" doc:"of backend: who failed or was at work longest, by people"`
	Evidence []ActionVerdict `json:"evidence" doc:"the newest actions, up to 50; at most 10 of a cause"`
	Calls    *LinkedCalls    `json:"calls,omitempty" doc:"of an endpoint: its slow and failed calls, and of how many the action is known"`
	Caveats  []string        `json:"caveats"`
}

// PlaceShare is how many people and actions have their trouble in one place.
type PlaceShare struct {
	Place   Place `json:"place" enum:"frontend,network,backend,no_request,mixed,unknown"`
	People  Share `json:"people" doc:"somebody with trouble in two places counts in both"`
	Actions int64 `json:"actions"`
}

// CauseShare is the same by cause.
type CauseShare struct {
	Cause   Cause `json:"cause" enum:"before_request,network,server,after_response,script_error,blocked_by_browser,no_request_sent,mixed,unknown"`
	Place   Place `json:"place" enum:"frontend,network,backend,no_request,mixed,unknown"`
	People  Share `json:"people"`
	Actions int64 `json:"actions"`
}

// TimeShares is where the time went that people waited.
type TimeShares struct {
	Actions         int64         `json:"actions" doc:"whose wait was timed"`
	TotalUS         int64         `json:"total_us"`
	BeforeRequestUS int64         `json:"before_request_us"`
	NetworkUS       int64         `json:"network_us"`
	ServerUS        int64         `json:"server_us"`
	AfterResponseUS int64         `json:"after_response_us" doc:"of actions whose sender tells how long they took"`
	UnknownUS       int64         `json:"unknown_us" doc:"the way and the server could not be told apart"`
	Services        []ServiceTime `json:"services"`
}

// ServiceBlame is how many people a service is to blame for.
type ServiceBlame struct {
	Service string `json:"service"`
	People  Share  `json:"people" doc:"of those whose trouble sits in the backend"`
	Actions int64  `json:"actions"`
}

// LinkedCalls is how many calls are known to come from an action.
type LinkedCalls struct {
	Calls      int64 `json:"calls" doc:"slow and failed ones, as the server saw them"`
	WithAction int64 `json:"with_action"`
}

const (
	verdictVisits = 60 // whose timelines are read
	evidenceShown = 50
	evidenceEach  = 10
	// A visit that began so long before the range may have its trouble within it.
	verdictReach = time.Hour
)

// VerdictOf answers the question about the visits of a scope. Errors are a [WrongField]
// when they are about one.
func VerdictOf(ctx context.Context, r store.Reader, scope store.Scope, q VerdictQuestion) (VerdictAnswer, error) {
	about, err := q.compile(ctx, r, scope)
	if err != nil {
		return VerdictAnswer{}, err
	}
	sessions, more, err := about.visits(ctx, r)
	if err != nil {
		return VerdictAnswer{}, err
	}
	found := tally{}
	for _, s := range sessions {
		t, err := r.Timeline(ctx, scope.Project, s.ID, scope.MinConfidence)
		if errors.Is(err, store.ErrNotFound) {
			continue // erased since
		}
		if err != nil {
			return VerdictAnswer{}, err
		}
		found.add(cmp.Or(s.UserID, s.DeviceID, "session "+s.ID), about.choose(&t))
	}
	out := found.answer()
	out.Visits, out.Sampled = int64(len(sessions)), more
	if about.calls.server != nil {
		if out.Calls, err = about.linked(ctx, r); err != nil {
			return out, err
		}
	}
	out.explain()
	return out, nil
}

// VerdictOfAction answers about one action of a session. It is [store.ErrNotFound] when
// the session has no such action.
func VerdictOfAction(ctx context.Context, r store.Reader, scope store.Scope, sessionID, eventID string, q VerdictQuestion) (VerdictAnswer, error) {
	t, err := r.Timeline(ctx, scope.Project, sessionID, scope.MinConfidence)
	if err != nil {
		return VerdictAnswer{}, err
	}
	slow, err := slowBars(ctx, r, &t, scope.Project, q.SlowOver)
	if err != nil {
		return VerdictAnswer{}, err
	}
	i := slices.IndexFunc(t.Interactions, func(x event.Interaction) bool { return x.EventID == eventID })
	if i < 0 {
		return VerdictAnswer{}, store.ErrNotFound
	}
	all := judged(&t, slow)
	all = slices.DeleteFunc(all, func(v ActionVerdict) bool { return v.EventID != eventID })
	found := tally{}
	found.add(cmp.Or(t.Session.UserID, t.Session.DeviceID, "session "+sessionID), all)
	out := found.answer()
	out.Visits = 1
	if len(all) == 0 {
		out.Because = "The action was neither slow nor did it fail, as far as anybody saw."
		return out, nil
	}
	out.Is, out.Service, out.Because = all[0].Is, all[0].Service, sentence(all[0].Because)
	if all[0].Confidence != nil && *all[0].Confidence < .9 {
		out.Caveats = append(out.Caveats, fmt.Sprintf("That the call belongs to the action is inferred, with a confidence of %.2f.", *all[0].Confidence))
	}
	return out, nil
}

// SessionVerdicts judges the slow and failed actions of a timeline, in order of time.
func SessionVerdicts(ctx context.Context, r store.Reader, project event.ProjectID, t *store.Timeline) ([]ActionVerdict, error) {
	slow, err := slowBars(ctx, r, t, project, "")
	if err != nil {
		return nil, err
	}
	return judged(t, slow), nil
}

// slowBars says from when on the endpoints of a timeline are slow. Only those that took
// longer than anybody minds are looked up.
func slowBars(ctx context.Context, r store.Reader, t *store.Timeline, project event.ProjectID, fixed string) (func(event.Endpoint) time.Duration, error) {
	if bar, err := fixedBar(fixed); bar != nil || err != nil {
		return bar, err
	}
	usual := map[event.Endpoint]store.EndpointStats{}
	for _, list := range requestsOf(t) {
		for i := range list {
			e := list[i].endpoint()
			if _, known := usual[e]; known || list[i].took() <= noticedWait*time.Microsecond {
				continue
			}
			at := list[i].seen().Time
			found, err := r.Endpoints(ctx, store.EndpointsQuery{Scope: store.Scope{Project: project, From: at.Add(-week), To: at}, Only: &e})
			if err != nil {
				return nil, err
			}
			usual[e] = store.EndpointStats{}
			for _, row := range found.Rows {
				usual[e] = row
			}
		}
	}
	return usually95(usual), nil
}

func usually95(usual map[event.Endpoint]store.EndpointStats) func(event.Endpoint) time.Duration {
	return func(e event.Endpoint) time.Duration { return time.Duration(slowOver(usual[e])) * time.Microsecond }
}

// fixedBar is the same for all endpoints; nil when text is empty.
func fixedBar(text string) (func(event.Endpoint) time.Duration, error) {
	if text == "" {
		return nil, nil
	}
	over, err := duration(text)
	if err != nil {
		return nil, at(err, "slow_over")
	}
	return func(event.Endpoint) time.Duration { return over }, nil
}

// verdictAbout is a question in the store's words.
type verdictAbout struct {
	scope store.Scope
	calls endpointCalls
	page  string // pattern; "" = any
	slow  func(event.Endpoint) time.Duration
	least time.Duration // the lowest of slow
	own   store.Parts   // what the filter asks of the rows
}

func (q VerdictQuestion) compile(ctx context.Context, r store.Reader, scope store.Scope) (a verdictAbout, err error) {
	a = verdictAbout{scope: scope, least: noticedWait * time.Microsecond}
	if q.Endpoint != "" && q.Page != "" {
		return a, at(&event.Permanent{Err: errors.New("a verdict is about an endpoint or a page"), Hint: "Leave one of them out; a filter narrows to the rest."}, "page")
	}
	if q.Endpoint != "" {
		if a.calls, err = callsOfEndpoint(q.Endpoint); err != nil {
			return a, at(err, "endpoint")
		}
	}
	if q.Page != "" {
		a.page = globPattern(q.Page)
	}
	rest, _ := store.CutSegments(scope.Filter)
	if a.own, err = store.SplitFilter(rest); err != nil {
		return a, at(err, "filter")
	}
	if a.slow, err = fixedBar(q.SlowOver); err != nil {
		return a, err
	}
	if a.slow != nil {
		a.least = a.slow(event.Endpoint{})
		return a, nil
	}
	usual, err := catalogue(ctx, r, Question{Project: scope.Project}, event.Server, scope.To.Add(-week), scope.To)
	a.slow = usually95(usual)
	return a, err
}

// endpointCalls holds for the calls of an endpoint, as each side names it: a browser
// does not know who answers. Both are nil for any endpoint.
type endpointCalls struct{ server, client store.Filter }

// callsOfEndpoint reads the id of a row of the catalogue, or what a step takes for a call.
func callsOfEndpoint(text string) (out endpointCalls, err error) {
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if e, ok := event.ParseEndpoint(string(decoded)); err == nil && ok {
		return endpointCalls{store.OnEndpoint(e), store.All(store.Equals("call.method", e.Method), store.Equals("call.route", e.Route))}, nil
	}
	if out.server, err = callCondition(text); err != nil {
		return out, err
	}
	if colon := strings.LastIndex(text, ": "); colon >= 0 {
		text = text[colon+2:]
	}
	out.client, err = callCondition(text)
	return out, err
}

// of holds for the endpoint's calls that are bad, of either side.
func (c endpointCalls) of(bad store.Filter) store.Filter {
	side := func(s event.Side, own store.Filter) store.Filter {
		return store.All(store.Equals("call.side", string(s)), own)
	}
	return store.All(store.Or{side(event.Server, c.server), side(event.Client, c.client)}, bad)
}

// has reports whether a request went to the endpoint: who answered decides, where that
// is known.
func (c endpointCalls) has(r *request) bool {
	if r == nil {
		return false
	}
	for _, tier := range r.servers {
		if store.Match(c.server, store.Row{Call: tier}) {
			return true
		}
	}
	return len(r.servers) == 0 && store.Match(c.client, store.Row{Call: r.client})
}

// bad holds for the calls that may make an action bad.
func (a *verdictAbout) bad(record string) store.Filter {
	failed, slow := store.Equals("call.failed", true), "call.duration_ms"
	if record == "interaction" {
		failed, slow = store.Compare{Field: store.Field{Name: "interaction.failed"}, Op: store.Gt, Value: int64(0)}, "interaction.slowest_ms"
	}
	return store.Or{failed, store.Compare{Field: store.Field{Name: slow}, Op: store.Gt, Value: float64(a.least.Microseconds()) / 1000}}
}

// visits are the newest that may have trouble; more says that there are others.
func (a *verdictAbout) visits(ctx context.Context, r store.Reader) (list []event.Session, more bool, err error) {
	on := func(fields ...string) store.Filter {
		if a.page == "" {
			return nil
		}
		var either store.Or
		for _, f := range fields {
			either = append(either, matches(f, a.page))
		}
		return either
	}
	kinds := []store.Filter{
		store.All(a.bad("interaction"), on("interaction.page")),
		store.All(store.Equals("signal.kind", string(event.DeadClick)), on("signal.page")),
		store.All(store.Equals("event.kind", string(event.PageError)), on("event.page_route", "event.page")),
	}
	if a.calls.server != nil {
		kinds = []store.Filter{a.calls.of(a.bad("call"))}
	}
	seen := map[string]bool{}
	for _, kind := range kinds {
		scope := a.scope
		scope.From, scope.Filter = scope.From.Add(-verdictReach), store.All(kind, scope.Filter)
		page, err := r.Sessions(ctx, store.SessionsQuery{Scope: scope, Limit: verdictVisits})
		if err != nil {
			return nil, false, err
		}
		more = more || page.Next != ""
		for _, s := range page.Rows {
			if !seen[s.ID] {
				seen[s.ID] = true
				list = append(list, s)
			}
		}
	}
	slices.SortFunc(list, func(a, b event.Session) int { return cmp.Or(b.Start.Compare(a.Start), cmp.Compare(a.ID, b.ID)) })
	return list[:min(len(list), verdictVisits)], more || len(list) > verdictVisits, nil
}

// choose are the verdicts of a timeline that the question is about.
func (a *verdictAbout) choose(t *store.Timeline) []ActionVerdict {
	events, interactions := map[string]*event.Event{}, map[string]*event.Interaction{}
	for i := range t.Events {
		events[t.Events[i].ID] = &t.Events[i]
	}
	for i := range t.Interactions {
		interactions[t.Interactions[i].EventID] = &t.Interactions[i]
	}
	page := store.Text{Field: store.Field{Name: "interaction.page"}, Test: store.Matches, Arg: a.page}
	return slices.DeleteFunc(judged(t, a.slow), func(v ActionVerdict) bool {
		action := store.Row{Interaction: interactions[v.EventID], Target: v.Target}
		return v.Time.Before(a.scope.From) || !v.Time.Before(a.scope.To) ||
			a.page != "" && !store.Match(page, action) ||
			a.calls.server != nil && !a.calls.has(v.request) ||
			!store.Match(a.own[store.OfInteractions], action) ||
			!store.Match(a.own[store.OfEvents], store.Row{Event: events[v.EventID]}) ||
			a.own[store.OfCalls] != nil && !v.request.matches(a.own[store.OfCalls])
	})
}

// matches reports whether a side or tier of the request does.
func (r *request) matches(f store.Filter) bool {
	if r == nil {
		return false
	}
	return r.client != nil && store.Match(f, store.Row{Call: r.client, Linked: true}) ||
		slices.ContainsFunc(r.servers, func(c *event.Call) bool { return store.Match(f, store.Row{Call: c, Linked: true}) })
}

// linked counts the bad calls of the endpoint, and those whose action is known.
func (a *verdictAbout) linked(ctx context.Context, r store.Reader) (*LinkedCalls, error) {
	scope := a.scope
	scope.Filter = store.All(a.own[store.OfCalls], a.calls.server, a.bad("call"))
	series, err := r.Series(ctx, store.SeriesQuery{
		Scope: scope, Edges: []time.Time{scope.From, scope.To}, Limit: 1,
		Measures: []store.Measure{{Of: store.OfCalls, Stat: store.Count}, {Of: store.OfCalls, Stat: store.Count, Filter: store.Equals("call.linked", true)}},
	})
	if err != nil {
		return nil, err
	}
	values := series.Lines[0].Values
	return &LinkedCalls{whole(values[0][0]), whole(values[1][0])}, nil
}

// tally adds verdicts up.
type tally struct {
	all    []ActionVerdict
	people map[string]bool
	by     map[any]*tallied // Place, Cause, and the service blamed
	time   TimeShares
	worked map[string]int64
}

// tallied is the people and actions of one kind.
type tallied struct {
	people  map[string]bool
	actions int64
}

func (t *tally) add(person string, list []ActionVerdict) {
	if t.by == nil {
		t.people, t.by, t.worked = map[string]bool{}, map[any]*tallied{}, map[string]int64{}
	}
	for _, v := range list {
		t.people[person] = true
		t.all = append(t.all, v)
		for _, key := range []any{v.Is, v.Cause, v.Service} {
			if t.by[key] == nil {
				t.by[key] = &tallied{people: map[string]bool{}}
			}
			t.by[key].people[person] = true
			t.by[key].actions++
		}
		t.wait(&v.Waited)
	}
}

func (t *tally) wait(w *Waited) {
	if w.TotalUS == nil {
		return
	}
	t.time.Actions++
	t.time.TotalUS += *w.TotalUS
	t.time.UnknownUS += *w.TotalUS
	for part, to := range map[*int64]*int64{
		w.BeforeRequestUS: &t.time.BeforeRequestUS, w.NetworkUS: &t.time.NetworkUS, w.ServerUS: &t.time.ServerUS, w.AfterResponseUS: &t.time.AfterResponseUS,
	} {
		if part != nil {
			*to += *part
			t.time.UnknownUS -= *part
		}
	}
	for _, s := range w.Services {
		t.worked[s.Service] += s.TimeUS
	}
}

func (t *tally) answer() VerdictAnswer {
	n := float64(len(t.people))
	out := VerdictAnswer{
		Is: Unknown, People: int64(n), Actions: int64(len(t.all)), Places: []PlaceShare{}, Causes: []CauseShare{},
		Services: []ServiceBlame{}, Caveats: []string{}, Time: t.time,
	}
	out.Time.Services = []ServiceTime{}
	for name, took := range t.worked {
		out.Time.Services = append(out.Time.Services, ServiceTime{name, took})
	}
	sortServices(out.Time.Services)
	backend := 0.0
	if b := t.by[Backend]; b != nil {
		backend = float64(len(b.people))
	}
	for key, one := range t.by {
		switch people := float64(len(one.people)); key := key.(type) {
		case Place:
			out.Places = append(out.Places, PlaceShare{key, shareOf(people, n), one.actions})
		case Cause:
			out.Causes = append(out.Causes, CauseShare{key, key.place(), shareOf(people, n), one.actions})
		case string:
			if key != "" {
				out.Services = append(out.Services, ServiceBlame{key, shareOf(people, backend), one.actions})
			}
		}
	}
	slices.SortFunc(out.Places, func(a, b PlaceShare) int {
		return cmp.Or(cmp.Compare(b.People.Count, a.People.Count), cmp.Compare(b.Actions, a.Actions), cmp.Compare(a.Place, b.Place))
	})
	slices.SortFunc(out.Causes, func(a, b CauseShare) int {
		return cmp.Or(cmp.Compare(b.People.Count, a.People.Count), cmp.Compare(b.Actions, a.Actions), cmp.Compare(a.Cause, b.Cause))
	})
	slices.SortFunc(out.Services, func(a, b ServiceBlame) int {
		return cmp.Or(cmp.Compare(b.People.Count, a.People.Count), cmp.Compare(b.Actions, a.Actions), cmp.Compare(a.Service, b.Service))
	})
	out.Evidence = evidence(t.all)
	return out
}

// evidence is the newest of each cause.
func evidence(all []ActionVerdict) []ActionVerdict {
	out, each := []ActionVerdict{}, map[Cause]int{}
	slices.SortStableFunc(all, func(a, b ActionVerdict) int { return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.EventID, b.EventID)) })
	for _, v := range all {
		if each[v.Cause]++; each[v.Cause] <= evidenceEach && len(out) < evidenceShown {
			out = append(out, v)
		}
	}
	return out
}

// explain settles the verdict and says what it cannot bear.
func (a *VerdictAnswer) explain() {
	if a.Actions == 0 {
		a.Because = "There is no slow or failed action to judge."
		if a.Calls != nil && a.Calls.Calls > 0 {
			a.Because = fmt.Sprintf("%d slow or failed calls, and of none of those that were looked at the action is known.", a.Calls.Calls)
			a.Caveats = append(a.Caveats, "Without an action nobody saw what the person waited for: the server's side alone cannot tell the way from the page. The page on data quality says why calls are not linked.")
		}
		return
	}
	first := a.Places[0]
	a.Is = Mixed
	if 2*first.People.Count > a.People {
		a.Is = first.Place
	}
	a.Because = fmt.Sprintf("%s, for %d of %d people with a slow or failed action.", a.Is.words(), first.People.Count, a.People)
	if a.Is == Mixed && first.Place != Mixed {
		var parts []string
		for _, p := range a.Places {
			parts = append(parts, fmt.Sprintf("%s %d", strings.ReplaceAll(string(p.Place), "_", " "), p.People.Count))
		}
		a.Because = fmt.Sprintf("No place has more than half of the %d people: %s.", a.People, strings.Join(parts, ", "))
	}
	if a.Is == Backend && len(a.Services) > 0 {
		a.Service = a.Services[0].Service
	}
	if a.Is != Mixed && first.People.CI95[0] <= .5 {
		a.Caveats = append(a.Caveats, fmt.Sprintf("%d people are too few to be sure that it is more than half of all.", a.People))
	}
	if a.Sampled {
		a.Caveats = append(a.Caveats, fmt.Sprintf("Judged by the newest %d visits with trouble; there are more.", a.Visits))
	}
	if a.Calls != nil && a.Calls.WithAction < a.Calls.Calls {
		a.Caveats = append(a.Caveats, fmt.Sprintf("Of %d slow or failed calls the action of %d is known; the others may have another cause.", a.Calls.Calls, a.Calls.WithAction))
	}
	weak := 0
	for _, v := range a.Evidence {
		if v.Confidence != nil && *v.Confidence < .9 {
			weak++
		}
	}
	if weak > 0 {
		a.Caveats = append(a.Caveats, fmt.Sprintf("In %d of the %d actions shown, that the call belongs to the action is inferred (confidence below 0.9).", weak, len(a.Evidence)))
	}
	if unknown := a.Time.UnknownUS; a.Time.TotalUS > 0 && float64(unknown) > .2*float64(a.Time.TotalUS) {
		a.Caveats = append(a.Caveats, fmt.Sprintf("Of %.0f %% of the time waited only one side is known.", math.Round(100*float64(unknown)/float64(a.Time.TotalUS))))
	}
}

func (p Place) words() string {
	switch p {
	case Frontend:
		return "It is the frontend"
	case Network:
		return "It is the network"
	case Backend:
		return "It is the backend"
	case NoRequest:
		return "No request was sent"
	case Mixed:
		return "Several parts took their share"
	case Unknown:
	}
	return "It cannot be told"
}

// sentence makes words a sentence.
func sentence(words string) string { return strings.ToUpper(words[:1]) + words[1:] + "." }
