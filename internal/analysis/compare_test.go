package analysis_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/analysis"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/store"
	"github.com/clickspan/clickspan/internal/store/storetest"
)

// deploy is a world of two services that are called twice a minute, until noon, with a
// release of the shop at 11:30.
type deploy struct {
	from              time.Time // of the first call
	slower            float64   // factor from the release on
	failing           [2]float64
	version           bool // calls of the shop carry theirs
	proxied           bool // a proxy sees the shop's calls again
	deployedAt, until time.Time
}

func (d deploy) reader(t *testing.T) store.Reader {
	t.Helper()
	chance := rand.New(rand.NewPCG(1, 2))
	var records event.Records
	add := func(service string, at time.Time, ms float64, failed bool) {
		c := event.Call{
			ID: fmt.Sprint(service, at.UnixMicro()), Time: at, Duration: time.Duration(ms * float64(time.Millisecond)).Truncate(time.Microsecond), Timed: true, Side: event.Server,
			Method: "POST", Route: "/" + service, Path: "/" + service, Class: event.API, Status: 200, Service: service, Weight: 1,
		}
		if failed {
			c.Status = 503
		}
		if d.version && service == "shop" {
			c.Release = map[bool]string{true: "2.0", false: "1.9"}[!at.Before(d.deployedAt)]
		}
		c.OwnTime = at
		records.Calls = append(records.Calls, c)
	}
	for at := d.from; at.Before(d.until); at = at.Add(30 * time.Second) {
		since, factor := 0, 1.0
		if !at.Before(d.deployedAt) {
			since, factor = 1, d.slower
		}
		took, failed := 100*factor*math.Exp(.3*chance.NormFloat64()), chance.Float64() < d.failing[since]
		add("shop", at, took, failed)
		if d.proxied {
			add("edge", at, took+5, failed)
			records.Calls[len(records.Calls)-1].Route = "/shop"
		}
		add("feed", at.Add(time.Second), 50*math.Exp(.3*chance.NormFloat64()), chance.Float64() < .02)
	}
	reference := storetest.NewReference(noon)
	if _, err := reference.Append(t.Context(), event.NewBatch(1, "", records, asIs{})); err != nil {
		t.Fatal(err)
	}
	return reference
}

// usual is a deploy that does nothing.
func usual() deploy {
	return deploy{from: at("01:00"), slower: 1, failing: [2]float64{.02, .02}, deployedAt: at("11:30"), until: noon()}
}

