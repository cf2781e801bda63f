//go:build bench

package test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/privacy"
	"github.com/clickspan/clickspan/internal/simulate"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

// fillDays is how many days the filled directory spans.
func fillDays() int { return number("CLICKSPAN_BENCH_DAYS", 35) }

// filled says what lies in a filled data directory; it stands beside the data, so
// that a directory is filled once and measured often.
type filled struct {
	Events, ServerCalls, ClientCalls, Spans, Links, Sessions int64

	From, To time.Time
	Bytes    int64 // on disk, directly after
	Seconds  float64
}

func (f *filled) records() int64 { return f.Events + f.ServerCalls + f.ClientCalls + f.Spans }

// fill makes a data directory of a shop that was busy for some weeks, unless dir is
// one already: one simulated day goes through the real pipeline and the real
// linker once, and is then stored again and again, hour by hour, through the
// engine's own Append and WriteLinks, each time shifted and under fresh ids. The
// same people come back every day. It stops at the first whole day count of
// visitors with at least as many events and server calls.
func fill(t *testing.T, dir string, events, serverCalls int64) filled {
	t.Helper()
	note := filepath.Join(dir, "filled.json")
	var f filled
	if text, err := os.ReadFile(note); err == nil {
		if err := json.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	began := time.Now()
	end := began.UTC().Truncate(time.Hour)
	day := simulateDay(t, end)
	days := fillDays()
	crowds := int(max(events/(int64(days)*day.count.Events), serverCalls/(int64(days)*day.count.ServerCalls))) + 1
	var now atomic.Int64 // the engine's clock is the story's
	s, err := duckdb.Open(t.Context(), duckdb.Config{Dir: dir, MemoryBytes: 4 << 30, Now: func() time.Time { return time.UnixMicro(now.Load()) }})
	if err != nil {
		t.Fatal(err)
	}
	hours := make(chan story, 1)
	go day.tell(days, crowds, hours)
	for h := range hours {
		now.Store(h.until.UnixMicro())
		if err := h.store(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if h.until.Sub(end)%(24*time.Hour) == 0 { // the server does it every hour
			if _, err := s.Expire(t.Context(), h.until, store.DefaultRetention()); err != nil {
				t.Fatal(err)
			}
			fmt.Printf("filled until %s after %s\n", h.until.Format(time.DateTime), time.Since(began).Round(time.Second))
		}
	}
	if err := s.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	n := int64(crowds) * int64(days)
	f = filled{
		Events: n * day.count.Events, ServerCalls: n * day.count.ServerCalls, ClientCalls: n * day.count.ClientCalls, Spans: n * day.count.Spans,
		Links: n * day.count.Links, Sessions: n * day.count.Sessions,
		From: end.AddDate(0, 0, -days), To: end, Bytes: diskBytes(t, dir), Seconds: time.Since(began).Seconds(),
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(note, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

// simulatedDay is one day as it would be stored, by the hour.
type simulatedDay struct {
	end     time.Time
	records [24]event.Records
	blocks  [24][]store.Linked // by the hour in which they end
	count   filled
}

// collector keeps the batches that the pipeline makes.
type collector struct {
	store.Store
	*simulatedDay
}

func (c collector) Append(_ context.Context, b event.Batch) (store.Receipt, error) {
	for _, e := range b.Events() {
		at := c.hour(e.Time)
		at.Events = append(at.Events, e)
	}
	for _, call := range b.Calls() {
		at := c.hour(call.Time)
		at.Calls = append(at.Calls, call)
	}
	for _, span := range b.Spans() {
		at := c.hour(span.Time)
		at.Spans = append(at.Spans, span)
	}
	return store.Receipt{Accepted: b.Len()}, nil
}

func (d *simulatedDay) hour(at time.Time) *event.Records { return &d.records[d.number(at)] }

// number is the hour of the day that a time lies in.
func (d *simulatedDay) number(at time.Time) int {
	return min(23, max(0, 24-int((d.end.Sub(at)+time.Hour-1)/time.Hour)))
}

// simulateDay takes the day before end through pipeline and linker.
func simulateDay(t *testing.T, end time.Time) *simulatedDay {
	t.Helper()
	d := &simulatedDay{end: end}
	clock := func() time.Time { return end }
	settings, err := meta.Open(t.Context(), filepath.Join(t.TempDir(), "settings.db"), clock)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = settings.Close() }()
	rules, err := privacy.New(t.Context(), settings, privacy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := pipeline.New(pipeline.Config{Store: collector{simulatedDay: d}, Rules: rules, Releases: settings, Now: clock})
	w := p.Begin(t.Context(), pipeline.Origin{Project: meta.DefaultProject, Source: "simulator", Patient: true})
	config := simulate.Config{People: 1000, Days: 1, End: end, Confounders: simulate.Demo(), EdgeOnly: true}
	_, err = simulate.Run(t.Context(), config, func(chunk simulate.Chunk) error {
		var errs []error
		for i := range chunk.Records.Events {
			errs = append(errs, w.Event(&chunk.Records.Events[i]))
		}
		for i := range chunk.Records.Calls {
			errs = append(errs, w.Call(&chunk.Records.Calls[i]))
		}
		for i := range chunk.Records.Spans {
			errs = append(errs, w.Span(&chunk.Records.Spans[i]))
		}
		return cmp.Or(errs...)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	d.link()
	return d
}

// link links the whole day at once and counts what there is.
func (d *simulatedDay) link() {
	var rows link.Rows
	for i := range d.records {
		r := &d.records[i]
		rows.Events, rows.Calls = append(rows.Events, r.Events...), append(rows.Calls, r.Calls...)
		d.count.Spans += int64(len(r.Spans))
	}
	d.count.Events = int64(len(rows.Events))
	for i := range rows.Calls {
		if rows.Calls[i].Side == event.Client {
			d.count.ClientCalls++
		} else {
			d.count.ServerCalls++
		}
	}
	for _, b := range link.Blocks(rows) {
		r := link.Link(b, link.Options{})
		l := store.Linked{
			Project: meta.DefaultProject, From: r.From, To: r.To, EventIDs: r.EventIDs, CallIDs: r.CallIDs,
			Links: r.Links, Signals: r.Signals, Interactions: r.Interactions, Sessions: r.Sessions,
		}
		for _, u := range r.Unlinked {
			l.Unlinked = append(l.Unlinked, store.Unlinked{CallID: u.CallID, Side: u.Side, Time: u.Time, Reason: string(u.Reason)})
		}
		d.blocks[d.number(r.To)] = append(d.blocks[d.number(r.To)], l)
		d.count.Links += int64(len(r.Links))
		d.count.Sessions += int64(len(r.Sessions))
	}
}

// story is what one hour brings.
type story struct {
	until   time.Time
	records event.Records
	blocks  []store.Linked
}

// tell repeats the day on every day for so many crowds.
func (d *simulatedDay) tell(days, crowds int, hours chan<- story) {
	defer close(hours)
	for day := range days {
		shift := -time.Duration(days-1-day) * 24 * time.Hour
		for hour := range 24 {
			h := story{until: d.end.Add(shift - time.Duration(23-hour)*time.Hour)}
			for crowd := range crowds {
				c := copier{visit: day*crowds + crowd + 1, people: crowd + 1, shift: shift}
				c.records(&d.records[hour], &h.records)
				for i := range d.blocks[hour] {
					h.blocks = append(h.blocks, c.block(&d.blocks[hour][i]))
				}
			}
			slices.SortFunc(h.records.Events, func(a, b event.Event) int { return a.Time.Compare(b.Time) })
			slices.SortFunc(h.records.Calls, func(a, b event.Call) int { return a.Time.Compare(b.Time) })
			slices.SortFunc(h.records.Spans, func(a, b event.Span) int { return a.Time.Compare(b.Time) })
			hours <- h
		}
	}
}

// nothing redacts what the pipeline redacted already.
type nothing struct{}

func (nothing) Event(*event.Event) {}
func (nothing) Call(*event.Call)   {}
func (nothing) Span(*event.Span)   {}

// store appends the hour in batches, then writes what was linked.
func (h *story) store(ctx context.Context, s *duckdb.Store) error {
	const perBatch = 20_000
	batches := h.records.Len()/perBatch + 1
	for i := range batches {
		part := event.Records{
			Events: slice(h.records.Events, i, batches), Calls: slice(h.records.Calls, i, batches), Spans: slice(h.records.Spans, i, batches),
		}
		receipt, err := s.Append(ctx, event.NewBatch(meta.DefaultProject, "", part, nothing{}))
		if err == nil && receipt.Duplicates > 0 {
			err = fmt.Errorf("%d records of the filling are not new", receipt.Duplicates)
		}
		if err != nil {
			return err
		}
	}
	stats, err := s.Stats(ctx)
	if err != nil {
		return err
	}
	return s.WriteLinks(ctx, h.blocks, stats.Arrived)
}

func slice[T any](all []T, i, n int) []T { return all[len(all)*i/n : len(all)*(i+1)/n] }

// copier makes the same visits at another time by other people.
type copier struct {
	visit, people int // what goes into ids of this visit, and of those who come back
	shift         time.Duration
}

// fresh changes the first four hex digits behind a prefix of an id.
func fresh(id string, prefix, by int) string {
	if id == "" {
		return ""
	}
	if len(id) < prefix+4 {
		return fmt.Sprintf("%s-%d", id, by)
	}
	digits, err := strconv.ParseUint(id[prefix:prefix+4], 16, 16)
	if err != nil {
		return fmt.Sprintf("%s-%d", id, by)
	}
	return fmt.Sprintf("%s%04x%s", id[:prefix], digits^uint64(by), id[prefix+4:])
}

func (c copier) id(id *string) { *id = fresh(*id, 0, c.visit) }

func (c copier) identity(i *event.Identity) {
	i.DeviceID, i.UserID = fresh(i.DeviceID, 2, c.people), fresh(i.UserID, 2, c.people)
	c.id(&i.SessionID)
}

func (c copier) origin(o *event.Origin) {
	o.OwnTime = o.OwnTime.Add(c.shift)
	if !o.SentAt.IsZero() {
		o.SentAt = o.SentAt.Add(c.shift)
	}
	if o.ClientKey != 0 {
		o.ClientKey ^= event.Key(c.visit)
	}
}

func (c copier) records(from, to *event.Records) {
	for _, e := range from.Events {
		e.Time = e.Time.Add(c.shift)
		for _, id := range []*string{&e.ID, &e.ActionID, &e.TraceID, &e.SpanID, &e.Page.ID} {
			c.id(id)
		}
		c.identity(&e.Identity)
		c.origin(&e.Origin)
		to.Events = append(to.Events, e)
	}
	for _, call := range from.Calls {
		call.Time = call.Time.Add(c.shift)
		for _, id := range []*string{&call.ID, &call.TraceID, &call.SpanID, &call.ParentSpanID, &call.ServerTraceID, &call.RequestID, &call.ActionID, &call.PageID} {
			c.id(id)
		}
		c.identity(&call.Identity)
		c.origin(&call.Origin)
		to.Calls = append(to.Calls, call)
	}
	for _, span := range from.Spans {
		span.Time = span.Time.Add(c.shift)
		for _, id := range []*string{&span.ID, &span.TraceID, &span.SpanID, &span.ParentSpanID} {
			c.id(id)
		}
		c.origin(&span.Origin)
		to.Spans = append(to.Spans, span)
	}
}

func (c copier) block(b *store.Linked) store.Linked {
	out := *b
	out.From, out.To = b.From.Add(c.shift), b.To.Add(c.shift)
	out.EventIDs, out.CallIDs = slices.Clone(b.EventIDs), slices.Clone(b.CallIDs)
	out.Links, out.Signals, out.Interactions = slices.Clone(b.Links), slices.Clone(b.Signals), slices.Clone(b.Interactions)
	out.Sessions, out.Unlinked = slices.Clone(b.Sessions), slices.Clone(b.Unlinked)
	for i := range out.EventIDs {
		c.id(&out.EventIDs[i])
	}
	for i := range out.CallIDs {
		c.id(&out.CallIDs[i])
	}
	for i := range out.Links {
		l := &out.Links[i]
		l.Time = l.Time.Add(c.shift)
		l.DeviceID, l.UserID = fresh(l.DeviceID, 2, c.people), fresh(l.UserID, 2, c.people)
		for _, id := range []*string{&l.EventID, &l.ClientCallID, &l.ServerCallID, &l.SessionID} {
			c.id(id)
		}
	}
	for i := range out.Signals {
		g := &out.Signals[i]
		g.Time = g.Time.Add(c.shift)
		for _, id := range []*string{&g.EventID, &g.CallID, &g.SessionID} {
			c.id(id)
		}
	}
	for i := range out.Interactions {
		n := &out.Interactions[i]
		n.Time = n.Time.Add(c.shift)
		c.id(&n.EventID)
		c.id(&n.SessionID)
	}
	for i := range out.Sessions {
		v := &out.Sessions[i]
		v.Start, v.End = v.Start.Add(c.shift), v.End.Add(c.shift)
		c.identity(&v.Identity)
		c.id(&v.ID)
		c.id(&v.Anchor)
	}
	for i := range out.Unlinked {
		out.Unlinked[i].Time = out.Unlinked[i].Time.Add(c.shift)
		c.id(&out.Unlinked[i].CallID)
	}
	return out
}

// TestBenchFill fills CLICKSPAN_BENCH_DATA, when it is set, for TestBenchPages.
func TestBenchFill(t *testing.T) {
	dir := os.Getenv("CLICKSPAN_BENCH_DATA")
	if dir == "" {
		dir = t.TempDir()
	}
	f := fill(t, dir, int64(number("CLICKSPAN_BENCH_EVENTS", 10_000_000)), int64(number("CLICKSPAN_BENCH_CALLS", 20_000_000)))
	f.print(t)
}

func (f *filled) print(t *testing.T) {
	t.Helper()
	row(t, "rows in the store", fmt.Sprintf("%d events, %d server calls, %d client calls, %d spans, %d links, %d sessions", f.Events, f.ServerCalls, f.ClientCalls, f.Spans, f.Links, f.Sessions), "")
	row(t, "filled in", fmt.Sprintf("%.0f s", f.Seconds), "")
	row(t, "disk per record of linked, mixed traffic, all indexes in", fmt.Sprintf("%.1f bytes", float64(f.Bytes)/float64(f.records())), "< 120 bytes")
}
