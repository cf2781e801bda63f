package link

import (
	"container/heap"
	"math"
	"slices"
)

// option is one way to serve a seeker: a right-hand node and what it costs.
type option struct {
	to   int32
	cost float64
}

// assignment finds, for seekers on the left and rows on the right, the pairing of
// least total cost in which every row serves at most one seeker. A seeker may stay
// without a row at the cost skip. It is the method of shortest augmenting paths
// (Jonker and Volgenant 1987) on a sparse graph: exact, and near linear when
// seekers have few options.
type assignment struct {
	options [][]option // per seeker, cheapest first
	skip    float64
	u, v    []float64 // duals: every option's cost - u - v is ≥ 0, and 0 where paired
	row     []int32   // seeker → row, none
	seeker  []int32   // row → seeker, none

	dist  []float64 // of rows, from the seeker being placed
	from  []int32   // the seeker a row was reached from
	epoch []int32   // dist and from count only when they are of this round
	round int32
	queue frontier

	wanted [][]option // per row, the seekers that have it as an option; built when first needed
}

func newAssignment(options [][]option, rows int, skip float64) *assignment {
	a := &assignment{
		options: options, skip: skip, u: make([]float64, len(options)), v: make([]float64, rows),
		row: fill(len(options)), seeker: fill(rows),
		dist: make([]float64, rows), from: make([]int32, rows), epoch: make([]int32, rows),
	}
	for i := range options {
		a.place(int32(i))
	}
	return a
}

func fill(n int) []int32 {
	s := make([]int32, n)
	for i := range s {
		s[i] = none
	}
	return s
}

// step is a row at the frontier of the search.
type step struct {
	dist float64
	row  int32
}

type frontier []step

func (f frontier) Len() int { return len(f) }
func (f frontier) Less(i, j int) bool {
	return f[i].dist < f[j].dist || f[i].dist == f[j].dist && f[i].row < f[j].row
}
func (f frontier) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f *frontier) Push(x any)   { *f = append(*f, x.(step)) }
func (f *frontier) Pop() any {
	old := *f
	last := old[len(old)-1]
	*f = old[:len(old)-1]
	return last
}

// place finds the cheapest way to serve seeker i, moving others where that pays.
func (a *assignment) place(i int32) {
	a.u[i] = a.skip
	for _, o := range a.options[i] {
		a.u[i] = math.Min(a.u[i], o.cost-a.v[o.to])
	}
	a.begin()
	a.expand(i, 0)
	idle, idleAt := i, a.skip-a.u[i] // the seeker that would stay without, and at what distance
	var settled []int32
	for {
		if len(a.queue) == 0 || idleAt <= a.queue[0].dist {
			a.settle(i, settled, idleAt)
			a.release(i, idle)
			return
		}
		at := heap.Pop(&a.queue).(step)
		if at.dist > a.dist[at.row] {
			continue
		}
		owner := a.seeker[at.row]
		if owner == none {
			a.settle(i, settled, at.dist)
			a.augment(i, at.row)
			return
		}
		settled = append(settled, at.row)
		if d := at.dist + a.skip - a.u[owner]; d < idleAt {
			idle, idleAt = owner, d
		}
		a.expand(owner, at.dist)
	}
}

func (a *assignment) begin() {
	a.round++
	a.queue = a.queue[:0]
}

// expand offers the seeker's other rows to the search.
func (a *assignment) expand(i int32, base float64) {
	for _, o := range a.options[i] {
		if a.row[i] == o.to {
			continue
		}
		d := base + math.Max(0, o.cost-a.u[i]-a.v[o.to])
		if a.epoch[o.to] == a.round && a.dist[o.to] <= d {
			continue
		}
		a.epoch[o.to], a.dist[o.to], a.from[o.to] = a.round, d, i
		heap.Push(&a.queue, step{d, o.to})
	}
}

// settle moves the duals so that the path just found costs nothing any more.
func (a *assignment) settle(i int32, rows []int32, reach float64) {
	a.u[i] += reach
	for _, r := range rows {
		a.u[a.seeker[r]] += reach - a.dist[r]
		a.v[r] -= reach - a.dist[r]
	}
}

// augment gives row r to the seeker it was reached from, whose row goes to the
// seeker that one was reached from, up to i.
func (a *assignment) augment(i, r int32) {
	for {
		next := a.from[r]
		r, a.row[next], a.seeker[r] = a.row[next], r, next
		if next == i {
			return
		}
	}
}

// release leaves seeker idle without a row and hands its row up the path to i.
func (a *assignment) release(i, idle int32) {
	if idle == i {
		return
	}
	r := a.row[idle]
	a.row[idle] = none
	a.augment(i, r)
}

