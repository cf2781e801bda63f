package link

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Rows are records of one project in any order. Nothing in them is changed.
type Rows struct {
	Events []event.Event
	Calls  []event.Call
}

// Len counts the rows.
func (r Rows) Len() int { return len(r.Events) + len(r.Calls) }

// Block is a set of rows that can be linked without looking at any other row.
type Block struct {
	Rows
	// Crowded says that too many rows share the keys: only ids link, nothing is
	// inferred from time.
	Crowded bool
	// Late says that rows came more than 48 hours after their time, when the
	// daily keys that tell clients apart are gone. The caller sets it.
	Late bool
}

// agentReach is how far apart two rows may lie that have nothing but the browser
// in common. It covers a slow call and a clock a little off; more would tie
// everybody who uses a popular browser into one block.
const agentReach = time.Minute

// globalSession is the length from which a session id needs no device to be unique.
const globalSession = 16

// Blocks cuts rows into the blocks that [Link] judges. Two rows belong together
// when they share a key and nothing of that key was silent for longer than
// [Silence] between them, or through a chain of such rows. A key that says who called
// (all but trace, request and action) ties server calls only to client-side rows near
// them, as the link pass reads them. The keys are session, trace, request, action and client key; the device for rows without session; the user
// for rows that have neither; and the browser where one side did not know the
// client's address.
//
// A component with more than [MaxBlock] rows of one tier (the client side, or one log
// of one service), or [MaxTiers] times as many in all, is cut again by strong keys alone, and
// what is still too large is marked Crowded. A component without any client-side
// row yields no block: nothing can be linked in it. Blocks come ordered by their
// first row.
func Blocks(rows Rows) []Block {
	g := newGraph(rows)
	g.connect(true)
	var blocks []Block
	for _, members := range g.components(nil) {
		if !g.crowded(members) {
			blocks = g.add(blocks, members, false)
			continue
		}
		blocks = g.splitCrowded(blocks, members)
	}
	return blocks
}

// graph holds rows as numbers: events first, then calls.
type graph struct {
	rows   Rows
	at     []int64 // microseconds
	order  []int32 // by time, then id
	parent []int32
	known  crowd
}

// crowd is what one row cannot tell alone.
type crowd struct {
	lonelyUsers map[string]bool // users of rows that have neither session nor device
	// openAgents are browsers of rows without address, per side that lacks it.
	openAgents map[agentSide]bool
}

type agentSide struct {
	agent  event.Key
	client bool
}

// key is something two rows may share.
type key struct {
	space byte
	id    string
	num   event.Key
}

func newGraph(rows Rows) *graph {
	g := &graph{rows: rows, at: make([]int64, rows.Len()), order: make([]int32, 0, rows.Len()), parent: make([]int32, rows.Len())}
	g.known = crowd{lonelyUsers: map[string]bool{}, openAgents: map[agentSide]bool{}}
	for n := range int32(rows.Len()) {
		f := g.face(n)
		if f.ignored {
			continue
		}
		g.at[n] = f.time.UnixMicro()
		g.order = append(g.order, n)
		if f.SessionID == "" && f.DeviceID == "" && f.UserID != "" {
			g.known.lonelyUsers[f.UserID] = true
		}
		if f.clientKey == 0 && !f.denied && f.agentKey != 0 {
			g.known.openAgents[agentSide{f.agentKey, f.client}] = true
		}
	}
	slices.SortFunc(g.order, func(a, b int32) int {
		if c := cmp.Compare(g.at[a], g.at[b]); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(g.face(a).id, g.face(b).id), cmp.Compare(a, b))
	})
	return g
}

// face is what the graph needs to know of a row of either kind.
type face struct {
	*event.Identity
	id                  string
	time                time.Time
	client              bool // seen by the person's side
	ignored             bool // takes no part
	denied              bool // only says that its session refused
	clientKey, agentKey event.Key
	trace, answer       string
	request, action     string
	tier                tier
}

