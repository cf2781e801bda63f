package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
)

func TestClockIsCorrectedByItsOwnBatch(t *testing.T) {
	t.Parallel()
	said := now.Add(-3 * time.Hour)
	for name, c := range map[string]struct {
		origin pipeline.Origin
		sentAt time.Time
		want   time.Time
	}{
		"three hours behind":  {pipeline.Origin{ReceivedAt: now}, now.Add(-2 * time.Hour), said.Add(2 * time.Hour)},
		"ahead":               {pipeline.Origin{ReceivedAt: now}, now.Add(time.Hour), said.Add(-time.Hour)},
		"the request's stamp": {pipeline.Origin{ReceivedAt: now, SentAt: now.Add(-time.Hour)}, time.Time{}, said.Add(time.Hour)},
		"no stamp":            {pipeline.Origin{ReceivedAt: now}, time.Time{}, said},
		"a file":              {pipeline.Origin{}, now.Add(-2 * time.Hour), said},
		"played again":        {pipeline.Origin{ReceivedAt: now}, now.Add(-60 * 24 * time.Hour), said},
	} {
		records, _ := take(t, c.origin, click(func(e *event.Event) { e.Time, e.SentAt = said, c.sentAt }))
		if got := records.Events[0]; !got.Time.Equal(c.want) || !got.OwnTime.Equal(said) {
			t.Errorf("%s: time %s own %s, want %s", name, got.Time, got.OwnTime, c.want)
		}
	}
}

func TestWrongClockIsCorrectedBeforeItIsJudged(t *testing.T) {
	t.Parallel()
	_, result := take(t, pipeline.Origin{ReceivedAt: now}, click(func(e *event.Event) {
		e.Time, e.SentAt = now.Add(72*time.Hour), now.Add(72*time.Hour)
	}))
	if result.Accepted != 1 {
		t.Errorf("%+v", result)
	}
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	const uuid = "0190c2f4-7b1e-7cc3-9d42-0f3a5e7b1c22"
	for _, c := range []struct{ in, want event.Identity }{
		{event.Identity{DeviceID: "d", UserID: "null"}, event.Identity{DeviceID: "d"}},
		{event.Identity{DeviceID: "d", UserID: "[object Object]", AccountID: "undefined"}, event.Identity{DeviceID: "d"}},
		{event.Identity{DeviceID: "00000000-0000-0000-0000-000000000000", UserID: "u"}, event.Identity{UserID: "u"}},
		{event.Identity{DeviceID: "d", UserID: "0"}, event.Identity{DeviceID: "d"}},
		{event.Identity{DeviceID: "{}", UserID: "u", AccountID: "[]"}, event.Identity{UserID: "u"}},
		{event.Identity{DeviceID: "d", SessionID: "7"}, event.Identity{DeviceID: "d", SessionID: "d/7"}},
		{event.Identity{UserID: "u", SessionID: "7"}, event.Identity{UserID: "u", SessionID: "u/7"}},
		{event.Identity{DeviceID: "d", SessionID: uuid}, event.Identity{DeviceID: "d", SessionID: uuid}},
		{event.Identity{SessionID: "short"}, event.Identity{SessionID: "short"}},
	} {
		records, _ := take(t, pipeline.Origin{}, click(func(e *event.Event) { e.Identity = c.in }))
		if d := cmp.Diff(c.want, records.Events[0].Identity); d != "" {
			t.Errorf("%+v: %s", c.in, d)
		}
	}
	_, result := take(t, pipeline.Origin{}, click(func(e *event.Event) { e.Identity = event.Identity{UserID: "anonymous"} }))
	if result.Rejected != 1 {
		t.Error("an event of nobody was taken")
	}
}

