package wire

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/clickspan/clickspan/internal/event"
)

// A record is decoded in one pass by tables of its fields ([shape]) because intake
// spends most of its time here: encoding/json takes five times as long and tells
// neither an unknown field's neighbour nor a duplicate.

// shape is the JSON object form of T: which fields there are and where they go.
type shape[T any] struct {
	fields []member[T]
	index  map[string]int
}

// field_ reads one member of an object.
type member[T any] struct {
	name string
	read func(r *jsonReader, into *T) error
}

// newShape indexes fields; there are at most 64, for the duplicates' bit set.
func newShape[T any](fields ...member[T]) *shape[T] {
	s := &shape[T]{fields: fields, index: make(map[string]int, len(fields))}
	for i, f := range fields {
		s.index[f.name] = i
	}
	return s
}

// fieldError is a bad field of a record; path names it from the record's root.
type fieldError struct {
	path, problem string
	broken        bool // not JSON
}

func (e *fieldError) Error() string {
	if e.path == "" {
		return e.problem
	}
	return e.path + " " + e.problem
}

// within puts the name of the object around it before the path.
func within(name string, err error) error {
	if e, ok := errors.AsType[*fieldError](err); ok && !e.broken {
		e.path = strings.TrimSuffix(name+"."+e.path, ".")
	}
	return err
}

// decode reads the one object that record holds. An error is a *recordError.
func (s *shape[T]) decode(record []byte, into *T) error {
	if !utf8.Valid(record) {
		return &recordError{reason: "not valid UTF-8"}
	}
	// One copy for the whole record: its texts are parts of this string.
	r := &jsonReader{text: string(record)}
	err := s.read(r, into)
	if err == nil && !r.ended() {
		err = r.broken("it goes on after its end")
	}
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*fieldError](err)
	return &recordError{reason: err.Error(), broken: ok && e.broken}
}

// read takes an object. null leaves into as it is.
func (s *shape[T]) read(r *jsonReader, into *T) error {
	if r.null() {
		return nil
	}
	if err := r.open('{', "an object"); err != nil {
		return err
	}
	var seen uint64
	for first := true; ; first = false {
		name, more, err := r.member(first)
		if err != nil || !more {
			return err
		}
		i, known := s.index[name]
		switch {
		case !known:
			return &fieldError{problem: s.unknown(name)}
		case seen&(1<<i) != 0:
			return &fieldError{path: name, problem: "is given twice"}
		}
		seen |= 1 << i
		if err := s.fields[i].read(r, into); err != nil {
			return within(name, err)
		}
	}
}

// unknown says that there is no such field, and which one was probably meant.
func (s *shape[T]) unknown(name string) string {
	best, distance := "", 3 // more than two slips of the finger are another word
	for _, f := range s.fields {
		if d := editDistance(name, f.name, distance); d < distance {
			best, distance = f.name, d
		}
	}
	text := "unknown field " + strconv.Quote(name)
	if len(name) <= 40 && strings.IndexFunc(name, func(r rune) bool { return !isNameByte(byte(r)) || r > 127 }) < 0 {
		text = "unknown field " + name
	}
	if best != "" {
		text += "; did you mean " + best + "?"
	}
	return text
}

// editDistance counts insertions, deletions and substitutions, up to limit.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], limit)
}

// The kinds of members. at says where in T the value goes.

func textField[T any](name string, at func(*T) *string) member[T] {
	return member[T]{name, func(r *jsonReader, into *T) (err error) {
		if !r.null() {
			*at(into), err = r.string()
		}
		return err
	}}
}

func timeField[T any](name string, at func(*T) *time.Time) member[T] {
	return member[T]{name, func(r *jsonReader, into *T) error {
		if r.null() {
			return nil
		}
		s, err := r.string()
		if err != nil {
			return withHint(err, ` such as "2026-11-23T09:00:00.123456Z"`)
		}
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			return &fieldError{problem: `must be RFC 3339, such as "2026-11-23T09:00:00.123456Z"`}
		}
		*at(into) = event.Time(t)
		return nil
	}}
}

func wholeField[T any](name string, at func(*T) *int64) member[T] {
	return member[T]{name, func(r *jsonReader, into *T) (err error) {
		if !r.null() {
			*at(into), err = r.whole()
		}
		return err
	}}
}

// durationField reads microseconds. More than a week is a mistake of the unit.
func durationField[T any](name string, put func(*T, time.Duration)) member[T] {
	return member[T]{name, func(r *jsonReader, into *T) error {
		if r.null() {
			return nil
		}
		n, err := r.whole()
		if err != nil {
			return err
		}
		if n > event.MaxDuration.Microseconds() {
			return &fieldError{problem: "is more than 7 days; is it in microseconds?"}
		}
		put(into, time.Duration(n)*time.Microsecond)
		return nil
	}}
}

func numberField[T any](name string, at func(*T) *float64) member[T] {
	return member[T]{name, func(r *jsonReader, into *T) error {
		if r.null() {
			return nil
		}
		token, err := r.number()
		if err != nil {
			return err
		}
		x, err := strconv.ParseFloat(token, 64)
		if err != nil {
			return &fieldError{problem: "is too large a number"}
		}
		*at(into) = x
		return nil
	}}
}

func objectField[T, U any](name string, of *shape[U], at func(*T) *U) member[T] {
	return member[T]{name, func(r *jsonReader, into *T) error { return of.read(r, at(into)) }}
}

func mapField[T any](name string, at func(*T) *map[string]any) member[T] {
	return member[T]{name, func(r *jsonReader, into *T) error {
		if r.null() {
			return nil
		}
		m, err := r.object()
		*at(into) = m
		return err
	}}
}

func textMapField[T any](name string, at func(*T) *map[string]string) member[T] {
	return member[T]{name, func(r *jsonReader, into *T) error {
		if r.null() {
			return nil
		}
		if err := r.open('{', "an object"); err != nil {
			return err
		}
		m := map[string]string{}
		*at(into) = m
		for first := true; ; first = false {
			key, more, err := r.member(first)
			if err != nil || !more {
				return err
			}
			if m[key], err = r.string(); err != nil {
				return within(key, err)
			}
		}
	}}
}

// bodyField reads what a request or response carried: a text as it is, any other
// value as its JSON.
func bodyField[T any](name string, at func(*T) *string) member[T] {
	return member[T]{name, func(r *jsonReader, into *T) (err error) {
		switch r.peek() {
		case '"':
			*at(into), err = r.string()
			return err
		case 'n':
			if r.null() {
				return nil
			}
		}
		start := r.at
		if _, err = r.any(); err == nil {
			*at(into) = r.text[start:r.at]
		}
		return err
	}}
}

func withHint(err error, hint string) error {
	if e, ok := errors.AsType[*fieldError](err); ok && !e.broken {
		before, after, _ := strings.Cut(e.problem, ",")
		e.problem = before + hint + "," + after
	}
	return err
}

func shorten(token string) string {
	if len(token) > 32 {
		return token[:32] + "…"
	}
	return token
}
