package privacy

import (
	"fmt"
	"io"
	"strings"
)

// DataClass is one row of the inventory of personal data (GDPR, article 30).
type DataClass struct {
	Data    string // what it is
	Arrives string // in which fields it comes
	Kept    string // what becomes of it before it is written
	Where   string // in which file or table
	Lives   string // for how long
	Erased  string // what an erasure does
}

// Inventory lists every class of data that may tell about a person. A field that
// is not here is either free of personal data or redacted as "free text".
func Inventory() []DataClass {
	return []DataClass{
		{
			"Address of the device", "connection, `client_ip`, forwarded headers, logs", "truncated to its /24 or /48 network; never written whole",
			"telemetry: events, calls", "raw rows, 90 days", "with the rows",
		},
		{
			"User agent", "`User-Agent` header, log lines, `user_agent`", "parsed into device, system and browser, marked when it is a bot, then dropped",
			"telemetry: context columns", "raw rows, 90 days", "with the rows",
		},
		{
			"Client key", "derived from network and user agent", "64 bits of SHA-256 with the secret salt of the day; evidence for links, never a dimension",
			"telemetry: side table by day", "two days; the salt 48 hours", "with the rows",
		},
		{
			"Visitor id of trackers that send no id", "derived from address and user agent of the browser's own request", "`v_…`: SHA-256 with the secret salt of the day; a new one every day",
			"telemetry: device id", "raw rows, 90 days; the salt 48 hours", "with the rows",
		},
		{
			"Device, session, account ids", "`device_id`, `session_id`, `account_id`", "as sent, unless personal: then a pseudonym",
			"telemetry: all tables", "raw rows, 90 days", "with the rows",
		},
		{
			"Which device is whose", "records that carry a device and a user id; merges by your own people", "ids as stored, and the id of the first such record",
			"telemetry: claims", "as long as a record of the device", "with the rows",
		},
		{
			"User id that is an e-mail address, a phone number or a name", "`user_id`, identify calls", "pseudonym `p_…` (HMAC-SHA-256 with a secret key, by project); the original sealed",
			"telemetry: pseudonym; settings: vault", "rows 90 days; vault until erased", "rows, vault entry and its key are destroyed",
		},
		{
			"E-mail addresses, phone numbers, names, postal addresses in properties", "properties and attributes with such names, or whose value is an address", "pseudonym; the original sealed",
			"telemetry: pseudonym; settings: vault", "rows 90 days; vault until erased", "rows, vault entry and its key are destroyed",
		},
		{
			"E-mail addresses, phone numbers in free text", "paths, titles, messages, selectors, log lines", "replaced by `[email]`, `[phone]`",
			"nowhere", "", "nothing to erase",
		},
		{
			"Payment card numbers, IBANs", "anywhere", "replaced by `[card]`, `[iban]` (Luhn, mod 97)",
			"nowhere", "", "nothing to erase",
		},
		{
			"Secrets: passwords, tokens, cookies, keys", "anywhere; `Authorization`, `Cookie`, `X-Api-Key` and their like", "headers and properties of such names are dropped; in text replaced by `[token]` or `[redacted]`",
			"nowhere", "", "nothing to erase",
		},
		{
			"Query strings", "URLs, referrers, `query`", "names stay; values become `[redacted]`, except `utm_*`, `ref`, `page`, `sort`, which are scanned like text",
			"telemetry: events, calls", "raw rows, 90 days", "with the rows",
		},
		{
			"Request and response bodies", "`request_body`, `response_body`", "refused from browsers, and except of endpoints that the project opted in; of those JSON, forms and messages, redacted as above",
			"telemetry: bodies", "three days", "with the rows",
		},
		{
			"Behaviour: pages, clicks, calls", "events, calls, spans", "text redacted as above; no values of form fields, no key strokes, no recordings",
			"telemetry: events, calls, spans, links, sessions", "90 days; counts by hour without ids 2 years", "rows and their share of all counts",
		},
		{
			"What your own people write down: goals, segments, saved views, settings", "the web page and its API", "as given: an owner's name, and a filter that names a person, stay in them",
			"settings: document", "until deleted", "not reached: delete the view, segment or goal",
		},
		{
			"Which logs were imported", "`clickspan import`", "path, range of time, and the SHA-256 of the first line",
			"settings: document", "until the project ends", "not reached: it names nobody",
		},
		{
			"Source maps", "`clickspan sourcemap upload`", "as given; your source code, nobody's data unless it is written there",
			"settings: document", "until deleted", "nothing to erase",
		},
		{
			"What Connect remembers: networks, refused keys and origins, what of logs was not understood", "requests to intake", "networks truncated, 12 characters of a key, log lines redacted as above; the newest few",
			"memory only", "until the server stops", "nothing to erase",
		},
		{
			"Refusal of consent", "`Sec-GPC: 1`, `DNT: 1`, `consent: denied`", "identity, address, user agent and personal properties are removed; the rest counts",
			"telemetry", "raw rows, 90 days", "nothing to erase",
		},
		{
			"Suppression list", "erasures", "ids as stored, so that late records do not bring the person back",
			"settings: suppression", "until the project ends", "stays: it is the proof",
		},
		{
			"People who log in to Clickspan", "`clickspan user create`, set-up page", "name as given; password as argon2id; credentials as SHA-256",
			"settings: user, credential", "until deleted", "`clickspan user delete`",
		},
	}
}

// WriteInventory renders the inventory as the page docs/reference/privacy.md.
func WriteInventory(w io.Writer) error {
	var page strings.Builder
	page.WriteString(`# What is kept about people

Generated from internal/privacy/inventory.go. Redaction runs before anything is written: a store accepts
only batches that went through it. Nothing here can be switched off; ` + "`KeepQuery`" + ` can only widen the list of
query parameters whose values are kept.

| data | arrives in | what becomes of it | where | lives | erasure |
|---|---|---|---|---|---|
`)
	for _, c := range Inventory() {
		fmt.Fprintf(&page, "| %s | %s | %s | %s | %s | %s |\n", c.Data, c.Arrives, c.Kept, c.Where, or(c.Lives, "–"), c.Erased)
	}
	page.WriteString(`
## Backups

The settings database holds sealed originals; their keys lie apart in ` + "`person-keys.db`" + ` together with the daily
salts. Leave that file out of backups, or keep it separately under your own key: then an erasure also reaches every
backup, because the key that opens the person's identifiers is gone. After a restore the suppression list is
replayed before anything is served.
`)
	_, err := io.WriteString(w, page.String())
	return err
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
