package api

import (
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/clickspan/clickspan/internal/pipeline"
)

// around is what every request passes: safe headers, counting, and a net for
// panics, so that one request can end neither the process nor another one.
func (s *Server) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := s.now()
		out := &answer{ResponseWriter: w}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		defer func() {
			if cause := recover(); cause != nil {
				s.rescue(out, r, cause)
			}
			s.metrics.count(r, out.status, s.now().Sub(begun))
			s.notice(r, out.status)
		}()
		next.ServeHTTP(out, r)
	})
}

func (s *Server) rescue(w *answer, r *http.Request, cause any) {
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause) // how net/http is told to drop the connection
	}
	s.log.ErrorContext(r.Context(), "request panicked",
		slog.String("path", r.URL.Path), slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
	if w.status == 0 {
		s.fail(w, r, problem(http.StatusInternalServerError, "The server's log has the cause; please report it.", "something went wrong inside Clickspan"))
	}
}

// answer remembers the status.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader sends the status line.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write sends body bytes.
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// metrics are the server's own numbers.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	records  *prometheus.CounterVec
}

func newMetrics(registry *prometheus.Registry) metrics {
	if registry == nil {
		registry = prometheus.NewRegistry()
	}
	m := metrics{
		registry: registry,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clickspan_http_requests_total", Help: "Requests answered."}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "clickspan_http_request_seconds", Help: "Time to answer.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
		}, []string{"route"}),
		records: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "clickspan_intake_records_total", Help: "Records by what became of them."}, []string{"result"}),
	}
	registry.MustRegister(m.requests, m.seconds, m.records)
	return m
}

func (m metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// count labels by pattern, never by path, so that no client can make labels.
func (m metrics) count(r *http.Request, status int, took time.Duration) {
	route := r.Pattern
	if route == "" {
		route = "other"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// took counts records.
func (m metrics) took(r pipeline.Result) {
	m.records.WithLabelValues("accepted").Add(float64(r.Accepted))
	m.records.WithLabelValues("duplicate").Add(float64(r.Duplicates))
	m.records.WithLabelValues("rejected").Add(float64(r.Rejected))
}
