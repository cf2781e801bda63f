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

// Outcome is one action with its call, and how likely it made the person leave.
type Outcome struct {
	EventID   string  `json:"event_id,omitempty"`
	SessionID string  `json:"session_id"`
	DeviceID  string  `json:"device_id"`
	Endpoint  string  `json:"endpoint"`
	LatencyUS int64   `json:"latency_us"` // what the person would have waited
	Failed    bool    `json:"failed"`
	P         float64 `json:"p"`        // probability of leaving
	Slope     float64 `json:"slope"`    // its derivative by log2 of the latency
	PFine     float64 `json:"p_fine"`   // probability had the call not failed
	PFailed   float64 `json:"p_failed"` // probability had it failed
	Abandoned bool    `json:"abandoned"`
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
