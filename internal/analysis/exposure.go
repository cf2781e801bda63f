package analysis

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// ImpactUnit is what is compared: those that met something with those that did not.
type ImpactUnit string

// The units. Of a session or person the first call to each endpoint counts: who stays
// longer meets more, so that any call would not do.
const (
	ByInteraction ImpactUnit = "interaction"
	BySession     ImpactUnit = "session"
	ByPerson      ImpactUnit = "person"
)

// encounter is one unit that called one endpoint.
type encounter struct {
	stats.Row
	endpoint int32
	session  int32 // -1 = none
	moment   int32 // ten minutes, since midnight before all
	before   bool  // the person had reached the goal before
	timed    bool  // Server is the duration on the side that counts for the endpoint
}

// exposureTable is who met what, by endpoint.
type exposureTable struct {
	endpoints  []event.Endpoint
	of         [][]encounter // by endpoint, each person's in the order of time
	served     []bool        // by endpoint: durations are the servers'
	goals      store.Goals
	begin, end time.Time // of what was looked at
	asOf       time.Time // when it was read
	coverage   Coverage
}

// days is how long the table's time is.
func (t *exposureTable) days() float64 { return max(t.end.Sub(t.begin), time.Hour).Hours() / 24 }

const (
	moments     = 10 * time.Minute // in which endpoints share what goes on
	stepsApart  = 10               // steps of a visit that are told apart, the last with all later ones
	enoughServe = .2               // of the timed requests of an endpoint: then only the servers' durations count
)

// readExposures asks the store and folds requests into units. What happened in the last
// half hour before now is left out: the visits may go on.
func readExposures(ctx context.Context, r store.Reader, scope store.Scope, zone *time.Location, now time.Time, unit ImpactUnit, goal store.Step, value *store.Field) (*exposureTable, error) {
	if settled := now.Add(-store.LinkGap); scope.To.After(settled) && settled.After(scope.From) {
		scope.To = settled
	}
	within := store.UnitSession
	if unit == ByPerson {
		within = store.UnitPerson
	}
	met, err := r.Exposures(ctx, store.ExposuresQuery{Scope: scope, Goal: goal, Within: within, Value: value})
	if err != nil {
		return nil, err
	}
	t := &exposureTable{goals: met.Goals, begin: scope.From, end: scope.To, asOf: event.Time(now)}
	if len(met.Rows) > 0 {
		first := met.Rows[0].Time
		for i := range met.Rows {
			first = min(first, met.Rows[i].Time)
		}
		t.begin = time.UnixMicro(first).UTC()
	}
	t.coverage, err = coverageOf(ctx, r, scope, met.Rows)
	if err != nil {
		return nil, err
	}
	oneRequestOneName(&met)
	t.endpoints, t.served = met.Endpoints, servedEndpoints(&met)
	t.divide(foldUnits(&met, unit, t.served, midnight(t.begin, zone, 0)))
	return t, nil
}

// oneRequestOneName gives requests of one method and route one endpoint, the one that
// most of them have: of some only the browser's side, or an outer tier, is known.
func oneRequestOneName(met *store.Exposures) {
	counts := make([]int, len(met.Endpoints))
	for i := range met.Rows {
		counts[met.Rows[i].Endpoint]++
	}
	most := map[event.Endpoint]int32{}
	bare := func(i int) event.Endpoint {
		return event.Endpoint{Method: met.Endpoints[i].Method, Route: met.Endpoints[i].Route}
	}
	for i := range met.Endpoints {
		if best, known := most[bare(i)]; !known || better(met.Endpoints, counts, i, int(best)) {
			most[bare(i)] = int32(i)
		}
	}
	for i := range met.Rows {
		met.Rows[i].Endpoint = most[bare(int(met.Rows[i].Endpoint))]
	}
}

// better prefers names with a service, then frequent ones.
func better(endpoints []event.Endpoint, counts []int, a, b int) bool {
	if (endpoints[a].Service != "") != (endpoints[b].Service != "") {
		return endpoints[a].Service != ""
	}
	return counts[a] > counts[b]
}

