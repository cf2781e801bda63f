package analysis

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Place is where the trouble of an action sits.
type Place string

// The places.
const (
	Frontend  Place = "frontend"
	Network   Place = "network"
	Backend   Place = "backend"
	NoRequest Place = "no_request"
	Mixed     Place = "mixed"
	Unknown   Place = "unknown"
)

// Cause is what took or broke an action, within a place.
type Cause string

// The causes.
const (
	BeforeRequest  Cause = "before_request"
	InNetwork      Cause = "network"
	InServer       Cause = "server"
	AfterResponse  Cause = "after_response"
	ScriptError    Cause = "script_error"
	Blocked        Cause = "blocked_by_browser"
	NothingSent    Cause = "no_request_sent"
	SeveralCauses  Cause = "mixed"
	CauseNotProven Cause = "unknown"
)

// place is where a cause sits.
func (c Cause) place() Place {
	switch c {
	case BeforeRequest, AfterResponse, ScriptError, Blocked:
		return Frontend
	case InNetwork:
		return Network
	case InServer:
		return Backend
	case NothingSent:
		return NoRequest
	case SeveralCauses:
		return Mixed
	case CauseNotProven:
	}
	return Unknown
}

// ActionVerdict says where the trouble of one action sits, and by which evidence.
type ActionVerdict struct {
	EventID    string         `json:"event_id"`
	SessionID  string         `json:"session_id"`
	Time       time.Time      `json:"time"`
	Name       string         `json:"name" doc:"of the action"`
	Page       string         `json:"page,omitempty" doc:"route template, else path"`
	Target     string         `json:"target,omitempty" doc:"name of the element"`
	Trouble    string         `json:"trouble" enum:"failed,slow,nothing_happened"`
	Is         Place          `json:"is" enum:"frontend,network,backend,no_request,mixed,unknown"`
	Cause      Cause          `json:"cause" enum:"before_request,network,server,after_response,script_error,blocked_by_browser,no_request_sent,mixed,unknown"`
	Service    string         `json:"service,omitempty" doc:"of backend: who failed or was at work longest"`
	Because    string         `json:"because" doc:"the evidence in words"`
	Endpoint   *NamedEndpoint `json:"endpoint,omitempty" doc:"what was asked for; absent when nothing was"`
	CallID     string         `json:"call_id,omitempty" doc:"of the call to blame, as the browser saw it, else the server"`
	ServerCall string         `json:"server_call_id,omitempty" doc:"the same on the server"`
	SpanID     string         `json:"span_id,omitempty" doc:"of the work that failed inside"`
	ErrorID    string         `json:"error_event_id,omitempty" doc:"of the script error"`
	Confidence *float64       `json:"confidence" doc:"of the weakest link that this rests on; null without a call"`
	Waited     Waited         `json:"waited"`

	request *request // what is to blame; nil when nothing was asked for
}

// The troubles of an action.
const (
	actionFailed    = "failed"
	actionSlow      = "slow"
	nothingHappened = "nothing_happened"
)

const (
	scriptWithin = 2500 * time.Millisecond // of the action, as dead clicks are judged
	scriptAfter  = time.Second             // of the answer that it chokes on
	slowLoad     = 2500 * time.Millisecond // of a page; what people call slow, after web vitals
)

// judging is a timeline while its actions are judged.
type judging struct {
	t        *store.Timeline
	requests map[string][]request
	spans    map[string][]event.Span // by trace
	dead     map[string]bool         // events that did nothing
	slow     func(event.Endpoint) time.Duration
}

// judged are the verdicts of the slow and failed actions of a timeline, in order of
// time. slow says from when on an endpoint is.
func judged(t *store.Timeline, slow func(event.Endpoint) time.Duration) []ActionVerdict {
	j := judging{t: t, requests: requestsOf(t), spans: map[string][]event.Span{}, dead: map[string]bool{}, slow: slow}
	for _, s := range t.Spans {
		j.spans[s.TraceID] = append(j.spans[s.TraceID], s)
	}
	for _, s := range t.Signals {
		if s.Kind == event.DeadClick {
			j.dead[s.EventID] = true
		}
	}
	at := map[string]int{}
	for i := range t.Events {
		at[t.Events[i].ID] = i
	}
	out := []ActionVerdict{}
	for _, x := range t.Interactions {
		if i, known := at[x.EventID]; known {
			if v, bad := j.action(x, i); bad {
				out = append(out, v)
			}
		}
	}
	return out
}

