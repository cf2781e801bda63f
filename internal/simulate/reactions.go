package simulate

// Reaction is the true mean effect of an endpoint on what people do, over all actions
// of a story that the browsers told of.
type Reaction struct {
	Endpoint string  `json:"endpoint"`
	Reaction string  `json:"reaction"` // abandon; retry or rage of those who stay
	Actions  int     `json:"actions"`
	Share    float64 `json:"share"`     // mean probability
	Doubled  float64 `json:"doubled"`   // what it rises by when every call takes twice as long
	Later    float64 `json:"later"`     // by 100 ms more
	Failure  float64 `json:"failure"`   // by failing instead of not
	ByFailed float64 `json:"by_failed"` // reactions that the failed calls brought, in all
}

// reactions sums outcomes.
type reactions struct{ of map[[2]string]*Reaction }

func (r *reactions) add(o *Outcome) {
	leave := Chances{o.P, o.PFine, o.PFailed, o.PDoubled, o.PLater}
	for name, c := range map[string]*Chances{"abandon": &leave, "retry": &o.Retry, "rage": &o.Rage} {
		key := [2]string{o.Endpoint, name}
		sum := r.of[key]
		if sum == nil {
			sum = &Reaction{Endpoint: o.Endpoint, Reaction: name}
			r.of[key] = sum
		}
		sum.Actions++
		sum.Share += c.P
		sum.Doubled += c.Doubled - c.P
		sum.Later += c.Later - c.P
		sum.Failure += c.Failed - c.Fine
		if o.Failed {
			sum.ByFailed += c.Failed - c.Fine
		}
	}
}

// means lists them in the order of the shop's endpoints.
func (r *reactions) means(endpoints []string) (list []Reaction) {
	for _, endpoint := range endpoints {
		for _, name := range []string{"abandon", "retry", "rage"} {
			sum := r.of[[2]string{endpoint, name}]
			if sum == nil || sum.Share == 0 {
				continue
			}
			mean, n := *sum, float64(sum.Actions)
			mean.Share, mean.Doubled, mean.Later, mean.Failure = sum.Share/n, sum.Doubled/n, sum.Later/n, sum.Failure/n
			list = append(list, mean)
		}
	}
	return list
}
