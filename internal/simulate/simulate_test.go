package simulate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
)

// noon is an end for stories; any time will do.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// told is a whole run.
type told struct {
	story    Story
	events   []event.Event
	calls    []event.Call
	spans    []event.Span
	ties     []Tie
	outcomes []Outcome
}

func tell(tb testing.TB, c Config) told {
	tb.Helper()
	var all told
	var err error
	all.story, err = Run(context.Background(), c, func(chunk Chunk) error {
		all.events = append(all.events, chunk.Records.Events...)
		all.calls = append(all.calls, chunk.Records.Calls...)
		all.spans = append(all.spans, chunk.Records.Spans...)
		all.ties = append(all.ties, chunk.Truth.Ties...)
		all.outcomes = append(all.outcomes, chunk.Truth.Outcomes...)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func digest(t *testing.T, c Config) [32]byte {
	t.Helper()
	sum := sha256.New()
	if _, err := Write(context.Background(), c, sum, sum, sum, sum); err != nil {
		t.Fatal(err)
	}
	return [32]byte(sum.Sum(nil))
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 1, People: 100, Days: 2, End: noon, Confounders: Demo(), Loss: .1, Skew: time.Second, Untraced: .3}
	first, again := digest(t, c), digest(t, c)
	if first != again {
		t.Error("two runs of one seed differ")
	}
	c.Seed = 2
	if first == digest(t, c) {
		t.Error("two seeds give the same")
	}
}

// A story moved by whole days is the same story.
func TestEndMovedByDays(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 1, People: 100, Days: 2, End: noon, Confounders: Demo()}
	a := tell(t, c)
	c.End = noon.Add(5*24*time.Hour + 7*time.Minute)
	b := tell(t, c)
	for i := range b.calls {
		b.calls[i].Time = b.calls[i].Time.Add(-5 * 24 * time.Hour)
	}
	if diff := cmp.Diff(a.calls[:1000], b.calls[:1000]); diff != "" || len(a.calls) != len(b.calls) {
		t.Errorf("%d and %d calls: %s", len(a.calls), len(b.calls), diff)
	}
}

// A story can be stopped and gone on with at any hour, even past its end.
func TestWalksJoin(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 3, People: 200, Days: 1, End: noon, Confounders: Demo()}
	collect := func(cuts ...int) (all []event.Call, chunks int) {
		for i := range len(cuts) - 1 {
			w, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			err = w.Walk(context.Background(), cuts[i], cuts[i+1], func(chunk Chunk) error {
				all = append(all, chunk.Records.Calls...)
				chunks++
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		return all, chunks
	}
	whole, n := collect(0, 30)
	parts, m := collect(0, 1, 7, 8, 23, 30)
	if diff := cmp.Diff(whole, parts); diff != "" || n != 30 || m != 30 {
		t.Errorf("%d and %d hours differ: %s", n, m, diff)
	}
}

func TestRecordsAreValidAndInOrder(t *testing.T) {
	t.Parallel()
	all := tell(t, Config{Seed: 4, People: 300, Days: 1, End: noon, Confounders: Demo()})
	for i := range all.events {
		if err := all.events[i].Validate(noon); err != nil {
			t.Fatal(err)
		}
		if i > 0 && all.events[i].Time.Before(all.events[i-1].Time) || !all.events[i].Time.Before(noon) {
			t.Fatalf("event %d at %s is out of order", i, all.events[i].Time)
		}
	}
	for i := range all.calls {
		if err := all.calls[i].Validate(noon); err != nil {
			t.Fatalf("%v: %+v", err, all.calls[i])
		}
	}
	parents := map[string]*event.Call{}
	for i := range all.calls {
		parents[all.calls[i].SpanID] = &all.calls[i]
	}
	for i := range all.spans {
		s := &all.spans[i]
		parent := parents[s.ParentSpanID]
		if err := s.Validate(noon); err != nil || parent == nil || s.Time.Before(parent.Time) || s.Time.Add(s.Duration).After(parent.End()) {
			t.Fatalf("%v: %+v in %+v", err, s, parent)
		}
	}
	if len(all.spans) == 0 {
		t.Error("no spans")
	}
	if !slices.IsSortedFunc(all.calls, func(a, b event.Call) int { return a.Time.Compare(b.Time) }) {
		t.Error("calls are out of order")
	}
}

// The truth speaks of records that are there, and of what lies in one another.
func TestTruthRefersToRecords(t *testing.T) {
	t.Parallel()
	all := tell(t, Config{Seed: 5, People: 300, Days: 1, End: noon, Loss: .2})
	calls := map[string]*event.Call{}
	for i := range all.calls {
		if c := &all.calls[i]; calls[c.ID] != nil {
			t.Fatalf("two calls are called %s", c.ID)
		} else {
			calls[c.ID] = c
		}
	}
	events := map[string]*event.Event{}
	for i := range all.events {
		events[all.events[i].ID] = &all.events[i]
	}
	lost, background := 0, 0
	for _, tie := range all.ties {
		if tie.EventID == "" {
			background++
		} else if events[tie.EventID] == nil {
			t.Fatalf("no event %s", tie.EventID)
		}
		if tie.ClientCallID == "" {
			lost++
			continue
		}
		client := calls[tie.ClientCallID]
		if client == nil || client.Side != event.Client {
			t.Fatalf("no client call %s", tie.ClientCallID)
		}
		if e := events[tie.EventID]; e != nil && (client.Time.Before(e.Time) || client.ActionID != e.ID) {
			t.Fatalf("call %+v comes before its action %+v", client, e)
		}
		for _, id := range tie.ServerCallIDs {
			server := calls[id]
			if server == nil || server.Side != event.Server || server.TraceID != client.TraceID || server.Path != client.Path {
				t.Fatalf("no server call %s of %+v", id, client)
			}
			if server.Time.Before(client.Time) || server.End().After(client.End()) {
				t.Fatalf("server call %v–%v is not within %v–%v", server.Time, server.End(), client.Time, client.End())
			}
		}
	}
	if share := float64(lost) / float64(len(all.ties)); math.Abs(share-.2) > .02 {
		t.Errorf("%.3f of the client calls are lost, want 0.2", share)
	}
	if background == 0 {
		t.Error("no tie without an action: nobody polls")
	}
}

// Without confounders a doubling of latency costs what statistics.md measured for
// its base case, 2.6 points, and people leave about one action in seven.
func TestEffectsAreInTheExpectedRange(t *testing.T) {
	t.Parallel()
	all := tell(t, Config{Seed: 6, People: 1000, Days: 3, End: noon, NoRobots: true})
	var left, slope, failed float64
	byEndpoint := map[string][]float64{}
	for _, o := range all.outcomes {
		slope += o.Slope
		if o.Abandoned {
			left++
		}
		if o.Failed {
			failed++
		}
		byEndpoint[o.Endpoint] = append(byEndpoint[o.Endpoint], float64(o.LatencyUS)/1e6)
	}
	n := float64(len(all.outcomes))
	within(t, "share who leave", left/n, .10, .20)
	within(t, "slope per doubling", slope/n, .02, .045)
	within(t, "share of failures", failed/n, .015, .06)
	for name, want := range map[string][2]float64{"GET /api/search": {.3, .9}, "GET /api/products/{id}": {.15, .45}, "POST /api/payments": {.45, 1.3}} {
		latencies := byEndpoint[name]
		slices.Sort(latencies)
		within(t, name+" median", latencies[len(latencies)/2], want[0], want[1])
		within(t, name+" p95", latencies[len(latencies)*95/100], 1.5*want[0], 6*want[1])
	}
}

// A release makes search slower until another mends it, however short the story.
func TestBadRelease(t *testing.T) {
	t.Parallel()
	for _, days := range []int{1, 2, 21} {
		w, err := New(Config{Seed: 1, People: 1, Days: days, End: noon})
		if err != nil {
			t.Fatal(err)
		}
		story := w.Story()
		i := slices.IndexFunc(story.Releases, func(r Release) bool { return r.Slower > 1 })
		j := slices.IndexFunc(story.Releases, func(r Release) bool { return r.Version == "2.0.1" })
		if i < 0 || j <= i || !slices.IsSortedFunc(story.Releases, func(a, b Release) int { return a.At.Compare(b.At) }) {
			t.Fatalf("%d days: releases %+v", days, story.Releases)
		}
		bad, fix := story.Releases[i].At, story.Releases[j].At
		if bad.Before(story.Start) || !fix.Before(story.End) || w.release("catalogue", bad) != "2.0.0" || w.release("catalogue", story.End) != "2.0.1" {
			t.Errorf("%d days: from %s to %s in %s to %s", days, bad, fix, story.Start, story.End)
		}
		calm := &weather{}
		for at, want := range map[time.Time]float64{bad.Add(-time.Second): 0, bad: math.Log(1.8), fix: 0} {
			if got, _ := w.trouble(calm, &w.shop.search, at); got != want {
				t.Errorf("%d days: search is slower by %v at %s, want %v", days, got, at, want)
			}
		}
	}
}

func TestNoEffectMeansNone(t *testing.T) {
	t.Parallel()
	for _, o := range tell(t, Config{Seed: 6, People: 300, Days: 2, End: noon, NoEffect: true}).outcomes {
		if o.Slope != 0 || o.PFine != o.PFailed {
			t.Fatalf("an effect: %+v", o)
		}
	}
}

// The two great incidents are there to be seen.
func TestIncidentsHurt(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 7, People: 6000, Days: 1, End: noon, NoRobots: true}
	w, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	closing := w.named
	type count struct{ all, failed float64 }
	var in, out [2]count
	_, err = Run(context.Background(), c, func(chunk Chunk) error {
		for i := range chunk.Records.Calls {
			call := &chunk.Records.Calls[i]
			for n, trouble := range closing {
				if call.Side != event.Server || call.Method+" "+call.Route != trouble.Endpoint {
					continue
				}
				at := &out[n]
				if !call.Time.Before(trouble.From) && call.Time.Before(trouble.To) {
					at = &in[n]
				}
				at.all++
				if call.Failed() {
					at.failed++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for n, trouble := range closing {
		if in[n].all < 5 || in[n].failed/in[n].all < 3*out[n].failed/out[n].all {
			t.Errorf("%s: %v of calls in the incident failed, %v else", trouble.Endpoint, in[n], out[n])
		}
	}
}

func TestOptionsHideWhatTheySay(t *testing.T) {
	t.Parallel()
	all := tell(t, Config{Seed: 8, People: 100, Days: 1, End: noon, Untraced: 1, Grain: time.Second, EdgeOnly: true, Skew: time.Minute})
	late := 0
	for i := range all.calls {
		c := &all.calls[i]
		if c.TraceID+c.SpanID+c.ParentSpanID+c.RequestID+c.ActionID != "" {
			t.Fatalf("ids are left in %+v", c)
		}
		if c.Side == event.Server && (c.Service != edge || c.Timed || c.Grain != time.Second || !c.Time.Equal(c.Time.Truncate(time.Second))) {
			t.Fatalf("more than a combined log tells: %+v", c)
		}
	}
	for i := 1; i < len(all.events); i++ {
		if all.events[i].Time.Before(all.events[i-1].Time) {
			late++
		}
	}
	if late == 0 {
		t.Error("no clock is wrong")
	}
}

func TestRobotsHaveNoEvents(t *testing.T) {
	t.Parallel()
	all := tell(t, Config{Seed: 9, People: 1, Days: 1, End: noon})
	agents := map[string]int{}
	for i := range all.calls {
		agents[all.calls[i].UserAgent]++
	}
	for _, e := range all.events {
		if e.DeviceID != "d-monitor" {
			delete(agents, e.UserAgent)
		}
	}
	for _, agent := range []string{"python-requests/2.32", "okhttp/4.12.0", "acme-integration/2.0", "Go-http-client/1.1"} {
		if agents[agent] == 0 {
			t.Errorf("no calls of %s", agent)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Config{
		"no end": {}, "loss": {End: noon, Loss: 2}, "untraced": {End: noon, Untraced: -1}, "people": {End: noon, People: -1},
		"nan": {End: noon, Loss: math.NaN()},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestScenario(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 1, People: 10, End: noon}
	err := json.Unmarshal([]byte(`{"people":20,"untraced":1,"grain":"1s","confounders":{"evening":-0.6},"no_effect":true}`), &c)
	want := Config{Seed: 1, People: 20, End: noon, Untraced: 1, Grain: time.Second, Confounders: Confounders{Evening: -.6}, NoEffect: true}
	if diff := cmp.Diff(want, c); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	for _, bad := range []string{`{"poeple":1}`, `{"grain":"soon"}`, `{"grain":1}`} {
		if err := json.Unmarshal([]byte(bad), &c); err == nil {
			t.Errorf("%s: taken", bad)
		}
	}
}

// Every kind of friction that the product looks for is there to be found.
func TestFrictionIsThere(t *testing.T) {
	t.Parallel()
	all := tell(t, Config{Seed: 10, People: 700, Days: 1, End: noon, Confounders: Demo(), NoRobots: true})
	kinds := map[event.Kind]int{}
	rage, aborted, dead, paid := 0, 0, 0, 0
	last := map[string]*event.Event{}
	fast := map[string]int{}
	for i := range all.events {
		e := &all.events[i]
		kinds[e.Kind]++
		if e.Kind == event.Click {
			if before := last[e.SessionID]; before != nil && before.Target == e.Target && e.Time.Sub(before.Time) < time.Second {
				fast[e.SessionID]++
			} else {
				fast[e.SessionID] = 0
			}
			if fast[e.SessionID] == 3 {
				rage++
			}
			last[e.SessionID] = e
		}
		if e.Properties["clickspan.dead"] == true {
			dead++
		}
		if e.Name == "Order Paid" && e.Properties["amount"].(float64) > 0 {
			paid++
		}
	}
	for i := range all.calls {
		if all.calls[i].Error == event.Aborted {
			aborted++
		}
	}
	for _, kind := range []event.Kind{
		event.PageView, event.RouteChange, event.Click, event.Submit, event.Change, event.Custom, event.Identify, event.WebVital, event.PageError,
	} {
		if kinds[kind] == 0 {
			t.Errorf("no %s", kind)
		}
	}
	if rage == 0 || aborted == 0 || dead == 0 || paid == 0 {
		t.Errorf("%d rages, %d aborted calls, %d dead clicks, %d orders: none may be missing", rage, aborted, dead, paid)
	}
}

// An order has one id, which its payment and its calls on the servers bear.
func TestOrdersHaveIDs(t *testing.T) {
	t.Parallel()
	all := tell(t, Config{Seed: 10, People: 700, Days: 1, End: noon, NoRobots: true})
	started, paid, called := map[any]bool{}, map[any]int{}, map[any]bool{}
	for i := range all.events {
		switch e := &all.events[i]; e.Name {
		case "Checkout Started":
			started[e.Properties["order_id"]] = true
		case "Order Paid":
			paid[e.Properties["order_id"]]++
		}
	}
	for i := range all.calls {
		c := &all.calls[i]
		if c.Service != edge && c.Side == event.Server && c.Path == "/api/payments" {
			called[c.Attributes["order_id"]] = true
		}
	}
	for id, n := range paid {
		if n != 1 || !started[id] || !called[id] {
			t.Errorf("order %v: paid %d times, started %v, payment called %v", id, n, started[id], called[id])
		}
	}
	if len(paid) == 0 {
		t.Error("no orders")
	}
}

func TestRunStops(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	c := Config{Seed: 1, People: 10, Days: 1, End: noon}
	if _, err := Run(context.Background(), c, func(Chunk) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v, want the error of emit", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, c, func(Chunk) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
	if _, err := Write(context.Background(), c, full{}, io.Discard, io.Discard, io.Discard); err == nil {
		t.Error("a full disk is not told")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteDir(t *testing.T) {
	t.Parallel()
	if _, err := WriteDir(context.Background(), Config{Seed: 1, People: 10, Days: 1, End: noon}, t.TempDir()); err != nil {
		t.Error(err)
	}
	var calls bytes.Buffer
	if _, err := Write(context.Background(), Config{Seed: 1, People: 10, Days: 1, End: noon}, io.Discard, &calls, io.Discard, io.Discard); err != nil {
		t.Error(err)
	}
	if bytes.Contains(calls.Bytes(), []byte(`"source":"simulate"`)) || !bytes.Contains(calls.Bytes(), []byte(`"duration_us":`)) {
		t.Error("calls are not in the native format")
	}
}

func within(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	if !(got >= low && got <= high) {
		t.Errorf("%s is %.4f, want %.3f to %.3f", what, got, low, high)
	}
}

func BenchmarkRun(b *testing.B) {
	records := 0
	for b.Loop() {
		_, err := Run(context.Background(), Config{Seed: 1, People: 2000, Days: 2, End: noon, Confounders: Demo()}, func(c Chunk) error {
			records += c.Records.Len()
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
}

// TestPagesSayHowLongTheyWereSeen: what the browser SDK sends as a page is left is there
// for every page that was not left at once, and adds up to no more than the visits took.
func TestPagesSayHowLongTheyWereSeen(t *testing.T) {
	t.Parallel()
	type visit struct {
		first, last time.Time
		seen        time.Duration
	}
	visits, pages, notes := map[string]*visit{}, 0, 0
	for _, e := range tell(t, Config{Seed: 1, People: 100, Days: 2, End: noon}).events {
		v := visits[e.SessionID]
		if v == nil {
			v = &visit{first: e.Time}
			visits[e.SessionID] = v
		}
		v.last = e.Time
		switch {
		case e.Name == "engaged":
			ms, _ := e.Properties["engaged_ms"].(float64)
			if e.Kind != event.WebVital || ms < 100 || e.Page.URL == "" {
				t.Fatalf("not what the SDK sends: %+v", e)
			}
			v.seen += time.Duration(ms) * time.Millisecond
			notes++
		case e.Kind == event.PageView, e.Kind == event.RouteChange:
			pages++
		}
	}
	if share := float64(notes) / float64(pages); share < .7 || share > 1 {
		t.Errorf("%d notes for %d pages", notes, pages)
	}
	for id, v := range visits {
		if v.seen > v.last.Sub(v.first)+time.Second {
			t.Errorf("session %s lasted %s and was seen for %s", id, v.last.Sub(v.first), v.seen)
		}
	}
}
