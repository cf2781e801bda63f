package filter

import (
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"github.com/clickspan/clickspan/internal/store"
)

// field resolves `call.status`, `event.properties.plan`, `event.properties["a b"]`
// and, in a where, the same without the record.
func (c *compiler) field(e ast.Expr) (store.Field, store.FieldInfo, error) {
	path, ok := c.path(e)
	if !ok {
		return store.Field{}, store.FieldInfo{}, c.fail(e, "a field is needed here, such as call.status")
	}
	if c.record != "" {
		path = append([]string{c.record}, path...)
	}
	if len(path) >= 2 {
		name := path[0] + "." + path[1]
		for _, info := range store.Fields() {
			if info.Name != name {
				continue
			}
			switch {
			case info.Type == store.Map && len(path) > 2:
				return store.Field{Name: name, Key: strings.Join(path[2:], ".")}, info, nil
			case info.Type == store.Map:
				return store.Field{}, info, c.fail(e, `%s holds many values; name one: %s["key"]`, name, name)
			case len(path) == 2:
				return store.Field{Name: name}, info, nil
			}
		}
	}
	name := strings.Join(path, ".")
	return store.Field{}, store.FieldInfo{}, c.fail(e, "there is no field %s; did you mean %s?", c.bare(name), c.bare(nearest(name)))
}

// bare is the name as the user would write it.
func (c *compiler) bare(name string) string {
	if c.record != "" {
		return strings.TrimPrefix(name, c.record+".")
	}
	return name
}

// path returns the parts of a chain of selections and constant indexes.
func (c *compiler) path(e ast.Expr) ([]string, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return []string{e.AsIdent()}, true
	case ast.SelectKind:
		of, ok := c.path(e.AsSelect().Operand())
		return append(of, e.AsSelect().FieldName()), ok
	case ast.CallKind:
		call := e.AsCall()
		if call.FunctionName() != operators.Index || call.Args()[1].Kind() != ast.LiteralKind {
			return nil, false
		}
		key, isText := call.Args()[1].AsLiteral().Value().(string)
		of, ok := c.path(call.Args()[0])
		return append(of, key), ok && isText
	}
	return nil, false
}

// nearest returns the known field with the smallest edit distance to name.
func nearest(name string) string {
	best, distance := "", 1<<30
	for _, info := range store.Fields() {
		if d := editDistance(name, info.Name); d < distance {
			best, distance = info.Name, d
		}
	}
	return best
}

// editDistance is Levenshtein's.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
