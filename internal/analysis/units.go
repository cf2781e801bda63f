package analysis

import (
	"errors"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// unitOf reads what a question counts: person, session, account or property:NAME.
// Empty is person.
func unitOf(text string) (store.Unit, error) {
	switch of := store.UnitOf(text); of {
	case "":
		return store.Unit{Of: store.UnitPerson}, nil
	case store.UnitPerson, store.UnitSession, store.UnitAccount:
		return store.Unit{Of: of}, nil
	}
	if field, known := FieldOf("event", text); known && field.Key != "" && !strings.HasPrefix(text, "property:") {
		return store.Unit{Of: store.UnitProperty, Field: field}, nil
	}
	if name, ok := strings.CutPrefix(text, "property:"); ok && name != "" {
		if field, known := FieldOf("event", name); known && strings.Contains(name, ".") {
			return store.Unit{Of: store.UnitProperty, Field: field}, nil
		}
		if strings.HasPrefix(name, "call.") {
			field, err := stepField(name)
			return store.Unit{Of: store.UnitProperty, Field: field}, err
		}
		return store.Unit{Of: store.UnitProperty, Field: store.Field{Name: "event.properties", Key: name}}, nil
	}
	return store.Unit{}, &event.Permanent{Err: errors.New("this is nothing that can be counted"), Hint: "Write person, session, account or property:NAME."}
}
