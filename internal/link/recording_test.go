package link_test

import (
	"compress/gzip"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
	"github.com/clickspan/clickspan/internal/wire"
)

// The recording: one application seen by its browser and by four servers in a row.
// Its README says more. nginx_json names for every request the browser span that
// sent it, which is the truth for all other logs of the same requests.

// view is one server's log of the recording.
type view struct {
	file, format string
	ids          bool // rows carry trace ids
	fine         bool // millisecond clock
	dataset
}

func views() []view {
	return []view{
		{"nginx_json.log", "nginx-json", true, true, fit},
		{"nginx_timed.log", "nginx-timed", true, false, fit},
		{"nginx_combined.log", "combined", false, false, holdOut},
		{"haproxy_http.log", "haproxy", false, true, holdOut},
		{"apache_combined.log", "combined", false, false, holdOut},
		{"apache_vhost_timed.log", "apache-vhost", true, false, holdOut},
		{"caddy_access.jsonl", "caddy", true, true, holdOut},
		{"otlp_caddy.jsonl", "otlp", true, true, holdOut},
	}
}

func decode(tb testing.TB, file, format string) event.Records {
	tb.Helper()
	in, err := os.Open(filepath.Join("..", "..", "test", "testdata", "conduit", file+".gz"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = in.Close() })
	plain, err := gzip.NewReader(in)
	if err != nil {
		tb.Fatal(err)
	}
	f, ok := wire.Lookup(format)
	if !ok {
		tb.Fatalf("no format %q", format)
	}
	var r wire.Recorder
	if err := f.Decode(plain, wire.Options{Service: file}, &r); err != nil {
		tb.Fatal(err)
	}
	if badRequests := 9; len(r.Rejected) > 0 && (format != "haproxy" || len(r.Rejected) != badRequests) {
		tb.Fatalf("%s: %d records rejected, first: %v", file, len(r.Rejected), r.Rejected[0])
	}
	finish(&r.Records)
	return r.Records
}

// finish does what the pipeline would: keys of the client, page paths, classes.
// The browser's exporter did not tell its address, so the browser alone must do.
func finish(r *event.Records) {
	agent := func(o *event.Origin) {
		o.AgentKey = event.KeyOf(1, 'A', o.UserAgent)
		if o.ClientIP != "" {
			o.ClientKey = event.KeyOf(1, 'C', o.ClientIP+o.UserAgent)
		}
	}
	for i := range r.Events {
		e := &r.Events[i]
		agent(&e.Origin)
		if u, err := url.Parse(e.Page.URL); err == nil {
			e.Page.Path = u.Path
		}
	}
	for i := range r.Calls {
		c := &r.Calls[i]
		agent(&c.Origin)
		if ext := path.Ext(c.Path); ext == ".js" || ext == ".css" || ext == ".ico" || ext == ".svg" || ext == ".woff2" {
			c.Class = event.Asset
		}
	}
}

// recording is the browser's side and the truth.
type recording struct {
	browser event.Records
	calls   map[string]string // span id → id of the client call
	xhr     map[string]bool   // ids of client calls that the page made by script
	nginx   []event.Call      // the log that names the sender of every request
}

func readRecording(tb testing.TB) recording {
	tb.Helper()
	r := recording{browser: decode(tb, "otlp_browser.jsonl", "otlp"), calls: map[string]string{}, xhr: map[string]bool{}}
	for _, c := range r.browser.Calls {
		r.calls[c.SpanID] = c.ID
		if c.Class != event.Document && c.Class != event.Asset {
			r.xhr[c.ID] = true
		}
	}
	r.nginx = decode(tb, "nginx_json.log", "nginx-json").Calls
	return r
}

