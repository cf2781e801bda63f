package link_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
)

// genRows draws a small world in which ids, keys and times collide often.
func genRows(t *rapid.T) link.Rows {
	var rows link.Rows
	for i := range rapid.IntRange(0, 12).Draw(t, "events") {
		rows.Events = append(rows.Events, genEvent(t, i))
	}
	for i := range rapid.IntRange(0, 24).Draw(t, "calls") {
		rows.Calls = append(rows.Calls, genCall(t, i))
	}
	return rows
}

func oneOf[T any](t *rapid.T, name string, values ...T) T {
	return rapid.SampledFrom(values).Draw(t, name)
}

func genTime(t *rapid.T) time.Time {
	minutes := oneOf(t, "far", 0, 0, 0, 0, 29, 31, 90)
	return epoch.Add(time.Duration(minutes)*time.Minute + time.Duration(rapid.IntRange(0, 400).Draw(t, "ms"))*25*time.Millisecond)
}

func genIdentity(t *rapid.T) event.Identity {
	return event.Identity{
		SessionID: oneOf(t, "session", "", "", "short", "session-0123456789", "session-abcdefghij"),
		DeviceID:  oneOf(t, "device", "", "d1", "d2"),
		UserID:    oneOf(t, "user", "", "", "u1", "u2"),
	}
}

func genOrigin(t *rapid.T) event.Origin {
	return event.Origin{
		ClientKey: oneOf(t, "client", event.Key(0), 11, 12), AgentKey: oneOf(t, "agent", event.Key(0), 21, 22),
		Consent: oneOf(t, "consent", event.ConsentUnknown, event.ConsentUnknown, event.ConsentGranted, event.ConsentDenied),
	}
}

func genEvent(t *rapid.T, i int) event.Event {
	e := event.Event{
		ID: fmt.Sprintf("e%d", i), Time: genTime(t), Name: "x", Identity: genIdentity(t), Origin: genOrigin(t),
		Kind:     oneOf(t, "kind", event.Click, event.Submit, event.PageView, event.RouteChange, event.Change, event.Custom),
		ActionID: oneOf(t, "action", "", "", "a1", "a2"), TraceID: oneOf(t, "trace", "", "t1", "t2"), SpanID: oneOf(t, "span", "", "p1", "p2"),
		Page:   event.Page{Path: oneOf(t, "page", "", "/", "/cart")},
		Target: event.Target{Selector: oneOf(t, "target", "", "#a")},
	}
	if e.IsZero() {
		e.DeviceID = "d3"
	}
	return e
}

func genCall(t *rapid.T, i int) event.Call {
	return event.Call{
		ID: fmt.Sprintf("c%d", i), Time: genTime(t), Identity: genIdentity(t), Origin: genOrigin(t),
		Side: oneOf(t, "side", event.Client, event.Server, event.Server), Service: oneOf(t, "service", "web", "api"),
		Method: oneOf(t, "method", "GET", "GET", "POST"), Path: oneOf(t, "path", "/a", "/a/", "/b", "/cart"),
		Status: oneOf(t, "status", 200, 200, 301, 404, 500, 0), Class: oneOf(t, "class", event.API, event.API, event.Document, event.Asset),
		Timed: rapid.Bool().Draw(t, "timed"), Duration: time.Duration(rapid.IntRange(0, 40).Draw(t, "duration")) * 10 * time.Millisecond,
		Grain:   oneOf(t, "grain", 0, 0, time.Millisecond, time.Second),
		TraceID: oneOf(t, "trace", "", "", "t1", "t2"), SpanID: oneOf(t, "span", "", "p1", "p2", "p3"), ParentSpanID: oneOf(t, "parent", "", "p1", "p2"),
		ServerTraceID: oneOf(t, "answer", "", "", "", "t2"), RequestID: oneOf(t, "request", "", "", "", "r1"), ActionID: oneOf(t, "action", "", "", "a1"),
	}
}

