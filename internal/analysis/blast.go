package analysis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/stats"
	"github.com/clickspan/clickspan/internal/store"
)

// BlastQuestion asks whom something hit in the range, and what became of them.
type BlastQuestion struct {
	Exposure Step       `json:"exposure" doc:"what hit them, as a step: {\"call\":\"POST /orders\",\"where\":\"status >= 500\"}"`
	Goal     *Step      `json:"goal,omitempty" doc:"what they were after; default the project's first goal"`
	Patience string     `json:"patience,omitempty" default:"24h" doc:"how long after their last hit somebody may come back before they count as lost; at most 30d"`
	List     *BlastList `json:"list,omitempty" doc:"also list who was hit"`
}

// BlastList asks for a page of those who were hit, in order of their first hit.
type BlastList struct {
	Of      string  `json:"of,omitempty" default:"people" enum:"people,accounts,sessions"`
	Outcome Outcome `json:"outcome,omitempty" enum:"recovered,converted_later,returned,lost,open" doc:"of people: only those"`
	Cursor  string  `json:"cursor,omitempty" doc:"next of the page before"`
	Limit   int     `json:"limit,omitempty" default:"50" minimum:"1" maximum:"1000"`
}

// Outcome is what became of somebody after their last hit.
type Outcome string

// The outcomes. Each person has the first that holds.
const (
	Recovered      Outcome = "recovered"       // the same call went well, in the same visit
	ConvertedLater Outcome = "converted_later" // they reached the goal
	Returned       Outcome = "returned"        // they came back in another visit
	Lost           Outcome = "lost"            // they did not
	Open           Outcome = "open"            // they still may
)

func outcomes() []Outcome { return []Outcome{Recovered, ConvertedLater, Returned, Lost, Open} }

// BlastAnswer is whom it hit. Every person stands in exactly one outcome.
type BlastAnswer struct {
	People     int64          `json:"people" doc:"distinct people, as claims tell them apart"`
	Accounts   int64          `json:"accounts"`
	Sessions   int64          `json:"sessions"`
	Hits       int64          `json:"hits" doc:"of these people: events, or requests, each once however many sides and tiers saw it"`
	Outcomes   []OutcomeShare `json:"outcomes" doc:"in order of precedence: each person has the first that holds"`
	StillThere int64          `json:"still_there" doc:"of open: their visit goes on"`
	Bucket     int64          `json:"bucket_seconds"`
	FirstHits  []FirstHits    `json:"first_hits" doc:"people by when they were first hit, one for each bucket of the range"`
	Patience   int64          `json:"patience_seconds"`
	Goal       *Step          `json:"goal" doc:"null without one: nobody can convert later then"`
	Usual      []UsualShare   `json:"usual" doc:"against those who did the same unharmed at the same hours of the week before"`
	Known      KnownHits      `json:"known"`
	List       []HitRow       `json:"list" doc:"the page asked for"`
	Next       string         `json:"next" doc:"cursor of the next page; empty on the last"`
	Caveats    []string       `json:"caveats"`
}

// OutcomeShare is how many people came to one outcome.
type OutcomeShare struct {
	Outcome Outcome `json:"outcome" enum:"recovered,converted_later,returned,lost,open"`
	People  Share   `json:"people"`
}

// FirstHits is who was first hit within one bucket.
type FirstHits struct {
	From   time.Time     `json:"from"`
	People int64         `json:"people"`
	Came   OutcomeCounts `json:"came" doc:"what became of them"`
}

// OutcomeCounts counts people by outcome.
type OutcomeCounts struct {
	Recovered      int64 `json:"recovered"`
	ConvertedLater int64 `json:"converted_later"`
	Returned       int64 `json:"returned"`
	Lost           int64 `json:"lost"`
	Open           int64 `json:"open"`
}

func (c *OutcomeCounts) of(o Outcome) *int64 {
	switch o {
	case Recovered:
		return &c.Recovered
	case ConvertedLater:
		return &c.ConvertedLater
	case Returned:
		return &c.Returned
	case Lost:
		return &c.Lost
	case Open:
	}
	return &c.Open
}

