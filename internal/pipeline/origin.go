package pipeline

import (
	"errors"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Origin is what is known about records before they are read: who sent them, how,
// and when.
type Origin struct {
	Project event.ProjectID
	// Browser says that a browser key authorised the request: it may send events
	// and client calls only.
	Browser bool
	// Beacon says that the person's own browser made the request, so that ClientIP,
	// UserAgent and Denied are the person's. Never set for a server that forwards.
	Beacon    bool
	ClientIP  string
	UserAgent string
	Denied    bool // Sec-GPC: 1 or DNT: 1
	// ReceivedAt is our clock when the request came; zero for files, whose clocks
	// are never corrected. SentAt is the sender's, when the request as a whole has it.
	ReceivedAt, SentAt time.Time
	// Source and Service are for records that do not name their own.
	Source, Service string
	// Label names an import, so that it can be undone.
	Label string
	// Patient writers (files) wait for room and store piece by piece; others are
	// refused when there is none and store all at once, so that a request that
	// failed can be sent again without counting anything twice.
	Patient bool
	// FirstIndex is the number of the first record in reported errors: 0 for
	// arrays, 1 for lines.
	FirstIndex int
}

// fill gives a record what its request tells about it.
func (o *Origin) fill(r *event.Origin) {
	if r.Source == "" {
		r.Source = o.Source
	}
	if r.SentAt.IsZero() {
		r.SentAt = o.SentAt
	}
	if !o.Beacon {
		return
	}
	if r.ClientIP == "" {
		r.ClientIP = o.ClientIP
	}
	if r.UserAgent == "" {
		r.UserAgent = o.UserAgent
	}
	if o.Denied {
		r.Consent = event.ConsentDenied
	}
}

// allowEvent says why a key may not send e.
func (o *Origin) allowEvent(e *event.Event) error {
	if !o.Browser {
		return nil
	}
	switch e.Name {
	case "$create_alias", "$merge_dangerously", "alias":
		return errors.New("a browser key may not merge people; send this with a server key")
	}
	return nil
}

// allowCall says why a key may not send c.
func (o *Origin) allowCall(c *event.Call) error {
	if o.Browser && c.Side == event.Server {
		return errors.New("a browser key may not send side server; use a server key")
	}
	return nil
}

// allowBackend says why a key may not send spans and releases.
func (o *Origin) allowBackend(what string) error {
	if o.Browser {
		return errors.New("a browser key may not send " + what + "; use a server key")
	}
	return nil
}
