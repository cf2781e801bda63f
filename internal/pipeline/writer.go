package pipeline

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/wire"
)

const (
	// pieceSize is how many records of a file go to the store at once: large enough
	// to share the cost of a commit, small enough to wait for.
	pieceSize = 5_000
	// requestSize is how many records of one request are kept together.
	requestSize = 50_000
	maxErrors   = 20
	maxReasons  = 50
)

// Result says what became of one request or file.
type Result struct {
	Accepted   int
	Duplicates int
	Rejected   int
	Errors     []Refusal // the first 20
	// From and To are the first and last time of the records that were good.
	From, To time.Time
	// Upto is the arrival number to wait for with [Linker.Wait]; 0 when nothing was stored.
	Upto store.Seq
	// Untimed counts calls whose log does not tell how long they took.
	Untimed int
	// Visits says that there were events, which sessions are made of.
	Visits bool
	// Alike is another log that duplicates may stem from; see [Pipeline.TakeFile].
	Alike *File
}

// Refusal says why one record was refused.
type Refusal struct {
	Index  int    `json:"index"`
	Reason string `json:"reason"`
}

// Good reports whether anything was stored, now or before.
func (r *Result) Good() bool { return r.Accepted+r.Duplicates > 0 }

// Writer is the [wire.Sink] of one request or file. It is used by one goroutine.
type Writer struct {
	pipeline *Pipeline
	origin   Origin
	ctx      context.Context // lives as long as one request; wire.Sink has no room for it
	dry      bool

	pending   event.Records
	reasons   map[string]int // source and reason as told → index into pending.Rejected
	next      int            // index of the next record
	releases  []event.Release
	templates *Templates

	appends errgroup.Group // at most one runs, while the next piece is decoded
	mu      sync.Mutex     // guards result and failed against the running append
	result  Result
	failed  error
}

var _ wire.Sink = (*Writer)(nil)

// Begin starts taking the records of one request or file. [Writer.Close] must be
// called, whatever happens in between.
func (p *Pipeline) Begin(ctx context.Context, o Origin) *Writer {
	w := &Writer{pipeline: p, origin: o, ctx: ctx, next: o.FirstIndex, reasons: map[string]int{}, templates: p.Templates(o.Project)}
	w.appends.SetLimit(1)
	return w
}

// Dry starts a writer that runs all stages and stores nothing; see [Writer.Preview].
func (p *Pipeline) Dry(ctx context.Context, o Origin) *Writer {
	w := p.Begin(ctx, o)
	w.dry = true
	return w
}

// Event takes a copy of e.
func (w *Writer) Event(e *event.Event) error {
	record := *e
	if err := w.pipeline.prepareEvent(w.ctx, &w.origin, &record, w.templates); err != nil {
		if event.IsRetryable(err) {
			w.fail(err)
			return err
		}
		w.refuse(w.index(), err.Error(), "", record.Source)
		return nil
	}
	w.saw(record.Time)
	w.result.Visits = true
	w.pending.Events = append(w.pending.Events, record)
	return w.flushWhenFull()
}

// Call takes a copy of c.
func (w *Writer) Call(c *event.Call) error {
	record := *c
	if err := w.pipeline.prepareCall(&w.origin, &record, w.templates); err != nil {
		w.refuse(w.index(), err.Error(), "", record.Source)
		return nil
	}
	w.saw(record.Time)
	if !record.Timed {
		w.result.Untimed++
	}
	w.pending.Calls = append(w.pending.Calls, record)
	return w.flushWhenFull()
}

// Span takes a copy of s.
func (w *Writer) Span(s *event.Span) error {
	record := *s
	if err := w.pipeline.prepareSpan(&w.origin, &record); err != nil {
		w.refuse(w.index(), err.Error(), "", record.Source)
		return nil
	}
	w.saw(record.Time)
	w.pending.Spans = append(w.pending.Spans, record)
	return w.flushWhenFull()
}

// Release takes a copy of r; it is written when the writer is closed.
func (w *Writer) Release(r *event.Release) error {
	if err := w.origin.allowBackend("releases"); err != nil {
		w.refuse(w.index(), err.Error(), "", w.origin.Source)
		return nil
	}
	if r.Version == "" || r.At.IsZero() {
		w.refuse(w.index(), "a release needs version and at", "", w.origin.Source)
		return nil
	}
	w.index()
	release := *r
	release.URL, release.Note = w.pipeline.Rules.Text(r.URL), w.pipeline.Rules.Text(r.Note)
	w.releases = append(w.releases, release)
	return nil
}

// Reject counts a record that the decoder could not read.
func (w *Writer) Reject(r wire.Reject) {
	w.next = r.Index + 1
	w.refuse(r.Index, r.Reason, r.Sample, w.origin.Source)
}

