package link

import (
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Reason says why a call has no link. The coverage page shows it.
type Reason string

// The reasons, most specific first.
const (
	NoConsent  Reason = "no_consent"  // the person denied, or nothing says they agreed
	Background Reason = "background"  // a poll or another route that repeats by itself
	CrowdedKey Reason = "crowded_key" // too many rows share the address or browser
	Ambiguous  Reason = "ambiguous"   // several rows fit and none fits better
	NoAction   Reason = "no_action"   // a client call that no action explains
	NoRow      Reason = "no_row"      // a client call that no server row answers
	Defect     Reason = "defect"      // linking its block failed; a later pass tries again
	NoClient   Reason = "no_client"   // a server row in a session that no client call or action explains
)

// Unlinked is a call that hangs on nothing: no action is known that caused it and,
// for a server call, no client call that it answered.
type Unlinked struct {
	CallID string
	Side   event.Side
	Time   time.Time // of the call
	Reason Reason
}

// Result is everything that follows from one block. It replaces whatever an
// earlier pass wrote for the rows it covers.
type Result struct {
	// From and To are the first and the last moment of the block's rows.
	From, To time.Time
	// EventIDs and CallIDs are the rows covered, sorted.
	EventIDs, CallIDs []string
	Links             []event.Link
	Signals           []event.Signal
	Interactions      []event.Interaction
	Sessions          []event.Session
	Unlinked          []Unlinked
}
