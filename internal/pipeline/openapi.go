package pipeline

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/clickspan/clickspan/internal/event"
)

// pattern is one position in the paths of the loaded OpenAPI documents.
type pattern struct {
	words map[string]*pattern
	param *pattern
	// routes are the templates that end here, by method in upper case.
	routes map[string]string
}

// maxDocument is the largest OpenAPI document read, in bytes.
const maxDocument = 16 << 20

// document is the part of OpenAPI 3 and Swagger 2 that names routes.
type document struct {
	OpenAPI  string `yaml:"openapi"`
	Swagger  string `yaml:"swagger"`
	BasePath string `yaml:"basePath"` // Swagger 2
	Servers  []struct {
		URL string `yaml:"url"`
	} `yaml:"servers"`
	Paths map[string]map[string]any `yaml:"paths"`
}

// LoadOpenAPI adds the route templates of an OpenAPI document, YAML or JSON, and
// returns how many operations it named. A document that is none is an
// [event.Permanent]. Later documents win where paths and methods are equal.
func (t *Templates) LoadOpenAPI(r io.Reader) (operations int, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return 0, err
	}
	if len(data) > maxDocument {
		return 0, &event.Permanent{Err: errors.New("the OpenAPI document is larger than 16 MiB"), Hint: "Load a document without examples."}
	}
	var d document
	if err := yaml.Unmarshal(data, &d); err != nil {
		return 0, &event.Permanent{Err: fmt.Errorf("not an OpenAPI document: %s", yaml.FormatError(err, false, false)), Hint: "Load an OpenAPI 3 or Swagger 2 file in YAML or JSON."}
	}
	if d.OpenAPI == "" && d.Swagger == "" || len(d.Paths) == 0 {
		return 0, &event.Permanent{Err: errors.New("no `openapi` version or no `paths` in the document"), Hint: "Load an OpenAPI 3 or Swagger 2 file in YAML or JSON."}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.openAPI == nil {
		t.openAPI = &pattern{}
	}
	for path, item := range d.Paths {
		for key := range item {
			method := strings.ToUpper(key)
			if !isMethod(method) {
				continue
			}
			operations++
			for _, base := range d.bases() {
				t.openAPI.add(method, base+path)
			}
		}
	}
	return operations, nil
}

func isMethod(m string) bool {
	switch m {
	case "GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE":
		return true
	}
	return false
}

// bases returns the paths that the servers put before every route; at least one.
func (d *document) bases() []string {
	if d.BasePath != "" {
		return []string{strings.TrimSuffix(d.BasePath, "/")}
	}
	var all []string
	for _, server := range d.Servers {
		base := server.URL
		if u, err := url.Parse(base); err == nil {
			base = u.Path
		}
		all = append(all, strings.TrimSuffix(base, "/"))
	}
	if len(all) == 0 {
		return []string{""}
	}
	return all
}

func (p *pattern) add(method, route string) {
	at := p
	for segment := range strings.SplitSeq(strings.Trim(route, "/"), "/") {
		if strings.Contains(segment, "{") {
			if at.param == nil {
				at.param = &pattern{}
			}
			at = at.param
			continue
		}
		if at.words == nil {
			at.words = map[string]*pattern{}
		}
		if at.words[segment] == nil {
			at.words[segment] = &pattern{}
		}
		at = at.words[segment]
	}
	if at.routes == nil {
		at.routes = map[string]string{}
	}
	at.routes[method] = route
}

// fromOpenAPI finds the documented template of a path. Fixed words win over
// parameters, from the left.
func (t *Templates) fromOpenAPI(method, path string) (string, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.openAPI == nil {
		return "", false
	}
	route := t.openAPI.find(method, strings.Trim(path, "/"))
	return route, route != ""
}

func (p *pattern) find(method, rest string) string {
	segment, rest, more := strings.Cut(rest, "/")
	for _, next := range [...]*pattern{p.words[segment], p.param} {
		if next == nil {
			continue
		}
		if more {
			if route := next.find(method, rest); route != "" {
				return route
			}
		} else if route := next.route(method); route != "" {
			return route
		}
	}
	return ""
}

// route returns the template for a method; HEAD is answered by GET.
func (p *pattern) route(method string) string {
	if route := p.routes[method]; route != "" {
		return route
	}
	if method == "HEAD" || method == "" {
		return p.routes["GET"]
	}
	return ""
}
