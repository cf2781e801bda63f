package pipeline

import (
	"context"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// identify cleans what a record says about whose it is.
func identify(id *event.Identity) {
	for _, part := range [...]*string{&id.DeviceID, &id.UserID, &id.AccountID, &id.SessionID} {
		if IsJunk(*part) {
			*part = ""
		}
	}
	if s := id.SessionID; s != "" && !isGlobal(s) {
		id.SessionID = scoped(id, s)
	}
}

// IsJunk recognises texts that a defective client sends instead of an id. Taken
// seriously they would make one person of thousands.
func IsJunk(id string) bool {
	if id == "" || len(id) > 36 {
		return false
	}
	switch trimmed := strings.ToLower(strings.Trim(id, " \t\"'`")); trimmed {
	case "", "null", "undefined", "none", "nil", "nan", "anonymous", "anon", "guest", "unknown", "-", "-1", "false", "true",
		"[object object]", "[]", "{}", "(null)", "<nil>", "n/a", "not_authenticated", "distinct_id", "distinctid", "user_id", "userid", "device_id", "email":
		return true
	default:
		return strings.Trim(trimmed, "0-") == ""
	}
}

// isGlobal reports whether a session id is unique by itself: a UUID, or long
// enough not to be drawn twice.
func isGlobal(session string) bool { return len(session) >= 16 }

// scoped makes a short session id (a counter, say) unique with its device. A bare
// user id acts as a device of its own.
func scoped(id *event.Identity, session string) string {
	switch {
	case id.DeviceID != "":
		return id.DeviceID + "/" + session
	case id.UserID != "":
		return id.UserID + "/" + session
	}
	return session
}

// recognise gives an event without any id, from the person's own browser, the
// visitor id of the day. Who refused consent gets none, but their event still
// counts: the stand-in only passes validation, redaction takes it away.
func (p *Pipeline) recognise(ctx context.Context, o *Origin, e *event.Event) (err error) {
	switch {
	case e.DeviceID != "" || e.UserID != "" || e.SessionID != "":
	case e.Consent == event.ConsentDenied:
		e.DeviceID = "refused"
	case o.Beacon:
		e.DeviceID, err = p.Rules.Visitor(ctx, o.Project, e.Time, e.ClientIP, e.UserAgent)
	}
	return err
}

// newID makes an id for a record that has none: a UUID of version 7 (RFC 9562),
// ordered by our clock. Without an id of the sender's nothing can be a duplicate.
func newID(now time.Time) string {
	var b [16]byte
	ms, high, low := uint64(now.UnixMilli()), rand.Uint64(), rand.Uint64() //nolint:gosec // uniqueness, not secrecy
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	for i := range 8 {
		b[8+i] = byte(low >> (8 * i))
	}
	b[6], b[7] = 0x70|byte(high)&0x0f, byte(high>>8)
	b[8] = 0x80 | b[8]&0x3f
	var text [36]byte
	hex.Encode(text[0:8], b[0:4])
	hex.Encode(text[9:13], b[4:6])
	hex.Encode(text[14:18], b[6:8])
	hex.Encode(text[19:23], b[8:10])
	hex.Encode(text[24:36], b[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}
