package event

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// Limits on one record. What is longer is refused rather than cut, because a cut
// id joins strangers.
const (
	MaxID       = 256     // bytes of any id
	MaxName     = 512     // bytes of a name, method or release
	MaxText     = 8 << 10 // bytes of a URL, path, title or selector
	MaxDuration = 7 * 24 * time.Hour
	// MaxAhead is how far in the future a corrected time may lie.
	MaxAhead = 24 * time.Hour
	// maxWeight is how many calls one record may stand for: sums of all that fit on a
	// disk stay numbers.
	maxWeight = 1_000_000
)

// Validate says why e cannot be stored, nil when it can. now is the receiver's
// clock. The error is for the sender: it names the field.
func (e *Event) Validate(now time.Time) error {
	if e.Name == "" {
		return errors.New("name is missing")
	}
	if !e.Kind.Valid() {
		return fmt.Errorf("kind %q is not one of page_view route_change click submit change custom identify web_vital error", e.Kind)
	}
	if e.DeviceID == "" && e.UserID == "" && e.SessionID == "" {
		return errors.New("one of device_id, user_id, session_id is needed to say whose event it is")
	}
	return errors.Join(
		checkTime(e.Time, now), checkDuration(e.Duration), e.check(),
		checkIDs("id", e.ID, "action_id", e.ActionID, "page.id", e.Page.ID),
		checkHex("trace_id", e.TraceID, 32), checkHex("span_id", e.SpanID, 16),
		checkText(MaxName, "name", e.Name, "release", e.Release),
		checkText(MaxText, "page.url", e.Page.URL, "page.title", e.Page.Title, "page.referrer", e.Page.Referrer,
			"target.selector", e.Target.Selector, "target.name", e.Target.Name))
}

// Validate says why c cannot be stored, nil when it can.
func (c *Call) Validate(now time.Time) error {
	if c.Method == "" {
		return errors.New("method is missing")
	}
	if c.Side != Client && c.Side != Server {
		return fmt.Errorf("side %q is neither client nor server", c.Side)
	}
	if c.Path == "" && c.Route == "" {
		return errors.New("url, path or route is needed to say what was called")
	}
	if c.Status != 0 && (c.Status < 100 || c.Status > 599) {
		return fmt.Errorf("status %d is not an HTTP status", c.Status)
	}
	if !(c.Weight >= 0 && c.Weight <= maxWeight) {
		return fmt.Errorf("weight %v is not between 0 and %d", c.Weight, maxWeight)
	}
	if c.RequestBytes < 0 || c.ResponseBytes < 0 {
		return errors.New("request_bytes and response_bytes cannot be negative")
	}
	return errors.Join(
		checkTime(c.Time, now), checkDuration(c.Duration), c.check(),
		checkIDs("id", c.ID, "request_id", c.RequestID, "action_id", c.ActionID, "page_id", c.PageID),
		checkHex("trace_id", c.TraceID, 32), checkHex("server_trace_id", c.ServerTraceID, 32),
		checkHex("span_id", c.SpanID, 16), checkHex("parent_span_id", c.ParentSpanID, 16),
		checkText(MaxName, "method", c.Method, "service", c.Service, "release", c.Release, "error", c.Error),
		checkText(MaxText, "host", c.Host, "path", c.Path, "query", c.Query, "route", c.Route))
}

// Validate says why s cannot be stored, nil when it can.
func (s *Span) Validate(now time.Time) error {
	if s.TraceID == "" || s.SpanID == "" {
		return errors.New("trace_id and span_id are needed to place a span")
	}
	return errors.Join(
		checkTime(s.Time, now), checkDuration(s.Duration),
		checkHex("trace_id", s.TraceID, 32), checkHex("span_id", s.SpanID, 16), checkHex("parent_span_id", s.ParentSpanID, 16),
		checkText(MaxName, "name", s.Name, "service", s.Service), checkText(MaxText, "error", s.Error))
}

func (i *Identity) check() error {
	return checkIDs("device_id", i.DeviceID, "user_id", i.UserID, "account_id", i.AccountID, "session_id", i.SessionID)
}

// checkTime refuses times that are a unit mistake (seconds read as milliseconds)
// rather than a moment: nobody has logs from before 2000.
func checkTime(t, now time.Time) error {
	switch {
	case t.IsZero():
		return errors.New("time is missing")
	case t.Year() < 2000:
		return fmt.Errorf("time %s is before the year 2000; is its unit right?", t.UTC().Format(time.RFC3339))
	case t.After(now.Add(MaxAhead)):
		return fmt.Errorf("time %s is more than a day ahead; is its unit or zone right?", t.UTC().Format(time.RFC3339))
	}
	return nil
}

func checkDuration(d time.Duration) error {
	if d < 0 || d > MaxDuration {
		return fmt.Errorf("duration %s is outside 0 to 7 days; is its unit right?", d)
	}
	return nil
}

func checkIDs(namesAndValues ...string) error { return checkText(MaxID, namesAndValues...) }

// checkText takes name, value, name, value … and refuses what is too long or not text.
func checkText(limit int, namesAndValues ...string) error {
	for pair := range slices.Chunk(namesAndValues, 2) {
		name, value := pair[0], pair[1]
		if len(value) > limit {
			return fmt.Errorf("%s is %d bytes long; at most %d are taken", name, len(value), limit)
		}
		if !utf8.ValidString(value) {
			return fmt.Errorf("%s is not valid UTF-8", name)
		}
		for j := range len(value) {
			if value[j] == 0 {
				return fmt.Errorf("%s contains a NUL byte", name)
			}
		}
	}
	return nil
}

func checkHex(name, value string, digits int) error {
	if value == "" {
		return nil
	}
	if len(value) != digits {
		return fmt.Errorf("%s has %d characters; %d lower-case hex digits are needed", name, len(value), digits)
	}
	for i := range len(value) {
		if c := value[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fmt.Errorf("%s is not lower-case hex", name)
		}
	}
	return nil
}
