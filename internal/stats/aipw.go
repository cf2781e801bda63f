package stats

import (
	"math"
	"slices"
)

const (
	folds       = 5
	needExposed = 30 // rows on either side
	// How many features there are: what is always known, of the call's own latency, and
	// learnt in each fold.
	featuresOwn, featuresLatency, featuresLearnt = 6 + Besides, 3, 4

	shrink = 8 // rows that what is known of all people weighs against one person's own
)

// Contrast compares being exposed with not being exposed.
type Contrast struct {
	// Difference is by how much the exposure raises the outcome's probability, over all
	// rows.
	Difference Effect
	// Brought is how many outcomes the exposure brought in all: over the exposed rows
	// what happened less what would have. Below zero it prevented some: lost goals.
	Brought Effect
	// Without and With are the outcome's probability if no row, and if every row, were
	// exposed; for a risk ratio.
	Without, With float64
}

// EValue is [EValue] of the risk ratio of being exposed. The share without exposure is
// taken as known: nearly all rows show it.
func (c Contrast) EValue() (value, limit float64) {
	ratio := func(difference float64) float64 { return max(0, 1+difference/c.Without) }
	of := c.Difference
	return EValue(ratio(of.Value), Interval{ratio(of.Interval.Low), ratio(of.Interval.High)})
}

// Failure estimates what failing does, against the same call answered: cross-fitted
// augmented inverse-probability weighting with logistic models of both the failure and
// the outcome (Robins, Rotnitzky and Zhao 1994; Chernozhukov and others 2018). It is
// right if either model is.
//
// The models know hour of week, cell, what other endpoints were like just then, the
// person's past latency and outcomes, and the server's latency, without which an incident's slowness would be blamed on its errors.
// It refuses below 30 rows or people on either side, 30 blocks, and 200 rows with or
// without the outcome.
func Failure(rows []Row) (Contrast, *Refusal) {
	t := newTrial(rows, func(r *Row) bool { return r.Failed }, true)
	return t.contrast()
}

// Above estimates what taking longer than some milliseconds does, over the rows, which
// are answered calls. It is like [Failure] but does not know the call's own latency,
// which says all about the exposure.
func Above(rows []Row, ms float64) (Contrast, *Refusal) {
	t := newTrial(rows, func(r *Row) bool { return r.Server > ms }, false)
	return t.contrast()
}

// trial is rows of which some were exposed.
type trial struct {
	*panel
	exposed, outcome []bool
	fold             []uint32
	features         []float64 // width numbers for each row; the last are learnt in each fold
	width            int
}

func newTrial(rows []Row, exposed func(*Row) bool, knowLatency bool) *trial {
	at := make([]int32, len(rows))
	t := &trial{exposed: make([]bool, len(rows)), outcome: make([]bool, len(rows)), fold: make([]uint32, len(rows))}
	for i := range rows {
		at[i] = int32(i)
		t.exposed[i], t.outcome[i] = exposed(&rows[i]), rows[i].Outcome
		t.fold[i] = (uint32(rows[i].Person) * 2654435761 >> 16) % folds // a person is never judged by what was learnt from them
	}
	t.panel = newPanel(rows, at)
	for _, e := range t.exposed {
		t.support.Exposed += int(one(e))
	}
	t.describe(rows, knowLatency)
	return t
}

// describe writes the features: the constant, what is known of the call, of its hour,
// and of the person before it. One pass, with a few sums for each person.
func (t *trial) describe(rows []Row, knowLatency bool) {
	latency := make([]float64, len(rows))
	for i := range rows {
		latency[i] = log2(rows[i].Server)
	}
	middling, outcomes := mean(latency), float64(t.support.Outcomes)/float64(max(1, len(rows)))
	sorted := slices.Sorted(slices.Values(latency))
	middle, tail := quantile(sorted, .5), quantile(sorted, .9)
	t.width = featuresOwn + featuresLearnt
	if knowLatency {
		t.width += featuresLatency
	}
	t.features = make([]float64, 0, t.width*len(rows))
	pasts := make([]struct{ outcomes, n float64 }, size(t.person))
	for i := range rows {
		row, past := &rows[i], &pasts[t.person[i]]
		t.features = append(t.features, 1)
		if knowLatency {
			d := latency[i]
			t.features = append(t.features, d-middling, max(0, d-middle), max(0, d-tail))
		}
		sin, cos := math.Sincos(2 * math.Pi * float64(row.Hour%24) / 24)
		t.features = append(t.features, sin, cos,
			usualOr0(row), past.outcomes/(past.n+shrink), math.Log1p(past.n),
			row.Besides[0], row.Besides[1], row.Besides[2], row.Besides[3],
			0, 0, 0, 0)
		past.outcomes += one(row.Outcome) - outcomes
		past.n++
	}
}

