package cli

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"clickspan": func() {
			os.Exit(Run(context.Background(), os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.LookupEnv))
		},
	})
}

// TestCommands runs testdata/*.txtar: the commands as users type them.
func TestCommands(t *testing.T) {
	t.Parallel()
	first, err := os.ReadFile("../store/duckdb/testdata/schemas/1.sql")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata", Cmds: map[string]func(*testscript.TestScript, bool, []string){
		// earlier DIR makes the data directory of the first version.
		"earlier": func(ts *testscript.TestScript, _ bool, args []string) {
			dir := ts.MkAbs(args[0])
			ts.Check(os.Mkdir(dir, 0o700))
			var (
				db   mapping.Database
				conn mapping.Connection
				told mapping.Result
			)
			defer mapping.Close(&db)
			defer mapping.Disconnect(&conn)
			if mapping.Open(filepath.Join(dir, "clickspan.duckdb"), &db) != mapping.StateSuccess || mapping.Connect(db, &conn) != mapping.StateSuccess ||
				mapping.Query(conn, string(first), &told) != mapping.StateSuccess {
				ts.Fatalf("the first schema: %s", mapping.ResultError(&told))
			}
			mapping.DestroyResult(&told)
		},
		// settings DIR N makes settings of schema N.
		"settings": func(ts *testscript.TestScript, _ bool, args []string) {
			db, err := sql.Open("sqlite", filepath.Join(ts.MkAbs(args[0]), "settings.db"))
			ts.Check(err)
			_, err = db.Exec("PRAGMA user_version = " + args[1])
			ts.Check(errors.Join(err, db.Close()))
		},
	}})
}
