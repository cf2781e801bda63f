package duckdb

import (
	"embed"
	"slices"
	"strconv"
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

// identText is the SQL for the text of an id with three columns of its own: the
// inverse of identOf.
func identText(column string) string {
	return strings.ReplaceAll(`CASE $_form WHEN 1 THEN CAST($ AS VARCHAR) WHEN 2 THEN replace(CAST($ AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST($ AS VARCHAR), '-', ''), 16) WHEN 4 THEN $_text ELSE '' END`, "$", column)
}

// packedText is the SQL for the text of an id of events, calls or spans: the nth
// that forms knows, kept as part oddPart of odd when it is odd.
func packedText(alias, column string, nth, oddPart int) string {
	return strings.NewReplacer("$c", alias+"."+column, "$f", alias+".forms", "$n", strconv.Itoa(3*nth), "$t", part(alias+".odd", oddPart)).
		Replace(`CASE ($f >> $n) & 7 WHEN 1 THEN CAST($c AS VARCHAR) WHEN 2 THEN replace(CAST($c AS VARCHAR), '-', '') WHEN 3 THEN right(replace(CAST($c AS VARCHAR), '-', ''), 16) WHEN 4 THEN $t ELSE '' END`)
}

// idText is the text of a record's own id.
func idText(alias string) string { return packedText(alias, "id", 0, 1) }

// traceText is the text of a call's trace id.
func traceText() string {
	odd := part("c.odd", 3)
	return "CASE WHEN " + odd + " <> '' THEN " + odd + " WHEN c.trace IS NULL THEN '' ELSE replace(CAST(c.trace AS VARCHAR), '-', '') END"
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
