//go:build browser || release

package test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The snippets of a recipe that the tests write into configurations, by their place.
type recipe struct {
	Key      string
	Snippets []struct {
		Title, Code string
		Optional    bool
	}
}

// code returns the code of the snippet whose title has the words.
func (r recipe) code(t *testing.T, words string) string {
	t.Helper()
	for _, snippet := range r.Snippets {
		if strings.Contains(snippet.Title, words) {
			return snippet.Code
		}
	}
	t.Fatalf("no snippet %q in %+v", words, r.Snippets)
	return ""
}

type light struct {
	Name      string
	On        bool
	What      string
	SessionID string `json:"session_id"`
	Cause     *struct {
		Code     string
		Title    string
		Evidence []string
		Fix      string
	}
}

// connection is one application being connected: its server, the web server in
// front, what watches.
type connection struct {
	*server
	t       *testing.T
	machine string // the root directory that programs run in; empty for this machine's own
	binary  string // clickspan
	dir     string // of configuration and logs, in the machine
	log     string // the access log
	app     *application
	at      string // host:port of the web server
	site    string // its address
	visitor *visitor
}

// application is a small real one: a page with a button that calls an API. Its head
// may hold the script, its answers a content security policy.
type application struct {
	*httptest.Server
	head, policy string
	// served is told of every API call with its traceparent.
	served func(r *http.Request, at time.Time)
}

