package privacy_test

import (
	"testing"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/privacy"
)

// BenchmarkLogLine is the cost of redacting one access-log line with nothing
// personal in it but the address; the budget is 2 µs.
func BenchmarkLogLine(b *testing.B) {
	r := rules(b, &settings{}, privacy.Options{})
	redactor := r.Redactor(b.Context(), 1)
	line := event.Call{
		ID: "9f86d081884c7d659a2feaa0c55ad015", Time: at, Side: event.Server, Method: "GET", Host: "shop.example",
		Path: "/api/v1/orders/18273/items", Query: "page=2&sort=price", Route: "/api/v1/orders/{id}/items", Service: "shop",
		RequestID: "f7b1c2a0d4e5", TraceID: "4bf92f3577b34da6a3ce929d0e0e4736",
		Context:    event.Context{Device: "desktop", OS: "Windows", Browser: "Chrome"},
		Attributes: map[string]any{"http.referer": "https://shop.example/cart"},
		Origin: event.Origin{
			Source: "combined", ClientIP: "203.0.113.77",
			UserAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
		},
	}
	b.ReportAllocs()
	for b.Loop() {
		c := line
		redactor.Call(&c)
	}
}

func BenchmarkText(b *testing.B) {
	r := rules(b, &settings{}, privacy.Options{})
	for name, text := range map[string]string{
		"plain": "connection to orders service timed out after 30 s, giving up on the third attempt",
		"email": "cannot deliver the receipt of order 17 to anna.schmidt@example.com: mailbox full",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r.Text(text)
			}
		})
	}
}
