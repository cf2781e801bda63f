package stats

import (
	"math"
	"slices"
)

const (
	weekHours  = 168
	blockHours = 6 // calls of one block share whatever went on then
)

// panel is the rows that an estimator uses: who, when, and which are alike.
type panel struct {
	person, block, week, cell []int32
	persons, blocks           int // that have rows
	support                   Support
}

// newPanel takes the rows at the given positions.
func newPanel(rows []Row, at []int32) *panel {
	p := &panel{
		person: make([]int32, len(at)), block: make([]int32, len(at)), week: make([]int32, len(at)), cell: make([]int32, len(at)),
	}
	for i, r := range at {
		row := &rows[r]
		p.person[i], p.cell[i] = row.Person, row.Cell
		p.block[i], p.week[i] = row.Hour/blockHours, row.Hour%weekHours
		if row.Outcome {
			p.support.Outcomes++
		}
	}
	p.persons, p.blocks = different(p.person), different(p.block)
	p.support.Rows, p.support.Persons, p.support.Blocks = len(at), p.persons, p.blocks
	return p
}

// different counts the different values.
func different(of []int32) (n int) {
	seen := make([]bool, size(of))
	for _, k := range of {
		if !seen[k] {
			seen[k] = true
			n++
		}
	}
	return n
}

// size is how long a table indexed by the values has to be.
func size(of []int32) int {
	if len(of) == 0 {
		return 0
	}
	return int(slices.Max(of)) + 1
}

// df is the degrees of freedom: the scarcer of people and blocks, less one.
func (p *panel) df() float64 { return float64(min(p.persons, p.blocks) - 1) }

// within takes from a column what the groups explain, by subtracting the groups' means
// in turn until nothing is left of them (alternating projections).
func within(column []float64, groups ...[]int32) {
	tables := make([]table, len(groups))
	for g, group := range groups {
		tables[g] = newTable(group)
	}
	const little = 1e-7 // of the column's own spread
	scale := spread(column)
	for range 100 {
		moved := 0.0
		for g, group := range groups {
			moved = max(moved, tables[g].center(column, group))
		}
		if moved <= little*scale || len(groups) == 1 {
			return
		}
	}
}

// table holds the means of groups.
type table struct{ sum, count []float64 }

func newTable(group []int32) table {
	t := table{make([]float64, size(group)), make([]float64, size(group))}
	for _, k := range group {
		t.count[k]++
	}
	return t
}

// center subtracts the groups' means and returns the largest of them.
func (t *table) center(column []float64, group []int32) (largest float64) {
	clear(t.sum)
	for i, k := range group {
		t.sum[k] += column[i]
	}
	for k, n := range t.count {
		if n > 0 {
			t.sum[k] /= n
			largest = max(largest, math.Abs(t.sum[k]))
		}
	}
	for i, k := range group {
		column[i] -= t.sum[k]
	}
	return largest
}

// spread is the standard deviation.
func spread(of []float64) float64 {
	mean := mean(of)
	sum := 0.0
	for _, x := range of {
		sum += (x - mean) * (x - mean)
	}
	return math.Sqrt(sum / float64(max(1, len(of))))
}

func mean(of []float64) float64 {
	sum := 0.0
	for _, x := range of {
		sum += x
	}
	return sum / float64(max(1, len(of)))
}

func dot(a, b []float64) (sum float64) {
	b = b[:len(a)]
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// log2 is the exposure's scale: each doubling counts the same.
func log2(ms float64) float64 { return math.Log2(max(ms, 1e-3)) }

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