// tier is who wrote a row down: the client side, or one log of one service.
type tier struct {
	client          bool
	service, source string
}

func (g *graph) face(n int32) face {
	if int(n) < len(g.rows.Events) {
		e := &g.rows.Events[n]
		return face{
			Identity: &e.Identity, id: e.ID, time: e.Time, client: e.Consent != event.ConsentDenied,
			denied:    e.Consent == event.ConsentDenied,
			clientKey: e.ClientKey, agentKey: e.AgentKey, trace: e.TraceID, action: cmp.Or(e.ActionID, e.ID),
			tier: tier{client: true},
		}
	}
	c := &g.rows.Calls[int(n)-len(g.rows.Events)]
	from := tier{client: true}
	if c.Side == event.Server {
		from = tier{service: c.Service, source: c.Source}
	}
	return face{
		Identity: &c.Identity, id: c.ID, time: c.Time, client: c.Side == event.Client,
		ignored:   c.Consent == event.ConsentDenied || c.Class == event.Asset,
		clientKey: c.ClientKey, agentKey: c.AgentKey, trace: c.TraceID, answer: c.ServerTraceID, request: c.RequestID,
		action: c.ActionID, tier: from,
	}
}

// strongKeys calls use with what the sender said the row belongs to.
func (f face) strongKeys(k crowd, use func(key)) {
	switch {
	case f.SessionID != "":
		use(key{space: 's', id: sessionKey(f.Identity)})
	case f.DeviceID != "":
		use(key{space: 'd', id: f.DeviceID})
	}
	if f.UserID != "" && k.lonelyUsers[f.UserID] {
		use(key{space: 'u', id: f.UserID})
	}
	for _, trace := range [2]string{f.trace, f.answer} {
		if trace != "" {
			use(key{space: 't', id: trace})
		}
	}
	if f.request != "" {
		use(key{space: 'r', id: f.request})
	}
	if f.action != "" {
		use(key{space: 'x', id: f.action})
	}
}

// sessionKey is the session's name within the project: short ids are counted by
// each device for itself.
func sessionKey(i *event.Identity) string {
	if len(i.SessionID) >= globalSession {
		return i.SessionID
	}
	return i.SessionID + "\x00" + cmp.Or(i.DeviceID, i.UserID)
}

// connect joins rows that share a key, in one pass over time.
func (g *graph) connect(weak bool) {
	for i := range g.parent {
		g.parent[i] = int32(i)
	}
	last := make(map[key]int32, len(g.order))
	runs := make(map[key]*run)
	for _, n := range g.order {
		f := g.face(n)
		join := func(k key, within time.Duration) {
			if before, ok := last[k]; ok && g.near(before, n, within) {
				g.union(before, n)
			}
			last[k] = n
		}
		meet := func(k key) {
			if runs[k] == nil {
				runs[k] = &run{person: noRow, newest: noRow}
			}
			g.meet(runs[k], n, f.client || f.denied)
		}
		f.strongKeys(g.known, func(k key) {
			if k.saysWho() {
				meet(k)
			} else {
				join(k, Silence)
			}
		})
		if !weak || f.denied {
			continue
		}
		if f.clientKey != 0 {
			meet(key{space: 'c', num: f.clientKey})
		}
		if f.agentKey != 0 && (f.clientKey == 0 || g.known.openAgents[agentSide{f.agentKey, !f.client}]) {
			join(key{space: 'a', num: f.agentKey}, agentReach)
		}
	}
}

// run is how far the rows of one key that says who called have been followed.
type run struct {
	person  int32   // the newest client-side row
	newest  int32   // the newest row of either side that belongs to it
	waiting []int32 // server calls after it, which a person may still come near to
}

// noRow stands for a row that did not come yet.
const noRow int32 = -1

// saysWho tells session, device, user and client keys from those of one exchange.
func (k key) saysWho() bool { return strings.IndexByte("sduc", k.space) >= 0 }

