package storetest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Batches generates what arrives for one project: up to most batches whose records
// are few kinds of the same, so that times tie, people return, fields lack and
// records come twice. Ids are unique among records of one kind, except for
// duplicates, which also repeat the own time.
func Batches(most int) *rapid.Generator[[]event.Records] {
	return rapid.Custom(func(t *rapid.T) []event.Records {
		g := generator{T: t}
		batches := make([]event.Records, rapid.IntRange(1, most).Draw(t, "batches"))
		for i := range batches {
			for range g.upTo(8, "events") {
				batches[i].Events = append(batches[i].Events, g.event())
			}
			for range g.upTo(8, "calls") {
				batches[i].Calls = append(batches[i].Calls, g.call())
			}
			for range g.upTo(3, "spans") {
				batches[i].Spans = append(batches[i].Spans, g.span())
			}
			for range g.upTo(1, "rejections") {
				batches[i].Rejected = append(batches[i].Rejected, event.Rejection{
					Source: pick(g, "source", sources()...), Reason: pick(g, "reason", "no time", "é"), Example: pick(g, "example", "", "a", "b"), Count: g.upTo(3, "count") + 1,
				})
			}
		}
		return batches
	})
}

// generator draws records and remembers them, to draw duplicates.
type generator struct {
	*rapid.T
	ids    int
	events []event.Event
	calls  []event.Call
	spans  []event.Span
}

func (g *generator) upTo(n int, name string) int { return rapid.IntRange(0, n).Draw(g.T, name) }

func (g *generator) oneIn(n int, name string) bool { return g.upTo(n-1, name) == 0 }

func pick[T any](g generator, name string, from ...T) T {
	return rapid.SampledFrom(from).Draw(g.T, name)
}

// id makes a new id of one of the shapes that senders use.
func (g *generator) id() string {
	g.ids++
	switch g.ids % 5 {
	case 0:
		return fmt.Sprintf("0192f3a4-5b6c-7d8e-9f00-%012x", g.ids)
	case 1:
		return fmt.Sprintf("4bf92f3577b34da6%016x", g.ids)
	case 2:
		return fmt.Sprintf("b7ad6b71%08x", g.ids)
	case 3:
		return fmt.Sprintf("é %d", g.ids)
	}
	return fmt.Sprintf("id%d", g.ids)
}

// moments are where records like to be: on, just before and just after the edges
// of minutes, of the link gap and of the day.
func moments() []time.Duration {
	const us = time.Microsecond
	return []time.Duration{
		0, us, time.Second, time.Minute - us, time.Minute, 29 * time.Minute, 30*time.Minute - us, 30 * time.Minute, 30*time.Minute + us,
		time.Hour, 61 * time.Minute, 2 * time.Hour, 14*time.Hour - us, 14 * time.Hour, 23 * time.Hour, -30 * time.Minute,
	}
}

func (g *generator) time() time.Time {
	return clock("10:00:00").Add(pick(*g, "moment", moments()...)).Add(pick(*g, "fraction", 0, 0, 0, time.Nanosecond, 2500*time.Nanosecond))
}

func sources() []string { return []string{"", "nginx", "sdk", "otlp/js"} }

func words() []string { return append(oddTexts()[:12], "a", "A", "ab", "É", "/orders/{id}") }

func (g *generator) identity() event.Identity {
	return event.Identity{
		DeviceID: pick(*g, "device", "", "d1", "d2", "d3"), UserID: pick(*g, "user", "", "", "u1", "u2"),
		AccountID: pick(*g, "account", "", "a1"), SessionID: pick(*g, "session", "", "s1", "s2", "0192f3a4-5b6c-7d8e-9f00-000000000001"),
	}
}

func (g *generator) origin(at time.Time) event.Origin {
	return event.Origin{
		Source: pick(*g, "source", sources()...), Consent: pick(*g, "consent", "", "", event.ConsentGranted, event.ConsentDenied),
		Bot: pick(*g, "bot", "", "", "", event.Crawler, event.Automation), SentAt: pick(*g, "sent", time.Time{}, at.Add(time.Second)),
		OwnTime:   at.Add(pick(*g, "skew", 0, 0, 0, time.Second, 1001*time.Millisecond, -time.Minute, -50*time.Hour)),
		ClientKey: pick(*g, "client key", event.Key(0), 0, 7, -8), AgentKey: pick(*g, "agent key", event.Key(0), 0, 9),
	}
}

