package storetest

import (
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func propertyCases() []example {
	keys := []string{"order_id", `odd "key".*`}
	return []example{
		{"find property/events and calls that carry the value, newest first", func(w *world) {
			w.append(
				did("Order paid", id("e1"), with("order_id", "A-17"), session("s1")),
				call("POST /pay", id("c1"), at("10:00:01"), with("order_id", "A-17"), with("plan", "pro")),
				call("POST /pay", id("c2"), at("10:00:01"), with(`odd "key".*`, "A-17")),
				did("x", id("bot"), at("10:00:01"), with("order_id", "A-17"), bot()),
				call("GET /a.js", id("asset"), at("10:00:02"), class(event.Asset), with("order_id", "A-17")),
				// None of these: another value, another key, inside another value, deeper.
				did("x", id("n1"), with("order_id", "A-177")), did("x", id("n2"), with("cart", "A-17")),
				did("x", id("n3"), with("note", `"order_id":"A-17"`)), did("x", id("n4"), with("o", map[string]any{"order_id": "A-17"})))
			found, err := w.store.FindProperty(w.ctx(), w.today(), keys, "A-17", 10)
			w.must(err)
			hit := func(kind, id, second, key, session string) store.PropertyHit {
				return store.PropertyHit{Hit: store.Hit{Kind: kind, ID: id, Time: clock("10:00:0" + second)}, Key: key, SessionID: session}
			}
			want := []store.PropertyHit{
				hit("call", "asset", "2", "order_id", ""), hit("call", "c2", "1", `odd "key".*`, ""), hit("call", "c1", "1", "order_id", ""),
				hit("event", "bot", "1", "order_id", ""), hit("event", "e1", "0", "order_id", "s1"),
			}
			w.want(found, want)
			found, err = w.store.FindProperty(w.ctx(), w.today(), keys, "A-17", 2)
			w.must(err)
			w.want(found, want[:2])
		}},
		{"find property/text as it is, and whole numbers", func(w *world) {
			w.append(did("x", id("e1"), with("order_id", int64(17))), did("x", id("e2"), with("order_id", 17.0)), did("x", id("e3"), with("order_id", "17")),
				did("x", id("e4"), with("order_id", 17.5)), did("x", id("e5"), with("order_id", "17.0")), did("x", id("e6"), with("order_id", "ä\"<\n")),
				did("x", id("e7"), with("order_id", nil)), did("x", id("e8"), with("order_id", int64(-4))), did("x", id("e9"), with("order_id", true)),
				did("x", id("e10"), with("order_id", 1234567.0)), did("x", id("e11"), with("order_id", 1e21)))
			for value, want := range map[string][]string{
				"17": {"e3", "e2", "e1"}, "1234567": {"e10"}, "1000000000000000000000": {}, "1e+21": {}, "17.0": {"e5"}, "17.5": {}, "ä\"<\n": {"e6"}, "": {}, "null": {}, "true": {}, "%": {}, "-4": {"e8"},
			} {
				found, err := w.store.FindProperty(w.ctx(), w.today(), keys, value, 10)
				w.must(err)
				w.want(each(found, func(h store.PropertyHit) string { return h.ID }), want)
			}
		}},
		{"find property/only this project and range; wrong questions are refused", func(w *world) {
			w.append(did("x", id("e1"), with("order_id", "A")))
			s := w.today()
			s.From = clock("10:00:00.000001")
			late, err := w.store.FindProperty(w.ctx(), s, keys, "A", 10)
			w.must(err)
			w.want(late, []store.PropertyHit{})
			s = w.today()
			s.Project++
			other, err := w.store.FindProperty(w.ctx(), s, keys, "A", 10)
			w.must(err)
			w.want(other, []store.PropertyHit{})
			none, err := w.store.FindProperty(w.ctx(), w.today(), nil, "A", 10)
			w.must(err)
			w.want(none, []store.PropertyHit{})
			_, err = w.store.FindProperty(w.ctx(), w.where(store.And{}), keys, "A", 10)
			w.wantPermanent(err)
			_, err = w.store.FindProperty(w.ctx(), w.today(), keys, "A", 0)
			w.wantPermanent(err)
		}},
	}
}
