package simulate

import (
	"math"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// requests makes the records of one browser: what it did, what it asked for, and
// what the tiers behind it logged.
type requests struct {
	world    *World
	weather  *weather
	ledger   *ledger
	dice     *dice
	device   *device
	network  network
	moment   bool // a bad one
	nature   nature
	silent   bool
	refuse   bool   // the next answers say no
	order    string // what is being ordered and paid
	now      time.Time
	identity event.Identity
	context  event.Context
	pageURL  string
	pageID   string
	lost     map[string]bool // events that never arrived
}

// answer is how a request went.
type answer struct {
	end       time.Time
	latency   float64 // seconds, as the person felt it
	doublings float64 // log2 of latency to what is normal
	failed    bool
	call      int // where its client call lies in the ledger; -1 = it was not recorded
}

// act records an event that the person started and returns its id.
func (r *requests) act(kind event.Kind, name string, target event.Target) string {
	e := r.event(kind, name)
	e.Target = target
	if r.device.traced {
		e.ActionID = e.ID
	}
	r.tell(e)
	return e.ID
}

// record records an event that causes nothing.
func (r *requests) record(kind event.Kind, name string, properties map[string]any) {
	e := r.event(kind, name)
	e.Properties = properties
	r.tell(e)
}

func (r *requests) vital(name string, value float64) {
	r.record(event.WebVital, "web_vital", map[string]any{"name": name, "value": math.Round(value)})
}

func (r *requests) event(kind event.Kind, name string) event.Event {
	return r.named(r.dice.hex(16), kind, name)
}

func (r *requests) named(id string, kind event.Kind, name string) event.Event {
	return event.Event{
		ID: id, Time: r.now.Add(r.device.skew), Name: name, Kind: kind, Identity: r.identity,
		Page: event.Page{URL: r.pageURL, ID: r.pageID}, Context: r.context, Release: r.world.release("web", r.now),
		Origin: event.Origin{Source: "simulate", UserAgent: r.device.agent, ClientIP: r.device.address},
	}
}

func (r *requests) tell(e event.Event) {
	if r.silent {
		return
	}
	if r.dice.chance(r.loss()) {
		if r.lost == nil {
			r.lost = map[string]bool{}
		}
		r.lost[e.ID] = true
		return
	}
	r.arrive(e)
}

func (r *requests) arrive(e event.Event) {
	r.ledger.events = append(r.ledger.events, stamped[event.Event]{r.now, e})
}

// loss is the share of what this browser sends that never arrives.
func (r *requests) loss() float64 {
	c := &r.world.config
	switch {
	case !c.MobileLoss:
		return c.Loss
	case r.device.mobile: // three in five devices are
		return min(1, 1.5*c.Loss)
	}
	return .25 * c.Loss
}

// arrived is the event's id, "" when nobody received it.
func (r *requests) arrived(id string) string {
	if r.lost[id] {
		return ""
	}
	return id
}

// scene is what a call of e at a time would meet.
func (r *requests) scene(e *endpoint, at time.Time) scene {
	s := scene{
		nature: r.nature, mobile: r.device.mobile, network: r.network, bad: r.moment,
		evening: r.world.evening(at), noise: r.world.noiseAt(r.weather, at), shock: r.weather.shock,
	}
	s.slower, s.errors = r.world.trouble(r.weather, e, at)
	return s
}

// request asks e for path at a time, because of an action ("" for none).
func (r *requests) request(e *endpoint, path, query, cause string, at time.Time) answer {
	s := r.scene(e, at)
	mended := &r.world.config.Mended
	server := mended.mend(e, s.inside(e, r.dice))
	a := answer{latency: s.felt(server, r.dice), call: -1}
	a.doublings = e.doublings(a.latency)
	a.failed = r.dice.chance(logistic(r.world.config.failing(&s, a.doublings))) && !mended.sound(e)
	a.end = at.Add(seconds(a.latency))
	r.log(e, path, query, cause, at, seconds(server), &a)
	return a
}

// log writes what the browser and the tiers saw of a request, and the truth of it.
func (r *requests) log(e *endpoint, path, query, cause string, at time.Time, server time.Duration, a *answer) {
	status, failure := r.status(e, a.failed)
	c := event.Call{
		ID: r.dice.hex(16), Time: at.Add(r.device.skew), Side: event.Client, Method: e.method, Host: host, Path: path, Query: query,
		Class: classOf(e, r), Status: status, Error: failure, Duration: a.end.Sub(at), Timed: true, PageID: r.pageID,
		Identity: r.identity, Context: r.context, ResponseBytes: int64(e.bytes), Release: r.world.release("web", at),
		Origin: event.Origin{Source: "simulate", UserAgent: r.device.agent, ClientIP: r.device.address},
	}
	if r.device.traced {
		c.TraceID, c.SpanID, c.ActionID = r.dice.hex(32), r.dice.hex(16), cause
	}
	tie := Tie{EventID: r.arrived(cause)}
	last := at
	if failure != "network" {
		begin := at.Add((a.end.Sub(at) - server) * 2 / 5)
		tie.ServerCallIDs, last = r.serve(e, &c, begin, server)
	}
	if r.silent {
		return
	}
	if !r.dice.chance(r.loss()) {
		tie.ClientCallID = c.ID
		a.call = len(r.ledger.calls)
		r.ledger.calls = append(r.ledger.calls, stamped[event.Call]{at, c})
	}
	r.ledger.ties = append(r.ledger.ties, stamped[Tie]{last, tie})
}

// status draws what a failure looks like: mostly the server's, sometimes the network's.
func (r *requests) status(e *endpoint, failed bool) (status int, failure string) {
	switch u := r.dice.Float64(); {
	case failed && u < .10:
		return 0, "network"
	case failed && u < .30:
		return 504, ""
	case failed && u < .65:
		return 503, ""
	case failed:
		return 500, ""
	case r.refuse:
		return 401, ""
	case e.method == "POST":
		return 201, ""
	}
	return 200, ""
}

func classOf(e *endpoint, r *requests) event.Class {
	switch e {
	case &r.world.shop.document:
		return event.Document
	case &r.world.shop.image:
		return event.Asset
	}
	return event.API
}

// serve writes the calls of the edge and of the service behind it, which nests in
// it, and returns when the last of them began.
func (r *requests) serve(e *endpoint, c *event.Call, begin time.Time, took time.Duration) (ids []string, last time.Time) {
	outer := r.world.edgeCall(r.dice, c, begin, took)
	r.ledger.calls = append(r.ledger.calls, stamped[event.Call]{begin, outer})
	ids = []string{outer.ID}
	if r.world.config.EdgeOnly || e.service == "web" {
		return ids, begin
	}
	inner := r.world.serviceCall(r.dice, e, c, &outer, begin, took)
	if r.device.traced {
		inner.UserID, inner.AccountID = r.identity.UserID, r.identity.AccountID
	}
	if e == &r.world.shop.order || e == &r.world.shop.payment {
		inner.Attributes = map[string]any{"order_id": r.order}
	}
	r.ledger.calls = append(r.ledger.calls, stamped[event.Call]{inner.Time, inner})
	if inner.SpanID != "" && (inner.Failed() || took > seconds(2*e.base)) { // as collectors sample: what was slow or failed
		r.trace(e, &inner)
	}
	return append(ids, inner.ID), inner.Time
}

// trace writes the work inside a service's call: its database, and the payment
// provider for a payment.
func (r *requests) trace(e *endpoint, c *event.Call) {
	w := event.Span{
		ID: r.dice.hex(16), Time: c.Time.Add(c.Duration / 20).Truncate(time.Microsecond), Duration: (c.Duration * 7 / 10).Truncate(time.Microsecond),
		Name: "SELECT " + e.service, Kind: "client", Service: e.service, TraceID: c.TraceID, SpanID: r.dice.hex(16), ParentSpanID: c.SpanID,
		Attributes: map[string]any{"db.system": "postgresql"}, Origin: event.Origin{Source: "simulate"},
	}
	if e == &r.world.shop.payment {
		w.Name, w.Attributes = "POST", map[string]any{"http.request.method": "POST", "url.full": "https://pay.example/charges", "server.address": "pay.example"}
	}
	if c.Failed() {
		w.Error = c.Error
	}
	r.ledger.spans = append(r.ledger.spans, stamped[event.Span]{w.Time, w})
}

// edgeCall is the line of the proxy before everything.
func (w *World) edgeCall(d *dice, c *event.Call, begin time.Time, took time.Duration) event.Call {
	s := event.Call{
		ID: d.hex(16), Time: begin, Duration: took, Timed: true, Side: event.Server, Service: edge,
		Method: c.Method, Host: c.Host, Path: c.Path, Query: c.Query, Class: c.Class, Status: c.Status, ResponseBytes: c.ResponseBytes,
		Origin: event.Origin{Source: "simulate", UserAgent: c.UserAgent, ClientIP: c.ClientIP},
	}
	if w.config.Grain > 0 { // a combined log is written at the end and tells no more
		s.Time, s.Grain = begin.Add(took).Truncate(w.config.Grain), w.config.Grain
		s.Duration, s.Timed = 0, false
		return s
	}
	if c.TraceID != "" {
		s.TraceID, s.ParentSpanID, s.SpanID, s.RequestID = c.TraceID, c.SpanID, d.hex(16), d.hex(32)
		s.ActionID = c.ActionID
	}
	return s
}

// serviceCall is the span of the service that did the work.
func (w *World) serviceCall(d *dice, e *endpoint, c, outer *event.Call, begin time.Time, took time.Duration) event.Call {
	hop := min(400*time.Microsecond, took/10).Truncate(time.Microsecond)
	s := event.Call{
		ID: d.hex(16), Time: begin.Add(hop), Duration: took - 2*hop, Timed: true, Side: event.Server, Service: e.service,
		Method: c.Method, Host: e.service + ".internal", Path: c.Path, Query: c.Query, Route: e.route, Class: event.API, Status: c.Status,
		ResponseBytes: c.ResponseBytes, Release: w.release(e.service, begin),
		Origin: event.Origin{Source: "simulate", UserAgent: c.UserAgent, ClientIP: c.ClientIP},
	}
	switch c.Status {
	case 500:
		s.Error = "InternalError"
	case 503:
		s.Error = "Overloaded"
	case 504:
		s.Error = "UpstreamTimeout"
	}
	if c.TraceID != "" {
		s.TraceID, s.SpanID, s.ParentSpanID, s.RequestID, s.ActionID = c.TraceID, d.hex(16), outer.SpanID, outer.RequestID, c.ActionID
		if outer.SpanID == "" { // the edge's log had no ids
			s.ParentSpanID = c.SpanID
		}
	}
	return s
}

// cutShort makes some of those who leave do so before the answer: the call looks
// faster than it was.
func (r *requests) cutShort(a answer) {
	if a.call < 0 || !r.dice.chance(r.world.config.Confounders.Censor) {
		return
	}
	c := &r.ledger.calls[a.call].record
	c.Duration = time.Duration(float64(c.Duration) * r.dice.between(.3, 1)).Truncate(time.Microsecond)
	c.Status, c.Error, c.ResponseBytes = 0, event.Aborted, 0
}