// searchLimit bounds one search for an alternative: beyond it the distance so far
// counts, which makes a link look less certain, never more.
const searchLimit = 256

// rival is another way to serve a seeker and how much dearer the best whole
// assignment is that uses it.
type rival struct {
	row int32 // none: the seeker goes without
	gap float64
}

// rivals returns the alternatives to seeker i's row that cost at most limit more.
// The gaps are exact (up to searchLimit): they are shortest paths in the residual
// graph from the alternative back to the row that seeker i leaves.
func (a *assignment) rivals(i int32, limit float64) []rival {
	own := a.row[i]
	vacant := a.backfill(i, own)
	var out []rival
	if gap := math.Max(0, a.skip-a.u[i]) + vacant; gap <= limit {
		out = append(out, rival{none, gap})
	}
	for _, o := range a.options[i] {
		if o.to == own {
			continue
		}
		gap := math.Max(0, o.cost-a.u[i]-a.v[o.to])
		if gap > limit {
			continue
		}
		if owner := a.seeker[o.to]; owner == none {
			gap += vacant
		} else {
			gap += a.displace(owner, o.to, own, vacant, limit-gap)
		}
		if gap <= limit {
			out = append(out, rival{o.to, gap})
		}
	}
	return out
}

// displace returns what it costs to serve seeker k anew when row taken is no
// longer its own and row freed is free, or filled by somebody else for vacant.
func (a *assignment) displace(k, taken, freed int32, vacant, limit float64) float64 {
	a.begin()
	a.epoch[taken], a.dist[taken] = a.round, -1
	a.expand(k, 0)
	best := a.skip - a.u[k] + vacant
	for range searchLimit {
		if len(a.queue) == 0 || a.queue[0].dist >= best {
			return best
		}
		at := heap.Pop(&a.queue).(step)
		switch owner := a.seeker[at.row]; {
		case at.dist > limit:
			return at.dist
		case at.dist > a.dist[at.row]:
		case at.row == freed:
			return math.Min(best, at.dist)
		case owner == none:
			best = math.Min(best, at.dist+vacant)
		default:
			best = math.Min(best, at.dist+a.skip-a.u[owner]+vacant)
			a.expand(owner, at.dist)
		}
	}
	return math.Min(best, a.queue.least())
}

// backfill returns what the others lose when seeker i leaves row freed: its price,
// or less when somebody else can use the row.
func (a *assignment) backfill(i, freed int32) float64 {
	best := -a.v[freed]
	if best == 0 {
		return 0
	}
	a.begin()
	a.epoch[freed], a.dist[freed] = a.round, 0
	heap.Push(&a.queue, step{0, freed})
	for range searchLimit {
		if len(a.queue) == 0 || a.queue[0].dist >= best {
			return best
		}
		at := heap.Pop(&a.queue).(step)
		if at.dist > a.dist[at.row] {
			continue
		}
		best = math.Min(best, at.dist-a.v[at.row])
		for _, w := range a.seekersOf(at.row) {
			k := w.to
			if k == i || a.row[k] == at.row {
				continue
			}
			d := at.dist + math.Max(0, w.cost-a.u[k]-a.v[at.row])
			left := a.row[k]
			if left == none {
				best = math.Min(best, d) // k went without until now
				continue
			}
			if a.epoch[left] != a.round || d < a.dist[left] {
				a.epoch[left], a.dist[left] = a.round, d
				heap.Push(&a.queue, step{d, left})
			}
		}
	}
	return math.Min(best, a.queue.least())
}

// seekersOf lists who has row r as an option, and at what cost.
func (a *assignment) seekersOf(r int32) []option {
	if a.wanted == nil {
		a.wanted = make([][]option, len(a.seeker))
		for i, options := range a.options {
			for _, o := range options {
				a.wanted[o.to] = append(a.wanted[o.to], option{int32(i), o.cost})
			}
		}
	}
	return a.wanted[r]
}

func (f frontier) least() float64 {
	if len(f) == 0 {
		return math.Inf(1)
	}
	return f[0].dist
}

// maxOptions bounds the rows looked at for one seeker; the dearer ones could only
// be chosen if all others were taken.
const maxOptions = 12

// cheapest keeps the cheapest options in place, cheapest first; ties go to the
// lower row, so that the answer does not depend on the order of input.
func cheapest(options []option) []option {
	slices.SortFunc(options, func(a, b option) int {
		switch {
		case a.cost < b.cost:
			return -1
		case a.cost > b.cost:
			return 1
		}
		return int(a.to) - int(b.to)
	})
	return options[:min(maxOptions, len(options))]
}
