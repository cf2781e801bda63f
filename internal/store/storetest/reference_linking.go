package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Watermark implements [store.Linking].
func (r *Reference) Watermark(ctx context.Context) (store.Seq, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return 0, err
	}
	defer unlock()
	return r.watermark, nil
}

// node is an event or a call on the way to its component.
type node struct {
	project    event.ProjectID
	seq        store.Seq
	time       time.Time
	event      *event.Event
	call       *event.Call
	clientSide bool
	keys       []string
	group      *node // towards the component's representative
}

// Unlinked implements [store.Linking].
func (r *Reference) Unlinked(ctx context.Context, limit int) ([]store.Touched, store.Seq, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer unlock()
	upto := r.takeUpto(limit)
	byProject := map[event.ProjectID][]*node{}
	for _, n := range r.nodes() {
		byProject[n.project] = append(byProject[n.project], n)
	}
	touched := []store.Touched{}
	for _, project := range slices.Sorted(maps.Keys(byProject)) {
		if t := r.touched(project, byProject[project], upto); len(t.Events)+len(t.Calls)+len(t.Strays)+len(t.Claims) > 0 {
			touched = append(touched, t)
		}
	}
	return touched, upto, nil
}

// takeUpto is the highest Seq among the first limit rows after the watermark.
func (r *Reference) takeUpto(limit int) store.Seq {
	var waiting []store.Seq
	wait := func(seq store.Seq) {
		if seq > r.watermark {
			waiting = append(waiting, seq)
		}
	}
	for _, e := range r.events {
		wait(e.seq)
	}
	for _, c := range r.calls {
		wait(c.seq)
	}
	slices.Sort(waiting)
	if len(waiting) <= limit {
		return max(r.watermark, r.arrived) // nothing but spans can lie beyond
	}
	return waiting[limit-1]
}

func (r *Reference) nodes() []*node {
	var out []*node
	for i := range r.events {
		e := &r.events[i]
		out = append(out, &node{project: e.project, seq: e.seq, time: e.row.Time, event: &e.row, clientSide: true, keys: eventKeys(&e.row)})
	}
	for i := range r.calls {
		c := &r.calls[i]
		out = append(out, &node{project: c.project, seq: c.seq, time: c.row.Time, call: &c.row, clientSide: c.row.Side == event.Client, keys: callKeys(&c.row)})
	}
	slices.SortFunc(out, func(a, b *node) int { return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.seq, b.seq)) })
	return out
}

// eventKeys are the link keys of an event, without its agent.
func eventKeys(e *event.Event) []string {
	keys := ownerKeys(e.Identity)
	if e.Consent == event.ConsentDenied {
		return keys
	}
	return append(keys, present("trace", e.TraceID, "action", cmp.Or(e.ActionID, e.ID), "user", e.UserID, "client", keyText(e.ClientKey))...)
}

// callKeys are the link keys of a call, without its agent.
func callKeys(c *event.Call) []string {
	if c.Class == event.Asset || c.Consent == event.ConsentDenied {
		return nil
	}
	return append(ownerKeys(c.Identity), present("trace", c.TraceID, "trace", c.ServerTraceID,
		"request", c.RequestID, "action", c.ActionID, "user", c.UserID, "client", keyText(c.ClientKey))...)
}

// ownerKeys are the session, else the device.
func ownerKeys(i event.Identity) []string {
	if i.SessionID != "" {
		return present("session", i.SessionID)
	}
	return present("device", i.DeviceID)
}

// present takes kind, id, kind, id … and names those ids that are not empty.
func present(kindsAndIDs ...string) []string {
	var out []string
	for i := 0; i < len(kindsAndIDs); i += 2 {
		if id := kindsAndIDs[i+1]; id != "" {
			out = append(out, kindsAndIDs[i]+" "+id)
		}
	}
	return out
}

func keyText(k event.Key) string {
	if k == 0 {
		return ""
	}
	return strconv.FormatInt(int64(k), 10)
}

// touched connects the rows of one project, given by time, and returns those
// connected to a row that arrived in (watermark, upto].
func (r *Reference) touched(project event.ProjectID, nodes []*node, upto store.Seq) store.Touched {
	crowds := connect(nodes)
	wanted, clientSide := map[*node]bool{}, map[*node]bool{} // by representative
	for _, n := range nodes {
		if n.seq > r.watermark && n.seq <= upto {
			wanted[n.find()] = true
		}
		if n.clientSide {
			clientSide[n.find()] = true
		}
	}
	out := store.Touched{Project: project}
	returned := map[*node]bool{}
	for _, n := range nodes {
		if root := n.find(); !wanted[root] || !clientSide[root] || !n.hasKey() {
			continue
		}
		returned[n] = true
		if n.event != nil {
			out.Events = append(out.Events, *n.event)
		} else {
			call := *n.call
			call.Bodies = event.Bodies{}
			out.Calls = append(out.Calls, call)
		}
	}
	for _, crowd := range crowds {
		if slices.ContainsFunc(crowd, func(n *node) bool { return returned[n] }) {
			out.Crowded++
		}
	}
	out.Strays = r.strays(project, crowds, returned, upto)
	out.Claims = r.together(project, func(_ event.Pair, seq store.Seq) bool { return seq > r.watermark && seq <= upto })
	return out
}

