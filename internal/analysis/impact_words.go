package analysis

import (
	"fmt"
	"math"

	"github.com/clickspan/clickspan/internal/stats"
)

// How differences are adjusted, in words.
const (
	methodFailures  = "Those whose call failed are compared with others who made the same call at the same hour of the week, on such a device and network, at that step of a visit, when this and other endpoints were as slow and failed as much, just then and before in the visit, and who did as well before (cross-fitted AIPW; intervals by person and six-hour block)."
	methodCurve     = "Moments in which the servers took longer than this person is used to are compared with others of the same hour of the week, device, network and step of a visit, when other endpoints were as slow, just then and before in the visit (two-stage least squares in pieces; intervals by person and six-hour block)."
	methodDoublings = "Moments in which the servers took longer than this person is used to are compared with others of the same hour of the week, device, network and step of a visit, when other endpoints were as slow, just then and before in the visit; each doubling is taken to cost the same (two-stage least squares; intervals by person and six-hour block)."
	methodAbove     = "Those who waited longer are compared with others who made the same call at the same hour of the week, on such a device and network, at that step of a visit, and who did as well before (cross-fitted AIPW; intervals by person and six-hour block)."
)

// browserOnly warns of durations that end when people leave.
const browserOnly = "Only the browser's own time is known here. It ends when people leave, so that slowness looks harmless, or even good: take this for a lower bound."

const pastUnknown = "Too few people have called it eight times before, so how slow it usually is for each of them is not taken into account."

// The placebos, in words.
const (
	placeboNextBlock    = "how slow it was six hours later"
	placeboNextFailures = "how many failed six hours later"
	placeboBefore       = "goals reached before the call"
)

func goalNotReached() *NoNumber {
	return &NoNumber{Reason: "goal_not_reached", Says: "Nobody reached this goal in this time, so nothing can be said about what costs it.", Of: "goals", Need: 1}
}

func goalPrecedes() *NoNumber {
	return &NoNumber{
		Reason: "goal_precedes_exposure", Of: "goals after the call", Need: 1,
		Says: "People reach this goal before they make this call, never after it, so the call cannot cost it.",
	}
}

func endpointNotCalled() *NoNumber {
	return &NoNumber{Reason: "endpoint_not_called", Says: "Nobody who is known called such an endpoint in this time, so there is nothing to compare.", Of: "requests", Need: 1}
}

func tooFew(of string, have, need float64) *NoNumber {
	return &NoNumber{
		Reason: string(stats.TooFew), Of: of, Have: have, Need: need,
		Says: fmt.Sprintf("There are too few %s: %s of the %s that an interval needs.", of, count(have), count(need)),
	}
}

// tooShort is tooFew of blocks of six hours.
func tooShort(have, need float64) *NoNumber {
	return &NoNumber{
		Reason: string(stats.TooFew), Of: stats.TimeBlocks, Have: have, Need: need,
		Says: fmt.Sprintf("It was called in too few stretches of six hours: an interval needs %s, about %s days more than there are.", count(need), count(math.Ceil((need-have)/4))),
	}
}

func placeboFailed(p PlaceboResult) *NoNumber {
	return &NoNumber{
		Reason: string(stats.PlaceboFailed), Of: p.Name, Have: p.P, Need: stats.PlaceboP,
		Says: fmt.Sprintf("The same method finds an effect of %s, where there can be none, so its number cannot be trusted here.", p.Name),
	}
}

// noNumber puts an estimator's refusal into words.
func noNumber(r *stats.Refusal) *NoNumber {
	switch {
	case r.Of == stats.TimeBlocks:
		return tooShort(r.Have, r.Need)
	case r.Reason == stats.TooFew:
		return tooFew(r.Of, r.Have, r.Need)
	}
	return &NoNumber{
		Reason: string(r.Reason), Of: r.Of, Have: finite(r.Have), Need: r.Need,
		Says: "Between moments that are otherwise alike it hardly differs, so that there is nothing to compare: not enough natural variation.",
	}
}

func count(n float64) string { return fmt.Sprintf("%.0f", finite(n)) }

func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}

// refusal says why nothing can be told at all.
func (t *exposureTable) refusal() *NoNumber {
	if t.goals.Count == 0 {
		return goalNotReached()
	}
	return nil
}

// caveats are what holds for all results.
func (t *exposureTable) caveats(unit ImpactUnit) []string {
	out := []string{}
	if c := t.coverage; c.Linked > 0 && *c.Share < .95 {
		out = append(out, fmt.Sprintf("Of the calls that services saw, %s can be tied to an action of somebody. What the others cost is not in these numbers; were they made by such people, it would be %.1f times as much.",
			percent(*c.Share), 1 / *c.Share))
	}
	if c := t.coverage; c.Requests > 0 && float64(c.Served) < .95*float64(c.Requests) {
		out = append(out, fmt.Sprintf("Of the requests of people who are known, %s have the server's own duration. An endpoint's slowness is judged by these alone, and taken to be the same for the others.",
			percent(float64(c.Served)/float64(c.Requests))))
	}
	switch unit {
	case BySession:
		out = append(out, "Only the first call of each visit to an endpoint is compared and counted.")
	case ByPerson:
		out = append(out, "Only the first call of each person to an endpoint is compared and counted, and people's past is not known.")
	}
	return out
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// proof says what the result is and what would prove it.
func (r *ImpactResult) proof() string {
	if !r.ServerSide && r.Exposure == Slowness {
		r.Caveats = append(r.Caveats, browserOnly)
	}
	if *r.Q > noticeable {
		return "Chance alone may explain this: do not act on it yet."
	}
	if r.Exposure == Errors {
		return "An association, adjusted for all that is known. A fix that makes the failures go away, and goals that come back with it, would prove it."
	}
	return "An association, adjusted for all that is known. A release that makes it faster, or slowing it down for a few at random, would prove it."
}
