package simulate

import (
	"fmt"
	"math"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

const (
	longestVisit = 50 * time.Minute // with its last calls less than the hour that Walk relies on
	mostSteps    = 30
)

// visit is one person in the shop.
type visit struct {
	*requests
	person  *person
	signed  bool
	page    string
	before  string // the page before, for going back
	basket  int
	value   float64
	product int
	eager   float64 // log odds of paying that come on top
	key     [3]int  // who the visit is: person, hour and which of that hour
	orders  int
	pages   int
	since   time.Time // when the page was turned to

	// What the person has been through.
	doublings float64 // sum of log2 of latency to normal
	answers   int
	failures  int
	left      bool
}

// visitShop plays the visit k that a person begins in an hour, because of campaign
// if there is one.
func (w *World) visitShop(person, hour, k int, campaign *Campaign, weather *weather, l *ledger) {
	d := w.visit.roll(w.config.Seed, "visit", person, hour, k)
	w.newVisit(d, [3]int{person, hour, k}, campaign, time.Time{}, weather, l).run("/")
}

// newVisit makes the visit of a person, which begins at a moment, or at any of its
// hour when that is zero.
func (w *World) newVisit(d *dice, key [3]int, campaign *Campaign, begin time.Time, weather *weather, l *ledger) *visit {
	p := &w.people[key[0]]
	device := &p.devices[d.IntN(len(p.devices))]
	if begin.IsZero() {
		begin = w.within(d, key[1])
	}
	v := &visit{
		requests: &requests{
			world: w, weather: weather, ledger: l, dice: d, device: device,
			network: networkOf(d, device.mobile), moment: d.chance(.15), nature: p.nature, silent: p.silent, now: begin,
		},
		person: p, signed: p.remembered, key: key,
	}
	v.identity = event.Identity{DeviceID: device.id, SessionID: d.hex(32)}
	v.context = event.Context{Device: "desktop", OS: device.os, Browser: device.browser, Network: v.network.name, Language: p.language, Country: p.country}
	if device.mobile {
		v.context.Device = "mobile"
	}
	if d.chance(.15) {
		v.context.UTM = map[string]string{"source": "newsletter", "medium": "email"}
	}
	if campaign != nil {
		v.context.UTM = campaign.UTM
	}
	if v.signed {
		v.identity.UserID, v.identity.AccountID = p.user, p.account
	}
	return v
}

// run plays the visit, which begins on a page.
func (v *visit) run(landing string) {
	begin := v.now
	v.open(landing)
	for step := 0; step < mostSteps && !v.left; step++ {
		if v.page != "/cart" || step > 0 { // who comes for their cart knows what they want
			v.think(24)
		}
		if v.now.Sub(begin) > longestVisit {
			v.now = begin.Add(longestVisit)
			v.leavePage()
			return
		}
		v.step()
		if !v.left && v.dice.chance(.06) { // has what they came for
			break
		}
	}
	v.leavePage()
	if v.dice.chance(.03) {
		v.forgottenTab(begin)
	}
}

// think passes the time between two steps, on average so many seconds.
func (v *visit) think(mean float64) {
	v.now = v.now.Add(seconds(.8 + mean*v.dice.ExpFloat64()))
}

// open loads a page from the server: the one whole document of the visit.
func (v *visit) open(path string) {
	v.turn(path)
	page := v.act(event.PageView, "page_view", event.Target{})
	a := v.request(&v.world.shop.document, path, "", page, v.now)
	v.now = a.end
	v.judge(&v.world.shop.document, event.PageView, page, a)
	if !v.left {
		v.vital("lcp", 1.3*a.latency*1000+v.dice.between(50, 300))
		v.request(&v.world.shop.feed, "/api/feed", "limit=10", page, v.now.Add(seconds(.03)))
	}
}

// turn makes path the page that the person is on.
func (v *visit) turn(path string) {
	v.leavePage()
	v.before, v.page, v.since = v.page, path, v.now
	v.pageURL = origin + path
	v.pageID = v.dice.hex(16)
}

// leavePage notes how long the page was before the person, as the browser SDK does. It
// rolls no dice, so that a story stays the same but for these notes.
func (v *visit) leavePage() {
	visible := v.now.Sub(v.since).Milliseconds()
	if v.page == "" || v.silent || visible < 100 {
		return
	}
	v.pages++
	seed, at := v.world.config.Seed, []int{v.key[0], v.key[1], v.key[2], v.pages}
	if uniform(seed, "engaged is lost", at...) < v.loss() {
		return
	}
	e := v.named(fmt.Sprintf("%016x", mix(seed, "engaged", at...)), event.WebVital, "engaged")
	e.Properties = map[string]any{"engaged_ms": float64(visible)}
	v.arrive(e)
}

// route changes the page without loading it, as the answer of a call arrived.
func (v *visit) route(path string) string {
	v.turn(path)
	return v.act(event.RouteChange, "route_change", event.Target{})
}

func (v *visit) step() {
	u := v.dice.Float64()
	switch {
	case v.page == "/cart":
		v.decide()
	case u < .01:
		v.deadClick()
	case v.person.registered && !v.signed && u < .12:
		v.login()
	case v.page == "/" && u < .7, v.page == "/search" && u < .3:
		v.search()
	case v.page == "/" || v.page == "/search" || v.page == "/orders/thanks":
		v.look(event.Target{Selector: "a.product", Name: "Product", Role: "link", X: 300, Y: 420})
	case u < .35:
		v.add()
	case u < .50 && v.basket > 0:
		v.cart()
	case u < .55 && v.signed:
		v.review()
	case u < .75:
		v.look(event.Target{Selector: "a.similar", Name: "Similar product", Role: "link", X: 640, Y: 700})
	default:
		v.search()
	}
}

func (v *visit) search() {
	words := []string{"shoes", "jacket", "lamp", "tent", "coffee", "guitar"}
	query := "q=" + words[v.dice.IntN(len(words))] + "&page=" + itoa(1+v.dice.IntN(3))
	form := event.Target{Selector: "form.search", Name: "Search", Role: "form"}
	if v.attempt(event.Submit, "submit", form, &v.world.shop.search, "/api/search", query) {
		v.route("/search")
	}
}

func (v *visit) look(link event.Target) {
	v.product = 1 + v.dice.IntN(catalog)
	id := itoa(v.product)
	if !v.attempt(event.Click, "click", link, &v.world.shop.product, "/api/products/"+id, "") {
		return
	}
	shown := v.route("/p/" + id)
	v.request(&v.world.shop.reviews, "/api/products/"+id+"/reviews", "", shown, v.now.Add(seconds(.012)))
	v.request(&v.world.shop.image, "/img/"+id+".jpg", "", shown, v.now.Add(seconds(.02)))
	if v.before != "" && v.dice.chance(.03) { // not what it looked like
		v.now = v.now.Add(seconds(v.dice.between(1, 4)))
		v.route(v.before)
	}
}

func (v *visit) add() {
	button := event.Target{Selector: "button.add", Name: "Add to cart", Role: "button", X: 900, Y: 380}
	if v.attempt(event.Click, "click", button, &v.world.shop.add, "/api/cart/items", "") {
		v.basket++
		v.value += v.price()
	}
}

// price is what a product costs.
func (v *visit) price() float64 { return math.Round(100*math.Exp(3+.6*v.dice.NormFloat64())) / 100 }

func (v *visit) cart() {
	link := event.Target{Selector: "a.cart", Name: "Cart", Role: "link", X: 1200, Y: 30}
	if v.attempt(event.Click, "click", link, &v.world.shop.cart, "/api/cart", "") {
		v.route("/cart")
	}
}

func (v *visit) review() {
	form := event.Target{Selector: "form.review", Name: "Send review", Role: "form"}
	path := "/api/products/" + itoa(max(1, v.product)) + "/reviews"
	v.attempt(event.Submit, "submit", form, &v.world.shop.review, path, "")
}

func (v *visit) login() {
	if !v.fill("email", "password") {
		return
	}
	form := event.Target{Selector: "form.login", Name: "Sign in", Role: "form"}
	v.refuse = v.dice.chance(.06) // a wrong password
	ok := v.attempt(event.Submit, "submit", form, &v.world.shop.login, "/api/sessions", "")
	refused := v.refuse
	v.refuse = false
	if ok && !refused {
		v.signed = true
		v.identity.UserID, v.identity.AccountID = v.person.user, v.person.account
		v.record(event.Identify, "identify", nil)
	}
}

// decide is the goal: with the cart before them, people pay or they do not.
func (v *visit) decide() {
	logit := -1.0 + v.eager + .8*v.person.intent - .3*v.world.evening(v.now)
	logit -= .25*v.doublings/float64(max(1, v.answers)) + .9*float64(v.failures)
	if !v.dice.chance(logistic(logit)) {
		v.search()
		return
	}
	v.order = v.newOrder()
	v.record(event.Custom, "Checkout Started", map[string]any{"items": float64(v.basket), "order_id": v.order})
	v.route("/checkout")
	if !v.fill("name", "street") {
		return
	}
	form := event.Target{Selector: "form.checkout", Name: "Place order", Role: "form"}
	if !v.attempt(event.Submit, "submit", form, &v.world.shop.order, "/api/orders", "") {
		return
	}
	v.route("/checkout/payment")
	if !v.fill("card") {
		return
	}
	form = event.Target{Selector: "form.payment", Name: "Pay now", Role: "form"}
	if !v.attempt(event.Submit, "submit", form, &v.world.shop.payment, "/api/payments", "") {
		return
	}
	v.route("/orders/thanks")
	v.record(event.Custom, "Order Paid", map[string]any{
		"amount": v.value, "items": float64(v.basket), "currency": "EUR", "returning": v.person.remembered, "order_id": v.order,
	})
	v.basket, v.value = 0, 0
	v.left = v.dice.chance(.5)
}

// newOrder names the order of a checkout. It rolls no dice, so that a story stays the
// same but for its names; eight digits keep two orders apart.
func (v *visit) newOrder() string {
	v.orders++
	u := uniform(v.world.config.Seed, "order", v.key[0], v.key[1], v.key[2], v.orders)
	return "o-" + itoa(10_000_000+int(u*90_000_000))
}

// fill fills in a form; a few give up on forms whatever the API does.
func (v *visit) fill(fields ...string) bool {
	for _, field := range fields {
		v.think(4)
		v.act(event.Change, "change", event.Target{Selector: "input[name=" + field + "]", Name: field, Role: "textbox"})
		if v.dice.chance(.015) {
			v.left = true
			return false
		}
	}
	return true
}

// deadClick clicks on something that does nothing, which the page notices.
func (v *visit) deadClick() {
	e := v.event(event.Click, "click")
	e.Target = event.Target{Selector: "div.banner", Name: "Banner", X: 500, Y: 120}
	e.Properties = map[string]any{"clickspan.dead": true}
	v.tell(e)
}

// forgottenTab keeps asking for news with nobody before it.
func (v *visit) forgottenTab(begin time.Time) {
	for v.now.Sub(begin) < longestVisit {
		v.now = v.now.Add(20 * time.Second)
		v.request(&v.world.shop.feed, "/api/feed", "since="+itoa(int(v.now.Sub(v.world.start)/time.Second)), "", v.now)
	}
}

// attempt acts, waits, and perhaps acts again; it reports whether the person is
// still there with a good answer.
func (v *visit) attempt(kind event.Kind, name string, target event.Target, e *endpoint, path, query string) bool {
	for try := 1; ; try++ {
		cause := v.act(kind, name, target)
		a := v.request(e, path, query, cause, v.now.Add(seconds(v.dice.between(.004, .025))))
		hammered := v.rage(kind, name, target, e, a)
		for again := 0; a.failed && again < 3 && v.dice.chance(.25); again++ { // the page's own retries
			a = v.request(e, path, query, cause, a.end.Add(seconds(v.dice.between(.2, .4))))
		}
		if a.failed && v.dice.chance(.15) { // a page that did not expect it
			v.now = a.end
			v.record(event.PageError, "error", map[string]any{
				"type": "TypeError", "message": "undefined is not an object (evaluating 'answer.items')", "stack": "render@" + origin + "/app.js:1:2042",
			})
		}
		v.now = latest(a.end, hammered)
		v.now = v.now.Add(seconds(v.dice.between(.02, .06)))
		v.judge(e, kind, cause, a)
		if v.left {
			return false
		}
		if try == 4 || !v.dice.chance(logistic(v.world.config.retrying(e, a.doublings, a.failed))) {
			return !a.failed
		}
		v.now = v.now.Add(seconds(v.dice.between(1, 4)))
	}
}

// judge decides whether the person leaves because of an answer, and keeps the truth.
func (v *visit) judge(e *endpoint, kind event.Kind, cause string, a answer) {
	s := v.scene(e, v.now)
	o := Outcome{
		EventID: v.arrived(cause), SessionID: v.identity.SessionID, DeviceID: v.identity.DeviceID, Endpoint: e.name(),
		LatencyUS: seconds(a.latency).Microseconds(), Failed: a.failed,
	}
	o.foresee(&v.world.config, e, &s, a.latency)
	if kind == event.PageView { // nobody loads it again
		o.Retry = Chances{}
	}
	if kind != event.Click { // only buttons and links are hammered on
		o.Rage = Chances{}
	}
	o.Abandoned = v.dice.chance(o.P)
	v.left = o.Abandoned
	if v.world.config.minded(e) {
		v.doublings += a.doublings
		v.failures += int(one(a.failed))
	}
	v.answers++
	if v.left {
		v.cutShort(a)
	}
	if !v.silent {
		v.ledger.outcomes = append(v.ledger.outcomes, stamped[Outcome]{a.end, o})
	}
}

// rage hammers on the element while the answer does not come, and returns until
// when. It comes before the page's own retries, so that nothing that happens
// depends on anything later.
func (v *visit) rage(kind event.Kind, name string, target event.Target, e *endpoint, a answer) time.Time {
	at := v.now
	s := v.scene(e, at)
	if kind != event.Click || !v.dice.chance(logistic(v.world.config.raging(e, &s, a.latency, a.failed))) {
		return at
	}
	for range 4 + v.dice.IntN(3) {
		v.now = v.now.Add(seconds(v.dice.between(.15, .6)))
		v.act(kind, name, target)
	}
	hammered := v.now
	v.now = at
	return hammered
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
