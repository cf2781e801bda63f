package storetest

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// try is one attempt of a unit.
type try struct {
	begin  int   // row at which it began
	rows   []int // the row of each step done, in the order in which they were done
	steps  []int // which step that was
	end    int   // row at which it ended: that of its last step when it has all
	voided bool
	broken bool
}

// Funnel implements [store.Reader]. It follows every attempt by itself.
func (r *Reference) Funnel(ctx context.Context, q store.FunnelQuery) (store.Funnel, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Funnel{}, err
	}
	defer unlock()
	if err := checkFunnel(q); err != nil {
		return store.Funnel{}, err
	}
	steps := slices.Clone(q.Steps)
	for _, x := range q.Exclude {
		steps = append(steps, x.Step)
	}
	if q.Order == store.Strict {
		steps = append(steps, store.Step{Of: store.OfEvents})
	}
	units, err := r.units(q.Scope, q.Unit, steps)
	if err != nil {
		return store.Funnel{}, err
	}
	var all []counted
	var entities []store.FunnelEntity
	byValue := map[any][]counted{}
	for _, u := range units {
		tries := triesOf(q, u.rows)
		var furthest []time.Time
		for _, t := range tries {
			all = append(all, countedOf(q, u.rows, t))
			if times := each(t.rows, func(i int) time.Time { return u.rows[i].time }); len(times) > len(furthest) {
				furthest = times
			}
		}
		if furthest != nil {
			entities = append(entities, store.FunnelEntity{ID: u.name, Times: furthest})
		}
		addByValue(byValue, q, u.rows, tries)
	}
	onTheWay, share, err := r.callsBetween(q, units)
	if err != nil {
		return store.Funnel{}, err
	}
	out := store.Funnel{Steps: stepsOf(q, all), Share: share, Spread: make([]int64, len(q.Spread)+1)}
	for n, calls := range onTheWay {
		out.Steps[n].Calls = calls
	}
	var whole []time.Duration
	for _, c := range all {
		if len(c.times) < len(q.Steps) {
			continue
		}
		took := max(0, c.times[len(c.times)-1].Sub(c.times[0]))
		whole = append(whole, took)
		bin := 0
		for bin < len(q.Spread) && took >= q.Spread[bin] {
			bin++
		}
		out.Spread[bin]++
	}
	out.Whole = timesOf(whole)
	for value, of := range byValue {
		out.Series = append(out.Series, store.FunnelSeries{Value: value, Steps: stepsOf(q, of)})
	}
	slices.SortFunc(out.Series, func(a, b store.FunnelSeries) int {
		return cmp.Or(cmp.Compare(b.Steps[0].Count, a.Steps[0].Count), cmp.Compare(store.LabelOf(a.Value), store.LabelOf(b.Value)), cmp.Compare(typeRank(a.Value), typeRank(b.Value)))
	})
	if len(out.Series) > store.MaxSeries {
		out.Series, out.Other = out.Series[:store.MaxSeries], true
	}
	slices.SortFunc(entities, func(a, b store.FunnelEntity) int {
		return cmp.Or(cmp.Compare(len(b.Times), len(a.Times)), cmp.Compare(a.ID, b.ID), slices.CompareFunc(a.Times, b.Times, time.Time.Compare))
	})
	if q.Entities > 0 {
		out.Truncated = len(entities) > q.Entities
		out.Entities = entities[:min(len(entities), q.Entities)]
	}
	return out, nil
}

// callsBetween are the requests on the way to each step.
func (r *Reference) callsBetween(q store.FunnelQuery, units []unit) (out []store.StepCalls, share float64, err error) {
	if !q.Calls {
		return nil, 0, nil
	}
	s := q.Scope
	s.Filter = nil
	calls, err := r.occurring(s, q.Unit, store.Step{Of: store.OfCalls}, store.Step{Of: store.OfCalls, Filter: is("call.failed", store.Eq, true)})
	share = r.shareOfCalls(q.Scope, q.MaxCalls)
	looked := store.Slices(q.From, q.To, share)
	out = make([]store.StepCalls, len(q.Steps))
	for n := 1; n < len(q.Steps); n++ {
		var met []occurrence
		for _, u := range units {
			for _, t := range triesOf(q, u.rows) {
				if len(t.rows) <= n {
					continue
				}
				from, to := u.rows[t.rows[0]].time, u.rows[t.rows[n]].time
				for _, before := range t.rows[:n] {
					if u.rows[before].time.After(from) {
						from = u.rows[before].time
					}
				}
				met = append(met, onWay(calls[u.key], from, to, looked)...)
			}
		}
		out[n].Count = int64(len(met))
		out[n].Failed, out[n].P95MS = failedAndQuantile(met, 0.95)
	}
	return out, share, err
}

