package api

import (
	"context"
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// together runs tasks at once and returns the first error, which ends the others.
// A panic becomes an error, because it would end the process from a goroutine of
// its own.
func together(ctx context.Context, tasks ...func(context.Context) error) error {
	work, ctx := errgroup.WithContext(ctx)
	for _, task := range tasks {
		work.Go(func() (err error) {
			defer func() {
				if cause := recover(); cause != nil {
					err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
				}
			}()
			return task(ctx)
		})
	}
	return work.Wait()
}
