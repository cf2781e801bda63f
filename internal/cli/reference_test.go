package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// -update rewrites the pages of docs/reference that are made from this package.
var update = flag.Bool("update", false, "rewrite docs/reference")

// TestReferencePagesAreCurrent makes the pages about commands and configuration from
// what the program itself reads, so that they cannot say anything else.
func TestReferencePagesAreCurrent(t *testing.T) {
	t.Parallel()
	parser, err := newParser(new(commands))
	if err != nil {
		t.Fatal(err)
	}
	for path, page := range map[string]string{
		"../../docs/reference/commands.md":      commandsPage(parser),
		"../../docs/reference/configuration.md": configurationPage(),
	} {
		if *update {
			if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, []byte(page)) {
			t.Errorf("%s is not what the program does; run make generate", path)
		}
	}
}

func commandsPage(parser *kong.Kong) string {
	var page strings.Builder
	page.WriteString(`# Commands

Made from the program itself. Every setting of the [configuration](configuration.md) is a flag of every command too. Exit codes: 0 ok, 1 failed, 2 wrong usage.

`)
	for _, command := range parser.Model.Leaves(true) {
		fmt.Fprintf(&page, "## clickspan %s\n\n%s\n\n", strings.TrimPrefix(command.Path(), "clickspan "), command.Help)
		for _, argument := range command.Positional {
			fmt.Fprintf(&page, "- `%s` %s\n", argument.Summary(), argument.Help)
		}
		for _, group := range command.AllFlags(true) {
			for _, flag := range group {
				if !isSetting(flag) && flag.Name != "help" {
					fmt.Fprintf(&page, "- `--%s`%s %s\n", flag.Name, example(flag), flag.Help)
				}
			}
		}
		page.WriteString("\n")
	}
	return strings.TrimRight(page.String(), "\n") + "\n"
}

// isSetting recognises the flags of [Settings], which all commands share.
func isSetting(flag *kong.Flag) bool {
	for field := range reflect.TypeFor[Settings]().Fields() {
		if flag.Name == flagName(field) {
			return true
		}
	}
	return false
}

// flagName is the flag of a setting.
func flagName(field reflect.StructField) string {
	if name := field.Tag.Get("name"); name != "" {
		return name
	}
	return strings.ReplaceAll(field.Tag.Get("yaml"), "_", "-")
}

// example tells what a flag takes.
func example(flag *kong.Flag) string {
	switch {
	case flag.IsBool():
		return ""
	case flag.HasDefault && flag.Default != "":
		return " (`" + flag.Default + "`)"
	case flag.Enum != "":
		return " (" + flag.Enum + ")"
	}
	return ""
}

func configurationPage() string {
	var page strings.Builder
	page.WriteString(`# Configuration

Made from the program itself. A setting comes from its default, then from the YAML file that ` + "`--config`" + ` names, then from the environment, then
from a flag; the last one counts. A file with an unknown key is refused. ` + "`clickspan config defaults`" + ` prints this as a file, ` + "`config check`" + ` and
` + "`config print`" + ` say what is in force.

| in the file | flag | environment | default | meaning |
|---|---|---|---|---|
`)
	for field := range reflect.TypeFor[Settings]().Fields() {
		key := field.Tag.Get("yaml")
		if key == "-" {
			continue
		}
		flag := flagName(field)
		fmt.Fprintf(&page, "| `%s` | `--%s` | `CLICKSPAN_%s` | %s | %s |\n", key, flag, strings.ToUpper(strings.ReplaceAll(flag, "-", "_")), code(field.Tag.Get("default")), field.Tag.Get("help"))
	}
	return page.String()
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// TestQueryKnowsEveryKind compares what clickspan query takes with the API's routes.
func TestQueryKnowsEveryKind(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../web/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var api struct{ Paths map[string]any }
	if err := json.Unmarshal(text, &api); err != nil {
		t.Fatal(err)
	}
	var routes []string
	for path := range api.Paths {
		if kind, ok := strings.CutPrefix(path, "/api/v1/query/"); ok {
			routes = append(routes, kind)
		}
	}
	field, _ := reflect.TypeFor[queryCmd]().FieldByName("Kind")
	kinds := strings.Split(field.Tag.Get("enum"), ",")
	slices.Sort(routes)
	slices.Sort(kinds)
	if !slices.Equal(routes, kinds) {
		t.Errorf("routes %q, kinds %q", routes, kinds)
	}
}
