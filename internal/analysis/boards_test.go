package analysis_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/store"
)

// counter counts the questions that reach a store, and may fail them.
type counter struct {
	store.Reader
	reads atomic.Int64
	fail  error
}

func (c *counter) Series(ctx context.Context, q store.SeriesQuery) (store.Series, error) {
	c.reads.Add(1)
	if c.fail != nil {
		return store.Series{}, c.fail
	}
	return c.Reader.Series(ctx, q)
}

func (c *counter) Endpoints(ctx context.Context, q store.EndpointsQuery) (store.Endpoints, error) {
	c.reads.Add(1)
	return c.Reader.Endpoints(ctx, q)
}

func (c *counter) Calls(ctx context.Context, q store.CallsQuery) (store.CallsPage, error) {
	c.reads.Add(1)
	return c.Reader.Calls(ctx, q)
}

func (c *counter) Events(ctx context.Context, q store.EventsQuery) (store.EventsPage, error) {
	c.reads.Add(1)
	return c.Reader.Events(ctx, q)
}

func (c *counter) Sessions(ctx context.Context, q store.SessionsQuery) (store.SessionsPage, error) {
	c.reads.Add(1)
	return c.Reader.Sessions(ctx, q)
}

func (c *counter) Heatmap(ctx context.Context, q store.HeatmapQuery) ([]store.HeatmapCell, error) {
	c.reads.Add(1)
	return c.Reader.Heatmap(ctx, q)
}

// A first look on a day with trouble costs 29 reads, those of the history in the
// background; a later one costs 13, one of them while last week is not on record.
func TestReadsAreBounded(t *testing.T) {
	t.Parallel()
	reader := &counter{Reader: broken().store(t)}
	synctest.Test(t, func(t *testing.T) {
		boards := analysis.NewBoards(reader, analysis.Association{})
		q := question(orderPaid())
		look := func(most int64) {
			t.Helper()
			if _, err := boards.Overview(t.Context(), q); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if n := reader.reads.Swap(0); n > most {
				t.Errorf("%d reads", n)
			}
		}
		look(29)
		q.Now = q.Now.Add(90 * time.Second)
		look(13)
	})
}

func TestABoardIsReadAnewInTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s shop
		s.visit(at("11:50"), outcome{})
		reader := &counter{Reader: s.store(t)}
		boards := analysis.NewBoards(reader, analysis.Association{})
		q := question()
		look := func(after time.Duration) analysis.Overview {
			t.Helper()
			q.Now = noon().Add(after)
			got, err := boards.Overview(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if got := look(0); !got.At.Equal(noon()) {
			t.Errorf("the first look is of %s", got.At)
		}
		synctest.Wait()
		reads := reader.reads.Load()
		if got := look(4 * time.Second); !got.At.Equal(noon()) || reader.reads.Load() != reads {
			t.Errorf("a fresh board was read again")
		}
		if got := look(10 * time.Second); !got.At.Equal(noon()) {
			t.Errorf("an old board did not answer at once")
		}
		synctest.Wait()
		if got := look(11 * time.Second); !got.At.Equal(noon().Add(10 * time.Second)) {
			t.Errorf("the background read is of %s", got.At)
		}
		if got := look(2 * time.Minute); !got.At.Equal(noon().Add(2 * time.Minute)) {
			t.Errorf("a board of two minutes ago was shown")
		}
		q.Goals = []analysis.Goal{orderPaid()}
		if got := look(2*time.Minute + time.Second); len(got.Goals) != 1 || got.Goals[0].Count != 1 {
			t.Errorf("a new goal had to wait: %+v", got.Goals)
		}
	})
}

func TestAStoppedBoardReadsNoMore(t *testing.T) {
	t.Parallel()
	boards := analysis.NewBoards(patient{new(shop).store(t)}, analysis.Association{})
	time.AfterFunc(0, boards.Stop)
	if _, err := boards.Overview(t.Context(), question()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// patient answers only when it is told to stop.
type patient struct{ store.Reader }

func (patient) Series(ctx context.Context, _ store.SeriesQuery) (store.Series, error) {
	<-ctx.Done()
	return store.Series{}, ctx.Err()
}

func TestAStoreThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	reader := &counter{Reader: new(shop).store(t), fail: errors.New("disk on fire")}
	boards := analysis.NewBoards(reader, analysis.Association{})
	if _, err := boards.Overview(t.Context(), question()); !errors.Is(err, reader.fail) {
		t.Errorf("got %v", err)
	}
	reader.fail = nil
	if _, err := boards.Overview(t.Context(), question()); err != nil {
		t.Errorf("it does not get over it: %v", err)
	}
}
