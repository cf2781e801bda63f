package simulate

import (
	"math"
	"time"
)

// person is somebody who uses the shop now and then.
type person struct {
	nature
	visits float64 // a day

	// silent people send nothing from the browser: a blocker, or an app without our
	// SDK. Only the servers see them.
	silent     bool
	registered bool
	remembered bool // signed in from the first page on
	user       string
	account    string
	country    string
	language   string
	devices    []device
}

type device struct {
	id      string
	mobile  bool
	os      string
	browser string
	agent   string
	address string
	traced  bool
	skew    time.Duration
}

// networks, best first, and what they add to the log latency of a client call and
// to the log odds of leaving.
type network struct {
	name    string
	rank    int8
	latency float64
	leaving float64
}

func networkOf(d *dice, mobile bool) network {
	wifi, fourG, threeG := network{"wifi", 0, 0, 0}, network{"4g", 1, .35, .1}, network{"3g", 2, .9, .3}
	u := d.Float64()
	switch {
	case !mobile && u < .95, mobile && u < .5:
		return wifi
	case !mobile, u < .9:
		return fourG
	}
	return threeG
}

func (w *World) newPerson(i int) person {
	d := w.dice.roll(w.config.Seed, "person", i)
	p := person{nature: newNature(d, &w.config.Confounders)}
	p.visits = w.config.Visits * min(12, math.Exp(-.2+.5*p.intent+.4*d.NormFloat64()))
	p.silent = d.chance(.10)
	p.registered = d.chance(.6)
	p.remembered = p.registered && d.chance(.5)
	p.user = "u-" + d.hex(16)
	if d.chance(.1) { // a tenth buy for a company
		p.account = "company-" + itoa(d.IntN(1+w.config.People/50))
	}
	places := [][2]string{{"DE", "de"}, {"DE", "de"}, {"GB", "en"}, {"FR", "fr"}, {"US", "en"}, {"NL", "nl"}}
	place := places[d.IntN(len(places))]
	p.country, p.language = place[0], place[1]
	p.devices = append(p.devices, w.newDevice(d, i, d.chance(.6)))
	if d.chance(.2) {
		p.devices = append(p.devices, w.newDevice(d, i, !p.devices[0].mobile))
	}
	return p
}

// newDevice draws a device. Some share one address with up to 300 others, as behind
// a carrier's translator. Addresses are of the range for benchmarks.
func (w *World) newDevice(d *dice, person int, mobile bool) device {
	v := device{id: "d-" + d.hex(16), mobile: mobile, traced: !d.chance(w.config.Untraced)}
	v.skew = time.Duration(d.NormFloat64() * float64(w.config.Skew)).Truncate(time.Microsecond)
	v.address = "198." + itoa(18+d.IntN(2)) + "." + itoa(d.IntN(256)) + "." + itoa(1+d.IntN(254))
	if d.chance(max(w.config.Shared, .01)) {
		v.address = "198.19." + itoa(200+person/300%56) + ".1"
	}
	minor := itoa(110 + d.IntN(30))
	switch {
	case mobile && d.chance(.5):
		v.os, v.browser = "iOS", "Safari"
		v.agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17." + itoa(d.IntN(6)) + " Mobile/15E148 Safari/604.1"
	case mobile:
		v.os, v.browser = "Android", "Chrome"
		v.agent = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + minor + ".0.0.0 Mobile Safari/537.36"
	case d.chance(.3):
		v.os, v.browser = "macOS", "Safari"
		v.agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17." + itoa(d.IntN(6)) + " Safari/605.1.15"
	default:
		v.os, v.browser = "Windows", "Chrome"
		v.agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + minor + ".0.0.0 Safari/537.36"
	}
	return v
}
