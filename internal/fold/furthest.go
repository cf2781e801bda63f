package fold

import (
	"math/bits"
	"slices"
)

// furthest is the row at which the attempt that counts begins; -1 when there is none.
//
// Attempts that have done the same steps go on alike, but the one that began later has
// longer. So only the newest need be kept, unless something can void it that came too
// late for an older one.
func (f *Funnel) furthest(rows []Row) int {
	if f.Order == Ordered && len(f.Excluded) == 0 {
		return f.newestStart(rows)
	}
	return f.bundles(rows)
}

// newestStart looks at each row once: newest[k] is the newest start of an attempt with
// k+1 steps done.
func (f *Funnel) newestStart(rows []Row) int {
	f.newest, f.single = unset(f.newest, f.Steps), unset(f.single, f.Steps)
	reached := -1 // the furthest step
	for i, row := range rows {
		for left := f.steps(row); left != 0; { // the last step first, so that a row counts once
			k := bits.Len64(left) - 1
			left &^= 1 << k
			start := i
			if k > 0 {
				start = f.newest[k-1]
			}
			if start < 0 || row.Time-rows[start].Time > f.Window {
				continue
			}
			for start > f.newest[k] {
				f.newest[k] = start
				reached = max(reached, k)
				if k+1 < f.Steps && f.isEarly(rows, k+1, row) {
					k++
				}
			}
		}
		if reached == f.Steps-1 {
			break
		}
		if f.Tolerance > 0 && f.isSingle(row) {
			f.single[bits.TrailingZeros64(f.steps(row))] = i
		}
	}
	if reached < 0 {
		return -1
	}
	return f.newest[reached]
}

// isEarly reports whether a row before this one may count as step k after it.
func (f *Funnel) isEarly(rows []Row, k int, row Row) bool {
	return f.Tolerance > 0 && f.single[k] >= 0 && row.Time-rows[f.single[k]].Time <= f.Tolerance
}

// bundle is the attempts that have done the same steps.
type bundle struct {
	done   uint64
	starts []int // rows at which they began, ascending
}

// newestOf is the attempt that began last.
func (b *bundle) newestOf() int { return b.starts[len(b.starts)-1] }

// bundles looks at each row once for every bundle; in order there are at most as many
// as steps.
func (f *Funnel) bundles(rows []Row) int {
	for i := range f.open {
		f.open[i].starts = f.open[i].starts[:0]
	}
	f.single = unset(f.single, f.Steps)
	f.best, f.reached = -1, 0
	for i, row := range rows {
		f.expire(rows, row)
		f.move(row)
		f.moveOn(rows, row)
		if bit := f.next(row, 0); bit != 0 {
			f.join(f.withEarly(rows, bit, row), i)
		}
		if done := f.bundleOf(f.all()); done != nil {
			return done.newestOf()
		}
		if f.Tolerance > 0 && f.isSingle(row) {
			f.single[bits.TrailingZeros64(f.steps(row))] = i
		}
	}
	for i := range f.open {
		if b := &f.open[i]; len(b.starts) > 0 {
			f.claim(b.done, b.newestOf())
		}
	}
	return f.best
}

// claim says how far an attempt came that goes no further.
func (f *Funnel) claim(done uint64, start int) {
	if n := bits.OnesCount64(done); n > f.reached || n == f.reached && start > f.best {
		f.best, f.reached = start, n
	}
}

// expire ends the attempts whose window a row does not lie in.
func (f *Funnel) expire(rows []Row, row Row) {
	for i := range f.open {
		b := &f.open[i]
		over := 0
		for over < len(b.starts) && row.Time-rows[b.starts[over]].Time > f.Window {
			over++
		}
		if over > 0 {
			f.claim(b.done, b.starts[over-1])
			b.starts = slices.Delete(b.starts, 0, over)
		}
	}
}

// move takes out the attempts that a row voids, breaks, or is the next step of; the
// last are in moved.
func (f *Funnel) move(row Row) {
	f.moved = f.moved[:0]
	for i := range f.open {
		b := &f.open[i]
		if len(b.starts) == 0 {
			continue
		}
		bit := f.next(row, b.done)
		switch {
		case f.voids(row, bits.OnesCount64(b.done)):
			b.starts = b.starts[:0]
		case bit != 0:
			f.take(b, b.done|bit)
		case f.breaks(row):
			f.claim(b.done, b.newestOf())
			b.starts = b.starts[:0]
		}
	}
}

// take moves the attempts of a bundle; the room of their lists is used again.
func (f *Funnel) take(b *bundle, done uint64) {
	n := len(f.moved)
	f.moved = slices.Grow(f.moved, 1)[:n+1]
	m := &f.moved[n]
	m.done, m.starts, b.starts = done, b.starts, m.starts[:0]
}

// moveOn puts the moved attempts where they belong now.
func (f *Funnel) moveOn(rows []Row, row Row) {
	for i := range f.moved {
		m := &f.moved[i]
		m.done = f.withEarly(rows, m.done, row)
		if at := f.slot(m.done); len(at.starts) == 0 {
			at.starts, m.starts = m.starts, at.starts
			continue
		}
		for _, start := range m.starts {
			f.join(m.done, start)
		}
	}
}

// withEarly adds the steps that the tolerance lets attempts take at once.
func (f *Funnel) withEarly(rows []Row, done uint64, row Row) uint64 {
	for f.Order == Ordered && done != f.all() && f.isEarly(rows, bits.Len64(done), row) {
		done |= done + 1
	}
	return done
}

// join adds an attempt to those that have done the same.
func (f *Funnel) join(done uint64, start int) {
	b := f.slot(done)
	if len(f.Excluded) == 0 && len(b.starts) > 0 {
		b.starts[0] = max(b.starts[0], start)
		return
	}
	at, _ := slices.BinarySearch(b.starts, start)
	b.starts = slices.Insert(b.starts, at, start)
}

// bundleOf is the bundle with these steps done; nil when it is empty.
func (f *Funnel) bundleOf(done uint64) *bundle {
	for i := range f.open {
		if b := &f.open[i]; b.done == done && len(b.starts) > 0 {
			return b
		}
	}
	return nil
}

// slot is the bundle with these steps done, else an empty one made to be it.
func (f *Funnel) slot(done uint64) *bundle {
	if b := f.bundleOf(done); b != nil {
		return b
	}
	for i := range f.open {
		if b := &f.open[i]; len(b.starts) == 0 {
			b.done = done
			return b
		}
	}
	f.open = append(f.open, bundle{done: done})
	return &f.open[len(f.open)-1]
}

// unset is n times -1.
func unset(list []int, n int) []int {
	list = slices.Grow(list[:0], n)[:n]
	for i := range list {
		list[i] = -1
	}
	return list
}
