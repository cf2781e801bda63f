package duckdb

import (
	"context"
	"errors"
	"time"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/clickspan/clickspan/internal/event"
)

// readError gives an engine's failure the class that callers act on.
func readError(ctx context.Context, err error) error {
	engine, ok := errors.AsType[*engineError](err)
	if !ok {
		return err
	}
	switch engine.class {
	case mapping.ErrorTypeInterrupt:
		if ctx.Err() != nil {
			return ctx.Err()
		}
	case mapping.ErrorTypeOutOfMemory:
		return &event.Retryable{Err: err, Hint: "Ask for a shorter time range, or give the engine more memory."}
	case mapping.ErrorTypeFatal:
		return stopped(err)
	}
	return err
}

// writeError does the same for a transaction that was rolled back.
func writeError(err error) error {
	engine, ok := errors.AsType[*engineError](err)
	if !ok {
		return err
	}
	switch engine.class {
	case mapping.ErrorTypeErrorIO, mapping.ErrorTypeOutOfMemory:
		return &event.Retryable{Err: err, Hint: "Free disk space or memory; nothing of this batch was written.", After: 5 * time.Second}
	case mapping.ErrorTypeFatal:
		return stopped(err)
	}
	return err
}

// stopped is what everything answers after the engine met a failing disk: it takes
// no more until the process starts anew.
func stopped(err error) error {
	return &event.Retryable{
		Err: err, Hint: "See to the disk, then restart Clickspan; what was acknowledged is safe.", After: 30 * time.Second,
	}
}
