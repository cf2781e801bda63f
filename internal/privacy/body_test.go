package privacy_test

import (
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/privacy"
)

// TestBodies shows what is kept of what a call carried.
func TestBodies(t *testing.T) {
	t.Parallel()
	rules := rules(t, &settings{}, privacy.Options{})
	redact := func(body string, consent event.Consent) string {
		c := event.Call{Bodies: event.Bodies{RequestBody: body}, Origin: event.Origin{Consent: consent}}
		rules.Redactor(t.Context(), 1).Call(&c)
		return c.RequestBody
	}
	for body, want := range map[string]string{
		`{"password":"hunter2","items":[{"sku":"a-1","token":"t"}],"n":1.50}`: `{"items":[{"sku":"a-1"}],"n":1.50}`,
		`{"note":"call ada@example.com"}`:                                     `{"note":"call [email]"}`,
		`[{"card":"4111111111111111"}]`:                                       `[{"card":"[card]"}]`,
		`"plain"`:                                                             `"plain"`,
		`user=ada&password=x&page=2`:                                          `user=[redacted]&password=[redacted]&page=2`,
		`upstream timed out`:                                                  `upstream timed out`,
		`ada@example.com is taken`:                                            `[email] is taken`,
		`{"password":"hunter2`:                                                `[a body of 20 bytes that is not valid JSON]`,
		`{"a":1} {"password":"x"}`:                                            `[a body of 24 bytes that is not valid JSON]`,
		`{"note":"1 < 2 & 3"}`:                                                `{"note":"1 < 2 & 3"}`,
		`<pin>1234</pin>`:                                                     `[a body of 15 bytes that is neither JSON nor a form]`,
		"  ":                                                                  "",
		strings.Repeat("word ", 20e3):                                         `[a body of 99999 bytes which is more than the 65536 that are kept]`,
	} {
		got := redact(body, event.ConsentUnknown)
		if got != want {
			t.Errorf("%.60s\n got %.200s\nwant %s", body, got, want)
		}
		if again := redact(got, event.ConsentUnknown); again != got {
			t.Errorf("%.60s: a second pass makes %.200s", got, again)
		}
		if kept := redact(body, event.ConsentDenied); kept != "" {
			t.Errorf("%.60s: %q is kept without consent", body, kept)
		}
	}
}
