package analysis

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Waited is where the time of an action went, as far as somebody saw it.
type Waited struct {
	TotalUS         *int64        `json:"total_us" doc:"from the action until its slowest call was answered, or until the page was done; null when nothing was timed"`
	BeforeRequestUS *int64        `json:"before_request_us" doc:"the page had not asked yet; null when the browser's side is not known"`
	NetworkUS       *int64        `json:"network_us" doc:"asked, and no server at work; null when one side is not known"`
	ServerUS        *int64        `json:"server_us" doc:"a server at work; null when no server's call is known"`
	AfterResponseUS *int64        `json:"after_response_us" doc:"answered, and the page not done; null when the sender does not tell how long the action took"`
	Services        []ServiceTime `json:"services" doc:"server_us by the service that was at work, by spans and calls below; longest first"`
}

// ServiceTime is how long a service was at work itself, not waiting for another.
type ServiceTime struct {
	Service string `json:"service"`
	TimeUS  int64  `json:"time_us"`
}

// request is a call that an action caused, as all its sides and tiers saw it.
type request struct {
	client     *event.Call
	servers    []*event.Call // outermost first: it took longest, because it waited for the others
	confidence float64       // of the weakest link that it rests on
}

// requestsOf is what each action of a timeline asked for, by the id of its event.
func requestsOf(t *store.Timeline) map[string][]request {
	calls := map[string]*event.Call{}
	for i := range t.Calls {
		calls[t.Calls[i].ID] = &t.Calls[i]
	}
	answers, answer := map[string][]event.Link{}, map[string]bool{}
	for _, l := range t.Links {
		if l.ClientCallID != "" && l.ServerCallID != "" && calls[l.ServerCallID] != nil {
			answers[l.ClientCallID] = append(answers[l.ClientCallID], l)
			answer[l.ServerCallID] = true
		}
	}
	out := map[string][]request{}
	for _, l := range t.Links {
		if l.EventID == "" {
			continue
		}
		if client := calls[l.ClientCallID]; client != nil {
			one := request{client: client, confidence: l.Confidence}
			for _, a := range answers[l.ClientCallID] {
				one.servers = append(one.servers, calls[a.ServerCallID])
				one.confidence = min(one.confidence, a.Confidence)
			}
			out[l.EventID] = append(out[l.EventID], one)
		} else if server := calls[l.ServerCallID]; server != nil && !answer[server.ID] {
			out[l.EventID] = withTier(out[l.EventID], server, l.Confidence)
		}
	}
	for _, list := range out {
		for _, one := range list {
			slices.SortStableFunc(one.servers, func(a, b *event.Call) int { return cmp.Compare(longest(b), longest(a)) })
		}
	}
	return out
}

// withTier adds a server call that no client call is known of: to the request of the
// same trace, which is another tier of it, or as a request of its own.
func withTier(list []request, server *event.Call, confidence float64) []request {
	for i, one := range list {
		if one.client == nil && server.TraceID != "" && one.servers[0].TraceID == server.TraceID {
			list[i].servers = append(list[i].servers, server)
			list[i].confidence = min(one.confidence, confidence)
			return list
		}
	}
	return append(list, request{servers: []*event.Call{server}, confidence: confidence})
}

// longest is how long a call took; less than nothing when that is not known.
func longest(c *event.Call) time.Duration {
	if !c.Timed {
		return -1
	}
	return c.Duration
}

// seen is the side that the person waited for, as far as it is known.
func (r *request) seen() *event.Call {
	if r.client != nil && (r.client.Timed || len(r.servers) == 0 || !r.servers[0].Timed) {
		return r.client
	}
	return r.servers[0]
}

// outermost is the server's side; nil when it is not known.
func (r *request) outermost() *event.Call {
	if len(r.servers) == 0 {
		return nil
	}
	return r.servers[0]
}

func (r *request) took() time.Duration { return max(0, longest(r.seen())) }

func (r *request) failed() bool {
	if r.client != nil {
		return r.client.Failed()
	}
	return r.servers[0].Failed()
}

// endpoint is what was asked for, in the words of who answered.
func (r *request) endpoint() event.Endpoint {
	if server := r.outermost(); server != nil {
		return server.Endpoint()
	}
	return r.client.Endpoint()
}

// waitFor splits the time from an action until the request was answered. What the
// action asked for before, and waited for, is on the way: of several calls under way at
// once the one that ended last counts, because the others were waited for anyway.
func waitFor(e *event.Event, all []request, until *request, spans map[string][]event.Span) Waited {
	out := Waited{Services: []ServiceTime{}}
	if !until.seen().Timed {
		return out
	}
	var network, server, before time.Duration
	bothSides := true
	services := map[string]time.Duration{}
	at := until.seen().End()
	for next, end := until, at; next != nil; {
		begin := next.seen().Time
		if begin.Before(e.Time) {
			begin = e.Time
		}
		s := next.within(end.Sub(begin), services, spans)
		server += s
		network += end.Sub(begin) - s
		bothSides = bothSides && next.bothSides()
		at = begin
		if next, end = lastBefore(all, begin, e.Time); next != nil {
			before += at.Sub(end)
			at = end
		}
	}
	before += at.Sub(e.Time)
	switch {
	case until.client == nil: // how long the browser waited, nobody knows
		out.ServerUS = us(server)
		out.TotalUS = out.ServerUS
	case bothSides:
		out.BeforeRequestUS, out.NetworkUS, out.ServerUS = us(before), us(network), us(server)
		out.TotalUS = us(before + network + server)
	default:
		out.BeforeRequestUS = us(before)
		out.TotalUS = us(before + network + server)
		if until.bothSides() {
			out.ServerUS = us(server)
		}
	}
	if e.Duration > 0 && out.BeforeRequestUS != nil {
		after := max(0, e.Duration.Microseconds()-*out.TotalUS)
		total := *out.TotalUS + after
		out.AfterResponseUS, out.TotalUS = &after, &total
	}
	for name, took := range services {
		out.Services = append(out.Services, ServiceTime{name, took.Microseconds()})
	}
	sortServices(out.Services)
	return out
}

