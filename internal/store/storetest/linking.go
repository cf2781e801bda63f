package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func ignoreUpto() cmp.Option { return cmpopts.IgnoreFields(store.Receipt{}, "Upto") }

// touched asks for all unlinked rows and returns their ids by project, in order.
func (w *world) touched() map[event.ProjectID][]string {
	w.t.Helper()
	touched, _, err := w.store.Unlinked(w.ctx(), 1_000_000)
	w.must(err)
	out := map[event.ProjectID][]string{}
	for _, t := range touched {
		out[t.Project] = append(out[t.Project], idsOf(t)...)
	}
	return out
}

// idsOf lists a project's rows: events, then calls.
func idsOf(t store.Touched) []string {
	return append(each(t.Events, func(e event.Event) string { return e.ID }), each(t.Calls, func(c event.Call) string { return c.ID })...)
}

// strays are the ids of project 1's calls that hang on crowded keys alone.
func (w *world) strays() []string {
	w.t.Helper()
	touched, _, err := w.store.Unlinked(w.ctx(), 1_000_000)
	w.must(err)
	var out []string
	for _, t := range touched {
		out = append(out, each(t.Strays, func(s store.Stray) string { return s.CallID })...)
	}
	return out
}

// linkedSoFar says that all rows up to now have been through the link pass.
func (w *world) linkedSoFar() {
	w.t.Helper()
	_, upto, err := w.store.Unlinked(w.ctx(), 1_000_000)
	w.must(err)
	w.must(w.store.WriteLinks(w.ctx(), nil, upto))
}

// connection is a case about two rows: a click of device d1 at 10:00 and a server
// call, given the keys they have.
func connection(name string, want bool, onClick, onCall []option) example {
	return example{"unlinked/" + name, func(w *world) {
		w.append(click("Pay", append([]option{id("e")}, onClick...)...), call("POST /pay", append([]option{id("c")}, onCall...)...))
		ids := []string{"e"}
		if want {
			ids = append(ids, "c")
		}
		w.want(w.touched(), map[event.ProjectID][]string{1: ids})
	}}
}

