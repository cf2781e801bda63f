package duckdb

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// FindProperty implements [store.Reader]. No index keeps the values: a
// search for the value in the text of the maps is fast enough, and costs intake
// and erasure nothing.
func (s *Store) FindProperty(ctx context.Context, scope store.Scope, keys []string, value string, limit int) ([]store.PropertyHit, error) {
	if scope.Filter != nil {
		return nil, &event.Permanent{Err: errors.New("a search for a property takes no filter"), Hint: "Leave the filter out."}
	}
	if err := checkLimit(limit); err != nil {
		return nil, err
	}
	hits := []store.PropertyHit{}
	if value == "" || len(keys) == 0 {
		return hits, nil
	}
	parts, pattern := mapParts(keys, value)
	args := []any{scope.Project, scope.From, scope.To, parts[0], parts[1], parts[2], pattern}
	err := s.readers.heavy.with(ctx, func(c *conn) error {
		r, err := c.query(ctx, statement("find_property", "id", idText("r")), args...)
		if err != nil {
			return err
		}
		defer r.close()
		for row := range r.all() {
			hit := store.PropertyHit{Hit: store.Hit{Time: row.time(0), Kind: row.text(1), ID: row.text(2)}, SessionID: row.text(3)}
			if hit.Key = keyWith(objectOf(row.text(4)), keys, value); hit.Key != "" {
				hits = append(hits, hit)
			}
			if len(hits) == limit {
				break
			}
		}
		return nil
	})
	return hits, err
}

// mapParts is three texts, one of which every open map contains that has the
// value under one of the keys: as text, as an integer, and as the float that the
// sender's JSON may have made of it, 1.234567e+06. The pattern is for the key and
// the value together.
func mapParts(keys []string, value string) (parts [3]string, pattern string) {
	quoted := string(appendQuoted(nil, value))
	parts = [3]string{quoted, quoted, quoted}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		parts[1], parts[2] = ":"+value, ":"+string(appendFloat(nil, float64(n)))
	}
	names, values := make([]string, len(keys)), make([]string, len(parts))
	for i, key := range keys {
		names[i] = regexp.QuoteMeta(string(appendQuoted(nil, key)))
	}
	for i, part := range parts {
		values[i] = regexp.QuoteMeta(strings.TrimPrefix(part, ":"))
	}
	return parts, "(" + strings.Join(names, "|") + "):(" + strings.Join(values, "|") + ")[,}]"
}

// keyWith is the first of keys that has the value; empty when none has.
func keyWith(open map[string]any, keys []string, value string) string {
	for _, key := range keys {
		if store.IsID(open[key], value) {
			return key
		}
	}
	return ""
}
