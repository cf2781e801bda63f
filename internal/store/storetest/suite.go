package storetest

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Clock is the clock that the engine under test must use for times of arrival: it
// stands at noon of the day on which most records of the suite happen.
func Clock() time.Time { return clock("12:00:00") }

// Run checks an engine. open returns an empty store that uses [Clock] and is
// closed when its test ends; it is called several times.
//
// Cases that look at their own project only share one store, which is a test of
// its own: thousands of rows of other projects lie around theirs.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	t.Helper()
	t.Run("shared", func(t *testing.T) {
		t.Parallel()
		shared := open(t)
		var projects atomic.Int64
		for _, c := range slices.Concat(
			appendCases(), eraseCases(), callCases(), filterCases(), relatedCases(), listCases(), valueCases(),
			seriesCases(), funnelCases(), correlationCases(), heatmapCases(), endpointCases(), catalogueCases(), sessionCases(), timelineCases(), requestCases(), findCases(), propertyCases(), qualityCases(),
			retentionCases(), lifecycleCases(), historyCases(), pathCases(), exposureCases(), frictionCases(), sampleCases(),
			writeLinksCases(), personCases(), cancelCases(),
		) {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.run(&world{t: t, store: shared, project: event.ProjectID(projects.Add(1))})
			})
		}
	})
	for _, c := range slices.Concat(unlinkedCases(), loneClaimCases(), expireCases(), wholeStoreCases(), concurrencyCases()) {
		t.Run("alone/"+c.name, func(t *testing.T) {
			t.Parallel()
			c.run(&world{t: t, store: open(t), project: 1})
		})
	}
	t.Run("property", func(t *testing.T) {
		t.Parallel()
		compareWithReference(t, open(t))
	})
	t.Run("property/funnels", func(t *testing.T) {
		t.Parallel()
		compareFunnels(t, open(t))
	})
	t.Run("property/people", func(t *testing.T) {
		t.Parallel()
		comparePeople(t, open(t))
	})
}

// example is one case: a name and what happens in a project of its own.
type example struct {
	name string
	run  func(*world)
}

// world is a store, and a project in it that belongs to one case.
type world struct {
	t       *testing.T
	store   store.Store
	project event.ProjectID
}

func (w *world) ctx() context.Context { return w.t.Context() }

// append stores events, calls, spans and rejections as one batch.
func (w *world) append(records ...any) store.Receipt {
	w.t.Helper()
	return w.appendAs("", records...)
}

// appendAs is append under the label of an import.
func (w *world) appendAs(label string, records ...any) store.Receipt {
	w.t.Helper()
	receipt, err := w.store.Append(w.ctx(), batch(w.project, label, records...))
	w.must(err)
	return receipt
}

// must fails the case when something that has to work did not.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// wantPermanent checks that a question was refused as wrong.
func (w *world) wantPermanent(err error) {
	w.t.Helper()
	if !event.IsPermanent(err) {
		w.t.Errorf("got error %v, want a permanent one", err)
	}
}

// want compares an answer with the one written down; nil and empty are the same.
func (w *world) want(got, want any, options ...cmp.Option) {
	w.t.Helper()
	if diff := cmp.Diff(want, got, append(options, cmpopts.EquateEmpty())...); diff != "" {
		w.t.Errorf("answer differs (-want +got):\n%s", diff)
	}
}

// today is the scope of the whole day.
func (w *world) today() store.Scope {
	return store.Scope{Project: w.project, From: clock("00:00:00"), To: clock("00:00:00").Add(24 * time.Hour)}
}

// where is today's rows that a filter holds for.
func (w *world) where(f store.Filter) store.Scope {
	s := w.today()
	s.Filter = f
	return s
}

// calls lists the ids of the calls in scope.
func (w *world) calls(s store.Scope) []string {
	w.t.Helper()
	page, err := w.store.Calls(w.ctx(), store.CallsQuery{Scope: s, Limit: 1000})
	w.must(err)
	return each(page.Rows, func(c store.CallRow) string { return c.ID })
}

// events lists the ids of the events in scope.
func (w *world) events(s store.Scope) []string {
	w.t.Helper()
	page, err := w.store.Events(w.ctx(), store.EventsQuery{Scope: s, Limit: 1000})
	w.must(err)
	return each(page.Rows, func(e event.Event) string { return e.ID })
}

// spans lists the ids of the spans in scope.
func (w *world) spans(s store.Scope) []string {
	w.t.Helper()
	page, err := w.store.Spans(w.ctx(), store.EventsQuery{Scope: s, Limit: 1000})
	w.must(err)
	return each(page.Rows, func(s event.Span) string { return s.ID })
}

// links lists the links in scope.
func (w *world) links(s store.Scope) []event.Link {
	w.t.Helper()
	page, err := w.store.Links(w.ctx(), store.EventsQuery{Scope: s, Limit: 1000})
	w.must(err)
	return page.Rows
}

// sessions lists the sessions in scope.
func (w *world) sessions(s store.Scope) []event.Session {
	w.t.Helper()
	page, err := w.store.Sessions(w.ctx(), store.SessionsQuery{Scope: s, Limit: 1000})
	w.must(err)
	return page.Rows
}

// link writes what the link pass derived from rows: links, signals, interactions,
// session parts and reasons.
func (w *world) link(rows []any, results ...any) {
	w.t.Helper()
	w.must(w.store.WriteLinks(w.ctx(), []store.Linked{linkedBlock(w.project, rows, results...)}, 0))
}
