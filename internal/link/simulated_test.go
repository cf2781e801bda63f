package link_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
	"github.com/clickspan/clickspan/internal/simulate"
)

// simulated is a story without ids, and what was true of it.
type simulated struct {
	rows    link.Rows
	answers truth // server call → client call
	causes  truth // call of either side → action, "" for polls; calls whose action got lost are left out
}

// scenario is what collectors see of the shop. All lose one record in twenty.
type scenario struct {
	name   string
	people int
	grain  time.Duration // of the edge's log
	// blind takes the address, the query and the size from what the browsers sent,
	// so that only the browser's name tells people apart, and little their calls.
	blind  bool
	shared float64       // share of devices behind an address that hundreds use
	skew   time.Duration // what is left of the browsers' clock errors
	// restless pages also call by themselves, in no rhythm and on many routes.
	restless bool
	// precision and recall are the least that match must reach, causes the least
	// share of causes found by time that must be right.
	precision, recall, causes float64
}

func scenarios() []scenario {
	return []scenario{
		{name: "exact clock", people: 200, precision: 0.99, recall: 0.99, causes: 0.95},
		{name: "clock of a second", people: 200, grain: time.Second, precision: 0.99, recall: 0.99, causes: 0.95},
		{name: "exact clock, no address", people: 300, blind: true, precision: 0.98, recall: 0.9, causes: 0.95},
		{name: "clock of a second, no address", people: 300, grain: time.Second, blind: true, precision: 0.9, recall: 0.85, causes: 0.95},
		{name: "exact clock, shared addresses, browsers' clocks off", people: 200, shared: 0.3, skew: 100 * time.Millisecond, precision: 0.98, recall: 0.9, causes: 0.95},
		{name: "clock of a second, shared addresses, browsers' clocks off", people: 200, grain: time.Second, shared: 0.3, skew: 100 * time.Millisecond, precision: 0.98, recall: 0.9, causes: 0.95},
		{name: "exact clock, restless pages", people: 200, restless: true, precision: 0.98, recall: 0.9, causes: 0.9},
	}
}

