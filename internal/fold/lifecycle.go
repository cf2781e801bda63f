package fold

// Lifecycle counts how units come and go. Interval i is [edges[i+1], edges[i+2]); before
// the first there is [edges[0], edges[1]).
type Lifecycle struct {
	activity
	first, from, to int64

	New          []int64 // active and born in the interval
	Returning    []int64 // active, not new, and active in the interval before
	Resurrecting []int64 // active, neither new nor returning
	Dormant      []int64 // active in the interval before and not in this
}

// NewLifecycle prepares to fold matches, which count in [from, to) and before the first
// interval. Times are microseconds since 1970.
func NewLifecycle(edges []int64, from, to int64) *Lifecycle {
	n := len(edges) - 2
	return &Lifecycle{
		activity: activity{periods: periods{edges: edges}}, first: edges[1], from: from, to: to,
		New: make([]int64, n), Returning: make([]int64, n), Resurrecting: make([]int64, n), Dormant: make([]int64, n),
	}
}

// Unit takes the matches of one unit in order of time, and when it was born.
func (f *Lifecycle) Unit(rows []Row, born int64) {
	f.active = f.active[:0]
	for _, row := range rows {
		if row.Time < f.first || row.Time >= f.from && row.Time < f.to {
			f.mark(row.Time)
		}
	}
	// Interval n of the answer is period n+1, after the one before the first.
	birth, before := f.periods.of(born), -2
	for _, p := range f.active {
		if p > 0 {
			switch p {
			case birth:
				f.New[p-1]++
			case before + 1:
				f.Returning[p-1]++
			default:
				f.Resurrecting[p-1]++
			}
		}
		if before >= 0 && p > before+1 {
			f.Dormant[before]++
		}
		before = p
	}
	if before >= 0 && before < len(f.Dormant) {
		f.Dormant[before]++
	}
}

// Stickiness counts in how many of the intervals [edges[i], edges[i+1]) units are active.
type Stickiness struct {
	activity
	Units []int64 // at i those active in exactly i+1
}

// NewStickiness prepares to fold matches. Times are microseconds since 1970.
func NewStickiness(edges []int64) *Stickiness {
	return &Stickiness{activity{periods: periods{edges: edges}}, make([]int64, len(edges)-1)}
}

// Unit takes the matches of one unit in order of time.
func (f *Stickiness) Unit(rows []Row) {
	f.active = f.active[:0]
	for _, row := range rows {
		f.mark(row.Time)
	}
	if n := len(f.active); n > 0 {
		f.Units[n-1]++
	}
}

// activity is the periods in which a unit is active, ascending.
type activity struct {
	periods periods
	active  []int
}

func (a *activity) mark(at int64) {
	p, n := a.periods.of(at), len(a.active)
	if p >= 0 && (n == 0 || a.active[n-1] != p) {
		a.active = append(a.active, p)
	}
}
