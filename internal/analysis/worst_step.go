package analysis

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// WorstStep is the step before the first goal at which most of those who got there
// are lost.
type WorstStep struct {
	Known  bool         `json:"known" doc:"false when there is not enough data"`
	Goal   *Goal        `json:"goal,omitempty" doc:"absent when the project has none"`
	Visits int64        `json:"visits" doc:"the newest visits that are over, by which this was judged"`
	From   time.Time    `json:"from,omitzero"`
	To     time.Time    `json:"to,omitzero"`
	Steps  []FunnelStep `json:"steps" doc:"the pages that most visits with the goal saw before it, in their order, then the goal"`
	Worst  int          `json:"worst" doc:"index of the step that was not reached; 0 when unknown"`
}

// FunnelStep is how many visits got so far, one step after the other.
type FunnelStep struct {
	Name  string `json:"name" doc:"the page, or the goal's name"`
	Page  string `json:"page,omitempty" doc:"route template of the page; absent for the goal"`
	Count int64  `json:"count"`
}

const maxSteps = 4 // before the goal

// worstStep makes a funnel of the pages that lead to the goal.
func worstStep(goal Goal, sample recent) WorstStep {
	out := WorstStep{Goal: &goal, Visits: int64(len(sample.byID)), From: sample.from, To: sample.to, Steps: []FunnelStep{}}
	pages := leadingPages(sample)
	if len(pages) == 0 {
		return out
	}
	counts := make([]int64, len(pages)+1)
	for _, v := range sample.byID {
		for step := range v.reach(pages) {
			counts[step]++
		}
	}
	for i, page := range pages {
		out.Steps = append(out.Steps, FunnelStep{Name: page, Page: page, Count: counts[i]})
	}
	out.Steps = append(out.Steps, FunnelStep{Name: goal.Name, Count: counts[len(pages)]})
	lowest := 2.0
	for i := 1; i < len(counts); i++ {
		if counts[i-1] < leastVisits {
			continue
		}
		if kept := float64(counts[i]) / float64(counts[i-1]); kept < lowest {
			lowest, out.Worst, out.Known = kept, i, true
		}
	}
	return out
}

// reach is how many of the steps the visit took in order, the goal the last.
func (v *visit) reach(pages []string) int {
	at, done := v.Start, 0
	for _, s := range v.pages {
		if done < len(pages) && s.page == pages[done] {
			at = s.at
			done++
		}
	}
	if done == len(pages) && v.reachedAfter(at) {
		done++
	}
	return done
}

// leadingPages are the pages that at least half of the visits with the goal saw
// before it, at most [maxSteps], in the order in which they were first seen.
func leadingPages(sample recent) []string {
	var reached int
	positions := map[string][]int{}
	for _, v := range sample.byID {
		if len(v.goals) == 0 {
			continue
		}
		reached++
		before := map[string]bool{}
		for _, s := range v.pages {
			if s.at.Before(v.goals[len(v.goals)-1]) && !before[s.page] {
				positions[s.page] = append(positions[s.page], len(before))
				before[s.page] = true
			}
		}
	}
	pages := slices.DeleteFunc(slices.Collect(maps.Keys(positions)), func(p string) bool { return 2*len(positions[p]) < reached })
	slices.SortFunc(pages, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(positions[b]), len(positions[a])), cmp.Compare(a, b))
	})
	pages = pages[:min(len(pages), maxSteps)]
	for _, p := range pages {
		slices.Sort(positions[p])
	}
	slices.SortFunc(pages, func(a, b string) int {
		return cmp.Or(cmp.Compare(median(positions[a]), median(positions[b])), cmp.Compare(a, b))
	})
	return pages
}

func median(sorted []int) int { return sorted[len(sorted)/2] }