// UsualShare compares those hit with those who did the same unharmed. It is an
// association: who comes at another time may differ.
type UsualShare struct {
	Of         string      `json:"of" enum:"reached_goal,came_back"`
	Hit        Share       `json:"hit" doc:"within followed_seconds of their first hit"`
	Usual      Share       `json:"usual" doc:"within as long of doing it unharmed"`
	Difference *float64    `json:"difference" doc:"hit minus usual; null when one is nobody"`
	CI95       *[2]float64 `json:"ci95" doc:"95 % interval of the difference"`
	Fewer      *float64    `json:"fewer_people" doc:"about how many of those hit would have, had they done like the others; below 0 it is more"`
	FewerCI95  *[2]float64 `json:"fewer_people_ci95"`
	Followed   int64       `json:"followed_seconds" doc:"how long everybody of both was followed"`
	Weeks      int         `json:"weeks" doc:"how many weeks before were looked at"`
	Why        string      `json:"why,omitempty" doc:"why there is no difference, in words"`
}

// KnownHits is how many hits are somebody's that is known.
type KnownHits struct {
	Rows       int64 `json:"rows" doc:"events, or calls as one side saw them, that match"`
	WithPerson int64 `json:"with_person" doc:"of these: carry a user or device, or a link to one does"`
}

// HitRow is a person, account or session that was hit.
type HitRow struct {
	ID        string    `json:"id"`
	FirstHit  time.Time `json:"first_hit"`
	LastHit   time.Time `json:"last_hit"`
	Hits      int64     `json:"hits"`
	Outcome   Outcome   `json:"outcome,omitempty" doc:"of people only"`
	OutcomeAt time.Time `json:"outcome_at,omitzero" doc:"when it recovered, converted or came back; absent for the others"`

	stillThere             bool
	reachedGoal, cameAgain bool // within the time that is compared
}

const (
	mostPatience = 30 * 24 * time.Hour
	leastFollow  = 10 * time.Minute // after the range, before it is compared
	usualWeeks   = 4
	hitBuckets   = 30
	blastPage    = 50
)

// blast is a question in the store's words.
type blast struct {
	scope    store.Scope
	now      time.Time
	hit      store.Step
	well     store.Step // the same, unharmed
	goal     *store.Step
	patience time.Duration
	follow   time.Duration // how long everybody can be compared
	same     bool          // nothing says what harm is
}

// BlastRadius answers the question about the rows of a scope, as of now. Errors are a
// [WrongField] when they are about one.
func BlastRadius(ctx context.Context, r store.Reader, scope store.Scope, now time.Time, q BlastQuestion) (BlastAnswer, error) {
	b, err := q.compile(scope, now)
	if err != nil {
		return BlastAnswer{}, err
	}
	people, err := b.people(ctx, r)
	if err != nil {
		return BlastAnswer{}, err
	}
	out := b.answer(people)
	out.Goal = q.Goal
	accounts, err := b.others(ctx, r, store.UnitAccount)
	if err != nil {
		return out, err
	}
	sessions, err := b.others(ctx, r, store.UnitSession)
	if err != nil {
		return out, err
	}
	out.Accounts, out.Sessions = int64(len(accounts)), int64(len(sessions))
	if out.Known, err = b.known(ctx, r); err != nil {
		return out, err
	}
	if err = b.compare(ctx, r, people, &out); err != nil {
		return out, err
	}
	b.warn(&out)
	out.List = []HitRow{}
	if q.List != nil {
		rows := map[string][]HitRow{"": people, "people": people, "accounts": accounts, "sessions": sessions}[q.List.Of]
		out.List, out.Next, err = q.List.page(rows)
	}
	return out, err
}

// BlastHit lists all who were hit, in order of their first hit: what BlastRadius pages
// through.
func BlastHit(ctx context.Context, r store.Reader, scope store.Scope, now time.Time, q BlastQuestion) ([]HitRow, error) {
	b, err := q.compile(scope, now)
	if err != nil {
		return nil, err
	}
	list := cmp.Or(q.List, &BlastList{})
	var rows []HitRow
	switch list.Of {
	case "accounts":
		rows, err = b.others(ctx, r, store.UnitAccount)
	case "sessions":
		rows, err = b.others(ctx, r, store.UnitSession)
	default:
		rows, err = b.people(ctx, r)
	}
	return list.chosen(rows), err
}

