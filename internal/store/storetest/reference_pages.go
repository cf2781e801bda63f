package storetest

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// place is where a row stands in the order of its list; a cursor is the place of
// the last row of a page.
type place struct {
	Micros   int64     `json:"t"`
	Duration int64     `json:"d,omitempty"` // of calls by duration: -1 = untimed
	IDs      [4]string `json:"i"`
}

func newest(a, b place) int {
	return cmp.Or(-cmp.Compare(a.Micros, b.Micros), -cmp.Compare(a.IDs[0], b.IDs[0]))
}

func slowest(a, b place) int { return cmp.Or(-cmp.Compare(a.Duration, b.Duration), newest(a, b)) }

// newestThenIDs orders by time descending and by ids ascending.
func newestThenIDs(a, b place) int {
	return cmp.Or(-cmp.Compare(a.Micros, b.Micros), slices.Compare(a.IDs[:], b.IDs[:]))
}

// page returns the rows after the cursor, in order, and the next cursor.
func page[T any](rows []T, placeOf func(T) place, order func(a, b place) int, cursor string, limit int) ([]T, string, error) {
	if err := checkLimit(limit); err != nil {
		return nil, "", err
	}
	slices.SortStableFunc(rows, func(a, b T) int { return order(placeOf(a), placeOf(b)) })
	if cursor != "" {
		var last place
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil || json.Unmarshal(raw, &last) != nil {
			return nil, "", wrong("the cursor is not one of ours", "Ask for the first page, without a cursor.")
		}
		rows = slices.DeleteFunc(rows, func(row T) bool { return order(placeOf(row), last) <= 0 })
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	next, err := json.Marshal(placeOf(rows[limit-1]))
	return rows[:limit], base64.RawURLEncoding.EncodeToString(next), err
}

// Calls implements [store.Reader].
func (r *Reference) Calls(ctx context.Context, q store.CallsQuery) (out store.CallsPage, err error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return out, err
	}
	defer unlock()
	if err := checkScope(q.Filter, "call"); err != nil {
		return out, err
	}
	order := map[store.Sort]func(a, b place) int{"": newest, store.Newest: newest, store.Slowest: slowest}[q.Sort]
	if order == nil {
		return out, wrong("the order is unknown", "Sort by newest or slowest.")
	}
	shown := shownCall
	if q.Bodies {
		shown = shownWithBodies
	}
	rows := each(r.callRows(q.Scope, nil), func(c callRow) store.CallRow {
		return store.CallRow{Call: shown(*c.Call), Link: c.link, Pending: c.link == nil && c.seq > r.watermark}
	})
	out.Rows, out.Next, err = page(rows, placeOfCall, order, q.Cursor, q.Limit)
	return out, err
}

func placeOfCall(c store.CallRow) place {
	p := place{Micros: c.Time.UnixMicro(), Duration: -1, IDs: [4]string{c.ID}}
	if c.Timed {
		p.Duration = c.Duration.Microseconds()
	}
	return p
}

// Events implements [store.Reader].
func (r *Reference) Events(ctx context.Context, q store.EventsQuery) (out store.EventsPage, err error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return out, err
	}
	defer unlock()
	if err := checkScope(q.Filter, "event"); err != nil {
		return out, err
	}
	out.Rows, out.Next, err = page(r.eventRows(q.Scope), placeOfEvent, newest, q.Cursor, q.Limit)
	return out, err
}

func placeOfEvent(e event.Event) place {
	return place{Micros: e.Time.UnixMicro(), IDs: [4]string{e.ID}}
}

// Spans implements [store.Reader].
func (r *Reference) Spans(ctx context.Context, q store.EventsQuery) (out store.SpansPage, err error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return out, err
	}
	defer unlock()
	if q.Filter != nil {
		return out, wrong("spans take no filter", "Leave the filter out.")
	}
	var rows []event.Span
	for _, s := range r.spans {
		if s.project == q.Project && within(s.row.Time, q.From, q.To) {
			rows = append(rows, shownSpan(s.row))
		}
	}
	out.Rows, out.Next, err = page(rows, placeOfSpan, newest, q.Cursor, q.Limit)
	return out, err
}

func placeOfSpan(s event.Span) place { return place{Micros: s.Time.UnixMicro(), IDs: [4]string{s.ID}} }

// Links implements [store.Reader].
func (r *Reference) Links(ctx context.Context, q store.EventsQuery) (out store.LinksPage, err error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return out, err
	}
	defer unlock()
	if q.Filter != nil {
		return out, wrong("links take no filter", "Leave the filter out.")
	}
	var rows []event.Link
	for _, l := range r.linkView(q.Project, q.MinConfidence).all {
		if within(l.Time, q.From, q.To) {
			rows = append(rows, l)
		}
	}
	out.Rows, out.Next, err = page(rows, placeOfLink, newestThenIDs, q.Cursor, q.Limit)
	return out, err
}

func placeOfLink(l event.Link) place {
	return place{Micros: l.Time.UnixMicro(), IDs: [4]string{l.EventID, l.ClientCallID, l.ServerCallID}}
}

// Sessions implements [store.Reader].
func (r *Reference) Sessions(ctx context.Context, q store.SessionsQuery) (out store.SessionsPage, err error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return out, err
	}
	defer unlock()
	if err := checkScope(q.Filter, "session"); err != nil {
		return out, err
	}
	out.Rows, out.Next, err = page(r.sessionRows(q.Scope), placeOfSession, newestThenIDs, q.Cursor, q.Limit)
	return out, err
}

func placeOfSession(s event.Session) place {
	return place{Micros: s.Start.UnixMicro(), IDs: [4]string{s.ID}}
}

// recordOf is the record that a field belongs to: call, event, session or interaction.
func recordOf(f store.Field) string {
	record, _, _ := strings.Cut(f.Name, ".")
	return record
}