func usualOr0(r *Row) float64 {
	if math.IsNaN(r.Usual) {
		return 0
	}
	return r.Usual
}

// learnt writes the last features, which say what rows of the same hour of week and of
// the same cell are like: the log odds of outcome and exposure, without a fold.
func (t *trial) learnt(fold uint32) {
	column := t.width - featuresLearnt
	for _, group := range [][]int32{t.week, t.cell} {
		for _, of := range [][]bool{t.outcome, t.exposed} {
			odds := logOdds(group, of, func(i int) bool { return t.fold[i] != fold })
			for i, k := range group {
				t.features[i*t.width+column] = odds[k]
			}
			column++
		}
	}
}

// logOdds are the groups', drawn to those of all rows that use keeps, and less them.
func logOdds(group []int32, of []bool, use func(int) bool) []float64 {
	yes, n := make([]float64, size(group)), make([]float64, size(group))
	var allYes, all float64
	for i, k := range group {
		if use(i) {
			yes[k] += one(of[i])
			n[k]++
			allYes += one(of[i])
			all++
		}
	}
	share := (allYes + .5) / (all + 1)
	for k := range yes {
		p := (yes[k] + shrink*share) / (n[k] + shrink)
		yes[k] = logit(p) - logit(share)
	}
	return yes
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// quantile is of sorted values; NaN of none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[int(q*float64(len(sorted)-1))]
}

func (t *trial) contrast() (Contrast, *Refusal) {
	s := t.support
	if r := refuse(
		need{TooFew, "exposed rows", float64(s.Exposed), needExposed},
		need{TooFew, "rows that were not exposed", float64(s.Rows - s.Exposed), needExposed},
	); r != nil {
		return Contrast{}, r
	}
	if r := t.enough(); r != nil {
		return Contrast{}, r
	}
	n, share := float64(s.Rows), float64(s.Exposed)/float64(s.Rows)
	least := min(.003, share/10)
	ate, att := make([]float64, s.Rows), make([]float64, s.Rows)
	var with, without float64
	var odds, fine, hurt logistic = make([]float64, t.width), make([]float64, t.width), make([]float64, t.width)
	for fold := range uint32(folds) {
		t.learnt(fold)
		others := func(i int) bool { return t.fold[i] != fold }
		odds.fit(t.features, t.exposed, others)
		fine.fit(t.features, t.outcome, func(i int) bool { return others(i) && !t.exposed[i] })
		hurt.fit(t.features, t.outcome, func(i int) bool { return others(i) && t.exposed[i] })
		for i := range ate {
			if t.fold[i] != fold {
				continue
			}
			x := t.features[i*t.width:][:t.width]
			e := min(max(odds.at(x), least), 1-least)
			m0, m1, y := fine.at(x), hurt.at(x), one(t.outcome[i])
			y0, y1 := m0, m1
			if t.exposed[i] {
				y1 += (y - m1) / e
				att[i] = y - m0
			} else {
				y0 += (y - m0) / (1 - e)
				att[i] = -(y - m0) * e / (1 - e)
			}
			ate[i] = y1 - y0
			with += y1 / n
			without += y0 / n
		}
	}
	difference, brought := with-without, n*mean(att)
	for i := range ate {
		ate[i] = (ate[i] - difference) / n
		if t.exposed[i] {
			att[i] -= brought / float64(s.Exposed)
		}
	}
	c := t.covariance(ate, att)
	return Contrast{
		Difference: effect(difference, c.variance(1, 0), t.df(), s),
		Brought:    effect(brought, c.variance(0, 1), t.df(), s),
		Without:    without, With: with,
	}, nil
}