func (q BlastQuestion) compile(scope store.Scope, now time.Time) (b blast, err error) {
	b = blast{scope: scope, now: now, patience: 24 * time.Hour, same: q.Exposure.Where == ""}
	if b.hit, err = q.Exposure.occurrence(); err != nil {
		return b, at(err, "exposure")
	}
	plain := q.Exposure
	plain.Where = ""
	if b.well, err = plain.occurrence(); err != nil {
		return b, at(err, "exposure")
	}
	if b.well.Of == store.OfCalls {
		b.well.Filter = store.All(b.well.Filter, store.Equals("call.failed", false), store.Equals("call.refused", false))
	}
	if q.Goal != nil {
		goal, err := q.Goal.occurrence()
		if err != nil {
			return b, at(err, "goal")
		}
		b.goal = &goal
	}
	if q.Patience != "" {
		if b.patience, err = duration(q.Patience); err != nil {
			return b, at(err, "patience")
		}
	}
	if b.patience <= 0 || b.patience > mostPatience {
		return b, at(&event.Permanent{Err: errors.New("nobody can be waited for so long, or not at all"), Hint: "Write how long somebody may take to come back: 24h, at most 30d."}, "patience")
	}
	b.follow = min(b.patience, now.Sub(scope.To))
	return b, nil
}

// What a row of a history can be; the first is what the history is of.
const (
	didHit = iota
	didWell
	didSomething
	didGoal
)

// steps are what histories are made of, hits or those unharmed first.
func (b *blast) steps(first, second store.Step) []store.Step {
	out := []store.Step{first, second, {Of: store.OfEvents, Filter: store.Not{Of: store.OneOf("event.kind", passiveKinds()...)}}}
	if b.goal != nil {
		out = append(out, *b.goal)
	}
	return out
}

// people are all who were hit, by their first hit, then id.
func (b *blast) people(ctx context.Context, r store.Reader) ([]HitRow, error) {
	rows := []HitRow{}
	err := r.Histories(ctx, store.HistoriesQuery{
		Scope: b.scope, Since: b.scope.From, Until: b.scope.To.Add(b.patience), Steps: b.steps(b.hit, b.well), Unit: store.Unit{Of: store.UnitPerson},
	}, func(h store.History) {
		one := hits(h, b.scope.From, b.scope.To)
		b.follows(&one, h)
		b.judge(&one, h)
		rows = append(rows, one)
	})
	sortHits(rows)
	return rows, err
}

// others are the accounts or sessions that were hit.
func (b *blast) others(ctx context.Context, r store.Reader, of store.UnitOf) ([]HitRow, error) {
	rows := []HitRow{}
	err := r.Histories(ctx, store.HistoriesQuery{
		Scope: b.scope, Since: b.scope.From, Until: b.scope.To, Steps: []store.Step{b.hit}, Unit: store.Unit{Of: of},
	}, func(h store.History) { rows = append(rows, hits(h, b.scope.From, b.scope.To)) })
	sortHits(rows)
	return rows, err
}

func sortHits(rows []HitRow) {
	slices.SortFunc(rows, func(a, b HitRow) int { return cmp.Or(a.FirstHit.Compare(b.FirstHit), strings.Compare(a.ID, b.ID)) })
}

// hits are the first, last and number of them in [from, to).
func hits(h store.History, from, to time.Time) HitRow {
	one := HitRow{ID: h.ID}
	for _, row := range h.Rows {
		if !row.Is(didHit) || row.Time.Before(from) || !row.Time.Before(to) {
			continue
		}
		if one.Hits == 0 {
			one.FirstHit = row.Time
		}
		one.LastHit = row.Time
		one.Hits++
	}
	return one
}

// judge says what became of somebody after their last hit. Their visit ends where they
// do nothing for longer than the silence that ends sessions.
func (b *blast) judge(one *HitRow, h store.History) {
	until := one.LastHit.Add(b.patience)
	end, gone := one.LastHit, false
	var recovered, converted, returned time.Time
	first := func(t *time.Time, at time.Time) {
		if t.IsZero() {
			*t = at
		}
	}
	for _, row := range h.Rows {
		if !row.Time.After(one.LastHit) || row.Time.After(until) {
			continue
		}
		gone = gone || row.Time.Sub(end) > store.LinkGap
		end = row.Time
		if row.Is(didWell) && !row.Is(didHit) && !gone {
			first(&recovered, row.Time)
		}
		if row.Is(didGoal) {
			first(&converted, row.Time)
		}
		if gone {
			first(&returned, row.Time)
		}
	}
	switch {
	case !recovered.IsZero():
		one.Outcome, one.OutcomeAt = Recovered, recovered
	case !converted.IsZero():
		one.Outcome, one.OutcomeAt = ConvertedLater, converted
	case !returned.IsZero():
		one.Outcome, one.OutcomeAt = Returned, returned
	case !b.now.Before(until):
		one.Outcome = Lost
	default:
		one.Outcome, one.stillThere = Open, b.now.Sub(end) <= store.LinkGap
	}
}

