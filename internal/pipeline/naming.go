package pipeline

import (
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// namePage derives the path and the route template of the page an event happened
// on, and where the person came from.
func namePage(e *event.Event, t *Templates) {
	page := &e.Page
	query := ""
	if page.Path == "" && page.URL != "" {
		page.Path, query = pathOf(page.URL)
	}
	if page.Route == "" && page.Path != "" {
		page.Route = t.Route("", page.Path)
		if e.Kind == event.PageView {
			t.sawPage(page.Route)
		}
	}
	if e.Context.UTM == nil && strings.Contains(query, "utm_") {
		e.Context.UTM = campaign(query)
	}
}

// pathOf cuts path and query out of a URL or a path. A fragment that is a path
// (`/app#/orders/17`) belongs to it: such applications have all their pages there.
func pathOf(u string) (path, query string) {
	if _, rest, found := strings.Cut(u, "://"); found {
		i := strings.IndexAny(rest, "/?#")
		if i < 0 {
			return "/", ""
		}
		u = rest[i:]
	}
	u, fragment, _ := strings.Cut(u, "#")
	path, query, _ = strings.Cut(u, "?")
	if fragment = strings.TrimPrefix(fragment, "!"); strings.HasPrefix(fragment, "/") {
		fragment, _, _ = strings.Cut(fragment, "?")
		path = strings.TrimSuffix(path, "/") + fragment
	}
	if path == "" {
		path = "/"
	}
	return path, query
}

// campaign collects the utm parameters of a query.
func campaign(query string) map[string]string {
	found := map[string]string{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name, ok := strings.CutPrefix(name, "utm_"); ok && value != "" && len(found) < 10 {
			found[name] = strings.ReplaceAll(value, "+", " ")
		}
	}
	return found
}

// nameCall derives class and route template, or the name of the operation.
func nameCall(c *event.Call, t *Templates) {
	if i := strings.IndexByte(c.Path, '?'); i >= 0 {
		if c.Query == "" {
			c.Query = c.Path[i+1:]
		}
		c.Path = c.Path[:i]
	}
	operation := operationOf(c)
	if c.Class == "" {
		c.Class = classOf(c, operation != "")
	}
	switch {
	case operation != "":
		c.Route = operation
	case c.Route != "":
	case c.Class == event.Asset:
		c.Route = assetRoute(c.Path)
	default:
		c.Route = t.Route(c.Method, c.Path)
	}
	if c.Class == event.API && c.Side == event.Server && c.Method == get && t.isPage(c.Route) && !saysAPI(c) {
		c.Class = event.Document
	}
}

// operationOf names calls whose path says nothing: GraphQL, gRPC, JSON-RPC.
func operationOf(c *event.Call) string {
	if len(c.Attributes) == 0 {
		return ""
	}
	if name := text(c.Attributes, "graphql.operation.name"); name != "" {
		if kind := text(c.Attributes, "graphql.operation.type"); kind != "" {
			return kind + " " + name
		}
		return name
	}
	if method := text(c.Attributes, "rpc.method"); method != "" {
		if service := text(c.Attributes, "rpc.service"); service != "" {
			return service + "/" + method
		}
		return method
	}
	return ""
}

// text returns the first of the attributes that is a text.
func text(attributes map[string]any, names ...string) string {
	for _, name := range names {
		switch v := attributes[name].(type) {
		case string:
			return v
		case []any:
			if len(v) > 0 {
				if s, ok := v[0].(string); ok {
					return s
				}
			}
		}
	}
	return ""
}
