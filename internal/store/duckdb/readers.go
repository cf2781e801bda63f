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
	// lightAtOnce is how many look-ups may run beside them.
	lightAtOnce = 4
	// maxWaiting bounds the queue in front of either.
	maxWaiting = 64
)

// readers are the connections for questions, in two lanes: a look-up by id never
// waits behind a scan.
type readers struct {
	heavy, light lane
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
	heavy, err := newLane(heavyAtOnce, connect)
	if err != nil {
		return nil, err
	}
	light, err := newLane(lightAtOnce, connect)
	if err != nil {
		heavy.close()
		return nil, err
	}
	return &readers{heavy: heavy, light: light}, nil
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
	r.heavy.close()
	r.light.close()
}
