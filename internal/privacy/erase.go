package privacy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/store"
)

// Rights carries out what a person may ask for: to see everything about them, and
// to have it erased.
type Rights struct {
	Store store.Store
	Meta  *meta.DB
	Rules *Rules
	Now   func() time.Time
}

// Receipt is the proof of an erasure. It names nobody: ids are as stored.
type Receipt struct {
	Project event.ProjectID `json:"project"`
	IDs     []string        `json:"ids"`
	At      time.Time       `json:"at"`
	store.Erased
	Originals int64 `json:"originals"` // identifiers destroyed in the vault
	// SharedDevices are devices that somebody else used too. What the person did
	// there under their own user id is gone; the rest may be the other's.
	SharedDevices []string `json:"shared_devices,omitempty"`
}

// ErrNobody says that nothing is stored under the id asked for.
var ErrNobody = &event.Permanent{
	Err: errors.New("nobody is known by this id"), Hint: "Write the id as it was sent, letter by letter, and name the project if it is another one.",
}

// maxIDs bounds the devices looked up for one person; the store allows no more.
const maxIDs = 1000

// Erase removes a person from every place: rows, links, the vault with its key,
// and puts them on the suppression list so that late records cannot bring them
// back. id is any id of theirs, personal or not. When it returns, no read shows
// them. Erasing twice is no error; the receipt then counts nothing. An id that nobody
// has is [ErrNobody].
func (r *Rights) Erase(ctx context.Context, project event.ProjectID, id string) (Receipt, error) {
	who, shared, err := r.resolve(ctx, project, id)
	if errors.Is(err, ErrNobody) && r.Meta.Suppressed(project, r.Rules.Pseudonym(project, id)) {
		err = nil // who was erased before
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("find the person: %w", err)
	}
	ids := allIDs(who)
	receipt := Receipt{Project: project, IDs: ids, At: event.Time(r.Now()), SharedDevices: shared}
	// First the list: what arrives from now on has no identity any more.
	if err := r.Meta.Suppress(ctx, project, ids); err != nil {
		return Receipt{}, fmt.Errorf("suppress: %w", err)
	}
	if receipt.Erased, err = r.Store.Erase(ctx, project, who); err != nil {
		return Receipt{}, fmt.Errorf("erase rows: %w", err)
	}
	if receipt.Originals, err = r.Meta.DestroyPerson(ctx, project, ids); err != nil {
		return Receipt{}, fmt.Errorf("erase identity: %w", err)
	}
	r.Rules.sealed.forget()
	name := receipt.At.Format(time.RFC3339Nano)
	return receipt, r.Meta.PutDocument(ctx, project, "erasure", name, receipt)
}

// Replay erases everybody on the suppression list again: after a restore, before
// serving, and now and then for records that were on their way during an erasure.
func (r *Rights) Replay(ctx context.Context) error {
	all, err := r.Meta.Suppressions(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for project, ids := range all {
		_, rows := r.Store.Erase(ctx, project, store.Person{DeviceIDs: ids, UserIDs: ids})
		_, vault := r.Meta.DestroyPerson(ctx, project, ids)
		errs = append(errs, rows, vault)
	}
	return errors.Join(errs...)
}

// resolve finds all ids of the person behind one: those that claims in use make them,
// and the devices of theirs that records show beside, when nobody else used them. A
// device whose claim was withdrawn is not theirs. An id that nobody has is returned
// together with [ErrNobody].
func (r *Rights) resolve(ctx context.Context, project event.ProjectID, id string) (who store.Person, shared []string, err error) {
	id = r.Rules.Pseudonym(project, id)
	known, err := r.Store.PersonOf(ctx, project, id)
	if err != nil {
		return who, nil, err
	}
	who, shared = known.Person, known.Shared
	if len(known.Claims) == 0 { // their newest records may not have been through the link pass
		if who.UserIDs, err = r.unclaimed(ctx, project, id); err != nil || len(who.UserIDs) == 0 {
			return store.Person{DeviceIDs: []string{id}, UserIDs: []string{id}}, nil, errors.Join(err, r.mustBeKnown(ctx, project, id))
		}
		who.DeviceIDs = nil
	}
	isKnown := func(device, user string) bool {
		return slices.Contains(who.DeviceIDs, device) || slices.Contains(shared, device) ||
			slices.ContainsFunc(known.Claims, func(c store.ClaimRow) bool { return c.DeviceID == device && c.UserID == user })
	}
	for _, user := range who.UserIDs {
		devices, err := r.related(ctx, project, "user_id", user, "device_id")
		if err != nil {
			return who, nil, err
		}
		for _, device := range devices {
			if isKnown(device, user) {
				continue
			}
			users, err := r.related(ctx, project, "device_id", device, "user_id")
			if err != nil {
				return who, nil, err
			}
			if len(users) > 1 {
				shared = append(shared, device)
			} else {
				who.DeviceIDs = append(who.DeviceIDs, device)
			}
		}
	}
	return who, shared, nil
}

// mustBeKnown returns [ErrNobody] when no record carries id and the vault has no original
// of it.
func (r *Rights) mustBeKnown(ctx context.Context, project event.ProjectID, id string) error {
	found, err := r.Meta.Pseudonyms(ctx, project, []string{id})
	for _, as := range []string{"device_id", "user_id"} {
		if err == nil && len(found) == 0 {
			found, err = r.related(ctx, project, as, id, as)
		}
	}
	if err == nil && len(found) == 0 {
		return ErrNobody
	}
	return err
}

// unclaimed is the user behind an id that no claim names: the id itself when records
// carry it as one, else the only user of that device, if it has exactly one.
func (r *Rights) unclaimed(ctx context.Context, project event.ProjectID, id string) ([]string, error) {
	devices, err := r.related(ctx, project, "user_id", id, "device_id")
	if err != nil || len(devices) > 0 {
		return []string{id}, err
	}
	users, err := r.related(ctx, project, "device_id", id, "user_id")
	if len(users) != 1 {
		return nil, err
	}
	return users, err
}

// related returns the values that rows with have == id carry in want, sorted.
func (r *Rights) related(ctx context.Context, project event.ProjectID, have, id, want string) ([]string, error) {
	var found []string
	for _, record := range []string{"event.", "call."} {
		scope := r.everything(project, store.Compare{Field: store.Field{Name: record + have}, Op: store.Eq, Value: id})
		values, err := r.Store.Values(ctx, scope, record+want, "", maxIDs)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			if v.Value != "" {
				found = append(found, v.Value)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// everything is the scope of all times and all rows, bots too.
func (r *Rights) everything(project event.ProjectID, f store.Filter) store.Scope {
	return store.Scope{
		Project: project, From: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), To: event.Time(r.Now()).Add(2 * event.MaxAhead),
		Filter: f, Bots: true,
	}
}

func allIDs(p store.Person) []string {
	all := slices.Concat(p.UserIDs, p.DeviceIDs)
	slices.Sort(all)
	return slices.Compact(all)
}