// tell simulates the shop, notes the truth and takes every id away.
func (x scenario) tell(t *testing.T, seed uint64) simulated {
	t.Helper()
	s := simulated{answers: truth{}, causes: truth{}}
	config := simulate.Config{
		Seed: seed, People: x.people, Days: 2, End: epoch, Grain: x.grain, Shared: x.shared, Skew: x.skew, Loss: 0.05,
		NoRobots: true, Confounders: simulate.Demo(),
	}
	l := lore{assets: map[string]bool{}, caused: map[string]bool{}}
	_, err := simulate.Run(context.Background(), config, func(c simulate.Chunk) error {
		s.rows.Events = append(s.rows.Events, c.Records.Events...)
		s.rows.Calls = append(s.rows.Calls, c.Records.Calls...)
		for _, call := range c.Records.Calls {
			l.assets[call.ID], l.caused[call.ID] = call.Class == event.Asset, call.ActionID != ""
		}
		for _, tie := range c.Truth.Ties {
			s.learn(tie, l)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if x.restless {
		s.stir(rand.New(rand.NewPCG(seed, seed)))
	}
	strip(s.rows.Calls)
	for i := range s.rows.Events {
		e := &s.rows.Events[i]
		e.ActionID = ""
		key(&e.Origin, x.blind)
		if u, err := url.Parse(e.Page.URL); err == nil {
			e.Page.Path = u.Path
		}
	}
	for i := range s.rows.Calls {
		c := &s.rows.Calls[i]
		key(&c.Origin, x.blind && c.Side == event.Client)
		if x.blind && c.Side == event.Client {
			c.Query, c.ResponseBytes = "", 0
		}
	}
	return s
}

// stir adds, after each event and for as long as its session lasts, a call that no
// action caused: a quarter of a minute later in the mean.
func (s *simulated) stir(dice *rand.Rand) {
	until := map[string]time.Time{}
	for _, e := range s.rows.Events {
		until[e.SessionID] = e.Time
	}
	for i, e := range s.rows.Events {
		at := e.Time.Add(time.Duration(dice.ExpFloat64() * float64(15*time.Second)))
		if at.After(until[e.SessionID]) {
			continue
		}
		c := event.Call{
			ID: fmt.Sprintf("restless-%d", i), Time: at, Duration: 150 * time.Millisecond, Timed: true, Side: event.Client, Method: "GET",
			Path: fmt.Sprintf("/api/hints/%d", dice.IntN(12)), Status: 200, Class: event.API, Identity: e.Identity, Origin: e.Origin,
		}
		row := c
		row.ID, row.Side, row.Service, row.Identity = c.ID+"-row", event.Server, "hints", event.Identity{}
		row.Time, row.Duration = at.Add(40*time.Millisecond), 60*time.Millisecond
		s.rows.Calls = append(s.rows.Calls, c, row)
		s.causes[c.ID], s.answers[row.ID] = "", c.ID
	}
}

// lore is what a call's own record tells, by id.
type lore struct {
	assets map[string]bool
	caused map[string]bool // an action caused it, arrived or not
}

// learn notes the truth of one request, assets apart: they are never linked.
func (s *simulated) learn(tie simulate.Tie, l lore) {
	ids := tie.ServerCallIDs
	if tie.ClientCallID != "" {
		ids = append(slices.Clone(ids), tie.ClientCallID)
	}
	if slices.ContainsFunc(ids, func(id string) bool { return l.assets[id] }) {
		return
	}
	if tie.EventID != "" || !slices.ContainsFunc(ids, func(id string) bool { return l.caused[id] }) {
		for _, id := range ids {
			s.causes[id] = tie.EventID
		}
	}
	if tie.ClientCallID != "" {
		for _, id := range tie.ServerCallIDs {
			s.answers[id] = tie.ClientCallID
		}
	}
}

// key gives a record the keys that the pipeline would: a /24 and the user agent.
func key(o *event.Origin, blind bool) {
	o.AgentKey = event.KeyOf(1, 'A', o.UserAgent)
	if a, err := netip.ParseAddr(o.ClientIP); err == nil && !blind {
		prefix, _ := a.Prefix(24)
		o.ClientKey = event.KeyOf(1, 'C', prefix.String()+o.UserAgent)
	}
}

// TestSimulatedMatch: what the recording cannot show, thousands of links whose
// truth is known, under several scenarios. Constants were fitted on two seeds; two
// others judge the confidence.
func TestSimulatedMatch(t *testing.T) {
	t.Parallel()
	for _, x := range scenarios() {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			for _, data := range []struct {
				dataset
				seeds []uint64
			}{{fit, []uint64{3, 4}}, {holdOut, []uint64{5, 6}}} {
				var match, window reliability
				for _, seed := range data.seeds {
					s := x.tell(t, seed)
					results := linkAll(s.rows)
					got := judge(results, s.answers, map[string]bool{}, func(string) bool { return true })
					causes := judgeCauses(results, s.causes)
					t.Logf("seed %d, %d rows  %s  causes right %d/%d %.3f", seed, s.rows.Len(), got, causes.all.right, causes.all.n, causes.all.share())
					if p := got.precision(event.ByMatch); p < x.precision || got.recall() < x.recall {
						t.Errorf("seed %d: precision %.3f and recall %.3f, want %.2f and %.2f", seed, p, got.recall(), x.precision, x.recall)
					}
					if causes.all.share() < x.causes {
						t.Errorf("seed %d: %.3f of the causes found by time are right, want at least %.2f", seed, causes.all.share(), x.causes)
					}
					match, window = match.plus(got.bins), window.plus(causes.bins)
				}
				match.judge(t, data.dataset, "match, simulator, "+x.name, 1)
				window.judge(t, data.dataset, "window, simulator, "+x.name, 1)
			}
		})
	}
}
