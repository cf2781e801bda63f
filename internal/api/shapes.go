package api

import (
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Call is a call as the API shows it.
type Call struct {
	event.Call
	ID string `json:"id"` // always there, which the embedded one does not promise
	// StartedAt repeats Time under the name that says what it is.
	StartedAt  time.Time `json:"started_at" doc:"when it started; of an untimed call, some moment between start and end"`
	DurationUS *int64    `json:"duration_us" doc:"microseconds; null when the log does not tell"`
	GrainUS    int64     `json:"grain_us,omitempty" doc:"how coarse the time is: 1000000 for a log with whole seconds"`
	EndpointID string    `json:"endpoint_id" doc:"id for GET /api/v1/endpoints/{id}"`
	Failed     bool      `json:"failed" doc:"status 500 and above, or no response"`
	// Link is absent when nothing ties the call to an action or a client call.
	Link *event.Link `json:"link,omitempty"`
	// Pending tells "not linked yet" apart from "nothing to link it to".
	Pending bool `json:"link_pending,omitempty" doc:"there is no link yet: the link pass, which takes rows as they arrive, has not come to it"`
}

func callOf(c event.Call, link *event.Link) Call {
	out := Call{Call: c, ID: c.ID, StartedAt: c.Time, GrainUS: c.Grain.Microseconds(), EndpointID: endpointID(c.Endpoint()), Failed: c.Failed(), Link: link}
	if c.Timed {
		us := c.Duration.Microseconds()
		out.DurationUS = &us
	}
	return out
}

// rowOf is a call of a list.
func rowOf(r store.CallRow) Call {
	out := callOf(r.Call, r.Link)
	out.Pending = r.Pending
	return out
}

func bareCall(c event.Call) Call { return callOf(c, nil) }

// Event is an event as the API shows it.
type Event struct {
	event.Event
	ID         string `json:"id"`
	DurationUS int64  `json:"duration_us,omitempty" doc:"microseconds; absent when it has no length"`
}

func eventOf(e event.Event) Event {
	return Event{Event: e, ID: e.ID, DurationUS: e.Duration.Microseconds()}
}

// Span is a span as the API shows it.
type Span struct {
	event.Span
	DurationUS int64 `json:"duration_us"`
}

func spanOf(s event.Span) Span { return Span{Span: s, DurationUS: s.Duration.Microseconds()} }

// Interaction is an action, what it called, and what the person did then.
type Interaction struct {
	event.Interaction
	SlowestUS  int64  `json:"slowest_us" doc:"duration of the slowest call, microseconds"`
	EndpointID string `json:"endpoint_id,omitempty"`
}

func interactionOf(i event.Interaction) Interaction {
	out := Interaction{Interaction: i, SlowestUS: i.Slowest.Microseconds()}
	if i.Endpoint != (event.Endpoint{}) {
		out.EndpointID = endpointID(i.Endpoint)
	}
	return out
}

// Session is a visit as the API shows it.
type Session struct {
	event.Session
	DurationMS int64 `json:"duration_ms" doc:"from first to last event"`
}

func sessionOf(s event.Session) Session {
	return Session{Session: s, DurationMS: s.End.Sub(s.Start).Milliseconds()}
}

// EndpointRow is a row of the catalogue.
type EndpointRow struct {
	ID string `json:"id"`
	store.EndpointStats
	Name      string  `json:"name" doc:"service: METHOD /route"`
	ErrorRate float64 `json:"error_rate" doc:"failed / calls"`
	PerSecond float64 `json:"per_second" doc:"calls per second over the range"`
}

func endpointOf(e store.EndpointStats, over time.Duration) EndpointRow {
	out := EndpointRow{ID: endpointID(e.Endpoint), EndpointStats: e, Name: e.String()}
	if e.Calls > 0 {
		out.ErrorRate = float64(e.Failed) / float64(e.Calls)
		out.PerSecond = float64(e.Calls) / over.Seconds()
	}
	return out
}

// each maps a slice; the result is never nil, because arrays are never null.
func each[In, Out any](in []In, f func(In) Out) []Out {
	out := make([]Out, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

// some returns in, or an empty slice for nil.
func some[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}
