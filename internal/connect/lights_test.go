package connect

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

var (
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	site = &url.URL{Scheme: "https", Host: "shop.example", Path: "/"}
)

// early is a project of which nothing has been seen for ten minutes.
func early() Facts {
	return Facts{
		Now: noon, Since: noon.Add(-10 * time.Minute), Started: noon.Add(-time.Hour), Patience: time.Minute, Listening: true,
		Setup: Setup{Site: site.String(), Intake: "127.0.0.1:8081", Key: "cs_b_right"},
	}
}

// good is what a site shows that is set up as it should be.
func good() *Check {
	return &Check{Page: site, Status: 200, Script: &url.URL{Scheme: "https", Host: "shop.example", Path: "/_cs/clickspan.js"}, TagKey: "cs_b_right"}
}

// seen is a project with a click and a line a minute ago, and no link.
func seen() Facts {
	f := early()
	f.Pages = []event.Event{{Kind: event.PageView, Time: noon.Add(-70 * time.Second), Page: event.Page{Path: "/cart", URL: "https://shop.example/cart"}}}
	f.Clicks = []event.Event{{Kind: event.Click, Time: noon.Add(-65 * time.Second), Name: "click", Target: event.Target{Name: "Pay"}, Page: f.Pages[0].Page}}
	f.Lines = []event.Call{{Side: event.Server, Method: "POST", Path: "/orders", Class: event.API, Time: noon.Add(-64 * time.Second), Timed: true, Host: "shop.example"}}
	f.Around = true
	f.Seen = Seen{
		FirstClick: noon.Add(-65 * time.Second), FirstLine: noon.Add(-63 * time.Second),
		Beacons: []string{"198.51.100.0"}, Lines: []string{"198.51.100.0"},
		Deliveries: []Delivery{{At: noon.Add(-63 * time.Second), Newest: noon.Add(-64 * time.Second)}},
	}
	return f
}

