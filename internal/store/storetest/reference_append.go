package storetest

import (
	"context"
	"maps"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Append implements [store.Writer].
func (r *Reference) Append(ctx context.Context, b event.Batch) (store.Receipt, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Receipt{}, err
	}
	defer unlock()
	before := len(r.events) + len(r.calls) + len(r.spans)
	r.events = appendNew(r, b, r.events, each(b.Events(), cleanEvent), sameEvent)
	r.calls = appendNew(r, b, r.calls, each(b.Calls(), cleanCall), sameCall)
	r.spans = appendNew(r, b, r.spans, each(b.Spans(), cleanSpan), sameSpan)
	accepted := len(r.events) + len(r.calls) + len(r.spans) - before

	hour := r.now().UTC().Truncate(time.Hour)
	if twice := b.Len() - accepted; twice > 0 {
		r.duplicates = append(r.duplicates, hourly[int]{b.Project(), hour, twice})
	}
	for _, rejection := range b.Rejected() {
		r.rejected = append(r.rejected, hourly[event.Rejection]{b.Project(), hour, rejection})
	}
	return store.Receipt{Accepted: accepted, Duplicates: b.Len() - accepted, Upto: r.arrived}, nil
}

// sameness is what two records of one kind have in common when one is a
// duplicate of the other.
type sameness struct {
	project event.ProjectID
	id      string
	own     int64
}

func sameEvent(e *event.Event) (string, time.Time) { return e.ID, e.OwnTime }
func sameCall(c *event.Call) (string, time.Time)   { return c.ID, c.OwnTime }
func sameSpan(s *event.Span) (string, time.Time)   { return s.ID, s.OwnTime }

// appendNew adds the rows that are not yet there and gives them their place.
func appendNew[T any](r *Reference, b event.Batch, have []stored[T], rows []T, same func(*T) (string, time.Time)) []stored[T] {
	seen := map[sameness]bool{}
	isNew := func(project event.ProjectID, row *T) bool {
		id, own := same(row)
		key := sameness{project, id, own.UnixMicro()}
		defer func() { seen[key] = true }()
		return !seen[key]
	}
	for i := range have {
		isNew(have[i].project, &have[i].row)
	}
	for i := range rows {
		if isNew(b.Project(), &rows[i]) {
			r.arrived++
			have = append(have, stored[T]{b.Project(), r.arrived, r.now(), b.Label(), rows[i]})
		}
	}
	return have
}

// cleanEvent copies what a store keeps of an event.
func cleanEvent(e event.Event) event.Event {
	e.Time, e.Duration = event.Time(e.Time), e.Duration.Truncate(time.Microsecond)
	e.Properties, e.Context.UTM = scalars(e.Properties), maps.Clone(e.Context.UTM)
	e.Origin = cleanOrigin(e.Origin)
	return e
}

// cleanCall copies what a store keeps of a call.
func cleanCall(c event.Call) event.Call {
	c.Time, c.Duration, c.Grain = event.Time(c.Time), c.Duration.Truncate(time.Microsecond), c.Grain.Truncate(time.Microsecond)
	if !c.Timed {
		c.Duration = 0
	}
	c.Attributes, c.Context.UTM = scalars(c.Attributes), maps.Clone(c.Context.UTM)
	c.Origin = cleanOrigin(c.Origin)
	return c
}

// cleanSpan copies what a store keeps of a span.
func cleanSpan(s event.Span) event.Span {
	s.Time, s.Duration = event.Time(s.Time), s.Duration.Truncate(time.Microsecond)
	s.Attributes, s.Origin = scalars(s.Attributes), cleanOrigin(s.Origin)
	return s
}

func cleanOrigin(o event.Origin) event.Origin {
	o.UserAgent, o.ClientIP = "", ""
	if o.Consent == event.ConsentDenied {
		o.ClientKey, o.AgentKey = 0, 0
	}
	o.OwnTime, o.SentAt = event.Time(o.OwnTime), event.Time(o.SentAt)
	return o
}

// scalars copies an open map; integers become int64.
func scalars(m map[string]any) map[string]any {
	if len(m) == 0 {
		return nil
	}
	out := maps.Clone(m)
	for key, value := range out {
		if n, ok := value.(int); ok {
			out[key] = int64(n)
		}
	}
	return out
}

// shownEvent is an event as reads return it: without the evidence that only the
// link pass may see.
func shownEvent(e event.Event) event.Event {
	e.ClientKey, e.AgentKey = 0, 0
	return e
}

func shownCall(c event.Call) event.Call {
	c.Bodies = event.Bodies{}
	return shownWithBodies(c)
}

func shownWithBodies(c event.Call) event.Call {
	c.ClientKey, c.AgentKey = 0, 0
	return c
}

func shownSpan(s event.Span) event.Span {
	s.ClientKey, s.AgentKey = 0, 0
	return s
}

// each maps a slice.
func each[In, Out any](in []In, f func(In) Out) []Out {
	out := make([]Out, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}
