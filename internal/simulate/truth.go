package simulate

import (
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Chunk is one hour of the story, in the order of time. Records keep the clock of
// whoever wrote them, so with skew their own times may run backwards.
type Chunk struct {
	Hour     int
	Records  event.Records
	Releases []event.Release
	Truth    Truth
}

// Truth is what the records do not say.
type Truth struct {
	Ties     []Tie
	Outcomes []Outcome
}

// Tie says what belongs to one request of a browser. Records that were lost on the
// way are left out, so every id is one that a [Chunk] up to this one brought.
type Tie struct {
	ClientCallID  string   `json:"client_call_id,omitempty"`
	EventID       string   `json:"event_id,omitempty"` // the action that caused it; none for polls
	ServerCallIDs []string `json:"server_call_ids,omitempty"`
}

// Outcome is one action with its call, and how likely it made the person leave, or,
// should they stay, try again, or rage.
type Outcome struct {
	EventID   string  `json:"event_id,omitempty"`
	SessionID string  `json:"session_id"`
	DeviceID  string  `json:"device_id"`
	Endpoint  string  `json:"endpoint"`
	LatencyUS int64   `json:"latency_us"` // what the person would have waited
	Failed    bool    `json:"failed"`
	P         float64 `json:"p"`         // probability of leaving
	Slope     float64 `json:"slope"`     // its derivative by log2 of the latency
	PFine     float64 `json:"p_fine"`    // probability had the call not failed
	PFailed   float64 `json:"p_failed"`  // probability had it failed
	PDoubled  float64 `json:"p_doubled"` // probability had it taken twice as long
	PLater    float64 `json:"p_later"`   // probability had it taken 100 ms more
	Abandoned bool    `json:"abandoned"`
	Retry     Chances `json:"retry"`
	Rage      Chances `json:"rage"`
}

// Chances are the probabilities of a reaction: as it was, had the call not failed, had
// it failed, had it taken twice as long, and had it taken 100 ms more.
type Chances struct {
	P       float64 `json:"p"`
	Fine    float64 `json:"fine"`
	Failed  float64 `json:"failed"`
	Doubled float64 `json:"doubled"`
	Later   float64 `json:"later"`
}

// chances asks for the log odds of a reaction at latencies, with and without a failure.
func chances(latency float64, failed bool, logit func(latency float64, failed bool) float64) Chances {
	c := Chances{
		Fine: logistic(logit(latency, false)), Failed: logistic(logit(latency, true)),
		Doubled: logistic(logit(2*latency, failed)), Later: logistic(logit(latency+.1, failed)),
	}
	c.P = c.Fine
	if failed {
		c.P = c.Failed
	}
	return c
}

// foresee writes how likely each reaction to a call of e is; o.Failed is known.
func (o *Outcome) foresee(c *Config, e *endpoint, s *scene, latency float64) {
	base, beta, delta := c.leaving(e, s)
	leave := chances(latency, o.Failed, func(latency float64, failed bool) float64 {
		return base + beta*e.doublings(latency) + delta*one(failed)
	})
	o.P, o.PFine, o.PFailed, o.PDoubled, o.PLater = leave.P, leave.Fine, leave.Failed, leave.Doubled, leave.Later
	o.Slope = beta * o.P * (1 - o.P)
	o.Retry = chances(latency, o.Failed, func(latency float64, failed bool) float64 { return c.retrying(e, e.doublings(latency), failed) })
	o.Rage = chances(latency, o.Failed, func(latency float64, failed bool) float64 { return c.raging(e, s, latency, failed) })
}

// ledger holds what was made and is not yet due.
type ledger struct {
	events   []stamped[event.Event]
	calls    []stamped[event.Call]
	spans    []stamped[event.Span]
	ties     []stamped[Tie]
	outcomes []stamped[Outcome]
}

type stamped[T any] struct {
	at     time.Time
	record T
}

// cut takes everything before until, in the order of time.
func (l *ledger) cut(until time.Time) (records event.Records, truth Truth) {
	records.Events = due(&l.events, until)
	records.Calls = due(&l.calls, until)
	records.Spans = due(&l.spans, until)
	truth.Ties = due(&l.ties, until)
	truth.Outcomes = due(&l.outcomes, until)
	return records, truth
}

// due sorts positions, not records, which are large. Equal times keep their order.
func due[T any](pending *[]stamped[T], until time.Time) []T {
	type position struct {
		at int64
		i  int
	}
	var order []position
	for i := range *pending {
		if at := (*pending)[i].at; at.Before(until) {
			order = append(order, position{at.UnixMicro(), i})
		}
	}
	if len(order) == 0 {
		return nil
	}
	slices.SortFunc(order, func(a, b position) int {
		if a.at != b.at {
			return int(min(max(a.at-b.at, -1), 1))
		}
		return a.i - b.i
	})
	records := make([]T, len(order))
	for n, o := range order {
		records[n] = (*pending)[o.i].record
	}
	*pending = slices.DeleteFunc(*pending, func(s stamped[T]) bool { return s.at.Before(until) })
	return records
}
