package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/clickspan/clickspan/internal/event"
)

// maxNesting is how deep JSON may nest. No record of ours comes near it, and a
// recursive decoder must not be led to the end of its stack.
const maxNesting = 32

// recordError is why one record was not taken.
type recordError struct {
	reason string
	// broken: it is not even JSON, so the end that was assumed may be wrong.
	broken bool
}

func (b *recordError) Error() string { return b.reason }

// eachJSON calls take with every record of r and its index as in [Reject]: the elements of an array, or
// objects that follow each other, one a line or spread over several. Only one
// record is held at a time. The bytes are valid during the call. A [recordError] that
// take returns goes to sink; any other error ends the reading.
//
// After a record that is not JSON, reading goes on with the next line, so that one
// broken line of NDJSON costs one record.
func eachJSON(r io.Reader, limit, nesting int, sink Sink, take func(index int, record []byte) error) error {
	s := &jsonStream{in: r, limit: limit, nesting: nesting, line: 1, sink: sink, take: take}
	first, err := s.next()
	if err == nil && first == 0xEF { // Windows editors begin files with a mark of three bytes
		first, err = s.afterMark()
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	case first == '[':
		s.at++
		return s.array()
	case first != '{':
		return &event.Permanent{
			Err:  fmt.Errorf("the input begins with %q, which is not a JSON object or array", first),
			Hint: "Send one JSON object, an array of objects, or one object per line.",
		}
	}
	return s.lines()
}

// afterMark returns the byte after a byte order mark.
func (s *jsonStream) afterMark() (byte, error) {
	for len(s.held)-s.at < 3 {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	s.at += 3
	return s.next()
}

// jsonStream cuts a stream into JSON values.
type jsonStream struct {
	in      io.Reader
	held    []byte // read and not yet cut away
	at      int    // where in held the next value starts
	line    int    // the line of held[at], from 1
	limit   int    // the longest value that is held
	nesting int
	sink    Sink
	take    func(index int, record []byte) error
}

// array takes elements until the closing bracket.
func (s *jsonStream) array() error {
	for position := 0; ; position++ {
		c, err := s.next()
		if err == nil && c == ']' {
			s.at++
			return s.afterArray(position)
		}
		if err == nil && position > 0 {
			if c != ',' {
				err = fmt.Errorf("the array goes on with %q instead of a comma", c)
			} else {
				s.at++
				_, err = s.next()
			}
		}
		if err != nil {
			return s.cutArray(position, err)
		}
		value, bad, err := s.value(false)
		if err == nil && bad == nil {
			bad, err = asBad(s.take(position, value))
		}
		if bad != nil {
			s.reject(position, bad, value)
			if bad.broken && len(value) == 0 {
				return nil // nobody knows where the next element begins
			}
		}
		if err != nil {
			return err
		}
		s.cut(len(value))
	}
}

// afterArray refuses what follows the closing bracket.
func (s *jsonStream) afterArray(position int) error {
	c, err := s.next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		s.reject(position, &recordError{reason: fmt.Sprintf("%q follows the closing bracket of the array", c)}, s.held[s.at:])
	}
	return err
}

// cutArray says that the array ends too early; the elements before stay good.
func (s *jsonStream) cutArray(position int, err error) error {
	if errors.Is(err, io.EOF) {
		err = errors.New("the array ends without its closing bracket")
	}
	if _, readFailed := errors.AsType[*readError](err); readFailed {
		return err
	}
	s.reject(position, &recordError{reason: err.Error(), broken: true}, s.held[s.at:])
	return nil
}

// lines takes values that follow each other.
func (s *jsonStream) lines() error {
	for {
		_, err := s.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		value, bad, err := s.value(true)
		if err == nil && bad == nil {
			bad, err = asBad(s.take(s.line, value))
		}
		if err != nil {
			return err
		}
		if bad == nil || !bad.broken {
			if bad != nil {
				s.reject(s.line, bad, value)
			}
			s.cut(len(value))
			continue
		}
		head := s.held[s.at:]
		if i := bytes.IndexByte(head, '\n'); i >= 0 {
			head = head[:i]
		}
		s.reject(s.line, bad, head)
		if err := s.skipLine(); err != nil {
			return err
		}
	}
}

func asBad(err error) (*recordError, error) {
	if bad, ok := errors.AsType[*recordError](err); ok {
		return bad, nil
	}
	return nil, err
}

func (s *jsonStream) reject(index int, bad *recordError, record []byte) {
	s.sink.Reject(Reject{Index: index, Reason: bad.reason, Sample: sample(record)})
}

