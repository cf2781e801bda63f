package api

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
)

func TestServeFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	must(t, err)
	under, goOn := make(chan string, 2), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		under <- r.URL.Path
		if r.URL.Path == "/endless" {
			<-stopping(r.Context())
			return
		}
		<-goOn
		if r.Context().Err() != nil {
			w.WriteHeader(http.StatusTeapot)
		}
	})
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, listener, handler, slog.New(slog.DiscardHandler)) }()

	answers := make(chan int, 2)
	ask := func(path string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+path, nil)
		if err != nil {
			answers <- 0
			return
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			answers <- 0
			return
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		answers <- answer.StatusCode
	}
	go ask("/slow")
	go ask("/endless")
	<-under
	<-under
	stop()
	close(goOn)
	for range 2 {
		if status := <-answers; status != http.StatusOK {
			t.Errorf("a request under way got status %d", status)
		}
	}
	if err := <-served; err != nil {
		t.Errorf("Serve returned %v", err)
	}
}
