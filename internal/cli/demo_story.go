package cli

import (
	"math"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/simulate"
)

const (
	// demoVisits is how often a person comes in a day: 20,000 people make a shop of
	// 3,000 visits a day, most of whom were there before.
	demoVisits = .15
	// demoUntraced is the share of devices whose calls carry no ids, so that the weaker
	// methods of linking are there to be seen.
	demoUntraced = .1
	// demoErrors leave a quiet day quiet: a few calls in a thousand fail.
	demoErrors = -2
	demoSkew   = 300 * time.Millisecond
)

// story is a document of the settings: which story the data directory tells and what
// of it is stored, so that another start goes on with the same people and ids.
type story struct {
	Seed   uint64    `json:"seed"`
	People int       `json:"people"`
	Days   int       `json:"days"`
	End    time.Time `json:"end"` // of the planned part; life goes on
	Peak   int       `json:"peak"`
	Filled spans     `json:"filled"`
}

// newStory plans a story that ends at the next full hour, so that the hour under way
// is part of it. The shop is busiest an hour later: whoever starts a demo finds it
// lively, and the same seed tells the same, shifted by whole hours.
func newStory(c demoCmd, now time.Time) story {
	end := now.UTC().Truncate(time.Hour).Add(time.Hour)
	return story{Seed: c.Seed, People: c.People, Days: c.Days, End: end, Peak: 1 + end.Hour()}
}

func (s *story) world() (*simulate.World, error) {
	return simulate.New(simulate.Config{
		Seed: s.Seed, People: s.People, Visits: demoVisits, Days: s.Days, End: s.End, Peak: s.Peak,
		Confounders: simulate.Demo(), Skew: demoSkew, Untraced: demoUntraced, Errors: demoErrors,
	})
}

// goals are what this shop is about: one visit in twenty-five ends with a paid order.
func (s *story) goals() []analysis.Goal {
	target := math.Ceil(float64(s.People) * demoVisits / 25)
	return []analysis.Goal{
		{ID: "order-paid", Name: "Order paid", Step: analysis.Step{Event: "Order Paid"}, Direction: analysis.Up, Target: target, Owner: "payments", Value: "properties.amount", Currency: "EUR"},
		{ID: "checkout-started", Name: "Checkout started", Step: analysis.Step{Event: "Checkout Started"}, Direction: analysis.Up},
	}
}

func (s *story) length() time.Duration { return time.Duration(s.Days) * 24 * time.Hour }

func (s *story) start() time.Time { return s.End.Add(-s.length()) }

// span is the time from From, inclusive, to To, exclusive.
type span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// spans are apart from one another and in the order of time.
type spans []span

// add returns the spans together with one more.
func (s spans) add(more span) spans {
	all := append(slices.Clone(s), more)
	slices.SortFunc(all, func(a, b span) int { return a.From.Compare(b.From) })
	merged := all[:1]
	for _, next := range all[1:] {
		if last := &merged[len(merged)-1]; !next.From.After(last.To) {
			last.To = latest(last.To, next.To)
		} else {
			merged = append(merged, next)
		}
	}
	return merged
}

// gaps are the parts of whole that no span covers.
func (s spans) gaps(whole span) spans {
	var gaps spans
	at := whole.From
	for _, next := range s {
		if end := earliest(next.From, whole.To); end.After(at) {
			gaps = append(gaps, span{at, end})
		}
		at = latest(at, next.To)
	}
	if at.Before(whole.To) {
		gaps = append(gaps, span{at, whole.To})
	}
	return gaps
}

// overlap is how much of whole the spans cover.
func (s spans) overlap(whole span) time.Duration {
	covered := whole.To.Sub(whole.From)
	for _, gap := range s.gaps(whole) {
		covered -= gap.To.Sub(gap.From)
	}
	return covered
}

// last is the newest span; the zero value when there is none.
func (s spans) last() span {
	if len(s) == 0 {
		return span{}
	}
	return s[len(s)-1]
}
