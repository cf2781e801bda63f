package duckdb

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// column is how a field of [store.Fields] is read in SQL: NULL when absent,
// except for text, which is ” then.
type column struct {
	sql  string
	kind store.Type
}

// columnsOf is the fields that a question about one kind of row can use, by name.
type columnsOf map[string]column

// where compiles a filter to a condition. The nil filter is TRUE.
//
// SQL's third truth value never shows: NULL acts as false wherever a condition
// stands, and NOT is written IS NOT TRUE.
func (q *query) where(f store.Filter, fields columnsOf) error {
	switch f := f.(type) {
	case nil:
		q.add("TRUE")
	case store.And:
		return q.join(f, " AND ", "TRUE", fields)
	case store.Or:
		return q.join(f, " OR ", "FALSE", fields)
	case store.Not:
		q.add("(")
		if err := q.where(f.Of, fields); err != nil {
			return err
		}
		q.add(") IS NOT TRUE")
	case store.Compare:
		return q.compare(f, fields)
	case store.In:
		any := make(store.Or, len(f.Values))
		for i, v := range f.Values {
			any[i] = store.Compare{Field: f.Field, Op: store.Eq, Value: v}
		}
		return q.where(any, fields)
	case store.Text:
		return q.test(f, fields)
	case store.Has:
		return q.has(f, fields)
	case inSessions:
		return q.among(f, fields)
	default:
		return fmt.Errorf("the filter node %T is unknown", f)
	}
	return nil
}

func (q *query) join(parts []store.Filter, word, empty string, fields columnsOf) error {
	if len(parts) == 0 {
		q.add(empty)
		return nil
	}
	for i, part := range parts {
		if i > 0 {
			q.add(word)
		}
		q.add("(")
		if err := q.where(part, fields); err != nil {
			return err
		}
		q.add(")")
	}
	return nil
}

// find resolves a field; what the question's rows do not have is the asker's mistake.
func (fields columnsOf) find(f store.Field) (column, error) {
	c, ok := fields[f.Name]
	if !ok || (c.kind == store.Map) != (f.Key != "") {
		return c, &event.Permanent{
			Err:  fmt.Errorf("the filter names %s, which these rows do not have", f.Name),
			Hint: "Use fields of the records that are asked for.",
		}
	}
	return c, nil
}

// mapValue is the SQL for a key of an open map, and the kind that value asks for.
// A value of another JSON type counts as absent.
func (q *query) mapValue(c column, key, as string, types ...string) {
	pointer := jsonPointer(key)
	q.add("CASE WHEN json_type(nullif("+c.sql+", ''), ?) IN ('"+strings.Join(types, "', '")+"') THEN CAST(json_extract_string(nullif("+c.sql+", ''), ?) AS "+as+") END", pointer, pointer)
}

// scalar is the text of a key of an open map, ” when it is absent or no scalar.
// Whole numbers are written without a point, so that 1 and 1.0 are one value.
func (q *query) scalar(c column, key string) {
	pointer, object := jsonPointer(key), "nullif("+c.sql+", '')"
	q.add("CASE json_type("+object+", ?) WHEN 'OBJECT' THEN '' WHEN 'ARRAY' THEN '' WHEN 'NULL' THEN ''"+
		" WHEN 'DOUBLE' THEN regexp_replace(json_extract_string("+object+", ?), '\\.0$', '')"+
		" ELSE coalesce(json_extract_string("+object+", ?), '') END", pointer, pointer, pointer)
}

// jsonPointer names a key of an object (RFC 6901).
func jsonPointer(key string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// value writes the field in the type of the literal it is compared with; false
// when the two cannot be compared.
func (q *query) value(c column, f store.Field, literal any) bool {
	switch literal.(type) {
	case string:
		if c.kind == store.Map {
			q.add("nullif(")
			q.mapValue(c, f.Key, "VARCHAR", "VARCHAR")
			q.add(", '')")
			return true
		}
		q.add("nullif(" + c.sql + ", '')")
		return c.kind == store.String
	case int64, int, float64:
		if c.kind == store.Map {
			q.mapValue(c, f.Key, "DOUBLE", "BIGINT", "UBIGINT", "HUGEINT", "DOUBLE")
			return true
		}
		q.add(c.sql)
		return c.kind == store.Int || c.kind == store.Double
	case bool:
		if c.kind == store.Map {
			q.mapValue(c, f.Key, "BOOLEAN", "BOOLEAN")
			return true
		}
		q.add(c.sql)
		return c.kind == store.Bool
	}
	return false
}

func (q *query) compare(f store.Compare, fields columnsOf) error {
	c, err := fields.find(f.Field)
	if err != nil {
		return err
	}
	op, ok := map[store.Op]string{store.Eq: "=", store.Ne: "<>", store.Lt: "<", store.Le: "<=", store.Gt: ">", store.Ge: ">="}[f.Op]
	if !ok {
		return fmt.Errorf("the comparison %q is unknown", f.Op)
	}
	literal := f.Value
	if t, isTime := literal.(time.Time); isTime {
		literal = t.UTC().Format(time.RFC3339Nano)
	}
	var side query
	if !side.value(c, f.Field, literal) {
		q.add("FALSE")
		return nil
	}
	if bare, enum, isEnum := enumOf(f.Field); isEnum && f.Op == store.Eq && literal != "" {
		q.add(bare+" = TRY_CAST(? AS "+enum+")", literal)
		return nil
	}
	// A bare text column lets the engine skip blocks; '' equals only itself.
	if text, isText := literal.(string); isText && f.Op == store.Eq && text != "" && c.kind == store.String {
		q.add(c.sql+" = ?", literal)
		return nil
	}
	q.add(side.String(), side.args...)
	q.add(" "+op+" ?", literal)
	return nil
}

func (q *query) test(f store.Text, fields columnsOf) error {
	c, err := fields.find(f.Field)
	if err != nil {
		return err
	}
	function, ok := map[store.TextTest]string{
		store.StartsWith: "starts_with", store.EndsWith: "suffix", store.Contains: "contains", store.Matches: "regexp_matches",
	}[f.Test]
	if !ok {
		return fmt.Errorf("the text test %q is unknown", f.Test)
	}
	var side query
	if _, err := regexp.Compile(f.Arg); err != nil && f.Test == store.Matches {
		return &event.Permanent{Err: fmt.Errorf("the pattern %q is not RE2: %w", f.Arg, err), Hint: "Correct the pattern."}
	}
	if !side.value(c, f.Field, "") {
		q.add("FALSE")
		return nil
	}
	text := side.String()
	if f.Lower {
		text = "lower(" + text + ")"
	}
	q.add(function+"("+text, side.args...)
	q.add(", ?)", f.Arg)
	return nil
}

func (q *query) has(f store.Has, fields columnsOf) error {
	c, err := fields.find(f.Field)
	if err != nil {
		return err
	}
	bare, _, isEnum := enumOf(f.Field)
	switch {
	case isEnum:
		q.add(bare + " <> ''")
	case c.kind == store.String:
		q.add("(" + c.sql + ") <> ''")
	case c.kind == store.Map:
		q.add("(")
		q.scalar(c, f.Field.Key)
		q.add(") <> ''")
	default:
		q.add("(" + c.sql + ") IS NOT NULL")
	}
	return nil
}
