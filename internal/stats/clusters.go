package stats

// covariance is that of k estimates whose errors are sums of the rows' influences, when
// rows of one person, and rows of one time block, go together (the two-way
// clustering of Cameron, Gelbach and Miller 2011).
type covariance struct {
	k                   int
	person, block, both []float64 // k × k
	// weeks makes up for what hours of week took from the blocks' shocks: of two weeks
	// they took half, so that what is left says half of what there was.
	weeks float64
}

// covariance takes the rows' influences, one column for each estimate. It goes through
// the rows once, with a sum for each person and block.
func (p *panel) covariance(influence ...[]float64) covariance {
	k := len(influence)
	c := covariance{k: k, weeks: p.weeks(), person: make([]float64, k*k), block: make([]float64, k*k), both: make([]float64, k*k)}
	persons, blocks := make([]float64, k*size(p.person)), make([]float64, k*size(p.block))
	now := make([]int32, size(p.person)) // the block, from 1, that each person's running sum is of
	running := make([]float64, len(persons))
	pairs := 0
	for i, person := range p.person {
		sums := running[int(person)*k:][:k]
		if now[person] != p.block[i]+1 { // a person's rows are in the order of time
			addSquare(c.both, sums)
			clear(sums)
			now[person] = p.block[i] + 1
			pairs++
		}
		for j, column := range influence {
			x := column[i]
			sums[j] += x
			persons[int(person)*k+j] += x
			blocks[int(p.block[i])*k+j] += x
		}
	}
	sum := func(to, groups []float64, n int) {
		for at := 0; at < len(groups); at += k {
			addSquare(to, groups[at:at+k])
		}
		for i := range to {
			to[i] *= float64(n) / float64(max(1, n-1))
		}
	}
	sum(c.person, persons, p.persons)
	sum(c.block, blocks, p.blocks)
	sum(c.both, running, pairs)
	return c
}

// addSquare adds v v'.
func addSquare(to, v []float64) {
	for i, x := range v {
		for j, y := range v {
			to[i*len(v)+j] += x * y
		}
	}
}

// weeks is blocks in all to blocks beyond the first of each time of the week.
func (p *panel) weeks() float64 {
	times := make([]int32, len(p.block))
	for i, b := range p.block {
		times[i] = b % (weekHours / blockHours)
	}
	return float64(p.blocks) / float64(max(1, p.blocks-different(times)))
}

// variance is that of the sum of the estimates weighted by a. It is never below that of
// either clustering alone, which the difference of the three can be by chance.
func (c *covariance) variance(a ...float64) float64 {
	person, block, both := c.form(c.person, a), c.form(c.block, a), c.form(c.both, a)
	return max(person+c.weeks*(block-both), person, block)
}

func (c *covariance) form(m, a []float64) (sum float64) {
	for i, x := range a {
		for j, y := range a {
			sum += x * y * m[i*c.k+j]
		}
	}
	return sum
}
