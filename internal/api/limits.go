package api

import "time"

// Limits on one request. What is beyond is refused, never cut.
const (
	maxQueryBytes = 256 << 10        // body of a question
	readTimeout   = 30 * time.Second // one question
	bodyTimeout   = 60 * time.Second // to receive a body
	syncTimeout   = 30 * time.Second // ?sync=1 waits for the link pass
	slotTimeout   = 5 * time.Second  // to wait for other requests to be decoded
	drainTimeout  = 2 * time.Second  // for requests under way at shutdown; who is not answered sends again
	maxBuckets    = 10_000           // of a series
	maxLogins     = 16               // logins with password at once
	maxWatchers   = 200              // live views at once
	autoBuckets   = 200              // most that bucket "auto" makes
	defaultRange  = 7 * 24 * time.Hour
)

// Limits bound the intake routes.
type Limits struct {
	Body     int64 // bytes of a request as sent
	Unpacked int64 // bytes of a compressed request once unpacked
	Requests int   // that are taken at once; beyond, senders are told to come again
}

// DefaultLimits fit a small machine: together the requests under way hold at
// most about a gigabyte.
func DefaultLimits() Limits {
	return Limits{Body: 16 << 20, Unpacked: 32 << 20, Requests: 32}
}
