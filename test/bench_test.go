//go:build bench

package test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The benchmarks print the rows of docs/BENCHMARKS.md; `make bench` runs them.
// They judge nothing: a budget missed is written down, not failed.

func row(t *testing.T, what, measured, budget string) {
	t.Helper()
	fmt.Printf("| %s | %s | %s |\n", what, measured, budget)
}

func number(env string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(env)); err == nil {
		return n
	}
	return otherwise
}

// memory returns resident and peak resident memory of the server in MB.
func (s *server) memory() (now, peak int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	read := func(key string) int {
		_, after, _ := strings.Cut(string(status), key+":")
		kb, _ := strconv.Atoi(strings.Fields(after)[0])
		return kb / 1024
	}
	return read("RssAnon"), read("VmHWM")
}

func diskBytes(t *testing.T, dir string) int64 {
	t.Helper()
	var sum int64
	err := filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			sum += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// TestBenchIdle prints memory and size before any record.
func TestBenchIdle(t *testing.T) {
	s := serve(t, t.TempDir())
	time.Sleep(3 * time.Second)
	now, _ := s.memory()
	row(t, "idle memory, without page cache", fmt.Sprintf("%d MB", now), "< 200 MB")
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	stripped := filepath.Join(t.TempDir(), "stripped")
	if out, err := exec.Command("strip", "-o", stripped, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(stripped)
	if err != nil {
		t.Fatal(err)
	}
	row(t, "binary, stripped", fmt.Sprintf("%d MB", info.Size()>>20), "< 130 MB")
}

// ndjson makes a batch of calls, each of another visit.
func ndjson(r *rand.Rand, n int) []byte { return visitsNDJSON(r, n, 1) }

// visitsNDJSON makes a batch of calls; so many in a row are of one visit.
func visitsNDJSON(r *rand.Rand, n, perVisit int) []byte {
	var b bytes.Buffer
	now := time.Now().UTC().Add(-time.Minute)
	var session uint64
	var device int
	for i := range n {
		if i%perVisit == 0 {
			session, device = r.Uint64(), r.IntN(1_000_000)
		}
		at := now.Add(time.Duration(i) * time.Millisecond).Format("2006-01-02T15:04:05.000000Z")
		fmt.Fprintf(&b, `{"id":"%016x%016x","time":"%s","duration_us":%d,"side":"server","method":"GET","url":"https://shop.example/api/products/%d?page=2&token=abc","status":200,"service":"shop","trace_id":"%016x%016x","session_id":"%016x-%016x","device_id":"d%07d","user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36","client_ip":"198.51.100.%d"}`+"\n",
			r.Uint64(), r.Uint64(), at, 1000+r.IntN(400_000), r.IntN(100_000), r.Uint64(), r.Uint64(), session, 7, device, r.IntN(250))
	}
	return b.Bytes()
}

// TestBenchIntake posts NDJSON from several senders, first as fast as they are
// answered, then at the budget's own pace, and prints what was acknowledged
// durable per second and how long an acknowledgement took.
func TestBenchIntake(t *testing.T) {
	data := t.TempDir()
	s := serve(t, data)
	const senders, perBatch, paced = 16, 1000, 50_000
	seconds := time.Duration(number("CLICKSPAN_BENCH_SECONDS", 30)) * time.Second
	most, _ := s.load(senders, perBatch, 0, seconds)
	row(t, "NDJSON over HTTP, acknowledged durable, as fast as answered (senders on the same 2 cores)", fmt.Sprintf("%.0f records/s", float64(most)/seconds.Seconds()), "≥ 50,000 records/s")
	kept, took := s.load(senders, perBatch, time.Second*senders*perBatch/paced, seconds)
	row(t, "the same, sent at 50,000 records/s", fmt.Sprintf("%.0f records/s", float64(kept)/seconds.Seconds()), "50,000 records/s")
	row(t, "acknowledgement at that pace, p50 / p99 / max", fmt.Sprintf("%v / %v / %v", took[len(took)/2].Round(time.Millisecond), took[len(took)*99/100].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond)), "p99 < 300 ms, max < 1 s")
	_, peak := s.memory()
	row(t, "peak memory during intake", fmt.Sprintf("%d MB", peak), "")
	s.stop()
	row(t, "disk per call, all indexes in", fmt.Sprintf("%.0f bytes", float64(diskBytes(t, data))/float64(most+kept)), "< 120 bytes")
}

// load posts batches from senders for a while, each every pace (0 = at once after
// the answer), and returns how many records were acknowledged and how long each
// acknowledgement took, ascending.
func (s *server) load(senders, perBatch int, pace, seconds time.Duration) (records int64, took []time.Duration) {
	s.t.Helper()
	var mu sync.Mutex
	until := time.Now().Add(seconds)
	var wait sync.WaitGroup
	for sender := range senders {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), uint64(sender)))
			next := time.Now().Add(pace * time.Duration(sender) / time.Duration(senders))
			for time.Now().Before(until) {
				time.Sleep(time.Until(next))
				next = next.Add(pace)
				body := ndjson(r, perBatch)
				began := time.Now()
				if !post(s.url+"/intake/calls", body) {
					continue
				}
				mu.Lock()
				took = append(took, time.Since(began))
				records += int64(perBatch)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if len(took) == 0 {
		s.t.Fatal("nothing was acknowledged")
	}
	slices.Sort(took)
	return records, took
}

