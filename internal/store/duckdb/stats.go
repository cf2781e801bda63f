package duckdb

import (
	"context"
	"os"
	"path/filepath"

	"github.com/clickspan/clickspan/internal/store"
)

// Stats implements [store.Reader].
func (s *Store) Stats(ctx context.Context) (out store.Stats, err error) {
	err = s.readers.light.with(ctx, func(c *conn) error {
		return c.each(ctx, statement("stats"), nil, func(r *reader) {
			out.Engine, out.Events, out.Calls, out.Spans, out.Links = r.text(), r.int(), r.int(), r.int(), r.int()
			out.Watermark, out.From, out.To = store.Seq(r.int()), r.time(), r.time()
		})
	})
	out.Arrived = store.Seq(s.writer.seq.Load())
	for _, name := range []string{FileName, FileName + ".wal"} {
		if info, err := os.Stat(filepath.Join(s.dir, name)); err == nil {
			out.DiskBytes += info.Size()
		}
	}
	return out, err
}

// Checkpoint moves what is in the log into the data file, for a backup or a
// measurement; commits do it by themselves when the log has grown to 32 MB.
func (s *Store) Checkpoint(ctx context.Context) error {
	return s.writer.submit(ctx, &job{do: func() error { return writeError(s.writer.conn.script("CHECKPOINT")) }})
}
