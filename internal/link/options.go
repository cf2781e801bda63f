package link

import (
	"cmp"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Silence is the pause after which rows of one key belong to another block. It
// equals the session gap, so that one block holds a whole derived session.
const Silence = 30 * time.Minute

// MaxBlock is how many rows of one tier a block may have before weak keys (a shared
// address, a popular browser) stop counting as evidence that rows belong together,
// and MaxTiers times as many is how many of all tiers it may have.
const (
	MaxBlock = 5_000
	MaxTiers = 8
)

// Options are what a block cannot know by itself. The zero value works.
type Options struct {
	// SlowOver is the duration above which a call of this endpoint is slow:
	// max(1 s, p95 of its last 7 days). nil means 1 s for all.
	SlowOver func(event.Endpoint) time.Duration
	// Gap is the silence that ends a derived session, at most [Silence], and Longest
	// ends it however busy it is. Zero means Silence and 24 hours.
	Gap, Longest time.Duration
	// Now is the moment up to which rows have arrived: what would need later rows
	// as evidence (a form left unsent, a person gone) is not claimed before they
	// could have come. Zero means the block lies in the past.
	Now time.Time
}

// slowOver applies the default.
func (o Options) slowOver(e event.Endpoint) time.Duration {
	if o.SlowOver == nil {
		return time.Second
	}
	return o.SlowOver(e)
}

// gap applies the default, and the bound without which a block would not hold whole
// sessions.
func (o Options) gap() time.Duration { return min(cmp.Or(o.Gap, Silence), Silence) }

func (o Options) longest() time.Duration { return cmp.Or(o.Longest, 24*time.Hour) }

// past reports whether t has certainly passed.
func (o Options) past(t time.Time) bool { return o.Now.IsZero() || o.Now.After(t) }
