package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// claimed is a claim and whether it was withdrawn.
type claimed struct {
	project   event.ProjectID
	claim     event.Claim
	withdrawn bool
}

// persons is what the claims of a project say.
type persons struct {
	all    []claimed
	merges map[string]string   // in use, merged user → user
	users  map[string][]string // of devices, by claims not withdrawn
	of     map[string][]string // devices of users, likewise
}

func (r *Reference) persons(project event.ProjectID) persons {
	p := persons{merges: map[string]string{}, users: map[string][]string{}, of: map[string][]string{}}
	for _, c := range r.claims {
		if c.project != project {
			continue
		}
		p.all = append(p.all, c)
		switch {
		case c.withdrawn:
		case c.claim.MergedID != "":
			p.merges[c.claim.MergedID] = c.claim.UserID
		default:
			p.users[c.claim.DeviceID] = append(p.users[c.claim.DeviceID], c.claim.UserID)
			p.of[c.claim.UserID] = append(p.of[c.claim.UserID], c.claim.DeviceID)
		}
	}
	return p
}

// survivor is the user that a user is by merges.
func (p persons) survivor(user string) string {
	for p.merges[user] != "" {
		user = p.merges[user]
	}
	return user
}

func (p persons) state(c claimed) store.ClaimState {
	hub := len(p.users[c.claim.DeviceID]) > store.HubOver || len(p.of[c.claim.UserID]) > store.HubOver
	switch {
	case c.withdrawn:
		return store.ClaimWithdrawn
	case c.claim.MergedID == "" && hub:
		return store.ClaimQuarantined
	}
	return store.ClaimUsed
}

// inUse are the claims in use about a device, the first sign-in first.
func (p persons) inUse(device string) []event.Claim {
	var out []event.Claim
	for _, c := range p.all {
		if c.claim.DeviceID == device && c.claim.MergedID == "" && p.state(c) == store.ClaimUsed {
			out = append(out, c.claim)
		}
	}
	slices.SortFunc(out, func(a, b event.Claim) int {
		return cmp.Or(a.FirstSeen.Compare(b.FirstSeen), strings.Compare(a.UserID, b.UserID))
	})
	return out
}

// owner is the user whose the device is, "" when it has none or several.
func (p persons) owner(device string) string {
	owners := map[string]bool{}
	for _, c := range p.inUse(device) {
		owners[p.survivor(c.UserID)] = true
	}
	if len(owners) != 1 {
		return ""
	}
	return slices.Collect(maps.Keys(owners))[0]
}

// who tells people apart: whose is a record with these ids, at this time?
func (p persons) who(i event.Identity, at time.Time) string {
	switch {
	case i.UserID != "":
		return "user " + p.survivor(i.UserID)
	case i.DeviceID == "":
		return ""
	}
	if owner := p.owner(i.DeviceID); owner != "" {
		return "user " + owner
	}
	if claims := p.inUse(i.DeviceID); len(claims) > 0 {
		first := claims[0]
		early := first.FirstSeen.Sub(at)
		if i.SessionID != "" && i.SessionID == first.SessionID && early >= 0 && early <= store.FirstVisit {
			return "user " + p.survivor(first.UserID)
		}
	}
	return "device " + i.DeviceID
}

// People implements [store.Reader].
func (r *Reference) People(ctx context.Context, q store.SessionsQuery) (out store.PeoplePage, err error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return out, err
	}
	defer unlock()
	if err := checkScope(q.Filter, "session"); err != nil {
		return out, err
	}
	sessions := r.sessionRows(q.Scope)
	slices.SortFunc(sessions, func(a, b event.Session) int { return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.ID, b.ID)) })
	people, found := r.persons(q.Project), map[string]store.PersonRow{}
	for _, s := range sessions {
		who := people.who(s.Identity, s.Start)
		if who == "" {
			continue
		}
		p := found[who]
		if p.Sessions == 0 {
			p.First = s.Start
		}
		p.Last, p.AccountID = s.Start, cmp.Or(s.AccountID, p.AccountID)
		p.Sessions, p.Pages, p.Actions = p.Sessions+1, p.Pages+s.Pages, p.Actions+s.Actions
		p.Calls, p.Failed, p.Signals = p.Calls+s.Calls, p.Failed+s.Failed, p.Signals+s.Signals
		found[who] = p
	}
	type named struct {
		store.PersonRow
		kind string
	}
	var rows []named
	for who, p := range found {
		kind, id, _ := strings.Cut(who, " ")
		p.ID = id
		rows = append(rows, named{p, kind})
	}
	order := map[string]string{"user": "0", "device": "1"}
	placeOf := func(p named) place { return place{Micros: p.Last.UnixMicro(), IDs: [4]string{p.ID, order[p.kind]}} }
	shown, next, err := page(rows, placeOf, newestThenIDs, q.Cursor, q.Limit)
	return store.PeoplePage{Rows: each(shown, func(p named) store.PersonRow { return p.PersonRow }), Next: next}, err
}