// combinedLog writes n lines of nginx's combined format.
func combinedLog(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "access.log")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	agents := []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
	}
	at := time.Now().UTC().Add(-24 * time.Hour)
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "198.51.%d.%d - - [%s] \"GET /api/products/%d?page=%d HTTP/1.1\" 200 %d \"https://shop.example/\" \"%s\"\n",
			r.IntN(250), r.IntN(250), at.Add(time.Duration(i)*20*time.Millisecond).Format("02/Jan/2006:15:04:05 -0700"), r.IntN(50_000), r.IntN(20), r.IntN(90_000), agents[r.IntN(len(agents))])
		if b.Len() > 1<<20 || i == n-1 {
			if _, err := b.WriteTo(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBenchImport imports an access log and, when it is installed, lets GoAccess
// parse the same file in the same run.
func TestBenchImport(t *testing.T) {
	lines := number("CLICKSPAN_BENCH_LINES", 2_000_000)
	path := combinedLog(t, lines)
	data := t.TempDir()
	began := time.Now()
	out, errs, code := run(t, "import", "--data", data, "--json", path)
	took := time.Since(began)
	if code != 0 || !strings.Contains(out, fmt.Sprintf(`"accepted": %d`, lines)) {
		t.Fatalf("import failed: %s %s", out, errs)
	}
	row(t, fmt.Sprintf("import of %d combined lines, durable and linked", lines), fmt.Sprintf("%.0f lines/s", float64(lines)/took.Seconds()), "≥ 100,000 lines/s")
	row(t, "disk per line, all indexes in", fmt.Sprintf("%.0f bytes", float64(diskBytes(t, data))/float64(lines)), "< 120 bytes")
	if _, err := exec.LookPath("goaccess"); err == nil {
		began = time.Now()
		cmd := exec.Command("goaccess", path, "--log-format=COMBINED", "-o", filepath.Join(t.TempDir(), "r.json"), "--no-progress")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		row(t, "GoAccess on the same file (parses, stores nothing)", fmt.Sprintf("%.0f lines/s", float64(lines)/time.Since(began).Seconds()), "")
	}
}

// TestBenchMachine prints where the numbers come from.
func TestBenchMachine(t *testing.T) {
	cpu, _ := os.ReadFile("/proc/cpuinfo")
	_, model, _ := strings.Cut(string(cpu), "model name\t: ")
	model, _, _ = strings.Cut(model, "\n")
	fmt.Printf("\n%s, %d cores, %s, %s\n\n| what | measured | budget |\n|---|---|---|\n", model, runtime.NumCPU(), runtime.Version(), time.Now().Format(time.DateOnly))
}