func (d deploy) ask(t *testing.T, ask analysis.CompareQuestion) analysis.CompareAnswer {
	t.Helper()
	q := question()
	if !d.version {
		q.Releases = []event.Release{{Service: "shop", Version: "2.0", At: d.deployedAt}}
	}
	scope := store.Scope{Project: 1, From: noon().Add(-7 * 24 * time.Hour), To: noon()}
	got, err := analysis.Compare(t.Context(), d.reader(t), scope, q, ask)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func metric(t *testing.T, got analysis.CompareAnswer, name string) analysis.MetricChange {
	t.Helper()
	for _, m := range got.Endpoints[0].Metrics {
		if m.Metric == name {
			return m
		}
	}
	t.Fatalf("no %s in %+v", name, got.Endpoints)
	return analysis.MetricChange{}
}

func TestCompareFindsWhatIsSlower(t *testing.T) {
	t.Parallel()
	d := usual()
	d.slower = 2
	got := d.ask(t, analysis.CompareQuestion{})
	if got.Verdict != "worse" || len(got.Endpoints) != 1 || got.Endpoints[0].Endpoint.Name != "shop: POST /shop" || got.Change.Version != "2.0" {
		t.Fatalf("%+v", got)
	}
	// Of half an hour, twenty minutes are looked at: the third look.
	if got.Look != 3 || got.After.To.Sub(got.After.From) != 20*time.Minute || !got.ReadyAt.Equal(at("12:10")) {
		t.Errorf("look %d of %v, again at %v", got.Look, got.After, got.ReadyAt)
	}
	m := metric(t, got, "p50_ms")
	if m.Method != "windows" || *m.Change < .7 || *m.Change > 1.4 || m.CI95[0] < .3 || *m.Q > got.Level || m.NAfter != 40 {
		t.Errorf("%+v", m)
	}
	if !strings.HasPrefix(got.Because, "Shop: POST /shop p50 rose by ") {
		t.Error(got.Because)
	}
}

func TestCompareFindsWhatFailsLess(t *testing.T) {
	t.Parallel()
	d := usual()
	d.failing = [2]float64{.5, .02}
	if got := d.ask(t, analysis.CompareQuestion{Release: "2.0"}); got.Verdict != "improved" || metric(t, got, "error_share").Verdict != "improved" {
		t.Errorf("%s: %s %+v", got.Verdict, got.Because, metric(t, got, "error_share"))
	}
}

func TestCompareOfNothing(t *testing.T) {
	t.Parallel()
	got := usual().ask(t, analysis.CompareQuestion{At: at("11:30"), Service: "shop"})
	if got.Verdict != "no_change" || got.Because != "Nothing changed by more than it usually does from one such window to the next." || got.Change.From != "asked" {
		t.Errorf("%s: %s", got.Verdict, got.Because)
	}
}

// What a proxy saw of the same request is no control: it changed as well.
func TestCompareWithTiers(t *testing.T) {
	t.Parallel()
	d := usual()
	d.slower, d.proxied = 2, true
	got := d.ask(t, analysis.CompareQuestion{})
	if m := metric(t, got, "p50_ms"); got.Verdict != "worse" || len(m.Controls) > 0 && m.Controls[0] == "edge: POST /shop" {
		t.Errorf("%s: %s %+v", got.Verdict, got.Because, m)
	}
}

// A version that calls carry is a release too, to the minute.
func TestCompareDetectsReleases(t *testing.T) {
	t.Parallel()
	d := usual()
	d.version, d.slower = true, 3
	got := d.ask(t, analysis.CompareQuestion{})
	want := analysis.Change{Service: "shop", Version: "2.0", At: at("11:30"), From: "calls"}
	if got.Verdict != "worse" || *got.Change != want || len(got.Changes) != 1 {
		t.Errorf("%s %+v %+v", got.Verdict, got.Change, got.Changes)
	}
}

func TestCompareOfTwoRanges(t *testing.T) {
	t.Parallel()
	d := usual()
	d.slower = 2
	got := d.ask(t, analysis.CompareQuestion{
		Service: "shop", Before: &analysis.TimeSpan{From: at("10:00"), To: at("10:20")}, After: &analysis.TimeSpan{From: at("11:30"), To: at("11:50")},
	})
	if got.Verdict != "worse" || got.Look != 1 || !got.ReadyAt.IsZero() {
		t.Errorf("%s: %s", got.Verdict, got.Because)
	}
}

// What cannot be judged says why, and when to ask again.
func TestCompareWithoutANumber(t *testing.T) {
	t.Parallel()
	short := usual()
	short.from = at("11:00")
	few := usual()
	few.deployedAt = at("11:58")
	future := usual()
	future.deployedAt = at("13:00")
	for name, c := range map[string]struct {
		deploy
		ask     analysis.CompareQuestion
		because string
		ready   string
	}{
		"in the future":       {future, analysis.CompareQuestion{Release: "2.0"}, "It lies in the future.", "13:05"},
		"two minutes ago":     {few, analysis.CompareQuestion{}, "There is too little time since then.", "12:03"},
		"before any data":     {usual(), analysis.CompareQuestion{At: at("00:00").Add(-48 * time.Hour)}, "There is not enough to compare: see why of each measure.", ""},
		"without history":     {short, analysis.CompareQuestion{}, "There is not enough to compare: see why of each measure.", "12:10"},
		"no such release":     {usual(), analysis.CompareQuestion{Release: "7"}, "There is no such release in the range: send one to /intake/releases, let calls carry their version, or ask about a moment.", ""},
		"a range in the past": {usual(), analysis.CompareQuestion{Before: &analysis.TimeSpan{From: at("11:00"), To: at("11:50")}, After: &analysis.TimeSpan{From: at("11:50"), To: at("12:40")}}, "The second range is not over yet.", "12:40"},
	} {
		got := c.deploy.ask(t, c.ask)
		if got.Verdict != "not_enough_data" || got.Because != c.because {
			t.Errorf("%s: %s, %s", name, got.Verdict, got.Because)
		}
		if c.ready != "" && !got.ReadyAt.Equal(at(c.ready)) || c.ready == "" && name != "before any data" && !got.ReadyAt.IsZero() {
			t.Errorf("%s: ready at %v", name, got.ReadyAt)
		}
		for _, e := range got.Endpoints {
			for _, m := range e.Metrics {
				if m.Why == "" || m.Change != nil {
					t.Errorf("%s: %+v", name, m)
				}
			}
		}
	}
}
