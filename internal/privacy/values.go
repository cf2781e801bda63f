package privacy

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/clickspan/clickspan/internal/meta"
)

// maxValue is the longest text kept of one value, in bytes; a stack trace fits.
const maxValue = 32 << 10

// maxDepth bounds nested values; what lies deeper is dropped.
const maxDepth = 12

// person is a record's redactor and the person the record belongs to.
type person struct {
	*Redactor
	owner    string // id as stored
	denied   bool   // personal values are dropped instead of pseudonymised
	identify bool   // the values describe the person, so `name` is a person's name
}

// values redacts a map in place: secrets are dropped with their name, personal
// values become pseudonyms, the rest is scanned.
func (p *person) values(m map[string]any) { p.tree(m, 0) }

func (p *person) tree(m map[string]any, depth int) {
	for name, value := range m {
		kept, ok := p.value(name, value, depth)
		clean := p.rules.text(name, knownOnly)
		switch {
		case !ok:
			delete(m, name)
		case clean != name:
			delete(m, name)
			m[clean] = kept
		case !same(kept, value):
			m[name] = kept
		}
	}
}

// same reports whether a value needs no writing back. Maps are changed in place;
// lists may have become shorter.
func same(a, b any) bool {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return ok && a == b
	case float64, int64, int, bool, nil, json.Number:
		return a == b
	case map[string]any:
		_, ok := b.(map[string]any)
		return ok
	}
	return false
}

// value returns what is kept of one value; ok is false when nothing is.
func (p *person) value(name string, value any, depth int) (kept any, ok bool) {
	switch v := value.(type) {
	case nil, bool:
		return v, true
	case map[string]any:
		if depth >= maxDepth || isSecretName(name) {
			return nil, false
		}
		p.tree(v, depth+1)
		return v, true
	case []any:
		if depth >= maxDepth {
			return nil, false
		}
		kept := v[:0]
		for _, one := range v {
			if clean, ok := p.value(name, one, depth+1); ok {
				kept = append(kept, clean)
			}
		}
		return kept, len(kept) > 0 || len(v) == 0
	case string:
		return p.scalar(name, v)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e19 {
			return p.number(name, v, strconv.FormatFloat(v, 'f', 0, 64))
		}
		return v, !isSecretName(name)
	case int64:
		return p.number(name, v, strconv.FormatInt(v, 10))
	case int:
		return p.number(name, v, strconv.Itoa(v))
	case json.Number:
		return p.number(name, v, v.String())
	case []string:
		list := make([]any, len(v))
		for i, one := range v {
			list[i] = one
		}
		return p.value(name, list, depth)
	case map[string]string:
		tree := make(map[string]any, len(v))
		for key, one := range v {
			tree[key] = one
		}
		return p.value(name, tree, depth)
	}
	return p.scalar(name, fmt.Sprint(value))
}

// number keeps a number unless its digits, as text, are personal or a card's.
func (p *person) number(name string, value any, text string) (any, bool) {
	kept, ok := p.scalar(name, text)
	if ok && kept == text {
		return value, true
	}
	return kept, ok
}

func (p *person) scalar(name, text string) (any, bool) {
	if len(text) > maxValue {
		text = strings.ToValidUTF8(text[:maxValue], "")
	}
	header := ""
	if len(name) > 2 {
		header = headerName(name)
	}
	switch {
	case text == "":
		return text, true
	case isSecretName(header), header == "user_agent", name == "user_agent.original":
		return nil, false // the user agent was parsed; whole, it helps to recognise people
	case isPersonalName(header) && !isMachine(name) || p.identify && header == "name" || header == "name" && isName(text):
		return p.pseudonymOf(text)
	case strings.HasSuffix(header, "id"):
		return p.identifier(text)
	case name == "db.statement", name == "db.query.text":
		return withoutLiterals(p.rules.text(text, opaqueToo)), true
	case looksLikeURL(text):
		return p.rules.url(text), true
	case strings.IndexByte(text, '@') > 0 && p.rules.text(text, opaqueToo) == emailMark:
		return p.pseudonymOf(text)
	}
	return p.rules.text(text, opaqueToo), true
}