func unlinkedCases() []example {
	of := func(options ...option) []option { return options }
	return []example{
		connection("by session", true, of(session("s")), of(session("s"))),
		connection("by trace", true, of(trace(1)), of(trace(1))),
		connection("by the trace that the response told", true, of(trace(1)), of(answered(1))),
		connection("by user", true, of(user("u")), of(user("u"))),
		connection("by action", true, of(actionID("a")), of(actionID("a"))),
		connection("by the event's own id when it names no action", true, of(), of(actionID("e"))),
		connection("not by the event's own id when it names an action", false, of(actionID("a")), of(actionID("e"))),
		connection("by client key", true, of(client(5)), of(client(5))),
		connection("by device without session", true, of(), of(device("d1"))),
		connection("not by device with session", false, of(session("s")), of(device("d1"))),
		connection("by agent when the address is unknown", true, of(agent(6)), of(agent(6), client(5))),
		connection("not by agent when the address is known", false, of(agent(6), client(5)), of(agent(6))),
		connection("not by request id of another kind", false, of(session("r")), of(request("r"))),
		connection("up to the gap", true, of(session("s")), of(session("s"), at("10:30:00"))),
		connection("not beyond the gap", false, of(session("s")), of(session("s"), at("10:30:00.000001"))),
		connection("not with assets", false, of(session("s")), of(session("s"), class(event.Asset))),
		connection("not with a call that denied", false, of(session("s")), of(session("s"), denied())),
		connection("a refusal still names its session", true, of(session("s"), denied()), of(session("s"))),
		connection("a refusal joins by nothing else", false, of(trace(1), actionID("a"), user("u"), client(5), denied()), of(trace(1), actionID("a"), user("u"), client(5))),
		{"unlinked/a refusal leaves no fingerprint", func(w *world) {
			w.append(click("a", id("e1"), session("s"), denied(), client(5), agent(6)))
			touched, _, err := w.store.Unlinked(w.ctx(), 10)
			w.must(err)
			w.want(touched, []store.Touched{{Project: 1, Events: []event.Event{click("a", id("e1"), session("s"), denied())}}})
		}},
		{"unlinked/by request id", func(w *world) {
			w.append(call("GET /a", id("c1"), fromClient(), request("r")), call("GET /a", id("c2"), request("r")), call("GET /a", id("c3"), request("R")))
			w.want(w.touched(), map[event.ProjectID][]string{1: {"c1", "c2"}})
		}},
		{"unlinked/nothing arrived", func(w *world) {
			touched, upto, err := w.store.Unlinked(w.ctx(), 10)
			w.must(err)
			w.want(touched, []store.Touched{})
			w.want(upto, store.Seq(0))
			w.append(did("x"))
			w.linkedSoFar()
			at, err := w.store.Watermark(w.ctx())
			w.must(err)
			touched, upto, err = w.store.Unlinked(w.ctx(), 10)
			w.must(err)
			w.want(touched, []store.Touched{})
			w.want(upto, at)
		}},
		{"unlinked/server calls alone cannot be linked", func(w *world) {
			receipt := w.append(call("GET /a", session("s")), call("GET /b", session("s")), call("GET /c", agent(6)))
			touched, upto, err := w.store.Unlinked(w.ctx(), 10)
			w.must(err)
			w.want(touched, []store.Touched{})
			w.want(upto, receipt.Upto)
		}},
		{"unlinked/old rows come back with what a new one connects", func(w *world) {
			w.append(click("a", id("e1"), session("s")), call("GET /a", id("c1"), at("10:20:00"), session("s"), trace(1)),
				did("far", id("e2"), session("t")))
			w.linkedSoFar()
			w.append(call("GET /a", id("c2"), at("10:45:00"), trace(1)))
			w.want(w.touched(), map[event.ProjectID][]string{1: {"e1", "c1", "c2"}})
		}},
		{"unlinked/a chain of different keys", func(w *world) {
			w.append(click("a", id("e1"), at("10:00:00"), session("s"), client(1)), call("GET /a", id("c1"), at("10:25:00"), client(1), trace(1)),
				call("GET /b", id("c2"), at("10:50:00"), trace(1), request("r")), call("GET /c", id("c3"), at("11:15:00"), request("r")),
				call("GET /d", id("c4"), at("11:50:00"), request("r")))
			w.want(w.touched(), map[event.ProjectID][]string{1: {"e1", "c1", "c2", "c3"}})
		}},
		{"unlinked/server calls do not connect each other by agent", func(w *world) {
			w.append(call("GET /a", id("c1"), at("10:00:00"), agent(6)), call("GET /b", id("c2"), at("10:25:00"), agent(6)), click("a", id("e1"), at("10:50:00"), agent(6)))
			w.want(w.touched(), map[event.ProjectID][]string{1: {"e1", "c2"}})
		}},
		{"unlinked/server calls are tied to the client side, not to each other, by who called", func(w *world) {
			w.append(click("a", id("e1"), at("10:00:00"), user("u")), call("GET /a", id("c1"), at("10:25:00"), user("u")),
				call("GET /b", id("c2"), at("10:50:00"), user("u")), call("GET /c", id("c3"), at("11:15:00"), user("u")),
				did("b", id("e2"), at("11:40:00"), user("u")))
			w.linkedSoFar()
			w.append(call("GET /d", id("c4"), at("10:10:00"), user("u")))
			w.want(w.touched(), map[event.ProjectID][]string{1: {"e1", "c4", "c1"}})
		}},
		{"unlinked/a call between two client-side rows ties them", func(w *world) {
			w.append(click("a", id("e1"), at("10:00:00"), user("u")), call("GET /a", id("c1"), at("10:20:00"), user("u")),
				call("GET /b", id("c2"), at("10:35:00"), user("u")), click("b", id("e2"), at("10:50:00"), user("u")))
			w.linkedSoFar()
			w.append(call("GET /d", id("c3"), at("09:30:00"), user("u")))
			w.want(w.touched(), map[event.ProjectID][]string{1: {"e1", "e2", "c3", "c1", "c2"}})
		}},
		{"unlinked/a key that goes on for a day proves nothing", func(w *world) {
			day := func(more string) []string {
				var rows []any
				var ids []string
				for i := range 49 {
					ids = append(ids, fmt.Sprintf("%s%02d", more, i))
					rows = append(rows, did("a", id(ids[i]), device(more), user(more), session(""), at(time.Date(2026, 11, 20, 10, 30*i, 0, 0, time.UTC).Format(time.RFC3339))))
				}
				w.append(rows...)
				return ids
			}
			whole := day("d1")
			w.want(w.touched(), map[event.ProjectID][]string{1: whole})
			w.linkedSoFar()
			day("d2")
			w.append(did("a", id("one more"), device("d2"), user("d2"), session(""), at("2026-11-21T10:30:00Z")))
			w.linkedSoFar()
			w.append(did("a", id("e1"), device("d1"), user("d1"), session(""), at("2026-11-20T20:00:00Z")))
			w.want(w.touched(), map[event.ProjectID][]string{1: append(append(append([]string{}, whole[:21]...), "e1"), whole[21:]...)})
			w.linkedSoFar()
			w.append(did("a", id("e2"), device("d2"), user("d2"), session(""), at("2026-11-20T20:00:00Z")))
			touched, _, err := w.store.Unlinked(w.ctx(), 10)
			w.must(err)
			w.want(each(touched, idsOf), [][]string{{"e2"}})
			w.want(touched[0].Crowded, 2)
		}},
		{"unlinked/rows that lie weeks apart", func(w *world) {
			w.append(click("a", id("e1"), session("s")), did("b", id("e2"), session("old"), at("2026-10-30T10:00:00Z")), did("c", id("e3"), session("s"), at("2026-10-30T10:00:00Z")))
			w.linkedSoFar()
			w.append(call("GET /a", id("c1"), session("s")), call("GET /b", id("c2"), session("old"), at("2026-10-30T10:10:00Z")))
			w.want(w.touched(), map[event.ProjectID][]string{1: {"e2", "e1", "c2", "c1"}})
		}},
		{"unlinked/projects do not mix", func(w *world) {
			w.append(click("a", id("e1"), session("s")))
			_, err := w.store.Append(w.ctx(), batch(2, "", call("GET /a", id("c2"), fromClient(), session("s"))))
			w.must(err)
			w.want(w.touched(), map[event.ProjectID][]string{1: {"e1"}, 2: {"c2"}})
		}},
		{"unlinked/rows come by time, with the keys that link them", func(w *world) {
			late, early := click("a", id("e1"), at("10:00:01"), session("s"), client(5), agent(6)), click("b", id("e2"), at("10:00:00"), session("s"))
			same := click("c", id("e0"), at("10:00:01"), session("s"))
			w.append(late)
			w.append(early)
			w.append(same)
			touched, _, err := w.store.Unlinked(w.ctx(), 10)
			w.must(err)
			w.want(touched, []store.Touched{{Project: 1, Events: []event.Event{early, late, same}}})
		}},
		{"unlinked/a small limit goes on where it stopped", func(w *world) {
			for i := range 7 {
				w.append(click("a", id(fmt.Sprint("e", i)), session(fmt.Sprint("s", i))), work("w", id(fmt.Sprint("p", i))))
			}
			seen := map[string]bool{}
			before := store.Seq(-1)
			for range 50 {
				touched, upto, err := w.store.Unlinked(w.ctx(), 2)
				w.must(err)
				if upto == before {
					break
				}
				before = upto
				for _, t := range touched {
					if len(t.Events) > 2 {
						w.t.Errorf("%d rows for a limit of 2", len(t.Events))
					}
					for _, one := range idsOf(t) {
						seen[one] = true
					}
				}
				w.must(w.store.WriteLinks(w.ctx(), nil, upto))
			}
			w.want(len(seen), 7)
		}},
		{"unlinked/a crowded key proves nothing", func(w *world) {
			notShort(w.t)
			crowd := make([]any, store.LinkCap)
			for i := range crowd {
				crowd[i] = click("a", id(fmt.Sprint("e", i)), device(fmt.Sprint("d", i)), client(5))
			}
			w.append(crowd...)
			w.linkedSoFar()
			w.append(click("a", id("one more"), device("x"), client(5)))
			touched, _, err := w.store.Unlinked(w.ctx(), 10)
			w.must(err)
			w.want(each(touched, idsOf), [][]string{{"one more"}})
			w.want(touched[0].Crowded, 1)
		}},
		{"unlinked/a key is not crowded until it is", func(w *world) {
			notShort(w.t)
			crowd := make([]any, store.LinkCap-1)
			for i := range crowd {
				crowd[i] = click("a", id(fmt.Sprint("e", i)), device(fmt.Sprint("d", i)), client(5))
			}
			w.append(crowd...)
			w.append(click("long ago", at("2026-11-22T10:00:00Z"), client(5)))
			w.linkedSoFar()
			w.append(click("a", id("the last"), device("x"), client(5)))
			touched, _, err := w.store.Unlinked(w.ctx(), 10)
			w.must(err)
			w.want(each(touched, func(t store.Touched) int { return len(t.Events) }), []int{store.LinkCap})
			w.want(touched[0].Crowded, 0)
		}},
		{"unlinked/the tiers of a request do not crowd each other out", func(w *world) {
			notShort(w.t)
			const each = store.LinkCap/2 + 1
			rows := []any{click("a", id("e"), session("s"), client(5))}
			for i := range each {
				rows = append(rows, call("GET /a", id(fmt.Sprint("edge", i)), client(5), service("edge")), call("GET /a", id(fmt.Sprint("app", i)), client(5), source("combined")))
			}
			w.append(rows...)
			touched, _, err := w.store.Unlinked(w.ctx(), 100_000)
			w.must(err)
			w.want([]int{len(touched[0].Calls), touched[0].Crowded, len(touched[0].Strays)}, []int{2 * each, 0, 0})
		}},
		{"unlinked/a call that hangs on a crowded key alone is a stray, once", func(w *world) {
			notShort(w.t)
			rows := make([]any, 0, store.LinkCap+1)
			for i := range store.LinkCap + 1 {
				rows = append(rows, call("GET /a", id(fmt.Sprintf("c%04d", i)), client(5)))
			}
			w.append(rows...)
			w.want(w.strays(), []string(nil)) // nobody on the client side shares the key yet
			w.linkedSoFar()
			e, far := click("a", id("e"), session("s"), client(5)), call("GET /b", id("far"), at("10:40:00"), client(5))
			w.append(e, far, call("GET /a", id("traced"), trace(1), client(5)), click("b", id("t"), session("t"), trace(1)))
			strays := w.strays()
			w.want([]any{len(strays), strays[0], strays[store.LinkCap]}, []any{store.LinkCap + 1, "c0000", "c5000"})
			taken, err := w.store.Watermark(w.ctx())
			w.must(err)
			known := store.Linked{Project: w.project, From: e.Time, To: e.Time, CallIDs: strays[1:]}
			for _, c := range strays[1:] {
				known.Unlinked = append(known.Unlinked, store.Unlinked{CallID: c, Side: event.Server, Time: e.Time, Reason: "crowded_key"})
			}
			w.must(w.store.WriteLinks(w.ctx(), []store.Linked{known}, taken))
			w.want(w.strays(), []string{"c0000"}) // of the others it is known
		}},
		{"the watermark is stored", func(w *world) {
			receipt := w.append(did("x"))
			at, err := w.store.Watermark(w.ctx())
			w.must(err)
			w.want(at, store.Seq(0))
			w.must(w.store.WriteLinks(w.ctx(), nil, receipt.Upto))
			at, err = w.store.Watermark(w.ctx())
			w.must(err)
			w.want(at, receipt.Upto)
		}},
	}
}

