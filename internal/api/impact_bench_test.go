//go:build bench

package api

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/simulate"
)

// TestBenchImpact prints the end-to-end tables of docs/STATISTICS.md: a simulated shop whose
// calls carry no ids is stored, linked and asked what costs orders. The truth is the same
// story told again with one endpoint mended. CLICKSPAN_BENCH_PEOPLE and
// CLICKSPAN_BENCH_SEED change its size and seed.
func TestBenchImpact(t *testing.T) {
	people, seed := number(t, "CLICKSPAN_BENCH_PEOPLE", 20_000), number(t, "CLICKSPAN_BENCH_SEED", 1000)
	benchRanking(t, people, seed)
	benchCoverage(t, max(200, people/10), seed)
}

func number(t *testing.T, name string, value int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return value
	}
	value, err := strconv.Atoi(text)
	must(t, err)
	return value
}

func shopOf(t *testing.T, people, seed int) simulate.Config {
	t.Helper()
	s, err := simulate.Named("S6")
	must(t, err)
	c := s.Config
	c.Seed, c.People, c.Days, c.End, c.NoRobots, c.Untraced = uint64(seed), people, 14, clock().Truncate(time.Hour), true, 1
	return c
}

func benchRanking(t *testing.T, people, seed int) {
	c := shopOf(t, people, seed)
	begin := time.Now()
	story := newTold(t, c.Days)
	must(t, story.play(t.Context(), c))
	filled := time.Since(begin)
	begin = time.Now()
	answer, err := analysis.NewImpacts(story.store, clock).Impact(t.Context(), story.asked(0), analysis.ImpactQuestion{Goal: analysis.Step{Event: "Order Paid"}})
	must(t, err)
	fmt.Printf("\nEnd to end: S6, %d people and %d days from seed %d, no ids; %d records stored and linked in %s, answered in %s, %d cores. %.0f %% of calls linked, %d orders.\n\n",
		people, c.Days, seed, story.rows, filled.Round(time.Second), time.Since(begin).Round(time.Millisecond), runtime.NumCPU(), 100**answer.Coverage.Share, answer.Goal.Count)
	truths := mended(t, c, answer)
	fmt.Println("| endpoint | met | exposed | orders lost a day | 95 % interval | truth | holds | q |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	estimates, truth := map[string]float64{}, map[string]float64{}
	holds, n := 0, 0
	for i := range answer.Results {
		r := &answer.Results[i]
		if r.LostPerDay == nil {
			fmt.Printf("| %s | %s | %d | %s | | | | |\n", r.Endpoint, r.Exposure, r.Exposed, r.Refusal.Reason)
			continue
		}
		estimates[r.Endpoint] += *r.LostPerDay
		truth[r.Endpoint] += truths[i]
		n++
		word := "**no**"
		if r.LostCI95[0] <= truths[i] && truths[i] <= r.LostCI95[1] {
			holds++
			word = "yes"
		}
		fmt.Printf("| %s | %s | %d | %.2f | %.2f to %.2f | %.2f | %s | %.3f |\n", r.Endpoint, r.Exposure, r.Exposed, *r.LostPerDay, r.LostCI95[0], r.LostCI95[1], truths[i], word, *r.Q)
	}
	var a, b []float64
	for _, e := range slices.Sorted(maps.Keys(estimates)) {
		a, b = append(a, estimates[e]), append(b, truth[e])
	}
	fmt.Printf("\nThe ranking of %d endpoints agrees with the truth's by Kendall's τ = %.2f; %d of %d intervals hold the truth.\n", len(a), kendall(a, b), holds, n)
}

// play stores and links a story of the shop.
func (t *told) play(ctx context.Context, c simulate.Config) error {
	_, err := simulate.Run(ctx, c, func(chunk simulate.Chunk) error {
		if err := t.take(ctx, &chunk.Records); err != nil || chunk.Hour%24 != 23 {
			return err
		}
		return t.link(ctx)
	})
	return err
}

// mended is what each result truly costs a day.
func mended(t *testing.T, c simulate.Config, answer analysis.ImpactAnswer) []float64 {
	paid := orders(t, c)
	out := make([]float64, len(answer.Results))
	jobs := make(chan int)
	var done sync.WaitGroup
	for range runtime.NumCPU() {
		done.Go(func() {
			for i := range jobs {
				r := &answer.Results[i]
				endpoint, _ := event.ParseEndpoint(r.Endpoint)
				better := c
				better.Mended = simulate.Mended{Endpoint: endpoint.Method + " " + endpoint.Route, Errors: r.Exposure == analysis.Errors, WithinMS: r.SlowOverMS}
				out[i] = float64(orders(t, better)-paid) / float64(c.Days)
			}
		})
	}
	for i := range answer.Results {
		if answer.Results[i].LostPerDay != nil {
			jobs <- i
		}
	}
	close(jobs)
	done.Wait()
	return out
}

// orders is how often people pay whose browsers tell.
func orders(t *testing.T, c simulate.Config) (n int) {
	_, err := simulate.Run(t.Context(), c, func(chunk simulate.Chunk) error {
		for i := range chunk.Records.Events {
			if chunk.Records.Events[i].Name == "Order Paid" {
				n++
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// kendall is how far two orders of the same things agree: 1 = entirely.
func kendall(a, b []float64) float64 {
	agree, pairs := 0, 0
	for i := range a {
		for j := range i {
			pairs++
			agree += cmp.Compare(a[i], a[j]) * cmp.Compare(b[i], b[j])
		}
	}
	return float64(agree) / float64(max(1, pairs))
}

// benchCoverage shows what is found when fewer calls can be linked: of a share of devices
// ids tie all calls, of the others none, and guesses do not count. The goal is that people
// go on at all, which has the most to show.
func benchCoverage(t *testing.T, people, seed int) {
	fmt.Printf("\nLink coverage: the same shop with %d people, whose goal is to click again; only ids tie calls.\n\n", people)
	fmt.Println("| calls linked | durations of servers | clicks lost a day by failures | by slowness over 500 ms | refused |")
	fmt.Println("|---|---|---|---|---|")
	for _, untraced := range []float64{0, .3, .5, .7} {
		c := shopOf(t, people, seed)
		c.Untraced = untraced
		story := newTold(t, c.Days)
		must(t, story.play(t.Context(), c))
		answer, err := analysis.NewImpacts(story.store, clock).Impact(t.Context(), story.asked(.92), analysis.ImpactQuestion{
			Goal: analysis.Step{Event: "click"}, Exposures: []analysis.ExposureSpec{{Call: "*", Errors: true, SlowOver: "500ms"}},
		})
		must(t, err)
		var lost [2]float64
		var refused []string
		for i := range answer.Results {
			r := &answer.Results[i]
			switch {
			case r.LostPerDay == nil:
				refused = append(refused, r.Endpoint+" "+r.Exposure)
			case r.Exposure == analysis.Errors:
				lost[0] += *r.LostPerDay
			default:
				lost[1] += *r.LostPerDay
			}
		}
		k := answer.Coverage
		fmt.Printf("| %.0f %% | %.0f %% | %.1f | %.1f | %s |\n", 100**k.Share, 100*float64(k.Served)/float64(max(1, k.Requests)), lost[0], lost[1], strings.Join(refused, ", "))
	}
}