// follows notes whether somebody reached the goal, and came in another visit, within the
// time in which everybody can be compared.
func (b *blast) follows(one *HitRow, h store.History) {
	end, until := one.FirstHit, one.FirstHit.Add(b.follow)
	for _, row := range h.Rows {
		if !row.Time.After(one.FirstHit) || row.Time.After(until) {
			continue
		}
		one.reachedGoal = one.reachedGoal || row.Is(didGoal)
		one.cameAgain = one.cameAgain || row.Time.Sub(end) > store.LinkGap
		end = row.Time
	}
}

func (b *blast) answer(people []HitRow) BlastAnswer {
	width := bucketFor(b.scope.To.Sub(b.scope.From))
	out := BlastAnswer{
		People: int64(len(people)), Outcomes: []OutcomeShare{}, Bucket: int64(width.Seconds()), FirstHits: []FirstHits{},
		Patience: int64(b.patience.Seconds()), Usual: []UsualShare{}, Caveats: []string{},
	}
	for at := b.scope.From; at.Before(b.scope.To); at = at.Add(width) {
		out.FirstHits = append(out.FirstHits, FirstHits{From: at})
	}
	var all OutcomeCounts
	for i := range people {
		one := &people[i]
		out.Hits += one.Hits
		*all.of(one.Outcome)++
		bucket := &out.FirstHits[int(one.FirstHit.Sub(b.scope.From)/width)]
		bucket.People++
		*bucket.Came.of(one.Outcome)++
		if one.stillThere {
			out.StillThere++
		}
	}
	for _, o := range outcomes() {
		out.Outcomes = append(out.Outcomes, OutcomeShare{o, shareOf(float64(*all.of(o)), float64(len(people)))})
	}
	return out
}

// bucketFor is the smallest width that cuts a range into few buckets.
func bucketFor(long time.Duration) time.Duration {
	for _, width := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour} {
		if long <= hitBuckets*width {
			return width
		}
	}
	return max(24*time.Hour, (long/hitBuckets).Round(24*time.Hour)+24*time.Hour)
}

// known counts the hits that are somebody's: of calls as servers saw them, or browsers
// where no server did.
func (b *blast) known(ctx context.Context, r store.Reader) (out KnownHits, err error) {
	record, sides := "event", []store.Filter{nil}
	if b.hit.Of == store.OfCalls {
		record, sides = "call", []store.Filter{onServer(), store.Equals("call.side", string(event.Client))}
	}
	somebody := store.Or{store.Has{Field: store.Field{Name: record + ".user_id"}}, store.Has{Field: store.Field{Name: record + ".device_id"}}}
	parts, err := store.SplitFilter(b.scope.Filter)
	if err != nil {
		return out, err
	}
	own, err := parts.Of(b.hit.Of)
	if err != nil {
		return out, err
	}
	for _, side := range sides {
		scope := b.scope
		scope.Filter = store.All(side, b.hit.Filter, own)
		series, err := r.Series(ctx, store.SeriesQuery{
			Scope: scope, Edges: []time.Time{scope.From, scope.To}, Limit: 1,
			Measures: []store.Measure{{Of: b.hit.Of, Stat: store.Count}, {Of: b.hit.Of, Stat: store.Count, Filter: somebody}},
		})
		if err != nil {
			return out, err
		}
		values := series.Lines[0].Values
		if out = (KnownHits{whole(values[0][0]), whole(values[1][0])}); out.Rows > 0 {
			break
		}
	}
	return out, nil
}

