package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// claims are what the link pass makes of records that carry a device and a user.
func claims(records ...any) []any {
	var out []any
	for _, r := range records {
		c := event.Claim{Method: event.ByLogin}
		switch r := r.(type) {
		case event.Event:
			c.DeviceID, c.UserID, c.SessionID, c.FirstSeen, c.EventID = r.DeviceID, r.UserID, r.SessionID, r.Time, r.ID
			if r.Kind == event.Identify {
				c.Method = event.ByIdentify
			}
		case event.Call:
			c.DeviceID, c.UserID, c.SessionID, c.FirstSeen, c.CallID = r.DeviceID, r.UserID, r.SessionID, r.Time, r.ID
		}
		out = append(out, c)
	}
	return out
}

// claimed appends records and has the link pass claim what those with a device and a
// user say.
func (w *world) claimed(records ...any) {
	w.t.Helper()
	w.append(records...)
	var both []any
	for _, r := range records {
		switch r := r.(type) {
		case event.Event:
			if r.DeviceID != "" && r.UserID != "" {
				both = append(both, r)
			}
		case event.Call:
			if r.DeviceID != "" && r.UserID != "" {
				both = append(both, r)
			}
		}
	}
	w.link(records, claims(both...)...)
}

// people counts who is behind today's events.
func (w *world) people() int {
	w.t.Helper()
	return w.peopleOf(store.OfEvents, nil)
}

func (w *world) peopleOf(of store.Record, f store.Filter) int {
	w.t.Helper()
	s := w.where(f)
	out, err := w.store.Series(w.ctx(), store.SeriesQuery{Scope: s, Edges: []time.Time{s.From, s.To}, Measures: []store.Measure{{Of: of, Stat: store.People}}})
	w.must(err)
	return int(*out.Lines[0].Values[0][0])
}

// peopleWho counts who did one of some things, by name.
func (w *world) peopleWho(names ...any) int {
	w.t.Helper()
	return w.peopleOf(store.OfEvents, store.In{Field: store.Field{Name: "event.name"}, Values: names})
}

func (w *world) person(id string) store.Identified {
	w.t.Helper()
	out, err := w.store.PersonOf(w.ctx(), w.project, id)
	w.must(err)
	return out
}

func of(device, user string) event.Pair { return event.Pair{DeviceID: device, UserID: user} }

func mergeOf(merged, into string) event.Pair { return event.Pair{MergedID: merged, UserID: into} }

