package duckdb_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/clickspan/clickspan/internal/event"
)

func TestQueryReads(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	appendTo(t, s, event.Records{Events: []event.Event{{ID: "a", Name: "x", Kind: event.Click, Time: noon}, {ID: "b", Name: "x", Kind: event.Click, Time: noon}}})
	for text, want := range map[string]string{
		"SELECT count(*) FROM events;":                           "2",
		"WITH e AS (SELECT name FROM events) SELECT name FROM e": "x",
		"SELECT [1, 2] AS list -- a comment":                     "[1, 2]",
		"FROM events SELECT odd ORDER BY 1 DESC":                 "b\x1f\x1f\x1f",
		"SELECT column_name FROM (DESCRIBE events) LIMIT 1":      "project",
		"SHOW TABLES":             "bodies",
		"DESCRIBE events":         "project",
		"EXPLAIN SELECT 1":        "physical_plan",
		"SELECT time FROM events": "2026-11-23 12:00:00",
		"SELECT NULL":             "NULL",
	} {
		answer, err := s.Query(t.Context(), text, 1)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := "NULL"
		if value := answer.Rows[0][0]; value != nil {
			got = *value
		}
		if got != want || len(answer.Rows) != 1 {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	if answer, err := s.Query(t.Context(), "SELECT name FROM events", 1); err != nil || !answer.Truncated {
		t.Errorf("got %+v, %v; want one row and Truncated", answer, err)
	}
}

func TestQueryReachesNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	outside := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(outside, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"", ";", "SELECT 1; SELECT 2", "SELECT 1) UNION (SELECT 2; DROP TABLE events",
		"INSERT INTO state VALUES ('x', 1)", "UPDATE state SET value = 0", "DELETE FROM events", "DROP TABLE events", "CREATE TABLE x (a INT)",
		"CREATE TEMP TABLE x (a INT)", "CREATE VIEW v AS SELECT 1", "CREATE MACRO m() AS 1", "ALTER TABLE events ADD COLUMN z INT", "TRUNCATE events",
		"BEGIN", "COMMIT", "CHECKPOINT", "VACUUM", "ANALYZE", "PRAGMA database_list", "PRAGMA enable_profiling", "CALL pragma_version()",
		"SET memory_limit = '10GB'", "RESET memory_limit", "SET enable_external_access = true", "USE temp", "EXPORT DATABASE '/tmp/x'",
		"COPY events TO '" + outside + "'", "COPY (SELECT 1) TO '" + outside + "'", "COPY state FROM '" + outside + "'",
		"ATTACH '" + outside + "' AS o", "ATTACH ':memory:' AS m", "DETACH clickspan", "INSTALL httpfs", "LOAD httpfs", "LOAD '" + outside + "'",
		"SELECT * FROM read_csv('" + outside + "')", "SELECT * FROM read_text('" + outside + "')", "SELECT * FROM read_blob('" + outside + "')",
		"SELECT * FROM read_parquet('" + outside + "')", "SELECT * FROM read_json('" + outside + "')", "SELECT * FROM '" + outside + "'", "SELECT * FROM glob('/etc/*')", "FROM sniff_csv('" + outside + "')",
		"SELECT getenv('HOME')", "EXPLAIN ANALYZE DELETE FROM events", "EXPLAIN ANALYZE COPY (SELECT 1) TO '" + outside + "'", "WITH x AS (DELETE FROM events RETURNING *) SELECT * FROM x",
		"PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p", "SELECT * FROM query('DELETE FROM events')", "SELECT * FROM which_secret('x', 's3')", "SELECT nextval('s')",
	} {
		if answer, err := s.Query(t.Context(), text, 10); !event.IsPermanent(err) {
			t.Errorf("%s: got %+v, %v; want a permanent error", text, answer, err)
		}
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != "a\n1\n" {
		t.Errorf("the file outside is now %q, %v", text, err)
	}
}
