package privacy

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// maxBody is the longest body kept of one side, in bytes.
const maxBody = 64 << 10

// body redacts what a request or response carried: JSON by its names and values,
// a form like a query string, a plain message like any text. Of everything else,
// and of what is still too long then, a note stays, because text whose structure
// is not understood hides the names that say what is secret.
func (p *person) body(text string) string {
	text = strings.TrimSpace(text)
	switch {
	case p.denied || text == "":
		return ""
	case looksLikeJSON(text):
		return p.jsonBody(text)
	case looksLikeForm(text):
		return withinLimit(p.rules.query(text))
	case strings.ContainsAny(text, "<>") || strings.Contains(strings.ToLower(text), "content-disposition:"):
		return note(text, "that is neither JSON nor a form")
	}
	return withinLimit(p.rules.text(text, opaqueToo))
}

func (p *person) jsonBody(text string) string {
	in := json.NewDecoder(strings.NewReader(text))
	in.UseNumber()
	var value any
	if in.Decode(&value) != nil || in.Decode(new(any)) != io.EOF {
		return note(text, "that is not valid JSON")
	}
	kept, _ := p.value("", value, 0)
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // people read it: & as it was sent, not as \u0026
	if encoder.Encode(kept) != nil {
		return note(text, "that cannot be written again")
	}
	return withinLimit(strings.TrimSuffix(out.String(), "\n"))
}

func withinLimit(text string) string {
	if len(text) > maxBody {
		return note(text, fmt.Sprintf("which is more than the %d that are kept", maxBody))
	}
	return text
}

// note stands for a body that is not kept.
func note(text, why string) string { return fmt.Sprintf("[a body of %d bytes %s]", len(text), why) }

// looksLikeJSON recognises objects, texts, and arrays of either or of arrays; a
// message may begin with a bracket too.
func looksLikeJSON(text string) bool {
	inside := strings.TrimSpace(strings.TrimLeft(text, "["))
	return text[0] == '{' || text[0] == '"' || text[0] == '[' && (inside == "" || strings.IndexByte(`{"]`, inside[0]) >= 0)
}

// looksLikeForm recognises name=value pairs joined by &.
func looksLikeForm(text string) bool {
	name, _, found := strings.Cut(text, "=")
	return found && name != "" && !strings.ContainsAny(text, " \t\r\n<>{}\"")
}
