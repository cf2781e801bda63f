package duckdb

import (
	"embed"
	"slices"
	"strings"
)

// statements are named after the method that runs them.
//
//go:embed sql/*.sql
var statements embed.FS

// statement returns a file of sql/. parts are name, text, name, text …: each text
// goes where the file says /*name*/.
func statement(name string, parts ...string) string {
	text, err := statements.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic(err) // a misspelt name; every statement is run by a test
	}
	for i := range parts {
		if i%2 == 0 {
			parts[i] = "/*" + parts[i] + "*/"
		}
	}
	return strings.TrimSpace(strings.NewReplacer(parts...).Replace(string(text)))
}

// query is SQL text and the values of its parameters, which grow together.
type query struct {
	text strings.Builder
	args []any
}

// add appends text that has one ? for each arg.
func (q *query) add(text string, args ...any) {
	q.text.WriteString(text)
	q.args = append(q.args, args...)
}

func (q *query) String() string { return q.text.String() }

// identText is the SQL for the text of an id: the inverse of identOf.
func identText(column string) string {
	return strings.ReplaceAll(`CASE $_form WHEN 1 THEN CAST($ AS VARCHAR) WHEN 2 THEN replace(CAST($ AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST($ AS VARCHAR), '-', ''), 16) WHEN 4 THEN $_text ELSE '' END`, "$", column)
}

// traceText is the same for a trace id.
func traceText(column string) string {
	return strings.ReplaceAll(`CASE WHEN $_text <> '' THEN $_text WHEN $ IS NULL THEN '' ELSE replace(CAST($ AS VARCHAR), '-', '') END`, "$", column)
}

// list adds one parameter for each distinct id, as packed; NULL when there is none.
func (q *query) list(ids []string) {
	slices.Sort(ids)
	word := ""
	for _, id := range slices.Compact(ids) {
		if id != "" {
			q.add(word+"?", identOf(id).uuid)
			word = ", "
		}
	}
	if word == "" {
		q.add("NULL")
	}
}
