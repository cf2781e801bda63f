package simulate

// endpoint is one operation of the shop's API and what it does to people: beta is
// how the log odds of leaving rise when the call takes twice as long, delta how they
// rise when it fails.
type endpoint struct {
	service, method, route string

	base  float64 // seconds of a call at the quietest hour
	load  float64 // how much the log latency rises at the busiest hour
	sd    float64 // of the log latency
	bytes int
	title string
	beta  float64
	delta float64
}

// The shop's endpoints. The effects are those of statistics for each kind of page:
// people forgive a slow picture and do not forgive a slow payment.
type shop struct {
	document, search, product, reviews, image, add, cart, order, payment, login, review, feed, lookup endpoint
}

func newShop() shop {
	s := shop{
		document: endpoint{service: "web", method: "GET", route: "/", base: .12, load: .3, sd: .25, bytes: 18_000, beta: .20, delta: 1.5},
		search:   endpoint{service: "catalogue", method: "GET", route: "/api/search", base: .30, load: .6, sd: .30, bytes: 9_000, beta: .30, delta: 1.2},
		product:  endpoint{service: "catalogue", method: "GET", route: "/api/products/{id}", base: .15, load: .5, sd: .25, bytes: 4_000, beta: .22, delta: .9},
		reviews:  endpoint{service: "catalogue", method: "GET", route: "/api/products/{id}/reviews", base: .12, load: .5, sd: .30, bytes: 6_000},
		image:    endpoint{service: "web", method: "GET", route: "/img/{id}.jpg", base: .05, load: .2, sd: .30, bytes: 60_000},
		add:      endpoint{service: "orders", method: "POST", route: "/api/cart/items", base: .20, load: .5, sd: .25, bytes: 500, beta: .40, delta: 1.6},
		cart:     endpoint{service: "orders", method: "GET", route: "/api/cart", base: .15, load: .5, sd: .25, bytes: 2_000, beta: .40, delta: 1.6},
		order:    endpoint{service: "orders", method: "POST", route: "/api/orders", base: .25, load: .6, sd: .25, bytes: 900, beta: .45, delta: 2.0},
		payment:  endpoint{service: "payments", method: "POST", route: "/api/payments", base: .45, load: .7, sd: .30, bytes: 400, beta: .55, delta: 2.2},
		login:    endpoint{service: "identity", method: "POST", route: "/api/sessions", base: .25, load: .4, sd: .25, bytes: 700, beta: .35, delta: 1.8},
		review:   endpoint{service: "catalogue", method: "POST", route: "/api/products/{id}/reviews", base: .20, load: .4, sd: .25, bytes: 200, delta: .8},
		feed:     endpoint{service: "feed", method: "GET", route: "/api/feed", base: .08, load: .3, sd: .25, bytes: 3_000},
		lookup:   endpoint{service: "orders", method: "GET", route: "/api/orders/{id}", base: .09, load: .4, sd: .25, bytes: 1_200},
	}
	for _, e := range s.all() {
		e.title = e.method + " " + e.route
	}
	return s
}

// all lists the endpoints.
func (s *shop) all() []*endpoint {
	return []*endpoint{&s.document, &s.search, &s.product, &s.reviews, &s.image, &s.add, &s.cart, &s.order, &s.payment, &s.login, &s.review, &s.feed, &s.lookup}
}

// named returns the endpoint of a name, nil if there is none.
func (s *shop) named(name string) *endpoint {
	for _, e := range s.all() {
		if e.name() == name {
			return e
		}
	}
	return nil
}

// name is the endpoint as it is told to people.
func (e *endpoint) name() string { return e.title }

// Where the shop runs, and what its pages are called.
const (
	origin  = "https://shop.example"
	host    = "shop.example"
	edge    = "edge"
	catalog = 5000 // products
)
