package event

import "time"

// Method is the evidence a Link rests on, best first.
type Method string

// The methods of the link cascade.
const (
	ByActionID     Method = "action_id"
	BySpan         Method = "span"
	ByServerTiming Method = "server_timing"
	ByTrace        Method = "trace"
	ByRequestID    Method = "request_id"
	ByMatch        Method = "match"
	ByWindow       Method = "window"
)

// Methods lists the cascade, best first.
func Methods() []Method {
	return []Method{ByActionID, BySpan, ByServerTiming, ByTrace, ByRequestID, ByMatch, ByWindow}
}

// Link ties an Action to a client Call, a client Call to a server Call, or an
// Action to a server Call. Exactly two of the three ids are set.
type Link struct {
	EventID      string  `json:"event_id,omitempty"`
	ClientCallID string  `json:"client_call_id,omitempty"`
	ServerCallID string  `json:"server_call_id,omitempty"`
	Method       Method  `json:"method"`
	Confidence   float64 `json:"confidence"` // (0, 1]
	SessionID    string  `json:"session_id"`
	// Time and the person are the linked call's facts, carried so that a reader
	// needs no join: Time is the start of the call on the far side of the link.
	Time     time.Time `json:"time"`
	DeviceID string    `json:"device_id,omitempty"`
	UserID   string    `json:"user_id,omitempty"`
	Endpoint Endpoint  `json:"endpoint"`
}

// SignalKind names a sign of friction.
type SignalKind string

// The signals.
const (
	RageClick     SignalKind = "rage_click"
	DeadClick     SignalKind = "dead_click"
	ErrorClick    SignalKind = "error_click"
	SlowClick     SignalKind = "slow_click"
	SilentFailure SignalKind = "silent_failure"
	RetryStorm    SignalKind = "retry_storm"
	FormAbandon   SignalKind = "form_abandon"
	QuickBack     SignalKind = "quick_back"
	Wandering     SignalKind = "wandering"
)

// Signal is one sign of friction, anchored to the Event where it showed.
type Signal struct {
	Kind      SignalKind `json:"kind"`
	Time      time.Time  `json:"time"`
	EventID   string     `json:"event_id"`
	CallID    string     `json:"call_id,omitempty"` // the call to blame, when one is known
	SessionID string     `json:"session_id"`
	Page      string     `json:"page,omitempty"`   // route template of the page
	Target    string     `json:"target,omitempty"` // name or selector of the element
	Detail    string     `json:"detail,omitempty"` // one short sentence: "4 clicks in 1.2 s"
}

// Reaction is what a person did after an Action and its Calls.
type Reaction string

// The reactions.
const (
	WentOn   Reaction = "went_on"
	Repeated Reaction = "repeated"
	Raged    Reaction = "raged"
	WentBack Reaction = "went_back"
	Left     Reaction = "left"
)

// Interaction is one Action, the Calls linked to it, and the person's reaction.
type Interaction struct {
	EventID   string        `json:"event_id"`
	SessionID string        `json:"session_id"`
	Time      time.Time     `json:"time"`
	Name      string        `json:"name"`
	Page      string        `json:"page,omitempty"`
	Calls     int           `json:"calls"`
	Failed    int           `json:"failed"`
	Slowest   time.Duration `json:"-"`
	Endpoint  Endpoint      `json:"endpoint"` // of the slowest or failed call
	Reaction  Reaction      `json:"reaction"`
}

// Session is the part of a visit that one block shows: a visit with pauses may
// have several parts under one ID, which readers add up.
type Session struct {
	ID string `json:"id"`
	Identity
	// Derived says that the client sent no session id and the gap rule made one.
	Derived   bool      `json:"derived"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	Anchor    string    `json:"-"` // id of the part's first event
	EntryPage string    `json:"entry_page,omitempty"`
	ExitPage  string    `json:"exit_page,omitempty"`
	Context   Context   `json:"context,omitzero"`
	Bot       Bot       `json:"bot,omitempty"`
	Events    int       `json:"events"`
	Pages     int       `json:"pages"`
	Actions   int       `json:"actions"`
	Calls     int       `json:"calls"`  // client calls, else linked server requests
	Failed    int       `json:"failed"` // of Calls
	Signals   int       `json:"signals"`
}
