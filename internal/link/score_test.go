package link_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
)

// truth says which client call (value) each server call (key) answered.
type truth map[string]string

// score compares links with the truth.
type score struct {
	right, wrong map[event.Method]int
	// found is how many of the judged client calls are tied to a row that is theirs
	// and answers them; of is how many have one.
	found, of int
	// answers counts the client calls that are tied to a row that answers, without
	// redirects on the way.
	answers bin
	bins    [10]bin
}

type bin struct {
	n, right int
	claimed  float64 // sum of confidences
}

func (b bin) plus(o bin) bin { return bin{b.n + o.n, b.right + o.right, b.claimed + o.claimed} }

func (b bin) share() float64 { return float64(b.right) / float64(max(1, b.n)) }

// linkAll links every block of rows.
func linkAll(rows link.Rows) []link.Result {
	var out []link.Result
	for _, b := range link.Blocks(rows) {
		out = append(out, link.Link(b, link.Options{}))
	}
	return out
}

// judge scores the ties between client and server calls. Only client calls that
// judged keeps count: for the others the truth is not known.
func judge(results []link.Result, want truth, redirects map[string]bool, judged func(id string) bool) score {
	s := score{right: map[event.Method]int{}, wrong: map[event.Method]int{}}
	tied, answered := map[string]bool{}, map[string]bool{}
	for _, r := range results {
		for _, l := range r.Links {
			if l.ClientCallID == "" || l.ServerCallID == "" || !judged(l.ClientCallID) {
				continue
			}
			b := &s.bins[min(9, int(l.Confidence*10))]
			b.n++
			b.claimed += l.Confidence
			if !redirects[l.ServerCallID] {
				tied[l.ClientCallID] = true
			}
			if want[l.ServerCallID] != l.ClientCallID {
				s.wrong[l.Method]++
				continue
			}
			s.right[l.Method]++
			b.right++
			if !redirects[l.ServerCallID] {
				answered[l.ClientCallID] = true
			}
		}
	}
	s.found = len(answered)
	s.answers = bin{n: len(tied), right: len(answered)}
	answers := map[string]bool{}
	for row, c := range want {
		if judged(c) && !redirects[row] {
			answers[c] = true
		}
	}
	s.of = len(answers)
	return s
}

// plus adds up two scores.
func (s score) plus(o score) score {
	sum := score{
		right: map[event.Method]int{}, wrong: map[event.Method]int{}, found: s.found + o.found, of: s.of + o.of,
		answers: s.answers.plus(o.answers), bins: s.bins,
	}
	for _, one := range []score{s, o} {
		for m, n := range one.right {
			sum.right[m] += n
		}
		for m, n := range one.wrong {
			sum.wrong[m] += n
		}
	}
	for i := range sum.bins {
		sum.bins[i] = sum.bins[i].plus(o.bins[i])
	}
	return sum
}

func (s score) precision(m event.Method) float64 {
	n := s.right[m] + s.wrong[m]
	if n == 0 {
		return 1
	}
	return float64(s.right[m]) / float64(n)
}

func (s score) recall() float64 { return float64(s.found) / float64(max(1, s.of)) }

// String is one line of the table: what each method tied and how much was right.
func (s score) String() string {
	methods := maps.Clone(s.right)
	maps.Copy(methods, s.wrong)
	var parts []string
	for _, m := range slices.Sorted(maps.Keys(methods)) {
		parts = append(parts, fmt.Sprintf("%s %d/%d %.3f", m, s.right[m], s.right[m]+s.wrong[m], s.precision(m)))
	}
	return fmt.Sprintf("recall %d/%d %.3f  answers right %d/%d %.3f  rows right: %s",
		s.found, s.of, s.recall(), s.answers.right, s.answers.n, s.answers.share(), strings.Join(parts, "  "))
}

// reliability prints how often links of each confidence are right. A bin of at
// least 200 links must not promise more than five points too much; promising too
// little is the price of the ceilings that each method has.
func reliability(t *testing.T, title string, bins [10]bin) {
	t.Helper()
	t.Logf("%s\n%10s %7s %8s %8s", title, "bin", "links", "claimed", "right")
	for i, b := range bins {
		if claimed := b.claimed / float64(max(1, b.n)); b.n >= 200 && claimed-b.share() > 0.05 {
			t.Errorf("%s: links that claim %.3f are right in %.3f of the cases", title, claimed, b.share())
		}
		if b.n > 0 {
			t.Logf("%4.1f–%.1f %9d %8.3f %8.3f", float64(i)/10, float64(i+1)/10, b.n, b.claimed/float64(b.n), b.share())
		}
	}
}
