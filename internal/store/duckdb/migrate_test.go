package duckdb

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/google/go-cmp/cmp"
)

// TestMigrateFromEverySchema starts from the data that each released schema
// leaves behind (testdata/schemas/N.sql) and compares where it ends.
func TestMigrateFromEverySchema(t *testing.T) {
	t.Parallel()
	want := schemaAfter(t, "")
	files, err := filepath.Glob("testdata/schemas/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no earlier schemas", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, schemaAfter(t, string(text))); diff != "" {
				t.Errorf("the schema differs from a new one (-new +migrated):\n%s", diff)
			}
		})
	}
}

// TestMigrateAfterAStop begins a step of two parts anew that was stopped in its second.
func TestMigrateAfterAStop(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/schemas/4.sql")
	if err != nil {
		t.Fatal(err)
	}
	first, err := migrations.ReadFile("migrations/0006_linked.sql")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(schemaAfter(t, ""), schemaAfter(t, string(text)+string(first))); diff != "" {
		t.Errorf("the schema differs from a new one (-new +migrated):\n%s", diff)
	}
}

func schemaAfter(t *testing.T, before string) []string {
	t.Helper()
	dir := t.TempDir()
	if before != "" {
		writeDatabase(t, filepath.Join(dir, FileName), before)
	}
	s, err := Open(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	answer, err := s.Query(t.Context(), "SELECT table_name || '.' || column_name || ' ' || data_type FROM duckdb_columns() WHERE NOT internal AND database_name <> 'temp' ORDER BY table_name, column_index", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for _, row := range answer.Rows {
		columns = append(columns, *row[0])
	}
	if before != "" {
		kept, err := s.Query(t.Context(), "SELECT count(*) FROM events", 1)
		if err != nil || *kept.Rows[0][0] != "1" {
			t.Errorf("the event of the old schema is gone: %v", err)
		}
		marked, err := s.Query(t.Context(), "SELECT coalesce(string_agg(linked || ' ' || tied || ' ' || tied_by || ' ' || coalesce(answered, 0), ', ' ORDER BY id), '') AS marks FROM calls WHERE tied IS NOT NULL", 1)
		want := ""
		if strings.Contains(before, "INSERT INTO links") {
			want = "0.5 0.5 window 0.0, 0.5 1.0 span 1.0"
		}
		if err != nil || *marked.Rows[0][0] != want {
			t.Errorf("what links tell of calls: %v, %v, want %s", *marked.Rows[0][0], err, want)
		}
		summed, err := s.Query(t.Context(), "SELECT minute || ' ' || outcome || ' ' || bucket || ' ' || n || ' ' || samples AS sums FROM rollup_minutes", 2)
		if err != nil || len(summed.Rows) != 1 || *summed.Rows[0][0] != "2026-11-23 10:00:00 5 79 1.0 1" {
			t.Errorf("the call of the old schema is summed up as %v, %v", summed.Rows, err)
		}
	}
	return columns
}

// writeDatabase makes a data file as an earlier version did.
func writeDatabase(t *testing.T, path, text string) {
	t.Helper()
	s := &Store{}
	if err := openDatabase(path, Config{}, readWrite, &s.database); err != nil {
		t.Fatal(err)
	}
	defer mapping.Close(&s.database)
	c, err := s.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if err := c.script(text); err != nil {
		t.Fatal(err)
	}
}

func TestMigrateRefusesANewerSchema(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeDatabase(t, filepath.Join(dir, FileName), "CREATE TABLE migrations (number BIGINT PRIMARY KEY, name VARCHAR); INSERT INTO migrations VALUES (999, 'x')")
	if _, err := Open(t.Context(), Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("got %v", err)
	}
}

// TestUpgradeCanBeRefused leaves every byte of an earlier version's data in place.
func TestUpgradeCanBeRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	text, err := os.ReadFile("testdata/schemas/1.sql")
	if err != nil {
		t.Fatal(err)
	}
	writeDatabase(t, path, string(text))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	refusal := errors.New("not today")
	_, err = Open(t.Context(), Config{Dir: dir, Approve: func(pending []string) error {
		asked = pending
		return refusal
	}})
	if !errors.Is(err, refusal) || len(asked) == 0 || asked[0] != "0002_rollups.sql" {
		t.Fatalf("asked about %v, got %v", asked, err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the refused file was changed, or %v", err)
	}
	var steps []string
	s, err := Open(t.Context(), Config{Dir: dir, Approve: func([]string) error { return nil }, Migrated: func(name string, share float64) {
		if share == 1 {
			steps = append(steps, name)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(asked, steps); diff != "" {
		t.Errorf("steps (-asked +taken):\n%s", diff)
	}
	if s, err = Open(t.Context(), Config{Dir: dir, Approve: func([]string) error { return refusal }}); err != nil {
		t.Fatalf("an upgraded directory still asks: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestMigrateFindsWhoIsWho reads the claims that rows of an earlier version make.
func TestMigrateFindsWhoIsWho(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/schemas/3.sql")
	if err != nil {
		t.Fatal(err)
	}
	writeDatabase(t, filepath.Join(dir, FileName), string(text)+`
INSERT INTO events (project, seq, time, id, forms, odd, name, kind, device_id, user_id, session_id, consent) VALUES
    (2, 10, '2026-11-23 10:05:00', '0192f3a4-5b6c-7d8e-9f00-000000000002', 1, '', 'login', 'custom', 'd1', 'u1', 's2', ''),
    (2, 11, '2026-11-23 10:00:00', '0192f3a4-5b6c-7d8e-9f00-000000000001', 1, '', 'who', 'identify', 'd1', 'u1', 's1', ''),
    (2, 12, '2026-11-23 10:00:00', '0192f3a4-5b6c-7d8e-9f00-000000000003', 1, '', 'login', 'custom', 'd2', 'u1', 's1', 'denied'),
    (2, 13, '2026-11-23 11:00:00', '0192f3a4-5b6c-7d8e-9f00-000000000004', 1, '', 'login', 'custom', 'shared', 'u1', 's3', ''),
    (2, 14, '2026-11-23 11:00:00', '0192f3a4-5b6c-7d8e-9f00-000000000005', 1, '', 'login', 'custom', 'shared', 'u2', 's4', '');
INSERT INTO calls (project, seq, time, id, forms, odd, device_id, user_id, session_id, consent) VALUES
    (2, 15, '2026-11-23 09:00:00', '0192f3a4-5b6c-7d8e-9f00-000000000006', 4, 'é 1', 'key', 'u2', '', '')`)
	s, err := Open(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	found := map[string][]string{}
	for _, id := range []string{"d1", "u2"} {
		who, err := s.PersonOf(t.Context(), 2, id)
		if err != nil {
			t.Fatal(err)
		}
		found[id] = append(append([]string{who.ID}, who.DeviceIDs...), who.Shared...)
		for _, c := range who.Claims {
			found[id] = append(found[id], string(c.Method)+" "+c.EventID+c.CallID+" "+c.SessionID)
		}
	}
	want := map[string][]string{
		"d1": {"u1", "d1", "shared", "identify 0192f3a4-5b6c-7d8e-9f00-000000000001 s1", "login 0192f3a4-5b6c-7d8e-9f00-000000000004 s3"},
		"u2": {"u2", "key", "shared", "login é 1 ", "login 0192f3a4-5b6c-7d8e-9f00-000000000005 s4"},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("who is who (-want +got):\n%s", diff)
	}
	answer, err := s.Query(t.Context(), "SELECT string_agg(id || ' ' || person || ' ' || session_id, ', ' ORDER BY id) AS people FROM people", 1)
	if err != nil || *answer.Rows[0][0] != "d1 u1 , key u2 , shared u1 s3" {
		t.Errorf("people are %v, %v", answer.Rows, err)
	}
}
