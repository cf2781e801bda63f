package store

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// HubOver is the number of users of one device, or of devices of one user, above
// which claims about it prove nothing: it is a kiosk, a test account or a defective
// client, not somebody.
const HubOver = 100

// FirstVisit is how long before its first sign-in a shared device's session is the
// one of whoever signed in.
const FirstVisit = 24 * time.Hour

// Persons says who is who. It is decided when a question is asked, by the claims that
// are in force then: records are never rewritten, so that a claim works backwards in
// time and can be withdrawn.
//
// A record with a user id (for calls else the user id of the best link) is that
// user's. One with a device id only (for calls else that of the best link) is the
// user's that the claims in use name for the device when they name one person; when
// they name several, the one's who signed in first, if it carries the session id of
// that sign-in, is not later than it and at most [FirstVisit] earlier; else, and
// without claims, the device is a person of its own. A session is judged as a record
// of its Start. Of first sign-ins at the same time the least user id counts.
//
// A user who was merged into another is that other, and who that one was merged into;
// claims never merge users by themselves. A claim is in use when it was not withdrawn
// and neither its device nor its user is in more than [HubOver] such claims; merges
// are in use until they are withdrawn.
type Persons interface {
	// PersonOf returns the person whose id this is: as a user, when a claim (in force
	// or not) names it as one, else as a device.
	PersonOf(ctx context.Context, project event.ProjectID, id string) (Identified, error)
	// Withdraw takes a claim out of force. Twice is no error; [ErrNotFound] when there
	// is no such claim.
	Withdraw(ctx context.Context, project event.ProjectID, p event.Pair) error
	// Restore puts a withdrawn claim in force again, as Withdraw does the contrary. A
	// merge is refused as by Merge.
	Restore(ctx context.Context, project event.ProjectID, p event.Pair) error
	// Merge makes one user another, by a claim of its own that can be withdrawn; it is
	// in force at once, and again when it had been withdrawn. Twice is no error. It is
	// [event.Permanent] when an id is empty, when merged is merged into a third user
	// already, and when into is merged itself or was merged into it.
	Merge(ctx context.Context, project event.ProjectID, merged, into string) error
}

// Identified is a person and what ties their ids together.
type Identified struct {
	// ID is the user id that the others were merged into, else the device id.
	ID string
	// Person holds the ids that are theirs alone, sorted. An id that no claim names
	// stands in both lists.
	Person
	// Shared are devices that they and others used, by claims in use; sorted.
	Shared []string
	// Claims are those that name one of the ids of Person, in force or not, by
	// FirstSeen, then device id, merged id and user id; the first 1,000.
	Claims []ClaimRow
}

// ClaimRow is a claim and what became of it.
type ClaimRow struct {
	event.Claim
	State ClaimState `json:"state"`
}

// ClaimState says whether a claim is in use.
type ClaimState string

// The states. Withdrawn claims of a hub are withdrawn.
const (
	ClaimUsed        ClaimState = "used"
	ClaimWithdrawn   ClaimState = "withdrawn"
	ClaimQuarantined ClaimState = "quarantined" // too many claims name its device or its user
)
