package event

import "time"

// Kind says what an Event is. The set is closed; anything else is [Custom].
type Kind string

// The kinds of events.
const (
	PageView    Kind = "page_view"
	RouteChange Kind = "route_change"
	Click       Kind = "click"
	Submit      Kind = "submit"
	Change      Kind = "change"
	Custom      Kind = "custom"
	Identify    Kind = "identify"
	WebVital    Kind = "web_vital"
	PageError   Kind = "error"
)

// Valid reports whether k is one of the kinds above.
func (k Kind) Valid() bool {
	switch k {
	case PageView, RouteChange, Click, Submit, Change, Custom, Identify, WebVital, PageError:
		return true
	}
	return false
}

// IsAction reports whether a person starts such an event on purpose, which makes
// it the possible cause of Calls: click, submit, route change or page load.
func (k Kind) IsAction() bool {
	return k == Click || k == Submit || k == RouteChange || k == PageView
}

// Identity says whose record it is, in the words of the sender. Any part may be
// empty. After the pipeline, parts that are personal (an e-mail address, say)
// hold their pseudonym.
type Identity struct {
	DeviceID  string `json:"device_id,omitempty"`
	UserID    string `json:"user_id,omitempty"`
	AccountID string `json:"account_id,omitempty"`
	SessionID string `json:"session_id,omitempty"`
}

// IsZero reports whether nothing says whose record it is.
func (i Identity) IsZero() bool { return i == Identity{} }

// Consent is what the person allowed, as far as the record tells.
type Consent string

// The states of consent. A log line cannot tell, so its consent is unknown: it
// counts for endpoints but joins a person only through a session that consented.
const (
	ConsentUnknown Consent = ""
	ConsentGranted Consent = "granted"
	ConsentDenied  Consent = "denied"
)

// Bot is the class of an automated client, empty for people.
type Bot string

// The classes of bots.
const (
	Human      Bot = ""
	Crawler    Bot = "crawler"
	Automation Bot = "automation"
)

// Origin is where a record came from and what is needed to judge it, for every
// kind of record alike. The sender's own words (UserAgent, ClientIP) are there
// until the pipeline has derived from them what is kept.
type Origin struct {
	// Source names the wire format or SDK: "nginx-json", "otlp/opentelemetry-js".
	Source string `json:"source,omitempty"`
	// SentAt is the sender's clock when it sent the batch; zero when unknown.
	SentAt time.Time `json:"sent_at,omitzero"`
	// OwnTime is the record's time as its sender gave it, before the clock was
	// corrected; records are de-duplicated within it. The pipeline sets it.
	OwnTime time.Time `json:"-"`
	// UserAgent is the record's own user agent, never that of a client posting a
	// batch. The pipeline parses it into Context and drops it.
	UserAgent string `json:"user_agent,omitempty"`
	// ClientIP is the address of the person's device. The pipeline truncates it
	// (/24, /48); no store ever sees it whole.
	ClientIP string `json:"client_ip,omitempty"`
	// ClientKey is the daily keyed hash of truncated address and user agent. It
	// is evidence for links and never a dimension. Zero when the address is unknown.
	ClientKey Key `json:"-"`
	// AgentKey is the daily keyed hash of the user agent alone, the weaker
	// evidence for records whose sender did not know the address.
	AgentKey Key     `json:"-"`
	Consent  Consent `json:"consent,omitempty"`
	Bot      Bot     `json:"bot,omitempty"`
}

// Context describes the device and the way a person came.
type Context struct {
	Device   string            `json:"device,omitempty"` // desktop, mobile, tablet, tv, console
	OS       string            `json:"os,omitempty"`
	Browser  string            `json:"browser,omitempty"`
	Network  string            `json:"network,omitempty"` // wifi, 4g, 3g, wired
	Language string            `json:"language,omitempty"`
	Country  string            `json:"country,omitempty"`
	UTM      map[string]string `json:"utm,omitempty"`
}

// Page is the page an Event happened on.
type Page struct {
	URL      string `json:"url,omitempty"`
	Title    string `json:"title,omitempty"`
	Referrer string `json:"referrer,omitempty"`
	// ID tells two loads of the same page apart.
	ID string `json:"id,omitempty"`
	// Path is the path of URL; Route its template. The pipeline derives both.
	Path  string `json:"path,omitempty"`
	Route string `json:"route,omitempty"`
}

// Target is the element a person acted on. It never carries a value.
type Target struct {
	Selector string  `json:"selector,omitempty"`
	Name     string  `json:"name,omitempty"`
	Role     string  `json:"role,omitempty"`
	X        float64 `json:"x,omitempty"` // CSS pixels in the viewport
	Y        float64 `json:"y,omitempty"`
}

// Event is one thing a person did or saw.
type Event struct {
	// ID is the idempotency key, any string, scoped to project and record type.
	ID   string    `json:"id,omitempty"`
	Time time.Time `json:"time"`
	Name string    `json:"name"`
	Kind Kind      `json:"kind,omitempty"`
	Identity
	ActionID string `json:"action_id,omitempty"`
	TraceID  string `json:"trace_id,omitempty"` // 32 lower-case hex digits
	SpanID   string `json:"span_id,omitempty"`  // 16 lower-case hex digits
	// Duration is how long the event lasted (a page load, an interaction); 0 when
	// it has none or the sender did not say.
	Duration   time.Duration  `json:"-"`
	Page       Page           `json:"page,omitzero"`
	Target     Target         `json:"target,omitzero"`
	Release    string         `json:"release,omitempty"`
	Seq        int64          `json:"seq,omitempty"` // the sender's own count, so that loss is visible
	Context    Context        `json:"context,omitzero"`
	Properties map[string]any `json:"properties,omitempty"`
	Origin
}
