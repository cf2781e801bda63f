package simulate

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func unitsOf(t *testing.T, c Config) (*World, []Unit) {
	t.Helper()
	w, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	units, err := w.Units("POST /api/cart/items")
	if err != nil {
		t.Fatal(err)
	}
	return w, units
}

// Units are possible, each person's in order, and as likely as they say.
func TestUnits(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 1, People: 300, Days: 7, End: noon, Confounders: Demo()}
	w, units := unitsOf(t, c)
	var left, p, cut float64
	at := map[int32]time.Duration{}
	for _, u := range units {
		if u.At < at[u.Person] || u.Server <= 0 || u.Felt <= u.Server || u.Logged > u.Felt || u.Left && u.Retried {
			t.Fatalf("%+v after %v", u, at[u.Person])
		}
		at[u.Person] = u.At
		o := u.Outcome
		if want := o.Fine; !u.Failed && o.P != want || u.Failed && o.P != o.Failed || o.Doubled < o.P || o.Later < o.P {
			t.Fatalf("%+v", o)
		}
		left += one(u.Left)
		p += o.P
		cut += one(u.Logged < u.Felt)
		if !u.Left && u.Logged < u.Felt {
			t.Fatalf("%+v cut it short and stayed", u)
		}
	}
	if math.Abs(left-p) > 4*math.Sqrt(p) || cut == 0 {
		t.Errorf("%.0f of %d left, %.0f were expected; %.0f cut it short", left, len(units), p, cut)
	}
	again, _ := w.Units("POST /api/cart/items")
	if !slices.Equal(units, again) {
		t.Error("told again, it is another story")
	}
	if _, err := w.Units("GET /nothing"); err == nil {
		t.Error("an unknown endpoint is taken")
	}
}

// Records and units are told by the same causes: an endpoint is as slow, as often
// failing and as harmful in both, but for who comes to it.
func TestUnitsAreLikeRecords(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 2, People: 600, Days: 4, End: noon, NoRobots: true, EdgeOnly: true}
	_, units := unitsOf(t, c)
	var logs, failed, slope [2]float64
	var n [2]float64
	for _, u := range units {
		logs[0] += math.Log(u.Felt)
		failed[0] += one(u.Failed)
		slope[0] += u.Slope
		n[0]++
	}
	for _, o := range tell(t, c).outcomes {
		if o.Endpoint == "POST /api/cart/items" {
			logs[1] += math.Log(float64(o.LatencyUS) / 1e6)
			failed[1] += one(o.Failed)
			slope[1] += o.Slope
			n[1]++
		}
	}
	for what, sums := range map[string][2]float64{"log latency": logs, "failures": failed, "slope": slope} {
		u, r := sums[0]/n[0], sums[1]/n[1]
		if math.Abs(u-r) > .15*math.Abs(u)+.01 {
			t.Errorf("%s: %.4f of units, %.4f of records", what, u, r)
		}
	}
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, s := range Scenarios() {
		c := s.Config
		c.Seed, c.People, c.Days, c.End = 1, 40, 2, noon
		if _, units := unitsOf(t, c); len(units) == 0 || s.Says == "" {
			t.Errorf("%s tells nothing", s.Name)
		}
	}
	if s, err := Named("s6B"); err != nil || s.Config.Confounders.Shock != .6 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := Named("S77"); err == nil || !strings.Contains(err.Error(), "S12") {
		t.Errorf("the names are not told: %v", err)
	}
}

// Retries make an incident worse for as long as it lasts, and a while after it.
func TestStorm(t *testing.T) {
	t.Parallel()
	w, err := New(Config{Seed: 1, People: 1, Days: 1, End: noon, NoTrouble: true, Storm: 4})
	if err != nil {
		t.Fatal(err)
	}
	from := w.at(7) // in the evening
	in := Incident{Endpoint: w.shop.order.name(), From: from, To: from.Add(20 * time.Minute), Slower: 3, Errors: 3}
	added := w.stormAt(&in, 7)
	if added[0] != 0 || added[5] <= 0 || added[19] < added[1] || added[119] > .01 || slices.Max(added) > math.Log(8) {
		t.Errorf("%v", added)
	}
	w.config.NoEffect = true
	if slices.Max(w.stormAt(&in, 7)) != 0 {
		t.Error("those who do not mind do not retry")
	}
}

// The fix of day 14 makes products three tenths faster, over four hours.
func TestFix(t *testing.T) {
	t.Parallel()
	s, err := Named("S11")
	if err != nil {
		t.Fatal(err)
	}
	s.Config.End, s.Config.People = noon, 1
	w, err := New(s.Config)
	if err != nil {
		t.Fatal(err)
	}
	fix := w.at(14 * 24)
	for after, want := range map[time.Duration]float64{-time.Second: 0, 2 * time.Hour: math.Log(.7) / 2, 5 * time.Hour: math.Log(.7)} {
		if got, _ := w.trouble(&weather{}, &w.shop.product, fix.Add(after)); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s after it products are slower by %v, not %v", after, got, want)
		}
	}
	if !slices.ContainsFunc(w.Story().Releases, func(r Release) bool { return r.At.Equal(fix) && r.Slower == .7 }) {
		t.Error("the story does not tell of it")
	}
}

// A loss that is mostly the mobiles' is as large as it says.
func TestMobileLoss(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 3, People: 300, Days: 2, End: noon, NoRobots: true, EdgeOnly: true}
	whole := tell(t, c)
	c.Loss, c.MobileLoss = .1, true
	lossy := tell(t, c)
	var n [2][2]float64
	for i, all := range []told{whole, lossy} {
		for _, e := range all.events {
			n[i][int(one(e.Context.Device == "mobile"))]++
		}
	}
	mobile, desktop := 1-n[1][1]/n[0][1], 1-n[1][0]/n[0][0]
	if math.Abs(mobile-.15) > .05 || math.Abs(desktop-.025) > .05 || mobile < desktop+.05 {
		t.Errorf("mobiles lose %.3f, others %.3f", mobile, desktop)
	}
}

// Who forgives an endpoint is not driven away by it, tries no harder because of it, and
// buys more; the other endpoints do what they did.
func TestForgiven(t *testing.T) {
	t.Parallel()
	const forgiven, other = "POST /api/cart/items", "GET /api/products/{id}"
	c := Config{Seed: 3, People: 1500, Days: 2, End: noon, NoRobots: true, EdgeOnly: true, Errors: 1}
	orders := func(all told) (n int) {
		for _, e := range all.events {
			n += int(one(e.Name == "Order Paid"))
		}
		return n
	}
	minding := orders(tell(t, c))
	c.Forgiven = forgiven
	all := tell(t, c)
	if n := orders(all); n < minding*11/10 {
		t.Errorf("%d orders, %d by those who mind", n, minding)
	}
	sum := reactions{map[[2]string]*Reaction{}}
	for i := range all.outcomes {
		sum.add(&all.outcomes[i])
	}
	means := sum.means([]string{forgiven, other})
	if len(means) != 6 {
		t.Errorf("%+v", means)
	}
	for _, r := range means {
		if none := r.Doubled == 0 && r.Later == 0 && r.Failure == 0 && r.ByFailed == 0; none != (r.Endpoint == forgiven) || r.Share <= 0 {
			t.Errorf("%+v", r)
		}
	}
}
