package api

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// maxPropertyHits is how many records with a property Find shows.
const maxPropertyHits = 50

// FindInput asks for something by its id.
type FindInput struct {
	ProjectParam
	Q string `query:"q" required:"true" maxLength:"256" doc:"a request, trace, call, event, session, device, user or account id, an e-mail address, or the value of a property that find knows"`
}

// FindOutput is what has that id: the newest of each kind, then the records with
// such a property, newest first.
type FindOutput struct {
	Hits []FindHit `json:"hits"`
	// Visits are those that the records with such a property lie in, newest first.
	Visits []FoundVisit `json:"visits"`
	// Fields are the properties and attributes that were looked at too.
	Fields []string `json:"fields"`
	// From is the time of the oldest record that was looked at; absent when there is none.
	From time.Time `json:"from,omitzero"`
}

// FindHit is one thing found.
type FindHit struct {
	store.Hit
	Field     string `json:"field,omitempty" doc:"the property or attribute that has the value; absent for ids"`
	SessionID string `json:"session_id,omitempty" doc:"of an event: where to see it"`
}

// FoundVisit is a visit in which something was found.
type FoundVisit struct {
	ID     string    `json:"id" doc:"of the session"`
	Person string    `json:"person" doc:"the user, else the device"`
	Start  time.Time `json:"start"`
	Millis int64     `json:"duration_ms"`
}

func (s *Server) find(ctx context.Context, in *FindInput) (FindOutput, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return FindOutput{}, err
	}
	fields, err := s.findFields(ctx, project)
	if err != nil {
		return FindOutput{}, err
	}
	typed := strings.TrimSpace(in.Q)
	// Personal ids are stored as their pseudonym, so that is what to look for.
	id := s.pipeline.Rules.Pseudonym(project, typed)
	whole := store.Scope{Project: project, From: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), To: s.now().AddDate(0, 0, 2)} // see event.Validate
	var byID []store.Hit
	var byProperty []store.PropertyHit
	var stats store.Stats
	err = together(ctx,
		func(ctx context.Context) (err error) { byID, err = s.store.Find(ctx, project, id); return err },
		func(ctx context.Context) (err error) {
			byProperty, err = s.store.FindProperty(ctx, whole, fields, typed, maxPropertyHits)
			return err
		},
		func(ctx context.Context) (err error) { stats, err = s.store.Stats(ctx); return err },
	)
	if err != nil {
		return FindOutput{}, err
	}
	out := FindOutput{Hits: []FindHit{}, Fields: fields, From: stats.From}
	for _, hit := range byID {
		found := FindHit{Hit: hit}
		if hit.Kind == "event" {
			if found.SessionID, err = s.sessionOfEvent(ctx, project, hit); err != nil {
				return FindOutput{}, err
			}
		}
		out.Hits = append(out.Hits, found)
	}
	for _, hit := range byProperty {
		found := FindHit{Hit: hit.Hit, Field: hit.Key, SessionID: hit.SessionID}
		if hit.Kind == "event" && hit.SessionID == "" {
			if found.SessionID, err = s.sessionOfEvent(ctx, project, hit.Hit); err != nil {
				return FindOutput{}, err
			}
		}
		out.Hits = append(out.Hits, found)
	}
	out.Visits, err = s.visitsOf(ctx, project, out.Hits)
	return out, err
}

// visitsOf reads the sessions of the hits by property.
func (s *Server) visitsOf(ctx context.Context, project event.ProjectID, hits []FindHit) ([]FoundVisit, error) {
	var ids []string
	var around store.Scope
	for _, hit := range hits {
		if hit.Field == "" || hit.SessionID == "" {
			continue
		}
		ids = append(ids, hit.SessionID)
		if from := hit.Time.Add(-longestVisit); around.From.IsZero() || from.Before(around.From) {
			around.From = from
		}
		if to := hit.Time.Add(time.Microsecond); to.After(around.To) {
			around.To = to
		}
	}
	visits := []FoundVisit{}
	if len(ids) == 0 {
		return visits, nil
	}
	around.Project, around.Bots, around.Filter = project, true, store.OneOf("session.id", ids...)
	page, err := s.store.Sessions(ctx, store.SessionsQuery{Scope: around, Limit: maxPropertyHits})
	for _, v := range page.Rows {
		visits = append(visits, FoundVisit{ID: v.ID, Person: cmp.Or(v.UserID, v.DeviceID), Start: v.Start, Millis: v.End.Sub(v.Start).Milliseconds()})
	}
	return visits, err
}

// sessionOfEvent is the session whose timeline shows an event: its own, or the
// derived one that its device or user was in. Empty when there is none.
func (s *Server) sessionOfEvent(ctx context.Context, project event.ProjectID, hit store.Hit) (string, error) {
	moment := store.Scope{Project: project, From: hit.Time, To: hit.Time.Add(time.Microsecond), Bots: true}
	page, err := s.store.Events(ctx, store.EventsQuery{Scope: moment, Limit: 1000})
	if err != nil {
		return "", err
	}
	for _, e := range page.Rows {
		if e.ID == hit.ID && e.SessionID != "" {
			return e.SessionID, nil
		}
		if e.ID == hit.ID {
			return s.sessionAt(ctx, project, e)
		}
	}
	return "", nil
}

// longestVisit is how long a derived session can be (event.Session).
const longestVisit = 24 * time.Hour

func (s *Server) sessionAt(ctx context.Context, project event.ProjectID, e event.Event) (string, error) {
	who := store.Equals("session.device_id", e.DeviceID)
	if e.DeviceID == "" {
		who = store.Equals("session.user_id", e.UserID)
	}
	around := store.Scope{Project: project, From: e.Time.Add(-longestVisit), To: e.Time.Add(time.Microsecond), Filter: who, Bots: true}
	page, err := s.store.Sessions(ctx, store.SessionsQuery{Scope: around, Limit: 100})
	if err != nil {
		return "", err
	}
	for _, visit := range page.Rows {
		if visit.Derived && !visit.End.Before(e.Time) {
			return visit.ID, nil
		}
	}
	return "", nil
}

const findSetting = "find"

// FindFields is which properties of events and attributes of calls Find looks at.
type FindFields struct {
	Fields []string `json:"fields" maxItems:"50" example:"[\"order_id\"]" doc:"names of properties and attributes that hold ids"`
}

func (s *Server) findFields(ctx context.Context, project event.ProjectID) ([]string, error) {
	out := FindFields{Fields: []string{"order_id", "orderId", "invoice_id", "cart_id", "ticket_id"}}
	err := s.meta.Setting(ctx, project, findSetting, &out)
	return some(out.Fields), err
}

func (s *Server) showFindFields(ctx context.Context, in *ProjectParam) (FindFields, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return FindFields{}, err
	}
	fields, err := s.findFields(ctx, project)
	return FindFields{Fields: fields}, err
}

// FindFieldsInput carries the names.
type FindFieldsInput struct {
	ProjectParam
	Body FindFields
}

func (s *Server) setFindFields(ctx context.Context, in *FindFieldsInput) (FindFields, error) {
	project, err := s.project(ctx, in.Project)
	if err != nil {
		return FindFields{}, err
	}
	for i, name := range in.Body.Fields {
		if name == "" || len(name) > 200 {
			return FindFields{}, badField(at("fields[%d]", i), "Name a property, such as order_id.", "a name has 1 to 200 bytes")
		}
	}
	return in.Body, s.meta.Set(ctx, project, findSetting, in.Body)
}
