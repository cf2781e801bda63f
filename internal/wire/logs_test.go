package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
)

func format(tb testing.TB, name string) Format {
	tb.Helper()
	f, ok := Lookup(name)
	if !ok {
		tb.Fatalf("no format %s", name)
	}
	return f
}

func line(at time.Time, path string) string {
	return fmt.Sprintf("203.0.113.9 - - [%s] \"GET %s HTTP/1.1\" 200 5 \"-\" \"curl/8.0\"\n", at.Format("02/Jan/2006:15:04:05 -0700"), path)
}

func ids(r *Recorder) []string {
	var all []string
	for _, c := range r.Records.Calls {
		all = append(all, c.ID)
	}
	return all
}

func TestSecondImportHasTheSameIDs(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	log := line(at, "/a") + line(at, "/a") + line(at, "/b") + line(at, "/a")
	decode := func(opt Options) *Recorder {
		r := &Recorder{}
		if err := format(t, "combined").Decode(strings.NewReader(log), opt, r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	once := ids(decode(Options{}))
	if diff := cmp.Diff(once, ids(decode(Options{}))); diff != "" {
		t.Errorf("ids changed (-first +second):\n%s", diff)
	}
	distinct := map[string]bool{}
	for _, id := range append(once, ids(decode(Options{Service: "web"}))...) {
		distinct[id] = true
	}
	if len(distinct) != 8 {
		t.Errorf("%d distinct ids of 8 records: equal lines and other services must differ", len(distinct))
	}
	own := ids(decode(Options{ID: func(line []byte, ordinal int) string { return fmt.Sprint(len(line), ordinal) }}))
	if own[3] != fmt.Sprint(len(line(at, "/a"))-1, 2) {
		t.Errorf("Options.ID got %q for the third equal line", own[3])
	}
}

// repeat is a reader of n times the same byte, so that a test needs no memory for it.
type repeat struct {
	b byte
	n int
}

func (r *repeat) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	p = p[:min(len(p), r.n)]
	for i := range p {
		p[i] = r.b
	}
	r.n -= len(p)
	return len(p), nil
}

func TestHugeLineCostsNoMemory(t *testing.T) {
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	in := io.MultiReader(strings.NewReader(line(at, "/before")), &repeat{'x', 100 << 20}, strings.NewReader("\n"+line(at, "/after")))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := &Recorder{}
	if err := format(t, "combined").Decode(in, Options{}, r); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if len(r.Records.Calls) != 2 || len(r.Rejected) != 1 || r.Rejected[0].Index != 2 || len(r.Rejected[0].Sample) > MaxSample {
		t.Errorf("got %d calls and %+v", len(r.Records.Calls), r.Rejected)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("allocated %d MiB for a line of 100 MiB", grown>>20)
	}
}

func TestSinkErrorStopsDecoding(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	s := &failing{err: full}
	if err := format(t, "combined").Decode(strings.NewReader(line(at, "/a")+line(at, "/b")), Options{}, s); !errors.Is(err, full) {
		t.Errorf("got %v, want the sink's own error", err)
	}
	if s.calls != 1 {
		t.Errorf("the sink was asked %d times after it failed", s.calls-1)
	}
}

type failing struct {
	Recorder
	calls int
	err   error
}

func (f *failing) Call(*event.Call) error { f.calls++; return f.err }

func TestZoneOfStampsWithoutOne(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 2*3600)
	r := &Recorder{}
	err := format(t, "iis").Decode(strings.NewReader("#Fields: date time cs-method cs-uri-stem\n2026-10-10 13:55:36 GET /a\n"), Options{Location: zone}, r)
	if err != nil || len(r.Records.Calls) != 1 {
		t.Fatal(err, r.Rejected)
	}
	if want := time.Date(2026, 10, 10, 11, 55, 36, 0, time.UTC); !r.Records.Calls[0].Time.Equal(want) {
		t.Errorf("got %s, want %s", r.Records.Calls[0].Time, want)
	}
}