func typeRank(value any) int {
	switch value.(type) {
	case bool:
		return 1
	case int64, float64:
		return 2
	case string:
		return 3
	}
	return 0
}

func checkFunnel(q store.FunnelQuery) error {
	n := len(q.Steps)
	bad := n < 1 || n > 30 || len(q.Exclude) > 30 || q.Window <= 0 || q.TieTolerance < 0 || q.Order == store.Strict && q.TieTolerance != 0 ||
		!slices.Contains([]store.Order{store.InOrder, store.Strict, store.Unordered}, q.Order) || !slices.Contains([]store.Entry{store.Best, store.FirstEntry}, q.Entry) ||
		q.Entities < 0 || q.Entities > 10_000 || !slices.IsSorted(q.Spread)
	for _, x := range q.Exclude {
		bad = bad || x.From < 1 || x.To <= x.From || x.To > n
	}
	if by := q.By; by != nil {
		bad = bad || !slices.Contains([]store.Attribution{store.FirstValue, store.LastValue, store.AllValues, store.AtStep}, by.Attribution) ||
			by.Attribution == store.AtStep && (by.Step < 1 || by.Step > n) || checkField(by.Field, "event") != nil && checkField(by.Field, "call") != nil
	}
	if bad {
		return wrong("this is no funnel", "See the fields of FunnelQuery.")
	}
	return nil
}

// triesOf are the attempts of a unit that count. It sorts the rows.
func triesOf(q store.FunnelQuery, rows []occurrence) []try {
	slices.SortStableFunc(rows, func(a, b occurrence) int {
		if a.time.Equal(b.time) {
			return slices.Compare(placeOf(q, a), placeOf(q, b))
		}
		return a.time.Compare(b.time)
	})
	var tries []try
	for i := range rows {
		if slices.Contains(rows[i].steps[:len(q.Steps)], true) && (q.Order == store.Unordered || rows[i].steps[0]) {
			tries = append(tries, follow(q, rows, i, 0))
		}
	}
	if len(tries) == 0 {
		return nil
	}
	if q.Attempts {
		counted := []try{}
		for next := 0; next < len(rows); {
			at := slices.IndexFunc(tries, func(t try) bool { return t.begin >= next })
			if at < 0 {
				break
			}
			t := follow(q, rows, tries[at].begin, next)
			counted = append(counted, t)
			if next = t.end; len(t.rows) == len(q.Steps) {
				next++
			}
		}
		return slices.DeleteFunc(counted, func(t try) bool { return t.voided })
	}
	if q.Entry == store.FirstEntry {
		tries = tries[:1]
	}
	tries = slices.DeleteFunc(tries, func(t try) bool { return t.voided })
	if len(tries) == 0 {
		return nil
	}
	return []try{slices.MinFunc(tries, func(a, b try) int {
		if len(a.rows) == len(q.Steps) && len(b.rows) == len(q.Steps) && a.end != b.end {
			return cmp.Compare(a.end, b.end)
		}
		return cmp.Or(cmp.Compare(len(b.rows), len(a.rows)), cmp.Compare(b.begin, a.begin))
	})}
}

// placeOf orders rows at one instant: exclusions, then by first and last step, then
// those without step.
func placeOf(q store.FunnelQuery, o occurrence) []int {
	n := len(q.Steps)
	first, last := math.MaxInt, math.MaxInt
	for i, matched := range o.steps[:n] {
		if matched {
			first, last = min(first, i), i
		}
	}
	if slices.Contains(o.steps[n:n+len(q.Exclude)], true) {
		return []int{0}
	}
	return []int{1, first, last}
}

// follow goes with the attempt that begins at a row. Rows before free are taken.
func follow(q store.FunnelQuery, rows []occurrence, begin, free int) try {
	n := len(q.Steps)
	t := try{begin: begin, end: len(rows)}
	isNext := func(i, step int) bool { return rows[i].steps[step] && !slices.Contains(t.steps, step) }
	for i := begin; i < len(rows); i++ {
		if rows[i].time.Sub(rows[begin].time) > q.Window {
			t.end = i
			return t
		}
		for e, x := range q.Exclude {
			if done := len(t.rows); i > begin && rows[i].steps[n+e] && x.From <= done && done < x.To {
				t.end, t.voided = i, true
				return t
			}
		}
		wanted := []int{len(t.rows)}
		if q.Order == store.Unordered {
			wanted = wanted[:0]
			for step := range n {
				wanted = append(wanted, step)
			}
		}
		at := slices.IndexFunc(wanted, func(step int) bool { return isNext(i, step) })
		if at < 0 {
			if q.Order == store.Strict && (slices.Contains(rows[i].steps[:n], true) || !passive(rows[i])) {
				t.end, t.broken = i, true
				return t
			}
			continue
		}
		t.rows, t.steps = append(t.rows, i), append(t.steps, wanted[at])
		if q.Order == store.InOrder && q.TieTolerance > 0 {
			t.takeEarly(q, rows, i, free)
		}
		if len(t.rows) == n {
			t.end = i
			return t
		}
	}
	return t
}

