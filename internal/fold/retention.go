package fold

// What a row of [Retention] matches.
const (
	Target    = 1 << iota // the target
	Returning             // the returning step
)

// Cohorts is a question for who comes back. Times are microseconds since 1970.
type Cohorts struct {
	Edges          []int64 // period p is [Edges[p], Edges[p+1])
	Rows, Columns  int     // the first periods are rows; columns count periods from there on
	From, To       int64   // targets count in [From, To)
	Until          int64   // returns count before
	MinOccurrences int     // so many in one period are a return
	Recurring      bool    // a unit is in every row where it has a target, not in the first only
	OrAfter        bool    // a return counts for the columns before it too
	// Met says whether the label of a row is of a session that met what the question
	// splits by; nil = no split.
	Met func(label uint32) bool
}

// Retention counts units by row and column. Column 0 is all of the row.
type Retention struct {
	q       Cohorts
	periods periods
	entered []int // rows that the unit is in, ascending
	returns []int // how often it came back, by period
	back    []int // periods in which it did, ascending

	All [][]int64
	Met [][]int64 // of them, those whose first target is in a session that met it; only with Cohorts.Met
}

// NewRetention prepares to fold the rows of a question.
func NewRetention(q Cohorts) *Retention {
	f := &Retention{q: q, periods: periods{edges: q.Edges}, returns: make([]int, len(q.Edges)-1), All: table(q)}
	if q.Met != nil {
		f.Met = table(q)
	}
	return f
}

func table(q Cohorts) [][]int64 {
	out := make([][]int64, q.Rows)
	for i := range out {
		out[i] = make([]int64, q.Columns)
	}
	return out
}

// Unit takes the rows of one unit in order of time: matches of the target in range, and
// of the returning step at any time.
func (f *Retention) Unit(rows []Row) {
	f.entered, f.back = f.entered[:0], f.back[:0]
	var first int64
	met := false
	for _, row := range rows {
		if row.Steps&Target != 0 && row.Time >= f.q.From && row.Time < f.q.To {
			if len(f.entered) == 0 {
				first = row.Time
			}
			met = met || f.q.Met != nil && row.Time == first && f.q.Met(row.Label)
			f.enter(row.Time)
		}
		if row.Steps&Returning != 0 && row.Time < f.q.Until {
			f.comeBack(row.Time)
		}
	}
	for _, row := range f.entered {
		f.count(f.All[row], row)
		if met {
			f.count(f.Met[row], row)
		}
	}
	for _, p := range f.back {
		f.returns[p] = 0
	}
}

// enter puts the unit into the row of a match of the target.
func (f *Retention) enter(at int64) {
	row, n := f.periods.of(at), len(f.entered)
	if n == 0 || f.q.Recurring && f.entered[n-1] != row {
		f.entered = append(f.entered, row)
	}
}

func (f *Retention) comeBack(at int64) {
	p := f.periods.of(at)
	if p < 0 {
		return
	}
	if f.returns[p]++; f.returns[p] == 1 {
		f.back = append(f.back, p)
	}
}

// count adds the unit to the columns of a row.
func (f *Retention) count(columns []int64, row int) {
	columns[0]++
	counted := 0
	for _, p := range f.back {
		column := p - row
		if column < 1 || column >= len(columns) || f.returns[p] < f.q.MinOccurrences {
			continue
		}
		if !f.q.OrAfter {
			counted = column - 1
		}
		for counted < column {
			counted++
			columns[counted]++
		}
	}
}

// periods finds the period [edges[p], edges[p+1]) of a time. The times of a unit ascend,
// so the search mostly ends where it did before.
type periods struct {
	edges []int64 // microseconds
	last  int
}

// of returns the period of at, -1 outside of all.
func (p *periods) of(at int64) int {
	if at < p.edges[0] || at >= p.edges[len(p.edges)-1] {
		return -1
	}
	if p.edges[p.last] <= at && at < p.edges[p.last+1] {
		return p.last
	}
	low, high := 0, len(p.edges)-1 // edges[low] ≤ at < edges[high]
	for high-low > 1 {
		if middle := (low + high) / 2; p.edges[middle] <= at {
			low = middle
		} else {
			high = middle
		}
	}
	p.last = low
	return low
}
