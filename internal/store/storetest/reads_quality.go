package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func qualityCases() []example {
	return []example{
		{"quality/of nothing", func(w *world) {
			w.want(w.quality(), store.Quality{})
			_, err := w.store.Quality(w.ctx(), w.where(store.And{}))
			w.wantPermanent(err)
		}},
		{"quality/coverage of links", func(w *world) {
			pay, open, robot := click("Pay", id("e1"), session("s"), source("sdk")), view("/a", id("e2"), source("sdk")), click("x", id("e3"), bot(), source("sdk"))
			client := call("POST /pay", id("cc"), fromClient(), source("sdk"))
			s1, s2 := call("api: POST /pay", id("s1"), source("nginx")), call("api: POST /pay", id("s2"), source("nginx"))
			s3, s4 := call("api: GET /a", id("s3"), source("nginx")), call("api: GET /b", id("s4"), at("10:00:01"), source("nginx"))
			asset := call("GET /a.js", id("s5"), class(event.Asset), source("nginx"))
			w.append(pay, open, robot, did("y", id("e4"), source("sdk")), client, s1, s2, s3, s4, asset, work("w", source("otlp")))
			w.link(rows(pay, client, s1, s2, s3, s4),
				tie(pay, client, event.ByWindow, 0.5), tie(client, s1, event.BySpan, 1), tie(pay, s2, event.ByTrace, 0.95),
				store.Unlinked{CallID: "s3", Side: event.Server, Reason: "no_client"}, store.Unlinked{CallID: "s4", Side: event.Server, Reason: "no_client"},
				store.Unlinked{CallID: "cc", Side: event.Client, Reason: "ambiguous"})
			q := w.quality()
			w.want(q.Calls.ByMethod, map[string]int64{"span": 1, "trace": 1})
			w.want([]int64{q.Calls.Total, q.Calls.Client, q.Calls.WithClient, q.Calls.LinkedToAction}, []int64{4, 1, 1, 2})
			w.want([]int64{q.Events.Total, q.Events.Actions, q.Events.ActionsLinked, q.Events.WithoutSession}, []int64{3, 2, 1, 2})
			w.want(q.BySource, []store.SourceQuality{{Source: "nginx", Calls: 4, Linked: 2}, {Source: "sdk", Events: 4, Calls: 1, Linked: 1}, {Source: "otlp", Spans: 1}})
			w.want(q.ByRoute, []store.RouteQuality{
				{Endpoint: s1.Endpoint(), Calls: 2, Linked: 2}, {Endpoint: s3.Endpoint(), Calls: 1}, {Endpoint: s4.Endpoint(), Calls: 1},
			})
			w.want(q.Unlinked, []store.UnlinkedReason{
				{Reason: "no_client", Side: event.Server, Count: 2, Example: "s4"}, {Reason: "ambiguous", Side: event.Client, Count: 1, Example: "cc"},
			})
			s := w.today()
			s.MinConfidence = 0.96
			q, err := w.store.Quality(w.ctx(), s)
			w.must(err)
			w.want([]int64{q.Calls.WithClient, q.Calls.LinkedToAction, q.Events.ActionsLinked}, []int64{1, 0, 0})
			s.Bots, s.MinConfidence = true, 0
			q, err = w.store.Quality(w.ctx(), s)
			w.must(err)
			w.want([]int64{q.Events.Total, q.Events.Actions}, []int64{4, 3})
		}},
		{"quality/the reasons of server calls without action add up", func(w *world) {
			pay := click("Pay", id("e1"), session("s"))
			client, asked := call("POST /pay", id("cc"), fromClient()), call("GET /a", id("ca"), fromClient())
			linked, joined, told := call("POST /pay", id("s1")), call("GET /a", id("s2")), call("GET /b", id("s3"))
			w.append(pay, client, asked, linked, joined, told, call("GET /fresh", id("s4")))
			w.link(rows(pay, client, asked, linked, joined, told),
				tie(pay, client, event.ByWindow, 0.5), tie(client, linked, event.BySpan, 1), tie(asked, joined, event.BySpan, 1),
				store.Unlinked{CallID: "s3", Side: event.Server, Reason: "ambiguous"}, store.Unlinked{CallID: "ca", Side: event.Client, Reason: "no_action"})
			reason := func(word, example string) store.UnlinkedReason {
				return store.UnlinkedReason{Reason: word, Side: event.Server, Count: 1, Example: example}
			}
			ofClient := store.UnlinkedReason{Reason: "no_action", Side: event.Client, Count: 1, Example: "ca"}
			w.want(w.quality().Unlinked, []store.UnlinkedReason{reason("ambiguous", "s3"), ofClient, reason("no_action", "s2"), reason("pending", "s4")})
			surer := w.today()
			surer.MinConfidence = 0.9
			q, err := w.store.Quality(w.ctx(), surer)
			w.must(err)
			w.want(q.Unlinked, []store.UnlinkedReason{reason("ambiguous", "s3"), reason("low_confidence", "s1"), ofClient, reason("no_action", "s2"), reason("pending", "s4")})
		}},
		{"quality/at most fifty routes", func(w *world) {
			for i := range 51 {
				w.append(call(fmt.Sprintf("GET /%02d", i)))
			}
			w.append(call("GET /50", id("twice")))
			routes := w.quality().ByRoute
			w.want([]any{len(routes), routes[0].Route, routes[49].Route}, []any{50, "/50", "/48"})
		}},
		{"quality/what was refused and what came twice", func(w *world) {
			w.append(event.Rejection{Source: "nginx", Reason: "no time", Example: "a", Count: 2}, event.Rejection{Source: "nginx", Reason: "bad json", Count: 3})
			w.append(did("x"), did("x"), event.Rejection{Source: "nginx", Reason: "no time", Example: "b", Count: 5}, event.Rejection{Source: "har", Reason: "bad json", Count: 3})
			w.append(did("x"))
			q := w.quality()
			w.want(q.Rejected, []event.Rejection{
				{Source: "nginx", Reason: "no time", Example: "b", Count: 7}, {Source: "har", Reason: "bad json", Count: 3}, {Source: "nginx", Reason: "bad json", Count: 3},
			})
			w.want(q.Duplicates, int64(2))
			ask := func(from, to string) int64 {
				s := w.today()
				s.From, s.To = clock(from), clock(to)
				q, err := w.store.Quality(w.ctx(), s)
				w.must(err)
				return q.Duplicates
			}
			w.want(ask("12:59:59", "13:00:00"), int64(2)) // they came in the hour from noon
			w.want(ask("00:00:00", "12:00:00"), int64(0))
			w.want(ask("13:00:00", "14:00:00"), int64(0))
		}},
		{"quality/clocks and lateness", func(w *world) {
			w.append(
				did("x", id("exact")), did("x", id("little"), owned("10:00:01")), did("x", id("ahead"), owned("10:00:01.5")),
				call("GET /a", id("behind"), owned("09:59:57")), work("w", id("far"), owned("2026-11-21T12:00:00Z")), work("w", id("farther"), owned("2026-11-21T11:59:59Z")))
			q := w.quality()
			w.want(q.ClockSkew.Corrected, int64(4))
			w.want(q.ClockSkew.MedianMS, (3000+165_600_000)/2.0)
			w.want(q.ClockSkew.MaxMS, 165_601_000.0)
			w.want(q.Late, int64(1))
		}},
		{"quality/what senders lost", func(w *world) {
			w.append(did("x", id("1"), session("s"), numbered(3)), did("x", id("2"), session("s"), numbered(4)), did("x", id("3"), session("s"), numbered(4)), did("x", id("4"), session("s"), numbered(7)),
				did("x", id("5"), session("t"), numbered(9)), did("x", id("6"), session("t")), did("x", id("7"), numbered(100)),
				did("x", id("8"), session("t"), pageID("p"), numbered(1)), did("x", id("9"), session("t"), pageID("p"), numbered(3)))
			loss := 3.0 / 9
			w.want(w.quality().SDKLoss, &loss, closely())
		}},
	}
}

