package duckdb

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// table fills one table column by column. It writes into the engine's own
// vectors: a row of fifty columns costs no allocation and no call into C.
//
// A row is begun with [table.row] and then gets exactly one value per column, in
// the order of the schema.
type table struct {
	name     string
	capacity int // rows of a chunk
	appender mapping.Appender
	chunk    mapping.DataChunk
	columns  []target
	texts    arena
	rows     int // rows begun in the chunk
	at       int // the next column of the current row
	err      error
}

// target is one column of the chunk that is being filled.
type target struct {
	native mapping.Vector
	data   unsafe.Pointer
	valid  unsafe.Pointer // made on the first NULL
}

// openTable prepares the chunk of a table; it serves many transactions.
func (c *conn) openTable(name string) (*table, error) {
	t := &table{name: name, capacity: int(mapping.VectorSize())}
	if err := t.begin(c); err != nil {
		return nil, err
	}
	types := make([]mapping.LogicalType, mapping.AppenderColumnCount(t.appender))
	for i := range types {
		types[i] = mapping.AppenderColumnType(t.appender, mapping.IdxT(i))
	}
	t.chunk = mapping.CreateDataChunk(types)
	for i := range types {
		mapping.DestroyLogicalType(&types[i])
	}
	t.columns = make([]target, len(types))
	t.refresh()
	mapping.AppenderDestroy(&t.appender)
	return t, nil
}

// begin opens the table for the current transaction.
func (t *table) begin(c *conn) error {
	if t.appender.Ptr != nil {
		return nil
	}
	if mapping.AppenderCreate(c.native, "main", t.name, &t.appender) == mapping.StateError {
		err := t.failure("open")
		mapping.AppenderDestroy(&t.appender)
		t.appender.Ptr = nil
		return err
	}
	t.err = nil
	return nil
}

// refresh learns where the vectors of the emptied chunk lie.
func (t *table) refresh() {
	for i := range t.columns {
		native := mapping.DataChunkGetVector(t.chunk, mapping.IdxT(i))
		t.columns[i] = target{native: native, data: mapping.VectorGetData(native)}
	}
	t.texts.reset()
	t.rows, t.at = 0, len(t.columns)
}

// finish hands the rows to the transaction.
func (t *table) finish() error {
	if t.appender.Ptr == nil {
		return nil
	}
	t.flush()
	if t.err == nil && mapping.AppenderFlush(t.appender) == mapping.StateError {
		t.err = t.failure("flush")
	}
	err := t.err
	t.abandon()
	return err
}

// abandon drops what was not flushed, for a transaction that will be rolled back.
func (t *table) abandon() {
	if t.appender.Ptr == nil {
		return
	}
	if t.err != nil || t.rows > 0 {
		mapping.AppenderClear(t.appender)
	}
	mapping.AppenderDestroy(&t.appender)
	t.appender.Ptr = nil
	mapping.DataChunkReset(t.chunk)
	t.refresh()
}

func (t *table) close() {
	t.abandon()
	mapping.DestroyDataChunk(&t.chunk)
	t.texts.free()
}

func (t *table) failure(what string) error {
	data := mapping.AppenderErrorData(t.appender)
	defer mapping.DestroyErrorData(&data)
	return errors.Join(errors.New(what+" "+t.name), &engineError{class: mapping.ErrorDataErrorType(data), message: mapping.ErrorDataMessage(data)})
}

// flush appends the full chunk and empties it.
func (t *table) flush() {
	if t.rows == 0 {
		return
	}
	mapping.DataChunkSetSize(t.chunk, mapping.IdxT(t.rows))
	if t.err == nil && mapping.AppendDataChunk(t.appender, t.chunk) == mapping.StateError {
		t.err = t.failure("append to")
	}
	mapping.DataChunkReset(t.chunk)
	t.refresh()
}

// row begins the next row.
func (t *table) row() {
	if t.at != len(t.columns) {
		panic(fmt.Sprintf("a row of %s has %d of %d values", t.name, t.at, len(t.columns))) // misses a column of the schema
	}
	if t.rows == t.capacity {
		t.flush()
	}
	t.rows++
	t.at = 0
}

// set writes the next column; T is the Go form of its physical type.
func set[T any](t *table, value T) {
	*(*T)(unsafe.Add(t.columns[t.at].data, uintptr(t.rows-1)*unsafe.Sizeof(value))) = value
	t.at++
}

func (t *table) int(v int64)     { set(t, v) }
func (t *table) float(v float64) { set(t, v) }
func (t *table) bool(v bool)     { set(t, v) }
func (t *table) form(f form)     { set(t, uint8(f)) }

// time writes a TIMESTAMP; the zero time is NULL.
func (t *table) time(v time.Time) {
	if v.IsZero() {
		t.null()
		return
	}
	set(t, v.UnixMicro())
}

// orNull writes v, or NULL when there is none.
func orNull[T any](t *table, v T, present bool) {
	if !present {
		t.null()
		return
	}
	set(t, v)
}

func (t *table) uuid(v uuid) { orNull(t, [2]uint64{v.lo, v.hi ^ 1<<63}, v != uuid{}) }

// ident writes the three columns of an id.
func (t *table) ident(id ident) {
	t.uuid(id.uuid)
	t.form(id.form)
	t.text(id.text)
}

func (t *table) null() {
	column := &t.columns[t.at]
	if column.valid == nil {
		mapping.VectorEnsureValidityWritable(column.native)
		column.valid = mapping.VectorGetValidity(column.native)
	}
	row := t.rows - 1
	*(*uint64)(unsafe.Add(column.valid, row/64*8)) &^= 1 << (row % 64)
	t.at++
}

// mended is a text that the engine takes: what is no UTF-8 it would refuse, in a row
// and in a question for that row.
func mended(text string) string { return strings.ToValidUTF8(text, "�") }

// text writes a VARCHAR.
func (t *table) text(v string) {
	v = mended(v)
	n := nativeText{length: uint32(len(v))}
	if len(v) <= inlineText {
		copy(unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(&n), unsafe.Offsetof(n.prefix))), inlineText), v) //nolint:gosec // duckdb_string_t
	} else {
		copy(n.prefix[:], v)
		*(*unsafe.Pointer)(unsafe.Pointer(&n.rest)) = t.texts.keep(v) //nolint:gosec // duckdb_string_t
	}
	set(t, n)
}

// arena holds the bytes of long texts until the engine has copied them. Its
// memory is pinned, because the engine's vectors point into it.
type arena struct {
	blocks [][]byte // the last one is being filled
	pins   runtime.Pinner
}

const arenaBlock = 1 << 20

func (a *arena) keep(text string) unsafe.Pointer {
	last := len(a.blocks) - 1
	if last < 0 || cap(a.blocks[last])-len(a.blocks[last]) < len(text) {
		block := make([]byte, 0, max(arenaBlock, len(text)))
		a.pins.Pin(unsafe.SliceData(block)) //nolint:gosec // pinned: C will read it
		a.blocks = append(a.blocks, block)
		last++
	}
	at := len(a.blocks[last])
	a.blocks[last] = append(a.blocks[last], text...)
	return unsafe.Pointer(&a.blocks[last][at]) //nolint:gosec // pinned
}

// reset forgets the texts; one block stays for the next chunk.
func (a *arena) reset() {
	switch len(a.blocks) {
	case 0:
	case 1:
		a.blocks[0] = a.blocks[0][:0]
	default:
		a.free()
	}
}

func (a *arena) free() {
	a.pins.Unpin()
	a.blocks = nil
}
