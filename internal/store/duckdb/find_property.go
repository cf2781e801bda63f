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
	part, asFloat, pattern := mapParts(keys, value)
	args := []any{scope.Project, scope.From, scope.To, part, asFloat, pattern}
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

// mapParts is two texts, one of which every open map contains that has the value
// under one of the keys, and a pattern for the key and the value together. The
// texts differ for a number that the sender's JSON made a float: 1.234567e+06.
func mapParts(keys []string, value string) (part, asFloat, pattern string) {
	quoted := string(appendQuoted(nil, value))
	part = quoted[1 : len(quoted)-1]
	asFloat = part
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		asFloat = string(appendFloat(nil, float64(n)))
	}
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = regexp.QuoteMeta(string(appendQuoted(nil, key)))
	}
	return part, asFloat, "(" + strings.Join(names, "|") + `):("?` + regexp.QuoteMeta(part) + `"?|` + regexp.QuoteMeta(asFloat) + `)[,}]`
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
