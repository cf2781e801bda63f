package storetest

import (
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

func sampleCases() []example {
	return []example{
		{"sample/about so many units, whatever is asked the same ones", func(w *world) {
			var all []any
			for i := range 200 {
				who := fmt.Sprintf("d%d", i)
				all = append(all, did("in", by(who)), did("back", by(who), at("10:00:01")), call("GET /x", id(who), device(who), at("10:00:02")))
			}
			w.append(all...)
			ask := store.FunnelQuery{
				Scope: w.today(), Steps: []store.Step{ofEvent("in"), ofEvent("back")}, Unit: byPerson(), Order: store.InOrder, Entry: store.Best,
				Window: time.Hour, Now: clock("12:00:00"), Entities: 1000,
			}
			listed := func(sample float64, steps ...store.Step) []string {
				q := ask
				q.Sample, q.Steps = sample, steps
				got, err := w.store.Funnel(w.ctx(), q)
				w.must(err)
				w.want(got.Steps[0].Count, int64(len(got.Entities)))
				return each(got.Entities, func(e store.FunnelEntity) string { return e.ID })
			}
			half := listed(0.5, ofEvent("in"), ofEvent("back"))
			if len(half) < 60 || len(half) > 140 {
				w.t.Errorf("half of 200 are %d", len(half))
			}
			w.want(listed(0.5, store.Step{Of: store.OfCalls}), half)
			for _, whole := range []float64{0, 1} {
				w.want(len(listed(whole, ofEvent("in"))), 200)
			}
			stickiness, err := w.store.Stickiness(w.ctx(), store.StickinessQuery{Scope: ask.Scope, Of: ofEvent("in"), Unit: byPerson(), Edges: days(2)})
			w.must(err)
			w.want(stickiness, []int64{200})
			ask.Sample = 0.5
			stickiness, err = w.store.Stickiness(w.ctx(), store.StickinessQuery{Scope: ask.Scope, Of: ofEvent("in"), Unit: byPerson(), Edges: days(2)})
			w.must(err)
			w.want(stickiness, []int64{int64(len(half))})
		}},
	}
}
