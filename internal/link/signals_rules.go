package link

import (
	"fmt"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// SignalsVersion counts the changes of the rules by which signals are found.
// Version 2 added wandering.
const SignalsVersion = 2

// SignalRule says when a signal is given.
type SignalRule struct {
	Kind event.SignalKind `json:"kind"`
	Name string           `json:"name"` // as people read it
	When string           `json:"when"` // one sentence, with the thresholds in use
}

// SignalRules is the published table: every kind of signal with its thresholds.
func SignalRules() []SignalRule {
	return []SignalRule{
		{event.RageClick, "rage click", fmt.Sprintf(
			"%d or more clicks, each less than %s after the one before, on the same element or less than %.0f pixels away; not on sliders, switches, checkboxes and steppers, nor when every click was answered well.",
			rageClicks, duration(rageGap), rageReach)},
		{event.DeadClick, "dead click", "After a click the page neither changed, scrolled, selected nor navigated within 2.5 s, and no API call followed."},
		{event.ErrorClick, "error click", fmt.Sprintf(
			"A call that a click or submit caused was answered with status 400 or above, or not at all, and began within %s. The link between the two is at least %.0f %% sure.",
			duration(errorWithin), blameFloor*100)},
		{event.SlowClick, "slow click", "A call that a click or submit caused took longer than 1 s and longer than the slowest 5 % of its endpoint's calls in the last 7 days."},
		{event.SilentFailure, "silent failure", "An error click after which the page showed nothing."},
		{event.RetryStorm, "retry storm", fmt.Sprintf("%d or more failed calls of one route in one visit within %s.", stormCalls, duration(stormWithin))},
		{event.FormAbandon, "form given up", fmt.Sprintf(
			"Fields were changed, and neither a submit nor a call that writes followed before the page was left or %s passed.", duration(formPatience))},
		{event.QuickBack, "quick back", fmt.Sprintf("A page was left for the one before in less than %s.", duration(quickBack))},
		{event.Wandering, "wandering", fmt.Sprintf(
			"%d pages one after another within %s, or %d searches within %s that led to no page, and nothing was filled in, sent or written meanwhile.",
			wanderPages, duration(wanderWithin), wanderSearches, duration(searchWithin))},
	}
}

// duration writes a number of microseconds as people do.
func duration(us int64) string {
	text := (time.Duration(us) * time.Microsecond).String()
	text = strings.TrimSuffix(text, "m0s") // 5m0s
	if text != (time.Duration(us) * time.Microsecond).String() {
		return text + " min"
	}
	return strings.TrimSuffix(text, "s") + " s"
}