func TestZeroHoleAndBrokenUTF8(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	log := strings.Repeat("\x00", 5000) + line(at, "/after-hole") + line(at, "/bad\xff\xfeutf")
	r := &Recorder{}
	if err := format(t, "combined").Decode(strings.NewReader(log), Options{}, r); err != nil {
		t.Fatal(err)
	}
	if len(r.Records.Calls) != 2 || r.Records.Calls[0].Path != "/after-hole" || r.Records.Calls[1].Path != "/bad�utf" {
		t.Errorf("got %+v, rejected %+v", r.Records.Calls, r.Rejected)
	}
}

func TestStamps(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 2, 35, 25, 439_123_000, time.UTC)
	ms := at.Truncate(time.Millisecond)
	second := at.Truncate(time.Second)
	for stamp, want := range map[string]struct {
		time  time.Time
		grain time.Duration
	}{
		"23/Nov/2026:02:35:25 +0000":       {second, time.Second},
		"23/Nov/2026:06:05:25 +0330":       {second, time.Second},
		"23/Nov/2026:02:35:25.439":         {ms, time.Millisecond},
		"23/Nov/2026:02:35:25.439 -0000":   {ms, time.Millisecond},
		"2026-11-23T02:35:25Z":             {second, time.Second},
		"2026-11-22T21:35:25-05:00":        {second, time.Second},
		"2026-11-23 02:35:25,439":          {ms, time.Millisecond},
		"2026-11-23T02:35:25.439123456Z":   {at, 0},
		"2026/11/23 02:35:25.439123":       {at, 0},
		"1795401325":                       {second, time.Second},
		"1795401325.439":                   {ms, time.Millisecond},
		"1795401325.4391234":               {at, 0},
		"1795401325439":                    {ms, time.Millisecond},
		"1795401325439123":                 {at, 0},
		"1795401325439123456":              {at, 0},
		"23/Nov/2026:02:35:25 +9999":       {},
		"23/Foo/2026:02:35:25 +0000":       {},
		"2026-13-23T02:35:25Z":             {},
		"2026-11-23T02:35:25 nonsense":     {},
		"-1795401325":                      {},
		"17954013251795401325179540132":    {},
		"99999999999999999999":             {},
		"1795401325.4x":                    {},
		"":                                 {},
		"2026-11-23T02:35:25.439123+01:00": {at.Add(-time.Hour), 0},
	} {
		c := clock{zone: time.UTC}
		got, grain, ok := c.parse(stamp)
		if ok != !want.time.IsZero() || ok && (!got.Equal(want.time) || grain != want.grain) {
			t.Errorf("%s: got %s, grain %s, %t; want %s, %s", stamp, got, grain, ok, want.time, want.grain)
		}
	}
}

func TestStampsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMicro(rapid.Int64Range(946684800e6, 4102444800e6).Draw(t, "micros")).UTC()
		zone := time.FixedZone("", rapid.IntRange(-14*4, 14*4).Draw(t, "quarters")*900)
		for layout, grain := range map[string]time.Duration{
			"02/Jan/2006:15:04:05 -0700": time.Second, "02/Jan/2006:15:04:05.000 -0700": time.Millisecond,
			time.RFC3339: time.Second, "2006-01-02T15:04:05.000000Z07:00": time.Microsecond,
		} {
			c := clock{zone: time.UTC}
			got, _, ok := c.parse(at.In(zone).Format(layout))
			if want := at.Truncate(grain); !ok || !got.Equal(want) {
				t.Fatalf("%s: got %s, %t; want %s", at.In(zone).Format(layout), got, ok, want)
			}
		}
	})
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		unit time.Duration
		want time.Duration // -1: none
	}{
		{"0.134", time.Second, 134 * time.Millisecond},
		{"0.129224018", time.Second, 129224 * time.Microsecond},
		{"127049", time.Microsecond, 127049 * time.Microsecond},
		{"12.5", time.Millisecond, 12500 * time.Microsecond},
		{"37123456", time.Nanosecond, 37123 * time.Microsecond},
		{"1.2e-05", time.Second, 12 * time.Microsecond},
		{"12.5ms", time.Second, 12500 * time.Microsecond},
		{"0.100, 0.050 : 0.001", time.Second, 151 * time.Millisecond},
		{"-, 0.050", time.Second, 50 * time.Millisecond},
		{"-1", time.Second, -1},
		{"+130", time.Millisecond, -1},
		{"NaN", time.Second, -1},
		{"Inf", time.Second, -1},
		{"9999999999999999999", time.Second, -1},
		{"1e300", time.Second, -1},
		{"", time.Second, -1},
		{"-1 -1 -1", time.Second, -1},
	} {
		got, ok := parseDuration(c.text, c.unit)
		if !ok {
			got = -1
		}
		if got != c.want {
			t.Errorf("%q in %s: got %s, want %s", c.text, c.unit, got, c.want)
		}
	}
}

