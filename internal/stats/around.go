package stats

// fewAround is how many rows without a surprise the others are mixed with, so that one
// call alone says little of its moment.
const fewAround = 4

// Around returns for each row by how much the values of other endpoints' rows of the same
// bucket of time lay above what is normal for these endpoints: what the moment was like.
// Endpoints and buckets count from 0.
//
// Endpoints are slow, and fail, at the same moments; without it, each would be blamed for
// what the others did to the same visit.
func Around(endpoints, buckets []int32, values []float64) []float64 {
	above := append([]float64(nil), values...)
	normal := newTable(endpoints)
	normal.center(above, endpoints)
	all, own := newTable(buckets), map[[2]int32]*[2]float64{} // sum and count
	for i, b := range buckets {
		all.sum[b] += above[i]
		key := [2]int32{b, endpoints[i]}
		if own[key] == nil {
			own[key] = &[2]float64{}
		}
		own[key][0] += above[i]
		own[key][1]++
	}
	around := make([]float64, len(values))
	for i, b := range buckets {
		mine := own[[2]int32{b, endpoints[i]}]
		around[i] = (all.sum[b] - mine[0]) / (all.count[b] - mine[1] + fewAround)
	}
	return around
}

// besides takes from columns what the rows' Besides explain, after both have been taken
// within groups: one after the other, each without what those before it explain.
func (p *panel) besides(rows []Row, at []int32, columns ...[]float64) {
	var taken [][]float64
	for k := range Besides {
		w := make([]float64, len(at))
		for i, r := range at {
			w[i] = rows[r].Besides[k]
		}
		scale := spread(w)
		within(w, p.week, p.cell)
		for _, before := range taken {
			without(w, before)
		}
		if spread(w) <= max(1e-9, 1e-6*scale) {
			continue
		}
		taken = append(taken, w)
		for _, column := range columns {
			without(column, w)
		}
	}
}

// without takes from a column what another explains.
func without(column, w []float64) {
	slope := dot(column, w) / dot(w, w)
	for i := range column {
		column[i] -= slope * w[i]
	}
}
