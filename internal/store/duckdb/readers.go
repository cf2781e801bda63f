package duckdb

import (
	"context"
	"errors"
	"sync"

	"github.com/clickspan/clickspan/internal/event"
)

const (
	// heavyAtOnce is how many queries may scan much at the same time: more would
	// only make all of them slower and take memory from intake.
	heavyAtOnce = 2
	// upkeepAtOnce is how many searches of the server's own may run beside them: the link
	// pass waits for no question, and no question for it.
	upkeepAtOnce = 1
	// lightAtOnce is how many look-ups may run beside them.
	lightAtOnce = 4
	// maxWaiting bounds the queue in front of either.
	maxWaiting = 64
)

// readers are the connections that only read, in three lanes: a look-up by id never
// waits behind a scan, nor do the link pass, erasure and expiry, which search on the
// lane upkeep.
type readers struct {
	heavy, light, upkeep lane
}

// lane is a number of connections and a bounded queue for them.
type lane struct {
	free    chan *conn
	size    int
	waiting chan struct{}
	closing chan struct{}
	once    *sync.Once
}

var errClosing = &event.Retryable{Err: errors.New("the store is closing"), Hint: "Try again in a moment."}

func newReaders(connect func() (*conn, error)) (*readers, error) {
	r := &readers{}
	for _, one := range []struct {
		lane *lane
		size int
	}{{&r.heavy, heavyAtOnce}, {&r.light, lightAtOnce}, {&r.upkeep, upkeepAtOnce}} {
		made, err := newLane(one.size, connect)
		if err != nil {
			r.close()
			return nil, err
		}
		*one.lane = made
	}
	return r, nil
}

func newLane(size int, connect func() (*conn, error)) (lane, error) {
	l := lane{free: make(chan *conn, size), waiting: make(chan struct{}, maxWaiting), closing: make(chan struct{}), once: &sync.Once{}}
	for range size {
		c, err := connect()
		if err != nil {
			l.close()
			return lane{}, err
		}
		l.free <- c
		l.size++
	}
	return l, nil
}

// with runs do with a connection, in a transaction so that all statements of one
// answer see the same data.
func (l lane) with(ctx context.Context, do func(*conn) error) error {
	return l.withTransaction(ctx, "BEGIN", do)
}

func (l lane) withTransaction(ctx context.Context, begin string, do func(*conn) error) error {
	c, err := l.take(ctx)
	if err != nil {
		return err
	}
	defer func() { l.free <- c }()
	return readError(ctx, c.transact(begin, func() error { return do(c) }))
}

func (l lane) take(ctx context.Context) (*conn, error) {
	select {
	case l.waiting <- struct{}{}:
		defer func() { <-l.waiting }()
	default:
		return nil, &event.Retryable{Err: errors.New("too many queries are waiting"), Hint: "Ask again in a moment, or for a shorter time range."}
	}
	select {
	case <-l.closing:
		return nil, errClosing
	default:
	}
	select {
	case c := <-l.free:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.closing:
		return nil, errClosing
	}
}

// close waits for the running queries.
func (l lane) close() {
	l.once.Do(func() {
		close(l.closing)
		for range l.size {
			c := <-l.free
			c.close()
		}
	})
}

func (r *readers) close() {
	for _, l := range [...]lane{r.heavy, r.light, r.upkeep} {
		if l.once != nil { // else it was never opened
			l.close()
		}
	}
}
