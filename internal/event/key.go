package event

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// ProjectID is a project's number in the settings store; the project `default` is 1.
type ProjectID int64

// Key is an id interned to 64 bits: the same project, space and text give the
// same Key on every node and at every time, so no table has to be asked. 0 means
// "no id". SHA-256 keeps a sender from choosing ids that collide.
type Key int64

// Space keeps ids of different things apart.
type Space byte

// The spaces of ids.
const (
	EventSpace   Space = 'e'
	CallSpace    Space = 'c'
	SpanSpace    Space = 's'
	SessionSpace Space = 'v'
	DeviceSpace  Space = 'd'
	UserSpace    Space = 'u'
	AccountSpace Space = 'a'
	TraceSpace   Space = 't'
	RouteSpace   Space = 'r'
)

// KeyOf interns id. The empty id is the zero Key.
func KeyOf(project ProjectID, space Space, id string) Key {
	if id == "" {
		return 0
	}
	buf := make([]byte, 0, 64)
	buf = binary.BigEndian.AppendUint64(buf, uint64(project))
	buf = append(buf, byte(space))
	sum := sha256.Sum256(append(buf, id...))
	return Key(binary.BigEndian.Uint64(sum[:8]))
}

// Key interns e, as shown by its String.
func (e Endpoint) Key(project ProjectID) Key { return KeyOf(project, RouteSpace, e.String()) }

// Time brings t into the form all records have: UTC, microseconds, no monotonic part.
func Time(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
