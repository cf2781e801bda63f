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
	for _, name := range []string{fileName, fileName + ".wal"} {
		if info, err := os.Stat(filepath.Join(s.dir, name)); err == nil {
			out.DiskBytes += info.Size()
		}
	}
	return out, err
}