// action judges one; false when it is neither slow nor failed.
func (j *judging) action(x event.Interaction, i int) (ActionVerdict, bool) {
	e := &j.t.Events[i]
	v := ActionVerdict{
		EventID: x.EventID, SessionID: x.SessionID, Time: x.Time, Name: x.Name, Page: x.Page,
		Target: cmp.Or(e.Target.Name, e.Target.Selector), Waited: Waited{Services: []ServiceTime{}},
	}
	requests := j.requests[x.EventID]
	worst := worstOf(requests)
	script := j.scriptError(i, requests)
	switch {
	case worst != nil && worst.failed():
		v.blame(worst)
		v.Trouble, v.Waited = actionFailed, waitFor(e, requests, worst, j.spans)
		j.failed(&v, worst)
	case worst != nil && worst.took() > j.slow(worst.endpoint()):
		v.blame(worst)
		v.Trouble, v.Waited = actionSlow, waitFor(e, requests, worst, j.spans)
		v.slowest(worst, script)
	case byHand(e.Kind) && lateFirst(e, requests) != nil:
		first := lateFirst(e, requests)
		v.blame(first)
		v.Trouble, v.Waited = actionSlow, waitFor(e, requests, first, j.spans)
		v.slowest(first, script)
	case len(requests) == 0 && script != nil:
		v.Trouble, v.ErrorID = actionFailed, script.ID
		v.settle(ScriptError, "a script error stopped it before anything was asked for")
	case j.dead[x.EventID] && len(requests) == 0:
		v.Trouble = nothingHappened
		v.settle(NothingSent, "nothing was asked for and the page did not change")
	case e.Duration > bearable(e.Kind):
		v.Trouble = actionSlow
		if worst == nil {
			total := e.Duration.Microseconds()
			v.Waited.TotalUS = &total
			v.settle(BeforeRequest, fmt.Sprintf("the page took %s and asked for nothing", seconds(total)))
			break
		}
		v.blame(worst)
		v.Waited = waitFor(e, requests, worst, j.spans)
		v.slowest(worst, script)
	default:
		return v, false
	}
	v.Is = v.Cause.place()
	return v, true
}

// bearable is how long an action may take until the page is done.
func bearable(k event.Kind) time.Duration {
	if k == event.PageView || k == event.RouteChange {
		return slowLoad
	}
	return noticedWait * time.Microsecond
}

func byHand(k event.Kind) bool { return k == event.Click || k == event.Submit }

// lateFirst is the first request of an action when it was sent only after a wait that
// people notice. Pages may load and ask for more at leisure, so that only what is done
// by hand is looked at.
func lateFirst(e *event.Event, requests []request) *request {
	var first *request
	for i := range requests {
		if first == nil || requests[i].seen().Time.Before(first.seen().Time) {
			first = &requests[i]
		}
	}
	if first == nil || first.client == nil || first.client.Time.Sub(e.Time) <= noticedWait*time.Microsecond {
		return nil
	}
	return first
}

// worstOf is the request that hurt most: one that failed, else the slowest.
func worstOf(list []request) *request {
	var worst *request
	for i := range list {
		one := &list[i]
		if worst == nil || one.failed() && !worst.failed() || one.failed() == worst.failed() && one.took() > worst.took() {
			worst = one
		}
	}
	return worst
}

// scriptError is the first script error that the action may have met: soon after it or
// after an answer to it, and before the person's next deed.
func (j *judging) scriptError(i int, requests []request) *event.Event {
	until := j.t.Events[i].Time.Add(scriptWithin)
	for n := range requests {
		if end := requests[n].seen().End().Add(scriptAfter); end.After(until) {
			until = end
		}
	}
	for n := i + 1; n < len(j.t.Events); n++ {
		switch e := &j.t.Events[n]; {
		case e.Time.After(until), e.Kind.IsAction():
			return nil
		case e.Kind == event.PageError:
			return e
		}
	}
	return nil
}

// blame names the request.
func (v *ActionVerdict) blame(r *request) {
	endpoint := named(r.endpoint())
	v.Endpoint, v.Confidence, v.request = &endpoint, &r.confidence, r
	v.CallID = r.seen().ID
	if r.client != nil {
		v.CallID = r.client.ID
	}
	if server := r.outermost(); server != nil {
		v.ServerCall = server.ID
	}
}

func (v *ActionVerdict) settle(c Cause, because string) { v.Cause, v.Because = c, because }

