package stats_test

import (
	"testing"

	"github.com/clickspan/clickspan/internal/stats"
)

// BenchmarkEffects is one pass of each estimator over three weeks of a thousand people.
func BenchmarkEffects(b *testing.B) {
	s := open(b, "S6", 1, 1000)
	a := s.answered()
	for name, run := range map[string]func() *stats.Refusal{
		"Latency": func() *stats.Refusal { _, r := stats.Latency(a.rows); return r },
		"Failure": func() *stats.Refusal { _, r := stats.Failure(s.rows); return r },
		"Dose":    func() *stats.Refusal { _, r := stats.Dose(a.rows); return r },
		"Usual":   func() *stats.Refusal { knowUsual(a.rows); return nil },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := run(); r != nil {
					b.Fatal(r)
				}
			}
			b.ReportMetric(float64(len(s.rows))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkChanged(b *testing.B) {
	h, deploy := metric(1, .8, -.1)
	for b.Loop() {
		if _, r := stats.Changed(h, deploy); r != nil {
			b.Fatal(r)
		}
	}
}
