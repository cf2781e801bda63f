package api

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/clickspan/clickspan/internal/event"
)

// disk remembers that something could not be made durable for want of space, so that
// /readyz can say so. The log has one line when that begins and one when it ends.
type disk struct {
	mu   sync.Mutex
	full error
	// write makes something small durable in every store.
	write func(context.Context) error
	log   *slog.Logger
}

// failed notes err if it is want of space.
func (d *disk) failed(ctx context.Context, err error) {
	if !errors.Is(err, event.ErrNoSpace) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full == nil {
		d.log.ErrorContext(ctx, "the disk is full; what is sent is refused with 503 until there is space", slog.Any("error", err))
	}
	d.full = err
}

// room returns what the last write met. When that was want of space it tries anew: a
// server that is not ready may be sent nothing whose success would show that it is.
func (d *disk) room(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full == nil {
		return nil
	}
	if err := d.write(ctx); err != nil {
		return err
	}
	d.full = nil
	d.log.InfoContext(ctx, "the disk has space again; what is sent is taken")
	return nil
}

// writeNothing is the smallest write that both stores make durable.
func (s *Server) writeNothing(ctx context.Context) error {
	if _, err := s.store.Append(ctx, event.Batch{}); err != nil {
		return err
	}
	return s.meta.Writable(ctx)
}
