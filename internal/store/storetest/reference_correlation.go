package storetest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

// Correlation implements [store.Reader].
func (r *Reference) Correlation(ctx context.Context, q store.CorrelationQuery) (store.Correlation, error) {
	unlock, err := r.lock(ctx)
	if err != nil {
		return store.Correlation{}, err
	}
	defer unlock()
	bad := len(q.Candidates) == 0 || len(q.Candidates) > 60 || q.Limit < 1 || q.Limit > 1000
	for _, c := range q.Candidates {
		bad = bad || c.Least < 1 || c.Name.Record() != c.Of
	}
	if bad {
		return store.Correlation{}, wrong("this is no correlation", "See the fields of CorrelationQuery.")
	}
	f := q.Funnel
	f.By, f.Entities, f.Attempts = nil, 0, false
	if err := checkFunnel(f); err != nil {
		return store.Correlation{}, err
	}
	steps := slices.Clone(f.Steps)
	for _, x := range f.Exclude {
		steps = append(steps, x.Step)
	}
	if f.Order == store.Strict {
		steps = append(steps, store.Step{Of: store.OfEvents})
	}
	units, err := r.occurring(f.Scope, f.Unit, steps...)
	if err != nil {
		return store.Correlation{}, err
	}
	type journey struct {
		from, to time.Time
		success  bool
	}
	journeys, out := map[string]journey{}, store.Correlation{}
	for unit, rows := range units {
		for _, t := range triesOf(f, rows) {
			c := countedOf(f, rows, t)
			j := journey{from: c.times[0], to: c.times[0].Add(f.Window), success: len(c.times) == len(f.Steps)}
			if j.to.After(f.To) {
				j.to = f.To
			}
			switch {
			case c.open:
				continue
			case j.success:
				j.to = c.times[len(c.times)-1]
				out.Success++
			default:
				out.Failure++
			}
			journeys[unit] = j
		}
	}
	scope := f.Scope
	scope.Filter = nil
	for i, candidate := range q.Candidates {
		rows, err := r.occurring(scope, f.Unit, candidate.Step)
		if err != nil {
			return store.Correlation{}, err
		}
		byName := map[string]store.Met{}
		for unit, j := range journeys {
			times := map[string]int{}
			for _, o := range rows[unit] {
				inside := o.time.After(j.from) && o.time.Before(j.to) || candidate.Ends && (o.time.Equal(j.from) || o.time.Equal(j.to))
				value, _ := o.row.Value(candidate.Name)
				if name := store.LabelOf(value); inside && name != "" {
					times[name]++
				}
			}
			for name, n := range times {
				m := byName[name]
				if n >= candidate.Least && j.success {
					m.Success++
				} else if n >= candidate.Least {
					m.Failure++
				}
				byName[name] = m
			}
		}
		var met []store.Met
		for name, m := range byName {
			if m.Success+m.Failure > 0 {
				met = append(met, store.Met{Candidate: i, Name: name, Success: m.Success, Failure: m.Failure})
			}
		}
		slices.SortFunc(met, func(a, b store.Met) int {
			return cmp.Or(-cmp.Compare(a.Success+a.Failure, b.Success+b.Failure), cmp.Compare(a.Name, b.Name))
		})
		out.Met = append(out.Met, met[:min(q.Limit, len(met))]...)
	}
	return out, nil
}