// identifier keeps an id as it is, or its pseudonym when it is personal.
func (p *person) identifier(text string) (any, bool) {
	if p.rules.text(text, knownOnly) == text {
		return text, true
	}
	return p.pseudonymOf(text)
}

// pseudonymOf stands for a personal value; the original goes to the vault.
func (p *person) pseudonymOf(text string) (any, bool) {
	if p.denied {
		return nil, false
	}
	if isPseudonym(text) || text[0] == '[' {
		return text, true
	}
	o := meta.Original{Owner: p.owner, Pseudonym: p.rules.pseudonym(p.project, text), Text: text}
	p.keep(o)
	return o.Pseudonym, true
}

// looksLikeURL reports whether a value should be redacted as one.
func looksLikeURL(text string) bool {
	if strings.IndexByte(text, ' ') >= 0 {
		return false
	}
	return text[0] == '/' || strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") || strings.IndexByte(text, '?') > 0
}

// isSecretName reports whether values under a name are credentials, which are
// never kept. The name is lower-cased with underscores, or as written.
func isSecretName(name string) bool {
	if len(name) < 3 || len(name) > 40 {
		return false
	}
	switch name = squeeze(name); name {
	case "authorization", "proxyauthorization", "cookie", "cookies", "setcookie", "password", "passwd", "passphrase", "pwd", "pass",
		"secret", "token", "apikey", "xapikey", "auth", "credential", "credentials", "sessiontoken", "accesskey", "privatekey",
		"csrf", "xcsrftoken", "xsrftoken", "otp", "pin", "cvv", "cvc", "jwt", "bearer", "signature", "sig",
		"xauthtoken", "xamzsecuritytoken", "connectionstring":
		return true
	}
	return strings.HasSuffix(name, "token") || strings.HasSuffix(name, "secret") || strings.HasSuffix(name, "password") || strings.HasSuffix(name, "apikey")
}

// isPersonalName reports whether values under a name tell who somebody is.
func isPersonalName(name string) bool {
	if len(name) < 3 || len(name) > 40 {
		return false
	}
	switch squeeze(name) {
	case "email", "emailaddress", "useremail", "customeremail", "mail", "phone", "phonenumber", "mobile", "mobilenumber", "telephone", "tel",
		"firstname", "lastname", "fullname", "givenname", "familyname", "surname", "middlename", "username", "customername", "displayname", "nickname",
		"street", "streetaddress", "address", "addressline1", "addressline2", "postaladdress", "shippingaddress", "billingaddress",
		"birthday", "birthdate", "dateofbirth", "dob", "ssn", "socialsecuritynumber", "taxid", "passport", "passportnumber", "nationalid", "driverslicense",
		"iban", "cardnumber", "creditcard", "accountnumber":
		return true
	}
	return false
}

// isMachine recognises names that OpenTelemetry gives to the addresses of machines.
func isMachine(name string) bool {
	switch owner, _, _ := strings.Cut(name, "."); owner {
	case "client", "server", "source", "destination", "network", "net", "peer", "host", "db", "messaging":
		return strings.HasSuffix(name, ".address") || strings.HasSuffix(name, ".name")
	}
	return false
}

// squeeze lower-cases a name and drops what separates its words.
func squeeze(name string) string {
	var buf [40]byte
	out := buf[:0]
	changed := false
	for i := range len(name) {
		switch c := name[i]; {
		case c == '_' || c == '-' || c == '.' || c == ' ' || c == '$':
			changed = true
		case c >= 'A' && c <= 'Z':
			out = append(out, c|0x20)
			changed = true
		default:
			out = append(out, c)
		}
	}
	if !changed {
		return name
	}
	return string(out)
}

// withoutLiterals replaces quoted text in SQL, whose values are people's data.
func withoutLiterals(sql string) string {
	return replaceAll(sql, func(s string, from int) (int, int, string) {
		start := strings.IndexByte(s[from:], '\'')
		if start < 0 {
			return -1, 0, ""
		}
		start += from
		end := start + 1
		for end < len(s) && s[end] != '\'' {
			end++
		}
		if end == len(s) {
			return start, end, "?"
		}
		return start, end + 1, "?"
	})
}
