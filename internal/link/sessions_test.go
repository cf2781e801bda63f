package link_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
)

// as makes the row one without session id.
func as(device, user string) option {
	return func(e *event.Event, c *event.Call) {
		i := event.Identity{DeviceID: device, UserID: user}
		if e != nil {
			e.Identity = i
		} else {
			c.Identity = i
		}
	}
}

func inSession(id string) option {
	return func(e *event.Event, c *event.Call) {
		if e != nil {
			e.SessionID = id
		} else {
			c.SessionID = id
		}
	}
}

const minute = 60.0

func TestSessions(t *testing.T) {
	t.Parallel()
	day := []any{}
	for i := range 25 * 4 {
		day = append(day, click(fmt.Sprintf("e%03d", i), float64(i)*15*minute, as("d", "")))
	}
	tests := []struct {
		name string
		rows []any
		want []string // events, calls, start and end in minutes
	}{
		{"half an hour of silence is still one visit", []any{click("e1", 0, as("d", "")), click("e2", 30*minute, as("d", ""))}, []string{"2 events 0 calls 0–30"}},
		{"more is two", []any{click("e1", 0, as("d", "")), click("e2", 30*minute+1, as("d", ""))}, []string{"1 events 0 calls 0–0", "1 events 0 calls 30–30"}},
		{"a day is the most", day, []string{"97 events 0 calls 0–1440", "3 events 0 calls 1455–1485"}},
		{"two devices are two", []any{click("e1", 0, as("d", "")), click("e2", 1, as("f", ""))}, []string{"1 events 0 calls 0–0", "1 events 0 calls 0–0"}},
		{"a user alone is a device of its own", []any{click("e1", 0, as("", "ann")), click("e2", minute, as("", "ann"))}, []string{"2 events 0 calls 0–1"}},
		{"calls do not extend a visit", []any{
			click("e1", 0, as("d", "")), client("c1", 20*minute, 1, as("d", "")), client("c2", 40*minute, 1, as("d", "")), click("e2", 41*minute, as("d", "")),
		}, []string{"1 events 1 calls 0–0", "1 events 0 calls 41–41"}},
		{"the sender's id is kept over silence, in parts", []any{click("e1", 0), click("e2", 50*minute)}, []string{"1 events 0 calls 0–0", "1 events 0 calls 50–50"}},
		{"a short id is the device's own", []any{
			click("e1", 0, as("d", ""), inSession("1")), click("e2", 1, as("f", ""), inSession("1")),
		}, []string{"1 events 0 calls 0–0", "1 events 0 calls 0–0"}},
		{"server requests count where no client call was reported, tiers once", []any{
			click("e1", 0), server("s1", 0.01, 1, requestID("r")), server("s2", 0.02, 0.5, requestID("r"), service("db")),
		}, []string{"1 events 1 calls 0–0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			ids := map[string]bool{}
			for _, r := range linkAll(rowsOf(tt.rows...)) {
				for _, s := range r.Sessions {
					got = append(got, fmt.Sprintf("%d events %d calls %.0f–%.0f", s.Events, s.Calls, s.Start.Sub(epoch).Minutes(), s.End.Sub(epoch).Minutes()))
					if s.Derived && ids[s.ID] {
						t.Errorf("two visits are named %s", s.ID)
					}
					ids[s.ID] = true
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("sessions (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSessionsByTheProjectsRule: a project may end derived sessions sooner, never later
// than a block ends; a client's own id stays.
func TestSessionsByTheProjectsRule(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		opts link.Options
		rows []any
		want int
	}{
		{"a gap of ten minutes is still one visit", link.Options{Gap: 10 * time.Minute}, []any{click("e1", 0, as("d", "")), click("e2", 10*minute, as("d", ""))}, 1},
		{"more is two", link.Options{Gap: 10 * time.Minute}, []any{click("e1", 0, as("d", "")), click("e2", 10*minute+1, as("d", ""))}, 2},
		{"two hours are two blocks", link.Options{Gap: 3 * time.Hour}, []any{click("e1", 0, as("d", "")), click("e2", 120*minute, as("d", ""))}, 2},
		{"an hour is the most", link.Options{Longest: time.Hour}, []any{click("e1", 0, as("d", "")), click("e2", 25*minute, as("d", "")), click("e3", 50*minute, as("d", "")), click("e4", 75*minute, as("d", ""))}, 2},
		{"the sender's id is kept", link.Options{Gap: 10 * time.Minute}, []any{click("e1", 0), click("e2", 20*minute)}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := 0
			for _, b := range link.Blocks(rowsOf(tt.rows...)) {
				got += len(link.Link(b, tt.opts).Sessions)
			}
			if got != tt.want {
				t.Errorf("%d sessions, want %d", got, tt.want)
			}
		})
	}
}

func TestSessionSumsUp(t *testing.T) {
	t.Parallel()
	desktop := onEvent(func(e *event.Event) { e.Context.Device = "desktop" })
	user := func(id string) option { return onEvent(func(e *event.Event) { e.UserID = id }) }
	results := linkAll(rowsOf(
		pageView("p", 0, "/", desktop), click("e", 3, page("/")), client("c", 3.05, 0.2, status(500)), pageView("q", 5, "/cart", user("ann")),
		action(event.WebVital, "v", 6),
	))
	want := []event.Session{{
		ID: session, Identity: event.Identity{SessionID: session, DeviceID: "d1", UserID: "ann"}, Start: at(0), End: at(6), Anchor: "p",
		EntryPage: "/", ExitPage: "/cart", Context: event.Context{Device: "desktop"}, Events: 4, Pages: 2, Actions: 3, Calls: 1, Failed: 1, Signals: 1,
	}}
	if diff := cmp.Diff(want, results[0].Sessions); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	other := onCall(func(c *event.Call) { c.ClientKey = 99 })
	tests := []struct {
		name string
		rows []any
		want []int // rows of each block
	}{
		{"one session", []any{click("e", 0), client("c", 1, 1)}, []int{2}},
		{"one address and browser", []any{click("e", 0), server("s", 1, 1)}, []int{2}},
		{"rows of nobody are no block", []any{server("s1", 0, 1), server("s2", 1, 1)}, nil},
		{"another address is left out", []any{click("e", 0), server("s", 1, 1, other)}, []int{1}},
		{"a trace joins addresses", []any{client("c", 0, 1, span("t", "1", "")), server("s", 0.1, 0.5, other, span("t", "2", "1"))}, []int{2}},
		{"so does the trace that the answer named", []any{client("c", 0, 1, answeredBy("t")), server("s", 0.1, 0.5, other, span("t", "2", "1"))}, []int{2}},
		{"so does a request id", []any{client("c", 0, 1, requestID("r")), server("s", 0.1, 0.5, other, requestID("r"))}, []int{2}},
		{"so does a user on a row without session", []any{
			click("e", 0, onEvent(func(e *event.Event) { e.UserID = "ann" })), server("s", 1, 1, other, onCall(func(c *event.Call) { c.UserID = "ann" })),
		}, []int{2}},
		{"the browser alone, where the address is unknown", []any{click("e", 0, noAddress()), server("s", 1, 1)}, []int{2}},
		{"but not a minute away", []any{click("e", 0, noAddress()), server("s", 2*minute, 1)}, []int{1}},
		{"silence cuts", []any{click("e1", 0), click("e2", 31*minute)}, []int{1, 1}},
		{"server calls bridge a silence that they are near to on both sides", []any{click("e1", 0), server("s", 25*minute, 1), click("e2", 50*minute)}, []int{3}},
		{"a program that calls on between two visits does not", []any{
			click("e1", 0), server("s1", 20*minute, 1), server("s2", 40*minute, 1), server("s3", 60*minute, 1), click("e2", 80*minute),
		}, []int{2, 2}},
		{"less does not", []any{click("e1", 0), client("c", 29*minute, 1), click("e2", 58*minute)}, []int{3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []int
			for _, b := range link.Blocks(rowsOf(tt.rows...)) {
				got = append(got, b.Len())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("rows of the blocks (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCrowdedBlock: many people behind one browser do not become one block, and
// what their ids say still holds.
func TestCrowdedBlock(t *testing.T) {
	t.Parallel()
	rows := crowd(2*link.MaxBlock, 0)
	rows.Calls[0].TraceID, rows.Calls[0].SpanID = "t", "1"
	rows.Calls[1].TraceID, rows.Calls[1].ParentSpanID = "t", "1"
	crowded := 0
	for _, b := range link.Blocks(rows) {
		if !b.Crowded && b.Len() > link.MaxBlock {
			t.Errorf("a block has %d rows and is not crowded", b.Len())
		}
		if b.Crowded {
			crowded += b.Len()
		}
	}
	if crowded != len(rows.Calls)/2-1 {
		t.Errorf("%d rows are in crowded blocks, want the %d server rows without ids", crowded, len(rows.Calls)/2-1)
	}
	byMethod := map[event.Method]int{}
	for _, r := range linkAll(rows) {
		for _, l := range r.Links {
			byMethod[l.Method]++
		}
	}
	if byMethod[event.BySpan] != 1 || byMethod[event.ByMatch] != 0 || byMethod[event.ByWindow] == 0 {
		t.Errorf("links are %v, want one by span, none by match and the clients' own by window", byMethod)
	}
}
