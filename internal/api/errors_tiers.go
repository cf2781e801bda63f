package api

import (
	"cmp"
	"slices"
	"strings"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/store"
)

// ErrorTier is how a service further out, or the browser, saw failures of a group:
// the same requests once more.
type ErrorTier struct {
	Name       string `json:"name" doc:"the endpoint"`
	EndpointID string `json:"endpoint_id"`
	Status     int    `json:"status,omitempty"`
	Count      int64  `json:"count" doc:"of the group's failures"`
}

// tier tells tiers of a group apart.
type tier struct {
	name, endpointID string
	status           int
}

// callsOf groups failed calls, which come newest first: each request once, as the
// innermost service that failed saw it ([analysis.Innermost]).
func (g *grouping) callsOf(rows []store.CallRow) {
	innermost := analysis.Innermost(rows)
	for i := range rows {
		if innermost[i] == i {
			g.call(&rows[i])
		}
	}
	for i, inner := range innermost {
		if inner != i {
			g.again(&rows[i], &rows[inner])
		}
	}
}

// again counts what an outer tier saw of a failure that is in its group already.
func (g *grouping) again(outer, inner *store.CallRow) {
	c := &outer.Call
	g.groups[groupOf(&inner.Call).ID].tiers[tier{c.Endpoint().String(), endpointID(c.Endpoint()), c.Status}] += max(c.Weight, 1)
	if alike := g.groups[groupOf(c).ID]; alike != nil {
		alike.elsewhere = true
	}
}

// alsoSeen lists the tiers of a group, the most frequent first.
func (g *errorGroup) alsoSeen() []ErrorTier {
	out := []ErrorTier{}
	for t, n := range g.tiers {
		out = append(out, ErrorTier{t.name, t.endpointID, t.status, int64(n + 0.5)})
	}
	slices.SortFunc(out, func(a, b ErrorTier) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name), cmp.Compare(a.Status, b.Status))
	})
	return out
}