// foldUnits makes encounters of requests. An interaction is an action, or a request that no
// action is known for. Of its requests to one endpoint the first that failed counts, else
// the longest.
func foldUnits(met *store.Exposures, unit ImpactUnit, served []bool, midnight time.Time) []encounter {
	out := make([]encounter, 0, len(met.Rows))
	type key struct{ unit, endpoint int32 }
	open, steps, actions := map[key]int32{}, map[int32]int32{}, map[int32]int32{}
	for i := range met.Rows {
		row := &met.Rows[i]
		if i > 0 && row.Person != met.Rows[i-1].Person {
			clear(open)
			clear(steps)
			clear(actions)
		}
		step := stepOf(row, steps, actions)
		e := encounter{
			endpoint: row.Endpoint, session: row.Session, moment: int32((row.Time - midnight.UnixMicro()) / moments.Microseconds()), before: row.Before, timed: row.Took >= 0 && row.Served == served[row.Endpoint],
			Row: stats.Row{
				Person: row.Person, Cell: row.Device*stepsApart + step,
				Hour:   int32((row.Time - midnight.UnixMicro()) / time.Hour.Microseconds()),
				Server: math.NaN(), Usual: math.NaN(), Failed: row.Failed, Outcome: row.Reached,
			},
		}
		if e.timed {
			e.Server = max(float64(row.Took), 1) / 1000
		}
		k := key{row.Action, row.Endpoint}
		switch unit {
		case BySession:
			k.unit = row.Session
		case ByPerson:
			k.unit = row.Person
		}
		if k.unit < 0 { // a request by itself
			out = append(out, e)
			continue
		}
		at, known := open[k]
		switch {
		case !known:
			open[k] = int32(len(out))
			out = append(out, e)
		case unit == ByInteraction:
			out[at].add(&e)
		}
	}
	return out
}

// add takes another request of the same interaction.
func (e *encounter) add(other *encounter) {
	if e.Failed {
		return
	}
	longer := other.timed && !(e.Server >= other.Server)
	if other.Failed || longer {
		e.Server, e.timed, e.Failed = other.Server, other.timed, other.Failed
	}
}

// stepOf counts what the session did before: actions, and requests without one.
func stepOf(row *store.Exposure, steps, actions map[int32]int32) int32 {
	if row.Session < 0 {
		return 0
	}
	if row.Action >= 0 {
		if step, known := actions[row.Action]; known {
			return step
		}
	}
	step := min(steps[row.Session], stepsApart-1)
	steps[row.Session]++
	if row.Action >= 0 {
		actions[row.Action] = step
	}
	return step
}

// servedEndpoints says of which endpoints the servers' durations count: those that have
// enough of them. The browser's are longer and end when people leave, so that the two
// are never mixed.
func servedEndpoints(met *store.Exposures) []bool {
	timed, served := make([]float64, len(met.Endpoints)), make([]float64, len(met.Endpoints))
	for i := range met.Rows {
		row := &met.Rows[i]
		if row.Took >= 0 {
			timed[row.Endpoint]++
			served[row.Endpoint] += one(row.Served)
		}
	}
	out := make([]bool, len(timed))
	for i := range out {
		out[i] = served[i] > 0 && served[i] >= enoughServe*timed[i]
	}
	return out
}

// divide fills in how slow people's calls were before, and what other endpoints were like
// just then, and sorts the encounters by endpoint.
func (t *exposureTable) divide(all []encounter) {
	var persons, endpoints, buckets, at []int32
	var ms, doublings []float64
	counts := make([]int, len(t.endpoints))
	for i := range all {
		counts[all[i].endpoint]++
		if e := &all[i]; e.timed {
			persons, endpoints, buckets, at = append(persons, e.Person), append(endpoints, e.endpoint), append(buckets, e.moment), append(at, int32(i))
			ms, doublings = append(ms, e.Server), append(doublings, math.Log2(e.Server))
		}
	}
	usual, around := stats.Usual(persons, endpoints, ms), stats.Around(endpoints, buckets, doublings)
	for n, i := range at {
		all[i].Usual, all[i].Besides[0] = usual[n], around[n]
	}
	troubles(all)
	t.visits(all, at, doublings)
	t.of = make([][]encounter, len(t.endpoints))
	for i, n := range counts {
		t.of[i] = make([]encounter, 0, n)
	}
	for i := range all {
		t.of[all[i].endpoint] = append(t.of[all[i].endpoint], all[i])
	}
}