func writeLinksCases() []example {
	return []example{
		{"write links/again changes nothing", func(w *world) {
			e, c, alone := click("Pay", session("s")), call("POST /pay"), call("GET /a", id("alone"))
			w.append(e, c, alone)
			all := []any{
				tie(e, c, event.ByTrace, 0.95), part("s", e, e),
				event.Signal{Kind: event.ErrorClick, Time: e.Time, EventID: e.ID, CallID: c.ID, SessionID: "s", Page: "/a", Target: "Pay", Detail: "503"},
				event.Interaction{EventID: e.ID, SessionID: "s", Time: e.Time, Name: "Pay", Calls: 1, Failed: 1, Slowest: time.Second, Endpoint: c.Endpoint(), Reaction: event.Left},
				store.Unlinked{CallID: "alone", Side: event.Server, Reason: "no_client"},
			}
			w.link(rows(e, c, alone), all...)
			first, err := w.store.Timeline(w.ctx(), w.project, "s", 0)
			w.must(err)
			w.link(rows(e, c, alone), all...)
			second, err := w.store.Timeline(w.ctx(), w.project, "s", 0)
			w.must(err)
			w.want(second, first)
			w.want([]int{len(first.Links), len(first.Signals), len(first.Interactions), first.Session.Events}, []int{1, 1, 1, 2})
			w.want(w.quality().Unlinked, []store.UnlinkedReason{{Reason: "no_client", Side: event.Server, Count: 1, Example: "alone"}})
		}},
		{"write links/a later pass replaces what the block covers and no more", func(w *world) {
			e1, e2 := click("a", id("e1"), session("s")), click("b", id("e2"), session("t"))
			c1, c2 := call("GET /a", id("c1")), call("GET /b", id("c2"))
			w.append(e1, e2, c1, c2)
			w.link(rows(e1, c1), tie(e1, c1, event.ByWindow, 0.4), part("s", e1, e1))
			w.link(rows(e2, c2), tie(e2, c2, event.ByTrace, 0.95), part("t", e2, e2))
			w.link(rows(e1, c1), tie(e1, c1, event.ByTrace, 0.95))
			w.want(w.links(w.today()), []event.Link{tie(e1, c1, event.ByTrace, 0.95), tie(e2, c2, event.ByTrace, 0.95)})
			w.want(each(w.sessions(w.today()), func(s event.Session) string { return s.ID }), []string{"t"})
			w.link(rows(c2))
			w.want(w.links(w.today()), []event.Link{tie(e1, c1, event.ByTrace, 0.95)})
		}},
		{"write links/an event and a call of the same id are two", func(w *world) {
			e, c := click("a", id("same"), session("s")), call("GET /a", id("same"))
			w.append(e, c)
			w.link(rows(e, c), tie(e, c, event.ByTrace, 1), part("s", e, e))
			w.link(rows(c), tie(e, c, event.ByWindow, 0.5))
			w.want(len(w.sessions(w.today())), 1)
			w.want(w.links(w.today()), []event.Link{tie(e, c, event.ByWindow, 0.5)})
		}},
		{"write links/a smaller block replaces the reasons of a larger one", func(w *world) {
			first, last := call("GET /a", id("c1")), call("GET /a", id("c2"), at("10:20:00"))
			w.append(first, last)
			w.link(rows(first, last), store.Unlinked{CallID: "c2", Side: event.Server, Reason: "no_client"})
			w.link(rows(last), store.Unlinked{CallID: "c2", Side: event.Server, Reason: "ambiguous"})
			w.want(w.quality().Unlinked, []store.UnlinkedReason{
				{Reason: "ambiguous", Side: event.Server, Count: 1, Example: "c2"}, {Reason: "pending", Side: event.Server, Count: 1, Example: "c1"},
			})
		}},
		{"write links/another project's links stay", func(w *world) {
			e, c := click("a", session("s")), call("GET /a")
			w.append(e, c)
			w.link(rows(e, c), tie(e, c, event.ByTrace, 1))
			w.must(w.store.WriteLinks(w.ctx(), []store.Linked{linkedBlock(w.project+3_000_000, rows(e, c))}, 0))
			w.want(len(w.links(w.today())), 1)
		}},
		{"write links/what was erased meanwhile does not come back", func(w *world) {
			e, c, other := click("a", session("s")), call("GET /a"), click("b", id("other"), device("d2"), session("t"))
			w.append(e, c, other)
			w.link(rows(e, c, other), tie(e, c, event.ByTrace, 1)) // so that the call is theirs too
			_, err := w.store.Erase(w.ctx(), w.project, store.Person{DeviceIDs: []string{"d1"}})
			w.must(err)
			w.link(rows(e, c, other), tie(e, c, event.ByTrace, 1), part("s", e, e), part("t", other, other),
				event.Signal{Kind: event.RageClick, Time: e.Time, EventID: e.ID, SessionID: "s"},
				event.Signal{Kind: event.ErrorClick, Time: other.Time, EventID: other.ID, CallID: c.ID, SessionID: "t"},
				event.Interaction{EventID: e.ID, Time: e.Time, SessionID: "s"})
			left, err := w.store.Timeline(w.ctx(), w.project, "t", 0)
			w.must(err)
			w.want(left.Signals, []event.Signal{})
			w.want(w.links(w.today()), []event.Link{})
			w.want(each(w.sessions(w.today()), func(s event.Session) string { return s.ID }), []string{"t"})
			_, err = w.store.Timeline(w.ctx(), w.project, "s", 0)
			w.want(errors.Is(err, store.ErrNotFound), true)
		}},
	}
}

// quality is the state of today's data.
func (w *world) quality() store.Quality {
	w.t.Helper()
	q, err := w.store.Quality(w.ctx(), w.today())
	w.must(err)
	return q
}
