package connect

import (
	"os"
	"strings"
	"testing"
)

// TestGuidesShowTheRecipes compares the guides with what Connect prints, so that they
// cannot say different things.
func TestGuidesShowTheRecipes(t *testing.T) {
	t.Parallel()
	for server, guide := range map[string]string{Nginx: "nginx", Caddy: "caddy", Apache: "apache", None: "anything-else"} {
		text, err := os.ReadFile("../../docs/guides/connect-" + guide + ".md")
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, snippet := range Recipe(server, Setup{Site: "https://shop.example", Intake: "127.0.0.1:8081"}) {
			block := "```\n" + snippet.Code + "```"
			found := strings.Index(string(text)[at:], block)
			if found < 0 {
				t.Errorf("connect-%s.md does not have, at its place:\n%s\n%s", guide, snippet.Title, block)
				continue
			}
			at += found + len(block)
		}
	}
}

// TestTheNginxLineIsTheOneOfTheReference keeps Connect and formats.md together.
func TestTheNginxLineIsTheOneOfTheReference(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile("../../docs/reference/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(string(reference)), " ")
	for server, from := range map[string]string{Nginx: "log_format", Apache: "LogFormat"} {
		for _, snippet := range Recipe(server, Setup{}) {
			if at := strings.Index(snippet.Code, from); at >= 0 {
				line, _, _ := strings.Cut(snippet.Code[at:], map[string]string{Nginx: ";", Apache: "clickspan\n"}[server])
				if !strings.Contains(words, strings.Join(strings.Fields(line), " ")) {
					t.Errorf("formats.md proposes another line for %s than\n%s", server, line)
				}
			}
		}
	}
}

func TestRecipesAreFilledIn(t *testing.T) {
	t.Parallel()
	s := Setup{
		Site: "https://shop.example", Intake: "10.0.0.5:9000", Key: "cs_b_key", Log: "/var/log/shop's.log",
		Data: "/var/lib/click span", Project: "shop",
	}
	for server, want := range map[string][]string{
		Nginx:  {"proxy_pass http://10.0.0.5:9000/;", `data-key="cs_b_key"`, `--data '/var/lib/click span' --project shop '/var/log/shop'\''s.log'`},
		Caddy:  {"reverse_proxy 10.0.0.5:9000", `src="/_cs/clickspan.js" data-key="cs_b_key"`},
		Apache: {"ProxyPass /_cs/ http://10.0.0.5:9000/", "--service apache"},
		None:   {`src="http://10.0.0.5:9000/clickspan.js" data-key="cs_b_key"`, "OTEL_EXPORTER_OTLP_ENDPOINT=http://10.0.0.5:9000\n"},
	} {
		var all strings.Builder
		for _, snippet := range Recipe(server, s) {
			all.WriteString(snippet.Text + "\n" + snippet.Code)
		}
		for _, text := range append(want, "shop.example") {
			if !strings.Contains(all.String(), text) {
				t.Errorf("%s has no %q:\n%s", server, text, all.String())
			}
		}
	}
}
