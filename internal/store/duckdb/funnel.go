package duckdb

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/fold"
	"github.com/clickspan/clickspan/internal/store"
)

// Funnel implements [store.Reader].
func (s *Store) Funnel(ctx context.Context, q store.FunnelQuery) (store.Funnel, error) {
	f, err := newFunnel(q)
	if err != nil {
		return store.Funnel{}, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error { return f.ask(ctx, c) })
	if err != nil {
		return store.Funnel{}, err
	}
	return f.answer(), nil
}

// ask folds the rows, and gives calls to the ways from step to step when they are asked for.
func (f *funnel) ask(ctx context.Context, c *conn) (err error) {
	if f.Calls {
		if f.share, err = c.shareOfCalls(ctx, f.Scope, f.MaxCalls); err != nil {
			return err
		}
		f.walks = fold.NewWalks(slicesOf(f.Scope, f.share))
	}
	if err = c.sequences(ctx, f.rows, f.names, f.unit); err != nil || !f.Calls {
		return err
	}
	return c.callsOf(ctx, f.Scope, f.Unit, f.share, f.walks.Call)
}

const (
	maxFunnelSteps      = 30
	maxFunnelExclusions = 30
	maxFunnelEntities   = 10_000
)

func checkFunnel(q store.FunnelQuery) error {
	n := len(q.Steps)
	wrong := func(what, hint string) error { return &event.Permanent{Err: errors.New(what), Hint: hint} }
	switch {
	case n < 1 || n > maxFunnelSteps || len(q.Exclude) > maxFunnelExclusions:
		return wrong("a funnel has 1 to 30 steps and at most 30 exclusions", "Leave some out.")
	case q.Window <= 0 || q.TieTolerance < 0:
		return wrong("the window is not positive, or the tolerance is negative", "Give a window such as 14d.")
	case q.Order == store.Strict && q.TieTolerance > 0:
		return wrong("a strict order has no tie tolerance", "Leave the tolerance out, or the order.")
	case q.Order != store.InOrder && q.Order != store.Strict && q.Order != store.Unordered:
		return wrong("the order is unknown", "Write ordered, strict or unordered.")
	case q.Entry != store.Best && q.Entry != store.FirstEntry:
		return wrong("the entry is unknown", "Write best or first.")
	case q.Entities < 0 || q.Entities > maxFunnelEntities:
		return wrong("a funnel lists at most 10,000 units", "Ask for fewer.")
	case !slices.IsSorted(q.Spread):
		return wrong("the edges of the spread do not ascend", "Sort them.")
	}
	for _, x := range q.Exclude {
		if x.From < 1 || x.To > n || x.From >= x.To {
			return wrong("an exclusion does not lie between two steps", "Give from_step and to_step, counted from 1, the first the smaller.")
		}
	}
	return checkFunnelBy(q.By, n)
}

func checkFunnelBy(by *store.FunnelBy, steps int) error {
	if by == nil {
		return nil
	}
	known := slices.Contains([]store.Attribution{store.FirstValue, store.LastValue, store.AllValues, store.AtStep}, by.Attribution)
	if !known || by.Attribution == store.AtStep && (by.Step < 1 || by.Step > steps) {
		return &event.Permanent{Err: errors.New("the attribution is unknown, or its step is none of the funnel"), Hint: "Write first, last, all, or step with the number of a step."}
	}
	columns := map[store.Record]columnsOf{store.OfEvents: eventFields(), store.OfCalls: callFields(0, true)}[by.Field.Record()]
	_, err := columns.find(by.Field)
	return err
}

// funnel folds what the engine finds into the answer.
type funnel struct {
	store.FunnelQuery
	rows    occurrences
	names   *dictionary
	fold    fold.Funnel
	total   *fold.Tally
	byValue *fold.Tally // nil without By
	scratch []fold.Row

	share float64      // of the range in which calls are looked for
	walks *fold.Walks  // nil without Calls
	calls []fold.Calls // on the way to each step

	name     []byte // of the unit at hand
	entities []store.FunnelEntity
}

