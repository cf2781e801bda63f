package event

import "time"

// Pair names what a [Claim] ties to a user: a device or, when somebody merged two
// users, the other user. Exactly one of DeviceID and MergedID is set.
type Pair struct {
	DeviceID string `json:"device_id,omitempty"`
	MergedID string `json:"merged_id,omitempty"`
	UserID   string `json:"user_id"`
}

// ClaimMethod says why a Claim was made.
type ClaimMethod string

// The methods.
const (
	ByLogin    ClaimMethod = "login"    // a record carried both ids
	ByIdentify ClaimMethod = "identify" // so did an identify event
	ByMerge    ClaimMethod = "merge"    // somebody said so
)

// Claim says that a device is a user's, or that a user is another. Claims are only
// added; one that is wrong is withdrawn, which changes no record, so that it can be
// restored.
type Claim struct {
	Pair
	Method ClaimMethod `json:"method"`
	// FirstSeen is the time of the earliest record that carried both ids; of a merge,
	// when it was made.
	FirstSeen time.Time `json:"first_seen"`
	// EventID or CallID names that record, SessionID is the one it carried. A merge
	// has none.
	EventID   string `json:"event_id,omitempty"`
	CallID    string `json:"call_id,omitempty"`
	SessionID string `json:"session_id,omitempty"`
}
