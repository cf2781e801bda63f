package simulate

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
)

// The demo's story, with fewer people: what Story says happens can be seen in the
// records.
func TestFiveWeeks(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 1, People: 2000, Days: 35, Visits: .15, End: noon, Confounders: Demo(), EdgeOnly: false}
	w, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	story := w.Story()
	bad := story.Releases[slices.IndexFunc(story.Releases, func(r Release) bool { return r.Slower > 1 })]
	fix := story.Releases[slices.IndexFunc(story.Releases, func(r Release) bool { return r.Version == "2.0.1" })]
	week := func(at time.Time) int { return 1 + int(at.Sub(story.Start)/(7*24*time.Hour)) }
	if week(bad.At) != 2 || week(fix.At) != 4 {
		t.Errorf("bad release in week %d, fixed in week %d, want 2 and 4", week(bad.At), week(fix.At))
	}
	named := slices.DeleteFunc(slices.Clone(story.Incidents), func(i Incident) bool { return i.Cause == "" })
	if len(named) != 2 || len(story.Campaigns) != 1 {
		t.Fatalf("%d named incidents and %d campaigns, want 2 and 1", len(named), len(story.Campaigns))
	}
	if troubled := troubledDays(story); troubled == 35 {
		t.Error("no day is quiet")
	}

	within := func(at, from, to time.Time) bool { return !at.Before(from) && at.Before(to) }
	var slow, fine []time.Duration // of bad.Endpoint while the release was out, and else
	var hit, missed [2]struct{ calls, failed int }
	campaign := story.Campaigns[0]
	utm := map[bool]int{} // visits with the campaign's mark: during it, and else
	visits, devices, networks, robots := map[string]bool{}, map[string]int{}, map[string]int{}, map[string]int{}
	err = w.Walk(context.Background(), 0, w.Hours(), func(chunk Chunk) error {
		for i := range chunk.Records.Events {
			e := &chunk.Records.Events[i]
			if visits[e.SessionID] || e.DeviceID == "d-monitor" {
				continue
			}
			visits[e.SessionID] = true
			devices[e.Context.Device+" "+e.Context.Browser]++
			networks[e.Context.Network]++
			if e.Context.UTM["campaign"] == campaign.UTM["campaign"] {
				utm[within(e.Time, campaign.From, campaign.To)]++
			}
		}
		for i := range chunk.Records.Calls {
			call := &chunk.Records.Calls[i]
			if call.Side != event.Server || call.Route == "" {
				continue
			}
			robots[call.UserID+call.ClientIP]++
			name := call.Method + " " + call.Route
			if name == bad.Endpoint && !call.Failed() {
				if within(call.Time, bad.At, fix.At) {
					slow = append(slow, call.Duration)
				} else {
					fine = append(fine, call.Duration)
				}
			}
			for n, trouble := range named {
				if name != trouble.Endpoint {
					continue
				}
				at := &missed[n]
				if within(call.Time, trouble.From, trouble.To) {
					at = &hit[n]
				}
				at.calls++
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
	if s, f := median(slow), median(fine); s < f*3/2 {
		t.Errorf("%s takes %s while the bad release is out and %s else", bad.Endpoint, s, f)
	}
	for n := range named {
		in, out := hit[n], missed[n]
		if in.calls < 20 || 3*out.failed*in.calls > in.failed*out.calls {
			t.Errorf("%s: %+v in the incident, %+v else", named[n].Endpoint, in, out)
		}
	}
	if utm[true] < 50 || utm[false] > utm[true]/20 { // a visit may begin in it and end after it
		t.Errorf("%d visits with the campaign's mark during it, %d else", utm[true], utm[false])
	}
	if len(devices) < 4 || len(networks) < 3 {
		t.Errorf("devices %v, networks %v", devices, networks)
	}
	if robots["key-partner-0198.18.250.10"] == 0 || robots["198.18.252.9"] == 0 {
		t.Error("no partner or no scraper")
	}
}

// Twenty thousand people make about three thousand visits a day, a tenth of which no
// browser tells of.
func TestVisitsOfADay(t *testing.T) {
	t.Parallel()
	visits := map[string]bool{}
	w, err := New(Config{Seed: 1, People: 20_000, Days: 35, Visits: .15, End: noon, Confounders: Demo(), NoRobots: true, EdgeOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	silent := 0
	err = w.Walk(context.Background(), 24*10, 24*11, func(chunk Chunk) error {
		for i := range chunk.Records.Events {
			visits[chunk.Records.Events[i].SessionID] = true
		}
		for i := range chunk.Records.Calls {
			if c := &chunk.Records.Calls[i]; c.Side == event.Server && c.Path == "/" {
				silent++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if silent < 2700 || silent > 3300 {
		t.Errorf("%d visits a day", silent)
	}
	if told := float64(len(visits)) / float64(silent); told < .85 || told > .95 {
		t.Errorf("browsers tell of %.2f of them", told)
	}
}

// A story moved by whole hours together with its peak is the same story.
func TestEndMovedByHours(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 1, People: 100, Days: 2, End: noon, Peak: 13, Confounders: Demo()}
	a := tell(t, c)
	c.End, c.Peak = noon.Add(5*time.Hour), 18
	b := tell(t, c)
	for i := range b.calls {
		b.calls[i].Time = b.calls[i].Time.Add(-5 * time.Hour)
	}
	if diff := cmp.Diff(a.calls, b.calls); diff != "" {
		t.Error(diff)
	}
}

// Pieces of any length, told by tellers that begin anywhere, make the whole.
func TestPiecesJoin(t *testing.T) {
	t.Parallel()
	w, err := New(Config{Seed: 3, People: 500, Days: 1, End: noon, Confounders: Demo(), Skew: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	begin, end := w.at(5), w.at(8)
	whole := w.From(begin).Until(end)
	var pieces []event.Call
	var releases int
	teller := w.From(begin)
	for at := begin; at.Before(end); {
		at = at.Add(7 * time.Minute)
		if at.After(end) {
			at = end
		}
		chunk := teller.Until(at)
		pieces = append(pieces, chunk.Records.Calls...)
		releases += len(chunk.Releases)
		if at.Minute()%2 == 0 { // a restart
			teller = w.From(at)
		}
	}
	if diff := cmp.Diff(whole.Records.Calls, pieces); diff != "" || releases != len(whole.Releases) {
		t.Errorf("%d releases, want %d; %s", releases, len(whole.Releases), diff)
	}
}

// A break changes what comes after it, for people and programs, and nothing before.
func TestBreak(t *testing.T) {
	t.Parallel()
	const pay, product = "POST /api/payments", "GET /api/products/{id}"
	c := Config{Seed: 4, People: 5000, Days: 1, End: noon, Confounders: Demo(), NoTrouble: true}
	calm, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	broken, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	begin := calm.at(8)
	at, fixed, end := begin.Add(23*time.Minute), begin.Add(80*time.Minute), begin.Add(2*time.Hour)
	for endpoint, effect := range map[string]string{pay: Fail, product: Slow} {
		if err := broken.Break(endpoint, effect, at); err != nil {
			t.Fatal(err)
		}
	}
	want, teller := calm.From(begin).Until(end), broken.From(begin)
	before := teller.Until(at).Records
	n := len(before.Calls)
	if diff := cmp.Diff(want.Records.Calls[:n], before.Calls); diff != "" || !want.Records.Calls[n].Time.After(at.Add(-time.Minute)) {
		t.Errorf("the past has changed: %s", diff)
	}
	broken.Fix(pay, fixed)
	broken.Fix(product, fixed)
	after := broken.From(at).Until(end).Records

	judge := func(calls []event.Call, from, to time.Time) (failed float64, slow time.Duration) {
		var paid, refused int
		var took []time.Duration
		for i := range calls {
			call := &calls[i]
			if call.Side != event.Server || call.Time.Before(from) || !call.Time.Before(to) {
				continue
			}
			switch call.Method + " " + call.Route {
			case pay:
				paid++
				if call.Failed() {
					refused++
				}
			case product:
				took = append(took, call.Duration)
			}
		}
		return float64(refused) / float64(max(1, paid)), median(took)
	}
	failed, slow := judge(after.Calls, at, fixed)
	normal, fine := judge(want.Records.Calls, at, fixed)
	if failed < .6 || normal > .2 || slow < 5*fine {
		t.Errorf("%.2f of the payments fail and products take %s; without the break %.2f and %s", failed, slow, normal, fine)
	}
	if failed, slow := judge(after.Calls, fixed, end); failed > .3 || slow > 2*fine {
		t.Errorf("after the fix %.2f of the payments fail and products take %s", failed, slow)
	}
	if broken.Break("GET /nothing", Fail, at) == nil || broken.Break(pay, "explode", at) == nil {
		t.Error("an unknown endpoint or effect is taken")
	}
}

func troubledDays(s Story) int {
	days := map[int]bool{}
	for _, i := range s.Incidents {
		days[int(i.From.Sub(s.Start)/(24*time.Hour))] = true
	}
	return len(days)
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	if len(of) == 0 {
		return 0
	}
	return of[len(of)/2]
}

// A sale brings so many people to the till that a break there hits several of them at
// once, whatever the seed. The usual traffic stays as it was.
func TestSale(t *testing.T) {
	t.Parallel()
	const pay = "/api/payments"
	for seed := range uint64(3) {
		world := func() *World {
			w, err := New(Config{Seed: seed, People: 500, Days: 1, Visits: .15, End: noon, Confounders: Demo(), NoTrouble: true})
			if err != nil {
				t.Fatal(err)
			}
			return w
		}
		usual, sale := world(), world()
		opens := usual.at(8).Add(58 * time.Minute) // so that it lies in two hours
		broke := opens.Add(30 * time.Second)
		sale.Sale(opens)
		if err := sale.Break("POST "+pay, Fail, broke); err != nil {
			t.Fatal(err)
		}
		want := usual.From(opens).Until(broke).Records.Calls
		teller := sale.From(opens)
		early := teller.Until(broke).Records.Calls
		got := map[string]bool{}
		for i := range early {
			got[early[i].ID] = true
		}
		for i := range want {
			if !got[want[i].ID] {
				t.Fatalf("seed %d: a call of the usual traffic is missing: %+v", seed, want[i])
			}
		}
		hit := map[string]bool{}
		for _, call := range teller.Until(broke.Add(30 * time.Second)).Records.Calls {
			if call.Side == event.Client && call.Path == pay && call.Failed() {
				hit[call.SessionID] = true
			}
		}
		if len(hit) < 5 {
			t.Errorf("seed %d: %d people are hit half a minute after the break", seed, len(hit))
		}
		var paid int
		for _, e := range teller.Until(opens.Add(time.Hour)).Records.Events {
			if e.Name == "Order Paid" {
				paid++
			}
		}
		if paid > saleVisits/3 {
			t.Errorf("seed %d: %d orders are paid although payments fail", seed, paid)
		}
	}
}
