package analysis

import (
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Overview is what the first screen shows.
type Overview struct {
	At    time.Time   `json:"at" doc:"when data, now, goals and live were read"`
	Data  Data        `json:"data"`
	Now   Now         `json:"now"`
	Goals []GoalToday `json:"goals"`
	Live  Live        `json:"live"`
	// Pending says that what follows is being read for the first time, or anew for
	// changed goals: ask again in a few seconds.
	Pending   bool            `json:"pending" doc:"costs, releases, worst_step and now.last are still being read; ask again"`
	Costs     Costs           `json:"costs"`
	Releases  []ReleaseEffect `json:"releases" doc:"the last three, newest first"`
	WorstStep WorstStep       `json:"worst_step"`
}

// How old a part may become before it is read again, when somebody asks.
const (
	quickly = 5 * time.Second
	slowly  = 5 * time.Minute
)

// moment is the part of an Overview that changes all the time.
type moment struct {
	at       time.Time
	settings string
	data     Data
	now      Now
	goals    []GoalToday
	live     Live

	days   earlierDays
	usual  map[event.Side]baseline
	since  time.Time // of the first record, in a young project
	usedAt time.Time // when usual and data were read
}

// read returns the moment as of q.Now. What is usual is read now and then only.
func (m moment) read(ctx context.Context, r store.Reader, q Question) (moment, error) {
	var err error
	old := q.Now.Sub(m.usedAt) >= slowly
	// In a young project all is awaited and changes within seconds.
	if old || !m.since.IsZero() || m.data.Calls == 0 || m.data.Events == 0 || m.data.Linked == 0 {
		if m.data, err = dataOf(ctx, r, q); err != nil {
			return m, err
		}
	}
	if old {
		m.usual = map[event.Side]baseline{}
		for _, side := range []event.Side{event.Server, event.Client} {
			if m.usual[side], err = usually(ctx, r, q, side); err != nil {
				return m, err
			}
		}
		if m.since, err = youngSince(ctx, r, q, m.usual); err != nil {
			return m, err
		}
		m.usedAt = q.Now
	}
	if m.live, err = liveNow(ctx, r, q); err != nil {
		return m, err
	}
	if len(q.Goals) > 0 && (old || !m.days.all()) {
		if m.days, err = daysOnRecord(ctx, r, q); err != nil {
			return m, err
		}
	}
	if m.goals, err = goalsToday(ctx, r, q, m.days); err != nil {
		return m, err
	}
	m.now, err = troubleNow(ctx, r, q, m.usual, m.now.Trouble, m.data.People)
	m.now.HistorySince = m.since
	m.at = q.Now
	return m, err
}

// history is the part of an Overview that rests on days of records.
type history struct {
	at        time.Time
	settings  string
	past      *PastTrouble
	costs     Costs
	releases  []ReleaseEffect
	worstStep WorstStep
}

func readHistory(ctx context.Context, r store.Reader, q Question, costs CostEstimator) (h history, err error) {
	h.at = q.Now
	if h.past, err = pastTrouble(ctx, r, q); err != nil {
		return h, err
	}
	if h.releases, err = releaseEffects(ctx, r, q); err != nil {
		return h, err
	}
	h.worstStep.Steps = []FunnelStep{}
	if len(q.Goals) > 0 {
		sample, err := recentlyEnded(ctx, r, q, q.Goals[0])
		if err != nil {
			return h, err
		}
		h.worstStep = worstStep(q.Goals[0], sample)
	}
	h.costs, err = costs.Costs(ctx, r, q)
	return h, err
}

// overview puts the two parts together.
func overview(m moment, h history) Overview {
	out := Overview{
		At: m.at, Data: m.data, Now: m.now, Goals: m.goals, Live: m.live, Pending: h.settings != m.settings,
		Costs: h.costs, Releases: h.releases, WorstStep: h.worstStep,
	}
	if out.Pending {
		out.Costs, out.Releases, out.WorstStep = Costs{Rows: []Cost{}}, []ReleaseEffect{}, WorstStep{Steps: []FunnelStep{}}
	} else if out.Now.Trouble == nil {
		out.Now.Last = later(out.Now.Last, h.past)
	}
	return out
}
