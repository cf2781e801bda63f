package connect

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// scriptSources and connectSources are the directives that decide about a script
// and about a beacon, in the order browsers fall back.
var (
	scriptSources  = []string{"script-src-elem", "script-src", "default-src"} //nolint:gochecknoglobals // a constant
	connectSources = []string{"connect-src", "default-src"}                   //nolint:gochecknoglobals // a constant
)

// first returns the first cause that is there.
func first(causes ...func() *Cause) *Cause {
	for _, cause := range causes {
		if found := cause(); found != nil {
			return found
		}
	}
	return nil
}

// whyNoPage goes from what is certain to what is left.
func (f Facts) whyNoPage() *Cause {
	return first(f.notListening, f.refusedBeacon, f.siteFailed, f.scriptBlocked, f.noTag, f.wrongTagKey, f.noLocation, f.beaconBlocked, f.askedButSilent, f.pagesWithoutScript, f.noVisit)
}

func (f Facts) notListening() *Cause {
	if f.Listening {
		return nil
	}
	return &Cause{
		Code: "no_intake", Title: "Clickspan's intake listener is not open.",
		Evidence: []string{"This server runs without --intake-addr, or its port was taken when it started."},
		Fix:      "Start it with a free address; the web server passes " + Prefix + " on to it.",
		Copy:     f.Setup.program() + " serve --intake-addr 127.0.0.1:8081",
	}
}

// refusedBeacon: a browser asked, and was turned away.
func (f Facts) refusedBeacon() *Cause {
	at := slices.IndexFunc(f.Refusals, func(r Refusal) bool { return strings.HasSuffix(r.Path, "/intake/browser") })
	if at < 0 {
		return nil
	}
	r := f.Refusals[at]
	evidence := []string{fmt.Sprintf("%s: a beacon was refused with status %d%s%s.", clock(r.At), r.Status, told(", key ", r.Key), told(", page ", r.Origin))}
	if r.Status == 403 {
		return &Cause{
			Code: "origin", Title: "The key is not for the page's origin.", Evidence: evidence,
			Fix: fmt.Sprintf("Enter %s as your site above and copy the tag again, or open the page at the origin that the key was made for.", orElse(r.Origin, "the page's address")),
		}
	}
	return &Cause{
		Code: "key", Title: "The key in the tag is wrong.", Evidence: evidence,
		Fix: "Copy the tag again: its data-key is this project's browser key.", Copy: f.Setup.script(),
	}
}

func (f Facts) siteFailed() *Cause {
	if f.Check == nil || f.Check.Failed == "" && f.Check.Status < 400 {
		return nil
	}
	return &Cause{
		Code: "site", Title: "Your site does not answer.",
		Evidence: []string{fmt.Sprintf("%s: %s", f.Check.Page, orElse(f.Check.Failed, fmt.Sprintf("status %d", f.Check.Status)))},
		Fix:      "Check the address of your site above, and that the web server runs.",
	}
}

func (f Facts) noTag() *Cause {
	if f.Check == nil || f.Check.Script != nil {
		return nil
	}
	return &Cause{
		Code: "tag", Title: "The page does not have the script tag.",
		Evidence: []string{fmt.Sprintf("%s came without a tag for clickspan.js.", f.Check.Page)},
		Fix:      "Paste the tag before </head> and load the page again. If the web server writes it: it cannot look into pages that the application compresses.",
		Copy:     f.Setup.script(),
	}
}

func (f Facts) wrongTagKey() *Cause {
	if f.Check == nil || f.TagKeyKnown {
		return nil
	}
	return &Cause{
		Code: "key", Title: "The key in the tag is wrong.",
		Evidence: []string{fmt.Sprintf("The tag of %s has data-key=%q.", f.Check.Page, shortKey(f.Check.TagKey))},
		Fix:      "Copy the tag again: its data-key is this project's browser key.", Copy: f.Setup.script(),
	}
}

