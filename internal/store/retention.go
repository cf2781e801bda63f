package store

import "time"

// RetentionQuery asks which units come back. Period p is [Edges[p], Edges[p+1]);
// the first Rows periods are the rows of the answer. The Target matches of a unit in
// [From, To) put it into rows, see [Cohort]; its Returning matches before Until are
// counted by period. In column k of row p stand the units of the row that came back k
// periods later, see [Criterion]. Column 0 is the size of the row: to enter it is to be
// there, whatever Returning is.
//
// Without Split, Met stays empty. With it, Met counts those units whose first session met
// a call that Split holds for, anywhere in the time from Edges[0] to Until: the session of
// the unit's earliest Target match in [From, To); of several at that instant, any. The
// call is of that session itself or by its best link; a match without session met nothing.
type RetentionQuery struct {
	Scope
	Target, Returning Step
	Unit              Unit
	Edges             []time.Time // ascending, Rows + Intervals of them, at most 10,001; Edges[0] ≤ From, To ≤ Edges[Rows]
	Rows              int         // at least 1
	Intervals         int         // columns, at least 1
	Cohort            Cohort
	Criterion         Criterion
	MinOccurrences    int       // how many Returning matches in one period make a return; at least 1
	Until             time.Time // what happens at or after it is not counted
	Split             Filter    // on calls; nil = no split
}

// Cohort says which rows a unit is in.
type Cohort string

// The cohorts.
const (
	CohortFirst     Cohort = "first"      // the row of its first Target match in range
	CohortFirstEver Cohort = "first_ever" // the same, unless it has a Target match before From
	CohortRecurring Cohort = "recurring"  // every row in which it has a Target match
)

// Criterion says what coming back in an interval means.
type Criterion string

// The criteria.
const (
	On        Criterion = "on"          // in that period
	OnOrAfter Criterion = "on_or_after" // in that period or a later one of the row
)

// RetentionTables is the answer.
type RetentionTables struct {
	All, Met RetentionTable
}

// RetentionTable counts units by row and column.
type RetentionTable [][]int64
