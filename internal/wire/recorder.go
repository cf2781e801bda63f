package wire

import (
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// Recorder is a [Sink] that keeps everything, for tests and ?debug=1.
type Recorder struct {
	Records  event.Records
	Releases []event.Release
	Rejected []Reject
}

var _ Sink = (*Recorder)(nil)

// Event keeps a copy of e.
func (r *Recorder) Event(e *event.Event) error {
	r.Records.Events = append(r.Records.Events, *e)
	return nil
}

// Call keeps a copy of c.
func (r *Recorder) Call(c *event.Call) error {
	r.Records.Calls = append(r.Records.Calls, *c)
	return nil
}

// Span keeps a copy of s.
func (r *Recorder) Span(s *event.Span) error {
	r.Records.Spans = append(r.Records.Spans, *s)
	return nil
}

// Release keeps a copy of rel.
func (r *Recorder) Release(rel *event.Release) error {
	r.Releases = append(r.Releases, *rel)
	return nil
}

// Reject keeps why.
func (r *Recorder) Reject(why Reject) { r.Rejected = append(r.Rejected, why) }

// sample shortens a record for [Reject.Sample].
func sample(record []byte) string {
	if len(record) > MaxSample {
		record = record[:MaxSample]
	}
	text := strings.ToValidUTF8(string(record), "�")
	if len(text) > MaxSample { // a replacement is longer than what it replaces
		text = strings.ToValidUTF8(text[:MaxSample], "")
	}
	return text
}
