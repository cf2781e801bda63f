package fold_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/fold"
)

// outcome is what is expected of an attempt.
type outcome struct {
	Rows, Step []int
	Open       bool
}

func attempts(f fold.Funnel, rows []fold.Row) (out []outcome) {
	f.Unit(rows, func(a *fold.Attempt) {
		out = append(out, outcome{slices.Clone(a.Rows), slices.Clone(a.Step), a.Open})
	})
	return out
}

func TestFunnel(t *testing.T) {
	t.Parallel()
	row := func(at int64, steps uint64) fold.Row { return fold.Row{Time: at, Steps: steps} }
	const a, b, c, x = 1, 2, 4, 8
	three := fold.Funnel{Steps: 3, Window: 10}
	voided := three
	voided.Excluded = []fold.Exclusion{{From: 1, To: 3}}
	every := three
	every.Every = true
	for name, test := range map[string]struct {
		funnel fold.Funnel
		rows   []fold.Row
		want   []outcome
	}{
		"all steps":                       {three, []fold.Row{row(0, a), row(1, b), row(10, c)}, []outcome{{[]int{0, 1, 2}, []int{0, 1, 2}, true}}},
		"too late":                        {three, []fold.Row{row(0, a), row(1, b), row(11, c)}, []outcome{{[]int{0, 1}, []int{0, 1}, true}}},
		"nothing begins":                  {three, []fold.Row{row(0, b), row(1, c)}, nil},
		"the newest start":                {three, []fold.Row{row(0, a), row(2, a), row(3, b), row(11, c)}, []outcome{{[]int{1, 2, 3}, []int{0, 1, 2}, true}}},
		"at one instant":                  {three, []fold.Row{row(0, c), row(0, b), row(0, a)}, []outcome{{[]int{0, 1, 2}, []int{0, 1, 2}, true}}},
		"a row is one step":               {three, []fold.Row{row(0, a|b|c), row(1, a|b|c)}, []outcome{{[]int{0, 1}, []int{0, 1}, true}}},
		"voided":                          {voided, []fold.Row{row(0, a), row(1, x), row(2, b)}, nil},
		"voided, and again":               {voided, []fold.Row{row(0, a), row(1, x), row(2, a), row(3, b)}, []outcome{{[]int{2, 3}, []int{0, 1}, true}}},
		"one after the other":             {every, []fold.Row{row(0, a), row(1, a), row(2, b), row(3, c), row(4, a)}, []outcome{{[]int{0, 2, 3}, []int{0, 1, 2}, true}, {[]int{4}, []int{0}, true}}},
		"without order":                   {fold.Funnel{Steps: 3, Window: 10, Order: fold.Unordered}, []fold.Row{row(0, c), row(1, a)}, []outcome{{[]int{0, 1}, []int{2, 0}, true}}},
		"strict":                          {fold.Funnel{Steps: 3, Window: 10, Order: fold.Strict}, []fold.Row{row(0, a), row(1, 8), row(2, b)}, []outcome{{[]int{0}, []int{0}, false}}},
		"early within the tolerance":      {fold.Funnel{Steps: 2, Window: 10, Tolerance: 2}, []fold.Row{row(0, b), row(2, a)}, []outcome{{[]int{1, 0}, []int{0, 1}, true}}},
		"a tolerance takes nothing away":  {fold.Funnel{Steps: 3, Window: 10, Tolerance: 2}, []fold.Row{row(0, a|c), row(1, b), row(2, a|c)}, []outcome{{[]int{0, 1, 2}, []int{0, 1, 2}, true}}},
		"the first, whatever it comes to": {fold.Funnel{Steps: 2, Window: 10, First: true}, []fold.Row{row(0, a), row(20, a), row(21, b)}, []outcome{{[]int{0}, []int{0}, true}}},
		"no rows":                         {three, nil, nil},
		"the one that completes first":    {fold.Funnel{Steps: 2, Window: 10}, []fold.Row{row(0, a), row(1, b), row(2, a), row(3, b)}, []outcome{{[]int{0, 1}, []int{0, 1}, true}}},
		"void for the newer, not the older": {
			fold.Funnel{Steps: 3, Window: 10, Excluded: []fold.Exclusion{{From: 2, To: 3}}},
			[]fold.Row{row(0, a), row(8, a), row(9, b), row(12, x)},
			[]outcome{{[]int{0, 2}, []int{0, 1}, true}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, attempts(test.funnel, test.rows)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestFurthestOfAll tries every beginning by itself: cut off what lies before it and ask
// for the first attempt. The furthest of these is what counts.
func TestFurthestOfAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		upTo := func(n int, name string) int { return rapid.IntRange(0, n).Draw(t, name) }
		f := fold.Funnel{Steps: 1 + upTo(3, "steps"), Window: int64(1 + upTo(8, "window")), Order: fold.Order(upTo(2, "order"))}
		for range upTo(2, "exclusions") {
			if f.Steps > 1 {
				from := 1 + upTo(f.Steps-2, "from")
				f.Excluded = append(f.Excluded, fold.Exclusion{From: from, To: from + 1 + upTo(f.Steps-from-1, "to")})
			}
		}
		kinds := uint64(1)<<(f.Steps+len(f.Excluded)+upTo(1, "others")*int(f.Order&1)) - 1
		var rows []fold.Row
		at := int64(0)
		for range upTo(14, "rows") {
			at += int64(upTo(3, "gap"))
			rows = append(rows, fold.Row{Time: at, Steps: rapid.Uint64Range(0, kinds).Draw(t, "kind") & rapid.Uint64Range(0, kinds).Draw(t, "fewer")})
		}
		got := attempts(f, rows) // which sorts them
		if diff := cmp.Diff(furthest(f, rows), got); diff != "" {
			t.Fatalf("%+v over %+v (-each by itself +at once):\n%s", f, rows, diff)
		}
	})
}

func furthest(f fold.Funnel, rows []fold.Row) []outcome {
	var best *outcome
	for begin := range rows {
		alone := f
		alone.First = true
		for _, o := range attempts(alone, slices.Clone(rows[begin:])) {
			if o.Rows[0] != 0 {
				continue // it begins later
			}
			for i := range o.Rows {
				o.Rows[i] += begin
			}
			if best == nil || better(f, o, *best) {
				best = &o
			}
		}
	}
	if best == nil {
		return nil
	}
	return []outcome{*best}
}

func better(f fold.Funnel, a, b outcome) bool {
	if len(a.Rows) == f.Steps && len(b.Rows) == f.Steps {
		return a.Rows[f.Steps-1] <= b.Rows[f.Steps-1]
	}
	return len(a.Rows) >= len(b.Rows)
}

// BenchmarkFunnel folds a million rows of 10,000 units.
func BenchmarkFunnel(b *testing.B) {
	f := fold.Funnel{Steps: 20, Window: 14 * 86400e6}
	rows := make([]fold.Row, 100)
	b.ReportAllocs()
	for b.Loop() {
		tally := fold.NewTally(&f, 0)
		for unit := range 10_000 {
			for i := range rows {
				rows[i] = fold.Row{Time: int64(i) * 60e6, Steps: 1 << ((unit*7 + i*i) % 20)}
			}
			f.Unit(rows, func(a *fold.Attempt) { tally.Add(rows, a, 0) })
		}
	}
}
