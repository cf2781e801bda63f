package simulate

import (
	"math"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// A robot is a client that no person sits before. All but the monitor are seen by
// the servers alone, which is what tells them from people.
type robot struct {
	agent    string
	address  string
	identity event.Identity
}

// robots plays the robots of one hour.
func (w *World) robots(hour int, weather *weather, l *ledger) {
	w.partners(hour, weather, l)
	w.cron(hour, weather, l)
	w.crawler(hour, weather, l)
	w.monitor(hour, weather, l)
	w.scraper(hour, weather, l)
	w.enumerator(hour, weather, l)
	w.stuffing(hour, weather, l)
}

// partners are companies whose programs use the API, and nothing is wrong with it.
// Each runs for forty minutes of every hour, one after the other.
func (w *World) partners(hour int, weather *weather, l *ledger) {
	for i := range 5 {
		d := w.visit.roll(w.config.Seed, "partner", i, hour)
		r := robot{"acme-integration/2." + itoa(i), "198.18.250." + itoa(10+i), event.Identity{UserID: "key-partner-" + itoa(i), AccountID: "partner-" + itoa(i)}}
		for range d.poisson(20 + 20*w.evening(w.at(hour))) {
			at := w.at(hour).Add(minutes(12*float64(i) + 40*d.Float64()))
			if d.chance(.6) {
				w.ask(d, weather, l, &r, &w.shop.product, "/api/products/"+itoa(1+d.IntN(catalog)), at, 200)
				continue
			}
			w.ask(d, weather, l, &r, &w.shop.order, "/api/orders", at, 201)
			w.ask(d, weather, l, &r, &w.shop.payment, "/api/payments", at.Add(2*time.Second), 201)
		}
	}
}

// cron looks for new orders every twenty minutes.
func (w *World) cron(hour int, weather *weather, l *ledger) {
	d := w.visit.roll(w.config.Seed, "cron", hour)
	r := robot{"Go-http-client/1.1", "198.18.250.2", event.Identity{UserID: "key-internal"}}
	for k := range 3 {
		w.ask(d, weather, l, &r, &w.shop.lookup, "/api/orders/latest", w.at(hour).Add(time.Duration(20*k)*time.Minute), 200)
	}
}

// crawler reads product pages for a search engine, a few minutes every hour.
func (w *World) crawler(hour int, weather *weather, l *ledger) {
	d := w.visit.roll(w.config.Seed, "crawler", hour)
	r := robot{agent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", address: "198.18.251.66"}
	for range d.poisson(30) {
		w.ask(d, weather, l, &r, &w.shop.document, "/p/"+itoa(1+d.IntN(catalog)), w.at(hour).Add(minutes(30+10*d.Float64())), 200)
	}
}

// scraper copies the catalogue in order, every sixth hour, disguised as a browser.
func (w *World) scraper(hour int, weather *weather, l *ledger) {
	if hour%6 != 3 {
		return
	}
	d := w.visit.roll(w.config.Seed, "scraper", hour)
	r := robot{agent: "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36", address: "198.18.252.9"}
	const perHour = 1200
	for k := range perHour {
		id := (hour/6*perHour+k)%catalog + 1
		w.ask(d, weather, l, &r, &w.shop.product, "/api/products/"+itoa(id), w.at(hour).Add(time.Duration(k)*3*time.Second+seconds(d.Float64())), 200)
	}
}

// enumerator tries order numbers one after the other for twenty minutes a day; most
// are not its own.
func (w *World) enumerator(hour int, weather *weather, l *ledger) {
	d := w.visit.roll(w.config.Seed, "enumerator", hour/24)
	if hour%24 != d.IntN(24) {
		return
	}
	r := robot{"python-requests/2.32", "198.18.253.77", event.Identity{UserID: "u-" + d.hex(16)}}
	for k := range 1200 {
		status := 200
		if d.chance(.6) {
			status = 403 + d.IntN(2)
		}
		w.ask(d, weather, l, &r, &w.shop.lookup, "/api/orders/"+itoa(100_000+1200*(hour/24)+k), w.at(hour).Add(time.Duration(k)*time.Second), status)
	}
}

// stuffing tries stolen passwords, one from each address, for one hour a day.
func (w *World) stuffing(hour int, weather *weather, l *ledger) {
	d := w.visit.roll(w.config.Seed, "stuffing", hour/24)
	if hour%24 != d.IntN(24) {
		return
	}
	for range 200 {
		r := robot{agent: "okhttp/4.12.0", address: "198.19." + itoa(d.IntN(200)) + "." + itoa(1+d.IntN(254))}
		status := 401
		if d.chance(.005) {
			status = 201
		}
		w.ask(d, weather, l, &r, &w.shop.login, "/api/sessions", w.within(d, hour), status)
	}
}

// monitor opens the shop in a headless browser every twenty minutes, so it has page
// views too.
func (w *World) monitor(hour int, weather *weather, l *ledger) {
	d := w.visit.roll(w.config.Seed, "monitor", hour)
	dev := device{
		id: "d-monitor", os: "Linux", browser: "Chrome", traced: w.config.Untraced < 1, address: "198.18.250.3",
		agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/124.0.0.0 Safari/537.36",
	}
	for k := range 3 {
		r := &requests{world: w, weather: weather, ledger: l, dice: d, device: &dev, network: network{name: "wired"}}
		r.now = w.at(hour).Add(time.Duration(20*k+2) * time.Minute)
		r.identity = event.Identity{DeviceID: dev.id, SessionID: d.hex(32)}
		r.context = event.Context{Device: "desktop", OS: dev.os, Browser: dev.browser, Network: r.network.name, Language: "en"}
		r.pageURL, r.pageID = origin+"/", d.hex(16)
		view := r.act(event.PageView, "page_view", event.Target{})
		a := r.request(&w.shop.document, "/", "", view, r.now)
		r.request(&w.shop.feed, "/api/feed", "limit=10", view, a.end.Add(seconds(.03)))
	}
}

func (w *World) within(d *dice, hour int) time.Time {
	return w.at(hour).Add(time.Duration(d.Float64() * float64(time.Hour))).Truncate(time.Microsecond)
}

// ask logs a robot's request.
func (w *World) ask(d *dice, weather *weather, l *ledger, r *robot, e *endpoint, path string, at time.Time, status int) {
	trouble, errors := w.trouble(weather, e, at)
	took := seconds(min(30, math.Exp(math.Log(e.base)+e.load*w.evening(at)+w.noiseAt(weather, at)+trouble+e.sd*d.NormFloat64())))
	if d.chance(logistic(-5 + errors)) {
		status = 503
	}
	c := event.Call{
		Method: e.method, Host: host, Path: path, Class: event.API, Status: status, ResponseBytes: int64(e.bytes),
		Origin: event.Origin{UserAgent: r.agent, ClientIP: r.address},
	}
	if e == &w.shop.document {
		c.Class = event.Document
	}
	outer := w.edgeCall(d, &c, at, took)
	l.calls = append(l.calls, stamped[event.Call]{at, outer})
	if w.config.EdgeOnly || e.service == "web" {
		return
	}
	inner := w.serviceCall(d, e, &c, &outer, at, took)
	inner.UserID, inner.AccountID = r.identity.UserID, r.identity.AccountID
	l.calls = append(l.calls, stamped[event.Call]{inner.Time, inner})
}
