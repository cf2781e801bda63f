package fold

import (
	"math/bits"
	"slices"
)

// Order says which rows an attempt takes.
type Order int

// The orders. Ordered takes the first row that matches the next step, Strict nothing
// but the next row that counts, Unordered the first row that matches any step not done.
const (
	Ordered Order = iota
	Strict
	Unordered
)

// Funnel finds how far units come from step to step. Bit i of a row is step i, bit
// Steps+e exclusion e; in strict order the bit after them marks rows that break an
// attempt unless they are its next step, as rows that match any step do.
//
// At one instant rows that match an exclusion come first, then those with steps by the
// first step, then the last step that they match, then the rest; else as given. An
// attempt begins at a row that matches step 0 (unordered: any step), takes rows that
// come later, each for one step (unordered: the first that is not done), and ends when
// it has all, when a row is more than Window after its first, when a row breaks it, or
// when an exclusion voids it: when the attempt has done at least From steps and less
// than To at that row, before the row's own steps count.
//
// With a Tolerance an ordered attempt also takes rows that match its next step, no other
// and no exclusion, when they come before the latest row that it took and at most
// Tolerance earlier; of these the latest, and at once. Such a row is not the latest.
type Funnel struct {
	Steps     int // 1 to 30
	Order     Order
	Window    int64 // microseconds
	Tolerance int64 // microseconds; 0 in strict order
	Excluded  []Exclusion
	// First counts a unit's first attempt, whatever becomes of it. Otherwise the one that
	// completes first counts, of such at one row the one that began last; when none
	// completes, of those that came furthest the one that began last.
	First bool
	// Every counts all attempts, one after the other: the next begins at the first row
	// that can begin one after those of the last; the row that broke, voided or came too
	// late for it may be that.
	Every bool

	attempt       Attempt
	newest        []int // row at which the newest attempt with this step done began; -1
	single        []int // the last row that matches this step alone; -1
	open, moved   []bundle
	best, reached int
}

// Exclusion is what voids an attempt between two steps.
type Exclusion struct{ From, To int }

// Attempt is how far one attempt came.
type Attempt struct {
	Rows []int // the row of each step done, in the order in which they were done
	Step []int // which step that row is
	Open bool  // no row broke it: with more time it might go on
}

// Unit hands over the attempts of one unit that count: at most one unless Every is set.
// rows are in order of time, then arrival, and are sorted further. An attempt is valid
// until use returns. Voided attempts do not count.
func (f *Funnel) Unit(rows []Row, use func(*Attempt)) {
	f.sort(rows)
	if !f.First && !f.Every {
		if begin := f.furthest(rows); begin >= 0 {
			f.follow(rows, begin, 0)
			use(&f.attempt)
		}
		return
	}
	for at, floor := 0, 0; at < len(rows); {
		if !f.begins(rows[at]) {
			at++
			continue
		}
		end, voided := f.follow(rows, at, floor)
		if !voided {
			use(&f.attempt)
		}
		if f.First {
			return
		}
		at, floor = max(end, at+1), end
	}
}

func (f *Funnel) all() uint64 { return 1<<f.Steps - 1 }

// steps are those that a row matches.
func (f *Funnel) steps(r Row) uint64 { return r.Steps & f.all() }

// exclusions are those that a row matches, from bit 0.
func (f *Funnel) exclusions(r Row) uint64 {
	return r.Steps >> f.Steps & (1<<len(f.Excluded) - 1)
}

// breaks reports whether a row ends a strict attempt whose next step it is not.
func (f *Funnel) breaks(r Row) bool {
	return f.Order == Strict && (f.steps(r) != 0 || r.Steps>>(f.Steps+len(f.Excluded)) != 0)
}

func (f *Funnel) begins(r Row) bool { return f.next(r, 0) != 0 }

// next is the bit of the step that a row is to an attempt that has done some; 0 when it
// is none.
func (f *Funnel) next(r Row, done uint64) uint64 {
	if f.Order == Unordered {
		free := f.steps(r) &^ done
		return free & -free
	}
	return f.steps(r) & (done + 1)
}

// voids reports whether a row voids an attempt that has done so many steps.
func (f *Funnel) voids(r Row, done int) bool {
	for e := f.exclusions(r); e != 0; e &= e - 1 {
		if x := f.Excluded[bits.TrailingZeros64(e)]; x.From <= done && done < x.To {
			return true
		}
	}
	return false
}

// isSingle reports whether a row matches one step and nothing else that counts.
func (f *Funnel) isSingle(r Row) bool {
	return bits.OnesCount64(f.steps(r)) == 1 && f.exclusions(r) == 0
}

// sort brings the rows of each instant into their order.
func (f *Funnel) sort(rows []Row) {
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && rows[to].Time == rows[from].Time {
			to++
		}
		if to-from > 1 {
			slices.SortStableFunc(rows[from:to], func(a, b Row) int { return f.place(a) - f.place(b) })
		}
		from = to
	}
}

// place orders the rows of one instant.
func (f *Funnel) place(r Row) int {
	steps := f.steps(r)
	switch {
	case f.exclusions(r) != 0:
		return 0
	case steps == 0:
		return 1 << 16
	}
	return bits.TrailingZeros64(steps)<<8 + bits.Len64(steps)
}

// follow goes with the attempt that begins at a row, and tells the row at which it
// ended: the first that it has no part in. Rows before floor belong to earlier attempts.
func (f *Funnel) follow(rows []Row, begin, floor int) (end int, voided bool) {
	a := &f.attempt
	a.Rows, a.Step, a.Open = a.Rows[:0], a.Step[:0], true
	done := uint64(0)
	take := func(i int, bit uint64) {
		a.Rows, a.Step = append(a.Rows, i), append(a.Step, bits.TrailingZeros64(bit))
		done |= bit
	}
	for i := begin; i < len(rows); i++ {
		row := rows[i]
		if row.Time-rows[begin].Time > f.Window {
			return i, false
		}
		if i > begin && f.voids(row, len(a.Rows)) {
			return i, true
		}
		if bit := f.next(row, done); bit != 0 {
			take(i, bit)
			for early := f.early(rows, i, floor, done); early >= 0; early = f.early(rows, i, floor, done) {
				take(early, done+1)
			}
		} else if f.breaks(row) {
			a.Open = false
			return i, false
		}
		if done == f.all() {
			return i + 1, false
		}
	}
	return len(rows), false
}

// early is the latest row before i that the tolerance lets an attempt take for its next
// step; -1 when there is none.
func (f *Funnel) early(rows []Row, i, floor int, done uint64) int {
	if f.Tolerance == 0 || f.Order != Ordered || done == f.all() {
		return -1
	}
	for e := i - 1; e >= floor && rows[i].Time-rows[e].Time <= f.Tolerance; e-- {
		if f.isSingle(rows[e]) && f.steps(rows[e]) == done+1 {
			return e
		}
	}
	return -1
}