func (f Facts) noLocation() *Cause {
	if f.Check == nil || f.Check.Answer == "" {
		return nil
	}
	return &Cause{
		Code: "location", Title: "The web server does not pass " + Prefix + " on to Clickspan.",
		Evidence: []string{fmt.Sprintf("%s answered %s.", f.Check.Script, f.Check.Answer)},
		Fix:      "Put the block into this site's configuration and load it; it must come before what serves everything else.",
	}
}

func (f Facts) scriptBlocked() *Cause {
	if f.Check == nil || f.Check.Script == nil {
		return nil
	}
	directive, sources, blocked := blocking(f.Check.Policies, f.Check.Page, f.Check.Script, f.Check.Nonce, scriptSources...)
	if !blocked {
		return nil
	}
	return &Cause{
		Code: "csp", Title: "The page's content security policy keeps the script from running.",
		Evidence: []string{fmt.Sprintf("%s sends %s %s.", f.Check.Page, directive, sources), f.scriptsAsked()},
		Fix:      "Allow it in " + directive + ": add 'self', or give the tag the page's nonce.",
	}
}

func (f Facts) beaconBlocked() *Cause {
	if f.Check == nil || f.Check.Script == nil {
		return nil
	}
	target := f.Check.Script.ResolveReference(&url.URL{Path: "intake/browser"})
	directive, sources, blocked := blocking(f.Check.Policies, f.Check.Page, target, "", connectSources...)
	if !blocked {
		return nil
	}
	return &Cause{
		Code: "csp", Title: "The page's content security policy keeps the script from sending.",
		Evidence: []string{fmt.Sprintf("%s sends %s %s.", f.Check.Page, directive, sources), f.scriptsAsked()},
		Fix:      "Allow it in " + directive + ": add 'self'.",
	}
}

// askedButSilent: browsers took the script, and nothing came back.
func (f Facts) askedButSilent() *Cause {
	if f.Scripts.Count == 0 {
		return nil
	}
	cause := &Cause{
		Code: "blocker", Title: "An ad blocker or privacy extension is likely to hold the beacons back.",
		Evidence: []string{f.scriptsAsked(), "No beacon has arrived since."},
		Fix:      "Open the page in a private window without extensions. If it waits for consent, give it.",
	}
	if f.Check == nil {
		cause.Evidence = append(cause.Evidence, "Your site was not looked at, because its address is not known.")
		cause.Fix += " Enter your site's address to have its content security policy (connect-src) checked."
	}
	return cause
}

// pagesWithoutScript: pages are served, and nobody asks for the script.
func (f Facts) pagesWithoutScript() *Cause {
	at := slices.IndexFunc(f.Lines, isVisit)
	if at < 0 {
		return nil
	}
	page := fmt.Sprintf("%s: the log shows the page %s.", clock(f.Lines[at].Time), f.Lines[at].Path)
	if f.Check == nil {
		return &Cause{
			Code: "csp", Title: "Pages are opened, but they do not ask for the script.",
			Evidence: []string{page, f.scriptsAsked()},
			Fix:      "Check that the tag is in the page and that its content security policy (script-src) has 'self'. Enter your site's address to have both checked.",
		}
	}
	return &Cause{
		Code: "blocker", Title: "An ad blocker or privacy extension is likely to block the script.",
		Evidence: []string{page, f.scriptsAsked(), fmt.Sprintf("%s has the tag, its script answers, and its content security policy allows it.", f.Check.Page)},
		Fix:      "Open the page in a private window without extensions.",
	}
}

func (f Facts) noVisit() *Cause {
	return &Cause{
		Code: "no_visit", Title: "Nobody has opened a page with the script yet.",
		Evidence: []string{f.scriptsAsked()},
		Fix:      "Open " + orElse(f.Setup.Site, "your site") + " in a browser. Pages that were open before need a reload.",
	}
}

func (f Facts) whyNoClick() *Cause {
	if len(f.Pages) == 0 {
		return nil // the page's cause is this one's too
	}
	return &Cause{
		Code: "no_click", Title: "Pages were seen, but no click.",
		Evidence: []string{fmt.Sprintf("%s: %s was opened.", clock(f.Pages[0].Time), orElse(f.Pages[0].Page.Path, f.Pages[0].Name))},
		Fix:      "Click a button or a link on your page.",
	}
}