// next skips white space and returns the byte a value starts with, io.EOF at the end.
func (s *jsonStream) next() (byte, error) {
	for {
		for ; s.at < len(s.held); s.at++ {
			switch c := s.held[s.at]; c {
			case '\n':
				s.line++
			case ' ', '\t', '\r':
			default:
				return c, nil
			}
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// value finds the end of the value that starts at s.at. In an unreliable stream (of
// lines) doubt ends the search at once, so that no line is scanned again and again;
// in an array a value that is too long is skipped to its end without being held.
func (s *jsonStream) value(unreliable bool) (value []byte, bad *recordError, err error) {
	var end delimiter
	for {
		done := end.scan(s.held[s.at:], s.nesting)
		switch {
		case end.control:
			return nil, &recordError{reason: "not JSON: a line ends inside a string", broken: true}, nil
		case end.deep && unreliable:
			return nil, &recordError{reason: tooDeep(s.nesting), broken: true}, nil
		case done && bad != nil, done && end.at > s.limit && !unreliable:
			s.cut(end.at)
			return nil, s.tooLong(false), nil
		case done && end.deep:
			return s.held[s.at : s.at+end.at], &recordError{reason: tooDeep(s.nesting)}, nil
		case done && end.at <= s.limit:
			return s.held[s.at : s.at+end.at], nil, nil
		}
		if end.at > s.limit || bad != nil {
			bad = s.tooLong(unreliable)
			if unreliable {
				return nil, bad, nil
			}
			s.cut(end.at)
			end.at = 0
		}
		if err := s.fill(); errors.Is(err, io.EOF) {
			return nil, &recordError{reason: "not JSON: the input ends inside a record", broken: true}, nil
		} else if err != nil {
			return nil, nil, err
		}
	}
}

func tooDeep(nesting int) string { return fmt.Sprintf("nested deeper than %d levels", nesting) }

func (s *jsonStream) tooLong(broken bool) *recordError {
	return &recordError{reason: fmt.Sprintf("longer than %d bytes", s.limit), broken: broken}
}

// cut removes n bytes from the front and counts their lines.
func (s *jsonStream) cut(n int) {
	s.line += bytes.Count(s.held[s.at:s.at+n], []byte{'\n'})
	s.at += n
}

// skipLine goes to the beginning of the next line without holding this one.
func (s *jsonStream) skipLine() error {
	for {
		if i := bytes.IndexByte(s.held[s.at:], '\n'); i >= 0 {
			s.cut(i + 1)
			return nil
		}
		s.at = len(s.held)
		if err := s.fill(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// readError is an error of the reader, not of what it brought.
type readError struct{ error }

func (e *readError) Unwrap() error { return e.error }

// fill reads more behind what is held, which it moves to the front first.
func (s *jsonStream) fill() error {
	const chunk = 64 << 10
	if s.at > 0 {
		s.held = s.held[:copy(s.held, s.held[s.at:])]
		s.at = 0
	}
	if cap(s.held)-len(s.held) < chunk/2 {
		s.held = append(make([]byte, 0, 2*cap(s.held)+chunk), s.held...)
	}
	for range 100 {
		n, err := s.in.Read(s.held[len(s.held):cap(s.held)])
		s.held = s.held[:len(s.held)+n]
		switch {
		case n > 0:
			return nil
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil:
			return &readError{fmt.Errorf("read line %d: %w", s.line, err)}
		}
	}
	return &readError{fmt.Errorf("read line %d: %w", s.line, io.ErrNoProgress)}
}

// delimiter finds the end of one JSON value by its brackets and quotes alone; that
// it is valid inside is for the decoder to say.
type delimiter struct {
	at      int // bytes seen
	depth   int
	quoted  bool
	escape  bool
	deep    bool // nested too deep
	control bool // a line break inside a string
}

// scan goes on in data, whose first d.at bytes it has seen; done says that d.at is
// the end of the value.
func (d *delimiter) scan(data []byte, nesting int) (done bool) {
	for ; d.at < len(data); d.at++ {
		c := data[d.at]
		if d.quoted {
			switch {
			case d.escape:
				d.escape = false
			case c == '\\':
				d.escape = true
			case c == '\n':
				d.control = true
				return false
			case c == '"':
				d.quoted = false
				if d.depth == 0 {
					d.at++
					return true
				}
			}
			continue
		}
		switch c {
		case '"':
			d.quoted = true
		case '{', '[':
			d.depth++
			d.deep = d.deep || d.depth > nesting
		case '}', ']':
			if d.depth == 0 {
				return true // of the array around it
			}
			if d.depth--; d.depth == 0 {
				d.at++
				return true
			}
		case ',', ' ', '\n', '\r', '\t':
			if d.depth == 0 {
				return true
			}
		}
	}
	return false
}
