package simulate

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Unit is one action with the call it waited for, without records around it.
type Unit struct {
	Person   int32
	Step     int32 // of the visit, from 0
	Mobile   bool
	Network  int8          // 0 wifi, 1 4g, 2 3g
	At       time.Duration // since the story's start, when the call began
	Server   float64       // seconds that the servers took
	Felt     float64       // seconds that the person waited, or would have
	Logged   float64       // seconds that the browser recorded: less for some of those who left
	Failed   bool
	Restless bool // clicked about before the call, for every reason there is to leave but the call
	Outcome  Chances
	Slope    float64 // of the probability of leaving, by log2 of the latency
	Left     bool
	Retried  bool
	Raged    bool
}

// Units tells the story of a shop that has one endpoint: everybody asks for it again
// and again until they have what they came for, or leave. The people, their visits, the
// weather and the causes are those of the records, so what is true of an estimator here
// is what it meets there; it is a hundred times faster. Each person's units are in the
// order of time.
func (w *World) Units(endpoint string) ([]Unit, error) {
	e := w.shop.named(endpoint)
	if e == nil {
		return nil, fmt.Errorf("there is no endpoint %q", endpoint)
	}
	weathers := make([]*weather, w.Hours())
	for hour := range weathers {
		weathers[hour] = w.weatherAt(hour)
	}
	var units []Unit
	for i := range w.people {
		p, begin := &w.people[i], len(units)
		for hour, weather := range weathers {
			for k := range w.visits("visits", i, hour, p.visits*w.busy(w.at(hour))) {
				d := w.visit.roll(w.config.Seed, "units", i, hour, k)
				units = w.chain(units, int32(i), d, e, weather)
			}
		}
		slices.SortStableFunc(units[begin:], func(a, b Unit) int { return cmp.Compare(a.At, b.At) }) // two visits can overlap
	}
	return units, nil
}

// chain appends one visit.
func (w *World) chain(units []Unit, person int32, d *dice, e *endpoint, weather *weather) []Unit {
	p := &w.people[person]
	device := &p.devices[d.IntN(len(p.devices))]
	r := requests{
		world: w, weather: weather, dice: d, device: device, network: networkOf(d, device.mobile),
		moment: d.chance(.15), nature: p.nature, now: w.within(d, weather.hour),
	}
	begin := r.now
	for step := int32(0); step < mostSteps && r.now.Sub(begin) < longestVisit; step++ {
		s := r.scene(e, r.now)
		u := Unit{Person: person, Step: step, Mobile: device.mobile, Network: r.network.rank, At: r.now.Sub(w.start)}
		u.live(&w.config, e, &s, d)
		units = append(units, u)
		if u.Left || d.chance(.06) { // has what they came for
			break
		}
		r.now = r.now.Add(seconds(u.Felt + 24*d.ExpFloat64()))
	}
	return units
}

// live draws how the call goes and what the person does.
func (u *Unit) live(c *Config, e *endpoint, s *scene, d *dice) {
	u.Server = s.inside(e, d)
	u.Felt = s.felt(u.Server, d)
	u.Failed = d.chance(logistic(c.failing(s, e.doublings(u.Felt))))
	calm, _, _ := c.leaving(e, s)
	u.Restless = d.chance(logistic(calm))
	var o Outcome
	o.Failed = u.Failed
	o.foresee(c, e, s, u.Felt)
	u.Outcome, u.Slope = Chances{o.P, o.PFine, o.PFailed, o.PDoubled, o.PLater}, o.Slope
	u.Raged = d.chance(o.Rage.P)
	u.Left = d.chance(o.P)
	u.Retried = !u.Left && d.chance(o.Retry.P)
	u.Logged = u.Felt
	if u.Left && d.chance(c.Confounders.Censor) {
		u.Logged *= d.between(.3, 1)
	}
}