func (g *generator) context() event.Context {
	c := event.Context{
		Device: pick(*g, "form", "", "mobile"), OS: pick(*g, "os", "", "iOS"), Browser: pick(*g, "browser", "", "Firefox", "É"), Country: pick(*g, "country", "", "DE"),
	}
	if g.oneIn(3, "utm") {
		c.UTM = map[string]string{"source": pick(*g, "utm source", words()...)}
	}
	return c
}

// open draws an open map.
func (g *generator) open() map[string]any {
	var out map[string]any
	for range g.upTo(2, "keys") {
		if out == nil {
			out = map[string]any{}
		}
		out[pick(*g, "key", openKeys()...)] = pick[any](*g, "value", "", "a", "A", "3", 3, 3.0, 2.5, -1, true, false, nil, []any{"a"}, map[string]any{"a": "b"}, "é'; DROP TABLE--")
	}
	return out
}

func openKeys() []string { return []string{"k", "a b", "/n~'", "é"} }

func (g *generator) trace() string {
	return pick(*g, "trace", "", "", traceID(1), traceID(2), traceID(3))
}

func (g *generator) event() event.Event {
	if len(g.events) > 0 && g.oneIn(6, "again") {
		e := pick(*g, "which", g.events...)
		e.Name = "a duplicate that must not win"
		return e
	}
	at := g.time()
	e := event.Event{
		ID: g.id(), Time: at, Name: pick(*g, "name", words()...), Identity: g.identity(), TraceID: g.trace(), Context: g.context(), Properties: g.open(), Origin: g.origin(at),
		Kind:     pick(*g, "kind", event.Click, event.PageView, event.Submit, event.Custom, event.WebVital, event.PageError),
		Page:     event.Page{Path: pick(*g, "path", "", "/a", "/b/1"), Route: pick(*g, "route", "", "/a", "/b/{id}"), URL: pick(*g, "url", "", "https://x.example/a?b=/a#c")},
		Target:   event.Target{Name: pick(*g, "target", append(words(), "", "")...), Selector: pick(*g, "selector", "", "#pay"), X: pick(*g, "x", 0, 1.5)},
		Duration: pick(*g, "lasted", 0, time.Millisecond), Release: pick(*g, "release", "", "1.0"), Seq: int64(g.upTo(6, "seq")),
	}
	g.events = append(g.events, e)
	return e
}

func (g *generator) call() event.Call {
	if len(g.calls) > 0 && g.oneIn(6, "again") {
		c := pick(*g, "which", g.calls...)
		c.Status, c.Weight = 599, 1000
		return c
	}
	at := g.time()
	c := event.Call{
		ID: g.id(), Time: at, Identity: g.identity(), TraceID: g.trace(), ServerTraceID: g.trace(), Context: g.context(), Attributes: g.open(), Origin: g.origin(at),
		Side: pick(*g, "side", event.Server, event.Server, event.Client), Class: pick(*g, "class", event.API, event.API, event.Document, event.Asset, ""),
		Service: pick(*g, "service", "", "shop"), Method: pick(*g, "method", "GET", "POST"), Route: pick(*g, "route", "/a", "/b/{id}", words()[0]), Path: pick(*g, "path", words()...),
		Host: pick(*g, "host", "", "x.example"), Status: pick(*g, "status", 0, 200, 200, 404, 500, 503), Error: pick(*g, "error", "", "", "network", event.Aborted),
		RequestID: pick(*g, "request", "", "", "r1", traceID(7)), RequestBytes: int64(g.upTo(2, "bytes")), Release: pick(*g, "release", "", "1.0"),
		Bodies: pick(*g, "bodies", event.Bodies{}, event.Bodies{}, event.Bodies{RequestBody: "{}", ResponseBody: "é"}),
		Weight: pick(*g, "weight", 1.0, 1, 1, 2, 2.5, 10), Timed: !g.oneIn(5, "untimed"), Grain: pick(*g, "grain", 0, time.Second),
		Duration: pick(*g, "took", 0, time.Microsecond, 2*time.Microsecond, 1024*time.Microsecond, 1500*time.Nanosecond, 10*time.Millisecond, 12345*time.Microsecond, time.Second, time.Minute),
	}
	g.calls = append(g.calls, c)
	return c
}

