package api

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/clickspan/clickspan/internal/connect"
	"github.com/clickspan/clickspan/internal/meta"
	"github.com/clickspan/clickspan/internal/store/storetest"
)

// newEmpty is a world over the reference store, with an intake listener, to which
// nothing has come.
func newEmpty(t *testing.T) *world {
	t.Helper()
	return newWorld(t, func(c *Config) {
		c.Store, c.IntakeAddr, c.Data = storetest.NewReference(clock), "127.0.0.1:8081", "/var/lib/clickspan"
	})
}

// looksAt names a site, as an admin does who enters it, and returns the lights.
func (w *world) looksAt(site string) map[string]connect.Light {
	w.t.Helper()
	if got := w.api(http.MethodPost, "/api/v1/connect", `{"site":"`+site+`"}`); got.status != http.StatusOK {
		w.t.Fatal(got)
	}
	return w.lights("patience=0s&site=" + url.QueryEscape(site))
}

func (w *world) lights(query string) map[string]connect.Light {
	w.t.Helper()
	all := map[string]connect.Light{}
	for _, light := range read[ConnectOutput](w, "/api/v1/connect?"+query).Lights {
		all[light.Name] = light
	}
	return all
}

func TestConnectKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	w := newEmpty(t)
	if got := read[RecipeOutput](w, "/api/v1/connect/recipe"); got.Key != "" || !strings.Contains(got.Snippets[2].Code, `data-key="KEY"`) {
		t.Errorf("before there is a key: %+v", got)
	}
	make := func(body string) string {
		return decoded[ConnectKeyOutput](t, w.api(http.MethodPost, "/api/v1/connect", body)).Key
	}
	key := make(`{}`)
	if again := make(`{}`); key == "" || again != key {
		t.Errorf("asked twice, got %q and %q", key, again)
	}
	recipe := read[RecipeOutput](w, "/api/v1/connect/recipe?server=apache&site=shop.example") // as people say it
	if recipe.Key != key || !strings.Contains(recipe.Snippets[2].Code, key) {
		t.Errorf("the recipe has %+v", recipe)
	}
	bound := make(`{"site":"https://Shop.example:443/cart"}`)
	for _, server := range []string{"none", "nginx"} {
		if got := read[RecipeOutput](w, "/api/v1/connect/recipe?site=https://shop.example&server="+server).Key; got != bound || got == key {
			t.Errorf("%s, of a site that was named: key %q", server, got)
		}
	}
	found, err := w.meta.LookupKey(t.Context(), bound)
	if err != nil || len(found.Origins) != 1 || found.Origins[0] != "https://shop.example" || found.Kind != meta.BrowserKey {
		t.Errorf("got %+v, %v", found, err)
	}
	first, err := w.meta.LookupKey(t.Context(), key)
	must(t, err)
	if got := w.api(http.MethodDelete, "/api/v1/keys/"+strconv.FormatInt(first.ID, 10), ""); got.status != http.StatusOK {
		t.Fatal(got)
	}
	if got := make(`{}`); got == key || got == "" {
		t.Errorf("after it was revoked: %q", got)
	}
}

