package link

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// visit is a session as this block shows it.
type visit struct {
	id      string
	derived bool
	denied  bool // some record of it refused: nothing without own consent joins it
	device  string
	events  []int // by time; empty when only client calls name the session
	first   int64 // microseconds, over events
	last    int64
	users   []since
	pages   []pageSince
	agents  agents
}

// since says from when on a person was signed in.
type since struct {
	at   int64
	user string
}

// userAt returns who was signed in at that time: before the first sign-in its
// user, because a session belongs to one person unless somebody else signs in.
func (v *visit) userAt(at int64) string {
	user := ""
	for i, s := range v.users {
		if i == 0 || s.at <= at {
			user = s.user
		}
	}
	return user
}

// findVisits gives every event its session, then every call the session it lies
// in. Calls never start or extend one.
func (l *linker) findVisits() {
	byKey := map[string]int{}
	open := map[string]int{} // person → their derived session
	for i, e := range l.events {
		n := l.visitOf(byKey, open, e)
		e.visit = n
		l.visits[n].add(i, e)
	}
	byPerson := l.visitsByPerson()
	for _, c := range slices.Concat(l.clients, l.servers) {
		c.visit = l.visitAround(byKey, byPerson, c)
	}
	l.markDenied(byKey)
	l.correctClocks()
}

func (l *linker) visitOf(byKey, open map[string]int, e *action) int {
	if e.SessionID != "" {
		k := sessionKey(&e.Identity)
		n, ok := byKey[k]
		if !ok {
			n = l.newVisit(&visit{id: e.SessionID})
			byKey[k] = n
		}
		return n
	}
	who := personOf(&e.Identity)
	if n, ok := open[who]; ok {
		v := l.visits[n]
		if e.at-v.last <= l.opts.gap().Microseconds() && e.at-v.first <= l.opts.longest().Microseconds() {
			return n
		}
	}
	n := l.newVisit(&visit{id: derivedID(who, e.at), derived: true})
	open[who] = n
	return n
}

func (l *linker) newVisit(v *visit) int {
	l.visits = append(l.visits, v)
	return len(l.visits) - 1
}

func (v *visit) add(i int, e *action) {
	if len(v.events) == 0 {
		v.first = e.at
	}
	v.events = append(v.events, i)
	v.last = e.at
	v.device = cmp.Or(v.device, e.DeviceID)
	v.agents.add(e.Origin)
	if e.Page.Path != "" && (e.Kind == event.PageView || e.Kind == event.RouteChange) {
		v.pages = append(v.pages, pageSince{e.at, e.Page.Path, e.Page.ID})
	}
	if e.UserID != "" && (len(v.users) == 0 || v.users[len(v.users)-1].user != e.UserID) {
		v.users = append(v.users, since{e.at, e.UserID})
	}
}

// personOf names whose row it is when no session does: a bare user acts as a
// device of its own.
func personOf(i *event.Identity) string {
	if i.DeviceID != "" {
		return "d" + i.DeviceID
	}
	if i.UserID != "" {
		return "u" + i.UserID
	}
	return ""
}

// derivedID names a session after the device and its first event, so that the
// same rows give the same name on every pass.
func derivedID(who string, at int64) string {
	sum := sha256.Sum256([]byte(who + "\x00" + strconv.FormatInt(at, 10)))
	return "s-" + hex.EncodeToString(sum[:10])
}

// visitsByPerson lists each device's and each user's visits, by their first event.
func (l *linker) visitsByPerson() map[string][]int {
	out := map[string][]int{}
	add := func(who string, n int) {
		if list := out[who]; len(list) == 0 || list[len(list)-1] != n {
			out[who] = append(list, n)
		}
	}
	for n, v := range l.visits {
		if v.device != "" {
			add("d"+v.device, n)
		}
		for _, u := range v.users {
			add("u"+u.user, n)
		}
	}
	return out
}

// visitAround returns the visit that c names, or else the visit of its device or
// user that it lies in.
func (l *linker) visitAround(byKey map[string]int, byPerson map[string][]int, c *call) int {
	if c.SessionID != "" {
		k := sessionKey(&c.Identity)
		n, ok := byKey[k]
		if !ok && c.Side == event.Client {
			n, ok = l.newVisit(&visit{id: c.SessionID, device: c.DeviceID}), true
			byKey[k] = n
		}
		if !ok {
			return none
		}
		v := l.visits[n]
		if c.Side == event.Client {
			v.agents.add(c.Origin)
		}
		if len(v.users) == 0 && c.UserID != "" {
			v.users = []since{{c.start, c.UserID}}
		}
		return n
	}
	for _, who := range [2]string{"d" + c.DeviceID, "u" + c.UserID} {
		if n := l.lastVisit(byPerson[who], c.start); len(who) > 1 && n != none {
			return n
		}
	}
	return none
}

