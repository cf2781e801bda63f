package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/fold"
	"github.com/clickspan/clickspan/internal/store"
)

// Questions about behaviour look at the few rows that match a step. The engine finds
// them, says which steps they match and gathers them by unit; what then follows of their
// order is folded in Go, which is quicker than any join. They come nearly in order, which
// the engine's own sort would not notice.

// occurrences asks for the rows that match steps, as numbers.
type occurrences struct {
	store.Scope
	unit  store.Unit
	steps []store.Step // at most 64
	label *label       // nil = rows have none
	named func([]byte) // is told each unit's name before its rows; nil = nobody asks
	// did leaves only units that match the first step in this range; nil leaves all.
	did   *[2]time.Time
	reach time.Duration // how far outside the range parts of requests are looked for; 0 = [linkReach]
}

// label is a text that comes with each row.
type label struct {
	asked []store.Field // fields that the text is made of
	// text adds the SQL for rows of a record that has these fields; '' or NULL is no label.
	text func(q *query, of store.Record, fields columnsOf) error
}

// maxSteps is how many steps a mask of bits can tell apart.
const maxSteps = 64

// dictionary numbers texts from 1; 0 is no text.
type dictionary struct {
	numbers map[string]uint32
	texts   []string
}

func newDictionary() *dictionary {
	return &dictionary{numbers: map[string]uint32{"": 0}, texts: []string{""}}
}

// number is the text's number; the bytes are not kept.
func (d *dictionary) number(text []byte) uint32 {
	if n, known := d.numbers[string(text)]; known {
		return n
	}
	n := uint32(len(d.texts))
	d.texts = append(d.texts, string(text))
	d.numbers[d.texts[n]] = n
	return n
}

// placed is a row with its place in the order of arrival.
type placed struct {
	fold.Row
	seq int64
}

func (a placed) compare(b placed) int {
	if a.Time != b.Time {
		return cmp.Compare(a.Time, b.Time)
	}
	return cmp.Compare(a.seq, b.seq)
}

// mergeRuns sorts rows that lie in a few runs, each of them in order already: each thread
// of the engine leaves one or more. spare is as long; the result is in one of the two.
func mergeRuns(rows, spare []placed) []placed {
	for {
		merged, runs := spare[:0], 0
		for rest := rows; len(rest) > 0; runs++ {
			first := runOf(rest)
			second := runOf(rest[len(first):])
			rest = rest[len(first)+len(second):]
			for len(first) > 0 && len(second) > 0 {
				if second[0].compare(first[0]) < 0 {
					merged, second = append(merged, second[0]), second[1:]
				} else {
					merged, first = append(merged, first[0]), first[1:]
				}
			}
			merged = append(append(merged, first...), second...)
		}
		if runs <= 1 {
			return merged
		}
		rows, spare = merged, rows
	}
}

// runOf is the first rows, as long as they are in order.
func runOf(rows []placed) []placed {
	for n := 1; n < len(rows); n++ {
		if rows[n].compare(rows[n-1]) < 0 {
			return rows[:n]
		}
	}
	return rows
}

