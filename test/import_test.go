package test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// imported is what `import --json` prints.
type imported struct {
	Files []struct {
		Path, Format                   string
		Accepted, Duplicates, Rejected int
		Errors                         []struct{ Index int }
		From, To                       time.Time
	}
}

func importFiles(t *testing.T, args ...string) imported {
	t.Helper()
	out, errs, code := run(t, append([]string{"import", "--json"}, args...)...)
	if code != 0 {
		t.Fatalf("import %v: exit %d: %s", args, code, errs)
	}
	var result imported
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return result
}

// TestImportTheRecording takes in every log of the recording as it is: gzip, no
// format named. The numbers are the files' own lines.
func TestImportTheRecording(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, format       string
		accepted, rejected int
	}{
		{"conduit/nginx_combined.log.gz", "combined", 2929, 0},
		{"conduit/nginx_timed.log.gz", "nginx-timed", 2929, 0},
		{"conduit/nginx_json.log.gz", "nginx-json", 2929, 0},
		{"conduit/apache_combined.log.gz", "combined", 1177, 0},
		{"conduit/apache_vhost_timed.log.gz", "apache-vhost", 1177, 0},
		{"conduit/caddy_access.jsonl.gz", "caddy", 1177, 0},
		{"conduit/haproxy_http.log.gz", "haproxy", 1177, 9}, // nine lines say <BADREQ>
		{"conduit/otlp_caddy.jsonl.gz", "otlp", 1177, 0},
		{"conduit/otlp_browser.jsonl.gz", "otlp", 3683, 0},
		{"shop-nginx.log.gz", "nginx-timed", 3000, 0},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			data, path := t.TempDir(), filepath.Join("testdata", c.file)
			first := importFiles(t, "--data", data, path).Files[0]
			if first.Format != c.format || first.Accepted != c.accepted || first.Rejected != c.rejected || first.Duplicates != 0 {
				t.Errorf("got %+v, want %d accepted and %d rejected as %s", first, c.accepted, c.rejected, c.format)
			}
			if len(first.Errors) != c.rejected || !first.From.Before(first.To) {
				t.Errorf("got errors %v, range %s to %s", first.Errors, first.From, first.To)
			}
			again := importFiles(t, "--data", data, path).Files[0]
			if again.Accepted != 0 || again.Duplicates != c.accepted {
				t.Errorf("a second import must change nothing; got %+v", again)
			}
		})
	}
}

// TestTimelineOfTheRecording joins the browser's spans with the log of the nginx
// in front and opens a session.
func TestTimelineOfTheRecording(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	importFiles(t, "--data", data, "--openapi", "testdata/conduit/openapi.yml", "testdata/conduit/otlp_browser.jsonl.gz", "testdata/conduit/nginx_json.log.gz")
	s := serve(t, data)
	recording := url.Values{"from": {"2026-11-23T02:30:00Z"}, "to": {"2026-11-23T02:50:00Z"}}.Encode()

	var quality struct {
		Calls struct {
			WithClient int            `json:"with_client"`
			ByMethod   map[string]int `json:"by_method"`
		} `json:"calls"`
	}
	s.get("/api/v1/quality?"+recording, &quality)
	// 203 client calls reached 284 rows: 81 of them only after a redirect.
	if quality.Calls.ByMethod["span"] < 284 {
		t.Errorf("the ids in the files join 284 rows; got %+v", quality.Calls)
	}

	var sessions struct {
		Rows []struct {
			ID                     string
			Actions, Calls, Events int
		}
	}
	s.get("/api/v1/sessions?limit=100&"+recording, &sessions)
	if len(sessions.Rows) < 50 {
		t.Fatalf("the recording has more than 50 visits; got %d", len(sessions.Rows))
	}
	for _, session := range sessions.Rows {
		var timeline struct {
			Events []json.RawMessage `json:"events"`
			Calls  []struct{ Side string }
			Links  []struct {
				Method     string
				Confidence float64
			}
		}
		s.get("/api/v1/sessions/"+url.PathEscape(session.ID), &timeline)
		if len(timeline.Events) != session.Events {
			t.Errorf("session %s lists %d events and its timeline %d", session.ID, session.Events, len(timeline.Events))
		}
		for _, link := range timeline.Links {
			if link.Confidence <= 0 || link.Confidence > 1 || link.Method == "" {
				t.Errorf("session %s has the link %+v", session.ID, link)
			}
		}
	}
}

// TestFollowIntoARunningServer appends to a log, rotates it, and stops and starts
// the follower; every line must arrive once.
func TestFollowIntoARunningServer(t *testing.T) {
	t.Parallel()
	data, dir := t.TempDir(), t.TempDir()
	s := serve(t, data)
	log := filepath.Join(dir, "access.log")
	written := 0
	appendLines := func(n int) {
		t.Helper()
		file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			written++
			if _, err := fmt.Fprintf(file, "198.51.100.7 - - [%s] \"GET /orders/%d HTTP/1.1\" 200 5 \"-\" \"curl/8\"\n",
				time.Now().UTC().Format("02/Jan/2006:15:04:05 -0700"), written); err != nil {
				t.Fatal(err)
			}
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	arrived := func(want int) {
		t.Helper()
		deadline := time.Now().Add(30 * time.Second)
		for {
			var system struct{ Store struct{ Calls int } }
			s.get("/api/v1/system", &system)
			if system.Store.Calls == want {
				return
			}
			if system.Store.Calls > want || time.Now().After(deadline) {
				t.Fatalf("%d lines were written, %d arrived", want, system.Store.Calls)
			}
		}
	}
	follow := func() *exec.Cmd {
		t.Helper()
		path, err := binary()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(path, "import", "--follow", "--data", data, "--format", "combined", log)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	end := func(cmd *exec.Cmd) {
		t.Helper()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Fatalf("the follower did not stop cleanly: %v", err)
		}
	}

	appendLines(100)
	cmd := follow()
	arrived(100)
	appendLines(50)
	arrived(150)
	if err := os.Rename(log, log+".1"); err != nil {
		t.Fatal(err)
	}
	appendLines(30)
	arrived(180)
	end(cmd)
	appendLines(20) // while nobody follows
	cmd = follow()
	arrived(200)
	end(cmd)
	s.stop()
}

// TestASecondProcessIsTold says who has the data directory.
func TestASecondProcessIsTold(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data)
	_, errs, code := run(t, "serve", "--data", data, "--addr", "127.0.0.1:0")
	if code != 1 || !strings.Contains(errs, fmt.Sprintf("in use by process %d", s.cmd.Process.Pid)) {
		t.Errorf("exit %d: %s", code, errs)
	}
}
