package duckdb

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/clickspan/clickspan/internal/event"
)

// The driver's own rows box every value of every row. A page of timelines or a
// pass of the linker moves millions of values, so this file talks to DuckDB's C
// interface through the driver's mapping package and reads whole vectors.

// conn is one connection to the engine. It is used by one goroutine at a time.
type conn struct{ native mapping.Connection }

// engineError is a failure that DuckDB reports.
type engineError struct {
	class   mapping.ErrorType
	message string
}

func (e *engineError) Error() string { return e.message }

// Is lets errors.Is find [event.ErrNoSpace].
func (e *engineError) Is(target error) bool {
	return target == event.ErrNoSpace && strings.Contains(e.message, "No space left")
}

// query runs one statement and returns its rows; the caller closes them. A
// cancelled ctx interrupts the statement.
func (c *conn) query(ctx context.Context, text string, args ...any) (*rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var stmt mapping.PreparedStatement
	defer mapping.DestroyPrepare(&stmt)
	if mapping.Prepare(c.native, text, &stmt) == mapping.StateError {
		return nil, fmt.Errorf("prepare: %w\n%s", &engineError{message: mapping.PrepareError(stmt)}, text)
	}
	for i, arg := range args {
		if err := bind(stmt, mapping.IdxT(i+1), arg); err != nil {
			return nil, err
		}
	}
	return c.execute(ctx, stmt)
}

func (c *conn) execute(ctx context.Context, stmt mapping.PreparedStatement) (*rows, error) {
	stop := c.interruptWith(ctx)
	r := &rows{}
	state := mapping.ExecutePrepared(stmt, &r.result)
	stop()
	if state == mapping.StateError {
		err := &engineError{class: mapping.ResultErrorType(&r.result), message: mapping.ResultError(&r.result)}
		mapping.DestroyResult(&r.result)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	r.columns = make([]vector, mapping.ColumnCount(&r.result))
	return r, nil
}

// interruptWith stops the running statement when ctx ends. The returned func
// waits until no interrupt can hit the next statement.
func (c *conn) interruptWith(ctx context.Context) (stop func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	finished := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		mapping.Interrupt(c.native)
		close(finished)
	})
	return func() {
		if !cancel() {
			<-finished
		}
	}
}

