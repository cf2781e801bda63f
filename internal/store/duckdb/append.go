package duckdb

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// kind is a kind of record; each has a table.
type kind int

const (
	events kind = iota
	calls
	spans
	kinds
)

func (k kind) table() string { return [...]string{"events", "calls", "spans"}[k] }

// batch is a batch on its way through the writer.
type batch struct {
	event.Batch
	ids     [kinds][]ident // packed by the caller, in parallel to other batches
	receipt store.Receipt
}

// Append implements [store.Writer].
func (s *Store) Append(ctx context.Context, b event.Batch) (store.Receipt, error) {
	j := &job{batch: newBatch(b)}
	if err := s.writer.submit(ctx, j); err != nil {
		return store.Receipt{}, err
	}
	return j.batch.receipt, nil
}

func newBatch(b event.Batch) *batch {
	out := &batch{Batch: b}
	out.ids[events] = identsOf(b.Events(), func(e *event.Event) string { return e.ID })
	out.ids[calls] = identsOf(b.Calls(), func(c *event.Call) string { return c.ID })
	out.ids[spans] = identsOf(b.Spans(), func(s *event.Span) string { return s.ID })
	return out
}

func identsOf[T any](records []T, id func(*T) string) []ident {
	ids := make([]ident, len(records))
	for i := range records {
		ids[i] = identOf(id(&records[i]))
	}
	return ids
}

// append writes the batches of a group in one transaction.
func (w *writer) append(group []*job) error {
	if err := room(w.dir); err != nil {
		return err
	}
	seq, newest, sums := w.seq.Load(), w.newest, rollup{}
	err := w.atomically(func() error {
		fresh, err := w.fresh(group)
		if err != nil {
			return err
		}
		if err := w.noteDay(context.Background(), seq); err != nil {
			return err
		}
		for i, j := range group {
			if err := w.put(j.batch, fresh[i], &seq, sums); err != nil {
				return err
			}
		}
		return w.putRollup(sums)
	})
	if err != nil {
		w.newest, w.noted = newest, ""
		return err
	}
	w.seq.Store(seq)
	for _, j := range group {
		if j.batch.receipt.Accepted == 0 {
			j.batch.receipt.Upto = store.Seq(seq)
		}
	}
	return nil
}

// put writes the rows of one batch that are not there yet, and adds their calls to sums.
func (w *writer) put(b *batch, fresh [kinds][]bool, seq *int64, sums rollup) error {
	a := &arrival{project: b.Project(), now: w.now(), label: b.Label()}
	accepted := 0
	each := func(k kind, write func(i int, id ident), own func(i int) time.Time) {
		for i, id := range b.ids[k] {
			if !fresh[k][i] {
				continue
			}
			*seq++
			a.seq = *seq
			accepted++
			write(i, id)
			if at := own(i); at.After(w.newest[k]) {
				w.newest[k] = at
			}
		}
	}
	if err := w.begin(b); err != nil {
		return err
	}
	each(events, func(i int, id ident) { w.putEvent(a, &b.Events()[i], id) }, func(i int) time.Time { return b.Events()[i].OwnTime })
	each(calls, func(i int, id ident) {
		w.putCall(a, &b.Calls()[i], id)
		sums.add(a.project, &b.Calls()[i])
	}, func(i int) time.Time { return b.Calls()[i].OwnTime })
	each(spans, func(i int, id ident) { w.spans.putSpan(a, &b.Spans()[i], id) }, func(i int) time.Time { return b.Spans()[i].OwnTime })
	b.receipt = store.Receipt{Accepted: accepted, Duplicates: b.Len() - accepted, Upto: store.Seq(*seq)}
	return w.putRefused(b, a)
}

// begin opens the tables that the batch needs.
func (w *writer) begin(b *batch) error {
	for _, need := range []struct {
		rows  int
		table *table
	}{
		{len(b.Events()), w.events},
		{len(b.Calls()), w.calls},
		{len(b.Spans()), w.spans},
		{len(b.Events()) + len(b.Calls()), w.fingerprints},
		{withBodies(b.Calls()), w.bodies},
	} {
		if need.rows == 0 {
			continue
		}
		if err := need.table.begin(w.conn); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) putEvent(a *arrival, e *event.Event, id ident) {
	w.events.putEvent(a, e, id)
	w.putFingerprint(a, e.Time, &e.Origin, true)
}

func (w *writer) putCall(a *arrival, c *event.Call, id ident) {
	w.calls.putCall(a, c, id)
	w.putBody(a, c, id)
	if c.Class != event.Asset {
		w.putFingerprint(a, c.Time, &c.Origin, c.Side == event.Client)
	}
}

func (w *writer) putFingerprint(a *arrival, at time.Time, o *event.Origin, person bool) {
	if o.Consent != event.ConsentDenied && o.ClientKey|o.AgentKey != 0 {
		w.fingerprints.putFingerprint(a, at, o, person)
	}
}

// putRefused counts what was not stored, for the data-quality page.
func (w *writer) putRefused(b *batch, a *arrival) error {
	hour := a.now.UTC().Truncate(time.Hour)
	if len(b.Rejected()) > 0 {
		if err := w.rejected.begin(w.conn); err != nil {
			return err
		}
	}
	for _, r := range b.Rejected() {
		t := w.rejected
		t.row()
		t.int(int64(a.project))
		t.time(hour)
		t.text(r.Source)
		t.text(r.Reason)
		t.text(r.Example)
		t.int(int64(r.Count))
	}
	if b.receipt.Duplicates == 0 {
		return nil
	}
	if err := w.duplicates.begin(w.conn); err != nil {
		return err
	}
	t := w.duplicates
	t.row()
	t.int(int64(a.project))
	t.time(hour)
	t.int(int64(b.receipt.Duplicates))
	return nil
}