// meet joins a row with the person's rows near it. Server calls alone are no visit:
// a program that calls for weeks would tie them all together.
func (g *graph) meet(v *run, n int32, person bool) {
	if !person {
		if v.person != noRow && g.near(v.person, n, Silence) {
			g.union(v.person, n)
			v.newest = n
			return
		}
		v.waiting = append(v.waiting, n)
		return
	}
	if v.newest != noRow && g.near(v.newest, n, Silence) {
		g.union(v.newest, n)
	}
	for _, before := range v.waiting {
		if g.near(before, n, Silence) {
			g.union(before, n)
		}
	}
	v.person, v.newest, v.waiting = n, n, v.waiting[:0]
}

// near reports whether row b, the later one, follows a within a time.
func (g *graph) near(a, b int32, within time.Duration) bool {
	return g.at[b]-g.at[a] <= within.Microseconds()
}

func (g *graph) find(n int32) int32 {
	for g.parent[n] != n {
		g.parent[n] = g.parent[g.parent[n]]
		n = g.parent[n]
	}
	return n
}

func (g *graph) union(a, b int32) { g.parent[g.find(b)] = g.find(a) }

// components lists connected rows, each in time order; of members only when given.
func (g *graph) components(members []int32) [][]int32 {
	if members == nil {
		members = g.order
	}
	number := make(map[int32]int)
	var out [][]int32
	for _, n := range members {
		root := g.find(n)
		i, ok := number[root]
		if !ok {
			i = len(out)
			number[root] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], n)
	}
	return out
}

// splitCrowded cuts a component again without its weak keys. The server rows that
// only those keys tied to a person are left alone, in one crowded block, so that
// their reason is on record.
func (g *graph) splitCrowded(blocks []Block, members []int32) []Block {
	again := newGraph(g.pick(members))
	again.connect(false)
	var strays []int32
	for _, part := range again.components(nil) {
		if !again.hasClient(part) {
			strays = append(strays, part...)
			continue
		}
		blocks = again.add(blocks, part, again.crowded(part))
	}
	if len(strays) > 0 {
		blocks = append(blocks, Block{Rows: again.pick(strays), Crowded: true})
	}
	return blocks
}

func (g *graph) add(blocks []Block, members []int32, crowded bool) []Block {
	if !g.hasClient(members) {
		return blocks
	}
	return append(blocks, Block{Rows: g.pick(members), Crowded: crowded})
}

// crowded reports whether members are too many to be told apart: by tier, because
// the rows of one request must not crowd each other out.
func (g *graph) crowded(members []int32) bool {
	if len(members) <= MaxBlock {
		return false
	}
	tiers := map[tier]int{}
	for _, n := range members {
		t := g.face(n).tier
		if tiers[t]++; tiers[t] > MaxBlock {
			return true
		}
	}
	return len(members) > MaxTiers*MaxBlock
}

func (g *graph) hasClient(members []int32) bool {
	return slices.ContainsFunc(members, func(n int32) bool { return g.face(n).client })
}

// pick copies the members' rows.
func (g *graph) pick(members []int32) Rows {
	events := 0
	for _, n := range members {
		if int(n) < len(g.rows.Events) {
			events++
		}
	}
	r := Rows{Events: make([]event.Event, 0, events), Calls: make([]event.Call, 0, len(members)-events)}
	for _, n := range members {
		if int(n) < len(g.rows.Events) {
			r.Events = append(r.Events, g.rows.Events[n])
		} else {
			r.Calls = append(r.Calls, g.rows.Calls[int(n)-len(g.rows.Events)])
		}
	}
	return r
}

// byTime orders rows: a row has one place, whatever order it came in.
func byTime(aTime, bTime time.Time, aID, bID string) int {
	return cmp.Or(aTime.Compare(bTime), strings.Compare(aID, bID))
}