func newApplication(t *testing.T) *application {
	a := &application{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if a.policy != "" {
			w.Header().Set("Content-Security-Policy", a.policy)
		}
		_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>Shop</title><link rel="stylesheet" href="/app.css">%s</head>
<body><button>Order</button><p id="answer"></p><script src="/app.js"></script></body></html>`, a.head)
	})
	mux.HandleFunc("GET /app.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, `document.querySelector('button').onclick = () =>
  fetch('/api/orders', { method: 'POST' }).then((r) => r.text(), (e) => e.message).then((text) => { document.querySelector('#answer').textContent = text })`)
	})
	mux.HandleFunc("GET /app.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		_, _ = io.WriteString(w, "button{color:navy}")
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /api/orders", func(w http.ResponseWriter, r *http.Request) {
		at := time.Now()
		_, _ = io.WriteString(w, `{"order":7}`)
		if a.served != nil {
			a.served(r, at)
		}
	})
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

func connecting(t *testing.T) *connection {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return connectingTo(t, &connection{server: serve(t, filepath.Join(dir, "data")), binary: path, dir: dir})
}

// connectingTo makes the rest of a connection around a server.
func connectingTo(t *testing.T, c *connection) *connection {
	t.Helper()
	c.t, c.log, c.app, c.at, c.visitor = t, filepath.Join(c.dir, "access.log"), newApplication(t), freePort(t), theVisitor(t)
	c.site = "http://" + c.at
	return c
}

// recipe is what the API says to paste, with a key that was made for it.
func (c *connection) recipe(server string) recipe {
	c.t.Helper()
	body := fmt.Sprintf(`{"site":%q}`, c.site+"/")
	var made struct{ Key string }
	c.do(http.MethodPost, "/api/v1/connect", "application/json", body, &made)
	var r recipe
	c.get("/api/v1/connect/recipe?"+url.Values{"server": {server}, "site": {c.site}, "log": {c.log}}.Encode(), &r)
	if r.Key == "" || r.Key != made.Key {
		c.t.Fatalf("the recipe has key %q, made was %q", r.Key, made.Key)
	}
	return r
}

// freePort returns an address on which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// run starts a program that ends with the test, and waits until the site answers.
func (c *connection) run(args ...string) {
	c.t.Helper()
	c.background(args...)
	eventually(c.t, "the web server listens", func() bool {
		conn, err := net.DialTimeout("tcp", c.at, time.Second)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

func (c *connection) background(args ...string) {
	c.t.Helper()
	program := args[0]
	if c.machine != "" {
		args = append([]string{"chroot", c.machine}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin", "HOME="+c.dir)
	out, err := os.Create(filepath.Join(c.machine, c.dir, filepath.Base(program)+".out"))
	if err != nil {
		c.t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a web server's workers end with it
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_ = out.Close()
		if c.t.Failed() {
			text, _ := os.ReadFile(out.Name())
			c.t.Logf("%s:\n%s", program, text)
		}
	})
}

// follow runs the command of the recipe as it stands there.
func (c *connection) follow(r recipe) {
	c.t.Helper()
	args := strings.Fields(r.code(c.t, "Follow the log"))
	c.background(append([]string{c.binary}, args[1:]...)...)
}

func (c *connection) write(name, text string) string {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.WriteFile(filepath.Join(c.machine, path), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// nginx starts Debian's nginx with two texts of the recipe at their places. Its workers
// keep FAKETIME, which is read again every ten seconds.
func (c *connection) nginx(http, server string, before ...string) {
	c.t.Helper()
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += fmt.Sprintf("  %s_temp_path %s/%s;\n", kind, c.dir, kind)
	}
	config := c.write("nginx.conf", fmt.Sprintf(`user root;
env FAKETIME;
worker_processes 1;
pid %s/nginx.pid;
error_log stderr;
events {}
http {
%s%s
  server {
    listen %s;
%s
    location / {
      proxy_pass %s;
      proxy_set_header Accept-Encoding "";
    }
  }
}
`, c.dir, temporary, http, c.at, server, c.app.URL))
	c.run(append(before, "nginx", "-p", c.dir, "-c", config, "-g", "daemon off;")...)
}

// byNginx is the whole recipe, pasted.
func (c *connection) byNginx() recipe {
	c.t.Helper()
	r := c.recipe("nginx")
	c.nginx(r.code(c.t, "Log what"), r.code(c.t, "Pass /_cs/")+r.code(c.t, "write that line"))
	return r
}

// visit opens the page and clicks its button; block keeps the browser from some addresses.
func (c *connection) visit(at string, block string) {
	c.t.Helper()
	c.visitor.obey(c.t, map[string]any{"visit": at, "block": block})
}

// lights asks as the page does, without its patience.
func (c *connection) lights() map[string]light {
	c.t.Helper()
	var answer struct{ Lights []light }
	c.get("/api/v1/connect?patience=0s&site="+url.QueryEscape(c.site+"/"), &answer)
	all := map[string]light{}
	for _, l := range answer.Lights {
		all[l.Name] = l
	}
	return all
}

// turnsOn waits for lights.
func (c *connection) turnsOn(names ...string) {
	c.t.Helper()
	for _, name := range names {
		eventually(c.t, "the light "+name, func() bool { return c.lights()[name].On }, func() string { return fmt.Sprintf("%+v", c.lights()[name].Cause) })
	}
}

// isDark waits for the cause of a dark light, with evidence that has the words.
func (c *connection) isDark(name, code, words string) {
	c.t.Helper()
	eventually(c.t, name+" is dark because of "+code, func() bool {
		l := c.lights()[name]
		return !l.On && l.Cause != nil && l.Cause.Code == code && strings.Contains(strings.Join(l.Cause.Evidence, "\n"), words)
	}, func() string { return fmt.Sprintf("%+v %+v", c.lights()[name], c.lights()[name].Cause) })
}

// watch opens the first page, which is Connect while nothing is linked, and returns
// what to call when the lights should turn on: it sees them do so, accepts the goal
// that is proposed then, and goes through the last light to the timeline in which the
// click caused the call of the log by its span.
func (c *connection) watch() (isConnected func()) {
	c.t.Helper()
	shots := ""
	if dir := os.Getenv("CLICKSPAN_E2E_SHOTS"); dir != "" {
		shots = filepath.Join(dir, filepath.Base(c.t.Name()))
		if err := os.MkdirAll(shots, 0o750); err != nil {
			c.t.Fatal(err)
		}
	}
	c.visitor.obey(c.t, map[string]any{"open": c.url + "/", "as": c.url})
	return func() {
		c.t.Helper()
		text := c.visitor.obey(c.t, map[string]any{"watch": c.url, "shots": shots})
		if !strings.Contains(text, "Order") || !strings.Contains(text, "/api/orders") {
			c.t.Errorf("the timeline shows neither the click nor the call:\n%s", text)
		}
		var timeline struct {
			Links []struct {
				Client string `json:"client_call_id"`
				Server string `json:"server_call_id"`
				Method string
			}
		}
		var goals struct{ Goals []struct{ Name string } }
		if c.get("/api/v1/goals", &goals); len(goals.Goals) != 1 || !strings.Contains(goals.Goals[0].Name, "/api/orders") {
			c.t.Errorf("the goals are %+v", goals)
		}
		c.get("/api/v1/sessions/"+url.PathEscape(c.lights()["link"].SessionID), &timeline)
		for _, l := range timeline.Links {
			if l.Client != "" && l.Server != "" && l.Method == "span" {
				return
			}
		}
		c.t.Errorf("no server call is linked by its span: %+v", timeline.Links)
	}
}

// eventually asks until something is so; tell says how it was when it is not.
func eventually(t *testing.T, what string, so func() bool, tell ...func() string) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	late := time.After(45 * time.Second)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			for _, more := range tell {
				what += ": " + more()
			}
			t.Fatalf("not in time: %s", what)
		}
	}
}

// visitor is Chromium, driven by connect/visitor.mjs: one for all tests.
type visitor struct {
	mu      sync.Mutex
	in      io.WriteCloser
	next    int
	waiting map[int]chan visited
	gone    chan struct{}
}

type visited struct {
	ID            int
	Result, Error string
}

var startVisitor = sync.OnceValues(func() (*visitor, error) {
	cmd := exec.Command("node", "connect/visitor.mjs")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	v := &visitor{in: in, waiting: map[int]chan visited{}, gone: make(chan struct{})}
	go func() {
		defer close(v.gone)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var done visited
			if json.Unmarshal(lines.Bytes(), &done) == nil {
				v.mu.Lock()
				v.waiting[done.ID] <- done
				v.mu.Unlock()
			}
		}
		_ = cmd.Wait()
	}()
	return v, nil
})

func theVisitor(t *testing.T) *visitor {
	t.Helper()
	v, err := startVisitor()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *visitor) obey(t *testing.T, order map[string]any) string {
	t.Helper()
	v.mu.Lock()
	v.next++
	done := make(chan visited, 1)
	order["id"], v.waiting[v.next] = v.next, done
	line, err := json.Marshal(order)
	if err == nil {
		_, err = v.in.Write(append(line, '\n'))
	}
	v.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-done:
		if got.Error != "" {
			t.Fatalf("%v: %s", order, got.Error)
		}
		return got.Result
	case <-v.gone:
		t.Fatal("the browser is gone")
		return ""
	}
}

// TestConnect pastes what Connect says into every web server, visits the page and
// watches the four lights.
func TestConnect(t *testing.T) {
	t.Parallel()
	t.Run("nginx", func(t *testing.T) {
		t.Parallel()
		c := connecting(t)
		isConnected := c.watch()
		c.follow(c.byNginx())
		c.visit(c.site, "")
		isConnected()
	})
	t.Run("apache", func(t *testing.T) {
		t.Parallel()
		c := connecting(t)
		isConnected := c.watch()
		r := c.recipe("apache")
		c.run("apache2", "-D", "FOREGROUND", "-d", c.dir, "-f", c.write("apache.conf", c.apacheConfig(r)))
		c.follow(r)
		c.visit(c.site, "")
		isConnected()
	})
	t.Run("caddy", func(t *testing.T) {
		t.Parallel()
		c := connecting(t)
		isConnected := c.watch()
		r := c.recipe("caddy")
		c.app.head = r.code(t, "Put the script")
		c.run("../bin/caddy", "run", "--adapter", "caddyfile", "--config", c.write("Caddyfile",
			fmt.Sprintf("{\n\tadmin off\n}\n%s {\n%s\treverse_proxy %s\n}\n", c.site, r.code(t, "Pass /_cs/"), c.app.URL)))
		c.follow(r)
		c.visit(c.site, "")
		isConnected()
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		c := connecting(t)
		isConnected := c.watch()
		c.site = c.app.URL
		r := c.recipe("none")
		c.app.head = r.code(t, "Put the script")
		c.reportCalls(r)
		c.visitor.obey(t, map[string]any{"visit": c.site, "stay": true})
		isConnected()
	})
}

// apacheConfig is Debian's Apache with the texts of the recipe at their places.
func (c *connection) apacheConfig(r recipe) string {
	modules := ""
	for _, name := range []string{"mpm_event", "authz_core", "log_config", "proxy", "proxy_http", "substitute", "filter"} {
		if _, err := os.Stat("/usr/lib/apache2/modules/mod_" + name + ".so"); err == nil {
			modules += fmt.Sprintf("LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n", name, name)
		}
	}
	return fmt.Sprintf(`ServerName 127.0.0.1
PidFile %[1]s/apache.pid
DefaultRuntimeDir %[1]s
ErrorLog %[1]s/error.log
Listen %[2]s
%[3]s
<VirtualHost %[2]s>
%[4]s
%[5]s
ProxyPass / %[6]s/
</VirtualHost>
`, c.dir, c.at, modules, r.code(c.t, "Pass /_cs/"), r.code(c.t, "write that line"), c.app.URL)
}

// reportCalls lets the application report its calls itself, as a middleware would.
func (c *connection) reportCalls(r recipe) {
	c.t.Helper()
	command := r.code(c.t, "own middleware")
	intake := address.FindString(command)
	secret, errs, code := run(c.t, "key", "create", "--data", filepath.Join(c.dir, "data"))
	if code != 0 {
		c.t.Fatal(errs)
	}
	c.app.served = func(r *http.Request, at time.Time) {
		parent := strings.Split(r.Header.Get("Traceparent")+"---", "-")
		body := fmt.Sprintf(`{"side":"server","method":"POST","path":%q,"status":200,"time":%q,"duration_us":%d,"trace_id":%q,"parent_span_id":%q}`,
			r.URL.Path, at.UTC().Format(time.RFC3339Nano), time.Since(at).Microseconds(), parent[1], parent[2])
		req, err := http.NewRequest(http.MethodPost, intake+"/intake/calls", strings.NewReader(body))
		if err != nil {
			return
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(secret))
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
		}
	}
}

// TestConnectNamesWhatIsWrong really sets up what goes wrong, and looks for the cause.
func TestConnectNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	// Old is a log format of before Connect: combined with the duration behind.
	const old = `log_format old '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time';`
	for name, wrong := range map[string]func(*testing.T, *connection){
		"a policy that blocks the script": func(_ *testing.T, c *connection) {
			c.app.policy = "script-src 'nonce-abc' " + c.site + "/app.js"
			c.follow(c.byNginx())
			c.visit(c.site, "")
			c.turnsOn("log")
			c.isDark("page", "csp", "script-src 'nonce-abc'")
		},
		"a policy that blocks the beacon": func(_ *testing.T, c *connection) {
			c.app.policy = "default-src 'self'; connect-src https://api.example"
			c.byNginx()
			c.visit(c.site, "")
			c.isDark("page", "csp", "connect-src https://api.example")
		},
		"an extension that blocks the script": func(_ *testing.T, c *connection) {
			c.follow(c.byNginx())
			c.visit(c.site, "**/clickspan.js")
			c.turnsOn("log")
			c.isDark("page", "blocker", "Nobody has asked for clickspan.js")
		},
		"an extension that blocks the beacon": func(_ *testing.T, c *connection) {
			c.byNginx()
			c.visit(c.site, "**/intake/browser*")
			c.isDark("page", "blocker", "clickspan.js was asked for 1 times")
		},
		"a wrong key": func(t *testing.T, c *connection) {
			r := c.recipe("nginx")
			c.nginx(r.code(t, "Log what"), r.code(t, "Pass /_cs/")+strings.ReplaceAll(r.code(t, "write that line"), r.Key, "cs_b_mistyped"))
			c.visit(c.site, "")
			c.isDark("page", "key", "cs_b_mistype")
		},
		"a key for another origin": func(t *testing.T, c *connection) {
			r := c.recipe("nginx")
			other, errs, code := run(t, "key", "create", "--data", filepath.Join(c.dir, "data"), "--kind", "browser", "--origin", "https://shop.example")
			if code != 0 {
				t.Fatal(errs)
			}
			c.nginx(r.code(t, "Log what"), r.code(t, "Pass /_cs/")+strings.ReplaceAll(r.code(t, "write that line"), r.Key, strings.TrimSpace(other)))
			c.visit(c.site, "")
			c.isDark("page", "origin", c.site)
		},
		"no tag in the page": func(t *testing.T, c *connection) {
			r := c.recipe("nginx")
			c.nginx(r.code(t, "Log what"), r.code(t, "Pass /_cs/"))
			c.visit(c.site, "")
			c.isDark("page", "tag", "without a tag")
		},
		"no location for the script": func(t *testing.T, c *connection) {
			r := c.recipe("nginx")
			c.nginx(r.code(t, "Log what"), r.code(t, "write that line"))
			c.visit(c.site, "")
			c.isDark("page", "location", "404")
		},
		"nobody follows": func(_ *testing.T, c *connection) {
			c.byNginx()
			c.visit(c.site, "")
			c.turnsOn("page", "click")
			c.isDark("log", "no_lines", "Nothing has come")
		},
		"a log in a format of its own": func(t *testing.T, c *connection) {
			r := c.recipe("nginx")
			c.nginx("log_format own '$status|$request_uri|$time_local'; access_log "+c.log+" own;", r.code(t, "Pass /_cs/")+r.code(t, "write that line"))
			c.follow(r)
			c.visit(c.site, "")
			c.isDark("log", "format", "lines were refused")
		},
		"a log of static files only": func(t *testing.T, c *connection) {
			r := c.recipe("nginx")
			format, directive, _ := strings.Cut(r.code(t, "Log what"), "access_log")
			c.nginx(format+"access_log off;", r.code(t, "Pass /_cs/")+r.code(t, "write that line")+
				"location ~ \\.(css|js)$ { access_log "+strings.TrimSpace(directive)+" proxy_pass "+c.app.URL+"; }")
			c.follow(r)
			c.visit(c.site, "")
			c.turnsOn("click", "log")
			c.isDark("link", "assets", "app.")
		},
		"a clock that is 90 s behind": func(t *testing.T, c *connection) {
			r := c.recipe("nginx")
			c.nginx(old+" access_log "+c.log+" old;", r.code(t, "Pass /_cs/")+r.code(t, "write that line"), "faketime", "-f", "-90s")
			c.follow(r)
			c.visit(c.site, "")
			c.turnsOn("click", "log")
			// Two deliveries some seconds apart tell a wrong clock from an old line.
			eventually(t, "a second delivery is late by as much", func() bool {
				c.visit(c.site, "")
				cause := c.lights()["link"].Cause
				return cause != nil && cause.Code == "clock"
			})
			c.isDark("link", "clock", "A line that arrived at")
		},
		"the log of three days ago": func(_ *testing.T, c *connection) {
			r := c.byNginx()
			at := time.Now().AddDate(0, 0, -3).UTC().Format("02/Jan/2006:15:04:05 -0700")
			c.log = c.write("access.log.1", `198.51.100.7 - - [`+at+`] "GET /api/orders/7 HTTP/1.1" 200 11 "-" "Mozilla/5.0" rt=0.004`+"\n")
			path, err := binary()
			if err != nil {
				c.t.Fatal(err)
			}
			args := strings.Fields(r.code(c.t, "Follow the log"))
			c.background(append(append([]string{path}, args[1:len(args)-1]...), c.log)...)
			c.visit(c.site, "")
			c.turnsOn("click", "log")
			c.isDark("link", "no_overlap", "The clicks are from")
		},
		"a proxy that hides addresses": func(t *testing.T, c *connection) {
			c.site = c.cdn() // as people know it, and the key is bound to it
			r := c.recipe("nginx")
			c.nginx(old+" access_log "+c.log+" old;", r.code(t, "Pass /_cs/")+r.code(t, "write that line"))
			c.follow(r)
			c.visit(c.site, "")
			c.turnsOn("click", "log")
			c.isDark("link", "proxy", "127.0.0.0")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wrong(t, connecting(t))
		})
	}
}

// cdn is a proxy in front of the site, for people from elsewhere.
func (c *connection) cdn() string {
	c.t.Helper()
	behind, err := url.Parse(c.site)
	if err != nil {
		c.t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(behind)
		r.Out.Header.Set("X-Forwarded-For", "198.51.100.7")
	}})
	c.t.Cleanup(proxy.Close)
	return proxy.URL
}
