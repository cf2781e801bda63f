package store

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Row is one record as a Filter sees it. Exactly one of Event, Call, Session,
// Interaction and Signal is set.
type Row struct {
	Event *event.Event
	Call  *event.Call
	// Link is Call's best link, nil when it has none (see [CallRow]).
	Link *event.Link
	// Linked says that the action which caused Call is known, directly or through
	// a client call.
	Linked  bool
	Session *event.Session // its parts added up

	// Interaction comes with the name of the element that its action was done to.
	Interaction *event.Interaction
	Target      string

	Signal *event.Signal
}

// Match evaluates f on row, the way every engine must. A node that no engine
// would accept (an unknown field, a pattern that does not compile) is false.
func Match(f Filter, row Row) bool {
	switch f := f.(type) {
	case nil:
		return true
	case And:
		for _, part := range f {
			if !Match(part, row) {
				return false
			}
		}
		return true
	case Or:
		for _, part := range f {
			if Match(part, row) {
				return true
			}
		}
		return false
	case Not:
		return !Match(f.Of, row)
	case Compare:
		have, ok := row.Value(f.Field)
		return ok && holds(have, f.Op, f.Value)
	case In:
		have, ok := row.Value(f.Field)
		return ok && oneOf(have, f.Values)
	case Text:
		have, present := row.Value(f.Field)
		text, isText := have.(string)
		return present && isText && textHolds(text, f)
	case prepared:
		have, present := row.Value(f.Field)
		text, isText := have.(string)
		return present && isText && f.pattern.MatchString(lowered(text, f.Lower))
	case Has:
		_, ok := row.Value(f.Field)
		return ok
	}
	return false
}

// prepared is a Text whose pattern is compiled.
type prepared struct {
	Text
	pattern *regexp.Regexp
}

// Prepare returns f for being matched with many rows: its patterns are compiled
// once. Only [Match] takes it; engines take f itself.
func Prepare(f Filter) Filter {
	each := func(parts []Filter) []Filter {
		out := make([]Filter, len(parts))
		for i, part := range parts {
			out[i] = Prepare(part)
		}
		return out
	}
	switch f := f.(type) {
	case And:
		return And(each(f))
	case Or:
		return Or(each(f))
	case Not:
		return Not{Of: Prepare(f.Of)}
	case Text:
		if f.Test != Matches {
			return f
		}
		if pattern, err := regexp.Compile(f.Arg); err == nil {
			return prepared{f, pattern}
		}
	}
	return f
}

func lowered(text string, lower bool) string {
	if lower {
		return strings.ToLower(text)
	}
	return text
}

// holds compares two values of the same type; numbers count as one type.
func holds(have any, op Op, want any) bool {
	switch h := have.(type) {
	case string:
		if t, isTime := want.(time.Time); isTime {
			want = t.UTC().Format(time.RFC3339Nano)
		}
		w, ok := want.(string)
		return ok && ordered(strings.Compare(h, w), op)
	case bool:
		w, ok := want.(bool)
		return ok && (op == Eq && h == w || op == Ne && h != w)
	case int64, float64:
		order, ok := compareNumbers(have, plain(want))
		return ok && ordered(order, op)
	}
	return false
}

func ordered(order int, op Op) bool {
	switch op {
	case Eq:
		return order == 0
	case Ne:
		return order != 0
	case Lt:
		return order < 0
	case Le:
		return order <= 0
	case Gt:
		return order > 0
	case Ge:
		return order >= 0
	}
	return false
}

func oneOf(have any, values []any) bool {
	for _, want := range values {
		if holds(have, Eq, want) {
			return true
		}
	}
	return false
}

// compareNumbers compares two integers exactly and anything else as doubles.
func compareNumbers(a, b any) (order int, ok bool) {
	if x, isInt := a.(int64); isInt {
		if y, isInt := b.(int64); isInt {
			return three(x < y, x > y), true
		}
	}
	x, okX := double(a)
	y, okY := double(b)
	return three(x < y, x > y), okX && okY
}