// failed says who broke a request.
func (j *judging) failed(v *ActionVerdict, r *request) {
	inner := innermostFailed(r.servers)
	switch c := r.seen(); {
	case inner != nil:
		v.Service, v.SpanID = named(inner.Endpoint()).serviceName(), ""
		because := fmt.Sprintf("%s answered %d", named(inner.Endpoint()).Name, inner.Status)
		if inner.Status == 0 {
			because = fmt.Sprintf("%s failed (%s)", named(inner.Endpoint()).Name, inner.Error)
		}
		if s := deepestError(j.spans[inner.TraceID]); s != nil {
			v.Service, v.SpanID = cmp.Or(serviceOf(s), v.Service), s.SpanID
			because += fmt.Sprintf(", because %s failed inside", s.Name)
		}
		v.settle(InServer, because)
	case c.Status >= 500:
		v.Service = named(r.endpoint()).serviceName()
		v.settle(InServer, fmt.Sprintf("%s answered %d", named(r.endpoint()).Name, c.Status))
	case c.Error == "cors":
		v.settle(Blocked, "the browser refused the request or its answer (CORS)")
	case r.outermost() != nil && c.Error == "timeout" && longest(r.outermost()) >= c.Duration/2:
		v.Service = named(r.outermost().Endpoint()).serviceName()
		v.settle(InServer, "the page gave up waiting while the server was at work")
	case r.outermost() != nil:
		v.settle(InNetwork, fmt.Sprintf("the server answered %d, but the answer did not arrive (%s)", r.outermost().Status, c.Error))
	default:
		v.settle(InNetwork, fmt.Sprintf("no answer arrived (%s), and no server saw the request", c.Error))
	}
}

// innermostFailed is, of the tiers that failed, the one that others only pass on: the
// shortest.
func innermostFailed(servers []*event.Call) *event.Call {
	for _, tier := range slices.Backward(servers) {
		if tier.Failed() && tier.Timed {
			return tier
		}
	}
	for _, tier := range servers {
		if tier.Failed() {
			return tier
		}
	}
	return nil
}

// deepestError is the span with an error that began last: what failed first.
func deepestError(spans []event.Span) *event.Span {
	var deepest *event.Span
	for i := range spans {
		s := &spans[i]
		if s.Error != "" && (deepest == nil || !s.Time.Before(deepest.Time)) {
			deepest = s
		}
	}
	return deepest
}

// slowest says where most of the wait went.
func (v *ActionVerdict) slowest(r *request, script *event.Event) {
	w := &v.Waited
	total := w.TotalUS
	if total == nil || *total <= 0 {
		v.settle(CauseNotProven, "how long it took is not known")
		return
	}
	least := *total / 2
	over := func(part *int64) bool { return part != nil && *part > least }
	of := func(part int64) string { return seconds(part) + " of " + seconds(*total) }
	switch way := wayTimes(r.client); {
	case r.client == nil:
		v.atWork(fmt.Sprintf("the server took %s; how long the browser waited is not known", seconds(*total)))
	case over(w.ServerUS):
		v.atWork("servers were at work for " + of(*w.ServerUS))
	case over(w.NetworkUS):
		v.settle(InNetwork, of(*w.NetworkUS)+" were spent on the way")
	case over(w.BeforeRequestUS):
		v.settle(BeforeRequest, "the page had not asked yet for "+of(*w.BeforeRequestUS))
	case over(w.AfterResponseUS) && script != nil:
		v.ErrorID = script.ID
		v.settle(ScriptError, "a script error came after the answer, and the page took "+of(*w.AfterResponseUS)+" from then on")
	case over(w.AfterResponseUS):
		v.settle(AfterResponse, "the page took "+of(*w.AfterResponseUS)+" after the answer")
	case w.NetworkUS == nil && over(&way):
		v.settle(InNetwork, of(way)+" were spent to connect, to wait for a line and to receive")
	case w.NetworkUS == nil:
		v.settle(CauseNotProven, "only the browser's side is known, so the way and the server cannot be told apart")
	default:
		v.settle(SeveralCauses, "no part took more than half of "+seconds(*total))
	}
}

// atWork blames the service that was at work longest.
func (v *ActionVerdict) atWork(because string) {
	if services := v.Waited.Services; len(services) > 0 {
		v.Service = services[0].Service
		if len(services) > 1 {
			because += fmt.Sprintf("; longest of all %s, %s", v.Service, seconds(services[0].TimeUS))
		}
	}
	v.settle(InServer, because)
}

// wayTimes is what a browser's own timing tells of the way, in microseconds: all but
// the wait for the first byte, in which the server was at work too.
func wayTimes(c *event.Call) (sum int64) {
	if c == nil {
		return 0
	}
	for _, phase := range []string{"blocked", "dns", "connect", "receive"} {
		switch v := c.Attributes["timing."+phase+"_us"].(type) {
		case int64:
			sum += v
		case float64:
			sum += int64(v)
		}
	}
	return sum
}

// seconds is a duration as people read it.
func seconds(us int64) string {
	if us < 1_000_000 {
		return fmt.Sprintf("%d ms", us/1000)
	}
	return fmt.Sprintf("%.1f s", float64(us)/1e6)
}
