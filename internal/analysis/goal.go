package analysis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Direction says whether more of a goal is better.
type Direction string

// The directions.
const (
	Up   Direction = "up"
	Down Direction = "down"
)

// MaxGoals is how many goals a project may have: each is measured for the first screen.
const MaxGoals = 20

// Goal is an outcome that matters.
type Goal struct {
	ID        string    `json:"id" doc:"what the goal is called in addresses"`
	Name      string    `json:"name" minLength:"1" maxLength:"120" example:"Order paid"`
	Step      Step      `json:"step"`
	Direction Direction `json:"direction,omitempty" enum:"up,down" default:"up" doc:"whether more of it is better"`
	Target    float64   `json:"target,omitempty" minimum:"0" doc:"how many a day; absent = none set"`
	Owner     string    `json:"owner,omitempty" maxLength:"120" doc:"who is asked when it is missed"`
	Value     string    `json:"value,omitempty" maxLength:"256" example:"properties.amount" doc:"the property that says what one is worth"`
	Currency  string    `json:"currency,omitempty" maxLength:"8" example:"EUR"`
}

// Check reports what is wrong with the goal, as an [event.Permanent] behind the path of
// the field: `step.where: …`.
func (g Goal) Check() error {
	if _, _, err := g.Step.subject(); err != nil {
		return fmt.Errorf("step: %w", err)
	}
	if _, err := g.Step.Compile(); err != nil {
		return fmt.Errorf("step.%w", err) // only its where is left to be wrong
	}
	if g.Currency != "" && g.Value == "" {
		return &event.Permanent{Err: errors.New("currency: there is no value it could be of"), Hint: "Name the property that holds the value, or leave the currency out."}
	}
	return nil
}

// GoalToday is how a goal does today, against the same time of earlier days.
type GoalToday struct {
	Goal      Goal      `json:"goal"`
	Since     time.Time `json:"since" doc:"when today began"`
	Count     int64     `json:"count" doc:"times it was reached today"`
	People    int64     `json:"people" doc:"who reached it today, as far as they are known"`
	Yesterday *int64    `json:"yesterday" doc:"times it was reached yesterday until this time of day; null while that day is not on record from its begin"`
	LastWeek  *int64    `json:"last_week" doc:"times it was reached on this day a week ago until this time of day; null as for yesterday"`
}

// earlierDays tells which days a goal of today can be compared with: those on record
// from their begin, so that something is recorded in them and something before.
type earlierDays struct{ yesterday, lastWeek bool }

func (d earlierDays) all() bool { return d.yesterday && d.lastWeek }

func daysOnRecord(ctx context.Context, r store.Reader, q Question) (earlierDays, error) {
	weekAgo, yesterday := midnight(q.Now, q.Zone, -7), midnight(q.Now, q.Zone, -1)
	edges := []time.Time{weekAgo.Add(-week), weekAgo, after(weekAgo, sameTime(q.Now, q.Zone, -7)), yesterday, after(yesterday, sameTime(q.Now, q.Zone, -1))}
	values, err := measure(ctx, r, q.Project, edges, nil,
		store.Measure{Of: store.OfCalls, Stat: store.Count}, store.Measure{Of: store.OfEvents, Stat: store.Count})
	if err != nil {
		return earlierDays{}, err
	}
	recorded := func(b int) bool { return number(values[0][b])+number(values[1][b]) > 0 }
	return earlierDays{
		yesterday: recorded(3) && (recorded(0) || recorded(1) || recorded(2)),
		lastWeek:  recorded(1) && recorded(0),
	}, nil
}

// goalsToday counts every goal, in one read. Days begin at midnight in zone.
func goalsToday(ctx context.Context, r store.Reader, q Question, days earlierDays) ([]GoalToday, error) {
	out := []GoalToday{}
	if len(q.Goals) == 0 {
		return out, nil
	}
	today := midnight(q.Now, q.Zone, 0)
	edges := []time.Time{
		midnight(q.Now, q.Zone, -7), sameTime(q.Now, q.Zone, -7), midnight(q.Now, q.Zone, -1), sameTime(q.Now, q.Zone, -1), today, q.Now,
	}
	if !today.Before(q.Now) { // midnight itself: nothing has happened yet
		edges[4], edges[5] = q.Now, q.Now.Add(time.Microsecond)
	}
	edges[1], edges[3] = after(edges[0], edges[1]), after(edges[2], edges[3])
	var measures []store.Measure
	for _, g := range q.Goals {
		reached, err := g.Step.Compile()
		if err != nil {
			return nil, fmt.Errorf("goal %s: %w", g.ID, err)
		}
		measures = append(measures, store.Measure{Of: reached.Of, Stat: store.Count, Filter: reached.Filter},
			store.Measure{Of: reached.Of, Stat: store.People, Filter: reached.Filter})
	}
	values, err := measure(ctx, r, q.Project, edges, nil, measures...)
	if err != nil {
		return nil, err
	}
	for i, g := range q.Goals {
		count, people := values[2*i], values[2*i+1]
		out = append(out, GoalToday{
			Goal: g, Since: today, Count: whole(count[4]), People: whole(people[4]),
			Yesterday: onRecord(days.yesterday, count[2]), LastWeek: onRecord(days.lastWeek, count[0]),
		})
	}
	return out, nil
}

func onRecord(known bool, v *float64) *int64 {
	if !known {
		return nil
	}
	count := whole(v)
	return &count
}

// midnight is when the day that lies so many days from now begins in zone.
func midnight(now time.Time, zone *time.Location, days int) time.Time {
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, zone).UTC()
}

// sameTime is now's time of day, so many days away.
func sameTime(now time.Time, zone *time.Location, days int) time.Time {
	return now.In(zone).AddDate(0, 0, days).UTC()
}

// after is t, at least a moment after from, because edges ascend.
func after(from, t time.Time) time.Time {
	if t.After(from) {
		return t
	}
	return from.Add(time.Microsecond)
}