// Place says which record comes next, for decoders that do not tell all in order.
func (w *Writer) Place(index int) { w.next = index }

// Close stores what is left and says what became of everything. The error is the
// first that kept records from being stored; when it is retryable, the same bytes
// may be sent again.
func (w *Writer) Close() (Result, error) {
	w.flush()
	_ = w.appends.Wait() // its error is in w.failed
	for _, r := range w.releases {
		if w.failed != nil || w.dry {
			break
		}
		if w.failed = w.pipeline.Releases.AddRelease(w.ctx, w.origin.Project, r); w.failed == nil {
			w.result.Accepted++
		}
	}
	return w.result, w.failed
}

// Preview returns what a [Pipeline.Dry] writer would store, and the refusals.
func (w *Writer) Preview() (event.Records, Result) {
	redactor := w.pipeline.Rules.Redactor(w.ctx, w.origin.Project)
	b := event.NewBatch(w.origin.Project, w.origin.Label, w.pending, redactor)
	return event.Records{Events: b.Events(), Calls: b.Calls(), Spans: b.Spans(), Rejected: b.Rejected()}, w.result
}

// index numbers the record at hand.
func (w *Writer) index() int {
	w.next++
	return w.next - 1
}

func (w *Writer) saw(at time.Time) {
	w.index()
	if w.result.From.IsZero() || at.Before(w.result.From) {
		w.result.From = at
	}
	if at.After(w.result.To) {
		w.result.To = at
	}
}

// refuse counts a refusal and, for the first ones, keeps why. A whole file may be
// of the wrong format, so what is known already costs next to nothing.
func (w *Writer) refuse(index int, reason, sample, source string) {
	key := source + "\x00" + reason
	at, known := w.reasons[key]
	if !known && len(w.reasons) >= maxReasons {
		key = source + "\x00other"
		at, known = w.reasons[key]
	}
	if !known {
		at = len(w.pending.Rejected)
		w.reasons[key] = at
		_, text, _ := strings.Cut(key, "\x00")
		w.pending.Rejected = append(w.pending.Rejected, event.Rejection{Source: source, Reason: w.pipeline.Rules.Text(text), Example: w.example(sample)})
	}
	w.pending.Rejected[at].Count++
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.Rejected++
	if len(w.result.Errors) < maxErrors {
		w.result.Errors = append(w.result.Errors, Refusal{Index: index, Reason: w.pipeline.Rules.Text(reason)})
	}
}

// example redacts the beginning of a refused record. Its last word was cut in two
// and goes, because half an e-mail address is not recognised as one.
func (w *Writer) example(sample string) string {
	if len(sample) > wire.MaxSample-utf8.UTFMax {
		sample = sample[:max(0, strings.LastIndexAny(sample, " \t\"'&,;"))]
	}
	text := w.pipeline.Rules.Text(sample)
	return strings.ToValidUTF8(text[:min(len(text), wire.MaxSample)], "")
}

func (w *Writer) flushWhenFull() error {
	limit := requestSize
	if w.origin.Patient {
		limit = pieceSize
	}
	if w.pending.Len() < limit {
		return nil
	}
	w.flush()
	return w.err()
}

func (w *Writer) err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed
}

// flush hands what is pending to the store, after the piece before it.
func (w *Writer) flush() {
	if w.dry || w.err() != nil || w.pending.Len() == 0 && len(w.pending.Rejected) == 0 {
		return
	}
	if err := w.ctx.Err(); err != nil {
		w.fail(err)
		return
	}
	records := w.pending
	w.pending, w.reasons = event.Records{}, map[string]int{}
	redactor := w.pipeline.Rules.Redactor(w.ctx, w.origin.Project)
	batch := event.NewBatch(w.origin.Project, w.origin.Label, records, redactor)
	release, err := w.pipeline.reserve(w.ctx, batch.Len(), w.origin.Patient)
	if err != nil {
		w.fail(err)
		return
	}
	w.appends.Go(func() error {
		defer release()
		err := redactor.Seal(w.ctx)
		if err == nil {
			err = w.append(batch)
		}
		w.fail(err)
		return err
	})
}

func (w *Writer) append(b event.Batch) error {
	if w.err() != nil { // the piece before failed: this one would leave a hole
		return nil
	}
	receipt, err := w.pipeline.Store.Append(w.ctx, b)
	if err != nil {
		return err
	}
	w.pipeline.Committed(b)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.Accepted += receipt.Accepted
	w.result.Duplicates += receipt.Duplicates
	w.result.Upto = max(w.result.Upto, receipt.Upto)
	return nil
}

func (w *Writer) fail(err error) {
	if err == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = errors.Join(w.failed, err)
}
