package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/store"
)

// Exported counts what an export wrote.
type Exported struct {
	Identifiers int `json:"identifiers"`
	Sessions    int `json:"sessions"`
	Events      int `json:"events"`
	Calls       int `json:"calls"`
}

// line is one line of an export.
type line struct {
	Kind   string `json:"kind"` // identifier, session, event, call
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
// line with its kind: their identifiers in clear text, sessions, events, and calls
// with the link that makes them theirs. id is any id of theirs.
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
	return n, errors.Join(
		r.exportSessions(ctx, project, who, out, &n),
		r.exportEvents(ctx, project, who, out, &n),
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

func (r *Rights) exportSessions(ctx context.Context, project event.ProjectID, who store.Person, out *json.Encoder, n *Exported) error {
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
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}

func (r *Rights) exportEvents(ctx context.Context, project event.ProjectID, who store.Person, out *json.Encoder, n *Exported) error {
	q := store.EventsQuery{Scope: r.everything(project, store.OfPerson("event", who)), Limit: pageSize}
	for {
		page, err := r.Store.Events(ctx, q)
		if err != nil {
			return err
		}
		for i := range page.Rows {
			n.Events++
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
