package link

import (
	"math"

	"github.com/clickspan/clickspan/internal/event"
)

// certainty is the confidence of a tie that an id proves.
func certainty(m event.Method) float64 {
	switch m {
	case event.ByActionID, event.BySpan:
		return 1
	case event.ByServerTiming:
		return 0.97
	}
	return 0.95
}

// The range of a match. Below the floor another explanation is likelier than
// ours. What is sure claims as much as the weakest id and no more, although it is
// right more often than that: an id on top must not make a link look worse. All
// numbers are founded in docs/adr/0006-calibration.md.
const (
	matchLeast   = 0.45
	matchFloor   = 0.5
	matchSure    = 0.9
	matchCeiling = 0.95
	lateCeiling  = 0.6
)

// sharpFine is by what factor gaps between exact times understate the evidence:
// lags of one client resemble each other more than the costs assume.
const sharpFine = 3.0

// matchConfidence turns the rivals of a pairing into the probability that it is
// right. Costs are negative log-likelihoods, so an assignment that is dearer by
// gap is e^-gap times as likely, with the gap sharpened as calibration asks for.
// ok is false when the evidence does not reach the floor and no link should be
// claimed.
func matchConfidence(rivals []rival, sharp float64, late bool) (confidence float64, ok bool) {
	weight := 1.0
	for _, r := range rivals {
		weight += math.Exp(-sharp * r.gap)
	}
	p := 1 / weight
	if p < matchLeast {
		return 0, false
	}
	p = sure(p)
	if late {
		p = min(p, lateCeiling)
	}
	return round(max(p, matchFloor)), true
}

// sure raises what leaves little doubt to the ceiling: it is right nearly always.
func sure(p float64) float64 {
	if p >= matchSure {
		return matchCeiling
	}
	return p
}

// round keeps confidences to four digits, so that sums in another order do not
// change what is stored.
func round(p float64) float64 { return math.Round(p*1e4) / 1e4 }
