package analysis

import (
	"context"
	"math"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Question is what an insight is asked about: a project as it is now, with what
// its settings say.
type Question struct {
	Project  event.ProjectID
	Now      time.Time
	Zone     *time.Location  // where days begin
	Goals    []Goal          // the first is the one that matters most
	Releases []event.Release // of the last 30 days, oldest first
}

// ReleaseReach is how far back a Question's releases go.
const ReleaseReach = 30 * 24 * time.Hour

// NamedEndpoint is an endpoint in an answer.
type NamedEndpoint struct {
	ID string `json:"id" doc:"for GET /api/v1/endpoints/{id}"`
	event.Endpoint
	Name string `json:"name" doc:"service: METHOD /route"`
}

func named(e event.Endpoint) NamedEndpoint {
	return NamedEndpoint{ID: e.ID(), Endpoint: e, Name: e.String()}
}

// Share is a count of a total with its interval.
type Share struct {
	Of    int64      `json:"of" doc:"how many there were"`
	Count int64      `json:"count"`
	Share float64    `json:"share" doc:"0 when there were none"`
	CI95  [2]float64 `json:"ci95" doc:"95 % interval of the share"`
}

// measure asks for numbers without labels: values by measure and bucket.
func measure(ctx context.Context, r store.Reader, project event.ProjectID, edges []time.Time, f store.Filter, measures ...store.Measure) ([][]*float64, error) {
	series, err := r.Series(ctx, store.SeriesQuery{
		Scope: store.Scope{Project: project, From: edges[0], To: edges[len(edges)-1], Filter: f},
		Edges: edges, Measures: measures, Limit: 1,
	})
	if err != nil {
		return nil, err
	}
	return series.Lines[0].Values, nil
}

// whole rounds a number that may be missing.
func whole(v *float64) int64 {
	if v == nil {
		return 0
	}
	return int64(math.Round(*v))
}

// sample collects pages of rows, newest first, until they end or n are there. It
// says from when on the sample is complete: from when the range begins, or where
// it was cut.
func sample[Row any](n int, from time.Time, page func(cursor string) ([]Row, string, error), at func(*Row) time.Time) ([]Row, time.Time, error) {
	var all []Row
	for cursor := ""; ; {
		rows, next, err := page(cursor)
		if err != nil {
			return nil, from, err
		}
		all = append(all, rows...)
		if next == "" {
			return all, from, nil
		}
		if len(all) >= n {
			return all, at(&all[len(all)-1]).Add(time.Microsecond), nil
		}
		cursor = next
	}
}

// pageRows is how many rows one read may return.
const pageRows = 1000

func callSample(ctx context.Context, r store.Reader, s store.Scope, n int) ([]store.CallRow, time.Time, error) {
	return sample(n, s.From, func(cursor string) ([]store.CallRow, string, error) {
		page, err := r.Calls(ctx, store.CallsQuery{Scope: s, Sort: store.Newest, Cursor: cursor, Limit: pageRows})
		return page.Rows, page.Next, err
	}, func(c *store.CallRow) time.Time { return c.Time })
}

func eventSample(ctx context.Context, r store.Reader, s store.Scope, n int) ([]event.Event, time.Time, error) {
	return sample(n, s.From, func(cursor string) ([]event.Event, string, error) {
		page, err := r.Events(ctx, store.EventsQuery{Scope: s, Cursor: cursor, Limit: pageRows})
		return page.Rows, page.Next, err
	}, func(e *event.Event) time.Time { return e.Time })
}

func sessionSample(ctx context.Context, r store.Reader, s store.Scope, n int) ([]event.Session, time.Time, error) {
	return sample(n, s.From, func(cursor string) ([]event.Session, string, error) {
		page, err := r.Sessions(ctx, store.SessionsQuery{Scope: s, Cursor: cursor, Limit: pageRows})
		return page.Rows, page.Next, err
	}, func(e *event.Session) time.Time { return e.Start })
}

// sessionOf is the session of a call, its own or through its link.
func sessionOf(c *store.CallRow) string {
	if c.SessionID == "" && c.Link != nil {
		return c.Link.SessionID
	}
	return c.SessionID
}