func shuffled(t *rapid.T, rows link.Rows) link.Rows {
	return link.Rows{
		Events: rapid.Permutation(rows.Events).Draw(t, "events in another order"),
		Calls:  rapid.Permutation(rows.Calls).Draw(t, "calls in another order"),
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := genRows(t)
		other := shuffled(t, rows)
		first := linkAll(rows)
		if diff := cmp.Diff(first, linkAll(other)); diff != "" {
			t.Fatalf("the same rows in another order (-first +other):\n%s", diff)
		}
		if diff := cmp.Diff(first, linkAll(rows)); diff != "" {
			t.Fatalf("the same rows again (-first +again):\n%s", diff)
		}
	})
}

// TestOrderInsideABlock covers callers that build blocks themselves.
func TestOrderInsideABlock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := genRows(t)
		late := rapid.Bool().Draw(t, "late")
		first := link.Link(link.Block{Rows: rows, Late: late}, link.Options{})
		other := link.Link(link.Block{Rows: shuffled(t, rows), Late: late}, link.Options{})
		if diff := cmp.Diff(first, other); diff != "" {
			t.Fatalf("the same block in another order (-first +other):\n%s", diff)
		}
	})
}

func TestRowsAreInOneBlock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seen := map[string]bool{}
		for _, b := range link.Blocks(genRows(t)) {
			client := false
			for _, e := range b.Events {
				client = client || e.Consent != event.ConsentDenied
				once(t, seen, e.ID)
			}
			for _, c := range b.Calls {
				client = client || c.Side == event.Client
				once(t, seen, c.ID)
			}
			if !client {
				t.Fatal("a block without a client-side row: nothing can be linked in it")
			}
		}
	})
}

func once(t *rapid.T, seen map[string]bool, id string) {
	if seen[id] {
		t.Fatalf("%s twice", id)
	}
	seen[id] = true
}

func TestLinksKeepTheirPromises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		serverCalls, clientCalls := map[string]bool{}, map[string]bool{}
		for _, b := range link.Blocks(genRows(t)) {
			w, r := newWorld(b.Rows), link.Link(b, link.Options{})
			for _, l := range r.Links {
				switch {
				case l.ServerCallID != "":
					once(t, serverCalls, l.ServerCallID)
				case l.ClientCallID != "":
					once(t, clientCalls, l.ClientCallID)
				}
				w.check(t, l)
			}
			for _, u := range r.Unlinked {
				if u.Side == event.Server && serverCalls[u.CallID] {
					t.Fatalf("%s is linked and unlinked (%s)", u.CallID, u.Reason)
				}
			}
		}
	})
}

// world looks rows up by id.
type world struct {
	events map[string]event.Event
	calls  map[string]event.Call
	denied map[string]bool // sessions in which an event refused
}

func newWorld(rows link.Rows) world {
	w := world{map[string]event.Event{}, map[string]event.Call{}, map[string]bool{}}
	for _, e := range rows.Events {
		w.events[e.ID] = e
		if e.Consent == event.ConsentDenied && len(e.SessionID) >= 16 {
			w.denied[e.SessionID] = true
		}
	}
	for _, c := range rows.Calls {
		w.calls[c.ID] = c
	}
	return w
}

func (w world) check(t *rapid.T, l event.Link) {
	var ids []event.Identity
	var origins []event.Origin
	if l.EventID != "" {
		ids, origins = append(ids, w.events[l.EventID].Identity), append(origins, w.events[l.EventID].Origin)
	}
	for _, id := range []string{l.ClientCallID, l.ServerCallID} {
		if c, ok := w.calls[id]; ok {
			ids, origins = append(ids, c.Identity), append(origins, c.Origin)
			if c.Class == event.Asset {
				t.Fatalf("an asset is linked: %+v", l)
			}
		}
	}
	if len(ids) != 2 {
		t.Fatalf("a link ties %d rows: %+v", len(ids), l)
	}
	if a, b := ids[0].SessionID, ids[1].SessionID; a != "" && b != "" && a != b {
		t.Fatalf("a link between sessions %q and %q: %+v", a, b, l)
	}
	for i, o := range origins {
		if o.Consent == event.ConsentDenied {
			t.Fatalf("row %d of the link denied consent: %+v", i, l)
		}
	}
	if denied := w.denied[ids[0].SessionID]; denied && l.ServerCallID != "" && origins[1].Consent != event.ConsentGranted {
		t.Fatalf("a log row joined a session that denied: %+v", l)
	}
	low, high := bounds(l.Method)
	if l.Confidence < low || l.Confidence > high {
		t.Fatalf("confidence of %s is %v, not in [%v, %v]", l.Method, l.Confidence, low, high)
	}
}

