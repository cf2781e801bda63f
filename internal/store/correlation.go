package store

// CorrelationQuery asks what units met on their way through a funnel, by whether they
// came through.
//
// A unit's way is that of the attempt that counts in Funnel, which has no Attempts: from
// its first row to its last when it did all steps, else to the end of its window or of the
// range, whichever is earlier. Units that are in progress have no way yet. Rows are those
// in Funnel.Scope but for its Filter that lie after the beginning and before the end of
// their unit's way; those of a candidate with Ends also at either.
type CorrelationQuery struct {
	Funnel     FunnelQuery // By, Spread, Entities, Calls and Attempts are not used
	Candidates []Candidate // at most 60
	Limit      int         // names per candidate, 1 to 1000
}

// Candidate is rows that units may meet, by the value of a field, as [LabelOf] writes it;
// rows without it are left out. A unit has met a name with at least Least rows of it.
type Candidate struct {
	Step
	Name  Field // of the step's record
	Least int   // at least 1
	Ends  bool
}

// Correlation is the answer.
type Correlation struct {
	Success, Failure int64 // units that did all steps, and that did not
	Met              []Met // by candidate, then units desc, then name; at most Limit of each candidate
}

// Met counts the units that met a name of a candidate.
type Met struct {
	Candidate        int // its place
	Name             string
	Success, Failure int64
}