func three(less, more bool) int {
	switch {
	case less:
		return -1
	case more:
		return 1
	}
	return 0
}

func double(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func textHolds(text string, f Text) bool {
	text = lowered(text, f.Lower)
	switch f.Test {
	case StartsWith:
		return strings.HasPrefix(text, f.Arg)
	case EndsWith:
		return strings.HasSuffix(text, f.Arg)
	case Contains:
		return strings.Contains(text, f.Arg)
	case Matches:
		pattern, err := regexp.Compile(f.Arg)
		return err == nil && pattern.MatchString(text)
	}
	return false
}

// Value returns a field of the row as string, bool, int64 or float64; false when
// it is absent. Empty text is absent, and so is what is no JSON scalar.
func (r Row) Value(f Field) (any, bool) {
	var v any
	switch {
	case r.Call != nil:
		v = r.callValue(f)
	case r.Event != nil:
		v = eventValue(r.Event, f)
	case r.Session != nil:
		v = sessionValue(r.Session, f)
	case r.Interaction != nil:
		v = interactionValue(r.Interaction, r.Target, f)
	case r.Signal != nil:
		v = signalValue(r.Signal, f)
	}
	v = plain(v)
	return v, v != nil && v != ""
}

// plain brings the scalars of decoders and records into four types; nil for
// everything else.
func plain(v any) any {
	switch v := v.(type) {
	case string, bool, int64, float64:
		return v
	case int:
		return int64(v)
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		n, err := v.Float64()
		if err != nil {
			return nil
		}
		return n
	}
	return nil
}

func (r Row) callValue(f Field) any {
	c := r.Call
	var link event.Link
	if r.Link != nil {
		link = *r.Link
	}
	switch f.Name {
	case "call.side":
		return string(c.Side)
	case "call.service":
		return c.Service
	case "call.method":
		return c.Method
	case "call.route":
		return c.Route
	case "call.endpoint":
		return c.Endpoint().String()
	case "call.path":
		return c.Path
	case "call.host":
		return c.Host
	case "call.class":
		return string(c.Class)
	case "call.status":
		return orAbsent(int64(c.Status), c.Status != 0)
	case "call.failed":
		return c.Failed()
	case "call.refused":
		return c.Refused()
	case "call.error":
		return c.Error
	case "call.duration_ms":
		return orAbsent(milliseconds(c.Duration), c.Timed)
	case "call.request_bytes":
		return c.RequestBytes
	case "call.response_bytes":
		return c.ResponseBytes
	case "call.trace_id":
		return c.TraceID
	case "call.request_id":
		return c.RequestID
	case "call.session_id":
		return first(c.SessionID, link.SessionID)
	case "call.device_id":
		return first(c.DeviceID, link.DeviceID)
	case "call.user_id":
		return first(c.UserID, link.UserID)
	case "call.account_id":
		return c.AccountID
	case "call.release":
		return c.Release
	case "call.device":
		return c.Context.Device
	case "call.os":
		return c.Context.OS
	case "call.browser":
		return c.Context.Browser
	case "call.bot":
		return string(c.Bot)
	case "call.source":
		return c.Source
	case "call.linked":
		return r.Linked
	case "call.attributes":
		return c.Attributes[f.Key]
	}
	return nil
}

func eventValue(e *event.Event, f Field) any {
	switch f.Name {
	case "event.name":
		return e.Name
	case "event.kind":
		return string(e.Kind)
	case "event.page":
		return e.Page.Path
	case "event.page_route":
		return e.Page.Route
	case "event.target":
		return e.Target.Name
	case "event.session_id":
		return e.SessionID
	case "event.device_id":
		return e.DeviceID
	case "event.user_id":
		return e.UserID
	case "event.account_id":
		return e.AccountID
	case "event.release":
		return e.Release
	case "event.device":
		return e.Context.Device
	case "event.os":
		return e.Context.OS
	case "event.browser":
		return e.Context.Browser
	case "event.country":
		return e.Context.Country
	case "event.bot":
		return string(e.Bot)
	case "event.source":
		return e.Source
	case "event.properties":
		return e.Properties[f.Key]
	}
	return nil
}

func sessionValue(s *event.Session, f Field) any {
	switch f.Name {
	case "session.id":
		return s.ID
	case "session.device_id":
		return s.DeviceID
	case "session.user_id":
		return s.UserID
	case "session.account_id":
		return s.AccountID
	case "session.entry_page":
		return s.EntryPage
	case "session.exit_page":
		return s.ExitPage
	case "session.device":
		return s.Context.Device
	case "session.os":
		return s.Context.OS
	case "session.browser":
		return s.Context.Browser
	case "session.bot":
		return string(s.Bot)
	case "session.duration_ms":
		return milliseconds(s.End.Sub(s.Start))
	case "session.pages":
		return s.Pages
	case "session.actions":
		return s.Actions
	case "session.calls":
		return s.Calls
	case "session.failed":
		return s.Failed
	case "session.signals":
		return s.Signals
	}
	return nil
}

func interactionValue(i *event.Interaction, target string, f Field) any {
	switch f.Name {
	case "interaction.name":
		return i.Name
	case "interaction.target":
		return target
	case "interaction.page":
		return i.Page
	case "interaction.session_id":
		return i.SessionID
	case "interaction.calls":
		return i.Calls
	case "interaction.failed":
		return i.Failed
	case "interaction.slowest_ms":
		return orAbsent(milliseconds(i.Slowest), i.Slowest > 0)
	case "interaction.endpoint":
		return orAbsent(i.Endpoint.String(), i.Endpoint != event.Endpoint{})
	case "interaction.reaction":
		return string(i.Reaction)
	}
	return nil
}

func signalValue(s *event.Signal, f Field) any {
	switch f.Name {
	case "signal.kind":
		return string(s.Kind)
	case "signal.page":
		return s.Page
	case "signal.target":
		return s.Target
	case "signal.session_id":
		return s.SessionID
	}
	return nil
}

func orAbsent(v any, present bool) any {
	if !present {
		return nil
	}
	return v
}

func first(own, linked string) string {
	if own != "" {
		return own
	}
	return linked
}

// milliseconds is d to the microsecond.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// LabelOf renders a field's value as the text that facets, labels and
// autocomplete show: numbers in the fewest digits, so that 1 and 1.0 are one
// label.
func LabelOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// ParseField reads a field's name as users write it: `call.status`, and for a key
// of an open map `event.properties.plan` or `event.properties["a b"]`.
func ParseField(name string) (Field, bool) {
	for _, info := range Fields() {
		rest, found := strings.CutPrefix(name, info.Name)
		switch {
		case !found:
		case info.Type != Map && rest == "":
			return Field{Name: info.Name}, true
		case info.Type == Map && mapKey(rest) != "":
			return Field{Name: info.Name, Key: mapKey(rest)}, true
		}
	}
	return Field{}, false
}

// mapKey reads `.plan` or `["a b"]`; "" when it is neither.
func mapKey(s string) string {
	if key, ok := strings.CutPrefix(s, "."); ok {
		return key
	}
	key, opened := strings.CutPrefix(s, `["`)
	key, closed := strings.CutSuffix(key, `"]`)
	if !opened || !closed {
		return ""
	}
	return key
}

// Mentions reports whether f tests the field of that name anywhere.
func Mentions(f Filter, name string) bool {
	for _, field := range FieldsIn(f) {
		if field.Name == name {
			return true
		}
	}
	return false
}

// FieldsIn lists the fields that f tests, in the order of its text.
func FieldsIn(f Filter) []Field {
	switch f := f.(type) {
	case And:
		return fieldsInAll(f)
	case Or:
		return fieldsInAll(f)
	case Not:
		return FieldsIn(f.Of)
	case Compare:
		return []Field{f.Field}
	case In:
		return []Field{f.Field}
	case Text:
		return []Field{f.Field}
	case Has:
		return []Field{f.Field}
	}
	return nil
}

func fieldsInAll(parts []Filter) []Field {
	var out []Field
	for _, part := range parts {
		out = append(out, FieldsIn(part)...)
	}
	return out
}
