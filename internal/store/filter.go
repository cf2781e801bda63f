package store

// Filter is a condition on one row, already checked against [Fields]. It is a
// small tree that engines turn into SQL with bound parameters and that [Match]
// evaluates in Go. The nil Filter holds for every row.
//
// An absent field makes every comparison false, != too; Has tests for it. Empty
// text is absent, and so is a map's value that is null, a list or an object.
// Integers and doubles compare by number; a string against a number is false. A
// time.Time is compared as its RFC 3339 text in UTC.
type Filter interface{ filter() }

// The nodes of a Filter.
type (
	// And holds when all parts hold; true when empty.
	And []Filter
	// Or holds when any part holds; false when empty.
	Or []Filter
	// Not holds when its part does not.
	Not struct{ Of Filter }
	// Compare holds when the field is present and Op holds between it and Value,
	// a string, bool, int64, float64 or time.Time.
	Compare struct {
		Field Field
		Op    Op
		Value any
	}
	// In holds when the field is present and equals one of Values.
	In struct {
		Field  Field
		Values []any
	}
	// Text holds when the field is a string and Test holds between it and Arg.
	// Matches takes RE2 syntax, unanchored. Lower compares the lower-cased field.
	Text struct {
		Field Field
		Test  TextTest
		Arg   string
		Lower bool
	}
	// Has holds when the field is present (for text: not empty).
	Has struct{ Field Field }
	// InSegment holds for rows whose session is one that [Reader.Sessions] lists for
	// Sessions, bots too, in a scope that is a day wider on both sides. With People it
	// holds for rows of all sessions there of who has such a session in the scope
	// itself. It stands alone or in an [And] at the top.
	InSegment struct {
		Sessions Filter
		People   bool
	}
)

func (And) filter()       {}
func (Or) filter()        {}
func (Not) filter()       {}
func (Compare) filter()   {}
func (In) filter()        {}
func (Text) filter()      {}
func (Has) filter()       {}
func (InSegment) filter() {}

// Op is a comparison.
type Op string

// The comparisons.
const (
	Eq Op = "=="
	Ne Op = "!="
	Lt Op = "<"
	Le Op = "<="
	Gt Op = ">"
	Ge Op = ">="
)

// TextTest is a test on text.
type TextTest string

// The tests on text.
const (
	StartsWith TextTest = "startsWith"
	EndsWith   TextTest = "endsWith"
	Contains   TextTest = "contains"
	Matches    TextTest = "matches"
)

// Field names a value of a row: `call.status`, or a key inside an open map:
// `call.attributes` + Key, `event.properties` + Key.
type Field struct {
	Name string // as in Fields()
	Key  string // only for map fields
}

// Type is the type of a field's values.
type Type string

// The types of fields.
const (
	String Type = "string"
	Int    Type = "int"
	Double Type = "double"
	Bool   Type = "bool"
	Map    Type = "map" // values of any JSON scalar type under text keys
)

// FieldInfo describes one field that filters, facets, breakdowns and
// autocomplete may use.
type FieldInfo struct {
	Name string
	Type Type
	Doc  string // one sentence for the user
}

// Fields lists every field, in the order of the user interface. Names begin with
// the record they belong to: call, event, session, interaction or signal.
func Fields() []FieldInfo {
	return []FieldInfo{
		{"call.side", String, "client (what the person waited for) or server (what the API did)"},
		{"call.service", String, "the service that answered"},
		{"call.method", String, "HTTP method"},
		{"call.route", String, "route template, /orders/{id}"},
		{"call.endpoint", String, "service: METHOD /route, the service only when it is known"},
		{"call.path", String, "path as requested, redacted"},
		{"call.host", String, "host as requested"},
		{"call.class", String, "api, document or asset"},
		{"call.status", Int, "HTTP status; absent when there was no response"},
		{"call.failed", Bool, "status 500 and above, or no response"},
		{"call.refused", Bool, "status 400 to 499"},
		{"call.error", String, "network, abort, timeout, cors where the sender can tell, or the server's error type"},
		{"call.duration_ms", Double, "duration in milliseconds; absent when the log does not tell"},
		{"call.request_bytes", Int, "size of the request"},
		{"call.response_bytes", Int, "size of the response"},
		{"call.trace_id", String, "trace id"},
		{"call.request_id", String, "request id"},
		{"call.session_id", String, "session, the sender's or through a link"},
		{"call.device_id", String, "device, the sender's or through a link"},
		{"call.user_id", String, "user, the sender's or through a link"},
		{"call.account_id", String, "account"},
		{"call.release", String, "release that answered"},
		{"call.device", String, "desktop, mobile, tablet"},
		{"call.os", String, "operating system"},
		{"call.browser", String, "browser"},
		{"call.bot", String, "crawler or automation; absent for people"},
		{"call.source", String, "wire format or SDK it came from"},
		{"call.linked", Bool, "whether an action is known that caused it"},
		{"call.attributes", Map, "attributes of the call"},
		{"event.name", String, "name of the event"},
		{"event.kind", String, "page_view, click, submit, …"},
		{"event.page", String, "path of the page"},
		{"event.page_route", String, "route template of the page"},
		{"event.target", String, "name of the element"},
		{"event.session_id", String, "session"},
		{"event.device_id", String, "device"},
		{"event.user_id", String, "user"},
		{"event.account_id", String, "account"},
		{"event.release", String, "release of the page"},
		{"event.device", String, "desktop, mobile, tablet"},
		{"event.os", String, "operating system"},
		{"event.browser", String, "browser"},
		{"event.country", String, "country"},
		{"event.bot", String, "crawler or automation; absent for people"},
		{"event.source", String, "wire format or SDK it came from"},
		{"event.properties", Map, "properties of the event"},
		{"session.id", String, "session id"},
		{"session.device_id", String, "device"},
		{"session.user_id", String, "user"},
		{"session.account_id", String, "account"},
		{"session.entry_page", String, "page of the first event"},
		{"session.exit_page", String, "page of the last event"},
		{"session.device", String, "desktop, mobile, tablet"},
		{"session.os", String, "operating system"},
		{"session.browser", String, "browser"},
		{"session.bot", String, "crawler or automation; absent for people"},
		{"session.duration_ms", Double, "from first to last event"},
		{"session.pages", Int, "page views"},
		{"session.actions", Int, "clicks, submits, route changes, page loads"},
		{"session.calls", Int, "calls made"},
		{"session.failed", Int, "calls that failed"},
		{"session.signals", Int, "signs of friction"},
		{"interaction.name", String, "name of the action"},
		{"interaction.target", String, "name of the element it was done to"},
		{"interaction.page", String, "page it was done on: route template, else path"},
		{"interaction.session_id", String, "session"},
		{"interaction.calls", Int, "calls it caused"},
		{"interaction.failed", Int, "calls it caused that failed"},
		{"interaction.slowest_ms", Double, "duration of the slowest call it caused"},
		{"interaction.endpoint", String, "endpoint of the failed, else slowest call it caused"},
		{"interaction.reaction", String, "went_on, repeated, raged, went_back, left"},
		{"signal.kind", String, "rage_click, dead_click, error_click, slow_click, silent_failure, …"},
		{"signal.page", String, "page it showed on: route template, else path"},
		{"signal.target", String, "name or selector of the element; absent for the page as a whole"},
		{"signal.session_id", String, "session"},
	}
}
