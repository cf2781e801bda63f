package pipeline_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
)

// house is intake, store and link pass as they run in the server.
type house struct {
	t *testing.T
	p *pipeline.Pipeline
	s *duckdb.Store
	l *pipeline.Linker
}

func openHouse(t *testing.T) house {
	t.Helper()
	s, err := duckdb.Open(t.Context(), duckdb.Config{Dir: t.TempDir(), Threads: 1, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	p, _, _ := intake(t, func(c *pipeline.Config) { c.Store = s })
	return house{t, p, s, pipeline.NewLinker(pipeline.LinkerConfig{Store: s, Now: clock})}
}

// take stores records of one source and links them.
func (s house) take(source string, put func(*pipeline.Writer) error) {
	s.t.Helper()
	w := s.p.Begin(s.t.Context(), pipeline.Origin{Project: 1, Source: source, Patient: true})
	if err := put(w); err != nil {
		s.t.Fatal(err)
	}
	result, err := w.Close()
	if err != nil || result.Rejected > 0 {
		s.t.Fatalf("%+v, %v", result, err)
	}
	for more := true; more; {
		if more, err = s.l.Pass(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s house) today() store.Scope {
	return store.Scope{Project: 1, From: now.Add(-24 * time.Hour), To: now.Add(time.Hour)}
}

func (s house) reasons() map[string]int64 {
	s.t.Helper()
	q, err := s.s.Quality(context.WithoutCancel(s.t.Context()), s.today())
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]int64{}
	for _, r := range q.Unlinked {
		out[r.Reason] += r.Count
	}
	return out
}

// TestActionIDAloneLinks: baggage brought the action's id into the server's log,
// and nothing else ties that row to the click.
func TestActionIDAloneLinks(t *testing.T) {
	t.Parallel()
	s := openHouse(t)
	s.take("browser", func(w *pipeline.Writer) error {
		return w.Event(click(func(e *event.Event) { e.ActionID = "a1" }))
	})
	s.take("otlp", func(w *pipeline.Writer) error {
		return w.Call(serverCall(func(c *event.Call) { c.ActionID = "a1" }))
	})
	page, err := s.s.Links(t.Context(), store.EventsQuery{Scope: s.today(), Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range page.Rows {
		got = append(got, fmt.Sprintf("%s>%s %s %.2f", l.EventID, l.ServerCallID, l.Method, l.Confidence))
	}
	if diff := cmp.Diff([]string{"e1>c1 action_id 1.00"}, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

// TestEveryRowOfACrowdedKeyEndsWithAReason: one address and browser that more rows
// share than can be told apart, whichever side came first.
func TestEveryRowOfACrowdedKeyEndsWithAReason(t *testing.T) {
	t.Parallel()
	const rows = store.LinkCap + 200
	origin := event.Origin{ClientIP: "203.0.113.7", UserAgent: chrome}
	log := func(from int) func(*pipeline.Writer) error {
		return func(w *pipeline.Writer) error {
			for i := range rows / 2 {
				c := serverCall(func(c *event.Call) {
					c.ID, c.Origin = fmt.Sprintf("c%d", from+i), origin
					c.Time = c.Time.Add(-time.Duration(i) * 100 * time.Millisecond)
				})
				if err := w.Call(c); err != nil {
					return err
				}
			}
			return nil
		}
	}
	browser := func(w *pipeline.Writer) error {
		return w.Event(click(func(e *event.Event) { e.Origin = origin }))
	}
	for name, order := range map[string][]func(*pipeline.Writer) error{
		"log first":          {log(0), log(rows), browser},
		"browser first":      {browser, log(0), log(rows)},
		"browser in between": {log(0), browser, log(rows)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openHouse(t)
			for _, put := range order {
				s.take("combined", put)
			}
			page, err := s.s.Links(t.Context(), store.EventsQuery{Scope: s.today(), Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			told := int64(len(page.Rows))
			for _, n := range s.reasons() {
				told += n
			}
			if told != rows {
				t.Errorf("%d of %d calls have a link or a reason: %v", told, rows, s.reasons())
			}
			if s.reasons()["crowded_key"] < rows/2 {
				t.Errorf("reasons %v", s.reasons())
			}
		})
	}
}
