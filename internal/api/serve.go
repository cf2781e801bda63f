package api

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// stoppingKey is where a request finds the channel that is closed when the server
// stops, so that answers without end can end.
type stoppingKey struct{}

// stopping returns that channel; nil, which never closes, outside of [Serve].
func stopping(ctx context.Context) <-chan struct{} {
	done, _ := ctx.Value(stoppingKey{}).(<-chan struct{})
	return done
}

// Serve answers requests on l until ctx ends. Then it takes no more, ends tails,
// lets the other requests under way finish for a moment, abandons the rest, and returns.
func Serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	// Requests outlive ctx: a batch that is being stored when the server stops is
	// still stored and acknowledged.
	requests, abandon := context.WithCancel(context.WithValue(context.WithoutCancel(ctx), stoppingKey{}, ctx.Done()))
	defer abandon()
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       bodyTimeout,
		WriteTimeout:      bodyTimeout + readTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		drain, cancel := context.WithTimeout(requests, drainTimeout)
		defer cancel()
		stopped <- server.Shutdown(drain)
	})
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	err := <-stopped
	if errors.Is(err, context.DeadlineExceeded) {
		abandon()
		return server.Close()
	}
	return err
}
