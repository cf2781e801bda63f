//go:build bench

package stats_test

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/stats"
)

// TestBenchEffects prints the tables of docs/BENCHMARKS.md. The first replicate's seed is
// CLICKSPAN_BENCH_SEED, their number CLICKSPAN_BENCH_REPLICATES.
func TestBenchEffects(t *testing.T) {
	b := effectsBench{replicates: setting(t, "CLICKSPAN_BENCH_REPLICATES", 100), seed: setting(t, "CLICKSPAN_BENCH_SEED", 1000)}
	fmt.Printf("%d replicates of 1000 people and 21 days from seed %d, %d cores.\n", b.replicates, b.seed, runtime.NumCPU())
	t.Run("latency", b.latency)
	t.Run("failures", b.failures)
	t.Run("doses", b.doses)
	t.Run("changes", b.changes)
}

func setting(t *testing.T, name string, value int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return value
	}
	value, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(name, err)
	}
	return value
}

type effectsBench struct{ replicates, seed int }

// each runs the replicates on all cores; add is called by one of them at a time.
func (b effectsBench) each(run func(seed uint64) (add func())) {
	var lock sync.Mutex
	var done sync.WaitGroup
	seeds := make(chan uint64)
	for range runtime.NumCPU() {
		done.Go(func() {
			for seed := range seeds {
				add := run(seed)
				lock.Lock()
				add()
				lock.Unlock()
			}
		})
	}
	for i := range b.replicates {
		seeds <- uint64(b.seed + i)
	}
	close(seeds)
	done.Wait()
}

// cell is bias in % of the truth ± its Monte-Carlo error, and the share of intervals
// that hold the truth; without a truth, the share that hold 0.
func (s *score) cell() string {
	if s.truth == 0 {
		return fmt.Sprintf("%.2f", s.covered/s.n)
	}
	bias, mcse := s.percent()
	return fmt.Sprintf("%+.1f ± %.1f (%.2f)", bias, mcse, s.covered/s.n)
}

// holds says whether a table's row keeps what is asked of it.
func (s *score) verdict(percent float64) string {
	bias, mcse := s.percent()
	cover := math.Abs(s.covered/s.n-.95) <= 2*math.Sqrt(.95*.05/s.n)
	if (s.truth == 0 || math.Abs(bias) <= percent+2*mcse) && cover {
		return "yes"
	}
	return "**no**"
}

func (b effectsBench) latency(t *testing.T) {
	fmt.Println("\nLatency: bias in % of the true slope per doubling ± Monte-Carlo error (share of 95 % intervals that hold the truth).")
	fmt.Println("\n| scenario | naive, client | hour-adjusted, client | people fixed, client | people fixed, server | `Latency` | holds | next block, clicks before: alarms at 1 % |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, name := range []string{"S0", "S1", "S1b", "S2", "S3", "S4", "S5", "S6", "S6b", "S7", "S8", "S9", "S10"} {
		var naive, hour, person, fixed, right score
		var lead, control, refused int
		b.each(func(seed uint64) func() {
			s := open(t, name, seed, 1000).answered()
			truth := s.slope()
			e, refusal := stats.Latency(s.rows)
			w, _ := stats.Within(s.rows, stats.PerDoubling)
			l, _ := stats.Decoy("next block", s.rows, stats.Lead(s.rows))
			c, _ := stats.NegativeControl("clicks before", s.rows, s.before())
			n, h, p := s.naive(logged), s.naive(logged, hourOf), s.naive(logged, personOf)
			return func() {
				if refusal != nil {
					refused++
					return
				}
				right.add(e, truth)
				fixed.add(w, truth)
				naive.add(n, truth)
				hour.add(h, truth)
				person.add(p, truth)
				if stats.Check(l) != nil {
					lead++
				}
				if stats.Check(c) != nil {
					control++
				}
			}
		})
		fmt.Printf("| %s | %s | %s | %s | %s | %s | %s | %.2f, %.2f |\n", name, naive.cell(), hour.cell(), person.cell(), fixed.cell(), right.cell(),
			right.verdict(3), float64(lead)/right.n, float64(control)/right.n)
		if refused > 0 {
			fmt.Printf("%d replicates of %s were refused\n", refused, name)
		}
	}
}

