package link_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
)

// visits makes n rows of people who click once in a while. Every click has one
// call, seen by the browser and, without any id, by one server; calls of one
// person overlap now and then.
func visits(n int) link.Rows { return visitsFrom(0, n) }

// visitsFrom makes n rows of other people, later, for another first.
func visitsFrom(first, n int) link.Rows {
	const perVisit = 30
	var rows link.Rows
	for v := first; rows.Len() < n; v++ {
		at := epoch.Add(time.Duration(v) * 700 * time.Millisecond)
		who := event.Identity{SessionID: fmt.Sprintf("session-%012d", v), DeviceID: fmt.Sprintf("device-%d", v)}
		client := event.Origin{ClientKey: event.Key(v + 1), AgentKey: event.Key(v%40 + 1)}
		for i := range perVisit / 3 {
			id := fmt.Sprintf("%d-%d", v, i)
			at = at.Add(time.Duration(300+i%7*900) * time.Millisecond)
			path := fmt.Sprintf("/api/%d", i%5)
			rows.Events = append(rows.Events, event.Event{
				ID: "e" + id, Time: at, Name: "click", Kind: event.Click, Identity: who, Origin: client,
				Target: event.Target{Selector: "#b" + path}, Page: event.Page{Path: "/shop"},
			})
			rows.Calls = append(rows.Calls,
				event.Call{
					ID: "c" + id, Time: at.Add(20 * time.Millisecond), Duration: 200 * time.Millisecond, Timed: true, Side: event.Client,
					Method: "GET", Path: path, Status: 200, Identity: who, Origin: client,
				},
				event.Call{
					ID: "s" + id, Time: at.Add(50 * time.Millisecond), Duration: 120 * time.Millisecond, Timed: true, Side: event.Server, Service: "shop",
					Method: "GET", Path: path, Status: 200, Origin: client,
				})
		}
	}
	return rows
}

// crowd makes one block of n rows: many people behind one address and browser, all
// calling the same few routes in the same minutes, in a log with a coarse clock.
func crowd(n int, grain time.Duration) link.Rows {
	rows := visits(n)
	for i := range rows.Events {
		rows.Events[i].Origin = event.Origin{AgentKey: 1}
		rows.Events[i].Time = epoch.Add(rows.Events[i].Time.Sub(epoch) / 4)
	}
	for i := range rows.Calls {
		c := &rows.Calls[i]
		c.Origin = event.Origin{AgentKey: 1}
		c.Path = "/api/1"
		c.Time = epoch.Add(c.Time.Sub(epoch) / 4)
		if c.Side == event.Server {
			c.Time, c.Grain, c.Timed = c.Time.Truncate(max(grain, 1)), grain, grain == 0
		}
	}
	return rows
}

func BenchmarkLink(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
			rows := visits(n)
			b.ResetTimer()
			done := 0
			for b.Loop() {
				linkAll(rows)
				done += rows.Len()
			}
			b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkLinkMany links ten million rows as the link pass gets them, a part at a
// time, so that they need not lie in memory together. Making the rows does not count.
func BenchmarkLinkMany(b *testing.B) {
	const all, part = 10_000_000, 1_000_000
	b.Run(fmt.Sprintf("rows=%d", all), func(b *testing.B) {
		done := 0
		for b.Loop() {
			for first := 0; first < all; first += part {
				b.StopTimer()
				rows := visitsFrom(first, part)
				b.StartTimer()
				linkAll(rows)
				done += rows.Len()
			}
		}
		b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "rows/s")
	})
}

func BenchmarkCrowdedBlock(b *testing.B) {
	for _, grain := range []time.Duration{0, time.Second, time.Minute} {
		for _, n := range []int{1_250, 2_500, 4_980} {
			b.Run(fmt.Sprintf("grain=%s/rows=%d", grain, n), func(b *testing.B) {
				blocks := link.Blocks(crowd(n, grain))
				if len(blocks) != 1 {
					b.Fatalf("%d blocks", len(blocks))
				}
				for b.Loop() {
					link.Link(blocks[0], link.Options{})
				}
			})
		}
	}
}

// BenchmarkOneInstant is the worst block there is: one route, one browser, one
// second, and nothing to tell its rows apart.
func BenchmarkOneInstant(b *testing.B) {
	for _, n := range []int{1_250, 2_500, 5_000} {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
			block := link.Block{Rows: crowd(n, time.Second)}
			for i := range block.Events {
				block.Events[i].Time = epoch
			}
			for i := range block.Calls {
				block.Calls[i].Time = epoch
			}
			for b.Loop() {
				link.Link(block, link.Options{})
			}
		})
	}
}
