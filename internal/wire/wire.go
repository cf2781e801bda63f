package wire

import (
	"io"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Sink takes what a [Decoder] finds, in the order of the input. The record belongs
// to the decoder again when the method returns: a sink copies what it keeps.
// An error stops decoding and is returned by the decoder as it is.
type Sink interface {
	Event(*event.Event) error
	Call(*event.Call) error
	Span(*event.Span) error
	Release(*event.Release) error
	Reject(Reject)
}

// Reject says why one record was not taken. It is for the sender: the reason
// names the field or column.
type Reject struct {
	// Index is the record's number: for lines the line number, from 1; for arrays
	// the position, from 0.
	Index  int
	Reason string
	Sample string // the beginning of the record, at most [MaxSample] bytes of valid UTF-8
}

// MaxSample is the longest Sample of a [Reject], in bytes.
const MaxSample = 200

// Options is what the bytes alone do not tell. The zero value is usable.
type Options struct {
	// Service names the service of records that do not name their own.
	Service string
	// LogFormat is an nginx log_format or Apache LogFormat string, or a JSON object
	// mapping our field names to the log's. It replaces the format's own layout.
	LogFormat string
	// Location is the zone of time stamps without one; nil = UTC.
	Location *time.Location
	// MaxLine is the longest line (or framed message) taken, in bytes; 0 = 1 MiB.
	// A longer one is rejected and skipped without being held in memory.
	MaxLine int
	// ID names the record that a log line is. ordinal counts equal lines of this
	// stream from 0. nil = [LineID] with Service, which makes a second import a duplicate.
	ID func(line []byte, ordinal int) string

	// The rest describes an HTTP request; it is empty for files.

	// Header returns a request header by its case-insensitive name, "" when absent.
	Header func(name string) string
	// Path and Query are the request's, for formats that have several routes.
	Path, Query string
}

// location returns the zone of time stamps without one.
func (o *Options) location() *time.Location {
	if o.Location == nil {
		return time.UTC
	}
	return o.Location
}

// maxLine returns the longest line taken, in bytes.
func (o *Options) maxLine() int {
	if o.MaxLine <= 0 {
		return 1 << 20
	}
	return o.MaxLine
}

// Decoder reads all of r. It returns the sink's error, the reader's error, or an
// [event.Permanent] when the input as a whole is not of its format (not JSON, not
// protobuf). Records that are bad one by one are rejected and are no error.
type Decoder func(r io.Reader, opt Options, sink Sink) error

// Match is how well a beginning of input fits a format.
type Match struct {
	// Score lies in [0, 1]: 0 = certainly not, 1 = every line seen fits exactly.
	Score float64
	// Line is the first line that does not fit, Column how many of its bytes were
	// understood, Reason what is wrong there.
	Line   []byte
	Column int
	Reason string
}

// Format is one row of the registry.
type Format struct {
	Name  string // as in --format and /intake/logs/{format}
	Title string // for people
	// Service is what a log's rows are the work of when nobody says better: each
	// hop of a request is its own service, so nginx and the gateway behind it must
	// not count as one. Empty where records name their own.
	Service string
	// Paths are the HTTP routes whose bodies have this format, as net/http patterns
	// ("POST /intake/har"). Access logs share /intake/logs/{format} and have none.
	Paths        []string
	ContentTypes []string
	// Lines says that every record is a line, so that a growing file can be followed.
	Lines  bool
	Decode Decoder
	// Detect judges the first bytes of an input; nil = never guessed.
	Detect func(head []byte) Match
}