func TestMissingIDsAreMadeAndNeverEqual(t *testing.T) {
	t.Parallel()
	records, result := take(t, pipeline.Origin{}, click(func(e *event.Event) { e.ID = "" }), click(func(e *event.Event) { e.ID = "" }))
	a, b := records.Events[0].ID, records.Events[1].ID
	if result.Accepted != 2 || a == b || len(a) != 36 || a[14] != '7' || !strings.ContainsAny(a[19:20], "89ab") {
		t.Errorf("ids %q and %q", a, b)
	}
}

const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"

func TestBeaconSpeaksForThePersonAndAServerDoesNot(t *testing.T) {
	t.Parallel()
	origin := pipeline.Origin{Beacon: true, ClientIP: "203.0.113.9", UserAgent: chrome}
	records, _ := take(t, origin, click(nil))
	e := records.Events[0]
	if want := (event.Context{Device: "desktop", OS: "Windows", Browser: "Chrome"}); !cmp.Equal(want, e.Context) {
		t.Errorf("context %+v", e.Context)
	}
	if e.ClientIP != "203.0.113.0" || e.UserAgent != "" || e.ClientKey == 0 {
		t.Errorf("origin %+v", e.Origin)
	}
	origin.Beacon = false
	records, _ = take(t, origin, click(nil))
	if e := records.Events[0]; e.ClientKey != 0 || e.Context.Browser != "" || e.Bot != event.Human {
		t.Errorf("a server's own address became the person's: %+v", e)
	}
	origin.Beacon, origin.Denied = true, true
	records, _ = take(t, origin, click(nil))
	if e := records.Events[0]; !e.IsZero() || e.Consent != event.ConsentDenied || e.Name != "Pay" {
		t.Errorf("consent was denied: %+v", e)
	}
}

func TestVisitorsWithoutIDsAreToldApartForADay(t *testing.T) {
	t.Parallel()
	visit := func(ip string, at time.Time, change func(*pipeline.Origin)) event.Event {
		o := pipeline.Origin{Beacon: true, ClientIP: ip, UserAgent: chrome}
		if change != nil {
			change(&o)
		}
		records, result := take(t, o, click(func(e *event.Event) { e.Time, e.Identity = at, event.Identity{} }))
		if result.Accepted != 1 {
			return event.Event{Name: result.Errors[0].Reason}
		}
		return records.Events[0]
	}
	at := now.Add(-time.Hour)
	a := visit("203.0.113.9", at, nil)
	if b := visit("203.0.113.9", at.Add(time.Minute), nil); a.DeviceID == "" || a.DeviceID != b.DeviceID {
		t.Errorf("one visitor is %q and %q", a.DeviceID, b.DeviceID)
	}
	if b := visit("203.0.113.10", at, nil); a.DeviceID == b.DeviceID {
		t.Error("two visitors are one")
	}
	if b := visit("203.0.113.9", at.Add(-24*time.Hour), nil); a.DeviceID == b.DeviceID {
		t.Error("a visitor is known the next day")
	}
	if b := visit("203.0.113.9", at, func(o *pipeline.Origin) { o.Denied = true }); !b.IsZero() || b.Name != "Pay" {
		t.Errorf("who refused is known or does not count: %+v", b)
	}
	if b := visit("203.0.113.9", at, func(o *pipeline.Origin) { o.Beacon = false }); b.DeviceID != "" {
		t.Error("a server became a visitor")
	}
}

func TestBots(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]event.Bot{
		chrome: event.Human,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1": event.Human,
		"okhttp/4.12.0":                         event.Human,
		"MyShop/3.1 CFNetwork/1410 Darwin/22.6": event.Human,
		"Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/88.0 Mobile Safari/537.36":       event.Human,
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                            event.Crawler,
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/116.0 Safari/537": event.Crawler,
		"Mozilla/5.0 (compatible; AhrefsBot/7.0)":                                                             event.Crawler,
		"facebookexternalhit/1.1": event.Crawler,
		"Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36": event.Automation,
		"curl/8.5.0":             event.Automation,
		"python-requests/2.31.0": event.Automation,
		"kube-probe/1.29":        event.Automation,
	} {
		records, _ := take(t, pipeline.Origin{}, serverCall(func(c *event.Call) { c.UserAgent = agent }))
		if got := records.Calls[0].Bot; got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}