func (g *generator) span() event.Span {
	if len(g.spans) > 0 && g.oneIn(6, "again") {
		return pick(*g, "which", g.spans...)
	}
	at := g.time()
	s := event.Span{
		ID: g.id(), Time: at, Duration: time.Millisecond, Name: pick(*g, "name", words()...), TraceID: traceID(g.upTo(4, "trace")), SpanID: fmt.Sprintf("%016x", g.ids), Origin: g.origin(at), Attributes: g.open(),
	}
	g.spans = append(g.spans, s)
	return s
}

// Links generates what a link pass could have written about stored events and
// calls: links between some of them, signals, interactions, parts of sessions and
// reasons. It claims more than a real pass would: two links of one call, say. There
// must be at least one row.
func Links(project event.ProjectID, events []event.Event, calls []event.Call) *rapid.Generator[store.Linked] {
	return rapid.Custom(func(t *rapid.T) store.Linked {
		g := generator{T: t}
		all := append(each(events, func(e event.Event) any { return e }), each(calls, func(c event.Call) any { return c })...)
		b := linkedBlock(project, all)
		clients := slices.DeleteFunc(slices.Clone(calls), func(c event.Call) bool { return c.Side != event.Client })
		for _, c := range calls {
			if len(events) > 0 && g.oneIn(2, "caused") {
				b.Links = append(b.Links, g.tie(pick(g, "action", events...), c))
			}
			if c.Side == event.Server && len(clients) > 0 && g.oneIn(2, "answered") {
				b.Links = append(b.Links, g.tie(pick(g, "client", clients...), c))
			}
			if g.oneIn(4, "unlinked") {
				b.Unlinked = append(b.Unlinked, store.Unlinked{CallID: c.ID, Side: c.Side, Time: c.Time, Reason: pick(g, "reason", "ambiguous", "no_client")})
			}
		}
		for _, e := range events {
			if g.oneIn(4, "signal") {
				b.Signals = append(b.Signals, event.Signal{
					Kind: pick(g, "signal kind", event.RageClick, event.DeadClick, event.ErrorClick), Time: e.Time, EventID: e.ID, SessionID: pick(g, "session", "s1", "s2"),
					Page: e.Page.Route, Target: pick(g, "marked target", "", e.Target.Name, e.Target.Selector), Detail: pick(g, "detail", words()...),
				})
			}
			if g.oneIn(4, "interaction") {
				b.Interactions = append(b.Interactions, event.Interaction{
					EventID: e.ID, SessionID: pick(g, "session", "s1", "s2"), Time: e.Time, Name: e.Name, Page: e.Page.Route,
					Calls: g.upTo(3, "calls caused"), Failed: g.upTo(1, "failed ones"), Slowest: pick(g, "slowest", 0, time.Microsecond, 1500*time.Millisecond),
					Endpoint: pick(g, "worst endpoint", event.Endpoint{}, event.Endpoint{Method: "GET", Route: "/a"}, event.Endpoint{Service: "shop", Method: "GET", Route: "/a"}), Reaction: event.WentOn,
				})
			}
			if g.oneIn(3, "part") {
				b.Sessions = append(b.Sessions, g.part(e))
			}
			if g.oneIn(2, "claim") {
				b.Claims = append(b.Claims, event.Claim{
					Pair: event.Pair{DeviceID: pick(g, "device claimed", "d1", "d2", "d3"), UserID: pick(g, "user who claims", "u1", "u2", "u3")}, Method: event.ByLogin,
					FirstSeen: e.Time, EventID: e.ID, SessionID: pick(g, "session", "", "s1", "s2"),
				})
			}
		}
		return b
	})
}

func (g *generator) tie(from any, to event.Call) event.Link {
	l := tie(from, to, pick(*g, "link method", event.Methods()...), pick(*g, "confidence", 0.3, 0.5, 0.9, 1))
	if l.SessionID == "" {
		l.SessionID = pick(*g, "session", "s1", "s-derived")
	}
	return l
}

