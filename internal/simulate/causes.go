package simulate

import "math"

// nature is what people differ by. The numbers are standard normal: intent makes them
// visit, buy and stay; patience makes slowness matter less or more; size is how much
// data their calls have to fetch.
type nature struct{ intent, patience, size float64 }

func newNature(d *dice, c *Confounders) nature {
	n := nature{intent: d.NormFloat64()}
	n.patience = .3*n.intent + math.Sqrt(.91)*d.NormFloat64()
	n.size = .8 * d.NormFloat64()
	if c.Heavy {
		n.size += .6 * n.intent
	}
	return n
}

// scene is all that decides how long a call takes, whether it fails, and what the
// person makes of it. Records and units are told by the same causes.
type scene struct {
	nature
	mobile  bool
	network network
	bad     bool    // everything is slow for them just now, nobody knows why
	evening float64 // 0 to 1
	noise   float64 // log latency of all calls of this minute
	shock   float64 // log odds of leaving in this hour
	slower  float64 // log latency that incidents, releases and storms add
	errors  float64 // log odds of failing that incidents add
}

// inside draws the seconds that the servers take.
func (s *scene) inside(e *endpoint, d *dice) float64 {
	return min(math.Exp(math.Log(e.base)+.35*s.size+e.load*s.evening+s.noise+e.sd*d.NormFloat64()+s.slower), 30)
}

// felt draws the seconds that the person waits for servers that take so long.
func (s *scene) felt(server float64, d *dice) float64 {
	outside := s.network.latency + .2*d.NormFloat64()
	if s.mobile {
		outside += .15
	}
	if s.bad {
		outside += .6
	}
	return max(server*math.Exp(outside), server+.004)
}

// doublings is log2 of a felt latency to what is normal.
func (e *endpoint) doublings(latency float64) float64 { return math.Log2(latency / (1.25 * e.base)) }

// failing is the log odds that a call fails.
func (c *Config) failing(s *scene, doublings float64) float64 {
	return -4.2 + c.Errors + s.evening + s.errors + .35*s.size + .25*doublings
}

// leaving is the log odds that the person leaves after a call of normal latency that
// did not fail, how much they rise per doubling, and by a failure.
func (c *Config) leaving(e *endpoint, s *scene) (base, beta, delta float64) {
	base = -2.2 - .35*s.intent + c.Confounders.Evening*s.evening + s.shock
	if c.Confounders.Network {
		base += s.network.leaving
		if s.mobile {
			base += .25
		}
	}
	if s.bad {
		base += c.Confounders.Moment
	}
	if c.minded(e) {
		beta, delta = e.beta*math.Exp(.4*s.patience-.08), e.delta
	}
	return base, beta, delta
}

// retrying is the log odds that the person, who stays, tries again.
func (c *Config) retrying(e *endpoint, doublings float64, failed bool) float64 {
	if !c.minded(e) {
		return -3.2
	}
	return -3.2 + .45*doublings + 2.6*one(failed)
}

// raging is the log odds that the person hammers on the element meanwhile.
func (c *Config) raging(e *endpoint, s *scene, latency float64, failed bool) float64 {
	logit := -4.0
	if c.minded(e) {
		logit += .6*max(0, math.Log2(latency)) + 1.5*one(failed)
	}
	return logit + .3*one(s.mobile)
}

// minded says whether people mind that an endpoint is slow or fails.
func (c *Config) minded(e *endpoint) bool { return !c.NoEffect && c.Forgiven != e.name() }

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
