package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/duckdb"
	"github.com/clickspan/clickspan/internal/store/storetest"
)

// TestCases runs the cases of analysis/testdata/cases: what was sent (events, calls; as
// the native intake takes them, one a line) and then questions, each named by its kind
// and followed by the answer without its meta. Every case is a project of its own in
// the reference store and in the engine; it is 2026-11-20 12:00 UTC. CLICKSPAN_UPDATE=1
// rewrites the answers, for a reviewer to read. In place of an answer stands want where
// only a part matters: objects of the answer may hold more, lists may not.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../analysis/testdata/cases/*/*.txtar")
	must(t, err)
	for name, open := range map[string]func(*testing.T) store.Store{
		"reference": func(*testing.T) store.Store { return storetest.NewReference(clock) },
		"duckdb": func(t *testing.T) store.Store {
			t.Helper()
			s, err := duckdb.Open(t.Context(), duckdb.Config{Dir: t.TempDir(), Threads: 2, Now: clock})
			must(t, err)
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newAnalyst(t, open(t))
			for _, file := range files {
				name := strings.TrimSuffix(strings.TrimPrefix(file, "../analysis/testdata/cases/"), ".txtar")
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					w.answer(t, strings.ReplaceAll(name, "/", "-"), file)
				})
			}
		})
	}
}

// newAnalyst is a world over a store with a link pass.
func newAnalyst(t *testing.T, over store.Store) *world {
	t.Helper()
	linker := pipeline.NewLinker(pipeline.LinkerConfig{Store: over, Now: clock})
	w := newWorld(t, func(c *Config) { c.Store, c.Linker = over, linker })
	var passes sync.WaitGroup
	passes.Go(func() { _ = linker.Run(t.Context()) }) // always the end of the context
	t.Cleanup(func() {
		passes.Wait()
		must(t, over.Close())
	})
	return w
}

// answer runs one case.
func (w *world) answer(t *testing.T, project, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	must(t, err)
	made, err := w.meta.CreateProject(t.Context(), project)
	must(t, err)
	key, _, err := w.meta.CreateKey(t.Context(), made.ID, meta.ServerKey, nil, "")
	must(t, err)
	var got string
	for i, part := range archive.Files {
		switch part.Name {
		case "events", "calls":
			taken := send(t, http.MethodPost, w.main.URL+"/intake/"+part.Name+"?sync=1", string(part.Data), "X-Clickspan-Key", key)
			if must200(t, taken); !strings.Contains(taken.body, `"rejected":0`) {
				t.Fatal(taken.body)
			}
		case "want":
			sameJSON(t, archive.Files[i-1].Name, string(part.Data), wantedOf(t, got, part.Data))
		case "answer":
			if os.Getenv("CLICKSPAN_UPDATE") != "" {
				archive.Files[i].Data = []byte(got)
				continue
			}
			sameJSON(t, archive.Files[i-1].Name, string(part.Data), got)
		default:
			got = w.question(t, project, part)
		}
	}
	if os.Getenv("CLICKSPAN_UPDATE") != "" {
		must(t, os.WriteFile(file, txtar.Format(archive), 0o600))
	}
}

// question asks and returns the answer, one part of it a line.
func (w *world) question(t *testing.T, project string, part txtar.File) string {
	t.Helper()
	var body map[string]any
	must(t, json.Unmarshal(part.Data, &body))
	body["project"] = project
	text, err := json.Marshal(body)
	must(t, err)
	reply := send(t, http.MethodPost, w.main.URL+"/api/v1/query/"+part.Name, string(text), "Authorization", "Bearer "+w.admin, "Content-Type", "application/json")
	var answer map[string]json.RawMessage
	must(t, json.Unmarshal([]byte(reply.body), &answer))
	if reply.status != http.StatusOK {
		return fmt.Sprintf("{\"status\": %d, \"detail\": %s}\n", reply.status, answer["detail"])
	}
	delete(answer, "meta")
	out, err := json.MarshalIndent(answer, "", " ")
	must(t, err)
	return compact(out) + "\n"
}

// compact puts every field of indented JSON on a line, and every object of a list.
func compact(indented []byte) string {
	var out strings.Builder
	for line := range strings.Lines(string(indented)) {
		text := strings.TrimSpace(line)
		switch depth := strings.Index(line, text); {
		case depth < 2 && !strings.HasPrefix(text, "]") && text != "{", depth == 2 && strings.HasPrefix(text, "{"):
			out.WriteString("\n" + line[:depth])
		case strings.HasSuffix(out.String(), ","):
			out.WriteByte(' ')
		}
		out.WriteString(text)
	}
	return out.String()
}

// sameJSON compares numbers to 1e-9.
func sameJSON(t *testing.T, question, want, got string) {
	t.Helper()
	var wanted, have any
	must(t, json.Unmarshal([]byte(want), &wanted))
	must(t, json.Unmarshal([]byte(got), &have))
	if diff := cmp.Diff(wanted, have, cmpopts.EquateApprox(1e-9, 1e-9)); diff != "" {
		t.Errorf("%s (-want +got):\n%s\nin full:\n%s", question, diff, got)
	}
}