func (f Facts) whyNoLine() *Cause {
	return first(f.refusedLines, f.unreadLines, f.onlyOurs, f.noLines)
}

func (f Facts) refusedLines() *Cause {
	at := slices.IndexFunc(f.Refusals, func(r Refusal) bool {
		return strings.Contains(r.Path, "/intake/logs") || strings.HasPrefix(r.Path, "/v1/")
	})
	if at < 0 {
		return nil
	}
	r := f.Refusals[at]
	return &Cause{
		Code: "key", Title: "The sender of the log has the wrong key.",
		Evidence: []string{fmt.Sprintf("%s: %s was refused with status %d%s.", clock(r.At), r.Path, r.Status, told(", key ", r.Key))},
		Fix:      "Logs need a server key.", Copy: f.Setup.program() + " key create" + f.Setup.flags(),
	}
}

// ours is the reason of lines that are requests to Clickspan itself.
const ours = "our own intake"

// noTime is how wire begins to say that a line has none.
const noTime = "the log format has no time"

func (f Facts) unreadLines() *Cause {
	at := slices.IndexFunc(f.Seen.Unread, func(r event.Rejection) bool { return r.Reason != ours })
	if at < 0 {
		return nil
	}
	r := f.Seen.Unread[at]
	count := fmt.Sprintf("%d lines were", r.Count)
	if r.Count == 1 {
		count = "One line was"
	}
	evidence := []string{fmt.Sprintf("%s refused as %s: %s.", count, r.Source, strings.TrimSuffix(r.Reason, "."))}
	if r.Example != "" {
		evidence = append(evidence, r.Example)
	}
	if strings.HasPrefix(r.Reason, noTime) {
		return &Cause{
			Code: "no_time", Title: "The lines of the log have no time.", Evidence: evidence,
			Fix: "Use the log format above, or add $time_local or $msec (nginx) or %t (Apache) to yours; then load the configuration. Lines written before cannot be placed.",
		}
	}
	return &Cause{
		Code: "format", Title: "The log is written in a format that is not recognised.", Evidence: evidence,
		Fix:  "Use the log format above, or describe yours as the server's configuration has it.",
		Copy: f.Setup.program() + " import --follow --log-format '…'" + f.Setup.flags() + " " + quote(orElse(f.Setup.Log, "access.log")),
	}
}

func (f Facts) onlyOurs() *Cause {
	at := slices.IndexFunc(f.Seen.Unread, func(r event.Rejection) bool { return r.Reason == ours })
	if at < 0 {
		return nil
	}
	return &Cause{
		Code: "own_lines", Title: "The log holds nothing but requests to Clickspan itself.",
		Evidence: []string{fmt.Sprintf("%d lines are requests below %s, which are never counted.", f.Seen.Unread[at].Count, Prefix)},
		Fix:      "Follow the log of the server that serves your application.",
	}
}

func (f Facts) noLines() *Cause {
	return &Cause{
		Code: "no_lines", Title: "No line of a log has arrived.",
		Evidence: []string{"Nothing has come since " + clock(f.Started) + "."},
		Fix:      "Check that clickspan import --follow is running and what it printed last, and that the file it follows grows when you load a page.",
	}
}

// whyNoLink supposes that clicks and lines are there.
func (f Facts) whyNoLink() *Cause {
	if len(f.Lines) == 0 || len(f.Clicks) == 0 {
		return nil // theirs is the cause
	}
	return first(f.noConsent, f.onlyAssets, f.logClock, f.browserClock, f.noOverlap, f.otherHost, f.hiddenAddresses, f.noDurations, f.noIdea)
}

