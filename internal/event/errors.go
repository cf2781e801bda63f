package event

import (
	"errors"
	"time"
)

// Permanent marks an error that a retry cannot mend: the sender's fault. HTTP
// answers 400, the CLI exits 1.
type Permanent struct {
	Err  error
	Hint string // what to do next, a full sentence
}

func (e *Permanent) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Permanent) Unwrap() error { return e.Err }

// Retryable marks an error that will pass: a full queue, a full disk, a store
// that is starting. HTTP answers 503 with Retry-After.
type Retryable struct {
	Err   error
	Hint  string
	After time.Duration // how long to wait; 0 = one second
}

func (e *Retryable) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Retryable) Unwrap() error { return e.Err }

// ErrNoSpace is in the tree of every error of a write that found the disk full.
var ErrNoSpace = errors.New("no space left on the disk")

// IsRetryable reports whether any error in err's tree is [Retryable].
func IsRetryable(err error) bool {
	_, ok := errors.AsType[*Retryable](err)
	return ok
}

// IsPermanent reports whether any error in err's tree is [Permanent].
func IsPermanent(err error) bool {
	_, ok := errors.AsType[*Permanent](err)
	return ok
}