// PersonOf implements [store.Persons].
func (r *Reference) PersonOf(ctx context.Context, project event.ProjectID, id string) (store.Identified, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Identified{}, err
	}
	defer unlock()
	p := r.persons(project)
	isUser := slices.ContainsFunc(p.all, func(c claimed) bool { return c.claim.UserID == id || c.claim.MergedID == id && id != "" })
	isDevice := slices.ContainsFunc(p.all, func(c claimed) bool { return c.claim.DeviceID == id && id != "" })
	user := p.owner(id)
	if isUser {
		user = p.survivor(id)
	}
	out := store.Identified{ID: cmp.Or(user, id)}
	switch {
	case user != "":
		out.Person, out.Shared = p.ids(user)
	case isDevice:
		out.DeviceIDs = []string{id}
	default:
		out.DeviceIDs, out.UserIDs = []string{id}, []string{id}
	}
	for _, c := range p.all {
		if slices.Contains(out.UserIDs, c.claim.UserID) || slices.Contains(out.UserIDs, c.claim.MergedID) || slices.Contains(out.DeviceIDs, c.claim.DeviceID) {
			out.Claims = append(out.Claims, store.ClaimRow{Claim: c.claim, State: p.state(c)})
		}
	}
	slices.SortFunc(out.Claims, func(a, b store.ClaimRow) int {
		return cmp.Or(a.FirstSeen.Compare(b.FirstSeen), comparePairs(a.Pair, b.Pair))
	})
	out.Claims = out.Claims[:min(len(out.Claims), 1000)]
	return out, nil
}

func comparePairs(a, b event.Pair) int {
	return cmp.Or(strings.Compare(a.DeviceID, b.DeviceID), strings.Compare(a.MergedID, b.MergedID), strings.Compare(a.UserID, b.UserID))
}

// ids are all ids of the person that a user is, and the devices that are not theirs alone.
func (p persons) ids(survivor string) (own store.Person, shared []string) {
	users := map[string]bool{survivor: true}
	for merged := range p.merges {
		if p.survivor(merged) == survivor {
			users[merged] = true
		}
	}
	own.UserIDs = slices.Sorted(maps.Keys(users))
	devices, others := map[string]bool{}, map[string]bool{}
	for _, c := range p.all {
		switch device := c.claim.DeviceID; {
		case device == "" || !users[c.claim.UserID] || p.state(c) != store.ClaimUsed:
		case p.owner(device) == survivor:
			devices[device] = true
		default:
			others[device] = true
		}
	}
	own.DeviceIDs = slices.Sorted(maps.Keys(devices))
	return own, slices.Sorted(maps.Keys(others))
}

// Withdraw implements [store.Persons].
func (r *Reference) Withdraw(ctx context.Context, project event.ProjectID, pair event.Pair) error {
	return r.mark(ctx, project, pair, true)
}

// Restore implements [store.Persons].
func (r *Reference) Restore(ctx context.Context, project event.ProjectID, pair event.Pair) error {
	return r.mark(ctx, project, pair, false)
}

func (r *Reference) mark(ctx context.Context, project event.ProjectID, pair event.Pair, withdrawn bool) error {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	at := r.claimAt(project, pair)
	if at < 0 {
		return store.ErrNotFound
	}
	if pair.MergedID != "" && !withdrawn {
		if err := r.persons(project).mayMerge(pair); err != nil {
			return err
		}
	}
	r.claims[at].withdrawn = withdrawn
	return nil
}

func (r *Reference) claimAt(project event.ProjectID, pair event.Pair) int {
	return slices.IndexFunc(r.claims, func(c claimed) bool { return c.project == project && c.claim.Pair == pair })
}

// mayMerge refuses what would make two users of one, or a circle.
func (p persons) mayMerge(pair event.Pair) error {
	into, already := p.merges[pair.MergedID]
	switch {
	case pair.MergedID == "" || pair.UserID == "":
		return wrong("a user id is missing", "Name both users.")
	case already && into != pair.UserID:
		return wrong("the user is merged already", "Undo that merge first.")
	case p.survivor(pair.UserID) == pair.MergedID:
		return wrong("the users are one already", "Undo the other merge first.")
	}
	return nil
}

