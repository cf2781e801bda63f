package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The one pass with running sums is the definition: the square of each group's sum.
func TestCovarianceIsThatOfSums(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "rows")
		rows, at := make([]Row, n), make([]int32, n)
		influence := make([]float64, n)
		hours := make([]int32, 5)
		for i := range rows {
			person := rapid.Int32Range(0, 4).Draw(t, "person")
			hours[person] += rapid.Int32Range(0, 9).Draw(t, "later")
			rows[i], at[i] = Row{Person: person, Hour: hours[person]}, int32(i)
			influence[i] = rapid.Float64Range(-1, 1).Draw(t, "influence")
		}
		p := newPanel(rows, at)
		sums := func(key func(i int) [2]int32) float64 {
			of, total := map[[2]int32]float64{}, 0.0
			for i, x := range influence {
				of[key(i)] += x
			}
			for _, s := range of {
				total += s * s
			}
			return total * float64(len(of)) / float64(max(1, len(of)-1))
		}
		person := sums(func(i int) [2]int32 { return [2]int32{p.person[i]} })
		block := sums(func(i int) [2]int32 { return [2]int32{p.block[i]} })
		both := sums(func(i int) [2]int32 { return [2]int32{p.person[i], p.block[i]} })
		c := p.covariance(influence)
		if got, want := c.variance(1), max(person+p.weeks()*(block-both), person, block); math.Abs(got-want) > 1e-9 {
			t.Fatalf("%v, not %v", got, want)
		}
	})
}

// Three full weeks have two blocks of three beyond the first of each time.
func TestWeeks(t *testing.T) {
	t.Parallel()
	for hours, want := range map[int32]float64{3 * 168: 1.5, 2 * 168: 2, 168: 28, 6: 1} {
		rows, at := make([]Row, hours), make([]int32, hours)
		for i := range rows {
			rows[i].Hour, at[i] = int32(i), int32(i)
		}
		if got := newPanel(rows, at).weeks(); got != want {
			t.Errorf("%d hours: %v, not %v", hours, got, want)
		}
	}
}

// What groups explain is gone from a column, and nothing else.
func TestWithinLeavesNoMeans(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 80).Draw(t, "rows")
		a, b, column := make([]int32, n), make([]int32, n), make([]float64, n)
		for i := range column {
			a[i], b[i] = rapid.Int32Range(0, 6).Draw(t, "a"), rapid.Int32Range(0, 3).Draw(t, "b")
			column[i] = rapid.Float64Range(-1, 1).Draw(t, "x")
		}
		shifted := make([]float64, n)
		for i := range shifted {
			shifted[i] = column[i] + 3*float64(a[i]) - 2*float64(b[i])
		}
		within(column, a, b)
		within(shifted, a, b)
		for i := range column {
			if math.Abs(column[i]-shifted[i]) > 1e-4 {
				t.Fatalf("row %d: %v and %v", i, column[i], shifted[i])
			}
		}
		for _, group := range [][]int32{a, b} {
			check := newTable(group)
			if left := check.center(append([]float64(nil), column...), group); left > 1e-4 {
				t.Fatalf("a mean of %v is left", left)
			}
		}
	})
}
