package privacy_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/privacy"
)

// canary draws something that must never be written.
func canary() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		switch rapid.SampledFrom([]string{"email", "card", "iban", "jwt", "ipv4", "ipv6"}).Draw(t, "kind") {
		case "email":
			return rapid.StringMatching(`[a-z][a-z0-9._%+-]{0,8}[a-z0-9]@[a-z][a-z0-9-]{0,6}[a-z]\.(com|de|co\.uk|museum)`).Draw(t, "email")
		case "card":
			return card(t)
		case "iban":
			return iban(t)
		case "jwt":
			part := rapid.StringMatching(`[A-Za-z0-9_-]{12,30}`)
			return "eyJ" + part.Draw(t, "head") + ".eyJ" + part.Draw(t, "body") + "." + part.Draw(t, "sig")
		case "ipv4":
			b := rapid.SliceOfN(rapid.IntRange(1, 255), 4, 4).Draw(t, "ipv4")
			if b[0] == 127 {
				b[0] = 10
			}
			return fmt.Sprintf("%d.%d.%d.%d", b[0], b[1], b[2], b[3])
		}
		var a [16]byte
		copy(a[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "ipv6"))
		a[0], a[15] = 0x20, a[15]|1
		return netip.AddrFrom16(a).String()
	})
}

// card completes a network's prefix with a Luhn digit.
func card(t *rapid.T) string {
	form := rapid.SampledFrom([]struct {
		prefix string
		n      int
	}{{"4", 16}, {"4", 13}, {"51", 16}, {"2221", 16}, {"34", 15}, {"6011", 16}, {"3530", 16}, {"36", 14}, {"62", 17}}).Draw(t, "network")
	digits := form.prefix
	for len(digits) < form.n-1 {
		digits += strconv.Itoa(rapid.IntRange(0, 9).Draw(t, "digit"))
	}
	for d := range 10 {
		if luhn(digits + strconv.Itoa(d)) {
			digits += strconv.Itoa(d)
			break
		}
	}
	if separator := rapid.SampledFrom([]string{"", " ", "-"}).Draw(t, "separator"); separator != "" {
		var groups []string
		for len(digits) > 4 {
			groups, digits = append(groups, digits[:4]), digits[4:]
		}
		return strings.Join(append(groups, digits), separator)
	}
	return digits
}

// luhn is written differently from the one it judges.
func luhn(digits string) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i] - '0')
		if double {
			d = d*2/10 + d*2%10
		}
		sum, double = sum+d, !double
	}
	return sum%10 == 0
}

func iban(t *rapid.T) string {
	country := rapid.SampledFrom([]string{"DE", "GB", "FR", "NL", "NO"}).Draw(t, "country")
	length := map[string]int{"DE": 22, "GB": 22, "FR": 27, "NL": 18, "NO": 15}[country]
	account := rapid.StringMatching(fmt.Sprintf(`[0-9]{%d}`, length-4)).Draw(t, "account")
	for check := 2; check <= 98; check++ {
		if text := fmt.Sprintf("%s%02d%s", country, check, account); mod97(text) {
			return text
		}
	}
	t.Fatal("no check digits")
	return ""
}

func mod97(iban string) bool {
	rest := 0
	for _, c := range iban[4:] + iban[:4] {
		n := strconv.FormatInt(int64(c-'0'), 10)
		if c >= 'A' {
			n = strconv.FormatInt(int64(c-'A')+10, 10)
		}
		for _, d := range n {
			rest = (rest*10 + int(d-'0')) % 97
		}
	}
	return rest == 1
}