func sortServices(list []ServiceTime) {
	slices.SortFunc(list, func(a, b ServiceTime) int {
		return cmp.Or(cmp.Compare(b.TimeUS, a.TimeUS), cmp.Compare(a.Service, b.Service))
	})
}

func us(d time.Duration) *int64 {
	v := d.Microseconds()
	return &v
}

func (r *request) bothSides() bool {
	return r.client != nil && r.client.Timed && len(r.servers) > 0 && r.servers[0].Timed
}

// lastBefore is the request that was waited for last before t, and until when, at most t.
func lastBefore(all []request, t, from time.Time) (found *request, end time.Time) {
	for i := range all {
		one := all[i].seen()
		if !one.Timed || !one.Time.Before(t) || !one.End().After(from) {
			continue
		}
		e := one.End()
		if e.After(t) {
			e = t
		}
		if found == nil || e.After(end) || e.Equal(end) && one.Time.Before(found.seen().Time) {
			found, end = &all[i], e
		}
	}
	return found, end
}

// within is how much of a stretch of the request's time servers were at work, and adds
// to services which. Clocks of two sides differ, so that only lengths are compared: of a
// part of the request the servers have the same part.
func (r *request) within(stretch time.Duration, services map[string]time.Duration, spans map[string][]event.Span) time.Duration {
	outer := r.outermost()
	if outer == nil || !outer.Timed || outer.Duration <= 0 {
		return 0
	}
	took := r.took()
	share := 1.0
	if took > 0 {
		share = min(1, float64(stretch)/float64(took))
	}
	at := time.Duration(share * float64(min(outer.Duration, took)))
	for name, self := range r.services(spans) {
		services[name] += time.Duration(float64(at) * float64(self) / float64(outer.Duration))
	}
	return at
}

// work is what one service did, or asked another for.
type work struct {
	service  string
	from, to time.Time
}

// mostWork bounds what is compared of one request: the longest pieces.
const mostWork = 500

// services is how long each service was at work itself while the outermost was: of what
// goes on at a moment the innermost counts, which is what began last.
func (r *request) services(spans map[string][]event.Span) map[string]time.Duration {
	outer := r.outermost()
	list := []work{{named(outer.Endpoint()).serviceName(), outer.Time, outer.End()}}
	for _, tier := range r.servers[1:] {
		if tier.Timed {
			list = append(list, work{named(tier.Endpoint()).serviceName(), tier.Time, tier.End()})
		}
	}
	for _, s := range spans[outer.TraceID] {
		list = append(list, work{cmp.Or(serviceOf(&s), list[0].service), s.Time, s.Time.Add(s.Duration)})
	}
	if len(list) > mostWork {
		slices.SortStableFunc(list[1:], func(a, b work) int { return cmp.Compare(b.to.Sub(b.from), a.to.Sub(a.from)) })
		list = list[:mostWork]
	}
	return selfTimes(list)
}

// selfTimes splits the time of the first piece of work among all.
func selfTimes(list []work) map[string]time.Duration {
	outer := list[0]
	var moments []time.Time
	for i := range list {
		w := &list[i]
		w.from, w.to = clamp(w.from, outer.from, outer.to), clamp(w.to, outer.from, outer.to)
		moments = append(moments, w.from, w.to)
	}
	slices.SortFunc(moments, time.Time.Compare)
	moments = slices.CompactFunc(moments, time.Time.Equal)
	out := map[string]time.Duration{}
	for i := 1; i < len(moments); i++ {
		inner := outer
		for _, w := range list[1:] {
			if !w.from.After(moments[i-1]) && !w.to.Before(moments[i]) && !w.from.Before(inner.from) {
				if w.from.After(inner.from) || w.to.Before(inner.to) {
					inner = w
				}
			}
		}
		out[inner.service] += moments[i].Sub(moments[i-1])
	}
	return out
}

func clamp(t, from, to time.Time) time.Time {
	if t.Before(from) {
		return from
	}
	if t.After(to) {
		return to
	}
	return t
}

// serviceName is the service, or what stands for one that has no name.
func (e NamedEndpoint) serviceName() string { return cmp.Or(e.Service, "the server") }

// serviceOf is who was at work in a span: of an outgoing call who was called, as far as
// its attributes tell, behind who called.
func serviceOf(s *event.Span) string {
	if s.Kind == "client" || s.Kind == "producer" {
		for _, key := range []string{"peer.service", "db.system.name", "db.system", "messaging.system", "server.address", "net.peer.name"} {
			if name, _ := s.Attributes[key].(string); name != "" {
				return strings.TrimPrefix(s.Service+" → "+name, " → ")
			}
		}
	}
	return s.Service
}
