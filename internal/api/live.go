package api

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/filter"
	"github.com/clickspan/clickspan/internal/live"
	"github.com/clickspan/clickspan/internal/store"
)

const (
	// keepAlive is shorter than the idle timeouts of common proxies.
	keepAlive = 15 * time.Second
	// stuckAfter is how long one write may take before the watcher counts as gone.
	stuckAfter = 10 * time.Second
)

// tail answers GET /api/v1/live: server-sent events named call, event and, when
// the watcher was too slow, dropped with the count so far.
func (s *Server) tail(w http.ResponseWriter, r *http.Request) {
	project, keep, err := s.watch(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if s.live.Watchers() >= maxWatchers {
		s.fail(w, r, retryLater(10*time.Second, "Close another live view.", "%d live views are open already", maxWatchers))
		return
	}
	stream, err := newStream(w)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	watched := s.live.Subscribe(r.Context(), project, keep)
	if err := stream.send(": watching\n\n"); err != nil {
		return
	}
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	var told int64
	for {
		select {
		case record, ok := <-watched.Records:
			if !ok {
				return
			}
			err = stream.record(record)
		case <-alive.C:
			err = stream.send(": still here\n\n")
		case <-stopping(r.Context()):
			return
		}
		if missed := watched.Dropped(); err == nil && missed > told {
			told = missed
			err = stream.event("dropped", map[string]int64{"dropped": missed})
		}
		if err != nil {
			return // the watcher is gone
		}
	}
}

// watch reads what to watch: ?project=, ?filter=, ?bots=.
func (s *Server) watch(r *http.Request) (event.ProjectID, func(live.Record) bool, error) {
	q := r.URL.Query()
	for name := range q {
		if name != "project" && name != "filter" && name != "bots" {
			return 0, nil, badField("query."+name, "GET /api/v1/live takes project, filter and bots.", "unknown query parameter")
		}
	}
	project, err := s.project(r.Context(), q.Get("project"))
	if err != nil {
		return 0, nil, err
	}
	condition, err := filter.Compile(q.Get("filter"))
	if err != nil {
		return 0, nil, atField("filter", err)
	}
	for _, field := range store.FieldsIn(condition) {
		if of := field.Record(); of != store.OfCalls && of != store.OfEvents {
			return 0, nil, badField("query.filter", "Filter by fields of call and event; lists can be filtered by their sessions too.", "what arrives has no %s yet", field.Name)
		}
	}
	condition = store.Prepare(condition) // it runs for every record, on the sender's time
	bots := q.Get("bots") == "true"
	return project, func(record live.Record) bool {
		if record.Event != nil && record.Event.Bot != event.Human && !bots {
			return false
		}
		return store.Match(condition, store.Row{Event: record.Event, Call: record.Call})
	}, nil
}

// stream writes server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// newStream sends the head. The server's own deadlines are for answers that end.
func newStream(w http.ResponseWriter) (*stream, error) {
	s := &stream{w: w, control: http.NewResponseController(w)}
	if err := s.control.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	if err := s.control.SetWriteDeadline(time.Time{}); err != nil {
		return nil, err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	return s, s.send("retry: 2000\n\n")
}

func (s *stream) record(record live.Record) error {
	if record.Call != nil {
		return s.event("call", bareCall(*record.Call))
	}
	return s.event("event", eventOf(*record.Event))
}

func (s *stream) event(name string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return s.send("event: " + name + "\ndata: " + string(text) + "\n\n")
}

// send writes and flushes. A watcher that takes nothing for too long is cut off,
// so that it cannot hold a connection for ever.
func (s *stream) send(text string) error {
	stuck := time.AfterFunc(stuckAfter, func() { _ = s.control.SetWriteDeadline(time.Unix(1, 0)) })
	defer stuck.Stop()
	if _, err := io.WriteString(s.w, text); err != nil {
		return err
	}
	return s.control.Flush()
}