func TestDetectExplains(t *testing.T) {
	t.Parallel()
	_, err := Detect([]byte(`203.0.113.9 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 200 5 none "curl/8.0"` + "\n"))
	bad, ok := errors.AsType[*event.Permanent](err)
	if !ok {
		t.Fatalf("got %v, want a permanent error", err)
	}
	want := `the format is not known:
    13.9 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 200 5 none "curl/8.0"
                                                                ^ nearest is combined: the line does not fit the format from column 68 on`
	if diff := cmp.Diff(want, bad.Error()); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(bad.Hint, "--format combined") || !strings.Contains(bad.Hint, "--log-format") {
		t.Errorf("hint: %s", bad.Hint)
	}
	_, err = Detect([]byte(strings.Repeat(`{"time":"2026-10-10T13:55:36Z","level":"info","msg":"started"}`+"\n", 3)))
	if err == nil || !strings.Contains(err.Error(), "nearest is nginx-json: no request was sent") {
		t.Errorf("a JSON log without requests: %v", err)
	}
	if _, err := Detect(nil); !event.IsPermanent(err) {
		t.Errorf("empty input: %v", err)
	}
}

func TestBadLogFormatSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`plain text`:              "names no $variable",
		`$remote_addr "$request"`: "has no time",
		`$time_local $status`:     "has no request",
		`$time_local$request`:     "nothing separates column 1",
		`%h %t "%r" %{X`:          "%{ without }",
		`%h %t "%r" %`:            "lone %",
		`$ $time_local`:           "a $ without a name",
		`{"no_such_field":"x"}`:   "no field of ours",
		`{"status":`:              "not a JSON object",
	} {
		err := format(t, "log").Decode(strings.NewReader("x\n"), Options{LogFormat: text}, &Recorder{})
		bad, ok := errors.AsType[*event.Permanent](err)
		if !ok || !strings.Contains(bad.Error(), want) || bad.Hint == "" {
			t.Errorf("%s: got %v, want …%s…", text, err, want)
		}
	}
}

// FuzzDecode feeds every format. Whatever the bytes: no panic, every call says
// what it is, and the records and rejects do not outnumber the lines.
func FuzzDecode(f *testing.F) {
	formats := Formats()
	for _, file := range caseFiles(f) {
		c := readCase(f, file)
		for i := range formats {
			if formats[i].Name == c.format.Name {
				f.Add(i, []byte(c.member("request")))
			}
		}
	}
	f.Fuzz(func(t *testing.T, index int, input []byte) {
		format := formats[((index%len(formats))+len(formats))%len(formats)]
		r := &Recorder{}
		_ = format.Decode(bytes.NewReader(input), Options{MaxLine: 1 << 16}, r)
		for _, c := range r.Records.Calls {
			if c.Method == "" || c.Side != event.Client && c.Side != event.Server {
				t.Errorf("%s: call without method or side: %+v", format.Name, c)
			}
			if c.Timed && (c.Duration < 0 || c.Duration > event.MaxDuration) || c.Time.Location() != time.UTC {
				t.Errorf("%s: time %s, duration %s", format.Name, c.Time, c.Duration)
			}
		}
		for _, why := range r.Rejected {
			if why.Reason == "" || len(why.Sample) > MaxSample {
				t.Errorf("%s: reject %+v", format.Name, why)
			}
		}
		lines := bytes.Count(input, []byte{'\n'}) + 1
		if bytes.HasPrefix(bytes.TrimSpace(input), []byte("[")) { // a JSON array, whose elements may share a line
			lines += bytes.Count(input, []byte{','}) + 1
		}
		if n := r.Records.Len() + len(r.Rejected); isLog(format.Name) && n > lines {
			t.Errorf("%s: %d records and rejects from %d lines", format.Name, n, lines)
		}
		if format.Detect != nil {
			if m := format.Detect(input); m.Score < 0 || m.Score > 1 || m.Column < 0 || m.Column > len(input) {
				t.Errorf("%s: judged %+v", format.Name, m)
			}
		}
	})
}

