package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/pipeline"
)

func TestTypedSegments(t *testing.T) {
	t.Parallel()
	templates := pipeline.NewTemplates()
	for path, want := range map[string]string{
		"/":                         "/",
		"/orders":                   "/orders",
		"/orders/":                  "/orders/",
		"/api/v1/orders/17/items/3": "/api/v1/orders/{id}/items/{id}",
		"/api/v2/users/me":          "/api/v2/users/me",
		"/2.0/users/17.json":        "/2.0/users/{id}.json",
		"/u/0190c2f4-7b1e-7cc3-9d42-0f3a5e7b1c22/x": "/u/{uuid}/x",
		"/u/01ARZ3NDEKTSV4RRFFQ69G5FAV":             "/u/{uuid}",
		"/blob/5f7c8ec7c33c6c004bbafe82":            "/blob/{hash}",
		"/commit/e5f3a9b1":                          "/commit/{hash}",
		"/report/2026-11-23":                        "/report/{date}",
		"/report/2026-11/sales":                     "/report/{date}/sales",
		"/users/anna@example.com/orders":            "/users/{email}/orders",
		"/users/anna%40example.com":                 "/users/{email}",
		"/customers/cus_N3xK29LqZ":                  "/customers/{id}",
		"/orders/ORD-12345":                         "/orders/{id}",
		"/p/blue-shoes-10423":                       "/p/{id}",
		"/reset/Zx81kQ0vTn4YpLw2RbEj7MdC9s":         "/reset/{token}",
		"/search/blue%20shoes":                      "/search/{name}",
		"/hosts/203.0.113.7":                        "/hosts/{ip}",
		"/at/48.137,11.575":                         "/at/{id}",
		"/a;jsessionid=ABC/b":                       "/a/b",
		"/oauth2/token":                             "/oauth2/token",
		"/s3/upload":                                "/s3/upload",
		"/orders/{id}/pay":                          "/orders/{id}/pay",
		"/npm/@types/node":                          "/npm/@types/node",
		"/checkout/shipping-address":                "/checkout/shipping-address",
		"/1/2/3/4/5/6/7/8/9/10/11/12/13/14":         "/{id}/{id}/{id}/{id}/{id}/{id}/{id}/{id}/{id}/{id}/{id}/{id}/{rest}",
	} {
		if got := templates.Route("GET", path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestPlaceWithTooManyWordsBecomesParameter(t *testing.T) {
	t.Parallel()
	templates := pipeline.NewTemplates()
	word := func(i int) string {
		return "w" + strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(i))
	}
	for i := range 300 {
		templates.Route("GET", "/users/me/settings")
		templates.Route("GET", "/users/"+word(i)+"/settings")
	}
	for path, want := range map[string]string{
		"/users/" + word(999) + "/settings": "/users/{name}/settings",
		"/users/" + word(7) + "/settings":   "/users/{name}/settings",
		"/users/me/settings":                "/users/me/settings", // frequent before: a word
		"/orders/open":                      "/orders/open",
	} {
		if got := templates.Route("GET", path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestSlugsBecomeParametersSoonerThanWords(t *testing.T) {
	t.Parallel()
	templates := pipeline.NewTemplates()
	letters := func(i int) string { return strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(i)) }
	for i := range 60 {
		templates.Route("GET", "/products/blue-"+letters(i)+"-shoes/reviews")
		templates.Route("GET", "/products/best-sellers")
		templates.Route("GET", "/products/search")
	}
	for path, want := range map[string]string{
		"/products/red-hat/reviews": "/products/{name}/reviews",
		"/products/best-sellers":    "/products/best-sellers",
		"/products/search":          "/products/search",
		"/products/new":             "/products/new",
	} {
		if got := templates.Route("GET", path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// A template is a fixed point, keeps the number of segments, and never panics.
func TestTemplatesHoldForAnyPath(t *testing.T) {
	t.Parallel()
	templates := pipeline.NewTemplates()
	segment := rapid.OneOf(rapid.StringMatching(`[a-z]{1,8}`), rapid.StringMatching(`[A-Za-z0-9._@%;+{}:-]{0,40}`), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + strings.Join(rapid.SliceOfN(segment, 0, 8).Draw(t, "segments"), "/")
		once := templates.Route("GET", path)
		if strings.Count(path, "/") <= 12 && strings.Count(once, "/") != strings.Count(path, "/") {
			t.Fatalf("%q became %q", path, once)
		}
		if again := templates.Route("GET", path); again != once {
			t.Fatalf("%q became %q and then %q", path, once, again)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	templates := pipeline.NewTemplates()
	letters := func(n int) string {
		var b strings.Builder
		for range 6 {
			b.WriteByte(byte('a' + n%17))
			n /= 17
		}
		return b.String()
	}
	for i := range 150_000 {
		templates.Route("GET", "/"+letters(i%150)+"/"+letters(i/150)+"/"+letters(i))
	}
	if got := templates.Route("GET", "/entirely/unseen/path"); strings.Count(got, "/") != 3 {
		t.Errorf("route %s", got)
	}
}

const shop = `
openapi: 3.1.0
servers: [{url: https://shop.example/api}]
paths:
  /orders/{orderId}:
    parameters: []
    get: {}
    delete: {}
  /orders/open:
    get: {}
  /{tenant}/{repo}/archive:
    post: {}
`

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	templates := pipeline.NewTemplates()
	n, err := templates.LoadOpenAPI(strings.NewReader(shop))
	if err != nil || n != 4 {
		t.Fatalf("loaded %d, %v", n, err)
	}
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/api/orders/blue", "/api/orders/{orderId}"},
		{"HEAD", "/api/orders/blue", "/api/orders/{orderId}"},
		{"GET", "/api/orders/open", "/api/orders/open"},
		{"DELETE", "/api/orders/open", "/api/orders/{orderId}"},
		{"POST", "/api/acme/web/archive", "/api/{tenant}/{repo}/archive"},
		{"POST", "/api/orders/17", "/api/orders/{id}"}, // not documented: by form
		{"GET", "/orders/17", "/orders/{id}"},
	} {
		if got := templates.Route(c.method, c.path); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.method, c.path, got, c.want)
		}
	}
	for _, bad := range []string{"", "a: [", "openapi: 3.0.0", `{"swagger":"2.0","paths":{}}`} {
		if _, err := templates.LoadOpenAPI(strings.NewReader(bad)); !event.IsPermanent(err) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