func newFunnel(q store.FunnelQuery) (*funnel, error) {
	if err := checkFunnel(q); err != nil {
		return nil, err
	}
	f := &funnel{
		FunnelQuery: q, names: newDictionary(),
		rows: occurrences{Scope: q.Scope, unit: q.Unit, steps: slices.Clone(q.Steps)},
		fold: fold.Funnel{
			Steps: len(q.Steps), Window: q.Window.Microseconds(), Tolerance: q.TieTolerance.Microseconds(),
			Order: map[store.Order]fold.Order{store.Strict: fold.Strict, store.Unordered: fold.Unordered}[q.Order],
			First: q.Entry == store.FirstEntry && !q.Attempts, Every: q.Attempts,
		},
	}
	for _, x := range q.Exclude {
		f.rows.steps = append(f.rows.steps, x.Step)
		f.fold.Excluded = append(f.fold.Excluded, fold.Exclusion{From: x.From, To: x.To})
	}
	if q.Order == store.Strict {
		f.rows.steps = append(f.rows.steps, store.Step{Of: store.OfEvents, Filter: notPassive()})
	}
	f.calls = make([]fold.Calls, len(q.Steps))
	until := min(q.Now.UnixMicro(), q.To.UnixMicro())
	f.total = fold.NewTally(&f.fold, until)
	if q.By != nil {
		f.byValue = fold.NewTally(&f.fold, until)
		f.rows.label = typedLabel(q.By.Field)
	}
	if q.Entities > 0 {
		f.rows.named = func(name []byte) { f.name = append(f.name[:0], name...) }
	}
	return f, nil
}

// notPassive holds for what somebody does: web vitals, errors and identification only
// happen to them.
func notPassive() store.Filter {
	return store.Not{Of: store.In{Field: store.Field{Name: "event.kind"}, Values: []any{string(event.WebVital), string(event.PageError), string(event.Identify)}}}
}

// unit takes the rows of one unit.
func (f *funnel) unit(unit uint64, rows []fold.Row) {
	var under uint32
	if f.By != nil {
		under = f.valueOf(rows)
	}
	furthest := 0
	f.fold.Unit(rows, func(a *fold.Attempt) {
		f.total.Add(rows, a, 0)
		f.walk(unit, rows, a)
		switch {
		case f.By == nil || f.By.Attribution == store.AllValues:
		case f.By.Attribution == store.AtStep:
			f.byValue.Add(rows, a, f.valueAt(rows, a))
		default:
			f.byValue.Add(rows, a, under)
		}
		if f.Entities > 0 && len(a.Rows) > furthest {
			f.list(rows, a, furthest > 0)
			furthest = len(a.Rows)
		}
	})
	if f.By != nil && f.By.Attribution == store.AllValues {
		f.eachValue(rows)
	}
}

// walk notes when the unit was on the way to each step of an attempt.
func (f *funnel) walk(unit uint64, rows []fold.Row, a *fold.Attempt) {
	if f.walks == nil {
		return
	}
	from := rows[a.Rows[0]].Time
	for n := 1; n < len(a.Rows); n++ {
		to := rows[a.Rows[n]].Time
		f.walks.Add(unit, from, to, &f.calls[n])
		from = max(from, to)
	}
}

// valueOf is the first or last value of the rows that match a step.
func (f *funnel) valueOf(rows []fold.Row) (value uint32) {
	for _, row := range rows {
		if row.Label == 0 || row.Steps&(1<<len(f.Steps)-1) == 0 {
			continue
		}
		if value = row.Label; f.By.Attribution == store.FirstValue {
			break
		}
	}
	return value
}

func (f *funnel) valueAt(rows []fold.Row, a *fold.Attempt) uint32 {
	for n, step := range a.Step {
		if step == f.By.Step-1 {
			return rows[a.Rows[n]].Label
		}
	}
	return 0
}

// eachValue folds the rows of each value by themselves.
func (f *funnel) eachValue(rows []fold.Row) {
	f.scratch = append(f.scratch[:0], rows...)
	slices.SortStableFunc(f.scratch, func(a, b fold.Row) int { return cmp.Compare(a.Label, b.Label) })
	for rest := f.scratch; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Label == rest[0].Label {
			n++
		}
		of := rest[:n]
		f.fold.Unit(of, func(a *fold.Attempt) { f.byValue.Add(of, a, of[0].Label) })
		rest = rest[n:]
	}
}

// list adds the unit at hand, or replaces what was listed of it. What cannot be among
// the first is dropped now and then.
func (f *funnel) list(rows []fold.Row, a *fold.Attempt, again bool) {
	e := store.FunnelEntity{ID: string(f.name), Times: make([]time.Time, len(a.Rows))}
	for n, i := range a.Rows {
		e.Times[n] = time.UnixMicro(rows[i].Time).UTC()
	}
	if again {
		f.entities[len(f.entities)-1] = e
		return
	}
	if len(f.entities) > 2*f.Entities+1 { // before e: its unit may replace it
		f.cut()
	}
	f.entities = append(f.entities, e)
}