// isLog reports whether a line of the format is at most one record.
func isLog(name string) bool {
	for _, f := range logFormats() {
		if f.Name == name {
			return true
		}
	}
	return false
}

// discard counts calls and keeps none, as a sink of bounded memory does.
type discard struct {
	Recorder
	n int
}

func (d *discard) Call(*event.Call) error { d.n++; return nil }

// BenchmarkDecode reports lines/s of one core; the budget of a combined log is
// 200,000. CLICKSPAN_LOG measures a file of your own instead.
func BenchmarkDecode(b *testing.B) {
	for _, file := range caseFiles(b) {
		c := readCase(b, file)
		if !isLog(c.format.Name) || !strings.HasSuffix(file, "recorded.txtar") && !strings.HasSuffix(file, "shop.txtar") {
			continue
		}
		b.Run(strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".txtar"), func(b *testing.B) {
			measureLog(b, c.format, []byte(strings.Repeat(c.member("request")+"\n", 2000)))
		})
	}
	if path := os.Getenv("CLICKSPAN_LOG"); path != "" {
		input, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		f, err := Detect(input[:min(len(input), 64<<10)])
		if err != nil {
			b.Fatal(err)
		}
		b.Run(f.Name, func(b *testing.B) { measureLog(b, f, input) })
	}
}

func measureLog(b *testing.B, f Format, input []byte) {
	b.Helper()
	lines := bytes.Count(input, []byte{'\n'})
	b.SetBytes(int64(len(input)))
	b.ReportAllocs()
	for b.Loop() {
		d := &discard{}
		if err := f.Decode(bytes.NewReader(input), Options{}, d); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(d.n), "accepted")
		b.ReportMetric(float64(len(d.Rejected)), "rejected")
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// nginxEscape is what nginx does to a variable in an access log.
func nginxEscape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, `\x%02X`, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func TestEscapedValuesComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		agent := rapid.StringMatching(`[^-].{0,40}`).Draw(t, "agent")
		path := "/" + rapid.StringMatching(`[^?# \x00]{0,40}`).Draw(t, "path")
		code := rapid.IntRange(200, 498).Draw(t, "status")
		if isOwnIntake("GET", path) {
			t.Skip()
		}
		text := fmt.Sprintf("203.0.113.9 - - [10/Oct/2026:13:55:36 +0000] \"GET %s HTTP/1.1\" %d 5 \"-\" \"%s\"", nginxEscape(path), code, nginxEscape(agent))
		if code == 460 {
			t.Skip() // a load balancer's "the client went away"
		}
		r := &Recorder{}
		f, _ := Lookup("combined")
		if err := f.Decode(strings.NewReader(text), Options{}, r); err != nil {
			t.Fatal(err)
		}
		if len(r.Records.Calls) != 1 {
			t.Fatalf("%s: rejected %+v", text, r.Rejected)
		}
		if c := r.Records.Calls[0]; c.Path != path || c.UserAgent != agent || c.Status != code {
			t.Fatalf("%s: got path %q, agent %q, status %d", text, c.Path, c.UserAgent, c.Status)
		}
	})
}

func TestLongLineWithinTheLimit(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	long := "/" + strings.Repeat("x", 300<<10)
	r := &Recorder{}
	if err := format(t, "combined").Decode(strings.NewReader(line(at, "/a")+line(at, long)+line(at, "/b")), Options{}, r); err != nil {
		t.Fatal(err)
	}
	if len(r.Records.Calls) != 3 || r.Records.Calls[1].Path != long || r.Records.Calls[2].Path != "/b" {
		t.Errorf("got %d calls, rejected %d", len(r.Records.Calls), len(r.Rejected))
	}
}