// TestADarkLightNamesItsLikeliestCause has every wrong set-up, with what is observed
// of it and the cause that this means.
func TestADarkLightNamesItsLikeliestCause(t *testing.T) {
	t.Parallel()
	visit := event.Call{Side: event.Server, Method: "GET", Path: "/", Class: event.Document, Status: 200, Time: noon.Add(-time.Minute), Timed: true}
	for name, c := range map[string]struct {
		from  func() Facts
		set   func(*Facts)
		light string
		code  string
		says  string // in the evidence
	}{
		"the intake listener is closed": {early, func(f *Facts) { f.Listening = false }, Page, "no_intake", "--intake-addr"},
		"a beacon with a wrong key": {early, func(f *Facts) {
			f.Refusals = []Refusal{{At: noon, Path: "/intake/browser", Status: 401, Key: "cs_b_wrong"}}
		}, Page, "key", "cs_b_wrong"},
		"a beacon from another origin": {early, func(f *Facts) {
			f.Refusals = []Refusal{{At: noon, Path: "/intake/browser", Status: 403, Key: "cs_b_right", Origin: "https://www.shop.example"}}
		}, Page, "origin", "https://www.shop.example"},
		"a site that does not answer":                    {early, func(f *Facts) { f.Check = &Check{Page: site, Failed: "connection refused"} }, Page, "site", "connection refused"},
		"a page without the tag":                         {early, func(f *Facts) { f.Check = &Check{Page: site, Status: 200}; f.Lines = []event.Call{visit} }, Page, "tag", "without a tag"},
		"a tag with a wrong key, blocked before it asks": {early, func(f *Facts) { f.Check = good(); f.Check.TagKey = "cs_b_other" }, Page, "key", "cs_b_other"},
		"no location":                                    {early, func(f *Facts) { f.Check = good(); f.TagKeyKnown = true; f.Check.Answer = "status 404" }, Page, "location", "404"},
		"a policy against the script": {early, func(f *Facts) {
			f.Check, f.TagKeyKnown = good(), true
			f.Check.Policies = []string{"script-src https://cdn.example"}
		}, Page, "csp", "script-src https://cdn.example"},
		"a policy against the beacon": {early, func(f *Facts) {
			f.Check, f.TagKeyKnown, f.Scripts = good(), true, Asked{3, noon}
			f.Check.Policies = []string{"connect-src https://api.example"}
		}, Page, "csp", "connect-src https://api.example"},
		"a blocked script": {early, func(f *Facts) { f.Check, f.TagKeyKnown, f.Lines = good(), true, []event.Call{visit} }, Page, "blocker", "Nobody has asked"},
		"a blocked beacon": {early, func(f *Facts) { f.Check, f.TagKeyKnown, f.Scripts = good(), true, Asked{1, noon} }, Page, "blocker", "asked for 1 times"},
		"pages without script, of a site whose address is not known": {early, func(f *Facts) { f.Lines = []event.Call{visit} }, Page, "csp", "the page /"},
		"nobody came":    {early, func(*Facts) {}, Page, "no_visit", "Nobody has asked"},
		"nobody clicked": {seen, func(f *Facts) { f.Clicks = nil }, Click, "no_click", "/cart"},
		"a log with a browser key": {early, func(f *Facts) {
			f.Refusals = []Refusal{{Path: "/intake/logs/combined", Status: 403, Key: "cs_b_right"}}
		}, Log, "key", "/intake/logs/combined"},
		"lines of an unknown format": {early, func(f *Facts) {
			f.Seen.Unread = []event.Rejection{{Source: "combined", Reason: ours, Count: 2}, {Source: "combined", Reason: "time is missing", Example: "a b c", Count: 7}}
		}, Log, "format", "7 lines"},
		"lines without a time": {early, func(f *Facts) {
			f.Seen.Unread = []event.Rejection{{Source: "nginx-timed", Reason: "the log format has no time; add $time_local, $msec or %t", Count: 1}}
		}, Log, "no_time", "One line was refused"},
		"only our own lines":    {early, func(f *Facts) { f.Seen.Unread = []event.Rejection{{Reason: ours, Count: 9}} }, Log, "own_lines", "9 lines"},
		"nobody follows":        {early, func(*Facts) {}, Log, "no_lines", "2026-11-23 11:00:00 UTC"},
		"consent denied":        {seen, func(f *Facts) { f.Clicks[0].Consent = event.ConsentDenied }, Link, "no_consent", "Global Privacy Control"},
		"only static files":     {seen, func(f *Facts) { f.Lines[0].Class = event.Asset }, Link, "assets", "/orders"},
		"a log from the future": {seen, func(f *Facts) { f.Seen.Deliveries[0].Newest = noon.Add(27 * time.Second) }, Link, "clock", "12:00:27"},
		"a log that is behind": {seen, func(f *Facts) {
			f.Seen.Deliveries = []Delivery{{noon, noon.Add(-90 * time.Second)}, {noon.Add(-9 * time.Second), noon.Add(-99 * time.Second)}}
		}, Link, "clock", "11:58:30"},
		"an old log":               {seen, func(f *Facts) { f.Around, f.Lines[0].Time = false, noon.AddDate(0, 0, -3) }, Link, "no_overlap", "2026-11-20"},
		"a log of another site":    {seen, func(f *Facts) { f.Lines[0].Host = "blog.example:443" }, Link, "host", "blog.example"},
		"a proxy in front":         {seen, func(f *Facts) { f.Seen.Lines = []string{"10.0.0.0"} }, Link, "proxy", "10.0.0.0"},
		"a log without durations":  {seen, func(f *Facts) { f.Lines[0].Timed = false }, Link, "no_durations", "None of the last 1 lines"},
		"nothing that explains it": {seen, func(*Facts) {}, Link, "unknown", "POST /orders"},
		"a browser's clock a year ahead": {seen, func(f *Facts) {
			f.Clicks[0].Time, f.Clicks[0].SentAt = noon.AddDate(1, 0, 0), noon.AddDate(1, 0, 0)
		}, Link, "clock", "2027-11-23"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := c.from()
			c.set(&f)
			light := lightOf(f, c.light)
			if light.On || light.Cause == nil {
				t.Fatalf("got %+v", light)
			}
			if light.Cause.Code != c.code || !strings.Contains(strings.Join(light.Cause.Evidence, " "), c.says) || light.Cause.Title == "" || light.Cause.Fix == "" {
				t.Errorf("want %s with evidence of %q, got %+v", c.code, c.says, light.Cause)
			}
		})
	}
}

// TestWhatWasTurnedAwayIsSaidAtOnce: a refusal leaves nothing to wait for.
func TestWhatWasTurnedAwayIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refusal Refusal
		light   string
		code    string
	}{
		"a beacon with a wrong key":     {Refusal{Path: "/intake/browser", Status: 401, Key: "cs_b_wrong"}, Page, "key"},
		"a beacon from another origin":  {Refusal{Path: "/intake/browser", Status: 403, Origin: "https://www.shop.example"}, Page, "origin"},
		"a log with a wrong key":        {Refusal{Path: "/intake/logs/combined", Status: 401, Key: "cs_s_wrong"}, Log, "key"},
		"OpenTelemetry without its key": {Refusal{Path: "/v1/traces", Status: 401}, Log, "key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := early()
			c.refusal.At = f.Now.Add(-time.Second)
			f.Since, f.Refusals = c.refusal.At, []Refusal{c.refusal}
			for _, light := range Lights(f) {
				switch {
				case light.Name != c.light && light.Cause != nil:
					t.Errorf("%s: a cause that nothing shows: %+v", light.Name, light.Cause)
				case light.Name == c.light && (light.Cause == nil || light.Cause.Code != c.code):
					t.Errorf("want %s at once, got %+v", c.code, light.Cause)
				}
			}
		})
	}
}

func TestARefusalFromBeforeWaits(t *testing.T) {
	t.Parallel()
	f := early()
	f.Since, f.Refusals = f.Now, []Refusal{{At: f.Now.Add(-time.Second), Path: "/intake/browser", Status: 401}}
	if got := lightOf(f, Page).Cause; got != nil {
		t.Errorf("a refusal of before somebody watched is no news: %+v", got)
	}
}

