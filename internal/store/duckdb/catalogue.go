package duckdb

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

const (
	// minuteTier is the age up to which a range's ends count whole minutes.
	minuteTier = 48 * time.Hour
	// exactRange is the length up to which the catalogue is answered from calls.
	exactRange = 6 * time.Hour
)

// rolledUp reports whether the rollups answer the question: they know no filter and no
// confidence, and calls are exact where they are few.
func (c *conn) rolledUp(ctx context.Context, q store.EndpointsQuery) (bool, error) {
	if q.Filter != nil || q.MinConfidence > 0 {
		return false, nil
	}
	if q.To.Sub(q.From) > exactRange {
		return true, nil
	}
	rawFrom, err := c.rawFrom(ctx)
	return q.From.Before(rawFrom), err
}

// catalogue answers from rollups and presence.
func (c *conn) catalogue(ctx context.Context, q store.EndpointsQuery, now time.Time) ([]store.EndpointStats, error) {
	young := now.Add(-minuteTier)
	unit := func(t time.Time) time.Duration {
		if t.Before(young) {
			return time.Hour
		}
		return time.Minute
	}
	q.From, q.To = q.From.Truncate(unit(q.From)), ceil(q.To, unit(q.To))
	tallies := map[event.Endpoint]*tally{}
	text, args := rollupQuery(q)
	if err := c.each(ctx, text, args, func(r *reader) { r.sum(tallies) }); err != nil {
		return nil, err
	}
	people, err := c.presentPeople(ctx, q)
	rows := make([]store.EndpointStats, 0, len(tallies))
	for endpoint, t := range tallies {
		e := t.stats()
		e.Endpoint, e.People = endpoint, people[endpoint]
		rows = append(rows, e)
	}
	return rows, err
}

func rollupQuery(q store.EndpointsQuery) (string, []any) {
	var only query
	only.args = []any{q.Project, q.From.Truncate(time.Hour), q.To, q.Project, q.From, q.To, string(sideOf(q))}
	only.onlyEndpoint("", q.Only)
	return statement("rollup_sums", "only", only.String()), only.args
}

// presentPeople counts the people of each endpoint: those of settled hours, and those
// behind the calls of stale ones.
func (c *conn) presentPeople(ctx context.Context, q store.EndpointsQuery) (map[event.Endpoint]int64, error) {
	rawFrom, err := c.rawFrom(ctx)
	if err != nil {
		return nil, err
	}
	firstHour := q.From.Truncate(time.Hour)
	first, last, err := c.span(ctx, "SELECT min(hour), max(hour) FROM stale_hours WHERE project = ? AND hour >= ? AND hour < ?", q.Project, firstHour, q.To)
	if err != nil {
		return nil, err
	}
	var rows query
	rows.add(statement("presence_settled"), q.Project, firstHour, q.To, rawFrom, q.Project)
	if !last.IsZero() {
		rows.add(" UNION ALL SELECT * FROM (")
		rows.presence(store.Scope{Project: q.Project, From: later(q.From, first), To: earlier(q.To, last.Add(time.Hour))})
		rows.add(") WHERE hour IN (SELECT hour FROM stale_hours WHERE project = ?)", q.Project)
	}
	conditions := query{args: append(rows.args, q.Project, string(sideOf(q)))}
	if !q.Bots {
		conditions.add(" AND NOT bot")
	}
	conditions.onlyEndpoint("", q.Only)
	people := map[event.Endpoint]int64{}
	text := statement("presence_people", "rows", rows.String(), "conditions", conditions.String())
	err = c.each(ctx, text, conditions.args, func(r *reader) {
		var e event.Endpoint
		r.endpoint(&e)
		people[e] = r.int()
	})
	return people, err
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// tally adds up sums, of one endpoint or bucket of time.
type tally struct {
	calls, failed, refused float64
	buckets                map[int]int64 // timed calls
	last                   time.Time
}

// sum adds a row of the rollups to its endpoint.
func (r *reader) sum(tallies map[event.Endpoint]*tally) {
	var e event.Endpoint
	r.endpoint(&e)
	t := tallies[e]
	if t == nil {
		t = newTally()
		tallies[e] = t
	}
	t.add(r.int(), int(r.int()), r.float(), r.int())
	t.last = later(t.last, r.time())
}

func newTally() *tally { return &tally{buckets: map[int]int64{}} }

// add takes calls that ended alike and took about as long.
func (t *tally) add(outcome int64, bucket int, n float64, samples int64) {
	t.calls += n
	switch {
	case outcome >= 5 || outcome == noResponse:
		t.failed += n
	case outcome == 4:
		t.refused += n
	}
	if bucket != untimed {
		t.buckets[bucket] += samples
	}
}

func (t *tally) stats() store.EndpointStats {
	return store.EndpointStats{
		Calls: int64(math.Round(t.calls)), Failed: int64(math.Round(t.failed)), Refused: int64(math.Round(t.refused)),
		P50: quantileOf(t.buckets, 0.5), P95: quantileOf(t.buckets, 0.95), P99: quantileOf(t.buckets, 0.99),
		LastSeen: t.last,
	}
}

// quantileOf interpolates between the two nearest ranks as quantile_cont does, in
// microseconds. Each rank stands for the geometric middle of its bucket, which is at
// most 4.5 % off wherever in the bucket the call was.
func quantileOf(buckets map[int]int64, q float64) *int64 {
	var total int64
	order := make([]int, 0, len(buckets))
	for bucket, n := range buckets {
		order = append(order, bucket)
		total += n
	}
	if total == 0 {
		return nil
	}
	slices.Sort(order)
	at := func(rank int64) float64 {
		for _, bucket := range order {
			if rank -= buckets[bucket]; rank < 0 {
				return float64(store.BucketMiddle(bucket)) / float64(time.Microsecond)
			}
		}
		return 0 // ranks are below total
	}
	rank := q * float64(total-1)
	low, high := at(int64(math.Floor(rank))), at(int64(math.Ceil(rank)))
	us := int64(math.Round(low + (high-low)*(rank-math.Floor(rank))))
	return &us
}
