package privacy_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/privacy"
)

// settings is a settings store in memory.
type settings struct {
	mu         sync.Mutex
	sealed     []meta.Original
	suppressed map[string]bool
	err        error
}

func (s *settings) PseudonymSecret(context.Context) ([]byte, error) { return make([]byte, 32), nil }

func (s *settings) Salt(_ context.Context, t time.Time) ([]byte, error) {
	sum := sha256.Sum256([]byte(t.UTC().Format(time.DateOnly)))
	return sum[:], s.err
}

func (s *settings) Seal(_ context.Context, _ event.ProjectID, all []meta.Original) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealed = append(s.sealed, all...)
	return s.err
}

func (s *settings) Suppressed(_ event.ProjectID, id string) bool { return s.suppressed[id] }

func rules(tb testing.TB, s *settings, o privacy.Options) *privacy.Rules {
	tb.Helper()
	r, err := privacy.New(tb.Context(), s, o)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestText(t *testing.T) {
	t.Parallel()
	r := rules(t, &settings{}, privacy.Options{})
	for _, c := range []struct{ in, want string }{
		{"plain words stay", "plain words stay"},
		{"/orders/1234/items", "/orders/1234/items"},
		{"mail anna.smith+x@mail.example.com now", "mail [email] now"},
		{"<Anna@Example.COM>", "<[email]>"},
		{"müller@exämple.de", "[email]"},
		{"/users/anna%40example.com/orders", "/users/[email]/orders"},
		{"logo@2x.png", "logo@2x.png"},
		{"npm i left-pad@1.3.0", "npm i left-pad@1.3.0"},
		{"postgres://app:hunter2@db:5432/shop", "postgres://[redacted]@db:5432/shop"},
		{"card 4111 1111 1111 1111 declined", "card [card] declined"},
		{"5500-0000-0000-0004", "[card]"},
		{"378282246310005", "[card]"},
		{"on 2026-11-23 4111111111111111", "on 2026-11-23 [card]"},
		{"4111111111111112", "4111111111111112"}, // Luhn says no
		{"at 1732372800000 ms", "at 1732372800000 ms"},
		{"order 1234567890123456", "order 1234567890123456"},
		{"to DE89 3704 0044 0532 0130 00 please", "to [iban] please"},
		{"gb82west12345698765432", "[iban]"},
		{"DE88370400440532013000", "DE88370400440532013000"}, // wrong check digits
		{"from 203.0.113.77:8080", "from 203.0.113.0:8080"},
		{"127.0.0.1 and 10.1.2.3.", "127.0.0.1 and 10.1.2.0."},
		{"Chrome/120.0.6099.129", "Chrome/120.0.6099.129"},
		{"[2001:db8:1:2:3:4:5:6]:443", "[2001:db8:1::]:443"},
		{"::ffff:203.0.113.9", "203.0.113.0"},
		{"at 12:30:45 std::vector", "at 12:30:45 std::vector"},
		{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", "[token]"},
		{"key sk_live_51H8abcdEFGHijklMNOPqrst", "key [token]"},
		{"/reset/Zx81kQ0vTn4YpLw2RbEj7MdC9s", "/reset/[token]"},
		{"da39a3ee5e6b4b0d3255bfef95601890afd80709", "[token]"},
		{"4bf92f3577b34da6a3ce929d0e0e4736", "4bf92f3577b34da6a3ce929d0e0e4736"},               // a trace id
		{"/o/51012964-1227-4467-a5b4-6aaf47736176", "/o/51012964-1227-4467-a5b4-6aaf47736176"}, // not a card
		{"/orders/0190c2f4-7b1e-7cc3-9d42-0f3a5e7b1c22", "/orders/0190c2f4-7b1e-7cc3-9d42-0f3a5e7b1c22"},
		{"getUserProfileV2ForCheckoutPageAndCart", "getUserProfileV2ForCheckoutPageAndCart"},
		{"password=hunter2&x", "password=[redacted]&x"},
		{`{"api_key": "abc", "n": 1}`, `{"api_key": "[redacted]", "n": 1}`},
		{"Authorization: Bearer abcdef.ghi", "Authorization: [redacted]"},
		{"sent Bearer abcdefghijk failed", "sent Bearer [redacted] failed"},
		{"GET https://x.io/a?q=anna&page=2 failed", "GET https://x.io/a?q=[redacted]&page=2 failed"},
		{"call +49 170 1234567 or +1 (555) 123-4567", "call [phone] or [phone]"},
		{"1+12345678 and a+b", "1+12345678 and a+b"},
		{"anna%252540example.com", "[email]"}, // encoded three times
		{"a\xffb\x00c", "a\uFFFDb\uFFFDc"},
		{"\xff", "\uFFFD"},
	} {
		if got := r.Text(c.in); got != c.want {
			t.Errorf("Text(%q)\n got %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestEventIsRedacted(t *testing.T) {
	t.Parallel()
	s := &settings{}
	r := rules(t, s, privacy.Options{KeepQuery: []string{"variant"}})
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	e := event.Event{
		ID: "1", Time: at, Name: "Order Paid", Kind: event.Custom,
		Identity: event.Identity{DeviceID: "d1", UserID: "Anna@Example.com", AccountID: "acme"},
		Page: event.Page{
			URL:      "https://shop.example/pay/anna@example.com?utm_source=x&token=abc&variant=b&page=2#/step/2?q=1",
			Referrer: "https://mail.example/?to=anna",
			Title:    "Pay, anna@example.com",
		},
		Properties: map[string]any{
			"amount": 12.5, "email": "anna@example.com", "plan": "pro", "order_id": "A-17", "card": "4111111111111111",
			"number": 4111111111111111.0, "Authorization": "Bearer x", "nested": map[string]any{"phone": "+491701234567", "ok": true},
			"list": []any{"a", "bob@example.com", 3.0}, "contact": "carl@example.com", "name": "blue shoes",
		},
		Origin: event.Origin{ClientIP: "203.0.113.77", UserAgent: "UA"},
	}
	redactor := r.Redactor(t.Context(), 1)
	redactor.Event(&e)
	if err := redactor.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	anna := r.Pseudonym(1, "anna@example.com")
	want := event.Event{
		ID: "1", Time: at, Name: "Order Paid", Kind: event.Custom,
		Identity: event.Identity{DeviceID: "d1", UserID: anna, AccountID: "acme"},
		Page: event.Page{
			URL:      "https://shop.example/pay/[email]?utm_source=x&token=[redacted]&variant=b&page=2#/step/2?q=[redacted]",
			Referrer: "https://mail.example/?to=[redacted]",
			Title:    "Pay, [email]",
		},
		Properties: map[string]any{
			"amount": 12.5, "email": anna, "plan": "pro", "order_id": "A-17", "card": "[card]", "number": "[card]",
			"nested": map[string]any{"phone": r.Pseudonym(1, "+491701234567"), "ok": true},
			"list":   []any{"a", r.Pseudonym(1, "bob@example.com"), 3.0}, "contact": r.Pseudonym(1, "carl@example.com"), "name": "blue shoes",
		},
		Origin: event.Origin{ClientIP: "203.0.113.0", ClientKey: e.ClientKey, AgentKey: e.AgentKey},
	}
	if d := cmp.Diff(want, e); d != "" {
		t.Error(d)
	}
	if e.ClientKey == 0 || e.AgentKey == 0 {
		t.Error("no client keys")
	}
	sealed := map[string]string{}
	for _, o := range s.sealed {
		if o.Owner != anna {
			t.Errorf("%s is sealed for %s", o.Text, o.Owner)
		}
		sealed[o.Pseudonym] = o.Text
	}
	if sealed[anna] == "" || sealed[r.Pseudonym(1, "+491701234567")] != "+491701234567" {
		t.Errorf("sealed %v", s.sealed)
	}
}

func TestPseudonymsJoinAndProjectsDoNot(t *testing.T) {
	t.Parallel()
	r := rules(t, &settings{}, privacy.Options{})
	if a, b := r.Pseudonym(1, " Anna@Example.com"), r.Pseudonym(1, "anna@example.com"); a != b {
		t.Errorf("spelling matters: %s, %s", a, b)
	}
	if a, b := r.Pseudonym(1, "+49 (170) 123 45 67"), r.Pseudonym(1, "+491701234567"); a != b {
		t.Errorf("spelling matters: %s, %s", a, b)
	}
	if r.Pseudonym(1, "anna@example.com") == r.Pseudonym(2, "anna@example.com") {
		t.Error("two projects share a pseudonym")
	}
	for _, id := range []string{"user-17", "12345678901", "0190c2f4-7b1e-7cc3-9d42-0f3a5e7b1c22", "Zx81kQ0vTn4YpLw2RbEj7MdC9s", "auth0|5f7c8ec7c33c6c004bbafe82"} {
		if got := r.Pseudonym(1, id); got != id {
			t.Errorf("id %s became %s", id, got)
		}
	}
	for _, id := range []string{"anna@example.com", "+491701234567", "(555) 123-4567", "Anna Schmidt", "user:anna@example.com"} {
		p := r.Pseudonym(1, id)
		if p == id || r.Pseudonym(1, p) != p {
			t.Errorf("id %s became %s", id, p)
		}
	}
}

func TestConsentDeniedLeavesAggregates(t *testing.T) {
	t.Parallel()
	s := &settings{suppressed: map[string]bool{"erased": true}}
	r := rules(t, s, privacy.Options{})
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]event.Call{
		"explicit": {Origin: event.Origin{Consent: event.ConsentDenied}, Identity: event.Identity{DeviceID: "d", UserID: "u"}},
		"gpc":      {Attributes: map[string]any{"http.request.header.Sec-GPC": []any{"1"}}, Identity: event.Identity{DeviceID: "d"}},
		"dnt":      {Attributes: map[string]any{"dnt": "1"}, Identity: event.Identity{DeviceID: "d"}},
		"erased":   {Identity: event.Identity{DeviceID: "d", UserID: "erased"}},
	} {
		c.Time, c.Path, c.Status, c.ClientIP, c.UserAgent = at, "/a", 200, "203.0.113.9", "UA"
		if c.Attributes == nil {
			c.Attributes = map[string]any{}
		}
		c.Attributes["email"] = "anna@example.com"
		r.Redactor(t.Context(), 1).Call(&c)
		if !c.IsZero() || c.ClientIP != "" || c.UserAgent != "" || c.ClientKey != 0 || c.AgentKey != 0 || c.Attributes["email"] != nil {
			t.Errorf("%s: identity stayed: %+v", name, c)
		}
		if c.Path != "/a" || c.Status != 200 || c.Consent != event.ConsentDenied {
			t.Errorf("%s: the aggregate is gone: %+v", name, c)
		}
	}
}

func TestClientKeysChangeDaily(t *testing.T) {
	t.Parallel()
	r := rules(t, &settings{}, privacy.Options{})
	key := func(at time.Time, ip, agent string) (client, byAgent event.Key) {
		c := event.Call{Time: at, Origin: event.Origin{ClientIP: ip, UserAgent: agent}}
		r.Redactor(t.Context(), 1).Call(&c)
		return c.ClientKey, c.AgentKey
	}
	day := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	a, agentA := key(day, "203.0.113.7", "UA")
	b, agentB := key(day.Add(time.Hour), "203.0.113.200", "UA")
	if a == 0 || a != b || agentA != agentB {
		t.Error("one network and browser on one day has two keys")
	}
	if c, _ := key(day.Add(24*time.Hour), "203.0.113.7", "UA"); c == a {
		t.Error("the key outlives the day")
	}
	if c, _ := key(day, "203.0.114.7", "UA"); c == a {
		t.Error("two networks share a key")
	}
	if c, other := key(day, "203.0.113.7", "UB"); c == a || other == agentA {
		t.Error("two browsers share a key")
	}
	if c, only := key(day, "", "UA"); c != 0 || only != agentA {
		t.Error("without an address there is a client key, or no agent key")
	}
}

func TestAttributesOfMachinesAndPeople(t *testing.T) {
	t.Parallel()
	r := rules(t, &settings{}, privacy.Options{})
	name := r.Pseudonym(1, "Anna Schmidt")
	street := stored(r, "address", "Main Street 1")
	for key, c := range map[string]struct{ in, want any }{
		"server.address":                    {"shop.example", "shop.example"},
		"client.address":                    {"203.0.113.9", "203.0.113.0"},
		"user.name":                         {"Anna Schmidt", name},
		"user.email":                        {"anna@example.com", r.Pseudonym(1, "anna@example.com")},
		"address":                           {"Main Street 1", street},
		"product.name":                      {"blue shoes", "blue shoes"},
		"db.query.text":                     {"SELECT * FROM t WHERE name = 'Anna' AND n = 7", "SELECT * FROM t WHERE name = ? AND n = 7"},
		"url.full":                          {"https://x.example/a?code=7&page=2", "https://x.example/a?code=[redacted]&page=2"},
		"http.request.header.authorization": {[]any{"Basic abc"}, nil},
		"http.request.header.cookie":        {"sid=1", nil},
		"http.request.header.x-api-key":     {[]string{"abc"}, nil},
		"user_agent.original":               {"Mozilla/5.0", nil},
		"session_token":                     {"abc", nil},
		"order.id":                          {"Zx81kQ0vTn4YpLw2RbEj7MdC9s", "Zx81kQ0vTn4YpLw2RbEj7MdC9s"},
		"code":                              {"Zx81kQ0vTn4YpLw2RbEj7MdC9s", "[token]"},
		"amount":                            {12.5, 12.5},
		"at":                                {1732372800000.0, 1732372800000.0},
		"exception.message":                 {"no user anna@example.com", "no user [email]"},
	} {
		call := event.Call{Attributes: map[string]any{key: c.in}}
		r.Redactor(t.Context(), 1).Call(&call)
		if d := cmp.Diff(c.want, call.Attributes[key]); d != "" {
			t.Errorf("%s: %s", key, d)
		}
	}
}

func TestSealFailureIsRetryable(t *testing.T) {
	t.Parallel()
	s := &settings{err: errors.New("disk full")}
	redactor := rules(t, s, privacy.Options{}).Redactor(t.Context(), 1)
	for range 3 { // a day's salt is wanted each time
		redactor.Event(&event.Event{Identity: event.Identity{UserID: "anna@example.com"}, Origin: event.Origin{UserAgent: "curl/8"}})
	}
	err := redactor.Seal(t.Context())
	if !event.IsRetryable(err) || strings.Count(err.Error(), "disk full") != 1 {
		t.Errorf("want one cause, once: %v", err)
	}
}

func TestSealedOnce(t *testing.T) {
	t.Parallel()
	s := &settings{}
	r := rules(t, s, privacy.Options{})
	for range 3 {
		redactor := r.Redactor(t.Context(), 1)
		redactor.Event(&event.Event{Identity: event.Identity{UserID: "anna@example.com"}})
		if err := redactor.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.sealed) != 1 {
		t.Errorf("sealed %d times", len(s.sealed))
	}
}

// stored returns what is kept of a value.
func stored(r *privacy.Rules, name, value string) any {
	call := event.Call{Attributes: map[string]any{name: value}}
	r.Redactor(context.Background(), 1).Call(&call)
	return call.Attributes[name]
}

// Texts made to be slow must not be. Were one of them quadratic, the test would
// not end.
func TestHostileTextEnds(t *testing.T) {
	t.Parallel()
	r := rules(t, &settings{}, privacy.Options{})
	for _, unit := range []string{"@", "a@", "%25", "%", "1:", "::", "1.", "4111 ", "+1", "token=", "://@", "?a=", "eyJ.", "DE89", "a b", "Bearer "} {
		r.Text(strings.Repeat(unit, (512<<10)/len(unit)))
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a@b.co", "%40%", "?=&=", "https://a@b/?x#y=z", "4111 1111 1111 1111", "::ffff:1.2.3.4", "eyJ.eyJ.", "password:"} {
		f.Add(seed)
	}
	r := rules(f, &settings{}, privacy.Options{})
	f.Fuzz(func(t *testing.T, text string) {
		once := r.Text(text)
		if again := r.Text(once); again != once {
			t.Errorf("%q became %q and then %q", text, once, again)
		}
	})
}
