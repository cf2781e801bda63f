package simulate

import (
	"context"
	"time"

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
// the same: visits last less than an hour, so the hour before from is all that a
// Teller has to know of the past.
func (w *World) Walk(ctx context.Context, from, to int, emit func(Chunk) error) error {
	teller := w.From(w.at(from))
	for hour := from; hour < to; hour++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		chunk := teller.Until(w.at(hour + 1))
		chunk.Hour = hour
		if err := emit(chunk); err != nil {
			return err
		}
	}
	return nil
}

// Teller tells the story in pieces of any length.
type Teller struct {
	world  *World
	ledger ledger
	hour   int // not played yet
	at     time.Time
}

// From returns a teller that stands at a moment of the story.
func (w *World) From(at time.Time) *Teller {
	t := &Teller{world: w, at: at, hour: max(0, int(at.Sub(w.start)/time.Hour)-1)}
	t.Until(at) // what began before
	return t
}

// Until tells what happens from where the teller stands to a moment, exclusive, and
// goes there.
func (t *Teller) Until(moment time.Time) Chunk {
	for ; t.world.at(t.hour).Before(moment); t.hour++ {
		t.world.play(t.hour, &t.ledger)
	}
	var chunk Chunk
	chunk.Records, chunk.Truth = t.ledger.cut(moment)
	chunk.Releases = t.world.deployed(t.at, moment)
	t.at = moment
	return chunk
}

// play makes the visits and robots that begin in an hour.
func (w *World) play(hour int, l *ledger) {
	weather := w.weatherAt(hour)
	begin := w.at(hour)
	busy := w.busy(begin)
	campaign := &w.campaign
	on := !begin.Before(campaign.From) && begin.Before(campaign.To)
	for i := range w.people {
		p := &w.people[i]
		for k := range w.visits("visits", i, hour, p.visits*busy) {
			w.visitShop(i, hour, k, nil, weather, l)
		}
		if on {
			for k := range w.visits("campaign", i, hour, p.visits*busy*campaign.More) {
				w.visitShop(i, hour, maxVisits+k, campaign, weather, l)
			}
		}
	}
	w.sell(hour, weather, l)
	if !w.config.NoRobots {
		w.robots(hour, weather, l)
	}
}

// busy is the share of a day's visits that begin in the hour from t on. The day has
// 1 + .9 cos, in the mean 1.
func (w *World) busy(t time.Time) float64 {
	return (1 + .9*(2*w.evening(t.Add(minutes(30)))-1)) / 24
}

// Visits is how many days' worth of usual visits begin in [from, to): 1 for a whole day.
func (w *World) Visits(from, to time.Time) (days float64) {
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		days += w.busy(at) * min(1, to.Sub(at).Hours())
	}
	return days
}

// maxVisits is how many a person begins in an hour at most.
const maxVisits = 3

// visits draws how many visits a person begins for a reason; nearly always none, so
// that case costs one hash.
func (w *World) visits(reason string, person, hour int, mean float64) int {
	u := uniform(w.config.Seed, reason, person, hour)
	n, term := 0, 1-mean+mean*mean/2 // e⁻ᵐ for the small means there are
	for sum := term; u >= sum && n < maxVisits; sum += term {
		n++
		term *= mean / float64(n)
	}
	return n
}

// deployed are the releases in [from, to) as the product is told of them.
func (w *World) deployed(from, to time.Time) []event.Release {
	var list []event.Release
	for _, r := range w.deploys {
		if !r.At.Before(from) && r.At.Before(to) {
			list = append(list, event.Release{Service: r.Service, Version: r.Version, At: r.At})
		}
	}
	return list
}
