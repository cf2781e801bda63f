package storetest

import (
	"fmt"
	"sync"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

func concurrencyCases() []example {
	return []example{
		{"appends in parallel add up, whoever wins", func(w *world) {
			const senders, batches = 8, 12
			var mu sync.Mutex
			var total store.Receipt
			highest := map[store.Seq]bool{}
			var work sync.WaitGroup
			for sender := range senders {
				work.Go(func() {
					for n := range batches {
						// Two records that every sender has, and two of its own.
						receipt, err := w.store.Append(w.ctx(), batch(1, "",
							did("x", id(fmt.Sprint("all ", n))), call("GET /a", id(fmt.Sprint("all ", n))),
							did("x", id(fmt.Sprint(sender, " ", n))), call("GET /a", id(fmt.Sprint(sender, " ", n)))))
						if err != nil {
							w.t.Error(err)
							return
						}
						mu.Lock()
						total.Accepted += receipt.Accepted
						total.Duplicates += receipt.Duplicates
						if receipt.Accepted > 0 && highest[receipt.Upto] {
							w.t.Errorf("Seq %d was given twice", receipt.Upto)
						}
						highest[receipt.Upto] = true
						total.Upto = max(total.Upto, receipt.Upto)
						mu.Unlock()
					}
				})
			}
			for range 2 {
				work.Go(func() { // questions go on meanwhile
					for range batches {
						if _, err := w.store.Endpoints(w.ctx(), store.EndpointsQuery{Scope: w.today()}); err != nil {
							w.t.Error(err)
						}
						if _, _, err := w.store.Unlinked(w.ctx(), 1000); err != nil {
							w.t.Error(err)
						}
					}
				})
			}
			work.Wait()
			w.want([]int{total.Accepted, total.Duplicates}, []int{2*batches + 2*senders*batches, 2*senders*batches - 2*batches})
			stats, err := w.store.Stats(w.ctx())
			w.must(err)
			w.want([]int64{stats.Events, stats.Calls}, []int64{batches + senders*batches, batches + senders*batches})
			w.want(stats.Arrived, total.Upto)
			w.want(w.quality().Duplicates, int64(total.Duplicates))
		}},
		{"a reader sees a batch whole or not at all", func(w *world) {
			var work sync.WaitGroup
			work.Go(func() {
				for n := range 20 {
					if _, err := w.store.Append(w.ctx(), batch(1, "", did("x", id(fmt.Sprint(n, "a"))), did("x", id(fmt.Sprint(n, "b"))))); err != nil {
						w.t.Error(err)
					}
				}
			})
			for range 20 {
				page, err := w.store.Events(w.ctx(), store.EventsQuery{Scope: w.today(), Limit: 1000})
				if err != nil || len(page.Rows)%2 != 0 {
					w.t.Errorf("%d rows, error %v", len(page.Rows), err)
				}
			}
			work.Wait()
		}},
		{"erase and append at once leave nothing behind", func(w *world) {
			var work sync.WaitGroup
			for sender := range 4 {
				work.Go(func() {
					for n := range 10 {
						records := []any{did("x", id(fmt.Sprint(sender, n)), device("gone")), did("x", id(fmt.Sprint(sender, n, "stays")), device("stays"))}
						if _, err := w.store.Append(w.ctx(), batch(1, "", records...)); err != nil {
							w.t.Error(err)
						}
						if _, err := w.store.Erase(w.ctx(), 1, store.Person{DeviceIDs: []string{"gone"}}); err != nil {
							w.t.Error(err)
						}
					}
				})
			}
			work.Wait()
			page, err := w.store.Events(w.ctx(), store.EventsQuery{Scope: w.today(), Limit: 1000})
			w.must(err)
			w.want(len(page.Rows), 40)
			for _, e := range page.Rows {
				w.want(e.DeviceID, "stays")
			}
		}},
		{"writing links while rows arrive", func(w *world) {
			e, c := click("Pay", id("e"), session("s")), call("POST /pay", id("c"))
			w.append(e, c)
			var work sync.WaitGroup
			work.Go(func() {
				for range 10 {
					if err := w.store.WriteLinks(w.ctx(), []store.Linked{linkedBlock(1, rows(e, c), tie(e, c, event.ByTrace, 0.95))}, 2); err != nil {
						w.t.Error(err)
					}
				}
			})
			work.Go(func() {
				for n := range 10 {
					if _, err := w.store.Append(w.ctx(), batch(1, "", did("x", id(fmt.Sprint(n))))); err != nil {
						w.t.Error(err)
					}
				}
			})
			work.Wait()
			w.want(w.links(w.today()), []event.Link{tie(e, c, event.ByTrace, 0.95)})
		}},
	}
}
