package wire

import (
	"cmp"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// browserSource names our own browser SDK.
const browserSource = "clickspan-js"

// browserFormat is what our own browser SDK sends: batches of native events and
// client calls, one JSON object a line, with what the records of a batch share
// written once.
func browserFormat() Format {
	return Format{
		Name: "browser", Title: "Clickspan browser SDK (JSON)",
		Paths: []string{"POST /intake/browser"}, ContentTypes: []string{"text/plain", "application/json"},
		Lines: true, Decode: decodeBrowser,
		Detect: func(head []byte) Match { return detectNative(head, newBrowserShape(), `"page"`) },
	}
}

// browserBatch is one batch while it is read. Its page and identity hold for each
// record that does not name its own.
type browserBatch struct {
	event.Identity
	sentAt  time.Time
	page    event.Page
	context event.Context
	release string
	consent string
	// events and calls are the JSON of one record each.
	events, calls [][]byte
}

func decodeBrowser(r io.Reader, opt Options, sink Sink) error {
	b := &browserDecoder{batch: newBrowserShape(), event: newEventShape(), call: newCallShape(), service: opt.Service, sink: sink}
	return eachJSON(r, opt.maxLine(), maxNesting, sink, func(_ int, line []byte) error {
		var batch browserBatch
		if err := b.batch.decode(line, &batch); err != nil {
			return err
		}
		return b.records(&batch)
	})
}

// browserDecoder counts the records of all batches, events before the calls of
// each, so that a reject can be found.
type browserDecoder struct {
	batch   *shape[browserBatch]
	event   *shape[event.Event]
	call    *shape[nativeCall]
	service string
	sink    Sink
	index   int
}

// records hands on what a batch holds. A bad record costs itself.
func (d *browserDecoder) records(b *browserBatch) error {
	switch event.Consent(b.consent) {
	case event.ConsentUnknown, event.ConsentGranted, event.ConsentDenied:
	default:
		return &recordError{reason: "consent must be granted or denied"}
	}
	for _, record := range b.events {
		if err := d.take(b, record, d.oneEvent); err != nil {
			return err
		}
	}
	for _, record := range b.calls {
		if err := d.take(b, record, d.oneCall); err != nil {
			return err
		}
	}
	return nil
}

func (d *browserDecoder) take(b *browserBatch, record []byte, one func(*browserBatch, []byte) error) error {
	place(d.sink, d.index)
	err := one(b, record)
	if bad, ok := errors.AsType[*recordError](err); ok {
		d.sink.Reject(Reject{Index: d.index, Reason: bad.reason, Sample: sample(record)})
		err = nil
	}
	d.index++
	return err
}

func (d *browserDecoder) oneEvent(b *browserBatch, record []byte) error {
	e := event.Event{Identity: b.Identity, Page: b.page, Release: b.release, Context: b.context, Origin: b.origin()}
	if err := d.event.decode(record, &e); err != nil {
		return err
	}
	if e.Kind == "" {
		e.Kind = kindOf(e.Name, e.Properties)
	}
	if e.Name == "" {
		e.Name = string(e.Kind)
	}
	if stack, ok := e.Properties["stack"].(string); ok && e.Kind == event.PageError {
		e.Properties["stack"] = framesOf(stack)
	}
	return d.sink.Event(&e)
}

// frame is a line of a stack: `at name (file:line:column)` in Chromium,
// `name@file:line:column` in Firefox and Safari; the name may be missing.
var frame = regexp.MustCompile(`^\s*(?:at (?:(.*) \()?|(.*)@)?(\S+?):(\d+)(?::(\d+))?\)?$`)

// framesOf reads the stack of an error, the top frame first. A list of maps is
// what properties hold once they are stored.
func framesOf(stack string) []any {
	frames := []any{}
	for line := range strings.Lines(stack) {
		found := frame.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if found == nil || found[3] == "" {
			continue
		}
		one := map[string]any{"file": found[3], "line": float64(number(found[4]))}
		if name := cmp.Or(found[1], found[2]); name != "" {
			one["function"] = name
		}
		if column := number(found[5]); column > 0 {
			one["column"] = float64(column)
		}
		frames = append(frames, one)
	}
	return frames
}

func (d *browserDecoder) oneCall(b *browserBatch, record []byte) error {
	c := nativeCall{Call: event.Call{
		Side: event.Client, Service: d.service, Identity: b.Identity, PageID: b.page.ID, Release: b.release, Context: b.context, Origin: b.origin(),
	}}
	if err := d.call.decode(record, &c); err != nil {
		return err
	}
	if c.Side != event.Client {
		return &recordError{reason: "side must be client: a browser sees no other"}
	}
	if c.Bodies != (event.Bodies{}) {
		return &recordError{reason: "request_body and response_body are not taken from a browser"}
	}
	if err := c.finish(); err != nil {
		return err
	}
	return d.sink.Call(&c.Call)
}

func (b *browserBatch) origin() event.Origin {
	return event.Origin{Source: browserSource, SentAt: b.sentAt, Consent: event.Consent(b.consent)}
}

func newBrowserShape() *shape[browserBatch] {
	type B = browserBatch
	return newShape(append(identityFields(func(b *B) *event.Identity { return &b.Identity }),
		timeField("sent_at", func(b *B) *time.Time { return &b.sentAt }),
		objectField("page", pageShape(), func(b *B) *event.Page { return &b.page }),
		objectField("context", contextShape(), func(b *B) *event.Context { return &b.context }),
		textField("release", func(b *B) *string { return &b.release }),
		textField("consent", func(b *B) *string { return &b.consent }),
		recordsField("events", func(b *B) *[][]byte { return &b.events }),
		recordsField("calls", func(b *B) *[][]byte { return &b.calls }),
	)...)
}

// recordsField cuts an array into the JSON of its elements, which are read one by
// one, so that a bad one does not cost the others.
func recordsField[T any](name string, at func(*T) *[][]byte) member[T] {
	return member[T]{name, func(r *jsonReader, into *T) error {
		if r.null() {
			return nil
		}
		if err := r.open('[', "an array"); err != nil {
			return err
		}
		list := at(into)
		text, offset := []byte(r.text[r.at:]), r.at
		for first := true; ; first = false {
			c := r.peek()
			if c == ']' {
				r.at++
				return nil
			}
			if !first {
				if c != ',' {
					return r.broken("a comma or ] is missing")
				}
				r.at++
				r.skip()
			}
			var end delimiter
			rest := text[r.at-offset:]
			if !end.scan(rest, maxNesting) || end.at == 0 {
				return r.broken("a record is missing")
			}
			*list = append(*list, rest[:end.at])
			r.at += end.at
		}
	}}
}
