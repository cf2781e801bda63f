package pipeline

import (
	"context"
	"log/slog"
	"time"

	"github.com/clickspan/clickspan/internal/store"
)

const expireEvery = time.Hour

// Keeper lets data die when its time has come: rows by the retention of their
// class, salts after two days, people when they were erased.
type Keeper struct {
	Store       store.Writer
	Retention   store.Retention
	ExpireSalts func(context.Context) error
	// Replay erases again who was erased: a restore may have brought them back, and
	// a record may have been on its way. nil = nobody ever was.
	Replay func(context.Context) error
	Now    func() time.Time
	Logger *slog.Logger
}

// Run expires at once and then every hour, until ctx ends; it returns ctx's error.
// A failure is logged and the next hour tries again.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for {
		k.expire(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (k *Keeper) expire(ctx context.Context) {
	if err := k.ExpireSalts(ctx); err != nil && ctx.Err() == nil {
		k.Logger.ErrorContext(ctx, "salts could not be destroyed; will try again in an hour", slog.Any("error", err))
	}
	if k.Replay != nil {
		if err := k.Replay(ctx); err != nil && ctx.Err() == nil {
			k.Logger.ErrorContext(ctx, "erased people could not be erased again; will try again in an hour", slog.Any("error", err))
		}
	}
	gone, err := k.Store.Expire(ctx, k.Now(), k.Retention)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		k.Logger.ErrorContext(ctx, "old data could not be removed; will try again in an hour", slog.Any("error", err))
	case gone != store.Erased{}:
		k.Logger.InfoContext(ctx, "removed old data", slog.Int64("events", gone.Events), slog.Int64("calls", gone.Calls),
			slog.Int64("spans", gone.Spans), slog.Int64("links", gone.Links))
	}
}