func cancelCases() []example {
	return []example{{"a cancelled context ends every method", func(w *world) {
		w.append(did("x", session("s")), call("GET /a", id("c1")))
		ctx, cancel := context.WithCancel(w.ctx())
		cancel()
		s := w.today()
		at := []time.Time{s.From, s.To}
		for name, ask := range map[string]func() error{
			"Append":     func() error { _, err := w.store.Append(ctx, batch(w.project, "", did("y"))); return err },
			"Erase":      func() error { _, err := w.store.Erase(ctx, w.project, store.Person{}); return err },
			"Forget":     func() error { _, err := w.store.Forget(ctx, w.project, "x"); return err },
			"Unlinked":   func() error { _, _, err := w.store.Unlinked(ctx, 10); return err },
			"WriteLinks": func() error { return w.store.WriteLinks(ctx, nil, 0) },
			"Watermark":  func() error { _, err := w.store.Watermark(ctx); return err },
			"Calls":      func() error { _, err := w.store.Calls(ctx, store.CallsQuery{Scope: s, Limit: 1}); return err },
			"Events":     func() error { _, err := w.store.Events(ctx, store.EventsQuery{Scope: s, Limit: 1}); return err },
			"Spans":      func() error { _, err := w.store.Spans(ctx, store.EventsQuery{Scope: s, Limit: 1}); return err },
			"Links":      func() error { _, err := w.store.Links(ctx, store.EventsQuery{Scope: s, Limit: 1}); return err },
			"Sessions":   func() error { _, err := w.store.Sessions(ctx, store.SessionsQuery{Scope: s, Limit: 1}); return err },
			"Facets":     func() error { _, err := w.store.Facets(ctx, s, []string{"call.status"}, 1); return err },
			"Values":     func() error { _, err := w.store.Values(ctx, s, "call.status", "", 1); return err },
			"Series": func() error {
				_, err := w.store.Series(ctx, store.SeriesQuery{Scope: s, Edges: at, Measures: []store.Measure{{Of: store.OfCalls, Stat: store.Count}}})
				return err
			},
			"Heatmap":   func() error { _, err := w.store.Heatmap(ctx, store.HeatmapQuery{Scope: s, Edges: at}); return err },
			"Endpoints": func() error { _, err := w.store.Endpoints(ctx, store.EndpointsQuery{Scope: s}); return err },
			"Callers":   func() error { _, err := w.store.Callers(ctx, s, event.Endpoint{}, 1); return err },
			"Timeline":  func() error { _, err := w.store.Timeline(ctx, w.project, "s", 0); return err },
			"Request":   func() error { _, err := w.store.Request(ctx, w.project, "c1"); return err },
			"Find":      func() error { _, err := w.store.Find(ctx, w.project, "c1"); return err },
			"FindProperty": func() error {
				_, err := w.store.FindProperty(ctx, s, []string{"plan"}, "pro", 1)
				return err
			},
			"Quality": func() error { _, err := w.store.Quality(ctx, s); return err },
			"Stats":   func() error { _, err := w.store.Stats(ctx); return err },
		} {
			if err := ask(); !errors.Is(err, context.Canceled) {
				w.t.Errorf("%s: got error %v, want context.Canceled", name, err)
			}
		}
		w.want(len(w.events(w.today())), 1)
	}}}
}
