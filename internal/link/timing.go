package link

import (
	"cmp"
	"math"
)

const (
	// lagScale is how long the network takes on either side of the server's work.
	lagScale = 0.1 // seconds
	// fineGrain is the grain up to which a time counts as exact.
	fineGrain = 50 * millisecond
	// clockError is what remains of a clock difference once it is known from
	// other calls of the visit, and while it is not.
	clockError   = 0.02 // seconds
	unknownError = 0.1
)

// latest is when c was over at the latest.
func (c *call) latest() int64 {
	if c.Timed {
		return c.end
	}
	return c.start + untimedReach
}

// lengthCost compares durations, which needs no common clock: a row that took
// longer than the wait is another's.
func lengthCost(c, s *call) float64 {
	if !c.Timed || !s.Timed {
		return 0
	}
	over := float64(s.end-s.start-(c.end-c.start)) / 1e6
	return 50 * max(0, over-clockError)
}

// placeCost weighs where the rows of a request, from first to last, lie within the
// client's wait. The server works while the client waits, so they must nest.
func (m *matcher) placeCost(c, first, last *call) float64 {
	fix, known := m.clocks[c.visit]
	noise := unknownError
	if known {
		noise = clockError
	}
	start, end := c.start+fix, c.latest()+fix
	if last.Grain.Microseconds() > fineGrain {
		return max(m.coarseCost(start, end, first, noise), m.coarseCost(start, end, last, noise))
	}
	grain := last.Grain.Microseconds()
	if !c.Timed {
		return lagCost(interval(first.start-start, grain), noise)
	}
	length := last.end - first.start
	ideal := start + (end-start-length)/2
	begin := min(max(ideal, first.start), first.start+grain)
	return (lagCost(begin-start, noise) + lagCost(end-begin-length, noise)) / 2
}

// interval returns the moment of [from, from+grain) nearest to zero.
func interval(from, grain int64) int64 { return min(max(0, from), from+grain) }

// lagCost is the cost of a lag between two things that should follow each other
// closely: quadratic near zero, so that calls in flight together keep their order,
// then linear, because networks stall. A negative lag is a clock error.
func lagCost(us int64, noise float64) float64 {
	lag := float64(us) / 1e6
	x := lag / lagScale
	switch {
	case us < -slack:
		return impossible
	case x < 0:
		return lag * lag / (2 * noise * noise)
	case x <= 2:
		return x * x / 2
	}
	return min(2*x-2, 5+math.Log1p(x))
}

// coarseCost weighs a row whose clock ticks more slowly than requests last. The
// moment it stamps lies somewhere in a part of the wait; the cost is how little of
// that part shares the row's tick.
func (m *matcher) coarseCost(start, end int64, s *call, noise float64) float64 {
	from, to := m.stampable(start, end, s)
	tick, grain := s.start, s.Grain.Microseconds()
	blur := int64(noise * 1e6 / 4)
	from, to = from-blur, to+blur
	if shared := min(to, tick+grain) - max(from, tick); shared > 0 {
		return -math.Log(float64(shared) / float64(to-from))
	}
	off := max(tick-to, from-tick-grain)
	if off > slack {
		return impossible
	}
	return 3 + float64(off)/1e6/noise
}

// stampable is the part of the wait in which the stamp of s can lie. A timed row's
// stamp is its start, which leaves its duration before the end.
func (m *matcher) stampable(start, end int64, s *call) (from, to int64) {
	wait := end - start
	switch {
	case s.Timed:
		return start, max(end-(s.end-s.start), start)
	case m.stamp > 1:
		return end - wait/2, end
	case m.stamp < -1:
		return start, start + wait/2
	}
	return start, end
}

// learnClocks estimates what each visit's clock lacks, from the calls that fit one
// row only.
func (m *matcher) learnClocks(certain []option, clients []*call) {
	var k clockwork
	for i, o := range certain {
		if c, s := clients[i], m.free[o.to]; s.Path == c.Path {
			k.compare(c, s)
		}
	}
	m.clocks = k.clocks(slack)
}

// clocks estimates the same from all calls that are tied, whatever tied them. What
// is further off than a call from its action is not worth correcting.
func (l *linker) clocks() map[int]int64 {
	var k clockwork
	for _, c := range l.clients {
		for _, s := range c.rows {
			k.compare(c, s)
		}
	}
	return k.clocks(causeWindow)
}

// clockwork collects, per visit, between what bounds its clock must be corrected.
type clockwork map[int]clockBounds

type clockBounds struct{ low, high int64 }

// compare learns from one pair: no row may begin before its call or end after it.
func (k *clockwork) compare(c, s *call) {
	if !c.Timed || c.visit == none {
		return
	}
	if *k == nil {
		*k = clockwork{}
	}
	b := clockBounds{low: s.end - c.end, high: s.start + s.Grain.Microseconds() - c.start}
	if b.low > b.high {
		return // the server went on when the client had given up
	}
	if known, ok := (*k)[c.visit]; ok {
		b = clockBounds{max(b.low, known.low), min(b.high, known.high)}
	}
	(*k)[c.visit] = b
}

// clocks takes the least correction that achieves this, at most limit either way;
// most often none is needed.
func (k clockwork) clocks(limit int64) map[int]int64 {
	out := make(map[int]int64, len(k))
	for visit, b := range k {
		fix := min(max(0, b.low), b.high)
		if b.low > b.high {
			fix = (b.low + b.high) / 2
		}
		out[visit] = min(max(fix, -limit), limit)
	}
	return out
}

// learnStamp finds out whether the untimed rows of this service are stamped when
// a request begins or when it ends: near the client's start or near its end.
func (m *matcher) learnStamp(options [][]option, seekers []*call) {
	atStart, atEnd := 2.0, 2.0
	for i, c := range seekers {
		if !c.Timed {
			continue
		}
		for _, o := range options[i] {
			switch m.nearer(c, m.free[o.to]) {
			case -1:
				atStart++
			case 1:
				atEnd++
			}
		}
	}
	m.stamp = math.Log2(atEnd / atStart)
}

// nearer says whether an untimed row lies at c's start (-1) or its end (1) and not
// at both (0).
func (m *matcher) nearer(c, s *call) int {
	if s.Timed {
		return 0
	}
	fix := m.clocks[c.visit]
	from, to, grain := c.start+fix, c.end+fix, s.Grain.Microseconds()
	if grain <= fineGrain {
		return cmp.Compare(s.start-from, to-s.start)
	}
	start := from >= s.start && from < s.start+grain
	end := to >= s.start && to < s.start+grain
	switch {
	case start && !end:
		return -1
	case end && !start:
		return 1
	}
	return 0
}
