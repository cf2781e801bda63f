package stats

import "math"

// needPast is by how many earlier calls a person's usual latency is known.
const needPast = 8

// Usual returns for each call how slow the person's earlier calls were, in doublings
// above what is normal for their endpoints: those of the same endpoint if there are
// eight, else those of all endpoints, else NaN. The calls are of all endpoints, each
// person's in the order of time; persons and endpoints count from 0.
//
// Some people's calls are always slower, because they have more data, or live far away;
// that endpoint by endpoint, if it can be seen.
func Usual(persons, endpoints []int32, ms []float64) []float64 {
	above := make([]float64, len(ms)) // normal
	for i := range ms {
		above[i] = log2(ms[i])
	}
	normal := newTable(endpoints)
	normal.center(above, endpoints)
	type past struct{ sum, n float64 }
	all, own := make([]past, size(persons)), map[[2]int32]past{}
	usual := make([]float64, len(ms))
	for i, person := range persons {
		key := [2]int32{person, endpoints[i]}
		a, o := &all[person], own[key]
		switch {
		case o.n >= needPast:
			usual[i] = o.sum / o.n
		case a.n >= needPast:
			usual[i] = a.sum / a.n
		default:
			usual[i] = math.NaN()
		}
		a.sum, a.n = a.sum+above[i], a.n+1
		own[key] = past{o.sum + above[i], o.n + 1}
	}
	return usual
}
