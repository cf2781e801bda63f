package event_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestValidateCallNamesTheField(t *testing.T) {
	t.Parallel()
	good := event.Call{Time: now, Side: event.Server, Method: "GET", Path: "/a", Status: 200, Weight: 1}
	if err := good.Validate(now); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*event.Call){
		"time is missing":       func(c *event.Call) { c.Time = time.Time{} },
		"before the year 2000":  func(c *event.Call) { c.Time = time.UnixMilli(1_700_000_000) },
		"more than a day ahead": func(c *event.Call) { c.Time = now.Add(25 * time.Hour) },
		"duration":              func(c *event.Call) { c.Duration = -1 },
		"outside 0 to 7 days":   func(c *event.Call) { c.Duration = 8 * 24 * time.Hour },
		"side":                  func(c *event.Call) { c.Side = "both" },
		"method is missing":     func(c *event.Call) { c.Method = "" },
		"path or route":         func(c *event.Call) { c.Path = "" },
		"status 42":             func(c *event.Call) { c.Status = 42 },
		"weight":                func(c *event.Call) { c.Weight = math.NaN() },
		"cannot be negative":    func(c *event.Call) { c.ResponseBytes = -1 },
		"trace_id":              func(c *event.Call) { c.TraceID = "abc" },
		"span_id is not lower":  func(c *event.Call) { c.SpanID = "ABCDEF0123456789" },
		"user_id is 257 bytes":  func(c *event.Call) { c.UserID = strings.Repeat("u", 257) },
		"path is not valid":     func(c *event.Call) { c.Path = "/\xff" },
		"path contains a NUL":   func(c *event.Call) { c.Path = "/\x00" },
		"request_id is 1000":    func(c *event.Call) { c.RequestID = strings.Repeat("r", 1000) },
	} {
		c := good
		spoil(&c)
		if err := c.Validate(now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestValidateEventNeedsSomebody(t *testing.T) {
	t.Parallel()
	e := event.Event{Time: now, Name: "x", Kind: event.Custom}
	if err := e.Validate(now); err == nil || !strings.Contains(err.Error(), "device_id") {
		t.Errorf("got %v", err)
	}
	e.UserID = "u1"
	if err := e.Validate(now); err != nil {
		t.Error(err)
	}
	e.Kind = "clicked"
	if err := e.Validate(now); err == nil || !strings.Contains(err.Error(), "route_change") {
		t.Errorf("got %v, want the list of kinds", err)
	}
}

func TestFailedAndRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call            event.Call
		failed, refused bool
	}{
		{event.Call{Status: 200}, false, false},
		{event.Call{Status: 404}, false, true},
		{event.Call{Status: 503}, true, false},
		{event.Call{Error: "network"}, true, false},
		{event.Call{Error: event.Aborted}, false, false},
		{event.Call{}, false, false},
	} {
		if c.call.Failed() != c.failed || c.call.Refused() != c.refused {
			t.Errorf("%+v: failed %v, refused %v", c.call, c.call.Failed(), c.call.Refused())
		}
	}
}

func TestEndpointNamesRoundTrip(t *testing.T) {
	t.Parallel()
	for _, e := range []event.Endpoint{{Service: "shop", Method: "GET", Route: "/a/{id}"}, {Method: "POST", Route: "/x: y"}} {
		got, ok := event.ParseEndpoint(e.String())
		if !ok || got != e {
			t.Errorf("%q: got %+v", e.String(), got)
		}
	}
}