// lastVisit returns the latest of the visits that began before at and had not
// been silent for a session's gap by then.
func (l *linker) lastVisit(visits []int, at int64) int {
	i := sort.Search(len(visits), func(i int) bool {
		return l.visits[visits[i]].first > at+slack
	}) - 1
	for ; i >= 0; i-- {
		if at-l.visits[visits[i]].last <= l.opts.gap().Microseconds() {
			return visits[i]
		}
	}
	return none
}

// markDenied notes the sessions in which some record refused.
func (l *linker) markDenied(byKey map[string]int) {
	for _, i := range l.refusals {
		if n, ok := byKey[sessionKey(i)]; ok && i.SessionID != "" {
			l.visits[n].denied = true
		}
	}
}

// correctClocks takes from each row what its own batch was delayed beyond the
// fastest batch of its session. Intake could only see the batch: it took the
// time the batch travelled for clock error.
func (l *linker) correctClocks() {
	least := make([]int64, len(l.visits))
	seen := make([]bool, len(l.visits))
	each := func(visit int, t time.Time, o event.Origin, use func(visit int, offset int64)) {
		if visit != none && !o.OwnTime.IsZero() && !o.SentAt.IsZero() {
			use(visit, t.Sub(o.OwnTime).Microseconds())
		}
	}
	learn := func(n int, offset int64) {
		if !seen[n] || offset < least[n] {
			least[n], seen[n] = offset, true
		}
	}
	for _, e := range l.events {
		each(e.visit, e.Time, e.Origin, learn)
	}
	for _, c := range l.clients {
		each(c.visit, c.Time, c.Origin, learn)
	}
	for _, e := range l.events {
		each(e.visit, e.Time, e.Origin, func(n int, offset int64) { e.at -= offset - least[n] })
	}
	for _, c := range l.clients {
		each(c.visit, c.Time, c.Origin, func(n int, offset int64) {
			c.start -= offset - least[n]
			c.end -= offset - least[n]
		})
	}
}

// sessions sums up the visits that have events.
func (l *linker) sessions(marks []event.Signal) []event.Session {
	signals := map[string]int{}
	for _, m := range marks {
		signals[m.SessionID]++
	}
	var out []event.Session
	requests := l.tallies()
	for n, v := range l.visits {
		if len(v.events) > 0 {
			s := l.session(v)
			s.Calls, s.Failed = requests[n].calls, requests[n].failed
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b event.Session) int {
		return byTime(a.Start, b.Start, a.ID+"\x00"+a.DeviceID, b.ID+"\x00"+b.DeviceID)
	})
	for i := range out {
		out[i].Signals = signals[out[i].ID]
	}
	return out
}

func (l *linker) session(v *visit) event.Session {
	first, last := l.events[v.events[0]], l.events[v.events[len(v.events)-1]]
	s := event.Session{ID: v.id, Derived: v.derived, Start: first.Time, End: last.Time, Anchor: first.ID, Events: len(v.events)}
	s.SessionID = v.id
	views, routes := 0, 0
	for _, i := range v.events {
		e := l.events[i]
		s.DeviceID = cmp.Or(s.DeviceID, e.DeviceID)
		s.UserID = cmp.Or(e.UserID, s.UserID)
		s.AccountID = cmp.Or(e.AccountID, s.AccountID)
		s.Bot = cmp.Or(s.Bot, e.Bot)
		if s.Context.Device == "" && s.Context.Browser == "" && s.Context.OS == "" {
			s.Context = e.Context
		}
		if page := pageOf(e.Event); page != "" {
			s.EntryPage = cmp.Or(s.EntryPage, page)
			s.ExitPage = page
		}
		switch e.Kind {
		case event.PageView:
			views++
		case event.RouteChange:
			routes++
		}
		if e.Kind.IsAction() {
			s.Actions++
		}
	}
	// A single-page application reports either views or routes; one that reports
	// both reports each page twice.
	s.Pages = cmp.Or(views, routes)
	return s
}

// tally is a visit's requests.
type tally struct{ calls, failed int }

func (t *tally) count(bad bool) {
	t.calls++
	if bad {
		t.failed++
	}
}

// tallies counts each visit's requests once, however many tiers saw them.
func (l *linker) tallies() []tally {
	out := make([]tally, len(l.visits))
	for _, c := range l.clients {
		if c.visit != none {
			out[c.visit].count(c.failed())
		}
	}
	type tier struct {
		visit   int
		request string
	}
	seen := map[tier]bool{}
	for _, s := range l.servers {
		if s.visit == none || s.client.to != none || s.cause.to == none {
			continue
		}
		request := tier{s.visit, cmp.Or(s.RequestID, s.TraceID, s.ID)}
		if !seen[request] {
			seen[request] = true
			out[s.visit].count(s.Failed())
		}
	}
	return out
}

// failed reports whether the person or any tier saw the request fail.
func (c *call) failed() bool {
	return c.Failed() || slices.ContainsFunc(c.rows, func(s *call) bool { return s.Failed() })
}

// pageOf names the page of an event: its template, else its path.
func pageOf(e *event.Event) string { return cmp.Or(e.Page.Route, e.Page.Path) }
