package store

import "time"

// HistoriesQuery asks what those did, over a longer time, who did something in a range.
//
// A unit has a history when one of its rows in [From, To) matches Steps[0]. Its history is
// its rows that match any of Steps in [Since, Until), which holds the range.
type HistoriesQuery struct {
	Scope
	Since, Until time.Time
	Steps        []Step // 1 to 64
	Unit         Unit
}

// History is one unit's, in order of time, then arrival.
type History struct {
	ID   string // the user id, else the device id, of a person, the value of another unit
	Rows []HistoryRow
}

// HistoryRow is something that a unit did.
type HistoryRow struct {
	Time  time.Time
	Steps uint64 // bit i: it matches Steps[i]
}

// Is reports whether the row matches the step.
func (r HistoryRow) Is(step int) bool { return r.Steps&(1<<step) != 0 }