// Merge implements [store.Persons].
func (r *Reference) Merge(ctx context.Context, project event.ProjectID, merged, into string) error {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	pair := event.Pair{MergedID: merged, UserID: into}
	if err := r.persons(project).mayMerge(pair); err != nil {
		return err
	}
	if at := r.claimAt(project, pair); at >= 0 {
		r.claims[at].withdrawn = false
		return nil
	}
	r.claims = append(r.claims, claimed{project: project, claim: event.Claim{Pair: pair, Method: event.ByMerge, FirstSeen: event.Time(r.now())}})
	return nil
}

// together are the claims that the rows of a project make for which wants holds, in
// the order of their pairs.
func (r *Reference) together(project event.ProjectID, wants func(event.Pair, store.Seq) bool) []event.Claim {
	type seen struct {
		claim event.Claim
		seq   store.Seq
	}
	first := map[event.Pair]seen{}
	see := func(i event.Identity, consent event.Consent, c event.Claim, seq store.Seq) {
		c.Pair = event.Pair{DeviceID: i.DeviceID, UserID: i.UserID}
		c.SessionID = i.SessionID
		if i.DeviceID == "" || i.UserID == "" || consent == event.ConsentDenied || !wants(c.Pair, seq) {
			return
		}
		known, ok := first[c.Pair]
		if !ok || cmp.Or(c.FirstSeen.Compare(known.claim.FirstSeen), cmp.Compare(seq, known.seq)) < 0 {
			first[c.Pair] = seen{c, seq}
		}
	}
	for _, e := range r.events {
		if e.project == project {
			method := event.ByLogin
			if e.row.Kind == event.Identify {
				method = event.ByIdentify
			}
			see(e.row.Identity, e.row.Consent, event.Claim{Method: method, FirstSeen: e.row.Time, EventID: e.row.ID}, e.seq)
		}
	}
	for _, c := range r.calls {
		if c.project == project {
			see(c.row.Identity, c.row.Consent, event.Claim{Method: event.ByLogin, FirstSeen: c.row.Time, CallID: c.row.ID}, c.seq)
		}
	}
	var out []event.Claim
	for _, pair := range slices.SortedFunc(maps.Keys(first), comparePairs) {
		out = append(out, first[pair].claim)
	}
	return out
}

// claim adds what a block says, except what names a row that is gone.
func (r *Reference) claim(project event.ProjectID, c event.Claim) {
	c.FirstSeen = event.Time(c.FirstSeen)
	at := r.claimAt(project, c.Pair)
	switch {
	case at < 0:
		r.claims = append(r.claims, claimed{project: project, claim: c})
	case c.FirstSeen.Before(r.claims[at].claim.FirstSeen):
		r.claims[at].claim = c
	}
}

// sourceless gives the claims whose record went the next earliest, or drops them.
func (r *Reference) sourceless(project event.ProjectID, events, calls map[string]bool) {
	r.claims = slices.DeleteFunc(r.claims, func(c claimed) bool {
		return c.project == project && c.claim.MergedID == "" && c.gone(events, calls) && len(r.together(project, only(c.claim.Pair))) == 0
	})
	for i, c := range r.claims {
		if c.project == project && c.claim.MergedID == "" && c.gone(events, calls) {
			r.claims[i].claim = r.together(project, only(c.claim.Pair))[0]
		}
	}
}

func (c claimed) gone(events, calls map[string]bool) bool {
	return c.claim.EventID != "" && events[c.claim.EventID] || c.claim.CallID != "" && calls[c.claim.CallID]
}

func only(pair event.Pair) func(event.Pair, store.Seq) bool {
	return func(p event.Pair, _ store.Seq) bool { return p == pair }
}

// named reports whether any row or session part names what a claim is about.
func (r *Reference) named(c claimed) bool {
	names := func(project event.ProjectID, i event.Identity) bool {
		return project == c.project && (c.claim.MergedID == "" && i.DeviceID == c.claim.DeviceID || c.claim.MergedID != "" && i.UserID == c.claim.MergedID)
	}
	return slices.ContainsFunc(r.events, func(e stored[event.Event]) bool { return names(e.project, e.row.Identity) }) ||
		slices.ContainsFunc(r.calls, func(e stored[event.Call]) bool { return names(e.project, e.row.Identity) }) ||
		slices.ContainsFunc(r.parts, func(s derived[event.Session]) bool { return names(s.project, s.row.Identity) })
}
