// Package filter turns a CEL expression into a [store.Filter].
//
// The language is the Common Expression Language's own grammar (parsed by
// cel-go), narrowed to what every engine can answer: comparisons of a field with
// a literal, `in` lists, has(), size(), text tests, lower(), and their combination with
// && || and !. Anything else is an error that names its position.
package filter

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/parser"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Limits on what one filter may ask, so that no text can exhaust the parser.
const (
	maxBytes = 4 << 10
	maxDepth = 50
)

// Compile parses a filter in which fields carry their record: `call.status >= 500
// && session.device == "mobile"`. Empty text is the nil Filter. The error is an
// [event.Permanent] that names line and column.
func Compile(text string) (store.Filter, error) { return compile(text, "") }

// CompileWhere parses a condition on one record ("call", "event", "session" or "interaction")
// whose fields stand bare: `status >= 500`.
func CompileWhere(text, record string) (store.Filter, error) { return compile(text, record) }

func compile(text, record string) (store.Filter, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if len(text) > maxBytes {
		return nil, &event.Permanent{
			Err:  fmt.Errorf("the filter is %d bytes long; at most %d are taken", len(text), maxBytes),
			Hint: "Split the question, or save part of it as a segment.",
		}
	}
	p, err := parser.NewParser(parser.Macros(parser.HasMacro), parser.MaxRecursionDepth(maxDepth))
	if err != nil {
		return nil, fmt.Errorf("cannot set up the filter parser: %w", err)
	}
	parsed, problems := p.Parse(common.NewStringSource(text, "filter"))
	if found := problems.GetErrors(); len(found) > 0 {
		return nil, at(found[0].Location, "%s", strings.TrimPrefix(found[0].Message, "Syntax error: "))
	}
	c := compiler{record: record, source: parsed.SourceInfo()}
	return c.condition(parsed.Expr())
}

type compiler struct {
	record string
	source *ast.SourceInfo
}

func at(l common.Location, format string, args ...any) error {
	return &event.Permanent{
		Err:  fmt.Errorf("line %d, column %d: %s", l.Line(), l.Column()+1, fmt.Sprintf(format, args...)),
		Hint: `Write conditions such as: call.status >= 500 && call.route == "/orders/{id}". GET /api/v1/fields lists the fields.`,
	}
}

func (c *compiler) fail(e ast.Expr, format string, args ...any) error {
	return at(c.source.GetStartLocation(e.ID()), format, args...)
}

// condition compiles an expression whose value is a bool.
func (c *compiler) condition(e ast.Expr) (store.Filter, error) {
	switch e.Kind() {
	case ast.LiteralKind:
		switch e.AsLiteral().Value() {
		case true:
			return store.And{}, nil
		case false:
			return store.Or{}, nil
		}
		return nil, c.fail(e, "a value alone is no condition; compare a field with it")
	case ast.IdentKind, ast.SelectKind:
		return c.presenceOrFlag(e)
	case ast.CallKind:
		return c.call(e)
	}
	return nil, c.fail(e, "this is no condition on a field")
}

// presenceOrFlag compiles has(x.y) and a bool field standing alone.
func (c *compiler) presenceOrFlag(e ast.Expr) (store.Filter, error) {
	field, info, err := c.field(e)
	if err != nil {
		return nil, err
	}
	if e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
		return store.Has{Field: field}, nil
	}
	if info.Type != store.Bool && info.Type != store.Map {
		return nil, c.fail(e, "%s is of type %s; compare it with a value", info.Name, info.Type)
	}
	return store.Compare{Field: field, Op: store.Eq, Value: true}, nil
}

func (c *compiler) call(e ast.Expr) (store.Filter, error) {
	call := e.AsCall()
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr:
		return c.logic(name, args)
	case operators.LogicalNot:
		of, err := c.condition(args[0])
		return store.Not{Of: of}, err
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return c.compare(e, store.Op(strings.Trim(name, "_")), args[0], args[1])
	case operators.In, operators.OldIn:
		return c.in(args[0], args[1])
	case string(store.StartsWith), string(store.EndsWith), string(store.Contains), string(store.Matches):
		return c.text(e, store.TextTest(name), call)
	case "size":
		return nil, c.fail(e, "size() is a number; compare it: size(call.path) > 3")
	default:
		return nil, c.fail(e, "%s is not available here; use == != < <= > >= && || ! in has size startsWith endsWith contains matches lower",
			strings.Trim(name, "_"))
	}
}