// bounds are the confidences a method may claim. A tier tied through another tier
// is as certain as that one.
func bounds(m event.Method) (low, high float64) {
	switch m {
	case event.ByWindow:
		return 0.3, 0.95
	case event.ByMatch:
		return 0.5, 0.95
	case event.ByServerTiming:
		return 0.97, 0.97
	}
	return 0.5, 1
}

// TestMoreEvidenceNeverLowersConfidence gives a client call and a server call a
// fresh id in common.
func TestMoreEvidenceNeverLowersConfidence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := genRows(t)
		client, server := pick(t, rows.Calls, event.Client), pick(t, rows.Calls, event.Server)
		if client < 0 || server < 0 {
			t.Skip("needs a call of each side")
		}
		for _, i := range []int{client, server} {
			c := &rows.Calls[i]
			c.TraceID, c.SpanID, c.ParentSpanID, c.ServerTraceID, c.RequestID = "", "", "", "", ""
		}
		a, b := rows.Calls[client].ID, rows.Calls[server].ID
		before := confidence(linkAll(rows), a, b)
		switch oneOf(t, "evidence", "span", "trace", "server_timing", "request_id") {
		case "span":
			rows.Calls[client].TraceID, rows.Calls[client].SpanID = "fresh", "f1"
			rows.Calls[server].TraceID, rows.Calls[server].ParentSpanID = "fresh", "f1"
		case "trace":
			rows.Calls[client].TraceID, rows.Calls[server].TraceID = "fresh", "fresh"
		case "server_timing":
			rows.Calls[client].ServerTraceID, rows.Calls[server].TraceID = "fresh", "fresh"
		case "request_id":
			rows.Calls[client].RequestID, rows.Calls[server].RequestID = "fresh", "fresh"
		}
		if after := confidence(linkAll(rows), a, b); after < before {
			t.Fatalf("%s–%s: confidence fell from %v to %v", a, b, before, after)
		}
	})
}

// TestAnActionIDNeverLowersConfidence gives an event and a client call a fresh
// action id in common.
func TestAnActionIDNeverLowersConfidence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := genRows(t)
		call := pick(t, rows.Calls, event.Client)
		if call < 0 || len(rows.Events) == 0 {
			t.Skip("needs an event and a client call")
		}
		e := rapid.IntRange(0, len(rows.Events)-1).Draw(t, "event")
		rows.Events[e].ActionID, rows.Calls[call].ActionID = "", ""
		before := causeConfidence(linkAll(rows), rows.Events[e].ID, rows.Calls[call].ID)
		rows.Events[e].ActionID, rows.Calls[call].ActionID = "fresh", "fresh"
		if after := causeConfidence(linkAll(rows), rows.Events[e].ID, rows.Calls[call].ID); after < before {
			t.Fatalf("confidence fell from %v to %v", before, after)
		}
	})
}

func causeConfidence(results []link.Result, e, client string) float64 {
	for _, r := range results {
		for _, l := range r.Links {
			if l.EventID == e && l.ClientCallID == client {
				return l.Confidence
			}
		}
	}
	return 0
}

// pick returns the index of some call of that side, -1 when there is none.
func pick(t *rapid.T, calls []event.Call, side event.Side) int {
	var of []int
	for i, c := range calls {
		if c.Side == side {
			of = append(of, i)
		}
	}
	if len(of) == 0 {
		return -1
	}
	return rapid.SampledFrom(of).Draw(t, string(side))
}

func confidence(results []link.Result, client, server string) float64 {
	for _, r := range results {
		for _, l := range r.Links {
			if l.ClientCallID == client && l.ServerCallID == server {
				return l.Confidence
			}
		}
	}
	return 0
}