// troubles fills in how many calls of other endpoints failed just then.
func troubles(all []encounter) {
	endpoints, buckets, failed := make([]int32, len(all)), make([]int32, len(all)), make([]float64, len(all))
	for i := range all {
		endpoints[i], buckets[i], failed[i] = all[i].endpoint, all[i].moment, one(all[i].Failed)
	}
	for i, troubled := range stats.Around(endpoints, buckets, failed) {
		all[i].Besides[1] = troubled
	}
}

// visits fills in what the visit had met of other endpoints before: by how many doublings
// above normal they took, in the mean, and how many failed.
func (t *exposureTable) visits(all []encounter, timed []int32, doublings []float64) {
	normal, n := make([]float64, len(t.endpoints)), make([]float64, len(t.endpoints))
	for k, i := range timed {
		normal[all[i].endpoint] += doublings[k]
		n[all[i].endpoint]++
	}
	type sum struct{ above, timed, failed float64 }
	type visit struct{ session, endpoint int32 }
	whole, own := map[int32]sum{}, map[visit]sum{}
	for i := range all {
		e := &all[i]
		if i > 0 && e.Person != all[i-1].Person {
			clear(whole)
			clear(own)
		}
		if e.session < 0 {
			continue
		}
		w, o := whole[e.session], own[visit{e.session, e.endpoint}]
		e.Besides[2], e.Besides[3] = (w.above-o.above)/(w.timed-o.timed+1), min(w.failed-o.failed, 3)
		for _, s := range []*sum{&w, &o} {
			s.failed += one(e.Failed)
			if e.timed {
				s.above += math.Log2(e.Server) - normal[e.endpoint]/n[e.endpoint]
				s.timed++
			}
		}
		whole[e.session], own[visit{e.session, e.endpoint}] = w, o
	}
}

// rowsOf are the encounters that keep, as the estimators take them. Persons are numbered
// anew, without gaps.
func rowsOf(all []encounter, keep func(*encounter) bool) (rows []stats.Row, before []bool) {
	last, person := int32(-1), int32(-1)
	for i := range all {
		e := &all[i]
		if !keep(e) {
			continue
		}
		if e.Person != last {
			last = e.Person
			person++
		}
		row := e.Row
		row.Person = person
		rows, before = append(rows, row), append(before, e.before)
	}
	return rows, before
}

// Coverage says how much of what happened the links make known.
type Coverage struct {
	Requests    int64    `json:"requests" doc:"by people who are known"`
	Served      int64    `json:"served" doc:"of these, those whose duration is the server's own"`
	Caused      int64    `json:"caused" doc:"of these, those whose action is known"`
	ServerCalls int64    `json:"server_calls" doc:"of services, whether or not it is known whose"`
	Linked      int64    `json:"linked" doc:"of these, those whose action is known with at least min_confidence"`
	Share       *float64 `json:"share" doc:"linked of server_calls; null when there are none"`
}

func coverageOf(ctx context.Context, r store.Reader, s store.Scope, rows []store.Exposure) (Coverage, error) {
	c := Coverage{Requests: int64(len(rows))}
	for i := range rows {
		if rows[i].Served {
			c.Served++
		}
		if rows[i].Action >= 0 {
			c.Caused++
		}
	}
	calls := store.Scope{Project: s.Project, From: s.From, To: s.To, MinConfidence: s.MinConfidence, Bots: s.Bots}
	series, err := r.Series(ctx, store.SeriesQuery{
		Scope: calls, Edges: []time.Time{s.From, s.To}, Limit: 1,
		Measures: []store.Measure{{Of: store.OfCalls, Stat: store.Count}, {Of: store.OfCalls, Stat: store.Count, Filter: store.Equals("call.linked", true)}},
	})
	if err != nil {
		return c, err
	}
	values := series.Lines[0].Values
	c.ServerCalls, c.Linked = whole(values[0][0]), whole(values[1][0])
	if c.ServerCalls > 0 {
		share := float64(c.Linked) / float64(c.ServerCalls)
		c.Share = &share
	}
	return c, nil
}

// typicalMS is the median of the known durations; 1 when there are none.
func typicalMS(of []encounter) float64 {
	var known []float64
	for i := range of {
		if of[i].timed {
			known = append(known, of[i].Server)
		}
	}
	if len(known) == 0 {
		return 1
	}
	slices.Sort(known)
	return known[len(known)/2]
}
