package store

import "github.com/clickspan/clickspan/internal/event"

// ExposuresQuery asks what each request met, and whether who made it reached a goal
// afterwards.
//
// Requests are made of the calls in Scope of both sides, as [Step] says, up to
// [SliceReach] outside of the range; what of a request lies further away need not be
// seen. Each shows one face: its client call, when that is one of these calls, else its
// server call. When a request happened, and whose it is, is what its face tells, by its
// own ids or those of its best link. Requests of nobody are left out, and with Within
// [UnitSession] those of no session.
//
// A goal is a row that matches Goal in Scope, or up to a day after it. A request reaches
// it when one of the same person, or session, is later; when Goal is a call, also when it
// is at the same time: the request itself.
type ExposuresQuery struct {
	Scope
	Goal   Step
	Within UnitOf // [UnitPerson] or [UnitSession]: whose goal counts
	Value  *Field // of goals, a number; nil = nobody asks
}

// Exposures are the answer: a list of few words, with numbers into it.
type Exposures struct {
	Endpoints []event.Endpoint // by name
	Devices   []string         // class and network of the face, "mobile 4g"; sorted
	// Rows are the requests, person by person, each person's in order of time, then
	// arrival of the face; the persons in no order that means anything.
	Rows  []Exposure
	Goals Goals
}

// Exposure is one request.
type Exposure struct {
	Person  int32 // from 0, without gaps
	Session int32 // the same; -1 = none
	Action  int32 // that caused it, the same, by the best link of the face; -1 = not known
	// Endpoint is the place in Endpoints of its innermost server call: the one that took
	// least, untimed ones after all others, of equals the last that arrived; without
	// server call, of its face.
	Endpoint int32
	Device   int32 // place in Devices
	Time     int64 // microseconds since 1970
	// Took is the duration in microseconds of the innermost server call, when it is timed,
	// else of the face; -1 = not known.
	Took    int64
	Served  bool // Took is a server's
	Failed  bool // one of its calls did
	Reached bool // the goal, afterwards
	Before  bool // the person had reached the goal earlier, in Scope
}

// Goals sums up the goals in the range.
type Goals struct {
	Count  int64
	People int64
	Valued int64   // of Count: have a number for a value
	Value  float64 // the sum of these
}