// exec runs one statement and returns how many rows it changed.
func (c *conn) exec(ctx context.Context, text string, args ...any) (int64, error) {
	r, err := c.query(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	defer r.close()
	return int64(mapping.RowsChanged(&r.result)), nil
}

// script runs statements that have no parameters.
func (c *conn) script(text string) error {
	var result mapping.Result
	defer mapping.DestroyResult(&result)
	if mapping.Query(c.native, text, &result) == mapping.StateError {
		return &engineError{class: mapping.ResultErrorType(&result), message: mapping.ResultError(&result)}
	}
	return nil
}

// transact runs do in a transaction that commits when do returns nil.
func (c *conn) transact(begin string, do func() error) error {
	if err := c.script(begin); err != nil {
		return err
	}
	err := do()
	if err == nil {
		err = c.script("COMMIT")
	}
	if err != nil {
		_ = c.script("ROLLBACK") // a failed COMMIT has rolled back already
	}
	return err
}

// number runs a statement that answers with one number; NULL counts as zero.
func (c *conn) number(ctx context.Context, text string, args ...any) (int64, error) {
	r, err := c.query(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	defer r.close()
	for row := range r.all() {
		return row.int(0), nil
	}
	return 0, nil
}

func (c *conn) close() { mapping.Disconnect(&c.native) }

// bind sets parameter i, counted from 1.
func bind(stmt mapping.PreparedStatement, i mapping.IdxT, arg any) error {
	var state mapping.State
	switch v := arg.(type) {
	case nil:
		state = mapping.BindNull(stmt, i)
	case int:
		state = mapping.BindInt64(stmt, i, int64(v))
	case int64:
		state = mapping.BindInt64(stmt, i, v)
	case event.ProjectID:
		state = mapping.BindInt64(stmt, i, int64(v))
	case float64:
		state = mapping.BindDouble(stmt, i, v)
	case bool:
		state = mapping.BindBoolean(stmt, i, v)
	case string:
		state = mapping.BindVarchar(stmt, i, mended(v))
	case time.Time:
		state = mapping.BindTimestamp(stmt, i, mapping.NewTimestamp(v.UnixMicro()))
	case uuid:
		value := mapping.CreateUUID(mapping.NewUHugeInt(v.lo, v.hi))
		state = mapping.BindValue(stmt, i, value)
		mapping.DestroyValue(&value)
	default:
		return fmt.Errorf("parameter %d has the type %T, which has no SQL type", i, arg)
	}
	if state == mapping.StateError {
		return fmt.Errorf("parameter %d: %s", i, mapping.PrepareError(stmt))
	}
	return nil
}

// rows is a result in memory.
type rows struct {
	result  mapping.Result
	chunk   mapping.DataChunk
	columns []vector
	at      int
}

// vector is one column of the current chunk.
type vector struct {
	data  unsafe.Pointer
	valid unsafe.Pointer // nil: no NULL in it
	last  string         // of the row before: most columns repeat, and a repeated text needs no copy
}

// all yields the rows one by one; each is valid until the next.
func (r *rows) all() iter.Seq[*rows] {
	return func(yield func(*rows) bool) {
		for r.fetch() {
			for r.at = range int(mapping.DataChunkGetSize(r.chunk)) {
				if !yield(r) {
					return
				}
			}
		}
	}
}

func (r *rows) fetch() bool {
	mapping.DestroyDataChunk(&r.chunk)
	r.chunk = mapping.FetchChunk(r.result)
	if r.chunk.Ptr == nil || mapping.DataChunkGetSize(r.chunk) == 0 {
		return false
	}
	for i := range r.columns {
		native := mapping.DataChunkGetVector(r.chunk, mapping.IdxT(i))
		r.columns[i].data = mapping.VectorGetData(native)
		r.columns[i].valid = mapping.VectorGetValidity(native)
	}
	return true
}

// listsOf is a column of lists in the current chunk.
type listsOf[T any] struct {
	spans    []listSpan
	elements []T // of all lists; none is NULL
}

// listSpan is duckdb_list_entry.
type listSpan struct{ offset, length uint64 }

func lists[T any](r *rows, column, n int) listsOf[T] {
	native := mapping.DataChunkGetVector(r.chunk, mapping.IdxT(column))
	elements := (*T)(mapping.VectorGetData(mapping.ListVectorGetChild(native)))
	return listsOf[T]{whole[listSpan](r, column, n), unsafe.Slice(elements, mapping.ListVectorGetSize(native))} //nolint:gosec // as many as it says
}

// list is that of row i of the chunk.
func (l *listsOf[T]) list(i int) []T {
	s := l.spans[i]
	return l.elements[s.offset : s.offset+s.length]
}

func (r *rows) close() {
	mapping.DestroyDataChunk(&r.chunk)
	mapping.DestroyResult(&r.result)
}

// cell returns the value of the current row, the zero value for NULL. T must be
// the Go form of the column's physical type.
func cell[T any](r *rows, column int) (value T, ok bool) {
	v := &r.columns[column]
	if v.valid != nil {
		word := *(*uint64)(unsafe.Add(v.valid, r.at/64*8))
		if word&(1<<(r.at%64)) == 0 {
			return value, false
		}
	}
	return *(*T)(unsafe.Add(v.data, uintptr(r.at)*unsafe.Sizeof(value))), true
}

func (r *rows) int(column int) int64 {
	v, _ := cell[int64](r, column)
	return v
}

func (r *rows) float(column int) float64 {
	v, _ := cell[float64](r, column)
	return v
}

func (r *rows) bool(column int) bool {
	v, _ := cell[bool](r, column)
	return v
}

// time reads a TIMESTAMP; NULL is the zero time.
func (r *rows) time(column int) time.Time {
	us, ok := cell[int64](r, column)
	if !ok {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// uuid reads a UUID, which DuckDB keeps as a 128-bit number with the sign bit flipped.
func (r *rows) uuid(column int) (uuid, bool) {
	v, ok := cell[[2]uint64](r, column)
	return uuid{hi: v[1] ^ 1<<63, lo: v[0]}, ok
}

func (r *rows) text(column int) string {
	t, ok := cell[nativeText](r, column)
	if !ok || t.length == 0 {
		return ""
	}
	v := &r.columns[column]
	if b := t.bytes(); string(b) != v.last {
		v.last = string(b)
	}
	return v.last
}

// nativeText is duckdb_string_t: up to twelve bytes lie in it, more elsewhere.
type nativeText struct {
	length uint32
	prefix [4]byte
	rest   [8]byte // the other eight bytes, or the address of all
}

const inlineText = 12

func (t *nativeText) bytes() []byte {
	if t.length <= inlineText {
		return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(t), unsafe.Offsetof(t.prefix))), t.length) //nolint:gosec // duckdb_string_t
	}
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&t.rest)), t.length) //nolint:gosec // duckdb_string_t
}
