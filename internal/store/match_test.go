package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func field(name string) store.Field {
	f, ok := store.ParseField(name)
	if !ok {
		return store.Field{Name: name}
	}
	return f
}

func is(name string, op store.Op, value any) store.Filter {
	return store.Compare{Field: field(name), Op: op, Value: value}
}

func text(name string, test store.TextTest, arg string) store.Text {
	return store.Text{Field: field(name), Test: test, Arg: arg}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	row := store.Row{
		Call: &event.Call{
			Side: event.Server, Method: "GET", Path: "/Über/é", Status: 503, Duration: 12500 * time.Microsecond, Timed: true,
			Attributes: map[string]any{
				"n": 3, "big": int64(1) << 53, "f": 3.0, "s": "3", "yes": true, "none": nil, "empty": "", "list": []any{1}, "a b": json.Number("2.5"),
			},
		},
		Link: &event.Link{SessionID: "s1", UserID: "u1"}, Linked: true,
	}
	bare := store.Row{Call: &event.Call{Side: event.Client}}
	for _, c := range []struct {
		name string
		f    store.Filter
		row  store.Row
		want bool
	}{
		{"nil holds", nil, row, true},
		{"empty and", store.And{}, row, true},
		{"empty or", store.Or{}, row, false},
		{"equal", is("call.status", store.Eq, int64(503)), row, true},
		{"integer against double", is("call.status", store.Lt, 503.5), row, true},
		{"double against integer", is("call.duration_ms", store.Gt, int64(12)), row, true},
		{"string against number", is("call.status", store.Ne, "503"), row, false},
		{"absent, not equal", is("call.status", store.Ne, int64(1)), bare, false},
		{"absent duration", is("call.duration_ms", store.Ge, 0.0), bare, false},
		{"not of absent", store.Not{Of: is("call.status", store.Eq, int64(1))}, bare, true},
		{"empty text is absent", is("call.service", store.Eq, ""), row, false},
		{"has text", store.Has{Field: field("call.path")}, row, true},
		{"has no text", store.Has{Field: field("call.service")}, row, false},
		{"has size, even 0", store.Has{Field: field("call.request_bytes")}, row, true},
		{"failed", is("call.failed", store.Eq, true), row, true},
		{"not failed", is("call.failed", store.Ne, true), bare, true},
		{"flags have no order", is("call.failed", store.Lt, true), bare, false},
		{"person through link", is("call.user_id", store.Eq, "u1"), row, true},
		{"session through link", is("call.session_id", store.Eq, "s1"), row, true},
		{"linked", is("call.linked", store.Eq, true), row, true},
		{"in", store.In{Field: field("call.status"), Values: []any{"503", 503.0}}, row, true},
		{"in nothing", store.In{Field: field("call.status")}, row, false},
		{"attribute int as double", is("call.attributes.n", store.Eq, 3.0), row, true},
		{"attribute double as int", is("call.attributes.f", store.Eq, int64(3)), row, true},
		{"attribute text is no number", is("call.attributes.s", store.Eq, int64(3)), row, false},
		{"integers compare exactly", is("call.attributes.big", store.Lt, int64(1)<<53+1), row, true},
		{"null is absent", store.Has{Field: field("call.attributes.none")}, row, false},
		{"empty text attribute is absent", store.Has{Field: field("call.attributes.empty")}, row, false},
		{"a list is no scalar", store.Has{Field: field("call.attributes.list")}, row, false},
		{"odd key", is(`call.attributes["a b"]`, store.Eq, 2.5), row, true},
		{"starts by rune", text("call.path", store.StartsWith, "/Ü"), row, true},
		{"ends", text("call.path", store.EndsWith, "é"), row, true},
		{"contains", text("call.path", store.Contains, "ber/"), row, true},
		{"one rune is one dot", text("call.path", store.Matches, "^/.ber/.$"), row, true},
		{"case counts", text("call.path", store.Contains, "über"), row, false},
		{"lower", store.Text{Field: field("call.path"), Test: store.Contains, Arg: "über", Lower: true}, row, true},
		{"an absent text has no beginning", text("call.service", store.StartsWith, ""), row, false},
		{"text test on number", text("call.status", store.Contains, "5"), row, false},
		{"broken pattern", text("call.path", store.Matches, "("), row, false},
		{"no such field", is("call.colour", store.Ne, "red"), row, false},
		{"another record's field", is("event.name", store.Ne, "x"), row, false},
	} {
		if got := store.Match(c.f, c.row); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

func TestMatchEventsAndSessions(t *testing.T) {
	t.Parallel()
	e := store.Row{Event: &event.Event{Name: "Paid", Kind: event.Custom, Properties: map[string]any{"at": "2026-11-23T12:00:00Z"}}}
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	if !store.Match(is("event.properties.at", store.Eq, noon), e) {
		t.Error("a time is compared with text as RFC 3339")
	}
	s := store.Row{Session: &event.Session{ID: "s", Start: noon, End: noon.Add(1500 * time.Microsecond), Pages: 2}}
	if !store.Match(store.And{is("session.duration_ms", store.Eq, 1.5), is("session.pages", store.Ge, int64(2))}, s) {
		t.Error("session fields")
	}
}

// Every field must be there when its record is full, so that none is forgotten.
func TestEveryFieldHasAValue(t *testing.T) {
	t.Parallel()
	context := event.Context{Device: "mobile", OS: "iOS", Browser: "Safari", Country: "DE"}
	who := event.Identity{DeviceID: "d", UserID: "u", AccountID: "a", SessionID: "s"}
	origin := event.Origin{Bot: event.Crawler, Source: "native"}
	rows := []store.Row{
		{Call: &event.Call{
			Side: event.Client, Service: "shop", Method: "GET", Route: "/", Path: "/", Host: "h", Class: event.API, Status: 200, Error: "x",
			Timed: true, TraceID: "t", RequestID: "r", Identity: who, Release: "1", Context: context, Origin: origin, Attributes: map[string]any{"k": 1},
		}},
		{Event: &event.Event{
			Name: "x", Kind: event.Click, Page: event.Page{Path: "/", Route: "/"}, Target: event.Target{Name: "b"}, Identity: who, Release: "1",
			Context: context, Origin: origin, Properties: map[string]any{"k": false},
		}},
		{Session: &event.Session{ID: "s", Identity: who, EntryPage: "/", ExitPage: "/", Context: context, Bot: event.Crawler}},
		{Interaction: &event.Interaction{
			SessionID: "s", Name: "pay", Page: "/", Calls: 1, Slowest: time.Second, Endpoint: event.Endpoint{Method: "GET", Route: "/"}, Reaction: event.Left,
		}, Target: "b"},
		{Signal: &event.Signal{Kind: event.RageClick, Page: "/", Target: "b", SessionID: "s"}},
	}
	for _, info := range store.Fields() {
		f := store.Field{Name: info.Name}
		if info.Type == store.Map {
			f.Key = "k"
		}
		var found any
		for _, row := range rows {
			if v, ok := row.Value(f); ok {
				found = v
			}
		}
		if found == nil {
			t.Errorf("%s has no value", info.Name)
		}
	}
}

func TestParseField(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]store.Field{
		"call.status":               {Name: "call.status"},
		"event.properties.a.b":      {Name: "event.properties", Key: "a.b"},
		`call.attributes["a b"]`:    {Name: "call.attributes", Key: "a b"},
		"call.attributes":           {},
		"call.attributes.":          {},
		"call.status.x":             {},
		`call.attributes["broken`:   {},
		"person.name; DROP TABLE--": {},
	} {
		got, ok := store.ParseField(name)
		if got != want || ok != (want != store.Field{}) {
			t.Errorf("%s: got %+v, %v", name, got, ok)
		}
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	f := store.And{store.Or{is("call.status", store.Eq, int64(1))}, store.Not{Of: text("call.side", store.Contains, "x")}}
	if !store.Mentions(f, "call.side") || store.Mentions(f, "call.class") {
		t.Errorf("got %v", store.FieldsIn(f))
	}
}

func TestLabelOf(t *testing.T) {
	t.Parallel()
	for want, value := range map[string]any{"1": 1.0, "2": int64(2), "0.125": 0.125, "true": true, "x": "x", "": nil} {
		if got := store.LabelOf(value); got != want {
			t.Errorf("%v: got %q", value, got)
		}
	}
}

// TestPrepareChangesNothing compares prepared filters with the ones they were made from.
func TestPrepareChangesNothing(t *testing.T) {
	t.Parallel()
	path := func(arg string, lower bool) store.Filter {
		return store.Text{Field: store.Field{Name: "call.path"}, Test: store.Matches, Arg: arg, Lower: lower}
	}
	for _, f := range []store.Filter{
		nil, path("^/ORDERS", false), path("^/orders", true), path("(", false),
		store.Not{Of: path("x", false)},
		store.And{path("^/O", false), store.Or{path("nope", false), store.Has{Field: store.Field{Name: "call.path"}}}},
	} {
		for _, row := range []store.Row{{Call: &event.Call{Path: "/Orders/7"}}, {Call: &event.Call{}}} {
			if plain, prepared := store.Match(f, row), store.Match(store.Prepare(f), row); plain != prepared {
				t.Errorf("%+v on %q: %v, prepared %v", f, row.Call.Path, plain, prepared)
			}
		}
	}
}