// compare says what those do who do the same unharmed, at the same hours of the week
// before, and of more weeks while they are few.
func (b *blast) compare(ctx context.Context, r store.Reader, people []HitRow, out *BlastAnswer) error {
	kinds := []UsualShare{{Of: "came_back"}}
	if b.goal != nil {
		kinds = append([]UsualShare{{Of: "reached_goal"}}, kinds...)
	}
	usual := []HitRow{}
	weeks := 0
	why := ""
	switch {
	case len(people) == 0:
		why = "Nobody that is known was hit."
	case b.follow < leastFollow:
		why = "It is too early: ask again at " + b.scope.To.Add(leastFollow).UTC().Format("15:04 MST") + ", or for a range that ended before now."
	default:
		for weeks < usualWeeks && len(usual) < leastVisits {
			weeks++
			more, err := b.unharmed(ctx, r, time.Duration(weeks)*week)
			if err != nil {
				return err
			}
			usual = append(usual, more...)
		}
		if len(usual) == 0 {
			why = "Nobody did the same unharmed at these hours of the four weeks before."
		}
	}
	for _, kind := range kinds {
		of := func(rows []HitRow) (reached, n float64) {
			for i := range rows {
				reached += one(kind.Of == "reached_goal" && rows[i].reachedGoal || kind.Of == "came_back" && rows[i].cameAgain)
			}
			return reached, float64(len(rows))
		}
		k1, n1 := of(people)
		k2, n2 := of(usual)
		kind.Weeks, kind.Why, kind.Followed = weeks, why, int64(max(0, b.follow).Seconds())
		kind.Hit, kind.Usual = shareOf(k1, n1), shareOf(k2, n2)
		if why == "" {
			difference, ci := stats.Difference(k1, n1, k2, n2, stats.Z95)
			fewer := -difference * n1
			kind.Difference, kind.CI95 = &difference, &[2]float64{ci.Low, ci.High}
			kind.Fewer, kind.FewerCI95 = &fewer, &[2]float64{-ci.High * n1, -ci.Low * n1}
		}
		out.Usual = append(out.Usual, kind)
	}
	return nil
}

// unharmed are those who did the same so long before and were not hit then.
func (b *blast) unharmed(ctx context.Context, r store.Reader, before time.Duration) ([]HitRow, error) {
	scope := b.scope
	scope.From, scope.To = scope.From.Add(-before), scope.To.Add(-before)
	first, second := b.well, b.hit
	if b.same {
		first, second = b.hit, b.well
	}
	var rows []HitRow
	err := r.Histories(ctx, store.HistoriesQuery{
		Scope: scope, Since: scope.From, Until: scope.To.Add(b.follow), Steps: b.steps(first, second), Unit: store.Unit{Of: store.UnitPerson},
	}, func(h store.History) {
		harmed := func(row store.HistoryRow) bool { return row.Is(didWell) && row.Time.Before(scope.To) }
		if !b.same && slices.ContainsFunc(h.Rows, harmed) { // the second step is the hit here
			return
		}
		one := hits(h, scope.From, scope.To)
		b.follows(&one, h)
		rows = append(rows, one)
	})
	return rows, err
}

// warn says what the answer cannot bear.
func (b *blast) warn(out *BlastAnswer) {
	add := func(format string, args ...any) { out.Caveats = append(out.Caveats, fmt.Sprintf(format, args...)) }
	if b.scope.From.After(b.now) {
		add("The range has not begun yet.")
	}
	if out.Known.Rows > out.Known.WithPerson {
		add("%d of %d hits are of nobody that is known: more people were hit than are counted.", out.Known.Rows-out.Known.WithPerson, out.Known.Rows)
	}
	if b.same {
		add("The exposure has no condition, so nobody can have recovered by doing the same unharmed, and the comparison is with all who did the same before.")
	}
	if b.goal == nil {
		add("Without a goal nobody can have converted later.")
	}
	if open := out.Outcomes[len(out.Outcomes)-1].People.Count; open > 0 {
		add("%d are open: they may still come back, until %s after their last hit.", open, strings.TrimSuffix(strings.TrimSuffix(b.patience.String(), "0s"), "0m"))
	}
	for _, u := range out.Usual {
		if u.Difference != nil {
			add("The comparison is an association: who came at these hours of the week before may differ. A release or switch that hits people by chance would prove it.")
			break
		}
	}
}

// chosen are the rows with the outcome asked for.
func (l *BlastList) chosen(rows []HitRow) []HitRow {
	if l.Outcome == "" {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), func(one HitRow) bool { return one.Outcome != l.Outcome })
}

func (l *BlastList) page(rows []HitRow) (page []HitRow, next string, err error) {
	rows = l.chosen(rows)
	from := 0
	if l.Cursor != "" {
		if from, err = strconv.Atoi(l.Cursor); err != nil || from < 0 {
			return nil, "", at(&event.Permanent{Err: fmt.Errorf("%q is not a cursor", l.Cursor), Hint: "Give next of the page before."}, "list.cursor")
		}
	}
	from = min(from, len(rows))
	to := min(len(rows), from+cmp.Or(l.Limit, blastPage))
	if to < len(rows) {
		next = strconv.Itoa(to)
	}
	return rows[from:to], next, nil
}