// sequences hands over the rows of one unit after the other, in order of time, then
// arrival. rows is used again for the next unit. Units come in no order that means
// anything; labels are numbers of names.
func (c *conn) sequences(ctx context.Context, q occurrences, names *dictionary, use func(unit uint64, rows []fold.Row)) error {
	text, args, err := occurrencesQuery(q)
	if err != nil || text == "" {
		return err
	}
	result, err := c.query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer result.close()
	var found, spare []placed
	var rows []fold.Row
	for result.fetch() {
		n := int(mapping.DataChunkGetSize(result.chunk))
		units, times, seqs, steps := whole[uint64](result, 0, n), lists[int64](result, 1, n), lists[int64](result, 2, n), lists[uint64](result, 3, n)
		var labels listsOf[nativeText]
		if q.label != nil {
			labels = lists[nativeText](result, 4, n)
		}
		for i := range n {
			found, rows = found[:0], rows[:0]
			seqs, steps := seqs.list(i), steps.list(i)
			for j, time := range times.list(i) {
				row := fold.Row{Time: time, Steps: steps[j]}
				if q.label != nil {
					row.Label = names.number(labels.list(i)[j].bytes())
				}
				found = append(found, placed{row, seqs[j]})
			}
			spare = slices.Grow(spare[:0], len(found))
			for _, p := range mergeRuns(found, spare) {
				rows = append(rows, p.Row)
			}
			if result.at = i; q.named != nil {
				q.named(result.bytes(len(result.columns) - 1))
			}
			use(units[i], rows)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// bytes are a text of the current row; they are gone with its chunk.
func (r *rows) bytes(column int) []byte {
	t := (*nativeText)(unsafe.Add(r.columns[column].data, uintptr(r.at)*unsafe.Sizeof(nativeText{})))
	if _, ok := cell[nativeText](r, column); !ok {
		return nil
	}
	return t.bytes()
}

// whole is a column of the current chunk, which has no NULL.
func whole[T any](r *rows, column, n int) []T {
	return unsafe.Slice((*T)(r.columns[column].data), n) //nolint:gosec // a vector has room for its chunk
}

// occurrencesQuery is the statement; empty when no row can match.
func occurrencesQuery(q occurrences) (string, []any, error) {
	rows, err := occurring(q)
	if err != nil || rows.String() == "" {
		return "", nil, err
	}
	more := ""
	if q.label != nil {
		more += ", list(label)"
	}
	if q.named != nil {
		more += ", any_value(name)"
	}
	if q.did != nil {
		return statement("histories", "more", more, "rows", rows.String()), append(rows.args, q.did[0], q.did[1]), nil
	}
	return statement("occurrences", "more", more, "rows", rows.String()), rows.args, nil
}

// occurring is the rows that match, in no order; empty when none can.
func occurring(q occurrences) (*query, error) {
	if len(q.steps) > maxSteps {
		return nil, &event.Permanent{Err: fmt.Errorf("%d steps are too many", len(q.steps)), Hint: "Ask for at most 64, exclusions among them."}
	}
	if slices.ContainsFunc(q.steps, func(s store.Step) bool { return s.Of != store.OfEvents && s.Of != store.OfCalls }) {
		return nil, &event.Permanent{Err: errors.New("a step is an event or a call"), Hint: "Name one."}
	}
	filters, err := store.SplitFilter(q.Filter)
	if err = errors.Join(err, checkUnit(q.unit)); err != nil {
		return nil, err
	}
	rows := &query{}
	for _, of := range []store.Record{store.OfEvents, store.OfCalls} {
		if !q.wants(of) {
			continue
		}
		part := q
		if part.Filter, err = filters.Of(of); err != nil {
			return nil, err
		}
		if part.Scope, _, err = related(of, part.Scope); err != nil { // before its range widens
			return nil, err
		}
		if rows.String() != "" {
			rows.add("\nUNION ALL\n")
		}
		if of == store.OfEvents {
			err = rows.occurringEvents(part)
		} else {
			err = rows.occurringRequests(part)
		}
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// some is the condition that leaves a sample of the units, whose numbers are hashes.
func (q *occurrences) some(unit string) string {
	if !q.Sampled() {
		return ""
	}
	return fmt.Sprintf("AND %s < %d", unit, uint64(q.Sample*(1<<64)))
}

// wants reports whether rows of a record can occur.
func (q *occurrences) wants(of store.Record) bool {
	if q.unit.Of == store.UnitProperty && q.unit.Field.Record() != of {
		return false
	}
	return slices.ContainsFunc(q.steps, func(s store.Step) bool { return s.Of == of })
}

// more are the columns that are not always wanted, $ is the name of each.
func (q *occurrences) more(column string) string {
	out := ""
	if q.label != nil {
		out += strings.ReplaceAll(column, "$", "label")
	}
	if q.named != nil {
		out += strings.ReplaceAll(column, "$", "name")
	}
	return out
}

// conditions are the filters of the steps on a record, nil for steps on another, and
// the filter that holds for every row that is wanted.
func (q *occurrences) conditions(of store.Record) (steps []store.Filter, wanted store.Or) {
	steps = make([]store.Filter, len(q.steps))
	for i, step := range q.steps {
		if step.Of != of {
			continue
		}
		rows := store.And{}
		if step.Filter != nil {
			rows = append(rows, step.Filter)
		}
		if of == store.OfCalls && !store.Mentions(q.Filter, "call.class") && !store.Mentions(step.Filter, "call.class") {
			rows = append(rows, store.Not{Of: store.Equals("call.class", string(event.Asset))})
		}
		steps[i] = rows
		wanted = append(wanted, rows)
	}
	return steps, wanted
}

// mask adds the bits of the steps that a row matches.
func (q *query) mask(steps []store.Filter, fields columnsOf) error {
	word := ""
	for i, filter := range steps {
		if filter == nil {
			continue
		}
		q.add(word + "CASE WHEN ")
		if err := q.where(filter, fields); err != nil {
			return err
		}
		q.add(fmt.Sprintf(" THEN %d ELSE 0 END", uint64(1)<<i))
		word = " | "
	}
	if word == "" {
		q.add("0")
	}
	return nil
}

func (q *query) occurringEvents(o occurrences) error {
	var rows, own, mask query
	steps, wanted := o.conditions(store.OfEvents)
	fields, err := rows.rowsIn(store.OfEvents, o.Scope, nil, false, wanted)
	if err != nil {
		return err
	}
	err = errors.Join(mask.mask(steps, fields), own.own(o, store.OfEvents, fields))
	persons := o.joinPersons(false)
	q.add(statement("occurrences_events", "unit", o.unitOf(false), "steps", mask.String(), "own", own.String(), "rows", rows.String(),
		"persons", persons.String(), "more", o.more(", $"), "some", o.some("unit")),
		slices.Concat(mask.args, own.args, rows.args, persons.args)...)
	return err
}

func (q *query) occurringRequests(o occurrences) error {
	wide := o.Scope
	reach := cmp.Or(o.reach, linkReach)
	wide.From, wide.To = o.From.Add(-reach), o.To.Add(reach)
	steps, wanted := o.conditions(store.OfCalls)
	asked := []store.Field{}
	if o.unit.Of == store.UnitProperty {
		asked = append(asked, o.unit.Field)
	}
	if o.label != nil {
		asked = append(asked, o.label.asked...)
	}
	var rows, own, mask, best query
	fields, err := rows.rowsIn(store.OfCalls, wide, asked, false, wanted)
	if err != nil {
		return err
	}
	if !o.Bots {
		rows.add(" AND c.bot = ''")
	}
	rows.somebodys(o)
	err = errors.Join(mask.mask(steps, fields), own.own(o, store.OfCalls, fields))
	best.bestLinks(wide, "AND coalesce(l.server, l.client) IN (FROM several)")
	persons := o.joinPersons(true)
	q.add(statement("occurrences_requests", "steps", mask.String(), "own", own.String(), "rows", rows.String(), "linked", o.ids("l.", linkedColumns(o.unit.Of)),
		"best", best.String(), "persons", persons.String(), "unit", o.unitOf(true), "first", o.more(", arg_min($, place) AS $"), "some", o.some("arg_min(unit, place)")),
		slices.Concat(mask.args, own.args, rows.args, best.args, best.args, []any{o.Project, wide.From, wide.To}, persons.args,
			[]any{o.Project, wide.From, wide.To, o.MinConfidence}, []any{o.From, o.To})...)
	return err
}

// somebodys leaves out the calls that can be of no unit: whose own columns and marks tell
// none. Most calls of a log are, and nothing of them has to be looked for among the links.
func (q *query) somebodys(o occurrences) {
	if o.unit.Of == store.UnitProperty {
		return
	}
	q.add(" AND (c." + strings.Join(unitColumns(o.unit.Of), " <> '' OR c.") + " <> ''")
	if len(linkedColumns(o.unit.Of)) > 0 {
		q.add(" OR c.tied >= ?", o.MinConfidence)
	}
	q.add(")")
}

// own adds the columns of a row from which its unit is made, and its label.
func (q *query) own(o occurrences, of store.Record, fields columnsOf) error {
	alias := map[store.Record]string{store.OfEvents: "e.", store.OfCalls: "c."}[of]
	switch o.unit.Of {
	case store.UnitPerson:
		q.add(map[store.Record]string{store.OfEvents: ", e.session_id", store.OfCalls: ", hash(c.session_id) AS session"}[of])
	case store.UnitProperty:
		q.add(", ")
		if err := q.label(o.unit.Field, fields); err != nil {
			return err
		}
		q.add(" AS " + ownColumn)
		alias = ""
	}
	q.add(o.ids(alias, unitColumns(o.unit.Of)))
	if o.label == nil {
		return nil
	}
	q.add(", coalesce(") // the earliest tier's label counts, also when it has none
	if err := o.label.text(q, of, fields); err != nil {
		return err
	}
	q.add(", '') AS label")
	return nil
}

// unitOf is the SQL for the number of a row's unit, NULL when it has none, and for its
// name: of a row m, else of its best link l. Numbers are hashes: quicker than texts, and
// wrong once in 2^64 pairs. Those of devices are told apart from those of users.
func (q *occurrences) unitOf(linked bool) string {
	number, name := q.ofIDs(linked)
	if q.unit.Of == store.UnitPerson {
		r := rowOfStep(number, name, linked)
		number, name = r.claimedOr("p.person", number), r.claimedOr("p.name", name)
	}
	if q.named == nil {
		return number + " AS unit"
	}
	return number + " AS unit, " + name + " AS name"
}

// rowOfStep names the columns of a row m, which is kept as a whole when it has a link.
func rowOfStep(own, name string, linked bool) rowIDs {
	if linked {
		return rowIDs{own, name, "m.session = p.session", "m.time"}
	}
	return rowIDs{own, name, "m.session_id = p.session_id", "m.time"}
}

// joinPersons adds the join that says what claims tell of a row's person.
func (q *occurrences) joinPersons(linked bool) (join query) {
	if q.unit.Of == store.UnitPerson {
		number, name := q.ofIDs(linked)
		join.joinPersonsOf(rowOfStep(number, name, linked), q.Project)
	}
	return join
}

// ofIDs is the number and the name of the unit by the ids of the row alone.
func (q *occurrences) ofIDs(linked bool) (number, name string) {
	var numbers, names []string
	owners := []string{"m."}
	if linked && len(linkedColumns(q.unit.Of)) > 0 {
		owners = append(owners, "l.")
	}
	for i, column := range unitColumns(q.unit.Of) {
		for _, owner := range owners {
			numbers = append(numbers, []string{"", "~"}[i]+owner+column+"_hash")
			names = append(names, "nullif("+owner+column+", '')")
		}
	}
	return "coalesce(" + strings.Join(numbers, ", ") + ")", "coalesce(" + strings.Join(names, ", ") + ")"
}

// ids are the columns with what ofIDs makes units of: hashes, NULL of nothing, which are
// handed from table to table more cheaply than texts; and texts when names are asked for.
func (q *occurrences) ids(alias string, columns []string) (out string) {
	for _, column := range columns {
		out += ", CASE WHEN $ <> '' THEN hash($) END AS " + column + "_hash"
		if q.named != nil && column != ownColumn {
			out += ", $"
		}
		out = strings.ReplaceAll(out, "$", alias+column)
	}
	return out
}

// linkedColumns are the columns of links that tell the unit of a call which does not.
func linkedColumns(u store.UnitOf) []string {
	if u == store.UnitPerson || u == store.UnitSession {
		return unitColumns(u)
	}
	return nil
}

// ownColumn holds the property that is a unit.
const ownColumn = "own"

// unitColumns are the columns that hold a unit, the first that is not empty counts.
func unitColumns(u store.UnitOf) []string {
	switch u {
	case store.UnitPerson:
		return []string{"user_id", "device_id"}
	case store.UnitSession:
		return []string{"session_id"}
	case store.UnitAccount:
		return []string{"account_id"}
	}
	return []string{ownColumn}
}

func checkUnit(u store.Unit) error {
	switch u.Of {
	case store.UnitPerson, store.UnitSession, store.UnitAccount:
		return nil
	case store.UnitProperty:
		if of := u.Field.Record(); of == store.OfEvents || of == store.OfCalls {
			return nil
		}
	}
	return &event.Permanent{Err: fmt.Errorf("nothing is counted by %q %s", u.Of, u.Field.Name), Hint: "Count by person, session, account or a property of events or calls."}
}
