package simulate

import (
	"math"
	"time"
)

const (
	saleVisits = 400
	saleFades  = 10 * time.Minute // after which the crowd is down to a third
	// saleEager is what a sale adds to the log odds that who is at the cart pays.
	saleEager = 3
)

// Sale lets a crowd come from a moment on for what lies in their carts: about 40 visits
// in the first minute and fewer and fewer after it. Most are about to pay half a minute
// later. A [Teller] made before knows nothing of it.
func (w *World) Sale(opens time.Time) { w.sales = append(w.sales, opens) }

// sell plays the visits that sales bring in an hour.
func (w *World) sell(hour int, weather *weather, l *ledger) {
	for _, opens := range w.sales {
		for n := range saleVisits {
			at := opens.Add(saleArrival(n))
			if int(at.Sub(w.start)/time.Hour) != hour {
				continue
			}
			sale := int(opens.Unix())
			person := int(uniform(w.config.Seed, "sale", sale, n) * float64(len(w.people)))
			v := w.newVisit(w.visit.roll(w.config.Seed, "sale visit", sale, n), [3]int{person, hour, sale + n}, nil, at, weather, l)
			v.eager = saleEager
			v.basket = 1 + v.dice.IntN(3)
			for range v.basket {
				v.value += v.price()
			}
			v.run("/cart")
		}
	}
}

// saleArrival is when the n-th of a sale's crowd comes, after its begin.
func saleArrival(n int) time.Duration {
	return seconds(-saleFades.Seconds() * math.Log(1-(float64(n)+.5)/saleVisits))
}
