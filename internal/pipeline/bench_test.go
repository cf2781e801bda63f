package pipeline_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store"
)

// sinkhole takes batches and keeps nothing.
type sinkhole struct{ store.Store }

func (sinkhole) Append(_ context.Context, b event.Batch) (store.Receipt, error) {
	return store.Receipt{Accepted: b.Len()}, nil
}

// BenchmarkLogLines is what all stages cost for calls as an access log brings
// them; the target is 150,000 calls/s per core.
func BenchmarkLogLines(b *testing.B) {
	p, _, _ := intake(b, func(c *pipeline.Config) { c.Store = sinkhole{} })
	lines := make([]event.Call, 5000)
	for i := range lines {
		lines[i] = event.Call{
			ID: fmt.Sprintf("%032x", i), Time: now.Add(time.Duration(i) * time.Millisecond), Side: event.Server, Method: "GET",
			Path: fmt.Sprintf("/api/v1/orders/%d/items", i), Query: "page=2&sort=price", Status: 200, ResponseBytes: 512,
			Attributes: map[string]any{"http.referer": "https://shop.example/cart"},
			Origin:     event.Origin{ClientIP: fmt.Sprintf("203.0.%d.77", i%200), UserAgent: fmt.Sprintf("%s v%d", chrome, i%300)},
		}
	}
	w := p.Begin(b.Context(), pipeline.Origin{Project: 1, Source: "combined", Service: "shop", Patient: true})
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := w.Call(&lines[i%len(lines)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
	if _, err := w.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "calls/s")
}

func BenchmarkTemplates(b *testing.B) {
	templates := pipeline.NewTemplates()
	paths := make([]string, 4096)
	for i := range paths {
		paths[i] = fmt.Sprintf("/api/v1/orders/%d/items/0190c2f4-7b1e-7cc3-9d42-%012x", i, i)
	}
	i := 0
	for b.Loop() {
		templates.Route("GET", paths[i%len(paths)])
		i++
	}
}