// strays lists the server calls of crowds that nothing else ties to the client side.
func (r *Reference) strays(project event.ProjectID, crowds [][]*node, returned map[*node]bool, upto store.Seq) []store.Stray {
	settled := map[string]bool{}
	for _, l := range r.links {
		settled[l.row.ServerCallID] = settled[l.row.ServerCallID] || l.project == project
	}
	for _, u := range r.unlinked {
		settled[u.row.CallID] = settled[u.row.CallID] || u.project == project
	}
	taken := func(n *node) bool { return n.seq > r.watermark && n.seq <= upto }
	var found []*node
	for _, crowd := range crowds {
		for _, s := range crowd {
			if s.clientSide || returned[s] || settled[s.call.ID] {
				continue
			}
			if slices.ContainsFunc(crowd, func(c *node) bool {
				return c.clientSide && (taken(s) || taken(c)) && c.time.Sub(s.time).Abs() <= store.LinkGap
			}) {
				found = append(found, s)
			}
		}
	}
	slices.SortFunc(found, func(a, b *node) int { return cmp.Or(a.time.Compare(b.time), cmp.Compare(a.seq, b.seq)) })
	var out []store.Stray
	for _, s := range slices.Compact(found) {
		out = append(out, store.Stray{CallID: s.call.ID, Time: s.time})
	}
	return out
}

// isCrowded reports whether too many rows of one tier, or of all, share a key, or
// for too long.
func isCrowded(run []*node) bool {
	if run[len(run)-1].time.Sub(run[0].time) > store.LinkDay {
		return true
	}
	tiers := map[string]int{}
	most := 0
	for _, n := range run {
		tier := ""
		if !n.clientSide {
			tier = n.call.Service + "\x00" + n.call.Source
		}
		tiers[tier]++
		most = max(most, tiers[tier])
	}
	return most > store.LinkCap || len(run) > store.LinkTiers*store.LinkCap
}

// connect unites nodes that share a key without silence between them, and returns
// the runs that are too crowded to prove anything.
func connect(nodes []*node) (crowds [][]*node) {
	byKey, byAgent := map[string][]*node{}, map[event.Key][]*node{}
	for _, n := range nodes {
		for _, key := range slices.Compact(slices.Sorted(slices.Values(n.keys))) {
			byKey[key] = append(byKey[key], n)
		}
		if agent := n.agent(); agent != 0 {
			byAgent[agent] = append(byAgent[agent], n)
		}
	}
	for key, sharing := range byKey {
		cut := visits
		if kind, _, _ := strings.Cut(key, " "); kind == "trace" || kind == "request" || kind == "action" {
			cut = runs
		}
		for _, run := range cut(sharing) {
			if isCrowded(run) {
				crowds = append(crowds, run)
				continue
			}
			for _, n := range run {
				n.union(run[0])
			}
		}
	}
	for _, sharing := range byAgent {
		for _, run := range visits(sharing) {
			if isCrowded(run) {
				crowds = append(crowds, run)
				continue
			}
			connectAgents(run)
		}
	}
	return crowds
}

// runs cuts nodes, given by time, where there is silence.
func runs(nodes []*node) [][]*node {
	var out [][]*node
	for i, n := range nodes {
		if i == 0 || n.time.Sub(nodes[i-1].time) > store.LinkGap {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], n)
	}
	return out
}

// visits cuts nodes, given by time, into runs of client-side rows and the server
// calls near them; server calls alone are no evidence for each other.
func visits(nodes []*node) [][]*node {
	near := func(a, b *node) bool { return b.time.Sub(a.time) <= store.LinkGap }
	number := make([]int, len(nodes)) // of the visit; 0 = of none
	visit := 0
	for i, a := range nodes {
		for j := i; j < len(nodes) && near(a, nodes[j]); j++ {
			if !a.clientSide && !nodes[j].clientSide {
				continue
			}
			if number[i] == 0 && number[j] == 0 {
				visit++
				number[i] = visit
			}
			number[i] = max(number[i], number[j])
			number[j] = number[i]
		}
	}
	out := make([][]*node, visit)
	for i, n := range nodes {
		if number[i] > 0 {
			out[number[i]-1] = append(out[number[i]-1], n)
		}
	}
	return out
}