func (b effectsBench) failures(t *testing.T) {
	fmt.Println("\nFailures: the same of the mean difference, and of how many left because of them.")
	fmt.Println("\n| scenario | naive difference | `Failure` | holds | brought in all | holds |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, name := range []string{"S0", "S4", "S6", "S6b", "S9"} {
		var naive, right, brought score
		b.each(func(seed uint64) func() {
			s := open(t, name, seed, 1000)
			difference, lost := s.failure()
			c, refusal := stats.Failure(s.rows)
			return func() {
				if refusal != nil {
					t.Error(refusal)
					return
				}
				naive.add(s.difference(), difference)
				right.add(c.Difference, difference)
				brought.add(c.Brought, lost)
			}
		})
		fmt.Printf("| %s | %s | %s | %s | %s | %s |\n", name, naive.cell(), right.cell(), right.verdict(2), brought.cell(), brought.verdict(2))
	}
}

func (b effectsBench) doses(t *testing.T) {
	fmt.Println("\nDoses: the same of what the curve says.")
	fmt.Println("\n| scenario | 100 ms more | doubled | brought above 500 ms | at 200 ms | at 400 ms | at 800 ms |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, name := range []string{"S0", "S6", "S8"} {
		var scores [6]score
		b.each(func(seed uint64) func() {
			s := open(t, name, seed, 1000).answered()
			curve, refusal := stats.Dose(s.rows)
			truth := s.doses()
			return func() {
				if refusal != nil {
					t.Error(refusal)
					return
				}
				for i, e := range []stats.Effect{curve.Shifted(100), curve.Doubled(), curve.Brought(500), curve.At(200), curve.At(400), curve.At(800)} {
					scores[i].add(e, truth[i])
				}
			}
		})
		fmt.Printf("| %s |", name)
		for i := range scores {
			fmt.Printf(" %s |", scores[i].cell())
		}
		fmt.Println()
	}
}

func (b effectsBench) changes(*testing.T) {
	fmt.Println("\nDid the fix help: deploys that did nothing and were found to have done something, at 5 %; and deploys that changed it by a tenth.")
	fmt.Println("\n| memory of an hour | same hours last week | `Changed` without control | `Changed` | bias ± error (coverage) of a tenth | found | time |")
	fmt.Println("|---|---|---|---|---|---|---|")
	b.replicates *= 4
	for _, memory := range []float64{.5, .8, .95} {
		var week, alone, found, power int
		var size score
		var took time.Duration
		b.each(func(seed uint64) func() {
			h, deploy := metric(seed, memory, 0)
			without := h
			without.Controls = nil
			begin := time.Now()
			none, _ := stats.Changed(h, deploy)
			spent := time.Since(begin)
			bare, _ := stats.Changed(without, deploy)
			last := math.Abs(lastWeek(h, deploy)) > stats.Z95
			for i := deploy; i < len(h.Values); i++ {
				h.Values[i] -= .10
			}
			tenth, _ := stats.Changed(h, deploy)
			return func() {
				took += spent
				size.add(tenth, -.10)
				count(&week, last)
				count(&alone, bare.PValue() < .05)
				count(&found, none.PValue() < .05)
				count(&power, tenth.PValue() < .05)
			}
		})
		share := func(k int) float64 { return float64(k) / size.n }
		fmt.Printf("| %.2f | %.3f | %.3f | %.3f | %s | %.2f | %s |\n", memory, share(week), share(alone), share(found), size.cell(), share(power), (took / time.Duration(size.n)).Round(time.Millisecond))
	}
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}