// cut keeps the first units and one more, which tells that there are more.
func (f *funnel) cut() {
	slices.SortFunc(f.entities, func(a, b store.FunnelEntity) int {
		return cmp.Or(cmp.Compare(len(b.Times), len(a.Times)), strings.Compare(a.ID, b.ID), slices.CompareFunc(a.Times, b.Times, time.Time.Compare))
	})
	f.entities = f.entities[:min(len(f.entities), f.Entities+1)]
}

func (f *funnel) answer() store.Funnel {
	out := store.Funnel{Share: f.share, Steps: funnelSteps(f.total.Steps()), Spread: make([]int64, len(f.Spread)+1), Whole: times(f.total.Whole())}
	for i := range f.calls {
		on := &f.calls[i]
		out.Steps[i].Calls = store.StepCalls{Count: on.Count, Failed: on.Failed, P95MS: on.Quantile(0.95)}
	}
	for _, took := range f.total.Whole() {
		bin := 0
		for bin < len(f.Spread) && took >= f.Spread[bin].Microseconds() {
			bin++
		}
		out.Spread[bin]++
	}
	if f.By != nil {
		var labels []uint32
		labels, out.Other = f.byValue.Top(store.MaxSeries, func(a, b uint32) int { return compareTyped(f.names.texts[a], f.names.texts[b]) })
		for i, steps := range f.byValue.By(labels) {
			out.Series = append(out.Series, store.FunnelSeries{Value: typedValue(f.names.texts[labels[i]]), Steps: funnelSteps(steps)})
		}
	}
	if f.Entities > 0 {
		f.cut()
		out.Truncated = len(f.entities) > f.Entities
		out.Entities = f.entities[:min(len(f.entities), f.Entities)]
	}
	return out
}

func funnelSteps(reached []fold.Reached) []store.FunnelStep {
	out := make([]store.FunnelStep, len(reached))
	for i, r := range reached {
		out[i] = store.FunnelStep{Count: r.Count, InProgress: r.Open, Times: times(r.Took)}
	}
	return out
}

// times sums up ascending microseconds.
func times(took []int64) store.Times {
	if len(took) == 0 {
		return store.Times{}
	}
	median, mean := fold.Median(took)/1e6, fold.Mean(took)/1e6
	return store.Times{Median: &median, Mean: &mean}
}

// A typed label is the text of a value behind a letter for its type.
const (
	typedBool   = 'b'
	typedNumber = 'n'
	typedText   = 's'
)

// typedLabel labels rows with the value of a field.
func typedLabel(field store.Field) *label {
	return &label{asked: []store.Field{field}, text: func(q *query, of store.Record, fields columnsOf) error {
		if field.Record() != of {
			q.add("''")
			return nil
		}
		return q.typed(field, fields)
	}}
}

// typed adds the field's value as a typed label, ” when absent.
func (q *query) typed(field store.Field, fields columnsOf) error {
	c, err := fields.find(field)
	if err != nil {
		return err
	}
	if c.kind == store.Map {
		pointer, object := jsonPointer(field.Key), "nullif("+c.sql+", '')"
		q.add(strings.ReplaceAll("nullif(CASE json_type($, ?) WHEN 'VARCHAR' THEN 's' WHEN 'BOOLEAN' THEN 'b' WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL WHEN 'NULL' THEN NULL ELSE 'n' END", "$", object), pointer)
		q.add(strings.ReplaceAll(" || CASE json_type($, ?) WHEN 'DOUBLE' THEN regexp_replace(json_extract_string($, ?), '\\.0\\z', '') ELSE json_extract_string($, ?) END, 's')", "$", object), pointer, pointer, pointer)
		return nil
	}
	letter := map[store.Type]rune{store.String: typedText, store.Bool: typedBool, store.Int: typedNumber, store.Double: typedNumber}[c.kind]
	q.add("nullif('" + string(letter) + "' || ")
	if err := q.label(field, fields); err != nil {
		return err
	}
	q.add(", '" + string(letter) + "')")
	return nil
}

// typedValue is the value of a typed label.
func typedValue(text string) any {
	if text == "" {
		return nil
	}
	rest := text[1:]
	switch text[0] {
	case typedBool:
		return rest == "true"
	case typedNumber:
		if n, err := strconv.ParseInt(rest, 10, 64); err == nil {
			return n
		}
		n, _ := strconv.ParseFloat(rest, 64) // the engine wrote it
		return store.ValueOf(n)
	}
	return rest
}

// compareTyped orders typed labels by their values as [store.LabelOf] writes them.
func compareTyped(a, b string) int {
	return cmp.Or(strings.Compare(store.LabelOf(typedValue(a)), store.LabelOf(typedValue(b))), strings.Compare(a, b))
}
