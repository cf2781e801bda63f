package store

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// Parts is a filter cut at its top-level &&: for each record the parts that test its
// fields, joined again. What tests no field, and so holds for all rows or none, is under
// the empty Record.
type Parts map[Record]Filter

// SplitFilter cuts f into its parts. The nil filter has none. The error is
// [event.Permanent]: an || or a ! over fields of several records cannot be cut.
func SplitFilter(f Filter) (Parts, error) {
	out := Parts{}
	return out, out.add(f)
}

func (p Parts) add(f Filter) error {
	if f == nil {
		return nil
	}
	if all, ok := f.(And); ok {
		for _, part := range all {
			if err := p.add(part); err != nil {
				return err
			}
		}
		return nil
	}
	var of Record
	for i, field := range FieldsIn(f) {
		record := field.Record()
		if i > 0 && record != of {
			return &event.Permanent{
				Err:  errors.New("an || or a ! tests " + string(of) + " and " + string(record) + " at once"),
				Hint: `Only && joins conditions on different records: (call.failed || call.status == 429) && session.device == "mobile".`,
			}
		}
		of = record
	}
	p[of] = All(p[of], f)
	return nil
}

// For returns what the filter asks of rows of one record: own of the row itself, and
// elsewhere, by record, of the row's session ([Scope] says what that means). Calls,
// events, interactions and signals have a session, and a session has all of these; anything else
// is [event.Permanent].
func (p Parts) For(of Record) (own Filter, elsewhere Parts, err error) {
	for _, record := range slices.Sorted(maps.Keys(p)) {
		switch {
		case record == of || record == "":
			own = All(own, p[record])
		case (record == OfSessions) != (of == OfSessions):
			if elsewhere == nil {
				elsewhere = Parts{}
			}
			elsewhere[record] = p[record]
		default:
			return nil, nil, &event.Permanent{
				Err:  errors.New("the filter tests " + string(record) + ", which " + string(of) + " do not have"),
				Hint: "Filter by fields of the " + string(of) + " themselves, or of their session.",
			}
		}
	}
	return own, elsewhere, nil
}

// CutSegments takes the segments at the top of f out of it.
func CutSegments(f Filter) (rest Filter, segments []InSegment) {
	switch f := f.(type) {
	case InSegment:
		return nil, []InSegment{f}
	case And:
		for _, part := range f {
			left, found := CutSegments(part)
			rest, segments = All(rest, left), append(segments, found...)
		}
		return rest, segments
	}
	return f, nil
}

// Of returns what the filter of a question about both events and calls asks of those of one
// record: the parts about it and about its session, without those about the other. A part
// about interactions is [event.Permanent].
func (p Parts) Of(of Record) (Filter, error) {
	if p[OfInteractions] != nil {
		return nil, &event.Permanent{
			Err:  errors.New("the filter tests " + string(OfInteractions) + ", which are no steps"),
			Hint: "Filter by fields of events, of calls, or of their session.",
		}
	}
	return All(All(p[""], p[of]), p[OfSessions]), nil
}

// Record is the kind of row that the field belongs to.
func (f Field) Record() Record {
	record, _, _ := strings.Cut(f.Name, ".")
	return Record(record + "s")
}

// SessionField is the field of rows of a record that holds their session's id.
func SessionField(of Record) Field {
	if of == OfSessions {
		return Field{Name: "session.id"}
	}
	return Field{Name: strings.TrimSuffix(string(of), "s") + ".session_id"}
}
