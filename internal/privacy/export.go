package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/store"
)

// Exported counts what an export wrote.
type Exported struct {
	Identifiers  int `json:"identifiers"`
	Claims       int `json:"claims"`
	Sessions     int `json:"sessions"`
	Events       int `json:"events"`
	Signals      int `json:"signals"`
	Interactions int `json:"interactions"`
	Calls        int `json:"calls"`
}

// line is one line of an export.
type line struct {
	Kind   string `json:"kind"` // identifier, claim, event, session, signal, interaction, call, shared_devices
	Record any    `json:"record"`
	// What the record's own JSON leaves out.
	DurationUS int64       `json:"duration_us,omitempty"`
	Link       *event.Link `json:"link,omitempty"`
}

// identifier is a pseudonym and what it stands for.
type identifier struct {
	Pseudonym string `json:"pseudonym"`
	Original  string `json:"original"`
}

const pageSize = 1000

// Export writes everything that is known about a person as NDJSON, one object a
// line with its kind: their identifiers in clear text, the claims that tie devices to
// them, events, sessions with what was found in them, and calls with the link that
// makes them theirs. id is any id of theirs.
func (r *Rights) Export(ctx context.Context, project event.ProjectID, id string, w io.Writer) (Exported, error) {
	var n Exported
	who, shared, err := r.resolve(ctx, project, id)
	if err != nil {
		return n, fmt.Errorf("find the person: %w", err)
	}
	out := json.NewEncoder(w)
	if err := r.exportIdentifiers(ctx, project, allIDs(who), out, &n); err != nil {
		return n, err
	}
	if err := r.exportClaims(ctx, project, who, out, &n); err != nil {
		return n, err
	}
	events := map[string]bool{}
	return n, errors.Join(
		r.exportEvents(ctx, project, who, out, events, &n),
		r.exportSessions(ctx, project, who, out, events, &n),
		r.exportCalls(ctx, project, who, out, &n),
		tellShared(out, shared))
}

func (r *Rights) exportIdentifiers(ctx context.Context, project event.ProjectID, ids []string, out *json.Encoder, n *Exported) error {
	pseudonyms, err := r.Meta.Pseudonyms(ctx, project, ids)
	if err != nil {
		return err
	}
	for _, p := range pseudonyms {
		original, err := r.Meta.Reveal(ctx, project, p)
		if errors.Is(err, meta.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		n.Identifiers++
		if err := out.Encode(line{Kind: "identifier", Record: identifier{p, original}}); err != nil {
			return err
		}
	}
	return nil
}

// exportClaims writes the claims that name the person. Those that name one of their
// devices and somebody else are the other's.
func (r *Rights) exportClaims(ctx context.Context, project event.ProjectID, who store.Person, out *json.Encoder, n *Exported) error {
	seen := map[event.Pair]bool{}
	for _, id := range who.UserIDs {
		known, err := r.Store.PersonOf(ctx, project, id)
		if err != nil {
			return err
		}
		for _, claim := range known.Claims {
			if seen[claim.Pair] || !slices.Contains(who.UserIDs, claim.UserID) {
				continue
			}
			seen[claim.Pair] = true
			n.Claims++
			if err := out.Encode(line{Kind: "claim", Record: claim}); err != nil {
				return err
			}
		}
	}
	return nil
}

// exportSessions writes the person's sessions, and of what was found in them that
// which is about one of their events.
func (r *Rights) exportSessions(ctx context.Context, project event.ProjectID, who store.Person, out *json.Encoder, events map[string]bool, n *Exported) error {
	q := store.SessionsQuery{Scope: r.everything(project, store.OfPerson("session", who)), Limit: pageSize}
	for {
		page, err := r.Store.Sessions(ctx, q)
		if err != nil {
			return err
		}
		for i := range page.Rows {
			n.Sessions++
			if err := out.Encode(line{Kind: "session", Record: page.Rows[i]}); err != nil {
				return err
			}
			if err := r.exportFindings(ctx, project, page.Rows[i].ID, out, events, n); err != nil {
				return err
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}

func (r *Rights) exportFindings(ctx context.Context, project event.ProjectID, session string, out *json.Encoder, events map[string]bool, n *Exported) error {
	found, err := r.Store.Timeline(ctx, project, session, 0)
	if err != nil && !errors.Is(err, store.ErrNotFound) { // it went since it was listed
		return err
	}
	for _, signal := range found.Signals {
		if !events[signal.EventID] {
			continue
		}
		n.Signals++
		if err := out.Encode(line{Kind: "signal", Record: signal}); err != nil {
			return err
		}
	}
	for _, interaction := range found.Interactions {
		if !events[interaction.EventID] {
			continue
		}
		n.Interactions++
		if err := out.Encode(line{Kind: "interaction", Record: interaction, DurationUS: interaction.Slowest.Microseconds()}); err != nil {
			return err
		}
	}
	return nil
}

// exportEvents writes the person's events and notes their ids in events.
func (r *Rights) exportEvents(ctx context.Context, project event.ProjectID, who store.Person, out *json.Encoder, events map[string]bool, n *Exported) error {
	q := store.EventsQuery{Scope: r.everything(project, store.OfPerson("event", who)), Limit: pageSize}
	for {
		page, err := r.Store.Events(ctx, q)
		if err != nil {
			return err
		}
		for i := range page.Rows {
			n.Events++
			events[page.Rows[i].ID] = true
			if err := out.Encode(line{Kind: "event", Record: page.Rows[i], DurationUS: page.Rows[i].Duration.Microseconds()}); err != nil {
				return err
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}

func (r *Rights) exportCalls(ctx context.Context, project event.ProjectID, who store.Person, out *json.Encoder, n *Exported) error {
	// Naming the class asks for assets too.
	anyClass := store.In{Field: store.Field{Name: "call.class"}, Values: []any{string(event.API), string(event.Document), string(event.Asset)}}
	q := store.CallsQuery{Scope: r.everything(project, store.And{store.OfPerson("call", who), anyClass}), Sort: store.Newest, Limit: pageSize, Bodies: true}
	for {
		page, err := r.Store.Calls(ctx, q)
		if err != nil {
			return err
		}
		for i := range page.Rows {
			n.Calls++
			row := &page.Rows[i]
			if err := out.Encode(line{Kind: "call", Record: row.Call, DurationUS: row.Duration.Microseconds(), Link: row.Link}); err != nil {
				return err
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}

// tellShared says on which devices the person was not alone.
func tellShared(out *json.Encoder, shared []string) error {
	if len(shared) == 0 {
		return nil
	}
	return out.Encode(line{Kind: "shared_devices", Record: shared})
}
