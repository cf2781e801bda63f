package simulate

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// World is a shop with its people. It is not safe for use by several goroutines.
type World struct {
	config   Config
	start    time.Time
	shop     shop
	people   []person
	deploys  []Release // in the order of time
	named    []Incident
	campaign Campaign
	breaks   []Incident
	sales    []time.Time // when they open
	dice     *dice
	visit    *dice
}

// New makes the world of c. The error says what is wrong with c.
func New(c Config) (*World, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	w := &World{config: c, start: c.End.Add(-time.Duration(c.Days) * 24 * time.Hour), shop: newShop(), dice: newDice(), visit: newDice()}
	w.people = make([]person, c.People)
	for i := range w.people {
		w.people[i] = w.newPerson(i)
	}
	w.deploys, w.named, w.campaign = w.releases(), w.namedIncidents(), w.newCampaign()
	return w, nil
}

// Hours returns how many hours the story has until its End. Hour may be asked for
// more: life goes on.
func (w *World) Hours() int { return 24 * w.config.Days }

// Start returns when hour 0 begins.
func (w *World) Start() time.Time { return w.start }

// weather is what all calls of one hour and the next have in common.
type weather struct {
	hour      int
	noise     []float64 // log latency by minute: the natural experiment
	shock     float64   // log odds of leaving
	incidents []Incident
	storms    [][]float64 // what retries add to the incident's log latency, by minute
}

const (
	noiseMemory = 300 // minutes after which the noise has forgotten all but e⁻¹⁰
	noiseSD     = .35
)

// weatherAt draws the weather of an hour and the one after it, in which its visits end.
func (w *World) weatherAt(hour int) *weather {
	seed := w.config.Seed
	v := &weather{hour: hour, noise: make([]float64, 0, 120)}
	phi, x := math.Exp(-1.0/30), 0.0
	scale := noiseSD * math.Sqrt(1-phi*phi)
	for m := hour*60 - noiseMemory; m < hour*60+120; m++ {
		x = phi*x + scale*w.dice.roll(seed, "noise", m).NormFloat64()
		if m >= hour*60 {
			v.noise = append(v.noise, x)
		}
	}
	v.shock = w.config.Confounders.Shock * w.dice.roll(seed, "shock", hour).NormFloat64()
	from, to := w.at(hour), w.at(hour+2)
	incidents := slices.Clone(w.breaks)
	for day := hour/24 - 1; day <= hour/24+1; day++ {
		incidents = append(incidents, w.incidents(day)...)
	}
	for _, i := range incidents {
		if i.From.Before(to) && i.To.Add(calming).After(from) {
			v.incidents = append(v.incidents, i)
			v.storms = append(v.storms, w.stormAt(&i, hour))
		}
	}
	return v
}

// at is when an hour of the story begins.
func (w *World) at(hour int) time.Time { return w.start.Add(time.Duration(hour) * time.Hour) }

// evening is how busy the shop is at t: 1 at its peak, 0 twelve hours later.
func (w *World) evening(t time.Time) float64 {
	return (1 + math.Cos(2*math.Pi*(hourOfDay(t)-float64(w.config.Peak))/24)) / 2
}

func hourOfDay(t time.Time) float64 {
	return float64(t.Hour()) + float64(t.Minute())/60
}

// noiseAt returns the hour's noise at t.
func (w *World) noiseAt(v *weather, t time.Time) float64 {
	return v.noise[w.minute(v, t)]
}

// minute is which of the weather's minutes t lies in, or the nearest.
func (w *World) minute(v *weather, t time.Time) int {
	m := int(t.Sub(w.at(v.hour)) / time.Minute)
	return min(max(m, 0), len(v.noise)-1)
}

// trouble sums what incidents and releases do to an endpoint at t: added log
// latency, and added log odds of an error.
func (w *World) trouble(v *weather, e *endpoint, t time.Time) (latency, errors float64) {
	name := e.name()
	for i := range v.incidents {
		in := &v.incidents[i]
		if in.Endpoint != name {
			continue
		}
		if !t.Before(in.From) && t.Before(in.To) {
			latency += math.Log(in.Slower)
			errors += in.Errors
		}
		if storm := v.storms[i]; storm != nil {
			latency += storm[w.minute(v, t)]
		}
	}
	released := 0.0
	for i := range w.deploys {
		if r := &w.deploys[i]; r.Endpoint == name && !t.Before(r.At) {
			released = r.slower(t)
		}
	}
	return latency + released, errors
}

// release returns the version of a service at t.
func (w *World) release(service string, t time.Time) string {
	version := "1.0.0"
	for i := range w.deploys {
		if r := &w.deploys[i]; r.Service == service && !t.Before(r.At) {
			version = r.Version
		}
	}
	return version
}

func minutes(m float64) time.Duration { return seconds(60 * m) }

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Truncate(time.Microsecond)
}

func itoa(n int) string { return strconv.Itoa(n) }