func TestConnectRefusesWhatCannotBePasted(t *testing.T) {
	t.Parallel()
	w := newEmpty(t)
	for path, says := range map[string]string{
		"/api/v1/connect?site=shop.example:8080":                              "https://shop.example",
		"/api/v1/connect?site=file:///etc/passwd":                             "https://shop.example",
		"/api/v1/connect?site=" + url.QueryEscape("https://u:p@shop.example"): "https://shop.example",
		"/api/v1/connect?patience=soon":                                       "1m",
		"/api/v1/connect/recipe?server=iis":                                   "openapi",
		"/api/v1/connect/recipe?log=" + url.QueryEscape("/a;\nuser root"):     "quotes",
		"/api/v1/connect/recipe?intake=" + url.QueryEscape("a; return 200"):   "quotes",
	} {
		got := w.api(http.MethodGet, path, "")
		if got.status != http.StatusBadRequest || !strings.Contains(got.problem(t).Hint, says) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

func TestLightsAreOnWhereTheDataIs(t *testing.T) {
	t.Parallel()
	w := newShop(t)
	lights := w.lights("")
	for _, name := range []string{connect.Page, connect.Click, connect.Log, connect.Link} {
		if !lights[name].On || lights[name].Cause != nil {
			t.Errorf("%s: %+v", name, lights[name])
		}
	}
	if got := lights[connect.Link]; got.SessionID != visit || !strings.Contains(got.What, "/orders/{id}/pay") {
		t.Errorf("the first link: %+v", got)
	}
	if got := lights[connect.Click].What; got != "Pay" {
		t.Errorf("the click is %q", got)
	}
	if !read[ConnectOutput](w, "/api/v1/connect").Connected || !read[ConnectedOutput](w, "/api/v1/connect/state").Connected {
		t.Error("not connected")
	}
	if got := newEmpty(t); read[ConnectedOutput](got, "/api/v1/connect/state").Connected {
		t.Error("an empty project is connected")
	}
}

// TestRefusedBeaconsAreRemembered sends what browsers send with the wrong key, and
// from the wrong origin, to the public listener.
func TestRefusedBeaconsAreRemembered(t *testing.T) {
	t.Parallel()
	w := newEmpty(t)
	if got := w.lights("patience=0s")[connect.Page].Cause; got == nil || got.Code != "no_visit" {
		t.Errorf("before anything came: %+v", got)
	}
	send(t, http.MethodGet, w.public.URL+"/clickspan.js", "")
	if got := w.lights("patience=0s")[connect.Page].Cause; got == nil || got.Code != "blocker" {
		t.Errorf("after the script was taken: %+v", got)
	}
	send(t, http.MethodPost, w.public.URL+"/intake/browser?key=cs_b_wrong_and_secret", "{}", "Origin", "https://shop.example")
	if got := w.lights("patience=0s")[connect.Page].Cause; got == nil || got.Code != "key" || strings.Contains(got.Evidence[0], "secret") || !strings.Contains(got.Evidence[0], "cs_b_wrong_a") {
		t.Errorf("after a wrong key: %+v", got)
	}
	send(t, http.MethodPost, w.public.URL+"/intake/browser?key="+w.browser, "{}", "Origin", "https://evil.example")
	if got := w.lights("patience=0s")[connect.Page].Cause; got == nil || got.Code != "origin" || !strings.Contains(got.Evidence[0], "https://evil.example") {
		t.Errorf("after a wrong origin: %+v", got)
	}
	send(t, http.MethodPost, w.public.URL+"/intake/logs/combined", combined, "X-Clickspan-Key", "cs_s_wrong")
	if got := w.lights("patience=0s")[connect.Log].Cause; got == nil || got.Code != "key" {
		t.Errorf("after a log with a wrong key: %+v", got)
	}
}

const combined = `198.51.100.7 - - [20/Nov/2026:11:00:00 +0000] "GET /orders/1 HTTP/1.1" 200 512 "-" "Mozilla/5.0"` + "\n"

// TestTheSiteIsLookedAt serves pages with everything that may be wrong with them.
func TestTheSiteIsLookedAt(t *testing.T) {
	t.Parallel()
	w := newEmpty(t)
	key := decoded[ConnectKeyOutput](t, w.api(http.MethodPost, "/api/v1/connect", `{}`)).Key
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another host was asked") }))
	t.Cleanup(elsewhere.Close)
	other, err := url.Parse(elsewhere.URL)
	must(t, err)
	for name, c := range map[string]struct {
		page, policy, redirect string
		script                 http.HandlerFunc
		code                   string
	}{
		"as it should be":      {page: `<head><script defer src="/_cs/clickspan.js" data-key="` + key + `"></script>`, code: "no_visit"},
		"without quotes":       {page: `<script src=/_cs/clickspan.js data-key=` + key + ` defer>`, code: "no_visit"},
		"no tag":               {page: `<head>`, code: "tag"},
		"another key":          {page: `<script src='/_cs/clickspan.js' data-key='cs_b_other'>`, code: "key"},
		"no location":          {page: `<script src="/_cs/clickspan.js" data-key="` + key + `">`, script: http.NotFound, code: "location"},
		"the app answers it":   {page: `<script src="/_cs/clickspan.js" data-key="` + key + `">`, script: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, code: "location"},
		"a policy":             {page: `<script src="/_cs/clickspan.js" data-key="` + key + `">`, policy: "script-src 'none'", code: "csp"},
		"a policy in the page": {page: `<meta http-equiv="Content-Security-Policy" content="connect-src 'none'"><script src="/_cs/clickspan.js" data-key="` + key + `">`, code: "csp"},
		"a script elsewhere":   {page: `<script src="http://localhost:` + other.Port() + `/clickspan.js" data-key="` + key + `">`, code: "no_visit"},
		"a page elsewhere":     {redirect: "http://localhost:" + other.Port() + "/", code: "tag"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/_cs/clickspan.js" && c.script != nil:
					c.script(out, r)
				case r.URL.Path == "/_cs/clickspan.js":
					out.Header().Set("Content-Type", "text/javascript")
				case c.redirect != "":
					http.Redirect(out, r, c.redirect, http.StatusFound)
				default:
					out.Header().Set("Content-Security-Policy", c.policy)
					_, _ = out.Write([]byte(c.page))
				}
			}))
			t.Cleanup(site.Close)
			if got := w.looksAt(site.URL)[connect.Page].Cause; got == nil || got.Code != c.code {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestLinkLocalIsNotAsked: that is where clouds tell a machine its secrets.
func TestLinkLocalIsNotAsked(t *testing.T) {
	t.Parallel()
	w := newEmpty(t)
	for _, site := range []string{"http://169.254.169.254/latest/", "http://[::ffff:169.254.169.254]/", "http://[fe80::1]/"} {
		got := w.looksAt(site)[connect.Page].Cause
		if got == nil || got.Code != "site" || !strings.Contains(strings.Join(got.Evidence, ""), "is not asked") {
			t.Errorf("%s: %+v", site, got)
		}
	}
}

// TestOnlyAnAdminMakesTheServerAsk gives a viewer no way to other machines.
func TestOnlyAnAdminMakesTheServerAsk(t *testing.T) {
	t.Parallel()
	w := newEmpty(t)
	viewer, _, err := w.meta.CreateToken(t.Context(), meta.Viewer, "", 0)
	must(t, err)
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the site was asked") }))
	t.Cleanup(site.Close)
	w.lights("patience=0s&site=" + url.QueryEscape(site.URL)) // by an admin who followed a link and named nothing
	got := send(t, http.MethodGet, w.main.URL+"/api/v1/connect?patience=0s&site="+url.QueryEscape(site.URL), "", "Authorization", "Bearer "+viewer)
	if got.status != http.StatusOK {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if got := send(t, http.MethodPost, w.main.URL+"/api/v1/connect", "{}", "Authorization", "Bearer "+viewer, "Content-Type", "application/json"); got.status != http.StatusForbidden {
		t.Errorf("a viewer made a key: %d", got.status)
	}
}
