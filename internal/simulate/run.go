package simulate

import (
	"context"

	"github.com/clickspan/clickspan/internal/event"
)

// Run tells the whole story of c, hour by hour, and returns what was true of it. An
// error of emit or the end of ctx stops it and is returned.
func Run(ctx context.Context, c Config, emit func(Chunk) error) (Story, error) {
	w, err := New(c)
	if err != nil {
		return Story{}, err
	}
	return w.Story(), w.Walk(ctx, 0, w.Hours(), emit)
}

// Walk tells the hours from ≤ hour < to. Any division of a story into walks tells
// the same: visits last less than an hour, so the hour before from is all that has
// to be known of the past.
func (w *World) Walk(ctx context.Context, from, to int, emit func(Chunk) error) error {
	var l ledger
	for hour := max(from-1, 0); hour < to; hour++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.play(hour, &l)
		chunk := Chunk{Hour: hour}
		chunk.Records, chunk.Truth = l.cut(w.at(hour + 1))
		if hour < from {
			continue
		}
		chunk.Releases = w.deployed(hour)
		if err := emit(chunk); err != nil {
			return err
		}
	}
	return nil
}

// play makes the visits and robots that begin in an hour.
func (w *World) play(hour int, l *ledger) {
	weather := w.weatherAt(hour)
	begin := w.at(hour)
	// The day has 1 + .9 cos, in the mean 1.
	busy := (1 + .9*(2*evening(begin.Add(minutes(30)))-1)) / 24
	for i := range w.people {
		p := &w.people[i]
		for k := range w.visits(i, hour, p.visits*busy) {
			w.visitShop(i, hour, k, weather, l)
		}
	}
	if !w.config.NoRobots {
		w.robots(hour, weather, l)
	}
}

// visits draws how many visits a person begins; nearly always none, so that case
// costs one hash.
func (w *World) visits(person, hour int, mean float64) int {
	u := uniform(w.config.Seed, "visits", person, hour)
	n, term := 0, 1-mean+mean*mean/2 // e⁻ᵐ for the small means there are
	for sum := term; u >= sum && n < 3; sum += term {
		n++
		term *= mean / float64(n)
	}
	return n
}

// deployed are the releases of an hour as the product is told of them.
func (w *World) deployed(hour int) []event.Release {
	var list []event.Release
	for _, r := range w.deploys {
		if !r.At.Before(w.at(hour)) && r.At.Before(w.at(hour+1)) {
			list = append(list, event.Release{Service: r.Service, Version: r.Version, At: r.At})
		}
	}
	return list
}