// same finds for each row the row of the same request that names the browser's call
// and the trace that it was part of.
func (r recording) same(tb testing.TB, v view, rows []event.Call) []event.Call {
	tb.Helper()
	byRequest := map[string]event.Call{}
	for _, c := range r.nginx {
		byRequest[c.RequestID] = c
	}
	ordered := r.nginx // the log whose rows come in the order of v's
	switch v.file {
	case "haproxy_http.log":
		ordered = r.nearest(rows)
	case "apache_combined.log":
		ordered = decode(tb, "apache_vhost_timed.log", "apache-vhost").Calls
	}
	out := slices.Clone(rows)
	for i, c := range rows {
		switch {
		case v.format == "otlp":
		case c.RequestID != "":
			out[i] = byRequest[c.RequestID]
		default:
			if out[i] = ordered[i]; out[i].Method != c.Method || out[i].Path != c.Path {
				tb.Fatalf("%s: row %d is %s %s, not %s %s: the logs are not in step", v.file, i, c.Method, c.Path, out[i].Method, out[i].Path)
			}
			if v.file == "apache_combined.log" {
				out[i] = byRequest[out[i].RequestID]
			}
		}
	}
	return out
}

// answersOf finds for each row the browser call it answered, by what the log has.
func (r recording) answersOf(tb testing.TB, v view, rows []event.Call) truth {
	tb.Helper()
	want := truth{}
	for i, same := range r.same(tb, v, rows) {
		if id, ok := r.calls[same.ParentSpanID]; ok && r.xhr[id] {
			want[rows[i].ID] = id
		}
	}
	return want
}

