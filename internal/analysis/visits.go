package analysis

import (
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// visit is a session and what an insight found out about it.
type visit struct {
	event.Session
	pages []seen      // pages it saw, in order of time
	goals []time.Time // when it reached the goal, in order of time
}

// seen is a page and when it was seen.
type seen struct {
	page string
	at   time.Time
}

// reachedAfter reports whether the visit reached the goal at t or later.
func (v *visit) reachedAfter(t time.Time) bool {
	return len(v.goals) > 0 && !v.goals[len(v.goals)-1].Before(t)
}

// visits finds sessions by what records carry: their session id, or, where the
// gap rule made the session, the person and the time.
type visits struct {
	byID     map[string]*visit
	byPerson map[string][]*visit
}

func indexVisits(sessions []event.Session) visits {
	v := visits{map[string]*visit{}, map[string][]*visit{}}
	for _, s := range sessions {
		one := &visit{Session: s}
		v.byID[s.ID] = one
		if !s.Derived {
			continue
		}
		for _, person := range []string{s.DeviceID, s.UserID} {
			if person != "" {
				v.byPerson[person] = append(v.byPerson[person], one)
			}
		}
	}
	return v
}

// of returns the visit that an event belongs to, nil when it is in none of them.
func (v visits) of(e *event.Event) *visit {
	if e.SessionID != "" {
		return v.byID[e.SessionID]
	}
	person := e.DeviceID
	if person == "" {
		person = e.UserID
	}
	for _, one := range v.byPerson[person] {
		if !e.Time.Before(one.Start) && !e.Time.After(one.End) {
			return one
		}
	}
	return nil
}

// markGoals notes when each visit reached the goal within [from, to). It returns
// from when on that is known: later than from when there were too many to read.
func (v visits) markGoals(ctx context.Context, r store.Reader, s store.Scope, goal Goal) (time.Time, error) {
	reached, err := goal.Step.Compile()
	if err != nil {
		return s.From, err
	}
	s.Filter = reached.Filter
	if reached.Of == store.OfCalls {
		s.Filter = store.All(reached.Filter, withSession())
		calls, from, err := callSample(ctx, r, s, goalRows)
		for i := range calls {
			if one := v.byID[sessionOf(&calls[i])]; one != nil {
				one.goals = append(one.goals, calls[i].Time)
			}
		}
		v.sort()
		return from, err
	}
	events, from, err := eventSample(ctx, r, s, goalRows)
	for i := range events {
		if one := v.of(&events[i]); one != nil {
			one.goals = append(one.goals, events[i].Time)
		}
	}
	v.sort()
	return from, err
}

// markPages notes which pages each visit saw; as markGoals.
func (v visits) markPages(ctx context.Context, r store.Reader, s store.Scope) (time.Time, error) {
	s.Filter = isPage()
	events, from, err := eventSample(ctx, r, s, pageViewRows)
	for i := range events {
		e := &events[i]
		page := e.Page.Route
		if page == "" {
			page = e.Page.Path
		}
		if one := v.of(e); one != nil && page != "" {
			one.pages = append(one.pages, seen{page, e.Time})
		}
	}
	v.sort()
	return from, err
}

func (v visits) sort() {
	for _, one := range v.byID {
		slices.SortFunc(one.goals, time.Time.Compare)
		slices.SortStableFunc(one.pages, func(a, b seen) int { return a.at.Compare(b.at) })
	}
}

// How many rows an insight reads to judge by; what is older is left out.
const (
	recentVisits = 1000
	goalRows     = 5000
	pageViewRows = 10_000
)

// recent is the newest visits that are over, with their pages and when they
// reached the goal.
type recent struct {
	visits
	from, to time.Time // the visits that began in this range are all there
}

// recentlyEnded samples the visits of the last week. A visit is over after the
// silence that ends a session.
func recentlyEnded(ctx context.Context, r store.Reader, q Question, goal Goal) (recent, error) {
	scope := store.Scope{Project: q.Project, From: q.Now.Add(-week), To: q.Now}
	sessions, from, err := sessionSample(ctx, r, scope, recentVisits)
	if err != nil || len(sessions) == 0 {
		return recent{indexVisits(nil), from, q.Now}, err
	}
	quiet := q.Now.Add(-store.LinkGap)
	sessions = slices.DeleteFunc(sessions, func(s event.Session) bool { return s.End.After(quiet) })
	scope.From = from
	found := indexVisits(sessions)
	goalsFrom, err := found.markGoals(ctx, r, scope, goal)
	if err != nil {
		return recent{}, err
	}
	pagesFrom, err := found.markPages(ctx, r, scope)
	if err != nil {
		return recent{}, err
	}
	from = slices.MaxFunc([]time.Time{from, goalsFrom, pagesFrom}, time.Time.Compare)
	for id, one := range found.byID {
		if one.Start.Before(from) {
			delete(found.byID, id)
		}
	}
	return recent{found, from, q.Now}, nil
}

// withSession holds for calls whose session is known, their own or through a link.
func withSession() store.Filter { return store.Has{Field: store.Field{Name: "call.session_id"}} }

const week = 7 * 24 * time.Hour