// takeEarly takes next steps that came shortly before row i.
func (t *try) takeEarly(q store.FunnelQuery, rows []occurrence, i, free int) {
	n := len(q.Steps)
	for step := len(t.rows); step < n; step++ {
		early := -1
		for e := free; e < i; e++ {
			matched := 0
			for _, m := range rows[e].steps[:n+len(q.Exclude)] {
				if m {
					matched++
				}
			}
			if rows[e].steps[step] && matched == 1 && rows[i].time.Sub(rows[e].time) <= q.TieTolerance {
				early = e
			}
		}
		if early < 0 {
			return
		}
		t.rows, t.steps = append(t.rows, early), append(t.steps, step)
	}
}

func passive(o occurrence) bool {
	return o.row.Event == nil || slices.Contains([]event.Kind{event.WebVital, event.PageError, event.Identify}, o.row.Event.Kind)
}

// counted is an attempt as the answer counts it.
type counted struct {
	times []time.Time
	open  bool
}

func countedOf(q store.FunnelQuery, rows []occurrence, t try) counted {
	until := q.To
	if q.Now.Before(until) {
		until = q.Now
	}
	end := rows[t.begin].time.Add(q.Window)
	return counted{
		times: each(t.rows, func(i int) time.Time { return rows[i].time }),
		open:  len(t.rows) < len(q.Steps) && !t.broken && !end.Before(event.Time(until)),
	}
}

func addByValue(byValue map[any][]counted, q store.FunnelQuery, rows []occurrence, tries []try) {
	if q.By == nil {
		return
	}
	valueOf := func(o occurrence) any {
		if (recordOf(q.By.Field) == "call") != (o.row.Call != nil) {
			return nil
		}
		value, _ := o.row.Value(q.By.Field)
		return store.ValueOf(value)
	}
	if q.By.Attribution == store.AllValues {
		of := map[any][]occurrence{}
		for _, o := range rows {
			of[valueOf(o)] = append(of[valueOf(o)], o)
		}
		for value, rows := range of {
			for _, t := range triesOf(q, rows) {
				byValue[value] = append(byValue[value], countedOf(q, rows, t))
			}
		}
		return
	}
	arrived := slices.Clone(rows)
	slices.SortFunc(arrived, func(a, b occurrence) int { return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.seq, b.seq)) })
	if q.By.Attribution == store.LastValue {
		slices.Reverse(arrived)
	}
	at := slices.IndexFunc(arrived, func(o occurrence) bool {
		return slices.Contains(o.steps[:len(q.Steps)], true) && valueOf(o) != nil
	})
	var value any
	if at >= 0 && q.By.Attribution != store.AtStep {
		value = valueOf(arrived[at])
	}
	for _, t := range tries {
		if q.By.Attribution == store.AtStep {
			value = nil
			if done := slices.Index(t.steps, q.By.Step-1); done >= 0 {
				value = valueOf(rows[t.rows[done]])
			}
		}
		byValue[value] = append(byValue[value], countedOf(q, rows, t))
	}
}

func stepsOf(q store.FunnelQuery, all []counted) []store.FunnelStep {
	out := make([]store.FunnelStep, len(q.Steps))
	for n := range out {
		var took []time.Duration
		for _, c := range all {
			if len(c.times) <= n {
				continue
			}
			out[n].Count++
			if c.open && len(c.times) == n+1 {
				out[n].InProgress++
			}
			if n > 0 {
				took = append(took, max(0, c.times[n].Sub(c.times[n-1])))
			}
		}
		out[n].Times = timesOf(took)
	}
	return out
}

func timesOf(took []time.Duration) store.Times {
	if len(took) == 0 {
		return store.Times{}
	}
	slices.Sort(took)
	median := (took[(len(took)-1)/2].Seconds() + took[len(took)/2].Seconds()) / 2
	sum := 0.0
	for _, d := range took {
		sum += d.Seconds()
	}
	mean := sum / float64(len(took))
	return store.Times{Median: &median, Mean: &mean}
}
