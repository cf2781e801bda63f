package link_test

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
	"github.com/clickspan/clickspan/internal/simulate"
)

// simulated is a story without ids, and what was true of it.
type simulated struct {
	rows    link.Rows
	answers truth             // server call → client call
	causes  map[string]string // call of either side → action, "" for polls
}

// blind takes the address, the query and the size from what the browsers sent, so
// that only the browser's name tells people apart, and little their calls.
func simulatedShop(t *testing.T, seed uint64, grain time.Duration, people int, blind bool) simulated {
	t.Helper()
	s := simulated{answers: truth{}, causes: map[string]string{}}
	config := simulate.Config{
		Seed: seed, People: people, Days: 2, End: epoch, Untraced: 1, Grain: grain, Loss: 0.05, NoRobots: true, Confounders: simulate.Demo(),
	}
	assets := map[string]bool{}
	_, err := simulate.Run(context.Background(), config, func(c simulate.Chunk) error {
		s.rows.Events = append(s.rows.Events, c.Records.Events...)
		s.rows.Calls = append(s.rows.Calls, c.Records.Calls...)
		for _, call := range c.Records.Calls {
			assets[call.ID] = call.Class == event.Asset
		}
		for _, tie := range c.Truth.Ties {
			s.learn(tie, assets)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.rows.Events {
		e := &s.rows.Events[i]
		key(&e.Origin, blind)
		if u, err := url.Parse(e.Page.URL); err == nil {
			e.Page.Path = u.Path
		}
	}
	for i := range s.rows.Calls {
		c := &s.rows.Calls[i]
		key(&c.Origin, blind && c.Side == event.Client)
		if blind && c.Side == event.Client {
			c.Query, c.ResponseBytes = "", 0
		}
	}
	return s
}

// learn notes the truth of one request, assets apart: they are never linked.
func (s *simulated) learn(tie simulate.Tie, assets map[string]bool) {
	if assets[tie.ClientCallID] {
		return
	}
	if tie.ClientCallID != "" {
		s.causes[tie.ClientCallID] = tie.EventID
	}
	for _, id := range tie.ServerCallIDs {
		if assets[id] {
			return
		}
		s.causes[id] = tie.EventID
		if tie.ClientCallID != "" {
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
// truth is known, from two seeds, with a fine and a coarse clock, with and without
// the clients' addresses.
func TestSimulatedMatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		grain             time.Duration
		people            int
		blind             bool
		precision, recall float64
	}{
		{0, 200, false, 0.99, 0.99},
		{time.Second, 200, false, 0.99, 0.99},
		{0, 300, true, 0.98, 0.9},
		{time.Second, 300, true, 0.9, 0.85},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("grain=%s/blind=%v", tt.grain, tt.blind), func(t *testing.T) {
			t.Parallel()
			var match, window [10]bin
			for _, seed := range []uint64{3, 4} {
				s := simulatedShop(t, seed, tt.grain, tt.people, tt.blind)
				results := linkAll(s.rows)
				got := judge(results, s.answers, map[string]bool{}, func(string) bool { return true })
				causes, found, of := s.judgeCauses(results)
				t.Logf("seed %d, %d rows  %s  causes right %d/%d %.3f, found %d of %d",
					seed, s.rows.Len(), got, causes.right, causes.n, causes.share(), found, of)
				for i := range match {
					match[i] = match[i].plus(got.bins[i])
					window[i] = window[i].plus(causes.bins[i])
				}
				if causes.share() < 0.95 {
					t.Errorf("seed %d: %.3f of the causes found by time are right, want at least 0.95", seed, causes.share())
				}
				if p := got.precision(event.ByMatch); p < tt.precision || got.recall() < tt.recall {
					t.Errorf("seed %d: precision %.3f and recall %.3f, want %.2f and %.2f", seed, p, got.recall(), tt.precision, tt.recall)
				}
			}
			reliability(t, "confidence of match", match)
			reliability(t, "confidence of window", window)
		})
	}
}

type causeScore struct {
	bin
	bins [10]bin
}

// judgeCauses scores the ties of actions to calls made by time alone.
func (s simulated) judgeCauses(results []link.Result) (got causeScore, found, of int) {
	for _, c := range s.rows.Calls {
		if c.Side == event.Client && s.causes[c.ID] != "" {
			of++
		}
	}
	for _, r := range results {
		for _, l := range r.Links {
			if l.EventID == "" || l.Method != event.ByWindow {
				continue
			}
			id := l.ClientCallID + l.ServerCallID
			b := bin{n: 1, claimed: l.Confidence}
			if s.causes[id] == l.EventID {
				b.right = 1
				if l.ClientCallID != "" {
					found++
				}
			}
			got.bin = got.plus(b)
			i := min(9, int(l.Confidence*10))
			got.bins[i] = got.bins[i].plus(b)
		}
	}
	return got, found, of
}
