package privacy

import "strings"

// query redacts a query string: names stay, values go unless their name is on the
// list of kept ones; kept values are scanned like any text.
func (r *Rules) query(q string) string {
	if q == "" {
		return q
	}
	var out strings.Builder
	out.Grow(len(q) + 8)
	for rest, more := q, true; more; {
		var pair string
		pair, rest, more = strings.Cut(rest, "&")
		name, value, assigned := strings.Cut(pair, "=")
		if clean := r.text(name, opaqueToo); clean != name {
			name = strings.NewReplacer("=", "%3D", "&", "%26").Replace(clean)
		}
		out.WriteString(name)
		if assigned {
			out.WriteByte('=')
			out.WriteString(r.queryValue(name, value))
		}
		if more {
			out.WriteByte('&')
		}
	}
	if out.String() == q {
		return q
	}
	return out.String()
}

func (r *Rules) queryValue(name, value string) string {
	switch {
	case value == "":
		return ""
	case !r.keeps(name):
		return redacted
	}
	for _, plain := range [...]string{strings.ReplaceAll(value, "+", " "), value} {
		if clean := r.text(plain, opaqueToo); clean != plain {
			return strings.ReplaceAll(clean, "&", "%26")
		}
	}
	return value
}

// url redacts a URL or a path: its query, a fragment that carries values, and what
// is personal or secret in its path. The host of the operator's own site stays.
func (r *Rules) url(u string) string {
	if u == "" {
		return u
	}
	rest, fragment, hasFragment := strings.Cut(u, "#")
	head, query, hasQuery := strings.Cut(rest, "?")
	host, path := splitHost(head)
	clean := r.host(host) + r.text(path, opaqueToo)
	if hasQuery {
		clean += "?" + r.query(query)
	}
	if hasFragment {
		clean += "#" + r.fragment(fragment)
	}
	if clean == u {
		return u
	}
	return clean
}

// fragment redacts `#access_token=…` like a query and `#/orders/7` like a URL.
func (r *Rules) fragment(f string) string {
	if strings.HasPrefix(f, "/") || strings.HasPrefix(f, "!") {
		return f[:1] + strings.TrimPrefix(r.url("/"+f[1:]), "/")
	}
	if strings.IndexByte(f, '=') >= 0 {
		return r.query(f)
	}
	return r.text(f, opaqueToo)
}

// host removes the credentials of `https://user:password@host`.
func (r *Rules) host(h string) string {
	if strings.IndexByte(h, '@') < 0 {
		return h
	}
	return replaceEmails(h)
}

// splitHost cuts `https://host:port` from the path that follows; a bare path has
// no host.
func splitHost(u string) (host, path string) {
	i := strings.Index(u, "://")
	if i < 0 || i > 10 {
		return "", u
	}
	if j := strings.IndexByte(u[i+3:], '/'); j >= 0 {
		return u[:i+3+j], u[i+3+j:]
	}
	return u, ""
}

// queriesIn redacts the queries of URLs inside a text.
func (r *Rules) queriesIn(s string) string {
	return replaceAll(s, func(s string, from int) (int, int, string) {
		for i := from; i < len(s); i++ {
			if s[i] != '?' {
				continue
			}
			end := i + 1
			for end < len(s) && strings.IndexByte(" \t\r\n\"'\\<>?#)", s[end]) < 0 {
				end++
			}
			found := s[i+1 : end]
			if clean := r.query(found); strings.IndexByte(found, '=') > 0 && clean != found {
				return i + 1, end, clean
			}
			i = end - 1
		}
		return -1, 0, ""
	})
}