func (f Facts) noConsent() *Cause {
	if slices.ContainsFunc(f.Clicks, func(e event.Event) bool { return e.Consent != event.ConsentDenied }) {
		return nil
	}
	return &Cause{
		Code: "no_consent", Title: "The visits that were seen refused to be followed.",
		Evidence: []string{fmt.Sprintf("All of the last %d clicks came with consent denied, Global Privacy Control or Do Not Track.", len(f.Clicks))},
		Fix:      "Try another browser, or switch that setting off in yours for the test. What it means for your visitors: their calls are counted, and never tied to them.",
	}
}

func (f Facts) onlyAssets() *Cause {
	if slices.ContainsFunc(f.Lines, func(c event.Call) bool { return c.Class != event.Asset }) {
		return nil
	}
	return &Cause{
		Code: "assets", Title: "The log holds static files only.",
		Evidence: []string{fmt.Sprintf("The last %d lines are images, styles and scripts, the newest %s.", len(f.Lines), f.Lines[0].Path)},
		Fix:      "Follow the log that has the calls of your API: add the access_log or CustomLog line where they are served or proxied.",
	}
}

const (
	// live is how fresh a delivery must be to say something about the log's clock.
	live = 10 * time.Minute
	// drift is how much is no clock's fault: lines are written and read in steps.
	drift = 5 * time.Second
	// apart is how far apart two deliveries must be: pieces of one old file come at once.
	apart = 2 * time.Second
	// oddHour is what the offsets of time zones are multiples of.
	oddHour = 15 * time.Minute
)

// logClock: lines that arrive as they are written, each as late by its own stamp as
// the one before, or from the future.
func (f Facts) logClock() *Cause {
	late, ok := f.logOffset()
	if !ok {
		return nil
	}
	d := f.Seen.Deliveries[0]
	cause := &Cause{
		Code: "clock", Title: fmt.Sprintf("The log's clock is %s %s.", seconds(late), direction(late)),
		Evidence: []string{fmt.Sprintf("A line that arrived at %s says %s.", clock(d.At), clock(d.Newest))},
		Fix:      "Set the clock of the web server's machine, with NTP or chrony.",
	}
	if rest := late.Round(oddHour) - late; late.Abs() >= oddHour && rest.Abs() <= drift {
		cause.Fix = "If its stamps are local time without a zone, name the zone."
		cause.Copy = f.Setup.program() + " import --follow --timezone Europe/Vienna" + f.Setup.flags() + " " + quote(orElse(f.Setup.Log, "access.log"))
	}
	return cause
}

// logOffset is by how much the log's clock is behind ours. One delivery proves it
// only from the future: from the past it may be an old line.
func (f Facts) logOffset() (time.Duration, bool) {
	d := f.Seen.Deliveries
	if len(d) == 0 || f.Now.Sub(d[0].At) > live {
		return 0, false
	}
	newest := d[0].At.Sub(d[0].Newest)
	switch {
	case newest < -drift:
		return newest, true
	case newest < drift || len(d) < 2:
		return 0, false
	}
	return newest, slices.ContainsFunc(d[1:], func(before Delivery) bool {
		return d[0].At.Sub(before.At) >= apart && d[0].Newest.After(before.Newest) && (newest-before.At.Sub(before.Newest)).Abs() < drift
	})
}

// browserClock: intake corrects a browser's clock unless it is off by more than
// looks like a clock.
func (f Facts) browserClock() *Cause {
	off := f.Now.Sub(f.Clicks[0].Time)
	if f.Clicks[0].SentAt.IsZero() || f.Seen.Skew != 0 || off.Abs() < 24*time.Hour || f.Seen.FirstClick.IsZero() {
		return nil
	}
	return &Cause{
		Code: "clock", Title: fmt.Sprintf("The browser's clock is %s %s.", seconds(off), direction(off)),
		Evidence: []string{fmt.Sprintf("The newest click says %s.", clock(f.Clicks[0].Time))},
		Fix:      "Set the clock of that machine. Clocks that are off by less than a month are corrected.",
	}
}

