package analysis

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

const (
	keptAnswers = 32
	keptTables  = 1                // the one that the last question was about: it may have a million rows
	keptAtMost  = 10 * time.Minute // then it is made anew, whatever happened
	keptFor     = 30               // times as long as it took to make, while new data arrives
	quick       = time.Second      // what takes less is always made anew when there is new data
)

// WatchedReader is a reader that says how far links are.
type WatchedReader interface {
	store.Reader
	Watermark(ctx context.Context) (store.Seq, error)
}

// Impacts answers what failed and slow calls cost, one question at a time, and remembers
// the last answers, which take long to make. AsOf of an answer says how old it is.
type Impacts struct {
	reader  WatchedReader
	clock   func() time.Time // for how long answers take
	turn    chan struct{}    // full while one is made: each may need a million rows
	answers kept[ImpactAnswer]
	curves  kept[DoseAnswer]
	tables  kept[*exposureTable]
}

// NewImpacts reads from r.
func NewImpacts(r WatchedReader, clock func() time.Time) *Impacts {
	return &Impacts{
		reader: r, clock: clock, turn: make(chan struct{}, 1),
		answers: kept[ImpactAnswer]{most: keptAnswers}, curves: kept[DoseAnswer]{most: keptAnswers}, tables: kept[*exposureTable]{most: keptTables},
	}
}

// Asked is what questions about the same data have in common.
type Asked struct {
	Scope store.Scope
	Zone  *time.Location
	Now   time.Time
	Words string // the scope as it was asked for: the same words are the same question
}

// exposures reads a table, or remembers it.
func (i *Impacts) exposures(ctx context.Context, a Asked, unit ImpactUnit, goal Step, value string) (*exposureTable, error) {
	step, err := goal.occurrence()
	if err != nil {
		return nil, at(err, "goal")
	}
	var field *store.Field
	if value != "" {
		f, err := goalValue(value, step)
		if err != nil {
			return nil, at(err, "value")
		}
		field = &f
	}
	return remember(ctx, i, &i.tables, a.Now, words(a.Words, unit, goal, value), func() (*exposureTable, error) {
		return readExposures(ctx, i.reader, a.Scope, a.Zone, a.Now, unit, step, field)
	})
}

// words are what makes one question differ from another.
func words(parts ...any) string {
	text, _ := json.Marshal(parts) // questions are made of JSON
	return string(text)
}

// kept are answers by question.
type kept[T any] struct {
	most int
	mu   sync.Mutex
	of   map[string]keptAnswer[T]
}

type keptAnswer[T any] struct {
	answer T
	made   time.Time
	took   time.Duration
	upto   store.Seq
}

// get is the answer to a question, remembered, or made while no other is.
func get[T any](ctx context.Context, i *Impacts, k *kept[T], now time.Time, question string, make func() (T, error)) (answer T, err error) {
	if answer, known, err := k.recall(ctx, i.reader, now, question); known || err != nil {
		return answer, err
	}
	select {
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-ctx.Done():
		return answer, ctx.Err()
	}
	return remember(ctx, i, k, now, question, make)
}

// recall is the answer if it is still good: while nothing new has been linked for
// minutes; else the longer it took to make, the longer.
func (k *kept[T]) recall(ctx context.Context, r WatchedReader, now time.Time, question string) (answer T, known bool, err error) {
	upto, err := r.Watermark(ctx)
	if err != nil {
		return answer, false, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	old, known := k.of[question]
	age := now.Sub(old.made)
	known = known && age < keptAtMost && (old.upto == upto || old.took > quick && age < keptFor*old.took)
	return old.answer, known, nil
}

// remember makes the answer unless it is known by now.
func remember[T any](ctx context.Context, i *Impacts, k *kept[T], now time.Time, question string, make func() (T, error)) (T, error) {
	if answer, known, err := k.recall(ctx, i.reader, now, question); known || err != nil {
		return answer, err
	}
	begun := i.clock()
	upto, err := i.reader.Watermark(ctx)
	if err != nil {
		var none T
		return none, err
	}
	answer, err := make()
	if err == nil {
		k.put(question, keptAnswer[T]{answer, now, i.clock().Sub(begun), upto})
	}
	return answer, err
}

func (k *kept[T]) put(question string, a keptAnswer[T]) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil {
		k.of = map[string]keptAnswer[T]{}
	}
	k.of[question] = a
	for len(k.of) > k.most {
		delete(k.of, k.oldest())
	}
}

func (k *kept[T]) oldest() string {
	questions := make([]string, 0, len(k.of))
	for q := range k.of {
		questions = append(questions, q)
	}
	return slices.MinFunc(questions, func(a, b string) int { return cmp.Or(k.of[a].made.Compare(k.of[b].made), cmp.Compare(a, b)) })
}