func personCases() []example {
	return []example{
		{"persons/who visited", func(w *world) {
			var all []any
			visit := func(name, when string, who event.Identity, options ...func(*event.Session)) event.Event {
				e := view("/a", id(name), at(when), session(name), device(who.DeviceID), user(who.UserID), account(who.AccountID))
				w.append(e)
				w.link(rows(e), part(name, e, e, options...))
				all = append(all, e)
				return e
			}
			counts := func(n int) func(*event.Session) {
				return func(s *event.Session) {
					s.Pages, s.Actions, s.Calls, s.Failed, s.Signals = n, 10*n, 100*n, 1000*n, 10_000*n
				}
			}
			visit("before", "10:00:00", event.Identity{DeviceID: "d1", AccountID: "a1"}, counts(1))
			login := visit("login", "11:00:00", event.Identity{DeviceID: "d1", UserID: "u1"}, counts(2))
			visit("device", "11:00:00", event.Identity{DeviceID: "u2"}, counts(3))
			visit("user", "11:00:00", event.Identity{UserID: "u2", AccountID: "a2"})
			visit("nobody", "11:00:00", event.Identity{})
			visit("robot", "11:00:00", event.Identity{DeviceID: "r"}, asBot)
			w.link(rows(login), append(claims(login), part("login", login, login, counts(2)))...)
			ten, eleven := clock("10:00:00"), clock("11:00:00")
			want := []store.PersonRow{
				{ID: "u1", AccountID: "a1", First: ten, Last: eleven, Sessions: 2, Pages: 3, Actions: 30, Calls: 300, Failed: 3000, Signals: 30_000},
				{ID: "u2", AccountID: "a2", First: eleven, Last: eleven, Sessions: 1},
				{ID: "u2", First: eleven, Last: eleven, Sessions: 1, Pages: 3, Actions: 30, Calls: 300, Failed: 3000, Signals: 30_000},
			}
			people := func(s store.Scope, limit int) []store.PersonRow {
				return join(pages(w, func(cursor string) ([]store.PersonRow, string, error) {
					page, err := w.store.People(w.ctx(), store.SessionsQuery{Scope: s, Cursor: cursor, Limit: limit})
					return page.Rows, page.Next, err
				}))
			}
			for limit := 1; limit <= 4; limit++ {
				w.want(people(w.today(), limit), want)
			}
			w.want(people(w.where(is("session.failed", store.Gt, int64(2000))), 10), want[2:])
			w.want(people(w.where(is("event.account_id", store.Eq, "a2")), 10), want[1:2]) // by an event of theirs
			s := w.today()
			s.Bots = true
			w.want(len(people(s, 10)), 4)
			_, err := w.store.People(w.ctx(), store.SessionsQuery{Scope: w.today()})
			w.wantPermanent(err)
		}},
		{"persons/who signs in was there before", func(w *world) {
			login := did("login", at("10:05:00"), device("d1"), user("u1"), session("s2"))
			w.append(did("look", device("d1"), session("s1")), login, did("look", id("later"), at("10:10:00"), device("d2"), user("u1")))
			w.want(w.people(), 2) // the device is not known to be theirs yet
			w.link(rows(login), claims(login)...)
			w.want(w.people(), 1)
			one := store.Identified{
				ID: "u1", Person: store.Person{DeviceIDs: []string{"d1"}, UserIDs: []string{"u1"}},
				Claims: []store.ClaimRow{{State: store.ClaimUsed, Claim: event.Claim{Pair: of("d1", "u1"), Method: event.ByLogin, FirstSeen: login.Time, EventID: login.ID, SessionID: "s2"}}},
			}
			w.want(w.person("u1"), one)
			w.want(w.person("d1"), one)
			w.want(w.person("d2"), store.Identified{ID: "d2", Person: store.Person{DeviceIDs: []string{"d2"}, UserIDs: []string{"d2"}}}) // nobody claimed it
			w.must(w.store.Withdraw(w.ctx(), w.project, of("d1", "u1")))
			w.want(w.people(), 2)
			one.DeviceIDs, one.Claims[0].State = nil, store.ClaimWithdrawn
			w.want(w.person("u1"), one)
			w.must(w.store.Withdraw(w.ctx(), w.project, of("d1", "u1")))
			w.link(rows(login), claims(login)...) // seen again, and withdrawn still
			w.want(w.people(), 2)
			w.must(w.store.Restore(w.ctx(), w.project, of("d1", "u1")))
			w.want(w.people(), 1)
			w.want(errors.Is(w.store.Withdraw(w.ctx(), w.project, of("d1", "u2")), store.ErrNotFound), true)
			w.want(errors.Is(w.store.Restore(w.ctx(), w.project, of("d2", "u1")), store.ErrNotFound), true)
		}},
		{"persons/every count of people knows it", func(w *world) {
			login := did("login", device("d1"), user("u1"))
			before, after := call("GET /a", id("c1"), device("d1")), call("GET /a", id("c2"), device("d2"), user("u1"))
			linked := call("GET /a", id("c3"))
			caused := click("Pay", at("10:01:00"))
			w.append(login, before, after, linked, caused)
			w.link(rows(login, before, after, linked, caused), append(claims(login, after),
				tie(caused, linked, event.ByTrace, 1), tie(login, before, event.ByTrace, 1), part("s1", login, login), part("s2", caused, caused))...)
			w.want([]int{w.people(), w.peopleOf(store.OfCalls, nil), w.peopleOf(store.OfSessions, nil)}, []int{1, 1, 1})
			for _, longer := range []time.Duration{0, 48 * time.Hour} { // from calls, and from rollups
				s := w.today()
				s.To = s.To.Add(longer)
				out, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: s})
				w.must(err)
				w.want(out.Rows[0].People, int64(1))
			}
			w.must(w.store.Withdraw(w.ctx(), w.project, of("d1", "u1")))
			w.want([]int{w.people(), w.peopleOf(store.OfCalls, nil), w.peopleOf(store.OfSessions, nil)}, []int{2, 2, 2})
			out, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: w.today()})
			w.must(err)
			w.want(out.Rows[0].People, int64(2))
		}},
		{"persons/two users of one device", func(w *world) {
			w.claimed(
				did("before", id("e1"), at("10:00:00"), session("s1")), did("at once", id("e2"), at("10:01:00"), session("s1")),
				did("login", id("e3"), at("10:01:00"), session("s1"), user("u1")),
				did("after", id("e4"), at("10:02:00"), session("s1")), did("elsewhere", id("e5"), at("09:00:00"), session("s0")),
				did("of no session", id("e6"), at("10:00:00")), did("login", id("e7"), at("11:00:00"), session("s2"), user("u2")),
				did("too early", id("e8"), at("2026-11-22T10:00:59Z"), session("s1")))
			w.want(w.peopleWho("login"), 2)
			w.want(w.peopleWho("login", "before", "at once"), 2) // whoever signed in first
			w.want([]int{w.peopleWho("login", "after"), w.peopleWho("login", "elsewhere"), w.peopleWho("login", "of no session")}, []int{3, 3, 3})
			w.want(w.peopleWho("after", "elsewhere", "of no session"), 1) // the device's own
			all := w.today()
			all.From = all.From.AddDate(0, 0, -1)
			out, err := w.store.Series(w.ctx(), store.SeriesQuery{Scope: all, Edges: []time.Time{all.From, w.today().From, all.To}, Measures: []store.Measure{{Of: store.OfEvents, Stat: store.People}}})
			w.must(err)
			w.want(*out.Lines[0].Values[0][0], 1.0)
			alone := w.person("u1")
			w.want([]any{alone.DeviceIDs, alone.Shared, len(alone.Claims)}, []any{[]string(nil), []string{"d1"}, 1})
			w.want(w.person("d1").Person, store.Person{DeviceIDs: []string{"d1"}})
			w.want(len(w.person("d1").Claims), 2)
			w.must(w.store.Withdraw(w.ctx(), w.project, of("d1", "u1"))) // it was u2's all the time
			w.want([]int{w.peopleWho("before", "after", "elsewhere", "of no session"), w.people()}, []int{1, 2})
			w.want(w.person("d1").ID, "u2")
		}},
		{"persons/calls of a shared device by the hour", func(w *world) {
			early, late := call("GET /a", id("c1"), device("d1"), session("s1"), at("09:59:00")), call("GET /a", id("c2"), device("d1"), session("s1"), at("10:30:00"))
			first, second := did("login", id("e1"), session("s1"), user("u1")), did("login", id("e2"), at("11:00:00"), session("s2"), user("u2"))
			own := call("GET /a", id("c3"), user("u1"))
			w.append(early, late, own, first, second)
			people := func() int64 {
				s := w.today()
				s.From = s.From.Add(-24 * time.Hour)
				out, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: s})
				w.must(err)
				return out.Rows[0].People
			}
			w.want(people(), int64(2)) // the device and u1
			w.link(rows(first, second), claims(first, second)...)
			w.want(people(), int64(2)) // c1 is u1's, c2 the device's
			w.must(w.store.Withdraw(w.ctx(), w.project, of("d1", "u2")))
			w.want(people(), int64(1))
			w.must(w.store.Withdraw(w.ctx(), w.project, of("d1", "u1")))
			w.want(people(), int64(2))
		}},
		{"persons/the first sign-in counts, whenever it arrives", func(w *world) {
			late, early := did("login", id("e2"), at("11:00:00"), user("u1"), session("s2")), did("identify", id("e1"), at("09:00:00"), user("u1"), session("s1"), func(r record) { r.event.Kind = event.Identify })
			same := call("GET /a", id("c1"), at("09:00:00"), device("d1"), user("u1"))
			w.claimed(late)
			w.claimed(early)
			w.claimed(same)
			w.want(w.person("u1").Claims, []store.ClaimRow{{State: store.ClaimUsed, Claim: event.Claim{Pair: of("d1", "u1"), Method: event.ByIdentify, FirstSeen: early.Time, EventID: "e1", SessionID: "s1"}}})
		}},
		{"persons/merge, and un-merge", func(w *world) {
			w.claimed(did("a", id("e1"), device("d1"), user("u1")), did("a", id("e2"), device("d2"), user("u2")), did("a", id("e3"), device("d3"), user("u3")),
				did("b", id("e4"), device("d1")), did("b", id("e5"), device("d2")), did("b", id("e6"), device("d3")))
			merge := func(from, into string) error { return w.store.Merge(w.ctx(), w.project, from, into) }
			w.want(w.people(), 3)
			w.must(merge("u1", "u2"))
			w.want([]int{w.people(), w.peopleWho("b")}, []int{2, 2})
			w.must(merge("u2", "u3"))
			w.must(merge("u2", "u3"))
			w.want(w.people(), 1)
			for _, one := range []string{"u1", "u2", "u3", "d1", "d2", "d3"} {
				who := w.person(one)
				w.want([]any{who.ID, who.UserIDs, who.DeviceIDs, len(who.Claims)}, []any{"u3", []string{"u1", "u2", "u3"}, []string{"d1", "d2", "d3"}, 5})
			}
			last := w.person("u1").Claims[4]
			w.want(last, store.ClaimRow{State: store.ClaimUsed, Claim: event.Claim{Pair: mergeOf("u2", "u3"), Method: event.ByMerge, FirstSeen: Clock()}})
			for _, wrong := range [][2]string{{"u1", "u3"}, {"u3", "u1"}, {"u3", "u3"}, {"", "u3"}, {"u4", ""}} {
				w.wantPermanent(merge(wrong[0], wrong[1]))
			}
			w.must(w.store.Withdraw(w.ctx(), w.project, mergeOf("u2", "u3")))
			w.want(w.people(), 2)
			w.must(merge("u3", "u1")) // now it is no circle
			w.want(w.people(), 1)
			w.wantPermanent(w.store.Restore(w.ctx(), w.project, mergeOf("u2", "u3")))
			w.must(w.store.Withdraw(w.ctx(), w.project, mergeOf("u3", "u1")))
			w.must(w.store.Withdraw(w.ctx(), w.project, mergeOf("u1", "u2")))
			w.want(w.people(), 3)
			w.must(merge("u1", "u2")) // as Restore does
			w.want(w.people(), 2)
		}},
		{"persons/a device that two users share who are one is theirs", func(w *world) {
			w.claimed(did("login", id("e1"), user("u1")), did("login", id("e2"), user("u2")), did("look", id("e3")))
			w.want(w.people(), 3)
			w.must(w.store.Merge(w.ctx(), w.project, "u2", "u1"))
			w.want([]int{w.people(), len(w.person("d1").Shared)}, []int{1, 0})
		}},
		{"persons/a hub proves nothing", func(w *world) {
			var all []any
			for i := range store.HubOver {
				all = append(all, did("login", id(fmt.Sprint("e", i)), device(fmt.Sprint("d", i)), user("test")), did("look", id(fmt.Sprint("l", i)), device(fmt.Sprint("d", i))))
			}
			w.claimed(all...)
			w.want([]int{w.people(), len(w.person("test").DeviceIDs)}, []int{1, store.HubOver})
			more := did("login", id("one more"), device("x"), user("test"))
			w.claimed(more)
			w.want([]int{w.people(), len(w.person("test").DeviceIDs)}, []int{1 + store.HubOver, 0})
			w.want(w.person("test").Claims[0].State, store.ClaimQuarantined)
			w.want(w.person("d1").Claims[0].State, store.ClaimQuarantined)
			w.must(w.store.Withdraw(w.ctx(), w.project, of("d1", "test")))
			w.want([]int{w.people(), len(w.person("test").DeviceIDs)}, []int{2, store.HubOver})
			var users []any
			for i := range store.HubOver + 1 {
				users = append(users, did("kiosk", id(fmt.Sprint("k", i)), device("kiosk"), user(fmt.Sprint("u", i)), session("k")))
			}
			w.claimed(append(users, did("kiosk", id("k"), at("09:59:00"), device("kiosk"), session("k")))...)
			w.want(w.peopleWho("kiosk"), store.HubOver+2)
			w.want(w.person("u1").Claims[0].State, store.ClaimQuarantined)
		}},
		{"persons/a user who is a device's name is not that device", func(w *world) {
			w.claimed(did("a", id("e1"), device("same")), did("a", id("e2"), device(""), user("same")), did("a", id("e3"), device("d1"), user("same")))
			w.want(w.people(), 2)
		}},
		{"persons/what names a record that is gone is not claimed", func(w *world) {
			e := did("login", user("u1"))
			w.link(rows(e), claims(e)...)
			w.want(len(w.person("u1").Claims), 0)
		}},
		{"persons/another project's claims are not known", func(w *world) {
			w.claimed(did("login", user("u1")), did("look", id("e2")))
			other := *w
			other.project += 4_000_000
			other.append(did("login", user("u1")), did("look", id("e2")))
			w.want([]int{w.people(), other.people()}, []int{1, 2})
			w.want(errors.Is(w.store.Withdraw(w.ctx(), other.project, of("d1", "u1")), store.ErrNotFound), true)
		}},
		{"persons/who is erased is claimed no more", func(w *world) {
			w.claimed(did("login", id("e1"), user("u1")), did("login", id("e2"), device("d2"), user("u1")), did("login", id("e3"), device("d2"), user("u2")))
			w.must(w.store.Merge(w.ctx(), w.project, "u1", "u3"))
			erased, err := w.store.Erase(w.ctx(), w.project, store.Person{UserIDs: []string{"u1"}, DeviceIDs: []string{"d1"}})
			w.must(err)
			w.want(erased, store.Erased{Events: 2, Claims: 3})
			w.want([]int{len(w.person("u1").Claims), len(w.person("u3").Claims), len(w.person("u2").DeviceIDs)}, []int{0, 0, 1})
		}},
		{"persons/who is erased takes along what they did before they signed in", func(w *world) {
			w.claimed(did("look", id("e1"), session("s1"), at("09:59:00")), did("login", id("e2"), session("s1"), user("u1")), did("look", id("e3"), session("s1"), at("10:30:00")),
				did("login", id("e4"), session("s2"), at("11:00:00"), user("u2")), call("GET /a", id("c1"), device("d1"), session("s1"), at("09:59:30")))
			_, err := w.store.Erase(w.ctx(), w.project, store.Person{UserIDs: []string{"u1"}})
			w.must(err)
			w.want(w.events(w.today()), []string{"e4", "e3"})
			w.want(w.calls(w.today()), []string(nil))
		}},
		{"persons/a claim takes the next record when its own is forgotten", func(w *world) {
			imported, own, alone := did("login", id("e1"), at("09:00:00"), user("u1"), session("s1")), did("login", id("e2"), user("u1"), session("s2")), did("login", id("e3"), user("u2"))
			next := did("login", id("e4"), at("09:30:00"), user("u1"), session("s3"), denied())
			w.appendAs("log", imported, alone)
			w.append(own, next)
			w.link(rows(imported, own, alone), claims(imported, own, alone)...)
			forgotten, err := w.store.Forget(w.ctx(), w.project, "log")
			w.must(err)
			w.want(forgotten, store.Erased{Events: 2, Claims: 1})
			w.want(w.person("d1"), store.Identified{
				ID: "u1", Person: store.Person{DeviceIDs: []string{"d1"}, UserIDs: []string{"u1"}},
				Claims: []store.ClaimRow{{State: store.ClaimUsed, Claim: event.Claim{Pair: of("d1", "u1"), Method: event.ByLogin, FirstSeen: own.Time, EventID: "e2", SessionID: "s2"}}},
			})
		}},
	}
}