// connectAgents unites each client-side row with the server calls near it.
func connectAgents(run []*node) {
	for _, a := range run {
		for _, b := range run {
			if a.clientSide && !b.clientSide && b.time.Sub(a.time).Abs() <= store.LinkGap {
				a.union(b)
			}
		}
	}
}

// agent is the browser's key where it counts as evidence: of a client-side row
// whose address is unknown, and of every server call.
func (n *node) agent() event.Key {
	switch {
	case n.event != nil && n.event.ClientKey == 0:
		return n.event.AgentKey
	case n.call == nil || n.call.Class == event.Asset || n.call.Consent == event.ConsentDenied:
		return 0
	case n.call.Side == event.Server || n.call.ClientKey == 0:
		return n.call.AgentKey
	}
	return 0
}

func (n *node) hasKey() bool { return len(n.keys) > 0 || n.agent() != 0 }

func (n *node) find() *node {
	for n.group != nil {
		n = n.group
	}
	return n
}

func (n *node) union(other *node) {
	if a, b := n.find(), other.find(); a != b {
		a.group = b
	}
}

// WriteLinks implements [store.Linking].
func (r *Reference) WriteLinks(ctx context.Context, blocks []store.Linked, upto store.Seq) error {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	for i := range blocks {
		r.dropCovered(&blocks[i])
	}
	for i := range blocks {
		r.insert(&blocks[i])
	}
	r.watermark = upto
	return nil
}

func setOf(ids []string) map[string]bool {
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

func (r *Reference) dropCovered(b *store.Linked) {
	events, calls := setOf(b.EventIDs), setOf(b.CallIDs)
	r.links = slices.DeleteFunc(r.links, func(l derived[event.Link]) bool {
		return l.project == b.Project && (events[l.row.EventID] || calls[l.row.ClientCallID] || calls[l.row.ServerCallID])
	})
	r.signals = slices.DeleteFunc(r.signals, func(s derived[event.Signal]) bool {
		return s.project == b.Project && events[s.row.EventID]
	})
	r.interactions = slices.DeleteFunc(r.interactions, func(i derived[event.Interaction]) bool {
		return i.project == b.Project && events[i.row.EventID]
	})
	r.parts = slices.DeleteFunc(r.parts, func(s derived[event.Session]) bool {
		return s.project == b.Project && events[s.row.Anchor]
	})
	r.unlinked = slices.DeleteFunc(r.unlinked, func(u derived[store.Unlinked]) bool {
		return u.project == b.Project && calls[u.row.CallID]
	})
}

// insert adds what the block yielded, except what names a row that is gone.
func (r *Reference) insert(b *store.Linked) {
	events, calls := map[string]bool{"": true}, map[string]bool{"": true}
	for _, e := range r.events {
		events[e.row.ID] = events[e.row.ID] || e.project == b.Project
	}
	for _, c := range r.calls {
		calls[c.row.ID] = calls[c.row.ID] || c.project == b.Project
	}
	for _, l := range b.Links {
		if events[l.EventID] && calls[l.ClientCallID] && calls[l.ServerCallID] {
			l.Time = event.Time(l.Time)
			r.links = append(r.links, derived[event.Link]{b.Project, l})
		}
	}
	for _, s := range b.Signals {
		if events[s.EventID] && calls[s.CallID] {
			s.Time = event.Time(s.Time)
			r.signals = append(r.signals, derived[event.Signal]{b.Project, s})
		}
	}
	for _, i := range b.Interactions {
		if events[i.EventID] {
			i.Time, i.Slowest = event.Time(i.Time), i.Slowest.Truncate(time.Microsecond)
			r.interactions = append(r.interactions, derived[event.Interaction]{b.Project, i})
		}
	}
	for _, s := range b.Sessions {
		if events[s.Anchor] {
			s.Start, s.End, s.SessionID = event.Time(s.Start), event.Time(s.End), s.ID
			s.Context.UTM = maps.Clone(s.Context.UTM)
			r.parts = append(r.parts, derived[event.Session]{b.Project, s})
		}
	}
	for _, c := range b.Claims {
		if events[c.EventID] && calls[c.CallID] {
			r.claim(b.Project, c)
		}
	}
	for _, u := range b.Unlinked {
		if calls[u.CallID] {
			u.Time = event.Time(u.Time)
			r.unlinked = append(r.unlinked, derived[store.Unlinked]{b.Project, u})
		}
	}
}
