// Package fold goes through what units did, row by row in order of time, and says how
// far they came. It knows numbers only: which row matches which step is for engines
// to say, what a number means for those who ask.
package fold

// Row is one row of a unit.
type Row struct {
	Time  int64  // microseconds since 1970
	Steps uint64 // bit i: the row matches step i
	Label uint32 // a number for the row's label; 0 = none
}
