package simulate

import (
	"slices"
	"time"
)

// Story is what happens to the shop and what is true of it.
type Story struct {
	Start     time.Time  `json:"start"`
	End       time.Time  `json:"end"`
	Effects   []Effect   `json:"effects"`
	Incidents []Incident `json:"incidents"`
	Releases  []Release  `json:"releases"`
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
}

// Release is a deploy. Slower ≠ 1 changes the latency of Endpoint from then on.
type Release struct {
	Service  string    `json:"service"`
	Version  string    `json:"version"`
	At       time.Time `json:"at"`
	Endpoint string    `json:"endpoint,omitempty"`
	Slower   float64   `json:"slower"`
}

// Story tells the world's incidents and releases up to its End, and its effects.
func (w *World) Story() Story {
	s := Story{Start: w.start, End: w.config.End}
	for _, e := range w.shop.all() {
		effect := Effect{Endpoint: e.name(), PerDoubling: e.beta, Failure: e.delta}
		if w.config.NoEffect {
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

// incidents of one day: most days have one, somewhere, as real shops do. The last
// day of the story has two more, so that a demonstration has something to look at:
// at the checkout on the last evening, when it costs most, and at the products just
// before the end.
func (w *World) incidents(day int) []Incident {
	if w.config.NoTrouble || day < 0 {
		return nil
	}
	var list []Incident
	d := newDice().roll(w.config.Seed, "incident", day)
	if d.chance(.8) {
		from := w.start.Add(time.Duration(day)*24*time.Hour + time.Duration(d.IntN(24*60))*time.Minute)
		candidates := []*endpoint{&w.shop.search, &w.shop.product, &w.shop.add, &w.shop.cart, &w.shop.order, &w.shop.login}
		list = append(list, Incident{
			Endpoint: candidates[d.IntN(len(candidates))].name(),
			From:     from, To: from.Add(minutes(5 + 20*d.ExpFloat64())),
			Slower: d.between(2, 5), Errors: d.between(1, 3.5),
		})
	}
	if day == w.config.Days-1 {
		end := w.config.End
		peak := time.Date(end.Year(), end.Month(), end.Day(), 19, 30, 0, 0, time.UTC)
		if peak.Add(time.Hour).After(end) {
			peak = peak.Add(-24 * time.Hour)
		}
		list = append(list,
			Incident{Endpoint: w.shop.order.name(), From: peak, To: peak.Add(time.Hour), Slower: 4, Errors: 3},
			Incident{Endpoint: w.shop.product.name(), From: end.Add(-90 * time.Minute), To: end.Add(-30 * time.Minute), Slower: 3, Errors: 2})
	}
	return list
}

// releases come to each service in turn. One of the catalogue makes search slower by
// four fifths, three days before the end (earlier in the story when it is short);
// the fix comes two days later.
func (w *World) releases() []Release {
	services := []string{"catalogue", "orders", "identity", "feed", "web"}
	length := time.Duration(w.config.Days) * 24 * time.Hour
	bad := w.config.End.Add(-min(72*time.Hour, length*3/5)).Truncate(time.Hour)
	fix := w.config.End.Add(-min(24*time.Hour, length/5)).Truncate(time.Hour)
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
	slices.SortStableFunc(list, func(a, b Release) int { return a.At.Compare(b.At) })
	return list
}
