package duckdb

import (
	"context"

	"github.com/clickspan/clickspan/internal/store"
)

// durationBucket is store.BucketOf of a call c.
const durationBucket = "CASE WHEN c.duration_us <= 1 THEN -1 ELSE ceil(log2(c.duration_us) * 8) - 1 END"

// Heatmap implements [store.Reader].
func (s *Store) Heatmap(ctx context.Context, q store.HeatmapQuery) ([]store.HeatmapCell, error) {
	out := []store.HeatmapCell{}
	text, args, err := heatmapQuery(q)
	if err != nil {
		return out, err
	}
	err = s.readers.heavy.with(ctx, func(c *conn) error {
		if cells, told, err := c.rolledHeatmap(ctx, q); told || err != nil {
			out = cells
			return err
		}
		return c.each(ctx, text, args, func(r *reader) {
			out = append(out, store.HeatmapCell{Column: int(r.int()), Bucket: int(r.int()), Count: r.int(), Failed: r.int()})
		})
	})
	return out, err
}

func heatmapQuery(q store.HeatmapQuery) (string, []any, error) {
	if err := checkEdges(q.Edges); err != nil {
		return "", nil, err
	}
	q.From, q.To = q.Edges[0], q.Edges[len(q.Edges)-1]
	var bucket, rows query
	if _, err := rows.rowsIn(store.OfCalls, q.Scope, nil, false); err != nil {
		return "", nil, err
	}
	if !store.Mentions(q.Filter, "call.side") {
		rows.add(" AND c.side = 'server'")
	}
	bucket.bucket("c.time", q.Edges)
	text := statement("heatmap", "bucket", bucket.String(), "duration", durationBucket, "failed", failedCall, "rows", rows.String())
	return text, append(bucket.args, rows.args...), nil
}
