package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestCases runs testdata/<format>/*.txtar. A case has a request, the records it
// must give as JSON lines and the reasons of what was rejected; the comment at its
// head sets options, one "name: value" a line. CLICKSPAN_UPDATE=1 rewrites the
// expectations, for a reviewer to read.
func TestCases(t *testing.T) {
	t.Parallel()
	for _, file := range caseFiles(t) {
		t.Run(strings.TrimPrefix(file, "testdata/"), func(t *testing.T) {
			t.Parallel()
			c := readCase(t, file)
			want, rejected := c.member("want.jsonl"), c.member("rejected")
			got, gotRejected := c.run(t)
			if os.Getenv("CLICKSPAN_UPDATE") != "" {
				c.write(t, file, got, gotRejected)
				return
			}
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(strings.Split(rejected, "\n"), strings.Split(gotRejected, "\n")); diff != "" {
				t.Errorf("rejected (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryFormatHasCases keeps the registry and testdata together.
func TestEveryFormatHasCases(t *testing.T) {
	t.Parallel()
	for _, f := range Formats() {
		if files, _ := filepath.Glob(filepath.Join("testdata", f.Name, "*.txtar")); len(files) == 0 {
			t.Errorf("format %s has no testdata/%s/*.txtar", f.Name, f.Name)
		}
	}
}

// TestFormatsDetectTheirOwnCases guesses every case's format. A case whose input
// tells too little says "detect: no", one that is several formats names the guess.
func TestFormatsDetectTheirOwnCases(t *testing.T) {
	t.Parallel()
	for _, file := range caseFiles(t) {
		c := readCase(t, file)
		want := c.setting("detect")
		if want == "no" || c.format.Detect == nil {
			continue
		}
		if want == "" {
			want = c.format.Name
		}
		if got, err := Detect([]byte(c.member("request") + "\n")); err != nil || got.Name != want {
			t.Errorf("%s: detected %q, want %q (%v)", file, got.Name, want, err)
		}
	}
}

type testCase struct {
	archive *txtar.Archive
	format  Format
	options Options
}

func caseFiles(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no cases: %v", err)
	}
	return files
}

func readCase(tb testing.TB, file string) *testCase {
	tb.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	c := &testCase{archive: archive}
	name := filepath.Base(filepath.Dir(file))
	format, ok := Lookup(name)
	if !ok {
		tb.Fatalf("%s: no format %s in the registry", file, name)
	}
	zone, err := time.LoadLocation(c.setting("timezone"))
	if err != nil {
		tb.Fatal(err)
	}
	longest, _ := strconv.Atoi(c.setting("max-line"))
	c.format = format
	c.options = Options{
		Service: c.setting("service"), LogFormat: c.setting("log-format"), Location: zone, MaxLine: longest,
		Path: c.setting("path"), Query: c.setting("query"),
		Header: func(name string) string { return c.setting(strings.ToLower(name)) },
	}
	return c
}

func (c *testCase) setting(name string) string {
	for line := range strings.Lines(string(c.archive.Comment)) {
		if value, found := strings.CutPrefix(line, name+": "); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (c *testCase) member(name string) string {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return strings.TrimSuffix(string(f.Data), "\n")
		}
	}
	return ""
}

// run decodes the request and renders what came out.
func (c *testCase) run(tb testing.TB) (records, rejected string) {
	tb.Helper()
	got := &Recorder{}
	if err := c.format.Decode(strings.NewReader(c.member("request")), c.options, got); err != nil {
		got.Reject(Reject{Index: -1, Reason: err.Error()})
	}
	var reasons []string
	for _, r := range got.Rejected {
		reasons = append(reasons, fmt.Sprintf("%d: %s", r.Index, r.Reason))
	}
	return render(tb, got), strings.Join(reasons, "\n")
}

// render writes records as JSON lines, with the durations that JSON leaves out.
func render(tb testing.TB, r *Recorder) string {
	tb.Helper()
	var lines []string
	add := func(kind string, record any, extra map[string]any) {
		raw, err := json.Marshal(record)
		if err != nil {
			tb.Fatal(err)
		}
		all := map[string]any{}
		if err := json.Unmarshal(raw, &all); err != nil {
			tb.Fatal(err)
		}
		all["record"] = kind
		maps.Copy(all, extra)
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(all); err != nil {
			tb.Fatal(err)
		}
		lines = append(lines, strings.TrimSuffix(out.String(), "\n"))
	}
	for _, e := range r.Records.Events {
		add("event", e, durations("duration_us", e.Duration))
	}
	for _, c := range r.Records.Calls {
		extra := durations("grain_us", c.Grain)
		if c.Timed {
			extra["duration_us"] = c.Duration.Microseconds()
		}
		add("call", c, extra)
	}
	for _, s := range r.Records.Spans {
		add("span", s, durations("duration_us", s.Duration))
	}
	for _, rel := range r.Releases {
		add("release", rel, nil)
	}
	return strings.Join(lines, "\n")
}

func durations(name string, d time.Duration) map[string]any {
	extra := map[string]any{}
	if d != 0 {
		extra[name] = d.Microseconds()
	}
	return extra
}

// write stores what the decoder gave as the expectation.
func (c *testCase) write(tb testing.TB, file, records, rejected string) {
	tb.Helper()
	files := []txtar.File{{Name: "request", Data: []byte(c.member("request") + "\n")}, {Name: "want.jsonl", Data: []byte(records + "\n")}}
	if rejected != "" {
		files = append(files, txtar.File{Name: "rejected", Data: []byte(rejected + "\n")})
	}
	c.archive.Files = files
	if err := os.WriteFile(file, txtar.Format(c.archive), 0o644); err != nil {
		tb.Fatal(err)
	}
}
