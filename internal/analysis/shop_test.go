package analysis_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/storetest"
)

// noon is the moment all examples are asked at, a Friday.
func noon() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

// at is a time of that day, "11:40".
func at(clock string) time.Time {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		panic(err) // a slip in a test
	}
	return noon().Truncate(24 * time.Hour).Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
}

func pay() event.Endpoint { return event.Endpoint{Service: "shop", Method: "POST", Route: "/pay"} }

func orderPaid() analysis.Goal {
	return analysis.Goal{ID: "order-paid", Name: "Order paid", Step: analysis.Step{Event: "Order Paid"}, Direction: analysis.Up}
}

// shop collects records for a store.
type shop struct {
	event.Records
	visits int
}

// outcome is how the payment of a visit went.
type outcome struct {
	fails, thenPays bool
	slow            bool // the server takes 3 s
	far             bool // the way to the server takes 3 s
}

// visit is a person who sees the cart and the checkout, pays 20 s after the start,
// and when that went well orders 10 s later. A retry comes 30 s after a failure.
func (s *shop) visit(start time.Time, o outcome) {
	s.visits++
	n := s.visits
	who := event.Identity{DeviceID: fmt.Sprintf("d%d", n), SessionID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", n)}
	did := func(after time.Duration, kind event.Kind, name, page string) {
		e := event.Event{
			ID: fmt.Sprintf("v%d-%s-%s", n, after, name), Time: start.Add(after), Name: name, Kind: kind, Identity: who,
			Page: event.Page{Path: page, Route: page}, ActionID: fmt.Sprintf("a%d-%s", n, after),
		}
		e.OwnTime = e.Time
		s.Events = append(s.Events, e)
	}
	pays := func(after time.Duration, failed bool) {
		did(after, event.Click, "pay", "/checkout")
		trace := fmt.Sprintf("%016x%016x", n, after.Milliseconds()+1)
		call := func(side event.Side, begin, took time.Duration) {
			c := event.Call{
				ID: fmt.Sprintf("v%d-%s-%s", n, after, side), Time: start.Add(begin), Duration: took, Timed: true, Side: side, Method: "POST",
				Path: "/pay", Route: "/pay", Class: event.API, Status: 200, TraceID: trace, Weight: 1,
			}
			if failed {
				c.Status = 503
			}
			if side == event.Client {
				c.Identity, c.ActionID, c.SpanID = who, fmt.Sprintf("a%d-%s", n, after), fmt.Sprintf("%016x", n)
			} else {
				c.Service, c.ParentSpanID = "shop", fmt.Sprintf("%016x", n)
			}
			c.OwnTime = c.Time
			s.Calls = append(s.Calls, c)
		}
		work, way := 100*time.Millisecond, 50*time.Millisecond
		if o.slow {
			work = 3 * time.Second
		}
		if o.far {
			way = 3 * time.Second
		}
		call(event.Client, after+10*time.Millisecond, work+way)
		call(event.Server, after+10*time.Millisecond+way/2, work)
		if !failed {
			did(after+10*time.Second, event.Custom, "Order Paid", "/thanks")
		}
	}
	did(0, event.PageView, "page_view", "/cart")
	did(10*time.Second, event.PageView, "page_view", "/checkout")
	pays(20*time.Second, o.fails)
	if o.thenPays {
		pays(50*time.Second, false)
	}
}

// leaves is a visit that sees the cart and goes.
func (s *shop) leaves(start time.Time) {
	s.visits++
	e := event.Event{
		ID: fmt.Sprintf("v%d", s.visits), Time: start, Name: "page_view", Kind: event.PageView, Page: event.Page{Path: "/cart", Route: "/cart"},
		Identity: event.Identity{DeviceID: fmt.Sprintf("d%d", s.visits), SessionID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", s.visits)},
	}
	e.OwnTime = e.Time
	s.Events = append(s.Events, e)
}

// usualWeek is a good visit every half hour of the week before 11:00.
func (s *shop) usualWeek() {
	for t := at("11:00").Add(-7 * 24 * time.Hour); t.Before(at("11:00")); t = t.Add(30 * time.Minute) {
		s.visit(t, outcome{})
	}
}

// store links the records and returns them in the reference store.
func (s *shop) store(t *testing.T) store.Reader {
	t.Helper()
	reference := storetest.NewReference(noon)
	for i := range s.Calls {
		s.Calls[i].Weight = 1
	}
	if _, err := reference.Append(t.Context(), event.NewBatch(1, "", s.Records, asIs{})); err != nil {
		t.Fatal(err)
	}
	linker := pipeline.NewLinker(pipeline.LinkerConfig{Store: reference, Now: noon})
	for more := true; more; {
		var err error
		if more, err = linker.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return reference
}

// asIs is a redactor that changes nothing.
type asIs struct{}

func (asIs) Event(*event.Event) {}
func (asIs) Call(*event.Call)   {}
func (asIs) Span(*event.Span)   {}

func question(goals ...analysis.Goal) analysis.Question {
	return analysis.Question{Project: 1, Now: noon(), Zone: time.UTC, Goals: goals}
}

// overview asks a fresh board until it knows everything.
func overview(t *testing.T, r store.Reader, q analysis.Question) (got analysis.Overview) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		boards := analysis.NewBoards(r, analysis.Association{})
		for got.Pending = true; got.Pending; synctest.Wait() {
			var err error
			if got, err = boards.Overview(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
	})
	return got
}