func TestPageIsNamed(t *testing.T) {
	t.Parallel()
	records, _ := take(t, pipeline.Origin{}, click(func(e *event.Event) {
		e.Page.URL = "https://shop.example/orders/17?utm_source=news+letter&utm_medium=mail&x=1#top"
	}))
	e := records.Events[0]
	if e.Page.Path != "/orders/17" || e.Page.Route != "/orders/{id}" {
		t.Errorf("page %+v", e.Page)
	}
	if d := cmp.Diff(map[string]string{"source": "news letter", "medium": "mail"}, e.Context.UTM); d != "" {
		t.Error(d)
	}
}

func TestPagesBehindAFragment(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://shop.example":                   "/",
		"https://shop.example?x=1":               "/",
		"https://shop.example/a/?x=1#top":        "/a/",
		"https://shop.example/#/orders/17?tab=1": "/orders/17",
		"https://shop.example/app#!/cart":        "/app/cart",
		"/relative/path?x#y":                     "/relative/path",
	} {
		records, _ := take(t, pipeline.Origin{}, click(func(e *event.Event) { e.Page.URL = url }))
		if got := records.Events[0].Page.Path; got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}

func TestCallIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*event.Call)
		route  string
		class  event.Class
	}{
		"rest":         {nil, "/orders/{id}", event.API},
		"own route":    {func(c *event.Call) { c.Route = "/orders/:number" }, "/orders/:number", event.API},
		"query inside": {func(c *event.Call) { c.Path = "/orders/17?x=1" }, "/orders/{id}", event.API},
		"script":       {func(c *event.Call) { c.Path = "/assets/app.3f2a9c1b.js" }, "/assets/{file}.js", event.Asset},
		"home":         {func(c *event.Call) { c.Path = "/" }, "/", event.Document},
		"page":         {func(c *event.Call) { c.Path = "/about.html" }, "/about.html", event.Document},
		"html":         {func(c *event.Call) { c.Attributes = map[string]any{"content_type": "text/html; charset=utf-8"} }, "/orders/{id}", event.Document},
		"fetch": {func(c *event.Call) {
			c.Path, c.Attributes = "/", map[string]any{"http.request.header.sec-fetch-dest": []any{"empty"}}
		}, "/", event.API},
		"graphql": {func(c *event.Call) {
			c.Method, c.Path, c.Attributes = "POST", "/graphql", map[string]any{"graphql.operation.name": "GetCart", "graphql.operation.type": "query"}
		}, "query GetCart", event.API},
		"grpc": {func(c *event.Call) {
			c.Method, c.Path, c.Attributes = "POST", "/shop.Cart/Add", map[string]any{"rpc.system": "grpc", "rpc.service": "shop.Cart", "rpc.method": "Add"}
		}, "shop.Cart/Add", event.API},
	} {
		records, _ := take(t, pipeline.Origin{}, serverCall(c.change))
		if got := records.Calls[0]; got.Route != c.route || got.Class != c.class {
			t.Errorf("%s: %s %s, want %s %s", name, got.Class, got.Route, c.class, c.route)
		}
	}
}

func TestPagesThatPeopleSawAreDocuments(t *testing.T) {
	t.Parallel()
	records, _ := take(t, pipeline.Origin{},
		click(func(e *event.Event) { e.Kind, e.Page.URL = event.PageView, "https://shop.example/products/17" }),
		serverCall(func(c *event.Call) { c.Path = "/products/18" }),
		serverCall(func(c *event.Call) { c.ID, c.Path, c.Method = "c2", "/products/18", "POST" }),
	)
	if a, b := records.Calls[0].Class, records.Calls[1].Class; a != event.Document || b != event.API {
		t.Errorf("classes %s and %s", a, b)
	}
}
