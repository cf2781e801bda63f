package simulate

import (
	"math"
	"time"
)

// calming is how long after an incident its storm of retries may go on.
const calming = 30 * time.Minute

// stormAt is the log latency that retries add to an incident's endpoint, by minute of
// the hour and the next. It follows the mean number of retries, not each one, so that
// every visit can still be told alone: one minute's retries slow the next minute down.
func (w *World) stormAt(in *Incident, hour int) []float64 {
	if w.config.Storm == 0 {
		return nil
	}
	begin, end := w.at(hour), w.at(hour+2)
	at := in.From.Truncate(time.Minute)
	if memory := begin.Add(-noiseMemory * time.Minute); at.Before(memory) {
		at = memory
	}
	e := w.shop.named(in.Endpoint)
	added, load := make([]float64, 120), 0.0
	for ; at.Before(end); at = at.Add(time.Minute) {
		if m := int(at.Sub(begin) / time.Minute); m >= 0 {
			added[m] = load
		}
		now := scene{evening: w.evening(at), slower: load}
		usual := w.retries(e, &scene{evening: now.evening})
		if at.Before(in.To) {
			now.slower += math.Log(in.Slower)
			now.errors = in.Errors
		}
		load = min(w.config.Storm*24*w.busy(at)*max(0, w.retries(e, &now)-usual), math.Log(8))
	}
	return added
}

// retries is how many a typical call leads to.
func (w *World) retries(e *endpoint, s *scene) float64 {
	doublings := s.slower / math.Ln2
	failing := logistic(w.config.failing(s, doublings))
	return failing*logistic(w.config.retrying(e, doublings, true)) + (1-failing)*logistic(w.config.retrying(e, doublings, false))
}
