package event

// Records is what one request, file or simulator run brings: a bag of the three
// kinds, and what was refused. Order within a kind is arrival order.
type Records struct {
	Events   []Event
	Calls    []Call
	Spans    []Span
	Rejected []Rejection
}

// Rejection counts records of one source that were refused for one reason; the
// store keeps the counts by hour for the data-quality page.
type Rejection struct {
	Source  string `json:"source"`
	Reason  string `json:"reason"`
	Example string `json:"example,omitempty"` // redacted, at most 200 bytes
	Count   int    `json:"count"`
}

// Len counts the records that are not refused.
func (r *Records) Len() int { return len(r.Events) + len(r.Calls) + len(r.Spans) }

// Redactor removes what must never be written. internal/privacy has the one
// that the product uses.
type Redactor interface {
	Event(*Event)
	Call(*Call)
	Span(*Span)
}

// Batch is what a store accepts. Its fields are closed so that the only way to
// make one is [NewBatch], which redacts every record: no store can be handed a
// record that has not been through a Redactor.
type Batch struct {
	project ProjectID
	label   string
	records Records
}

// NewBatch redacts r in place and takes ownership of it. label names an import
// so that it can be undone; empty for live traffic.
func NewBatch(project ProjectID, label string, r Records, redact Redactor) Batch {
	for i := range r.Events {
		redact.Event(&r.Events[i])
	}
	for i := range r.Calls {
		redact.Call(&r.Calls[i])
	}
	for i := range r.Spans {
		redact.Span(&r.Spans[i])
	}
	return Batch{project: project, label: label, records: r}
}

// Project says whose records they are.
func (b Batch) Project() ProjectID { return b.project }

// Label is the import's name.
func (b Batch) Label() string { return b.label }

// Events returns the events; callers must not change them.
func (b Batch) Events() []Event { return b.records.Events }

// Calls returns the calls; callers must not change them.
func (b Batch) Calls() []Call { return b.records.Calls }

// Spans returns the spans; callers must not change them.
func (b Batch) Spans() []Span { return b.records.Spans }

// Rejected returns the counts of what was refused.
func (b Batch) Rejected() []Rejection { return b.records.Rejected }

// Len counts the records, without the refused ones.
func (b Batch) Len() int { return b.records.Len() }
