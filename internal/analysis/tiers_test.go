package analysis_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// behindAnEdge lets a proxy see every request of the shop too, under another route.
func (s *shop) behindAnEdge() *shop {
	for _, c := range slices.Clone(s.Calls) {
		if c.Side != event.Server {
			continue
		}
		c.ID, c.Service, c.Route, c.Path = "edge-"+c.ID, "edge", "/shop/pay", "/shop/pay"
		c.Time, c.Duration = c.Time.Add(-time.Millisecond), c.Duration+2*time.Millisecond
		c.OwnTime = c.Time
		s.Calls = append(s.Calls, c)
	}
	return s
}

// harmed is a shop in whose visits of two days every second payment failed.
func harmed() *shop {
	var s shop
	for i := range 80 {
		s.visit(at("11:00").Add(time.Duration(i-80)*30*time.Minute), outcome{fails: i%2 == 0})
	}
	return &s
}

// The proxy before the shop saw every failure too. The first screen says what it says
// without the proxy: one endpoint, the one where it broke.
func TestTheInnermostServiceIsNamedOnce(t *testing.T) {
	t.Parallel()
	want := overview(t, broken().store(t), question(orderPaid())).Now.Trouble
	got := overview(t, broken().behindAnEdge().store(t), question(orderPaid())).Now.Trouble
	if diff := cmp.Diff(want, got); diff != "" || want.Endpoint.Service != "shop" {
		t.Errorf("%s\n%+v", diff, want)
	}
	costs := overview(t, harmed().store(t), question(orderPaid())).Costs
	if len(costs.Rows) != 1 {
		t.Fatalf("%+v", costs)
	}
	if diff := cmp.Diff(costs, overview(t, harmed().behindAnEdge().store(t), question(orderPaid())).Costs); diff != "" {
		t.Error(diff)
	}
}

// What the proxy alone saw fail is its own.
func TestAProxyThatFailsByItselfIsNamed(t *testing.T) {
	t.Parallel()
	s := harmed().behindAnEdge()
	for i := range s.Calls {
		if s.Calls[i].Service == "shop" {
			s.Calls[i].Status = 200
		}
	}
	if got := overview(t, s.store(t), question(orderPaid())).Costs.Rows; len(got) != 1 || got[0].Endpoint.Service != "edge" {
		t.Errorf("%+v", got)
	}
}

func TestInnermost(t *testing.T) {
	t.Parallel()
	// A call of a service that begins at from and ends at to, in milliseconds; 0, 0 is a
	// line that tells no duration.
	call := func(service string, from, to int, more ...func(*store.CallRow)) store.CallRow {
		c := store.CallRow{Call: event.Call{Side: event.Server, Service: service, TraceID: "t", Time: at("11:00").Add(time.Duration(from) * time.Millisecond)}}
		c.Duration, c.Timed = time.Duration(to-from)*time.Millisecond, to > from
		for _, change := range more {
			change(&c)
		}
		return c
	}
	of := func(client string) func(*store.CallRow) {
		return func(c *store.CallRow) { c.Link = &event.Link{ClientCallID: client} }
	}
	browser := func(c *store.CallRow) { c.Side, c.ID, c.TraceID = event.Client, "c", "" }
	looks := func(status int) func(*store.CallRow) {
		return func(c *store.CallRow) { c.TraceID, c.Method, c.Path, c.Status = "", "GET", "/x", status }
	}
	apart := func(c *store.CallRow) { c.TraceID = "" }
	for name, test := range map[string]struct {
		bad  []store.CallRow
		want []int
	}{
		"three tiers of one trace":                     {[]store.CallRow{call("edge", 0, 100), call("bank", 20, 80), call("shop", 10, 90)}, []int{1, 1, 1}},
		"by the client call they are linked to":        {[]store.CallRow{call("edge", 0, 100, apart, of("c")), call("shop", 10, 90, apart, of("c"))}, []int{1, 1}},
		"two requests of one trace are two":            {[]store.CallRow{call("edge", 0, 100, of("c")), call("shop", 10, 90, of("d"))}, []int{0, 1}},
		"nothing ties them":                            {[]store.CallRow{call("edge", 0, 100, apart), call("shop", 10, 90, apart)}, []int{0, 1}},
		"a second service asked after the first":       {[]store.CallRow{call("edge", 0, 100), call("shop", 10, 40), call("bank", 50, 90)}, []int{1, 1, 2}},
		"tries of one service count each":              {[]store.CallRow{call("edge", 0, 100), call("shop", 10, 40), call("shop", 50, 90)}, []int{1, 1, 2}},
		"a clock that is off by less than half of it":  {[]store.CallRow{call("edge", 0, 100), call("shop", -30, 50)}, []int{1, 1}},
		"a log without durations is the outermost":     {[]store.CallRow{call("edge", 900, 900), call("shop", 10, 90)}, []int{1, 1}},
		"the browser that got no answer sees it again": {[]store.CallRow{call("", 5000, 5100, browser), call("shop", 10, 90, of("c"))}, []int{1, 1}},
		"no id, but alike and one within the other":    {[]store.CallRow{call("edge", 0, 100, looks(503)), call("shop", 10, 90, looks(503))}, []int{1, 1}},
		"alike, but not within":                        {[]store.CallRow{call("edge", 0, 40, looks(503)), call("shop", 50, 90, looks(503))}, []int{0, 1}},
		"another status":                               {[]store.CallRow{call("edge", 0, 100, looks(504)), call("shop", 10, 90, looks(503))}, []int{0, 1}},
		"two requests at once":                         {[]store.CallRow{call("edge", 0, 100, looks(503)), call("edge", 5, 110, looks(503)), call("shop", 10, 90, looks(503)), call("shop", 15, 100, looks(503))}, []int{2, 3, 2, 3}},
		"one service call is seen once by each other":  {[]store.CallRow{call("edge", 0, 100, looks(503)), call("edge", 5, 110, looks(503)), call("shop", 10, 90, looks(503))}, []int{2, 1, 2}},
		"nothing at all":                               {nil, []int{}},
	} {
		if diff := cmp.Diff(test.want, analysis.Innermost(test.bad)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}
