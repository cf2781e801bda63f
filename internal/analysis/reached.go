package analysis

import (
	"cmp"
	"context"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

// Reached is one time that a goal was reached.
type Reached struct {
	Time      time.Time `json:"time"`
	EventID   string    `json:"event_id,omitempty" doc:"of the event that reached it"`
	CallID    string    `json:"call_id,omitempty" doc:"of the call that reached it"`
	SessionID string    `json:"session_id" doc:"empty when it is not known"`
	Person    string    `json:"person" doc:"user, else device; empty when not known"`
	Page      string    `json:"page,omitempty" doc:"path of the page"`
}

// ReachedBy lists the newest times that the goal was reached in s, at most limit
// (1 to 1000): what its count counts.
func ReachedBy(ctx context.Context, r store.Reader, s store.Scope, goal Goal, limit int) ([]Reached, error) {
	step, err := goal.Step.Compile()
	if err != nil {
		return nil, err
	}
	s.Filter = store.All(step.Filter, s.Filter)
	out := []Reached{}
	if step.Of == store.OfCalls {
		page, err := r.Calls(ctx, store.CallsQuery{Scope: s, Sort: store.Newest, Limit: limit})
		for i := range page.Rows {
			c := &page.Rows[i]
			user, device := c.UserID, c.DeviceID
			if c.Link != nil {
				user, device = cmp.Or(user, c.Link.UserID), cmp.Or(device, c.Link.DeviceID)
			}
			out = append(out, Reached{Time: c.Time, CallID: c.ID, SessionID: sessionOf(c), Person: cmp.Or(user, device)})
		}
		return out, err
	}
	page, err := r.Events(ctx, store.EventsQuery{Scope: s, Limit: limit})
	for i := range page.Rows {
		e := &page.Rows[i]
		out = append(out, Reached{Time: e.Time, EventID: e.ID, SessionID: e.SessionID, Person: cmp.Or(e.UserID, e.DeviceID), Page: e.Page.Path})
	}
	return out, err
}
