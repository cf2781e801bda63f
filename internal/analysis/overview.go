package analysis

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Overview is what the first screen shows. Its sections are of different age: what
// changes slowly is looked at less often.
type Overview struct {
	At        time.Time       `json:"at" doc:"of the newest section"`
	Data      Data            `json:"data"`
	Now       Now             `json:"now"`
	Goals     []GoalToday     `json:"goals"`
	Costs     Costs           `json:"costs"`
	Releases  []ReleaseEffect `json:"releases" doc:"the last three, newest first"`
	WorstStep WorstStep       `json:"worst_step"`
	Live      Live            `json:"live"`
}

// How old a section may become before it is looked at again, when somebody asks.
const (
	quickly = 5 * time.Second
	slowly  = 5 * time.Minute
)

// board is an Overview and what it was made of.
type board struct {
	Overview
	usual map[event.Side]baseline
	past  *PastTrouble
	slow  time.Time // when the slow sections were read
	// settings is what the slow sections were asked with.
	settings string
}

// refresh returns the board as of q.Now: the quick sections anew, the slow ones
// when they are old or settings changed.
func (b board) refresh(ctx context.Context, r store.Reader, q Question, costs CostEstimator, settings string) (board, error) {
	var err error
	switch {
	case q.Now.Sub(b.slow) >= slowly || b.settings != settings || b.Data.Newest.IsZero():
		if err := b.readSlow(ctx, r, q, costs); err != nil {
			return b, err
		}
		b.slow, b.settings = q.Now, settings
	case b.Data.Linked == 0: // somebody is waiting for the first link
		if b.Data, err = dataOf(ctx, r, q); err != nil {
			return b, err
		}
	}
	if b.Live, err = liveNow(ctx, r, q); err != nil {
		return b, err
	}
	if b.Goals, err = goalsToday(ctx, r, q); err != nil {
		return b, err
	}
	if b.Now, err = troubleNow(ctx, r, q, b.usual); err != nil {
		return b, err
	}
	if b.Now.Trouble == nil {
		b.Now.Last = b.past
	}
	b.At = q.Now
	return b, nil
}

func (b *board) readSlow(ctx context.Context, r store.Reader, q Question, costs CostEstimator) (err error) {
	b.usual = map[event.Side]baseline{}
	for _, side := range []event.Side{event.Server, event.Client} {
		if b.usual[side], err = usually(ctx, r, q, side); err != nil {
			return err
		}
	}
	if b.past, err = pastTrouble(ctx, r, q); err != nil {
		return err
	}
	if b.Data, err = dataOf(ctx, r, q); err != nil {
		return err
	}
	if b.Releases, err = releaseEffects(ctx, r, q); err != nil {
		return err
	}
	b.WorstStep = WorstStep{Steps: []FunnelStep{}}
	if len(q.Goals) > 0 {
		sample, err := recentlyEnded(ctx, r, q, q.Goals[0])
		if err != nil {
			return err
		}
		b.WorstStep = worstStep(q.Goals[0], sample)
	}
	b.Costs, err = costs.Costs(ctx, r, q)
	return err
}
