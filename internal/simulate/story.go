package simulate

import (
	"math"
	"slices"
	"time"
)

// Story is what happens to the shop and what is true of it. Its great events lie at
// fixed shares of its length, so a short story has them too: in 35 days, a bad
// release in the second week and its fix in the fourth, payments that fail in the
// fourth, a campaign in the last, and products that are slow in the last hours.
type Story struct {
	Start     time.Time  `json:"start"`
	End       time.Time  `json:"end"`
	Effects   []Effect   `json:"effects"`
	Incidents []Incident `json:"incidents"`
	Releases  []Release  `json:"releases"`
	Campaigns []Campaign `json:"campaigns"`
	// Reactions are what the effects came to; only a run that was written has them.
	Reactions []Reaction `json:"reactions,omitempty"`
}

// Effect is what an endpoint does to people: the rise of the log odds of leaving.
type Effect struct {
	Endpoint    string  `json:"endpoint"`
	PerDoubling float64 `json:"per_doubling"` // of the latency, for a person of mean patience
	Failure     float64 `json:"failure"`
}

// Incident is a time of trouble.
type Incident struct {
	Endpoint string    `json:"endpoint"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Slower   float64   `json:"slower"` // factor
	Errors   float64   `json:"errors"` // rise of the log odds of an error
	// Cause is what the shop's engineers wrote about it; empty for an everyday trouble.
	Cause string `json:"cause,omitempty"`
}

// Campaign brings visits on top of the usual ones.
type Campaign struct {
	From time.Time         `json:"from"`
	To   time.Time         `json:"to"`
	More float64           `json:"more"` // visits, as a share of the usual ones
	UTM  map[string]string `json:"utm"`  // what those visits carry
}

// Release is a deploy. Slower ≠ 1 changes the latency of Endpoint from then on.
type Release struct {
	Service  string    `json:"service"`
	Version  string    `json:"version"`
	At       time.Time `json:"at"`
	Endpoint string    `json:"endpoint,omitempty"`
	Slower   float64   `json:"slower"`
	// Over is how long it takes until all servers have it.
	Over time.Duration `json:"over_ns,omitempty"`
}

// slower is what the release does to the log latency at t, which is not before At.
func (r *Release) slower(t time.Time) float64 {
	all := math.Log(r.Slower)
	if since := t.Sub(r.At); since < r.Over {
		return all * float64(since) / float64(r.Over)
	}
	return all
}

// Story tells the world's incidents and releases up to its End, and its effects.
func (w *World) Story() Story {
	s := Story{Start: w.start, End: w.config.End, Campaigns: []Campaign{w.campaign}}
	for _, e := range w.shop.all() {
		effect := Effect{Endpoint: e.name(), PerDoubling: e.beta, Failure: e.delta}
		if !w.config.minded(e) {
			effect.PerDoubling, effect.Failure = 0, 0
		}
		s.Effects = append(s.Effects, effect)
	}
	for day := range w.config.Days {
		s.Incidents = append(s.Incidents, w.incidents(day)...)
	}
	for _, r := range w.releases() {
		if r.At.Before(s.End) {
			s.Releases = append(s.Releases, r)
		}
	}
	return s
}

// share is the moment at which a share of the story is told, cut to the hour.
func (w *World) share(of float64) time.Time {
	length := float64(w.config.Days) * 24
	return w.start.Add(time.Duration(of*length) * time.Hour)
}

func (w *World) newCampaign() Campaign {
	return Campaign{
		From: w.share(.85), To: w.share(.92), More: .5,
		UTM: map[string]string{"source": "magazine", "medium": "display", "campaign": "winter-sale"},
	}
}

// namedIncidents are the two that people will remember: at the payments, when most
// people pay, and at the products shortly before the end, so that the last hours
// have something to look at.
func (w *World) namedIncidents() []Incident {
	if w.config.NoTrouble {
		return nil
	}
	paying := w.share(.7)
	if peak := w.nearestPeak(paying); !peak.Before(w.start) && peak.Add(2*time.Hour).Before(w.config.End) {
		paying = peak
	}
	end := w.config.End
	return []Incident{
		{
			Endpoint: w.shop.payment.name(), From: paying, To: paying.Add(90 * time.Minute), Slower: 4, Errors: 5,
			Cause: "the payment provider was down",
		},
		{
			Endpoint: w.shop.product.name(), From: end.Add(-5 * time.Hour), To: end.Add(-4 * time.Hour), Slower: 5, Errors: 4.5,
			Cause: "the product cache was emptied by mistake",
		},
	}
}

func (w *World) nearestPeak(t time.Time) time.Time {
	hours := (w.config.Peak - t.Hour() + 36) % 24
	return t.Add(time.Duration(hours-12) * time.Hour)
}

// incidents of one day: most days have a small one, somewhere, as real shops do.
func (w *World) incidents(day int) []Incident {
	if w.config.NoTrouble || day < 0 {
		return nil
	}
	var list []Incident
	begin := w.at(24 * day)
	d := newDice().roll(w.config.Seed, "incident", day)
	if d.chance(.8) {
		from := begin.Add(time.Duration(d.IntN(24*60)) * time.Minute)
		candidates := []*endpoint{&w.shop.search, &w.shop.product, &w.shop.add, &w.shop.cart, &w.shop.order, &w.shop.login}
		list = append(list, Incident{
			Endpoint: candidates[d.IntN(len(candidates))].name(),
			From:     from, To: from.Add(minutes(5 + 20*d.ExpFloat64())),
			Slower: d.between(2, 5), Errors: d.between(1, 3.5),
		})
	}
	for _, i := range w.named {
		if !i.From.Before(begin) && i.From.Before(begin.Add(24*time.Hour)) {
			list = append(list, i)
		}
	}
	return list
}

// releases come to each service in turn. One of the catalogue makes search slower by
// four fifths; nobody finds out why for two weeks.
func (w *World) releases() []Release {
	services := []string{"catalogue", "orders", "payments", "identity", "feed", "web"}
	bad, fix := w.share(9./35), w.share(23./35)
	trouble := !w.config.NoTrouble
	var list []Release
	for i, at := 0, w.start.Add(10*time.Hour); at.Before(w.config.End); i, at = i+1, at.Add(29*time.Hour) {
		service := services[i%len(services)]
		if trouble && service == "catalogue" && !at.Before(bad) {
			continue
		}
		list = append(list, Release{Service: service, Version: "1." + itoa(i) + ".0", At: at, Slower: 1})
	}
	if trouble {
		search := w.shop.search.name()
		list = append(list,
			Release{Service: "catalogue", Version: "2.0.0", At: bad, Endpoint: search, Slower: 1.8},
			Release{Service: "catalogue", Version: "2.0.1", At: fix, Endpoint: search, Slower: 1})
	}
	if w.config.FixDay > 0 {
		list = append(list, Release{
			Service: "catalogue", Version: "2.1.0", At: w.at(24 * w.config.FixDay), Endpoint: w.shop.product.name(), Slower: .7, Over: 4 * time.Hour,
		})
	}
	slices.SortStableFunc(list, func(a, b Release) int { return a.At.Compare(b.At) })
	return list
}