func TestLinesThatAreRefusedNeedNoPatience(t *testing.T) {
	t.Parallel()
	f := early()
	f.Since, f.Seen.Unread = f.Now, []event.Rejection{{Source: "combined", Reason: "time is missing", Count: 7}}
	if got := lightOf(f, Log).Cause; got == nil || got.Code != "format" {
		t.Errorf("got %+v", got)
	}
}

// TestOnlyAMarkedBrowserIsSaid: what a program does is stored and counts as nobody.
func TestOnlyAMarkedBrowserIsSaid(t *testing.T) {
	t.Parallel()
	f := seen()
	marked := f.Pages[0]
	marked.Bot, marked.Time = event.Automation, noon
	f.Pages = []event.Event{marked}
	if got := lightOf(f, Page); !got.On || got.Marked != event.Automation {
		t.Errorf("only a program came: %+v", got)
	}
	f.Pages = append(f.Pages, seen().Pages...)
	if got := lightOf(f, Page); !got.On || got.Marked != event.Human || got.At != seen().Pages[0].Time {
		t.Errorf("a person came too: %+v", got)
	}
}

func TestALogBehindByHoursIsAZone(t *testing.T) {
	t.Parallel()
	f := seen()
	f.Seen.Deliveries = []Delivery{{noon, noon.Add(-time.Hour - time.Second)}, {noon.Add(-9 * time.Second), noon.Add(-time.Hour - 10*time.Second)}}
	if got := lightOf(f, Link).Cause; got == nil || got.Code != "clock" || !strings.Contains(got.Copy, "--timezone") {
		t.Errorf("got %+v", got)
	}
}

func TestPatience(t *testing.T) {
	t.Parallel()
	f := early()
	f.Since = f.Now.Add(-time.Minute + time.Second)
	if got := lightOf(f, Page); got.Cause != nil {
		t.Errorf("a cause before the minute is over: %+v", got)
	}
	f = seen()
	f.Seen.FirstLine = f.Now.Add(-time.Second)
	if got := lightOf(f, Link); got.Cause != nil {
		t.Errorf("a line came a second ago: %+v", got)
	}
}

func TestLightsThatAreOn(t *testing.T) {
	t.Parallel()
	f := seen()
	f.Link = &event.Link{SessionID: "s1", Time: noon, Endpoint: event.Endpoint{Method: "POST", Route: "/orders"}}
	want := map[string]string{Page: "/cart", Click: "Pay", Log: "POST /orders", Link: "POST /orders"}
	for _, light := range Lights(f) {
		if !light.On || light.Cause != nil || light.What != want[light.Name] {
			t.Errorf("got %+v", light)
		}
	}
	if got := lightOf(f, Link).SessionID; got != "s1" {
		t.Errorf("the link opens %q", got)
	}
}

func lightOf(f Facts, name string) Light {
	lights := Lights(f)
	return lights[slices.IndexFunc(lights, func(l Light) bool { return l.Name == name })]
}

func TestPoliciesBlockAsBrowsersDo(t *testing.T) {
	t.Parallel()
	script := &url.URL{Scheme: "https", Host: "shop.example", Path: "/_cs/clickspan.js"}
	for policy, blocked := range map[string]bool{
		"":                                               false,
		"img-src 'none'":                                 false,
		"default-src 'self'":                             false,
		"default-src 'none'":                             true,
		"default-src 'none'; script-src *":               false,
		"script-src":                                     true,
		"script-src 'none'":                              true,
		"script-src https:":                              false,
		"script-src http:":                               true,
		"script-src shop.example":                        false,
		"script-src https://shop.example/_cs/":           false,
		"script-src https://shop.example/js/":            true,
		"script-src *.example":                           false,
		"script-src *.shop.example":                      true,
		"script-src shop.example:8443":                   true,
		"script-src 'nonce-abc'":                         false,
		"script-src 'nonce-other'":                       true,
		"script-src 'self' 'strict-dynamic'":             true,
		"script-src 'self' 'strict-dynamic' 'nonce-abc'": false,
		"script-src-elem 'self'; script-src 'none'":      false,
		"script-src 'self', default-src 'none'":          true,
		"script-src 'self'; script-src 'none'":           false,
		"SCRIPT-SRC 'SELF'":                              false,
	} {
		if _, _, got := blocking([]string{policy}, site, script, "abc", scriptSources...); got != blocked {
			t.Errorf("%q: blocked is %v", policy, got)
		}
	}
}

func FuzzBlocking(f *testing.F) {
	f.Add("default-src 'self'; script-src *.shop.example:443/a 'nonce-x'", "https://shop.example/_cs/clickspan.js")
	f.Fuzz(func(t *testing.T, policy, address string) {
		target, err := url.Parse(address)
		if err != nil {
			t.Skip() // an address that no browser would ask
		}
		if _, _, blocked := blocking([]string{policy + "; script-src *"}, site, target, "", "script-src"); blocked && !strings.Contains(strings.ToLower(policy), "script-src") && !strings.Contains(policy, ",") {
			t.Errorf("%q blocks everything", policy)
		}
	})
}