// hidden draws a text around a canary.
func hidden() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		before := rapid.SampledFrom([]string{"", "/users/", "https://x.example/a?email=", "error for ", `{"to": "`, "x=", "?page=", "(", "a, "}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", "/orders", "&x=1", " failed.", `"}`, ")", ", b", "#top"}).Draw(t, "after")
		text := before + canary().Draw(t, "canary") + after
		if rapid.IntRange(0, 5).Draw(t, "encode") == 0 {
			text = strings.ReplaceAll(text, "@", "%40")
		}
		return text
	})
}

func anyText() *rapid.Generator[string] {
	return rapid.OneOf(hidden(), hidden(), rapid.String(), rapid.StringMatching(`[a-z0-9@.:/?&=%+ -]{0,40}`))
}

func values() *rapid.Generator[map[string]any] {
	name := rapid.OneOf(rapid.SampledFrom([]string{"email", "plan", "order_id", "url", "message", "http.request.header.cookie", "db.statement", "name", "client.address"}), hidden())
	value := rapid.OneOf(
		rapid.Map(anyText(), func(s string) any { return s }),
		rapid.Map(rapid.Float64Range(-1e18, 1e18), func(f float64) any { return f }),
		rapid.Map(rapid.Custom(card), func(s string) any {
			f, _ := strconv.ParseFloat(strings.NewReplacer(" ", "", "-", "").Replace(s), 64)
			return f
		}),
		rapid.Map(rapid.SliceOfN(anyText(), 0, 3), func(all []string) any {
			list := make([]any, len(all))
			for i, s := range all {
				list[i] = s
			}
			return list
		}),
		rapid.Map(rapid.MapOfN(name, anyText(), 0, 2), func(m map[string]string) any {
			tree := map[string]any{}
			for k, v := range m {
				tree[k] = v
			}
			return tree
		}),
		rapid.Just[any](true), rapid.Just[any](nil),
	)
	return rapid.MapOfN(name, value, 0, 4)
}

func identity() *rapid.Generator[event.Identity] {
	id := rapid.OneOf(hidden(), canary(), rapid.SampledFrom([]string{"", "d1", "user-7", "Anna Schmidt"}))
	return rapid.Custom(func(t *rapid.T) event.Identity {
		return event.Identity{DeviceID: id.Draw(t, "device"), UserID: id.Draw(t, "user"), AccountID: id.Draw(t, "account"), SessionID: id.Draw(t, "session")}
	})
}

func origin() *rapid.Generator[event.Origin] {
	return rapid.Custom(func(t *rapid.T) event.Origin {
		return event.Origin{
			Source: "test", UserAgent: rapid.SampledFrom([]string{"", "UA 1.0"}).Draw(t, "agent"), ClientIP: canary().Draw(t, "ip"),
			Consent: rapid.SampledFrom([]event.Consent{event.ConsentUnknown, event.ConsentGranted, event.ConsentDenied}).Draw(t, "consent"),
		}
	})
}

var at = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func drawEvent(t *rapid.T) event.Event {
	text := func(label string) string { return anyText().Draw(t, label) }
	return event.Event{
		ID: text("id"), Time: at, Name: text("name"), Kind: rapid.SampledFrom([]event.Kind{event.Custom, event.Identify, event.PageError}).Draw(t, "kind"),
		Identity: identity().Draw(t, "identity"), ActionID: text("action"),
		Page:       event.Page{URL: text("url"), Title: text("title"), Referrer: text("referrer"), Path: text("path"), Route: text("route"), ID: text("page id")},
		Target:     event.Target{Selector: text("selector"), Name: text("target"), Role: text("role")},
		Release:    text("release"),
		Context:    event.Context{Device: text("device"), Language: text("language"), UTM: map[string]string{"source": text("utm")}},
		Properties: values().Draw(t, "properties"), Origin: origin().Draw(t, "origin"),
	}
}

func drawCall(t *rapid.T) event.Call {
	text := func(label string) string { return anyText().Draw(t, label) }
	return event.Call{
		ID: text("id"), Time: at, Side: event.Server, Method: "GET", Path: text("path"), Query: text("query"), Route: text("route"),
		Error: text("error"), Service: text("service"), RequestID: text("request id"), Identity: identity().Draw(t, "identity"),
		Release: text("release"), Attributes: values().Draw(t, "attributes"), Origin: origin().Draw(t, "origin"),
	}
}

var (
	emailForm = regexp.MustCompile(`[A-Za-z0-9_%+-][A-Za-z0-9._%+-]*(@|%40)[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`)
	jwtForm   = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+`)
	cardForm  = regexp.MustCompile(`\d(?:[ -]?\d){12,18}`)
	ibanForm  = regexp.MustCompile(`(?i)\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b`)
	ipv4Form  = regexp.MustCompile(`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`)
	ipv6Form  = regexp.MustCompile(`[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}`)
)

// leaks looks for what must not be there, the slow and obvious way.
func leaks(text string, planted []string) []string {
	var found []string
	for _, p := range planted {
		if strings.Contains(text, p) {
			found = append(found, p)
		}
	}
	found = append(found, jwtForm.FindAllString(text, -1)...)
	return found
}

