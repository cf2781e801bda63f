package stats

import "fmt"

// Reason says in one word why there is no number.
type Reason string

// The reasons. Each names a condition without which a number would mislead.
const (
	// TooFew: of what Refusal.Of says there is less than an interval needs.
	TooFew Reason = "too_few"
	// NoVariation: the exposure hardly differs between moments that are otherwise
	// alike, so nothing can be learnt from comparing them.
	NoVariation Reason = "not_enough_natural_variation"
	// PlaceboFailed: the same method finds an effect where there can be none.
	PlaceboFailed Reason = "placebo_failed"
)

// TimeBlocks is what a [Refusal] for want of time is of.
const TimeBlocks = "time blocks of six hours"

// Refusal takes the place of a number. Have and Need are in the unit of Of.
type Refusal struct {
	Reason Reason
	Of     string // what there is too little of, or which placebo failed
	Have   float64
	Need   float64
}

// String is for logs and tests.
func (r *Refusal) String() string {
	if r == nil {
		return "no refusal"
	}
	return fmt.Sprintf("%s: %s is %.4g, needed %.4g", r.Reason, r.Of, r.Have, r.Need)
}

// need is one condition of an estimator.
type need struct {
	reason     Reason
	of         string
	have, need float64
}

// refuse returns the first condition that does not hold.
func refuse(needs ...need) *Refusal {
	for _, n := range needs {
		if !(n.have >= n.need) { // also when it is not a number
			return &Refusal{n.reason, n.of, n.have, n.need}
		}
	}
	return nil
}
