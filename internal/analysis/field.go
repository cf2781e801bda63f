package analysis

import (
	"errors"
	"fmt"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// FieldOf reads a field as queries name it: bare (`route`, `properties.plan`,
// `property:a b`) or with its record ("call", "event", "session" or "interaction").
func FieldOf(record, name string) (store.Field, bool) {
	open := map[string]string{"call": "attributes", "event": "properties"}[record]
	if key, ok := strings.CutPrefix(name, "property:"); ok && open != "" {
		return store.Field{Name: record + "." + open, Key: key}, true
	}
	if !strings.HasPrefix(name, record+".") {
		if rest, ok := strings.CutPrefix(name, "properties"); ok && open != "" {
			name = open + rest
		}
		name = record + "." + name
	}
	return store.ParseField(name)
}

// stepField reads a field of the rows that steps are made of: of events unless it says
// call.
func stepField(name string) (store.Field, error) {
	record := "event"
	if strings.HasPrefix(name, "call.") {
		record = "call"
	}
	field, known := FieldOf(record, name)
	if !known || field.Key == "" && strings.HasPrefix(name, "property:") {
		return field, &event.Permanent{
			Err:  fmt.Errorf("%s has no field %q", record, name),
			Hint: "Name a property as properties.plan or property:a b, a field of calls as call.status; GET /api/v1/fields lists the fields.",
		}
	}
	return field, nil
}

// WrongField is an error about one field of a question.
type WrongField struct { //nolint:errname // the field is wrong, the error is inside
	Path string // in the JSON: steps[0].where
	Err  error
}

func (w *WrongField) Error() string { return w.Path + ": " + w.Err.Error() }

// Unwrap returns what is wrong with the field.
func (w *WrongField) Unwrap() error { return w.Err }

// at names the field that err is about, inside of the one that it names already.
func at(err error, format string, args ...any) error {
	path := fmt.Sprintf(format, args...)
	if inner, ok := errors.AsType[*WrongField](err); ok {
		return &WrongField{Path: path + "." + inner.Path, Err: inner.Err}
	}
	return &WrongField{Path: path, Err: err}
}