func TestNothingPersonalRemains(t *testing.T) {
	t.Parallel()
	r := rules(t, &settings{}, privacy.Options{})
	rapid.Check(t, func(t *rapid.T) {
		planted := canary().Draw(t, "planted")
		e, c := drawEvent(t), drawCall(t)
		plant(t, planted, &e, &c)
		redactor := r.Redactor(t.Context(), 1)
		redactor.Event(&e)
		redactor.Call(&c)
		for _, record := range []any{e, c} {
			text, err := json.Marshal(record)
			if err != nil {
				t.Fatal(err)
			}
			if found := leaks(string(text), []string{planted}); len(found) > 0 {
				t.Fatalf("%q remains in %s", found, text)
			}
		}
	})
}

// plant puts the canary where a careless developer would.
func plant(t *rapid.T, s string, e *event.Event, c *event.Call) {
	switch rapid.IntRange(0, 11).Draw(t, "place") {
	case 0:
		e.Page.URL = "https://shop.example/u/" + s + "/x?page=" + s + "&q=" + s + "#" + s
	case 1:
		e.Page.Title = "Hello " + s
	case 2:
		e.Properties = map[string]any{"a": map[string]any{"b": []any{map[string]any{"c": "to " + s}}}}
	case 3:
		e.Properties = map[string]any{s: 1.0}
	case 4:
		e.UserID = s
	case 5:
		e.DeviceID = "device:" + s
	case 6:
		c.Path = "/users/" + s + "/orders"
	case 7:
		c.Query = "page=" + s + "&sort=" + s + "&" + s + "=1"
	case 8:
		c.Error = "cannot send to '" + s + "'"
	case 9:
		c.Attributes = map[string]any{"http.url": "https://x.example/?ref=" + s, "user.email": s, "message": s, "ids": []any{s}}
	case 10:
		e.Target = event.Target{Name: s, Selector: "a[href='mailto:" + s + "']"}
	case 11:
		e.Context.UTM = map[string]string{"source": s}
		c.ClientIP = s
	}
}

func TestFreeTextKeepsNothing(t *testing.T) {
	t.Parallel()
	r := rules(t, &settings{}, privacy.Options{})
	rapid.Check(t, func(t *rapid.T) {
		text := r.Text(hidden().Draw(t, "text"))
		for _, form := range []*regexp.Regexp{emailForm, jwtForm} {
			if found := form.FindString(text); found != "" {
				t.Fatalf("%q remains in %q", found, text)
			}
		}
		for _, found := range ibanForm.FindAllString(text, -1) {
			if mod97(strings.ToUpper(found)) {
				t.Fatalf("IBAN %q remains in %q", found, text)
			}
		}
		for _, found := range cardForm.FindAllString(text, -1) {
			if digits := strings.NewReplacer(" ", "", "-", "").Replace(found); luhn(digits) && digits[0] == '4' && len(digits) == 16 {
				t.Fatalf("card %q remains in %q", found, text)
			}
		}
		for _, found := range append(ipv4Form.FindAllString(text, -1), ipv6Form.FindAllString(text, -1)...) {
			if a, err := netip.ParseAddr(found); err == nil && a.Is4() && a.As4()[3] != 0 && !a.IsLoopback() {
				t.Fatalf("address %q remains in %q", found, text)
			}
		}
	})
}

func TestRedactionIsIdempotent(t *testing.T) {
	t.Parallel()
	r := rules(t, &settings{}, privacy.Options{})
	rapid.Check(t, func(t *rapid.T) {
		e, c := drawEvent(t), drawCall(t)
		redactor := r.Redactor(t.Context(), 1)
		redactor.Event(&e)
		redactor.Call(&c)
		once := mustJSON(t, e) + mustJSON(t, c)
		keys := [...]event.Key{e.ClientKey, e.AgentKey, c.ClientKey, c.AgentKey}
		redactor.Event(&e)
		redactor.Call(&c)
		if d := cmp.Diff(once, mustJSON(t, e)+mustJSON(t, c)); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(keys, [...]event.Key{e.ClientKey, e.AgentKey, c.ClientKey, c.AgentKey}, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

func mustJSON(t *rapid.T, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