func (f Facts) noOverlap() *Cause {
	if f.Around {
		return nil
	}
	oldest := f.Clicks[len(f.Clicks)-1].Time
	return &Cause{
		Code: "no_overlap", Title: "The log and the clicks are not of the same time.",
		Evidence: []string{
			"The newest line of the log is of " + clock(f.Lines[0].Time) + ".",
			"The clicks are from " + clock(oldest) + " to " + clock(f.Clicks[0].Time) + ".",
		},
		Fix: "Follow the log that is being written now: check the path, that the server was reloaded, and that clickspan import --follow still runs.",
	}
}

func (f Facts) otherHost() *Cause {
	var hosts, pages []string
	for _, c := range f.Lines {
		hosts = addOnce(hosts, hostname(c.Host))
	}
	for _, e := range f.Clicks {
		if u, err := url.Parse(e.Page.URL); err == nil {
			pages = addOnce(pages, u.Hostname())
		}
	}
	if len(hosts) == 0 || len(pages) == 0 || share(hosts, pages) {
		return nil
	}
	return &Cause{
		Code: "host", Title: "The log is of another site.",
		Evidence: []string{"Its lines are of " + strings.Join(hosts, ", ") + ".", "The clicks are on " + strings.Join(pages, ", ") + "."},
		Fix:      "Follow the log of the site that the clicks are on, or of the host that its API has.",
	}
}

// few is how many networks are few enough to be proxies.
const few = 3

func (f Facts) hiddenAddresses() *Cause {
	lines, beacons := f.Seen.Lines, f.Seen.Beacons
	if len(lines) == 0 || len(lines) > few || len(beacons) == 0 || share(lines, beacons) {
		return nil
	}
	return &Cause{
		Code: "proxy", Title: "A proxy or CDN hides who the requests in the log are from.",
		Evidence: []string{
			"All lines are from " + strings.Join(lines, ", ") + ".",
			"The pages are opened from " + strings.Join(beacons[:min(len(beacons), few)], ", ") + ".",
		},
		Fix: "Log the person's address: use the log format above, which has X-Forwarded-For, or set real_ip (nginx), trusted_proxies (Caddy) or mod_remoteip (Apache). " +
			"Tell Clickspan about proxies that are not on this machine with --trusted-proxies.",
	}
}

func (f Facts) noDurations() *Cause {
	if slices.ContainsFunc(f.Lines, func(c event.Call) bool { return c.Timed }) {
		return nil
	}
	return &Cause{
		Code: "no_durations", Title: "The log does not say how long requests took.",
		Evidence: []string{fmt.Sprintf("None of the last %d lines has a duration, and without a trace id time is all there is to go by.", len(f.Lines))},
		Fix:      "Use the log format above: it adds $request_time (nginx) or %D (Apache), and traceparent.",
	}
}

func (f Facts) noIdea() *Cause {
	return &Cause{
		Code: "unknown", Title: "Clicks and lines are there, but none belongs together yet.",
		Evidence: []string{
			fmt.Sprintf("%s: %s.", clock(f.Clicks[0].Time), f.click().What),
			fmt.Sprintf("%s: %s.", clock(f.Lines[0].Time), f.log().What),
		},
		Fix: "Click something that calls your API. Data quality lists the reasons call by call.",
	}
}

// isVisit reports whether a line shows that somebody got a page.
func isVisit(c event.Call) bool {
	return c.Class == event.Document && c.Status >= 200 && c.Status < 400 && c.Bot == event.Human
}

func (f Facts) scriptsAsked() string {
	if f.Scripts.Count == 0 {
		return "Nobody has asked for clickspan.js since " + clock(f.Started) + "."
	}
	return fmt.Sprintf("clickspan.js was asked for %d times, last at %s.", f.Scripts.Count, clock(f.Scripts.Last))
}

func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(one string) bool { return slices.Contains(b, one) })
}

func hostname(host string) string { return (&url.URL{Host: host}).Hostname() }

func shortKey(key string) string { return key[:min(len(key), 12)] }

func told(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func seconds(d time.Duration) string {
	if d = d.Abs().Round(time.Second); d < 2*time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return strings.TrimSuffix(d.String(), "0s")
}

func direction(late time.Duration) string {
	if late > 0 {
		return "behind"
	}
	return "ahead"
}