// loneClaimCases look at the whole store.
func loneClaimCases() []example {
	return []example{
		{"persons/rows taken tell their claims, calls of programs too", func(w *world) {
			w.append(did("late", id("e2"), at("10:05:00"), user("u1"), session("s1")), did("login", id("e1"), user("u1"), session("s1")), did("login", id("e0"), user("u1"), session("s1")),
				did("anonymous", id("e3")), did("refused", id("e4"), user("u9"), denied()), call("GET /a", id("c1"), device("key"), user("sub")))
			touched, upto, err := w.store.Unlinked(w.ctx(), 100)
			w.must(err)
			at10 := clock("10:00:00")
			w.want(touched[0].Claims, []event.Claim{
				{Pair: of("d1", "u1"), Method: event.ByLogin, FirstSeen: at10, EventID: "e1", SessionID: "s1"},
				{Pair: of("key", "sub"), Method: event.ByLogin, FirstSeen: at10, CallID: "c1"},
			})
			w.must(w.store.WriteLinks(w.ctx(), nil, upto))
			w.append(call("GET /a", id("c2"), device("key2"), user("sub")))
			touched, _, err = w.store.Unlinked(w.ctx(), 100)
			w.must(err)
			w.want(each(touched, func(t store.Touched) []event.Claim { return t.Claims }), [][]event.Claim{{{Pair: of("key2", "sub"), Method: event.ByLogin, FirstSeen: at10, CallID: "c2"}}})
		}},
		{"persons/claims live as long as what they are about", func(w *world) {
			old := func(name string, o ...option) event.Event {
				return did(name, append([]option{id(name), at("2026-09-01T10:00:00Z")}, o...)...)
			}
			gone, stays := old("gone", device("d1"), user("u1")), old("stays", device("d2"), user("u1"))
			w.claimed(gone, stays)
			w.append(did("look", device("d2")))
			w.must(w.store.Merge(w.ctx(), w.project, "u1", "u2"))
			now := clock("2026-12-01T12:00:00Z") // the records arrived a week before
			keeps := store.Retention{Raw: 24 * time.Hour, Links: 48 * time.Hour}
			w.append(did("look", id("again"), device("d2"), at("2026-12-01T11:00:00Z")))
			_, err := w.store.Expire(w.ctx(), clock("12:00:00"), keeps)
			w.must(err)
			w.want(len(w.person("u1").Claims), 3) // they arrived today
			erased, err := w.store.Expire(w.ctx(), now, keeps)
			w.must(err)
			w.want(erased.Claims, int64(2)) // nobody is called u1 any more either
			w.want(each(w.person("d2").Claims, func(c store.ClaimRow) string { return c.EventID }), []string{"stays"})
			w.want(w.person("d2").ID, "u1")
		}},
	}
}