func (c *compiler) logic(name string, args []ast.Expr) (store.Filter, error) {
	parts := make([]store.Filter, 0, len(args))
	for _, arg := range args {
		part, err := c.condition(arg)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if name == operators.LogicalAnd {
		return store.And(parts), nil
	}
	return store.Or(parts), nil
}

// compare takes `field op literal` or `literal op field`.
func (c *compiler) compare(e ast.Expr, op store.Op, left, right ast.Expr) (store.Filter, error) {
	if left.Kind() == ast.LiteralKind {
		left, right, op = right, left, flip(op)
	}
	if lowered, ok := argOf("lower", left); ok {
		return c.compareLowered(e, op, lowered, right)
	}
	if sized, ok := argOf("size", left); ok {
		return c.compareSize(op, sized, right)
	}
	field, info, err := c.field(left)
	if err != nil {
		return nil, err
	}
	value, err := c.literal(right)
	if err != nil {
		return nil, err
	}
	if err := c.checkType(right, info, value); err != nil {
		return nil, err
	}
	if _, isBool := value.(bool); isBool && op != store.Eq && op != store.Ne {
		return nil, c.fail(e, "true and false have no order; use == or !=")
	}
	return store.Compare{Field: field, Op: op, Value: value}, nil
}

// compareLowered compiles lower(x) == "y" as an anchored match, so that engines
// need no further node for it.
func (c *compiler) compareLowered(e ast.Expr, op store.Op, of, right ast.Expr) (store.Filter, error) {
	field, err := c.textField(of)
	if err != nil {
		return nil, err
	}
	value, err := c.literal(right)
	if err != nil {
		return nil, err
	}
	text, ok := value.(string)
	if !ok {
		return nil, c.fail(right, "lower() gives text; compare it with text")
	}
	equal := store.Text{Field: field, Test: store.Matches, Arg: "^" + regexp.QuoteMeta(text) + "$", Lower: true}
	switch op {
	case store.Eq:
		return equal, nil
	case store.Ne:
		return store.And{store.Has{Field: field}, store.Not{Of: equal}}, nil
	}
	return nil, c.fail(e, "lower() can be compared with == and != only")
}

// longestSize is what size() is compared with at most: patterns that count further
// grow large.
const longestSize = 500

// compareSize compiles size(x) > 3 as a match of so many characters, so that engines
// need no further node for it.
func (c *compiler) compareSize(op store.Op, of, right ast.Expr) (store.Filter, error) {
	field, err := c.textField(of)
	if err != nil {
		return nil, err
	}
	value, err := c.literal(right)
	if err != nil {
		return nil, err
	}
	n, ok := value.(int64)
	if !ok || n < 0 || n > longestSize {
		return nil, c.fail(right, "size() counts characters; compare it with a whole number from 0 to %d", longestSize)
	}
	long := func(least, most string) store.Filter {
		return store.Text{Field: field, Test: store.Matches, Arg: "(?s)^.{" + least + most + "}$"}
	}
	digits, before, after := strconv.FormatInt(n, 10), strconv.FormatInt(n-1, 10), strconv.FormatInt(n+1, 10)
	shorter, longer := store.Filter(store.Or{}), long(after, ",")
	if n > 0 {
		shorter = long("0,", before)
	}
	switch op {
	case store.Eq:
		return long(digits, ""), nil
	case store.Ne:
		return store.Or{shorter, longer}, nil
	case store.Lt:
		return shorter, nil
	case store.Le:
		return long("0,", digits), nil
	case store.Gt:
		return longer, nil
	}
	return long(digits, ","), nil
}

func flip(op store.Op) store.Op {
	switch op {
	case store.Lt:
		return store.Gt
	case store.Le:
		return store.Ge
	case store.Gt:
		return store.Lt
	case store.Ge:
		return store.Le
	}
	return op
}

func (c *compiler) in(left, right ast.Expr) (store.Filter, error) {
	field, info, err := c.field(left)
	if err != nil {
		return nil, err
	}
	if right.Kind() != ast.ListKind {
		return nil, c.fail(right, `in needs a list: %s in ["a", "b"]`, info.Name)
	}
	elements := right.AsList().Elements()
	values := make([]any, 0, len(elements))
	for _, element := range elements {
		value, err := c.literal(element)
		if err != nil {
			return nil, err
		}
		if err := c.checkType(element, info, value); err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return store.In{Field: field, Values: values}, nil
}

func (c *compiler) text(e ast.Expr, test store.TextTest, call ast.CallExpr) (store.Filter, error) {
	if !call.IsMemberFunction() || len(call.Args()) != 1 {
		return nil, c.fail(e, `write it behind a field: call.path.%s("x")`, test)
	}
	target, lower := call.Target(), false
	if lowered, ok := argOf("lower", target); ok {
		target, lower = lowered, true
	}
	field, err := c.textField(target)
	if err != nil {
		return nil, err
	}
	value, err := c.literal(call.Args()[0])
	if err != nil {
		return nil, err
	}
	arg, ok := value.(string)
	if !ok {
		return nil, c.fail(call.Args()[0], "%s needs text", test)
	}
	if test == store.Matches {
		if _, err := regexp.Compile(arg); err != nil {
			return nil, c.fail(call.Args()[0], "%v", err)
		}
	}
	return store.Text{Field: field, Test: test, Arg: arg, Lower: lower}, nil
}

// argOf returns x of function(x).
func argOf(function string, e ast.Expr) (ast.Expr, bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != function || e.AsCall().IsMemberFunction() || len(e.AsCall().Args()) != 1 {
		return nil, false
	}
	return e.AsCall().Args()[0], true
}

func (c *compiler) textField(e ast.Expr) (store.Field, error) {
	field, info, err := c.field(e)
	if err == nil && info.Type != store.String && info.Type != store.Map {
		err = c.fail(e, "%s is of type %s, not text", info.Name, info.Type)
	}
	return field, err
}

func (c *compiler) literal(e ast.Expr) (any, error) {
	if e.Kind() != ast.LiteralKind {
		return nil, c.fail(e, "a literal is needed here: a number, \"text\", true or false")
	}
	switch v := e.AsLiteral().Value().(type) {
	case string, bool, int64, float64:
		return v, nil
	case uint64:
		return int64(v), nil // CEL's 5u; beyond int64 it wraps to a value no field has
	}
	return nil, c.fail(e, "this literal has no field to be compared with")
}

// checkType refuses a comparison that can never hold, because it is a slip.
func (c *compiler) checkType(e ast.Expr, info store.FieldInfo, value any) error {
	var ok bool
	switch value.(type) {
	case string:
		ok = info.Type == store.String
	case bool:
		ok = info.Type == store.Bool
	default:
		ok = info.Type == store.Int || info.Type == store.Double
	}
	if ok || info.Type == store.Map {
		return nil
	}
	return c.fail(e, "%s is of type %s; %#v is not", info.Name, info.Type, value)
}
