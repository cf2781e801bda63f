package analysis

import (
	"fmt"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// asked says which part of a question err is about, by its JSON path.
func asked(path string, err error) error { return fmt.Errorf("%s: %w", path, err) }

// stepAt compiles the step at a path of a question.
func stepAt(path string, s Step) (store.Step, error) {
	if _, _, err := s.subject(); err != nil {
		return store.Step{}, asked(path, err)
	}
	c, err := s.Compile()
	if err != nil {
		return store.Step{}, fmt.Errorf("%s.%w", path, err) // only its where is left to be wrong
	}
	return store.Step(c), nil
}

// unitAt reads whose rows make one sequence: person, session, account or property:NAME.
func unitAt(path, text string) (store.Unit, error) {
	switch of := store.UnitOf(text); of {
	case store.UnitPerson, store.UnitSession, store.UnitAccount:
		return store.Unit{Of: of}, nil
	}
	field, err := propertyOf(text)
	if err != nil {
		return store.Unit{}, asked(path, &event.Permanent{Err: fmt.Errorf("nothing is counted by %q", text), Hint: "Count by person, session, account or property:NAME."})
	}
	return store.Unit{Of: store.UnitProperty, Field: field}, nil
}
