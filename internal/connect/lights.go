package connect

import (
	"net/url"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// The lights on the way to the first link, in the order they turn on.
const (
	Page  = "page"
	Click = "click"
	Log   = "log"
	Link  = "link"
)

// Light is one step that was or was not seen.
type Light struct {
	Name      string    `json:"name" enum:"page,click,log,link"`
	On        bool      `json:"on"`
	At        time.Time `json:"at,omitzero" doc:"of the newest record that lit it, by its own time"`
	What      string    `json:"what" doc:"what was seen: a path, a button, a request; empty while it is dark"`
	SessionID string    `json:"session_id,omitempty" doc:"the timeline that shows it"`
	// Marked lights a light without counting anywhere people are counted.
	Marked event.Bot `json:"marked,omitempty" enum:"crawler,automation" doc:"it was seen, but only from a browser that is marked as this"`
	// Cause is there when the light has been dark for longer than the patience, or
	// at once when what should light it was turned away.
	Cause *Cause `json:"cause,omitempty"`
}

// Cause is why a light is likely to be dark.
type Cause struct {
	Code     string   `json:"code" example:"csp" doc:"a fixed word"`
	Title    string   `json:"title" doc:"the cause in one sentence"`
	Evidence []string `json:"evidence" doc:"what was observed that points at it"`
	Fix      string   `json:"fix" doc:"what to do"`
	Copy     string   `json:"copy,omitempty" doc:"a line to copy for it"`
}

// Facts is all that a diagnosis may rest on.
type Facts struct {
	Now time.Time
	// Since is when somebody began to watch; a light that has been dark for longer
	// than Patience gets a cause.
	Since    time.Time
	Patience time.Duration
	Setup    Setup
	// Listening says whether the intake listener is open.
	Listening bool

	Pages  []event.Event // newest first: page views and route changes
	Clicks []event.Event // newest first: clicks and submits
	Lines  []event.Call  // newest first: server calls of any class
	// Around says whether a server call lies within a minute of one of Clicks.
	Around bool
	// Link is a link of a server call; nil while there is none.
	Link *event.Link

	Seen     Seen
	Scripts  Asked
	Refusals []Refusal // newest first
	Started  time.Time // since when Seen, Scripts and Refusals are remembered
	// Check is what the site itself showed; nil when it was not looked at.
	Check *Check
	// TagKeyKnown says whether the key in the site's tag is one of the project's.
	TagKeyKnown bool
}

// Check is what the application's page showed when it was fetched.
type Check struct {
	Page   *url.URL
	Failed string // why it could not be fetched; then nothing else is known
	Status int
	// Policies are its content security policies, from headers and meta tags.
	Policies []string
	// Script is where its tag takes the script from, TagKey and Nonce the tag's own
	// attributes; nil when there is no tag.
	Script        *url.URL
	TagKey, Nonce string
	// Answer says what the script's address answered: empty when it was the script.
	Answer string
}

// Lights returns the four lights in their order.
func Lights(f Facts) []Light {
	lights := []Light{f.page(), f.click(), f.log(), f.link()}
	diagnoses := []func() *Cause{f.whyNoPage, f.whyNoClick, f.whyNoLine, f.whyNoLink}
	darkSince := []time.Time{f.Since, f.Since, f.Since, latest(f.Since, f.Seen.FirstClick, f.Seen.FirstLine)}
	for i := range lights {
		switch {
		case lights[i].On:
		case f.Now.Sub(darkSince[i]) >= f.Patience:
			lights[i].Cause = diagnoses[i]()
		default:
			lights[i].Cause = f.turnedAway(lights[i].Name)
		}
	}
	return lights
}

// turnedAway is the cause that needs no patience: a request or a line that would have
// lit the light was refused since somebody watches. Older refusals may be of another set-up.
func (f Facts) turnedAway(light string) *Cause {
	older := slices.IndexFunc(f.Refusals, func(r Refusal) bool { return r.At.Before(f.Since) })
	if older >= 0 {
		f.Refusals = f.Refusals[:older]
	}
	switch light {
	case Page:
		return f.refusedBeacon()
	case Log:
		return first(f.refusedLines, f.unreadLines)
	}
	return nil
}

func (f Facts) page() Light {
	e, seen := newest(f.Pages)
	if !seen {
		return Light{Name: Page}
	}
	return Light{Name: Page, On: true, At: e.Time, What: orElse(e.Page.Path, e.Name), SessionID: e.SessionID, Marked: e.Bot}
}

func (f Facts) click() Light {
	e, seen := newest(f.Clicks)
	if !seen {
		return Light{Name: Click}
	}
	return Light{Name: Click, On: true, At: e.Time, What: orElse(e.Target.Name, orElse(e.Target.Selector, e.Name)), SessionID: e.SessionID, Marked: e.Bot}
}

// newest returns a person's newest event, or a marked browser's when there is no
// other: tests of a set-up are often driven by a program.
func newest(events []event.Event) (event.Event, bool) {
	at := slices.IndexFunc(events, func(e event.Event) bool { return e.Bot == event.Human })
	if at < 0 && len(events) == 0 {
		return event.Event{}, false
	}
	return events[max(0, at)], true
}

func (f Facts) log() Light {
	if len(f.Lines) == 0 {
		return Light{Name: Log}
	}
	c := f.Lines[0]
	return Light{Name: Log, On: true, At: c.Time, What: c.Method + " " + c.Path}
}

func (f Facts) link() Light {
	if f.Link == nil {
		return Light{Name: Link}
	}
	return Light{Name: Link, On: true, At: f.Link.Time, What: f.Link.Endpoint.String(), SessionID: f.Link.SessionID}
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}