func (g *generator) part(anchor event.Event) event.Session {
	s := event.Session{
		ID: pick(*g, "session", "s1", "s2", "s-derived", "s-other"), Identity: g.identity(), Start: anchor.Time, Anchor: anchor.ID,
		End:       anchor.Time.Add(pick(*g, "lasted", 0, time.Second, 20*time.Minute)),
		EntryPage: pick(*g, "entry", "", "/a", "/b"), ExitPage: pick(*g, "exit", "", "/a", "/b"), Context: g.context(),
		Bot: pick(*g, "bot", "", "", "", event.Crawler), Events: g.upTo(3, "n"), Pages: g.upTo(3, "n"), Actions: g.upTo(3, "n"), Calls: g.upTo(3, "n"), Failed: g.upTo(3, "n"), Signals: g.upTo(3, "n"),
	}
	s.Derived = s.ID[:2] == "s-"
	s.SessionID = s.ID
	return s
}

// Filters generates filters that questions about a record (call, event or session)
// may use, nil among them.
func Filters(record string) *rapid.Generator[store.Filter] {
	return rapid.Custom(func(t *rapid.T) store.Filter {
		g := generator{T: t}
		if g.oneIn(2, "no filter") {
			return nil
		}
		return g.filter(record, 3)
	})
}

func (g *generator) filter(record string, depth int) store.Filter {
	shape := g.upTo(9, "shape")
	if depth == 0 {
		shape %= 7
	}
	field, info := g.field(record)
	switch shape {
	case 0:
		return store.Has{Field: field}
	case 1:
		return store.In{Field: field, Values: []any{g.literal(info), g.literal(info)}}
	case 2, 3:
		test := pick(*g, "test", store.StartsWith, store.EndsWith, store.Contains, store.Matches)
		arg := pick(*g, "argument", append(words(), "")...)
		if test == store.Matches {
			arg = pick(*g, "pattern", "", "^.$", "a|É", "(?i)A", "^/orders/", `\d`, "[^a-z]", "(?s)two.lines")
		}
		return store.Text{Field: field, Test: test, Arg: arg, Lower: g.oneIn(2, "lower")}
	case 7:
		return store.Not{Of: g.filter(record, depth-1)}
	case 8:
		return store.And{g.filter(record, depth-1), g.filter(record, depth-1)}
	case 9:
		return store.Or{g.filter(record, depth-1), g.filter(record, depth-1)}
	}
	op := pick(*g, "op", store.Eq, store.Ne, store.Lt, store.Le, store.Gt, store.Ge)
	value := g.literal(info)
	if _, flag := value.(bool); flag {
		op = pick(*g, "flag op", store.Eq, store.Ne)
	}
	return store.Compare{Field: field, Op: op, Value: value}
}

// field draws a field of a record, with a key when it is an open map.
func (g *generator) field(record string) (store.Field, store.FieldInfo) {
	infos := slices.DeleteFunc(store.Fields(), func(f store.FieldInfo) bool { return recordOf(store.Field{Name: f.Name}) != record })
	info := pick(*g, "field", infos...)
	field := store.Field{Name: info.Name}
	if info.Type == store.Map {
		field.Key = pick(*g, "key", openKeys()...)
	}
	return field, info
}

// literal draws a value that a field could have; now and then of another type.
func (g *generator) literal(info store.FieldInfo) any {
	kind := info.Type
	if kind == store.Map || g.oneIn(8, "other type") {
		kind = pick(*g, "type", store.String, store.Int, store.Double, store.Bool)
	}
	switch kind {
	case store.Int:
		return pick(*g, "int", int64(0), 1, 2, 3, 200, 404, 503)
	case store.Double:
		return pick(*g, "double", 0, 2.5, 3.0, 12.345, 1000)
	case store.Bool:
		return g.oneIn(2, "bool")
	}
	return pick(*g, "text", append(words(), "", "d1", "u1", "s1", "s-derived", "server", "client", "api", "GET", "shop", "nginx", "click", "/a", traceID(1), "r1", "3")...)
}