// nearest gives for each row the nginx row of the same request: both clocks are
// one, so the nearest start of the same method and path is it.
func (r recording) nearest(rows []event.Call) []event.Call {
	type pair struct {
		row, nginx int
		apart      time.Duration
	}
	var pairs []pair
	for i, c := range rows {
		for j, n := range r.nginx {
			if d := n.Time.Sub(c.Time).Abs(); n.Method == c.Method && n.Path == c.Path && d < 50*time.Millisecond {
				pairs = append(pairs, pair{i, j, d})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return int(a.apart - b.apart) })
	out := make([]event.Call, len(rows))
	for i, c := range rows {
		out[i] = event.Call{Method: c.Method, Path: c.Path} // a row without counterpart proves nothing
	}
	usedRow, usedNginx := map[int]bool{}, map[int]bool{}
	for _, p := range pairs {
		if !usedRow[p.row] && !usedNginx[p.nginx] {
			usedRow[p.row], usedNginx[p.nginx] = true, true
			out[p.row] = r.nginx[p.nginx]
		}
	}
	return out
}

// strip removes every id, as if the log had none.
func strip(calls []event.Call) {
	for i := range calls {
		c := &calls[i]
		c.ActionID, c.TraceID, c.SpanID, c.ParentSpanID, c.RequestID, c.ServerTraceID = "", "", "", "", "", ""
	}
}

func redirectsOf(calls []event.Call) map[string]bool {
	out := map[string]bool{}
	for _, c := range calls {
		out[c.ID] = c.Status >= 300 && c.Status < 400
	}
	return out
}

func (r recording) link(rows []event.Call) []link.Result {
	return linkAll(link.Rows{Events: r.browser.Events, Calls: slices.Concat(r.browser.Calls, rows)})
}

// TestRecordingIDs: with a log that carries trace ids, every join that exists in
// the ids is found, and no other is made of them.
func TestRecordingIDs(t *testing.T) {
	t.Parallel()
	r := readRecording(t)
	if len(r.xhr) != 203 {
		t.Fatalf("the browser reported %d calls, want 203", len(r.xhr))
	}
	for _, v := range views() {
		if !v.ids {
			continue
		}
		t.Run(v.file, func(t *testing.T) {
			t.Parallel()
			rows := decode(t, v.file, v.format).Calls
			want := r.answersOf(t, v, rows)
			actions := r.causesOf(t, v, rows, want)
			for _, res := range r.link(rows) {
				for _, l := range res.Links {
					if l.Method == event.ByMatch || l.Method == event.ByWindow {
						continue
					}
					switch {
					case l.ClientCallID != "" && l.ServerCallID != "":
						if want[l.ServerCallID] != l.ClientCallID {
							t.Errorf("%s tied to %s by %s, want %s", l.ServerCallID, l.ClientCallID, l.Method, want[l.ServerCallID])
						}
						delete(want, l.ServerCallID)
					case l.ServerCallID != "":
						if actions[l.ServerCallID] == "" {
							t.Errorf("%s tied to event %s by %s", l.ServerCallID, l.EventID, l.Method)
						}
						delete(actions, l.ServerCallID)
					}
				}
			}
			if len(want) > 0 || len(actions) > 0 {
				t.Errorf("%d joins to calls and %d to actions are in the ids and were not made", len(want), len(actions))
			}
		})
	}
}

// causesOf lists the rows whose call the browser lost but whose trace an action that
// it did report began.
func (r recording) causesOf(tb testing.TB, v view, rows []event.Call, answers truth) truth {
	tb.Helper()
	traces := r.actions()
	out := truth{}
	for i, same := range r.same(tb, v, rows) {
		if id := traces[same.TraceID]; id != "" && answers[rows[i].ID] == "" && rows[i].Class != event.Asset {
			out[rows[i].ID] = id
		}
	}
	return out
}

// actions names the action that began each trace.
func (r recording) actions() map[string]string {
	traces := map[string]string{}
	for _, e := range r.browser.Events {
		if e.Kind.IsAction() {
			traces[e.TraceID] = e.ID
		}
	}
	return traces
}

// TestRecordingMatch: without any id, the assignment finds most of the browser's
// calls among all rows, of which it reported a fifth.
func TestRecordingMatch(t *testing.T) {
	t.Parallel()
	r := readRecording(t)
	tables := map[dataset]reliability{}
	for _, v := range views() {
		rows := decode(t, v.file, v.format).Calls
		want := r.answersOf(t, v, rows)
		strip(rows)
		var s score
		for naming := range namings {
			named, of := renamed(rows, want, naming)
			s = s.plus(judge(r.link(named), of, redirectsOf(named), func(id string) bool { return r.xhr[id] }))
		}
		t.Logf("%-24s %5d rows  %s", v.file, len(rows), s)
		tables[v.dataset] = tables[v.dataset].plus(s.bins)
		floor := least(v)
		if got := s.answers.share(); got < floor {
			t.Errorf("%s: %.3f of the calls have the right answer, want at least %.2f", v.file, got, floor)
		}
		if got := s.precision(event.ByMatch); got < floor {
			t.Errorf("%s: precision of match over all rows is %.3f, want at least %.2f", v.file, got, floor)
		}
		if s.recall() < 0.85 {
			t.Errorf("%s: recall is %.3f of %d calls, want at least 0.85", v.file, s.recall(), s.of)
		}
	}
	for _, d := range []dataset{fit, holdOut} {
		tables[d].judge(t, d, "match, recording, logs without ids", namings)
	}
}

// TestRecordingTiersTogether: four servers' logs of the same requests, none with
// ids, share one browser's key. They must not crowd each other out.
func TestRecordingTiersTogether(t *testing.T) {
	t.Parallel()
	r := readRecording(t)
	var all []event.Call
	wants := map[string]truth{}
	for n, v := range views() {
		switch v.file {
		case "nginx_combined.log", "haproxy_http.log", "apache_combined.log", "caddy_access.jsonl":
			rows := decode(t, v.file, v.format).Calls
			want := r.answersOf(t, v, rows)
			strip(rows)
			rows, wants[v.file] = renamed(rows, want, n) // rows of two files may have one id
			all = append(all, rows...)
		}
	}
	results := r.link(all)
	for file, want := range wants {
		if s := judge(results, want, redirectsOf(all), func(id string) bool { return r.xhr[id] }); s.recall() < 0.85 {
			t.Errorf("%s: recall is %.3f of %d calls, want at least 0.85", file, s.recall(), s.of)
		}
	}
}

// TestRecordingWindow: of the rows whose client call the browser lost, those whose
// trace an action began tell how good a guess by time alone is.
func TestRecordingWindow(t *testing.T) {
	t.Parallel()
	r := readRecording(t)
	tables := map[dataset]reliability{}
	for _, v := range views() {
		rows := decode(t, v.file, v.format).Calls
		causes := r.causesOf(t, v, rows, r.answersOf(t, v, rows))
		strip(rows)
		got := judgeCauses(r.asOneDeed(r.link(rows), causes), causes)
		t.Logf("%-24s causes right %d/%d %.3f", v.file, got.all.right, got.all.n, got.all.share())
		tables[v.dataset] = tables[v.dataset].plus(got.bins)
		floor := 0.7
		if v.fine {
			floor = 0.98
		}
		if got.all.n < 150 || got.all.share() < floor {
			t.Errorf("%s: %d of %d causes are right, want at least %.2f of 150", v.file, got.all.right, got.all.n, floor)
		}
	}
	for _, d := range []dataset{fit, holdOut} {
		tables[d].judge(t, d, "window, recording, rows whose client call got lost", 1)
	}
}

// TestRecordingWindowOfTheBrowser: the browser's own calls and page loads, without
// the ids that say what caused them.
func TestRecordingWindowOfTheBrowser(t *testing.T) {
	t.Parallel()
	r := readRecording(t)
	actions, causes := r.actions(), truth{}
	for i := range r.browser.Calls {
		if c := &r.browser.Calls[i]; actions[c.TraceID] != "" {
			causes[c.ID] = actions[c.TraceID]
		}
	}
	strip(r.browser.Calls)
	for i := range r.browser.Events {
		r.browser.Events[i].TraceID, r.browser.Events[i].SpanID = "", ""
	}
	got := judgeCauses(r.asOneDeed(r.link(nil), causes), causes)
	if got.all.n < 200 || got.all.share() < 0.98 {
		t.Errorf("%d of %d causes are right, want at least 0.98 of 200", got.all.right, got.all.n)
	}
	got.bins.judge(t, holdOut, "window, recording, the browser's own calls", 1)
}

// asOneDeed makes links name the event that the truth names when they name another
// record of the same deed: the instrumentation reports a click once for every
// listener, and only one of them started the trace.
func (r recording) asOneDeed(results []link.Result, causes truth) []link.Result {
	events := map[string]*event.Event{}
	for i := range r.browser.Events {
		events[r.browser.Events[i].ID] = &r.browser.Events[i]
	}
	for _, res := range results {
		for i := range res.Links {
			l := &res.Links[i]
			want := events[causes[l.ClientCallID+l.ServerCallID]]
			if got := events[l.EventID]; got != nil && want != nil && sameDeed(got, want) {
				l.EventID = want.ID
			}
		}
	}
	return results
}

func sameDeed(a, b *event.Event) bool {
	return a.Kind == b.Kind && a.SessionID == b.SessionID && a.Target.Selector == b.Target.Selector && a.Time.Sub(b.Time).Abs() < 5*time.Millisecond
}

// namings is how often a log is linked under other ids. Rows that a coarse clock
// makes equal are told apart by nothing but their ids, so one naming shows luck.
const namings = 10

func renamed(rows []event.Call, want truth, naming int) ([]event.Call, truth) {
	named, of := slices.Clone(rows), truth{}
	for i := range named {
		id := fmt.Sprintf("%016x", uint64(event.KeyOf(event.ProjectID(naming), event.CallSpace, named[i].ID)))
		if c, ok := want[named[i].ID]; ok {
			of[id] = c
		}
		named[i].ID = id
	}
	return named, of
}

// least is the precision that a log of this clock must reach.
func least(v view) float64 {
	if v.fine {
		return 0.98
	}
	return 0.90
}

func BenchmarkLinkRecording(b *testing.B) {
	r := readRecording(b)
	for _, v := range []view{views()[0], views()[2]} {
		rows := decode(b, v.file, v.format).Calls
		strip(rows)
		blocks := link.Blocks(link.Rows{Events: r.browser.Events, Calls: slices.Concat(r.browser.Calls, rows)})
		b.Run(fmt.Sprint(v.file), func(b *testing.B) {
			n := 0
			for b.Loop() {
				for _, block := range blocks {
					link.Link(block, link.Options{})
					n += block.Len()
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
