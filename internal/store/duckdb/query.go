package duckdb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
)

// Query answers one read-only statement: SELECT, WITH, EXPLAIN, DESCRIBE, SHOW.
// It sees the telemetry tables and nothing else: no files, no network, no other
// database. At most limit rows come back. Errors are [event.Permanent].
func (s *Store) Query(ctx context.Context, text string, limit int) (out store.Answer, err error) {
	err = s.readers.heavy.withTransaction(ctx, "BEGIN TRANSACTION READ ONLY", func(c *conn) error {
		out, err = c.answer(ctx, text, limit)
		return err
	})
	if engine, ok := errors.AsType[*engineError](err); ok {
		err = &event.Permanent{Err: engine, Hint: "Correct the statement; SHOW TABLES and DESCRIBE name what there is."}
	}
	return out, err
}

var errNotReading = &event.Permanent{
	Err:  errors.New("only one statement that reads is allowed"),
	Hint: "Write one SELECT, WITH, EXPLAIN, DESCRIBE or SHOW.",
}

func (c *conn) answer(ctx context.Context, text string, limit int) (store.Answer, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "; \n\t")
	kind, err := c.statementType(text)
	if err != nil {
		return store.Answer{}, err
	}
	switch kind {
	case mapping.StatementTypeSelect:
		// As a subquery, everything that is no plain reading of rows is a syntax error.
		text = fmt.Sprintf("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (%s\n) LIMIT %d", text, limit+1)
	case mapping.StatementTypeExplain:
		if err := c.explainsReading(text); err != nil {
			return store.Answer{}, err
		}
	default:
		return store.Answer{}, errNotReading
	}
	return c.texts(ctx, text, limit)
}

// explainsReading refuses to explain anything but a SELECT: EXPLAIN ANALYZE runs it.
func (c *conn) explainsReading(text string) error {
	words := strings.Fields(text)
	at := 1
	if len(words) > 1 && strings.EqualFold(words[1], "ANALYZE") {
		at = 2
	}
	kind, err := c.statementType(strings.Join(words[at:], " "))
	if err == nil && (kind != mapping.StatementTypeSelect || !strings.EqualFold(words[0], "EXPLAIN")) {
		err = errNotReading
	}
	return err
}

// statementType tells what a text is without running it.
func (c *conn) statementType(text string) (mapping.StatementType, error) {
	var extracted mapping.ExtractedStatements
	defer mapping.DestroyExtracted(&extracted)
	count := mapping.ExtractStatements(c.native, text, &extracted)
	if count == 0 {
		return 0, &engineError{message: mapping.ExtractStatementsError(extracted)}
	}
	if count > 1 {
		return 0, errNotReading
	}
	var stmt mapping.PreparedStatement
	defer mapping.DestroyPrepare(&stmt)
	if mapping.PrepareExtractedStatement(c.native, extracted, 0, &stmt) == mapping.StateError {
		return 0, &engineError{message: mapping.PrepareError(stmt)}
	}
	return mapping.PreparedStatementType(stmt), nil
}

// texts runs a statement whose columns are all text.
func (c *conn) texts(ctx context.Context, text string, limit int) (out store.Answer, err error) {
	r, err := c.query(ctx, text)
	if err != nil {
		return out, err
	}
	defer r.close()
	for i := range r.columns {
		out.Columns = append(out.Columns, mapping.ColumnName(&r.result, mapping.IdxT(i)))
		if mapping.ColumnType(&r.result, mapping.IdxT(i)) != mapping.TypeVarchar {
			return out, errNotReading
		}
	}
	for row := range r.all() {
		if len(out.Rows) == limit {
			out.Truncated = true
			break
		}
		values := make([]*string, len(r.columns))
		for i := range values {
			if _, ok := cell[nativeText](row, i); ok {
				value := row.text(i)
				values[i] = &value
			}
		}
		out.Rows = append(out.Rows, values)
	}
	return out, nil
}
