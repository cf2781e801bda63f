package link_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
)

// truth says what each call hangs on: which client call a server call answered, or
// which action caused a call.
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
	bins    reliability
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
			right := want[l.ServerCallID] == l.ClientCallID
			s.bins.add(l, right)
			if !redirects[l.ServerCallID] {
				tied[l.ClientCallID] = true
			}
			if !right {
				s.wrong[l.Method]++
				continue
			}
			s.right[l.Method]++
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
		answers: s.answers.plus(o.answers), bins: s.bins.plus(o.bins),
	}
	for _, one := range []score{s, o} {
		for m, n := range one.right {
			sum.right[m] += n
		}
		for m, n := range one.wrong {
			sum.wrong[m] += n
		}
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

// reliability counts, per tenth of confidence, how often links are right.
type reliability [10]bin

func (r *reliability) add(l event.Link, right bool) {
	one := bin{n: 1, claimed: l.Confidence}
	if right {
		one.right = 1
	}
	b := &r[min(9, int(l.Confidence*10))]
	*b = b.plus(one)
}

func (r reliability) plus(o reliability) reliability {
	for i := range r {
		r[i] = r[i].plus(o[i])
	}
	return r
}

// dataset says what traffic is used for.
type dataset string

const (
	fit     dataset = "fit"      // constants were chosen on it
	holdOut dataset = "hold-out" // they were not
)

const (
	enoughLinks = 200  // in a bin, to judge it
	mostOff     = 0.05 // between what is claimed and what is right
	roundingOff = 1e-9
)

// judge prints the table. On traffic that nothing was fitted on, a bin of at least
// 200 links must be right as often as it claims, give or take five points. Links
// that were judged several times, under other names, count once.
func (r reliability) judge(t *testing.T, d dataset, title string, times int) {
	t.Helper()
	var table strings.Builder
	for i, b := range r {
		if b.n == 0 {
			continue
		}
		claimed := b.claimed / float64(b.n)
		fmt.Fprintf(&table, "%6.1f–%.1f %7d %8.3f %8.3f\n", float64(i)/10, float64(i+1)/10, b.n/times, claimed, b.share())
		if off := math.Abs(claimed - b.share()); d == holdOut && b.n/times >= enoughLinks && off > mostOff+roundingOff {
			t.Errorf("%s: links that claim %.3f are right in %.3f of the cases", title, claimed, b.share())
		}
	}
	t.Logf("%s (%s)\n%9s %7s %8s %8s\n%s", title, d, "bin", "links", "claimed", "right", &table)
}

// causeScore says how often actions found by time alone are the cause.
type causeScore struct {
	all  bin
	bins reliability
}

// judgeCauses scores the ties of actions to calls made by time alone, as far as the
// truth, by call, is known.
func judgeCauses(results []link.Result, causes truth) causeScore {
	var s causeScore
	for _, r := range results {
		for _, l := range r.Links {
			want, known := causes[l.ClientCallID+l.ServerCallID]
			if l.EventID == "" || l.Method != event.ByWindow || !known {
				continue
			}
			s.bins.add(l, want == l.EventID)
		}
	}
	for _, b := range s.bins {
		s.all = s.all.plus(b)
	}
	return s
}
