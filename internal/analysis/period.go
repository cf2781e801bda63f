package analysis

import (
	"math"
	"time"
)

// How much speaks for a period, as logs of likelihood ratios.
const (
	sure    = 10 // below, a bad period may be chance
	parting = 10 // so much of the usual between two bad periods makes them two
	ending  = 3  // so much of the usual after a bad period makes it over
)

const (
	calm     = 5                // minutes as usual before trouble may be called over
	justOver = 30 * time.Minute // what ended earlier does not hurt now
)

// period is a run of buckets [from, to).
type period struct{ from, to int }

// badPeriod is a period that is unlike the usual.
type badPeriod struct {
	period
	evidence float64
	over     bool // calls went as usual again
}

// within adds up a period.
func (m minutes) within(p period) (all, bad float64) {
	for b := p.from; b < p.to; b++ {
		all, bad = all+m.all[b], bad+m.bad[b]
	}
	return all, bad
}

// worst is the worst period that goes on or ended just now; without one, the worst
// that ended in the last hour. Each guess of how bad it is sharpens the period.
func (m minutes) worst(usual float64) (found badPeriod, ok bool) {
	n := len(m.all)
	for _, reach := range []time.Duration{justOver, lookedAt} {
		begin := n - int(reach/time.Minute) - 1
		found.period = period{max(0, n-int(lookedAt/time.Minute)-1), n}
		for range 4 {
			if found = m.mostUnlike(usual, found.period, begin); found.evidence < sure {
				break
			}
		}
		if found.evidence >= sure {
			return found, true
		}
	}
	return found, false
}

// mostUnlike is the period, ending at earliestEnd or later, whose summed
// log-likelihood ratio of "as bad as the guess" to "as usual" is greatest. A period
// ends where the sum is greatest; when it then falls far enough, the next bad calls
// are a period of their own.
func (m minutes) mostUnlike(usual float64, guess period, earliestEnd int) (best badPeriod) {
	all, bad := m.within(guess)
	p0 := min(max(usual, .001), .9)
	p1 := min(max(bad/max(1, all), 1.5*p0, .005), .99)
	worse, better := math.Log(p1/p0), math.Log((1-p1)/(1-p0))
	var now badPeriod
	sum := 0.0
	for b := range m.all {
		if sum <= 0 || now.over && sum <= now.evidence-parting {
			sum, now = 0, badPeriod{period: period{b, b}}
		}
		sum += m.bad[b]*worse + (m.all[b]-m.bad[b])*better
		if sum > now.evidence {
			now.to, now.evidence, now.over = b+1, sum, false
		}
		if b+1-now.to > calm && sum <= now.evidence-ending {
			now.over = true
		}
		if now.to > earliestEnd && now.evidence >= best.evidence {
			best = now
		}
	}
	return best
}
